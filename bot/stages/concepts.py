"""Concepts that carriers' texts mention, and the words for them in each language.

words/ has one file per language; docs/carriers.md describes the format. A phrase begins and ends at word
boundaries; `*` beside a letter stands for the rest of the word, and all else is a regular expression.
Scripts written without spaces have no boundaries. Phrases are folded in the same way as texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from bot.stages.fold import letters

FOLDER = Path(__file__).parent / "words"

EDGELESS = frozenset({"zh", "ja", "ko", "th", "hi", "any"})
"""Languages without spaces between words, or whose vowel signs `re` does not count as letters."""

_HEAD = re.compile(r"\[(\w+)\]$")
_ESCAPE = re.compile(r"(\\.)")
_REST_OF_WORD = re.compile(r"(?<=[^\W\d_])(?<!\\w)\*(?!\?)|(?<![^\s(|])\*(?=[^\W\d_]|')")


@cache
def phrases(language: str) -> Mapping[str, tuple[str, ...]]:
    """The phrases of one language, by concept, as written in its file.

    Raises:
        ValueError: for a phrase before the first [concept].
    """
    found: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for number, line in enumerate((FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines(), 1):
        if head := _HEAD.match(line):
            lines = found.setdefault(head[1], [])
        elif line and not line.startswith("# "):
            if lines is None:
                raise ValueError(f"{language}.txt:{number}: phrase before the first [concept]")
            lines.append(line)
    return {concept: tuple(lines) for concept, lines in found.items() if lines}


@cache
def languages() -> tuple[str, ...]:
    """Every language that has a file."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.txt")))


@cache
def concepts() -> frozenset[str]:
    """All concepts that any language has words for."""
    return frozenset(concept for language in languages() for concept in phrases(language))


@cache
def pattern(language: str, concept: str) -> re.Pattern[str] | None:
    """The pattern to search in a folded text; None if the language has no words for the concept."""
    lines = phrases(language).get(concept)
    if not lines:
        return None
    return re.compile(regex(lines, edges=language not in EDGELESS))


def regex(lines: Iterable[str], *, edges: bool) -> str:
    """One regular expression for some phrases."""
    joined = "|".join(_folded(_REST_OF_WORD.sub(r"\\w*", line)) for line in lines)
    return rf"(?<!\w)(?:{joined})(?!\w)" if edges else joined


def _folded(phrase: str) -> str:
    """A phrase in the spelling of folded texts; escapes stay as they are (`\\W` is not `\\w`)."""
    return "".join(part if part.startswith("\\") else letters(part) for part in _ESCAPE.split(phrase))


def digest() -> Iterator[bytes]:
    """All words, for the digest of the rules."""
    for language in languages():
        yield (FOLDER / f"{language}.txt").read_bytes()
