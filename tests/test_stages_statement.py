"""The steps from one text to its statement, each with texts or concepts that show every branch."""

from __future__ import annotations

import pytest

from bot.model import Reason, Stage
from bot.stages import lexicon, statement
from bot.stages.lexicon import Lexicon, LexiconEntry, StageMeaning
from bot.stages.rules import MOVING, Rule
from bot.stages.sides import Side
from bot.stages.statement import Precision, Statement, Text

S, P = Stage, Precision


def _text(folded: str = "", *spoken: str, place: str = "", shows: str = "") -> Text:
    """A text in these languages, by default English, that shows these concepts whatever it says."""
    text = Text(folded, folded, spoken or ("en",), place)
    text._known.update(dict.fromkeys(shows.split(), True))
    return text


def test_a_part_keeps_languages_and_place_and_names_places_of_its_own() -> None:
    whole = _text("left shenzhen. arrived at hub", "de", "en", place="Madrid")
    part = whole.part("arrived at hub")
    assert (part.folded, part.spoken, part.side) == ("arrived at hub", ("de", "en"), Side.FAR)
    assert _text("x").part("left shenzhen").side is Side.NEAR
    spanish = Text("", "", ("en",), home=frozenset({"ES"}))
    assert spanish.part("left madrid").side is Side.NEAR


def test_places_that_sound_like_troubles_are_places() -> None:
    assert statement._away("Held at Storm Creek (IN)") == "held at somewhere in"
    assert statement._away("Arrived at the Returns Center") == "arrived at the center"
    assert statement._away("Damaged parcel") == "damaged parcel"


def test_an_entry_that_tells_no_stage_may_say_that_the_parcel_moves() -> None:
    moving = _text(shows="on_the_way")
    for rule, text, named in (
        ("lexicon.update", moving, MOVING),
        ("lexicon.ambiguous", moving, MOVING),
        ("lexicon.update", _text(), "lexicon.update"),
        ("lexicon.delivered", moving, "lexicon.delivered"),
    ):
        assert statement._moving(rule, text) == named


def test_a_place_is_near_or_far_without_words_of_its_own() -> None:
    for place, near, far in (("Madrid", False, True), ("Shenzhen", True, False), ("", False, False)):
        text = _text("arrived", place=place)
        assert (text.shows("near_place"), text.shows("far_place")) == (near, far)
    assert Text("arrived", "arrived", ("en",)).place == ""
    assert _text("sent from germany to spain").shows("abroad")
    assert not _text("arrived in germany").shows("abroad")
    assert _text("shenzhen to madrid").shows("abroad")
    assert _text("sent to spain").shows("abroad")
    assert not Text("sent to spain", "sent to spain", ("en",), home=frozenset({"ES"})).shows("abroad")


def test_a_question_is_a_condition() -> None:
    assert _text("was it delivered?", "en", "any").shows("conditional")
    assert _text("签收了吗", "zh").shows("conditional"), "by its last word"
    assert not _text("it was delivered", "en", "any").shows("conditional")


def test_plain_text_has_no_brackets_and_no_next_stop() -> None:
    assert statement.plain("Arrived at hub (UK) - Next stop BERLIN, Germany") == "arrived at hub uk"
    assert statement.plain("Next stop Berlin") == "next stop berlin"


