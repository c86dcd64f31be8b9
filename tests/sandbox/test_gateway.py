from __future__ import annotations

import json

import pytest

from bot.sandbox.aliexpress import scenarios
from bot.sandbox.aliexpress.answers import ENVELOPES
from bot.sandbox.aliexpress.signing import request_signature
from bot.sandbox.box import Config
from tests.sandbox.conftest import Hands, MakeWorld, World, as_text, code_of, dig

TRACKING = "aliexpress.ds.order.tracking.get"
ROOT = "aliexpress_ds_order_tracking_get_response"
LINES = (ROOT, "result", "data", "tracking_detail_line_list")


async def test_a_good_call_is_answered(world: World) -> None:
    answer = await world.track(scenarios.PLAIN)
    assert dig(answer, ROOT, "result", "ret") is True
    nodes = dig(answer, *LINES, "tracking_detail", 0, "detail_node_list", "detail_node")
    assert isinstance(nodes, list)
    stamps = [node["time_stamp"] for node in nodes]
    assert len(nodes) == 11
    assert stamps == sorted(stamps, reverse=True)
    assert all(stamp < world.box.clock.now() * 1000 for stamp in stamps)


@pytest.mark.parametrize("place", ["query", "body", "mixed", "multipart"])
async def test_parameters_are_taken_from_wherever_they_are(world: World, place: str) -> None:
    pairs = world.signed(
        method=TRACKING,
        session=world.box.config.access_token,
        ae_order_id=scenarios.PLAIN,
        language="en_US",
    )
    url = f"{world.url}/aliexpress/sync"
    if place == "query":
        response = await world.http.get(url, params=pairs)
    elif place == "body":
        response = await world.http.post(url, data=pairs)
    elif place == "mixed":
        business = {name: pairs.pop(name) for name in ("ae_order_id", "language")}
        response = await world.http.post(url, params=pairs, data=business)
    else:
        response = await world.http.post(url, files={name: (None, value) for name, value in pairs.items()})
    assert ROOT in response.json()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"app_key": "1"}, "InvalidAppKey"),
        ({"timestamp": "0"}, "31"),
        ({"timestamp": "yesterday"}, "31"),
        ({"timestamp": ""}, "MissingParameter"),
        ({"sign_method": "md5"}, "IncompleteSignature"),
        ({"method": "aliexpress.ds.nothing.get"}, "InvalidApiPath"),
        ({"access_token": ""}, "MissingParameter"),
        ({"access_token": "never issued"}, "IllegalAccessToken"),
        ({"session": "both"}, "InvalidParameter"),
        ({"ae_order_id": ""}, "MissingParameter"),
        ({"language": ""}, "MissingParameter"),
    ],
)
async def test_each_mistake_has_its_code(world: World, changes: dict[str, str], code: str) -> None:
    good = {
        "method": TRACKING,
        "access_token": world.box.config.access_token,
        "ae_order_id": scenarios.PLAIN,
        "language": "en_US",
    }
    pairs = world.signed(**{**good, **changes})
    answer = (await world.http.post(f"{world.url}/aliexpress/sync", data=pairs)).json()
    assert code_of(answer) == code
    assert world.box.gateway.call_log.outcomes == {code: 1}


async def test_a_wrong_signature_is_refused(world: World) -> None:
    pairs = world.signed(method=TRACKING, access_token=world.box.config.access_token)
    for sign in ("0" * 64, pairs["sign"].lower(), "ünsigned"):
        answer = await world.http.post(f"{world.url}/aliexpress/sync", data={**pairs, "sign": sign})
        assert code_of(answer.json()) == "IncompleteSignature"


@pytest.mark.parametrize(("skew", "fine"), [(-7100, True), (7100, True), (-7300, False), (7300, False)])
async def test_the_clock_may_be_two_hours_off(world: World, skew: int, fine: bool) -> None:
    stamp = str(int((world.box.clock.now() + skew) * 1000))
    answer = await world.track(scenarios.PLAIN, timestamp=stamp)
    assert (ROOT in answer) is fine


async def test_a_text_time_stamp_is_in_beijing_time(world: World) -> None:
    world.hands.at = 1_790_000_000.0  # 2026-09-21 14:13:20 UTC
    assert ROOT in await world.track(scenarios.PLAIN, timestamp="2026-09-21 22:13:20")


