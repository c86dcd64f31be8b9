"""On which side of the border an event happened, by the countries, cities and airports in its text.

Parcels of AliExpress leave from China, so a Chinese place is the near side and any other the far side. The
names of countries are those of the Unicode CLDR, in the language of the text (countries.txt).
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.stages.fold import letters


class Side(enum.Enum):
    """The side of the origin's border: within the country of origin, or beyond."""

    NEAR = enum.auto()
    FAR = enum.auto()


class Way(enum.Enum):
    """What a parcel does at a named place: it is there, goes there, or leaves it."""

    AT = enum.auto()
    TO = enum.auto()
    FROM = enum.auto()


@dataclass(frozen=True, slots=True)
class Named:
    """A place that a text names."""

    side: Side
    way: Way = Way.AT
    country: bool = False


_FOLDER = Path(__file__).parent
_LONGEST_NAME = 4  # words
_INFLECTED = frozenset(
    {"bg", "cs", "el", "et", "fi", "hr", "hu", "lt", "lv", "pl", "ro", "ru", "sk", "sl", "tr", "uk"}
)
_SHORT_STEMS = frozenset(
    {"suom", "eest", "cesk", "irsk", "rusk", "norj", "puol", "ruot", "root"}
    | {"soom", "taan", "lotw", "litw", "litv", "latv", "росс", "чехи"}
)
"""Of four letters, that begin no other word."""
_UNSPACED = {"zh": 2, "ja": 2, "ko": 3, "th": 5}
"""Languages that write a name together with what follows; the least length to tell it from other words."""
_SHORT_KOREAN = frozenset({"미국", "독일", "영국", "일본", "한국", "대만", "태국", "호주"})
_KANA_NAME = re.compile("[\u3040-\u30ff]{1,2}")
_CODE = re.compile(r"(?:^|[,(\[/-] ?)([A-Z]{2})(?=[)\]]|[.,;]|\s*$)")
_AIRPORT = re.compile(r"(?<![^\W\d_])[A-Z]{3}(?![^\W\d_])")
_HAN = re.compile("[\u3400-\u9fff]{2,}")


