"""Sentences, plurals, numbers and dates in one chat's language and time zone."""

# ruff: noqa: S704 -- making Markup is this module's trade: patterns are our own, arguments are escaped

from __future__ import annotations

import functools
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, time, timedelta
from pathlib import Path

from babel import Locale
from babel.dates import (
    format_interval,
    format_skeleton,
    format_time,
    format_timedelta,
    get_timezone_location,
)
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations
from markupsafe import Markup, escape

from bot.i18n.languages import RIGHT_TO_LEFT, locale_of
from bot.i18n.text import (
    FSI,
    PDI,
    RLM,
    begins_in_another_script,
    clean,
    fill,
    has_right_to_left,
    is_isolated,
    plain,
)
from bot.i18n.zones import OLD_ZONE_NAMES, is_zone, zone_info

SOURCE_LANGUAGE = "en"
_BOT = Path(__file__).resolve().parents[1]
# Within the package where the wheel is installed; at the top of the repository.
CATALOGS = _BOT / "locales" if (_BOT / "locales").is_dir() else _BOT.parent / "locales"


@functools.cache
def catalog(language: str) -> NullTranslations:
    """The language's compiled catalog; the English source texts where there is none."""
    path = CATALOGS / language / "LC_MESSAGES" / "bot.po"
    if not path.is_file():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return Translations(compiled)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Brand:
    """The manner of a shop that speaks in its own name only.

    `twins` are the sentences that are said instead of others; `blurs_origin` leaves out places at the origin.
    """

    twins: Mapping[str, str]
    blurs_origin: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """How to speak to one chat: `language` is one of LANGUAGES, `zone` an IANA name (unknown reads as UTC).

    `zone_is_guess`: nobody said that the zone is the reader's, so its days may be others than theirs.

    Everything that returns Markup is ready for a message: arguments are escaped, and isolated where
    writing directions could mix, so that ids, numbers and Latin names never scramble a sentence.
    """

    language: str
    zone: str = "UTC"
    brand: Brand | None = None
    zone_is_guess: bool = False

    # ── sentences ───────────────────────────────────────────────────────────────────────────────

    def t(self, message: str, /, **arguments: object) -> Markup:
        """The translated message with its {arguments} filled in: plain ones are escaped, Markup is not."""
        if self.brand is not None:
            message = self.brand.twins.get(message, message)
        if not arguments:
            return _sentence(self.language, message)
        return self._fill(catalog(self.language).ugettext(message), arguments)

    def plural(self, one: str, many: str, n: int, /, **arguments: object) -> Markup:
        """The translated plural form for `n`, filled in; {n} is the localized number."""
        form = catalog(self.language).ungettext(one, many, n)
        return self._fill(form, {"n": self.number(n)} | arguments)

    def _fill(self, pattern: str, arguments: dict[str, object]) -> Markup:
        pattern = _pattern(self.language, pattern)
        return Markup(pattern.format(**{key: self.isolate(value) for key, value in arguments.items()}))

    def isolate(self, value: object) -> Markup:
        """The value as markup, isolated from the direction of the text around it where the two could mix.

        Isolates are outside of tags, so that text copied from <code> does not contain them.
        """
        text = value if isinstance(value, Markup) else escape(clean(str(value)))
        mixes = self.right_to_left or has_right_to_left(text)
        if not mixes or not text or "\n" in text or is_isolated(text):
            return text
        lead = RLM if not isinstance(value, Markup) and begins_in_another_script(text) else ""
        return Markup(f"{FSI}{lead}{text}{PDI}")

    def code(self, value: str) -> Markup:
        """Text that a reader copies with one tap."""
        return fill("<code>{}</code>", clean(value))

    def join(self, items: Sequence[object]) -> Markup:
        """The items as a list in a sentence: "a, b and c"."""
        slots = [f"{{{place}}}" for place in range(len(items))]
        pattern = format_list(slots, locale=self._locale) if slots else ""
        for tight, roomy in _LIST_MARKS:
            pattern = pattern.replace(tight, roomy)
        shown = [self.isolate(item) for item in items]
        if self.language in _BEFORE_LAST and shown:
            letters, usual, changed = _BEFORE_LAST[self.language]
            if letters.match(plain(shown[-1]).lstrip(FSI + RLM)):
                pattern = pattern.replace(usual, changed)
        return fill(pattern, *shown)

    def page(self, lines: Sequence[Markup | None]) -> str:
        """The lines as a message's HTML without None; each starts in the language's direction."""
        text = "\n".join(str(line) for line in lines if line is not None)
        return _LINE_START.sub(rf"\1{RLM}", text) if self.right_to_left else text

    # ── numbers ─────────────────────────────────────────────────────────────────────────────────

    def number(self, n: float) -> str:
        """The number with this language's separators."""
        return _number(self.language, n)

    def percent(self, share: float) -> str:
        """A share of 1 as whole percent."""
        return format_percent(share, locale=self._locale)

    # ── times ───────────────────────────────────────────────────────────────────────────────────

    def local(self, at: datetime) -> datetime:
        """The moment in this chat's zone."""
        return at.astimezone(zone_info(self.zone))

    def today(self, now: datetime) -> Date:
        """Today's date in this chat's zone."""
        return self.local(now).date()

    def date(self, at: datetime | Date, now: datetime) -> str:
        """Weekday, day and month; with the year if it is not the current one."""
        day = self.local(at).date() if isinstance(at, datetime) else at
        return _day(self.language, day, "MMMEd" if day.year == self.today(now).year else "yMMMEd")

    def month_day(self, at: datetime | Date) -> str:
        """Day and month alone, for narrow places."""
        return _day(self.language, self.local(at).date() if isinstance(at, datetime) else at, "MMMd")

    def month(self, day: Date) -> str:
        """The month with its year."""
        return _day(self.language, day, "yMMM")

    def days(self, first: Date, last: Date, now: datetime) -> str:
        """A range of days, such as "Dec 3 – 6"; a single day like `date`."""
        return self.date(first, now) if first == last else _days(self.language, first, last)

    def day(self, at: datetime | Date, now: datetime) -> Markup:
        """Like `date`, but as a heading, and today, yesterday and tomorrow by name."""
        day = self.local(at).date() if isinstance(at, datetime) else at
        heading = self.date(day, now)
        near = {-1: self.t("Yesterday"), 0: self.t("Today"), 1: self.t("Tomorrow")}
        return near.get((day - self.today(now)).days) or escape(heading[:1].upper() + heading[1:])

    def clock(self, at: time) -> str:
        """A time of day."""
        return _time(self.language, at.hour, at.minute)

    def distance(self, days: int) -> Markup:
        """How far a day is: "today", "tomorrow", "in 3 days", "3 days ago"; no minutes, no months."""
        near = {-1: self.t("yesterday"), 0: self.t("today"), 1: self.t("tomorrow")}
        return near.get(days) or escape(_relative(self.language, timedelta(days=days), in_days=True))

    def duration(self, span: timedelta) -> str:
        """A length of time in its largest fitting unit, days at the most: "3 days", "2 hours"."""
        if abs(span) < timedelta(days=2):
            return format_timedelta(span, locale=self._locale)
        return format_timedelta(span, granularity="day", threshold=_NEVER, locale=self._locale)

    def moment(self, at: datetime, style: str = "Dt") -> Markup:
        """A moment that Telegram shows in the reader's own zone; older apps show it in this chat's zone.

        `style` consists of Telegram's letters: w for weekday, d or D for short or long date, t or T for time.
        """
        shown = self.local(at)
        fallback = self.clock(shown.time()) if style == "t" else self._date_and_time(shown)
        return _tg_time(at, style, fallback)

    def ago(self, at: datetime, now: datetime) -> Markup:
        """How long ago, kept up to date by the reader's app."""
        return _tg_time(at, "r", self.since(at, now))

    def since(self, at: datetime, now: datetime) -> str:
        """How long ago, as plain text: "5 minutes ago"."""
        return _relative(self.language, min(at - now, timedelta(seconds=-1)))

    def city(self, zone: str) -> str:
        """A zone by its city in this language; a fixed offset as "UTC+3"."""
        if not is_zone(zone):
            return zone
        if fixed := re.fullmatch(r"Etc/GMT([+-])(\d+)", zone):  # POSIX's sign is the opposite of everybody's
            return f"UTC{'-' if fixed[1] == '+' else '+'}{fixed[2]}"
        # babel only looks up new zone names, but CLDR has some cities under old ones, so look there first
        known = self._locale.time_zones.get(OLD_ZONE_NAMES.get(zone, zone), {}).get("city")
        return known or get_timezone_location(zone, locale=self._locale, return_city=True).rpartition("/")[2]

    def offset(self, zone: str, now: datetime) -> str:
        """A zone's current offset from UTC: "UTC+5:30"."""
        minutes = (now.astimezone(zone_info(zone)).utcoffset() or timedelta()) // timedelta(minutes=1)
        hours, rest = divmod(abs(minutes), 60)
        return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")

    def _date_and_time(self, shown: datetime) -> str:
        day, at = _day(self.language, shown.date(), "MMMd"), self.clock(shown.time())
        return _date_and_time(self.language).replace("{0}", at).replace("{1}", day)

    # ── the language itself ─────────────────────────────────────────────────────────────────────

    @property
    def right_to_left(self) -> bool:
        """Whether the language is written from right to left."""
        return self.language in RIGHT_TO_LEFT

    @property
    def _locale(self) -> Locale:
        return locale_of(self.language)


