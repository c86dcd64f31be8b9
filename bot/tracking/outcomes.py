"""Results of the use cases: an order as a place sees it, and the outcomes of following one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model import Follow, Localized, Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An order as a place sees it. AliExpress has not answered since `silent_since`, long ago."""

    localized: Localized
    follow: Follow | None
    silent_since: datetime | None = None

    @property
    def order(self) -> Order:
        return self.localized.order


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """The result of a person's refresh. Not `fresh` if it was just checked, or if nothing was answered."""

    shown: Shown
    fresh: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """The place follows the order from now on."""

    shown: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyTracked:
    """The place already follows the order."""

    shown: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitReached:
    """The place already follows the maximum number of orders."""

    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAllowed:
    """ACCESS does not let this place add orders: it is `link` or `private`."""

    access: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedOut:
    """Too many wrong ids came from this chat or person."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """AliExpress gives no answer, and the chat follows as many unchecked orders as one may."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound:
    """No such order in this merchant's account (AliExpress does not tell which)."""

    order_id: str


Outcome = Tracked | AlreadyTracked | LimitReached | NotAllowed | LockedOut | NotFound | Unanswered
