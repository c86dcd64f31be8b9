"""The lexicon: carriers' own event texts and codes, looked up before the rules are tried.

Beside this module is one UTF-8 file per carrier or family; docs/carriers.md describes the format. Texts are
folded (bot.stages.fold), numbers become one character, and a placeholder stands for one to ten words.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from bot.model import Reason, Stage
from bot.stages.fold import fold, unbracketed

FOLDER = Path(__file__).parent

_HEAD = re.compile(r"\[([^\]]+)\]$")
_HOLE = re.compile(r"\{(place|country|name|date|time|number|carrier|reason)\}")
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_UNSPACED = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"  # Thai, kana, Han: scripts without spaces
_WORD = re.compile(rf"[^\W{_UNSPACED}]+")
_RUN = re.compile(rf"[{_UNSPACED}]{{2,}}")
_IDLE_SPACE = re.compile(rf"(?<=[{_UNSPACED}]) | (?=[{_UNSPACED}])")
_WHY = " — "
_WORDS_IN_A_HOLE = 10
_SIGNS_IN_A_HOLE = 80
_CUSTOMS = frozenset({Stage.EXPORT_CUSTOMS, Stage.IMPORT_CUSTOMS})
_AMBIGUOUS = "ambiguous"


class LexiconError(ValueError):
    """A lexicon file with an error; the message gives file, line and reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageMeaning:
    """What an entry means: `far` once the journey has reached `switch`, `stage` before.

    `done` marks completed customs clearance.
    """

    stage: Stage
    reason: Reason = Reason.NONE
    far: Stage | None = None
    switch: Stage = Stage.ARRIVED_DESTINATION
    done: bool = False
    ambiguous: bool = False

    def at(self, reached: Stage | None) -> Stage:
        """The stage, given the furthest stage of the older nodes."""
        if self.far is None or reached is None or reached.height < self.switch.height:
            return self.stage
        return self.far

    def rule(self, stage: Stage) -> str:
        """The stable id that is stored with nodes classified by this entry."""
        if self.ambiguous:
            return f"lexicon.{_AMBIGUOUS}"
        return f"lexicon.{stage}.done" if self.done and stage in _CUSTOMS else f"lexicon.{stage}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LexiconEntry:
    """One line of a file."""

    text: str
    meaning: StageMeaning
    line: str  # file:number
    code: bool = False


def parse(text: str, file: str) -> Iterator[LexiconEntry]:
    """The entries of one file's text.

    Raises:
        LexiconError: for a line before the first head, an unknown stage, reason or placeholder, a file
            without a source.
    """
    meaning: StageMeaning | None = None
    code = sourced = False
    for number, line in enumerate(text.splitlines(), 1):
        where, line = f"{file}:{number}", line.strip()
        sourced = sourced or line.startswith("source: ")
        if (
            not line
            or line.startswith("#")
            or (meaning is None and re.match(r"(?:languages|source): ", line))
        ):
            continue
        if head := _HEAD.match(line):
            meaning, code = _head(head[1], where)
        elif meaning is None:
            raise LexiconError(f"{where}: text before the first [stage]")
        else:
            yield _entry(line, meaning, where, code=code)
    if not sourced:
        raise LexiconError(f"{file}: a 'source: …' line is missing")


def entries(head: str, texts: Iterable[str], where: str) -> Iterator[LexiconEntry]:
    """Entries for one head, from texts that are not in a file of this folder.

    Raises:
        LexiconError: as `parse`.
    """
    meaning, code = _head(head, where)
    for text in texts:
        yield _entry(text.strip(), meaning, where, code=code)


def _entry(text: str, meaning: StageMeaning, where: str, *, code: bool) -> LexiconEntry:
    if meaning.ambiguous:
        text = text.partition(_WHY)[0].strip()
    rest = _HOLE.sub("", text)
    if re.search(r"[{}]", rest):
        raise LexiconError(f"{where}: unknown placeholder in {text!r}")
    if not re.search(r"\w", rest):
        raise LexiconError(f"{where}: {text!r} is all placeholders")
    return LexiconEntry(text=text, meaning=meaning, line=where, code=code)


def _head(text: str, where: str) -> tuple[StageMeaning, bool]:
    words = text.replace(" / ", "/").split()
    code = words[0] == "code"
    stages, *rest = words[code:]
    if stages == _AMBIGUOUS and not rest:
        return StageMeaning(stage=Stage.UPDATE, ambiguous=True), code
    try:
        near, _, far = stages.partition("/")
        switch = next((Stage(word[1:]) for word in rest if word.startswith("@")), Stage.ARRIVED_DESTINATION)
        reasons = [Reason(word) for word in rest if word != "done" and not word.startswith("@")]
        meaning = StageMeaning(
            stage=Stage(near),
            far=Stage(far) if far else None,
            reason=reasons[0] if reasons else Reason.NONE,
            switch=switch,
            done="done" in rest,
        )
    except ValueError as error:
        raise LexiconError(f"{where}: {error}") from None
    if len(reasons) > 1 or (meaning.done and not {meaning.stage, meaning.far} & _CUSTOMS):
        raise LexiconError(f"{where}: [{text}] has two reasons, or 'done' without customs")
    return meaning, code


