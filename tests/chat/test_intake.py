"""Intake: recorded before it is acknowledged, in order per chat, nobody blocked by a poison update."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from telegram import Update
from telegram.error import BadRequest, Conflict

from bot.chat.inbox import Backoff, Postponed, Unanswerable, queue_of, raw_update
from bot.chat.intake import (
    ALLOWED_UPDATES,
    BODY_LIMIT,
    Receiver,
    ReceiverState,
    UpdateWorkers,
    Webhook,
    conflict_reason,
    delete_webhook,
    set_webhook,
)
from bot.chat.telegram import Ambiguous, FloodWait
from bot.errors import StoreError, TokenRevoked
from bot.model import RawUpdate, SendRecord
from tests.chat.standin import NOW, Answer, Memory, bot_on, ok, refusal


def text_update(update_id: int, chat_id: int = 5, text: str = "hi") -> dict[str, Any]:
    return {
        "update_id": update_id,
        "message": {
            "message_id": update_id,
            "date": 1_700_000_000,
            "chat": {"id": chat_id, "type": "private"},
            "from": {"id": chat_id, "is_bot": False, "first_name": "A"},
            "text": text,
        },
    }


class Telegram:
    """getUpdates as the real server does it: an offset makes it forget everything before."""

    def __init__(self, *updates: dict[str, Any]) -> None:
        self.waiting = list(updates)
        self.troubles: list[Answer] = []
        self.offsets: list[int] = []
        self.forgotten: list[int] = []

    def __call__(self, method: str, data: dict[str, Any]) -> Answer:
        assert method == "getUpdates"
        offset = data.get("offset", 0)
        self.offsets.append(offset)
        self.forgotten += [
            update["update_id"] for update in self.waiting if update.get("update_id", offset) < offset
        ]
        self.waiting = [update for update in self.waiting if update.get("update_id", offset) >= offset]
        return self.troubles.pop(0) if self.troubles else ok(self.waiting[: data["limit"]])


def receiver_on(
    server: Callable[[str, dict[str, Any]], Answer],
    inbox: Any,
    states: list[ReceiverState] | None = None,
    waits: list[float] | None = None,
) -> Receiver:
    bot, _ = bot_on(server)
    heard: list[ReceiverState] = states if states is not None else []
    noted: list[float] = waits if waits is not None else []

    async def pause(seconds: float, stopping: asyncio.Event) -> None:
        noted.append(seconds)
        await asyncio.sleep(0)

    return Receiver(
        bot,
        inbox,
        asyncio.Event(),
        lambda: NOW,
        on_state=lambda state, reason: heard.append(state),
        rng=random.Random(1),
        sleep=pause,
    )


# ── receiving ───────────────────────────────────────────────────────────────────────────────────


async def test_the_offset_moves_only_after_the_inbox_holds_the_updates() -> None:
    # Mutation: moving the offset before `put` makes Telegram forget 1 and 2 here, and the test fails.
    class Dying(Memory):
        async def put(self, updates: Sequence[RawUpdate]) -> int:
            raise StoreError("killed while committing")

    server = Telegram(text_update(1), text_update(2))
    receiver = receiver_on(server, Dying())
    for _ in range(3):
        with pytest.raises(StoreError):
            await receiver.poll()
    assert server.offsets == [0, 0, 0]
    assert server.forgotten == []


async def test_whatever_telegram_forgets_is_in_the_inbox() -> None:
    server, inbox = Telegram(*(text_update(number) for number in range(1, 251))), Memory()
    receiver = receiver_on(server, inbox)
    while server.waiting:
        assert set(server.forgotten) <= set(inbox.rows)
        await receiver.poll()
    assert server.forgotten == list(range(1, 251)) == list(inbox.rows)


async def test_updates_that_come_twice_are_recorded_once() -> None:
    inbox = Memory()
    server = Telegram(text_update(1), text_update(2))
    assert await receiver_on(server, inbox).poll() == 2
    assert await receiver_on(server, inbox).poll() == 0


async def test_a_poll_asks_for_every_kind_it_needs_and_waits_long() -> None:
    bot, seam = bot_on(lambda method, data: ok([]))
    receiver = Receiver(bot, Memory(), asyncio.Event(), lambda: NOW)
    await receiver.poll()
    receiver.last_ok = NOW
    await receiver.poll()
    wanted = {"limit": 100, "allowed_updates": list(ALLOWED_UPDATES)}
    assert seam.calls == [  # the first one at once, so that a quiet bot is soon known to be ready
        ("getUpdates", {"timeout": 0} | wanted),
        ("getUpdates", {"timeout": 50} | wanted),
    ]


async def test_an_update_the_library_could_not_read_is_recorded_like_any_other() -> None:
    inbox = Memory()
    odd = {"update_id": 7, "message": {"message_id": "no number", "chat": "no chat"}}
    await receiver_on(Telegram(odd, text_update(8)), inbox).poll()
    assert json.loads(inbox.rows[7].payload) == odd
    assert 8 in inbox.rows


async def test_an_update_without_a_number_wedges_nothing() -> None:
    inbox = Memory()
    server = Telegram({"nonsense": True}, text_update(8))
    receiver = receiver_on(server, inbox)
    await receiver.poll()
    assert list(inbox.rows) == [8]


async def test_a_quiet_week_lets_the_numbering_start_anew() -> None:
    clock = [NOW]
    server = Telegram(text_update(900))
    bot, _ = bot_on(server)
    receiver = Receiver(bot, Memory(), asyncio.Event(), lambda: clock[0])
    await receiver.poll()
    await receiver.poll()
    clock[0] += timedelta(days=7)
    await receiver.poll()
    assert server.offsets == [0, 901, 0]


async def run_until(receiver: Receiver, met: Callable[[], bool]) -> None:
    """Let the receiver run until something is so, then stop it."""
    stopping = asyncio.Event()
    task = asyncio.create_task(receiver.run(stopping))
    async with asyncio.timeout(60):
        while not met():
            await asyncio.sleep(0)
    stopping.set()
    await task


async def test_a_conflict_is_named_waited_out_ever_more_slowly_and_survived() -> None:
    waits: list[float] = []
    states: list[ReceiverState] = []
    server = Telegram(text_update(1))
    text = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    server.troubles = [refusal(409, text)] * 4
    inbox = Memory()
    await run_until(receiver_on(server, inbox, states, waits), lambda: 1 in inbox.rows)
    assert states[:2] == [ReceiverState.STANDING_BY, ReceiverState.RECEIVING]
    assert states[-1] is ReceiverState.STOPPED
    assert waits == sorted(waits)
    assert waits[3] > 4 * waits[0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Conflict: can't use getUpdates method while webhook is active", "a webhook is set"),
        ("Conflict: terminated by other getUpdates request", "another instance"),
    ],
)
def test_a_conflict_is_explained(text: str, reason: str) -> None:
    assert reason in conflict_reason(Conflict(text))


async def test_one_success_between_conflicts_does_not_make_it_pushy() -> None:
    waits: list[float] = []
    server = Telegram(text_update(1))
    conflict = refusal(409, "Conflict: terminated by other getUpdates request")
    server.troubles = [conflict, conflict, conflict, ok([]), conflict]
    receiver = receiver_on(server, Memory(), waits=waits)
    await run_until(receiver, lambda: len(waits) >= 4)
    assert waits[3] > waits[2] > waits[1] > waits[0]


async def test_one_401_does_not_end_receiving() -> None:
    states: list[ReceiverState] = []
    server = Telegram(text_update(1))
    server.troubles = [refusal(401, "Unauthorized"), refusal(404, "Not Found")]
    inbox = Memory()
    await run_until(receiver_on(server, inbox, states), lambda: 1 in inbox.rows)
    assert states[:2] == [ReceiverState.TOKEN_REVOKED, ReceiverState.RECEIVING]


@pytest.mark.parametrize(
    "trouble",
    [
        Ambiguous("TimeoutError"),
        refusal(500, "Internal Server Error"),
        (200, b"garbage"),
        ok({"not": "a list"}),
        ok([{"no number": 1}]),
        RuntimeError("nobody expects this"),
    ],
    ids=["timeout", "500", "garbage", "no list", "no numbers", "bug"],
)
async def test_any_trouble_passes(trouble: Answer) -> None:
    server = Telegram(text_update(1))
    server.troubles = [trouble]
    inbox = Memory()
    receiver = receiver_on(server, inbox)
    await run_until(receiver, lambda: 1 in inbox.rows)
    assert receiver.last_ok == NOW


async def test_the_watchdog_sees_an_intake_that_hears_nothing() -> None:
    server = Telegram()
    server.troubles = [refusal(401, "Unauthorized")] * 3
    receiver = receiver_on(server, Memory())
    with pytest.raises(TokenRevoked):
        await receiver.poll()
    assert receiver.last_ok is None


async def test_stopping_cuts_a_long_poll_short() -> None:
    bot, seam = bot_on(lambda method, data: ok([]))
    polled = asyncio.Event()

    async def hang(*args: Any) -> Any:
        polled.set()
        await asyncio.Event().wait()

    seam._exchange = hang  # type: ignore[method-assign,assignment]  # a server that never answers
    stopping = asyncio.Event()
    task = asyncio.create_task(Receiver(bot, Memory(), asyncio.Event(), lambda: NOW).run(stopping))
    await polled.wait()
    stopping.set()
    async with asyncio.timeout(20):  # a long poll is 50
        await task


async def test_stopping_never_cuts_the_recording_short() -> None:
    stopping, entered, go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()

    class Slow(Memory):
        async def put(self, updates: Sequence[RawUpdate]) -> int:
            entered.set()
            await go_on.wait()
            return await super().put(updates)

    inbox = Slow()
    task = asyncio.create_task(receiver_on(Telegram(text_update(1)), inbox).run(stopping))
    await entered.wait()
    stopping.set()
    await asyncio.sleep(0)
    go_on.set()
    await task
    assert 1 in inbox.rows


def test_waits_grow_to_a_bound_and_start_over() -> None:
    backoff = Backoff(0.5, 30.0, random.Random(3))
    waits = [backoff.next() for _ in range(50)]
    assert 0.25 <= waits[0] <= 0.5
    assert all(15.0 <= wait <= 30.0 for wait in waits[10:])
    backoff.reset()
    assert backoff.next() <= 0.5


# ── which updates stay in order ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("update", "queue"),
    [
        ({"update_id": 1, "message": {"chat": {"id": -5}, "from": {"id": 9}}}, -5),
        ({"update_id": 1, "callback_query": {"from": {"id": 9}, "message": {"chat": {"id": -5}}}}, -5),
        ({"update_id": 1, "callback_query": {"from": {"id": 9}, "inline_message_id": "x"}}, 9),
        ({"update_id": 1, "my_chat_member": {"chat": {"id": 9}, "from": {"id": 9}}}, 9),
        ({"update_id": 1, "inline_query": {"from": {"id": 9}}}, 9),
        ({"update_id": 1, "poll": {"id": "x"}}, 0),
        ({"update_id": 1, "message": "garbage"}, 0),
        ({"update_id": 1}, 0),
    ],
)
def test_an_update_queues_with_its_chat_else_its_user(update: dict[str, Any], queue: int) -> None:
    assert queue_of(update) == queue


@pytest.mark.parametrize("number", [None, "7", True, 1.5])
def test_an_update_without_a_number_is_no_update(number: object) -> None:
    assert raw_update({"update_id": number}, NOW) is None


# ── webhook ─────────────────────────────────────────────────────────────────────────────────────

SECRET = "webhook-secret"
BODY = json.dumps(text_update(1)).encode()


def webhook_on(inbox: Memory) -> Webhook:
    return Webhook(inbox, asyncio.Event(), SECRET, lambda: NOW)


async def test_a_webhook_call_is_recorded_before_it_is_answered() -> None:
    inbox = Memory()
    assert await webhook_on(inbox).accept(BODY, SECRET) == 200
    assert inbox.log == [("put", 1)]


async def test_a_webhook_call_that_could_not_be_recorded_is_not_acknowledged() -> None:
    class Dying(Memory):
        async def put(self, updates: Sequence[RawUpdate]) -> int:
            raise StoreError("disk full")

    with pytest.raises(StoreError):
        await webhook_on(Dying()).accept(BODY, SECRET)


@pytest.mark.parametrize("secret", ["", "wrong", "webhook-secre", "ключ"])
async def test_a_webhook_call_without_the_secret_is_turned_away(secret: str) -> None:
    inbox = Memory()
    assert await webhook_on(inbox).accept(BODY, secret) == 401
    assert not inbox.rows


async def test_a_huge_webhook_body_is_turned_away() -> None:
    assert await webhook_on(Memory()).accept(b" " * (BODY_LIMIT + 1), SECRET) == 413


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"update_id": "x"}', b"\xff\xfe"])
async def test_an_unreadable_webhook_body_is_not_asked_for_again(body: bytes) -> None:
    inbox = Memory()
    assert await webhook_on(inbox).accept(body, SECRET) == 200
    assert not inbox.rows


async def test_setting_and_deleting_the_webhook_keep_what_waits() -> None:
    bot, seam = bot_on(lambda method, data: ok())
    await set_webhook(bot, "https://shop.example/telegram", SECRET)
    assert seam.calls[0][1]["drop_pending_updates"] is False
    assert seam.calls[0][1]["allowed_updates"] == list(ALLOWED_UPDATES)
    await delete_webhook(bot)
    assert seam.calls[1] == ("deleteWebhook", {"drop_pending_updates": False})


# ── handling ────────────────────────────────────────────────────────────────────────────────────


class Shop:
    """A handler that notes what it does; some texts fail, some wait for a gate."""

    def __init__(self) -> None:
        self.handled: list[tuple[int, int]] = []
        self.running: dict[int, int] = {}
        self.most_at_once = 0
        self.overlaps = 0
        self.errors: dict[str, Exception] = {}
        self.gates: dict[str, asyncio.Event] = {}

    async def __call__(self, update: Update) -> None:
        assert update.message
        chat_id, text = update.message.chat_id, update.message.text or ""
        self.overlaps += self.running.get(chat_id, 0)
        self.running[chat_id] = self.running.get(chat_id, 0) + 1
        self.most_at_once = max(self.most_at_once, sum(self.running.values()))
        try:
            if gate := self.gates.get(text):
                await gate.wait()
            await asyncio.sleep(0)
            if error := self.errors.get(text):
                raise error
            self.handled.append((chat_id, update.update_id))
        finally:
            self.running[chat_id] -= 1


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def working(
    inbox: Any,
    handle: Callable[[Update], Awaitable[None]],
    clock: Callable[[], datetime],
    drain: float = 0.05,
    **options: Any,
) -> Any:
    bot, _ = bot_on(lambda method, data: ok())
    arrived, stopping = asyncio.Event(), asyncio.Event()
    workers = UpdateWorkers(
        bot, inbox, arrived, handle, clock, idle=options.pop("idle", 0.001), rng=random.Random(1), **options
    )
    task = asyncio.create_task(workers.run(stopping, drain=drain))
    try:
        yield workers, arrived
    finally:
        stopping.set()
        await task


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not met():
            await asyncio.sleep(0)


def rows(*updates: dict[str, Any]) -> list[RawUpdate]:
    return [row for update in updates if (row := raw_update(update, NOW)) is not None]


async def filled(*updates: dict[str, Any]) -> Memory:
    inbox = Memory()
    await inbox.put(rows(*updates))
    return inbox


async def test_one_chat_is_handled_in_order_and_chats_side_by_side() -> None:
    rng = random.Random(5)
    inbox = await filled(*(text_update(number, chat_id=rng.randint(1, 9)) for number in range(1, 201)))
    shop = Shop()
    async with working(inbox, shop, lambda: NOW, concurrency=8):
        await until(lambda: set(inbox.state.values()) == {"done"})
    assert shop.overlaps == 0
    assert 2 <= shop.most_at_once <= 8
    assert sorted(number for _, number in shop.handled) == list(range(1, 201))
    for chat in range(1, 10):
        numbers = [number for owner, number in shop.handled if owner == chat]
        assert numbers == sorted(numbers)


async def test_a_slow_chat_holds_nobody_else() -> None:
    inbox = await filled(text_update(1, 5, "slow"), text_update(2, 5), text_update(3, 6))
    shop = Shop()
    shop.gates["slow"] = asyncio.Event()
    async with working(inbox, shop, lambda: NOW):
        await until(lambda: inbox.state[3] == "done")
        assert (5, 2) not in shop.handled
        shop.gates["slow"].set()
        await until(lambda: inbox.state[2] == "done")
    assert shop.handled == [(6, 3), (5, 1), (5, 2)]


async def test_a_poison_update_is_tried_five_times_set_aside_and_its_chat_goes_on() -> None:
    inbox = await filled(text_update(1, 5, "poison"), text_update(2, 5), text_update(3, 6))
    shop, clock, aside = Shop(), Clock(), []
    shop.errors["poison"] = ValueError("cannot")

    async def told(update: RawUpdate, error: str) -> None:
        aside.append((update, error))
        raise ValueError("nor can this")

    async with working(inbox, shop, clock, on_aside=told):
        await until(lambda: inbox.state[3] == "done")
        while inbox.state[1] == "due":
            clock.now += timedelta(seconds=1)
            await asyncio.sleep(0.002)
        await until(lambda: inbox.state[2] == "done")
    assert inbox.state[1] == "aside"
    assert inbox.rows[1].attempts == 5
    assert [(update.update_id, error) for update, error in aside] == [(1, "ValueError: cannot")]
    assert clock.now - NOW < timedelta(seconds=40)


async def test_a_handler_that_hangs_is_cut_off_before_its_lease_ends_and_tried_again() -> None:
    inbox = await filled(text_update(1, 5, "slow"))
    clock, begun, cut = Clock(), [], []

    async def handle(update: Update) -> None:
        begun.append(update.update_id)
        if len(begun) == 1:
            try:
                await asyncio.Event().wait()
            finally:
                cut.append(update.update_id)

    async with working(inbox, handle, clock, lease=timedelta(seconds=0.04)):
        await until(lambda: bool(cut))
        clock.now += timedelta(minutes=1)
        await until(lambda: inbox.state[1] == "done")
    assert begun == [1, 1]
    assert inbox.errors[1].startswith("TimeoutError")


async def test_an_unreadable_update_is_set_aside_at_once() -> None:
    odd = {"update_id": 1, "message": {"message_id": 1, "chat": "no chat"}}
    inbox = await filled(odd, text_update(2, 0))
    async with working(inbox, Shop(), lambda: NOW):
        await until(lambda: inbox.state[2] == "done")
    assert (inbox.state[1], inbox.rows[1].attempts) == ("aside", 1)


async def test_trouble_outside_does_not_set_an_update_aside_within_the_hour() -> None:
    inbox = await filled(text_update(1, 5, "away"))
    shop, clock = Shop(), Clock()
    shop.errors["away"] = Ambiguous("TimeoutError")
    async with working(inbox, shop, clock):
        while clock.now < NOW + timedelta(minutes=30):
            clock.now += timedelta(seconds=60)
            await asyncio.sleep(0.002)
        assert inbox.rows[1].attempts > 5
        assert inbox.state[1] == "due"
        del shop.errors["away"]
        clock.now += timedelta(seconds=60)
        await until(lambda: inbox.state[1] == "done")


async def test_a_dead_token_sets_nothing_aside() -> None:
    inbox = await filled(text_update(1, 5, "dead"))
    shop, clock = Shop(), Clock()
    shop.errors["dead"] = TokenRevoked("Unauthorized")
    async with working(inbox, shop, clock):
        for attempt in range(1, 10):
            await until(lambda: inbox.rows[1].attempts >= attempt)  # noqa: B023 - used at once
            clock.now += timedelta(hours=1)
    assert inbox.state[1] == "due"


async def test_a_flood_wait_is_waited_out() -> None:
    inbox = await filled(text_update(1, 5, "flood"))
    shop, clock = Shop(), Clock()
    shop.errors["flood"] = FloodWait(40)
    async with working(inbox, shop, clock):
        await until(lambda: inbox.rows[1].attempts == 1)
        assert inbox.due[1] == NOW + timedelta(seconds=40)


async def test_a_postponed_update_is_handled_again_at_its_time_however_often() -> None:
    inbox = await filled(text_update(1, 5, "later"))
    shop, clock = Shop(), Clock()
    async with working(inbox, shop, clock):
        for attempt in range(1, 9):
            shop.errors["later"] = Postponed("flood wait", clock.now + timedelta(seconds=61))
            clock.now += timedelta(seconds=31)
            await until(lambda: inbox.rows[1].attempts >= attempt)  # noqa: B023 - used at once
        assert inbox.state[1] == "due"
        del shop.errors["later"]
        clock.now += timedelta(seconds=61)
        await until(lambda: inbox.state[1] == "done")


async def test_an_answer_that_could_only_come_tomorrow_is_set_aside() -> None:
    inbox = await filled(text_update(1, 5, "later"))
    shop = Shop()
    shop.errors["later"] = Postponed("not enough rights", NOW + timedelta(days=1))
    async with working(inbox, shop, lambda: NOW):
        await until(lambda: inbox.state[1] == "aside")


async def test_an_answer_that_the_chat_does_not_let_through_is_tried_a_few_times() -> None:
    inbox, shop, clock, aside = await filled(text_update(1, 5, "muted")), Shop(), Clock(), []
    shop.errors["muted"] = Unanswerable("not enough rights")

    async def told(update: RawUpdate, error: str) -> None:
        aside.append(update)

    async with working(inbox, shop, clock, on_aside=told):
        while inbox.state[1] == "due":
            clock.now += timedelta(seconds=1)
            await asyncio.sleep(0.002)
    assert inbox.state[1] == "done"
    assert inbox.rows[1].attempts == 4
    assert aside == []


async def test_new_updates_are_handled_at_once_not_at_the_next_look() -> None:
    inbox, shop = Memory(), Shop()
    async with working(inbox, shop, lambda: NOW, idle=60.0) as (_, arrived):
        await asyncio.sleep(0.01)
        await inbox.put(rows(text_update(1)))
        arrived.set()
        await until(lambda: shop.handled == [(5, 1)])


class Counted(Memory):
    """An inbox that counts its steps."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[str] = []

    async def put(self, updates: Sequence[RawUpdate]) -> int:
        self.steps.append("put")
        return await super().put(updates)

    async def take(self, limit: int, now: datetime, lease: timedelta) -> Sequence[RawUpdate]:
        self.steps.append(f"take {limit}")
        await asyncio.sleep(0)
        return await super().take(limit, now, lease)

    async def put_and_take(
        self, updates: Sequence[RawUpdate], limit: int, now: datetime, lease: timedelta
    ) -> tuple[int, Sequence[RawUpdate]]:
        self.steps.append(f"both {limit}")
        await asyncio.sleep(0)
        return await Memory.put(self, updates), await Memory.take(self, limit, now, lease)


