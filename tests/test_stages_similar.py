"""What no entry and no rule reads, read by the entries that are like it; or not, where that may be untrue."""

from __future__ import annotations

import pytest

from bot import stages
from bot.model import Stage
from bot.stages import lexicon, similar

ENTRIES = """
source: https://example.org/statuses

[out_for_delivery]
Zorbel flims with {name} the courier
Zorbel flims with a rider
Zorbel flims
[delivered]
Grunk shelved
Grunk shelved by {name}
[ready_for_pickup]
Plonk waits
"""


def index(text: str) -> similar.Index:
    return similar.Index(lexicon.parse(text, "test.txt"))


LEARNED = index(ENTRIES)


def test_a_text_means_what_nearly_all_entries_like_it_mean() -> None:
    assert LEARNED.guess("zorbel flims with our courier", None) is Stage.OUT_FOR_DELIVERY
    assert LEARNED.guess("grunk shelved today", None) is Stage.DELIVERED


def test_an_inflected_word_is_like_its_sister() -> None:
    others = "\n".join(f"{letter}{other}" for letter in "αβγδ" for other in "εζηθ")
    greek = index(f"source: x\n\n[exception]\nλαθος διευθυνση παραληπτη\n[picked_up]\n{others}\n")
    assert greek.guess("διευθυνσεις παραληπτη", None) is Stage.EXCEPTION


def test_entries_that_differ_give_no_guess() -> None:
    assert LEARNED.guess("grunk plonk", None) is None
    assert LEARNED.guess("nothing in common", None) is None
    assert LEARNED.guess("", None) is None


def test_an_entry_with_two_sides_means_the_one_where_the_parcel_is() -> None:
    sided = index("source: x\n\n[origin_transit / local_transit]\nVrumm bagged\n")
    assert sided.guess("vrumm bagged twice", Stage.PICKED_UP) is Stage.ORIGIN_TRANSIT
    assert sided.guess("vrumm bagged twice", Stage.ARRIVED_DESTINATION) is Stage.LOCAL_TRANSIT


def test_scripts_without_spaces_are_compared_by_pairs_of_characters() -> None:
    chinese = index("source: x\n\n[failed_attempt]\n配達できず持ち帰り\n[picked_up]\n快递员已上门揽收快递\n")
    assert chinese.guess("持ち帰り", None) is Stage.FAILED_ATTEMPT


@pytest.mark.parametrize(
    ("text", "reached"),
    [
        ("Zorbel", None),
        ("Your parcel will be delivered to a safe place as you instructed", Stage.LOCAL_TRANSIT),
        ("Data de entrega confirmada", Stage.LOCAL_TRANSIT),
        ("Problem solved", Stage.OUT_FOR_DELIVERY),
        ("Colis livré au transitaire", Stage.PICKED_UP),
    ],
)
def test_nothing_is_guessed_that_may_not_be_so(text: str, reached: Stage | None) -> None:
    assert stages.read("", text, "", reached).stage is Stage.UPDATE


@pytest.mark.parametrize(
    "text",
    [
        "INTERNATIONAL DELIVERED WITH SIGNATURE",
        "Отримано покупцем",
        "Evde yoksanız komşuya bırakacağız",
    ],
)
def test_nothing_is_guessed_to_be_delivered(text: str) -> None:
    for reached in (None, Stage.PICKED_UP, Stage.OUT_FOR_DELIVERY):
        assert stages.read("", text, "", reached).rule != "similar.delivered"


def test_a_guess_is_never_behind_what_is_known() -> None:
    for entry in list(lexicon.built_in())[::97]:
        text = f"{lexicon.without_placeholders(entry.text)} xyzzy"
        found = stages.read("", text, "", Stage.LOCAL_TRANSIT)
        if found.rule.startswith("similar."):
            assert not 0 < found.stage.height < Stage.LOCAL_TRANSIT.height, text


def test_anything_said_by_rules_counts_for_more_than_a_guess() -> None:
    assert stages.read("Envío en distribución domiciliaria", "Delivered").stage is Stage.DELIVERED


def test_only_the_beginning_of_a_long_text_is_compared() -> None:
    words = " ".join(
        f"w{letter}{other}" for letter in "abcdefghijklmnopqrst" for other in "abcdefghijklmnopqrst"
    )
    assert LEARNED.guess(f"{words} zorbel flims", None) is None
