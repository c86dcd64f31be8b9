"""Texts that are near to a stage but do not tell it: the order's affairs, conditions, what is to come."""

from __future__ import annotations

import pytest

from bot import stages
from bot.model import Reason, Stage


@pytest.mark.parametrize(
    "text",
    [
        *("Payment received", "Your payment has been accepted", "Refund issued", "Invoice received"),
        *("Your review has been received", "Insurance claim received", "SMS received by customer"),
        *("Ihre Zahlung wurde erhalten", "Erstattung bearbeitet", "Rechnung versendet"),
        *("Paiement reçu", "Remboursement effectué", "Facture envoyée"),
        *("Pago aceptado", "Reembolso procesado", "Factura enviada"),
        *("Pagamento recebido", "Reembolso efetuado", "Pagamento ricevuto", "Rimborso effettuato"),
        *("Zwrot pieniędzy zrealizowany", "Płatność otrzymana", "Betaling ontvangen"),
        *("Возврат средств выполнен", "Оплата получена", "Повернення коштів виконано"),
        *("Para iadesi yapıldı", "Ödeme alındı", "Återbetalning genomförd", "Platba přijata"),
        *("退款已完成", "返金が完了しました", "환불이 완료되었습니다", "คืนเงินเรียบร้อยแล้ว"),
    ],
)
def test_payments_refunds_and_messages_are_no_stage_of_a_parcel(text: str) -> None:
    assert stages.read("", text).stage is Stage.UPDATE
    assert stages.read("", text, "", Stage.PREPARING).stage is Stage.UPDATE


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("Payment required", Stage.DUTIES_DUE),
        ("Payment of import duties required", Stage.DUTIES_DUE),
        ("Invoice missing", Stage.EXCEPTION),
        ("Rechnung fehlt, bitte einreichen", Stage.EXCEPTION),
        ("SMS sent; parcel delivered to recipient", Stage.DELIVERED),
        ("Invoice printed, out for delivery", Stage.OUT_FOR_DELIVERY),
        ("Return request received, parcel is returning to sender", Stage.RETURNING),
        ("Paiement des droits de douane requis", Stage.DUTIES_DUE),
        ("Se requiere el pago de derechos de aduana", Stage.DUTIES_DUE),
    ],
)
def test_what_is_wanted_or_done_with_the_parcel_counts_beside_them(text: str, stage: Stage) -> None:
    assert stages.read("", text).stage is stage


def test_a_payment_in_the_destination_country_is_of_duties() -> None:
    assert stages.read("", "Payment received", "", Stage.IMPORT_CUSTOMS).stage is Stage.IMPORT_CUSTOMS
    assert stages.read("", "Pagamento recebido", "", Stage.ARRIVED_DESTINATION).stage is Stage.IMPORT_CUSTOMS


@pytest.mark.parametrize(
    "text",
    [
        "Not yet arrived at warehouse",
        "Ware noch nicht im Lager eingetroffen",
        "Le colis n'est pas encore arrivé à l'entrepôt",
        "包裹尚未到达仓库",
    ],
)
def test_what_is_not_in_the_warehouse_yet_does_not_move(text: str) -> None:
    assert stages.read("", text).stage is Stage.UPDATE


