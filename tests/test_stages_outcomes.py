"""What two texts say together, what came of it in the end, and what has not happened at all."""

from __future__ import annotations

import pytest

from bot import stages
from bot.model import Reason, Stage

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
    "text",
    [
        "Recipient not at home. Left with neighbour.",
        "Nobody at home, left with neighbour",
        "Second delivery attempt successful",
        "Delivery attempted. Parcel delivered to neighbour.",
        "We tried to deliver but you were out. Your parcel is with your neighbour at no. 12",
        "Could not be delivered to you but was left with your neighbour",
        "Empfänger nicht angetroffen. Bei Nachbarn abgegeben.",
        "Empfänger nicht zu Hause, beim Nachbarn abgegeben",
        "Zweiter Zustellversuch erfolgreich",
        "Destinataire absent. Remis à votre voisin.",
        "Deuxième tentative de livraison réussie",
        "Destinatario ausente. Entregado a un vecino.",
        "Segundo intento de entrega exitoso",
        "Destinatário ausente. Entregue ao vizinho.",
        "Segunda tentativa de entrega bem-sucedida",
        "Destinatario assente. Consegnato al vicino.",
        "Secondo tentativo di consegna riuscito",
        "Ontvanger niet thuis. Bezorgd bij de buren.",
        "Tweede bezorgpoging geslaagd",
        "Odbiorca nieobecny. Doręczono sąsiadowi.",
        "Druga próba doręczenia udana",
        "Получатель отсутствует. Вручено соседу.",
        "Повторная доставка успешна",
        "Отримувача немає вдома. Вручено сусіду.",
        "Mottagaren inte hemma. Lämnat hos granne.",
        "Mottakeren ikke hjemme. Levert til nabo.",
        "Modtager ikke hjemme. Afleveret hos nabo.",
        "Vastaanottaja ei kotona. Toimitettu naapurille.",
        "Adresát nezastižen. Doručeno sousedovi.",
        "Destinatar absent. Livrat la vecin.",
        "A címzett nem volt otthon. Kézbesítve a szomszédnak.",
        "Alıcı adreste yok. Komşuya teslim edildi.",
        "Penerima tidak di rumah. Diterima oleh tetangga.",
        "Người nhận vắng nhà. Đã giao cho hàng xóm.",
        "お客様ご不在。隣人にお渡ししました。",
        "수취인 부재. 이웃에게 전달 완료",
        "收件人不在家，已由邻居签收",
        "المستلم غير موجود. تم التسليم إلى الجار.",
        "הנמען לא נמצא. נמסר לשכן.",
    ],
)
def test_absent_and_left_with_a_neighbour_is_delivered(text: str) -> None:
    assert stages.read("", text).stage is Stage.DELIVERED


@pytest.mark.parametrize(
    "text",
    [
        "Recipient not at home. The parcel is waiting at the pick-up point.",
        "Delivery attempt failed, parcel available at the post office",
        "Empfänger nicht angetroffen. Die Sendung liegt in der Filiale zur Abholung bereit.",
        "Destinataire absent. Votre colis est disponible en point relais.",
        "Destinatario ausente. El envío está disponible en la oficina para su recogida.",
        "Destinatário ausente. Encomenda disponível para levantamento na loja.",
        "Destinatario assente. Il pacco è disponibile per il ritiro presso l'ufficio postale.",
        "Ontvanger niet thuis. Het pakket ligt klaar bij een PostNL-punt.",
        "Odbiorca nieobecny. Przesyłka czeka w punkcie odbioru.",
        "Получателя нет дома. Посылка ожидает вас в пункте выдачи.",
        "Отримувача немає вдома. Посилка очікує у відділенні.",
    ],
)
def test_absent_but_waiting_at_the_pickup_point(text: str) -> None:
    assert stages.read("", text).stage is Stage.READY_FOR_PICKUP


@pytest.mark.parametrize(
    "text",
    [
        "No duties to pay",
        "No customs duties due",
        "Keine Zollgebühren zu zahlen",
        "Pas de droits de douane à payer",
        "Sin impuestos por pagar",
        "Sem tributos a pagar",
        "Nessun dazio da pagare",
        "Geen invoerrechten verschuldigd",
        "Brak opłat celnych",
        "Desbloqueado",
        "Released from hold",
        "Signature Service not requested",
        "Problem solved",
    ],
)
def test_no_trouble_is_no_trouble(text: str) -> None:
    reading = stages.read("", text)
    assert reading.stage not in {S.DUTIES_DUE, S.EXCEPTION, S.FAILED_ATTEMPT}


@pytest.mark.parametrize(
    "text",
    [
        "Your parcel may be delayed",
        "Delivery might be delayed due to weather",
        "Customs duties may apply",
        "The shipment could be returned to the sender",
        "Delivery is subject to delays",
        "Your parcel may be delivered to a neighbour",
        "We hope it has been delivered",
        "Your parcel would be delivered to a neighbour",
        "If you are not at home, your parcel will be left with a neighbour",
        "Subject to customs inspection",
        "Die Sendung kann sich verspäten",
        "Ihre Sendung könnte zugestellt worden sein",
        "Votre colis pourrait être retardé",
        "Votre colis peut être livré chez un voisin",
        "Su envío puede sufrir retrasos",
        "El paquete podría ser devuelto al remitente",
        "A entrega poderá atrasar",
        "O objeto pode ser devolvido ao remetente",
        "La consegna potrebbe subire ritardi",
        "Il pacco può essere consegnato a un vicino",
        "Uw pakket kan vertraging oplopen",
        "Przesyłka może zostać zwrócona",
        "Доставка может задержаться",
        "Посилка може бути повернена",
    ],
)
def test_what_may_be_is_not(text: str) -> None:
    assert stages.read("", text).stage is Stage.UPDATE


