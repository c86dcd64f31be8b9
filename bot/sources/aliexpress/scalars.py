"""Parses the scalars of an answer: times, numbers and texts in all formats seen."""

from __future__ import annotations

import functools
import re
from datetime import UTC, datetime, timedelta

# AliExpress sold nothing before 2010. A node's time stamp may be a carrier's local time labeled UTC, a
# promise may lie a year ahead; anything beyond is a mistake.
EARLIEST = datetime(2010, 1, 1, tzinfo=UTC)
NODE_AHEAD = timedelta(days=3)
ETA_AHEAD = timedelta(days=400)

_TEXT = 1000  # characters of one text
_USUAL = 200  # characters; shorter texts are cached, as carriers repeat them
NOTHING = frozenset({"", "-", "--", "0", "null", "nil", "none", "undefined", "n/a", "na", "nan"})


def moment(value: object, latest: float) -> datetime | None:
    """Parse epoch milliseconds or seconds (as number or text), or ISO text with a zone.

    Returns None if the time is implausible; `latest` is the latest plausible one in milliseconds.
    """
    number = value if type(value) is int else integer(value)
    if number is None and isinstance(value, str) and (at := _iso(value)) is not None:
        number = epoch_ms(at)
    if number is None or number <= 0:
        return None
    if number < 100_000_000_000:  # milliseconds this small would be before 1973
        number *= 1000
    if not _EARLIEST_MS <= number <= latest:
        return None
    return datetime.fromtimestamp(number / 1000, UTC)


def written_time(value: object, now: datetime) -> datetime | None:
    """Parse ISO text with an offset; None if the time is implausible."""
    at = _iso(text_of(value))
    return at if at is not None and EARLIEST <= at <= now + NODE_AHEAD else None


def _iso(text: str) -> datetime | None:
    """Parse ISO text with a zone; None without one, as the time would be ambiguous."""
    found = _ISO.fullmatch(text.strip()) if len(text) <= 100 else None
    if found is None:
        return None
    ahead = timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))
    try:
        at = datetime.fromisoformat(found["moment"]).replace(tzinfo=UTC)
        return at + ahead if found["sign"] == "-" else at - ahead
    except (ValueError, OverflowError):
        return None


def integer(value: object) -> int | None:
    """Parse an integer from a number or text, cutting off decimals; None if there is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        if found := _DIGITS.fullmatch(value.strip()):
            return int(found[1])
        # Java writes a large number that is no integer so.
        return int(float(value)) if _EXPONENT.fullmatch(value.strip()) else None
    if isinstance(value, float):
        return int(value) if abs(value) < 1e18 else None
    return value if isinstance(value, int) and abs(value) < 10**18 else None


def tracking_number(value: object) -> str:
    """Return a tracking number in capitals without blanks; "" if there is none."""
    text = "".join(filter(str.isprintable, text_of(value))).replace(" ", "").upper()[:100]
    return text if any(digit.isdigit() and digit != "0" for digit in text) else ""


def text_of(value: object) -> str:
    """Return a scalar as one line of clean text: no control characters, no lone surrogates, not too long."""
    if isinstance(value, str):
        return _usual_line(value) if len(value) < _USUAL else _line(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return _line(str(value) if abs(value) < 1e30 else "")


def _line(value: str) -> str:
    if len(value) <= _TEXT and value.isprintable() and "  " not in value:
        return value.strip()  # nearly every text
    value = _CONTROL.sub(" ", value[: 2 * _TEXT]).encode("utf-8", "replace").decode()
    return " ".join(value.split())[:_TEXT]


# Carriers repeat the same few texts in every answer.
_usual_line = functools.lru_cache(maxsize=4096)(_line)


def says(value: object, word: str) -> bool:
    """Whether a flag, as a boolean or as text, equals `word`."""
    return isinstance(value, bool | str) and str(value).strip().lower() == word


def epoch_ms(at: datetime | None) -> int:
    """Return the time in milliseconds since 1970, 0 for None."""
    return int(at.timestamp() * 1000) if at else 0


_EARLIEST_MS = int(EARLIEST.timestamp() * 1000)
_EXPONENT = re.compile(r"[+-]?[0-9]\.[0-9]{1,17}E[0-9]{1,2}", re.IGNORECASE)
_DIGITS = re.compile(r"([+-]?[0-9]{1,18})(?:\.[0-9]{0,18})?")
_ISO = re.compile(
    r"(?P<moment>[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)\s*"
    r"(?=Z|UTC|GMT|[+-])(?:Z|UTC|GMT)?(?:(?P<sign>[+-])(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?)?"
    r"\s*(?:\[[\w/+-]*\])?",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
