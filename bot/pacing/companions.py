"""Parcels that travel together: news of one makes news of the others likely.

Orders in one bag, flight or van get the same entries within minutes. One that shared the last entry, or the
last two or three, probably shares the next; the chance is learned by stage. Times are hours as
`profile.hours` gives them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import Any, NamedTuple

from bot.model import Stage, Watch
from bot.pacing.profile import hours

_APART = 5.0 / 60.0  # hours between time stamps of a shared entry, at most
_PRIOR = (0.1, 0.5, 0.7)  # chance that the next entry is shared after one, two, three shared ones in a row,
_TRIALS = 4.0  # weight of that prior in trials, and the number of trials after which old ones count half
_MEMORY = 200.0
_RELIED, _MOST = 0.25, 0.95  # the chance from which an order relies on another's checks; the highest chance
_LATE = 1.0  # hours by which a leader's check may be late
_PEERS, _ORDERS, _ENTRIES = 50, 50_000, 100_000  # orders compared per entry; what is remembered


@dataclass(slots=True, eq=False)
class _SharedEntry:
    """An entry that orders may share, with the orders whose newest entry it is, or probably is."""

    at: float
    orders: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class _Traveler:
    """An order's newest entries, weight, next check, and the entry that a companion suggests it has."""

    stage: Stage
    trail: tuple[_SharedEntry, ...]
    weight: float = 1.0
    due: float = -math.inf
    leads: bool = False
    suggested: tuple[_SharedEntry, int] | None = None  # and how many were shared before it


class Peer(NamedTuple):
    """A companion: the number of shared entries in a row, and the chance that the next one is shared."""

    order: str
    shared: int
    chance: float


class Companions:
    """Which orders travel together, learned from checks; bounded, not kept across restarts."""

    def __init__(self) -> None:
        self._places: dict[str, _Traveler] = {}
        self._entries: dict[tuple[str, Stage, int], _SharedEntry] = {}
        # By "stage/shared before": how many next entries were shared, and of how many.
        self._shared: dict[str, list[float]] = {}

    def observe(self, order: str, watch: Watch, stamps: Sequence[tuple[float, Stage]]) -> list[str]:
        """Learn from one check; returns the orders that probably have this order's new entry, too.

        `watch` is the order as it was before, `stamps` its new entries, oldest first.
        """
        carrier, stage, last = watch.carrier, watch.stage, watch.last_node_at
        before = self.peers(order) if stamps else []
        place = self._places.pop(order, None)
        if place is None:
            place = _Traveler(stage, (self._entry(carrier, stage, hours(last)),) if last else ())
        new = [self._entry(carrier, brought, stamp) for stamp, brought in stamps]
        self._settle(order, place, came=place.suggested is not None and place.suggested[0] in new)
        likely = []
        for peer in before:
            if self._places[peer.order].suggested is None:
                self._places[peer.order].suggested = new[0], peer.shared
                new[0].orders[peer.order] = None
                likely.append(peer.order)
        if place.trail:
            place.trail[-1].orders.pop(order, None)
        place.trail = (*place.trail, *new)[-len(_PRIOR) :]
        place.stage = next((brought for _, brought in reversed(stamps) if brought is not Stage.UPDATE), stage)
        if place.trail and not place.stage.final:
            place.trail[-1].orders[order] = None
            self._places[order] = place  # newest last: the oldest are forgotten first
            if len(self._places) > _ORDERS:
                oldest = next(iter(self._places))
                forgotten = self._places.pop(oldest)
                forgotten.trail[-1].orders.pop(oldest, None)
                self._settle(oldest, forgotten, came=None)
        return likely

    def peers(self, order: str) -> list[Peer]:
        """The orders with the same newest entry, or that probably have it by now."""
        place = self._places.get(order)
        if place is None:
            return []
        newest, found = place.trail[-1], []
        for name in islice(newest.orders, _PEERS):
            other = self._places.get(name)
            if other is None or name == order:
                continue
            shared = 0
            if other.trail[-1] is newest:
                shared = _shared(place.trail, other.trail)
            elif other.suggested is not None and other.suggested[0] is newest:
                shared = min(other.suggested[1] + 1, len(_PRIOR))
            if shared:
                found.append(Peer(name, shared, self._chance(place.stage, shared)))
        return found

    def share(self, order: str, weight: float, now: float) -> float:
        """The weight factor of a check of this order; 1 for an order without companions.

        One of several companions leads: its checks also count for the others, which rely on it.
        """
        place = self._places.get(order)
        if place is None or weight <= 0.0:
            return 1.0
        place.weight = weight
        others = [(p.chance, self._places[p.order]) for p in self.peers(order) if p.chance >= _RELIED]
        leaders = [p for p, one in others if one.leads and not one.suggested and one.due >= now - _LATE]
        place.leads = not leaders
        if leaders:
            return 1.0 - max(leaders)
        return 1.0 + math.fsum(chance * other.weight for chance, other in others) / weight

    def gain(self, order: str, now: float) -> float:
        """Hours of waiting that checking a companion `now`, rather than as planned, is expected to save."""
        place = self._places.get(order)
        if place is None or place.suggested is None:
            return 0.0
        return self._chance(place.stage, place.suggested[1]) * place.weight * (place.due - now)

    def plan(self, order: str, due: float) -> None:
        """Record when an order will be checked next."""
        if place := self._places.get(order):
            place.due = due

    def dump(self) -> dict[str, Any]:
        """What was learned, as JSON-able values."""
        return {key: list(row) for key, row in self._shared.items()}

    def load(self, state: Mapping[str, Any]) -> None:
        """Restore the state from `dump`."""
        self._shared = {key: [float(value) for value in row] for key, row in state.items()}

    def _entry(self, carrier: str, stage: Stage, at: float) -> _SharedEntry:
        slot = math.floor(at / _APART)
        for near in (slot, slot - 1, slot + 1):
            found = self._entries.get((carrier, stage, near))
            if found is not None and abs(found.at - at) <= _APART:
                return found
        entry = self._entries[carrier, stage, slot] = _SharedEntry(at)
        if len(self._entries) > _ENTRIES:
            del self._entries[next(iter(self._entries))]
        return entry

    def _chance(self, stage: Stage, shared: int) -> float:
        came, trials = self._shared.get(f"{stage}/{shared}", (0.0, 0.0))
        return min((came + _TRIALS * _PRIOR[shared - 1]) / (trials + _TRIALS), _MOST)

    def _settle(self, order: str, place: _Traveler, *, came: bool | None) -> None:
        """Count whether an order had the suggested entry; None if that stays unknown."""
        if place.suggested is None:
            return
        entry, shared = place.suggested
        entry.orders.pop(order, None)
        place.suggested = None
        if came is not None:
            row = self._shared.setdefault(f"{place.stage}/{shared}", [0.0, 0.0])
            fade = 0.5 if row[1] >= _MEMORY else 1.0
            row[:] = fade * row[0] + came, fade * row[1] + 1.0


def _shared(one: Sequence[_SharedEntry], other: Sequence[_SharedEntry]) -> int:
    """How many of the newest entries in a row both have."""
    pairs = zip(reversed(one), reversed(other), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], pairs))
