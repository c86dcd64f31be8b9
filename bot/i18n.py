"""Translations, plurals, dates and numbers in a chat's language and time zone (the only user of babel)."""

# ruff: noqa: S704 -- making Markup is this module's trade: patterns are our own, arguments are escaped

from __future__ import annotations

import functools
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

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

FSI, PDI, RLM = "\u2068", "\u2069", "\u200f"
SOURCE_LANGUAGE = "en"
_HERE = Path(__file__).resolve().parent
# Beside the modules where the wheel is installed, at the top of the repository.
CATALOGS = _HERE / "locales" if (_HERE / "locales").is_dir() else _HERE.parent / "locales"

# All languages that AliExpress serves, with their own names, most spoken among its buyers first.
LANGUAGES: dict[str, str] = {
    "en": "English",
    "ru": "Русский",
    "pt_BR": "Português (Brasil)",
    "pt_PT": "Português (Portugal)",
    "es": "Español",
    "fr": "Français",
    "de": "Deutsch",
    "it": "Italiano",
    "nl": "Nederlands",
    "pl": "Polski",
    "uk": "Українська",
    "tr": "Türkçe",
    "ar": "العربية",
    "he": "עברית",
    "hi": "हिन्दी",
    "id": "Bahasa Indonesia",
    "vi": "Tiếng Việt",
    "th": "ไทย",
    "ko": "한국어",
    "ja": "日本語",
    "zh_Hans": "简体中文",
    "zh_Hant": "繁體中文",
}

_SPOKEN_AS = {
    "pt": "pt_BR",
    "iw": "he",
    "in": "id",
    "zh": "zh_Hans",
    "zh-tw": "zh_Hant",
    "zh-hk": "zh_Hant",
    "zh-mo": "zh_Hant",
    "zh-cn": "zh_Hans",
    "zh-sg": "zh_Hans",
    "be": "ru",
    "kk": "ru",
}

_ZONES = {
    "ru": "Europe/Moscow",
    "pt_BR": "America/Sao_Paulo",
    "pt_PT": "Europe/Lisbon",
    "es": "Europe/Madrid",
    "fr": "Europe/Paris",
    "de": "Europe/Berlin",
    "it": "Europe/Rome",
    "nl": "Europe/Amsterdam",
    "pl": "Europe/Warsaw",
    "uk": "Europe/Kyiv",
    "tr": "Europe/Istanbul",
    "ar": "Asia/Riyadh",
    "he": "Asia/Jerusalem",
    "hi": "Asia/Kolkata",
    "id": "Asia/Jakarta",
    "vi": "Asia/Ho_Chi_Minh",
    "th": "Asia/Bangkok",
    "ko": "Asia/Seoul",
    "ja": "Asia/Tokyo",
    "zh_Hans": "Asia/Shanghai",
    "zh_Hant": "Asia/Taipei",
}


# CLDR keeps its city names under the zones' old names.
_OLD_ZONE_NAMES = {
    "Africa/Asmara": "Africa/Asmera",
    "America/Argentina/Buenos_Aires": "America/Buenos_Aires",
    "America/Argentina/Catamarca": "America/Catamarca",
    "America/Argentina/Cordoba": "America/Cordoba",
    "America/Argentina/Jujuy": "America/Jujuy",
    "America/Argentina/Mendoza": "America/Mendoza",
    "America/Indiana/Indianapolis": "America/Indianapolis",
    "America/Kentucky/Louisville": "America/Louisville",
    "America/Nuuk": "America/Godthab",
    "Asia/Ho_Chi_Minh": "Asia/Saigon",
    "Asia/Kathmandu": "Asia/Katmandu",
    "Asia/Kolkata": "Asia/Calcutta",
    "Asia/Yangon": "Asia/Rangoon",
    "Atlantic/Faroe": "Atlantic/Faeroe",
    "Europe/Kyiv": "Europe/Kiev",
    "Pacific/Chuuk": "Pacific/Truk",
    "Pacific/Kanton": "Pacific/Enderbury",
    "Pacific/Pohnpei": "Pacific/Ponape",
}


def guess_language(code: str | None, default: str) -> str:
    """The supported language for Telegram's `language_code` (an IETF tag or None); else `default`."""
    tag = (code or "").strip().replace("_", "-").lower()
    ours = {language.replace("_", "-").lower(): language for language in LANGUAGES}
    while tag:
        if found := ours.get(tag) or _SPOKEN_AS.get(tag):
            return found
        tag = tag.rpartition("-")[0]
    return default


def find_language(text: str) -> str:
    """The supported language that a code or a name of it means ("de-AT", "German", "Deutsch"); else "".

    Names are in English or in the language itself.
    """
    return guess_language(text, "") or _languages_by_name().get(text.strip().casefold(), "")


@functools.cache
def _languages_by_name() -> dict[str, str]:
    names = {name: tag for tag, name in LANGUAGES.items()}
    for tag in (*LANGUAGES, "pt", "zh"):
        locale = _parsed(tag)
        names |= dict.fromkeys(filter(None, (locale.english_name, locale.display_name)), tag)
    return {name.casefold(): guess_language(tag, "") for name, tag in names.items()}


