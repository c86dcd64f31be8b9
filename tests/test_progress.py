"""The stage that a journey's scans tell, and the order's stage."""

from __future__ import annotations

import pytest

from bot.model import Reason, Stage
from tests.timelines import at, followed, node, parcel

PICKED = node(20, "Package collected by carrier")
FLOWN = node(60, "Departed from departure country/region")
LOCAL = node(100, "Arrived at local delivery center")
OUT = node(120, "Out for delivery")


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
    assert followed(parcel(OUT, done, node(150, "Delivery attempt failed"))).stage is Stage.FAILED_ATTEMPT


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