async def test_a_dead_token_is_repeated_in_the_error(world: World) -> None:
    world.box.tokens.kill_access()
    answer = await world.track(scenarios.PLAIN)
    assert code_of(answer) == "IllegalAccessToken"
    assert world.box.config.access_token in as_text(answer)


async def test_plain_shape_is_lists_and_text_only(world: World) -> None:
    world.box.behavior.shape = "plain"
    answer = await world.track(scenarios.PLAIN)
    assert answer["code"] == "0"
    assert dig(answer, ROOT, "result", "ret") == "true"
    node = dig(answer, *LINES, 0, "detail_node_list", 0)
    assert isinstance(node, dict)
    assert all(isinstance(value, str) for value in node.values())


async def test_mixed_shapes_change_from_call_to_call(world: World) -> None:
    world.box.behavior.shape = "mixed"
    kinds = {type(dig(await world.track(scenarios.PLAIN), *LINES)) for _ in range(30)}
    assert len(kinds) == 2


async def test_a_list_of_one_may_come_bare(world: World) -> None:
    world.box.behavior.bare_single = True
    answer = await world.track(scenarios.PLAIN)
    assert isinstance(dig(answer, *LINES, "tracking_detail"), dict)


async def test_before_shipping_there_is_no_number_and_an_empty_list_is_an_object(world: World) -> None:
    parcel = dig(await world.track(scenarios.NOT_SHIPPED), *LINES, "tracking_detail", 0)
    assert dig(parcel, "mail_no") == ""
    assert dig(parcel, "package_item_list") == {}


@pytest.mark.parametrize(
    ("empty", "wanted"), [("object", {}), ("list", {"package_item": []}), ("absent", None)]
)
async def test_an_empty_list_comes_as_told(world: World, empty: str, wanted: object) -> None:
    await world.control("/aliexpress/behavior", empty=empty)
    parcel = dig(await world.track(scenarios.NOT_SHIPPED), *LINES, "tracking_detail", 0)
    assert isinstance(parcel, dict)
    assert parcel.get("package_item_list") == wanted


async def test_without_a_carrier_s_name_there_is_its_partner_s(world: World) -> None:
    await world.control(f"/orders/{scenarios.PLAIN}", carrier="")
    parcel = dig(await world.track(scenarios.PLAIN), *LINES, "tracking_detail", 0)
    assert isinstance(parcel, dict)
    assert "carrier_name" not in parcel
    assert parcel["cp_name"] == "CAINIAO"


async def test_a_node_may_lack_its_description(world: World) -> None:
    await world.control(f"/orders/{scenarios.PLAIN}/nodes", name="Shipping update")
    answer = await world.track(scenarios.PLAIN)
    node = dig(answer, *LINES, "tracking_detail", 0, "detail_node_list", "detail_node", 0)
    assert isinstance(node, dict)
    assert node.keys() == {"time_stamp", "tracking_name"}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en_US", "Departed from departure country/region"),
        ("ru_RU", "Посылка покинула"),
        ("ru", "Посылка покинула"),
        ("pt_BR", "Saiu do país"),
        ("iw_IL", "יצאה ממדינת"),
        ("he_IL", "יצאה ממדינת"),
        ("zh_CN", "已离开发货国家"),
        ("ja_JP", "出発しました"),
        ("xx_XX", "Departed from departure country/region"),
        ("in_ID", "Departed from departure country/region"),
    ],
)
async def test_texts_come_in_the_asked_language(world: World, language: str, words: str) -> None:
    answer = await world.track(scenarios.PLAIN, language)
    node = dig(answer, *LINES, "tracking_detail", 0, "detail_node_list", "detail_node", 0)
    assert words in as_text(node)


async def test_an_unknown_order_is_no_error_to_tracking_but_one_to_the_order_call(world: World) -> None:
    answer = await world.track(scenarios.UNKNOWN)
    assert dig(answer, ROOT, "result") == {"ret": False, "msg": "TRACKING DATA NOT FOUND", "code": "1001"}
    query = json.dumps({"order_id": scenarios.UNKNOWN})
    refused = await world.sync("aliexpress.trade.ds.order.get", single_order_query=query)
    assert dig(refused, "error_response", "code") == "15"
    assert dig(refused, "error_response", "sub_code") == "isv.insufficient-permission"


