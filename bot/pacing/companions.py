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
    orders: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class Traveler:
    """What is known of an order, and the newer entries that its companions' news suggests."""

    stage: Stage
    trail: tuple[SharedEntry, ...]  # its newest entries, oldest first
    weight: float = 1.0  # of its next check, without what that tells of others
    checked: float = -math.inf  # when it was checked last,
    due: float = -math.inf  # and when it will be
    leads: bool = False  # whether others rely on its checks
    suggested: tuple[SharedEntry, ...] = ()  # not seen yet; oldest first
    shared: int = 1  # entries in a row that it shared with its companions before those suggested

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
        self._travelers: dict[str, Traveler] = {}
        self._entries: dict[tuple[str, Stage, int], SharedEntry] = {}
        # What is learned, by "stage/shared before": how many next entries were shared, and of how many.
        self.shared: dict[str, list[float]] = {}

    def observe(self, order: str, watch: Watch, stamps: _Stamps, now: float) -> list[str]:
        """Learn from one check; returns the orders that may have unseen entries because of it.

        `watch` is the order as it was before, `stamps` its new entries, oldest first, `now` in hours.
        """
        carrier, stage, last = watch.carrier, watch.stage, watch.last_node_at
        begun = (self._entry(carrier, stage, hours(last)),) if last else ()
        traveler = self._travelers.get(order) or Traveler(stage, begun)
        new = tuple(dict.fromkeys(self._entry(carrier, brought, stamp) for stamp, brought in stamps))
        if traveler.suggested and traveler.suggested[0] in new:
            first = traveler.suggested[0]
            second = first.seen < SURE  # then the one that had it before counts, too, and those that lack it
            self._count(traveler, 1.0 + second, 1.0 + second * (1.0 + first.lacked))
        missing = next((one for one in traveler.suggested if one not in new and now >= one.at + APART), None)
        told = self._withdraw(order, traveler, missing) if missing else []
        for entry in new:
            entry.seen += 1
        if untold := tuple(entry for entry in new if entry not in traveler.suggested):
            told += self._tell(order, traveler, untold)
        elif any(entry.seen == SURE for entry in new):
            told += [peer.order for peer in self.peers(order)]
        if traveler.path:
            traveler.path[-1].orders.pop(order, None)
        traveler.checked, traveler.trail = now, (*traveler.trail, *new)[-len(_PRIOR) :]
        traveler.suggested = tuple(entry for entry in traveler.suggested if entry not in new)
        traveler.stage = next(
            (brought for _, brought in reversed(stamps) if brought is not Stage.UPDATE), stage
        )
        self._travelers.pop(order, None)
        if traveler.path and not traveler.stage.final:
            traveler.path[-1].orders[order] = None
            self._travelers[order] = traveler  # newest last: the oldest are forgotten first
            if len(self._travelers) > _ORDERS:
                oldest = next(iter(self._travelers))
                self._travelers.pop(oldest).path[-1].orders.pop(oldest)
        return [*told, *[order] * bool(traveler.suggested)]

    def peers(self, order: str) -> list[Peer]:
        """The orders with the same newest entry, or that probably have it by now."""
        found = []
        if traveler := self._travelers.get(order):
            path, chances = traveler.path, [self._chance(traveler.stage, n + 1) for n in range(len(_PRIOR))]
            for name in islice(path[-1].orders, _PEERS):
                other = self._travelers[name]
                shared = sum(map(other.path.__contains__, path))
                found.append(Peer(name, shared, self._unseen(other)[0] * chances[shared - 1]))
        return [peer for peer in found if peer.order != order]

    def share(self, order: str, weight: float, now: float) -> float:
        """The weight factor of a check of this order; 1 for an order without companions.

        One of several companions leads: its check tells of the others, too, so it weighs more, theirs less.
        """
        traveler = self._travelers.get(order)
        if traveler is None or weight <= 0.0:
            return 1.0
        traveler.weight = weight
        others = [(p.chance, self._travelers[p.order]) for p in self.peers(order) if p.chance >= _RELIED]
        leaders = [p for p, one in others if one.leads and not one.suggested and one.due >= now - _LATE]
        traveler.leads = not leaders
        if leaders:
            return 1.0 - max(leaders)
        return 1.0 + math.fsum(chance * other.weight for chance, other in others) / weight

    def suggested(self, orders: Iterable[str]) -> list[tuple[str, float, float, Traveler]]:
        """The orders to check now: order, expected number of unseen entries, weight of the check, traveler.

        An entry that two were seen to have is looked for in each of the others. An entry that only one was
        seen to have is first looked for in one other, whose check weighs more since it tells of the rest.
        """
        travelers = [(order, self._travelers[order]) for order in orders if order in self._travelers]
        known = [(o, self._unseen(one)[1], one.weight, one) for o, one in travelers if one.suggested]
        known.sort(key=lambda found: found[1] * found[2], reverse=True)
        sure = [found for found in known if found[3].suggested[0].seen >= SURE]
        asked = [found for found in known if found[3].suggested[0].seen < SURE]
        for order, unseen, weight, one in asked[:1]:
            others = math.fsum(found[2] for found in asked[1:])
            sure.append((order, unseen, weight + self._chance(one.stage, one.shared) * others, one))
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
        has, unseen = 1.0, 0.0
        for entry in traveler.suggested:
            chance = self._chance(traveler.stage, traveler.shared)
            moved = chance * (1.0 - chance) ** entry.lacked
            has *= chance if entry.seen >= SURE else moved / (moved + 1.0 - chance)
            unseen += has
        return has, unseen

    def _tell(self, order: str, traveler: Traveler, entries: tuple[SharedEntry, ...]) -> list[str]:
        """Suggest an order's new entries to its peers, but not to those checked since the scan; returns whom.

        If nobody is left to be told, or enough peers lack the first entry, the order alone has moved on.
        """
        first, peers = entries[0], self.peers(order)
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
            self._suggest(name, other, (*other.suggested, *entries))
        return [peer.order for peer in told]

    def _withdraw(self, order: str, traveler: Traveler, missing: SharedEntry) -> list[str]:
        """Withdraw an entry from an order that lacks it, and from all if one has it and two lack it.

        Returns the orders that may have it still.
        """
        missing.lacked += 1
        alone, travelers = missing.seen < SURE <= missing.lacked, self._travelers
        others = (name for name in traveler.path[-1].orders if name != order)
        told = [name for name in others if missing in travelers[name].suggested]
        if missing.seen >= SURE or alone or not told:  # this order has parted, or the one that has the entry
            self._count(traveler, 0.0)
        for name in [order, *told] if alone else [order]:
            suggested = travelers[name].suggested
            self._suggest(name, travelers[name], suggested[: suggested.index(missing)])
        return [] if alone else told

    def _suggest(self, order: str, traveler: Traveler, entries: tuple[SharedEntry, ...]) -> None:
        """Replace what is suggested to an order, so that others find it at the last of these."""
        traveler.path[-1].orders.pop(order)
        traveler.suggested = entries
        traveler.path[-1].orders[order] = None