@pytest.mark.parametrize(
    "text",
    [
        "If delivery fails, the parcel will be taken to a pickup point",
        "Should the delivery attempt fail, we will try again",
        "Falls der Empfänger nicht angetroffen wird, erfolgt ein zweiter Zustellversuch",
        "Wenn die Zustellung fehlschlägt, wird das Paket in einer Filiale hinterlegt",
        "Si vous êtes absent, une nouvelle tentative de livraison sera effectuée",
        "Si no se encuentra en casa, se realizará un segundo intento de entrega",
    ],
)
def test_a_condition_makes_nothing_true(text: str) -> None:
    assert stages.read("", text).stage is Stage.UPDATE


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The recipient refused to pay customs duties", Reason.REFUSED),
        ("Clearance refused by customs", Reason.CUSTOMS),
        ("Vom Zoll abgelehnt", Reason.CUSTOMS),
        ("Rechazado por aduana", Reason.CUSTOMS),
    ],
)
def test_who_refused(text: str, reason: Reason) -> None:
    found = stages.read("", text)
    assert (found.stage, found.reason) == (Stage.EXCEPTION, reason)


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("On the way to the destination country, arriving soon", Stage.INTERNATIONAL_TRANSIT),
        ("En route to destination country; not yet arrived", Stage.INTERNATIONAL_TRANSIT),
        ("Die Sendung ist auf dem Weg in das Zielland", Stage.INTERNATIONAL_TRANSIT),
        ("Left sorting center, on its way to France", Stage.INTERNATIONAL_TRANSIT),
        ("The parcel left our warehouse and is on its way to Germany", Stage.INTERNATIONAL_TRANSIT),
        ("The parcel will arrive in the destination country on Friday", Stage.UPDATE),
        ("El paquete llegará al país de destino mañana", Stage.UPDATE),
        ("Wird in Kürze im Zielland eintreffen", Stage.UPDATE),
        ("A encomenda ainda não chegou ao país de destino", Stage.UPDATE),
        ("Arrived in destination country, delivery expected tomorrow", Stage.ARRIVED_DESTINATION),
    ],
)
def test_what_is_still_on_the_way_has_not_arrived(text: str, stage: Stage) -> None:
    assert stages.read("", text).stage is stage


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("Votre colis est prêt à quitter son pays d'origine", Stage.AWAITING_DEPARTURE),
        ("Ready to leave the country of origin", Stage.AWAITING_DEPARTURE),
        ("Left the country of origin", Stage.INTERNATIONAL_TRANSIT),
        ("Departed Facility in HONG KONG INTERNATIONAL AIRPORT", Stage.INTERNATIONAL_TRANSIT),
        ("Arrival to receiver's post office", Stage.LOCAL_TRANSIT),
        ("Created online. Waiting acceptance", Stage.INFO_RECEIVED),
        ("Arrival to Omniva", Stage.LOCAL_TRANSIT),
    ],
)
def test_words_beside_a_verb_tell_where_and_when(text: str, stage: Stage) -> None:
    assert stages.read("", text).stage is stage


def test_a_damaged_parcel_back_in_the_depot_is_not_on_its_way_to_the_sender() -> None:
    text = "Die Sendung wurde beschädigt und wird zur Nachverpackung in das Paketzentrum zurückgesandt."
    assert stages.read("", text).reason is Reason.DAMAGED


@pytest.mark.parametrize(
    "text",
    [
        "Delivered to recipient at FedEx Office",
        "Handed over to recipient",
        "Item delivered to J DOE",
        "Sendung wurde dem Empfänger in der Filiale ausgehändigt",
        "Entregado al destinatario en la oficina",
        "Przesyłka wydana odbiorcy w placówce",
    ],
)
def test_what_the_recipient_got_is_delivered_wherever(text: str) -> None:
    assert stages.read("", text).stage is Stage.DELIVERED


@pytest.mark.parametrize(
    "text",
    [
        "Delivered to recipient's country",
        "Not delivered to recipient",
        "Will be handed to the recipient at the post office",
        "Wird dem Empfänger in der Filiale ausgehändigt",
        "Sera remis au destinataire demain",
        "No entregado al destinatario",
        "Delivered to the agent",
        "Sendung wurde zur Zustellung an den Empfänger an DHL übergeben",
        "Handed to the courier to be delivered to the recipient",
        "Remis au transporteur pour être livré au destinataire",
        "Entregado al transportista para ser entregado al destinatario",
        "Entregue à transportadora para ser entregue ao destinatário",
        "Передано кур'єру для вручення одержувачу",
        "Przekazana kurierowi, zostanie doręczona odbiorcy",
        "The parcel is handed to the recipient after payment",
        "Delivered to a depot",
    ],
)
def test_what_the_recipient_did_not_get_is_not(text: str) -> None:
    assert stages.read("", text).stage is not Stage.DELIVERED


@pytest.mark.parametrize(
    "text",
    [
        "Refused by recipient, returned to sender",
        "Annahme verweigert, an den Absender zurückgesandt",
        "Article refusé par le destinataire. Article retourné à l'expéditeur.",
        "Rechazado por el destinatario, devuelto al remitente",
    ],
)
def test_with_its_cause_a_return_has_only_begun(text: str) -> None:
    assert stages.read("", text).stage is Stage.RETURNING
