"""News about silence: stuck parcels, pickups that wait, orders without updates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from types import MappingProxyType

from bot.model import (
    NO_TRACKING_AFTER,
    Importance,
    News,
    NewsKind,
    Order,
    OrderStatus,
    Parcel,
    Reason,
    Stage,
)
from bot.progress import passages, under_way

_STUCK: Mapping[Stage, timedelta] = MappingProxyType(
    {
        Stage.INFO_RECEIVED: timedelta(days=5),
        Stage.PREPARING: timedelta(days=5),
        Stage.PICKED_UP: timedelta(days=6),
        Stage.ORIGIN_TRANSIT: timedelta(days=8),
        Stage.EXPORT_CUSTOMS: timedelta(days=8),
        Stage.AWAITING_DEPARTURE: timedelta(days=10),
        Stage.INTERNATIONAL_TRANSIT: timedelta(days=14),
        Stage.ARRIVED_DESTINATION: timedelta(days=8),
        Stage.LOCAL_TRANSIT: timedelta(days=6),
        Stage.OUT_FOR_DELIVERY: timedelta(days=3),
        Stage.FAILED_ATTEMPT: timedelta(days=4),
        Stage.EXCEPTION: timedelta(days=5),
        Stage.ADDRESS_CHANGE: timedelta(days=4),
        Stage.RETURNING: timedelta(days=21),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """How long each silence may last before it is announced.

    `stuck` is counted from a parcel's last node; if a stage's typical 90th percentile is longer, it is used
    instead.
    """

    stuck: Mapping[Stage, timedelta] = field(default_factory=lambda: _STUCK)
    pickup_days: tuple[int, ...] = (2, 5, 9)
    customs: timedelta = timedelta(days=5)
    duties: timedelta = timedelta(days=2)
    still_awaited: timedelta = timedelta(days=30)
    stopped: timedelta = timedelta(days=90)


DEFAULT = Thresholds()
_QUIET_STATUS = frozenset(
    {OrderStatus.CANCELLED, OrderStatus.PAYMENT_FAILED, OrderStatus.PLACED, OrderStatus.PAYING}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typical:
    """How long finished parcels stayed in a stage, from `count` of them."""

    median: timedelta
    p90: timedelta
    count: int


def due_silences(
    order: Order,
    now: datetime,
    thresholds: Thresholds = DEFAULT,
    typical: Mapping[Stage, Typical] | None = None,
) -> tuple[News, ...]:
    """The silences that are due and not announced yet.

    The caller adds their keys to `Order.announced` when it stores the news.
    """
    return tuple(
        news
        for at, news in _silences(order, thresholds, typical or {}, now)
        if at <= now and news.key not in order.announced
    )


def next_silence_at(
    order: Order,
    now: datetime,
    thresholds: Thresholds = DEFAULT,
    typical: Mapping[Stage, Typical] | None = None,
) -> datetime | None:
    """When the next silence that is not announced yet is due; `now` if one is due already, None for none."""
    moments = (
        at for at, news in _silences(order, thresholds, typical or {}, now) if news.key not in order.announced
    )
    soonest = min(moments, default=None)
    return None if soonest is None else max(soonest, now)


def revived(order: Order, now: datetime) -> Order:
    """An order that was given up and is checked again: long silences are counted from now."""
    kept = frozenset(key for key in order.announced if not key.startswith(("awaited:", "stopped:")))
    return replace(order, announced=kept | {f"revived:{now:%Y-%m-%dT%H:%M:%S%z}"})


# ── each silence with its moment ────────────────────────────────────────────────────────────────


def _silences(
    order: Order, thresholds: Thresholds, typical: Mapping[Stage, Typical], now: datetime
) -> Iterator[tuple[datetime, News]]:
    if order.stage.final or order.fetched_at is None or order.status in _QUIET_STATUS:
        return
    tracked = any((parcel.number and parcel.nodes) or under_way(parcel) for parcel in order.live)
    # If it was already so when the order was first followed, card and board show it; it is not announced.
    if not tracked and order.untracked_at > order.created_at:
        days = NO_TRACKING_AFTER.days
        yield order.untracked_at, _news(NewsKind.NO_TRACKING, "no_tracking", days=days, merchant_only=True)
    for parcel in order.live:
        if not parcel.stage.final and parcel.stage_since is not None:
            yield from _of_parcel(parcel, parcel.stage_since, thresholds, typical, now)
    yield from _long(order, thresholds)


def _of_parcel(
    parcel: Parcel,
    since: datetime,
    thresholds: Thresholds,
    typical: Mapping[Stage, Typical],
    now: datetime,
) -> Iterator[tuple[datetime, News]]:
    moment = f"{parcel.index}:{since:%Y%m%d%H%M}"
    held = parcel.stage is Stage.EXCEPTION and parcel.reason is Reason.CUSTOMS
    if parcel.stage is Stage.READY_FOR_PICKUP:
        yield from _pickup(parcel, since, moment, thresholds.pickup_days, now)
    elif parcel.stage is Stage.DUTIES_DUE:
        yield (
            since + thresholds.duties,
            _news(
                NewsKind.DUTIES_WAITING, f"duties:{moment}", parcel, days=thresholds.duties.days, urgent=True
            ),
        )
    elif parcel.stage is Stage.IMPORT_CUSTOMS or held:
        wait = max(thresholds.customs, _p90(typical, parcel.stage))
        yield (
            since + wait,
            _news(
                NewsKind.CUSTOMS_WAITING, f"customs:{moment}", parcel, days=wait.days, merchant_only=not held
            ),
        )
    elif parcel.stage in thresholds.stuck:
        last = max((node.at for node in parcel.nodes), default=since)
        wait = max(thresholds.stuck[parcel.stage], _p90(typical, parcel.stage))
        key = f"stuck:{parcel.index}:{parcel.stage}:{since:%Y%m%d}"
        yield last + wait, _news(NewsKind.STUCK, key, parcel, days=wait.days, merchant_only=True)


def _pickup(
    parcel: Parcel, since: datetime, moment: str, days: Sequence[int], now: datetime
) -> Iterator[tuple[datetime, News]]:
    """Pickup reminders; after an outage only the latest one, because the earlier ones are outdated."""
    passed = [day for day in days if since + timedelta(days=day) <= now]
    for day in days:
        if day not in passed[:-1]:
            news = _news(NewsKind.PICKUP_WAITING, f"pickup:{moment}:{day}", parcel, days=day, urgent=True)
            yield since + timedelta(days=day), news


def _long(order: Order, thresholds: Thresholds) -> Iterator[tuple[datetime, News]]:
    """Nothing new for a long time: first ask whether it arrived, then stop checking."""
    again = [
        datetime.fromisoformat(key.partition(":")[2]) for key in order.announced if key.startswith("revived:")
    ]
    last = max([order.last_node_at or order.created_at, order.created_at, *again])
    moment = f"{last:%Y%m%d%H%M}"
    ask = _news(NewsKind.STILL_AWAITED, f"awaited:{moment}", days=thresholds.still_awaited.days)
    stop = _news(NewsKind.STOPPED, f"stopped:{moment}", days=thresholds.stopped.days)
    if stop.key not in order.announced:
        yield last + thresholds.still_awaited, ask
    yield last + thresholds.stopped, stop


def _news(
    kind: NewsKind,
    key: str,
    parcel: Parcel | None = None,
    *,
    days: int,
    urgent: bool = False,
    merchant_only: bool = False,
) -> News:
    return News(
        kind=kind,
        key=key,
        importance=Importance.ACTION if urgent or parcel is None else Importance.MILESTONE,
        parcel=None if parcel is None else parcel.index,
        stage=None if parcel is None else parcel.stage,
        days=days,
        merchant_only=merchant_only,
    )


def _p90(typical: Mapping[Stage, Typical], stage: Stage) -> timedelta:
    known = typical.get(stage)
    return timedelta() if known is None else known.p90


# ── what is typical ─────────────────────────────────────────────────────────────────────────────


def typical_for_stage(samples: Sequence[timedelta], least: int = 8) -> Typical | None:
    """Median and 90th percentile (nearest rank) of durations; None with fewer than `least` samples."""
    if len(samples) < max(least, 1):
        return None
    ordered = sorted(samples)
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return Typical(median=median, p90=ordered[-(-len(ordered) * 9 // 10) - 1], count=len(ordered))


def stage_durations(parcel: Parcel) -> dict[Stage, timedelta]:
    """How long a delivered parcel stayed in each stage; empty if it is not delivered."""
    if parcel.stage is not Stage.DELIVERED:
        return {}
    spent: dict[Stage, timedelta] = {}
    for (stage, entered), (_, left) in pairwise(passages(parcel)):
        if stage is Stage.DELIVERED:
            break
        spent[stage] = spent.get(stage, timedelta()) + (left - entered)
    return {stage: time for stage, time in spent.items() if time > timedelta()}
