"""The country that a parcel leaves: found in its first scans, and what it changes."""

from __future__ import annotations

import pytest

from bot import stages
from bot.model import Stage
from bot.stages import sides
from bot.stages.sides import Side
from tests.timelines import Follower, node, parcel

PRE, TAKEN = Stage.INFO_RECEIVED, Stage.PICKED_UP


@pytest.mark.parametrize(
    ("name", "description", "reached", "home"),
    [
        ("Picked up", "[DONGGUAN CN]", PRE, {"CN"}),
        ("", "Shipment picked up at AMSTERDAM-NLD", PRE, {"NL"}),
        ("", "Processed at KARACHI - PAKISTAN", TAKEN, {"PK"}),
        ("Arrived at FedEx location", "[CONKLIN, NY]", TAKEN, {"US"}),
        (
            "Arrived at FedEx location",
            "[CONKLIN, NY]",
            PRE,
            set(),
        ),  # of a parcel from China, it may be the first scan
        ("", "[Aschheim, Deutschland] Die Sendung wurde im Start-Paketzentrum bearbeitet.", PRE, {"DE"}),
        ("", "[Madrid, España] Admitido en origen", PRE, {"ES"}),
        ("", "[Warszawa] Przesyłka przyjęta od nadawcy", PRE, {"PL"}),
        ("USPS in possession of item", "[JAMAICA, NY]", PRE, {"US"}),
        ("Picked up", "[SAN DIEGO, CA]", PRE, {"CA", "US"}),  # California or Canada
        ("Accepted by carrier", "", PRE, set()),
        ("", "Shipment information received [Berlin, DE]", PRE, set()),
        ("", "Arrived at destination country, FRANCE", TAKEN, set()),
        ("", "[Frankfurt] Import customs clearance started", TAKEN, set()),
        ("", "[ISC NEW YORK NY(USPS)] Processed Through Facility", PRE, set()),
        ("", "Processed at KARACHI - PAKISTAN", Stage.ORIGIN_TRANSIT, set()),
        ("", "Departed Hong Kong for London", TAKEN, {"CN"}),
        ("", "Processed, London / Paris", TAKEN, set()),
    ],
)
def test_one_of_the_first_scans_tells_where_a_parcel_comes_from(
    name: str, description: str, reached: Stage, home: set[str]
) -> None:
    assert stages.home_of(name, description, reached) == home


@pytest.mark.parametrize(
    ("text", "home", "stage"),
    [
        ("Arrived at Sort Facility CINCINNATI HUB, OH-USA", "US", Stage.ORIGIN_TRANSIT),
        ("Arrived at Sort Facility CINCINNATI HUB, OH-USA", "", Stage.ARRIVED_DESTINATION),
        ("Processed at LONDON-HEATHROW - UNITED KINGDOM", "GB", Stage.ORIGIN_TRANSIT),
        ("Processed at LONDON-HEATHROW - UNITED KINGDOM", "EG", Stage.ARRIVED_DESTINATION),
        ("[Shenzhen] Arrived at sorting center", "DE", Stage.ARRIVED_DESTINATION),
        ("[Hong Kong] Arrived at sorting center", "CN", Stage.ORIGIN_TRANSIT),
        ("[Köln] Das Paket ist in der Sortieranlage eingetroffen", "DE", Stage.ORIGIN_TRANSIT),
        ("Arrived at Sort Facility LEIPZIG - GERMANY", "CN", Stage.INTERNATIONAL_TRANSIT),
        ("Llegada al centro de clasificación de Madrid", "ES", Stage.ORIGIN_TRANSIT),
    ],
)
def test_a_place_is_near_or_far_from_there(text: str, home: str, stage: Stage) -> None:
    found = stages.read("", text, "", Stage.ORIGIN_TRANSIT, home=frozenset({home} - {""}))
    assert found.stage is stage


def test_a_hub_of_parcels_from_china_tells_no_side_but_does_for_others() -> None:
    where = "[Singapore, SG] Processed", ("en",)
    assert sides.named(*where, frozenset()) is None
    assert sides.named(*where, frozenset({"CN"})) is None
    assert sides.named(*where, frozenset({"DE"})) is Side.FAR
    assert sides.named(*where, frozenset({"SG"})) is Side.NEAR


@pytest.mark.parametrize(
    "text",
    [
        "荷物がアイルランドに到着しました",
        "พัสดุถึงประเทศตุรกีแล้ว",
        "包裹已到達俄羅斯",
        "Przesyłka dotarła do Hiszpanii",
    ],
)
def test_countries_are_known_in_every_script(text: str) -> None:
    assert stages.read("", text, "", Stage.INTERNATIONAL_TRANSIT).stage is Stage.ARRIVED_DESTINATION


def _followed(*texts: str, hours: float = 8) -> list[Stage]:
    follower, nodes, found = Follower(), [], []
    for index, text in enumerate(texts):
        nodes.append(node(index * hours, text))
        found.append(follower.look(index * hours, parcel(*nodes)).order.parcels[0].stage)
    return found


def test_a_parcel_from_pakistan() -> None:
    assert _followed(
        "Shipment picked up",
        "Processed at KARACHI - PAKISTAN",
        "Departed Facility in KARACHI - PAKISTAN",
        "Arrived at Sort Facility BRUSSELS - BELGIUM",
        "Arrived at Sort Facility NEW YORK CITY GATEWAY - USA",
        "Clearance processing complete at NEW YORK CITY GATEWAY - USA",
        "Arrived at Delivery Facility in NEW YORK - USA",
    ) == [
        Stage.PICKED_UP,
        Stage.ORIGIN_TRANSIT,
        Stage.ORIGIN_TRANSIT,
        Stage.INTERNATIONAL_TRANSIT,
        Stage.ARRIVED_DESTINATION,
        Stage.IMPORT_CUSTOMS,
        Stage.LOCAL_TRANSIT,
    ]


def test_a_parcel_within_germany() -> None:
    assert _followed(
        "Die Auftragsdaten zu dieser Sendung wurden elektronisch übermittelt.",
        "[Bremen, Deutschland] Die Sendung wurde im Start-Paketzentrum bearbeitet.",
        "[Neuwied, Deutschland] Die Sendung wurde im Ziel-Paketzentrum bearbeitet.",
    ) == [Stage.INFO_RECEIVED, Stage.ORIGIN_TRANSIT, Stage.LOCAL_TRANSIT]


def test_a_scan_long_after_the_pickup_may_be_abroad() -> None:
    scans = "Shipment picked up", "[Budapest] Arrived at sorting center"
    assert _followed(*scans)[-1] is Stage.ORIGIN_TRANSIT
    assert _followed(*scans, hours=24 * 12)[-1] is Stage.LOCAL_TRANSIT


def test_announced_clearance_does_not_carry_a_parcel_over_the_border() -> None:
    assert _followed(
        "Accepted by carrier", "Import customs clearance started", "Arrived at sorting center"
    ) == [
        Stage.PICKED_UP,
        Stage.PICKED_UP,
        Stage.ORIGIN_TRANSIT,
    ]
