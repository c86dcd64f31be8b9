"""Who is told what, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from bot import audience
from bot.model import Follower, Importance, Level, News, NewsKind, PendingNotice, Place, Quiet, Stage
from tests import make

NOW = make.NOW  # noon in UTC


def test_a_follower_is_told_at_once() -> None:
    (pending,) = audience.pending_notices(make.ORDER, [make.news()], [make.follower()], NOW, asking=None)
    assert (pending.place, pending.due_at) == (make.HERE, NOW)


def test_whoever_looks_at_this_moment_needs_no_push() -> None:
    there = Place(7)
    followers = [make.follower(), make.follower(there)]
    pending = audience.pending_notices(make.ORDER, [make.news()], followers, NOW, asking=make.HERE)
    assert [one.place for one in pending] == [there]


@pytest.mark.parametrize(
    ("level", "least"),
    [
        (Level.EVERYTHING, Importance.SCAN),
        (Level.MILESTONES, Importance.MILESTONE),
        (Level.PROBLEMS, Importance.ACTION),
    ],
)
def test_the_level_lets_through_what_is_important_enough(level: Level, least: Importance) -> None:
    for importance in Importance:
        due = audience.due_at(make.follower(level=level), make.news(importance), NOW)
        assert (due is not None) == (importance >= least)


def test_a_muted_order_and_a_switched_off_chat_hear_nothing() -> None:
    assert audience.due_at(make.follower(notify=False), make.news(Importance.ACTION), NOW) is None
    assert audience.due_at(make.follower(level=Level.OFF), make.news(Importance.ACTION), NOW) is None


def test_what_only_the_merchant_can_solve_is_not_pushed_to_customers() -> None:
    assert audience.due_at(make.follower(), make.news(Importance.ACTION, merchant_only=True), NOW) is None


def test_a_pause_holds_everything_until_its_end() -> None:
    until = NOW + timedelta(days=3)
    assert audience.due_at(make.follower(paused_until=until), make.news(Importance.ACTION), NOW) == until


def test_held_quiet_hours_end_in_the_chats_own_zone() -> None:
    follower = make.follower(
        zone="Asia/Tokyo", quiet_from=time(20), quiet_to=time(8), quiet=Quiet.HELD
    )  # noon UTC is 21:00 there
    due = audience.due_at(follower, make.news(), NOW)
    assert due == datetime(2026, 11, 20, 23, 0, tzinfo=UTC)


def test_what_needs_action_breaks_through_if_the_chat_allows() -> None:
    quiet: dict[str, Any] = {"quiet_from": time(10), "quiet_to": time(18), "quiet": Quiet.HELD}
    urgent = make.news(Importance.ACTION)
    assert audience.due_at(make.follower(**quiet), urgent, NOW) == NOW
    held = audience.due_at(make.follower(urgent_breaks_quiet=False, **quiet), urgent, NOW)
    assert held == NOW.replace(hour=18)


def test_silent_quiet_hours_delay_nothing_but_make_no_sound() -> None:
    follower = make.follower(quiet_from=time(10), quiet_to=time(18))
    assert audience.due_at(follower, make.news(), NOW) == NOW
    assert audience.is_silent(follower.chat, Importance.SCAN, NOW)
    assert not audience.is_silent(follower.chat, Importance.ACTION, NOW)


def test_quiet_hours_may_span_midnight() -> None:
    chat = make.chat(quiet_from=time(22), quiet_to=time(7))
    hours = [hour for hour in range(24) if audience.is_quiet(chat, NOW.replace(hour=hour))]
    assert hours == [0, 1, 2, 3, 4, 5, 6, 22, 23]


def test_a_digest_gathers_all_but_what_needs_action() -> None:
    follower = make.follower(digest_at=time(9))
    assert audience.due_at(follower, make.news(), NOW) == NOW.replace(day=21, hour=9)
    assert audience.due_at(follower, make.news(Importance.ACTION), NOW) == NOW


def test_the_wall_clock_counts_over_a_change_to_winter_time() -> None:
    before = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)
    assert audience.next_at("Europe/Berlin", time(8), before) == datetime(2026, 10, 25, 7, 0, tzinfo=UTC)


def test_the_destinations_clock_is_guessed_from_most_followers() -> None:
    assert audience.utc_offset(["Europe/Berlin", "Europe/Berlin", "Asia/Tokyo"], NOW) == 1.0
    assert audience.utc_offset([], NOW) is None


def test_a_living_card_follows_silently_where_nothing_is_to_be_heard() -> None:
    muted = make.follower(notify=False)
    muted = replace(muted, follow=replace(muted.follow, card_message_id=5))
    (pending,) = audience.pending_notices(make.ORDER, [make.news()], [muted], NOW, asking=None)
    assert (pending.news.kind, pending.due_at) == (NewsKind.CARD, NOW)
    assert (
        audience.pending_notices(make.ORDER, [make.news()], [make.follower(notify=False)], NOW, asking=None)
        == []
    )


def _with_card(**changes: Any) -> Follower:
    follower = make.follower(**changes)
    return replace(follower, follow=replace(follower.follow, card_message_id=5))


def _card(place: Place, of: str) -> PendingNotice:
    news = News(kind=NewsKind.CARD, key=f"card:{of}", importance=Importance.SCAN)
    return PendingNotice(place=place, order_id=make.ORDER, news=news, due_at=NOW)


def test_every_follower_is_owed_every_piece_of_news() -> None:
    news, there = [make.news(), make.news(Importance.MILESTONE, key="eta:1")], Place(7)
    followers = [_with_card(), make.follower(there)]
    assert audience.pending_notices(make.ORDER, news, followers, NOW, asking=None) == [
        PendingNotice(place=place, order_id=make.ORDER, news=one, due_at=NOW)
        for place in (make.HERE, there)
        for one in news
    ]


def test_a_card_is_brought_up_to_date_for_all_who_hear_nothing_now() -> None:
    later = NOW + timedelta(hours=2)
    there, elsewhere = Place(7), Place(8)
    followers = [
        _with_card(notify=False),
        _with_card(place=there, paused_until=later),
        make.follower(elsewhere, notify=False),
    ]
    news = [make.news(), make.news(key="nodes:2")]
    assert audience.pending_notices(make.ORDER, news, followers, NOW, asking=None) == [
        _card(make.HERE, "nodes:1"),
        *(PendingNotice(place=there, order_id=make.ORDER, news=one, due_at=later) for one in news),
        _card(there, "nodes:1"),
    ]


def test_no_card_is_edited_for_what_only_the_merchant_hears() -> None:
    news = [make.news(Importance.ACTION, merchant_only=True)]
    assert audience.pending_notices(make.ORDER, news, [_with_card()], NOW, asking=None) == []


def test_what_is_no_news_shows_on_the_cards_of_all_but_who_looks() -> None:
    there, elsewhere = Place(7), Place(8)
    followers = [_with_card(), _with_card(place=there), make.follower(elsewhere)]
    pending = audience.cards(make.ORDER, followers, of="status:shipped", asking=make.HERE, now=NOW)
    assert pending == [_card(there, "status:shipped")]


@pytest.mark.parametrize(
    "hours",
    [{"quiet_from": time(10)}, {"quiet_to": time(14)}, {"quiet_from": time(12), "quiet_to": time(12)}],
)
def test_half_a_pair_of_quiet_hours_is_none(hours: dict[str, Any]) -> None:
    assert not audience.is_quiet(make.chat(**hours), NOW)


@pytest.mark.parametrize(("start", "end"), [(10, 18), (20, 6)])
def test_quiet_hours_begin_with_their_first_minute_and_end_before_their_last(start: int, end: int) -> None:
    chat = make.chat(quiet_from=time(start), quiet_to=time(end))
    minute = timedelta(minutes=1)
    first, last = NOW.replace(hour=start), NOW.replace(hour=end)
    quiet = [audience.is_quiet(chat, at) for at in (first - minute, first, last - minute, last)]
    assert quiet == [False, True, True, False]


def test_the_next_moment_is_told_to_the_minute_and_in_utc() -> None:
    now = NOW.replace(second=34, microsecond=5)
    assert audience.next_at("UTC", time(12, 30), now) == NOW.replace(minute=30)
    assert audience.next_at("UTC", time(12), NOW) == NOW + timedelta(days=1)
    assert audience.next_at("Asia/Kolkata", time(9, 30), NOW).tzinfo is UTC


def test_plain_scans_come_without_a_sound_and_milestones_with_one() -> None:
    chat = make.follower().chat
    assert audience.is_silent(chat, Importance.SCAN, NOW)
    assert not audience.is_silent(chat, Importance.MILESTONE, NOW)
    assert not audience.is_silent(chat, Importance.ACTION, NOW)


@pytest.mark.parametrize(
    ("kind", "stage", "importance", "urgent", "passing"),
    [
        (NewsKind.NODES, Stage.OUT_FOR_DELIVERY, Importance.MILESTONE, True, False),
        (NewsKind.NODES, Stage.OUT_FOR_DELIVERY, Importance.SCAN, False, False),
        (NewsKind.NODES, Stage.LOCAL_TRANSIT, Importance.MILESTONE, False, False),
        (NewsKind.NODES, Stage.EXCEPTION, Importance.ACTION, True, False),
        (NewsKind.NODES, Stage.EXCEPTION, Importance.MILESTONE, False, True),
        (NewsKind.NODES, Stage.EXCEPTION, Importance.SCAN, False, True),
        (NewsKind.ETA, Stage.OUT_FOR_DELIVERY, Importance.MILESTONE, False, True),
        (NewsKind.STUCK, Stage.EXCEPTION, Importance.MILESTONE, False, False),
    ],
)
def test_what_cannot_wait_for_a_summary_and_what_is_no_alarm(
    kind: NewsKind, stage: Stage, importance: Importance, urgent: bool, passing: bool
) -> None:
    news = News(kind=kind, key="n:1", importance=importance, stage=stage)
    assert (audience.cannot_wait(news), audience.passes(news)) == (urgent, passing)
    due = NOW if urgent else NOW.replace(day=21, hour=9)
    assert audience.due_at(make.follower(digest_at=time(9)), news, NOW) == due


@pytest.mark.parametrize("hour", range(24))
def test_passing_trouble_alone_wakes_nobody_at_night(hour: int) -> None:
    chat, now, night = make.chat(zone="Asia/Tokyo"), NOW.replace(hour=hour), {22, 23, *range(8)}
    assert audience.is_silent(chat, Importance.MILESTONE, now, passing=True) is ((hour + 9) % 24 in night)
    assert not audience.is_silent(chat, Importance.MILESTONE, now)


def test_quiet_hours_silence_all_but_what_breaks_through() -> None:
    quiet = make.chat(quiet_from=time(10), quiet_to=time(18))
    assert audience.is_silent(quiet, Importance.MILESTONE, NOW)
    assert not audience.is_silent(quiet, Importance.ACTION, NOW)
    strict = replace(quiet, urgent_breaks_quiet=False)
    assert audience.is_silent(strict, Importance.ACTION, NOW)
