"""What the tracking page consists of: plain values with all texts, laid out by the template in `bot/web`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A text that leads somewhere; `code` is the language there, where it is another."""

    text: Markup | str
    href: str
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a timeline. `code` is the language of its text, where it is not the page's."""

    icon: Markup
    at: str  # ISO 8601
    time: str
    text: Markup
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The entries of one day, newest first."""

    name: Markup
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One parcel, or one order without any. `step` is 1 to 5; None where a bar would mislead."""

    icon: Markup
    state: Markup
    tone: str  # "moving", "trouble", "done" or "ended"
    title: Markup | None = None
    step: int | None = None
    progress: Markup | None = None
    dates: tuple[Markup, ...] = ()
    notes: tuple[Markup, ...] = ()
    facts: tuple[Markup, ...] = ()
    days: tuple[Day, ...] = ()
    more: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every page has: the shop, how to reach it, and the other languages.

    `code` is the page's language as BCP 47 names it, `language` says which it is.
    """

    code: str
    direction: str
    shop: str
    language: Markup
    switch: Markup
    languages: tuple[Link, ...]
    contact: Link | None = None
    question: Markup | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All texts of the page; `alone`: it is about one parcel, whose state is the headline."""

    frame: Frame
    title: str
    headline: Markup
    alone: bool = False
    overline: Markup | None = None
    banner: Markup | None = None
    sections: tuple[Section, ...] = ()
    heading: Markup | None = None  # of each timeline
    links: tuple[Link, ...] = ()
    checked: Markup | None = None
    zone: Markup | None = None
    telegram: Link | None = None
    calendar: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The days on one of which a parcel comes, for a calendar; `key` is the parcel's, always the same."""

    key: str
    first: date
    last: date
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which part is wanted: one parcel, counted from 1 (0: all), and which page of that, from 0."""

    parcel: int = 0
    page: int = 0


WHOLE = Part()
