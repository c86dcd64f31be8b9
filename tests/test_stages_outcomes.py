"""What two texts say together, what came of it in the end, and what has not happened at all."""

from __future__ import annotations

import pytest

from bot import stages
from bot.model import Stage
from bot.stages import statement
from tests.data import fits, texts

S = Stage


@pytest.mark.parametrize(
    ("name", "description", "stage"),
    [
        ("Import customs clearance complete", "Custom clearance completed", S.IMPORT_CUSTOMS),
        ("Export customs clearance started", "Customs clearance in progress", S.EXPORT_CUSTOMS),
        ("Delivered", "Received by: J DOE", S.DELIVERED),
        ("Delivered", "Signature Service not requested", S.DELIVERED),
        ("Delivered", "ID check not required", S.DELIVERED),
        ("Delivered", "No signature obtained", S.DELIVERED),
        ("Delivered", "Signed for by SMITH at FRONT DESK", S.DELIVERED),
        ("Delivered", "The item was accepted", S.DELIVERED),
        ("Delivered", "Received", S.DELIVERED),
        ("Delivered", "Shipment information updated", S.DELIVERED),
        ("Delivered", "DENVER, CO", S.DELIVERED),
        ("Zugestellt", "Empfangen von: MUSTER", S.DELIVERED),
        ("Livré", "Reçu par : DUPONT", S.DELIVERED),
        ("Entregado", "Recibido por: PEREZ", S.DELIVERED),
        ("Delivered", "Returned to sender", S.RETURNED),
        ("Delivered", "The parcel is being returned to the sender", S.RETURNING),
        ("Delivered", "Ready for collection at the parcel shop", S.READY_FOR_PICKUP),
        ("Delivered", "Delivery attempt failed, recipient absent", S.FAILED_ATTEMPT),
        ("Out for delivery", "Received by courier", S.OUT_FOR_DELIVERY),
        ("Delivery failed", "Arrived at facility", S.FAILED_ATTEMPT),
        ("Delivery update", "Package arrived at local facility", S.LOCAL_TRANSIT),
        ("Returned to sender", "Delivered", S.RETURNED),
        ("Out for delivery", "Delivered", S.DELIVERED),
    ],
)
def test_name_and_description_are_one_statement(name: str, description: str, stage: Stage) -> None:
    assert stages.read(name, description).stage is stage


@pytest.mark.parametrize("description", ["Delivered to local carrier", "Delivered to the airport"])
def test_delivered_to_somebody_on_the_way_overrules_the_name(description: str) -> None:
    assert stages.read("Delivered", description).stage is not Stage.DELIVERED


@pytest.mark.parametrize(
    ("text", "reached", "stage"),
    [
        ("Item is in Customs", S.INTERNATIONAL_TRANSIT, S.IMPORT_CUSTOMS),
        ("Customs clearance completed, CHICAGO, IL", S.ORIGIN_TRANSIT, S.IMPORT_CUSTOMS),
        ("Customs clearance completed, SHENZHEN CN", S.ORIGIN_TRANSIT, S.EXPORT_CUSTOMS),
        ("Arrived at facility, Frankfurt, DE", S.PICKED_UP, S.LOCAL_TRANSIT),
        ("[Shenzhen] Arrived at facility", S.PICKED_UP, S.ORIGIN_TRANSIT),
        ("[Madrid] Arrived at sorting center", S.PICKED_UP, S.LOCAL_TRANSIT),
        ("Die Verzollung ist abgeschlossen", S.ORIGIN_TRANSIT, S.IMPORT_CUSTOMS),
        ("Arrived in Germany", S.AWAITING_DEPARTURE, S.ARRIVED_DESTINATION),
        ("Departed from China", S.AWAITING_DEPARTURE, S.INTERNATIONAL_TRANSIT),
        ("Arrived at Los Angeles airport", S.AWAITING_DEPARTURE, S.ARRIVED_DESTINATION),
        ("Die Verzollung ist abgeschlossen", S.PICKED_UP, S.IMPORT_CUSTOMS),
        ("Die Verzollung ist abgeschlossen", S.INFO_RECEIVED, S.EXPORT_CUSTOMS),
        ("清关完成", S.PICKED_UP, S.EXPORT_CUSTOMS),
        ("Waiting for pick up", S.PRE_SHIPMENT, S.PREPARING),
        ("Waiting for pick up", S.LOCAL_TRANSIT, S.READY_FOR_PICKUP),
    ],
)
def test_the_side_follows_from_places_language_and_journey(text: str, reached: Stage, stage: Stage) -> None:
    assert stages.read("", text, "", reached).stage is stage


@pytest.mark.parametrize(("expected", "text"), list(texts("outcomes.txt")))
def test_what_was_misread_once_is_read_right(expected: str, text: str) -> None:
    assert fits(expected, stages.read("", text))


@pytest.mark.parametrize(
    ("text", "contradicts"),
    [
        ("Track until delivered", True),
        ("Delivered status revoked", True),
        ("仓库签收", True),
        ("Przesyłka może zostać zwrócona", True),
        ("På vej til daoSHOP", True),
        ("包裹尚未送达", True),
        ("Handed to national post", True),
        ("Données de colis transmises", True),
        ("Order received successfully", True),
        ("Not signed", True),
        ("即将送到您手中", True),
        ("投递成功率98%", True),
        ("Out for delivery", True),
        ("Picked up by carrier", True),
        ("Package received by sorting center of origin", True),
        ("Parcel picked up", False),
        ("Information delivered to carrier", True),
        ("Parcel processed at origin facility", False),
        ("Customs clearance complete by the carrier", False),
        ("Shipping label created by DHL", False),
        ("DENVER, CO", False),
    ],
)
def test_what_contradicts_a_delivery(text: str, contradicts: bool) -> None:
    assert statement.contradicts(statement.make(text, "", None)) is contradicts


@pytest.mark.parametrize(
    ("before", "after", "doubted"),
    [
        ([], ["Out for delivery"], True),
        (["Returning to sender"], [], True),
        (["Track until delivered"], [], True),
        (["Package lost"], [], False),
        (["DENVER, CO"], ["DENVER, CO"], False),
    ],
)
def test_what_another_sentence_takes_back(before: list[str], after: list[str], doubted: bool) -> None:
    def made(text: str) -> statement.Statement:
        return statement.make(text, "", None)

    delivered, waiting = made("Package delivered"), made("Ready for pickup at the parcel shop")
    for one, taken_back in ((delivered, doubted), (waiting, False)):
        parts = [*map(made, before), one, *map(made, after)]
        assert statement._doubted(one, parts) is taken_back
