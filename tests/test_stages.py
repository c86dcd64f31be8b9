"""Reading node texts: labelled field data, paraphrases in many languages, never a false "delivered"."""

from __future__ import annotations

import json
from typing import TypedDict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import stages
from bot.model import Stage
from bot.stages import concepts
from bot.stages.codes import CODES
from bot.stages.fold import letters
from bot.stages.rules import RULES
from bot.stages.statement import PLACES
from tests.data import HERE, texts


class Labelled(TypedDict):
    code: str
    name: str
    desc: str
    lang: str
    stage: str
    source: str


LABELLED: list[Labelled] = json.loads((HERE / "node_names.json").read_text(encoding="utf-8"))
NOT_DELIVERED = [text for _, text in texts("wordings.txt", "not delivered")]


def test_at_least_97_percent_of_the_labelled_names_are_read_right() -> None:
    wrong = [x for x in LABELLED if stages.read(x["name"], x["desc"], x["code"]).stage != x["stage"]]
    assert len(wrong) <= 0.03 * len(LABELLED), wrong


def test_most_names_are_read_right_by_their_words_alone() -> None:
    spoken = [x for x in LABELLED if x["name"] or x["desc"]]
    wrong = [x for x in spoken if stages.read(x["name"], x["desc"]).stage != x["stage"]]
    assert len(wrong) <= 0.04 * len(spoken), wrong


@pytest.mark.parametrize("coded", [True, False], ids=["with code", "words alone"])
def test_nothing_labelled_otherwise_is_ever_read_as_delivered(coded: bool) -> None:
    for x in LABELLED:
        if x["stage"] != "delivered":
            assert stages.read(x["name"], x["desc"], x["code"] if coded else "").stage != "delivered", x


@pytest.mark.parametrize("part", ["field", "carriers", "others"])
def test_wordings_from_the_field(part: str) -> None:
    read = [(stage, text, stages.read("", text)) for stage, text in texts("wordings.txt", part)]
    assert len(read) > 250
    assert [one for one in read if one[0] != one[2].stage] == []


def test_what_sounds_like_delivered_and_is_not() -> None:
    for text in NOT_DELIVERED:
        for shown in (text, text.upper(), f"  {text}. ", f"[Hub 3] {text}", f"Carrier note: {text}"):
            assert stages.read("", shown).stage is not Stage.DELIVERED, shown
            assert stages.read("Delivery update", shown).stage is not Stage.DELIVERED, shown


def test_a_doubtful_description_beats_a_name_that_delivers() -> None:
    for text in NOT_DELIVERED:
        reading = stages.read("", text)
        guessed = reading.rule.startswith("similar.")
        if not guessed and reading.stage not in {Stage.UPDATE, Stage.IMPORT_CUSTOMS, Stage.EXPORT_CUSTOMS}:
            assert stages.read("Package delivered", text).stage is reading.stage, text


def test_the_description_decides_and_then_the_name() -> None:
    assert stages.read("Delivery update", "Package delivered").stage is Stage.DELIVERED
    assert (
        stages.read("Delivery update", "Your package arrived at local Facility.").stage is Stage.LOCAL_TRANSIT
    )
    assert stages.read("Collected by carrier", "").stage is Stage.PICKED_UP
    assert stages.read("Package delivered", "SZX 4471").stage is Stage.DELIVERED


def test_a_generic_heading_alone_is_an_update_that_some_rule_knows() -> None:
    for heading in ("Delivery update", "Shipping update", "Carrier update", "In transit"):
        reading = stages.read(heading, "")
        assert reading.stage is Stage.UPDATE
        assert reading.known


def test_a_text_that_no_rule_knows_is_an_unknown_update() -> None:
    for text in ("", "Quux frobnicated", "preMainCode:SINOA00241668IL", "🙂", "12345"):
        assert stages.read("", text) == stages.Reading(stage=Stage.UPDATE)


def test_the_place_in_brackets_is_taken_out_of_the_text() -> None:
    assert stages.read("", "[Shatian Town] Processing at sorting center").place == "Shatian Town"
    assert stages.read("", "【深圳市】已揽收").place == "深圳市"
    assert stages.read("", "[DELIVERED]").place == ""


