"""The operator's limits for people and chats."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta

from bot.model import BoardSettings, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the operator allows. `cooldown` is the least time between two refreshes of one order by people."""

    access: str = "open"
    admins: frozenset[int] = frozenset()
    orders_per_chat: int = 50
    link_secret: str = ""
    cooldown: timedelta = timedelta(seconds=60)
    guess_window: timedelta = timedelta(hours=1)  # in which wrong ids are counted together
    watch_pushed: bool = True  # orders that AliExpress tells of are booked unasked
    calls_per_day: int | None = None  # of AliExpress
    board: BoardSettings = field(default_factory=BoardSettings)
    language: str = "en"  # of chats that never wrote
    zone: str = "UTC"
    desk: Place | None = None  # the merchant's chat or topic that customers' questions go to, if any
    private_webhooks: bool = False  # events may go to private networks
    retention: timedelta = timedelta(days=90)  # how long finished orders are kept
    brief_at: time | None = None  # when the daily brief comes, until another hour is chosen in the chat
