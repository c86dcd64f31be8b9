"""Kinds of texts that were misread once: each with what stood before, and how it must be read."""

from __future__ import annotations

import pytest

from bot import stages
from bot.model import Stage
from tests.bench.histories import follow, histories


@pytest.mark.parametrize(
    ("name", "description", "reached", "expected"),
    [
        # name and description are one statement
        ("Import customs clearance complete", "Custom clearance completed", "", "import_customs"),
        ("Delivered", "Received by: J DOE", "", "delivered"),
        ("Delivered", "Left at front door. Signature Service not requested.", "", "delivered"),
        (
            "Arrived at linehaul office",
            "Your parcel has arrived at a transit centre",
            "",
            "arrived_destination",
        ),
        ("Delivered", "Item Delivered at Hebbal", "", "delivered"),
        ("Delivered", "Customer refused to sign POD, parcel handed over", "", "delivered"),
        ("Delivered", "No damage reported", "", "delivered"),
        ("Delivered", "Tendered to local postal operator", "import_customs", "local_transit"),
        # the outcome before the cause
        ("", "We knocked but nobody was in. Parcel left with number 22.", "", "delivered"),
        ("", "Delivery attempt 2: success", "", "delivered"),
        ("", "Delivery failed: your parcel can now be collected at the post office", "", "ready_for_pickup"),
        ("", "Delivery exception, Held, unable to collect payment", "out_for_delivery", "exception"),
        ("", "Customs charges: none due", "", "update"),
        ("", "On Hold - Awaiting Customer feedback", "local_transit", "exception"),
        ("", "Recipient not at home. Left with neighbour.", "", "delivered"),
        ("", "Second delivery attempt successful", "", "delivered"),
        ("", "Recipient absent, your parcel is waiting at the pick-up point", "", "ready_for_pickup"),
        ("", "No duties to pay", "", "update"),
        ("", "No duties to pay, clearance finished", "arrived_destination", "import_customs"),
        ("", "Signature Service not requested", "", "update"),
        # places named like troubles
        ("", "Arrived at Returns Center", "local_transit", "local_transit"),
        ("", "Arrived at Customs Road depot", "local_transit", "local_transit"),
        ("", "Departed from Refused Valley sorting center", "local_transit", "local_transit"),
        ("", "Out for delivery in Snow Hill", "local_transit", "out_for_delivery"),
        ("", "Arrived at Weatherford", "local_transit", "local_transit"),
        ("", "Delivered to Lost Creek", "local_transit", "update"),
        ("", "Arrived at customs", "arrived_destination", "import_customs"),
        ("", "Parcel returned to sender", "local_transit", "returned"),
        # from where to where
        ("", "Departed Hong Kong for London", "origin_transit", "international_transit"),
        ("", "Exported from the UK", "", "international_transit"),
        ("", "Your parcel has left the UK!", "origin_transit", "international_transit"),
        ("", "Your parcel is now in transit to Ghana", "origin_transit", "international_transit"),
        ("", "Arrived in Ghana", "international_transit", "arrived_destination"),
        ("", "Departed London for Leeds", "local_transit", "local_transit"),
        # the verb alone: where it was is known from before
        ("", "Item dispatched out", "picked_up", "origin_transit"),
        ("", "Item dispatched out", "local_transit", "local_transit"),
        ("", "Item dispatched out", "", "update"),
        ("", "Arrived at KAJANG", "local_transit", "local_transit"),
        # a return is a parcel, too
        ("", "Return shipment arrived at facility", "returning", "returning"),
        ("", "Return sorted to delivery facility", "returning", "returning"),
        ("", "Return shipment was successfully delivered", "returning", "returned"),
        ("", "Item Successfully Delivered (Received by Sender)", "returning", "returned"),
        # papers
        ("", "Export License Required", "export_customs", "exception"),
        ("", "Pending Commercial Invoice", "import_customs", "exception"),
        ("", "Origin - Improper Documents", "export_customs", "exception"),
        ("", "Documents not required", "import_customs", "update"),
        # lockers: left in one's own, or to be fetched
        ("", "DELIVERED - PARCEL LOCKER", "out_for_delivery", "delivered"),
        ("", "Delivered, PO Box", "out_for_delivery", "delivered"),
        ("", "Delivered to parcel locker", "out_for_delivery", "ready_for_pickup"),
        ("", "Your item was collected from Hove DO on 12/03/2019", "ready_for_pickup", "delivered"),
        ("", "Collected", "ready_for_pickup", "delivered"),
        ("", "Item was collected from the locker by our courier", "ready_for_pickup", "local_transit"),
        # the outcome before its cause, and the verb far from its noun
        ("", "Delivered to the neighbour because the recipient was out", "out_for_delivery", "delivered"),
        ("", "Zugestellt an den Nachbarn, weil niemand zu Hause war", "out_for_delivery", "delivered"),
        ("", "Not delivered because the recipient was out", "out_for_delivery", "failed_attempt"),
        ("", "Delivery of your item was completed at 11:02", "out_for_delivery", "delivered"),
        ("", "The shipment reached the recipient", "out_for_delivery", "delivered"),
        ("", "The shipment reached the recipient's country", "international_transit", "arrived_destination"),
        ("", "You can have your parcel delivered to a neighbour", "out_for_delivery", "update"),
        ("", "The sender has received the parcel back", "returning", "returned"),
        (
            "",
            "Your parcel is kept for you at the post office until 12 May",
            "local_transit",
            "ready_for_pickup",
        ),
        ("", "Customs refused the import of the goods", "import_customs", "exception"),
        ("", "Please settle the import fees to receive your parcel", "import_customs", "duties_due"),
        ("", "Card left, item at post office for collection", "local_transit", "ready_for_pickup"),
        ("", "Redirected to a parcel shop, ready to be collected", "local_transit", "ready_for_pickup"),
        ("", "Delivery completed for 3 of 5 pieces", "out_for_delivery", "update"),
        ("", "Your delivery was made a priority", "local_transit", "update"),
        ("", "Delivered, PO Box closed", "out_for_delivery", "update"),
        ("", "Item was collected from Hong Kong", "out_for_delivery", "picked_up"),
        ("", "Uplifted from Hong Kong", "awaiting_departure", "international_transit"),
        ("", "Booked on flight CA123", "origin_transit", "awaiting_departure"),
        ("", "Shipment missed the connection flight", "awaiting_departure", "exception"),
        ("", "Handover to Hermes completed", "import_customs", "local_transit"),
        ("", "Delivery failure: Package may be damaged or lost", "out_for_delivery", "failed_attempt"),
        ("", "Delivery: may be damaged", "local_transit", "update"),
        ("", "Item en route to Kuching", "local_transit", "local_transit"),
        ("", "Item delivered to recipient's parcel box", "out_for_delivery", "delivered"),
        ("Payment Confirmed", "Payment has been verified and approved", "pre_shipment", "update"),
        ("", "Item being sent back from the Delivery Office to the sender", "failed_attempt", "returning"),
        # a card is left instead of the parcel
        ("", "Abholungseinladung in Briefkasten hinterlegt", "out_for_delivery", "failed_attempt"),
        ("", "Hämtavi har lagts i brevlådan", "out_for_delivery", "failed_attempt"),
        ("", "Afhentningsmeddelelse lagt i postkassen", "out_for_delivery", "failed_attempt"),
        ("", "Delivered to neighbour and a card was left", "out_for_delivery", "delivered"),
        ("", "Forsøkt utlevert", "out_for_delivery", "failed_attempt"),
        # handed to a carrier for delivery is not on its tour yet
        ("", "Overgedragen aan PostNL voor bezorging", "import_customs", "local_transit"),
        ("", "Out for delivery, handed over to our courier", "local_transit", "out_for_delivery"),
        ("", "Item received in Ireland", "international_transit", "arrived_destination"),
        # must be paid so that it can be delivered; may have to be paid
        ("", "Betaal de invoerrechten zodat wij je pakket kunnen bezorgen", "import_customs", "duties_due"),
        ("", "You may have to pay customs duties", "import_customs", "update"),
        ("", "Not yet returned to sender", "local_transit", "returning"),
        # what may be is not
        ("", "We trust your parcel was delivered safely", "", "update"),
        ("", "Delivered by 20:00 today guaranteed", "", "update"),
        ("", "Delivery attempted, parcel returned to depot", "out_for_delivery", "failed_attempt"),
        ("", "Your parcel may be delayed", "", "update"),
        ("", "The parcel could be returned to the sender", "", "update"),
        ("", "Returned to the post office", "local_transit", "local_transit"),
        ("", "Your parcel will be delivered tomorrow", "", "update"),
        ("", "If you are not at home, we will leave a card", "", "update"),
        ("", "The carrier will soon collect your package.", "", "update"),
        # words have edges, sentences have languages
        ("", "Awaiting distribution", "local_transit", "local_transit"),
        ("", "Przesyłka zostanie doręczona jutro", "", "update"),
        ("", "Recebido pela empresa de entrega local no país", "arrived_destination", "local_transit"),
        ("", "Packet delivered", "", "update"),
        # handed in, fetched, tried to fetch
        ("", "We have your parcel and it's on its way to you", "info_received", "picked_up"),
        ("", "Your parcel is on its way to you", "local_transit", "out_for_delivery"),
        ("", "Arrival at pick-up-point", "local_transit", "ready_for_pickup"),
        ("", "Waiting for pick up", "pre_shipment", "preparing"),
        ("", "Ready for pickup", "pre_shipment", "preparing"),
        ("", "Package waiting for collection", "info_received", "preparing"),
        ("", "Package waiting for collection", "local_transit", "ready_for_pickup"),
        ("", "Order created, waiting for pick-up", "", "info_received"),
        ("", "Item created", "", "info_received"),
        ("", "The parcel was not yet handed over to GLS.", "", "info_received"),
        ("", "Intento de recogida, cliente ausente", "", "update"),
        ("", "Picked up from the Pickup point", "ready_for_pickup", "delivered"),
        ("", "Collected from Parcel Locker", "ready_for_pickup", "delivered"),
        ("", "Collected at the post office counter", "ready_for_pickup", "delivered"),
        ("", "Collected from Parcel Locker", "info_received", "picked_up"),
        ("", "Sendung von Abholstation abgeholt", "ready_for_pickup", "delivered"),
        ("", "To be collected from the parcel locker", "local_transit", "ready_for_pickup"),
        ("", "Arrived at parcel shop", "info_received", "picked_up"),
        ("", "Arrived at parcel shop", "local_transit", "ready_for_pickup"),
        # where it is
        ("", "In transit to the regional sorting centre", "pre_shipment", "origin_transit"),
        ("", "In transit to the regional sorting centre", "arrived_destination", "local_transit"),
        ("", "Item is in Customs", "origin_transit", "export_customs"),
        ("", "Package arrived at port", "export_customs", "awaiting_departure"),
        ("", "Departure from outward office of exchange", "arrived_destination", "international_transit"),
        ("", "Item is in Customs", "international_transit", "import_customs"),
        ("", "Arrived at Sheremetyevo international airport", "international_transit", "arrived_destination"),
        ("", "Arrived at airport", "picked_up", "awaiting_departure"),
        ("", "Received in destination country", "international_transit", "arrived_destination"),
        ("", "Preparing for delivery", "arrived_destination", "local_transit"),
        ("", "배송 준비 중", "arrived_destination", "local_transit"),
        ("", "International Transit, arrived at destination country", "", "arrived_destination"),
        # back, or not
        ("", "Delivered", "returning", "returned"),
        ("", "Parcel was collected by the customer at Kiosk Meier on Monday", "returning", "delivered"),
        ("Delivered", "The parcel has been handed over to the sender", "out_for_delivery", "returned"),
        ("", "Please collect within 7 days or it will be returned", "local_transit", "ready_for_pickup"),
        ("", "Collect it by Friday, otherwise it will be sent back", "local_transit", "ready_for_pickup"),
        ("", "Заберите до 5 мая, иначе отправление будет возвращено", "local_transit", "ready_for_pickup"),
        ("", "请于5月5日前取件，否则将退回寄件人", "local_transit", "ready_for_pickup"),
        ("", "מעבר דרך מדינה אחרת", "international_transit", "international_transit"),
        ("", "Please pay the duty, otherwise it will be returned", "import_customs", "duties_due"),
        # taken from a shop by whom
        ("", "Die Sendung wurde von Hermes im PaketShop abgeholt.", "picked_up", "picked_up"),
        ("", "Ihre Sendung wurde im Servicepoint Nord abgeholt", "picked_up", "picked_up"),
        ("", "Collected from the ParcelShop by Evri", "info_received", "picked_up"),
        ("", "Ihre Sendung wurde aus der DHL Packstation abgeholt", "ready_for_pickup", "delivered"),
        # the place in front, and the same in two languages
        ("", "[美国] 到达处理中心,来自中国 郑州", "international_transit", "arrived_destination"),
        ("", "[Lisboa] Arrived", "international_transit", "arrived_destination"),
        ("", "Arrived", "international_transit", "update"),
        ("", "[Shenzhen] Update", "picked_up", "update"),
        ("", "已签收,其他：中心商店,投递员:朱明", "out_for_delivery", "delivered"),
        ("PORTUGAL", "Arrived at facility", "international_transit", "arrived_destination"),
        ("", "Objekti u dorezua / Deliver item (Inb)", "local_transit", "delivered"),
        ("", "RTO/DTO Delivered", "returning", "returned"),
        ("", "Item out for delivery to seller", "returning", "returning"),
        ("", "Item Return To Seller Delivered", "returning", "returned"),
        ("", "逾期未取，退回賣家", "ready_for_pickup", "returning"),
        ("", "Delivered neighbour depot", "local_transit", "local_transit"),
        ("", "Die Sendung wurde zurückgestellt.", "local_transit", "exception"),
        ("", "Die Sendung wird zurückgesandt.", "local_transit", "returning"),
        ("", "Zásilka byla doručena na místo určení.", "local_transit", "ready_for_pickup"),
        ("", "Desbloqueado", "", "update"),
    ],
)
def test_it_is_read_as(name: str, description: str, reached: str, expected: str) -> None:
    found = stages.read(name, description, "", Stage(reached) if reached else None)
    assert str(found.stage) == expected, found


def test_cleared_customs_are_told_from_customs_under_way() -> None:
    assert stages.clears_customs(stages.read("", "Import customs clearance complete").rule)
    assert not stages.clears_customs(stages.read("", "Import customs clearance started").rule)


def test_whole_histories_are_followed_and_none_is_falsely_delivered() -> None:
    judged = [
        (wanted, stage)
        for _, scans in histories()
        for (wanted, _, _), stage in zip(scans, follow(scans), strict=True)
    ]
    assert not [one for one in judged if one[1] is Stage.DELIVERED and Stage.DELIVERED not in one[0]]
    assert sum(stage in wanted for wanted, stage in judged) >= 0.93 * len(judged)
