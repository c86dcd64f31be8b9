"""What the API answers: stored values as JSON objects. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import BaseModel, Field, PlainSerializer

from bot.model import (
    DailyStats,
    Estimate,
    Figures,
    Flag,
    Flagged,
    Listed,
    Localized,
    Node,
    Order,
    OrderStatus,
    Parcel,
    Reason,
    Registered,
    Stage,
    Stats,
    Summary,
)


def iso(at: datetime) -> str:
    """A moment as RFC 3339 in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Moment = Annotated[datetime, PlainSerializer(iso, return_type=str)]


class Links:
    """Addresses of a token: in Telegram, and the tracking page."""

    def __init__(self, username: str, public_url: str) -> None:
        self._username = username
        self._public_url = public_url

    def claim(self, token: str) -> str | None:
        """The link with which a customer follows the order in Telegram; None where there is none."""
        return f"https://t.me/{quote(self._username)}?start={token}" if token and self._username else None

    def page(self, token: str, language: str = "") -> str | None:
        """The order's tracking page, in this language (empty: the reader's own); None without PUBLIC_URL."""
        if not token or not self._public_url:
            return None
        chosen = f"?lang={language}" if language else ""
        return f"{self._public_url}/t/{token}{chosen}"


class RegisteredOrder(BaseModel):
    """What became of one AliExpress order of the request."""

    row: int = Field(description="which order of the request, from 0")
    id: str = Field(description="AliExpress's number of the order")
    shop_order: str
    state: str = Field(description="`added`: it is watched from now on; `known`: it was watched already")
    stage: Stage
    claim_link: str | None = Field(description="with it the customer gets updates in Telegram")
    page: str | None = Field(description="its tracking page")


class RegisteredOrders(BaseModel):
    """One entry for each AliExpress order, in the order of the request."""

    orders: list[RegisteredOrder]


def registered(row: int, one: Registered, links: Links) -> RegisteredOrder:
    """One row of the answer to a POST."""
    return RegisteredOrder(
        row=row,
        id=one.order_id,
        shop_order=one.shop_order,
        state="added" if one.added else "known",
        stage=one.stage,
        claim_link=links.claim(one.token),
        page=links.page(one.token, one.language),
    )


class EstimateShape(BaseModel):
    """When the parcel comes by our own forecast: on a day from `first` to `last`, in most cases."""

    first: Moment = Field(description="not in the past unless `over`")
    last: Moment
    over: bool = Field(description="the parcel is later than usual for its route; no other date is known")
    made_at: Moment


class ItemShape(BaseModel):
    """An article in a parcel."""

    title: str
    variant: str
    quantity: int


class NodeShape(BaseModel):
    """One entry of a parcel's timeline, in the carrier's words."""

    at: Moment
    text: str
    language: str = Field(description="of the text: the one that was asked for, or `en`")
    stage: Stage = Field(description="`update`: the entry does not tell the state")
    reason: Reason
    place: str


class ParcelShape(BaseModel):
    """One tracking number of an order."""

    number: str = Field(description="empty until it is shipped")
    carrier: str
    stage: Stage
    reason: Reason = Field(description="why it is in a state such as `exception`; else empty")
    stage_since: Moment | None
    eta: Moment | None = Field(description="AliExpress's promise")
    estimate: EstimateShape | None = Field(description="our own forecast, once enough is known for one")
    items: list[ItemShape]


class FullParcelShape(ParcelShape):
    """A parcel with its timeline, newest entry first."""

    nodes: list[NodeShape]


class OrderHead(BaseModel):
    """One AliExpress order."""

    id: str = Field(description="AliExpress's number of the order")
    shop_order: str = Field(description="the shop's own number; empty: unknown")
    name: str
    language: str
    watched: bool = Field(description="whether the shop watches it; else only customers do")
    followers: int = Field(description="chats in Telegram that follow it")
    stage: Stage = Field(description="the state of its least advanced parcel")
    reason: Reason = Field(description="why it is in a state such as `exception`; else empty")
    stage_since: Moment | None
    flag: Flag | None = Field(description="why it is on the board; null: it is not")
    status: OrderStatus | None = Field(description="what AliExpress says of the order itself; null: unknown")
    created_at: Moment = Field(description="when it was first known here")
    paid_at: Moment | None
    checked_at: Moment | None = Field(description="when AliExpress last answered; null: it has not yet")
    changed_at: Moment = Field(description="when any of this last changed, apart from `estimate` and `flag`")
    finished_at: Moment | None
    eta: Moment | None = Field(description="AliExpress's earliest promise for a parcel under way")
    late_expected_since: Moment | None = Field(
        description="since when our forecast says that a parcel will probably be late; null: it does not"
    )
    claim_link: str | None
    page: str | None