@pytest.mark.parametrize(
    ("stage", "precision", "shows", "contradicts"),
    [
        *((stage, P.CLEAR, "", True) for stage in sorted(statement.STRONG)),
        *((S.DELIVERED, P.CLEAR, shows, True) for shows in ("to_agent", "conditional", "revoked")),
        (S.DELIVERED, P.CLEAR, "negated", False),
        (S.PICKED_UP, P.CLEAR, "carrier", True),
        (S.PICKED_UP, P.CLEAR, "delivered handed", False),
        *((S.INFO_RECEIVED, P.CLEAR, shows, True) for shows in ("delivered", "handed", "done")),
        (S.INFO_RECEIVED, P.CLEAR, "carrier", False),
        (S.LOCAL_TRANSIT, P.SIDED, "handed carrier", True),
        (S.ARRIVED_DESTINATION, P.VAGUE, "handed local_company", True),
        (S.ORIGIN_TRANSIT, P.SIDED, "handed", False),
        (S.ORIGIN_TRANSIT, P.SIDED, "carrier", False),
        (S.EXPORT_CUSTOMS, P.SIDED, "handed carrier", False),
        (S.LOCAL_TRANSIT, P.CLEAR, "", True),
        (S.LOCAL_TRANSIT, P.SIDED, "", False),
        (S.INTERNATIONAL_TRANSIT, P.SIDED, "", True),
        (S.IMPORT_CUSTOMS, P.CLEAR, "", False),
        *(
            (S.UPDATE, P.UNREAD, shows, True)
            for shows in ("returning", "pickup_point", "attempt", "sender_delivered")
        ),
        *((S.UPDATE, P.UNREAD, f"delivered {shows}", True) for shows in ("negated", "future", "doubt")),
        (S.UPDATE, P.UNREAD, "negated future doubt", False),
        (S.UPDATE, P.UNREAD, "delivered handed carrier", False),
    ],
)
def test_what_takes_a_delivery_back(
    stage: Stage, precision: Precision, shows: str, contradicts: bool
) -> None:
    other = Statement(text=_text(shows=shows), stage=stage, precision=precision)
    assert statement.contradicts(other) is contradicts


@pytest.mark.parametrize(
    ("folded", "reached", "stage"),
    [
        ("nobody was at home, left with neighbour, thank you", None, S.DELIVERED),
        ("left with neighbour, nobody was at home", None, None),
        (
            "recipient absent, left with neighbour, ready for pickup at the post office",
            None,
            S.READY_FOR_PICKUP,
        ),
        ("recipient absent, collected from parcel locker", S.READY_FOR_PICKUP, S.DELIVERED),
        ("recipient absent, collected from parcel locker", S.INFO_RECEIVED, None),
        ("delivery attempt made, left with neighbour", None, S.DELIVERED),
        ("package damaged, left with neighbour", None, None),
        ("recipient absent, thank you", None, None),
        ("left with neighbour because nobody was at home", None, S.DELIVERED),
        ("thank you because nobody was at home", None, None),
        ("left with neighbour because nobody was at home because of a feast", None, S.DELIVERED),
        ("if nobody was at home, left with neighbour", None, None),
    ],
)
def test_a_clause_behind_a_cause_tells_how_it_ended(
    folded: str, reached: Stage | None, stage: Stage | None
) -> None:
    found = statement._outcome(_text(folded), [], reached)
    assert (found.stage if found is not None else None) is stage


def test_a_clause_is_asked_for_only_where_a_delivery_was_tried_or_led_elsewhere() -> None:
    for shows in ("absent", "attempt", "address_change", "notice_card"):
        found = statement._outcome(_text("thanks, package delivered", shows=shows), [], None)
        assert found is not None
        assert found.stage is S.DELIVERED
        assert statement._outcome(_text("package delivered", shows=shows), [], None) is None, "no clause"
    assert statement._outcome(_text("thanks, package delivered"), [], None) is None


def test_the_last_sentence_that_nothing_takes_back_is_the_outcome() -> None:
    def said(stage: Stage, shows: str = "") -> Statement:
        return Statement(text=_text(shows=shows), stage=stage, precision=P.CLEAR)

    delivered, waiting, cause = said(S.DELIVERED), said(S.READY_FOR_PICKUP), said(S.EXCEPTION)
    assert statement._outcome(_text(), [delivered, cause, waiting, cause], None) is waiting
    assert statement._outcome(_text(), [cause, delivered], None) is delivered
    assert statement._outcome(_text(), [delivered, said(S.RETURNING)], None) is None
    assert statement._outcome(_text(), [cause], None) is None
    for before, doubted in ((said(S.RETURNING), True), (cause, False), (said(S.UPDATE, "conditional"), True)):
        assert statement._doubted(delivered, [before, delivered]) is doubted


def _taught(monkeypatch: pytest.MonkeyPatch, name: str, *entries: tuple[str, StageMeaning]) -> None:
    found = Lexicon(
        LexiconEntry(text=text, meaning=meaning, line=f"x.txt:{i}")
        for i, (text, meaning) in enumerate(entries)
    )
    monkeypatch.setattr(lexicon, name, lambda: found)


