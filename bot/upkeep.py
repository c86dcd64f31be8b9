"""The housekeeping loop: call budget, gauges, alerts, token warnings, the daily brief, deleting old rows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

from bot import audience, daily_stats
from bot.addresses import host_of
from bot.i18n import Words
from bot.metrics import Metrics
from bot.model import BUDGET_LOW, MESSAGES_LATE, CallBudget, DailyStats, Flag, Message, Place, TokenWarning
from bot.pacing import Pacer
from bot.store import OutboxDepth, Store, Transaction
from bot.tracking import Tracking
from bot.tracking.keys import GOOD_FOR
from bot.views import admin as view
from bot.views import board

_log = structlog.get_logger(__name__)

_SETTLED_KEPT = timedelta(days=14)  # settled notices: long enough for "why did I get this?"
_EVENTS_KEPT = timedelta(days=7)  # accepted by the shop's systems: long enough to look for one
_UNSENT_KEPT = timedelta(days=30)  # set aside, or waiting for a paused endpoint
_UPDATES_KEPT = timedelta(days=3)  # Telegram repeats for one day at most
_PAUSED_ANNOUNCED = "announced_webhooks"  # key of the pauses that operators were told of
_LOST_FOR = timedelta(minutes=10)  # AliExpress must be unusable this long before the admins are alerted
_OF_SOURCE = ("source_lost", "misconfigured")  # alerts that end when AliExpress answers again
_INTAKE_OLD = timedelta(minutes=5)  # getUpdates may go unanswered this long before the admins are alerted
_BATCH = 2000  # orders changed in one transaction; every other write waits for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The bot's own state, as far as alerts depend on it."""

    source_healthy: bool
    reauthorize: bool
    misconfigured: str
    intake_age: timedelta | None
    throttled: bool = False
    webhook: str = ""  # why Telegram cannot deliver
    failing_since: datetime | None = None  # no call to AliExpress, whoever made it, was answered since


class MerchantAccount(Protocol):
    """The merchant's account at AliExpress."""

    async def usage(self) -> CallBudget:
        """Return the day's call budget."""
        ...

    async def flush(self) -> None:
        """Store the calls spent."""
        ...

    def login_url(self) -> str:
        """Return the address where the merchant logs in."""
        ...

    async def warnings(self) -> tuple[TokenWarning, ...]:
        """Return the token warnings due now."""
        ...

    async def warned(self, keys: Iterable[str]) -> None:
        """Remember that these warnings were delivered."""
        ...

    async def days_left(self) -> float | None:
        """Return the days until the next login is due; None if unknown."""
        ...