class OrderSummary(OrderHead):
    """An order with its parcels, without timelines."""

    parcels: list[ParcelShape]


class FullOrder(OrderHead):
    """An order with its parcels and their timelines."""

    parcels: list[FullParcelShape]


class OrderPage(BaseModel):
    """A page of orders, the oldest change first."""

    orders: list[OrderSummary]
    next_cursor: str | None = Field(description="`cursor` of the next page; null: this is the last one")


class FoundOrders(BaseModel):
    """The order with this AliExpress number, or all of a shop order."""

    orders: list[FullOrder]


def summary(row: Listed, links: Links) -> OrderSummary:
    """An order of a list."""
    order = row.order
    return OrderSummary(**_head(row, links), parcels=[_parcel(parcel, row.at) for parcel in order.live])


def full(row: Listed, facts: Localized, language: str, links: Links) -> FullOrder:
    """An order by itself, with texts of this language as far as there are any."""
    parcels = [
        FullParcelShape(
            **dict(_parcel(parcel, row.at)), nodes=[_node(node, facts, language) for node in parcel.nodes]
        )
        for parcel in facts.order.live
    ]
    return FullOrder(**_head(row, links), parcels=parcels)


def _head(row: Listed, links: Links) -> dict[str, Any]:
    order = row.order
    return {
        "id": order.id,
        "shop_order": order.shop_order,
        "name": order.name,
        "language": order.language,
        "watched": order.booked_at is not None,
        "followers": row.followers,
        "stage": order.stage,
        "reason": order.reason,
        "stage_since": order.stage_since,
        "flag": row.flag,
        "status": order.status,
        "created_at": order.created_at,
        "paid_at": order.paid_at,
        "checked_at": order.fetched_at,
        "changed_at": order.changed_at or order.created_at,
        "finished_at": order.finished_at,
        "eta": order.next_eta,
        "late_expected_since": order.late_expected_since,
        "claim_link": links.claim(row.token),
        "page": links.page(row.token, order.language),
    }


def _parcel(parcel: Parcel, now: datetime) -> ParcelShape:
    return ParcelShape(
        number=parcel.number,
        carrier=parcel.carrier,
        stage=parcel.stage,
        reason=parcel.reason,
        stage_since=parcel.stage_since,
        eta=parcel.eta,
        estimate=_estimate(parcel.estimate, now) if parcel.estimate is not None else None,
        items=[
            ItemShape(title=item.title, variant=item.variant, quantity=item.quantity) for item in parcel.items
        ],
    )


def _estimate(estimate: Estimate, now: datetime) -> EstimateShape:
    read = estimate.as_of(now)
    return EstimateShape(first=read.first, last=read.last, over=read.is_over(now), made_at=read.at)


def _node(node: Node, facts: Localized, language: str) -> NodeShape:
    found = facts.texts.get(node.seq)
    text = found.text if found is not None else ""
    return NodeShape(
        at=node.at,
        text=text or node.text,
        language=language if text else "en",
        stage=node.stage,
        reason=node.reason,
        place=node.place,
    )


# ── the board and the numbers ───────────────────────────────────────────────────────────────────


class BoardRow(BaseModel):
    """An order that needs attention."""

    id: str
    shop_order: str
    flag: Flag
    days: int = Field(description="for how many days it has been flagged")
    stage: Stage
    reason: Reason
    note: str = Field(description="the merchant's own")
    followers: int


class Board(BaseModel):
    """The orders that need attention, most serious first; `GET /orders?flag=` lists all of a flag."""

    total: int
    snoozed: int
    counts: dict[Flag, int]
    orders: list[BoardRow]


