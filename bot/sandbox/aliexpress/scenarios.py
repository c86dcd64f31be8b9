"""Scripted journeys, and the orders that the demo starts with."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.sandbox.aliexpress.orders import DAY, SimulatedOrder, SimulatedOrders, SimulatedParcel, Step
from bot.sandbox.aliexpress.phrases import load_articles

# The buyer's number ends in 8042, and so do all of the shop's order ids, as on the real platform.
PLAIN = "8211744661738042"
CUSTOMS = "8211744661748042"
TWO_PARCELS = "8211744661758042"
DELAYED = "8211744661768042"
PICKUP = "8211744661778042"
FALSE_DELIVERED = "8211744661788042"
NOT_SHIPPED = "8211744661798042"
RELABELLED = "8211744661808042"
RETURNED = "8211744661818042"
CANCELLED = "8211744661828042"
NEW = "8211744661838042"
DELIVERED = "8211744661848042"
UNTRANSLATED = "8211744661858042"
MESSY = "8211744661868042"
UNKNOWN = "8211744661998042"  # never exists


def _s(phrase: str, gap: float, place: str = "", *, eta: float | None = None) -> Step:
    return Step(phrase=phrase, gap=gap, place=place, eta=eta)


_ORIGIN = (
    _s("order_created", 0, eta=14),
    _s("preparing", 0.05),
    _s("ready", 0.8),
    _s("left_warehouse", 0.3),
    replace(
        _s("picked_up", 0.5, eta=13),
        order_status="WAIT_BUYER_ACCEPT_GOODS",
        logistics_status="SELLER_SEND_GOODS",
    ),
    _s("sorting_in", 0.3, "Dongguan"),
    _s("sorting_out", 0.5, "Dongguan"),
    _s("export_start", 0.4),
    _s("export_done", 0.3),
    _s("origin_airport", 0.5, eta=9),
)
_FLIGHT = (
    _s("departed", 0.9),
    _s("transit_in", 1.0),
    _s("transit_out", 0.8),
    _s("local_airport", 1.0, eta=5),
)
_ARRIVAL = (_s("import_start", 0.4), _s("import_done", 1.0), _s("handed_over", 0.6))
_LAST_MILE = (
    _s("facility_in", 0.8, "Leipzig", eta=2),
    _s("facility_out", 0.6, "Leipzig"),
    _s("regional", 0.8),
    _s("out_for_delivery", 0.8),
)
_DELIVERED = replace(
    _s("delivered", 0.4), order_status="WAIT_BUYER_ACCEPT_GOODS", logistics_status="BUYER_ACCEPT_GOODS"
)
_PLAIN = (*_ORIGIN, *_FLIGHT, *_ARRIVAL, *_LAST_MILE, _DELIVERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """The journeys of the parcels; the first `past` steps of each are done, the last one `rest` days ago."""

    title: str
    journeys: tuple[tuple[Step, ...], ...]
    past: tuple[int, ...]
    rest: float = 0.3
    order_status: str = "WAIT_SELLER_SEND_GOODS"
    logistics_status: str = "WAIT_SELLER_SEND_GOODS"


def _customs() -> tuple[Step, ...]:
    hold = (_s("import_start", 0.4), _s("import_hold", 1.0, eta=8), _s("duties", 2.0), _s("import_done", 2.0))
    return (*_ORIGIN, *_FLIGHT, *hold, _ARRIVAL[-1], *_LAST_MILE, _DELIVERED)


def _delayed() -> tuple[Step, ...]:
    slow = (_s("flight_delay", 1.0, eta=13), _s("delay", 1.5, eta=17), *_FLIGHT)
    return (*_ORIGIN, *slow, *_ARRIVAL, *_LAST_MILE, _DELIVERED)


def _pickup() -> tuple[Step, ...]:
    end = (
        _s("out_for_delivery", 0.8),
        _s("failed_absent", 1.0),
        _s("pickup_point", 1.0, "DHL Packstation 145"),
        _s("pickup_reminder", 2.5),
        replace(_DELIVERED, phrase="collected_customer", gap=1.0),
    )
    return (*_ORIGIN, *_FLIGHT, *_ARRIVAL, *_LAST_MILE[:-1], *end)


def _false_delivered() -> tuple[Step, ...]:
    # Scanned a day before it is known, since only what comes a day later takes "delivered" back; and told
    # by AliExpress itself, since nobody looks at what is delivered for a day.
    scanned = replace(_DELIVERED, late=1.2)
    correction = replace(_s("correction", 0.8), pushed=True)
    end = (scanned, correction, _s("out_for_delivery", 0.4), _DELIVERED)
    return (*_ORIGIN, *_FLIGHT, *_ARRIVAL, *_LAST_MILE, *end)


def _relabelled() -> tuple[Step, ...]:
    handed = replace(_ARRIVAL[-1], gap=1.0, mail_no="00340434161094042557")
    return (*_ORIGIN, *_FLIGHT, *_ARRIVAL[:-1], handed, *_LAST_MILE, _DELIVERED)


def _returned() -> tuple[Step, ...]:
    end = (_s("address_problem", 1.0), _s("returning", 1.5), _s("returned", 4.0))
    return (*_ORIGIN, *_FLIGHT, *_ARRIVAL, *_LAST_MILE, *end)


def _untranslated() -> tuple[Step, ...]:
    end = (
        _s("local_region", 1.0),
        _s("local_loaded", 1.0),
        _s("local_neighbour", 0.6),
        _s("local_loaded", 1.0),
        replace(_DELIVERED, phrase="local_delivered"),
    )
    return (*_ORIGIN, *_FLIGHT, *_ARRIVAL, *end)


def _messy() -> tuple[Step, ...]:
    """What real feeds do: two scans in one second, one reported days late, the last one with a new date."""
    end = (
        _s("facility_in", 1.0, "Leipzig"),
        _s("facility_out", 0.0, "Leipzig"),
        replace(_s("sorting_out", 0.8, "Shenzhen"), late=9.0),
        _s("no_words", 0.8),
        _s("out_for_delivery", 0.8),
        _DELIVERED,
        replace(_DELIVERED, gap=1.0),
        replace(_DELIVERED, gap=1.0),
    )
    return (*_ORIGIN, *_FLIGHT, *_ARRIVAL, *end)


def _cancelled() -> tuple[Step, ...]:
    end = Step(phrase="cancelled", gap=1.0, order_status="FINISH", end_reason="CANCELED")
    return (*_ORIGIN[:2], end)


SCENARIOS: dict[str, Scenario] = {
    "plain": Scenario(title="on the way, next scan soon", journeys=(_PLAIN,), past=(11,)),
    "customs": Scenario(title="held by customs", journeys=(_customs(),), past=(15,)),
    "two_parcels": Scenario(title="two parcels", journeys=(_PLAIN, _PLAIN), past=(16, 8)),
    "delayed": Scenario(title="ETA drifts", journeys=(_delayed(),), past=(10,)),
    "pickup": Scenario(title="pickup point", journeys=(_pickup(),), past=(21,)),
    "false_delivered": Scenario(
        title="delivered, but not really", journeys=(_false_delivered(),), past=(21,), rest=1.6
    ),
    "not_shipped": Scenario(title="not shipped yet", journeys=(_ORIGIN,), past=(2,), rest=0.9),
    "relabelled": Scenario(title="new tracking number", journeys=(_relabelled(),), past=(16,)),
    "returned": Scenario(title="returned to sender", journeys=(_returned(),), past=(21,)),
    "cancelled": Scenario(title="canceled before shipping", journeys=(_cancelled(),), past=(2,)),
    "new": Scenario(title="just ordered", journeys=(_PLAIN,), past=(1,), rest=0.01),
    "delivered": Scenario(title="delivered", journeys=(_PLAIN,), past=(len(_PLAIN),), rest=2.0),
    "untranslated": Scenario(title="local carrier writes German", journeys=(_untranslated(),), past=(17,)),
    "messy": Scenario(title="messy feed of a carrier", journeys=(_messy(),), past=(17,)),
}

DEMO = {
    PLAIN: "plain",
    CUSTOMS: "customs",
    TWO_PARCELS: "two_parcels",
    DELAYED: "delayed",
    PICKUP: "pickup",
    FALSE_DELIVERED: "false_delivered",
    NOT_SHIPPED: "not_shipped",
    RELABELLED: "relabelled",
    RETURNED: "returned",
    CANCELLED: "cancelled",
    NEW: "new",
    DELIVERED: "delivered",
    UNTRANSLATED: "untranslated",
    MESSY: "messy",
}

_ARTICLES = load_articles()
_NUMBERS: tuple[Callable[[random.Random], str], ...] = (
    lambda dice: f"LP00{dice.randrange(10**12):012d}",
    lambda dice: f"SWX{dice.randrange(10**18):018d}",
    lambda dice: f"0{dice.randrange(10**13):013d}",
)
# Nothing is shipped before this step; until then the parcel has no number.
_SHIPPING_STEP = "picked_up"


def build(orders: SimulatedOrders, order_id: str, name: str, now: float) -> SimulatedOrder:
    """Build an order in the middle of a scenario: its past lies before `now`, the rest is still to come.

    It moves on only after somebody has asked for it, so that newcomers do not find everything delivered.
    """
    scenario = SCENARIOS[name]
    dice = random.Random(order_id)  # noqa: S311  the same order looks the same every time, no secret
    order = SimulatedOrder(
        id=order_id,
        scenario=name,
        waits=True,
        order_status=scenario.order_status,
        logistics_status=scenario.logistics_status,
    )
    for journey, past in zip(scenario.journeys, scenario.past, strict=True):
        order.parcels.append(_parcel(orders, order, journey, past, scenario.rest, now, dice))
    order.created = min(parcel.nodes[0].at for parcel in order.parcels) / 1000
    return order


def _parcel(
    orders: SimulatedOrders,
    order: SimulatedOrder,
    journey: tuple[Step, ...],
    past: int,
    rest: float,
    now: float,
    dice: random.Random,
) -> SimulatedParcel:
    item_id, sku_id = dice.randrange(10**10), dice.randrange(10**10)
    title, variant = dice.choice(_ARTICLES)["en"]
    item: dict[str, object] = {
        "item_id": 1005000000000000 + item_id,
        "sku_id": 12000000000000000 + sku_id,
        "item_title": title,
        **({"sku_desc": variant} if variant else {}),
        "quantity": dice.choice((1, 1, 2)),
    }
    parcel = SimulatedParcel(items=[item])
    number = dice.choice(_NUMBERS)(dice)
    steps = [replace(step, mail_no=number) if step.phrase == _SHIPPING_STEP else step for step in journey]
    at = now - rest * DAY - sum(step.gap for step in steps[1:past]) * DAY
    for place, step in enumerate(steps[:past]):
        at += step.gap * DAY if place else 0.0
        # Scanners do not read on the full minute.
        moment = int(at * 1000) - dice.randrange(1_000, 900_000)
        parcel.nodes.append(orders.node(step.phrase, place=step.place, at=moment))
        orders.apply(order, parcel, step, at)
    parcel.nodes.sort(key=lambda node: node.at)
    parcel.steps = steps[past:]
    return parcel
