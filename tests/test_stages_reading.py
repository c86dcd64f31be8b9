"""A node's code, name and description: which of them counts, what the rules of codes mean, where it began."""

from __future__ import annotations

import pytest

from bot import stages
from bot.model import Reason, Stage
from bot.stages import codes, statement
from bot.stages.rules import Rule
from bot.stages.rules.rule import rule
from bot.stages.rules.warehouse import _scan
from bot.stages.statement import Precision, Statement
from tests.test_stages_statement import _text

S, P = Stage, Precision


def _said(stage: Stage, precision: Precision = P.CLEAR, shows: str = "") -> Statement:
    return Statement(text=_text(shows=shows), stage=stage, precision=precision)


@pytest.mark.parametrize(
    ("text", "heading", "counts"),
    [
        (_said(S.UPDATE, P.NO_STAGE), _said(S.UPDATE, P.UNREAD), "text"),
        (_said(S.UPDATE, P.NO_STAGE), _said(S.UPDATE, P.NO_STAGE), "text"),
        (_said(S.UPDATE, P.UNREAD), _said(S.UPDATE, P.NO_STAGE), "heading"),
        (_said(S.UPDATE), _said(S.LOCAL_TRANSIT, P.VAGUE), "heading"),
        (_said(S.UPDATE, shows="attempt"), _said(S.LOCAL_TRANSIT), "heading"),
        (_said(S.UPDATE, shows="attempt"), _said(S.DELIVERED), "text"),
        (_said(S.UPDATE), _said(S.DELIVERED), "heading"),
        (_said(S.PICKED_UP, P.VAGUE), _said(S.UPDATE, P.CLEAR), "text"),
        (_said(S.PICKED_UP, P.VAGUE), _said(S.PICKED_UP, P.CLEAR), "text"),
        (_said(S.RETURNING), _said(S.DELIVERED), "text"),
        (_said(S.IMPORT_CUSTOMS), _said(S.DELIVERED, P.VAGUE), "heading"),
        (_said(S.DELIVERED), _said(S.RETURNING, P.VAGUE), "heading"),
        (_said(S.DELIVERED), _said(S.READY_FOR_PICKUP, P.VAGUE), "heading"),
        (_said(S.DELIVERED, P.VAGUE), _said(S.LOCAL_TRANSIT), "text"),
        (_said(S.LOCAL_TRANSIT), _said(S.READY_FOR_PICKUP, P.VAGUE), "heading"),
        (_said(S.ARRIVED_DESTINATION), _said(S.READY_FOR_PICKUP, P.VAGUE), "heading"),
        (_said(S.ORIGIN_TRANSIT), _said(S.READY_FOR_PICKUP, P.VAGUE), "text"),
        (_said(S.LOCAL_TRANSIT), _said(S.PICKED_UP, P.VAGUE), "text"),
        (_said(S.EXPORT_CUSTOMS), _said(S.IMPORT_CUSTOMS, P.VAGUE, "import"), "heading"),
        (_said(S.IMPORT_CUSTOMS), _said(S.EXPORT_CUSTOMS, P.VAGUE, "export"), "heading"),
        (_said(S.EXPORT_CUSTOMS, shows="export"), _said(S.IMPORT_CUSTOMS, P.VAGUE, "import"), "text"),
        (_said(S.EXPORT_CUSTOMS), _said(S.IMPORT_CUSTOMS, P.VAGUE, "export"), "text"),
        (_said(S.LOCAL_TRANSIT), _said(S.IMPORT_CUSTOMS, P.VAGUE, "import"), "text"),
        (_said(S.EXPORT_CUSTOMS), _said(S.LOCAL_TRANSIT, P.VAGUE, "export"), "text"),
        (_said(S.PICKED_UP, P.VAGUE), _said(S.LOCAL_TRANSIT, P.SIDED), "heading"),
        (_said(S.PICKED_UP, P.SIDED), _said(S.LOCAL_TRANSIT, P.SIDED), "text"),
        (_said(S.PICKED_UP, P.CLEAR), _said(S.LOCAL_TRANSIT, P.SIDED), "text"),
    ],
)
def test_the_description_counts_unless_the_name_is_more_precise(
    text: Statement, heading: Statement, counts: str
) -> None:
    assert stages._weighed(text, heading) is (text if counts == "text" else heading)


