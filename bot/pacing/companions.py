"""Parcels that travel together: news of one makes news of the others likely.

Orders in one bag, flight or van get the same entries within minutes. One that shared the last entry, or the
last two or three, probably shares the next; the chance is learned by stage. Times are `profile.hours`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from bot.bounded import keep
from bot.model import Stage, Watch
from bot.pacing.profile import hours

APART = 7.5 / 60.0  # hours between time stamps of a shared entry, at most
_PRIOR = (0.1, 0.5, 0.7)  # chance that the next entry is shared after one, two, three shared ones in a row
_TRIALS, _MEMORY = 4.0, 200.0  # weight of that prior in trials; trials after which old ones count half
_RELIED, _MOST = 0.25, 0.95  # the chance from which an order relies on another's checks; the highest chance
_Stamps = Sequence[tuple[float, Stage]]
SURE = 2  # orders that must have an entry, or lack it, before all others are expected to
_LATE = 1.0  # hours by which a leader's check may be late
_PEERS, _ORDERS, _ENTRIES = 50, 50_000, 100_000  # orders compared per entry; orders and entries remembered


@dataclass(slots=True, eq=False)
class SharedEntry:
    """An entry that orders may share, with the orders whose newest entry it is, or probably is."""

    at: float
    seen: int = 0  # orders that a check showed to have it
    lacked: int = 0  # orders that a check showed not to have it, though they might have
    orders: dict[Traveler, None] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Traveler:
    """What is known of an order, and the newer entries that its companions' news suggests."""

    order: str
    stage: Stage
    trail: tuple[SharedEntry, ...]  # its newest entries, oldest first
    weight: float = 1.0  # of its next check, without what that tells of others
    checked: float = -math.inf  # when it was checked last,
    due: float = -math.inf  # and when it will be
    leads: bool = False  # whether others rely on its checks
    suggested: tuple[SharedEntry, ...] = ()  # not seen yet; oldest first
    shared: int = 1  # entries in a row that it shared with its companions before those suggested
    path: tuple[SharedEntry, ...] = ()  # the newest of both; others find it at the last one

    def move(self, trail: tuple[SharedEntry, ...], suggested: tuple[SharedEntry, ...]) -> None:
        """Set what it has and what is suggested to it."""
        if self.path:
            self.path[-1].orders.pop(self, None)
        self.trail, self.suggested = trail[-len(_PRIOR) :], suggested
        self.path = (*trail, *suggested)[-len(_PRIOR) :]
        self.path[-1].orders[self] = None


class Peer(NamedTuple):
    """A companion: the number of shared entries in a row, and the chance that the next one is shared."""

    order: str
    shared: int
    chance: float


