"""Orders and their parcels as the store holds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.model.news import News
from bot.model.snapshots import Item, OrderStatus
from bot.model.stages import Reason, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One stored timeline entry, canonical (`en_US`) texts.

    `seq` numbers nodes within their order from 1 in order of first sight and never changes;
    `ordinal` is the position among nodes of the same parcel and time stamp, from 0 in source order.
    `backfilled` marks a node that appeared behind newer known ones: shown, never pushed alone.
    """

    seq: int
    parcel: int
    at: datetime
    ordinal: int
    name: str
    description: str
    stage: Stage
    reason: Reason = Reason.NONE
    rule: str = ""
    place: str = ""
    seen_at: datetime
    backfilled: bool = False

    @property
    def text(self) -> str:
        """The words to show: the description, else the name; may be empty."""
        return self.description or self.name


def chronological(nodes: Iterable[Node]) -> list[Node]:
    """Oldest first; of one instant, the one that the source names last comes first."""
    return sorted(nodes, key=lambda node: (node.at, -node.ordinal, node.seq))


def newest_first(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """Newest first, as a parcel keeps them."""
    return tuple(reversed(chronological(nodes)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One parcel as known. `index` numbers parcels within their order from 1 and never changes.

    Nodes are newest first. `eta` is the present promise, `first_eta` the first one ever made.
    `stage_since` is the claimed time of the node that brought the stage.
    A parcel whose number is another's former one goes on as that other: neither counted nor shown.
    """

    index: int
    number: str = ""
    former_numbers: tuple[str, ...] = ()
    carrier: str = ""
    eta: datetime | None = None
    first_eta: datetime | None = None
    eta_announced: datetime | None = None
    eta_announced_at: datetime | None = None
    items: tuple[Item, ...] = ()
    stage: Stage = Stage.PRE_SHIPMENT
    reason: Reason = Reason.NONE
    stage_since: datetime | None = None
    nodes: tuple[Node, ...] = ()

    @property
    def cancelled(self) -> bool:
        """Whether its waybill was cancelled."""
        return self.stage is Stage.EXCEPTION and self.reason is Reason.CANCELLED

    def superseded_by(self, other: Parcel) -> bool:
        """Whether this waybill was cancelled and its goods travel as the other parcel.

        Told by the items of both; where one has none, by what happened to the other since the cancellation.
        """
        if other is self or not self.cancelled or other.cancelled or not (self.number and other.number):
            return False
        if self.items and other.items:
            return all(any(map(item.same_as, other.items)) for item in self.items)
        return bool(other.nodes) and (self.stage_since is None or other.nodes[0].at >= self.stage_since)


NO_TRACKING_AFTER = timedelta(hours=72)
"""How long after its payment an order may have no tracking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One AliExpress order as known; `stage` is that of its least advanced parcel.

    `created_at` is when it was first followed, `paid_at` when its buyer paid (None: not known); `fetched_at`
    is None until the first answer came; `status_at` tells when `status` was learnt. `announced` holds keys of
    once-only news (silences, all arrived).
    """

    id: str
    stage: Stage = Stage.PRE_SHIPMENT
    reason: Reason = Reason.NONE
    stage_since: datetime | None = None
    status: OrderStatus | None = None
    status_at: datetime | None = None
    parcels: tuple[Parcel, ...] = ()
    created_at: datetime
    paid_at: datetime | None = None
    fetched_at: datetime | None = None
    finished_at: datetime | None = None
    digest: str = ""
    fingerprint: str = ""
    announced: frozenset[str] = frozenset()

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All parcels' nodes, newest first."""
        return newest_first(node for parcel in self.parcels for node in parcel.nodes)

    def nodes_in(self, news: Iterable[News]) -> tuple[Node, ...]:
        """The nodes that these news tell, newest first."""
        seqs = {seq for one in news for seq in one.nodes}
        return newest_first(node for parcel in self.parcels for node in parcel.nodes if node.seq in seqs)

    @property
    def live(self) -> tuple[Parcel, ...]:
        """The parcels that count: all but those whose goods go on under another's number."""
        gone = {number for parcel in self.parcels for number in parcel.former_numbers}
        return tuple(
            parcel
            for parcel in self.parcels
            if parcel.number not in gone and not any(map(parcel.superseded_by, self.parcels))
        )

    @property
    def untracked_at(self) -> datetime:
        """When it is too long without tracking: counted from its payment, else from when it was followed."""
        return (self.paid_at or self.created_at) + NO_TRACKING_AFTER

    @property
    def last_node_at(self) -> datetime | None:
        """Claimed time of the newest node."""
        return max((node.at for parcel in self.parcels for node in parcel.nodes), default=None)

    @property
    def next_eta(self) -> datetime | None:
        """When the first of the parcels still to come is expected."""
        return min((p.eta for p in self.parcels if p.eta and not p.stage.final), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Snapshot minus known: the order as it is now, what to store, and what to tell.

    `first` marks an order's first snapshot: everything is stored and shown, nothing told.
    `unknown` are texts that no rule knew.
    """

    order: Order
    added: tuple[Node, ...] = ()
    edited: tuple[Node, ...] = ()
    news: tuple[News, ...] = ()
    first: bool = False
    hiccup: bool = False  # the answer was empty or shrunken: nothing was taken away
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeText:
    """A node's texts in some reader's language."""

    name: str = ""
    description: str = ""

    @property
    def text(self) -> str:
        return self.description or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Localised:
    """An order with what one reader needs beside it: texts by node `seq`, and how old the data is."""

    order: Order
    texts: Mapping[int, NodeText] = field(default_factory=dict)
    typical: timedelta | None = None  # "typical for this stage", from finished orders


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What pacing needs to know of one order.

    `weight` is the number of chats that are told; `last_node_at` the newest node's claimed time.
    `stopped` says that nothing more is looked at by itself. `utc_offset_hours` guesses the destination's
    clock from the followers' zone, None where nothing is known. `carrier` is that of its first parcel.
    """

    stage: Stage
    status: OrderStatus | None = None
    weight: float = 1
    utc_offset_hours: float | None = None
    carrier: str = ""
    last_node_at: datetime | None = None
    checked_at: datetime | None = None
    created_at: datetime
    eta: datetime | None = None
    failures: int = 0
    finished_at: datetime | None = None
    stopped: bool = False

    def is_recent(self, now: datetime, within: timedelta) -> bool:
        """Whether the source answered so lately; an answer in the future, by a wrong clock, is none."""
        return self.checked_at is not None and timedelta(0) <= now - self.checked_at < within
