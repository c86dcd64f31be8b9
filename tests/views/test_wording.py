"""What a card claims is what is known: steps, dates, names and silence."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from markupsafe import Markup

from bot.i18n import Words
from bot.ids import Mistake
from bot.model import (
    Follow,
    Importance,
    Item,
    Localized,
    News,
    NewsKind,
    NodeText,
    Order,
    OrderStatus,
    Parcel,
    Reason,
    Stage,
)
from bot.views import (
    actions,
    card,
    orders,
    pushes,
    receipts,
    refusals,
    replies,
    states,
    summaries,
    timeline,
    wording,
)
from bot.views import buttons as b
from bot.views.actions import Shelf
from tests.views.scenes import (
    ARRIVED,
    DAY,
    FACTS,
    FOLLOW,
    HOUR,
    ID,
    NOW,
    ORDER,
    PARCEL,
    SECOND,
    SHOP,
    TWO,
    estimated,
    news,
    node,
)

EN = Words("en", "Europe/Berlin")


def parcel_with(stage: Stage, *seen: Stage) -> Parcel:
    return replace(PARCEL, stage=stage, nodes=tuple(node(n, n, each, "x") for n, each in enumerate(seen, 1)))


# ── our own estimate ────────────────────────────────────────────────────────────────────────────


def told_of(first: float, last: float, **changed: Any) -> list[str]:
    parcel = replace(estimated(first, last).parcels[0], **changed)
    return [" ".join(line.split()) for line in card.expected(EN, parcel, NOW)]


def test_our_own_estimate_stands_beside_the_promise() -> None:
    assert told_of(3, 6) == [
        "Most likely <b>Nov 26 – 29</b>",
        "AliExpress promised Fri, Nov 27",
    ]


def test_an_estimate_is_never_earlier_than_today() -> None:
    assert told_of(-3, 0, eta=None) == ["Most likely <b>today</b>"]
    assert told_of(-3, 2, eta=None) == ["Most likely <b>Nov 23 – 25</b>"]


@pytest.mark.parametrize(
    "stage", [Stage.READY_FOR_PICKUP, Stage.FAILED_ATTEMPT, Stage.RETURNING, Stage.DELIVERED]
)
def test_a_state_without_a_day_of_delivery_shows_no_estimate(stage: Stage) -> None:
    assert told_of(3, 6, stage=stage) == []


def test_out_for_delivery_is_today_whatever_was_estimated() -> None:
    assert told_of(3, 6, stage=Stage.OUT_FOR_DELIVERY, stage_since=NOW) == ["Expected <b>today</b>"]


@pytest.mark.parametrize(
    ("since", "first", "last", "told"),
    [
        (0.05, 0.1, 0.3, "Most likely <b>today</b>"),
        (0.05, 0.4, 1.2, "Most likely <b>tomorrow</b>"),  # scanned in the evening
        (1.0, -0.3, 0.6, "Most likely <b>today</b>"),  # not delivered yesterday
        (1.0, 0.2, 6.0, "Most likely <b>tomorrow</b>"),
        (3.0, -2.5, -1.1, "Later than usual for this route"),
    ],
)
def test_out_for_delivery_is_today_or_tomorrow_as_past_parcels_came(
    since: float, first: float, last: float, told: str
) -> None:
    order = estimated(first, last)
    (parcel,) = order.parcels
    assert parcel.estimate is not None
    made = replace(parcel.estimate, at=NOW - since * DAY)
    out = replace(parcel, stage=Stage.OUT_FOR_DELIVERY, stage_since=NOW - since * DAY, estimate=made)
    assert card.expected(EN, out, NOW) == [told]


def test_lists_show_the_estimate_and_sort_by_its_end() -> None:
    assert " ".join((wording.arrival(EN, estimated(3, 6), NOW) or "").split()) == "Nov 26 – 29"
    assert wording.arrival(EN, estimated(-1, 1), NOW) == "tomorrow"
    assert wording.arrival(EN, estimated(-6, -2), NOW) == "later than usual"
    assert wording.arrival_day(EN, estimated(3, 6), NOW) == (NOW + 6 * DAY).date()


# ── five steps ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("stage", "step"),
    [
        (Stage.PRE_SHIPMENT, 1),
        (Stage.INFO_RECEIVED, 1),
        (Stage.PREPARING, 1),
        (Stage.PICKED_UP, 2),
        (Stage.ORIGIN_TRANSIT, 2),
        (Stage.EXPORT_CUSTOMS, 2),
        (Stage.AWAITING_DEPARTURE, 2),
        (Stage.INTERNATIONAL_TRANSIT, 3),
        (Stage.ARRIVED_DESTINATION, 4),
        (Stage.IMPORT_CUSTOMS, 4),
        (Stage.LOCAL_TRANSIT, 4),
        (Stage.OUT_FOR_DELIVERY, 4),
        (Stage.READY_FOR_PICKUP, 4),
        (Stage.DELIVERED, 5),
        (Stage.RETURNING, None),
        (Stage.RETURNED, None),
        (Stage.CANCELLED, None),
    ],
)
def test_stages_collapse_to_five_steps(stage: Stage, step: int | None) -> None:
    assert states.step(parcel_with(stage)) == step


def test_beside_the_ladder_the_bar_stays_where_the_journey_was() -> None:
    assert states.step(parcel_with(Stage.EXCEPTION, Stage.INTERNATIONAL_TRANSIT, Stage.PICKED_UP)) == 3
    assert states.step(parcel_with(Stage.EXCEPTION)) == 1
    assert states.step(parcel_with(Stage.FAILED_ATTEMPT)) == 4


def test_customs_announced_beforehand_does_not_move_the_bar() -> None:
    assert states.step(parcel_with(Stage.EXCEPTION, Stage.IMPORT_CUSTOMS, Stage.PICKED_UP)) == 2


def test_a_problem_after_a_delivery_scan_is_not_shown_as_delivered() -> None:
    assert states.step(parcel_with(Stage.EXCEPTION, Stage.DELIVERED, Stage.OUT_FOR_DELIVERY)) == 4


# ── texts ───────────────────────────────────────────────────────────────────────────────────────


def test_a_node_is_told_in_the_readers_language_else_as_the_carrier_wrote_it() -> None:
    newest = PARCEL.nodes[0]
    local = replace(FACTS, texts={newest.seq: NodeText(name="Sortierung", description="In Leipzig")})
    empty = replace(FACTS, texts={newest.seq: NodeText(name=" ", description="\u200e")})
    assert wording.node_text(EN, local, newest) == "In Leipzig"
    assert wording.node_text(EN, empty, newest) == "Arrived at sorting center [Leipzig]"
    assert wording.node_text(EN, FACTS, newest) == "Arrived at sorting center [Leipzig]"


def test_a_node_without_words_is_told_by_its_stage() -> None:
    silent = replace(PARCEL.nodes[0], name="", description="")
    assert wording.node_text(EN, FACTS, silent) == "In transit in the destination country"


def test_a_text_that_no_rule_knows_has_a_neutral_icon() -> None:
    assert states.icon(Stage.UPDATE) not in {
        states.icon(stage) for stage in Stage if stage is not Stage.UPDATE
    }


def test_every_stage_and_status_has_words_of_its_own() -> None:
    assert len({states.stage_name(EN, stage) for stage in Stage}) == len(Stage)
    assert len({states.status_name(EN, status) for status in OrderStatus}) == len(OrderStatus)
    for reason in Reason:
        assert (states.reason_name(EN, reason) is None) is (
            reason in {Reason.NONE, Reason.OTHER, Reason.DELAY}
        )


# ── dates ───────────────────────────────────────────────────────────────────────────────────────


def told(parcel: Parcel) -> list[str]:
    return [str(line) for line in card.expected(EN, parcel, NOW)]


def test_a_promise_kept_is_one_line() -> None:
    assert told(replace(PARCEL, first_eta=PARCEL.eta)) == [
        "Expected by AliExpress: <b>Fri, Nov 27</b>, in 4 days"
    ]


def test_a_promise_moved_is_told_honestly() -> None:
    assert told(PARCEL)[1] == "Originally expected Tue, Nov 24"
    assert told(replace(PARCEL, first_eta=NOW + 9 * DAY))[1] == "Earlier than first promised (Wed, Dec 2)"


def test_a_promise_broken_is_told_in_days() -> None:
    late = replace(PARCEL, eta=NOW - 2 * DAY, first_eta=None)
    assert told(late) == ["Was expected <b>Sat, Nov 21</b>: 2 days late"]


def test_a_promise_for_today_is_not_late_before_midnight() -> None:
    morning = replace(PARCEL, eta=NOW - 3 * HOUR, first_eta=None)
    assert told(morning) == ["Expected by AliExpress: <b>today</b>"]


@pytest.mark.parametrize(
    "stage",
    [
        Stage.DELIVERED,
        Stage.RETURNED,
        Stage.RETURNING,
        Stage.READY_FOR_PICKUP,
        Stage.FAILED_ATTEMPT,
        Stage.CANCELLED,
    ],
)
def test_what_has_come_or_will_not_come_is_not_expected(stage: Stage) -> None:
    assert told(replace(PARCEL, stage=stage)) == []


def test_what_is_out_for_delivery_is_expected_today_whatever_was_promised() -> None:
    out = replace(PARCEL, stage=Stage.OUT_FOR_DELIVERY, stage_since=NOW - HOUR)
    assert told(out) == ["Expected <b>today</b>"]
    assert told(replace(out, stage_since=NOW - 2 * DAY)) == []


def test_a_cancelled_shipment_has_no_date_and_no_bar_and_is_called_cancelled() -> None:
    parcel = replace(PARCEL, stage=Stage.EXCEPTION, reason=Reason.CANCELLED)
    order = replace(ORDER, parcels=(parcel,), stage=parcel.stage, reason=parcel.reason)
    text = card.card(EN, Localized(order=order), FOLLOW, now=NOW).text
    assert "<b>Canceled</b>" in text
    assert "Expected" not in text
    assert "▰" not in text
    assert "problem" not in text


@pytest.mark.parametrize("stage", [Stage.DUTIES_DUE, Stage.ADDRESS_CHANGE, Stage.IMPORT_CUSTOMS])
def test_a_reason_is_named_only_with_the_stages_it_explains(stage: Stage) -> None:
    assert states.state(EN, stage, Reason.CUSTOMS) == states.stage_name(EN, stage)


def test_a_delay_is_called_a_delay() -> None:
    assert states.state(EN, Stage.EXCEPTION, Reason.DELAY) == "Delayed"
    assert states.state(EN, Stage.EXCEPTION, Reason.WEATHER) == "Delayed: bad weather"
    assert states.milestone(EN, Stage.EXCEPTION, Reason.WEATHER) == "It's delayed."


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"created_at": NOW - 2 * DAY}, "normal for the first few days"),
        ({"created_at": NOW - 2 * DAY, "paid_at": NOW - 8 * DAY}, "No tracking after 8 days"),
        ({"created_at": NOW - 4 * DAY, "paid_at": NOW - 2 * DAY}, "normal for the first few days"),
        ({"created_at": NOW - 4 * DAY}, "No tracking after 4 days"),
        ({"created_at": NOW - 4 * DAY, "status": OrderStatus.PLACED}, "normal for the first few days"),
    ],
)
def test_waiting_for_tracking_is_called_normal_only_for_three_days_after_the_payment(
    known: dict[str, Any], said: str
) -> None:
    waiting = Order(id=ID, fetched_at=NOW, **{"status": OrderStatus.PREPARING} | known)
    assert said in card.card(EN, Localized(order=waiting), FOLLOW, now=NOW).text


def test_no_minute_is_claimed_for_a_delivery() -> None:
    text = card.card(
        EN, replace(FACTS, order=replace(ORDER, parcels=(replace(PARCEL, nodes=()),))), FOLLOW, now=NOW
    )
    expected = next(line for line in text.text.split("\n") if line.startswith("Expected"))
    assert not re.search(r"\d:\d", expected)


# ── cards, pushes and lists ─────────────────────────────────────────────────────────────────────


def test_groups_never_see_the_whole_order_number() -> None:
    for follow in (FOLLOW, replace(FOLLOW, label="")):
        masked = card.card(EN, FACTS, follow, now=NOW, masked=True)
        assert ID not in masked.text
        assert f"…{ID[-8:]}" in masked.text
    assert ID not in pushes.push(EN, FACTS, None, [_news(NewsKind.CHECK_IN)], now=NOW).text
    assert ID not in timeline.timeline(EN, FACTS, None, now=NOW).text


@pytest.mark.parametrize("purpose", replies.Purpose)
def test_a_choice_of_orders_is_not_colored(purpose: replies.Purpose) -> None:
    keys = replies.choose(EN, [(ORDER, FOLLOW), (TWO.order, FOLLOW)], purpose).buttons
    assert {button.style for row in keys for button in row} == {None}


def test_toggles_ask_for_the_other_state() -> None:
    on = {button.data for row in card.card(EN, FACTS, FOLLOW, now=NOW).buttons for button in row}
    muted = replace(FOLLOW, notify=False)
    off = {button.data for row in card.card(EN, FACTS, muted, now=NOW).buttons for button in row}
    assert b.encode(actions.SetNotify(order_id=ID, on=False)) in on
    assert b.encode(actions.SetNotify(order_id=ID, on=True)) in off


def test_delivery_asks_whether_it_came() -> None:
    piece = _news(NewsKind.NODES, nodes=(5,), parcel=2, stage=Stage.DELIVERED)
    said = pushes.push(EN, TWO, FOLLOW, [piece], now=NOW)
    assert [b.decode(button.data) for button in said.buttons[0]] == [
        actions.Confirm(order_id=ID, parcel=2, receipt=receipt) for receipt in actions.Receipt
    ]


def test_only_an_arrival_is_celebrated() -> None:
    def festive(*pieces: News) -> bool:
        return pushes.push(Words("en"), TWO, FOLLOW, pieces, now=NOW).celebrates

    arrived = news(NewsKind.NODES, Importance.MILESTONE, nodes=(5,), parcel=1, stage=Stage.DELIVERED)
    trouble = news(NewsKind.NODES, Importance.ACTION, nodes=(6,), parcel=2, stage=Stage.FAILED_ATTEMPT)
    assert festive(arrived)
    assert festive(news(NewsKind.ALL_ARRIVED))
    assert not festive(arrived, trouble)
    assert not festive(news(NewsKind.CHECK_IN))
    scan = replace(arrived, importance=Importance.SCAN)  # one more after the delivery
    assert not festive(scan)
    assert "Did you get it?" not in pushes.push(Words("en"), TWO, FOLLOW, [scan], now=NOW).text


def test_no_question_without_a_delivery() -> None:
    piece = _news(NewsKind.NODES, nodes=(5,), parcel=1, stage=Stage.OUT_FOR_DELIVERY)
    said = pushes.push(EN, FACTS, FOLLOW, [piece], now=NOW)
    found = [b.decode(button.data) for row in said.buttons for button in row]
    assert not [action for action in found if isinstance(action, actions.Confirm)]


def test_all_new_nodes_are_in_one_message() -> None:
    piece = _news(NewsKind.NODES, nodes=(5, 4, 3), parcel=1)
    text = pushes.push(EN, FACTS, FOLLOW, [piece], now=NOW).text
    for wanted in PARCEL.nodes[:3]:
        assert wanted.description in text


def test_what_needs_the_reader_comes_first_in_a_summary() -> None:
    urgent = summaries.SummaryEntry(facts=TWO, follow=None, news=(_news(NewsKind.CHECK_IN),))
    calm = summaries.SummaryEntry(facts=FACTS, follow=FOLLOW)
    text = summaries.summary(EN, [calm, urgent], occasion=summaries.Occasion.DAILY, now=NOW).text
    assert text.index("Blue desk lamp") < text.index("Blue lamp")


def test_a_list_calls_an_order_by_its_name_its_article_or_its_number() -> None:
    assert "Blue lamp" in wording.name(EN, TWO.order, FOLLOW)
    assert wording.name(EN, TWO.order, None) == "Blue desk lamp"
    bare = replace(TWO.order, parcels=tuple(replace(each, items=()) for each in TWO.order.parcels))
    assert f"…{ID[-8:]}" in wording.name(EN, bare, None)


def test_orders_of_one_article_are_told_apart_by_variant_or_number() -> None:
    def of(number: int, variant: str) -> tuple[Order, None]:
        items = (Item(id="1", title="USB-C cable", variant=variant),)
        return replace(ORDER, id=ID[:-1] + str(number), parcels=(replace(PARCEL, items=items),)), None

    black, white, bare, other = of(1, "Black"), of(2, "White"), of(3, ""), of(4, "")
    assert wording.names(EN, [black, (ORDER, FOLLOW)]) == ["USB-C cable", "Blue lamp"]
    assert wording.names(EN, [black, white]) == ["USB-C cable (Black)", "USB-C cable (White)"]
    assert wording.names(EN, [bare, other]) == ["USB-C cable …61738043", "USB-C cable …61738044"]


def test_the_list_begins_with_what_needs_the_reader_and_ends_with_what_came() -> None:
    def row(number: int, stage: Stage, days: int) -> tuple[Order, Follow]:
        parcel = replace(PARCEL, stage=stage, eta=NOW + timedelta(days=days), stage_since=NOW - HOUR)
        return replace(ORDER, id=str(number), stage=stage, parcels=(parcel,)), FOLLOW

    came, late = row(1, Stage.DELIVERED, 0), row(2, Stage.LOCAL_TRANSIT, 9)
    soon, now, tour = (
        row(3, Stage.LOCAL_TRANSIT, 1),
        row(4, Stage.READY_FOR_PICKUP, 5),
        row(5, Stage.OUT_FOR_DELIVERY, 7),
    )
    read = orders.sorted_for_reading(EN, [came, late, soon, now, tour], NOW)
    assert [order.id for order, _ in read] == ["4", "5", "3", "2", "1"]
    assert [wording.arrival(EN, order, NOW) for order, _ in read] == [
        None,
        "today",
        "tomorrow",
        "Wed, Dec 2",
        None,
    ]


def test_no_day_stands_beside_a_state_that_contradicts_it() -> None:
    for stage in (
        Stage.FAILED_ATTEMPT,
        Stage.READY_FOR_PICKUP,
        Stage.RETURNING,
        Stage.RETURNED,
        Stage.CANCELLED,
    ):
        held = replace(TWO.order, stage=stage, parcels=(PARCEL, replace(SECOND, stage=stage)))
        assert wording.arrival(EN, held, NOW) is None  # though its other parcel is expected
    stopped = replace(ORDER, status=OrderStatus.CANCELLED, stage=Stage.CANCELLED, reason=Reason.CANCELLED)
    text = card.card(EN, Localized(order=stopped), FOLLOW, now=NOW).text
    assert "Order canceled" in text
    assert not re.search("▰|xpected|In transit", text)


def test_the_reason_is_that_of_the_entry_that_is_told() -> None:
    nodes = (
        replace(node(7, 1, Stage.FAILED_ATTEMPT, "Wrong address"), reason=Reason.ADDRESS),
        replace(node(6, 20, Stage.FAILED_ATTEMPT, "Not at home"), reason=Reason.ABSENT),
    )
    parcel = replace(PARCEL, stage=Stage.FAILED_ATTEMPT, reason=Reason.ADDRESS, nodes=nodes)
    facts = Localized(order=replace(ORDER, stage=Stage.FAILED_ATTEMPT, parcels=(parcel,)))
    told = _news(NewsKind.NODES, nodes=(6,), parcel=1, stage=Stage.FAILED_ATTEMPT)
    text = pushes.push(EN, facts, FOLLOW, [told], now=NOW).text
    assert "nobody was there" in text
    assert "address" not in text


def test_a_date_that_the_parcel_has_overtaken_is_not_told_beside_its_arrival() -> None:
    parcel = replace(PARCEL, stage=Stage.DELIVERED, nodes=(node(6, 1, Stage.DELIVERED, "Handed over"),))
    facts = Localized(order=replace(ORDER, stage=Stage.DELIVERED, parcels=(parcel,)))
    moved = _news(NewsKind.ETA, parcel=1, eta_before=NOW, eta_after=NOW + 4 * timedelta(days=1))
    came = _news(NewsKind.NODES, nodes=(6,), parcel=1, stage=Stage.DELIVERED)
    assert "xpected" not in pushes.push(EN, facts, FOLLOW, [moved, came], now=NOW).text


def test_of_several_moves_the_first_and_the_last_day_are_told_and_none_beside_a_tour() -> None:
    def moved(first: int, last: int) -> News:
        return _news(NewsKind.ETA, parcel=1, eta_before=NOW + first * DAY, eta_after=NOW + last * DAY)

    said = pushes.push(EN, FACTS, FOLLOW, [moved(1, 3), moved(3, 4)], now=NOW).text
    assert said.count("xpected") == 1
    assert "3 days later (was Tue, Nov 24)" in said
    tour = replace(PARCEL, stage=Stage.OUT_FOR_DELIVERY, stage_since=NOW)
    on_tour = Localized(order=replace(ORDER, stage=Stage.OUT_FOR_DELIVERY, parcels=(tour,)))
    late = pushes.push(EN, on_tour, FOLLOW, [moved(1, 4)], now=NOW).text
    assert "Out for delivery</b>\nExpected <b>today" in late
    assert "Nov" not in late


def test_a_move_is_told_beside_a_status_and_above_a_question() -> None:
    move = _news(NewsKind.ETA, parcel=1, eta_before=NOW + DAY, eta_after=NOW + 4 * DAY)
    shipped = _news(NewsKind.STATUS, status=OrderStatus.PART_SHIPPED)
    said = pushes.push(EN, FACTS, FOLLOW, [shipped, move], now=NOW).text
    assert said.index("Partly shipped") < said.index("3 days later (was Tue, Nov 24)")
    asked = pushes.push(EN, FACTS, FOLLOW, [_news(NewsKind.STILL_AWAITED, days=30), move], now=NOW).text
    assert asked.index("3 days later") < asked.index("Are you still waiting")
    entry = summaries.SummaryEntry(facts=FACTS, follow=FOLLOW, news=(move,))
    summed = summaries.summary(EN, [entry], occasion=summaries.Occasion.DAILY, now=NOW).text
    assert "Fri, Nov 27 · 3 days later (was Tue, Nov 24)" in summed


def test_what_is_collected_or_paid_carries_number_page_and_last_day() -> None:
    words = "Please collect your parcel by 2026-12-05"
    for kind, stage in (
        (NewsKind.NODES, Stage.READY_FOR_PICKUP),
        (NewsKind.NODES, Stage.DUTIES_DUE),
        (NewsKind.NODES, Stage.FAILED_ATTEMPT),
        (NewsKind.PICKUP_WAITING, Stage.READY_FOR_PICKUP),
        (NewsKind.DUTIES_WAITING, Stage.DUTIES_DUE),
    ):
        parcel = replace(PARCEL, stage=stage, nodes=(node(6, 1, stage, words),))
        facts = Localized(order=replace(ORDER, stage=stage, parcels=(parcel,)))
        nodes = (6,) if kind is NewsKind.NODES else ()
        said = pushes.push(EN, facts, FOLLOW, [_news(kind, nodes=nodes, parcel=1, stage=stage)], now=NOW)
        assert f"<code>{PARCEL.number}</code>" in said.text
        assert "Deadline: <b>Sat, Dec 5</b>" in said.text
        assert any((button.url or "").endswith(PARCEL.number) for row in said.buttons for button in row)


def test_the_last_of_several_parcels_says_each_thing_once() -> None:
    came = _news(NewsKind.NODES, nodes=(6,), parcel=2, stage=Stage.DELIVERED)
    said = pushes.push(EN, ARRIVED, FOLLOW, [came, _news(NewsKind.ALL_ARRIVED)], now=NOW)
    assert said.text.count("?") == 1
    assert "It has been delivered" not in said.text
    assert said.text.index("Both parcels have arrived") < said.text.index("left at the door")


def test_without_a_known_zone_no_day_is_a_heading() -> None:
    guessed = replace(EN, zone_is_guess=True)
    text = timeline.timeline(guessed, FACTS, FOLLOW, now=NOW).text
    assert not re.search("Today|Yesterday|<b>(Mon|Tue|Wed|Thu|Fri|Sat|Sun)", text)
    assert text.count('format="Dt"') == len(PARCEL.nodes)


def test_timeline_pages_and_parcels_that_do_not_exist_show_the_nearest() -> None:
    first = timeline.timeline(EN, FACTS, FOLLOW, now=NOW)
    assert timeline.timeline(EN, FACTS, FOLLOW, parcel=7, page=99, now=NOW) == first


def test_days_of_a_timeline_are_the_chats_days() -> None:
    at_midnight = replace(PARCEL.nodes[0], at=NOW.replace(hour=23, minute=30) - timedelta(days=1))
    facts = Localized(order=replace(ORDER, parcels=(replace(PARCEL, nodes=(at_midnight,)),)))
    assert "<b>Yesterday</b>" in timeline.timeline(Words("en", "UTC"), facts, FOLLOW, now=NOW).text
    assert "<b>Today</b>" in timeline.timeline(Words("en", "Asia/Tokyo"), facts, FOLLOW, now=NOW).text


def test_older_entries_of_a_long_timeline_are_folded_away() -> None:
    def shown(count: int, page: int = 0) -> str:
        nodes = tuple(node(count - n, n, Stage.ORIGIN_TRANSIT, f"Scan {count - n}.") for n in range(count))
        facts = replace(FACTS, order=replace(ORDER, parcels=(replace(PARCEL, nodes=nodes),)))
        return timeline.timeline(Words("en"), facts, FOLLOW, page=page, now=NOW).text

    before, fold, inside = shown(25).partition("<blockquote expandable>")
    assert fold
    assert [name in before for name in ("Scan 25.", "Scan 22.", "Scan 21.")] == [True, True, False]
    assert [name in inside for name in ("Scan 22.", "Scan 21.", "Scan 1.")] == [False, True, True]
    assert "expandable" not in shown(5)
    assert "expandable" not in shown(60, page=1)  # who turns the page wants to read


def test_the_public_tracking_page_gets_a_quoted_number() -> None:
    odd = replace(PARCEL, number="A B/&?")
    said = timeline.timeline(EN, Localized(order=replace(ORDER, parcels=(odd,))), FOLLOW, now=NOW)
    urls = [button.url for row in said.buttons for button in row if button.url]
    assert urls == ["https://global.cainiao.com/detail.htm?mailNoList=A%20B%2F%26%3F"]


@pytest.mark.parametrize(
    ("stage", "reason", "shelf"),
    [
        (Stage.LOCAL_TRANSIT, Reason.NONE, Shelf.MOVING),
        (Stage.READY_FOR_PICKUP, Reason.NONE, Shelf.NEEDS_YOU),
        (Stage.EXCEPTION, Reason.WEATHER, Shelf.MOVING),
        (Stage.EXCEPTION, Reason.ADDRESS, Shelf.NEEDS_YOU),
        (Stage.DUTIES_DUE, Reason.NONE, Shelf.NEEDS_YOU),
        (Stage.DELIVERED, Reason.NONE, Shelf.DELIVERED),
    ],
)
def test_orders_stand_on_the_shelf_where_one_looks_for_them(
    stage: Stage, reason: Reason, shelf: Shelf
) -> None:
    parcel = replace(PARCEL, stage=stage, reason=reason)
    order = replace(ORDER, stage=stage, reason=reason, parcels=(parcel,))
    assert orders.shelf_of(order, FOLLOW) is shelf
    assert orders.shelf_of(order, replace(FOLLOW, archived_at=NOW)) is Shelf.ARCHIVED


def test_no_line_of_a_card_ends_with_a_dot_between_carrier_and_number() -> None:
    short, long, number = (
        Markup("DHL"),
        Markup("AliExpress Selection Standard"),
        Markup("<code>LP00675700340000</code>"),
    )
    assert wording.dotted([short, number]) == [f"DHL · {number}"]
    assert wording.dotted([long, number]) == [long, number]
    assert wording.dotted([long, short, number]) == [long, f"DHL · {number}"]
    assert wording.dotted([]) == []


@pytest.mark.parametrize("receipt", actions.Receipt)
def test_receipt_buttons_give_way_to_one_that_changes_the_answer(receipt: actions.Receipt) -> None:
    facts = replace(FACTS, order=replace(ORDER, stage=Stage.DELIVERED))
    answered = receipts.received(EN, facts, FOLLOW, receipt, 3, parcel=1)
    assert [button.text for row in answered.buttons for button in row] == ["✏️ Change"]


@pytest.mark.parametrize("entry", [replies.EntryPoint.LINK, replies.EntryPoint.TEAM])
def test_where_links_add_orders_no_answer_asks_for_a_number(entry: replies.EntryPoint) -> None:
    said = (
        replies.start(EN, SHOP, entry),
        replies.help_(EN, SHOP, entry),
        refusals.mistake(EN, Mistake.PAYMENT_CARD, "", SHOP, entry),
        refusals.link_only(EN, SHOP),
        refusals.private_bot(EN, SHOP),
        replies.not_understood(EN, SHOP, entry),
        replies.nothing_followed(EN, SHOP, entry),
        replies.cannot_read(EN, SHOP, entry),
        replies.ask_shop(EN, SHOP, begin=entry),
        replies.unclear(EN, SHOP, []),
        replies.shop_number(EN, "#1001", SHOP),
        refusals.unanswered(EN, ORDER.id),
        refusals.unknown_order(EN, ORDER.id, SHOP),
    )
    for message in said:
        assert not re.search(r"[Ss]end (it|a|your|the|/track)\b|[Pp]aste", message.text), message.text


def test_pop_ups_keep_to_telegrams_length() -> None:
    long = replies.fresh(EN, NOW - HOUR, NOW)
    assert len(long) <= wording.TOAST_LIMIT


def _news(kind: NewsKind, **facts: object) -> News:
    return News(kind=kind, key="k", importance=Importance.ACTION, **facts)  # type: ignore[arg-type]  # brevity
