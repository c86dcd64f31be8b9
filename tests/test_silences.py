"""What is told when nothing happens: when, to whom, and each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Importance, News, NewsKind, Order, OrderStatus, Parcel, Stage
from bot.silences import (
    DEFAULT,
    Typical,
    due_silences,
    next_silence_at,
    revived,
    stage_durations,
    typical_for_stage,
)
from tests.timelines import Follower, at, followed, node, parcel

DAY = 24.0
PICKUP = node(0, "Delivered to pick-up point")
LEFT = node(-10, "Departed from departure country")


def lived(order: Order, days: float, step: float = 1.0) -> list[tuple[float, News]]:
    """All silences told while nothing happens, with the day of each."""
    told = []
    for count in range(int(days / step) + 1):
        for news in due_silences(order, at(count * step * DAY)):
            told.append((count * step, news))
            order = replace(order, announced=order.announced | {news.key})
    return told


def kinds(told: Sequence[tuple[float, News]]) -> list[tuple[float, NewsKind, int | None]]:
    return [(day, news.kind, news.days) for day, news in told]


def test_no_tracking_three_days_after_the_follow_is_told_to_the_merchant() -> None:
    order = followed(parcel(number=""))
    ((day, news),) = lived(order, 10)
    assert (day, news.kind, news.merchant_only) == (3, NewsKind.NO_TRACKING, True)


def test_no_tracking_is_counted_from_the_payment_where_that_is_known() -> None:
    order = replace(followed(parcel(number="")), paid_at=at(-DAY))
    assert kinds(lived(order, 10)) == [(2, NewsKind.NO_TRACKING, 3)]


def test_a_payment_after_the_follow_puts_the_notice_off() -> None:
    order = replace(followed(parcel(number="")), paid_at=at(2 * DAY))
    assert kinds(lived(order, 10)) == [(5, NewsKind.NO_TRACKING, 3)]


@pytest.mark.parametrize("days", [3, 4, 60])
def test_what_was_too_long_before_the_follow_is_not_told(days: int) -> None:
    order = replace(followed(parcel(number="")), paid_at=at(-days * DAY))
    assert lived(order, 10) == []


def test_a_number_that_nobody_has_scanned_is_no_tracking_yet() -> None:
    told = lived(followed(parcel(number="LP00123")), 10)
    assert kinds(told) == [(3, NewsKind.NO_TRACKING, 3)]


def test_an_order_with_a_scan_is_not_without_tracking() -> None:
    order = followed(parcel(node(0, "Package collected by carrier"), number=""))
    assert NewsKind.NO_TRACKING not in {news.kind for _, news in lived(order, 10)}


def test_a_pick_up_is_recalled_after_two_five_and_nine_days() -> None:
    told = lived(followed(parcel(PICKUP)), 20)
    assert kinds(told) == [
        (2, NewsKind.PICKUP_WAITING, 2),
        (5, NewsKind.PICKUP_WAITING, 5),
        (9, NewsKind.PICKUP_WAITING, 9),
    ]
    assert not any(news.merchant_only for _, news in told)


def test_after_an_outage_only_the_latest_reminder_is_told() -> None:
    order = followed(parcel(PICKUP))
    due = due_silences(order, at(6 * DAY))
    assert [news.days for news in due] == [5]
    order = replace(order, announced=frozenset(news.key for news in due))
    assert due_silences(order, at(6.5 * DAY)) == ()
    assert [news.days for news in due_silences(order, at(9 * DAY))] == [9]


@pytest.mark.parametrize(
    ("text", "kind", "day", "merchant_only"),
    [
        ("Customs duties payment requested", NewsKind.DUTIES_WAITING, 2, False),
        ("Held by customs", NewsKind.CUSTOMS_WAITING, 5, False),
        ("Arrived at customs", NewsKind.CUSTOMS_WAITING, 5, True),
        ("Departed from departure country/region", NewsKind.STUCK, 14, True),
        ("Arrived at local delivery center", NewsKind.STUCK, 6, True),
        ("Out for delivery", NewsKind.STUCK, 3, True),
    ],
)
def test_waiting_is_told_once(text: str, kind: NewsKind, day: int, merchant_only: bool) -> None:
    order = followed(parcel(node(-10, "Departed from departure country"), node(0, text)))
    ((when, news),) = lived(order, 20)
    assert (when, news.kind, news.merchant_only) == (day, kind, merchant_only)


def test_a_scan_within_the_stage_puts_stuck_off() -> None:
    order = followed(
        parcel(node(0, "Arrived at local delivery center"), node(4 * DAY, "Departed from local facility"))
    )
    assert due_silences(order, at(7 * DAY)) == ()
    assert [news.kind for news in due_silences(order, at(10 * DAY))] == [NewsKind.STUCK]


def test_what_is_typical_for_this_merchant_puts_stuck_off() -> None:
    order = followed(parcel(node(0, "Departed from departure country/region")))
    slow = {Stage.INTERNATIONAL_TRANSIT: Typical(median=timedelta(days=20), p90=timedelta(days=28), count=9)}
    assert due_silences(order, at(20 * DAY), DEFAULT, slow) == ()
    assert [news.days for news in due_silences(order, at(28 * DAY), DEFAULT, slow)] == [28]


def test_a_silent_order_is_asked_about_and_then_given_up() -> None:
    told = lived(followed(parcel(node(0, "Zorb flim"))), 120)
    assert [(day, news.kind) for day, news in told if news.parcel is None and not news.merchant_only] == [
        (30, NewsKind.STILL_AWAITED),
        (90, NewsKind.STOPPED),
    ]


def test_a_revived_order_is_waited_for_again() -> None:
    order = followed(parcel(node(0, "Zorb flim")))
    order = replace(order, announced=frozenset(news.key for _, news in lived(order, 95)))
    assert next_silence_at(order, at(95 * DAY)) is None
    order = revived(order, at(100 * DAY))
    assert due_silences(order, at(100 * DAY)) == ()
    assert [n.kind for n in due_silences(order, at(130 * DAY))] == [NewsKind.STILL_AWAITED]


@pytest.mark.parametrize("status", [OrderStatus.CANCELLED, OrderStatus.PLACED])
def test_nothing_is_awaited_of_an_order_that_is_not_to_come(status: OrderStatus) -> None:
    assert lived(replace(followed(parcel(number="")), status=status), 100) == []


def test_nothing_is_awaited_of_what_has_arrived_or_was_never_seen() -> None:
    assert lived(followed(parcel(node(0, "Package delivered"))), 100) == []
    assert lived(Order(id="1", created_at=at(0)), 100) == []


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "Delivered to pick-up point",
                "Held by customs",
                "Out for delivery",
                "Zorb",
                "Arrived at customs",
            ]
        ),
        max_size=4,
    )
)
def test_looking_at_the_named_moments_finds_each_silence_once(story: list[str]) -> None:
    order = followed(parcel(*(node(hours * 30, text) for hours, text in enumerate(story))))
    now, keys = at(0), []
    for _ in range(30):
        moment = next_silence_at(order, now)
        if moment is None:
            break
        assert moment >= now
        now = moment
        due = due_silences(order, now)
        assert due
        keys += [news.key for news in due]
        order = replace(order, announced=order.announced | {news.key for news in due})
    else:
        raise AssertionError("silences never end")
    assert len(set(keys)) == len(keys)
    assert due_silences(order, now + timedelta(days=400)) == ()


def test_typical_wants_enough_samples() -> None:
    days = [timedelta(days=n) for n in range(1, 11)]
    assert typical_for_stage(days[:7]) is None
    found = typical_for_stage(days)
    assert found == Typical(median=timedelta(days=5.5), p90=timedelta(days=9), count=10)
    assert typical_for_stage([], least=0) is None


def test_durations_are_counted_for_delivered_parcels_only() -> None:
    follower = Follower()
    nodes = [
        node(0, "Package collected by carrier"),
        node(20, "Departed from departure country/region"),
        node(100, "Out for delivery"),
    ]
    follower.look(101, parcel(*nodes))
    assert stage_durations(follower.order.parcels[0]) == {}
    follower.look(107, parcel(*nodes, node(106, "Package delivered")))
    assert stage_durations(follower.order.parcels[0]) == {
        Stage.PICKED_UP: timedelta(hours=20),
        Stage.INTERNATIONAL_TRANSIT: timedelta(hours=80),
        Stage.OUT_FOR_DELIVERY: timedelta(hours=6),
    }
    follower.look(200, parcel(*nodes, node(106, "Package delivered"), node(190, "Returning to sender")))
    follower.look(
        300,
        parcel(
            *nodes,
            node(106, "Package delivered"),
            node(190, "Returning to sender"),
            node(290, "Package collected by customer"),
        ),
    )
    assert stage_durations(follower.order.parcels[0])[Stage.OUT_FOR_DELIVERY] == timedelta(hours=6)


def _told(key: str, kind: NewsKind, days: int, **more: Any) -> News:
    return News(kind=kind, key=key, days=days, **({"importance": Importance.ACTION} | more))


_ZERO, _DAY_0 = f"{at(0):%Y%m%d%H%M}", f"{at(0):%Y%m%d}"


@pytest.mark.parametrize(
    ("text", "days", "news"),
    [
        (
            "Delivered to pick-up point",
            2,
            _told(f"pickup:1:{_ZERO}:2", NewsKind.PICKUP_WAITING, 2, parcel=1, stage=Stage.READY_FOR_PICKUP),
        ),
        (
            "Customs duties payment requested",
            2,
            _told(f"duties:1:{_ZERO}", NewsKind.DUTIES_WAITING, 2, parcel=1, stage=Stage.DUTIES_DUE),
        ),
        (
            "Held by customs",
            5,
            _told(
                f"customs:1:{_ZERO}", NewsKind.CUSTOMS_WAITING, 5, parcel=1, stage=Stage.EXCEPTION,
                importance=Importance.MILESTONE,
            ),
        ),
        (
            "Arrived at customs",
            5,
            _told(
                f"customs:1:{_ZERO}", NewsKind.CUSTOMS_WAITING, 5, parcel=1, stage=Stage.IMPORT_CUSTOMS,
                importance=Importance.MILESTONE, merchant_only=True,
            ),
        ),
        (
            "Out for delivery",
            3,
            _told(
                f"stuck:1:out_for_delivery:{_DAY_0}", NewsKind.STUCK, 3, parcel=1,
                stage=Stage.OUT_FOR_DELIVERY, importance=Importance.MILESTONE, merchant_only=True,
            ),
        ),
        (
            "Package lost",
            5,
            _told(
                f"stuck:1:exception:{_DAY_0}", NewsKind.STUCK, 5, parcel=1, stage=Stage.EXCEPTION,
                importance=Importance.MILESTONE, merchant_only=True,
            ),
        ),
    ],
)  # fmt: skip
def test_what_is_said_of_a_waiting_parcel_and_when(text: str, days: int, news: News) -> None:
    order = followed(parcel(LEFT, node(0, text)))
    assert due_silences(order, at(days * DAY - 0.1)) == ()
    assert due_silences(order, at(days * DAY)) == (news,)


def test_what_is_said_of_a_whole_order_and_when() -> None:
    unscanned = followed(parcel(number=""))
    missing = _told("no_tracking", NewsKind.NO_TRACKING, 3, merchant_only=True)
    asked = _told(f"awaited:{_ZERO}", NewsKind.STILL_AWAITED, 30)
    stopped = _told(f"stopped:{_ZERO}", NewsKind.STOPPED, 90)
    assert due_silences(unscanned, at(3 * DAY)) == (missing,)
    assert due_silences(unscanned, at(30 * DAY)) == (missing, asked)
    assert due_silences(unscanned, at(90 * DAY)) == (missing, asked, stopped)


def test_the_second_reminder_falls_due_alone_at_its_very_moment() -> None:
    order = followed(parcel(PICKUP))
    assert [news.days for news in due_silences(order, at(5 * DAY))] == [5]


def test_what_is_typical_puts_customs_off_too() -> None:
    order = followed(parcel(LEFT, node(0, "Arrived at customs")))
    slow = {Stage.IMPORT_CUSTOMS: Typical(median=timedelta(days=6), p90=timedelta(days=11), count=9)}
    assert due_silences(order, at(11 * DAY - 1), DEFAULT, slow) == ()
    assert [news.days for news in due_silences(order, at(11 * DAY), DEFAULT, slow)] == [11]


def test_a_parcel_whose_nodes_are_gone_is_stuck_from_the_beginning_of_its_stage() -> None:
    bare = Parcel(index=1, number="A1", stage=Stage.OUT_FOR_DELIVERY, stage_since=at(0))
    order = replace(followed(parcel(PICKUP)), parcels=(bare,), stage=bare.stage)
    assert next_silence_at(order, at(0)) == at(3 * DAY)


def test_reviving_forgets_the_long_silences_and_nothing_else() -> None:
    told = frozenset({"no_tracking", "revived:2026-11-01T00:00:00+0000", "awaited:1", "stopped:1"})
    order = revived(replace(followed(parcel(PICKUP)), announced=told), at(0))
    assert order.announced == {
        "no_tracking", "revived:2026-11-01T00:00:00+0000", "revived:2026-11-02T08:00:00+0000",
    }  # fmt: skip


def test_typical_is_the_middle_and_the_nearest_rank_of_enough_samples() -> None:
    days = [timedelta(days=n) for n in range(1, 21)]
    assert typical_for_stage(days[:8]) == Typical(median=days[3] + timedelta(hours=12), p90=days[7], count=8)
    assert typical_for_stage(days[:9]) == Typical(median=days[4], p90=days[8], count=9)
    assert typical_for_stage(days) == Typical(median=days[9] + timedelta(hours=12), p90=days[17], count=20)
    assert typical_for_stage(days[:1], least=0) == Typical(median=days[0], p90=days[0], count=1)


def test_a_stage_lasts_from_its_first_node_and_what_is_returned_to_is_added_up() -> None:
    done = followed(
        parcel(
            node(0, "Package collected by carrier"),
            node(5, "Departed from facility"),
            node(6, "Arrived at sorting center"),
            node(10, "Arrived at local delivery center"),
            node(10, "Out for delivery"),
            node(12, "Delivery attempt failed"),
            node(15, "Out for delivery"),
            node(19, "Delivery attempt failed"),
            node(19, "Out for delivery"),
            node(20, "Package delivered"),
            node(30, "Package collected by customer"),
        )
    ).parcels[0]
    spent = {stage: time / timedelta(hours=1) for stage, time in stage_durations(done).items()}
    assert spent == {
        Stage.PICKED_UP: 5, Stage.ORIGIN_TRANSIT: 5, Stage.OUT_FOR_DELIVERY: 7, Stage.FAILED_ATTEMPT: 3,
    }  # fmt: skip
