"""The orders of the simulated AliExpress, and how their parcels move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.sandbox.aliexpress.phrases import Phrase
from bot.sandbox.bus import Bus
from bot.sandbox.clock import SandboxClock

DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A scripted node, `gap` simulated days after the one before it.

    `eta` is the promised delivery in days from then; None leaves it unchanged. `order_status`,
    `logistics_status`, `end_reason` and `mail_no`, if set, change the order or parcel at the same time. The
    node is stamped `late` days before it appears. `pushed`: AliExpress sends a push at once.
    """

    phrase: str
    gap: float
    place: str = ""
    eta: float | None = None
    order_status: str = ""
    logistics_status: str = ""
    end_reason: str = ""
    mail_no: str = ""
    late: float = 0.0
    pushed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedNode:
    """One entry of a timeline. `at` is epoch milliseconds; `texts` maps a language to (name, description)."""

    at: int
    texts: Mapping[str, Phrase]
    place: str = ""
    seen: float  # when the sandbox first showed it, seconds

    def text(self, language: str) -> Phrase:
        """Name and description in a language (two letters), English where there is none."""
        name, description = self.texts.get(language) or self.texts["en"]
        return name.replace("{place}", self.place), description.replace("{place}", self.place)


@dataclass(slots=True, kw_only=True)
class SimulatedParcel:
    """One parcel. Nodes are oldest first; `progress` is the simulated days since the last one."""

    mail_no: str = ""
    carrier: str = "AliExpress Selection Standard"
    eta: int = 0
    items: list[dict[str, object]] = field(default_factory=list)
    nodes: list[SimulatedNode] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    progress: float = 0.0


@dataclass(slots=True, kw_only=True)
class SimulatedOrder:
    """One order. With `found` False tracking answers 1001; `foreign` orders belong to another account."""

    id: str
    scenario: str = ""
    created: float = 0.0
    parcels: list[SimulatedParcel] = field(default_factory=list)
    order_status: str = "WAIT_SELLER_SEND_GOODS"
    logistics_status: str = "WAIT_SELLER_SEND_GOODS"
    end_reason: str = ""
    found: bool = True
    foreign: bool = False
    held: bool = False  # moves only on request
    waits: bool = False  # moves only after the bot has asked for it


class NoOrder(LookupError):
    """The control API named an order or parcel that does not exist."""


class SimulatedOrders:
    """All orders. `seconds_per_day` is the pace: real seconds per simulated day, 0 to stop."""

    def __init__(
        self, clock: SandboxClock, bus: Bus, phrases: Mapping[str, Mapping[str, Phrase]], pace: float
    ) -> None:
        self.all: dict[str, SimulatedOrder] = {}
        self.seconds_per_day = pace
        self._clock = clock
        self._bus = bus
        self._phrases = phrases
        self._moved_at = clock.elapsed()
        self.to_push: list[str] = []  # orders of which AliExpress has something to tell

    def get(self, order_id: str) -> SimulatedOrder:
        try:
            return self.all[order_id]
        except KeyError:
            raise NoOrder(f"no order {order_id}") from None

    def parcel(self, order_id: str, number: int = 1) -> SimulatedParcel:
        """A parcel by its place in the order, from 1."""
        parcels = self.get(order_id).parcels
        if not 1 <= number <= len(parcels):
            raise NoOrder(f"order {order_id} has no parcel {number}")
        return parcels[number - 1]

    def add(self, order: SimulatedOrder) -> None:
        self.all[order.id] = order
        self._bus.publish("order", order_id=order.id)

    # ── moving ──────────────────────────────────────────────────────────────────────────────────

    def move(self) -> None:
        """Advance every parcel by the time since the last call."""
        elapsed = self._clock.elapsed()
        passed, self._moved_at = elapsed - self._moved_at, elapsed
        if self.seconds_per_day <= 0 or passed <= 0:
            return
        days = passed / self.seconds_per_day
        for order in list(self.all.values()):
            if not order.held and not order.waits:
                for parcel in order.parcels:
                    self._travel(order, parcel, days)

    def _travel(self, order: SimulatedOrder, parcel: SimulatedParcel, days: float) -> None:
        if not parcel.steps:
            return
        parcel.progress += days
        while parcel.steps and parcel.progress >= parcel.steps[0].gap:
            parcel.progress -= parcel.steps[0].gap
            self.step(order, parcel, ago=parcel.progress * self.seconds_per_day)

    def step(
        self, order: SimulatedOrder, parcel: SimulatedParcel, *, ago: float = 0.0
    ) -> SimulatedNode | None:
        """Add the next scripted node, stamped `ago` seconds before now; None at the end of the script."""
        if not parcel.steps:
            return None
        step = parcel.steps.pop(0)
        now = self._clock.now()
        node = self.node(step.phrase, place=step.place, at=int((now - ago - step.late * DAY) * 1000))
        self.apply(order, parcel, step, now)
        self.append(order, parcel, node)
        if step.pushed:
            self.to_push.append(order.id)
        return node

    def apply(self, order: SimulatedOrder, parcel: SimulatedParcel, step: Step, at: float) -> None:
        """What a step changes besides the timeline; `at` in seconds."""
        order.order_status = step.order_status or order.order_status
        order.logistics_status = step.logistics_status or order.logistics_status
        order.end_reason = step.end_reason or order.end_reason
        parcel.mail_no = step.mail_no or parcel.mail_no
        if step.eta is not None:
            parcel.eta = int((at + step.eta * DAY) * 1000)

    def node(
        self, phrase: str = "", *, place: str = "", at: int = 0, texts: Mapping[str, Phrase] | None = None
    ) -> SimulatedNode:
        """A node of a known phrase, or of given texts ("en" is required); `at` 0 means now."""
        now = self._clock.now()
        if texts is None:
            try:
                texts = self._phrases[phrase]
            except KeyError:
                raise NoOrder(f"no phrase {phrase}; known: {', '.join(self._phrases)}") from None
        return SimulatedNode(at=at or int(now * 1000), texts=texts, place=place, seen=now)

    def append(self, order: SimulatedOrder, parcel: SimulatedParcel, node: SimulatedNode) -> None:
        """Insert a node into the timeline by its time, after nodes with the same time."""
        parcel.nodes.append(node)
        parcel.nodes.sort(key=lambda entry: entry.at)
        self._bus.publish(
            "node", order_id=order.id, text=node.text("en")[1] or node.text("en")[0], at=node.at
        )
