"""On which side of the border an event happened, by the countries, cities and airports in its text.

The near side is the country that a parcel leaves, China unless one of its first scans names another one; any
other place is the far side. The names of countries are those of the Unicode CLDR, in the language of the text
(countries.txt); places.txt has cities, airports and codes.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from bot.stages.fold import letters

Countries = frozenset[str]
"""Codes of countries (ISO 3166-1); several if a code stands for several: "CA" is California, too."""

CHINA: Countries = frozenset({"CN", "HK"})
_HUBS: Countries = frozenset({"JP", "KR", "SG", "TW"})
"""Where parcels from China change planes: a scan there does not tell the side."""


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

    within: Countries
    way: Way = Way.AT
    country: bool = False

    def side(self, home: Countries) -> Side | None:
        """The side for a parcel from `home`, from China if that is empty; None if it may be either."""
        chinese = not home or bool(home & CHINA)
        if self.within & (CHINA if chinese else home):
            return Side.NEAR
        return None if chinese and self.within <= _HUBS else Side.FAR


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
_CODE = re.compile(
    r"(?:(?:^|[,(\[/-] ?)([A-Z]{2})|[,(\[/-] ?(?!CAN\b)([A-Z]{3}))(?=[)\].,;]|\s*$| /)"  # CAN is Guangzhou
    r"|(?:^|[\[【])[A-Z][A-Z .-]+ ([A-Z]{2})(?=\s*[\]】/])"  # [DONGGUAN CN]
)
_AIRPORT = re.compile(r"(?<![^\W\d_])[A-Z]{3}(?![^\W\d_])")
_HAN = re.compile("[\u3400-\u9fff]{2,}")


@cache
def _one(code: str) -> Countries:
    """One set for each code: the tables have 9,000 names, and a set for each would take 2 MB."""
    return frozenset({code})


@cache
def _table() -> Mapping[str, Mapping[str, Countries]]:
    """places.txt: its sections, each with names and where they are."""
    found: dict[str, dict[str, Countries]] = {}
    section: dict[str, Countries] = {}
    for line in (_FOLDER / "places.txt").read_text(encoding="utf-8").splitlines():
        where, _, names = line.partition(": ")
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), {})
        elif names:
            for name in (one.replace("_", " ") for one in names.split()):
                section[name] = section.get(name, frozenset()) | {where}
        elif not line.startswith("#"):
            codes = [code.split("/") for code in line.split()]
            section |= {name: _one(code[0]) for code in codes for name in code}
    return found


@cache
def _codes() -> Mapping[str, Countries]:
    """The codes of countries, states and provinces."""
    codes = dict(_table()["codes"])
    for name, within in _table()["regions"].items():
        codes[name] = codes.get(name, frozenset()) | within
    return codes


@cache
def _countries() -> Mapping[str, Mapping[str, Countries]]:
    """The folded names of countries other than China and its hubs, by language."""
    found = {}
    for line in (_FOLDER / "countries.txt").read_text(encoding="utf-8").splitlines():
        language, _, names = line.partition(": ")
        pairs = (entry.partition(" ") for entry in names.split("; ") if entry)
        found[language] = {name: _one(code) for code, _, name in pairs}
    return found


@cache
def _stems(language: str) -> Mapping[str, Countries]:
    """The names of countries of one word without the ending that a case changes."""
    names = _countries().get(language, {})
    stems = {
        name[: len(name) - (1 if len(name) < 7 else 2)]: code
        for name, code in names.items()
        if name.isalpha()
    }
    return {stem: code for stem, code in stems.items() if len(stem) > 4 or stem in _SHORT_STEMS}


@cache
def _together(language: str) -> Mapping[str, Countries]:
    """The names of countries that may stand within a run of letters."""
    least = _UNSPACED[language]
    return {
        name: code
        for name, code in sorted(_countries().get(language, {}).items())
        if (len(name) >= least or name in _SHORT_KOREAN) and not _KANA_NAME.fullmatch(name)
    }


def named(text: str, spoken: tuple[str, ...], home: Countries, *, bound: bool = True) -> Side | None:
    """The side of the countries, cities and airports that a text names; None for none, or for both sides.

    Without `bound`, places that the parcel only goes to do not count: "Departed Hong Kong for London".
    """
    places = _by_names(letters(text), spoken)
    found = {one.side(home) for one in places if bound or one.way is not Way.TO}
    if bound or all(one.way is not Way.TO for one in places):
        found |= {Named(one).side(home) for one in _by_codes(text) | _inflected(text, spoken)}
    found.discard(None)
    return found.pop() if len(found) == 1 else None


def whereabouts(text: str, spoken: tuple[str, ...]) -> Countries:
    """The country that a text names as where the parcel is; empty if it names none or several.

    A code counts for more than a name: Jamaica, NY.
    """
    codes = _by_codes(text)
    places = codes | {one.within for one in _by_names(letters(text), spoken) if one.way is not Way.TO}
    places |= _inflected(text, spoken)
    for which in (places, codes):
        if which and (common := frozenset.intersection(*which)):
            return common
    return frozenset()


def is_spoken(language: str, home: Countries) -> bool:
    """Whether people of one of these countries speak a language."""
    return any(language in _table()["languages"].get(country, ()) for country in home)


def is_place(text: str) -> bool:
    """Whether a text is nothing but the name of a country or of a city."""
    name = " ".join(letters(text).split())
    return name in _table()["cities"] or any(name in names for names in _countries().values())


def is_hub(text: str) -> bool:
    """Whether a text names a city where express carriers reload parcels for other countries."""
    words = re.findall(r"[^\W\d_]+", letters(text))
    pairs = {" ".join(pair) for pair in pairwise(words)}
    return not _table()["hubs"].keys().isdisjoint({*words, *pairs})


def crosses(text: str, spoken: tuple[str, ...], home: Countries) -> bool:
    """Whether a text names a border to cross: a country to go to or to leave, or cities of both sides."""
    names = _by_names(letters(text), spoken)
    there = [one for one in names if one.side(home) is Side.FAR]
    leaves_home = any(one.side(home) is Side.NEAR and one.way is not Way.TO for one in names)
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


def _way(before: str, spoken: tuple[str, ...]) -> Way:
    """What the word before the name of a place says of the parcel."""
    if any(before in _TOWARDS.get(language, ()) for language in spoken):
        return Way.TO
    return Way.FROM if any(before in _AWAY.get(language, ()) for language in spoken) else Way.AT


def _by_names(folded: str, spoken: tuple[str, ...]) -> set[Named]:
    return {*_spaced(folded, spoken), *_unspaced(folded)}


def _spaced(folded: str, spoken: tuple[str, ...]) -> Iterator[Named]:
    cities, short = _table()["cities"], _table()["short names"]
    words = re.findall(r"[^\W\d_]+", folded)
    before = ""  # the last word that is no article
    for start, word in enumerate(words):
        way = _way(before, spoken)
        before = before if word in _ARTICLES else word
        for length in range(1, _LONGEST_NAME + 1):
            name = " ".join(words[start : start + length])
            if name in cities:
                yield Named(cities[name], way)
            for language in spoken:
                if (within := _countries().get(language, {}).get(name)) is not None:
                    yield Named(within, way, country=True)
            if name in short and way is not Way.AT:
                yield Named(short[name], way, country=True)


_TOWARDS_HAN = ("发往", "發往", "前往", "飞往", "飛往", "运往", "運往", "寄往")


def _unspaced(folded: str) -> Iterator[Named]:
    cities = _table()["cities"]
    for run in _HAN.findall(folded):
        names = ((run[i : i + n], i) for n in (2, 3, 4) for i in range(len(run)))
        for name, start in names:
            if name in cities:
                yield Named(cities[name], Way.TO if run[:start].endswith(_TOWARDS_HAN) else Way.AT)


def _inflected(text: str, spoken: tuple[str, ...]) -> set[Countries]:
    """Names of countries in another case than the nominative, and those written together with other words."""
    found: set[Countries] = set()
    languages = [language for language in spoken if language in _INFLECTED]
    if languages and not text.isupper():
        for word in re.findall(r"[^\W\d_]{5,}", text):
            folded = letters(word)
            stems = (folded[:length] for length in range(max(4, len(folded) - 5), len(folded)))
            if word[0].isupper():
                found |= {_stems(one)[stem] for stem in stems for one in languages if stem in _stems(one)}
    folded = letters(text)
    for language in spoken:
        if language in _UNSPACED:
            found |= {within for name, within in _together(language).items() if name in folded}
    return found


def _by_codes(text: str) -> set[Countries]:
    codes = {code for groups in _CODE.findall(text) for code in groups}
    found = {_codes()[code] for code in codes & _codes().keys()}
    if not text.isupper():
        airports = set(_AIRPORT.findall(text))
        found |= {within for name, within in _table()["airports"].items() if name in airports}
    return found
