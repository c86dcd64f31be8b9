"""Matching a fetched answer with what is known: which parcel it continues, and which nodes are known."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter

from bot.model import FetchedNode, FetchedParcel, Item, Node, NodeText, Order, Parcel, Snapshot, Stage
from bot.stages.fold import fold

Marks = set[tuple[datetime, str]]
_PROOF = 3  # common scans that prove two parcels to be one
ZONES = timedelta(hours=14)
"""The largest offset of local time from UTC, and so the largest error of a time stamp."""
_ZONE_STEP = timedelta(minutes=15)
_HOUR = timedelta(hours=1)
_COMPARED = 50  # nodes, newest first, and stamps of the same text, whose distance is tried as an offset
_WANDER = timedelta(minutes=1)  # some stamps are generated anew for each answer and differ by seconds
Marking = Callable[[Sequence[Node] | Sequence[FetchedNode]], Marks]


def text_marks(nodes: Sequence[Node] | Sequence[FetchedNode]) -> Marks:
    return {(node.at, text_key(node.name, node.description)) for node in nodes}


def time_marks(nodes: Sequence[Node] | Sequence[FetchedNode]) -> Marks:
    return {(node.at, "") for node in nodes}


def distinct(parcels: Sequence[FetchedParcel]) -> list[FetchedParcel]:
    """The answers with those about the same number merged; a source may list a number twice."""
    by_number: dict[str, FetchedParcel] = {}
    for position, parcel in enumerate(parcels):
        key = parcel.number or f"#{position}"
        seen = by_number.get(key)
        if seen is None:
            by_number[key] = parcel
            continue
        extra = tuple(node for node in parcel.nodes if node not in seen.nodes)
        by_number[key] = replace(
            seen,
            carrier=seen.carrier or parcel.carrier,
            eta=seen.eta or parcel.eta,
            items=seen.items or parcel.items,
            nodes=seen.nodes + extra,
        )
    return list(by_number.values())


def paired(
    known: Order, fetched: Sequence[FetchedParcel], marks: Marking
) -> Iterator[tuple[Parcel, FetchedParcel]]:
    """Each answer with the parcel that it continues: by number, else by likeness, else a new one."""
    numbers = {number: parcel for parcel in known.parcels for number in parcel.former_numbers}
    numbers |= {parcel.number: parcel for parcel in known.parcels if parcel.number}
    pairs = {
        position: numbers[answer.number]
        for position, answer in enumerate(fetched)
        if answer.number and answer.number in numbers
    }
    taken = {parcel.index for parcel in pairs.values()}
    if len(pairs) < len(fetched):
        alike = [
            (likeness, -position, -parcel.index, parcel)
            for position, answer in enumerate(fetched)
            if position not in pairs
            for parcel in known.live
            if parcel.index not in taken and (likeness := _likeness(parcel, answer, marks)) > 0
        ]
        for _, position, _, parcel in sorted(alike, key=lambda entry: entry[:3], reverse=True):
            if -position not in pairs and parcel.index not in taken:
                pairs[-position] = parcel
                taken.add(parcel.index)
    index = max((parcel.index for parcel in known.parcels), default=0)
    for position, answer in enumerate(fetched):
        if position not in pairs:
            index += 1
            pairs[position] = Parcel(index=index)
        yield pairs[position], answer


def _likeness(parcel: Parcel, answer: FetchedParcel, marks: Marking) -> float:
    """How likely an answer continues a parcel that has another number; 0: not at all.

    Different articles rule it out. Without articles and without common nodes, a parcel that has not ended and
    that is no longer listed is assumed to have been relabeled rather than lost.
    """
    common = any(item.same_as(other) for item in parcel.items for other in answer.items)
    if parcel.items and answer.items and not common:
        return 0
    shared = len(marks(parcel.nodes) & marks(answer.nodes))
    if shared or common:
        return 1 + shared + common
    if not parcel.number or not answer.number:
        return 1  # a parcel gets its number when it is shipped
    return 0 if parcel.stage.final else 0.5


def absorbs(heir: Parcel, parcel: Parcel) -> bool:
    """Whether `heir`, still listed, continues `parcel`, which is not: it has all of its scans.

    A parcel with few scans may share all of them with another of the order, so that proves nothing.
    """
    if not parcel.number or (parcel.items and heir.items and not _same_goods(parcel.items, heir.items)):
        return False
    if len(parcel.nodes) < _PROOF or parcel.stage.height < Stage.PICKED_UP.height:
        return False
    return text_marks(parcel.nodes) <= text_marks(heir.nodes)


def _same_goods(ours: Sequence[Item], theirs: Sequence[Item]) -> bool:
    return all(any(map(item.same_as, theirs)) for item in ours) and all(
        any(map(item.same_as, ours)) for item in theirs
    )


# ── nodes ───────────────────────────────────────────────────────────────────────────────────────

_Stamped = Mapping[str, Sequence[tuple[datetime, int]]]  # by text: stamps, ascending, and positions


def recognized(known: Sequence[Node], fetched: Sequence[FetchedNode]) -> dict[int, int]:
    """The `seq` of the known nodes that an answer has with the same text, with their positions in it.

    A node is recognized at its own stamp, at a stamp seconds away, or if all stamps were shifted by one
    offset (a time zone was corrected). `known` is newest first.
    """
    marks: dict[tuple[datetime, str], int] = {}
    for position, one in enumerate(fetched):
        marks.setdefault((one.at, text_key(one.name, one.description)), position)
    own = {node.seq: (node.at, text_key(node.name, node.description)) for node in known}
    found = {seq: marks[mark] for seq, mark in own.items() if mark in marks}
    if len(found) in {len(known), len(marks)}:
        return found
    missing = [node for node in known if node.seq not in found]
    free = _by_text(marks, taken=set(found.values()))
    stayed = found | _placed(missing, free, timedelta(0))
    for moved in (_moved(known, _by_text(marks)), found | _moved(missing, free)):
        if len(moved) > len(stayed) and _in_sequence(known, fetched, moved):
            return moved
    return stayed


def reworded(
    known: Sequence[Node], fetched: Sequence[FetchedNode], found: Mapping[int, int]
) -> dict[int, int]:
    """The nodes that got another text and another stamp at once, with their positions in the answer.

    Such a node is the only unrecognized one between two recognized ones, or before the oldest, in both
    lists. What comes after the newest recognized node is new. `known` is newest first; `found` is what
    `recognized` returns.
    """
    if not found or not _in_sequence(known, fetched, found):
        return {}
    marks = {
        (fetched[place].at, text_key(fetched[place].name, fetched[place].description))
        for place in found.values()
    }
    anchors = {place: seq for seq, place in found.items()}
    ours: dict[int, list[Node]] = defaultdict(list)  # by the recognized node after them
    theirs: dict[int, list[int]] = defaultdict(list)
    since: list[Node] = []
    for node in reversed(known):
        since.append(node)
        if node.seq in found:
            ours[node.seq], since = since[:-1], []
    places: list[int] = []
    for place in sorted(range(len(fetched)), key=lambda place: (fetched[place].at, place in anchors)):
        one = fetched[place]
        if place in anchors:
            theirs[anchors[place]], places = places, []
        elif (one.at, text_key(one.name, one.description)) not in marks:
            places.append(place)
    return {
        ours[seq][0].seq: theirs[seq][0]
        for seq in found
        if len(ours[seq]) == len(theirs[seq]) == 1
        and timedelta(0) < abs(fetched[theirs[seq][0]].at - ours[seq][0].at) <= ZONES
    }


def snapped(fetched: Sequence[FetchedNode], known: Sequence[Node]) -> list[FetchedNode]:
    """The answer's nodes with stamps that are seconds off replaced by the known ones, where unambiguous."""
    stamps = sorted({node.at for node in known})

    def meant(at: datetime) -> datetime:
        near = stamps[bisect_left(stamps, at - _WANDER) : bisect_right(stamps, at + _WANDER)]
        return near[0] if len(near) == 1 else at

    return [replace(node, at=meant(node.at)) for node in fetched]


