"""The merchant's board: orders that need attention, and what is noted of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot import board
from bot.model import Flagged, Order
from bot.store import Case, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage:
    """A page (from 0) of the `total` flagged orders; of the `snoozed` ones some, `asleep`.

    `refused` is in how many chats news waits because the bot may not write there.
    """

    rows: list[Flagged]
    page: int
    total: int
    asleep: list[Flagged]
    snoozed: int
    refused: int


class Flagging:
    """Reads the board by `bot.board`'s rules; notes, snoozes and disputes stand beside the orders."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def page(self, page: int, *, length: int, asleep: int) -> BoardPage:
        """`length` orders of a page, or of the last one; and `asleep` snoozed ones at most."""
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
            refused = await tx.notices.refused_chats()

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
        """One order of the board; None where it has no flag (any more)."""
        async with self._store.read() as tx:
            order = await tx.orders.get(order_id)
            case = await tx.cases.get(order_id)
            followers = await tx.chats.count_followers([order_id])
        return _row(order, case, followers.get(order_id, 0), self._now())

    async def snooze(self, order_id: str, until: datetime | None) -> bool:
        """Keep an order off the board until then (None: wake it up); False where it is not known."""
        async with self._store.write() as tx:
            known = await tx.orders.watch(order_id) is not None
            if known:
                await tx.cases.snooze(order_id, until)
        return known

    async def write_note(self, order_id: str, note: str) -> None:
        """Note something about an order; nothing is noted of one that is not known."""
        async with self._store.write() as tx:
            if await tx.orders.watch(order_id) is not None:
                await tx.cases.write_note(order_id, note)

    async def is_disputed(self, order_id: str) -> bool:
        """Whether a customer's problem with the order is open."""
        async with self._store.read() as tx:
            return (await tx.cases.get(order_id)).disputed_at is not None

    async def dispute(self, order_id: str) -> None:
        """A customer says that something is wrong."""
        async with self._store.write() as tx:
            await tx.cases.dispute(order_id, self._now())


def _row(order: Order | None, case: Case, followers: int, now: datetime) -> Flagged | None:
    """The order with its flag; None where it has none (any more)."""
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
