"""The day until which a parcel waits or a payment is due, where the carrier's own words name it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

FARTHEST = timedelta(days=90)
"""Nothing waits longer at a counter: a later date is another's, or a slip."""

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
            "august aug", "september sept sep", "october oct", "november nov", "december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
# What stands before a last day, within a few words, in the languages in which local carriers write.
_CUE = (
    r"\b(?:until|till|by|before|no later than|not later than|deadline|expires?(?: on)?|last day|"
    r"latest|bis(?: zum)?|spätestens(?: am)?|jusqu'au|jusqu’au|avant le|hasta(?: el)?|antes del?|até|"
    r"entro(?: il)?|fino al|tot(?: en met)?|uiterlijk|do dnia|do|senast|до)"
    r"[\s:]{1,3}(?:(?:the|mon|tues?|wednes|wed|thurs?|fri|satur|sat|sun)(?:day)?[\s,.]{0,2}){0,2}"
)
_DATES = (
    r"(?P<y>20\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)",
    r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>20\d\d|\d\d(?!\d))?(?!\d)",
    rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s-](?P<word>{_MONTH})\b\.?(?:[\s,-]{{1,2}}(?P<y>20\d\d))?",
    rf"(?P<word>{_MONTH})\b\.?\s(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,?\s(?P<y>20\d\d))?",
    r"(?P<either>)(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>20\d\d)(?!\d)",
)
_STATED = tuple(re.compile(_CUE + form, re.IGNORECASE) for form in _DATES)
_CHINESE = re.compile(r"(?:(?P<y>20\d\d)年)?(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号](?:之?前|以前)")


def stated(text: str, said_at: datetime) -> date | None:
    """The last day that the text names; None where it names none, or one that could be read in two ways.

    A date without a year is the first such day since `said_at`.
    """
    found = set(_days(text, said_at.date()))
    return found.pop() if len(found) == 1 else None


def _days(text: str, since: date) -> Iterator[date]:
    for pattern in (*_STATED, _CHINESE):
        for match in pattern.finditer(text):
            day = _day(match, since)
            if day is not None and since <= day <= since + FARTHEST:
                yield day


def _day(match: re.Match[str], since: date) -> date | None:
    parts = match.groupdict()
    month = _MONTHS[parts["word"].lower()] if parts.get("word") else int(parts["m"])
    day = int(parts["d"])
    if "either" in parts:  # day first or, as Americans write, month first
        if day <= 12 and month <= 12 and day != month:
            return None
        day, month = max(day, month), min(day, month)
    year = parts["y"] and int(parts["y"]) % 100 + 2000
    try:
        named = date(year or since.year, month, day)
        return named if year or named >= since else named.replace(year=since.year + 1)
    except ValueError:
        return None