def _by_text(marks: Mapping[tuple[datetime, str], int], taken: Container[int] = ()) -> _Stamped:
    stamped = defaultdict(list)
    for (at, text), position in sorted(marks.items()):
        if position not in taken:
            stamped[text].append((at, position))
    return stamped


def _moved(known: Sequence[Node], free: _Stamped) -> dict[int, int]:
    """The positions of these nodes if a time zone was corrected; empty if too few of them moved together.

    Nodes older than the answer's oldest are not expected in it; of the others, one in three may be missing. A
    list that spans a change to or from summer time moves by two offsets that are an hour apart.
    """
    if not known or not free:
        return {}
    oldest = min(stamps[0][0] for stamps in free.values())
    best: dict[int, int] = {}
    together = 0
    for offset in _offsets(known, free):
        expected = [node for node in known if node.at + offset >= oldest - _WANDER]
        placed = _placed(expected, free, offset)
        if len(placed) <= together:
            continue
        moved = _with_summer_time(known, free, offset, placed)
        single = len(known) == 1 and len(moved) == 1
        if single or (len(moved) > 1 and 3 * len(moved) >= 2 * len(expected)):
            best, together = moved, len(placed)
    return best


def _offsets(known: Sequence[Node], free: _Stamped) -> list[timedelta]:
    """The offsets of time zones between nodes and stamps of the same text, the smallest first."""
    steps: set[int] = set()
    for node in known[:_COMPARED]:
        stamps = free.get(text_key(node.name, node.description), ())
        first = bisect_left(stamps, node.at - ZONES, key=itemgetter(0))
        near = (at - node.at for at, _ in stamps[first : first + _COMPARED])
        steps.update(round(offset / _ZONE_STEP) for offset in near if offset <= ZONES)
    return [step * _ZONE_STEP for step in sorted(steps - {0}, key=abs)]


