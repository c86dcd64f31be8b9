"""Orders and their parcels as the store holds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.model.news import News
from bot.model.snapshots import Item, OrderStatus
from bot.model.stages import Reason, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One stored timeline entry, canonical (`en_US`) texts.

    `seq` numbers the nodes of an order from 1, in the order they were first seen, and never changes;
    `ordinal` is the position among nodes of the same parcel and time stamp, from 0 in source order.
    `backfilled` marks a node older than ones already known when it appeared: shown, never pushed on its own.
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
        """The text to show: the description, else the name; may be empty."""
        return self.description or self.name


def chronological(nodes: Iterable[Node]) -> list[Node]:
    """Nodes oldest first; of several with one time stamp, the one the source lists last comes first."""
    return sorted(nodes, key=lambda node: (node.at, -node.ordinal, node.seq))


def newest_first(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """Nodes newest first, the order in which a parcel keeps them."""
    return tuple(reversed(chronological(nodes)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Our own forecast of the delivery as readers see it: it comes on a day from `first` to `last`.

    `at` is when it was made: without news it stays for a while, so that people can plan with it.
    """

    first: datetime
    last: datetime
    at: datetime

    def is_over(self, now: datetime) -> bool:
        """Whether the parcel is later than the estimate."""
        return now > self.last

    def as_of(self, now: datetime) -> Estimate:
        """The estimate as it is to be read at this time: it does not begin in the past unless it is over."""
        return self if self.is_over(now) else replace(self, first=max(self.first, now))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One parcel as known. `index` numbers parcels within their order from 1 and never changes.

    Nodes are newest first. `eta` is AliExpress's current delivery promise, `first_eta` its first one.
    `estimate` is our own forecast; None while too little is known for one. `late_expected_since` is when it
    became probable that the parcel misses its promise; None if it is not.
    `stage_since` is the time stamp of the node that set the stage.
    A parcel whose number is among another's `former_numbers` was merged into it: neither counted nor shown.
    """

    index: int
    number: str = ""
    former_numbers: tuple[str, ...] = ()
    carrier: str = ""
    eta: datetime | None = None
    first_eta: datetime | None = None
    eta_announced: datetime | None = None
    eta_announced_at: datetime | None = None
    estimate: Estimate | None = None
    late_expected_since: datetime | None = None
    items: tuple[Item, ...] = ()
    stage: Stage = Stage.PRE_SHIPMENT
    reason: Reason = Reason.NONE
    stage_since: datetime | None = None
    nodes: tuple[Node, ...] = ()

    @property
    def cancelled(self) -> bool:
        """Whether its waybill was canceled."""
        return self.stage is Stage.EXCEPTION and self.reason is Reason.CANCELLED

    def translated(self, items: tuple[Item, ...]) -> Parcel:
        """The parcel with these items' titles and variants, unless they are of other articles."""
        if [item.id for item in items] != [item.id for item in self.items]:
            return self
        pairs = zip(self.items, items, strict=True)
        return replace(
            self,
            items=tuple(
                replace(ours, title=theirs.title or ours.title, variant=theirs.variant or ours.variant)
                for ours, theirs in pairs
            ),
        )

    def superseded_by(self, other: Parcel) -> bool:
        """Whether this waybill was canceled and its goods now travel as the other parcel.

        Decided by the items of both; if one lists none, by the other's nodes since the cancellation.
        """
        if other is self or not self.cancelled or other.cancelled or not (self.number and other.number):
            return False
        if self.items and other.items:
            return all(any(map(item.same_as, other.items)) for item in self.items)
        return bool(other.nodes) and (self.stage_since is None or other.nodes[0].at >= self.stage_since)


