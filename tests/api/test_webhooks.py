"""Webhooks by the API."""

from __future__ import annotations

from datetime import timedelta

from tests.api.conftest import Shop
from tests.api.test_gate import problem
from tests.parts import several

URL = "https://shop.example.com/parcel-events"


async def test_a_webhook_is_added_listed_rotated_resumed_and_removed(shop: Shop) -> None:
    assert await shop.get("/webhooks") == {"webhooks": []}
    answer = await shop.ask("POST", "/webhooks", json={"url": URL, "events": ["order.late"]})
    assert answer.status_code == 201
    made = answer.json()
    assert made["secret"].startswith("whsec_")
    assert (made["url"], made["events"], made["paused_at"], made["waiting"]) == (URL, ["order.late"], None, 0)
    (listed,) = (await shop.get("/webhooks"))["webhooks"]
    assert listed == {name: value for name, value in made.items() if name != "secret"}
    rotated = (await shop.ask("POST", f"/webhooks/{made['id']}/rotate")).json()
    assert rotated["secret"] not in ("", made["secret"])
    assert (await shop.ask("POST", f"/webhooks/{made['id']}/resume")).json() == {"waiting": 0}
    assert shop.wakes
    assert (await shop.ask("DELETE", f"/webhooks/{made['id']}")).status_code == 204
    assert await shop.get("/webhooks") == {"webhooks": []}
    for method, path in (("DELETE", ""), ("POST", "/rotate"), ("POST", "/resume")):
        problem(await shop.ask(method, f"/webhooks/{made['id']}{path}"), 404, "webhook_not_found")


async def test_orders_added_by_the_api_are_events(shop: Shop) -> None:
    await shop.ask("POST", "/webhooks", json={"url": URL})
    await shop.add(aliexpress_orders="8211744661738042")
    (listed,) = (await shop.get("/webhooks"))["webhooks"]
    assert listed["waiting"] == 1


async def test_what_was_set_aside_is_listed_and_sent_again(shop: Shop) -> None:
    ids = [(await shop.ask("POST", "/webhooks", json={"url": URL + end})).json()["id"] for end in ("", "/2")]
    await shop.add(aliexpress_orders=", ".join(several(3)))
    now, store = shop.engine.clock.now(), shop.engine.store
    async with store.write() as tx:
        for endpoint in ids:
            for event in await tx.webhooks.lease(endpoint, now, 9, timedelta(minutes=1)):
                await tx.webhooks.settle_aside(event, now, "it answered 500")
    path, other = (f"/webhooks/{one}" for one in ids)
    first = await shop.get(f"{path}/failed", limit=2)
    rest = await shop.get(f"{path}/failed", limit=2, cursor=first["next_cursor"])
    assert (len(first["events"]), len(rest["events"]), rest["next_cursor"]) == (2, 1, None)
    assert first["events"][0] == {
        "id": first["events"][0]["id"],
        "type": "order.booked",
        "order": first["events"][0]["order"],
        "created_at": "2026-11-20T12:00:00Z",
        "set_aside_at": "2026-11-20T12:00:00Z",
        "attempts": 1,
        "error": "it answered 500",
    }
    told = {event["order"] for event in first["events"] + rest["events"]}
    assert told == set(several(3))
    one = first["events"][0]["id"]
    assert (await shop.ask("POST", f"{path}/replay", json={"event": one})).json() == {"replayed": 1}
    problem(await shop.ask("POST", f"{path}/replay", json={"event": one}), 404, "event_not_found")
    problem(await shop.ask("POST", f"{path}/replay", json={"event": "evt_1"}), 422, "invalid_fields")
    assert (await shop.ask("POST", f"{path}/replay", json={})).json() == {"replayed": 2}
    assert shop.wakes
    assert (await shop.get(f"{path}/failed"))["events"] == []
    assert len((await shop.get(f"{other}/failed"))["events"]) == 3  # each endpoint by itself
    problem(await shop.ask("GET", "/webhooks/wh_none/failed"), 404, "webhook_not_found")
    problem(await shop.ask("POST", "/webhooks/wh_none/replay", json={}), 404, "webhook_not_found")
    for cursor in ("-1", "1e3", "9" * 40, "%00"):
        problem(await shop.ask("GET", f"{path}/failed?cursor={cursor}"), 422, "invalid_fields")


async def test_a_url_that_leads_inside_is_refused_by_its_field(shop: Shop) -> None:
    for url in ("http://shop.example.com/", "https://10.0.0.1/", "https://a:b@shop.example.com/"):
        found = problem(await shop.ask("POST", "/webhooks", json={"url": url}), 422, "invalid_fields")
        assert [(one["pointer"], one["code"]) for one in found["errors"]] == [("#/url", "bad_url")]
    assert (await shop.ask("POST", "/webhooks", json={"url": URL})).status_code == 201
    again = problem(await shop.ask("POST", "/webhooks", json={"url": URL}), 422, "invalid_fields")
    assert "already" in again["errors"][0]["detail"]
    wrong = {"url": URL, "events": ["order.eaten"]}
    found = problem(await shop.ask("POST", "/webhooks", json=wrong), 422, "invalid_fields")
    assert [one["pointer"] for one in found["errors"]] == ["#/events"]
