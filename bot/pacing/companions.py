"""Parcels that travel together: news of one makes news of the others likely.

Orders in one bag, flight or van get the same entries within minutes. One that shared the last entry, or the
last two or three, probably shares the next; the chance is learned by stage. Times are hours as
`profile.hours` gives them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from bot.bounded import keep
from bot.model import Stage, Watch
from bot.pacing.profile import hours

_APART = 7.5 / 60.0  # hours between time stamps of a shared entry, at most
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
class Traveler:
    """An order's newest entries, weight, next check, and the newer entries that companions suggest it has."""

    stage: Stage
    trail: tuple[_SharedEntry, ...]
    weight: float = 1.0
    due: float = -math.inf
    leads: bool = False
    suggested: tuple[_SharedEntry, ...] = ()
    chance: float = 1.0  # that it has them
    shared: int = 0  # entries in a row shared before them

    @property
    def path(self) -> tuple[_SharedEntry, ...]:
        """Its newest entries with those suggested; the last one is where others find it."""
        return (*self.trail, *self.suggested)[-len(_PRIOR) :]


class Peer(NamedTuple):
    """A companion: the number of shared entries in a row, and the chance that the next one is shared."""

    order: str
    shared: int
    chance: float


class Companions:
    """Which orders travel together, learned from checks; bounded, not kept across restarts."""

    def __init__(self) -> None:
        self._places: dict[str, Traveler] = {}
        self._entries: dict[tuple[str, Stage, int], _SharedEntry] = {}
        # By "stage/shared before": how many next entries were shared, and of how many.
        self._shared: dict[str, list[float]] = {}

    def observe(self, order: str, watch: Watch, stamps: Sequence[tuple[float, Stage]]) -> list[str]:
        """Learn from one check; returns the orders that may have this order's new entry, too.

        `watch` is the order as it was before, `stamps` its new entries, oldest first.
        """
        carrier, stage, last = watch.carrier, watch.stage, watch.last_node_at
        place = self._places.get(order)
        if place is None:
            place = Traveler(stage, (self._entry(carrier, stage, hours(last)),) if last else ())
        new = tuple(dict.fromkeys(self._entry(carrier, brought, stamp) for stamp, brought in stamps))
        came = any(entry in new for entry in place.suggested[:1])
        untold = tuple(entry for entry in new if entry not in place.suggested)  # to those who travel with it
        if len(untold) + len(place.suggested) > len(new):  # it does not: not all came
            self._settle(order, place, came=came)
            untold = new
        before = self.peers(order) if untold else []
        for peer in before:
            other = self._places[peer.order]
            other.path[-1].orders.pop(peer.order)
            other.shared = other.shared if other.suggested else peer.shared
            other.suggested, other.chance = (*other.suggested, *untold), peer.chance
            untold[-1].orders[peer.order] = None
        self._settle(order, place, came=came)
        self._places.pop(order, None)
        place.trail = (*place.trail, *new)[-len(_PRIOR) :]
        place.stage = next((brought for _, brought in reversed(stamps) if brought is not Stage.UPDATE), stage)
        if place.trail and not place.stage.final:
            place.trail[-1].orders[order] = None
            self._places[order] = place  # newest last: the oldest are forgotten first
            if len(self._places) > _ORDERS:
                oldest = next(iter(self._places))
                self._settle(oldest, self._places.pop(oldest), came=None)
        return [peer.order for peer in before]

    def peers(self, order: str) -> list[Peer]:
        """The orders with the same newest entry, or that probably have it by now."""
        place = self._places.get(order)
        if place is None:
            return []
        path, found = place.path, []
        for name in islice(path[-1].orders, _PEERS):
            if name != order:
                other = self._places[name]
                shared = sum(entry in other.path for entry in path)
                found.append(Peer(name, shared, other.chance * self._chance(place.stage, shared)))
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

    def suggested(self, orders: Iterable[str]) -> list[tuple[str, float, Traveler]]:
        """Which of these orders probably have unseen entries, and how many; the most wanted ones first."""
        known = [(order, self._places[order]) for order in orders if order in self._places]
        likely = [(o, len(one.suggested) * one.chance, one) for o, one in known if one.chance >= _RELIED]
        return sorted(likely, key=lambda found: found[1] * found[2].weight, reverse=True)

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
        entry = _SharedEntry(at)
        keep(self._entries, (carrier, stage, slot), entry, _ENTRIES)
        return entry

    def _chance(self, stage: Stage, shared: int) -> float:
        came, trials = self._shared.get(f"{stage}/{shared}", (0.0, 0.0))
        return min((came + _TRIALS * _PRIOR[shared - 1]) / (trials + _TRIALS), _MOST)

    def _settle(self, order: str, place: Traveler, *, came: bool | None) -> None:
        """Count whether an order had the suggested entry; None if that stays unknown."""
        if place.trail:
            place.path[-1].orders.pop(order, None)
        if place.suggested and came is not None:
            row = self._shared.setdefault(f"{place.stage}/{place.shared}", [0.0, 0.0])
            fade = 0.5 if row[1] >= _MEMORY else 1.0
            row[:] = fade * row[0] + came, fade * row[1] + 1.0
        place.suggested, place.chance = (), 1.0