SIDED = StageMeaning(stage=S.ORIGIN_TRANSIT, far=S.LOCAL_TRANSIT, reason=Reason.WEATHER)
CUSTOMS = StageMeaning(stage=S.IMPORT_CUSTOMS)


def test_an_entry_counts_before_the_rules_unless_it_tells_no_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = ("package delivered", SIDED), ("arrived at facility", StageMeaning(stage=S.UPDATE))
    _taught(monkeypatch, "taught", *entries)
    delivered, arrived = _text("package delivered"), _text("arrived at facility")
    assert statement._alone(delivered, None).stage is S.ORIGIN_TRANSIT
    assert statement._alone(delivered, S.ARRIVED_DESTINATION).stage is S.LOCAL_TRANSIT
    assert statement._alone(arrived, S.ARRIVED_DESTINATION).stage is S.LOCAL_TRANSIT
    assert statement._alone(arrived, S.PICKED_UP).stage is S.ORIGIN_TRANSIT
    assert statement._alone(arrived, S.PICKED_UP).text is arrived


@pytest.mark.parametrize(
    ("folded", "place", "reached", "expected"),
    [
        ("zorped", "", None, (S.ORIGIN_TRANSIT, Reason.WEATHER, "lexicon.origin_transit", P.SIDED)),
        (
            "zorped",
            "",
            S.ARRIVED_DESTINATION,
            (S.LOCAL_TRANSIT, Reason.WEATHER, "lexicon.local_transit", P.SIDED),
        ),
        ("zorped", "Madrid", None, (S.LOCAL_TRANSIT, Reason.WEATHER, "lexicon.local_transit", P.SIDED)),
        ("zorped in madrid", "", None, (S.LOCAL_TRANSIT, Reason.WEATHER, "lexicon.local_transit", P.SIDED)),
        (
            "zorped in shenzhen",
            "",
            S.ARRIVED_DESTINATION,
            (S.ORIGIN_TRANSIT, Reason.WEATHER, "lexicon.origin_transit", P.SIDED),
        ),
        ("waffled", "", None, (S.UPDATE, Reason.NONE, "lexicon.update", P.NO_STAGE)),
        ("yipped", "", None, (S.PICKED_UP, Reason.NONE, "lexicon.picked_up", P.VAGUE)),
        ("flumped", "", None, (S.IMPORT_CUSTOMS, Reason.NONE, "lexicon.import_customs", P.CLEAR)),
        ("flumped", "Madrid", None, (S.IMPORT_CUSTOMS, Reason.NONE, "import.there", P.CLEAR)),
        ("flumped in madrid", "", None, (S.IMPORT_CUSTOMS, Reason.NONE, "import.there", P.CLEAR)),
        ("flumped in shenzhen", "", None, (S.IMPORT_CUSTOMS, Reason.NONE, "lexicon.import_customs", P.CLEAR)),
        (
            *("flumped in madrid", "", S.PICKED_UP),
            (S.IMPORT_CUSTOMS, Reason.NONE, "lexicon.import_customs", P.CLEAR),
        ),
        ("plucked", "Madrid", S.PREPARING, (S.PICKED_UP, Reason.NONE, "lexicon.picked_up", P.VAGUE)),
        ("plucked", "Madrid", S.PICKED_UP, (S.LOCAL_TRANSIT, Reason.NONE, "lexicon.local_transit", P.SIDED)),
    ],
)
def test_an_entry_s_side_is_that_of_the_places_named(
    monkeypatch: pytest.MonkeyPatch,
    folded: str,
    place: str,
    reached: Stage | None,
    expected: tuple[Stage, Reason, str, Precision],
) -> None:
    entries = [
        ("waffled", StageMeaning(stage=S.UPDATE)),
        ("yipped", StageMeaning(stage=S.PICKED_UP)),
        ("zorped", SIDED),
        ("zorped in {place}", SIDED),
        ("flumped", CUSTOMS),
        ("plucked", StageMeaning(stage=S.PICKED_UP, far=S.LOCAL_TRANSIT)),
        ("flumped in {place}", CUSTOMS),
    ]
    _taught(monkeypatch, "shared", *entries)
    text = _text(folded, place=place)
    found = statement._by_lexicon(text, reached)
    assert found == Statement(
        text=text, stage=expected[0], reason=expected[1], rule=expected[2], precision=expected[3]
    )