def without_placeholders(text: str) -> str:
    """The words of an entry alone."""
    return _HOLE.sub(" ", text)


def key(text: str) -> str:
    """The lookup key of a text: folded, every number one character."""
    return _masked(unbracketed(fold(text)))


def _masked(folded: str) -> str:
    return _IDLE_SPACE.sub("", _NUMBER.sub("#", folded))


@dataclass(frozen=True, slots=True)
class _Template:
    """The fixed parts of an entry with placeholders; a hole is between each two of them."""

    parts: tuple[str, ...]
    meaning: StageMeaning

    def holes(self, text: str) -> list[str] | None:
        """What a key has in place of the placeholders; None if the fixed parts do not match."""
        first, *middle, last = self.parts
        if not text.startswith(first) or not text[len(first) :].endswith(last):
            return None
        rest, found = text[len(first) : len(text) - len(last)], []
        for part in middle:
            hole, _, rest = rest.partition(part)
            found.append(hole)
        found.append(rest)
        return found if all(map(_fills, found)) else None


def _fills(hole: str) -> bool:
    hole = hole.strip()
    return 0 < len(hole) <= _SIGNS_IN_A_HOLE and len(hole.split()) <= _WORDS_IN_A_HOLE


def _grams(text: str) -> set[str]:
    """The words of a text; for scripts without spaces, the pairs of characters."""
    words = set(_WORD.findall(text))
    for run in _RUN.findall(text):
        words.update(map("".join, pairwise(run)))
    return words


class Lexicon:
    """Entries, indexed. If two of them have the same text, the first counts. `digest` is of all of them."""

    def __init__(self, entries: Iterable[LexiconEntry]) -> None:
        digest = hashlib.sha256()
        self._codes: dict[str, StageMeaning] = {}
        self._exact: dict[str, StageMeaning] = {}
        self._templates: dict[str, list[_Template]] = {}
        for entry in entries:
            digest.update(f"{entry.text}{entry.meaning}{entry.code}".encode())
            if entry.code:
                self._codes.setdefault(entry.text, entry.meaning)
            elif _HOLE.search(entry.text):
                self._add(entry)
            else:
                self._exact.setdefault(key(entry.text), entry.meaning)
        self.digest = digest.digest()

    def _add(self, entry: LexiconEntry) -> None:
        # Folded with a word that occurs in no text in place of placeholders, so that the rest folds as usual.
        folded = key(_HOLE.sub("qzq", entry.text))
        template = _Template(tuple(folded.split("qzq")), entry.meaning)
        whole = {word for part in template.parts for word in _grams(part)}
        self._templates.setdefault(max(whole, key=lambda word: (len(word), word)), []).append(template)

    def code(self, code: str) -> StageMeaning | None:
        """The meaning of a logistics code; None if unknown."""
        return self._codes.get(code)

    def find(
        self, text: str, fits: Callable[[StageMeaning, str], bool]
    ) -> tuple[StageMeaning, tuple[str, ...]] | None:
        """The meaning of a folded text: its exact entry, else the template with the most fixed characters.

        `fits` decides whether a placeholder may stand for some words: a depot is no name in "delivered to
        {name}". The words at the placeholders are returned with the meaning.
        """
        text = _masked(text)
        if (exact := self._exact.get(text)) is not None:
            return exact, ()
        best, fixed = None, 0
        for gram in _grams(text):
            for template in self._templates.get(gram, ()):
                size = sum(map(len, template.parts))
                holes = template.holes(text) if size > fixed else None
                if holes is not None and all(fits(template.meaning, hole) for hole in holes):
                    best, fixed = (template.meaning, tuple(holes)), size
        return best


def built_in() -> Iterator[LexiconEntry]:
    """The entries of all files of this folder, in the order of their names.

    Raises:
        LexiconError: if a file is invalid.
    """
    for path in sorted(FOLDER.glob("*.txt")):
        yield from parse(path.read_text(encoding="utf-8"), path.name)


@cache
def shared() -> Lexicon:
    """The built-in lexicon."""
    return Lexicon(built_in())


_taught = Lexicon(())


def teach(taught: Iterable[LexiconEntry]) -> None:
    """Give these entries precedence over the built-in lexicon, in this process."""
    global _taught  # noqa: PLW0603 - as the files of the folder are: one lexicon a process
    _taught = Lexicon(taught)


def taught() -> Lexicon:
    """The merchant's entries from PHRASES_FILE."""
    return _taught
