"""The merchant's board: orders that need attention, with notes, snoozes and disputes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot import board
from bot.model import Flagged, Importance, News, NewsKind, Order, PendingNotice, Place
from bot.store import Case, Store
from bot.tracking.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage:
    """A page (from 0) of the `total` flagged orders, and some (`asleep`) of the `snoozed` ones.

    `refused` counts the chats with news waiting because the bot may not write there.
    """

    rows: list[Flagged]
    page: int
    total: int
    asleep: list[Flagged]
    snoozed: int
    refused: int


class Flagging:
    """Reads the board by the rules of `bot.board`, and keeps notes, snoozes and disputes."""

    def __init__(self, store: Store, policy: Policy, now: Callable[[], datetime]) -> None:
        self._store = store
        self._policy = policy
        self._now = now

    async def page(self, page: int, *, length: int, asleep: int) -> BoardPage:
        """A page of `length` orders (the last page, if there are fewer) and up to `asleep` snoozed ones."""
        now = self._now()
        async with self._store.read() as tx:
            counts, snoozed = await tx.cases.count_flags(board.RULES, now)
            total = sum(counts.values())
            page = max(0, min(page, -(-total // length) - 1))
            judged = partial(tx.cases.flagged, board.RULES, board.GRAVITY, now)
            cases = await judged(skip=page * length, most=length)
            sleepers = await judged(asleep=True, most=asleep)
            orders = await tx.orders.get_many(case.order_id for case in (*cases, *sleepers))
            followers = await tx.chats.count_followers(orders)
            refused = len(await tx.notices.refused_chats())

        def rows(of: Sequence[Case]) -> list[Flagged]:
            seen = ((orders.get(case.order_id), case, followers.get(case.order_id, 0)) for case in of)
            return [row for each in seen if (row := _row(*each, now))]

        return BoardPage(
            rows=rows(cases),
            page=page,
            total=total,
            asleep=rows(sleepers),
            snoozed=snoozed,
            refused=refused,
        )

    async def get(self, order_id: str) -> Flagged | None:
        """One order of the board; None if it has no flag."""
        async with self._store.read() as tx:
            order = await tx.orders.get(order_id)
            case = await tx.cases.get(order_id)
            followers = await tx.chats.count_followers([order_id])
        return _row(order, case, followers.get(order_id, 0), self._now())

    async def snooze(self, order_id: str, until: datetime | None) -> bool:
        """Keep an order off the board until then (None: put it back). Returns False for an unknown order."""
        async with self._store.write() as tx:
            known = await tx.orders.watch(order_id) is not None
            if known:
                await tx.cases.snooze(order_id, until)
        return known

    async def write_note(self, order_id: str, note: str) -> None:
        """Write a note about an order; ignored for an unknown order."""
        async with self._store.write() as tx:
            if await tx.orders.watch(order_id) is not None:
                await tx.cases.write_note(order_id, note)

    async def dispute(self, order_id: str, by: Place, *, language: str, zone: str, update: int = 0) -> bool:
        """A customer says that something is wrong: it is noted, and the operator's chats are to be told.

        They hear once of what is open, and of one order and place once a day. `update` is who asks.
        `language` and `zone` are for chats of theirs that never wrote. False where there is none to tell.
        """
        now, places = self._now(), [Place(chat_id) for chat_id in sorted(self._policy.admins)]
        async with self._store.write() as tx:
            await tx.orders.lock([order_id])
            if await tx.cases.dispute(order_id, by, now):
                for place in places:
                    await tx.chats.get_or_create(place, language=language, zone=zone, now=now)
                news = News(
                    kind=NewsKind.REPORTED,
                    key=f"reported:{int(now.timestamp())}:{update}",
                    importance=Importance.ACTION,
                    merchant_only=True,
                )
                await tx.notices.enqueue(
                    [PendingNotice(place=one, order_id=order_id, news=news, due_at=now) for one in places],
                    now,
                )
        return bool(places)


def _row(order: Order | None, case: Case, followers: int, now: datetime) -> Flagged | None:
    """The order with its flag; None if it has none."""
    found = board.flag(order, case.disputed_at, now) if order is not None else None
    if order is None or found is None:
        return None
    return Flagged(
        order=order,
        flag=found[0],
        days=max(0, (now - found[1]).days),
        note=case.note,
        followers=followers,
        snoozed_until=case.snoozed_until,
    )