async def test_an_update_for_a_free_worker_is_recorded_and_begun_with_in_one_step() -> None:
    inbox, shop = Counted(), Shop()
    async with working(inbox, shop, lambda: NOW, idle=60.0) as (workers, _):
        await until(lambda: inbox.steps == ["take 32"])
        assert await workers.put(rows(text_update(1), text_update(2), text_update(3, 6))) == 1
        assert inbox.steps == ["take 32", "both 32"]
        await until(lambda: len(shop.handled) == 3)
        assert await workers.put(rows(text_update(3, 6))) == 0  # repeated
    assert [update for chat, update in shop.handled if chat == 5] == [1, 2]
    assert len(shop.handled) == 3


def being_handled() -> int:
    """How many updates have a task of their own at this moment."""
    return sum(task.get_name().startswith("update ") for task in asyncio.all_tasks())


async def test_updates_put_in_side_by_side_take_no_more_than_there_is_room_for() -> None:
    inbox, shop = Counted(), Shop()
    shop.gates["hi"] = asyncio.Event()
    async with working(inbox, shop, lambda: NOW, concurrency=3, drain=5.0) as (workers, _):
        await until(lambda: inbox.steps != [])
        await asyncio.gather(*(workers.put(rows(text_update(n, n))) for n in range(1, 9)))
        assert len(inbox.leased) == 3
        shop.gates["hi"].set()
        await until(lambda: len(shop.handled) == 8)
    assert shop.most_at_once == 3