def test_a_placeholder_of_ours_stands_for_people_and_places_only_but_the_merchant_s_for_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = ("zorped to {name}", StageMeaning(stage=S.DELIVERED))
    _taught(monkeypatch, "shared", entry)
    person = statement._by_lexicon(_text("zorped to miller"), None)
    assert person is not None
    assert person.stage is S.DELIVERED
    assert statement._by_lexicon(_text("zorped to the sorting center"), None) is None
    _taught(monkeypatch, "taught", entry)
    assert statement._by_lexicon(_text("zorped to the sorting center"), None) is not None


@pytest.mark.parametrize(
    ("meaning", "shows", "fits"),
    [
        (StageMeaning(stage=S.DELIVERED), "", True),
        (StageMeaning(stage=S.DELIVERED), "sorting", False),
        (StageMeaning(stage=S.DELIVERED), "damaged", True),
        (StageMeaning(stage=S.PICKED_UP, far=S.DELIVERED), "sorting", False),
        (CUSTOMS, "sorting", True),
        (CUSTOMS, "damaged", False),
    ],
)
def test_what_a_placeholder_may_stand_for(meaning: StageMeaning, shows: str, fits: bool) -> None:
    assert statement._fits(meaning, _text(shows=shows)) is fits


def test_a_statement_is_worth_what_its_stage_its_rule_and_its_side_are() -> None:
    assert statement._worth(S.UPDATE, "picked.up", sided=True) is P.NO_STAGE
    assert statement._worth(S.PICKED_UP, "picked.up", sided=True) is P.VAGUE
    assert statement._worth(S.PICKED_UP, "other", sided=True) is P.SIDED
    assert statement._worth(S.PICKED_UP, "other", sided=False) is P.CLEAR


EXPORTED = Rule(id="customs.done", stage=S.EXPORT_CUSTOMS, has=(("done",),), far=S.IMPORT_CUSTOMS)
ANNOUNCED = Rule(id="import.started", stage=S.IMPORT_CUSTOMS, has=(("customs",),))
RULES = (
    Rule(id="never", stage=S.DELIVERED, has=(("done",), ("nothing",))),
    Rule(
        id="not yet", stage=S.DELIVERED, has=(), lacks=("done", "customs", "damaged", "data", "lost", "fee")
    ),
    EXPORTED,
    ANNOUNCED,
    Rule(id="trouble.damaged", stage=S.EXCEPTION, has=(("damaged", "broken"),), reason=Reason.DAMAGED),
    Rule(id="picked.up", stage=S.PICKED_UP, has=(("data",),)),
    Rule(id="export.asked", stage=S.EXPORT_CUSTOMS, has=(("lost",),)),
    Rule(id="duties.none", stage=S.UPDATE, has=(("fee",),)),
)


@pytest.mark.parametrize(
    ("shows", "place", "reached", "expected"),
    [
        ("done", "", None, (S.EXPORT_CUSTOMS, Reason.NONE, "export.done", P.SIDED)),
        ("done", "", S.ARRIVED_DESTINATION, (S.IMPORT_CUSTOMS, Reason.NONE, "customs.done", P.SIDED)),
        ("customs", "", None, (S.IMPORT_CUSTOMS, Reason.NONE, "import.started", P.CLEAR)),
        ("customs", "Madrid", None, (S.IMPORT_CUSTOMS, Reason.NONE, "import.there", P.CLEAR)),
        ("customs", "Madrid", S.PICKED_UP, (S.IMPORT_CUSTOMS, Reason.NONE, "import.started", P.CLEAR)),
        ("damaged", "", None, (S.EXCEPTION, Reason.DAMAGED, "trouble.damaged", P.CLEAR)),
        ("data", "", None, (S.PICKED_UP, Reason.NONE, "picked.up", P.VAGUE)),
        ("lost", "", None, (S.EXPORT_CUSTOMS, Reason.NONE, "export.asked", P.CLEAR)),
        ("fee", "", None, (S.UPDATE, Reason.NONE, "duties.none", P.NO_STAGE)),
        ("damaged modal", "", None, (S.UPDATE, Reason.NONE, "unreal", P.NO_STAGE)),
    ],
)
def test_a_rule_gives_stage_reason_name_and_precision(
    monkeypatch: pytest.MonkeyPatch,
    shows: str,
    place: str,
    reached: Stage | None,
    expected: tuple[Stage, Reason, str, Precision],
) -> None:
    monkeypatch.setattr(statement, "RULES", RULES)
    text = _text(place=place)
    found = statement._by_rules(_text(shows=shows), text, reached)
    assert (found.stage, found.reason, found.rule, found.precision) == expected
    assert found.text is text
    monkeypatch.setattr(statement, "RULES", RULES[:1])
    assert statement._by_rules(_text(shows=shows), text, reached) == Statement(text=text)


