"""Places in texts: the countries, cities and airports that a text names, and what they tell of the border."""

from __future__ import annotations

import pytest

from bot import stages
from bot.model import Stage
from bot.stages import sides
from bot.stages.sides import Named, Side

EN, ANY, PL, DE = ("en", "any"), ("any",), ("pl", "any"), ("de", "any")
NEAR, FAR = Side.NEAR, Side.FAR


def _home(countries: str) -> frozenset[str]:
    return frozenset(countries.split())


@pytest.mark.parametrize(
    ("within", "home", "side"),
    [
        ("CN", "", NEAR),
        ("ES", "", FAR),
        ("SG", "", None),
        ("JP KR SG TW", "", None),
        ("SG US", "", FAR),
        ("CN", "HK", NEAR),
        ("SG", "CN DE", None),
        ("DE", "DE", NEAR),
        ("CN", "DE", FAR),
        ("SG", "DE", FAR),
        ("CA US", "US", NEAR),
    ],
)
def test_a_country_is_near_to_or_far_from_home(within: str, home: str, side: Side | None) -> None:
    assert Named(_home(within)).side(_home(home)) is side


@pytest.mark.parametrize(
    ("text", "spoken", "where"),
    [
        ("Arrived in Madrid", EN, "ES"),
        ("in United Arab Emirates", EN, "AE"),
        ("Left Holland", EN, "NL"),
        ("Left Great Britain", EN, "GB"),
        ("Sent to Great Britain", EN, ""),
        ("Holland Park", EN, ""),
        ("在英国分拣中心", ANY, "GB"),
        ("在西班牙分拣中心", ANY, "ES"),
        ("在澳大利亚分拣中心", ANY, "AU"),
        ("到达分拣中心", ANY, ""),
        ("Przesyłka dotarła do Hiszpanii", PL, "ES"),
        ("Przesyłka dotarła do Hiszpanii", EN, ""),
        ("PRZESYŁKA DOTARŁA DO HISZPANII", PL, ""),
        ("dotarła do hiszpanii", PL, ""),
        ("Z urzędu hiszpańskiego, Hiszpańskiego Urzędu", PL, ""),  # Spanish, not Spain
        ("v Irsku", ("cs",), "IE"),
        ("พัสดุถึงประเทศตุรกีแล้ว", ("th",), "TR"),
        ("[Hub, ES]", EN, "ES"),
        ("AMSTERDAM-NLD", EN, "NL"),
        ("[DONGGUAN CN]", EN, "CN"),
        ("Hub, CA", EN, "CA US"),
        ("Arrived at SZX", EN, "CN"),
        ("Arrived at (CAN)", EN, "CN"),
        ("ARRIVED AT SZX", EN, ""),
        ("Jamaica, NY", EN, "US"),
        ("London to Paris", EN, "GB"),
        ("London / Paris", EN, ""),
        ("Frankfurt w Hiszpanii", PL, ""),
        ("z Hiszpanii do Irlandii", PL, ""),
        ("w Hiszpanii 俄羅斯", ("pl", "zh"), ""),
        ("Shenzhen, ES", EN, "ES"),
        ("", EN, ""),
    ],
)
def test_where_a_text_says_that_a_parcel_is(text: str, spoken: tuple[str, ...], where: str) -> None:
    assert sides.whereabouts(text, spoken) == _home(where)


@pytest.mark.parametrize(
    ("text", "home", "side", "without_goals"),
    [
        ("Arrived in Madrid", "", FAR, FAR),
        ("Arrived in Madrid", "ES", NEAR, NEAR),
        ("[Hub, ES]", "ES", NEAR, NEAR),
        ("Departed Shenzhen for London", "", None, NEAR),
        ("Shenzhen to Madrid, ES", "", None, NEAR),
        ("Shenzhen, ES", "", None, None),
        ("Madrid, US", "", FAR, FAR),
        ("Madrid, Singapore", "", FAR, FAR),
        ("Sent to the hub, ES", "", FAR, FAR),
        ("To Madrid, ES", "", FAR, None),
        ("Arrived", "", None, None),
    ],
)
def test_the_side_of_the_places_that_a_text_names(
    text: str, home: str, side: Side | None, without_goals: Side | None
) -> None:
    assert sides.named(text, EN, _home(home)) is side
    assert sides.named(text, EN, _home(home), bound=True) is side
    assert sides.named(text, EN, _home(home), bound=False) is without_goals


@pytest.mark.parametrize(
    ("text", "spoken", "home", "crosses"),
    [
        ("Sent to Spain", EN, "", True),
        ("Sent to the United States of America", EN, "", True),
        ("Sent to Spain", EN, "ES", False),
        ("Sent to Holland", EN, "", True),
        ("Left Great Britain", EN, "", True),
        ("Sent to Madrid", EN, "", False),
        ("In Spain", EN, "", False),
        ("Left Spain", EN, "", True),
        ("Left Madrid", EN, "", False),
        ("Shenzhen to Madrid", EN, "", True),
        ("Shenzhen, Madrid", EN, "", False),
        ("To Shenzhen, to Madrid", EN, "", False),
        ("Madrid to Shenzhen", EN, "", False),
        ("Madrid to Shenzhen", EN, "ES", True),
        ("Nach Spanien", DE, "", True),
        ("Nach der Schweiz", DE, "", True),
        ("Aus Spanien", DE, "", True),
        ("Nach Spanien", EN, "", False),
        ("Spanien, nach Plan", DE, "", False),
    ],
)
def test_what_crosses_a_border(text: str, spoken: tuple[str, ...], home: str, crosses: bool) -> None:
    assert sides.crosses(text, spoken, _home(home)) is crosses


def test_who_speaks_a_language() -> None:
    assert sides.is_spoken("de", _home("CH"))
    assert sides.is_spoken("de", _home("ES CH"))
    assert not sides.is_spoken("es", _home("CH"))
    assert not sides.is_spoken("es", _home("ZZ"))
    assert not sides.is_spoken("es", frozenset())


@pytest.mark.parametrize(
    ("text", "hub"),
    [
        ("LEIPZIG - GERMANY", True),
        ("Köln/Bonn", True),
        ("East Midlands, UK", True),
        ("East of Midlands", False),
        ("Madrid", False),
        ("", False),
    ],
)
def test_where_express_carriers_reload(text: str, hub: bool) -> None:
    assert sides.is_hub(text) is hub


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("Delivered - Dubai", Stage.DELIVERED),
        ("Delivered, Berlin, Germany", Stage.DELIVERED),
        ("Gone to Claims, Bend, OR, US", Stage.EXCEPTION),
        ("2026-11-03 14:20 Gone to Claims - Dubai", Stage.EXCEPTION),
    ],
)
def test_an_entry_in_front_of_a_place(text: str, stage: Stage) -> None:
    found = stages.read("", text, reached=Stage.OUT_FOR_DELIVERY)
    assert (found.stage, found.rule) == (stage, f"lexicon.{stage}")


def test_words_in_front_of_a_place_that_no_entry_knows_are_left_to_the_rules() -> None:
    assert not stages.read("", "Nothing of the kind, Mumbai, India").rule.startswith("lexicon.")
