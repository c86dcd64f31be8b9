"""The values everybody talks about: frozen, keyword-only, times in aware UTC.

Structs, not dataclasses: some are made by the thousand each second. `msgspec.structs.replace` changes them.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

import msgspec
from msgspec import Struct


class Stage(enum.StrEnum):
    """The normalised state of a parcel: a ladder with ranks, and states beside it.

    `UPDATE` is a node that says nothing of the state; no parcel is ever in it.
    """

    PRE_SHIPMENT = "pre_shipment"
    INFO_RECEIVED = "info_received"
    PREPARING = "preparing"
    PICKED_UP = "picked_up"
    ORIGIN_TRANSIT = "origin_transit"
    EXPORT_CUSTOMS = "export_customs"
    AWAITING_DEPARTURE = "awaiting_departure"
    INTERNATIONAL_TRANSIT = "international_transit"
    ARRIVED_DESTINATION = "arrived_destination"
    IMPORT_CUSTOMS = "import_customs"
    LOCAL_TRANSIT = "local_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    READY_FOR_PICKUP = "ready_for_pickup"
    DELIVERED = "delivered"
    # beside the ladder
    FAILED_ATTEMPT = "failed_attempt"
    EXCEPTION = "exception"
    DUTIES_DUE = "duties_due"
    ADDRESS_CHANGE = "address_change"
    RETURNING = "returning"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    UPDATE = "update"

    @property
    def rank(self) -> int | None:
        """Place on the ladder, 0 to 13; None for the states beside it."""
        return _RANKS.get(self)

    @property
    def final(self) -> bool:
        """Whether nothing more is expected (a delivered parcel is still looked at slowly for a while)."""
        return self in _FINAL


_RANKS = {stage: rank for rank, stage in enumerate(Stage) if rank <= 13}
_FINAL = frozenset({Stage.DELIVERED, Stage.RETURNED, Stage.CANCELLED})


class Reason(enum.StrEnum):
    """Why a parcel is beside the ladder, apart from where it is."""

    NONE = ""
    ABSENT = "absent"  # nobody home, business closed
    ADDRESS = "address"  # wrong or incomplete address
    CUSTOMS = "customs"  # held, documents wanted, prohibited
    DAMAGED = "damaged"
    LOST = "lost"
    REFUSED = "refused"
    UNCLAIMED = "unclaimed"  # pick-up missed
    WEATHER = "weather"
    SECURITY = "security"  # refused by airline or security check
    DELAY = "delay"
    CANCELLED = "cancelled"
    OTHER = "other"


class Importance(enum.IntEnum):
    """How much a piece of news matters; a chat's level is the least it wants to hear."""

    SCAN = 0  # one more scan on the way
    MILESTONE = 1  # the journey entered a new part
    ACTION = 2  # delivered, or somebody must do something


# ── what a source returned ──────────────────────────────────────────────────────────────────────


class Item(Struct, frozen=True, kw_only=True):
    """One article in a parcel."""

    id: str
    title: str = ""
    quantity: int = 1


class FetchedNode(Struct, frozen=True, kw_only=True):
    """One timeline entry as returned, in the asked language. Either text may be empty."""

    at: datetime
    name: str = ""
    description: str = ""


class FetchedParcel(Struct, frozen=True, kw_only=True):
    """One tracking number as returned. `number` is empty before shipping; nodes are in source order."""

    number: str = ""
    carrier: str = ""
    eta: datetime | None = None
    items: tuple[Item, ...] = ()
    nodes: tuple[FetchedNode, ...] = ()


class Snapshot(Struct, frozen=True, kw_only=True):
    """One answer of a source about one order.

    `found` is False for "tracking data not found": nothing yet, or no such order.
    `digest` is equal for equal content: a check whose digest is the known one has nothing to settle. `mark`
    is equal for answers that are the same to the byte, empty where that says nothing.
    """

    order_id: str
    language: str
    parcels: tuple[FetchedParcel, ...] = ()
    found: bool = True
    digest: str = ""
    mark: str = ""