@cache
def _table() -> Mapping[str, frozenset[str]]:
    """The words of places.txt by section."""
    found: dict[str, set[str]] = {}
    section = ""
    for line in (_FOLDER / "places.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif not line.startswith("#"):
            found.setdefault(section, set()).update(word.replace("_", " ") for word in line.split())
    return {name: frozenset(words) for name, words in found.items()}


@cache
def _countries() -> Mapping[str, frozenset[str]]:
    """The folded names of countries other than China, by language."""
    found = {}
    for line in (_FOLDER / "countries.txt").read_text(encoding="utf-8").splitlines():
        language, _, names = line.partition(": ")
        found[language] = frozenset(names.split("; "))
    return found


@cache
def _stems(language: str) -> frozenset[str]:
    """The names of countries of one word without the ending that a case changes."""
    names = _countries().get(language, frozenset())
    stems = {name[: len(name) - (1 if len(name) < 7 else 2)] for name in names if name.isalpha()}
    return frozenset(stem for stem in stems if len(stem) > 4 or stem in _SHORT_STEMS)


@cache
def _together(language: str) -> tuple[str, ...]:
    """The names of countries that may stand within a run of letters."""
    names = _countries().get(language, frozenset())
    least = _UNSPACED[language]
    return tuple(
        name
        for name in sorted(names)
        if (len(name) >= least or name in _SHORT_KOREAN) and not _KANA_NAME.fullmatch(name)
    )


def named(text: str, spoken: tuple[str, ...], *, bound: bool = True) -> Side | None:
    """The side of the countries, cities and airports that a text names; None for none, or for both sides.

    Without `bound`, places that the parcel only goes to do not count: "Departed Hong Kong for London".
    """
    places = _by_names(letters(text), spoken)
    found = {one.side for one in places if bound or one.way is not Way.TO}
    if bound or all(one.way is not Way.TO for one in places):
        found |= _by_codes(text) | _inflected(text, spoken)
    return found.pop() if len(found) == 1 else None


def crosses(text: str, spoken: tuple[str, ...]) -> bool:
    """Whether a text names a border to cross: a country to go to or to leave, or cities of both sides."""
    names = _by_names(letters(text), spoken)
    there = [one for one in names if one.side is Side.FAR]
    leaves_home = any(one.side is Side.NEAR and one.way is not Way.TO for one in names)
    return any(one.way is Way.TO and (one.country or leaves_home) for one in there) or any(
        one.way is Way.FROM and one.country for one in there
    )


_ARTICLES = frozenset({"the", "la", "le", "les", "los", "il", "l", "den", "der", "die"})
_TOWARDS: Mapping[str, frozenset[str]] = {
    "en": frozenset({"to", "for", "towards", "toward"}),
    "de": frozenset({"nach"}),
    "es": frozenset({"hacia", "para"}),
    "pt": frozenset({"para"}),
    "fr": frozenset({"vers", "pour"}),
    "it": frozenset({"verso"}),
    "nl": frozenset({"naar"}),
    "sv": frozenset({"till"}),
    "da": frozenset({"til"}),
    "nb": frozenset({"til"}),
}
_AWAY: Mapping[str, frozenset[str]] = {
    "en": frozenset({"from", "left", "leaves", "leaving", "departed", "exited"}),
    "de": frozenset({"aus"}),
}


def _way(words: list[str], start: int, spoken: tuple[str, ...]) -> Way:
    before = words[max(0, start - 2) : start]
    if before and before[-1] in _ARTICLES:
        before.pop()
    if not before:
        return Way.AT
    if any(before[-1] in _TOWARDS.get(language, ()) for language in spoken):
        return Way.TO
    away = any(before[-1] in _AWAY.get(language, ()) for language in spoken)
    return Way.FROM if away else Way.AT


def _by_names(folded: str, spoken: tuple[str, ...]) -> set[Named]:
    return set(_spaced(folded, spoken)) | set(_unspaced(folded))


def _spaced(folded: str, spoken: tuple[str, ...]) -> Iterator[Named]:
    near, far, abroad = _table()["near"], _table()["far"], _table()["far countries"]
    words = re.findall(r"[^\W\d_]+", folded)
    for start in range(len(words)):
        for length in range(1, _LONGEST_NAME + 1):
            name = " ".join(words[start : start + length])
            if name in near:
                yield Named(Side.NEAR, _way(words, start, spoken))
            elif name in far:
                yield Named(Side.FAR, _way(words, start, spoken))
            way = _way(words, start, spoken)
            if any(name in _countries().get(language, ()) for language in spoken) or (
                name in abroad and way is not Way.AT
            ):
                yield Named(Side.FAR, way, country=True)


def _unspaced(folded: str) -> Iterator[Named]:
    near, far = _table()["near"], _table()["far"]
    for run in _HAN.findall(folded):
        names = {run[i : i + n] for n in (2, 3, 4) for i in range(len(run) - n + 1)}
        yield from (Named(Side.NEAR) for _ in names & near)
        yield from (Named(Side.FAR) for _ in names & far)


def _inflected(text: str, spoken: tuple[str, ...]) -> set[Side]:
    """Names of countries in another case than the nominative, and those written together with other words."""
    languages = [language for language in spoken if language in _INFLECTED]
    if languages and not text.isupper():
        for word in re.findall(r"[^\W\d_]{5,}", text):
            folded = letters(word)
            if word[0].isupper() and any(
                folded[:length] in _stems(language)
                for language in languages
                for length in range(max(4, len(folded) - 5), len(folded))
            ):
                return {Side.FAR}
    folded = letters(text)
    if any(name in folded for language in spoken if language in _UNSPACED for name in _together(language)):
        return {Side.FAR}
    return set()


def _by_codes(text: str) -> set[Side]:
    found: set[Side] = set()
    for code in _CODE.findall(text):
        if code in _table()["near codes"]:
            found.add(Side.NEAR)
        elif code in _table()["far codes"]:
            found.add(Side.FAR)
    if not text.isupper():
        airports = set(_AIRPORT.findall(text))
        found |= {Side.NEAR for _ in airports & _table()["near airports"]}
        found |= {Side.FAR for _ in airports & _table()["far airports"]}
    return found
