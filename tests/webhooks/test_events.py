"""What events an order's changes make, and what they say."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import events
from bot.model import (
    Changes,
    Estimate,
    Event,
    EventType,
    Importance,
    News,
    NewsKind,
    Order,
    OrderStatus,
    Reason,
    Stage,
)
from tests import make
from tests.make import there

KNOWN = make.order(make.node(1), shop_order="#1001")


def _of(order: Order, *, known: Order = KNOWN, **more: object) -> list[str]:
    made = events.of_changes(known, Changes(order=order, **more), make.NOW)  # type: ignore[arg-type]
    assert {one.order_id for one in made} <= {order.id}
    return [one.type.value for one in made]


def test_a_check_without_anything_new_makes_no_event() -> None:
    assert _of(KNOWN) == []
    assert _of(replace(KNOWN, fetched_at=make.NOW + timedelta(days=1), digest="other")) == []
    first = Order(id="1", created_at=make.NOW)
    assert _of(replace(first, fetched_at=make.NOW), known=first, first=True) == []


def test_new_entries_and_new_facts_change_an_order() -> None:
    assert _of(KNOWN, added=(make.node(2),)) == ["order.changed"]
    assert _of(replace(KNOWN, status=OrderStatus.SHIPPED)) == ["order.changed"]
    (parcel,) = KNOWN.parcels
    day = make.NOW + timedelta(days=9)
    for other in (
        replace(parcel, eta=day),
        replace(parcel, number="LP00675700349999"),
        replace(parcel, estimate=Estimate(first=day, last=day, at=make.NOW)),
    ):
        assert _of(replace(KNOWN, parcels=(other,))) == ["order.changed"]


@pytest.mark.parametrize(
    ("stage", "reason", "more", "problem"),
    [
        (Stage.INTERNATIONAL_TRANSIT, Reason.NONE, [], []),
        (Stage.DELIVERED, Reason.NONE, ["order.delivered"], [None]),
        (Stage.EXCEPTION, Reason.DAMAGED, ["order.problem"], ["problem"]),
        (Stage.FAILED_ATTEMPT, Reason.ABSENT, ["order.problem"], ["failed_attempt"]),
        (Stage.DUTIES_DUE, Reason.NONE, ["order.problem"], ["duties"]),
        (Stage.ADDRESS_CHANGE, Reason.NONE, ["order.problem"], ["problem"]),
        (Stage.RETURNING, Reason.REFUSED, ["order.problem"], ["returned"]),
        (Stage.RETURNED, Reason.NONE, ["order.problem"], ["returned"]),
        (Stage.CANCELLED, Reason.NONE, [], []),
    ],
)
def test_a_new_stage_is_an_event_and_so_is_what_it_means(
    stage: Stage, reason: Reason, more: list[str], problem: list[str | None]
) -> None:
    order = replace(KNOWN, stage=stage, reason=reason)
    assert _of(order) == ["order.changed", "order.stage_changed", *more]
    assert _of(order, known=order) == []
    made = events.of_changes(KNOWN, Changes(order=order), make.NOW)
    assert [one.data.get("problem") for one in made] == [None, None, *problem]


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        (NewsKind.NO_TRACKING, "no_tracking"),
        (NewsKind.STUCK, "stuck"),
        (NewsKind.PICKUP_WAITING, "pickup"),
        (NewsKind.DUTIES_WAITING, "duties"),
    ],
)
def test_a_silence_is_a_problem(kind: NewsKind, problem: str) -> None:
    news = News(kind=kind, key="k", importance=Importance.ACTION)
    (event,) = events.of_changes(KNOWN, Changes(order=KNOWN, news=(news, news)), make.NOW)
    assert (event.type, event.order_id) == (EventType.PROBLEM, make.ORDER)
    assert event.data["problem"] == problem


def test_an_order_is_late_after_the_promise_and_the_grace() -> None:
    (parcel,) = KNOWN.parcels
    order = replace(KNOWN, parcels=(replace(parcel, eta=make.NOW),))
    grace = timedelta(days=1)
    assert events.late(order, make.NOW + timedelta(hours=23), grace) is None
    event = there(events.late(order, make.NOW + timedelta(hours=49), grace))
    assert (event.type, event.order_id, event.data["days_late"]) == (EventType.LATE, make.ORDER, 2)
    assert events.late(order, make.NOW + grace, grace) is not None
    assert events.late(replace(order, stage=Stage.DELIVERED), make.NOW + timedelta(days=9), grace) is None
    assert events.late(KNOWN, make.NOW + timedelta(days=9), grace) is None


@pytest.mark.parametrize(
    ("hours", "first", "over"),
    [
        (-1, "2026-11-20T12:00:00Z", False),
        (24, "2026-11-21T12:00:00Z", False),
        (25, "2026-11-20T12:00:00Z", True),
    ],
)
def test_an_estimate_does_not_begin_before_the_event_unless_it_is_over(
    hours: int, first: str, over: bool
) -> None:
    day = make.NOW + timedelta(days=1)
    (parcel,) = KNOWN.parcels
    coming = replace(parcel, estimate=Estimate(first=make.NOW, last=day, at=make.NOW))
    now = make.NOW + timedelta(hours=hours)
    body = events.payload(events.booked(replace(KNOWN, parcels=(coming,)), now), "evt_1", now)
    data = json.loads(body)["data"]
    assert data["parcels"][0]["estimate"] == data["estimate"]
    assert data["estimate"] == {"first": first, "last": "2026-11-21T12:00:00Z", "over": over}


def test_the_body_holds_what_was_agreed_and_nothing_of_the_customer() -> None:
    day = make.NOW + timedelta(days=3)
    (parcel,) = KNOWN.parcels
    estimate = Estimate(first=day, last=day + timedelta(days=2), at=make.NOW)
    order = replace(
        KNOWN,
        stage=Stage.OUT_FOR_DELIVERY,
        name="Emma's birthday",
        parcels=(replace(parcel, stage=Stage.OUT_FOR_DELIVERY, eta=day, estimate=estimate),),
    )
    changes = Changes(order=order, added=(make.node(2, place="Leipzig", stage=Stage.OUT_FOR_DELIVERY),))
    event = events.of_changes(KNOWN, changes, make.NOW)[1]
    body = events.payload(event, "evt_1", make.NOW)
    told = json.loads(body)
    assert told == {
        "type": "order.stage_changed",
        "timestamp": "2026-11-20T12:00:00Z",
        "version": 1,
        "id": "evt_1",
        "data": {
            "id": make.ORDER,
            "shop_order": "#1001",
            "status": None,
            "stage": "out_for_delivery",
            "reason": "",
            "stage_since": "2026-11-20T11:00:00Z",
            "late_expected_since": None,
            "eta": "2026-11-23T12:00:00Z",
            "estimate": {"first": "2026-11-23T12:00:00Z", "last": "2026-11-25T12:00:00Z", "over": False},
            "parcels": [
                {
                    "number": "LP00675700340000",
                    "carrier": "Cainiao",
                    "stage": "out_for_delivery",
                    "reason": "",
                    "eta": "2026-11-23T12:00:00Z",
                    "estimate": {
                        "first": "2026-11-23T12:00:00Z",
                        "last": "2026-11-25T12:00:00Z",
                        "over": False,
                    },
                }
            ],
            "nodes": [
                {
                    "parcel": "LP00675700340000",
                    "at": "2026-11-20T11:00:00Z",
                    "text": "Package left sorting center",
                    "stage": "out_for_delivery",
                    "reason": "",
                    "place": "Leipzig",
                }
            ],
            "previous": {"stage": "origin_transit", "reason": ""},
            "first_look": False,
        },
    }
    assert "Emma" not in body
    assert "chat" not in body
    assert events.payload(replace(event, data={"place": "Łódź"}), "evt_2", make.NOW) == (
        '{"type":"order.stage_changed","timestamp":"2026-11-20T12:00:00Z","version":1,"id":"evt_2",'
        '"data":{"place":"Łódź"}}'
    )


def test_what_the_shop_and_the_forecast_do_are_events_of_the_order() -> None:
    order = replace(KNOWN, parcels=(replace(KNOWN.parcels[0], late_expected_since=make.NOW),))
    data = events.order_data(order, make.NOW)
    assert data["late_expected_since"] == "2026-11-20T12:00:00Z"
    disputed = data | {"problem": "disputed"}
    assert events.booked(order, make.NOW) == Event(type=EventType.BOOKED, order_id=order.id, data=data)
    assert events.reported(order, make.NOW) == Event(type=EventType.PROBLEM, order_id=order.id, data=disputed)
    assert events.of_changes(KNOWN, Changes(order=order), make.NOW) == [
        Event(type=EventType.LATE_EXPECTED, order_id=order.id, data=data)
    ]
    assert _of(order, known=order) == []


def test_entries_of_one_moment_keep_the_order_of_the_list_and_name_their_parcel() -> None:
    """AliExpress lists the newest first, so that a higher ordinal is older."""
    nodes = (make.node(1, ordinal=0), make.node(2, ordinal=1), make.node(3, ordinal=2, parcel=7))
    told = events.order_data(KNOWN, make.NOW, added=[replace(one, place=str(one.seq)) for one in nodes])[
        "nodes"
    ]
    assert isinstance(told, list)
    assert [(one["place"], one["parcel"]) for one in told] == [
        ("3", ""), ("2", "LP00675700340000"), ("1", "LP00675700340000"),
    ]  # fmt: skip


def test_a_long_history_is_cut_to_its_newest_entries() -> None:
    nodes = tuple(make.node(seq, ago=timedelta(hours=100 - seq)) for seq in range(1, 80))
    (event,) = events.of_changes(KNOWN, Changes(order=KNOWN, added=nodes), make.NOW)
    told = event.data["nodes"]
    assert isinstance(told, list)
    assert len(told) == events.MOST_NODES
    assert told[-1]["at"] == events.iso(nodes[-1].at)
