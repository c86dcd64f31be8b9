"""The merchant: shop, account at AliExpress, the day's calls, numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """A merchant's grant: both tokens and their ends. Its repr shows no token.

    An end is None where nobody told it (tokens typed into the settings). `authorised_at` is when the merchant
    logged in, `obtained_at` when this pair was issued; refreshing changes only the latter.
    `account` is the account's name for showing, `account_id` its number.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    access_expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    obtained_at: datetime
    authorised_at: datetime
    account: str = ""
    account_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBudget:
    """The day's AliExpress calls: made (of them for people), allowed, and expected by the day's end.

    `limit` is None where no daily limit is set. `held_for` are the seconds left of a ban by AliExpress.
    """

    used: int
    urgent: int = 0
    limit: int | None
    forecast: int
    held_for: float = 0.0

    @property
    def left(self) -> int | None:
        """Calls that may still be made today; None where no daily limit is set."""
        return None if self.limit is None else max(self.limit - self.used, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenWarning:
    """One warning to admins. `key` is unique per grant; `days` is 7, 3, 1, or 0 where the grant is dead."""

    key: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """The merchant as customers see them: plain texts of their own, in the reader's language if given."""

    name: str = ""
    support: str = ""  # where customers can write, e.g. "@shop_help"
    welcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyStats:
    """One day's numbers. `delay` is the median from an entry's first possible sight to its being seen."""

    on: date
    orders: int = 0
    pushes: int = 0
    calls: int = 0
    budget: int = 0
    delay: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """The numbers of some days up to now; `calls` are today's.

    `delay` is the median from a node's own time to its push.
    """

    days: int
    orders: int
    chats: int
    delivered: int
    pushes: int
    failed_pushes: int
    calls: CallBudget
    delay: timedelta | None = None
    series: tuple[DailyStats, ...] = ()
