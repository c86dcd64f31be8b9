"""AliExpress's delivery promise (ETA): which ones to believe, and when a change is worth announcing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.model import Importance, News, NewsKind, Order, OrderStatus, Parcel, Reason, Stage

STEP = timedelta(days=1)
"""A promise that moved by less counts as unchanged."""
COOLDOWN = timedelta(days=2)
"""Changes of a promise are announced no more often than this."""
_FARTHEST = timedelta(days=400)
_BEFORE = timedelta(days=30)
_DATELESS = frozenset({Stage.FAILED_ATTEMPT, Stage.READY_FOR_PICKUP, Stage.RETURNING})
_HOPELESS = frozenset({Reason.CANCELLED, Reason.LOST, Reason.REFUSED, Reason.UNCLAIMED})


def promised(
    parcels: Iterable[Parcel],
    fetched: Mapping[int, datetime | None],
    known: Order,
    now: datetime,
) -> tuple[tuple[Parcel, ...], tuple[News, ...]]:
    """Parcels with their current promises, and news of changes. `fetched` is by parcel index.

    A missing or unbelievable promise leaves the last known one in place. The first one is shown, not
    announced.
    """
    news = []
    after = []
    for parcel in parcels:
        eta = fetched.get(parcel.index)
        if eta is not None and believable(eta, parcel, known, now):
            first = parcel.first_eta is None
            parcel = replace(parcel, eta=eta, first_eta=eta if first else parcel.first_eta)
            if parcel.eta_announced is None:
                parcel = replace(parcel, eta_announced=eta)
            elif not _is_cooling(parcel, now) and (moved := _moved(parcel, known, now)) is not None:
                news.append(moved)
                parcel = _announced(parcel, now)
        after.append(parcel)
    return tuple(after), tuple(news)


def with_moves(order: Order, news: Sequence[News], now: datetime) -> tuple[Order, tuple[News, ...]]:
    """The order, and its news with the moves of promises that none of them tells yet.

    Readers get a message anyway, so a move is named in it however soon after the last one, and is as
    important as the rest of it.
    """
    beside = max(
        (one.importance for one in news if not one.merchant_only and one.kind is not NewsKind.ETA),
        default=None,
    )
    if beside is None:
        return order, tuple(news)
    weighed = [
        replace(one, importance=max(one.importance, beside)) if one.kind is NewsKind.ETA else one
        for one in news
    ]
    after = []
    for parcel in order.parcels:
        if parcel in order.live and (moved := _moved(parcel, order, now)) is not None:
            weighed.append(replace(moved, importance=beside))
            parcel = _announced(parcel, now)
        after.append(parcel)
    return replace(order, parcels=tuple(after)), tuple(weighed)


def is_meaningful(parcel: Parcel) -> bool:
    """Whether the parcel's stage leaves room for a promised day, so that it may be shown and announced.

    A parcel that waits at a pickup point, goes back, is lost or has ended has no day of delivery. One that is
    out for delivery comes today, whatever was promised.
    """
    given_up = parcel.stage is Stage.EXCEPTION and parcel.reason in _HOPELESS
    ended = parcel.stage.final or given_up
    return not ended and parcel.stage not in _DATELESS and parcel.stage is not Stage.OUT_FOR_DELIVERY


def has_day(parcel: Parcel) -> bool:
    """Whether the parcel's stage leaves room for an estimate of our own: also on its last day."""
    return is_meaningful(parcel) or parcel.stage is Stage.OUT_FOR_DELIVERY


def believable(eta: datetime, parcel: Parcel, order: Order, now: datetime) -> bool:
    """Whether a promise is between 30 days before the start of the journey and 400 days from now."""
    start = min((node.at for node in parcel.nodes), default=order.created_at)
    return min(start, order.created_at) - _BEFORE <= eta <= now + _FARTHEST


def _moved(parcel: Parcel, order: Order, now: datetime) -> News | None:
    """News that the promise is another than the one announced last; None if it is the same or of no use."""
    before, eta = parcel.eta_announced, parcel.eta
    if before is None or eta is None or abs(eta - before) < STEP:
        return None
    if order.status is OrderStatus.CANCELLED or not is_meaningful(parcel):
        return None
    return News(
        kind=NewsKind.ETA,
        key=f"eta:{parcel.index}:{eta:%Y%m%d}:{now:%Y%m%d}",
        importance=Importance.MILESTONE,
        parcel=parcel.index,
        stage=parcel.stage,
        eta_before=before,
        eta_after=eta,
    )


def _is_cooling(parcel: Parcel, now: datetime) -> bool:
    at = parcel.eta_announced_at
    return at is not None and timedelta(0) <= now - at < COOLDOWN


def _announced(parcel: Parcel, now: datetime) -> Parcel:
    return replace(parcel, eta_announced=parcel.eta, eta_announced_at=now)