@pytest.mark.parametrize(
    ("name", "description", "code", "stage", "place"),
    [
        ("", "[Shatian] Departed from the sorting center", "", S.ORIGIN_TRANSIT, "Shatian"),
        ("[Shatian]", "Departed from the sorting center", "", S.ORIGIN_TRANSIT, "Shatian"),
        ("Departed from the sorting center", "[Shatian]", "", S.ORIGIN_TRANSIT, "Shatian"),
        (" GTMS_SIGNED ", "", "", S.DELIVERED, ""),
        ("", "", "GTMS_SIGNED", S.DELIVERED, ""),
        ("GTMS_SIGNED", "[Madrid] Delivered", "", S.DELIVERED, "Madrid"),
        ("", "On its way back to the sender", "GTMS_SIGNED", S.RETURNING, ""),
        ("", "Customs clearance started", "GTMS_SIGNED", S.IMPORT_CUSTOMS, ""),
        ("", "Delivered", "PU_PICKUP_SUCCESS", S.PICKED_UP, ""),
        ("", "Delivered", "LOST", S.DELIVERED, ""),
        ("", "Quux", "LOST", S.EXCEPTION, ""),
        ("", "Quux", "NO_SUCH_CODE", S.UPDATE, ""),
        ("", "Update Carrier note: Delivered to the neighbour", "", S.DELIVERED, ""),
    ],
)
def test_code_name_and_description_are_read_together(
    name: str, description: str, code: str, stage: Stage, place: str
) -> None:
    reading = stages.read(name, description, code)
    assert (reading.stage, reading.place) == (stage, place)
    if not code:
        assert stages.read(name, description) == reading


def test_only_the_begin_of_a_very_long_text_is_read() -> None:
    assert stages.read("x " * 999, "").stage is S.UPDATE
    for far in (1990, 2001):
        text = " " * far + "Delivered"
        for reading in (stages.read(text, ""), stages.read("", text)):
            assert (reading.stage is S.DELIVERED) is (far + 9 <= 2000)


@pytest.mark.parametrize(
    ("text", "code", "announces", "ends", "clears"),
    [
        ("Import customs clearance started", "", True, False, False),
        ("Customs clearance started", "", True, False, False),
        ("", "CC_IM_START", True, False, False),
        ("Import customs clearance completed", "", False, True, True),
        ("Customs clearance completed", "", False, True, True),
        ("Customs duties paid", "", False, True, True),
        ("", "CC_IM_SUCCESS", False, True, True),
        ("Export customs clearance completed", "", False, False, True),
        ("", "CC_EX_SUCCESS", False, False, True),
        ("Export customs clearance started", "", False, False, False),
        ("Delivered", "", False, False, False),
    ],
)
def test_what_customs_did(text: str, code: str, announces: bool, ends: bool, clears: bool) -> None:
    rule = stages.read("", text, code).rule
    assert rule
    found = stages.announces_import(rule), stages.ends_import(rule), stages.clears_customs(rule)
    assert found == (announces, ends, clears)


def test_what_says_only_that_the_parcel_moves() -> None:
    assert stages.moves(stages.read("", "On the way").rule)
    assert not stages.moves(stages.read("", "Delivered").rule)


def test_the_concepts_of_a_text_are_shown_without_those_of_its_place() -> None:
    found = list(stages.shown("[Airport] Customs cleared"))
    assert {"customs", "done"} <= set(found)
    assert "airport" not in found
    assert found == sorted(found)


def test_words_and_lexicon_can_be_read_in_before_the_first_text() -> None:
    stages.load()


def test_a_code_without_its_prefix_is_the_same_code() -> None:
    for code, known in (
        ("CC_EX_SUCCESS", "code.export_done"),
        ("AE_CC_EX_SUCCESS", "code.export_done"),
        ("AE_GROUP_LH_DEPART", "code.abroad"),
        ("AE_ORDER_SHIPPED", "code.ordered"),
        ("STA_BUYER_SIGN", "code.pickup_collected"),
        ("AE_SIGN", None),
        ("XAE_CC_EX_SUCCESS", None),
        ("", None),
    ):
        found = codes.find(code)
        assert (found and found.id) == known, code


