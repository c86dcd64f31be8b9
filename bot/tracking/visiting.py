"""Visits to the tracking page: what a link opens, as it is known; AliExpress is asked afterward."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.errors import SourceError, StoreError
from bot.ids import is_claim_token, read_link_token
from bot.model import Localized, Order, Place
from bot.sources import Source
from bot.store import State, Store, Transaction
from bot.tracking.checking import Checking
from bot.tracking.lookups import Lookups
from bot.tracking.outcomes import Shown
from bot.tracking.policy import Policy
from bot.tracking.recording import Recording
from bot.tracking.texts import CANONICAL, Texts
from bot.tracking.viewing import silent_since

_log = structlog.get_logger(__name__)

_NOBODY = Place(0)  # a visitor has no chat: all followers are notified of what a visit finds
_AT_ONCE = 8  # lookups under way for visitors; a visit beyond that asks for none, the next one may
_TOGETHER = 16  # visits read in one transaction
_GATHER = 0.01  # seconds until the next ones are read, so that those of a crowd gather
_REST = 1.0  # of the time that reading took, if that is longer: a busy database slows down visits first
_NO_CLAIM = "c-" + "A" * 22  # looked up in place of a token of another form, so that each visit costs as much


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a link opens: one order, or all those of a shop order (`whole`), oldest first.

    While `revision` is the same, so is what is `shown`; nothing is, if the visitor knows this revision
    already. Empty: the next visit may show more.
    """

    shown: tuple[Shown, ...]
    whole: bool
    revision: str


@dataclass(slots=True, kw_only=True)
class _WaitingVisit:
    """A visit that waits for its turn to be read."""

    claim: str
    signed: str | None  # the order of a signed link
    language: str
    known: str
    done: bool = False
    visit: Visit | None = None
    error: Exception | None = None


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
        self._waiting: list[_WaitingVisit] = []
        self._turn = asyncio.Lock()
        self._rests_until = 0.0

    @property
    def busy(self) -> bool:
        """Whether visitors wait for their pages."""
        return bool(self._waiting)

    async def visit(self, token: str, language: str, known: str = "") -> Visit | None:
        """What the link with this token opens; None if it opens nothing. `known` is a revision.

        Texts that are not stored in this language stay English. Orders last checked before the cool-down,
        and missing texts, are looked up after the visit, at the priority of a check. Visits that arrive
        while others are read wait and are read together, with as many queries as one. Raises StoreError.
        """
        signed = read_link_token(token, self._policy.link_secret) if self._policy.link_secret else None
        claim = token if is_claim_token(token) else _NO_CLAIM
        asked = _WaitingVisit(claim=claim, signed=signed, language=language, known=known)
        self._waiting.append(asked)
        async with self._turn:
            if not asked.done:
                await asyncio.sleep(self._rests_until - _clock())  # one that is past does not wait
                began = _clock()
                await self._answer(self._waiting[:_TOGETHER])
                self._rests_until = _clock() + max(_GATHER, _REST * (_clock() - began))
        if asked.error is not None:
            raise asked.error
        return asked.visit

    async def _answer(self, batch: Sequence[_WaitingVisit]) -> None:
        """Answer the first ones that wait. If that is cancelled, they still do."""
        error: Exception | None = None
        try:
            async with self._store.read() as tx:
                await self._read(tx, batch)
        except StoreError as failed:
            error = failed
        except Exception as failed:  # noqa: BLE001  raised to whom it concerns
            if len(batch) > 1:  # one of them is at fault; the others get their page
                for asked in batch:
                    await self._answer([asked])
                return
            error = failed
        for asked in batch:
            asked.done, asked.error = True, error
        del self._waiting[: len(batch)]

    async def _read(self, tx: Transaction, batch: Sequence[_WaitingVisit]) -> None:
        claimed, single = await tx.book.opened(
            [asked.claim for asked in batch if asked.signed is None],
            [asked.signed for asked in batch if asked.signed is not None],
        )
        fresh: list[tuple[_WaitingVisit, list[State]]] = []
        for asked in batch:
            if asked.signed is None:
                states = claimed.get(asked.claim, [])
            else:
                states = [single.get(asked.signed, State(asked.signed, None, None, 0))]
            if states and asked.known == _revision(states):
                asked.visit = Visit(shown=(), whole=asked.signed is None, revision=asked.known)
                for state in states:
                    self._ask(state.order_id, state.fetched_at, asked.language, complete=True)
            elif states:
                fresh.append((asked, states))
        await self._show(tx, fresh)

    async def _show(self, tx: Transaction, fresh: Sequence[tuple[_WaitingVisit, Sequence[State]]]) -> None:
        orders = await tx.orders.get_many(state.order_id for _, states in fresh for state in states)
        wanted = [
            (orders.get(state.order_id) or Order(id=state.order_id, created_at=self._now()), asked.language)
            for asked, states in fresh
            for state in states
        ]
        read = iter(await self._texts.stored(tx, wanted))
        for asked, states in fresh:
            shown, final = [], True
            for state, (facts, complete) in zip(
                states, read, strict=False
            ):  # zip takes no more than it needs
                shown.append(self._shown(facts, state))
                self._ask(state.order_id, state.fetched_at, asked.language, complete=complete)
                final = final and complete and state.fetched_at is not None
            revision = _revision(states) if final else ""
            asked.visit = Visit(shown=tuple(shown), whole=asked.signed is None, revision=revision)

    def _shown(self, facts: Localized, state: State) -> Shown:
        order = facts.order
        unanswered = self._lookups.is_unanswered(order.id)
        failing = unanswered or self._checking.source_silent or state.failures > 1
        since = silent_since(order, self._now(), failing=failing, unanswered=unanswered)
        return Shown(localized=facts, follow=None, silent_since=since)

    # ── looking it up ───────────────────────────────────────────────────────────────────────────

    def _ask(self, order_id: str, fetched_at: datetime | None, language: str, *, complete: bool) -> None:
        """Start a lookup if the order or its texts need one, and may have one now."""
        recent = fetched_at is not None and self._is_recent(fetched_at)
        visitors = _visitors(order_id)
        if (recent and complete) or not self._lookups.may_ask(order_id, visitors, 0):
            return
        key = (order_id, "" if not recent else language)
        if key in self._tasks or len(self._tasks) >= _AT_ONCE:
            return
        self._lookups.begin(visitors, 0)
        task = asyncio.create_task(self._look_up(order_id, language, recent=recent))
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


def _clock() -> float:
    return asyncio.get_running_loop().time()


def _revision(states: Sequence[State]) -> str:
    """Changes when any of them does."""
    return hashlib.sha256(repr(states).encode()).hexdigest()[:20]


def _visitors(order_id: str) -> Place:
    """The account of an order's visitors; its number is no chat's."""
    return Place(-int(order_id))