@pytest.mark.parametrize(
    "text",
    [
        "Could not be delivered",
        "Parcel couldn't be delivered: recipient absent",
        "Die Sendung konnte nicht zugestellt werden",
        "Le colis n'a pas pu être livré",
        "No se pudo entregar el paquete",
        "Não foi possível entregar",
        "Impossibile consegnare",
        "Kon niet worden bezorgd",
    ],
)
def test_what_could_not_be_did_not_happen(text: str) -> None:
    assert stages.read("", text).stage is Stage.FAILED_ATTEMPT


@pytest.mark.parametrize(
    "text",
    [
        "Returned to the post office",
        "Item returned to delivery depot",
        "Zurück in die Zustellbasis gebracht",
        "Retourné au bureau de poste",
        "Devuelto a la oficina de correos",
        "Devolvido à unidade de distribuição",
        "Возвращено в почтовое отделение",
    ],
)
def test_back_at_the_post_office_is_not_back_with_the_sender(text: str) -> None:
    assert stages.read("", text).stage not in {S.RETURNED, S.RETURNING, S.DELIVERED}


@pytest.mark.parametrize(
    "text",
    [
        "Your parcel will be delivered tomorrow",
        "Will be delivered on the next working day",
        "Die Sendung wird morgen zugestellt",
        "Votre colis sera livré demain",
        "Su envío será entregado mañana",
        "Sua encomenda será entregue amanhã",
        "Il pacco sarà consegnato domani",
        "Uw pakket wordt morgen bezorgd",
        "Przesyłka zostanie doręczona jutro",
        "Посылка будет доставлена завтра",
    ],
)
def test_will_be_delivered_is_neither_delivered_nor_failed(text: str) -> None:
    assert stages.read("", text).stage not in {S.DELIVERED, S.FAILED_ATTEMPT, S.EXCEPTION}


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
        ("Waiting for pick up", S.PRE_SHIPMENT, S.PREPARING),
        ("Waiting for pick up", S.LOCAL_TRANSIT, S.READY_FOR_PICKUP),
    ],
)
def test_the_side_follows_from_places_language_and_journey(text: str, reached: Stage, stage: Stage) -> None:
    assert stages.read("", text, "", reached).stage is stage


@pytest.mark.parametrize(
    "text",
    [
        "The package has not yet been delivered",
        "Das Paket wurde noch nicht zugestellt",
        "Die Sendung ist noch nicht zugestellt worden",
        "Le colis n'a pas encore été livré",
        "Votre colis n'est pas encore livré",
        "El paquete aún no ha sido entregado",
        "El envío todavía no se ha entregado",
        "Il pacco non è stato ancora consegnato",
        "La spedizione non è ancora stata consegnata",
        "A encomenda ainda não foi entregue",
        "O objeto ainda não foi entregue ao destinatário",
        "Het pakket is nog niet bezorgd",
        "Uw zending is nog niet afgeleverd",
        "Przesyłka nie została jeszcze doręczona",
        "Посылка ещё не доставлена",
        "Посилку ще не доставлено",
        "Zásilka ještě nebyla doručena",
        "Zásielka ešte nebola doručená",
        "Paketet har inte levererats ännu",
        "Pakken er ikke leveret endnu",
        "Pakken er ikke levert ennå",
        "Lähetystä ei ole vielä toimitettu",
        "Kargo henüz teslim edilmedi",
        "Paket belum terkirim",
        "Đơn hàng chưa được giao",
        "包裹尚未送达",
        "快件還沒有送達",
        "まだ配達されていません",
        "아직 배송되지 않았습니다",
        "ยังไม่ได้นำจ่าย",
        "החבילה עדיין לא נמסרה",
        "لم يتم تسليم الطرد بعد",
        "Coletul nu a fost încă livrat",
        "A csomagot még nem kézbesítették",
        "Пратката все още не е доставена",
        "Το δέμα δεν έχει παραδοθεί ακόμα",
        "Paket još nije isporučen",
    ],
)
def test_not_delivered_yet_is_no_attempt(text: str) -> None:
    assert stages.read("", text).stage is Stage.UPDATE


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Could not be delivered yet, recipient absent", Reason.ABSENT),
        ("The shipment has not been delivered yet as the customer was not at home", Reason.ABSENT),
        ("Delivery attempt failed, the parcel has not been delivered yet", Reason.OTHER),
        ("Parcel was not delivered", Reason.OTHER),
    ],
)
def test_an_attempt_beside_not_yet_stays_one(text: str, reason: Reason) -> None:
    found = stages.read("", text)
    assert (found.stage, found.reason) == (Stage.FAILED_ATTEMPT, reason)
