"""AliExpress's delivery promise (ETA): which ones to believe, and when a change is worth announcing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def promised(
    parcels: Iterable[Parcel],
    fetched: Mapping[int, datetime | None],
    known: Order,
    now: datetime,
    *,
    told: Mapping[int, Importance],
) -> tuple[tuple[Parcel, ...], tuple[News, ...]]:
    """Parcels with their current promises, and news of changes. `fetched` is by parcel index.

    A missing or unbelievable promise leaves the last known one in place. The first one is shown, not
    announced. Of the parcels in `told` there is news of this importance anyway: a change goes with it,
    however soon after the last one.
    """
    news = []
    after = []
    for parcel in parcels:
        eta = fetched.get(parcel.index)
        if eta is not None and believable(eta, parcel, known, now):
            canceled = known.status is OrderStatus.CANCELLED
            moved = None if canceled else _moved(parcel, eta, now, told.get(parcel.index))
            parcel = _with_eta(parcel, eta, now, announced=moved is not None)
            if moved is not None:
                news.append(moved)
        after.append(parcel)
    return tuple(after), tuple(news)


def is_meaningful(parcel: Parcel) -> bool:
    """Whether the parcel's stage leaves room for a promised day, so that it may be shown and announced.

    A parcel that waits at a pickup point, goes back or has ended has no day of delivery. One that is out for
    delivery comes today, whatever was promised.
    """
    canceled = parcel.stage is Stage.EXCEPTION and parcel.reason is Reason.CANCELLED
    ended = parcel.stage.final or canceled
    return not ended and parcel.stage not in _DATELESS and parcel.stage is not Stage.OUT_FOR_DELIVERY


def believable(eta: datetime, parcel: Parcel, order: Order, now: datetime) -> bool:
    """Whether a promise is between 30 days before the start of the journey and 400 days from now."""
    start = min((node.at for node in parcel.nodes), default=order.created_at)
    return min(start, order.created_at) - _BEFORE <= eta <= now + _FARTHEST


def _moved(parcel: Parcel, eta: datetime, now: datetime, beside: Importance | None) -> News | None:
    if parcel.eta_announced is None or not is_meaningful(parcel):
        return None
    if abs(eta - parcel.eta_announced) < STEP:
        return None
    soon = parcel.eta_announced_at is not None and timedelta(0) <= now - parcel.eta_announced_at < COOLDOWN
    if soon and beside is None:
        return None
    return News(
        kind=NewsKind.ETA,
        key=f"eta:{parcel.index}:{eta:%Y%m%d}:{now:%Y%m%d}",
        importance=beside if soon and beside is not None else Importance.MILESTONE,
        parcel=parcel.index,
        stage=parcel.stage,
        eta_before=parcel.eta_announced,
        eta_after=eta,
    )


def _with_eta(parcel: Parcel, eta: datetime, now: datetime, *, announced: bool) -> Parcel:
    first = parcel.first_eta is None
    return replace(
        parcel,
        eta=eta,
        first_eta=eta if first else parcel.first_eta,
        eta_announced=eta if announced or parcel.eta_announced is None else parcel.eta_announced,
        eta_announced_at=now if announced else parcel.eta_announced_at,
    )
