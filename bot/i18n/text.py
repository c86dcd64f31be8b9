"""Foreign text made safe: cleaned, escaped, and told apart by writing direction."""

# ruff: noqa: S704 -- making Markup is this module's trade: patterns are our own, arguments are escaped

from __future__ import annotations

import functools
import re
import unicodedata

from markupsafe import Markup, escape

FSI, PDI, RLM = "\u2068", "\u2069", "\u200f"
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")  # no-break spaces within numbers are kept
_TURNING = (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_BLANK = (0xAD, 0x115F, 0x1160, 0x200B, 0x2060, 0x2800, 0x3164, 0xFEFF, 0xFFA0)
_UNSEEN = dict.fromkeys((*_TURNING, *_BLANK))


def plain(text: str) -> str:
    """Markup as plain text, for buttons, pop-ups and command descriptions, which Telegram does not parse."""
    return _stripped(text) if isinstance(text, Markup) else text


@functools.lru_cache(maxsize=1024)  # few different texts occur on buttons
def _stripped(text: Markup) -> str:
    return text.striptags()


def fill(pattern: str, /, *values: object) -> Markup:
    """A trusted pattern as markup with its {} filled in: plain values are escaped, Markup is not."""
    # Markup.format would do the same, ten times slower.
    return Markup(pattern.format(*map(escape, values)))


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


def is_isolated(text: str) -> bool:
    """Whether one isolate holds the whole text."""
    if not text.startswith(FSI):
        return False
    depth = 0
    for place, char in enumerate(text):
        depth += (char == FSI) - (char == PDI)
        if depth == 0:
            return place == len(text) - 1
    return False


def has_right_to_left(text: str) -> bool:
    """Whether any letter or digit of it is written from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(char) in {"R", "AL", "AN"} for char in text)


def begins_in_another_script(text: str) -> bool:
    """Whether right-to-left text has a left-to-right start, by which its direction would be guessed wrong.

    Carriers put the place first: "[Dongguan] وصل الطرد إلى مركز الفرز."
    """
    if text.isascii():
        return False
    strong = [kind for kind in map(unicodedata.bidirectional, text) if kind in {"L", "R", "AL"}]
    return strong[:1] == ["L"] and 2 * strong.count("L") < len(strong)
