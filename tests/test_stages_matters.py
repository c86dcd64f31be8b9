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


@pytest.mark.parametrize(
    "text",
    [
        *("Παραλάβατε το δέμα;", "Η αποστολή παραδόθηκε\u037e", "Παραδόθηκε;Αξιολογήστε μας."),
        *("¿Paquete entregado", "Package delivered՞", "包裹已签收？", "هل استلمت الطرد؟"),
        *("พัสดุถึงผู้รับแล้ว ฝากไว้กับ รปภ. ไหม?", "พัสดุถึงผู้รับแล้ว ฝากไว้กับ รปภ. ไหม", "ส่งถึงผู้รับแล้วใช่ไหม"),
        *("包裹已签收吗", "包裹已由本人簽收嗎。", "荷物は配達されましたか。", "배송이 완료되었습니까"),
        *("Bưu kiện đã được giao không", "Kargonuz teslim edildi mi acaba", "Left with Mr. Smith?"),
        *("Did you receive the parcel?", "Kargonuz kabul edildi mi? Bizi değerlendirin"),
    ],
)
def test_a_question_tells_no_stage(text: str) -> None:
    for name in ("", text):
        assert stages.read(name, text).stage is Stage.UPDATE


@pytest.mark.parametrize(
    "text",
    [
        *("Your parcel was delivered. How did we do?", "Zugestellt. Noch Fragen?", "已签收。满意吗？"),
        *("Το δέμα παραδόθηκε. Είστε ευχαριστημένοι;", "Το δέμα παραδόθηκε· υπεγράφη", "Delivered;"),
    ],
)
def test_a_question_behind_it_takes_no_delivery_back(text: str) -> None:
    assert stages.read("", text).stage is Stage.DELIVERED


def test_an_airline_is_no_question_in_vietnamese() -> None:
    assert stages.read("", "Đã chuyển cho hãng hàng không").stage is Stage.AWAITING_DEPARTURE


@pytest.mark.parametrize(
    "text",
    [
        *("The sender has not handed it over yet", "The parcel has not been handed over by the sender yet"),
        *("El remitente todavía no ha entregado el paquete", "El remitente no ha entregado aún el paquete"),
        *("L'expéditeur ne l'a pas encore remis", "L'expéditeur n'a pas encore remis le colis"),
        *("Avsender har ikke levert pakken ennå", "Avsenderen har ennå ikke overlevert pakken til oss"),
        *("O remetente ainda não entregou o objeto", "O objeto ainda não foi entregue pelo remetente"),
        *(
            "Das Paket wurde vom Absender noch nicht übergeben",
            "Il mittente non ha ancora consegnato il pacco",
        ),
        *(
            "Nadawca nie nadał jeszcze paczki",
            "Отправитель ещё не передал посылку",
            "寄件人尚未将包裹交给我们",
        ),
    ],
)
def test_what_the_sender_still_has_is_announced(text: str) -> None:
    for reached in (None, Stage.INFO_RECEIVED):
        assert stages.read("", text, "", reached).stage is Stage.INFO_RECEIVED


@pytest.mark.parametrize(
    "text",
    [
        *("Released by customs and handed to the carrier", "Dédouané et remis au transporteur"),
        *("Εκτελωνίστηκε και παραδόθηκε στον μεταφορέα", "Sdoganato e consegnato al corriere"),
        *("Liberado por la aduana y entregado al transportista", "清关完成，已交给承运商"),
        *("Dibebaskan dari bea cukai dan diserahkan ke kurir", "Выпущено таможней и передано перевозчику"),
    ],
)
def test_what_customs_released_to_a_carrier_has_cleared_customs(text: str) -> None:
    for reached in (None, Stage.IMPORT_CUSTOMS):
        found = stages.read("", text, "", reached)
        assert found.stage is Stage.IMPORT_CUSTOMS
        assert stages.clears_customs(found.rule)


@pytest.mark.parametrize(
    ("by_sender", "for_customer"),
    [
        ("Parcel placed in the parcel locker by the sender", "Parcel placed in the parcel locker"),
        ("Vom Absender in die Filiale eingeliefert", "In die Filiale gebracht und abholbereit"),
        ("寄件人已将包裹放入快递柜", "包裹已放入快递柜"),
        ("Déposé en consigne par l'expéditeur", "Déposé en consigne"),
        ("A feladó a csomagot elhelyezte a csomagautomatában", "A csomagot elhelyeztük a csomagautomatában"),
        ("Depositado en el locker por el remitente", "Depositado en el locker"),
        ("Paczka umieszczona w paczkomacie przez nadawcę", "Paczka umieszczona w paczkomacie"),
    ],
)
def test_what_the_sender_left_at_a_locker_is_handed_in(by_sender: str, for_customer: str) -> None:
    for reached in (None, Stage.INFO_RECEIVED):
        assert stages.read("", by_sender, "", reached).stage is Stage.PICKED_UP
    assert stages.read("", for_customer, "", Stage.LOCAL_TRANSIT).stage is Stage.READY_FOR_PICKUP


@pytest.mark.parametrize("mark", [" - ", " // ", ". ", ": ", ", "])
def test_why_russian_post_stores_a_parcel(mark: str) -> None:
    for why, reason in (
        ("Невостребовано", Reason.UNCLAIMED),
        ("Нероздано", Reason.UNCLAIMED),
        ("Запрещено к пересылке", Reason.OTHER),
    ):
        found = stages.read("", f"Временное хранение{mark}{why}")
        assert (found.stage, found.reason) == (Stage.EXCEPTION, reason)
    assert stages.read("", "Временное хранение").stage is Stage.READY_FOR_PICKUP
