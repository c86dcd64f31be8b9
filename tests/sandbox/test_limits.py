from __future__ import annotations

import pytest

from bot.sandbox.box import Config
from bot.sandbox.telegram.limits import FloodLimiter, FloodRates
from tests.sandbox.conftest import Hands, MakeWorld, dig


def admitted(limits: FloodLimiter, chat_id: int, times: list[float]) -> int:
    return sum(limits.admit(chat_id, at) == 0 for at in times)


def test_without_limits_everything_passes() -> None:
    assert admitted(FloodLimiter(FloodRates()), 1, [0.0] * 500) == 500


def test_a_private_chat_takes_a_burst_and_then_one_a_second() -> None:
    limits = FloodLimiter(FloodRates(enabled=True))
    assert admitted(limits, 1, [0.0] * 10) == 3
    assert admitted(limits, 1, [1.0, 1.1, 2.0, 3.0]) == 3
    assert limits.violations["chat"] == 8


def test_a_group_takes_twenty_a_minute() -> None:
    limits = FloodLimiter(FloodRates(enabled=True))
    assert admitted(limits, -1, [float(second) for second in range(60)]) == 20
    assert limits.admit(-1, 59.0) == 1
    assert limits.admit(-1, 60.0) == 0


def test_all_chats_together_take_thirty_a_second() -> None:
    limits = FloodLimiter(FloodRates(enabled=True, slack=0))
    assert sum(limits.admit(chat, 0.0) == 0 for chat in range(1, 101)) == 30
    assert sum(limits.admit(chat, 1.0) == 0 for chat in range(101, 201)) == 30
    assert limits.violations["overall"] == 140


@pytest.mark.parametrize("rate", [10, 29])
def test_a_steady_pace_below_the_limit_is_never_refused(rate: int) -> None:
    limits = FloodLimiter(FloodRates(enabled=True))
    assert all(limits.admit(1000 + step, step / rate) == 0 for step in range(rate * 10))


async def test_a_429_tells_how_long_to_wait_in_body_and_header(make_world: MakeWorld) -> None:
    world = make_world(Config(time=Hands(), rates=FloodRates(enabled=True, private_burst=1)))
    await world.control("/chats/5000000101/say", text="hi")
    await world.result("sendMessage", chat_id=5000000101, text="x")
    answer = await world.bot("sendMessage", chat_id=5000000101, text="y")
    assert answer["description"] == "Too Many Requests: retry after 1"
    assert answer["parameters"] == {"retry_after": 1}
    assert world.answers[-1].headers["retry-after"] == "1"
    world.hands.at += 1
    await world.result("sendMessage", chat_id=5000000101, text="y")
    counted = await world.control("/telegram/limits", "GET")
    assert dig(counted, "violations") == {"chat": 1}


async def test_limits_can_be_changed_while_running(make_world: MakeWorld) -> None:
    world = make_world(Config(time=Hands()))
    changed = await world.control("/telegram/limits", enabled=True, group_per_minute=1)
    assert dig(changed, "group_per_minute") == 1
    group = -1004000000001
    await world.result("sendMessage", chat_id=group, text="x")
    assert (await world.bot("sendMessage", chat_id=group, text="y"))["parameters"] == {"retry_after": 60}