async def test_what_comes_while_stopping_is_recorded_and_left_for_later() -> None:
    inbox, shop = Counted(), Shop()
    async with working(inbox, shop, lambda: NOW) as (workers, _):
        await until(lambda: inbox.steps != [])
    assert await workers.put(rows(text_update(1))) == 1
    assert (inbox.state[1], inbox.leased) == ("due", {})


async def test_nothing_is_taken_before_what_was_handled_is_written_down() -> None:
    inbox, shop = Full(), Shop()
    async with working(inbox, shop, lambda: NOW, idle=60.0) as (workers, arrived):
        await asyncio.sleep(0)
        await workers.put(rows(text_update(1)))
        await until(lambda: inbox.tries > 0 and being_handled() == 0)
        assert await workers.put(rows(text_update(2))) == 1
        assert shop.handled == [(5, 1)]
        inbox.full = False
        arrived.set()
        await until(lambda: len(shop.handled) == 2)


async def test_stopping_lets_what_is_in_hand_finish() -> None:
    inbox = await filled(text_update(1, 5, "slow"))
    shop = Shop()
    shop.gates["slow"] = asyncio.Event()
    async with working(inbox, shop, lambda: NOW, drain=10.0) as _:
        await until(lambda: being_handled() == 1)
        asyncio.get_running_loop().call_later(0.01, shop.gates["slow"].set)
    assert inbox.state[1] == "done"


