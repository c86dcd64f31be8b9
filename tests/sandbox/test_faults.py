from __future__ import annotations

import asyncio

import httpx
import pytest

from bot.sandbox.aliexpress import scenarios
from bot.sandbox.faults import BadFault, Chaos, Fault
from tests.sandbox.conftest import World, code_of, dig, until

EMMA = 5000000101
ROOT = "aliexpress_ds_order_tracking_get_response"


async def count(world: World) -> int:
    messages = await world.control(f"/chats/{EMMA}/messages", "GET")
    assert isinstance(messages, list)
    return sum(message["is_bot"] for message in messages)


@pytest.fixture
async def started(live: World) -> World:
    await live.control(f"/chats/{EMMA}/say", text="/start")
    return live


@pytest.mark.parametrize("kind", ["close", "reset", "truncated"])
@pytest.mark.parametrize("effect", [False, True])
async def test_a_broken_line_before_or_after_the_effect(started: World, kind: str, effect: bool) -> None:
    await started.control("/faults", target="telegram", method="sendMessage", kind=kind, effect=effect)
    with pytest.raises(httpx.TransportError):
        await started.bot("sendMessage", chat_id=EMMA, text="x")
    assert await count(started) == effect
    await started.result("sendMessage", chat_id=EMMA, text="y")


@pytest.mark.parametrize("kind", ["close", "reset", "truncated"])
async def test_aliexpress_breaks_lines_too(live: World, kind: str) -> None:
    await live.control("/faults", target="aliexpress", kind=kind)
    with pytest.raises(httpx.TransportError):
        await live.track(scenarios.PLAIN)
    assert ROOT in await live.track(scenarios.PLAIN)
    ledger = await live.control("/aliexpress/ledger", "GET")
    assert dig(ledger, "outcomes") == {kind: 1, "ok": 1}


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "status", "status": 502}, 502),
        ({"kind": "status", "status": 503}, 503),
        ({"kind": "garbage"}, 200),
        ({"kind": "too_many", "retry_after": 7}, 429),
        ({"kind": "unauthorized"}, 401),
        ({"kind": "forbidden"}, 403),
    ],
)
async def test_telegram_s_refusals_on_demand(world: World, fault: dict[str, object], code: int) -> None:
    await world.control("/faults", target="telegram", method="getMe", **fault)
    url = f"{world.url}/telegram/bot{world.box.config.bot_token}/getMe"
    response = await world.http.get(url)
    assert response.status_code == code
    if fault["kind"] == "garbage":
        assert response.text.startswith("<html>")
    assert (await world.http.get(url)).json()["ok"] is True


async def test_a_status_after_the_effect_is_ambiguous(started: World) -> None:
    await started.control("/faults", target="telegram", method="sendMessage", kind="status", effect=True)
    assert await started.refusal("sendMessage", chat_id=EMMA, text="x") == "502 Bad Gateway"
    assert await count(started) == 1


async def test_a_fault_can_be_for_one_chat_and_several_times(world: World) -> None:
    await world.control("/chats/5000000101/say", text="hi")
    await world.control("/chats/5000000102/say", text="hi")
    await world.control("/faults", target="telegram", chat_id=EMMA, kind="too_many", times=2)
    await world.result("sendMessage", chat_id=5000000102, text="x")
    for _ in range(2):
        assert (await world.bot("sendMessage", chat_id=EMMA, text="x"))["error_code"] == 429
    await world.result("sendMessage", chat_id=EMMA, text="x")


async def test_a_fault_for_ever_lasts_until_it_is_taken_away(world: World) -> None:
    await world.control("/faults", target="aliexpress", kind="outage", times=None)
    for _ in range(5):
        assert ROOT not in await world.track(scenarios.PLAIN)
    await world.control("/faults?kind=outage", "DELETE")
    assert ROOT in await world.track(scenarios.PLAIN)


async def test_a_slow_answer_comes_late_and_the_other_calls_do_not_wait(live: World) -> None:
    await live.control("/faults", target="aliexpress", kind="slow", delay=0.3)
    slow = asyncio.create_task(live.track(scenarios.PLAIN))
    await until(lambda: bool(live.box.faults.struck))
    assert ROOT in await live.track(scenarios.PLAIN)
    assert not slow.done()
    assert ROOT in await slow


