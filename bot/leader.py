"""What a leading process is made of, its start order and its stop order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.chat import menus
from bot.chat.limits import Priority
from bot.chat.service import TelegramService
from bot.errors import StoreError
from bot.merchant import Merchant
from bot.metrics import Metrics
from bot.model import Shop
from bot.pacing import CheckInterval, Pacer
from bot.poller import Poller
from bot.sender import Sender
from bot.settings import Settings
from bot.store import Store
from bot.tracking import Policy, Tracking
from bot.upkeep import Health, Upkeep
from bot.worker import interruptible_sleep, keep_running

_log = structlog.get_logger(__name__)

_STOP_WITHIN = 8.0  # seconds for what is in flight, of the 10 a container gets
_SAVE_WITHIN = 1.0
_UPKEEP_EVERY = 30.0


def policy(settings: Settings) -> Policy:
    """What the operator allows."""
    return Policy(
        access=settings.access,
        admins=frozenset(settings.admin_chat_ids),
        orders_per_chat=settings.orders_per_chat,
        link_secret=settings.link_secret.get_secret_value() if settings.link_secret else "",
        cooldown=timedelta(seconds=min(60, settings.check_min_seconds)),
        watch_pushed=settings.watch_pushed,
        calls_per_day=settings.aliexpress_calls_per_day,
        brief_at=settings.brief_at,
    )


class Leader:
    """Everything that a leader holds in memory; made anew for each time that a process leads.

    `acting` says whether this process may call Telegram and AliExpress now.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        store: Store,
        metrics: Metrics,
        shop: Callable[[str], Shop],
        wanted_menus: Sequence[menus.Call],
        acting: Callable[[], bool],
        now: Callable[[], datetime],
    ) -> None:
        self.settings = settings
        self.store = store
        self._acting = acting
        self._now = now
        self.pacer = Pacer(
            CheckInterval(floor=settings.check_min_seconds, ceiling=settings.check_max_seconds),
            random.random,
            book_weight=settings.book_weight,
        )
        self.merchant = Merchant(settings, store, metrics, now=now, allowed=acting)
        self.tracking = Tracking(
            store=store,
            source=self.merchant.source,
            pacer=self.pacer,
            policy=policy(settings),
            now=now,
            metrics=metrics,
        )
        self.telegram = TelegramService(
            settings,
            tracking=self.tracking,
            merchant=self.merchant,
            inbox=store.inbox,
            metrics=metrics,
            shop=shop,
            wanted_menus=wanted_menus,
            now=now,
            allowed=acting,
            on_handled=self.wake,
        )
        self.poller = Poller(
            store=store,
            tracking=self.tracking,
            now=now,
            sleep=asyncio.sleep,
            telemetry=metrics,
            width=_width(settings),
        )
        self.sender = Sender(
            store=store,
            tracking=self.tracking,
            deliver=partial(self.telegram.sender.deliver, priority=Priority.PUSH),
            edit=partial(self.telegram.sender.edit, priority=Priority.MINOR),
            now=now,
            sleep=asyncio.sleep,
            telemetry=metrics,
            shop=shop,
        )
        self.upkeep = Upkeep(
            store=store,
            tracking=self.tracking,
            pacer=self.pacer,
            metrics=metrics,
            account=self.merchant,
            health=self.health,
            tell=self.telegram.tell,
            now=now,
            default_language=settings.default_language,
            default_zone=settings.default_time_zone,
            retention=timedelta(days=settings.retention_days),
            longest=timedelta(seconds=settings.check_max_seconds),
        )

    # ── life ────────────────────────────────────────────────────────────────────────────────────

    async def take_over(self) -> None:
        """Know what the last leader learnt, spent and sent; then make due what it had leased."""
        await self.merchant.load()
        async with self.store.read() as tx:
            self.pacer.load(await tx.memory.get("pacer"))
        await self.tracking.arriving.load()
        await self.telegram.remember()
        await self.store.release_leases(self._now())
        await self.poller.mind_the_clock()

    async def serve(self, ending: asyncio.Event) -> None:
        """Work until `ending` is set, then settle what is in flight."""
        jobs = [
            asyncio.create_task(keep_running("poller", self.poller.run, ending)),
            asyncio.create_task(keep_running("upkeep", partial(self._keep_up, ending), ending)),
            asyncio.create_task(keep_running("telegram", partial(self._converse, ending), ending)),
        ]
        _log.info("started", access=self.settings.access, database=self.store.database.url.get_backend_name())
        try:
            await ending.wait()
            _log.info("stopping")
            self.poller.stop()
            self.sender.stop()
            await asyncio.wait(jobs, timeout=_STOP_WITHIN)
        finally:
            for task in jobs:
                task.cancel()
            await asyncio.wait(jobs)

    async def _converse(self, ending: asyncio.Event) -> None:
        """Everything that needs Telegram starts when it answers; if a part fails, all of it begins again."""
        if await self.telegram.connect(ending):
            async with asyncio.TaskGroup() as parts:
                parts.create_task(keep_running("sender", self.sender.run, ending))
                parts.create_task(self.telegram.serve(ending))

    async def _keep_up(self, ending: asyncio.Event) -> None:
        while not ending.is_set():
            try:
                await self.upkeep.round()
            except StoreError as error:
                await self.upkeep.database_failed(error)
            await interruptible_sleep(_UPKEEP_EVERY, ending)

    async def close(self) -> None:
        """Keep what was learnt, and close what was opened to the world."""
        await self._save()
        await self.merchant.source.aclose()
        await self.telegram.bot.shutdown()

    async def _save(self) -> None:
        """What was learnt since upkeep last kept it: a database that is busy now does not hold up the end."""
        if not self._acting():
            return  # another leader may have begun
        try:
            async with asyncio.timeout(_SAVE_WITHIN):
                await self.upkeep.save()
        except (StoreError, TimeoutError) as error:
            _log.warning("the last minute's learning is not kept", reason=str(error) or "database busy")

    def wake(self) -> None:
        """There may be something to look at or to tell."""
        self.poller.wake()
        self.sender.wake()

    async def take_push(self, body: bytes, given: str) -> int:
        """AliExpress's message about an order; the HTTP status to answer."""
        return await self.merchant.take_push(body, given, self.tracking.checking.learn_status, self.wake)

    # ── health ──────────────────────────────────────────────────────────────────────────────────

    @property
    def loops(self) -> tuple[str, ...]:
        """The names of the loops that must turn."""
        return ("poller", "upkeep", "sender", *self.telegram.loops)

    def health(self) -> Health:
        """What upkeep watches."""
        fault = self.merchant.source.circuit.fault
        return Health(
            source_healthy=self.poller.healthy,
            reauthorise=self.merchant.keeper.dead,
            misconfigured=str(fault) if fault else "",
            intake_age=self.telegram.silent_for,
            throttled=self.poller.throttled,
            webhook=self.telegram.webhook_trouble,
        )

    def wrong(self) -> Mapping[str, str]:
        """Why Telegram's side or the account are not ready; empty when they are."""
        found = dict(self.telegram.wrong())
        if self.merchant.keeper.dead:
            found["aliexpress"] = "the merchant has to log in again: /authorize"
        return found


def _width(settings: Settings) -> int:
    """How many checks are in flight: enough for the allowed rate at a slow source, no more."""
    return max(2, min(64, int(settings.aliexpress_calls_per_second * 2)))
