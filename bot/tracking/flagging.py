"""The merchant's board: orders that need attention, with notes, snoozes, Done and disputes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot import board, events
from bot.errors import StoreError
from bot.model import (
    BotState,
    CallBudget,
    Case,
    Flag,
    Flagged,
    NewsKind,
    Order,
    Place,
)
from bot.store import Store, Transaction
from bot.tracking.booking import Booking
from bot.tracking.checking import OUTAGE, Checking
from bot.tracking.operators import tell_operators
from bot.tracking.policy import Policy
from bot.tracking.webhooks import record_events

_LOT = 200  # orders read at once for the whole board


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage:
    """A page (from 0) of the `total` flagged orders, and some (`asleep`) of the `snoozed` ones.

    `only` is the flag that they were filtered by; `counts` are of all flagged orders.
    """

    rows: list[Flagged]
    page: int
    total: int
    counts: Mapping[Flag, int]
    only: Flag | None
    asleep: list[Flagged]
    snoozed: int


class Flagging:
    """Reads the board by the rules of `bot.board`, and keeps notes, snoozes and disputes."""

    def __init__(
        self, store: Store, policy: Policy, checking: Checking, booking: Booking, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._policy = policy
        self._checking = checking
        self._booking = booking
        self._now = now
        self._rules = board.rules(policy.board)

    async def state(
        self, calls: CallBudget, *, logged_out: bool, app_refused: str, failing_since: datetime | None
    ) -> BotState:
        """How many orders are watched, and what is wrong with the bot; the rest is the account's.

        An outage is one only while checks fail; it began at `failing_since`, with the first call of any kind
        that was not answered.
        """
        now, silent = self._now(), self._checking.failing_since
        if silent is not None and failing_since is not None:
            silent = min(silent, failing_since)
        async with self._store.read() as tx:
            watched = (await tx.book.count()).orders
            refused = len(await tx.notices.refused_chats())
            oldest = (await tx.notices.depth()).oldest_due_at
        return BotState(
            watched=watched,
            logged_out=logged_out,
            app_refused=app_refused,
            silent_since=silent if silent is not None and now - silent >= OUTAGE else None,
            spent=calls.share,
            needs=await self._booking.needs(),
            refused=refused,
            database=self._database(),
            overdue=max(now - oldest, timedelta(0)) if oldest is not None else timedelta(0),
        )

    def _database(self) -> str:
        try:
            self._store.database.check()
        except StoreError as error:
            return str(error)
        return ""

    async def page(self, page: int, *, length: int, asleep: int, only: Flag | None = None) -> BoardPage:
        """A page of `length` orders (the last page, if there are fewer) and up to `asleep` snoozed ones.

        `only` selects those with a flag; all are shown where none has it.
        """
        async with self._store.read() as tx:
            counts, snoozed = await tx.cases.count_flags(self._rules, self._now())
            only = only if only is not None and counts.get(only) else None
            total = counts[only] if only is not None else sum(counts.values())
            page = max(0, min(page, -(-total // length) - 1))
            rows = await self._rows(tx, only=only, skip=page * length, most=length)
            sleepers = await self._rows(tx, asleep=True, most=asleep)
        return BoardPage(
            rows=rows, page=page, total=total, counts=counts, only=only, asleep=sleepers, snoozed=snoozed
        )

    async def counts(self) -> tuple[Mapping[Flag, int], int]:
        """The number of orders by flag, and of the snoozed ones."""
        async with self._store.read() as tx:
            return await tx.cases.count_flags(self._rules, self._now())

    async def first(self, flag: Flag, most: int) -> list[Flagged]:
        """Up to `most` orders with this flag, oldest first."""
        async with self._store.read() as tx:
            return await self._rows(tx, only=flag, most=most)

    async def whole(self, most: int = 10_000) -> list[Flagged]:
        """The board as a list, up to `most` orders."""
        found: list[Flagged] = []
        async with self._store.read() as tx:
            for skip in range(0, most, _LOT):
                rows = await self._rows(tx, skip=skip, most=_LOT)
                found += rows
                if not rows:
                    break
        return found

    async def _rows(
        self, tx: Transaction, *, only: Flag | None = None, asleep: bool = False, skip: int = 0, most: int
    ) -> list[Flagged]:
        now = self._now()
        judged = partial(tx.cases.flagged, self._rules, board.GRAVITY, now)
        cases = await judged(only=only, asleep=asleep, skip=skip, most=most)
        orders = await tx.orders.get_many(case.order_id for case in cases)
        followers = await tx.chats.count_followers(orders)
        seen = ((orders.get(case.order_id), case, followers.get(case.order_id, 0)) for case in cases)
        return [row for each in seen if (row := self._row(*each))]

    def _row(self, order: Order | None, case: Case, followers: int) -> Flagged | None:
        """The order with its flag; None if it has none."""
        now = self._now()
        found = board.flag(order, case, now, self._rules) if order is not None else None
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

    async def get(self, order_id: str) -> Flagged | None:
        """One order of the board, with its customer's chat; None if it has no flag."""
        async with self._store.read() as tx:
            order = await tx.orders.get(order_id)
            case = await tx.cases.get(order_id)
            followers = [one for one in await tx.chats.followers([order_id]) if one.chat.left_at is None]
        row = self._row(order, case, len(followers))
        private = (one.chat.place for one in followers if not one.chat.place.is_group)
        customer = next((one.chat_id for one in private if one.chat_id not in self._policy.admins), 0)
        return replace(row, customer=customer) if row is not None else None

    async def snooze(self, order_id: str, until: datetime | None) -> bool:
        """Keep an order off the board until then (None: put it back). Returns False for an unknown order."""
        async with self._store.write() as tx:
            known = await tx.orders.watch(order_id) is not None
            if known:
                await tx.cases.snooze(order_id, until)
        return known

    async def close(self, order_id: str) -> bool:
        """Done: take the order off the board until something new happens. False for an unknown order."""
        async with self._store.write() as tx:
            watch = await tx.orders.watch(order_id)
            if watch is not None:
                await tx.cases.close(order_id, watch.stage, self._now())
        return watch is not None

    async def write_note(self, order_id: str, note: str) -> None:
        """Write a note about an order; ignored for an unknown order."""
        async with self._store.write() as tx:
            if await tx.orders.watch(order_id) is not None:
                await tx.cases.write_note(order_id, note)

    async def dispute(self, order_id: str, by: Place, *, update: int = 0) -> bool:
        """A customer says that something is wrong: it is noted, and the operator's chats are to be told.

        They hear once of what is open, and of one order and place once a day. `update` is who asks. False
        where there is none to tell.
        """
        now = self._now()
        async with self._store.write() as tx:
            await tx.orders.lock([order_id])
            if await tx.cases.dispute(order_id, by, now):
                opened = await tx.cases.find_dispute(order_id, by)
                key = f"reported:{int(now.timestamp())}:{update}"
                await tell_operators(
                    tx,
                    self._policy,
                    order_id,
                    NewsKind.REPORTED,
                    key,
                    now,
                    dispute=opened.id if opened else None,
                )
                known = await tx.orders.get(order_id)
                await record_events(tx, [events.reported(known, now)] if known is not None else [], now)
        return bool(self._policy.admins)
