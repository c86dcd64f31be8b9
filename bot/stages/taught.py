"""PHRASES_FILE: the merchant's own classifications of carriers' texts; they take precedence.

    delivered = ["Parcel given to {name}"]
    "exception customs" = ["Waiting for papers"]
    "origin_transit / local_transit" = ["Bagged"]

A key is a head of the lexicon (a stage, optionally a reason, or the stages before and after the border), its
value the texts as the carrier writes them, with the lexicon's placeholders.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.errors import SettingsError
from bot.settings import read_toml
from bot.stages.lexicon import LexiconEntry, LexiconError, entries, key

_MOST = 5000  # texts
_LONGEST = 500  # characters


def load(path: str) -> tuple[LexiconEntry, ...]:
    """Read PHRASES_FILE; an empty path gives no entries.

    Raises:
        SettingsError: if the file is invalid; says what is wrong and where.
    """
    if not path:
        return ()
    content = read_toml("PHRASES_FILE", path)
    try:
        found = tuple(_entries(content))
    except LexiconError as error:
        raise SettingsError("PHRASES_FILE", str(error)) from None
    if len(found) > _MOST:
        raise SettingsError("PHRASES_FILE", f"has {len(found)} texts; at most {_MOST} are read")
    if twice := _contradiction(found):
        raise SettingsError("PHRASES_FILE", twice)
    return found


def _contradiction(found: tuple[LexiconEntry, ...]) -> str:
    """Says which text stands below two heads, if any does; texts that differ only in numbers are one."""
    seen: dict[tuple[bool, str], LexiconEntry] = {}
    for entry in found:
        before = seen.setdefault((entry.code, entry.text if entry.code else key(entry.text)), entry)
        if before.meaning != entry.meaning:
            return f"{before.line} and {entry.line} both have the text {entry.text!r}"
    return ""


def _entries(content: dict[str, object]) -> Iterator[LexiconEntry]:
    for head, texts in content.items():
        if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
            raise LexiconError(f'"{head}" must be a list of texts, such as {head} = ["Parcel arrived"]')
        if long := next((text for text in texts if len(text) > _LONGEST), None):
            raise LexiconError(f'"{head}" has a text of more than {_LONGEST} characters: {long[:40]}…')
        yield from entries(head, texts, f'"{head}"')