async def test_what_is_not_finished_in_time_stays_in_the_inbox() -> None:
    inbox = await filled(text_update(1, 5, "slow"))
    shop = Shop()
    shop.gates["slow"] = asyncio.Event()
    async with working(inbox, shop, lambda: NOW) as _:
        await until(lambda: being_handled() == 1)
    assert inbox.state[1] == "due"


async def test_a_database_that_is_away_for_a_moment_loses_nothing() -> None:
    class Shaky(Memory):
        troubles = 3

        async def take(self, limit: int, now: datetime, lease: timedelta) -> Sequence[RawUpdate]:
            if self.troubles:
                self.troubles -= 1
                raise StoreError("busy")
            return await super().take(limit, now, lease)

    inbox, shop = Shaky(), Shop()
    await inbox.put(rows(text_update(1)))
    async with working(inbox, shop, lambda: NOW):
        await until(lambda: inbox.state[1] == "done")


class Full(Memory):
    """A database that cannot take any ending for a while."""

    def __init__(self) -> None:
        super().__init__()
        self.full = True
        self.tries = 0

    async def done(self, update_id: int, sent: Sequence[SendRecord] = ()) -> None:
        self._check()
        await super().done(update_id, sent)

    async def failed(
        self, update_id: int, error: str, retry_at: datetime | None, sent: Sequence[SendRecord] = ()
    ) -> None:
        self._check()
        await super().failed(update_id, error, retry_at, sent)

    def _check(self) -> None:
        self.tries += 1
        if self.full:
            raise StoreError("disk full")


