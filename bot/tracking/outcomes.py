"""What the use cases answer: an order as a place sees it, and what became of a wish to follow one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model import Follow, Localised, Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An order as a place sees it. `silent_since`: AliExpress gives no answer since then."""

    localised: Localised
    follow: Follow | None
    silent_since: datetime | None = None

    @property
    def order(self) -> Order:
        return self.localised.order


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """A look at an order by a person. `fresh` False: it was looked at a moment ago, or nobody answered."""

    shown: Shown
    fresh: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """The place follows the order from now on."""

    shown: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyTracked:
    """It followed the order already."""

    shown: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitReached:
    """The place follows as many orders as one may."""

    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAllowed:
    """The operator admits orders in another way: `link` or `private`."""

    access: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedOut:
    """Too many wrong ids came from here."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """AliExpress gives no answer, and the chat follows as many unchecked orders as one may."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound:
    """No such order, or not this merchant's: the answer is the same for both."""

    order_id: str


Outcome = Tracked | AlreadyTracked | LimitReached | NotAllowed | LockedOut | NotFound | Unanswered