@pytest.mark.parametrize(
    ("folded", "stage"),
    [
        ("delivery attempt failed, the parcel may be damaged", S.FAILED_ATTEMPT),
        ("delivery failed: recipient may be absent", S.FAILED_ATTEMPT),
        ("attempted delivery; parcel could be refused", S.FAILED_ATTEMPT),
        ("arrived at hub, may be damaged", S.UPDATE),
        ("delivery attempt failed, it may be returned if nobody is there", S.UPDATE),
        ("the parcel may be delivered, attempt failed", S.UPDATE),
    ],
)
def test_a_failed_attempt_is_one_whatever_may_have_been_its_cause(folded: str, stage: Stage) -> None:
    text, whole = _text(folded, "en", "any"), _text("all of it")
    found = statement._by_rules(text, whole, None)
    assert (found.stage, found.text) == (stage, whole)
    not_yet = _text("the parcel has not been delivered yet, it may be damaged")
    assert statement._by_rules(not_yet, whole, None).stage is S.UPDATE
    assert statement._by_rules(not_yet, whole, S.DELIVERED).stage is S.FAILED_ATTEMPT


@pytest.mark.parametrize(
    ("rule", "side", "reached", "named"),
    [
        ("import.started", Side.FAR, None, "import.there"),
        ("import.started", Side.FAR, Stage.ORIGIN_TRANSIT, "import.there"),
        ("import.started", Side.FAR, Stage.PICKED_UP, "import.started"),
        ("import.started", Side.NEAR, None, "import.started"),
        ("import.started", None, None, "import.started"),
        ("import.done", Side.FAR, None, "import.done"),
    ],
)
def test_import_customs_beyond_the_border_is_there(
    rule: str, side: Side | None, reached: Stage | None, named: str
) -> None:
    assert statement._there(rule, side, reached) == named


@pytest.mark.parametrize(
    ("name", "stage", "shows", "unreal"),
    [
        ("x", S.FAILED_ATTEMPT, "conditional future_hard", True),
        ("x", S.FAILED_ATTEMPT, "conditional", False),
        ("x", S.FAILED_ATTEMPT, "future_hard", False),
        ("x", S.DELIVERED, "conditional future_hard", False),
        ("x", S.DELIVERED, "modal", True),
        ("x", S.DELIVERED, "modal must_pay", True),
        ("x", S.DUTIES_DUE, "modal", True),
        ("x", S.DUTIES_DUE, "modal must_pay", False),
        ("x", S.LOCAL_TRANSIT, "modal", False),
        ("import.started", S.IMPORT_CUSTOMS, "modal", True),
        ("import.started", S.IMPORT_CUSTOMS, "", False),
        ("x", S.LOCAL_TRANSIT, "question", True),
    ],
)
def test_what_may_happen_has_not(name: str, stage: Stage, shows: str, unreal: bool) -> None:
    assert statement._unreal(Rule(id=name, stage=stage, has=()), _text(shows=shows)) is unreal


def test_a_condition_counts_where_the_text_begins_with_it() -> None:
    returned, arrived = Rule(id="x", stage=S.RETURNED, has=()), Rule(id="x", stage=S.LOCAL_TRANSIT, has=())
    if_so = _text("if nobody takes it, the parcel goes back")
    assert statement._unreal(returned, if_so)
    assert statement._unreal(Rule(id="x", stage=S.READY_FOR_PICKUP, has=()), if_so)
    assert not statement._unreal(arrived, if_so)
    assert not statement._unreal(returned, _text("the parcel goes back if nobody takes it"))


