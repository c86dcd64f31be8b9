"""Places, their settings, and the orders they follow."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, time

from bot.model.news import Importance


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where messages go: a chat and, in forums, a topic (0: no topic, or the General topic)."""

    chat_id: int
    topic_id: int = 0

    @property
    def is_group(self) -> bool:
        return self.chat_id < 0


class Level(enum.StrEnum):
    """Which news a place wants to be notified of."""

    EVERYTHING = "everything"
    MILESTONES = "milestones"
    PROBLEMS = "problems"  # only problems and delivery
    OFF = "off"

    def wants(self, importance: Importance) -> bool:
        """Whether news of this importance is sent at this level."""
        return self is not Level.OFF and importance >= _LEAST[self]


_LEAST = {
    Level.EVERYTHING: Importance.SCAN,
    Level.MILESTONES: Importance.MILESTONE,
    Level.PROBLEMS: Importance.ACTION,
}


class Quiet(enum.StrEnum):
    """What happens to news during quiet hours."""

    SILENT = "silent"  # delivered without a sound
    HELD = "held"  # held back, then sent as one summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A place's settings. `language` is a key of `i18n.LANGUAGES` (`ru`, `pt_BR`), `zone` an IANA name.

    Both are guesses until `language_set` / `zone_set`; `zone_asked`: whether it is right was asked.
    `quiet_from` and `quiet_to` are local times; None means no quiet hours. No pushes go out before
    `paused_until`. The bot cannot write here since `left_at`.
    """

    place: Place
    language: str
    language_set: bool = False
    zone: str
    zone_set: bool = False
    zone_asked: bool = False
    level: Level = Level.EVERYTHING
    quiet_from: time | None = None
    quiet_to: time | None = None
    quiet: Quiet = Quiet.SILENT
    urgent_breaks_quiet: bool = True
    digest_at: time | None = None
    paused_until: datetime | None = None
    left_at: datetime | None = None
    awaiting: str = ""  # the question that the next plain message answers, e.g. "rename:8211744661738042"
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """A place's interest in an order. `notify` is False where this order is muted."""

    place: Place
    order_id: str
    label: str = ""
    notify: bool = True
    archived_at: datetime | None = None
    card_message_id: int | None = None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """One follow with the settings of its place."""

    follow: Follow
    chat: Chat