class OrderStatus(enum.StrEnum):
    """The order's own state as AliExpress's order call or push tells it."""

    PLACED = "placed"
    PAYING = "paying"  # payment in process or under review
    PAYMENT_FAILED = "payment_failed"
    PREPARING = "preparing"  # paid, waiting for the seller
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    CLOSED = "closed"  # by AliExpress, while or after a carrier has it: that says nothing bad
    DISPUTED = "disputed"
    FROZEN = "frozen"
    FINISHED = "finished"
    NEEDS_ADDRESS = "needs_address"
    UNKNOWN = "unknown"


class OrderFacts(Struct, frozen=True, kw_only=True):
    """What AliExpress's order call says of an order beside its parcels.

    `cancelled` is True only where every article was cancelled; `shipped` is None where it is not said.
    Times are None where they are missing or unreadable; `numbers` are the tracking numbers it names.
    """

    order_id: str
    status: OrderStatus
    cancelled: bool = False
    shipped: bool | None = None
    created_at: datetime | None = None
    paid_at: datetime | None = None
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """A merchant's grant: both tokens and their ends. Its repr shows no token.

    An end is None where nobody told it (tokens typed into the settings). `authorised_at` is when the merchant
    logged in, `obtained_at` when this pair was issued; refreshing changes only the latter.
    `account` is the account's name for showing, `account_id` its number.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    access_expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None
    obtained_at: datetime
    authorised_at: datetime
    account: str = ""
    account_id: str = ""


# ── what the store holds ────────────────────────────────────────────────────────────────────────


class Node(Struct, frozen=True, kw_only=True):
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


class Parcel(Struct, frozen=True, kw_only=True):
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
    eta_told: datetime | None = None
    eta_told_at: datetime | None = None
    items: tuple[Item, ...] = ()
    stage: Stage = Stage.PRE_SHIPMENT
    reason: Reason = Reason.NONE
    stage_since: datetime | None = None
    nodes: tuple[Node, ...] = ()


NO_TRACKING_AFTER = timedelta(hours=72)
"""How long after its payment an order may have no tracking."""


class Order(Struct, frozen=True, kw_only=True):
    """One AliExpress order as known; `stage` is that of its least advanced parcel.

    `created_at` is when it was first followed, `paid_at` when its buyer paid (None: not known); `fetched_at`
    is None until the first answer came; `status_at` tells when `status` was learnt. `told` holds keys of
    once-only news already told (silences, all arrived).
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
    mark: str = ""
    told: frozenset[str] = frozenset()

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All parcels' nodes, newest first."""
        return newest_first(node for parcel in self.parcels for node in parcel.nodes)

    def told_by(self, news: Iterable[News]) -> tuple[Node, ...]:
        """The nodes that these news tell, newest first."""
        told = {seq for one in news for seq in one.nodes}
        return newest_first(node for parcel in self.parcels for node in parcel.nodes if node.seq in told)

    @property
    def live(self) -> tuple[Parcel, ...]:
        """The parcels that count: all but those that go on under another's number."""
        gone = {number for parcel in self.parcels for number in parcel.former_numbers}
        return tuple(parcel for parcel in self.parcels if parcel.number not in gone) if gone else self.parcels

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


class NewsKind(enum.StrEnum):
    """What kind of thing a chat is told."""

    NODES = "nodes"
    ETA = "eta"
    ALL_ARRIVED = "all_arrived"
    STATUS = "status"  # the order's own status: cancelled, shipped, …
    NO_TRACKING = "no_tracking"  # nothing 72 h after payment
    STUCK = "stuck"  # longer in its stage than it should be
    PICKUP_WAITING = "pickup_waiting"  # 2, 5, 9 days at the pick-up point
    CUSTOMS_WAITING = "customs_waiting"
    DUTIES_WAITING = "duties_waiting"
    STILL_AWAITED = "still_awaited"  # nothing new for 30 days: ask
    STOPPED = "stopped"  # nothing new for 90 days: watching ended
    CARD = "card"  # nothing to hear: only the living card changes
    CHECK_IN = "check_in"  # "did it come after all?" some days after "not yet"


