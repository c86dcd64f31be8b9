"""Who is told: places, their settings and what they follow."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, time

from bot.model.news import Importance


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where messages go: a chat and, in forums, a topic (0: none, the General topic)."""

    chat_id: int
    topic_id: int = 0

    @property
    def is_group(self) -> bool:
        return self.chat_id < 0


class Level(enum.StrEnum):
    """How much a follow is told."""

    EVERYTHING = "everything"
    MILESTONES = "milestones"
    PROBLEMS = "problems"  # only problems and delivery
    OFF = "off"

    def wants(self, importance: Importance) -> bool:
        """Whether news of this importance passes."""
        return self is not Level.OFF and importance >= _LEAST[self]


_LEAST = {
    Level.EVERYTHING: Importance.SCAN,
    Level.MILESTONES: Importance.MILESTONE,
    Level.PROBLEMS: Importance.ACTION,
}


class Quiet(enum.StrEnum):
    """What happens to news within the quiet hours."""

    SILENT = "silent"  # delivered without a sound
    HELD = "held"  # kept, one summary afterwards


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A place's settings. `language` is one of ours (`ru`, `pt_BR`), `zone` an IANA name.

    Both are guesses until `language_set` / `zone_set`. `quiet_from`/`quiet_to` are local times, None: never.
    `paused_until` holds pushes back (holiday); `left_at` tells since when the bot cannot write here.
    """

    place: Place
    language: str
    language_set: bool = False
    zone: str
    zone_set: bool = False
    level: Level = Level.EVERYTHING
    quiet_from: time | None = None
    quiet_to: time | None = None
    quiet: Quiet = Quiet.SILENT
    urgent_breaks_quiet: bool = True
    digest_at: time | None = None
    paused_until: datetime | None = None
    left_at: datetime | None = None
    awaiting: str = ""  # what the next plain message answers, e.g. "rename:8211744661738042"
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """A place's interest in an order. `notify` False mutes this order alone."""

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
