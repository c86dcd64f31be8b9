"""Promised days: shown at once, told when they move by a day, not while they wander."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.eta import COOLDOWN, believable, has_day, is_meaningful, promised, with_moves
from bot.model import Importance, News, NewsKind, OrderStatus, Parcel, Reason, Stage
from tests.timelines import START, Follower, at, followed, node, parcel

SENT = node(0, "Package collected by carrier")
DAY = 24.0


def following(eta: datetime | None) -> Follower:
    return Follower(followed(parcel(SENT, eta=eta)))


def eta_news(follower: Follower, hours: float, eta: datetime | None) -> tuple[News, ...]:
    return tuple(n for n in follower.look(hours, parcel(SENT, eta=eta)).news if n.kind is NewsKind.ETA)


def test_the_first_promise_is_shown_and_not_told() -> None:
    follower = following(None)
    assert eta_news(follower, 1, at(10 * DAY)) == ()
    (one,) = follower.order.parcels
    assert (one.eta, one.first_eta) == (at(10 * DAY), at(10 * DAY))


@pytest.mark.parametrize("moved", [1.0, -1.0, 5.5])
def test_a_move_of_a_day_or_more_is_told_with_both_days(moved: float) -> None:
    follower = following(at(10 * DAY))
    (news,) = eta_news(follower, 1, at((10 + moved) * DAY))
    assert (news.eta_before, news.eta_after) == (at(10 * DAY), at((10 + moved) * DAY))
    assert (news.importance, news.parcel) == (Importance.MILESTONE, 1)
    assert follower.order.parcels[0].first_eta == at(10 * DAY)


def test_a_move_within_a_day_is_shown_and_not_told() -> None:
    follower = following(at(10 * DAY))
    assert eta_news(follower, 1, at(10 * DAY + 23)) == ()
    assert follower.order.parcels[0].eta == at(10 * DAY + 23)


def test_small_steps_are_told_once_they_make_a_day() -> None:
    follower = following(at(10 * DAY))
    assert eta_news(follower, 1, at(10 * DAY + 12)) == ()
    (news,) = eta_news(follower, 2, at(11 * DAY))
    assert news.eta_before == at(10 * DAY)


def test_a_promise_that_wanders_is_told_no_more_often_than_the_cool_down_allows() -> None:
    follower = following(at(10 * DAY))
    told: list[News] = []
    for hour in range(1, 97):
        told += eta_news(follower, hour, at((10 + 3 * (hour % 2)) * DAY))
    assert len(told) <= 2
    assert len({news.key for news in told}) == len(told)


def test_a_promise_that_vanishes_keeps_the_last_one_silently() -> None:
    follower = following(at(10 * DAY))
    assert eta_news(follower, 1, None) == ()
    assert follower.order.parcels[0].eta == at(10 * DAY)
    assert eta_news(follower, 2, at(10 * DAY)) == ()


@pytest.mark.parametrize(
    "absurd",
    [datetime(1970, 1, 1, tzinfo=UTC), START - timedelta(days=365), START + timedelta(days=500)],
)
def test_an_absurd_promise_is_ignored(absurd: datetime) -> None:
    follower = following(at(10 * DAY))
    assert eta_news(follower, 1, absurd) == ()
    assert follower.order.parcels[0].eta == at(10 * DAY)
    assert following(absurd).order.parcels[0].eta is None


def test_a_promise_that_has_passed_is_a_promise() -> None:
    follower = following(at(2 * DAY))
    follower.look(5 * DAY, parcel(SENT, eta=at(2 * DAY)))
    assert follower.order.parcels[0].eta == at(2 * DAY)


def test_nobody_is_told_a_day_for_what_has_arrived() -> None:
    nodes = (SENT, node(20, "Package delivered"))
    follower = Follower(followed(parcel(*nodes, eta=at(10 * DAY))))
    assert follower.look(30, parcel(*nodes, eta=at(20 * DAY))).news == ()


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(-20, 60)), max_size=30))
def test_promises_are_told_once_each_and_never_twice_within_the_cool_down(days: list[int | None]) -> None:
    follower = following(at(10 * DAY))
    told: list[tuple[int, News]] = []
    for hour, day in enumerate(days, start=1):
        told += [
            (hour * 6, news) for news in eta_news(follower, hour * 6, None if day is None else at(day * DAY))
        ]
    assert len({news.key for _, news in told}) == len(told)
    assert all(later - sooner >= 48 for (sooner, _), (later, _) in pairwise(told))
    for _, news in told:
        assert news.eta_before is not None
        assert news.eta_after is not None
        assert abs(news.eta_after - news.eta_before) >= timedelta(days=1)


def test_a_move_is_told_with_all_there_is_to_say() -> None:
    follower = following(at(10 * DAY))
    assert eta_news(follower, 1, at(12 * DAY)) == (
        News(
            kind=NewsKind.ETA,
            key=f"eta:1:{at(12 * DAY):%Y%m%d}:{at(1):%Y%m%d}",
            importance=Importance.MILESTONE,
            parcel=1,
            stage=Stage.PICKED_UP,
            eta_before=at(10 * DAY),
            eta_after=at(12 * DAY),
        ),
    )


def test_the_cool_down_is_over_at_its_very_end() -> None:
    follower = following(at(10 * DAY))
    assert eta_news(follower, 1, at(12 * DAY))
    wait = COOLDOWN / timedelta(hours=1)
    assert eta_news(follower, 1 + wait - 0.1, at(15 * DAY)) == ()
    assert eta_news(follower, 1 + wait, at(15 * DAY))


def test_what_can_be_believed_has_limits_that_belong_to_it() -> None:
    order, second = followed(parcel(SENT)), timedelta(seconds=1)
    first, last = at(-30 * DAY), at(400 * DAY)
    for one in (order.parcels[0], Parcel(index=2)):  # with and without a node
        for eta, inside in ((first - second, False), (first, True), (last, True), (last + second, False)):
            assert believable(eta, one, order, at(0)) == inside


@pytest.mark.parametrize(
    ("stage", "announced"),
    [
        (Stage.LOCAL_TRANSIT, True),
        (Stage.OUT_FOR_DELIVERY, False),
        (Stage.FAILED_ATTEMPT, False),
        (Stage.READY_FOR_PICKUP, False),
    ],
)
def test_a_promise_that_the_card_does_not_show_is_not_announced(stage: Stage, announced: bool) -> None:
    known = following(at(10 * DAY)).order
    (shown,) = (replace(one, stage=stage) for one in known.parcels)
    (after,), news = promised([shown], {shown.index: at(14 * DAY)}, known, at(5 * DAY))
    assert bool(news) is announced
    assert after.eta == at(14 * DAY)


@pytest.mark.parametrize(
    ("stage", "room"),
    [
        (Stage.LOCAL_TRANSIT, True),
        (Stage.OUT_FOR_DELIVERY, True),
        (Stage.READY_FOR_PICKUP, False),
        (Stage.DELIVERED, False),
    ],
)
def test_an_estimate_of_our_own_has_room_on_the_last_day_too(stage: Stage, room: bool) -> None:
    assert has_day(Parcel(index=1, stage=stage)) is room


@pytest.mark.parametrize("reason", Reason)
def test_what_is_lost_or_given_up_is_not_expected(reason: Reason) -> None:
    given_up = reason in {Reason.LOST, Reason.REFUSED, Reason.UNCLAIMED, Reason.CANCELLED}
    parcel = Parcel(index=1, stage=Stage.EXCEPTION, reason=reason, eta=at(10 * DAY))
    assert is_meaningful(parcel) is not given_up


@pytest.mark.parametrize("importance", Importance)
@pytest.mark.parametrize(
    ("kind", "parcel"),
    [
        (NewsKind.NODES, 1),
        (NewsKind.STATUS, None),
        (NewsKind.CUSTOMS_WAITING, 1),
        (NewsKind.STILL_AWAITED, None),
    ],
)
def test_a_move_goes_with_whatever_push_there_is_and_alone_no_sooner_than_the_cooldown(
    kind: NewsKind, parcel: int | None, importance: Importance
) -> None:
    known = following(at(10 * DAY)).order
    (shown,) = (replace(one, eta_announced_at=at(4 * DAY)) for one in known.parcels)
    parcels, alone = promised([shown], {shown.index: at(14 * DAY)}, known, at(5 * DAY))
    assert alone == ()
    order = replace(known, parcels=parcels)
    assert with_moves(order, (), at(5 * DAY)) == (order, ())
    pushed = News(kind=kind, key="k", importance=importance, parcel=parcel)
    after, (_, moved) = with_moves(order, (pushed,), at(5 * DAY))
    assert (moved.eta_before, moved.eta_after) == (at(10 * DAY), at(14 * DAY))
    assert moved.importance is importance  # told where the push is told, and nowhere alone
    assert [one.eta_announced_at for one in after.parcels] == [at(5 * DAY)]
    assert with_moves(after, (pushed,), at(6 * DAY)) == (after, (pushed,))  # once


def test_a_move_goes_with_no_news_that_only_the_merchant_gets_and_with_no_cancellation() -> None:
    known = following(at(10 * DAY)).order
    (shown,) = (replace(one, eta=at(14 * DAY)) for one in known.parcels)
    pushed = News(kind=NewsKind.STUCK, key="k", importance=Importance.ACTION, merchant_only=True)
    order = replace(known, parcels=(shown,))
    assert with_moves(order, (pushed,), at(5 * DAY)) == (order, (pushed,))
    canceled, heard = replace(order, status=OrderStatus.CANCELLED), replace(pushed, merchant_only=False)
    assert with_moves(canceled, (heard,), at(5 * DAY)) == (canceled, (heard,))
    assert promised([shown], {shown.index: at(16 * DAY)}, canceled, at(9 * DAY))[1] == ()


def test_a_move_that_is_news_itself_weighs_as_much_as_what_it_goes_with() -> None:
    order = following(at(10 * DAY)).order
    moved = News(kind=NewsKind.ETA, key="eta", importance=Importance.MILESTONE, parcel=1)
    problem = News(kind=NewsKind.NODES, key="k", importance=Importance.ACTION, parcel=1)
    _, news = with_moves(order, (problem, moved), at(5 * DAY))
    assert news == (problem, replace(moved, importance=Importance.ACTION))
    assert with_moves(order, (moved,), at(5 * DAY))[1] == (moved,)
    scan = replace(problem, importance=Importance.SCAN)
    assert with_moves(order, (problem, scan), at(5 * DAY))[1] == (problem, scan)
