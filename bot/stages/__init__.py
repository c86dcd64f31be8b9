"""Classifying node texts: carrier's text → stage, or nothing if no rule recognizes it."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from bot.model import Reason, Stage
from bot.stages import concepts, lexicon, sides, similar, statement, taught
from bot.stages.codes import CODES, CodeRule, find, is_code
from bot.stages.fold import place_alone, split_note, split_place
from bot.stages.rules import MOVING, RULES
from bot.stages.sides import Countries
from bot.stages.statement import Precision, Statement, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The classification of a node. `rule` is a stable id, stored with the node; empty if no rule matched.

    `place` is the place in brackets in front of the text.
    """

    stage: Stage
    reason: Reason = Reason.NONE
    rule: str = ""
    place: str = ""

    @property
    def known(self) -> bool:
        """Whether a rule recognized the texts, even if they do not tell the stage."""
        return self.rule != ""


_SILENCE = Statement(text=Text("", "", ()))


PROVES = {Stage.DUTIES_DUE: Stage.IMPORT_CUSTOMS, Stage.FAILED_ATTEMPT: Stage.LOCAL_TRANSIT}
"""Stages beside the ladder that only happen at one point of the journey, with the rung of that point."""

_LONGEST = 2000  # characters of a text that are read; a scan is one or two sentences


def read(
    name: str,
    description: str,
    code: str = "",
    reached: Stage | None = None,
    *,
    home: Countries = frozenset(),
) -> Reading:
    """Classify a node by its action code, if it has one, and by its description and name.

    `reached` is the furthest stage of the older nodes; it decides on which side of the border a sorting
    center or customs is. With None, the most common meaning is assumed. `home` is what `home_of` found in
    an older node; without it, the parcel is taken to come from China.
    """
    rung = None if reached is None else PROVES.get(reached, reached)
    found = _read(name[:_LONGEST], description[:_LONGEST], code[:_LONGEST], rung, home)
    back = reached is Stage.RETURNING and reached_sender(found.stage, found.rule)
    return replace(found, stage=Stage.RETURNED) if back else found


@functools.lru_cache(maxsize=4096)  # carriers use few different texts
def _read(name: str, description: str, code: str, reached: Stage | None, home: Countries) -> Reading:
    if not code and is_code(name.strip()):
        code, name = name.strip(), ""
    places: list[str] = []
    said: list[Statement] = []
    texts: list[str] = []
    for text, other in ((description, name), (name, description)):
        place, rest = split_place(text)
        if text.strip():
            place = place or place_alone(other) or (other.strip() if sides.is_place(other) else "")
        places.append(place)
        texts.append(rest)
        said += [statement.make(part, place, reached, home) for part in split_note(rest) if part.strip()]
    place = next(filter(None, places), "")
    words = functools.reduce(_weighed, said) if said else _SILENCE
    if words.precision is Precision.UNREAD:
        words = statement.guessed(" ".join(texts), reached)
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


_HAS_BEGUN = ("accepted", "received", "posted", "origin", "departed", "processed", "sorting")
_ELSEWHERE = ("destination", "import", "customs", "negated", "to_country", "transport_hub")
_MAY_BE_ELSEWHERE = ("data", "future", "delivered", "flight", "out_for_delivery", "ready_for_pickup")


def home_of(name: str, description: str, reached: Stage) -> Countries:
    """The country where a node shows the parcel to be sent from; empty if it does not.

    Only one of the first scans tells that: the carrier has taken the parcel, or handles it right after that.
    Several countries if the text names it by a code of several.
    """
    if reached.height > Stage.PICKED_UP.height:
        return frozenset()
    text = statement.whole(" / ".join(filter(None, (description[:_LONGEST], name[:_LONGEST]))))
    if any(map(text.shows, _ELSEWHERE)):
        return frozenset()
    taken = read(name, description, reached=reached).stage is Stage.PICKED_UP
    begun = _HAS_BEGUN if reached is not Stage.PICKED_UP else (*_HAS_BEGUN, "arrived")
    if not taken and (not any(map(text.shows, begun)) or any(map(text.shows, _MAY_BE_ELSEWHERE))):
        return frozenset()
    if text.shows("local") and not taken and not text.shows("origin"):
        return frozenset()
    return sides.whereabouts(text.raw, text.spoken)