class News(Struct, frozen=True, kw_only=True):
    """One thing worth telling about an order.

    `key` is unique per order and says what is told, so that nothing is told twice.
    `nodes` are sequence numbers, newest first. `days` is a whole number of days where the kind has one.
    """

    kind: NewsKind
    key: str
    importance: Importance
    nodes: tuple[int, ...] = ()
    parcel: int | None = None
    stage: Stage | None = None
    eta_before: datetime | None = None
    eta_after: datetime | None = None
    days: int | None = None
    status: OrderStatus | None = None
    merchant_only: bool = False


class Changes(Struct, frozen=True, kw_only=True):
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


class NodeText(Struct, frozen=True, kw_only=True):
    """A node's texts in some reader's language."""

    name: str = ""
    description: str = ""

    @property
    def text(self) -> str:
        return self.description or self.name


# ── the board ───────────────────────────────────────────────────────────────────────────────────


class Clock(enum.StrEnum):
    """The moment of an order that a flag counts from."""

    STAGE = "stage"  # since when it is in its stage, else its newest node, else when it came to us
    PAYMENT = "payment"  # when it was paid, else when it came to us; only while it has no node
    NODE = "node"
    ETA = "eta"  # of the first parcel still to come
    DISPUTE = "dispute"  # when its customer reported a problem


class FlagRule(Struct, frozen=True, kw_only=True):
    """Flags orders that are in one of the stages once their clock is `grace` behind; zero: at once."""

    flag: str
    stages: frozenset[Stage]
    clock: Clock
    grace: timedelta = timedelta(0)


# ── chats ───────────────────────────────────────────────────────────────────────────────────────


class Place(Struct, frozen=True, order=True):
    """Where messages go: a chat and, in forums, a topic (0: none, the General topic)."""

    chat_id: int
    topic_id: int = 0

    @property
    def is_group(self) -> bool:
        return self.chat_id < 0


class Level(enum.StrEnum):
    """How much a follow is told."""

    EVERYTHING = "everything"
    MILESTONES = "milestones"
    PROBLEMS = "problems"  # only problems and delivery
    OFF = "off"

    def wants(self, importance: Importance) -> bool:
        """Whether news of this importance passes."""
        return self is not Level.OFF and importance >= _LEAST[self]


_LEAST = {
    Level.EVERYTHING: Importance.SCAN,
    Level.MILESTONES: Importance.MILESTONE,
    Level.PROBLEMS: Importance.ACTION,
}


class Quiet(enum.StrEnum):
    """What happens to news within the quiet hours."""

    SILENT = "silent"  # delivered without a sound
    HELD = "held"  # kept, one summary afterwards


class Chat(Struct, frozen=True, kw_only=True):
    """A place's settings. `language` is one of ours (`ru`, `pt_BR`), `zone` an IANA name.

    Both are guesses until `language_set` / `zone_set`. `quiet_from`/`quiet_to` are local times, None: never.
    `paused_until` holds pushes back (holiday); `left_at` tells since when the bot cannot write here.
    """

    place: Place
    language: str
    language_set: bool = False
    zone: str
    zone_set: bool = False
    level: Level = Level.EVERYTHING
    quiet_from: time | None = None
    quiet_to: time | None = None
    quiet: Quiet = Quiet.SILENT
    urgent_breaks_quiet: bool = True
    digest_at: time | None = None
    paused_until: datetime | None = None
    left_at: datetime | None = None
    awaiting: str = ""  # what the next plain message answers, e.g. "rename:8211744661738042"
    created_at: datetime


class Follow(Struct, frozen=True, kw_only=True):
    """A place's interest in an order. `notify` False mutes this order alone."""

    place: Place
    order_id: str
    label: str = ""
    notify: bool = True
    archived_at: datetime | None = None
    card_message_id: int | None = None
    created_at: datetime


