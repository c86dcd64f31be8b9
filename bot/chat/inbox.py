"""The inbox as intake needs it: what goes in, what comes out, and which updates stay in order."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.model import RawUpdate, SendRecord

_BEYOND = 2**63  # whole numbers of this size and more have no place in a database
_DEEPEST = 64  # values in values; Telegram's updates have a dozen


class Postponed(Exception):
    """Raised while an update is handled: nothing is wrong with it, it is to be handled again.

    `at` is the earliest sensible time (a flood wait's end); None for soon. It counts as no failure of the
    update.
    """

    def __init__(self, reason: str, at: datetime | None = None) -> None:
        super().__init__(reason)
        self.at = at


class Unanswerable(Exception):
    """The chat does not let the bot write the answer. After a few tries the update is done."""


class UpdateSink(Protocol):
    """Where updates are put in; the inbox itself, or who works on it."""

    async def put(self, updates: Sequence[RawUpdate]) -> int:
        """Record those not known yet, by `update_id`; how many now wait to be taken. Durable then."""


class UpdateInbox(UpdateSink, Protocol):
    """The durable queue of updates; the store implements it.

    Done and set-aside rows must stay known for 48 hours at least (Telegram repeats for 24), so that a
    repeated update is not handled again. A new leader clears all leases.
    """

    async def put_and_take(
        self, updates: Sequence[RawUpdate], limit: int, now: datetime, lease: timedelta
    ) -> tuple[int, Sequence[RawUpdate]]:
        """`put`, then `take`, in one step: how many were new, and what is leased."""

    async def take(self, limit: int, now: datetime, lease: timedelta) -> Sequence[RawUpdate]:
        """Lease waiting updates, at most one a chat: its lowest `update_id`, if due and not leased."""

    async def done(self, update_id: int, sent: Sequence[SendRecord] = ()) -> None:
        """It was handled; `sent` is booked in the same step, for Telegram's limits after a restart."""

    async def failed(
        self, update_id: int, error: str, retry_at: datetime | None, sent: Sequence[SendRecord] = ()
    ) -> None:
        """It was not: count an attempt, release it for `retry_at`, or set it aside where that is None."""


def raw_update(update: Mapping[str, Any], received_at: datetime) -> RawUpdate | None:
    """An update as received, for the inbox.

    None where it has no number and so cannot be kept apart, or holds what Telegram never sends and nobody
    could store: whole numbers beyond 64 bits, values in values in values.
    """
    update_id = update.get("update_id")
    if not isinstance(update_id, int) or isinstance(update_id, bool) or not _is_ordinary(update):
        return None
    payload = json.dumps(update, ensure_ascii=False, separators=(",", ":"))
    return RawUpdate(
        update_id=update_id,
        chat_id=queue_of(update),
        payload=payload.encode("utf-8", "replace").decode(),  # halves of a surrogate pair cannot be stored
        received_at=received_at,
    )


def _is_ordinary(update: Mapping[str, Any]) -> bool:
    """Whether every whole number has its place in a database, and nothing lies too deep."""
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
    """The chat whose updates stay in order with this one, else the user, else 0."""
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
    """Growing waits with jitter: half to all of `first` x 2^n seconds, `longest` at most."""

    def __init__(self, first: float, longest: float, rng: random.Random) -> None:
        self._first = first
        self._longest = longest
        self._rng = rng
        self._failures = 0

    def next(self) -> float:
        """Seconds to wait after one more failure."""
        full = min(self._longest, self._first * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return full * self._rng.uniform(0.5, 1.0)

    def reset(self) -> None:
        self._failures = 0