def _weighed(text: Statement, heading: Statement) -> Statement:
    """Which of two statements about an event counts: the description, unless the name is more precise.

    "Delivered" is only overruled by a clear contradiction in the other statement.
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
    if heading.stage is Stage.READY_FOR_PICKUP and text.stage in _ARRIVED_THERE:
        return heading
    on_tour = heading.stage is Stage.OUT_FOR_DELIVERY and text.text.shows("out_for_delivery")
    if on_tour and text.stage in _ARRIVED_THERE:  # loaded, and not only for the next depot
        return heading
    if text.stage in _WHY.get(heading.stage, ()) and text.reason not in _NEWS:
        return replace(heading, reason=text.reason or heading.reason)
    by_local = heading.stage is Stage.LOCAL_TRANSIT and heading.text.shows("local_company")
    if by_local and text.stage is Stage.PICKED_UP and text.precision is statement.Precision.VAGUE:
        return heading
    if (
        heading.stage in _SAID_BY
        and text.stage in _SAID_BY
        and _names_side(heading)
        and not _names_side(text)
    ):
        return heading
    return heading if heading.precision > text.precision else text


def _names_side(customs: Statement) -> bool:
    """Whether the words themselves say that they are about export, or about import."""
    return customs.text.shows(_SAID_BY[customs.stage])


_WHY = {
    Stage.FAILED_ATTEMPT: frozenset({Stage.EXCEPTION}),
    Stage.RETURNING: frozenset({Stage.EXCEPTION, Stage.FAILED_ATTEMPT}),
    Stage.RETURNED: frozenset({Stage.EXCEPTION, Stage.FAILED_ATTEMPT}),
}
"""What a description says of the cause, if its name says that an attempt failed or the parcel goes back."""
_NEWS = frozenset({Reason.LOST, Reason.CANCELLED})
_ARRIVED_THERE = frozenset({Stage.LOCAL_TRANSIT, Stage.ARRIVED_DESTINATION})
_SAID_BY = {Stage.EXPORT_CUSTOMS: "export", Stage.IMPORT_CUSTOMS: "import"}  # the concept that names the side
_NOT_WITH_THE_CUSTOMER = frozenset({Stage.RETURNING, Stage.RETURNED, Stage.READY_FOR_PICKUP})


def _overruled(code: CodeRule, text: Reading) -> bool:
    """Whether the text overrules the code: a weak one, or one that says delivered if the text does not."""
    if code.weak:
        return text.known
    return code.stage is Stage.DELIVERED and text.stage not in {Stage.UPDATE, Stage.DELIVERED}


@cache
def version() -> str:
    """A digest of all rules; if it differs from the stored one, stored nodes are classified again."""
    digest = hashlib.sha256()
    for rule in RULES:
        digest.update(repr(rule).encode())
    for code in CODES:
        digest.update(f"{code.id}{code.stage}{code.reason}{code.weak}{code.pattern.pattern}".encode())
    digest.update(repr(similar.PARAMETERS).encode())
    for part in (lexicon.taught().digest, lexicon.shared().digest, *concepts.digest()):
        digest.update(part)
    return digest.hexdigest()[:16]


def load() -> None:
    """Read lexicon and words now, for half a second; otherwise the first check would hold everybody up."""
    version()
    read("", "Departed")
    similar.index()


def teach(path: str) -> None:
    """Load PHRASES_FILE, which takes precedence over all other rules; an empty path unloads it.

    Raises:
        SettingsError: if the file is invalid; says what is wrong.
    """
    lexicon.teach(taught.load(path))
    for remembered in (_read, statement.make, version):
        remembered.cache_clear()


_TAKEN_BY_CUSTOMER = frozenset({"pickup.collected", "code.pickup_collected"})


def reached_sender(stage: Stage, rule: str) -> bool:
    """Whether this reading, of a parcel on its way back, says that its sender has it."""
    return stage is Stage.DELIVERED and rule not in _TAKEN_BY_CUSTOMER


_ANNOUNCED = statement.ANNOUNCEMENTS | {"code.import_started"}
_IMPORTED = frozenset(
    {"import.done", "customs.done", "duties.paid", "code.import_done", "lexicon.import_customs.done"}
)
_CLEARED = _IMPORTED | {"export.done", "code.export_done", "lexicon.export_customs.done"}


def announces_import(rule: str) -> bool:
    """Whether a rule means the start or announcement of import clearance, possibly before departure."""
    return rule in _ANNOUNCED


def ends_import(rule: str) -> bool:
    """Whether a rule means the end of import clearance."""
    return rule in _IMPORTED


def clears_customs(rule: str) -> bool:
    """Whether a rule means completed customs clearance, export or import."""
    return rule in _CLEARED


def moves(rule: str) -> bool:
    """Whether a rule means only that the parcel is on its way."""
    return rule == MOVING


def shown(text: str) -> Iterator[str]:
    """The concepts found in a text; a help for adding rules."""
    return filter(statement.whole(split_place(text)[1]).shows, sorted(concepts.concepts()))
