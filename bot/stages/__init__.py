"""Node text → stage: what a carrier's words say of the parcel, or that no rule knows them."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from bot.model import Reason, Stage
from bot.stages import concepts, lexicon, statement, taught
from bot.stages.codes import CODES, CodeRule, find, is_code
from bot.stages.fold import split_note, split_place
from bot.stages.languages import spoken
from bot.stages.rules import RULES
from bot.stages.statement import Statement, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a node's texts say. `rule` is stable and stored with the node; empty means that no rule knew them.

    `place` is what stood in front of the text in brackets.
    """

    stage: Stage
    reason: Reason = Reason.NONE
    rule: str = ""
    place: str = ""

    @property
    def known(self) -> bool:
        """Whether some rule knew the texts, even if they say nothing of the stage."""
        return self.rule != ""


_SILENCE = Statement(text=Text("", "", ()))


_LONGEST = 2000  # signs of a text that are read; a scan is one or two sentences


def read(name: str, description: str, code: str = "", reached: Stage | None = None) -> Reading:
    """Read a node: its action code if it has one, and its description and name together.

    `reached` is the furthest rung of the older nodes; it settles on which side of the border a sorting center
    or customs is. None leaves that to the commonest meaning.
    """
    return _read(name[:_LONGEST], description[:_LONGEST], code[:_LONGEST], reached)


@functools.lru_cache(maxsize=4096)  # carriers have few words
def _read(name: str, description: str, code: str, reached: Stage | None) -> Reading:
    if not code and is_code(name.strip()):
        code, name = name.strip(), ""
    places: list[str] = []
    said: list[Statement] = []
    for text in (description, name):
        place, rest = split_place(text)
        places.append(place)
        said += [statement.make(part, place, reached) for part in split_note(rest) if part.strip()]
    place = next(filter(None, places), "")
    words = functools.reduce(_weighed, said) if said else _SILENCE
    by_text = Reading(stage=words.stage, reason=words.reason, rule=words.rule, place=place)
    if not code:
        return by_text
    if (meaning := lexicon.taught().code(code) or lexicon.shared().code(code)) is not None:
        stage = meaning.at(reached)
        return Reading(stage=stage, reason=meaning.reason, rule=meaning.rule(stage), place=place)
    by_code = find(code)
    if by_code is None or _overruled(by_code, by_text):
        return by_text
    return Reading(stage=by_code.stage, reason=by_code.reason, rule=by_code.id, place=place)


def _weighed(text: Statement, heading: Statement) -> Statement:
    """The one of two statements about an event that counts: the description, unless the name is more precise.

    "Delivered" yields to a strong contrary in the other statement, and to nothing else.
    """
    if not text.telling and not heading.telling:
        return text if text.precision >= heading.precision else heading
    if not text.telling:
        doubted = heading.stage is Stage.DELIVERED and statement.contradicts(text)
        return text if doubted else heading
    if not heading.telling or heading.stage is text.stage:
        return text
    if heading.stage is Stage.DELIVERED:
        return text if statement.contradicts(text) else heading
    if text.stage is Stage.DELIVERED:
        return heading if heading.stage in _NOT_WITH_THE_CUSTOMER else text
    return heading if heading.precision > text.precision else text


_NOT_WITH_THE_CUSTOMER = frozenset({Stage.RETURNING, Stage.RETURNED, Stage.READY_FOR_PICKUP})


def _overruled(code: CodeRule, text: Reading) -> bool:
    """Whether the words count for more: a weak code, or one that delivers what the words do not."""
    if code.weak:
        return text.known
    return code.stage is Stage.DELIVERED and text.stage not in {Stage.UPDATE, Stage.DELIVERED}


@cache
def version() -> str:
    """A digest of all rules: when it differs from the one stored, history wants to be read again."""
    digest = hashlib.sha256()
    for rule in RULES:
        digest.update(repr(rule).encode())
    for code in CODES:
        digest.update(f"{code.id}{code.stage}{code.reason}{code.weak}{code.pattern.pattern}".encode())
    for entry in (*lexicon.taught().entries, *lexicon.shared().entries):
        digest.update(f"{entry.text}{entry.meaning}{entry.code}".encode())
    for words in concepts.digest():
        digest.update(words)
    return digest.hexdigest()[:16]


def teach(path: str) -> None:
    """Read PHRASES_FILE, whose readings count before all others from now on; no path: forget them.

    Raises:
        SettingsError: that names what is wrong with the file.
    """
    lexicon.teach(taught.load(path))
    for remembered in (_read, statement.make, version):
        remembered.cache_clear()


TAKEN_BY_CUSTOMER = frozenset({"pickup.collected", "code.pickup_collected"})
"""Rules that name the customer as the one who took the parcel."""


def announces_import(rule: str) -> bool:
    """Whether a rule reads the start or announcement of import clearance, which may come before departure."""
    return rule in statement.ANNOUNCEMENTS or rule == "code.import_started"


def ends_import(rule: str) -> bool:
    """Whether a rule reads the end of import clearance."""
    return rule in {
        *("import.done", "customs.done", "duties.paid", "code.import_done"),
        "lexicon.import_customs.done",
    }


def clears_customs(rule: str) -> bool:
    """Whether a rule reads that customs, of either side, has let the parcel pass."""
    return ends_import(rule) or rule in {"export.done", "code.export_done", "lexicon.export_customs.done"}


def shown(text: str) -> Iterator[str]:
    """The concepts that a text shows, for whoever adds a rule."""
    rest = split_place(text)[1]
    folded = statement.plain(rest)
    return filter(Text(rest, folded, spoken(rest)).shows, sorted(concepts.concepts()))