async def test_the_order_call_tells_status_and_reason(world: World) -> None:
    await world.control(f"/orders/{scenarios.CANCELLED}/next")
    query = json.dumps({"order_id": int(scenarios.CANCELLED)})
    answer = await world.sync("aliexpress.trade.ds.order.get", single_order_query=query)
    result = dig(answer, "aliexpress_trade_ds_order_get_response", "result")
    assert dig(result, "order_status") == "FINISH"
    assert dig(result, "child_order_list", "aeop_child_order_info", 0, "end_reason") == "CANCELED"


@pytest.mark.parametrize("query", ["", "[]", "{}", "not json"])
async def test_the_order_call_wants_its_query_as_json(world: World, query: str) -> None:
    answer = await world.sync("aliexpress.trade.ds.order.get", single_order_query=query)
    assert code_of(answer) in {"MissingParameter", "InvalidParameter"}


@pytest.mark.parametrize("shape", ENVELOPES)
async def test_trouble_comes_in_every_envelope(world: World, shape: str) -> None:
    await world.control("/faults", target="aliexpress", kind="outage", envelope=shape)
    answer = await world.track(scenarios.PLAIN)
    assert "isp.service-unavailable" in as_text(answer)
    root = {"A": "error_response", "B": "error_response", "C": "message", "D": ROOT, "H": ROOT}[shape]
    assert root in answer
    assert ROOT in await world.track(scenarios.PLAIN)


async def test_too_many_calls_in_a_second_are_banned_for_the_told_time(world: World) -> None:
    world.box.behavior.calls_per_second = 2
    world.box.behavior.ban_seconds = 3
    answers = [await world.track(scenarios.PLAIN) for _ in range(4)]
    assert [ROOT in answer for answer in answers] == [True, True, False, False]
    assert code_of(answers[2]) == "ApiCallLimit"
    assert "this ban will last 3 seconds" in as_text(answers[2])
    world.hands.at += 2.9
    assert ROOT not in await world.track(scenarios.PLAIN)
    world.hands.at += 0.2
    assert ROOT in await world.track(scenarios.PLAIN)


async def test_the_day_s_calls_come_back_at_midnight_in_beijing(world: World) -> None:
    world.box.behavior.calls_per_day = 1
    assert ROOT in await world.track(scenarios.PLAIN)
    refused = await world.track(scenarios.PLAIN)
    seconds = int(as_text(refused).split("will last ")[1].split()[0])
    assert 0 < seconds <= 86_400
    world.hands.at += seconds
    assert ROOT in await world.track(scenarios.PLAIN)


async def test_every_call_is_in_the_ledger(world: World) -> None:
    await world.track(scenarios.PLAIN, "ru_RU")
    await world.track(scenarios.PLAIN, access_token="dead")
    ledger = await world.control("/aliexpress/ledger", "GET")
    first, second = dig(ledger, "calls", 0), dig(ledger, "calls", 1)
    assert dig(first, "order_id") == scenarios.PLAIN
    assert (dig(first, "language"), dig(first, "outcome")) == ("ru_RU", "ok")
    assert dig(second, "outcome") == "IllegalAccessToken"
    assert dig(ledger, "busiest_second") == 2


async def test_a_system_call_below_sync_carries_its_path_as_method(world: World) -> None:
    config = world.box.config
    pairs = {
        "app_key": config.app_key,
        "timestamp": str(int(world.box.clock.now() * 1000)),
        "sign_method": "sha256",
        "method": "/auth/token/refresh",
        "refresh_token": config.refresh_token,
    }
    pairs["sign"] = request_signature(config.app_secret, pairs, "/auth/token/refresh")
    for door in ("sync", "rest"):
        answer = (await world.http.post(f"{world.url}/aliexpress/{door}", data=pairs)).json()
        assert ("/auth/token/refresh_response" in answer) or code_of(answer) == "IllegalRefreshToken"


async def test_nothing_moves_before_anybody_looked(make_world: MakeWorld) -> None:
    hands = Hands()
    world = make_world(Config(time=hands, seconds_per_day=20.0))
    hands.at += 3600
    answer = await world.track(scenarios.PLAIN)
    assert len(dig(answer, *LINES, "tracking_detail", 0, "detail_node_list", "detail_node")) == 11  # type: ignore[arg-type]
    hands.at += 21
    answer = await world.track(scenarios.PLAIN)
    nodes = dig(answer, *LINES, "tracking_detail", 0, "detail_node_list", "detail_node")
    assert isinstance(nodes, list)
    assert len(nodes) == 12
    assert 0 <= hands.at * 1000 - nodes[0]["time_stamp"] < 20_000