class Upkeep:
    """Runs a round every 30 seconds; each part may safely be repeated or skipped."""

    def __init__(
        self,
        *,
        store: Store,
        tracking: Tracking,
        pacer: Pacer,
        metrics: Metrics,
        account: MerchantAccount,
        health: Callable[[], Health],
        tell: Callable[[Place, Message], Awaitable[bool]],
        now: Callable[[], datetime],
        longest: timedelta = timedelta(days=1),
    ) -> None:
        self._store = store
        self._tracking = tracking
        self._pacer = pacer
        self._metrics = metrics
        self._account = account
        self._health = health
        self._tell = tell
        self._now = now
        self._longest = longest
        self._source_lost: datetime | None = None
        self._database_failed: datetime | None = None
        self._hour_began: datetime | None = None
        self._database_announced = False
        self._one_round = asyncio.Lock()

    async def round(self) -> None:
        """Do everything that is due; one round at a time, or two would send the same alert."""
        async with self._one_round:
            self._store.database.check()
            budget, active = await self._meter()
            depth = await self._gauge(budget, active)
            await self._alerts(budget, depth)
            await self._token()
            await self._brief(budget)
            await self._tracking.checking.reclassify()
            await self._account.flush()
            await self._hourly()
            await self._purge()
            await self._database_works()
            self._metrics.beat("upkeep")

    async def save(self) -> None:
        """Store what was learned; also called at the stop."""
        async with self._store.write() as tx:
            await tx.memory.put("pacer", self._pacer.dump())
        await self._account.flush()

    # ── pacing ──────────────────────────────────────────────────────────────────────────────────

    async def _meter(self) -> tuple[CallBudget, int]:
        """The day's calls, and how many orders are looked at."""
        await asyncio.to_thread(self._pacer.rates.refresh)
        budget = await self._account.usage()
        async with self._store.read() as tx:
            watched = await tx.book.count()
        active = watched.orders
        self._metrics.orders.set(active)
        self._pacer.measure_book(watched.unwaited, budget.limit)
        if budget.limit:
            self._pacer.meter(
                now=self._now(),
                spent=budget.used,
                budget=budget.limit,
                active=active,
                healthy=self._health().source_healthy,
            )
        await self.save()
        return budget, active

    async def _gauge(self, budget: CallBudget, active: int) -> OutboxDepth:
        m, now = self._metrics, self._now()
        async with self._store.read() as tx:
            depth = await tx.notices.depth()
            m.chats.set(await tx.chats.count())
            m.inbox_waiting.set(await tx.updates.waiting())
            await self._gauge_webhooks(tx, now)
        m.outbox_due.set(depth.due)
        m.outbox_dead.set(depth.dead)
        age = (now - depth.oldest_due_at).total_seconds() if depth.oldest_due_at else 0.0
        m.outbox_age.set(max(age, 0.0))
        m.budget_used.set(budget.used)
        m.budget_limit.set(budget.limit or 0)
        m.budget_left.set(max((budget.limit or 0) - budget.used, 0))
        m.budget_forecast.set(budget.forecast)
        m.price.set(self._pacer.price.value)
        await self._write_daily_stats(budget, active, now)
        days = await self._account.days_left()
        if days is not None:
            m.token_days.set(days)
        return depth

    async def _gauge_webhooks(self, tx: Transaction, now: datetime) -> None:
        endpoints = await tx.webhooks.endpoints()
        queue = await tx.webhooks.queue([one.id for one in endpoints if one.paused_at is None])
        age = (now - queue.oldest_at).total_seconds() if queue.oldest_at else 0.0
        self._metrics.webhooks_due.set(queue.due)
        self._metrics.webhooks_aside.set(queue.aside)
        self._metrics.webhooks_age.set(max(age, 0.0))
        self._metrics.webhooks_paused.set(sum(one.paused_at is not None for one in endpoints))

    async def _write_daily_stats(self, budget: CallBudget, active: int, now: datetime) -> None:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        async with self._store.write() as tx:
            day = DailyStats(
                on=now.date(),
                orders=active,
                pushes=(await tx.notices.counts(midnight)).sent,
                calls=budget.used,
                budget=budget.limit or 0,
                delay=self._metrics.median_delay(),
            )
            await tx.memory.put(daily_stats.KEY, daily_stats.write(await tx.memory.get(daily_stats.KEY), day))

    # ── alerts: one per incident, one on recovery ───────────────────────────────────────────────

    async def _alerts(self, budget: CallBudget, depth: OutboxDepth) -> None:
        now, health = self._now(), self._health()
        if health.source_healthy:
            over = [await self._over(one, view.source_back, since=self._source_lost) for one in _OF_SOURCE]
            if all(over):
                self._source_lost = None
        else:
            await self._source_fails(health, now)
        if health.misconfigured:
            code, _, detail = health.misconfigured.partition(": ")
            await self._once("misconfigured", lambda words: view.misconfigured(words, code, detail))
        if budget.share >= BUDGET_LOW:
            await self._once(f"budget:{now.date()}", lambda words: view.budget_low(words, budget.share))
        await self._outbox(depth)
        await self._paused_webhooks()
        await self._passing(now, health, depth)

    async def _source_fails(self, health: Health, now: datetime) -> None:
        lost = self._source_lost = min(self._source_lost or now, health.failing_since or now)
        explained = health.reauthorize or health.misconfigured  # has a word of its own
        if now - lost >= _LOST_FOR and not explained:
            await self._once("source_lost", lambda words: view.source_lost(words, lost, now))

    async def _passing(self, now: datetime, health: Health, depth: OutboxDepth) -> None:
        """Alert on problems that may pass by themselves: when they last, and when they are over."""
        late = now - depth.oldest_due_at if depth.oldest_due_at else timedelta(0)
        silent = health.intake_age or timedelta(0)
        await self._while(
            "outbox_late",
            late >= MESSAGES_LATE,
            lambda words: view.outbox_late(words, max(late, MESSAGES_LATE)),
        )
        await self._while(
            "intake_silent",
            silent >= _INTAKE_OLD,
            lambda words: view.intake_silent(words, max(silent, _INTAKE_OLD)),
        )
        await self._while("throttled", health.throttled, view.throttled)
        trouble = health.webhook
        await self._while("webhook", bool(trouble), lambda words: view.webhook_trouble(words, trouble))

    async def _while(self, incident: str, there: bool, message: Callable[[Words], Message]) -> None:
        """Alert once when the problem appears and once when it is over."""
        if there:
            await self._once(incident, message)
            return
        await self._over(incident, lambda words, lasted: view.solved(words, message(words), lasted))

    async def database_failed(self, error: Exception) -> None:
        """Alert that the database fails, without using it, until an admin chat received it."""
        self._database_failed = self._database_failed or self._now()
        if not self._database_announced:
            words = Words(language=self._tracking.policy.language, zone=self._tracking.policy.zone)
            message = view.database_trouble(words, str(error))
            admins = sorted(self._tracking.policy.admins)
            self._database_announced = any([await self._tell(Place(chat_id), message) for chat_id in admins])

    async def _database_works(self) -> None:
        since = self._database_failed
        if since is None:
            return
        lasted = self._now() - since
        if not self._database_announced or await self._to_admins(
            lambda words: view.solved(words, view.database_trouble(words, ""), lasted)
        ):
            self._database_failed, self._database_announced = None, False

    async def _outbox(self, depth: OutboxDepth) -> None:
        async with self._store.read() as tx:
            aside = await tx.updates.failed_for_good()
            dead_announced = int(await tx.memory.get("announced_dead") or 0)
            aside_announced = int(await tx.memory.get("announced_aside") or 0)
            texts = await tx.memory.unknown()
            texts_announced = int(await tx.memory.get("announced_texts") or 0)
        newest = max((one.update_id for one in aside), default=0)
        tell, announced = self._to_admins, {}  # not announced if nobody got it
        if depth.dead < dead_announced or (
            depth.dead > dead_announced and await tell(lambda words: view.undelivered(words, depth.dead))
        ):
            announced["announced_dead"] = depth.dead
        if newest > aside_announced and await tell(lambda words: view.set_aside(words, newest)):
            announced["announced_aside"] = newest
        if len(texts) >= max(10, 2 * texts_announced) and await tell(
            lambda words: view.unknown_texts(words, texts)
        ):
            announced["announced_texts"] = len(texts)
        if announced:
            async with self._store.write() as tx:
                for key, value in announced.items():
                    await tx.memory.put(key, value)

    async def _paused_webhooks(self) -> None:
        """Tell once of each endpoint that nothing is sent to any more."""
        paused = {
            f"{one.id} {one.paused_at.isoformat()}": one
            for one in await self._tracking.webhooks.endpoints()
            if one.paused_at is not None
        }
        async with self._store.read() as tx:
            announced: list[str] = await tx.memory.get(_PAUSED_ANNOUNCED) or []
        known = [key for key in announced if key in paused]
        for key, endpoint in paused.items():
            host = host_of(endpoint.url)
            message = partial(view.webhook_paused, host=host, endpoint_id=endpoint.id, reason=endpoint.error)
            if key not in known and await self._to_admins(message):
                known.append(key)
        if known != announced:
            async with self._store.write() as tx:
                await tx.memory.put(_PAUSED_ANNOUNCED, known)

    async def _once(self, incident: str, message: Callable[[Words], Message]) -> None:
        async with self._store.read() as tx:
            announced_at = await tx.memory.get(f"alert:{incident}")
        if not announced_at and await self._to_admins(message):
            async with self._store.write() as tx:
                await tx.memory.put(f"alert:{incident}", self._now().isoformat())

    async def _over(
        self,
        incident: str,
        message: Callable[[Words, timedelta], Message],
        *,
        since: datetime | None = None,
    ) -> bool:
        """Say that a reported incident is over and how long it lasted; False if nobody received that."""
        async with self._store.read() as tx:
            announced_at = await tx.memory.get(f"alert:{incident}")
        if not announced_at:
            return True
        lasted = self._now() - (since or datetime.fromisoformat(announced_at))
        if not await self._to_admins(lambda words: message(words, lasted)):
            return False
        async with self._store.write() as tx:
            await tx.memory.drop(f"alert:{incident}")
        return True

    async def _to_admins(self, message: Callable[[Words], Message]) -> bool:
        """Send to every admin chat in its language; True if one was reached or there are none."""
        reached = not self._tracking.policy.admins
        for chat_id in sorted(self._tracking.policy.admins):
            async with self._store.read() as tx:
                chat = await tx.chats.get(Place(chat_id))
            words = Words(
                language=chat.language if chat else self._tracking.policy.language,
                zone=chat.zone if chat else self._tracking.policy.zone,
            )
            reached = await self._tell(Place(chat_id), message(words)) or reached
        return reached

    # ── token, brief, purge ─────────────────────────────────────────────────────────────────────

    async def _token(self) -> None:
        url = self._account.login_url()
        for warning in await self._account.warnings():
            message = partial(view.token_warning, days=warning.days) if warning.days else view.token_dead
            if await self._to_admins(partial(message, url=url)):
                await self._account.warned([warning.key])

    async def _brief(self, budget: CallBudget) -> None:
        at = await self._tracking.reporting.brief_at()
        if at is None:
            return
        now = self._now()
        async with self._store.read() as tx:
            last = await tx.memory.get("brief_sent")
        sent = datetime.fromisoformat(last) if last else now
        if last and audience.next_at(self._tracking.policy.zone, at, sent) <= now:
            health, flagging = self._health(), self._tracking.flagging
            flags, snoozed = await flagging.counts()
            state = await flagging.state(
                budget,
                logged_out=health.reauthorize,
                app_refused=health.misconfigured,
                failing_since=health.failing_since,
            )
            async with self._store.read() as tx:
                delivered = await tx.orders.count_delivered(now - timedelta(days=1))
            late = await flagging.first(Flag.WILL_BE_LATE, board.LATE_SHOWN)
            message = partial(
                board.brief,
                counts=flags,
                state=state,
                now=now,
                delivered=delivered,
                snoozed=snoozed,
                late=late,
            )
            if await self._to_admins(message):
                sent = now
        if not last or sent == now:
            async with self._store.write() as tx:
                await tx.memory.put("brief_sent", sent.isoformat())

    async def _hourly(self) -> None:
        """Do once an hour what reads many orders."""
        now = self._now()
        if self._hour_began is not None and timedelta(0) <= now - self._hour_began < timedelta(hours=1):
            return
        self._hour_began = now
        await self._tracking.arriving.learn()
        await self._cap_next_checks(now + self._longest, waited=True)
        unwaited = max(self._longest, timedelta(seconds=self._pacer.book_ceiling))
        await self._cap_next_checks(now + unwaited, waited=False)

    async def _cap_next_checks(self, latest: datetime, *, waited: bool) -> None:
        """Pull in checks planned beyond `latest`, for example by a clock that was wrong."""
        while True:
            async with self._store.read() as tx:
                beyond = await tx.checks.planned_beyond(latest, _BATCH, waited=waited)
            if not beyond:
                return
            async with self._store.write() as tx:
                await tx.checks.cap_next_checks(beyond, latest)

    async def _purge(self) -> None:
        """Delete a limited number of old rows: a short transaction, yet over a million orders a day."""
        now = self._now()
        async with self._store.write() as tx:
            gone = await tx.orders.purge(now - self._tracking.policy.retention)
            await tx.notices.purge(now - _SETTLED_KEPT)
            await tx.updates.purge(now - _UPDATES_KEPT)
            await tx.webhooks.purge(now - _EVENTS_KEPT, now - _UNSENT_KEPT)
            await tx.memory.purge_pushes(now - _SETTLED_KEPT)
            await tx.keys.purge_requests(now - GOOD_FOR)
            await tx.sends.purge(now)
            await tx.book.purge_claims(now - self._tracking.policy.retention)
            await tx.chats.purge_guesses(now, now - self._tracking.policy.guess_window)
        if gone:
            _log.info("old orders deleted", orders=gone)
