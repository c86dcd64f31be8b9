"""How often people may have AliExpress asked: an answer costs them little, a failure much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.bounded import keep
from bot.model import Place
from bot.tracking.policy import Policy

_HOUR = timedelta(hours=1)
_ALLOWED = 120  # an hour, of a chat and of a person over all chats
_FAILURE = 12  # what a lookup without an answer counts: each may have cost several calls


@dataclass(slots=True)
class _Account:
    since: datetime
    spent: int = 0


class Lookups:
    """What each chat and person spent in the last hour, and when which order got no answer.

    It is held in the leader's memory: a restart forgives.
    """

    def __init__(self, policy: Policy, now: Callable[[], datetime]) -> None:
        self._policy = policy
        self._now = now
        self._accounts: dict[int, _Account] = {}
        self._unanswered: dict[str, datetime] = {}

    def blocked_until(self, place: Place, person: int) -> datetime | None:
        """Until when this chat or person has spent all they may; None: they may ask."""
        if self._is_free(place):
            return None
        full = [one for one in self._of(place, person) if one.spent + _FAILURE > _ALLOWED]
        return max((one.since + _HOUR for one in full), default=None)

    def may_ask(self, order_id: str, place: Place, person: int) -> bool:
        """Whether they may have this order looked at: one without an answer rests for the cool-down."""
        return not self.is_unanswered(order_id) and self.blocked_until(place, person) is None

    def is_unanswered(self, order_id: str) -> bool:
        """Whether a lookup of this order got no answer within the last cool-down."""
        failed = self._unanswered.get(order_id)
        return failed is not None and timedelta(0) <= self._now() - failed < self._policy.cooldown

    def begin(self, place: Place, person: int) -> None:
        """A lookup starts; it counts as a failure until it is answered: many may start at once."""
        for account in self._of(place, person):
            account.spent += _FAILURE

    def answered(self, order_id: str, place: Place, person: int) -> None:
        """It was answered."""
        self._unanswered.pop(order_id, None)
        for account in self._of(place, person):
            account.spent = max(0, account.spent - _FAILURE + 1)

    def unanswered(self, order_id: str) -> None:
        """It was not."""
        keep(self._unanswered, order_id, self._now())

    def _is_free(self, place: Place) -> bool:
        return place.chat_id in self._policy.admins

    def _of(self, place: Place, person: int) -> list[_Account]:
        """The accounts of a chat and of the person, whose id is that of their private chat."""
        now = self._now()
        found = []
        for id_ in {place.chat_id, person or place.chat_id}:
            account = self._accounts.get(id_)
            if account is None or not timedelta(0) <= now - account.since < _HOUR:
                account = _Account(since=now)
                keep(self._accounts, id_, account)
            found.append(account)
        return found
