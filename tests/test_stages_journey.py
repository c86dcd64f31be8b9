"""What everyday words mean depends on how far a parcel is: a rule has its time."""

from __future__ import annotations

import pytest

from bot import stages
from bot.model import Stage
from bot.stages.rules import RULES


@pytest.mark.parametrize(
    ("text", "reached", "wanted"),
    [
        ("Information received", Stage.PRE_SHIPMENT, Stage.INFO_RECEIVED),
        ("Information for the driver added by the recipient", Stage.LOCAL_TRANSIT, Stage.UPDATE),
        ("Waiting for pickup", Stage.PRE_SHIPMENT, Stage.PREPARING),
        ("Waiting for pickup", Stage.LOCAL_TRANSIT, Stage.READY_FOR_PICKUP),
        ("Ready for collection at the post office", Stage.PRE_SHIPMENT, Stage.READY_FOR_PICKUP),
        (
            "The parcel has now arrived at its destination",
            Stage.INTERNATIONAL_TRANSIT,
            Stage.ARRIVED_DESTINATION,
        ),
        ("The parcel has now arrived at its destination", Stage.IMPORT_CUSTOMS, Stage.LOCAL_TRANSIT),
        ("Sorted after customs at our site", Stage.LOCAL_TRANSIT, Stage.LOCAL_TRANSIT),
        ("Parcel shop", Stage.READY_FOR_PICKUP, Stage.UPDATE),
        ("On its way to the parcel shop", Stage.LOCAL_TRANSIT, Stage.LOCAL_TRANSIT),
        ("Origin export warehouse", Stage.PICKED_UP, Stage.ORIGIN_TRANSIT),
    ],
)
def test_everyday_words_follow_the_journey(text: str, reached: Stage, wanted: Stage) -> None:
    found = stages.read("", text, "", reached)
    assert found.stage is wanted, found


@pytest.mark.parametrize(
    "text",
    [
        "Received by: J. DOE",
        "Votre colis a été remis avec succès",
        "Wir haben die Sendung erfolgreich übergeben",
        "Diterima oleh Budi",
    ],
)
def test_how_a_tour_ends_is_told_only_of_a_tour(text: str) -> None:
    assert stages.read("", text, "", Stage.OUT_FOR_DELIVERY).stage is Stage.DELIVERED
    for before in (None, Stage.INFO_RECEIVED, Stage.ORIGIN_TRANSIT, Stage.LOCAL_TRANSIT):
        assert stages.read("", text, "", before).stage is not Stage.DELIVERED


@pytest.mark.parametrize(
    "text",
    [
        "Received by PostNL",
        "Pick-up was successful",
        "Successfully handed to the courier",
        "Successfully delivered to the depot",
        "Delivery attempt not successful",
        "Zustellung nicht erfolgreich, Empfänger nicht angetroffen",
        "Will be received by the neighbor",
        "Released by customs",
        "Nicht erfolgreich übergeben",
        "派送未成功，收件人不在",
        "Giao hàng không thành công",
        "นำจ่ายไม่สำเร็จ",
    ],
)
@pytest.mark.parametrize("reached", [Stage.OUT_FOR_DELIVERY, Stage.READY_FOR_PICKUP])
def test_a_tour_that_ends_otherwise_delivers_nothing(text: str, reached: Stage) -> None:
    found = stages.read("", text, "", reached)
    assert found.stage is not Stage.DELIVERED, found


def test_a_rule_is_tried_on_the_rungs_that_it_names_and_needs_them_known_only_to_begin() -> None:
    begins = next(rule for rule in RULES if rule.since is Stage.OUT_FOR_DELIVERY)
    ends = next(rule for rule in RULES if rule.until is Stage.PREPARING and rule.since is None)
    assert begins.is_due(Stage.OUT_FOR_DELIVERY)
    assert begins.is_due(Stage.READY_FOR_PICKUP)
    assert not begins.is_due(Stage.LOCAL_TRANSIT)
    assert not begins.is_due(None)
    assert not begins.is_due(Stage.EXCEPTION)
    assert ends.is_due(Stage.PREPARING)
    assert ends.is_due(Stage.PRE_SHIPMENT)
    assert not ends.is_due(Stage.PICKED_UP)
    assert ends.is_due(None)
    assert ends.is_due(Stage.EXCEPTION)
