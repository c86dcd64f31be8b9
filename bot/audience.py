"""Who is notified of which news, and when: levels, quiet hours, pauses, digests. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.model import Chat, Follower, Importance, News, NewsKind, PendingNotice, Place, Quiet, Stage

_NIGHT = time(22), time(8)


def pending_notices(
    order_id: str, news: Sequence[News], followers: Iterable[Follower], now: datetime, *, asking: Place | None
) -> list[PendingNotice]:
    """The notices that an order's news make, one for each follower and piece of news.

    `asking` is the place whose request fetched the news: it sees them anyway and gets no push. A place that
    is not notified now (muted, level, quiet hours) still gets its card edited, silently.
    """
    found: list[PendingNotice] = []
    for follower in followers:
        place = follower.chat.place
        if place == asking:
            continue
        dues = [(one, due_at(follower, one, now)) for one in news]
        found += [
            PendingNotice(place=place, order_id=order_id, news=one, due_at=due)
            for one, due in dues
            if due is not None
        ]
        unheard = [one for one, due in dues if due != now and not one.merchant_only]
        if unheard and len(unheard) == len(dues) and follower.follow.card_message_id is not None:
            found.append(card_edit(place, order_id, unheard[0].key, now))
    return found


def cards(
    order_id: str, followers: Iterable[Follower], *, of: str, asking: Place | None, now: datetime
) -> list[PendingNotice]:
    """Card edits for changes that are not news: the order's first answer, or its new status.

    `of` identifies the change, so that each is enqueued only once.
    """
    return [
        card_edit(one.chat.place, order_id, of, now)
        for one in followers
        if one.chat.place != asking and one.follow.card_message_id is not None
    ]


def card_edit(place: Place, order_id: str, of: str, due_at: datetime) -> PendingNotice:
    """A notice without a message: it only edits the card. `of` names the change, which is enqueued once."""
    news = News(kind=NewsKind.CARD, key=f"{NewsKind.CARD}:{of}", importance=Importance.SCAN)
    return PendingNotice(place=place, order_id=order_id, news=news, due_at=due_at)


def due_at(follower: Follower, news: News, now: datetime) -> datetime | None:
    """When to notify this follower of this news; None means never."""
    chat = follower.chat
    if news.merchant_only or not follower.follow.notify or not chat.level.wants(news.importance):
        return None
    if chat.paused_until is not None and chat.paused_until > now:
        return chat.paused_until
    if chat.digest_at is not None and not cannot_wait(news):
        return next_at(chat.zone, chat.digest_at, now)
    held = chat.quiet is Quiet.HELD and is_quiet(chat, now) and not _breaks_through(chat, news.importance)
    if held and chat.quiet_to is not None:
        return next_at(chat.zone, chat.quiet_to, now)
    return now


def cannot_wait(news: News) -> bool:
    """Whether it is of no use tomorrow, so that no daily summary keeps it back."""
    on_tour = news.kind is NewsKind.NODES and news.stage is Stage.OUT_FOR_DELIVERY
    return news.importance is Importance.ACTION or (on_tour and news.importance is Importance.MILESTONE)


def passes(news: News) -> bool:
    """Whether it tells of a delay or bad weather only: worth a message, no alarm."""
    delayed = news.kind is NewsKind.NODES and news.stage is Stage.EXCEPTION
    return news.kind is NewsKind.ETA or (delayed and news.importance <= Importance.MILESTONE)


def is_silent(chat: Chat, importance: Importance, now: datetime, *, passing: bool = False) -> bool:
    """Whether a message of this importance goes out without a sound now: plain scans always do.

    What tells of `passing` trouble alone (weather, a delay) wakes nobody at night.
    """
    if importance is Importance.SCAN:
        return True
    if passing and _is_between(*_NIGHT, chat, now):
        return True
    return is_quiet(chat, now) and not _breaks_through(chat, importance)


def is_quiet(chat: Chat, now: datetime) -> bool:
    """Whether `now` is within the chat's quiet hours, which may span midnight."""
    if chat.quiet_from is None or chat.quiet_to is None or chat.quiet_from == chat.quiet_to:
        return False
    return _is_between(chat.quiet_from, chat.quiet_to, chat, now)


def _is_between(start: time, end: time, chat: Chat, now: datetime) -> bool:
    at = now.astimezone(ZoneInfo(chat.zone)).time().replace(tzinfo=None)
    return start <= at < end if start < end else at >= start or at < end


def _breaks_through(chat: Chat, importance: Importance) -> bool:
    return chat.urgent_breaks_quiet and importance is Importance.ACTION


def next_at(zone: str, at: time, now: datetime) -> datetime:
    """The next moment, in UTC, when a clock in this IANA zone shows `at`."""
    local = now.astimezone(ZoneInfo(zone))
    found = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return (found if found > local else found + timedelta(days=1)).astimezone(UTC)


def utc_offset(zones: Sequence[str], now: datetime) -> float | None:
    """Hours ahead of UTC that most of these IANA zones have at `now`; None for no zones."""
    offsets = [_hours(zone, now) for zone in zones]
    return max(sorted(set(offsets)), key=offsets.count) if offsets else None


def _hours(zone: str, now: datetime) -> float:
    offset = now.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    return offset.total_seconds() / 3600
