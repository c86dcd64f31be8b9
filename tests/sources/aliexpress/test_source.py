"""What the source does about each kind of trouble."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

import pytest

from bot.errors import Misconfigured, Reauthorize, Rejected, Throttled, Transient
from bot.sources.aliexpress.budget import CallLimits
from tests.make import there
from tests.sources.aliexpress.world import ORDER_ID, logged_in, refusal, tracking, world


async def test_a_fetch_returns_the_parcels_of_the_order() -> None:
    here, source = await logged_in()
    here.gateway.result = tracking({"mail_no": "LP00675700340000", "carrier_name": "Cainiao  "})
    found = await source.fetch(ORDER_ID, "pt_BR")
    assert [(parcel.number, parcel.carrier) for parcel in found.parcels] == [("LP00675700340000", "Cainiao")]
    assert here.gateway.calls[-1]["language"] == "pt_BR"
    assert here.gateway.calls[-1]["ae_order_id"] == ORDER_ID


async def test_a_hundred_calls_with_a_dead_token_refresh_once() -> None:
    here, source = await logged_in()
    here.gateway.access = dict.fromkeys(here.gateway.access, here.clock.at)
    before = len(here.gateway.calls)
    found = await asyncio.gather(*(source.fetch(str(10**15 + i), "en_US", urgent=True) for i in range(100)))
    assert len(found) == 100
    assert here.gateway.refreshes == 1
    assert len(here.gateway.calls) - before == 201


async def test_two_processes_with_a_dead_token_refresh_once() -> None:
    here = world()
    one, two = here.source("one"), here.source("two")
    await here.authorize(one)
    await two.fetch(ORDER_ID, "en_US")
    here.gateway.access = dict.fromkeys(here.gateway.access, here.clock.at)
    orders = [str(10**15 + i) for i in range(20)]
    await asyncio.gather(*(s.fetch(order, "en_US", urgent=True) for order in orders for s in (one, two)))
    assert here.gateway.refreshes == 1


async def test_a_check_whose_answer_is_the_known_one_is_not_even_read() -> None:
    here, source = await logged_in()
    here.gateway.result = tracking({"mail_no": "LP1", "detail_node_list": {"detail_node": []}})
    known = there(await source.check(ORDER_ID, "en", ""))
    assert (known.language, known.fingerprint) == ("en", (await source.fetch(ORDER_ID, "en")).fingerprint)
    assert await source.check(ORDER_ID, "en", known.fingerprint) is None
    here.gateway.result = tracking({"mail_no": "LP2", "detail_node_list": {"detail_node": []}})
    changed = there(await source.check(ORDER_ID, "en", known.fingerprint))
    assert changed.fingerprint != known.fingerprint


async def test_an_answer_of_which_something_was_left_out_has_no_mark() -> None:
    here, source = await logged_in()
    far = int((here.clock.at + timedelta(days=30)).timestamp() * 1000)  # believable in a month, not today
    now = int(here.clock.at.timestamp() * 1000)
    nodes = [{"time_stamp": far, "tracking_name": "x"}, {"time_stamp": now, "tracking_name": "y"}]
    here.gateway.result = tracking({"mail_no": "LP1", "detail_node_list": {"detail_node": nodes}})
    found = there(await source.check(ORDER_ID, "en", ""))
    assert found.parcels
    assert found.fingerprint == ""


async def test_while_there_are_no_parcels_an_answer_has_no_mark() -> None:
    here, source = await logged_in()
    here.gateway.result = tracking()
    found = there(await source.check(ORDER_ID, "en", ""))
    assert (found.parcels, found.fingerprint) == ((), "")


async def test_who_asks_for_the_same_at_the_same_time_shares_one_call() -> None:
    here, source = await logged_in()
    before = len(here.gateway.calls)
    asked = ["he", "iw_IL", "ru", "he"]
    found = await asyncio.gather(*(source.fetch(ORDER_ID, language) for language in asked))
    assert [snapshot.language for snapshot in found] == asked
    assert len(here.gateway.calls) - before == 2
    await source.fetch(ORDER_ID, "he")
    assert len(here.gateway.calls) - before == 3


async def test_one_who_gives_up_does_not_take_the_answer_from_the_others() -> None:
    _, source = await logged_in()
    first = asyncio.create_task(source.fetch(ORDER_ID, "en_US"))
    second = asyncio.create_task(source.fetch(ORDER_ID, "en_US"))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).parcels


async def test_trouble_reaches_all_who_share_a_call() -> None:
    here, source = await logged_in()
    here.gateway.script.append(refusal("MissingParameter"))
    ends = await asyncio.gather(*(source.fetch(ORDER_ID, "en_US") for _ in range(3)), return_exceptions=True)
    assert [type(end) for end in ends] == [Rejected] * 3


async def test_closing_gives_up_what_is_under_way() -> None:
    _, source = await logged_in()
    running = asyncio.create_task(source.fetch(ORDER_ID, "en_US"))
    await asyncio.sleep(0)
    await source.aclose()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_ban_holds_every_call_back_for_its_length_and_a_margin() -> None:
    here, source = await logged_in()
    here.gateway.script.append(
        refusal("ApiCallLimit", "frequency exceeds the limit. this ban will last 3 seconds")
    )
    await source.fetch(ORDER_ID, "en_US")
    assert here.clock.slept == [pytest.approx(3.25)]
    assert "throttled" in here.seen.kinds()


async def test_a_long_ban_is_the_callers_to_wait_for() -> None:
    here, source = await logged_in()
    here.gateway.script.append(refusal("ApiCallLimit", "this ban will last 600 seconds"))
    with pytest.raises(Throttled) as caught:
        await source.fetch(ORDER_ID, "en_US")
    assert caught.value.seconds == pytest.approx(600.25)
    calls = len(here.gateway.calls)
    with pytest.raises(Throttled):
        await source.order_facts(ORDER_ID, urgent=True)
    assert len(here.gateway.calls) == calls


async def test_trouble_on_the_way_is_tried_three_times() -> None:
    here, source = await logged_in()
    before = len(here.gateway.calls)
    here.gateway.script += [
        refusal("ServiceTimeout"),
        refusal("15", "Remote service error"),
        OSError("reset"),
    ]
    with pytest.raises(Transient, match="reset"):
        await source.fetch(ORDER_ID, "en_US")
    assert len(here.gateway.calls) - before == 3
    assert here.clock.slept == [0.25, 0.5]


async def test_a_wrong_setting_stops_calls_and_is_looked_at_again_later() -> None:
    here, source = await logged_in()
    here.gateway.script += [refusal("AppWhiteIpLimit", "ip")] * 2
    for _ in range(5):
        with pytest.raises(Misconfigured, match="AppWhiteIpLimit"):
            await source.fetch(ORDER_ID, "en_US")
    assert len(here.gateway.script) == 1
    here.clock.pass_by(minutes=1)
    for _ in range(5):
        with pytest.raises(Misconfigured):
            await source.fetch(ORDER_ID, "en_US")
    assert here.gateway.script == []
    assert here.seen.kinds().count("misconfigured") == 1
    here.clock.pass_by(minutes=2)
    await source.fetch(ORDER_ID, "en_US")
    assert here.seen.kinds().count("repaired") == 1


@pytest.mark.parametrize(
    "sub_code", ["isv.permission-ip-whitelist-limit", "isv.permission-api-package-limit", "isv.brand-new"]
)
async def test_a_wrong_setting_told_by_a_sub_code_reaches_the_operator_once(sub_code: str) -> None:
    here, source = await logged_in()
    here.gateway.script += [refusal("11", "Insufficient ISV Permissions", sub_code=sub_code)] * 2
    for _ in range(3):
        for call in (source.fetch(ORDER_ID, "en_US"), source.fetch(ORDER_ID, "ru")):
            with pytest.raises(Misconfigured, match=sub_code):
                await call
        here.clock.pass_by(minutes=1)
    assert [kind for kind in here.seen.kinds() if kind in {"misconfigured", "unknown_code"}] == [
        "misconfigured"
    ]


@pytest.mark.parametrize("sub_code", ["isv.session-expired", "isv.invalid-session", "isv.brand-new"])
async def test_a_dead_session_told_by_a_sub_code_is_refreshed_and_the_call_replayed(sub_code: str) -> None:
    here, source = await logged_in()
    here.gateway.script.append(refusal("27", "Invalid session", sub_code=sub_code))
    assert (await source.fetch(ORDER_ID, "en_US")).found
    assert here.seen.kinds().count("refreshed") == 1


async def test_a_ban_of_an_hour_is_kept_to_the_hour() -> None:
    here, source = await logged_in()
    text = "App Call Limited. This ban will last for 3600 more seconds"
    here.gateway.script.append(refusal("7", text, sub_code="accesscontrol.limited-by-app-access-count"))
    with pytest.raises(Throttled) as caught:
        await source.fetch(ORDER_ID, "en_US")
    assert caught.value.seconds == pytest.approx(3600.25)
    here.clock.pass_by(minutes=59)
    with pytest.raises(Throttled):
        await source.fetch(ORDER_ID, "en_US")
    here.clock.pass_by(minutes=2)
    assert (await source.fetch(ORDER_ID, "en_US")).found


async def test_a_right_missing_for_orders_does_not_stop_tracking() -> None:
    here, source = await logged_in()
    here.gateway.script.append(refusal("InsufficientPermission", "no"))
    with pytest.raises(Misconfigured):
        await source.order_facts(ORDER_ID)
    await source.fetch(ORDER_ID, "en_US")


async def test_a_dead_grant_pauses_until_the_merchant_logs_in_anywhere() -> None:
    here = world(access_life=timedelta(days=1), refresh_life=timedelta(days=2))
    source, cli = here.source("bot"), here.source("cli")
    await here.authorize(source)
    here.clock.pass_by(days=3)
    for _ in range(5):
        with pytest.raises(Reauthorize):
            await source.fetch(ORDER_ID, "en_US")
    assert here.seen.kinds().count("reauthorize") == 1
    await here.authorize(cli)
    await source.fetch(ORDER_ID, "en_US")
    assert here.seen.kinds().count("reauthorized") == 1


async def test_a_shape_that_nobody_knows_is_an_event_for_the_operator() -> None:
    here, source = await logged_in()
    here.gateway.script.append({"aliexpress_trade_ds_order_get_response": {"result": {"state": "x"}}})
    with pytest.raises(Transient, match="UnknownShape"):
        await source.order_facts(ORDER_ID)
    shape = "{aliexpress_trade_ds_order_get_response:{result:{state:str}}}"
    assert here.seen.events == [("unknown_shape", shape)]


async def test_an_unknown_code_and_an_odd_entry_are_events_for_the_operator() -> None:
    here, source = await logged_in()
    node: dict[str, object] = {
        "time_stamp": int(here.clock.at.timestamp() * 1000),
        "tracking_name": "Order created",
    }
    whole: dict[str, object] = {"mail_no": "2", "detail_node_list": {"detail_node": [node]}}
    here.gateway.script += [
        refusal("BrandNew", "x"),
        tracking({"mail_no": "1", "detail_node_list": 7}, whole),
    ]
    await source.fetch(ORDER_ID, "en_US")
    assert here.seen.events == [("unknown_code", "BrandNew"), ("odd", "detail_node is int")]


async def test_every_call_is_counted_with_its_outcome() -> None:
    here, source = await logged_in()
    here.gateway.script += [refusal("ServiceTimeout"), refusal("IllegalAccessToken")]
    await source.fetch(ORDER_ID, "en_US")
    api = "aliexpress.ds.order.tracking.get"
    assert here.seen.calls == [(api, "Transient"), (api, "TokenDead"), (api, "ok")]
    logins_and_refreshes = 2
    assert (await source.limiter.usage()).used == 3 + logins_and_refreshes


async def test_a_check_may_not_use_the_reserve_but_a_person_may() -> None:
    here = world()
    here.limits = CallLimits(per_second=1e6, per_day=10)
    source = here.source()
    await here.authorize(source)
    orders = [str(10**15 + number) for number in range(20)]
    ends = [await _end(source.fetch(order, "en_US")) for order in orders]
    assert [type(end) for end in ends[-10:]] == [Throttled] * 10
    await source.fetch(ORDER_ID, "en_US", urgent=True)


async def test_the_operator_may_say_that_it_is_repaired() -> None:
    here, source = await logged_in()
    here.gateway.script.append(refusal("AppWhiteIpLimit"))
    with pytest.raises(Misconfigured):
        await source.fetch(ORDER_ID, "en_US")
    assert source.circuit.fault is not None
    source.resume()
    await source.fetch(ORDER_ID, "en_US")
    assert source.circuit.fault is None


async def _end(call: Awaitable[object]) -> object:
    (end,) = await asyncio.gather(call, return_exceptions=True)
    return end