# Lists here follow a colon and hold foreign titles: Chinese sets 、 alone then, Thai needs commas and room.
_LIST_MARKS = (("}和{", "}、{"), ("} {", "}, {"), ("} และ{", "}และ{"), ("}และ{", "} และ {"))
# How "and" changes by what follows: in Spanish before the sound i, in Hebrew before other scripts.
_BEFORE_LAST = {
    "es": (re.compile(r"h?[ií](?![ae])", re.IGNORECASE), " y {", " e {"),
    "he": (re.compile(r"[^\u0590-\u05ff]"), " ו{", " ו־{"),
}
_NEVER = 1e9  # a threshold that prevents larger units
# Commands within sentences; without an isolate, the slash would move to the other end.
_COMMAND = re.compile(r"<code>.*?</code>|(?<![\w/<])/[a-z]+\b")
_LINE_START = re.compile(r"^((?:</?blockquote[^>]*>)*)(?=[^\n\u200f])", re.MULTILINE)


def _tg_time(at: datetime, style: str, fallback: str) -> Markup:
    return Markup(f'<tg-time unix="{int(at.timestamp())}" format="{style}">{escape(fallback)}</tg-time>')


@functools.lru_cache(maxsize=4096)
def _sentence(language: str, message: str) -> Markup:
    """A message without arguments."""
    return Markup(_pattern(language, catalog(language).ugettext(message)))