class Companions:
    """Which orders travel together, learned from checks; bounded, not kept across restarts."""

    def __init__(self) -> None:
        self._travelers: dict[str, Traveler] = {}
        self._entries: dict[tuple[str, Stage, int], SharedEntry] = {}
        # What is learned, by "stage/shared before": how many next entries were shared, and of how many.
        self.shared: dict[str, list[float]] = {}

    def observe(self, order: str, watch: Watch, stamps: _Stamps, now: float) -> list[str]:
        """Learn from one check; returns the orders that may have unseen entries because of it.

        `watch` is the order as it was before, `stamps` its new entries, oldest first, `now` in hours.
        """
        carrier, stage, last = watch.carrier, watch.stage, watch.last_node_at
        if not last and not stamps:
            return []  # without an entry it travels with nobody
        begun = (self._entry(carrier, stage, hours(last)),) if last else ()
        traveler = self._travelers.get(order) or Traveler(order, stage, begun)
        new = tuple(dict.fromkeys(self._entry(carrier, brought, stamp) for stamp, brought in stamps))
        if traveler.suggested and traveler.suggested[0] in new:
            first = traveler.suggested[0]
            second = first.seen < SURE  # then the one that had it before counts, too, and those that lack it
            self._count(traveler, 1.0 + second, 1.0 + second * (1.0 + first.lacked))
        missing = next((one for one in traveler.suggested if one not in new and now >= one.at + APART), None)
        told = self._withdraw(traveler, missing) if missing else []
        for entry in new:
            entry.seen += 1
        if untold := tuple(entry for entry in new if entry not in traveler.suggested):
            told += self._tell(traveler, untold)
        elif any(entry.seen == SURE for entry in new):
            told += [peer.order for peer in self.peers(order)]
        traveler.move((*traveler.trail, *new), tuple(one for one in traveler.suggested if one not in new))
        traveler.checked = now
        traveler.stage = [stage, *(brought for _, brought in stamps if brought is not Stage.UPDATE)][-1]
        forgotten = keep(self._travelers, order, traveler, _ORDERS)
        if traveler.stage.final:
            forgotten = self._travelers.pop(order)
        if forgotten:
            forgotten.path[-1].orders.pop(forgotten)
        return [*told, *[order] * bool(traveler.suggested)]

    def peers(self, order: str) -> list[Peer]:
        """The orders with the same newest entry, or that probably have it by now."""
        traveler = self._travelers.get(order)
        return [self._peer(traveler, other) for other in self._near(traveler)] if traveler else []

    def share(self, order: str, weight: float, now: float) -> float:
        """The weight factor of a check of this order; 1 for an order without companions.

        One of several companions leads: its check tells of the others, too, so it weighs more, theirs less.
        """
        traveler = self._travelers.get(order)
        if traveler is None or weight <= 0.0:
            return 1.0
        near, begin = self._near(traveler), now - _LATE
        leaders = [one for one in near if one.leads and not one.suggested and one.due >= begin]
        relied = max((self._peer(traveler, one).chance for one in leaders), default=0.0)
        traveler.weight, traveler.leads = weight, relied < _RELIED
        if not traveler.leads:
            return 1.0 - relied
        peers = [peer for peer in self.peers(order) if peer.chance >= _RELIED]
        return 1.0 + math.fsum(peer.chance * self._travelers[peer.order].weight for peer in peers) / weight

    def suggested(self, orders: Iterable[str]) -> list[tuple[Traveler, float, float]]:
        """The orders to check now, with the expected number of unseen entries and the weight of the check.

        An entry that two were seen to have is looked for in each of the others. An entry that only one was
        seen to have is first looked for in one other, whose check weighs more since it tells of the rest.
        """
        travelers = [self._travelers[order] for order in orders if order in self._travelers]
        known = [(one, self._unseen(one)[1], one.weight) for one in travelers if one.suggested]
        known.sort(key=lambda found: found[1] * found[2], reverse=True)
        sure = [found for found in known if found[0].suggested[0].seen >= SURE]
        asked = [found for found in known if found[0].suggested[0].seen < SURE]
        for one, unseen, weight in asked[:1]:
            others = math.fsum(found[2] for found in asked[1:])
            sure.append((one, unseen, weight + self._chance(one.stage, one.shared) * others))
        return sure

    def plan(self, order: str, due: float) -> None:
        """Record when an order will be checked next."""
        if traveler := self._travelers.get(order):
            traveler.due = due

    def dump(self) -> dict[str, list[float]]:
        """What was learned, as JSON-able values."""
        return {key: list(row) for key, row in self.shared.items()}

    def load(self, state: Mapping[str, Sequence[float]]) -> None:
        """Restore the state from `dump`."""
        self.shared = {key: list(row) for key, row in state.items()}

    def _entry(self, carrier: str, stage: Stage, at: float) -> SharedEntry:
        """The entry known within `APART` of this time, or a new one."""
        slot = math.floor(at / APART)
        for near in (slot, slot - 1, slot + 1):
            found = self._entries.get((carrier, stage, near))
            if found is not None and abs(found.at - at) <= APART:
                return found
        entry = SharedEntry(at)
        keep(self._entries, (carrier, stage, slot), entry, _ENTRIES)
        return entry

    def _near(self, traveler: Traveler) -> list[Traveler]:
        """Those that are found at the same entry."""
        return [one for one in islice(traveler.path[-1].orders, _PEERS) if one is not traveler]

    def _peer(self, traveler: Traveler, other: Traveler) -> Peer:
        path = traveler.path
        shared = len(path) if other.path == path else sum(map(other.path.__contains__, path))
        chance = self._chance(traveler.stage, shared)
        return Peer(other.order, shared, chance * self._unseen(other)[0] if other.suggested else chance)

    def _chance(self, stage: Stage, shared: int) -> float:
        """The chance that the next entry is shared after so many shared ones in this stage."""
        came, trials = self.shared.get(f"{stage}/{shared}", (0.0, 0.0))
        return min((came + _TRIALS * _PRIOR[shared - 1]) / (trials + _TRIALS), _MOST)

    def _count(self, traveler: Traveler, came: float, trials: float = 1.0) -> None:
        """Learn that of `trials` orders that shared the entries before, `came` shared the next one."""
        row = self.shared.setdefault(f"{traveler.stage}/{traveler.shared}", [0.0, 0.0])
        fade = 0.5 if row[1] >= _MEMORY else 1.0
        row[:] = fade * row[0] + came, fade * row[1] + trials

    def _unseen(self, traveler: Traveler) -> tuple[float, float]:
        """The chance that an order has all entries suggested to it, and the expected number of those it has.

        Where one order has an entry and others lack it, either the rest `moved` without them or one alone.
        """
        has, unseen, chance = 1.0, 0.0, self._chance(traveler.stage, traveler.shared)
        for entry in traveler.suggested:
            moved = chance * (1.0 - chance) ** entry.lacked
            has *= chance if entry.seen >= SURE else moved / (moved + 1.0 - chance)
            unseen += has
        return has, unseen

    def _tell(self, traveler: Traveler, entries: tuple[SharedEntry, ...]) -> list[str]:
        """Suggest an order's new entries to its peers, but not to those checked since the scan; returns whom.

        If nobody is left to be told, or enough peers lack the first entry, the order alone has moved on.
        """
        first, peers = entries[0], self.peers(traveler.order)
        since = max(first.at + APART, traveler.checked)  # its own last check may have been too early, too
        told = [peer for peer in peers if self._travelers[peer.order].checked < since]
        first.lacked += len(peers) - len(told)
        if first.seen < SURE and peers and (first.lacked >= SURE or not told):
            traveler.shared = max(peer.shared for peer in peers)
            self._count(traveler, 0.0)
            return []
        for name, shared, _ in told:
            other = self._travelers[name]
            other.shared = other.shared if other.suggested else shared
            other.move(other.trail, (*other.suggested, *entries))
        return [peer.order for peer in told]

    def _withdraw(self, traveler: Traveler, missing: SharedEntry) -> list[str]:
        """Withdraw an entry from an order that lacks it, and from all if one has it and two lack it.

        Returns the orders that may have it still.
        """
        missing.lacked += 1
        alone, others = missing.seen < SURE <= missing.lacked, traveler.path[-1].orders
        told = [one for one in others if one is not traveler and missing in one.suggested]
        if missing.seen >= SURE or alone or not told:  # this order has parted, or the one that has the entry
            self._count(traveler, 0.0)
        for one in [traveler, *told] if alone else [traveler]:
            one.move(one.trail, one.suggested[: one.suggested.index(missing)])
        return [] if alone else [one.order for one in told]
