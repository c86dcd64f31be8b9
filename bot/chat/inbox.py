"""The inbox's contract: how updates are recorded, leased and finished, and which stay in order."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.model import RawUpdate, SendRecord

_BEYOND = 2**63  # integers from here on do not fit into a database column
_DEEPEST = 64  # nesting levels; Telegram's updates have about a dozen


class Postponed(Exception):
    """Raised by a handler to have its update handled again later; not counted as a failure of the update.

    `at` is the earliest time that makes sense (the end of a flood wait); None means soon.
    """

    def __init__(self, reason: str, at: datetime | None = None) -> None:
        super().__init__(reason)
        self.at = at


class Unanswerable(Exception):
    """The chat does not allow the bot to write the answer. After a few tries the update counts as done."""


class UpdateSink(Protocol):
    """Accepts updates: the inbox itself, or the workers in front of it."""

    async def put(self, updates: Sequence[RawUpdate]) -> int:
        """Record durably the updates with a new `update_id`; return how many now wait to be taken."""


class UpdateInbox(UpdateSink, Protocol):
    """The durable queue of updates; the store implements it.

    Rows done or set aside must be kept for at least 48 hours (Telegram repeats updates for 24), so that a
    repeated update is not handled again. A new leader releases all leases.
    """

    async def put_and_take(
        self, updates: Sequence[RawUpdate], limit: int, now: datetime, lease: timedelta
    ) -> tuple[int, Sequence[RawUpdate]]:
        """`put` and `take` in one transaction; return how many were new, and the leased updates."""

    async def take(self, limit: int, now: datetime, lease: timedelta) -> Sequence[RawUpdate]:
        """Lease waiting updates, at most one per chat: its lowest `update_id`, if due and not leased."""

    async def done(self, update_id: int, sent: Sequence[SendRecord] = ()) -> None:
        """Mark an update as handled; in the same transaction record `sent` for the send limits."""

    async def failed(
        self, update_id: int, error: str, retry_at: datetime | None, sent: Sequence[SendRecord] = ()
    ) -> None:
        """Count a failed attempt and release the update for `retry_at`; None sets it aside."""


def raw_update(update: Mapping[str, Any], received_at: datetime) -> RawUpdate | None:
    """Convert an update as received into a row for the inbox.

    None if it has no `update_id`, or holds what Telegram never sends and a database cannot store: integers
    beyond 64 bits, nesting beyond all measure.
    """
    update_id = update.get("update_id")
    if not isinstance(update_id, int) or isinstance(update_id, bool) or not _is_ordinary(update):
        return None
    payload = json.dumps(update, ensure_ascii=False, separators=(",", ":"))
    return RawUpdate(
        update_id=update_id,
        chat_id=queue_of(update),
        payload=payload.encode("utf-8", "replace").decode(),  # lone surrogates cannot be stored
        received_at=received_at,
    )


def _is_ordinary(update: Mapping[str, Any]) -> bool:
    """Whether every integer fits into a database column and the nesting is not too deep."""
    layer: list[Any] = [update]
    for _ in range(_DEEPEST):
        inner: list[Any] = []
        for value in layer:
            match value:
                case int() if not -_BEYOND <= value < _BEYOND:
                    return False
                case Mapping():
                    inner += value.values()
                case list():
                    inner += value
        if not inner:
            return True
        layer = inner
    return False


def queue_of(update: Mapping[str, Any]) -> int:
    """The id that orders updates: the chat's, else the user's, else 0."""
    for content in update.values():
        if not isinstance(content, dict):
            continue
        message = content.get("message")
        within = message if isinstance(message, dict) else {}
        for party in (content.get("chat"), within.get("chat"), content.get("from"), content.get("user")):
            if isinstance(party, dict) and isinstance(party.get("id"), int):
                return int(party["id"])
    return 0


class Backoff:
    """Exponential back-off with jitter: 50 to 100 % of `first` * 2^n seconds, at most `longest`."""

    def __init__(self, first: float, longest: float, rng: random.Random) -> None:
        self._first = first
        self._longest = longest
        self._rng = rng
        self._failures = 0

    def next(self) -> float:
        """Return the seconds to wait after one more failure."""
        full = min(self._longest, self._first * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return full * self._rng.uniform(0.5, 1.0)

    def reset(self) -> None:
        self._failures = 0