def board_row(row: Flagged) -> BoardRow:
    """One order of the board."""
    order: Order = row.order
    return BoardRow(
        id=order.id,
        shop_order=order.shop_order,
        flag=row.flag,
        days=row.days,
        stage=order.stage,
        reason=order.reason,
        note=row.note,
        followers=row.followers,
    )


class CallsShape(BaseModel):
    """Today's calls to AliExpress."""

    used: int
    limit: int | None = Field(description="null: none is set")


class DayShape(BaseModel):
    """One day's numbers."""

    on: str = Field(description="the day, YYYY-MM-DD")
    orders: int
    pushes: int
    calls: int
    median_delay_seconds: float | None


class SummaryShape(BaseModel):
    """Some delivered parcels."""

    parcels: int
    median_days: int | None = Field(description="half of them took at most so many days; null: unknown")
    p90_days: int | None = Field(description="nine in ten took at most so many days")
    promised: int = Field(description="of how many AliExpress had promised a day")
    late: int = Field(description="of these, how many came later than first promised")
    late_share: float | None = Field(description="`late` of `promised`, from 0 to 1")


class MonthShape(SummaryShape):
    """The parcels that one carrier delivered in a month."""

    month: str = Field(description="YYYY-MM")
    carrier: str = Field(description="empty: unknown")


class ProblemShape(BaseModel):
    """How many orders had a problem of this kind, as their carriers say."""

    stage: Stage
    reason: Reason
    orders: int


class DeliveriesShape(BaseModel):
    """What `/stats` in the chat shows: deliveries and problems of this month and the two before it."""

    since: Moment = Field(description="later than that if older orders are deleted (RETENTION_DAYS)")
    total: SummaryShape
    by_month_and_carrier: list[MonthShape] = Field(description="the oldest month first")
    problems: list[ProblemShape] = Field(description="the most frequent first")
    reported: int = Field(description="problems that customers reported")
    solved: int = Field(description="of these, how many are solved")
    questions: int = Field(description="customers' questions that wait for an answer")


class StatsShape(BaseModel):
    """The numbers of the last days."""

    days: int
    orders: int = Field(description="orders that customers follow now")
    chats: int
    delivered: int
    messages: int = Field(description="news delivered to customers")
    failed_messages: int
    median_delay_seconds: float | None = Field(description="from when an entry could be seen until it was")
    calls: CallsShape
    series: list[DayShape] = Field(description="by day, oldest first")
    deliveries: DeliveriesShape = Field(description="of whole months, whatever `days` says")


def stats(found: Stats, figures: Figures) -> StatsShape:
    """The numbers as JSON."""
    return StatsShape(
        days=found.days,
        orders=found.orders,
        chats=found.chats,
        delivered=found.delivered,
        messages=found.pushes,
        failed_messages=found.failed_pushes,
        median_delay_seconds=found.delay.total_seconds() if found.delay else None,
        calls=CallsShape(used=found.calls.used, limit=found.calls.limit),
        series=[_day(day) for day in found.series],
        deliveries=_deliveries(figures),
    )


def _deliveries(found: Figures) -> DeliveriesShape:
    kinds = sorted(found.troubles.items(), key=lambda one: (-one[1], one[0]))
    return DeliveriesShape(
        since=found.since,
        total=SummaryShape(**_summary(found.total)),
        by_month_and_carrier=[
            MonthShape(**_summary(each), month=f"{month:%Y-%m}", carrier=carrier)
            for month, carrier, each in found.table
        ],
        problems=[
            ProblemShape(stage=stage, reason=reason, orders=orders) for (stage, reason), orders in kinds
        ],
        reported=found.reported.reported,
        solved=found.reported.solved,
        questions=found.questions,
    )


def _summary(one: Summary) -> dict[str, Any]:
    return {
        "parcels": one.parcels,
        "median_days": one.half,
        "p90_days": one.nine_in_ten,
        "promised": one.promised,
        "late": one.late,
        "late_share": None if one.late_share is None else round(one.late_share, 4),
    }


def _day(day: DailyStats) -> DayShape:
    return DayShape(
        on=day.on.isoformat(),
        orders=day.orders,
        pushes=day.pushes,
        calls=day.calls,
        median_delay_seconds=day.delay.total_seconds() if day.delay else None,
    )
