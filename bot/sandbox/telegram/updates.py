"""The bot's update queue: updates are issued, polled or pushed, confirmed, and all recorded."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from dataclasses import dataclass, field

from bot.sandbox.clock import SandboxClock
from bot.sandbox.telegram.refusal import BotApiError

DAY = 86_400.0
_KEPT = {"callback_query": 150.0, "inline_query": 30.0}  # seconds; everything else stays a day
# Not sent unless asked for by name.
_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})

_WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
_OTHER_POLLER = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
_BY_WEBHOOK = "Conflict: terminated by setWebhook request"


@dataclass(slots=True, kw_only=True, eq=False)
class IssuedUpdate:
    """One update. `handed` counts how often it was delivered; times are in seconds, 0 means not yet."""

    id: int
    kind: str
    chat_id: int
    payload: dict[str, object]
    issued_at: float
    handed: int = 0
    confirmed_at: float = 0.0
    dropped: str = ""

    def to_api(self) -> dict[str, object]:
        return {"update_id": self.id, self.kind: self.payload}

    def to_ledger(self) -> dict[str, object]:
        return {
            "update_id": self.id,
            "kind": self.kind,
            "chat_id": self.chat_id,
            "issued_at": self.issued_at,
            "handed": self.handed,
            "confirmed": self.confirmed_at > 0,
            "confirmed_at": self.confirmed_at,
            "dropped": self.dropped,
            "payload": self.payload,
        }


@dataclass(slots=True, kw_only=True)
class UpdateQueue:
    """The bot's queue; either polling or a webhook drains it."""

    clock: SandboxClock
    pending: deque[IssuedUpdate] = field(default_factory=deque)
    ledger: list[IssuedUpdate] = field(default_factory=list)
    allowed: frozenset[str] | None = None
    webhook_url: str = ""
    conflicts: int = 0
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(910_000_001))
    _waiter: asyncio.Future[str] | None = None
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def wants(self, kind: str) -> bool:
        return kind not in _ON_REQUEST if not self.allowed else kind in self.allowed

    def issue(self, kind: str, payload: dict[str, object], chat_id: int) -> IssuedUpdate:
        """Put an update into the queue; one of a kind the bot did not ask for is dropped at once."""
        update = IssuedUpdate(
            id=next(self._ids), kind=kind, chat_id=chat_id, payload=payload, issued_at=self.clock.now()
        )
        self.ledger.append(update)
        if not self.wants(kind):
            update.dropped = "not allowed"
            return update
        self.pending.append(update)
        self._arrived.set()
        return update

    def expire(self) -> None:
        """Forget what was kept for too long."""
        now = self.clock.now()
        for update in [u for u in self.pending if now - u.issued_at > _KEPT.get(u.kind, DAY)]:
            update.dropped = "expired"
            self.pending.remove(update)

    def confirm(self, update: IssuedUpdate) -> None:
        if update in self.pending:
            self.pending.remove(update)
        update.confirmed_at = self.clock.now()

    def drop_all(self) -> None:
        for update in self.pending:
            update.dropped = "by request"
        self.pending.clear()

    def set_allowed(self, kinds: list[object] | None) -> None:
        """Remember what the bot asked for; an empty list restores the default, None keeps what was."""
        if kinds is not None:
            self.allowed = frozenset(str(kind) for kind in kinds) or None

    def end_polls(self, reason: str = _BY_WEBHOOK) -> None:
        """Answer whoever polls: with 409 and this reason, or with nothing new when it is empty."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(reason)

    async def arrived(self) -> None:
        """Return once something new was issued."""
        await self._arrived.wait()
        self._arrived.clear()

    async def poll(self, offset: int, limit: int, seconds: float) -> list[IssuedUpdate]:
        """getUpdates, waiting up to `seconds`. Confirms everything below `offset`; a negative one forgets
        all but the last ones.
        """
        if self.webhook_url:
            raise BotApiError(409, _WEBHOOK_ACTIVE)
        self.end_polls(_OTHER_POLLER)
        self._forget(offset)
        ready = self._ready(offset, limit)
        if ready or seconds <= 0:
            return ready
        waiter: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiter = waiter
        try:
            await self._wait(waiter, seconds)
        finally:
            if self._waiter is waiter:
                self._waiter = None
        return self._ready(offset, limit)

    async def _wait(self, waiter: asyncio.Future[str], seconds: float) -> None:
        """Until something is pending, the time is over, or somebody else takes the queue."""
        self._arrived.clear()
        arrival = asyncio.create_task(self.arrived())
        tasks: set[asyncio.Future[None] | asyncio.Future[str]] = {arrival, waiter}
        try:
            await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            arrival.cancel()
        if waiter.done() and (reason := waiter.result()):
            self.conflicts += 1
            raise BotApiError(409, reason)

    def _forget(self, offset: int) -> None:
        if offset < 0:
            while len(self.pending) > -offset:
                self.confirm(self.pending[0])
        else:
            while self.pending and self.pending[0].id < offset:
                self.confirm(self.pending[0])

    def _ready(self, offset: int, limit: int) -> list[IssuedUpdate]:
        self.expire()
        ready = list(itertools.islice((u for u in self.pending if u.id >= max(offset, 0)), limit))
        for update in ready:
            update.handed += 1
        return ready