def accepted_language(header: str, default: str) -> str:
    """The supported language that an Accept-Language header likes best (RFC 9110, 12.5.4); else `default`.

    Of equal weights the first one counts. `*`, a weight of 0 and what is malformed are no wishes.
    """
    wishes: list[tuple[float, str]] = []
    for wish in header[:_LONGEST_HEADER].split(","):
        tag, *parameters = (part.strip() for part in wish.split(";"))
        weights = [one[2:].strip() for one in parameters if one[:2].lower() == "q="]
        weight = weights[0] if weights else "1"
        if _WEIGHT.fullmatch(weight) and float(weight) and _LANGUAGE_RANGE.fullmatch(tag):
            wishes.append((float(weight), tag))
    for _, tag in sorted(wishes, key=lambda wish: -wish[0]):
        if found := guess_language(tag, ""):
            return found
    return default


_LONGEST_HEADER = 1000  # characters that are read; browsers send 20 to 100
_WEIGHT = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")
_LANGUAGE_RANGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")


def guess_zone(language: str, default: str) -> str:
    """The zone where most readers of the language live; `default` for languages spoken everywhere."""
    return _ZONES.get(language, default)


def is_zone(name: str) -> bool:
    """Whether `name` is an IANA zone that this machine knows."""
    return name in _zones()


def plain(text: str) -> str:
    """Markup as plain text, for buttons, pop-ups and command descriptions, which Telegram does not parse."""
    return _stripped(text) if isinstance(text, Markup) else text


@functools.lru_cache(maxsize=1024)  # few different texts occur on buttons
def _stripped(text: Markup) -> str:
    return text.striptags()