def _pattern(language: str, pattern: str) -> str:
    return _COMMAND.sub(rf"{FSI}\g<0>{PDI}", pattern) if language in RIGHT_TO_LEFT else pattern


# Cached because messages repeat days, times and counts, and babel takes 5 to 10 µs for each.


@functools.lru_cache(maxsize=1024)
def _number(language: str, n: float) -> str:
    return format_decimal(n, locale=locale_of(language))


@functools.lru_cache(maxsize=1024)
def _day(language: str, day: Date, skeleton: str) -> str:
    return format_skeleton(skeleton, datetime.combine(day, time()), locale=locale_of(language))


_RANGES = {"pt_PT": "Md"}  # whose single days are numbers, too


@functools.lru_cache(maxsize=4096)
def _days(language: str, first: Date, last: Date) -> str:
    skeleton = _RANGES.get(language, "MMMd")
    skeleton = skeleton if first.year == last.year else f"y{skeleton}"
    return format_interval(first, last, skeleton, locale=locale_of(language))


@functools.lru_cache(maxsize=4096)
def _time(language: str, hour: int, minute: int) -> str:
    return format_time(time(hour, minute), _clock(language), locale=locale_of(language))


@functools.lru_cache(maxsize=1024)
def _relative(language: str, span: timedelta, *, in_days: bool = False) -> str:
    return format_timedelta(
        span,
        granularity="day" if in_days else "second",
        threshold=_NEVER if in_days else 0.85,
        add_direction=True,
        locale=locale_of(language),
    )


@functools.cache
def _date_and_time(language: str) -> str:
    return str(locale_of(language).datetime_formats["medium"])


@functools.cache
def _clock(language: str) -> str:
    # The short Korean names for AM and PM are English; use the full ones
    return str(locale_of(language).time_formats["short"]).replace("a", "aaaa")
