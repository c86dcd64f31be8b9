"""Orders over the API: sent, read, listed, no longer watched."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.ids import is_claim_token, link_token
from bot.model import Estimate, Place
from bot.web.api.fields import Batch, read_orders
from bot.web.api.shapes import iso
from tests import make
from tests.api.conftest import PUBLIC, SECRET, Shop
from tests.api.test_gate import problem
from tests.make import there
from tests.parts import several

ONE, TWO = "8211744661738042", "8211744661738043"


async def test_one_order_gets_a_link_and_a_page(shop: Shop) -> None:
    (row,) = await shop.add(aliexpress_orders=ONE, shop_order="#1001", name="Blue lamp", language="de-DE")
    page = row.pop("page")
    token = page.removeprefix(f"{PUBLIC}/t/").removesuffix("?lang=de")
    assert is_claim_token(token)
    assert row == {
        "row": 0,
        "id": ONE,
        "shop_order": "#1001",
        "state": "added",
        "stage": "pre_shipment",
        "claim_link": f"https://t.me/parcel_bot?start={token}",
    }
    assert shop.wakes
    (found,) = (await shop.get(f"/orders/{ONE}"))["orders"]
    assert (found["name"], found["language"], found["watched"], found["followers"]) == (
        "Blue lamp",
        "de",
        True,
        0,
    )
    assert found["page"] == page
    assert found["created_at"] == found["changed_at"] == "2026-11-20T12:00:00Z"


async def test_who_comes_by_the_link_finds_the_shop_s_name(shop: Shop) -> None:
    tracking, engine = shop.engine.tracking, shop.engine
    await shop.add(aliexpress_orders=ONE, name="Blue lamp")
    for place, by_link in ((Place(1), True), (Place(2), False)):
        engine.source.add(ONE, "Package left sorting center of origin.")
        await tracking.following.track(await engine.chat(place), ONE, by_link=by_link)
        follow = there(await tracking.following.get(place, ONE))
        assert follow.label == ("Blue lamp" if by_link else "")


async def test_two_numbers_in_one_field_are_two_orders_with_one_link(shop: Shop) -> None:
    for numbers in (
        f"{ONE}, {TWO}",
        f"{ONE};{TWO}",
        f"AliExpress: {ONE}\n{TWO}",
        [ONE, TWO],
        [f"{ONE} {TWO}"],
    ):
        rows = await shop.add(aliexpress_orders=numbers, shop_order=1001)
        assert [(row["row"], row["id"], row["shop_order"]) for row in rows] == [
            (0, ONE, "1001"),
            (0, TWO, "1001"),
        ]
        assert rows[0]["claim_link"] == rows[1]["claim_link"]
    found = await shop.get("/orders/1001")
    assert [order["id"] for order in found["orders"]] == [ONE, TWO]
    assert await shop.get("/orders/%231001") == found


async def test_an_order_without_a_shop_order_has_a_signed_link(shop: Shop) -> None:
    (row,) = await shop.add(aliexpress_orders=ONE)
    assert row["claim_link"].endswith(link_token(ONE, SECRET))


async def test_sending_again_changes_what_is_different(shop: Shop) -> None:
    await shop.add(aliexpress_orders=ONE, shop_order="#1", name="Lamp")
    (row,) = await shop.add(aliexpress_orders=ONE, shop_order="#2")
    assert (row["state"], row["shop_order"]) == ("known", "#2")
    (found,) = (await shop.get(f"/orders/{ONE}"))["orders"]
    assert (found["shop_order"], found["name"]) == ("#2", "Lamp")


async def test_a_thousand_at_once_and_not_one_more(shop: Shop) -> None:
    numbers = list(several(1001))
    batch = [{"aliexpress_orders": number, "shop_order": f"#{n}"} for n, number in enumerate(numbers)]
    answer = await shop.ask("POST", "/orders", json={"orders": batch})
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        ("#/orders", "too_long")
    ]
    answer = await shop.ask("POST", "/orders", json={"orders": batch[:1000]})
    rows = answer.json()["orders"]
    assert [row["id"] for row in rows] == numbers[:1000]
    assert {row["state"] for row in rows} == {"added"}
    assert len({row["claim_link"] for row in rows}) == 1000
    several_each = [{"aliexpress_orders": numbers[:10]}] * 101
    assert (await shop.ask("POST", "/orders", json={"orders": several_each})).status_code == 422


@pytest.mark.parametrize(
    ("order", "pointer", "code"),
    [
        ({}, "aliexpress_orders", "missing"),
        ({"aliexpress_orders": ""}, "aliexpress_orders", "missing"),
        ({"aliexpress_orders": []}, "aliexpress_orders", "missing"),
        ({"aliexpress_orders": None}, "aliexpress_orders", "string_type"),
        ({"aliexpress_orders": [[ONE]]}, "aliexpress_orders", "string_type"),
        ({"aliexpress_orders": True}, "aliexpress_orders", "string_type"),
        ({"aliexpress_orders": 12.5}, "aliexpress_orders", "string_type"),
        ({"aliexpress_orders": 99999999999999999999}, "aliexpress_orders", "rounded"),
        ({"aliexpress_orders": "8.21E+15"}, "aliexpress_orders", "rounded"),
        ({"aliexpress_orders": "hello"}, "aliexpress_orders", "no_number"),
        ({"aliexpress_orders": "5678901234567"}, "aliexpress_orders", "shopify_id"),
        ({"aliexpress_orders": "LP00675700340000"}, "aliexpress_orders", "tracking_number"),
        (
            {"aliexpress_orders": "https://www.aliexpress.com/item/1005001234567890.html"},
            "aliexpress_orders",
            "product",
        ),
        ({"aliexpress_orders": f"{ONE}, 1005001234567890"}, "aliexpress_orders", "product"),
        ({"aliexpress_orders": "99999999999999999999"}, "aliexpress_orders", "tracking_number"),
        ({"aliexpress_orders": "1" * 2001}, "aliexpress_orders", "too_long"),
        ({"aliexpress_orders": ONE, "shop_order": "x" * 65}, "shop_order", "too_long"),
        ({"aliexpress_orders": ONE, "shop_order": []}, "shop_order", "string_type"),
        ({"aliexpress_orders": ONE, "name": "x" * 65}, "name", "too_long"),
        ({"aliexpress_orders": ONE, "language": "not a language"}, "language", "language_tag"),
        ({"aliexpress_orders": ONE, "Name": "x"}, "Name", "extra_forbidden"),
        ({"aliexpress_orders": [""] * 1001}, "aliexpress_orders", "too_long"),
    ],
)
async def test_a_wrong_field_is_named_once_and_nothing_is_stored(
    shop: Shop, order: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await shop.ask("POST", "/orders", json=order)
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        (f"#/{pointer}", code)
    ]
    good = {"aliexpress_orders": TWO}
    answer = await shop.ask("POST", "/orders", json={"orders": [good, order]})
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"#/orders/1/{pointer}"]
    assert (await shop.get("/orders"))["orders"] == []


async def test_a_flood_of_fields_is_one_mistake(shop: Shop) -> None:
    flood = {"aliexpress_orders": ONE} | {f"field{number}": 1 for number in range(20_000)}
    for body, pointer in ((flood, "#"), ({"orders": [flood]}, "#/orders/0"), ({"orders": []} | flood, "#")):
        found = problem(await shop.ask("POST", "/orders", json=body), 422, "invalid_fields")
        assert [(one["pointer"], one["code"]) for one in found["errors"]] == [(pointer, "too_many_fields")]


async def test_every_wrong_field_is_named(shop: Shop) -> None:
    rows = [{"aliexpress_orders": "x", "name": 5}, {"aliexpress_orders": ONE}, {"language": 7}]
    answer = await shop.ask("POST", "/orders", json={"orders": rows})
    assert sorted(error["pointer"] for error in answer.json()["errors"]) == [
        "#/orders/0/aliexpress_orders",
        "#/orders/0/name",
        "#/orders/2/aliexpress_orders",
        "#/orders/2/language",
    ]


async def test_what_is_wrong_is_said_in_plain_words(shop: Shop) -> None:
    async def said(method: str, path: str, body: object = None) -> list[str]:
        answer = await shop.ask(method, path, json=body)
        return [error["detail"] for error in answer.json()["errors"]]

    assert await said("POST", "/orders", {"aliexpress_orders": ONE, "colour": "red"}) == [
        "There is no field of this name."
    ]
    assert await said("POST", "/orders", []) == ["Must be an object."]
    assert await said("POST", "/orders", {"orders": []}) == ["Must have at least 1 entry."]
    assert await said("POST", "/orders", {"aliexpress_orders": ONE, "name": 5}) == ["Must be a string."]
    assert await said("GET", "/orders?limit=0") == ["Must be at least 1."]
    assert await said("GET", "/orders?limit=many") == ["Must be a whole number."]
    (flag,) = await said("GET", "/orders?flag=red")
    assert flag.startswith("Must be 'returned', ")


async def test_a_number_that_ends_in_zeros_is_a_number_here(shop: Shop) -> None:
    (row,) = await shop.add(aliexpress_orders="8211744661738000")
    assert row["id"] == "8211744661738000"
    (row,) = await shop.add(aliexpress_orders=8211744661738042)
    assert row["id"] == ONE


async def test_a_language_that_is_not_ours_is_no_reason_to_refuse(shop: Shop) -> None:
    await shop.add(aliexpress_orders=ONE, language="sv_SE")
    (found,) = (await shop.get(f"/orders/{ONE}"))["orders"]
    assert found["language"] == ""


async def test_an_order_shows_its_timeline(shop: Shop) -> None:
    await shop.add(aliexpress_orders=ONE)
    shop.engine.source.add(ONE, "Package left sorting center of origin.")
    await shop.engine.look(hours=24)
    (found,) = (await shop.get(f"/orders/{ONE}"))["orders"]
    (parcel,) = found["parcels"]
    (node,) = parcel["nodes"]
    assert (parcel["number"], node["text"]) == ("LP00675700340000", "Package left sorting center of origin.")
    assert found["stage"] == parcel["stage"] == node["stage"]
    assert node["at"].endswith("Z")
    (listed,) = (await shop.get("/orders"))["orders"]
    assert "nodes" not in listed["parcels"][0]
    assert {**found, "parcels": []} == {**listed, "parcels": []}


async def test_texts_come_in_the_reader_s_language_where_they_are_stored(shop: Shop) -> None:
    await shop.engine.follow(ONE)
    order = await shop.engine.order(ONE)
    await shop.engine.tracking.texts.localized(order, "de", order.nodes)  # somebody read it in German
    shop.engine.source.add(ONE, "Out for delivery")
    await shop.engine.look(hours=24)
    english = ["Out for delivery", "Package left sorting center of origin."]
    german = ["Out for delivery", "de: Package left sorting center of origin."]

    async def texts(path: str = "", **headers: str) -> list[tuple[str, str]]:
        answer = await shop.ask("GET", f"/orders/{ONE}{path}", headers=headers)
        assert answer.headers["vary"] == "Accept-Language"
        nodes = answer.json()["orders"][0]["parcels"][0]["nodes"]
        return [(node["text"], node["language"]) for node in nodes]

    assert await texts() == [(one, "en") for one in english]
    in_german = list(zip(german, ("en", "de"), strict=True))
    assert await texts("?language=de-AT") == in_german
    assert await texts(**{"Accept-Language": "nl;q=0.5, de;q=0.9"}) == in_german
    assert await texts("?language=en", **{"Accept-Language": "de"}) == [(one, "en") for one in english]
    assert await texts("?language=xx") == [(one, "en") for one in english]
    problem(await shop.ask("GET", f"/orders/{ONE}?language=<script>"), 422, "invalid_fields")


async def test_reading_a_thousand_orders_lets_others_have_their_turn() -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(others())
    rows: list[Any] = [{"aliexpress_orders": number, "shop_order": "#1"} for number in several(1000)]
    found = await read_orders(Batch(orders=rows))
    beside.cancel()
    assert len(found) == 1000
    assert turns >= 50


async def test_pages_hold_every_order_once_though_others_are_added_and_change(shop: Shop) -> None:
    numbers = list(several(30))
    for number in numbers[:20]:
        await shop.add(aliexpress_orders=number)
        shop.engine.clock.pass_(seconds=1)
    seen: list[str] = []
    page = await shop.get("/orders", limit=7)
    seen += [order["id"] for order in page["orders"]]
    for number in numbers[20:]:
        await shop.add(aliexpress_orders=number)
    while page["next_cursor"]:
        page = await shop.get("/orders", limit=7, cursor=page["next_cursor"])
        seen += [order["id"] for order in page["orders"]]
    assert seen == numbers, "in the order of their last change, the later ones at the end"


async def test_the_list_is_filtered(shop: Shop) -> None:
    await shop.add(aliexpress_orders=ONE, shop_order="#1")
    shop.engine.clock.pass_(minutes=1)
    since = shop.engine.clock.now().isoformat()
    await shop.add(aliexpress_orders=TWO, shop_order="#2")

    async def ids(**wanted: Any) -> list[str]:
        return [order["id"] for order in (await shop.get("/orders", **wanted))["orders"]]

    assert await ids() == [ONE, TWO]
    assert await ids(shop_order="#2") == await ids(shop_order="2") == [TWO]
    assert await ids(changed_since=since) == [TWO]
    assert await ids(stage="pre_shipment") == [ONE, TWO]
    assert await ids(stage="delivered") == []
    assert await ids(flag="no_tracking") == []
    shop.engine.clock.pass_(days=4)
    assert await ids(flag="no_tracking") == [ONE, TWO]
    assert await ids(flag="no_tracking", shop_order="#1") == [ONE]


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"flag": "x"}, "flag"),
        ({"stage": "x"}, "stage"),
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "é"}, "cursor"),
        ({"cursor": "OS45"}, "cursor"),
        ({"changed_since": "yesterday"}, "changed_since"),
        ({"changed_since": "0.0"}, "changed_since"),
        ({"changed_since": "1795176000"}, "changed_since"),
        ({"changed_since": "2026-11-20T12:00:00"}, "changed_since"),
        ({"shop_order": "x" * 65}, "shop_order"),
    ],
)
async def test_a_wrong_parameter_is_named(shop: Shop, parameters: dict[str, str], name: str) -> None:
    answer = await shop.ask("GET", "/orders", params=parameters)
    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json()["errors"]] == [name]


async def test_a_parameter_that_comes_twice_is_refused(shop: Shop) -> None:
    found = problem(await shop.ask("GET", "/orders?limit=1&stage=delivered&limit=2"), 422, "invalid_fields")
    assert [(one["parameter"], one["code"]) for one in found["errors"]] == [("limit", "repeated")]


async def test_times_at_the_edge_of_the_calendar_are_times(shop: Shop) -> None:
    for at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
        assert await shop.get("/orders", changed_since=at) == {"orders": [], "next_cursor": None}


async def test_a_removed_order_is_kept_for_those_who_follow_it(shop: Shop) -> None:
    await shop.add(aliexpress_orders=[make.ORDER, TWO], shop_order="#1001")
    await shop.engine.follow(place=Place(7))
    answer = await shop.ask("DELETE", "/orders/1001")
    assert (answer.status_code, answer.content) == (204, b"")
    (left,) = (await shop.get("/orders"))["orders"]
    assert (left["id"], left["watched"], left["followers"]) == (make.ORDER, False, 1)
    assert (await shop.ask("GET", f"/orders/{TWO}")).status_code == 404
    assert (await shop.ask("DELETE", f"/orders/{TWO}")).status_code == 404
    (row, _) = await shop.add(aliexpress_orders=[make.ORDER, TWO])
    assert row["state"] == "added"


@pytest.mark.parametrize(
    "number", ["1", "%23", "8211744661738044", "9" * 64, "a/b", "%F0%9F%8E%81", "1" * 21]
)
async def test_an_unknown_number_is_not_found(shop: Shop, number: str) -> None:
    answer = await shop.ask("GET", f"/orders/{number}")
    assert (answer.status_code, answer.json()["code"]) == (404, "order_not_found")


async def test_a_shop_order_may_hold_a_slash(shop: Shop) -> None:
    await shop.add(aliexpress_orders=ONE, shop_order="2026/001")
    assert (await shop.get("/orders/2026%2F001"))["orders"][0]["id"] == ONE


async def test_the_board_and_the_numbers(shop: Shop) -> None:
    await shop.add(aliexpress_orders=ONE, shop_order="#1")
    shop.engine.clock.pass_(days=4)
    board = await shop.get("/board")
    assert (board["total"], board["counts"]) == (1, {"no_tracking": 1})
    assert [(row["id"], row["shop_order"], row["flag"]) for row in board["orders"]] == [
        (ONE, "#1", "no_tracking")
    ]
    stats = await shop.get("/stats", days=30)
    assert (stats["days"], stats["calls"]) == (30, {"used": 7, "limit": 100})


async def test_the_numbers_tell_of_deliveries_and_problems(shop: Shop) -> None:
    await shop.engine.follow(ONE)
    shop.engine.source.add(ONE, "Delivery attempt failed")
    await shop.engine.look(hours=50)
    shop.engine.source.add(ONE, "Delivered")
    await shop.engine.look(hours=24)
    await shop.engine.tracking.flagging.dispute(ONE, make.HERE)
    found = (await shop.get("/stats"))["deliveries"]
    (row,) = found["by_month_and_carrier"]
    assert (row["month"], row["carrier"], row["parcels"], row["late"]) == ("2026-11", "Cainiao", 1, 0)
    assert found["total"] == {name: value for name, value in row.items() if name not in ("month", "carrier")}
    assert [(one["stage"], one["orders"]) for one in found["problems"]] == [("failed_attempt", 1)]
    assert (found["reported"], found["solved"], found["questions"]) == (1, 0, 0)


# ── once ────────────────────────────────────────────────────────────────────────────────────────


async def _send(shop: Shop, key: str, numbers: list[str]) -> Any:
    rows = [{"aliexpress_orders": number, "shop_order": f"#{number[-6:]}"} for number in numbers]
    return await shop.ask("POST", "/orders", json={"orders": rows}, headers={"Idempotency-Key": key})


async def test_a_repeat_gets_the_same_answer(shop: Shop) -> None:
    first = await _send(shop, "a", [ONE])
    assert (await _send(shop, "a", [ONE])).json() == first.json()
    assert (await _send(shop, "b", [ONE])).json()["orders"][0]["state"] == "known"
    shop.engine.clock.pass_(hours=24, seconds=1)
    assert (await _send(shop, "a", [ONE])).json()["orders"][0]["state"] == "known", "it is forgotten by now"


async def test_a_key_with_another_body_is_refused(shop: Shop) -> None:
    await _send(shop, "a", [ONE])
    answer = await _send(shop, "a", [TWO])
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert (await shop.ask("GET", f"/orders/{TWO}")).status_code == 404


async def test_keys_of_two_shops_do_not_meet(shop: Shop) -> None:
    await _send(shop, "a", [ONE])
    shop.key = await shop.engine.tracking.keys.add("other") or ""
    assert (await _send(shop, "a", [TWO])).status_code == 200


async def test_repeats_at_the_same_time_have_one_effect(shop: Shop) -> None:
    numbers = list(several(600))
    answers = await asyncio.gather(*(_send(shop, "a", numbers) for _ in range(6)))
    told = [answer.json() for answer in answers]
    assert all(each == told[0] for each in told)
    assert {row["state"] for row in told[0]["orders"]} == {"added"}


async def test_a_repeat_after_a_crash_does_the_rest(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = list(several(600))
    booking = shop.engine.tracking.booking
    register, parts = booking._register, []

    async def dying(*how: Any) -> Any:
        parts.append(how)
        if len(parts) == 2:
            raise RuntimeError("killed")
        return await register(*how)

    monkeypatch.setattr(booking, "_register", dying)
    assert (await _send(shop, "a", numbers)).status_code == 500
    rows = (await _send(shop, "a", numbers)).json()["orders"]
    assert [row["id"] for row in rows] == numbers
    assert {row["state"] for row in rows} == {"added"}, "as if the first request had gone through"
    assert len(parts) == 7, "of six parts the first was done once, the second failed once"


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "é"])
async def test_a_strange_key_is_named(shop: Shop, key: str) -> None:
    answer = await shop.ask(
        "POST", "/orders", json={"aliexpress_orders": ONE}, headers={"Idempotency-Key": key.encode()}
    )
    assert answer.status_code == 422
    assert [error["header"] for error in answer.json()["errors"]] == ["idempotency-key"]


async def test_an_estimate_is_never_in_the_past_unless_the_parcel_is_later_than_usual(shop: Shop) -> None:
    engine = shop.engine
    engine.source.add(ONE, "Package left sorting center of origin.")
    await shop.add(aliexpress_orders=ONE)
    await engine.look(hours=1)
    now = engine.clock.now()
    order = await engine.order(ONE)
    said = Estimate(first=now + timedelta(days=1), last=now + timedelta(days=4), at=now)
    parcel = replace(order.parcels[0], estimate=said)
    async with engine.store.write() as tx:
        await tx.orders.save_estimates([replace(order, parcels=(parcel, *order.parcels[1:]))])

    async def told() -> tuple[str, str, bool]:
        (found,) = (await shop.get(f"/orders/{ONE}"))["orders"]
        (listed,) = (await shop.get("/orders"))["orders"]
        assert listed["parcels"][0]["estimate"] == found["parcels"][0]["estimate"]
        estimate = found["parcels"][0]["estimate"]
        return estimate["first"], estimate["last"], estimate["over"]

    first, last = iso(said.first), iso(said.last)
    assert await told() == (first, last, False)
    engine.clock.pass_(hours=48)
    assert await told() == (iso(engine.clock.now()), last, False)
    engine.clock.pass_(hours=49)
    assert await told() == (first, last, True)
