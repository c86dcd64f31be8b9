"""The time zone that a person means by a city, a country, an abbreviation or an offset from UTC.

`places.txt` holds the names, folded as `fold` does, one place a line: the zone, then `|name|name|…|`; of two
places with one name the likelier comes first. A region's line lists all of its zones behind a comma, in front
of it the one that nearly all of its people use, or `-`. docs/places.py writes it from GeoNames and CLDR.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import available_timezones

from bot import folding

_CODE = 3  # letters of a country's or a state's code; "Milano, MI" is not in Michigan
_LONGEST = 100  # characters that are read: no place needs more

_OFFSET = re.compile(
    r"(?:(?P<base>utc|gmt|msk|мск)\s*)?(?P<sign>[+-])\s*(?P<hours>\d{1,2})"
    r"(?:[:h]?(?P<minutes>[0-5]\d)|[.,](?P<fraction>5|50|25|75))?h?"
)
# "City of" and the like, where the names in the file have none.
_TITLE = re.compile(
    r"^(?:г\.|г |гор\.|город |м\. ?|місто |city of |ciudad de |cidade de |ville de )|[市府都县縣県]$|시$"
)
_MINUS = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212±", "------+")
_FRACTIONS = {"5": 30, "50": 30, "25": 15, "75": 45}
_WEST, _EAST = -12 * 60, 14 * 60  # minutes; no place is further from UTC
# Offsets of a part of an hour have no zone of their own; these are places', without summer time if possible.
_PARTS = {
    -570: "Pacific/Marquesas",
    -210: "America/St_Johns",
    210: "Asia/Tehran",
    270: "Asia/Kabul",
    330: "Asia/Kolkata",
    345: "Asia/Kathmandu",
    390: "Asia/Yangon",
    525: "Australia/Eucla",
    570: "Australia/Darwin",
    630: "Australia/Lord_Howe",
    765: "Pacific/Chatham",
}
# What people call their clock. "EST" is meant as the time of New York, summer time included; of several
# meanings that of most people counts (IST: India, CST: Chicago, BST: London).
_ABBREVIATIONS = {
    "Europe/London": "bst",
    "Europe/Lisbon": "wet west",
    "Europe/Berlin": "cet cest met mest mez mesz",
    "Europe/Athens": "eet eest oez oesz",
    "Europe/Moscow": "msk мск msd",
    "Europe/Istanbul": "trt",
    "Africa/Johannesburg": "sast cat",
    "Africa/Lagos": "wat",
    "Africa/Nairobi": "eat",
    "Asia/Jerusalem": "idt",
    "Asia/Dubai": "gst",
    "Asia/Karachi": "pkt",
    "Asia/Kolkata": "ist",
    "Asia/Kathmandu": "npt",
    "Asia/Bangkok": "ict",
    "Asia/Jakarta": "wib",
    "Asia/Makassar": "wita",
    "Asia/Jayapura": "wit",
    "Asia/Shanghai": "prc",
    "Asia/Singapore": "sgt",
    "Asia/Hong_Kong": "hkt",
    "Asia/Manila": "pht phst",
    "Asia/Seoul": "kst",
    "Asia/Tokyo": "jst",
    "Australia/Perth": "awst",
    "Australia/Darwin": "acst",
    "Australia/Sydney": "aest aedt aet",
    "Pacific/Auckland": "nzst nzdt nzt",
    "Pacific/Honolulu": "hst",
    "America/Anchorage": "akst akdt",
    "America/Los_Angeles": "pst pdt pt pacific pacifictime",
    "America/Denver": "mst mdt mt mountaintime",
    "America/Chicago": "cst cdt ct centraltime",
    "America/New_York": "est edt et easterntime",
    "America/Halifax": "ast adt atlantictime",
    "America/St_Johns": "nst ndt",
    "America/Sao_Paulo": "brt brst",
    "America/Argentina/Buenos_Aires": "art",
    "America/Santiago": "clt clst",
    "America/Bogota": "cot",
    "America/Lima": "pet",
    "America/Caracas": "vet",
    "UTC": "utc gmt z zulu",
}
_BY_ABBREVIATION = {word: zone for zone, words in _ABBREVIATIONS.items() for word in words.split()}


@functools.cache
def zones() -> frozenset[str]:
    """The IANA zones that this machine knows."""
    return frozenset(available_timezones())  # slow: reads several hundred files


def find_zone(text: str) -> str | None:
    """The IANA zone that is meant; None if that cannot be told.

    Understood are cities and countries in many languages ("Munich", "Мюнхен", "Paris, Texas"), abbreviations
    ("MSK"), offsets from UTC ("GMT+3", which is east of Greenwich) and IANA names in any case.
    """
    plain = "".join(each for each in text.strip()[:_LONGEST] if unicodedata.category(each) != "Cf")
    plain = unicodedata.normalize("NFKC", plain).strip().casefold()
    named = _by_name().get(plain.replace(" ", "_"))
    if named and "/" in named:
        return named
    return _offset(plain) or _BY_ABBREVIATION.get(fold(plain)) or _place(plain) or named


def fold(text: str) -> str:
    """A name for comparison: lower case, without accents, spaces and signs."""
    return "".join(each for each in folding.plain(text) if unicodedata.category(each)[0] in "LNM")


@functools.cache
def _by_name() -> dict[str, str]:
    return {zone.casefold(): zone for zone in zones()}


def _offset(text: str) -> str | None:
    found = _OFFSET.fullmatch(text.translate(_MINUS))
    if found is None:
        return None
    minutes = int(found["minutes"] or _FRACTIONS.get(found["fraction"] or "", 0))
    east = (int(found["hours"]) * 60 + minutes) * (-1 if found["sign"] == "-" else 1)
    if found["base"] in ("msk", "мск"):
        east += 180
    if not east:
        return "UTC"
    if east % 60:
        return _PARTS.get(east)
    # POSIX's sign: Etc/GMT-3 is three hours ahead of Greenwich.
    return f"Etc/GMT{-east // 60:+}" if _WEST <= east <= _EAST else None


def _place(text: str) -> str | None:
    """The zone of a city or a region; a comma, brackets or the last word may say in which region it is."""
    for whole in (text, _TITLE.sub("", text)):
        if found := next(_lines(fold(whole)), None):
            return _main(found)
    parts = [part.strip() for part in re.split(r"[,،、(;]", text.rstrip(" )")) if part.strip()]
    for region in reversed(parts[1:4]):
        if found := _within(parts[0], region) or _region(region):
            return found
        if len(fold(region)) > _CODE and _is_region(region):
            return None  # a town that we do not know: another one of its name would be wrong
    name, _, region = text.rpartition(" ")
    cities = (zone for line in _lines(fold(parts[0] if parts else "")) if (zone := _main(line)))
    return _within(name, region) or next(cities, None)


def _within(name: str, region: str) -> str | None:
    """The zone of a place in a region."""
    inside = frozenset(zone for line in _lines(fold(region)) for zone in line.split(",")[1:])
    zones = (line.partition(",")[0] for line in _lines(fold(name)))
    return next((zone for zone in zones if zone in inside), None)


def _region(name: str) -> str | None:
    """The zone that a whole region uses; None if it has several, or another region has the same name."""
    found = {_main(line) for line in _lines(fold(name)) if "," in line}
    return found.pop() if len(found) == 1 else None


def _is_region(name: str) -> bool:
    return any("," in line for line in _lines(fold(name)))


def _lines(name: str) -> Iterator[str]:
    """The zones of each place of this name, as they stand in the file, the likeliest first."""
    text, wanted = _places(), f"|{name}|".encode()
    at = text.find(wanted) if name else -1
    while at >= 0:
        start = text.rfind(b"\n", 0, at) + 1
        yield text[start : text.index(b"|", start)].decode()
        at = text.find(wanted, text.index(b"\n", at))


def _main(line: str) -> str | None:
    zone = line.partition(",")[0]
    return None if zone == "-" else zone


@functools.cache
def _places() -> bytes:
    return (Path(__file__).parent / "places.txt").read_bytes()
