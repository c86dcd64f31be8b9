"""The merchant: shop, AliExpress login, daily call budget, statistics."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """A merchant's login: both tokens and their expiry times. Its repr shows no token.

    An expiry time is None if it is unknown (tokens typed into the settings). `authorized_at` is when the
    merchant logged in, `obtained_at` when this pair was issued; refreshing changes only the latter.
    `account` is the account's display name, `account_id` its number.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    access_expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    obtained_at: datetime
    authorized_at: datetime
    account: str = ""
    account_id: str = ""


BUDGET_LOW = 0.9
"""The used share of the day's calls from which the merchant is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBudget:
    """The day's AliExpress calls: `used` so far (`urgent` of them for people), `forecast` in all.

    `limit` is None if no daily limit is set. `held_for` is how many seconds a ban by AliExpress still lasts.
    """

    used: int
    urgent: int = 0
    limit: int | None
    forecast: int
    held_for: float = 0.0

    @property
    def share(self) -> float:
        """The used share of the day's calls; 0 if no daily limit is set."""
        return self.used / self.limit if self.limit else 0.0

    @property
    def left(self) -> int | None:
        """Calls left today; None if no daily limit is set."""
        return None if self.limit is None else max(self.limit - self.used, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookNeeds:
    """`calls` a day are needed to look at each of the `orders` once every CHECK_MAX; `granted` can be had.

    `orders` are those that only the shop watches. `gap` is the longest time between two looks at one of them,
    in seconds: CHECK_MAX, or more where the day's calls do not suffice.
    """

    orders: int
    calls: int
    granted: int
    gap: float

    @property
    def short(self) -> bool:
        """Whether the calls do not suffice."""
        return self.granted < self.calls


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenWarning:
    """One warning to admins. `key` is unique per login; `days` left: 7, 3, 1, or 0 once it has expired."""

    key: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardSettings:
    """`[board]` of the shop's file: days until an order is flagged, and whether urgent flags ring at once.

    `stuck` counts days without an entry where no other field has the order's stage. From a
    chance of `will_be_late` percent that an order will be `late`, it is flagged beforehand.
    """

    pickup: int = 2
    no_tracking: int = 3
    not_shipped: int = 7
    international: int = 21
    customs: int = 10
    out_for_delivery: int = 3
    stuck: int = 10
    late: int = 1
    will_be_late: int = 80
    ring: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of a kind that browsers show, such as `image/png`."""

    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """The merchant as customers see them: plain texts from SHOP_FILE, in the reader's language if given."""

    name: str = ""
    support: str = ""  # where customers can write, e.g. "@shop_help"
    welcome: str = ""
    help: str = ""  # what /help says first
    review_url: str = ""  # where customers can review what arrived
    brand: bool = False  # customers do not read AliExpress's name
    asks: bool = False  # customers can ask it from the chat: there is a merchant's chat to answer in
    blur_origin: bool = False  # nor, beside it, where in the country of origin a parcel is
    board: BoardSettings = BoardSettings()
    logo: Picture | None = None  # on the tracking page
    color: str = ""  # the shop's own, "#rrggbb", on the tracking page


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyStats:
    """One day's numbers. `delay` is the median time from when a node could first be seen until it was."""

    on: date
    orders: int = 0
    pushes: int = 0
    calls: int = 0
    budget: int = 0
    delay: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """The bot's numbers of the last `days` days; `calls` are today's, `waiting` messages are due now.

    `delay` is the median time from a node's own time stamp to its push, `memory` what the process uses, in
    bytes.
    """

    days: int
    orders: int
    chats: int
    delivered: int
    pushes: int
    failed_pushes: int
    calls: CallBudget
    delay: timedelta | None = None
    waiting: int = 0
    memory: int | None = None
    series: tuple[DailyStats, ...] = ()
