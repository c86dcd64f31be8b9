"""Visits to the tracking page: what a link opens, as it is known; AliExpress is asked afterward."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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
_ASKED_FOR = 16  # lookups that visitors wait for; a visit beyond that asks for none, the next one may
_AT_ONCE = (
    2  # of these under way: each costs as much as ten visits, and two turns of the database's only writer
)
_PAUSE = 1.0  # seconds after one of them while people wait in their chats
_TOGETHER = 64  # visits read in one transaction
_LONGEST_REST = 0.2  # seconds; they rest for as long as reading took
_LOT = 16  # of these read whole by the same queries
_GATHER = 0.05  # seconds until the next ones are read, so that a crowd's gather: what costs is a transaction
_INCOMPLETE = "+"  # ends the revision of a page whose texts are not all there
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


@dataclass(slots=True, kw_only=True)
class _Fresh:
    """A page that is read for all that asked for it in one language."""

    states: Sequence[State]
    revision: str
    asked: list[_WaitingVisit] = field(default_factory=list)

    @property
    def language(self) -> str:
        return self.asked[0].language


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
        self._looking_up = asyncio.Semaphore(_AT_ONCE)
        self._rests_until = 0.0
        self.chats_wait: Callable[[], bool] = lambda: False  # then fewer lookups are made

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
                took = _clock() - began  # a busy database slows down visits first
                self._rests_until = _clock() + min(max(_GATHER, took), _LONGEST_REST)
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
        fetched = self._texts.fetched
        claimed, single = await tx.book.opened(
            [asked.claim for asked in batch if asked.signed is None],
            [asked.signed for asked in batch if asked.signed is not None],
        )
        fresh: dict[tuple[str, str], _Fresh] = {}
        for asked in batch:
            if asked.signed is None:
                states = claimed.get(asked.claim, [])
            else:
                states = [single.get(asked.signed, State(asked.signed, None, None, 0))]
            if not states:
                continue
            revision = self._revision(states, asked.language)
            if asked.known.removesuffix(_INCOMPLETE) == revision:
                complete = not asked.known.endswith(_INCOMPLETE)
                asked.visit = Visit(shown=(), whole=asked.signed is None, revision=asked.known)
                for state in states:
                    self._ask(state.order_id, state.fetched_at, asked.language, complete=complete)
            else:
                page = (asked.signed or asked.claim, asked.language)
                fresh.setdefault(page, _Fresh(states=states, revision=revision)).asked.append(asked)
        waiting = list(fresh.values())
        for begin in range(0, len(waiting), _LOT):
            await self._show(tx, waiting[begin : begin + _LOT], fetched)

    async def _show(self, tx: Transaction, lot: Sequence[_Fresh], fetched: int) -> None:
        orders = await tx.orders.get_many(state.order_id for one in lot for state in one.states)
        wanted = [
            (orders.get(state.order_id) or Order(id=state.order_id, created_at=self._now()), one.language)
            for one in lot
            for state in one.states
        ]
        read = iter(await self._texts.stored(tx, wanted))
        for one in lot:
            shown, all_texts = [], True
            for state, (facts, complete) in zip(
                one.states, read, strict=False
            ):  # zip takes no more than it needs
                shown.append(self._shown(facts, state))
                self._ask(state.order_id, state.fetched_at, one.language, complete=complete)
                all_texts = all_texts and complete
            revision = one.revision if all_texts else one.revision + _INCOMPLETE
            if self._texts.fetched != fetched:  # this transaction may not see them
                revision = ""
            visit = Visit(shown=tuple(shown), whole=one.asked[0].signed is None, revision=revision)
            for asked in one.asked:
                asked.visit = visit

    def _revision(self, states: Sequence[State], language: str) -> str:
        """Changes when any of them does, or what is known of their texts and of AliExpress's silence."""
        shown = [
            (state, self._texts.asked(state.order_id, language), self._lookups.is_unanswered(state.order_id))
            for state in states
        ]
        return hashlib.sha256(repr((shown, self._checking.source_silent)).encode()).hexdigest()[:20]

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
        if key in self._tasks or len(self._tasks) >= _ASKED_FOR:
            return
        self._lookups.begin(visitors, 0)
        task = asyncio.create_task(self._look_up(order_id, language, recent=recent))
        self._tasks[key] = task
        task.add_done_callback(lambda _: self._tasks.pop(key, None))

    def _is_recent(self, at: datetime) -> bool:
        return at <= self._now() < at + self._policy.cooldown

    async def _look_up(self, order_id: str, language: str, *, recent: bool) -> None:
        async with self._looking_up:
            await self._looked_up(order_id, language, recent=recent)
            if self.chats_wait():
                await asyncio.sleep(_PAUSE)

    async def _looked_up(self, order_id: str, language: str, *, recent: bool) -> None:
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


def _visitors(order_id: str) -> Place:
    """The account of an order's visitors; its number is no chat's."""
    return Place(-int(order_id))