def fill(pattern: str, /, *values: object) -> Markup:
    """A trusted pattern as markup with its {} filled in: plain values are escaped, Markup is not."""
    # Markup.format would do the same, ten times slower.
    return Markup(
        pattern.format(*(value if isinstance(value, Markup) else escape(value) for value in values))
    )


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
        mixes = self.right_to_left or _has_right_to_left(text)
        if not mixes or not text or "\n" in text or _is_isolated(text):
            return text
        lead = RLM if not isinstance(value, Markup) and _begins_in_another_script(text) else ""
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
        return at.astimezone(_zone(self.zone))

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
        match (day - self.today(now)).days:
            case 0:
                return self.t("Today")
            case -1:
                return self.t("Yesterday")
            case 1:
                return self.t("Tomorrow")
            case _:
                heading = self.date(day, now)
                return escape(heading[:1].upper() + heading[1:])

    def clock(self, at: time) -> str:
        """A time of day."""
        return _time(self.language, at.hour, at.minute)

    def distance(self, days: int) -> Markup:
        """How far a day is: "today", "tomorrow", "in 3 days", "3 days ago"; no minutes, no months."""
        match days:
            case 0:
                return self.t("today")
            case 1:
                return self.t("tomorrow")
            case -1:
                return self.t("yesterday")
            case _:
                return escape(_relative(self.language, timedelta(days=days), "day"))

    def duration(self, span: timedelta) -> str:
        """A length of time in its largest fitting unit, days at the most: "3 days", "2 hours"."""
        unit, threshold = ("day", _NEVER) if abs(span) >= timedelta(days=2) else ("second", 0.85)
        return format_timedelta(span, granularity=unit, threshold=threshold, locale=self._locale)  # type: ignore[arg-type]  # a literal

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
        return _relative(self.language, min(at - now, timedelta(seconds=-1)), "second")

    def city(self, zone: str) -> str:
        """A zone by its city in this language."""
        if not is_zone(zone):
            return zone
        # babel only looks up new zone names, but CLDR has some cities under old ones, so look there first
        known = self._locale.time_zones.get(_OLD_ZONE_NAMES.get(zone, zone), {}).get("city")
        return known or get_timezone_location(zone, locale=self._locale, return_city=True).rpartition("/")[2]

    def zone_called(self, text: str) -> str | None:
        """The zone for an IANA name, or for a city in English or this language; None if there is none."""
        wanted = text.strip().replace(" ", "_").casefold()
        if found := _zones_by_name().get(wanted):
            return found
        known = sorted(set(_zones_by_name().values()))
        return next((zone for zone in known if self.city(zone).replace(" ", "_").casefold() == wanted), None)

    def offset(self, zone: str, now: datetime) -> str:
        """A zone's current offset from UTC: "UTC+5:30"."""
        minutes = int((now.astimezone(_zone(zone)).utcoffset() or timedelta()).total_seconds() // 60)
        hours, rest = divmod(abs(minutes), 60)
        return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")

    def _date_and_time(self, shown: datetime) -> str:
        day, at = _day(self.language, shown.date(), "MMMd"), self.clock(shown.time())
        return _date_and_time(self.language).replace("{0}", at).replace("{1}", day)

    # ── the language itself ─────────────────────────────────────────────────────────────────────

    @property
    def right_to_left(self) -> bool:
        """Whether the language is written from right to left."""
        return _right_to_left(self.language)

    @property
    def _locale(self) -> Locale:
        return _parsed(self.language)


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
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")  # no-break spaces within numbers are kept
_TURNING = (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_BLANK = (0xAD, 0x115F, 0x1160, 0x200B, 0x2060, 0x2800, 0x3164, 0xFEFF, 0xFFA0)
_UNSEEN = dict.fromkeys((*_TURNING, *_BLANK))


@functools.lru_cache(maxsize=4096)  # few different texts occur
def clean(text: str) -> str:
    """Foreign text on one line, without control characters or direction marks.

    Empty if nothing of it would be visible.
    """
    kept = (
        char if unicodedata.category(char) not in {"Cc", "Cs"} else " " for char in text.translate(_UNSEEN)
    )
    line = _SPACES.sub(" ", "".join(kept)).strip()
    return line if any(unicodedata.category(char) not in {"Cf", "Mn", "Zs"} for char in line) else ""


def _is_isolated(text: str) -> bool:
    """Whether one isolate holds the whole text."""
    if not text.startswith(FSI):
        return False
    depth = 0
    for place, char in enumerate(text):
        depth += (char == FSI) - (char == PDI)
        if depth == 0:
            return place == len(text) - 1
    return False


def _has_right_to_left(text: str) -> bool:
    return not text.isascii() and any(unicodedata.bidirectional(char) in {"R", "AL", "AN"} for char in text)


def _begins_in_another_script(text: str) -> bool:
    """Whether right-to-left text has a left-to-right start, by which its direction would be guessed wrong.

    Carriers put the place first: "[Dongguan] وصل الطرد إلى مركز الفرز."
    """
    if text.isascii():
        return False
    strong = [kind for kind in map(unicodedata.bidirectional, text) if kind in {"L", "R", "AL"}]
    return strong[:1] == ["L"] and 2 * strong.count("L") < len(strong)


def _tg_time(at: datetime, style: str, fallback: str) -> Markup:
    return Markup(f'<tg-time unix="{int(at.timestamp())}" format="{style}">{escape(fallback)}</tg-time>')


@functools.lru_cache(maxsize=4096)
def _sentence(language: str, message: str) -> Markup:
    """A message without arguments."""
    return Markup(_pattern(language, catalog(language).ugettext(message)))


def _pattern(language: str, pattern: str) -> str:
    return _COMMAND.sub(rf"{FSI}\g<0>{PDI}", pattern) if _right_to_left(language) else pattern


@functools.cache
def _parsed(language: str) -> Locale:
    return Locale.parse(language)


@functools.cache
def _right_to_left(language: str) -> bool:
    return _parsed(language).text_direction == "rtl"


# Cached because messages repeat days, times and counts, and babel takes 5 to 10 µs for each.


@functools.lru_cache(maxsize=1024)
def _number(language: str, n: float) -> str:
    return format_decimal(n, locale=_parsed(language))


@functools.lru_cache(maxsize=1024)
def _day(language: str, day: Date, skeleton: str) -> str:
    return format_skeleton(skeleton, datetime.combine(day, time()), locale=_parsed(language))


_RANGES = {"pt_PT": "Md"}  # whose single days are numbers, too


@functools.lru_cache(maxsize=4096)
def _days(language: str, first: Date, last: Date) -> str:
    skeleton = _RANGES.get(language, "MMMd")
    skeleton = skeleton if first.year == last.year else f"y{skeleton}"
    return format_interval(first, last, skeleton, locale=_parsed(language))


@functools.lru_cache(maxsize=4096)
def _time(language: str, hour: int, minute: int) -> str:
    return format_time(time(hour, minute), _clock(language), locale=_parsed(language))


@functools.lru_cache(maxsize=1024)
def _relative(language: str, span: timedelta, unit: str) -> str:
    return format_timedelta(
        span,
        granularity=unit,  # type: ignore[arg-type]  # a literal at both callers
        threshold=_NEVER if unit == "day" else 0.85,
        add_direction=True,
        locale=_parsed(language),
    )


@functools.cache
def _date_and_time(language: str) -> str:
    return str(_parsed(language).datetime_formats["medium"])


@functools.cache
def _clock(language: str) -> str:
    # The short Korean names for AM and PM are English; use the full ones
    return str(_parsed(language).time_formats["short"]).replace("a", "aaaa")


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # slow: reads several hundred files


@functools.cache
def _zones_by_name() -> dict[str, str]:
    """Zones by full name and by city, in lower case; cities only of those that lie somewhere."""
    whole = {zone.casefold(): zone for zone in _zones()}
    areas = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
    cities = {z.rpartition("/")[2].casefold(): z for z in sorted(_zones()) if z.partition("/")[0] in areas}
    return cities | whole


@functools.cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name if is_zone(name) else "UTC")
