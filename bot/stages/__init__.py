"""Node text → stage: what a carrier's words say of the parcel, or that no rule knows them."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from bot.model import Reason, Stage
from bot.stages import concepts, languages, lexicon
from bot.stages.codes import CODES, CodeRule, find, is_code
from bot.stages.fold import fold, split_note, split_place
from bot.stages.rules import RULES, Rule

# What in an unread description forbids to believe a name that says "delivered".
_DOUBTS = (
    "negated",
    "future",
    "conditional",
    "attempt",
    "to_agent",
    "doubt",
    "held",
    "returning",
    "pickup_point",
)


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


@functools.lru_cache(maxsize=4096)  # carriers have few words
def read(name: str, description: str, code: str = "", reached: Stage | None = None) -> Reading:
    """Read a node: its action code if it has one, then the description, then the name.

    `reached` is the furthest rung of the older nodes; it settles on which side of the border a sorting center
    or customs is. None leaves that to the commonest meaning.
    """
    if not code and is_code(name.strip()):
        code, name = name.strip(), ""
    places: list[str] = []
    texts: list[str] = []
    for text in (description, name):
        place, rest = split_place(text)
        places.append(place)
        texts.extend(part for part in map(_plain, split_note(rest)) if part)
    place = next(filter(None, places), "")
    by_text = _read_texts(tuple(texts), reached)
    if code and (meaning := lexicon.shared().code(code)) is not None:
        stage = meaning.at(reached)
        return Reading(stage=stage, reason=meaning.reason, rule=meaning.rule(stage), place=place)
    by_code = find(code) if code else None
    if by_code is None or _overruled(by_code, by_text):
        return replace(by_text, place=place)
    return Reading(stage=by_code.stage, reason=by_code.reason, rule=by_code.id, place=place)


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
    for entry in lexicon.shared().entries:
        digest.update(f"{entry.text}{entry.meaning}{entry.code}".encode())
    for words in concepts.digest():
        digest.update(words)
    return digest.hexdigest()[:16]


TAKEN_BY_CUSTOMER = frozenset({"pickup.collected", "code.pickup_collected"})
"""Rules that name the customer as the one who took the parcel."""


def announces_import(rule: str) -> bool:
    """Whether a rule reads the start or announcement of import clearance, which may come before departure."""
    return rule in {"import.started", "customs.started", "code.import_started", "lexicon.import_customs"}


def ends_import(rule: str) -> bool:
    """Whether a rule reads the end of import clearance."""
    return rule in {
        *("import.done", "customs.done", "duties.paid", "code.import_done"),
        "lexicon.import_customs.done",
    }


_BESIDE_THE_CUSTOMER = (
    *_DOUBTS,
    *("facility", "carrier", "sender", "airport", "customs", "warehouse", "sorting", "post_office"),
    *("transport_hub", "local_company"),
)
_ANOTHER_STORY = (
    *("delivered", "negated", "attempt", "returning", "held", "failed", "refused", "lost", "damaged"),
    *("pickup_point", "customs", "out_for_delivery", "ready_for_pickup"),
)


def _fits(meaning: lexicon.Meaning, hole: str) -> bool:
    """Whether a placeholder of an entry may stand for these words."""
    shown = _Shown(hole, languages.spoken(hole))
    delivers = Stage.DELIVERED in {meaning.stage, meaning.far}
    return not any(map(shown.shows, _BESIDE_THE_CUSTOMER if delivers else _ANOTHER_STORY))


class _Shown:
    """Which concepts a folded text shows in the languages it may be in, looked up once each."""

    def __init__(self, text: str, spoken: tuple[str, ...]) -> None:
        self._text = text
        self._spoken = spoken
        self._known: dict[str, bool] = {}

    def shows(self, concept: str) -> bool:
        shown = self._known.get(concept)
        if shown is None:
            shown = self._known[concept] = any(
                pattern.search(self._text) is not None
                for language in self._spoken
                if (pattern := concepts.pattern(language, concept)) is not None
            )
        return shown

    def satisfies(self, rule: Rule) -> bool:
        return all(any(map(self.shows, choice)) for choice in rule.has) and not any(
            map(self.shows, rule.lacks)
        )


@lru_cache(maxsize=8192)
def _read_texts(texts: tuple[str, ...], reached: Stage | None) -> Reading:
    """The first text that says something of the stage; else the first that some rule knows."""
    generic = Reading(stage=Stage.UPDATE)
    unread: list[_Shown] = []
    for text in texts:
        spoken = languages.spoken(text)
        shown = _Shown(_unconditional(text, spoken), spoken)
        if (meaning := lexicon.shared().find(text, _fits)) is not None:
            stage = meaning.at(reached)
            found = Reading(stage=stage, reason=meaning.reason, rule=meaning.rule(stage))
            if stage is not Stage.UPDATE:
                return found
            generic = generic if generic.known else found
            unread.append(shown)
            continue
        rule = next((rule for rule in RULES if shown.satisfies(rule)), None)
        if rule is None:
            unread.append(shown)
        elif rule.stage is Stage.UPDATE:
            generic = generic if generic.known else Reading(stage=Stage.UPDATE, rule=rule.id)
            unread.append(shown)
        elif rule.stage is Stage.DELIVERED and any(
            other.shows(doubt) for other in unread for doubt in _DOUBTS
        ):
            unread.append(shown)
        else:
            return Reading(stage=_sided(rule, reached), reason=rule.reason, rule=rule.id)
    return generic


_ASIDES = re.compile(r" ?\(([a-z]+)\)")
_NEXT_STOP = re.compile(r"(?<=\w)\W*\b(?:下一站|next (?:stop|station|facility|hub)\b).*$")


def _plain(text: str) -> str:
    """A folded text without the brackets around single words, and without where it goes next."""
    return _NEXT_STOP.sub("", _ASIDES.sub(r" \1", fold(text)))


_SENTENCES = re.compile(r"(?<=[.!?;。！？؟])\s*(?=[^\W\d])")


def _unconditional(text: str, spoken: tuple[str, ...]) -> str:
    """A text without its sentences that only tell what may happen ("it goes back if not collected")."""
    sentences = _SENTENCES.split(text)
    if len(sentences) == 1:
        return text
    kept = [one for one in sentences if not _Shown(one, spoken).shows("conditional")]
    return " ".join(kept) or text


def _sided(rule: Rule, reached: Stage | None) -> Stage:
    if reached is None or reached.rank is None:
        return rule.stage
    if rule.near is not None and reached.rank <= (rule.near_to.rank or 0):
        return rule.near
    if rule.far is not None and reached.rank >= (Stage.ARRIVED_DESTINATION.rank or 0):
        return rule.far
    return rule.stage


def shown(text: str) -> Iterator[str]:
    """The concepts that a text shows; for `doctor` and for whoever adds a rule."""
    folded = _plain(split_place(text)[1])
    return filter(_Shown(folded, languages.spoken(folded)).shows, sorted(concepts.concepts()))