class Follower(Struct, frozen=True, kw_only=True):
    """One follow with the settings of its place."""

    follow: Follow
    chat: Chat


class Owed(Struct, frozen=True, kw_only=True):
    """One piece of news that one place is owed, not before `due_at`."""

    place: Place
    order_id: str
    news: News
    due_at: datetime


class Notice(Struct, frozen=True, kw_only=True):
    """What a place is to be told about one order: outbox rows `ids` as one. Rendered only when sent."""

    ids: tuple[int, ...]
    place: Place
    order_id: str
    news: tuple[News, ...]
    importance: Importance
    created_at: datetime
    attempts: int = 0
    ambiguous: int = 0  # attempts that may have arrived
    lease: str = ""


# ── what Telegram sent ──────────────────────────────────────────────────────────────────────────


class RawUpdate(Struct, frozen=True, kw_only=True):
    """One inbox row: an update as Telegram sent it, unparsed, recorded before it is acknowledged.

    `chat_id` is what keeps its updates in order: the chat, else the user, else 0. `payload` is the JSON text.
    """

    update_id: int
    chat_id: int
    payload: str
    received_at: datetime
    attempts: int = 0


class Sending(Struct, frozen=True, kw_only=True):
    """One message that went to a chat, as Telegram's limits count it."""

    chat_id: int
    at: datetime


# ── messages and what became of them ────────────────────────────────────────────────────────────


class Button(Struct, frozen=True, kw_only=True):
    """One inline button: exactly one of callback `data` (64 bytes at most), `url` or `copy` is set."""

    text: str
    data: str = ""
    url: str = ""
    copy: str = ""


class Message(Struct, frozen=True, kw_only=True):
    """What to show: Telegram HTML and rows of inline buttons."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    silent: bool = False
    photo: bytes | None = None
    document: tuple[str, bytes] | None = None  # file name, content


class Sent(Struct, frozen=True, kw_only=True):
    """Telegram took it."""

    message_id: int


class Later(Struct, frozen=True, kw_only=True):
    """Not now: not before `at`, nor before a wait of one's own where it `counts` as a failed attempt."""

    at: datetime
    reason: str
    counts: bool = True
    ambiguous: bool = False  # it may have arrived all the same
    unreachable: bool = False  # no connection to Telegram: nothing can be sent to anybody


class Gone(Struct, frozen=True, kw_only=True):
    """This place cannot be written to any more (blocked, kicked, deactivated)."""

    reason: str


class Moved(Struct, frozen=True, kw_only=True):
    """The group became a supergroup."""

    chat_id: int


class TopicGone(Struct, frozen=True, kw_only=True):
    """The topic is closed or deleted; the chat itself is fine."""

    reason: str


class Refused(Struct, frozen=True, kw_only=True):
    """Telegram will never take this message; a dead letter for the operator."""

    reason: str


Delivery = Sent | Later | Gone | Moved | TopicGone | Refused


# ── pacing ──────────────────────────────────────────────────────────────────────────────────────


class Watch(Struct, frozen=True, kw_only=True):
    """What pacing needs to know of one order.

    `weight` is the number of chats that are told; `last_node_at` the newest node's claimed time.
    `stopped` says that nothing more is looked at by itself. `utc_offset_hours` guesses the destination's
    clock from the followers' zone, None where nothing is known.
    """

    stage: Stage
    status: OrderStatus | None = None
    weight: float = 1
    utc_offset_hours: float | None = None
    last_node_at: datetime | None = None
    checked_at: datetime | None = None
    created_at: datetime
    eta: datetime | None = None
    failures: int = 0
    finished_at: datetime | None = None
    stopped: bool = False


class Localised(Struct, frozen=True, kw_only=True):
    """An order with what one reader needs beside it: texts by node `seq`, and how old the data is."""

    order: Order
    texts: Mapping[int, NodeText] = msgspec.field(default_factory=dict)
    typical: timedelta | None = None  # "typical for this stage", from finished orders