async def test_a_dying_token_stays_dead_and_a_forged_death_does_not(world: World) -> None:
    await world.control("/faults", target="aliexpress", kind="unauthorized")
    assert code_of(await world.track(scenarios.PLAIN)) == "IllegalAccessToken"
    assert ROOT in await world.track(scenarios.PLAIN)
    await world.control("/faults", target="aliexpress", kind="token_death")
    assert code_of(await world.track(scenarios.PLAIN)) == "IllegalAccessToken"
    assert code_of(await world.track(scenarios.PLAIN)) == "IllegalAccessToken"


async def test_an_empty_answer_is_a_hiccup(world: World) -> None:
    await world.control("/faults", target="aliexpress", kind="empty")
    answer = await world.track(scenarios.PLAIN)
    assert dig(answer, ROOT, "result", "data") == {"tracking_detail_line_list": {}}


async def test_throttling_on_demand_names_the_ban(world: World) -> None:
    await world.control("/faults", target="aliexpress", kind="too_many", retry_after=9)
    answer = await world.track(scenarios.PLAIN)
    assert dig(answer, "error_response", "msg") == (
        "Api access frequency exceeds the limit. this ban will last 9 seconds"
    )


async def test_any_refusal_can_be_ordered(world: World) -> None:
    white = {"code": "AppWhiteIpLimit", "message": "IP not allowed", "envelope": "A"}
    await world.control("/faults", target="aliexpress", kind="refuse", **white)
    assert code_of(await world.track(scenarios.PLAIN)) == "AppWhiteIpLimit"
    peer = "Bad Request: PEER_ID_INVALID"
    await world.control("/faults", target="telegram", kind="refuse", status=400, message=peer)
    assert await world.refusal("getMe") == f"400 {peer}"


@pytest.mark.parametrize("target", ["telegram", "aliexpress"])
async def test_a_huge_answer_can_be_left_unread(live: World, target: str) -> None:
    await live.control("/faults", target=target, kind="huge")
    url = f"{live.url}/telegram/bot{live.box.config.bot_token}/getMe"
    url = url if target == "telegram" else f"{live.url}/aliexpress/sync"
    read = 0
    async with live.http.stream("POST", url) as answer:
        async for chunk in answer.aiter_bytes():
            read += len(chunk)
            if read > 1_000_000:
                break
    assert read > 1_000_000
    await live.result("getMe")


def test_the_lottery_is_the_same_for_the_same_seed() -> None:
    def run(seed: int) -> list[Fault | None]:
        chaos = Chaos(seed=seed, rates={"telegram.close_after": 0.2, "telegram.status": 0.2})
        return [chaos.draw("telegram") for _ in range(50)]

    assert run(1) == run(1)
    assert run(1) != run(2)
    drawn = [fault for fault in run(1) if fault]
    assert {(fault.kind, fault.effect) for fault in drawn} == {("close", True), ("status", False)}
    assert 8 <= len(drawn) <= 32


def test_the_lottery_spares_the_other_server() -> None:
    chaos = Chaos(seed=1, rates={"telegram.status": 1.0})
    assert chaos.draw("aliexpress") is None


def test_the_lottery_can_be_for_some_methods_only() -> None:
    chaos = Chaos(seed=1, rates={"telegram.status": 1.0}, methods=frozenset({"sendMessage"}))
    assert chaos.draw("telegram", "getUpdates") is None
    assert chaos.draw("telegram", "sendMessage") is not None


async def test_chaos_is_set_and_ended_by_control(world: World) -> None:
    await world.control("/chaos", seed=3, rates={"telegram.status": 1.0})
    assert (await world.bot("getMe"))["error_code"] == 502
    state = await world.control("/faults", "GET")
    assert dig(state, "chaos") == {"seed": 3, "rates": {"telegram.status": 1.0}}
    await world.control("/chaos", seed=3, rates={})
    assert (await world.bot("getMe"))["ok"] is True


@pytest.mark.parametrize("rates", [{"telegram.unknown": 0.1}, {"mars.status": 0.1}, {"telegram.status": 2}])
def test_a_lottery_that_makes_no_sense(rates: dict[str, float]) -> None:
    with pytest.raises(BadFault):
        Chaos(seed=1, rates=rates)


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"target": "telegram"},
        {"target": "telegram", "kind": "x"},
        {"target": "telegram", "kind": "slow", "x": 1},
    ],
)
async def test_a_fault_that_makes_no_sense(world: World, fault: dict[str, object]) -> None:
    response = await world.http.post(f"{world.url}/control/faults", json=fault)
    assert response.status_code == 400
    assert "error" in response.json()
