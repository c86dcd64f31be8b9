"""Visits to the tracking page: what a link opens, as it is known; AliExpress is asked afterward."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.errors import SourceError, StoreError
from bot.ids import is_claim_token, read_link_token
from bot.model import Localized, Order, Place
from bot.sources import Source
from bot.store import Store, Transaction
from bot.tracking.checking import Checking
from bot.tracking.lookups import Lookups
from bot.tracking.outages import OLD
from bot.tracking.outcomes import Shown
from bot.tracking.policy import Policy
from bot.tracking.recording import Recording
from bot.tracking.texts import CANONICAL, Texts
from bot.tracking.viewing import silent_since

_log = structlog.get_logger(__name__)

_NOBODY = Place(0)  # a visitor has no chat: all followers are notified of what a visit finds
_AT_ONCE = 8  # lookups under way for visitors; a visit beyond that asks for none, the next one may
_NO_CLAIM = "c-" + "A" * 22  # looked up in place of a token of another form, so that each visit costs as much


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a link opens: one order, or all those of a shop order (`whole`), oldest first."""

    shown: tuple[Shown, ...]
    whole: bool


class Visiting:
    """Shows visitors what is stored, and has it brought up to date without making them wait."""

    def __init__(
        self,
        *,
        store: Store,
        source: Source,
        checking: Checking,
        recording: Recording,
        texts: Texts,
        policy: Policy,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._source = source
        self._checking = checking
        self._recording = recording
        self._texts = texts
        self._policy = policy
        self._now = now
        self._lookups = Lookups(
            policy, now
        )  # apart from the chats', so that visits displace no account there
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def visit(self, token: str, language: str) -> Visit | None:
        """What the link with this token opens; None if it opens nothing.

        Texts that are not stored in this language stay English. Orders last checked before the cool-down,
        and missing texts, are looked up after the visit, at the priority of a check.
        """
        signed = read_link_token(token, self._policy.link_secret) if self._policy.link_secret else None
        async with self._store.read() as tx:
            if signed is not None:
                ids = [signed]
            else:
                ids = await tx.book.claimed(token if is_claim_token(token) else _NO_CLAIM)
            known = await tx.orders.get_many(ids)
            orders = [known.get(one) or Order(id=one, created_at=self._now()) for one in ids]
            read = [(order, *await self._texts.stored(tx, order, language)) for order in orders]
            shown = [await self._shown(tx, facts) for _, facts, _ in read]
        for order, _, complete in read:
            self._ask(order, language, complete=complete)
        return Visit(shown=tuple(shown), whole=signed is None) if ids else None

    async def _shown(self, tx: Transaction, facts: Localized) -> Shown:
        order, now = facts.order, self._now()
        unanswered = self._lookups.is_unanswered(order.id)
        failing = unanswered or self._checking.source_silent
        if not failing and order.fetched_at is not None and now - order.fetched_at >= OLD:
            watch = await tx.orders.watch(order.id)
            failing = watch is not None and watch.failures > 1
        since = silent_since(order, now, failing=failing, unanswered=unanswered)
        return Shown(localized=facts, follow=None, silent_since=since)

    # ── looking it up ───────────────────────────────────────────────────────────────────────────

    def _ask(self, order: Order, language: str, *, complete: bool) -> None:
        """Start a lookup if the order or its texts need one, and may have one now."""
        recent = order.fetched_at is not None and self._is_recent(order.fetched_at)
        visitors = _visitors(order.id)
        if (recent and complete) or not self._lookups.may_ask(order.id, visitors, 0):
            return
        key = (order.id, "" if not recent else language)
        if key in self._tasks or len(self._tasks) >= _AT_ONCE:
            return
        self._lookups.begin(visitors, 0)
        task = asyncio.create_task(self._look_up(order.id, language, recent=recent))
        self._tasks[key] = task
        task.add_done_callback(lambda _: self._tasks.pop(key, None))

    def _is_recent(self, at: datetime) -> bool:
        return at <= self._now() < at + self._policy.cooldown

    async def _look_up(self, order_id: str, language: str, *, recent: bool) -> None:
        try:
            async with self._store.read() as tx:
                order = await tx.orders.get(order_id)
            if not recent:
                order = await self._check(order_id, first=order is None or order.fetched_at is None)
            if order is not None:
                await self._texts.localized(order, language, order.nodes, urgent=False)
        except SourceError:
            self._lookups.unanswered(order_id)
        except StoreError as error:
            self._lookups.unanswered(order_id)
            _log.warning("lookup for a visitor not stored", order=order_id, error=str(error))
        else:
            self._lookups.answered(order_id, _visitors(order_id), 0)

    async def _check(self, order_id: str, *, first: bool) -> Order | None:
        """Check the order; one that only its signed link tells of is added, unwatched. Raises SourceError."""
        snapshot = await self._source.fetch(order_id, CANONICAL)
        facts = None
        if first and not (snapshot.found and snapshot.parcels):
            facts = await self._source.order_facts(order_id)
        async with self._store.write() as tx:
            fresh = await tx.orders.add(order_id, self._now())
            return await self._recording.apply_snapshot(
                tx, order_id, snapshot, facts, asking=_NOBODY, fresh=fresh
            )

    async def close(self) -> None:
        """Cancel the lookups under way."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _visitors(order_id: str) -> Place:
    """The account of an order's visitors; its number is no chat's."""
    return Place(-int(order_id))
