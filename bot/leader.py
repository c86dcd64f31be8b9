"""Everything that the leading process runs, with its start order and stop order."""

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
from bot.model import BoardSettings, Place, Shop
from bot.pacing import CheckInterval, Pacer
from bot.poller import Poller
from bot.sender import Sender
from bot.settings import Settings
from bot.store import Store
from bot.tracking import Policy, Tracking
from bot.upkeep import Health, Upkeep
from bot.webhooks import WebhookSender
from bot.webhooks.client import new_client
from bot.worker import interruptible_sleep, keep_running

_log = structlog.get_logger(__name__)

_STOP_WITHIN = 5.5  # seconds for work in flight, of the 10 that a container gets to stop
_SAVE_WITHIN = 1.0
_CLOSE_WITHIN = 1.0
_UPKEEP_EVERY = 30.0


def desk(settings: Settings) -> Place | None:
    """Where customers' questions go: the first operators' chat; None if there is none, or ASK_SHOP is off."""
    if not settings.ask_shop or not settings.admin_chat_ids:
        return None
    return Place(settings.admin_chat_ids[0], settings.ask_shop_topic)


def policy(settings: Settings, board: BoardSettings | None = None) -> Policy:
    """The rules that the settings and the shop's file set."""
    return Policy(
        access=settings.access,
        admins=frozenset(settings.admin_chat_ids),
        orders_per_chat=settings.orders_per_chat,
        link_secret=settings.link_secret.get_secret_value() if settings.link_secret else "",
        cooldown=timedelta(seconds=min(60, settings.check_min_seconds)),
        watch_pushed=settings.watch_pushed,
        calls_per_day=settings.aliexpress_calls_per_day,
        desk=desk(settings),
        retention=timedelta(days=settings.retention_days),
        brief_at=settings.brief_at,
        private_webhooks=settings.webhooks_allow_private,
        board=board or BoardSettings(),
        language=settings.default_language,
        zone=settings.default_time_zone,
    )


class Leader:
    """The leader's loops and all of its state in memory; a new one is made each time a process leads.

    `acting` tells whether this process may call Telegram and AliExpress at this moment.
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
            policy=policy(settings, shop(settings.default_language).board),
            now=now,
            metrics=metrics,
            seal=self.merchant.cipher,
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
        self.tracking.visiting.chats_wait = lambda: self.telegram.busy
        self._make_loops(metrics, shop)

    def _make_loops(self, metrics: Metrics, shop: Callable[[str], Shop]) -> None:
        self.poller = Poller(
            store=self.store,
            tracking=self.tracking,
            now=self._now,
            sleep=asyncio.sleep,
            telemetry=metrics,
            width=_width(self.settings),
            someone_waits=lambda: self.telegram.busy or self.tracking.visiting.busy,
        )
        self.sender = Sender(
            store=self.store,
            tracking=self.tracking,
            deliver=partial(self.telegram.sender.deliver, priority=Priority.PUSH),
            edit=partial(self.telegram.sender.edit, priority=Priority.MINOR),
            now=self._now,
            sleep=asyncio.sleep,
            telemetry=metrics,
            shop=shop,
        )
        self.webhooks = WebhookSender(
            store=self.store,
            webhooks=self.tracking.webhooks,
            client=new_client(allow_private=self.settings.webhooks_allow_private),
            now=self._now,
            sleep=asyncio.sleep,
            telemetry=metrics,
            allowed=self._acting,
        )
        self.upkeep = Upkeep(
            store=self.store,
            tracking=self.tracking,
            pacer=self.pacer,
            metrics=metrics,
            account=self.merchant,
            health=self.health,
            tell=self.telegram.tell,
            now=self._now,
            longest=timedelta(seconds=self.settings.check_max_seconds),
        )

    # ── life ────────────────────────────────────────────────────────────────────────────────────

    async def take_over(self) -> None:
        """Load what the last leader learned, spent and sent, then release its leases."""
        self.store.database.wait_for_locks(patiently=True)
        await self.merchant.load()
        async with self.store.read() as tx:
            self.pacer.load(await tx.memory.get("pacer"))
        await self.tracking.arriving.load()
        await self.telegram.remember()
        await self.store.release_leases(self._now())
        await self.poller.mind_the_clock()

    async def serve(self, ending: asyncio.Event) -> None:
        """Run all loops until `ending` is set, then settle the work in flight."""
        jobs = [
            asyncio.create_task(keep_running("poller", self.poller.run, ending)),
            asyncio.create_task(keep_running("webhooks", self.webhooks.run, ending)),
            asyncio.create_task(keep_running("upkeep", partial(self._keep_up, ending), ending)),
            asyncio.create_task(keep_running("telegram", partial(self._converse, ending), ending)),
        ]
        _log.info("started", access=self.settings.access, database=self.store.database.url.get_backend_name())
        try:
            await ending.wait()
            _log.info("stopping")
            self.store.database.wait_for_locks(patiently=False)
            self.poller.stop()
            self.sender.stop()
            self.webhooks.stop()
            await asyncio.wait(jobs, timeout=_STOP_WITHIN)
        finally:
            for task in jobs:
                task.cancel()
            await asyncio.wait(jobs)

    async def _converse(self, ending: asyncio.Event) -> None:
        """Connect to Telegram, then run what needs it; if one part fails, all of them restart."""
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
        """Store what was learned and close the connections."""
        await self.tracking.visiting.close()
        await self._save()
        try:
            async with asyncio.timeout(_CLOSE_WITHIN):
                await self.merchant.source.aclose()
        except TimeoutError:
            _log.error("a new token of AliExpress may not have been kept: the database is busy")
        await self.telegram.bot.shutdown()

    async def _save(self) -> None:
        """Store what was learned since the last upkeep round; a busy database must not delay the stop."""
        if not self._acting():
            return  # another process may be leading by now
        try:
            async with asyncio.timeout(_SAVE_WITHIN):
                await self.upkeep.save()
        except (StoreError, TimeoutError) as error:
            _log.warning("state of the last round not stored", reason=str(error) or "database busy")

    def wake(self) -> None:
        """Have the poller and both senders look for work at once."""
        self.poller.wake()
        self.sender.wake()
        self.webhooks.wake()

    async def take_push(self, body: bytes, given: str) -> int:
        """Handle a push from AliExpress and return the HTTP status to answer with."""
        return await self.merchant.take_push(body, given, self.tracking.checking.learn_status, self.wake)

    # ── health ──────────────────────────────────────────────────────────────────────────────────

    @property
    def loops(self) -> tuple[str, ...]:
        """The loops that must run for the process to be ready."""
        return ("poller", "upkeep", "sender", "webhooks", *self.telegram.loops)

    def health(self) -> Health:
        """The state that upkeep's alerts depend on."""
        return Health(
            source_healthy=self.poller.healthy,
            reauthorize=self.merchant.keeper.dead,
            misconfigured=self.merchant.refusal,
            intake_age=self.telegram.silent_for,
            throttled=self.poller.throttled,
            webhook=self.telegram.webhook_trouble,
            failing_since=self.merchant.failing_since,
        )

    def wrong(self) -> Mapping[str, str]:
        """Why Telegram or the AliExpress account is not ready, by name; empty if both are."""
        found = dict(self.telegram.wrong())
        if self.merchant.keeper.dead:
            found["aliexpress"] = "the merchant has to log in again: /authorize"
        return found


def _width(settings: Settings) -> int:
    """How many checks to keep in flight: enough to reach the allowed call rate at a slow gateway."""
    return max(2, min(64, int(settings.aliexpress_calls_per_second * 2)))