def test_sentences_about_what_may_happen_are_left_out() -> None:
    condition = "if you are not at home, it will be returned"
    text = _text(f"arrived at hub. {condition}. out for delivery")
    assert statement._unconditional(text).folded == "arrived at hub. out for delivery"
    assert statement._unconditional(_text(f"arrived at hub. {condition}")).folded == "arrived at hub."
    for whole in (_text(condition), _text(f"{condition}. {condition}")):
        assert statement._unconditional(whole) is whole


@pytest.mark.parametrize(
    ("folded", "sentences"),
    [
        ("left with mr. smith?", ["left with mr. smith?"]),
        ("left with mr. john smith?", ["left with mr. john smith?"]),
        ("left with mr. john q smith?", ["left with mr.", "john q smith?"]),
        ("left with mr. smith", ["left with mr.", "smith"]),
        ("left it there. smith?", ["left it there.", "smith?"]),
        ("no. where?", ["no. where?"]),
        ("arrived! left with dr. wu? signed", ["arrived!", "left with dr. wu?", "signed"]),
        ("arrived at hub", ["arrived at hub"]),
    ],
)
def test_a_question_behind_an_abbreviation_belongs_to_it(folded: str, sentences: list[str]) -> None:
    assert statement._sentences(_text(folded, "en", "any")) == sentences


def _sided(rule: Rule, folded: str, reached: Stage | None, *spoken: str) -> Stage:
    return statement._sided(rule, _text(folded, *(spoken or ("en",))), reached)


def test_the_side_of_a_rule() -> None:
    both = Rule(id="x", stage=S.UPDATE, has=(), near=S.ORIGIN_TRANSIT, far=S.LOCAL_TRANSIT)
    assert _sided(both, "in madrid", S.PICKED_UP) is S.LOCAL_TRANSIT
    assert _sided(both, "in shenzhen", S.ARRIVED_DESTINATION) is S.ORIGIN_TRANSIT
    assert _sided(both, "", None) is S.UPDATE
    assert _sided(both, "", S.RETURNING) is S.UPDATE
    assert _sided(both, "", S.ARRIVED_DESTINATION) is S.LOCAL_TRANSIT
    assert _sided(both, "", S.INTERNATIONAL_TRANSIT) is S.UPDATE
    assert _sided(both, "", S.AWAITING_DEPARTURE) is S.ORIGIN_TRANSIT
    assert _sided(both, "", S.INFO_RECEIVED) is S.ORIGIN_TRANSIT
    assert _sided(both, "", S.PRE_SHIPMENT) is S.UPDATE
    assert _sided(both, "", S.PICKED_UP, "de") is S.UPDATE
    plain = Rule(id="x", stage=S.EXCEPTION, has=())
    assert _sided(plain, "in madrid", S.ARRIVED_DESTINATION) is S.EXCEPTION
    near = Rule(id="x", stage=S.EXCEPTION, has=(), near=S.ORIGIN_TRANSIT)
    assert _sided(near, "in madrid", None) is S.EXCEPTION
    assert _sided(near, "in shenzhen", None) is S.ORIGIN_TRANSIT
    far = Rule(id="x", stage=S.EXCEPTION, has=(), far=S.LOCAL_TRANSIT)
    assert _sided(far, "in madrid", None) is S.LOCAL_TRANSIT
    assert _sided(far, "in shenzhen", None) is S.EXCEPTION
    taken = Rule(id="x", stage=S.PICKED_UP, has=(), far=S.LOCAL_TRANSIT)
    assert _sided(taken, "in madrid", S.PREPARING) is S.PICKED_UP
    assert _sided(taken, "in madrid", S.PICKED_UP) is S.LOCAL_TRANSIT
    collected = Rule(id="x", stage=S.PICKED_UP, has=(), far=S.DELIVERED, far_from=S.READY_FOR_PICKUP)
    assert _sided(collected, "in madrid", S.INFO_RECEIVED) is S.PICKED_UP
    assert _sided(collected, "in shenzhen", S.READY_FOR_PICKUP) is S.DELIVERED
    after = Rule(id="x", stage=S.UPDATE, has=(), far=S.LOCAL_TRANSIT, far_from=S.DELIVERED)
    assert _sided(after, "in madrid", S.PICKED_UP) is S.UPDATE


