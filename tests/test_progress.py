"""The stage that a journey's scans tell, and the order's stage."""

from __future__ import annotations

import pytest

from bot.model import Importance, Order, Parcel, Reason, Stage
from bot.progress import (
    Standing,
    cleared_customs,
    delivery_taken_back,
    importance_of,
    passages,
    settled,
    standing,
    under_way,
)
from tests import make
from tests.timelines import at, followed, node, parcel

PICKED = node(20, "Package collected by carrier")
FLOWN = node(60, "Departed from departure country/region")
LOCAL = node(100, "Arrived at local delivery center")
OUT = node(120, "Out for delivery")


def test_a_problem_that_is_over_leaves_the_parcel_on_its_rung_since_it_moved_again() -> None:
    held = node(130, "Held by customs")
    (told,) = followed(parcel(PICKED, FLOWN, LOCAL, OUT, held, node(140, "Out for delivery"))).parcels
    assert standing(told.nodes) == Standing(
        stage=Stage.OUT_FOR_DELIVERY, since=at(140), rung=Stage.OUT_FOR_DELIVERY
    )
    assert passages(told)[-3:] == [
        (Stage.OUT_FOR_DELIVERY, at(120)), (Stage.EXCEPTION, at(130)), (Stage.OUT_FOR_DELIVERY, at(140)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("story", "stage"),
    [
        ([], Stage.PRE_SHIPMENT),
        (["Zorb flim"], Stage.PRE_SHIPMENT),
        (["Order created", "Shipping update"], Stage.INFO_RECEIVED),
        (
            ["Departed from departure country/region", "Arrived at sorting center"],
            Stage.INTERNATIONAL_TRANSIT,
        ),
        (["Out for delivery", "Arrived at local delivery center"], Stage.OUT_FOR_DELIVERY),
        (["Out for delivery", "Delivery attempt failed"], Stage.FAILED_ATTEMPT),
        (
            ["Out for delivery", "Delivery attempt failed", "Arrived at local delivery center"],
            Stage.LOCAL_TRANSIT,
        ),
        (["Out for delivery", "Delivery attempt failed", "Out for delivery"], Stage.OUT_FOR_DELIVERY),
        (["Out for delivery", "Delivery attempt failed", "Shipping update"], Stage.FAILED_ATTEMPT),
        (["Out for delivery", "Delivery attempt failed", "In transit"], Stage.LOCAL_TRANSIT),
        (["Held by customs", "Shipment on the way"], Stage.PRE_SHIPMENT),
        (["Customs duties payment requested", "In transit"], Stage.DUTIES_DUE),
        (["Returning to sender", "In transit"], Stage.RETURNING),
        (["Package delivered", "In transit"], Stage.DELIVERED),
        (["Held by customs", "Import customs clearance complete"], Stage.IMPORT_CUSTOMS),
        (["Customs duties payment requested", "Released from customs"], Stage.IMPORT_CUSTOMS),
        (["Out for delivery", "Delivered to pick-up point", "Package delivered"], Stage.DELIVERED),
        (["Package delivered", "Out for delivery", "Departed from facility"], Stage.DELIVERED),
        (["Package delivered", "Package lost"], Stage.DELIVERED),
        (["Package delivered", "Returning to sender"], Stage.RETURNING),
        (["Returning to sender", "Departed from facility"], Stage.RETURNING),
        (["Returning to sender", "Out for delivery", "Package delivered"], Stage.RETURNED),
        (["Returning to sender", "Package collected by customer"], Stage.DELIVERED),
        (["Returning to sender", "Delivered to pick-up point"], Stage.READY_FOR_PICKUP),
        (["Returned to sender", "Departed from facility"], Stage.RETURNED),
        (["Returned to sender", "Out for delivery"], Stage.OUT_FOR_DELIVERY),
        (["Returned to sender", "Out for delivery", "Package delivered"], Stage.DELIVERED),
        (["Returned to sender", "Delivered to pick-up point"], Stage.READY_FOR_PICKUP),
        (["Returned to sender", "Package delivered"], Stage.DELIVERED),
        (["Waiting for pick up", "Order created"], Stage.PREPARING),
        (["Import customs clearance started", "Package collected by carrier"], Stage.PICKED_UP),
    ],
)
def test_the_stage_that_a_story_tells(story: list[str], stage: Stage) -> None:
    order = followed(parcel(*(node(hours, text) for hours, text in enumerate(story))))
    assert order.stage is stage


def test_a_failed_attempt_soon_after_delivered_is_a_clock_that_is_wrong() -> None:
    done = node(125, "Package delivered")
    assert followed(parcel(OUT, done, node(130, "Delivery attempt failed"))).stage is Stage.DELIVERED


def test_a_failed_attempt_a_day_after_delivered_says_that_it_was_not() -> None:
    done = node(125, "Package delivered")
    order = followed(parcel(OUT, done, node(150, "Delivery attempt failed")))
    assert order.stage is Stage.FAILED_ATTEMPT
    assert delivery_taken_back(order.parcels[0])
    assert not delivery_taken_back(followed(parcel(OUT, node(150, "Delivery attempt failed"))).parcels[0])


def test_the_stage_began_with_the_scan_that_brought_it() -> None:
    order = followed(parcel(PICKED, LOCAL, node(110, "Departed from local sorting center")))
    assert order.stage_since == at(100)
    held = followed(parcel(PICKED, node(70, "Held by customs"), node(75, "Held by customs again")))
    assert (held.stage_since, held.reason) == (at(70), Reason.CUSTOMS)


@pytest.mark.parametrize(
    ("first", "second", "stage"),
    [
        ("Package delivered", "Out for delivery", Stage.OUT_FOR_DELIVERY),
        ("Package delivered", "Delivery attempt failed", Stage.FAILED_ATTEMPT),
        ("Package delivered", "Returned to sender", Stage.RETURNED),
        ("Package collected by carrier", "Package lost", Stage.PICKED_UP),
        ("Package delivered", "Package delivered", Stage.DELIVERED),
    ],
)
def test_the_order_is_where_its_least_advanced_parcel_is(first: str, second: str, stage: Stage) -> None:
    order = followed(parcel(node(1, first)), parcel(node(2, second), number="B2"))
    assert order.stage is stage


def _stands(*story: tuple[float, str]) -> Standing:
    """The standing after these hours and texts."""
    return standing(followed(parcel(*(node(hours, text) for hours, text in story))).parcels[0].nodes)


def test_delivered_on_the_way_back_is_returned_since_then_at_the_rung_it_had() -> None:
    out, back = (10, "Out for delivery"), (20, "Returning to sender")
    assert _stands(out, back, (30, "Package delivered")) == Standing(
        stage=Stage.RETURNED, since=at(30), rung=Stage.OUT_FOR_DELIVERY
    )
    assert _stands(out, back, (30, "Delivered to pick-up point")) == Standing(
        stage=Stage.READY_FOR_PICKUP, since=at(30), rung=Stage.READY_FOR_PICKUP
    )


def test_a_trouble_lasts_while_its_stage_and_reason_stay() -> None:
    held, lost = (10, "Held by customs"), (30, "Package lost")
    assert _stands(held, (20, "Held by customs again")).since == at(10)
    assert _stands(held, lost).since == at(30)
    assert _stands(held, lost).reason is not Reason.CUSTOMS
    assert _stands((10, "Delivery attempt failed"), (20, "Held by customs")).since == at(20)


def test_only_a_failed_attempt_and_only_on_tour_takes_a_rung_back() -> None:
    out = (10, "Out for delivery")
    assert _stands(out, (20, "Delivery attempt failed")).rung is Stage.LOCAL_TRANSIT
    assert _stands(out, (20, "Package lost")).rung is Stage.OUT_FOR_DELIVERY
    assert (
        _stands((10, "Package collected by carrier"), (20, "Delivery attempt failed")).rung is Stage.PICKED_UP
    )


def test_a_failed_attempt_takes_delivery_back_from_a_day_on() -> None:
    out, done = (10, "Out for delivery"), (20, "Package delivered")
    assert _stands(out, done, (43.9, "Delivery attempt failed")).stage is Stage.DELIVERED
    assert _stands(out, done, (44, "Delivery attempt failed")) == Standing(
        stage=Stage.FAILED_ATTEMPT, since=at(44), rung=Stage.LOCAL_TRANSIT
    )


def test_a_return_after_delivery_keeps_the_rung() -> None:
    found = _stands((10, "Package delivered"), (20, "Returning to sender"))
    assert (found.stage, found.since, found.rung) == (Stage.RETURNING, at(20), Stage.DELIVERED)


def test_a_parcel_is_under_way_once_it_has_left_the_seller() -> None:
    away = {stage for stage in Stage if under_way(Parcel(index=1, stage=stage))}
    assert set(Stage) - away == {Stage.PRE_SHIPMENT, Stage.INFO_RECEIVED, Stage.PREPARING}


def test_each_failed_attempt_needs_somebody_and_a_second_hold_does_not() -> None:
    failed, held = make.node(stage=Stage.FAILED_ATTEMPT), make.node(stage=Stage.EXCEPTION)
    again = Standing(stage=Stage.FAILED_ATTEMPT)
    assert importance_of(again, again, failed, imported=False) is Importance.ACTION
    again = Standing(stage=Stage.EXCEPTION)
    assert importance_of(again, again, held, imported=False) is Importance.SCAN
    done = Standing(stage=Stage.DELIVERED)  # which the attempt did not take back: nothing is new
    assert importance_of(done, done, failed, imported=False) is Importance.SCAN


@pytest.mark.parametrize("reason", [Reason.WEATHER, Reason.DELAY])
def test_weather_and_delay_are_no_emergency(reason: Reason) -> None:
    moving, held = Standing(stage=Stage.LOCAL_TRANSIT), Standing(stage=Stage.EXCEPTION)
    late = make.node(stage=Stage.EXCEPTION, reason=reason)
    assert importance_of(moving, held, late, imported=False) is Importance.MILESTONE
    assert importance_of(held, held, late, imported=False) is Importance.SCAN


def test_a_trouble_that_is_over_puts_the_parcel_back_on_its_rung_since_then() -> None:
    out, lost = (10, "Out for delivery"), (20, "Package lost")
    assert _stands(out, lost, (30, "Arrived at local delivery center")) == Standing(
        stage=Stage.OUT_FOR_DELIVERY, since=at(30), rung=Stage.OUT_FOR_DELIVERY
    )


def test_an_order_without_parcels_stands_at_the_beginning() -> None:
    order = settled(Order(id="1", created_at=at(0)), at(0))
    assert (order.stage, order.reason, order.stage_since) == (Stage.PRE_SHIPMENT, Reason.NONE, None)


def test_a_parcel_of_unknown_stage_is_the_least_advanced() -> None:
    parcels = tuple(
        Parcel(index=1 + n, stage=stage) for n, stage in enumerate((Stage.INFO_RECEIVED, Stage.UPDATE))
    )
    assert settled(Order(id="1", created_at=at(0), parcels=parcels), at(0)).stage is Stage.UPDATE


def test_what_was_returned_and_goes_out_again_stands_there_since_then() -> None:
    back = ((10, "Package delivered"), (20, "Returned to sender"))
    assert _stands(*back, (30, "Out for delivery")) == Standing(
        stage=Stage.OUT_FOR_DELIVERY, since=at(30), rung=Stage.OUT_FOR_DELIVERY
    )
    assert _stands(*back, (30, "Arrived at sorting center")).stage is Stage.RETURNED


@pytest.mark.parametrize("order", [1, -1])
def test_the_newest_entry_about_customs_tells_whether_they_are_cleared(order: int) -> None:
    texts = ["Import customs clearance complete", "Import customs clearance started"][::order]
    done, other = (10, texts[0]), (20, texts[1])
    (shown,) = followed(parcel(*(node(*one) for one in ((5, "Arrived at the airport"), done, other)))).parcels
    assert cleared_customs(shown.nodes, Stage.IMPORT_CUSTOMS) is (order == -1)
    assert not cleared_customs(shown.nodes, Stage.EXPORT_CUSTOMS)
