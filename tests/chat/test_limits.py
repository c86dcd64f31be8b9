"""Limits in virtual time: never above a window, near the whole rate, replies first, waits are one chat's."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.limits import Priority, SendLimiter
from bot.chat.telegram import Ambiguous, FloodWait, NotSent, Turn, Withdrawn
from bot.model import StillWanted
from bot.sandbox.telegram.limits import FloodLimiter, FloodRates
from tests.chat.standin import TOKEN, bot_on, message, ok, refusal
from tests.virtual import clock

STRICT = FloodRates(enabled=True, slack=0)
EVER: dict[int, float] = dict.fromkeys(Priority, 1e6)  # patience without end


@dataclass
class Server:
    """Sends take time there and back; each arrival is noted and may be refused."""

    latency: Callable[[], tuple[float, float]] = lambda: (0.03, 0.03)
    rates: FloodRates = STRICT
    arrivals: list[tuple[float, int]] = field(default_factory=list)
    waits: dict[int, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.enforcer = FloodLimiter(self.rates)

    async def send(self, limits: SendLimiter, chat_id: int, priority: Priority = Priority.PUSH) -> None:
        await limits.process_request(
            self._arrive, (chat_id,), {}, "sendMessage", {"chat_id": chat_id}, Turn(priority=priority)
        )

    async def _arrive(self, chat_id: int) -> bool:
        there, back = self.latency()
        await asyncio.sleep(there)
        wait = float(self.enforcer.admit(chat_id, clock()))
        if self.waits.get(chat_id):
            wait = self.waits[chat_id].pop(0)
        if not wait:
            self.arrivals.append((clock(), chat_id))
        await asyncio.sleep(back)
        if wait:
            raise FloodWait(wait)
        return True

    def most_within(self, seconds: float, chat_id: int | None = None) -> int:
        """The most arrivals in any stretch of so many seconds."""
        times = [at for at, chat in self.arrivals if chat_id is None or chat == chat_id]
        return max((sum(1 for t in times if start <= t < start + seconds) for start in times), default=0)


def jittery(seed: int, base: float, spread: float) -> Callable[[], tuple[float, float]]:
    rng = random.Random(seed)
    return lambda: (base / 2 + rng.expovariate(1 / spread), base / 2 + rng.expovariate(1 / spread))


# ── the rate ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("base", "spread"), [(0.003, 0.0005), (0.06, 0.003), (0.2, 0.005)], ids=["loopback", "near", "far"]
)
async def test_a_burst_of_2000_leaves_at_98_percent_of_the_rate_without_one_refusal(
    base: float, spread: float
) -> None:
    server = Server(latency=jittery(1, base, spread))
    limits = SendLimiter(clock=clock, patience=EVER)
    start = clock()
    gate = asyncio.Semaphore(32)

    async def tell(chat_id: int) -> None:
        async with gate:
            await server.send(limits, chat_id)

    await asyncio.gather(*(tell(number % 500 + 1) for number in range(2000)))
    elapsed = server.arrivals[-1][0] - start
    assert not server.enforcer.violations
    assert len(server.arrivals) == 2000
    assert 2000 / elapsed >= 0.98 * 30
    assert server.most_within(1.0) <= 30


SENDS = st.lists(
    st.tuples(
        st.floats(0, 2),  # pause before
        st.sampled_from([1, 1, 1, 2, 3, -1, -1, -2]),
        st.sampled_from(list(Priority)),
    ),
    max_size=150,
)


@settings(max_examples=60, deadline=None)
@given(sends=SENDS, seed=st.integers(0, 2**32), crowd=st.integers(0, 120))
async def test_no_limit_is_ever_passed_whatever_is_sent(
    sends: list[tuple[float, int, Priority]], seed: int, crowd: int
) -> None:
    rng = random.Random(seed)
    ways = [0.02, 0.02, 0.025, 0.05, 0.2]
    server = Server(latency=lambda: (rng.choice(ways), rng.choice(ways)))
    limits = SendLimiter(clock=clock, patience=EVER)
    tasks = [asyncio.create_task(server.send(limits, 100 + number)) for number in range(crowd)]
    for pause, chat_id, priority in sends:
        await asyncio.sleep(pause / 10)
        tasks.append(asyncio.create_task(server.send(limits, chat_id, priority)))
    await asyncio.gather(*tasks)
    assert not server.enforcer.violations
    assert len(server.arrivals) == len(sends) + crowd
    assert server.most_within(1.0) <= 30
    for group in (-1, -2):
        assert server.most_within(60.0, group) <= 20


async def test_pushes_to_one_chat_leave_one_a_second_but_for_a_pair() -> None:
    server = Server(latency=jittery(2, 0.05, 0.01))
    limits = SendLimiter(clock=clock, patience={Priority.PUSH: 100})
    await asyncio.gather(*(server.send(limits, 5) for _ in range(10)))
    assert server.most_within(1.999, 5) == 2
    assert server.most_within(2.999, 5) == 3


async def test_a_reply_of_three_messages_leaves_at_once() -> None:
    server, limits = Server(), SendLimiter(clock=clock)
    start = clock()
    for _ in range(3):
        await server.send(limits, 5, Priority.REPLY)
    assert clock() - start < 0.3


async def test_a_group_keeps_the_last_places_of_the_minute_for_replies() -> None:
    server, limits = Server(), SendLimiter(clock=clock, patience=EVER)
    for _ in range(18):
        await server.send(limits, -7)
    await asyncio.sleep(3)
    assert limits.ready_in(-7, Priority.PUSH) > 30
    assert limits.ready_in(-7, Priority.REPLY) == 0


async def test_calls_that_no_limit_counts_pass_at_once() -> None:
    limits = SendLimiter(clock=clock)

    async def call() -> bool:
        return True

    start = clock()
    for _ in range(100):
        for endpoint in ("answerCallbackQuery", "sendChatAction", "getMe", "setMyCommands"):
            await limits.process_request(call, (), {}, endpoint, {"chat_id": 5}, None)
    assert clock() - start == 0


@pytest.mark.parametrize(
    ("error", "least", "most"),
    [(NotSent("connection refused"), 0, 0), (Ambiguous("reset"), 0.9, 2.1)],
    ids=["surely not sent", "may have arrived"],
)
async def test_only_a_send_that_may_have_arrived_is_counted(
    error: Exception, least: float, most: float
) -> None:
    limits = SendLimiter(clock=clock)
    for _ in range(2):
        limits.settle(await limits.acquire(5, Priority.PUSH), error)
    assert least <= limits.ready_in(5) <= most


async def test_hung_sends_hold_the_others_for_a_moment_only() -> None:
    limits = SendLimiter(clock=clock, patience={Priority.PUSH: 100})
    for chat_id in range(1, 31):
        await limits.acquire(chat_id, Priority.PUSH)  # and never an answer
    start = clock()
    await limits.acquire(99, Priority.PUSH)
    assert clock() - start < 3.1


# ── who goes first ──────────────────────────────────────────────────────────────────────────────


async def order_of(*sends: tuple[float, int, Priority]) -> list[str]:
    """Whose turn came when; each send is the seconds until it is asked for, its chat, its priority."""
    limits, order = SendLimiter(clock=clock, patience=EVER), list[str]()

    async def send(delay: float, chat: int, priority: Priority) -> None:
        await asyncio.sleep(delay)
        ticket = await limits.acquire(chat, priority)
        order.append(priority.name)
        await asyncio.sleep(0.02)
        limits.settle(ticket)

    await asyncio.gather(*(send(*one) for one in sends))
    return order


async def test_a_reply_overtakes_the_pushes_that_wait() -> None:
    pushes = [(0.0, chat, Priority.PUSH) for chat in range(1, 100)]
    order = await order_of(*pushes, (1.0, 500, Priority.REPLY))
    assert 28 <= order.index("REPLY") <= 36


async def test_pushes_are_not_starved_by_replies_without_end() -> None:
    replies = [(number / 60, 1000 + number, Priority.REPLY) for number in range(900)]
    order = await order_of(*replies, (2.0, 1, Priority.PUSH), (2.0, 2, Priority.MINOR))
    # 60 replies a second come, 30 leave: a queue of half of them, and five seconds of grace
    assert 100 < order.index("PUSH") < 30 * 15
    assert order.index("MINOR") < 30 * 25


async def test_one_chat_is_served_in_order() -> None:
    limits, order = SendLimiter(clock=clock, patience={Priority.PUSH: 100}), []

    async def send(number: int) -> None:
        limits.settle(await limits.acquire(5, Priority.PUSH))
        order.append(number)

    await asyncio.gather(*(send(number) for number in range(8)))
    assert order == list(range(8))


# ── flood waits ─────────────────────────────────────────────────────────────────────────────────


async def test_a_flood_wait_holds_its_own_chat_exactly_and_no_other() -> None:
    server = Server(waits={5: [40.0]})
    limits = SendLimiter(clock=clock)
    with pytest.raises(FloodWait) as caught:
        await server.send(limits, 5)
    assert caught.value.seconds == 40.0
    refused_at = clock()
    start = clock()
    await server.send(limits, 6)
    assert clock() - start < 0.2
    with pytest.raises(FloodWait) as held:
        await server.send(limits, 5)  # nothing leaves: the chat is known to be held
    assert held.value.seconds == pytest.approx(refused_at + 40 - clock())
    assert clock() + limits.frozen()[5] == pytest.approx(refused_at + 40)
    await asyncio.sleep(limits.ready_in(5))
    assert clock() == pytest.approx(refused_at + 40)
    await server.send(limits, 5)
    assert limits.frozen() == {}


async def test_a_reply_waits_out_a_short_flood_wait_by_itself() -> None:
    server, limits = Server(waits={5: [3.0, 2.0]}), SendLimiter(clock=clock)
    start = clock()
    await server.send(limits, 5, Priority.REPLY)
    assert 5.0 <= clock() - start < 5.5


async def test_a_reply_does_not_wait_out_a_long_one() -> None:
    server, limits = Server(waits={5: [3600.0]}), SendLimiter(clock=clock)
    start = clock()
    with pytest.raises(FloodWait):
        await server.send(limits, 5, Priority.REPLY)
    assert clock() - start < 1


async def test_a_flood_wait_known_from_before_a_restart_is_kept() -> None:
    limits = SendLimiter(clock=clock)
    limits.freeze(5, 120)
    assert limits.ready_in(5) == pytest.approx(120)


@pytest.mark.parametrize("lived", [0.3, 2.0, 20.0])
async def test_a_restart_in_the_middle_of_a_burst_passes_no_limit(lived: float) -> None:
    """A life begins every few seconds, and is told what the ones before it sent."""
    server = Server()
    begin = clock()
    while clock() - begin < 100:
        limits, life = SendLimiter(clock=clock, patience=EVER), clock()
        for at, chat_id in server.arrivals:
            limits.recall(chat_id, clock() - at)
        tasks = [
            asyncio.create_task(server.send(limits, chat_id, priority))
            for chat_id in (*[-1] * 9, -2, 5, 5, 6, *range(100, 130))
            for priority in (Priority.PUSH, Priority.REPLY)
        ]
        await asyncio.sleep(lived)
        for task in tasks:  # what is on its way is let arrive: it would be counted as sent this moment
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.1)
        assert clock() > life
    assert not server.enforcer.violations
    assert server.most_within(60.0, -1) >= 18


async def test_replies_are_told_once_to_be_kept_and_pushes_are_not() -> None:
    server, limits = Server(), SendLimiter(clock=clock)
    await server.send(limits, 5, Priority.REPLY)
    await server.send(limits, 6, Priority.PUSH)
    await server.send(limits, -1, Priority.REPLY)
    await asyncio.sleep(2)
    assert [(chat_id, round(ago, 1)) for chat_id, ago in limits.replied()] == [(5, 2.1), (-1, 2.0)]
    assert limits.replied() == []


async def test_many_chats_refused_in_a_row_slow_the_bot_and_it_recovers() -> None:
    server = Server(waits={chat: [30.0] for chat in range(1, 4)})
    limits = SendLimiter(clock=clock)
    for chat in range(1, 4):
        with pytest.raises(FloodWait):
            await server.send(limits, chat)
    assert limits._send_log.rate(clock()) == pytest.approx(21, abs=0.1)
    start = clock()
    await server.send(limits, 9)
    assert clock() - start < 0.2
    await asyncio.sleep(2 * 60)
    assert limits._send_log.rate(clock()) == 30


async def test_when_everybody_is_refused_the_whole_bot_waits() -> None:
    server = Server(waits={chat: [30.0] for chat in range(1, 6)})
    limits = SendLimiter(clock=clock)
    for chat in range(1, 6):
        with pytest.raises(FloodWait):
            await server.send(limits, chat)
    assert 25 < limits.ready_in(9) <= 30


async def test_refusals_between_successes_are_each_chats_own() -> None:
    server = Server(waits={chat: [30.0] for chat in range(1, 10)})
    limits = SendLimiter(clock=clock)
    for chat in range(1, 10):
        with pytest.raises(FloodWait):
            await server.send(limits, chat)
        await server.send(limits, 100 + chat)
    assert limits._send_log.rate(clock()) == 30
    assert limits.ready_in(99) < 0.1


# ── edits ───────────────────────────────────────────────────────────────────────────────────────


async def test_edits_and_messages_share_one_account() -> None:
    """A hundred pushes, each with the edit of its card, against a server that counts both together."""
    limits, enforcer = SendLimiter(clock=clock, patience=EVER), FloodLimiter(STRICT)

    def answer(method: str, data: dict[str, Any]) -> tuple[int, Any] | Exception:
        wait = enforcer.admit(data["chat_id"], clock())
        return refusal(429, "Too Many Requests", retry_after=wait) if wait else message()

    bot, _ = bot_on(answer, limiter=limits)
    start = clock()

    async def push(chat: int) -> None:
        await bot.call(
            "editMessageText", {"chat_id": chat, "message_id": 1, "text": "x"}, turn=Turn(priority=2)
        )
        await bot.call("sendMessage", {"chat_id": chat, "text": "x"}, turn=Turn(priority=1))

    await asyncio.gather(*(push(chat) for chat in range(1, 101)))
    assert not enforcer.violations
    assert clock() - start <= 1.1 * 200 / 30


async def test_the_edit_of_a_card_and_its_message_leave_together() -> None:
    limits = SendLimiter(clock=clock)
    start = clock()
    for priority in (Priority.MINOR, Priority.PUSH):
        limits.settle(await limits.acquire(5, priority))
    assert clock() - start == 0


async def test_in_a_group_edits_give_way_to_messages_when_the_minute_is_short() -> None:
    server, limits = Server(), SendLimiter(clock=clock, patience=EVER)
    for _ in range(10):
        await server.send(limits, -7)
    await asyncio.sleep(3)
    start = clock()
    await server.send(limits, -7)
    assert clock() - start < 0.1
    with pytest.raises(FloodWait) as held:  # at once: the message behind it is not to wait for it
        await limits.acquire(-7, Priority.MINOR, patience=10.0)
    assert held.value.seconds > 30


async def test_edits_are_slowed_with_the_messages() -> None:
    server = Server(waits={chat: [30.0] for chat in range(1, 4)})
    limits = SendLimiter(clock=clock, patience=EVER)
    for chat in range(1, 4):
        with pytest.raises(FloodWait):
            await server.send(limits, chat)
    start = clock()
    for chat in range(100, 160):
        limits.settle(await limits.acquire(chat, Priority.MINOR))
    assert clock() - start > 60 / 30 * 1.25


@pytest.mark.parametrize(("method", "of"), [("editMessageText", {"message_id": 1}), ("sendMessage", {})])
async def test_a_429_of_the_server_freezes_the_chat_for_messages_and_edits(
    method: str, of: dict[str, Any]
) -> None:
    limits = SendLimiter(clock=clock)
    bot, _ = bot_on(lambda method, data: refusal(429, "Too Many Requests", retry_after=9), limiter=limits)
    with pytest.raises(FloodWait):
        await bot.call(method, {"chat_id": 5, "text": "x"} | of, turn=Turn(priority=1))
    assert limits.frozen() == {5: pytest.approx(9)}
    assert limits.ready_in(5) == pytest.approx(9)


# ── waiting and leaving ─────────────────────────────────────────────────────────────────────────


async def test_nobody_waits_longer_than_its_patience() -> None:
    limits = SendLimiter(clock=clock, patience={Priority.PUSH: 2.5})
    for _ in range(2):
        limits.settle(await limits.acquire(5, Priority.PUSH))
    crowd = [asyncio.create_task(limits.acquire(chat, Priority.PUSH)) for chat in range(10, 200)]
    start = clock()
    results = await asyncio.gather(*crowd, return_exceptions=True)
    assert sum(isinstance(result, FloodWait) for result in results) > 100
    assert clock() - start == pytest.approx(2.5, abs=0.1)
    assert limits.waiting == 0


async def test_who_gives_up_leaves_no_trace() -> None:
    limits = SendLimiter(clock=clock)
    for _ in range(2):
        limits.settle(await limits.acquire(5, Priority.PUSH))
    task = asyncio.create_task(limits.acquire(5, Priority.PUSH))
    await asyncio.sleep(0.1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert limits.waiting == 0
    await asyncio.sleep(2)
    assert limits.ready_in(5) == 0


async def test_shutting_down_lets_nobody_hang() -> None:
    limits = SendLimiter(clock=clock)
    for _ in range(2):
        limits.settle(await limits.acquire(5, Priority.PUSH))
    task = asyncio.create_task(limits.acquire(5, Priority.PUSH))
    await asyncio.sleep(0.1)
    await limits.shutdown()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_quiet_chats_are_forgotten() -> None:
    limits = SendLimiter(clock=clock)
    for chat in range(1, 2000):
        limits.settle(await limits.acquire(chat, Priority.PUSH))
        await asyncio.sleep(1)
    assert len(limits._send_log._chats) < 400


async def test_a_process_that_may_not_send_does_not() -> None:
    """Asked at the moment of sending: while a message waited, another process may have become the leader."""
    started, outcomes = clock(), []
    limits = SendLimiter(clock=clock, allowed=lambda: clock() - started < 0.5)
    bot, seam = bot_on(lambda method, data: message(), limiter=limits)
    for method in (*["sendMessage"] * 3, "answerCallbackQuery", "setWebhook"):
        try:
            await bot.call(method, {"chat_id": 5, "text": "x"}, turn=Turn(priority=Priority.PUSH))
            outcomes.append("sent")
        except NotSent:
            outcomes.append("not sent")
    assert len(seam.calls) == 2
    assert outcomes == ["sent", "sent", "not sent", "not sent", "not sent"]


async def test_a_message_that_is_not_wanted_any_more_when_its_turn_comes_is_not_sent() -> None:
    """Whoever stops while a push waits behind another one is sent no more; its turn goes to the next."""
    bot, seam = bot_on(lambda method, data: message(), limiter=SendLimiter(clock=clock))

    async def stopped() -> bool:
        return False

    async def push(text: str, wanted: StillWanted | None) -> None:
        turn = Turn(priority=Priority.PUSH, still_wanted=wanted)
        await bot.call("sendMessage", {"chat_id": 5, "text": text}, turn=turn)

    start = clock()
    pushes = [push(str(number), stopped if 0 < number < 9 else None) for number in range(10)]
    found = await asyncio.gather(*pushes, return_exceptions=True)
    assert [type(one) for one in found] == [type(None), *[Withdrawn] * 8, type(None)]
    assert [data["text"] for _, data in seam.calls] == ["0", "9"]
    assert clock() - start < 1.5  # the last one did not wait for the others' places to pass


# ── on the library's bot ────────────────────────────────────────────────────────────────────────


async def test_the_bots_own_calls_pass_the_limits_with_their_priority() -> None:
    limits = SendLimiter(clock=clock)
    bot, seam = bot_on(
        lambda method, data: ok() if method.startswith("answer") else message(), limiter=limits
    )
    start = clock()
    for _ in range(3):
        await bot.call("sendMessage", {"chat_id": 5, "text": "x"}, turn=Turn(priority=Priority.PUSH))
    await bot.answer_callback_query("7")
    assert all(TOKEN not in str(data) for _, data in seam.calls)
    assert all(set(data) <= {"chat_id", "text", "callback_query_id"} for _, data in seam.calls)
    assert [method for method, _ in seam.calls] == ["sendMessage"] * 3 + ["answerCallbackQuery"]
    assert 2.0 <= clock() - start < 2.1