@pytest.mark.parametrize(
    ("shows", "reached", "stage"),
    [
        ("arrived", S.ORIGIN_TRANSIT, S.ARRIVED_DESTINATION),
        ("processed", S.IMPORT_CUSTOMS, S.LOCAL_TRANSIT),
        ("processed", S.INTERNATIONAL_TRANSIT, S.ARRIVED_DESTINATION),
        ("departed", S.INTERNATIONAL_TRANSIT, S.LOCAL_TRANSIT),
        ("arrived local", S.INTERNATIONAL_TRANSIT, S.LOCAL_TRANSIT),
        ("arrived", S.ARRIVED_DESTINATION, S.LOCAL_TRANSIT),
        ("arrived", S.LOCAL_TRANSIT, S.LOCAL_TRANSIT),
        ("arrived", S.PICKED_UP, S.LOCAL_TRANSIT),
        ("arrived transport_hub", S.PICKED_UP, S.ARRIVED_DESTINATION),
        ("arrived transport_hub", S.PRE_SHIPMENT, S.ARRIVED_DESTINATION),
        ("arrived transport_hub", S.EXCEPTION, S.LOCAL_TRANSIT),
        ("arrived transport_hub", None, S.LOCAL_TRANSIT),
    ],
)
def test_the_first_scan_beyond_the_border_tells_of_the_arrival(
    shows: str, reached: Stage | None, stage: Stage
) -> None:
    text = _text("in madrid", shows=shows)
    assert statement._landed(S.LOCAL_TRANSIT, text, Side.FAR, reached) is stage
    assert statement._landed(S.LOCAL_TRANSIT, text, Side.NEAR, reached) is S.LOCAL_TRANSIT
    assert statement._landed(S.LOCAL_TRANSIT, text, None, reached) is S.LOCAL_TRANSIT
    assert statement._landed(S.OUT_FOR_DELIVERY, text, Side.FAR, reached) is S.OUT_FOR_DELIVERY
    both = Rule(id="x", stage=S.UPDATE, has=(), near=S.ORIGIN_TRANSIT, far=S.LOCAL_TRANSIT)
    assert statement._sided(both, text, reached) is stage


def test_a_hub_of_express_carriers_is_a_stop_on_the_way() -> None:
    for text in (
        _text("arrived at leipzig", shows="arrived"),
        _text("arrived", place="Leipzig", shows="arrived"),
    ):
        assert statement._landed(S.LOCAL_TRANSIT, text, Side.FAR, S.ORIGIN_TRANSIT) is S.INTERNATIONAL_TRANSIT
        assert statement._landed(S.LOCAL_TRANSIT, text, Side.FAR, S.LOCAL_TRANSIT) is S.LOCAL_TRANSIT


def test_the_first_rung_is_a_rung() -> None:
    early = Rule(id="x", stage=S.UPDATE, has=(), near=S.PREPARING, near_from=S.PRE_SHIPMENT)
    assert _sided(early, "", S.PRE_SHIPMENT) is S.PREPARING
    only = Rule(
        id="x", stage=S.UPDATE, has=(), near=S.PREPARING, near_from=S.PRE_SHIPMENT, near_to=S.PRE_SHIPMENT
    )
    assert _sided(only, "", S.INFO_RECEIVED) is S.UPDATE
    always = Rule(id="x", stage=S.UPDATE, has=(), far=S.LOCAL_TRANSIT, far_from=S.PRE_SHIPMENT)
    assert _sided(always, "", S.PRE_SHIPMENT) is S.LOCAL_TRANSIT


def test_a_destination_s_language_speaks_of_the_far_side_once_the_parcel_left_the_seller() -> None:
    for spoken, shows, reached, far in (
        (("de",), "", S.PICKED_UP, True),
        (("de",), "", S.INFO_RECEIVED, False),
        (("de", "en"), "", S.PICKED_UP, False),
        (("zh",), "", S.PICKED_UP, False),
        (("de",), "origin", S.PICKED_UP, False),
    ):
        assert statement._speaks_of_far(_text("", *spoken, shows=shows), reached) is far
    german = Text("", "", ("de",), home=frozenset({"DE"}))
    assert not statement._speaks_of_far(german, S.PICKED_UP), "it is spoken at home, too"