def test_which_side_of_the_border_is_settled_by_the_journey_so_far() -> None:
    def read(text: str, reached: Stage) -> Stage:
        return stages.read("", text, "", reached).stage

    assert read("Arrived at sorting center", Stage.PICKED_UP) is Stage.ORIGIN_TRANSIT
    assert read("Arrived at sorting center", Stage.IMPORT_CUSTOMS) is Stage.LOCAL_TRANSIT
    assert read("Departed from facility", Stage.PICKED_UP) is Stage.ORIGIN_TRANSIT
    assert read("Departed from facility", Stage.ARRIVED_DESTINATION) is Stage.LOCAL_TRANSIT
    assert read("Clearing customs", Stage.ORIGIN_TRANSIT) is Stage.EXPORT_CUSTOMS
    assert read("Clearing customs", Stage.INTERNATIONAL_TRANSIT) is Stage.IMPORT_CUSTOMS
    assert read("Awaiting pickup", Stage.PREPARING) is Stage.PREPARING
    assert read("Awaiting pickup", Stage.LOCAL_TRANSIT) is Stage.READY_FOR_PICKUP


def test_a_code_as_name_is_read_as_a_code() -> None:
    assert stages.read("GTMS_STA_SIGNED", "").stage is Stage.READY_FOR_PICKUP
    assert stages.read("GTMS_SIGNED", "").stage is Stage.DELIVERED
    assert stages.read("GTMS_SIGNED", "Delivered to pick-up point").stage is Stage.READY_FOR_PICKUP
    assert stages.read("NEW_STRANGE_CODE", "").stage is Stage.UPDATE


@pytest.mark.parametrize(
    "text",
    [
        "Issued by the system",
        "Household goods",
        "Thank you for your patience",
        "The parcel goes on its way",
    ],
)
def test_weak_words_do_not_scare(text: str) -> None:
    reading = stages.read("", text)
    assert reading.stage not in {Stage.EXCEPTION, Stage.FAILED_ATTEMPT, Stage.DUTIES_DUE}


def test_a_return_that_is_only_threatened_is_none() -> None:
    text = "Package available for collection. It will be returned to the sender if not collected."
    assert stages.read("", text).stage is Stage.READY_FOR_PICKUP


@settings(deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_reading_never_raises_and_folding_is_idempotent(name: str, description: str) -> None:
    reading = stages.read(name, description)
    assert isinstance(reading.stage, Stage)
    assert letters(letters(name)) == letters(name)


@settings(deadline=None)
@given(
    st.sampled_from([text for _, text in texts("wordings.txt", "field")]),
    st.sampled_from(["", " ", ".", "!", "  "]),
)
def test_case_and_stops_change_nothing(text: str, tail: str) -> None:
    assert stages.read("", text + tail).stage is stages.read("", text).stage
    assert stages.read("", text.upper() + tail).stage is stages.read("", text).stage


def test_rules_speak_of_known_concepts_and_have_one_stage_an_id() -> None:
    by_id: dict[str, set[Stage]] = {}
    for rule in RULES:
        assert {c for choice in rule.has for c in choice} | set(rule.lacks) <= concepts.concepts() | PLACES, (
            rule.id
        )
        by_id.setdefault(rule.id, set()).add(rule.stage)
    assert all(len(found) == 1 for found in by_id.values())
    assert len({code.id for code in CODES}) == len(CODES)


@pytest.mark.parametrize("text", ["[Moscow] посылка ещё не вручена", "The parcel has not been delivered yet"])
def test_not_yet_delivered_takes_a_delivery_back_and_is_else_no_attempt(text: str) -> None:
    assert stages.read("", text, reached=Stage.OUT_FOR_DELIVERY).stage is Stage.UPDATE
    assert stages.read("", text, reached=Stage.DELIVERED).stage is Stage.FAILED_ATTEMPT


def test_no_concept_is_spelt_so_that_it_can_match_nothing() -> None:
    for language in concepts.languages():
        for concept in concepts.phrases(language):
            pattern = concepts.pattern(language, concept)
            assert pattern is not None
            assert pattern.search("") is None, (language, concept)


def test_the_version_is_a_stable_digest() -> None:
    assert stages.version() == stages.version()
    assert len(stages.version()) == 16