def test_a_name_in_capitals_with_underscores_is_a_code() -> None:
    texts = ("GTMS_SIGNED", "SIGNED", "X9_4", "DELIVERED", "Gtms_Signed", "GTMS_")
    assert [text for text in texts if codes.is_code(text)] == ["GTMS_SIGNED", "SIGNED", "X9_4"]


def test_a_row_of_the_codes() -> None:
    row = codes._rule("lost", S.EXCEPTION, r"\w+_LOST", Reason.LOST, weak=True)
    assert (row.id, row.stage, row.reason, row.weak) == ("code.lost", S.EXCEPTION, Reason.LOST, True)
    assert row.pattern.fullmatch("A_LOST")
    assert not codes._rule("gone", S.EXCEPTION, "GONE").weak


def test_a_row_of_the_rules() -> None:
    row = rule("x", S.EXCEPTION, "customs done|paid", "import started", Reason.CUSTOMS)
    assert (row.id, row.stage, row.reason) == ("x", S.EXCEPTION, Reason.CUSTOMS)
    assert (row.has, row.lacks) == ((("customs",), ("done", "paid")), ("import", "started"))
    assert row == Rule(id="x", stage=S.EXCEPTION, has=row.has, lacks=row.lacks, reason=Reason.CUSTOMS)
    assert rule("x", S.UPDATE, "data").lacks == ()
    sided = rule(
        *("y", S.UPDATE, "data"),
        near=S.PREPARING,
        near_from=S.PRE_SHIPMENT,
        near_to=S.PICKED_UP,
        far=S.DELIVERED,
        far_from=S.OUT_FOR_DELIVERY,
    )
    assert (sided.near, sided.near_from, sided.near_to) == (S.PREPARING, S.PRE_SHIPMENT, S.PICKED_UP)
    assert (sided.far, sided.far_from) == (S.DELIVERED, S.OUT_FOR_DELIVERY)


@pytest.mark.parametrize(
    ("reached", "stage"),
    [
        (S.PREPARING, S.UPDATE),
        (S.PICKED_UP, S.ORIGIN_TRANSIT),
        (S.ORIGIN_TRANSIT, S.ORIGIN_TRANSIT),
        (S.EXPORT_CUSTOMS, S.UPDATE),
        (S.INTERNATIONAL_TRANSIT, S.UPDATE),
        (S.ARRIVED_DESTINATION, S.LOCAL_TRANSIT),
        (S.OUT_FOR_DELIVERY, S.LOCAL_TRANSIT),
    ],
)
def test_a_scan_that_is_only_a_verb_takes_its_side_from_the_journey(
    monkeypatch: pytest.MonkeyPatch, reached: Stage, stage: Stage
) -> None:
    monkeypatch.setattr(statement, "RULES", (_scan("move", "arrived|departed"),))
    found = statement._by_rules(_text(shows="departed"), _text(), reached)
    assert (found.rule, found.stage) == ("move", stage)
    assert not statement._by_rules(_text(shows="departed negated"), _text(), reached).rule
    assert not statement._by_rules(_text(shows="customs"), _text(), reached).rule


@pytest.mark.parametrize(
    ("name", "description", "reached", "home"),
    [
        ("Madrid", "Accepted by carrier", S.EXCEPTION, "ES"),
        ("Accepted by carrier", "Madrid", S.INFO_RECEIVED, "ES"),
        ("", "Accepted by carrier, Madrid", S.PICKED_UP, "ES"),
        ("", "Accepted by carrier, Madrid", S.ORIGIN_TRANSIT, ""),
        ("", "Processed in Madrid, to be delivered", S.PICKED_UP, ""),
        ("", "Local facility, processed in Madrid", S.PICKED_UP, ""),
        ("", "Picked up by courier, Madrid local", S.INFO_RECEIVED, "ES"),
        ("", "Processed at origin local facility, Madrid", S.PICKED_UP, "ES"),
        ("", f"{'x' * 2000}, Madrid", S.PICKED_UP, ""),
        (f"{'x' * 2000}, Madrid", "Picked up", S.INFO_RECEIVED, ""),
    ],
)
def test_where_a_journey_began(name: str, description: str, reached: Stage, home: str) -> None:
    assert stages.home_of(name, description, reached) == frozenset(home.split())