def _with_summer_time(
    known: Sequence[Node], free: _Stamped, offset: timedelta, placed: dict[int, int]
) -> dict[int, int]:
    """The placed nodes, and those of the others that moved by an hour more, or by an hour less."""
    others = [node for node in known if node.seq not in placed]
    taken = set(placed.values())
    left = {text: [one for one in stamps if one[1] not in taken] for text, stamps in free.items()}
    found = (_placed(others, left, offset + hour) for hour in (_HOUR, -_HOUR))
    return placed | max(found, key=len) if others else placed


def _placed(known: Sequence[Node], free: _Stamped, offset: timedelta) -> dict[int, int]:
    """The nodes that the answer has within seconds of their stamp plus `offset`, each at one position."""
    placed: dict[int, int] = {}
    taken: set[int] = set()
    for node in known:
        at, stamps = node.at + offset, free.get(text_key(node.name, node.description), ())
        first = bisect_left(stamps, at - _WANDER, key=itemgetter(0))
        last = bisect_right(stamps, at + _WANDER, key=itemgetter(0))
        near = [(abs(stamp - at), place) for stamp, place in stamps[first:last] if place not in taken]
        if near:
            placed[node.seq] = min(near)[1]
            taken.add(placed[node.seq])
    return placed


def _in_sequence(known: Sequence[Node], fetched: Sequence[FetchedNode], found: Mapping[int, int]) -> bool:
    """Whether the recognized nodes are in the same order as before."""
    stamps = [fetched[found[node.seq]].at for node in known if node.seq in found]
    return all(later >= earlier - _WANDER for later, earlier in pairwise(stamps))


@lru_cache(maxsize=16384)
def text_key(name: str, description: str) -> str:
    """The key by which two nodes' texts count as the same."""
    return f"{fold(description)}\n{fold(name)}"


def slots(nodes: Sequence[FetchedNode]) -> Iterator[tuple[tuple[datetime, int], FetchedNode]]:
    """Nodes with their time stamp and their position among equal stamps, in source order."""
    count: Counter[datetime] = Counter()
    for node in nodes:
        yield (node.at, count[node.at]), node
        count[node.at] += 1


# ── a localized snapshot ────────────────────────────────────────────────────────────────────────


def pair(order: Order, localized: Snapshot) -> dict[int, NodeText]:
    """Texts of a localized snapshot by the `seq` of the node that they translate.

    Nodes are paired by parcel, time stamp and position among equal stamps. A stamp that is seconds off is
    matched to the only known one near it. Where a stamp has another number of nodes than known, none of them
    is paired, because a wrong translation is worse than English.
    """
    texts: dict[int, NodeText] = {}
    for parcel, answer in paired(order, distinct(localized.parcels), time_marks):
        known = {(node.at, node.ordinal): node for node in parcel.nodes}
        counts = Counter(node.at for node in parcel.nodes)
        translated = dict(slots(snapped(answer.nodes, parcel.nodes)))
        theirs = Counter(at for at, _ in translated)
        for slot, fetched in translated.items():
            node = known.get(slot)
            if (
                node is not None
                and counts[node.at] == theirs[node.at]
                and (fetched.name or fetched.description)
            ):
                texts[node.seq] = NodeText(name=fetched.name, description=fetched.description)
    return texts


def translated(order: Order, localized: Snapshot) -> dict[int, tuple[Item, ...]]:
    """Parcels' items as a localized snapshot names them, by parcel index, in the order of the known ones.

    The same article in several variants is paired in the order of both; where the articles are not the same
    ones, a parcel is left out.
    """
    found: dict[int, tuple[Item, ...]] = {}
    for parcel, answer in paired(order, distinct(localized.parcels), time_marks):
        theirs: dict[str, list[Item]] = {}
        for item in reversed(answer.items):
            theirs.setdefault(item.id, []).append(item)
        if parcel.items and Counter(one.id for one in parcel.items) == Counter(
            one.id for one in answer.items
        ):
            found[parcel.index] = tuple(theirs[item.id].pop() for item in parcel.items)
    return found