NO_TRACKING_AFTER = timedelta(hours=72)
"""How long after payment an order may normally have no tracking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One AliExpress order as known; `stage` is that of its least advanced parcel.

    `created_at` is when it was first known, `paid_at` when its buyer paid (None: unknown); `fetched_at` is
    None until the first answer; `status_at` is when `status` was learned. `announced` holds the keys of news
    that is announced only once (silences, all parcels arrived). `booked_at` is when the shop began to watch
    it, followed or not; `shop_order` is the shop's own number for it ("#1001"), `name` its words for the
    customer, `language` the customer's as the shop knows it. `changed_at` is when any of what a shop reads
    about it last changed, forecasts excepted.
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
    booked_at: datetime | None = None
    shop_order: str = ""
    name: str = ""
    language: str = ""
    changed_at: datetime | None = field(default=None, compare=False)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All parcels' nodes, newest first."""
        return newest_first(node for parcel in self.parcels for node in parcel.nodes)

    def nodes_in(self, news: Iterable[News]) -> tuple[Node, ...]:
        """The nodes that these news items announce, newest first."""
        seqs = {seq for one in news for seq in one.nodes}
        return newest_first(node for parcel in self.parcels for node in parcel.nodes if node.seq in seqs)

    @property
    def live(self) -> tuple[Parcel, ...]:
        """The parcels that count: all except those whose goods now travel under another parcel's number."""
        gone = {number for parcel in self.parcels for number in parcel.former_numbers}
        return tuple(
            parcel
            for parcel in self.parcels
            if parcel.number not in gone and not any(map(parcel.superseded_by, self.parcels))
        )

    @property
    def untracked_at(self) -> datetime:
        """When a lack of tracking becomes news: counted from payment, else from when it was followed."""
        return (self.paid_at or self.created_at) + NO_TRACKING_AFTER

    @property
    def last_node_at(self) -> datetime | None:
        """Time stamp of the newest node; None without nodes."""
        return max((node.at for parcel in self.parcels for node in parcel.nodes), default=None)

    @property
    def next_eta(self) -> datetime | None:
        """The earliest ETA of the parcels that have not arrived; None if there is none."""
        return min((p.eta for p in self.parcels if p.eta and not p.stage.final), default=None)

    @property
    def late_expected_since(self) -> datetime | None:
        """Since when one of its parcels will probably miss its promise; None if that is not expected."""
        return min((p.late_expected_since for p in self.live if p.late_expected_since), default=None)

    def translated(self, articles: Mapping[int, tuple[Item, ...]]) -> Order:
        """The order with these articles (by parcel index), as far as they fit its items."""
        return replace(
            self, parcels=tuple(one.translated(articles.get(one.index, ())) for one in self.parcels)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Snapshot minus known: the order as it is now, the nodes to store, and the news to announce.

    `first` marks an order's first snapshot: everything is stored and shown, nothing is announced.
    `unknown` are texts that no rule recognized.
    """

    order: Order
    added: tuple[Node, ...] = ()
    edited: tuple[Node, ...] = ()
    news: tuple[News, ...] = ()
    first: bool = False
    hiccup: bool = False  # the answer was empty or incomplete: nothing was removed
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeText:
    """A node's texts in a reader's language."""

    name: str = ""
    description: str = ""

    @property
    def text(self) -> str:
        return self.description or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Localized:
    """An order with what one reader needs to see it: texts by node `seq`, and how old the data is."""

    order: Order
    texts: Mapping[int, NodeText] = field(default_factory=dict)
    typical: timedelta | None = None  # how long its stage usually lasts, from finished orders


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What pacing needs to know of one order.

    `weight` is the number of chats that are notified, `booked` whether the shop watches it as well;
    `last_node_at` is the newest node's time stamp. `stopped` is True if the order is no longer checked on
    schedule. `heard`: a system of the shop gets events. `utc_offset_hours` is a guess at the destination's
    zone from the followers' zones, None if unknown. `carrier` is that of its first parcel.
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
    booked: bool = False
    heard: bool = False

    def is_recent(self, now: datetime, within: timedelta) -> bool:
        """Whether the source answered so lately; an answer in the future, by a wrong clock, is none."""
        return self.checked_at is not None and timedelta(0) <= now - self.checked_at < within


@dataclass(frozen=True, slots=True, kw_only=True)
class BookEntry:
    """An order for the shop's book, with the shop's own number for it where that is known.

    `name` is what its customer reads as its name; `language` is the customer's, one of `i18n.LANGUAGES`.
    """

    order_id: str
    shop_order: str = ""
    name: str = ""
    language: str = ""