@pytest.mark.parametrize("later", [timedelta(0), timedelta(minutes=3)], ids=["leased", "lease over"])
async def test_what_was_handled_is_written_down_once_the_database_takes_it_and_not_handled_again(
    later: timedelta,
) -> None:
    inbox, shop, clock = Full(), Shop(), Clock()
    await inbox.put(rows(text_update(1), text_update(2)))
    async with working(inbox, shop, clock) as (_, _):
        await until(lambda: shop.handled == [(5, 1)] and inbox.tries > 1)
        clock.now += later
        assert inbox.state[1] == "due"
        inbox.full = False
        await until(lambda: inbox.state[2] == "done")  # its chat goes on at once
    assert shop.handled == [(5, 1), (5, 2)]


async def test_a_failure_that_could_not_be_written_down_is_counted_once_it_can() -> None:
    inbox, shop = Full(), Shop()
    shop.errors["bad"] = BadRequest("no")
    await inbox.put(rows(text_update(1, text="bad")))
    async with working(inbox, shop, Clock()):
        await until(lambda: inbox.tries > 1)
        inbox.full = False
        await until(lambda: inbox.rows[1].attempts == 1)


async def test_what_could_not_be_written_down_is_at_the_latest_when_stopping() -> None:
    inbox, shop = Full(), Shop()
    await inbox.put(rows(text_update(1)))
    async with working(inbox, shop, Clock()):
        await until(lambda: inbox.tries > 0)
        inbox.full = False
    assert inbox.state[1] == "done"


async def test_an_answer_that_failed_is_tried_again_in_seconds_while_its_button_lives() -> None:
    inbox, shop, clock = await filled(text_update(1, 5, "away")), Shop(), Clock()
    shop.errors["away"] = Postponed("502", NOW)
    async with working(inbox, shop, clock):
        for attempt, most in enumerate([1, 2, 4, 8, 15, 15, 15], start=1):
            await until(lambda: inbox.rows[1].attempts == attempt)  # noqa: B023 - used at once
            assert inbox.due[1] - clock.now <= timedelta(seconds=most)
            clock.now = max(clock.now, inbox.due[1]) + timedelta(milliseconds=1)
        clock.now = NOW + timedelta(minutes=3)
        await until(lambda: inbox.rows[1].attempts == 8)
        assert inbox.state[1] == "due"


async def test_a_bad_request_in_a_handler_is_the_updates_own_fault() -> None:
    inbox = await filled(text_update(1, 5, "bad"))
    shop, clock = Shop(), Clock()
    shop.errors["bad"] = BadRequest("no")
    async with working(inbox, shop, clock):
        while inbox.state[1] == "due":
            clock.now += timedelta(seconds=10)
            await asyncio.sleep(0.002)
    assert inbox.rows[1].attempts == 5
