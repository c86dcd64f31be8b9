"""Parcels that travel together: news of one makes news of the others likely.

Orders in one bag, flight or van get the same entries within minutes. One that shared the last entry, or the
last two or three, probably shares the next; the chance is learned by stage. Times are `profile.hours`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from bot.bounded import keep
from bot.model import Stage, Watch
from bot.pacing.profile import hours

APART = 7.5 / 60.0  # hours between time stamps of a shared entry, at most
_PRIOR = (0.1, 0.5, 0.7)  # chance that the next entry is shared after one, two, three shared ones in a row,
_TRIALS, _MEMORY = 4.0, 200.0  # weight of that prior in trials; trials after which old ones count half
_RELIED, _MOST = 0.25, 0.95  # the chance from which an order relies on another's checks; the highest chance
_Stamps = Sequence[tuple[float, Stage]]
SURE = 2  # orders that tell whether all moved or one of them parted
_LATE = 1.0  # hours by which a leader's check may be late
_PEERS, _ORDERS, _ENTRIES = 50, 50_000, 100_000  # orders compared per entry; what is remembered


@dataclass(slots=True, eq=False)
class SharedEntry:
    """An entry that orders may share, with the orders whose newest entry it is, or probably is."""

    at: float
    seen: int = 0  # how many orders were seen to have it,
    lacked: int = 0  # and how many not
    orders: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class Traveler:
    """An order's newest entries, weight, checks, and the newer entries that companions suggest it has."""

    stage: Stage
    trail: tuple[SharedEntry, ...]
    weight: float = 1.0
    checked: float = -math.inf
    due: float = -math.inf
    leads: bool = False
    suggested: tuple[SharedEntry, ...] = ()
    shared: int = 1  # entries in a row shared before those suggested

    @property
    def path(self) -> tuple[SharedEntry, ...]:
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
        self._entries: dict[tuple[str, Stage, int], SharedEntry] = {}
        # What is learned, by "stage/shared before": how many next entries were shared, and of how many.
        self.shared: dict[str, list[float]] = {}

    def observe(self, order: str, watch: Watch, stamps: _Stamps, now: float) -> list[str]:
        """Learn from one check; returns the orders that may have unseen entries because of it.

        `watch` is the order as it was before, `stamps` its new entries, oldest first, `now` in hours.
        """
        carrier, stage, last = watch.carrier, watch.stage, watch.last_node_at
        begun = (self._entry(carrier, stage, hours(last)),) if last else ()
        place = self._places.get(order) or Traveler(stage, begun)
        new = tuple(dict.fromkeys(self._entry(carrier, brought, stamp) for stamp, brought in stamps))
        if place.suggested and place.suggested[0] in new:
            first = place.suggested[0].seen < SURE  # then the order that told it counts, too
            self._count(place, 1.0 + first, 1.0 + first * (1.0 + place.suggested[0].lacked))
        missing = next((one for one in place.suggested if one not in new and now >= one.at + APART), None)
        told = self._withdraw(order, place, missing) if missing else []
        for entry in new:
            entry.seen += 1
        if untold := tuple(entry for entry in new if entry not in place.suggested):
            told += self._tell(order, place, untold)
        elif any(entry.seen == SURE for entry in new):
            told += [peer.order for peer in self.peers(order)]
        if place.path:
            place.path[-1].orders.pop(order, None)
        place.checked, place.trail = now, (*place.trail, *new)[-len(_PRIOR) :]
        place.suggested = tuple(entry for entry in place.suggested if entry not in new)
        place.stage = next((brought for _, brought in reversed(stamps) if brought is not Stage.UPDATE), stage)
        self._places.pop(order, None)
        if place.path and not place.stage.final:
            place.path[-1].orders[order] = None
            self._places[order] = place  # newest last: the oldest are forgotten first
            if len(self._places) > _ORDERS:
                oldest = next(iter(self._places))
                self._places.pop(oldest).path[-1].orders.pop(oldest)
        return [*told, *[order] * bool(place.suggested)]

    def peers(self, order: str) -> list[Peer]:
        """The orders with the same newest entry, or that probably have it by now."""
        found = []
        if place := self._places.get(order):
            path, chances = place.path, [self._chance(place.stage, n + 1) for n in range(len(_PRIOR))]
            for name in islice(path[-1].orders, _PEERS):
                other = self._places[name]
                shared = sum(map(other.path.__contains__, path))
                found.append(Peer(name, shared, self._unseen(other)[0] * chances[shared - 1]))
        return [peer for peer in found if peer.order != order]

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

    def suggested(self, orders: Iterable[str]) -> list[tuple[str, float, float, Traveler]]:
        """Which of these orders to check for how many entries that they may have, and the weight of a check.

        Whether all have what only one was seen to have, the check of one companion tells.
        """
        places = [(order, self._places[order]) for order in orders if order in self._places]
        known = [(o, self._unseen(one)[1], one.weight, one) for o, one in places if one.suggested]
        known.sort(key=lambda found: found[1] * found[2], reverse=True)
        sure = [found for found in known if found[3].suggested[0].seen >= SURE]
        asked = [found for found in known if found[3].suggested[0].seen < SURE]
        for order, unseen, weight, one in asked[:1]:
            others = math.fsum(found[2] for found in asked[1:])
            sure.append((order, unseen, weight + self._chance(one.stage, one.shared) * others, one))
        return sure

    def plan(self, order: str, due: float) -> None:
        """Record when an order will be checked next."""
        if place := self._places.get(order):
            place.due = due

    def _entry(self, carrier: str, stage: Stage, at: float) -> SharedEntry:
        slot = math.floor(at / APART)
        for near in (slot, slot - 1, slot + 1):
            found = self._entries.get((carrier, stage, near))
            if found is not None and abs(found.at - at) <= APART:
                return found
        entry = SharedEntry(at)
        keep(self._entries, (carrier, stage, slot), entry, _ENTRIES)
        return entry

    def _chance(self, stage: Stage, shared: int) -> float:
        """The share of next entries that were shared after so many shared ones in this stage."""
        came, trials = self.shared.get(f"{stage}/{shared}", (0.0, 0.0))
        return min((came + _TRIALS * _PRIOR[shared - 1]) / (trials + _TRIALS), _MOST)

    def _count(self, place: Traveler, came: float, trials: float = 1.0) -> None:
        """Count of how many next entries how many were shared."""
        row = self.shared.setdefault(f"{place.stage}/{place.shared}", [0.0, 0.0])
        fade = 0.5 if row[1] >= _MEMORY else 1.0
        row[:] = fade * row[0] + came, fade * row[1] + trials

    def _unseen(self, place: Traveler) -> tuple[float, float]:
        """The chance that an order has all entries that are suggested, and how many of them it may have.

        What one order was seen to have, and others not, may be its own way: either it parted, or they did.
        """
        has, unseen, chance = 1.0, 0.0, self._chance(place.stage, place.shared) if place.suggested else 1.0
        for entry in place.suggested:
            moved = chance * (1.0 - chance) ** entry.lacked
            has *= chance if entry.seen >= SURE else moved / (moved + 1.0 - chance)
            unseen += has
        return has, unseen

    def _tell(self, order: str, place: Traveler, entries: tuple[SharedEntry, ...]) -> list[str]:
        """Suggest an order's new entries to its peers, except those that were checked since; returns them."""
        first, peers = entries[0], self.peers(order)
        since = max(first.at + APART, place.checked)  # its own last check may have been too early, too
        told = [peer for peer in peers if self._places[peer.order].checked < since]
        first.lacked += len(peers) - len(told)
        if first.seen < SURE and peers and (first.lacked >= SURE or not told):
            place.shared = max(peer.shared for peer in peers)
            self._count(place, 0.0)
            return []
        for name, shared, _ in told:
            other = self._places[name]
            other.shared = other.shared if other.suggested else shared
            self._suggest(name, other, (*other.suggested, *entries))
        return [peer.order for peer in told]

    def _withdraw(self, order: str, place: Traveler, missing: SharedEntry) -> list[str]:
        """An order lacks a suggested entry: so do all, if one has it, two do not. Returns who may have it."""
        missing.lacked += 1
        alone, places = missing.seen < SURE <= missing.lacked, self._places
        told = [name for name in place.path[-1].orders if name != order and missing in places[name].suggested]
        if missing.seen >= SURE or alone or not told:  # it parted, or the one that has it did
            self._count(place, 0.0)
        for name in [order, *told] if alone else [order]:
            self._suggest(name, places[name], places[name].suggested[: places[name].suggested.index(missing)])
        return [] if alone else told

    def _suggest(self, order: str, place: Traveler, entries: tuple[SharedEntry, ...]) -> None:
        place.path[-1].orders.pop(order)
        place.suggested = entries
        place.path[-1].orders[order] = None
