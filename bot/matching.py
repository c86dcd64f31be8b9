"""Which answer goes on with which parcel, and when two texts are one: numbers, articles, nodes in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from bot.model import FetchedNode, FetchedParcel, Item, Node, Order, Parcel, Stage
from bot.stages.fold import fold

Marks = set[tuple[datetime, str]]
_PROOF = 3  # scans in common
Marking = Callable[[Sequence[Node] | Sequence[FetchedNode]], Marks]


def text_marks(nodes: Sequence[Node] | Sequence[FetchedNode]) -> Marks:
    return {(node.at, text_key(node.name, node.description)) for node in nodes}


def time_marks(nodes: Sequence[Node] | Sequence[FetchedNode]) -> Marks:
    return {(node.at, "") for node in nodes}


def distinct(parcels: Sequence[FetchedParcel]) -> list[FetchedParcel]:
    """Answers about one number put together; a source may name it twice."""
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
    """Each answer with the parcel that it goes on with: by number, else by likeness, else a new one."""
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
    """How much speaks for an answer going on with a parcel whose number it does not bear; 0: nothing.

    Different articles speak against it. Without articles and without common nodes, a parcel that has not
    ended and that the answer no longer names is taken for relabelled rather than for lost.
    """
    common = any(item.same_as(other) for item in parcel.items for other in answer.items)
    if parcel.items and answer.items and not common:
        return 0
    shared = len(marks(parcel.nodes) & marks(answer.nodes))
    if shared or common:
        return 1 + shared + common
    if not parcel.number or not answer.number:
        return 1  # the number comes with the shipping
    return 0 if parcel.stage.final else 0.5


def absorbs(heir: Parcel, parcel: Parcel) -> bool:
    """Whether `heir`, still answered, plainly goes on with `parcel`, which is not: it has all its scans.

    A parcel that was hardly scanned may share all it has with its sister, so that proves nothing.
    """
    if not parcel.number or (parcel.items and heir.items and not _same_goods(parcel.items, heir.items)):
        return False
    if len(parcel.nodes) < _PROOF or (parcel.stage.rank or 0) < (Stage.PICKED_UP.rank or 0):
        return False
    return text_marks(parcel.nodes) <= text_marks(heir.nodes)


def _same_goods(ours: Sequence[Item], theirs: Sequence[Item]) -> bool:
    return all(any(map(item.same_as, theirs)) for item in ours) and all(
        any(map(item.same_as, ours)) for item in theirs
    )


@lru_cache(maxsize=16384)
def text_key(name: str, description: str) -> str:
    """What makes two nodes' texts the same."""
    return f"{fold(description)}\n{fold(name)}"


def slots(nodes: Sequence[FetchedNode]) -> Iterator[tuple[tuple[datetime, int], FetchedNode]]:
    """Nodes with their time stamp and their position among equal stamps, in source order."""
    count: Counter[datetime] = Counter()
    for node in nodes:
        yield (node.at, count[node.at]), node
        count[node.at] += 1
