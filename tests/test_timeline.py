"""The timeline tells the truth: one test or table for each way in which sources lie."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot import matching, merging, timeline
from bot.model import (
    FetchedNode,
    FetchedParcel,
    Importance,
    Item,
    News,
    NewsKind,
    Order,
    OrderStatus,
    Parcel,
    Snapshot,
    Stage,
)
from tests.timelines import START, Follower, at, followed, node, parcel, snapshot, texts, told

CREATED = node(0, "Your order has been successfully created", "Order created")
PICKED = node(20, "Package collected by carrier.", "Collected by carrier")
SORTED = node(30, "Package left sorting center of origin.")
FLOWN = node(60, "Departed from departure country/region")
LANDED = node(80, "Your package arrived at local airport")
CLEARED = node(90, "Import customs clearance complete")
LOCAL = node(100, "Arrived at local delivery center")
OUT = node(120, "Out for delivery")
DONE = node(125, "Package delivered", "Delivery update")
JOURNEY = (CREATED, PICKED, SORTED, FLOWN, LANDED, CLEARED, LOCAL, OUT, DONE)


# ── the first snapshot ──────────────────────────────────────────────────────────────────────────


def test_the_first_snapshot_is_stored_and_told_to_nobody() -> None:
    changes = Follower().look(130, parcel(*JOURNEY))
    assert changes.first
    assert len(changes.added) == len(JOURNEY)
    assert changes.news == ()
    assert changes.order.stage is Stage.DELIVERED
    assert changes.order.finished_at == at(130)


def test_a_first_look_that_finds_nothing_is_the_first_all_the_same() -> None:
    follower = Follower()
    assert follower.look(1).first
    changes = follower.look(21, parcel(CREATED, PICKED))
    assert not changes.first
    assert told(changes) == ["Package collected by carrier.", CREATED.description]


def test_history_from_before_the_follow_is_no_news_when_it_comes_late() -> None:
    follower = Follower(Order(id="1", created_at=at(200)))
    follower.look(200)
    changes = follower.look(201, parcel(*JOURNEY))
    assert len(changes.added) == len(JOURNEY)
    assert changes.news == ()
    assert changes.order.stage is Stage.DELIVERED


# ── one node after the other ────────────────────────────────────────────────────────────────────


def test_each_step_is_told_once_as_it_comes() -> None:
    follower = Follower(followed(parcel(CREATED)))
    for count in range(2, len(JOURNEY) + 1):
        newest = JOURNEY[count - 1]
        hours = (newest.at - START) / timedelta(hours=1) + 0.1
        changes = follower.look(hours, parcel(*JOURNEY[:count]))
        assert told(changes) == [newest.description]
        assert follower.look(hours, parcel(*JOURNEY[:count])).news == ()


@pytest.mark.parametrize(
    ("before", "new", "importance", "stage"),
    [
        ((CREATED,), PICKED, Importance.MILESTONE, Stage.PICKED_UP),
        ((CREATED, PICKED), SORTED, Importance.SCAN, Stage.ORIGIN_TRANSIT),
        ((PICKED,), FLOWN, Importance.MILESTONE, Stage.INTERNATIONAL_TRANSIT),
        ((FLOWN,), LANDED, Importance.MILESTONE, Stage.ARRIVED_DESTINATION),
        ((FLOWN, LANDED), CLEARED, Importance.MILESTONE, Stage.IMPORT_CUSTOMS),
        (
            (FLOWN, LANDED),
            node(85, "Import customs clearance started"),
            Importance.SCAN,
            Stage.IMPORT_CUSTOMS,
        ),
        ((CLEARED,), LOCAL, Importance.MILESTONE, Stage.LOCAL_TRANSIT),
        ((LOCAL,), node(110, "Arrived at delivery station"), Importance.SCAN, Stage.LOCAL_TRANSIT),
        ((LOCAL,), OUT, Importance.MILESTONE, Stage.OUT_FOR_DELIVERY),
        (
            (LOCAL,),
            node(110, "Delivered to pick-up point"),
            Importance.ACTION,
            Stage.READY_FOR_PICKUP,
        ),
        ((OUT,), node(124, "Delivery attempt failed"), Importance.ACTION, Stage.FAILED_ATTEMPT),
        ((OUT,), DONE, Importance.ACTION, Stage.DELIVERED),
        ((LANDED,), node(85, "Held by customs"), Importance.ACTION, Stage.EXCEPTION),
        ((LANDED,), node(85, "Customs duties payment requested"), Importance.ACTION, Stage.DUTIES_DUE),
        ((LOCAL,), node(110, "Returning to sender"), Importance.ACTION, Stage.RETURNING),
        ((LOCAL,), node(110, "Delivery address updated"), Importance.ACTION, Stage.ADDRESS_CHANGE),
        ((PICKED,), node(40, "Shipping update"), Importance.SCAN, Stage.PICKED_UP),
    ],
)
def test_how_much_a_node_matters(
    before: tuple[FetchedNode, ...], new: FetchedNode, importance: Importance, stage: Stage
) -> None:
    follower = Follower(followed(parcel(*before)))
    (news,) = follower.look((new.at - START) / timedelta(hours=1), parcel(*before, new)).news
    assert (news.kind, news.importance, news.stage) == (NewsKind.NODES, importance, stage)


# ── FIELD rows 5 and 6: wordings and languages ──────────────────────────────────────────────────


def test_a_changed_wording_at_the_same_stamp_is_an_edit_and_no_news() -> None:
    follower = Follower(followed(parcel(CREATED, PICKED)))
    changes = follower.look(40, parcel(CREATED, replace(PICKED, description="Accepted by carrier")))
    assert not changes.added
    assert not changes.news
    assert [one.description for one in changes.edited] == ["Accepted by carrier"]
    assert texts(follower.order)[0] == "Accepted by carrier"


def test_a_node_reworded_and_stamped_anew_between_two_known_ones_is_an_edit_and_no_news() -> None:
    follower = Follower(followed(parcel(*JOURNEY[:5]), hours=81))
    before = follower.order.nodes
    moved = replace(JOURNEY[2], at=JOURNEY[2].at + timedelta(minutes=50), description="Sorted anew")
    changes = follower.look(82, parcel(*JOURNEY[:2], moved, *JOURNEY[3:5]))
    assert not changes.added
    assert not changes.news
    assert [(one.at, one.description) for one in changes.edited] == [(moved.at, "Sorted anew")]
    assert len(follower.order.nodes) == len(before)


@pytest.mark.parametrize(
    "answer",
    [
        (*JOURNEY[:4], node(82, "Something else happened")),  # in place of the newest: it may be news
        (*JOURNEY[:2], node(50, "One"), node(51, "Two"), *JOURNEY[3:5]),  # which of the two is it?
    ],
)
def test_what_may_be_another_event_is_not_taken_for_an_edit(answer: tuple[FetchedNode, ...]) -> None:
    follower = Follower(followed(parcel(*JOURNEY[:5]), hours=81))
    known = len(follower.order.nodes)
    assert follower.look(83, parcel(*answer)).added
    assert len(follower.order.nodes) > known


def test_the_whole_answer_in_another_language_brings_nothing_new() -> None:
    follower = Follower(followed(parcel(*JOURNEY[:5]), hours=81))
    german = tuple(replace(one, name="Neuigkeit", description=f"Etwas {n}") for n, one in enumerate(JOURNEY))
    changes = follower.look(82, parcel(*german[:5]))
    assert not changes.added
    assert not changes.news
    assert len(follower.order.nodes) == 5
    back = follower.look(83, parcel(*JOURNEY[:5]))
    assert not back.added
    assert not back.news
    assert texts(follower.order) == [one.description for one in reversed(JOURNEY[:5])]


def test_words_that_are_not_understood_do_not_undo_what_was() -> None:
    follower = Follower(followed(parcel(*JOURNEY), hours=126))
    follower.look(127, parcel(*JOURNEY[:8], replace(DONE, name="", description="Qapıya çatdırıldı")))
    assert follower.order.stage is Stage.DELIVERED


def test_case_and_spaces_are_no_other_wording() -> None:
    follower = Follower(followed(parcel(CREATED, PICKED)))
    changes = follower.look(
        40, parcel(CREATED, replace(PICKED, description="  package collected BY  carrier"))
    )
    assert not changes.added
    assert not changes.news


def test_an_edit_that_delivers_is_told_since_nobody_was() -> None:
    vague = replace(DONE, description="", name="Delivery update")
    follower = Follower(followed(parcel(*JOURNEY[:8], vague), hours=126))
    assert follower.order.stage is Stage.OUT_FOR_DELIVERY
    (news,) = follower.look(127, parcel(*JOURNEY)).news
    assert (news.stage, news.importance) == (Stage.DELIVERED, Importance.ACTION)
    assert follower.look(128, parcel(*JOURNEY)).news == ()


# ── row 7: empty and shrunken answers ───────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "answer",
    [(), (parcel(),), (parcel(CREATED),), (parcel(number=""),), (parcel(CREATED, PICKED, number=""),)],
    ids=["nothing", "no nodes", "shrunken", "no number", "shrunken without a number"],
)
def test_full_empty_full_changes_and_tells_nothing(answer: tuple[FetchedParcel, ...]) -> None:
    follower = Follower(followed(parcel(*JOURNEY[:5]), hours=81))
    before = follower.order
    hiccup = follower.look(82, *answer)
    assert hiccup.hiccup
    assert hiccup.order is before
    assert not (hiccup.added)
    assert not (hiccup.edited)
    assert not (hiccup.news)
    full = follower.look(83, parcel(*JOURNEY[:5]))
    assert not (full.added)
    assert not (full.edited)
    assert not (full.news)


def test_old_nodes_that_a_carrier_drops_for_good_do_not_mute_the_new_ones() -> None:
    follower = Follower(followed(parcel(*JOURNEY[:5]), hours=81))
    changes = follower.look(90.1, parcel(LANDED, CLEARED))
    assert told(changes) == [CLEARED.description]
    assert len(follower.order.nodes) == 6


def test_a_parcel_missing_from_an_answer_is_a_hiccup() -> None:
    two = (parcel(CREATED, PICKED, items=["x"]), parcel(CREATED, number="B2", items=["y"]))
    follower = Follower(followed(*two, hours=25))
    assert follower.look(26, two[0]).hiccup
    assert len(follower.order.parcels) == 2


# ── row 8: one second ───────────────────────────────────────────────────────────────────────────


def test_three_new_nodes_of_one_second_are_all_told_in_one_message() -> None:
    follower = Follower(followed(parcel(CREATED)))
    three = (
        node(20, "Package collected by carrier."),
        node(20, "Arrived at sorting center"),
        node(20, "Departed from sorting center"),
    )
    changes = follower.look(21, parcel(CREATED, *three))
    (news,) = changes.news
    assert told(changes) == [one.description for one in reversed(three)]
    assert len(set(news.nodes)) == 3
    assert follower.look(22, parcel(CREATED, *three)).news == ()
    assert follower.look(22, parcel(CREATED, *reversed(three))).news == ()


def test_a_second_node_of_a_known_second_is_new_and_not_an_edit() -> None:
    follower = Follower(followed(parcel(CREATED, PICKED), hours=21))
    twin = node(20, "Arrived at sorting center")
    assert told(follower.look(22, parcel(CREATED, PICKED, twin))) == [twin.description]
    assert len(follower.order.nodes) == 3


def test_a_node_given_twice_is_one() -> None:
    assert len(followed(parcel(CREATED, PICKED, PICKED)).nodes) == 2


# ── row 9 and 11: behind the newest ─────────────────────────────────────────────────────────────


def test_a_node_behind_the_newest_known_is_stored_and_not_pushed_alone() -> None:
    follower = Follower(followed(parcel(PICKED, FLOWN, LANDED), hours=81))
    changes = follower.look(82, parcel(PICKED, SORTED, FLOWN, LANDED))
    assert changes.news == ()
    assert [one.backfilled for one in changes.added] == [True]
    assert texts(follower.order)[2] == SORTED.description
    assert follower.order.stage is Stage.ARRIVED_DESTINATION


def test_a_node_behind_comes_along_with_real_news() -> None:
    follower = Follower(followed(parcel(PICKED, FLOWN), hours=61))
    changes = follower.look(81, parcel(PICKED, SORTED, FLOWN, LANDED))
    assert told(changes) == [LANDED.description, SORTED.description]


def test_nodes_older_than_a_week_are_history() -> None:
    follower = Follower(followed(parcel(CREATED, PICKED), hours=21))
    changes = follower.look(30 + 24 * 8, parcel(CREATED, PICKED, SORTED))
    assert changes.news == ()
    assert changes.added[0].backfilled


def test_delivered_dated_before_out_for_delivery_is_delivered_and_told() -> None:
    follower = Follower(followed(parcel(*JOURNEY[:8]), hours=121))
    changes = follower.look(126, parcel(*JOURNEY[:8], node(119, "Package delivered")))
    (news,) = changes.news
    assert (news.stage, news.importance) == (Stage.DELIVERED, Importance.ACTION)
    assert follower.order.stage is Stage.DELIVERED


def test_a_delivery_from_far_behind_is_told_beside_a_later_scan() -> None:
    follower = Follower(followed(parcel(*JOURNEY[:8]), hours=121))
    scan = node(126, "Zorb flim")
    changes = follower.look(127, parcel(*JOURNEY[:7], node(105, DONE.description), OUT, scan))
    assert told(changes) == [scan.description, DONE.description]
    assert not any(one.backfilled for one in changes.added)


def test_a_twin_of_the_milestone_that_was_told_is_history() -> None:
    update = node(70, "Zorb flim")
    follower = Follower(followed(parcel(FLOWN, update), hours=71))
    twin = node(60, "Flight departed")
    assert follower.look(72, parcel(twin, FLOWN, update)).news == ()
    assert follower.order.stage is Stage.INTERNATIONAL_TRANSIT


def test_delivered_is_told_even_after_an_outage_of_weeks() -> None:
    follower = Follower(followed(parcel(*JOURNEY[:8]), hours=121))
    (news,) = follower.look(125 + 24 * 20, parcel(*JOURNEY)).news
    assert news.stage is Stage.DELIVERED


def test_later_scans_do_not_take_delivered_back() -> None:
    order = followed(parcel(*JOURNEY, node(130, "Departed from facility"), node(131, "Out for delivery")))
    assert order.stage is Stage.DELIVERED


# ── row 10: several nodes ───────────────────────────────────────────────────────────────────────


def test_several_new_nodes_are_one_message_that_lists_all() -> None:
    follower = Follower(followed(parcel(CREATED)))
    changes = follower.look(61, parcel(*JOURNEY[:4]))
    (news,) = changes.news
    assert told(changes) == [one.description for one in reversed(JOURNEY[1:4])]
    assert (news.stage, news.importance) == (Stage.INTERNATIONAL_TRANSIT, Importance.MILESTONE)


# ── the last scan again ─────────────────────────────────────────────────────────────────────────


def test_delivered_on_three_following_days_is_told_once() -> None:
    follower = Follower(followed(parcel(*JOURNEY[:8]), hours=121))
    news: list[News] = []
    days = [replace(DONE, at=DONE.at + timedelta(days=day)) for day in range(3)]
    for day in range(3):
        news += follower.look(126 + 24 * day, parcel(*JOURNEY[:8], *days[: day + 1])).news
    assert len(news) == 1


def test_delivered_once_more_in_other_words_is_told_once() -> None:
    follower = Follower(followed(parcel(*JOURNEY), hours=126))
    echo = node(140, "Delivered, signed by: J. SMITH")
    late = node(130, "Departed from local facility")
    assert told(follower.look(141, parcel(*JOURNEY, late, echo))) == [late.description]


def test_the_last_scan_moved_to_another_date_is_told_once() -> None:
    follower = Follower(followed(parcel(*JOURNEY[:6]), hours=91))
    for day in range(1, 4):
        moved = replace(CLEARED, at=CLEARED.at + timedelta(days=day))
        changes = follower.look(91 + 24 * day, parcel(*JOURNEY[:5], moved))
        assert changes.news == ()


def test_the_last_scan_again_is_no_news_though_it_says_less_by_now() -> None:
    collected, created = node(-2, "Package collected by carrier"), node(-1, "Order created 1")
    order = followed(parcel(collected, created))
    left = node(-30, "Departed from facility")
    changes = timeline.changes(
        order, snapshot(parcel(left, collected, created, node(8, "Order created 1"))), at(9)
    )
    assert changes.order.nodes[0].stage is not changes.order.nodes[1].stage
    assert told(changes) == []


def test_a_failed_attempt_on_the_next_day_is_another_one() -> None:
    first = node(124, "Delivery attempt failed")
    follower = Follower(followed(parcel(OUT, first), hours=125))
    soon = replace(first, at=at(126))
    assert follower.look(127, parcel(OUT, first, soon)).news == ()
    again = replace(first, at=at(148))
    assert len(follower.look(149, parcel(OUT, first, soon, again)).news) == 1


# ── row 25: whatever a source says ──────────────────────────────────────────────────────────────


def test_an_unknown_text_is_told_in_its_own_words_and_keeps_the_stage() -> None:
    follower = Follower(followed(parcel(CREATED, PICKED), hours=21))
    changes = follower.look(25, parcel(CREATED, PICKED, node(24, "Zorb flim 7")))
    (news,) = changes.news
    assert (news.importance, news.stage) == (Importance.SCAN, Stage.PICKED_UP)
    assert changes.unknown == ("Zorb flim 7",)
    assert changes.added[0].rule == ""


def test_an_import_announced_before_departure_does_not_lift_the_stage() -> None:
    early = node(35, "Import customs clearance started")
    assert followed(parcel(CREATED, PICKED, early)).stage is Stage.PICKED_UP
    assert followed(parcel(CREATED, PICKED, early, FLOWN)).stage is Stage.INTERNATIONAL_TRANSIT
    late = node(85, "Import customs clearance started")
    assert followed(parcel(CREATED, FLOWN, late)).stage is Stage.IMPORT_CUSTOMS


# ── row 36: several parcels ─────────────────────────────────────────────────────────────────────


def test_one_of_two_delivered_is_not_delivered_and_the_second_completes() -> None:
    one = parcel(*JOURNEY[:8], number="A1", items=["x"])
    two = parcel(*JOURNEY[:4], number="B2", items=["y"])
    follower = Follower(followed(one, two, hours=121))
    one = parcel(*JOURNEY, number="A1", items=["x"])
    changes = follower.look(126, one, two)
    assert [(n.kind, n.parcel, n.stage) for n in changes.news] == [(NewsKind.NODES, 1, Stage.DELIVERED)]
    assert (follower.order.stage, follower.order.finished_at) == (Stage.INTERNATIONAL_TRANSIT, None)
    two = parcel(*JOURNEY[:4], node(150, "Delivered"), number="B2", items=["y"])
    changes = follower.look(151, one, two)
    assert [n.kind for n in changes.news] == [NewsKind.NODES, NewsKind.ALL_ARRIVED]
    assert follower.order.stage is Stage.DELIVERED
    assert follower.order.finished_at == at(151)
    assert follower.look(152, one, two).news == ()


def test_twins_that_share_every_scan_stay_two_parcels() -> None:
    one, two = (parcel(*JOURNEY[:8], number=number) for number in ("A1", "B2"))
    follower = Follower(followed(one, two, hours=121))
    follower.look(126, parcel(*JOURNEY, number="A1"), two)
    assert follower.order.stage is Stage.OUT_FOR_DELIVERY


def test_a_second_parcel_that_appears_tells_its_own_nodes_only() -> None:
    follower = Follower(followed(parcel(CREATED, PICKED, items=["x"]), hours=21))
    other = node(22, "Package collected by carrier")
    changes = follower.look(
        23,
        parcel(CREATED, PICKED, items=["x"]),
        parcel(CREATED, other, number="B2", items=["y"]),
    )
    assert told(changes) == [other.description]
    assert [one.index for one in follower.order.parcels] == [1, 2]


# ── row 37: other numbers ───────────────────────────────────────────────────────────────────────


def test_a_relabelled_parcel_goes_on_under_its_new_number() -> None:
    follower = Follower(followed(parcel(*JOURNEY[:5]), hours=81))
    changes = follower.look(82, parcel(*JOURNEY[:5], number="LAST99"))
    assert not changes.added
    assert not changes.news
    (one,) = follower.order.parcels
    assert (one.index, one.number, one.former_numbers) == (1, "LAST99", ("A1",))
    changes = follower.look(91, parcel(*JOURNEY[:6], number="LAST99"))
    assert told(changes) == [CLEARED.description]
    back = follower.look(92, parcel(*JOURNEY[:6]))
    assert back.news == ()
    assert follower.order.parcels[0].number == "A1"
    assert len(follower.order.parcels) == 1


def test_a_relabelled_parcel_with_a_history_of_its_own_goes_on() -> None:
    follower = Follower(followed(parcel(*JOURNEY[:5], items=["x"]), hours=81))
    changes = follower.look(101, parcel(LOCAL, number="LAST99", items=["x"]))
    assert told(changes) == [LOCAL.description]
    assert len(follower.order.parcels) == 1


def test_the_number_that_comes_with_shipping_is_the_same_parcel() -> None:
    follower = Follower(followed(parcel(CREATED, number="")))
    changes = follower.look(21, parcel(PICKED, number="A1"))
    assert told(changes) == [PICKED.description]
    (one,) = follower.order.parcels
    assert (one.number, one.former_numbers, len(one.nodes)) == ("A1", (), 2)


def test_a_history_copied_under_a_second_number_is_silent() -> None:
    follower = Follower(followed(parcel(*JOURNEY[:5]), hours=81))
    changes = follower.look(82, parcel(*JOURNEY[:5]), parcel(*JOURNEY[:5], number="LAST99"))
    assert changes.news == ()
    assert all(one.backfilled for one in changes.added)


def test_a_copied_parcel_whose_old_number_vanishes_is_one_again() -> None:
    follower = Follower(followed(parcel(*JOURNEY[:5]), hours=81))
    follower.look(82, parcel(*JOURNEY[:5]), parcel(*JOURNEY[:5], number="LAST99"))
    changes = follower.look(126, parcel(*JOURNEY, number="LAST99"))
    assert len(follower.order.parcels) == 2
    assert [one.number for one in follower.order.live] == ["LAST99"]
    assert follower.order.stage is Stage.DELIVERED
    assert [n.kind for n in changes.news] == [NewsKind.NODES]


def test_a_sister_that_was_hardly_scanned_is_not_taken_for_a_copy() -> None:
    one, two = parcel(*JOURNEY[:8]), parcel(CREATED, PICKED, number="B2")
    follower = Follower(followed(one, two, hours=121))
    follower.look(126, parcel(*JOURNEY))
    assert [p.number for p in follower.order.live] == ["A1", "B2"]
    assert follower.order.stage is Stage.PICKED_UP


def test_a_number_that_is_answered_again_stands_for_itself_again() -> None:
    one, two = parcel(*JOURNEY[:6]), parcel(*JOURNEY[:5], number="B2")
    follower = Follower(followed(one, two, hours=91))
    follower.look(92, one)
    assert [p.number for p in follower.order.live] == ["A1"]
    follower.look(93, one, two)
    assert [p.number for p in follower.order.live] == ["A1", "B2"]


def test_other_articles_are_another_parcel_whatever_the_number_says() -> None:
    follower = Follower(followed(parcel(CREATED, PICKED, items=["x"]), hours=21))
    follower.look(22, parcel(CREATED, number="B2", items=["y"]))
    assert len(follower.order.parcels) == 2


def test_one_number_answered_twice_is_one_parcel() -> None:
    order = followed(parcel(CREATED, PICKED), parcel(PICKED, SORTED))
    assert len(order.parcels) == 1
    assert len(order.nodes) == 3


# ── an order's own state ────────────────────────────────────────────────────────────────────────


def test_a_cancelled_order_ends_and_is_told_once() -> None:
    order = followed(parcel(CREATED))
    changes = timeline.with_status(order, OrderStatus.CANCELLED, at(5))
    assert changes.order.stage is Stage.CANCELLED
    assert changes.order.finished_at == at(5)
    assert [(n.kind, n.importance) for n in changes.news] == [(NewsKind.STATUS, Importance.ACTION)]
    again = timeline.with_status(changes.order, OrderStatus.CANCELLED, at(6))
    assert again.news == ()


def test_a_refund_after_delivery_does_not_take_delivered_back() -> None:
    order = followed(parcel(*JOURNEY))
    assert timeline.with_status(order, OrderStatus.CANCELLED, at(200)).order.stage is Stage.DELIVERED


def test_an_older_status_than_the_known_one_is_ignored() -> None:
    order = timeline.with_status(followed(parcel(CREATED)), OrderStatus.SHIPPED, at(9)).order
    assert timeline.with_status(order, OrderStatus.PREPARING, at(8)).order is order


def test_a_status_is_not_told_where_the_scans_told_it_or_nobody_can_act() -> None:
    prepared = timeline.with_status(followed(parcel(CREATED)), OrderStatus.PREPARING, at(1)).order
    assert [n.status for n in timeline.with_status(prepared, OrderStatus.SHIPPED, at(2)).news] == [
        OrderStatus.SHIPPED
    ]
    moving = replace(followed(parcel(CREATED, PICKED)), status=OrderStatus.PREPARING)
    assert timeline.with_status(moving, OrderStatus.SHIPPED, at(22)).news == ()
    in_dispute = timeline.with_status(moving, OrderStatus.DISPUTED, at(22))
    (disputed,) = in_dispute.news
    assert disputed.merchant_only
    again = timeline.with_status(in_dispute.order, OrderStatus.DISPUTED, at(23))
    assert again.news == ()
    assert again.order.status_at == at(23)


# ── rules that changed, and other languages ─────────────────────────────────────────────────────


def test_reclassifying_mends_stages_and_tells_nothing() -> None:
    order = followed(parcel(*JOURNEY))
    stale = replace(
        order,
        stage=Stage.PRE_SHIPMENT,
        parcels=tuple(
            replace(
                p,
                stage=Stage.PRE_SHIPMENT,
                nodes=tuple(replace(n, stage=Stage.UPDATE, rule="") for n in p.nodes),
            )
            for p in order.parcels
        ),
    )
    changes = timeline.reclassify(stale)
    assert changes.news == ()
    assert len(changes.edited) == len(JOURNEY)
    assert changes.order.nodes == order.nodes
    assert changes.order.stage is Stage.DELIVERED
    assert timeline.reclassify(order).edited == ()


def test_translations_are_paired_by_stamp_and_position() -> None:
    twins = (node(20, "Package collected by carrier."), node(20, "Arrived at sorting center"))
    order = followed(parcel(CREATED, *twins))
    german = (node(0, "Bestellung erstellt"), node(20, "Abgeholt"), node(20, "Im Sortierzentrum"))
    paired = matching.pair(order, snapshot(parcel(*german)))
    by_seq = {one.seq: one.text for one in order.nodes}
    assert {by_seq[seq]: text.text for seq, text in paired.items()} == {
        CREATED.description: "Bestellung erstellt",
        twins[0].description: "Abgeholt",
        twins[1].description: "Im Sortierzentrum",
    }


def test_a_stamp_with_another_number_of_nodes_is_not_paired() -> None:
    order = followed(parcel(CREATED, PICKED, node(20, "Arrived at sorting center")))
    paired = matching.pair(order, snapshot(parcel(node(0, "Bestellung erstellt"), node(20, "Abgeholt"))))
    assert [text.text for text in paired.values()] == ["Bestellung erstellt"]
    assert matching.pair(order, Snapshot(order_id="1", language="de_DE", found=False)) == {}


def _stale(order: Order, **changes: Any) -> Order:
    """The order as rules of another day would have read it."""
    nodes = {"stage": Stage.UPDATE, "rule": ""} | changes
    parcels = tuple(
        replace(p, stage=Stage.PRE_SHIPMENT, nodes=tuple(replace(n, **nodes) for n in p.nodes))
        for p in order.parcels
    )
    return replace(order, stage=Stage.PRE_SHIPMENT, finished_at=None, parcels=parcels)


def test_reclassifying_mends_every_parcel_and_finishes_the_order_when_it_was_last_seen() -> None:
    order = followed(parcel(*JOURNEY), parcel(PICKED, DONE, number="B2"), hours=130)
    changes = timeline.reclassify(_stale(order))
    assert {node.parcel for node in changes.edited} == {1, 2}
    assert changes.order.finished_at == at(130)
    assert timeline.reclassify(_stale(order), at(150)).order.finished_at == at(150)
    unseen = replace(_stale(order), fetched_at=None)
    assert timeline.reclassify(unseen).order.finished_at == order.created_at


def test_reclassifying_keeps_no_meaning_that_todays_rules_do_not_find() -> None:
    order = followed(parcel(node(0, "Zorb flim")))
    (mended,) = timeline.reclassify(_stale(order, stage=Stage.DELIVERED, rule="of old")).edited
    assert (mended.stage, mended.rule) == (Stage.UPDATE, "")


def test_a_status_of_the_same_moment_counts() -> None:
    order = replace(followed(parcel(CREATED)), status=OrderStatus.PREPARING, status_at=at(5))
    assert timeline.with_status(order, OrderStatus.DISPUTED, at(5)).order.status is OrderStatus.DISPUTED


def test_a_status_is_told_whole_once_and_never_of_an_order_not_shown_yet() -> None:
    order = replace(followed(parcel(CREATED)), status=OrderStatus.PREPARING)
    changes = timeline.with_status(order, OrderStatus.FROZEN, at(5))
    assert changes.news == (
        News(
            kind=NewsKind.STATUS, key="status:frozen", importance=Importance.ACTION,
            status=OrderStatus.FROZEN, merchant_only=True,
        ),
    )  # fmt: skip
    calm = timeline.with_status(changes.order, OrderStatus.PREPARING, at(6)).order
    assert timeline.with_status(calm, OrderStatus.FROZEN, at(7)).news == ()
    assert timeline.with_status(replace(order, fetched_at=None), OrderStatus.FROZEN, at(5)).news == ()


def test_translations_under_other_numbers_are_paired_by_their_times() -> None:
    order = followed(parcel(CREATED, PICKED), parcel(node(3, "Order created"), number="B2"))
    german = (
        parcel(node(3, "Erstellt", "Neu"), number="D4"),
        parcel(node(0, "Bestellung erstellt"), node(20, "Abgeholt"), number="C3"),
    )
    by_seq = {one.seq: one.at for one in order.nodes}
    texts = matching.pair(order, snapshot(*german))
    assert {by_seq[seq]: (text.name, text.description) for seq, text in texts.items()} == {
        at(3): ("Neu", "Erstellt"),
        at(0): ("", "Bestellung erstellt"),
        at(20): ("", "Abgeholt"),
    }


def test_news_of_two_parcels_belong_to_none() -> None:
    first, second = parcel(CREATED), parcel(CREATED, number="B2")
    follower = Follower(followed(first, second))
    later = parcel(CREATED, node(21, "Arrived at sorting center"), number="B2")
    (news,) = follower.look(22, parcel(CREATED, PICKED), later).news
    assert news.parcel is None
    changes = follower.look(30, parcel(CREATED, PICKED, SORTED), later)
    newest = changes.order.nodes[0].seq
    assert changes.news == (
        News(
            kind=NewsKind.NODES, key=f"nodes:{newest}:origin_transit", importance=Importance.SCAN,
            nodes=(newest,), parcel=1, stage=Stage.ORIGIN_TRANSIT,
        ),
    )  # fmt: skip


def test_a_parcel_gets_its_number_though_its_sister_has_none_yet() -> None:
    follower = Follower(followed(parcel(CREATED, number=""), parcel(number="")))
    order = follower.look(20, parcel(CREATED, PICKED), parcel(number="")).order
    assert [one.number for one in order.parcels] == ["A1", ""]
    assert [one.number for one in followed(parcel(CREATED), parcel(number="")).parcels] == ["A1", ""]


def test_a_node_that_changed_places_with_its_twin_is_stored_so_and_not_told() -> None:
    one, other = node(20, "Arrived at sorting center"), node(20, "Package left sorting center of origin.")
    follower = Follower(followed(parcel(PICKED, one, other)))
    before = {node.description: node.ordinal for node in follower.order.nodes}
    changes = follower.look(30, parcel(PICKED, other, one))
    assert changes.news == ()
    after = {node.description: node.ordinal for node in changes.order.nodes}
    assert after[one.description] == before[other.description]
    assert after[other.description] == before[one.description]


PAST_HOURS = merging.PAST / timedelta(hours=1)


def test_what_is_past_is_past_after_its_last_moment() -> None:
    for late, said in ((0.0, [SORTED.description]), (0.01, [])):
        follower = Follower(followed(parcel(PICKED)))
        assert told(follower.look(30 + PAST_HOURS + late, parcel(PICKED, SORTED))) == said


def test_what_calls_for_somebody_is_told_though_dated_behind_until_it_is_past() -> None:
    waiting, update = node(50, "Delivered to pick-up point"), node(60, "Zorb flim")
    for late, said in ((0.0, [waiting.description]), (0.01, [])):
        follower = Follower(followed(parcel(PICKED, update), hours=61))
        assert told(follower.look(50 + PAST_HOURS + late, parcel(PICKED, waiting, update))) == said


# ── time stamps lie by hours ────────────────────────────────────────────────────────────────────


def test_a_stamp_ahead_of_time_does_not_silence_what_truly_happens_next() -> None:
    ahead = node(108, "Arrived at local delivery center")
    follower = Follower(followed(parcel(PICKED, FLOWN), hours=61))
    assert told(follower.look(100.5, parcel(PICKED, FLOWN, ahead))) == [ahead.description]
    sorted_again, out = node(102, "Departed from local facility"), node(104, "Out for delivery")
    (news,) = follower.look(105, parcel(PICKED, FLOWN, sorted_again, out, ahead)).news
    assert (news.stage, news.importance, len(news.nodes)) == (
        Stage.OUT_FOR_DELIVERY,
        Importance.MILESTONE,
        2,
    )


@pytest.mark.parametrize("back", [0.5, 2, 8, 14])
def test_what_brings_a_parcel_further_is_told_though_stamped_some_hours_back(back: float) -> None:
    out = node(100 - back, "Out for delivery")
    changes = Follower(followed(parcel(PICKED, LOCAL), hours=101)).look(102, parcel(PICKED, LOCAL, out))
    assert told(changes) == [out.description]
    assert not changes.added[0].backfilled
    assert changes.order.stage is Stage.OUT_FOR_DELIVERY


def test_what_happened_in_the_newest_second_is_not_behind() -> None:
    twin = node(100, "Departed from local facility")
    changes = Follower(followed(parcel(PICKED, LOCAL), hours=101)).look(102, parcel(PICKED, LOCAL, twin))
    assert told(changes) == [twin.description]


def test_the_lowest_rung_is_further_than_none() -> None:
    update, first = node(70, "Zorb flim"), node(60, "Shipment information received")
    changes = Follower(followed(parcel(update), hours=71)).look(72, parcel(first, update))
    assert changes.order.stage is Stage.INFO_RECEIVED
    assert told(changes) == [first.description]


def test_beyond_the_zones_only_a_milestone_is_told_from_behind() -> None:
    update = node(70, "Zorb flim")
    for hours, said in ((56, True), (55.99, False)):
        scan = node(hours, SORTED.description)
        changes = Follower(followed(parcel(PICKED, update), hours=71)).look(72, parcel(PICKED, scan, update))
        assert changes.order.stage is Stage.ORIGIN_TRANSIT
        assert told(changes) == ([scan.description] if said else [])
        assert [one.backfilled for one in changes.added] == [not said]
    flown = node(40, FLOWN.description)
    changes = Follower(followed(parcel(PICKED, update), hours=71)).look(72, parcel(PICKED, flown, update))
    (news,) = changes.news
    assert (news.stage, news.importance) == (Stage.INTERNATIONAL_TRANSIT, Importance.MILESTONE)
    assert told(changes) == [flown.description]


def test_a_milestone_from_behind_is_told_until_it_is_past() -> None:
    flown, update = node(40, FLOWN.description), node(70, "Zorb flim")
    for late, said in ((0.0, [flown.description]), (0.01, [])):
        follower = Follower(followed(parcel(PICKED, update), hours=71))
        assert told(follower.look(40 + PAST_HOURS + late, parcel(PICKED, flown, update))) == said


@pytest.mark.parametrize(
    ("before", "late"),
    [
        ((PICKED, FLOWN, LANDED), node(70, "Departed from transit country/region")),
        ((PICKED, LOCAL, OUT), node(115, "Arrived at local delivery center")),
        ((PICKED, LOCAL, OUT), node(118, "Departed from local facility")),
        ((PICKED, LOCAL, node(120, "Delivery attempt failed")), node(118, "Out for delivery")),
        ((PICKED, LOCAL, OUT, DONE), node(123, "Delivery attempt failed")),
        ((PICKED, LOCAL, OUT, DONE), node(124, "Your package arrived at local Facility.")),
    ],
)
def test_what_is_stamped_back_and_brings_nothing_further_is_history(
    before: tuple[FetchedNode, ...], late: FetchedNode
) -> None:
    follower = Follower(followed(parcel(*before), hours=126))
    stage = follower.order.stage
    nodes = sorted((*before, late), key=lambda one: one.at)
    changes = follower.look(127, parcel(*nodes))
    assert changes.news == ()
    assert [one.backfilled for one in changes.added] == [True]
    assert changes.order.stage is stage


def test_what_calls_for_somebody_is_told_though_stamped_some_hours_before_a_later_scan() -> None:
    for hours, count in ((118, 1), (105, 0)):
        failed = node(hours, "Delivery attempt failed")
        known = parcel(PICKED, node(100, "Out for delivery"), node(120, "Departed from local facility"))
        changes = Follower(followed(known, hours=121)).look(122, replace(known, nodes=(failed, *known.nodes)))
        assert len(changes.news) == count


# ── stamps that move ────────────────────────────────────────────────────────────────────────────


def shifted(nodes: Sequence[FetchedNode], hours: float) -> list[FetchedNode]:
    return [replace(one, at=one.at + timedelta(hours=hours)) for one in nodes]


@pytest.mark.parametrize("hours", [-14, -8, -5.5, -0.25, 0.25, 1, 5.75, 8, 14])
def test_a_list_whose_zone_is_corrected_is_stamped_anew_in_place(hours: float) -> None:
    follower = Follower(followed(parcel(*JOURNEY[:7]), hours=121))
    before = follower.order
    changes = follower.look(122, parcel(*shifted(JOURNEY[:7], hours)))
    assert (changes.added, changes.news) == ((), ())
    assert len(changes.edited) == 7
    assert [(one.seq, one.text, one.at) for one in changes.order.nodes] == [
        (one.seq, one.text, one.at + timedelta(hours=hours)) for one in before.nodes
    ]
    assert changes.order.stage is before.stage
    assert follower.look(123, parcel(*shifted(JOURNEY[:7], hours))).edited == ()


def test_a_new_scan_is_told_beside_a_corrected_zone() -> None:
    follower = Follower(followed(parcel(*JOURNEY[:7]), hours=101))
    changes = follower.look(121, parcel(*shifted(JOURNEY[:7], -8), OUT))
    assert told(changes) == [OUT.description]
    assert len(changes.order.nodes) == 8


def test_a_corrected_zone_is_known_though_the_oldest_scans_are_gone() -> None:
    follower = Follower(followed(parcel(*JOURNEY[:7]), hours=101))
    assert follower.look(102, parcel(*shifted(JOURNEY[3:7], 8))).added == ()
    assert [one.at for one in follower.order.nodes] == [
        at(108),
        at(98),
        at(88),
        at(68),
        *map(at, (30, 20, 0)),
    ]


@pytest.mark.parametrize("gone", [1, 3, 6])
@pytest.mark.parametrize("hours", [-5.5, 8])
def test_a_corrected_zone_is_known_though_another_scan_is_gone(gone: int, hours: float) -> None:
    moved = shifted(JOURNEY[:7], hours)
    later = replace(OUT, at=max(OUT.at, moved[-1].at) + timedelta(hours=1))
    follower = Follower(followed(parcel(*JOURNEY[:7]), hours=101))
    changes = follower.look(121, parcel(*moved[:gone], *moved[gone + 1 :], later))
    assert told(changes) == [OUT.description]
    assert len(changes.order.nodes) == 8
    assert follower.look(122, parcel(*moved, later)).added == ()


@pytest.mark.parametrize("first", [1, 3, 6])
@pytest.mark.parametrize(("before", "after"), [(2, 1), (1, 2), (-5, -4), (-4, -5)])
def test_a_corrected_zone_may_span_the_change_to_summer_time(first: int, before: int, after: int) -> None:
    follower = Follower(followed(parcel(*JOURNEY[:7]), hours=101))
    moved = shifted(JOURNEY[:first], before) + shifted(JOURNEY[first:7], after)
    changes = follower.look(102, parcel(*moved))
    assert (changes.added, changes.news) == ((), ())
    assert [one.at for one in reversed(follower.order.nodes)] == [one.at for one in moved]


def test_a_corrected_zone_of_one_carrier_leaves_the_scans_of_the_others() -> None:
    follower = Follower(followed(parcel(*JOURNEY[:7]), hours=101))
    changes = follower.look(102, parcel(*JOURNEY[:4], *shifted(JOURNEY[4:7], 8)))
    assert (changes.added, changes.news) == ((), ())
    assert [one.at for one in follower.order.nodes][:4] == [at(108), at(98), at(88), at(60)]


@pytest.mark.parametrize("hours", [-14.25, -1.1, 0.1, 3.13, 14.25, 24])
def test_what_no_zone_explains_is_another_scan(hours: float) -> None:
    follower = Follower(followed(parcel(*JOURNEY[:3]), hours=31))
    assert len(follower.look(60, parcel(*shifted(JOURNEY[:3], hours))).added) == 3


def test_a_scan_like_one_that_a_carrier_dropped_is_a_new_one() -> None:
    first, other = node(30, "Arrived at sorting center"), node(32, "Departed from facility")
    again = replace(first, at=at(38))
    follower = Follower(followed(parcel(first, other), hours=33))
    assert told(follower.look(39, parcel(other, again))) == [again.description]
    only_newest = Follower(followed(parcel(PICKED, other, replace(first, at=at(34))), hours=35))
    assert len(only_newest.look(39, parcel(again)).order.nodes) == 4


@pytest.mark.parametrize(("seconds", "count"), [(0, 2), (60, 2), (61, 4)])
def test_a_corrected_zone_may_wander_by_seconds_too(seconds: int, count: int) -> None:
    first, second = node(20, "Arrived at sorting center"), node(20, "Departed from facility")
    follower = Follower(followed(parcel(first, second), hours=21))
    moved = replace(first, at=at(28) + timedelta(seconds=seconds)), replace(second, at=at(28))
    assert len(follower.look(29, parcel(*moved)).order.nodes) == count


def test_a_corrected_zone_is_known_by_two_scans_and_by_an_oldest_that_wandered() -> None:
    follower = Follower(followed(parcel(*JOURNEY[:7]), hours=101))
    assert follower.look(102, parcel(*shifted(JOURNEY[5:7], 8))).added == ()
    follower = Follower(followed(parcel(*JOURNEY[:3]), hours=31))
    oldest = replace(CREATED, at=at(8) + timedelta(seconds=60))
    assert follower.look(32, parcel(oldest, *shifted(JOURNEY[1:3], 8))).added == ()


def test_of_two_zones_that_explain_a_list_the_nearer_does() -> None:
    scan = node(10, "In transit")
    follower = Follower(followed(parcel(scan), hours=11))
    changes = follower.look(13, parcel(replace(scan, at=at(11)), replace(scan, at=at(12))))
    assert [(one.seq, one.at) for one in changes.order.nodes] == [(2, at(12)), (1, at(11))]


def test_two_scans_never_become_one() -> None:
    twin = replace(SORTED, at=SORTED.at + timedelta(seconds=30))
    follower = Follower(followed(parcel(PICKED, SORTED, twin), hours=31))
    between = replace(SORTED, at=SORTED.at + timedelta(seconds=16))
    changes = follower.look(32, parcel(PICKED, between))
    assert changes.added == ()
    assert [one.at for one in follower.order.nodes][:2] == [between.at, SORTED.at]


def test_the_same_words_at_many_hours_move_together() -> None:
    scans = [node(hour, "In transit") for hour in (0, 1, 2, 8, 9, 10, 16)]
    for hours in (8, -8, 1, -1, 14):
        follower = Follower(followed(parcel(*scans), hours=17))
        assert follower.look(18, parcel(*shifted(scans, hours))).added == ()
        assert [one.at for one in reversed(follower.order.nodes)] == [
            one.at + timedelta(hours=hours) for one in scans
        ]


def test_stamps_that_wander_by_seconds_never_pile_up() -> None:
    follower = Follower(followed(parcel(*JOURNEY[:7]), hours=101))
    for look in range(1, 40):
        wandered = [
            replace(one, at=one.at + timedelta(seconds=look * 25 + place % 3 * 17 - look % 2 * 30))
            for place, one in enumerate(JOURNEY[:7])
        ]
        changes = follower.look(101 + look / 60, parcel(*wandered))
        assert (changes.added, changes.news) == ((), ())
    assert [one.text for one in follower.order.nodes] == [one.description for one in reversed(JOURNEY[:7])]


@pytest.mark.parametrize(
    ("seconds", "count"), [(-61, 0), (-60, 2), (-1, 2), (0, 2), (20, 2), (60, 2), (61, 0)]
)
def test_translations_are_paired_though_their_stamps_wander(seconds: int, count: int) -> None:
    order = followed(parcel(CREATED, PICKED))
    foreign = [replace(one, description=f"Ü {one.description}") for one in (CREATED, PICKED)]
    texts = matching.pair(order, snapshot(parcel(*shifted(foreign, seconds / 3600))))
    assert len(texts) == count
    assert all(texts[one.seq].description == f"Ü {one.description}" for one in order.nodes if count)


def test_a_translation_between_two_stamps_is_paired_with_neither() -> None:
    later = replace(PICKED, at=PICKED.at + timedelta(seconds=30))
    order = followed(parcel(PICKED, later))
    between = replace(PICKED, at=PICKED.at + timedelta(seconds=20))
    assert matching.pair(order, snapshot(parcel(between))) == {}
    assert len(matching.pair(order, snapshot(parcel(PICKED, later)))) == 2


@pytest.mark.parametrize(("seconds", "count"), [(-61, 3), (-60, 2), (60, 2), (61, 3)])
def test_seconds_are_no_minutes(seconds: int, count: int) -> None:
    follower = Follower(followed(parcel(CREATED, PICKED), hours=21))
    moved = replace(PICKED, at=PICKED.at + timedelta(seconds=seconds))
    assert len(follower.look(22, parcel(CREATED, moved)).order.nodes) == count


def test_scans_of_the_same_words_within_a_minute_stay_two() -> None:
    twin = replace(SORTED, at=SORTED.at + timedelta(seconds=30))
    follower = Follower(followed(parcel(PICKED, SORTED, twin), hours=31))
    wandered = shifted((SORTED, twin), 5 / 3600)
    changes = follower.look(32, parcel(PICKED, *wandered))
    assert changes.added == ()
    assert [one.at for one in follower.order.nodes][:2] == [wandered[1].at, wandered[0].at]
    assert len(follower.look(33, parcel(PICKED, SORTED, *wandered, twin)).order.nodes) == 5


def test_a_reworded_entry_is_told_only_where_it_delivers() -> None:
    follower = Follower(followed(parcel(PICKED, node(60, "Zorb flim")), hours=61))
    changes = follower.look(62, parcel(PICKED, node(60, "Delivery attempt failed")))
    assert changes.order.stage is Stage.FAILED_ATTEMPT
    assert changes.news == ()
    arrived = Follower(followed(parcel(PICKED, DONE), hours=130))
    assert arrived.look(131, parcel(PICKED, node(125, "Package delivered to the recipient"))).news == ()


@pytest.mark.parametrize(
    ("text", "span"),
    [("Arrived at sorting center", merging.REPEAT), ("Out for delivery", merging.REPEAT_SAME_DAY)],
)
def test_the_same_once_more_is_an_echo_up_to_the_last_moment(text: str, span: timedelta) -> None:
    hours = 60 + span / timedelta(hours=1)
    for later, count in ((0.0, 0), (0.01, 1)):
        follower = Follower(followed(parcel(PICKED, node(60, text)), hours=61))
        changes = follower.look(hours + 1, parcel(PICKED, node(60, text), node(hours + later, text)))
        assert len(changes.news) == count


def test_that_all_have_arrived_is_told_once_and_never_of_what_had_arrived_before() -> None:
    both = (parcel(PICKED, DONE), parcel(PICKED, DONE, number="B2"))
    follower = Follower(followed(both[0], parcel(PICKED, number="B2"), hours=130))
    arrived = follower.look(131, *both)
    whole = News(
        kind=NewsKind.ALL_ARRIVED, key="all_arrived", importance=Importance.ACTION, stage=Stage.DELIVERED
    )
    assert whole in arrived.news
    corrected = parcel(PICKED, DONE, node(150, "Delivery attempt failed"), number="B2")
    assert follower.look(151, both[0], corrected).order.stage is Stage.FAILED_ATTEMPT
    again = parcel(
        PICKED, DONE, node(150, "Delivery attempt failed"), node(160, "Package delivered"), number="B2"
    )
    changes = follower.look(161, both[0], again)
    assert changes.order.stage is Stage.DELIVERED
    assert whole not in changes.news
    had = Follower(followed(*both, hours=130))
    assert (
        had.look(
            140,
            *both,
        ).news
        == ()
    )


# ── what an entry's words are read with ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("before", "text", "stage"),
    [
        ([], "Customs clearance started", Stage.IMPORT_CUSTOMS),
        (["Order created"], "Customs clearance started", Stage.EXPORT_CUSTOMS),
        (["Customs duties payment requested"], "Arrived at sorting center", Stage.LOCAL_TRANSIT),
        (["Delivery attempt failed"], "Arrived at sorting center", Stage.LOCAL_TRANSIT),
        (["Package lost"], "Arrived at sorting center", Stage.ORIGIN_TRANSIT),
        (
            ["Arrived at local delivery center", "Package left sorting center of origin."],
            "Arrived at sorting center",
            Stage.LOCAL_TRANSIT,
        ),
    ],
)
def test_words_are_read_in_the_light_of_what_was_reached(before: list[str], text: str, stage: Stage) -> None:
    story = [*before, text]
    order = followed(parcel(*(node(hours, said) for hours, said in enumerate(story))))
    assert order.nodes[0].description == text
    assert order.nodes[0].stage is stage


def test_an_entry_whose_name_is_a_code_is_read_by_it() -> None:
    (stored,) = followed(parcel(node(0, "", "GTMS_SIGNED"))).nodes
    assert (stored.stage, stored.rule) == (Stage.DELIVERED, "code.delivered")


def test_a_place_in_front_is_stored_and_kept_up_to_date() -> None:
    follower = Follower(followed(parcel(node(0, "[Berlin] Arrived at local delivery center"))))
    assert follower.order.nodes[0].place == "Berlin"
    changes = follower.look(1, parcel(node(0, "[Paris] Zorb flim")))
    (edited,) = changes.edited
    assert (edited.place, edited.stage) == ("Paris", Stage.LOCAL_TRANSIT)


def test_new_entries_are_numbered_one_after_the_other_and_remember_when_they_were_seen() -> None:
    follower = Follower(followed(parcel(CREATED, PICKED)))
    changes = follower.look(31, parcel(CREATED, PICKED, SORTED, node(31, "Zorb flim")))
    assert sorted(one.seq for one in changes.order.nodes) == [1, 2, 3, 4]
    assert {one.seen_at for one in changes.added} == {at(31)}


# ── how much it matters, and what comes along ───────────────────────────────────────────────────


def test_the_end_of_import_matters_once() -> None:
    story = [PICKED, FLOWN, LANDED]
    follower = Follower(followed(parcel(*story), hours=81))
    for text, hours, importance in (
        ("Import customs clearance complete", 90, Importance.MILESTONE),
        ("Released from customs", 92, Importance.SCAN),
        ("Customs clearance complete", 95, Importance.SCAN),
    ):
        story.append(node(hours, text))
        (news,) = follower.look(hours + 1, parcel(*story)).news
        assert news.importance is importance


def test_all_history_that_comes_late_comes_along_with_the_news() -> None:
    follower = Follower(followed(parcel(PICKED, FLOWN), hours=61))
    late = [node(30, "Arrived at sorting center"), node(40, "Departed from facility")]
    changes = follower.look(81, parcel(PICKED, *late, FLOWN, LANDED))
    assert told(changes) == [LANDED.description, late[1].description, late[0].description]
    assert {one.at for one in changes.added if one.backfilled} == {at(30), at(40)}


def test_what_calls_for_somebody_is_told_beside_news_that_do_not() -> None:
    waiting, update = node(50, "Delivered to pick-up point"), node(60, "Zorb flim")
    follower = Follower(followed(parcel(PICKED, update), hours=61))
    changes = follower.look(71, parcel(PICKED, waiting, update, node(70, "Zorb flam")))
    (news,) = changes.news
    assert (news.importance, news.stage) == (Importance.ACTION, Stage.READY_FOR_PICKUP)
    assert told(changes) == ["Zorb flam", waiting.description]
    assert not any(one.backfilled for one in changes.added)


def test_a_delivery_that_is_reworded_to_and_fro_is_told_once() -> None:
    follower = Follower(followed(parcel(PICKED), hours=61))
    assert follower.look(126, parcel(PICKED, DONE)).news
    assert (
        follower.look(127, parcel(PICKED, node(125, "Out for delivery"))).order.stage is not Stage.DELIVERED
    )
    changes = follower.look(128, parcel(PICKED, DONE))
    assert changes.order.stage is Stage.DELIVERED
    assert changes.news == ()


def test_a_delivery_that_an_edit_brings_is_told_though_nothing_is_new() -> None:
    follower = Follower(followed(parcel(PICKED, node(125, "Out for delivery")), hours=126))
    changes = follower.look(127, parcel(PICKED, DONE))
    assert changes.added == ()
    (news,) = changes.news
    assert (news.importance, news.stage) == (Importance.ACTION, Stage.DELIVERED)


def test_late_history_of_both_parcels_comes_along_until_it_is_past() -> None:
    for hours, count in ((0.0, 4), (0.01, 2)):
        now = 30 + PAST_HOURS + hours
        new = node(now - 1, "Arrived at local delivery center")
        other = node(now - 1, "Departed from local facility")
        late, later = node(30, "Arrived at sorting center"), node(30, "Departed from facility")
        follower = Follower(followed(parcel(FLOWN), parcel(FLOWN, number="B2"), hours=61))
        changes = follower.look(now, parcel(late, FLOWN, new), parcel(later, FLOWN, other, number="B2"))
        assert len(told(changes)) == count


# ── several parcels in one answer ───────────────────────────────────────────────────────────────


def test_the_first_snapshot_of_what_has_arrived_tells_nothing_either() -> None:
    changes = Follower().look(130, parcel(PICKED, DONE), parcel(PICKED, DONE, number="B2"))
    assert changes.news == ()


def test_a_snapshots_digest_and_mark_are_kept() -> None:
    order = followed(parcel(PICKED))
    fetched = replace(snapshot(parcel(PICKED, SORTED)), digest="d", fingerprint="m")
    seen = timeline.changes(order, fetched, at(31)).order
    assert (seen.digest, seen.fingerprint, seen.fetched_at) == ("d", "m", at(31))


def test_only_texts_that_nobody_knows_are_listed_as_unknown_each_once() -> None:
    zorb, blank = node(30, "Zorb flim"), node(33, "")
    changes = Follower(followed(parcel(PICKED))).look(
        40, parcel(PICKED, SORTED, zorb, node(31, "Zorb flim"), blank)
    )
    assert changes.unknown == ("Zorb flim",)


def test_the_first_entry_of_an_order_is_number_one_whenever_it_comes() -> None:
    follower = Follower(followed(parcel()))
    assert [one.seq for one in follower.look(21, parcel(PICKED)).order.nodes] == [1]


def test_what_another_parcel_told_is_no_news() -> None:
    order = followed(parcel(CREATED), parcel(CREATED, number="B2"), parcel(CREATED, PICKED, number="C3"))
    both = followed(parcel(CREATED, PICKED), parcel(CREATED, number="B2"))
    assert Follower(both).look(21, parcel(CREATED, PICKED), parcel(CREATED, PICKED, number="B2")).news == ()
    changes = Follower(order).look(
        31,
        parcel(CREATED, SORTED),
        parcel(CREATED, PICKED, number="B2"),
        parcel(CREATED, PICKED, number="C3"),
    )
    assert told(changes) == [SORTED.description]


def test_what_is_new_and_what_is_reworded_is_stored_of_every_parcel() -> None:
    follower = Follower(followed(parcel(PICKED), parcel(PICKED, number="B2")))
    again = node(20, "Collected")
    changes = follower.look(31, parcel(again, SORTED), parcel(again, FLOWN, number="B2"))
    assert {(one.parcel, one.description) for one in changes.added} == {
        (1, SORTED.description),
        (2, FLOWN.description),
    }
    assert {(one.parcel, one.description) for one in changes.edited} == {(1, "Collected"), (2, "Collected")}


def test_two_answers_about_one_parcel_under_its_old_and_new_number_are_both_taken() -> None:
    follower = Follower(followed(parcel(PICKED)))
    order = follower.look(25, parcel(PICKED, number="B2")).order
    assert [(one.number, one.former_numbers) for one in order.parcels] == [("B2", ("A1",))]
    order = follower.look(61, parcel(PICKED, SORTED, eta=at(300)), parcel(PICKED, FLOWN, number="B2")).order
    (one,) = order.parcels
    assert [stored.description for stored in one.nodes] == [
        FLOWN.description,
        SORTED.description,
        PICKED.description,
    ]
    assert one.eta == at(300)
    assert one.number == "B2"
    order = follower.look(62, parcel(PICKED, FLOWN, number="B2"), parcel(PICKED, SORTED)).order
    assert [one.number for one in order.parcels] == ["B2"]


def test_number_and_carrier_stay_where_an_answer_has_none() -> None:
    follower = Follower(followed(replace(parcel(PICKED), carrier="Post")))
    (one,) = follower.look(31, parcel(PICKED, SORTED, number="")).order.parcels
    assert (one.number, one.carrier) == ("A1", "Post")
    (one,) = follower.look(61, replace(parcel(PICKED, SORTED, FLOWN), carrier="Other")).order.parcels
    assert (one.number, one.carrier) == ("A1", "Other")


# ── entries of one moment ───────────────────────────────────────────────────────────────────────


def test_what_an_answer_says_twice_is_stored_once() -> None:
    follower = Follower(followed(parcel(PICKED)))
    changes = follower.look(31, parcel(PICKED, SORTED, SORTED))
    assert len(changes.added) == 1
    reworded = node(30, "Left the sorting center")
    changes = follower.look(32, parcel(PICKED, reworded, reworded))
    assert changes.added == ()
    assert [one.description for one in changes.edited] == [reworded.description]


@pytest.mark.parametrize(
    ("answer", "became"),
    [
        (["Alpha", "Blue", "Green"], {"Alpha": "Alpha", "Beta": "Blue", "Gamma": "Green"}),
        (["Gamma", "Blue", "Green"], {"Alpha": "Green", "Beta": "Blue", "Gamma": "Gamma"}),
    ],
)
def test_a_reworded_entry_is_the_one_that_stood_nearest(answer: list[str], became: dict[str, str]) -> None:
    def at_once(said: list[str]) -> FetchedParcel:
        return FetchedParcel(number="A1", nodes=tuple(node(20, text) for text in said))

    follower = Follower(followed(at_once(["Alpha", "Beta", "Gamma"])))
    before = {one.seq: one.description for one in follower.order.nodes}
    order = follower.look(30, at_once(answer)).order
    assert {before[one.seq]: one.description for one in order.nodes} == became


def test_what_was_not_found_changes_nothing_whatever_it_holds() -> None:
    order = followed(parcel(PICKED))
    for fetched in (replace(snapshot(parcel(PICKED, SORTED)), found=False), replace(snapshot(), found=True)):
        changes = timeline.changes(order, fetched, at(31))
        assert (changes.order, changes.hiccup, changes.news) == (order, True, ())


# ── several parcels, several entries of one second ──────────────────────────────────────────────


def test_what_any_parcel_told_is_an_echo_under_a_third_number() -> None:
    one, other = parcel(PICKED, SORTED), parcel(node(22, "Arrived at sorting center"), number="B2")
    follower = Follower(followed(one, other, hours=31))
    assert follower.look(32, one, other, replace(one, number="C3")).news == ()
    new, newer = node(40, "Departed from facility"), node(41, "Departed from facility")
    changes = follower.look(
        42,
        parcel(PICKED, SORTED, new),
        parcel(node(22, "Arrived at sorting center"), newer, number="B2"),
        parcel(PICKED, SORTED, new, number="C3"),
    )
    assert len(told(changes)) == 2
    assert len(changes.added) == 3
    reworded = [replace(one, description=f"Ü {one.description}") for one in (PICKED, new, newer)]
    edited = follower.look(
        43,
        parcel(reworded[0], SORTED, reworded[1]),
        parcel(node(22, "Arrived at sorting center"), reworded[2], number="B2"),
        parcel(PICKED, SORTED, new, number="C3"),
    ).edited
    assert len(edited) == 3


def test_of_several_reworded_entries_of_one_second_each_keeps_its_place() -> None:
    three = [
        node(20, text) for text in ("Arrived at hub", "Departed from hub", "Package collected by carrier")
    ]
    follower = Follower(followed(parcel(*three), hours=21))
    before = {one.text: one.seq for one in follower.order.nodes}
    left, collected = node(20, "Left the hub"), node(20, "Collected by the carrier")
    changes = follower.look(22, replace(parcel(), nodes=(three[0], left, collected)))
    now = {one.text: one.seq for one in changes.edited}
    assert now[left.description] == before[three[1].description]
    assert now[collected.description] == before[three[2].description]
    assert changes.added == ()


# ── articles in readers' languages ──────────────────────────────────────────────────────────────


def _goods(*items: Item) -> tuple[Order, Callable[..., Snapshot]]:
    parcel = Parcel(index=1, number="LP1", items=items)
    order = Order(id="1", created_at=START, parcels=(parcel,))

    def answer(*theirs: Item) -> Snapshot:
        return Snapshot(order_id="1", language="ru", parcels=(FetchedParcel(number="LP1", items=theirs),))

    return order, answer


def test_two_colors_of_one_article_keep_their_own_translations() -> None:
    black, white, lamp = (
        Item(id="1", title="Cable", variant="Black"),
        Item(id="1", title="Cable", variant="White"),
        Item(id="2", title="Lamp"),
    )
    order, answer = _goods(black, lamp, white)
    theirs = [Item(id="1", title="Кабель", variant=color) for color in ("Чёрный", "Белый")]
    (shown,) = order.translated(
        matching.translated(order, answer(Item(id="2", title="Лампа"), *theirs))
    ).parcels
    assert [(item.title, item.variant) for item in shown.items] == [
        ("Кабель", "Чёрный"),
        ("Лампа", ""),
        ("Кабель", "Белый"),
    ]


def test_articles_of_a_relabelled_parcel_are_found_by_the_times_of_its_scans() -> None:
    order = followed(parcel(CREATED, items=["x"]), parcel(node(3, "Order created"), number="B2", items=["x"]))
    theirs = replace(parcel(node(3, "Erstellt"), number="C3"), items=(Item(id="x", title="Lampe"),))
    assert matching.translated(order, snapshot(theirs)) == {2: theirs.items}


def test_articles_that_are_not_the_known_ones_are_not_taken_for_them() -> None:
    order, answer = _goods(Item(id="1", title="Cable"))
    for theirs in ((), (Item(id="2", title="Лампа"),), (Item(id="1", title="Кабель"),) * 2):
        assert matching.translated(order, answer(*theirs)) == {}
    stale = {1: (Item(id="2", title="Лампа"),)}
    assert order.translated(stale) == order


def test_an_answer_without_titles_leaves_the_known_ones() -> None:
    order, answer = _goods(Item(id="1", title="Cable", variant="Black", quantity=2))
    (shown,) = order.translated(matching.translated(order, answer(Item(id="1")))).parcels
    assert shown.items == order.parcels[0].items
