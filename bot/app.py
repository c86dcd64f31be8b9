"""The composition root: settings in, the running bot out; start order, stop order, the only clock reader."""

from __future__ import annotations

import asyncio
import gc
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

import structlog

from bot import logs, shop
from bot.chat import menus
from bot.chat.limits import Priority
from bot.chat.service import TelegramService
from bot.chat.telegram import Redactor
from bot.errors import StoreError
from bot.merchant import Merchant
from bot.metrics import Metrics
from bot.pacing import Limits, Pacer
from bot.poller import Poller
from bot.sender import Sender
from bot.settings import Settings
from bot.store import Store
from bot.store.leadership import Leadership
from bot.tracking import Policy, Tracking
from bot.upkeep import Health, Upkeep
from bot.waker import keep_running, pause
from bot.web import Doors, Port, make

_log = structlog.get_logger(__name__)

_STOP_WITHIN = 8.0  # seconds for what is in flight, of the 10 a container gets
_SAVE_WITHIN = 1.0
_STANDING_BY = 503  # the answer to whoever calls a process that does not serve: come again
_UPKEEP_EVERY = 30.0
_STALLED = 180.0  # seconds without a round after which a loop counts as stalled


def now() -> datetime:
    """The one clock."""
    return datetime.now(UTC)


def redactor(settings: Settings) -> Callable[[str], str]:
    """What takes the settings' secrets out of any text."""
    return Redactor(*settings.secrets)


def policy(settings: Settings) -> Policy:
    """What the operator allows."""
    return Policy(
        access=settings.access,
        admins=frozenset(settings.admin_chat_ids),
        orders_per_chat=settings.orders_per_chat,
        link_secret=settings.link_secret.get_secret_value() if settings.link_secret else "",
        cooldown=timedelta(seconds=min(60, settings.check_min_seconds)),
        brief_at=settings.brief_at,
    )


class App:
    """One process of the bot: it stands by, or leads and serves."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.store = Store(settings.database_url)
        self.store.database.observe = self.metrics.transaction
        self.leadership = Leadership(self.store.database)
        self._shop = shop.load(settings.shop_file)
        # Made by a stand-by, too: a leader would keep somebody waiting while it reads 22 catalogs.
        name = self._shop(settings.default_language).name
        self._wanted_menus = menus.every(name, settings.admin_chat_ids)
        self._used = False
        self._compose()

    def _compose(self) -> None:
        """Make everything that a leader holds in memory; anew for each time that this process leads."""
        settings = self.settings
        self.pacer = Pacer(
            Limits(floor=settings.check_min_seconds, ceiling=settings.check_max_seconds), random.random
        )
        self.merchant = Merchant(settings, self.store, self.metrics, now=now, allowed=self._acting)
        self.tracking = Tracking(
            store=self.store,
            source=self.merchant.source,
            pacer=self.pacer,
            policy=policy(settings),
            now=now,
            telemetry=self.metrics,
        )
        self.telegram = TelegramService(
            settings,
            tracking=self.tracking,
            merchant=self.merchant,
            inbox=self.store.inbox,
            metrics=self.metrics,
            shop=self._shop,
            wanted_menus=self._wanted_menus,
            now=now,
            allowed=self._acting,
            on_handled=self._wake,
        )
        self.poller = Poller(
            store=self.store,
            tracking=self.tracking,
            now=now,
            sleep=asyncio.sleep,
            telemetry=self.metrics,
            width=_width(settings),
        )
        self.sender = Sender(
            store=self.store,
            tracking=self.tracking,
            deliver=partial(self.telegram.courier.deliver, priority=Priority.PUSH),
            edit=partial(self.telegram.courier.edit, priority=Priority.MINOR),
            now=now,
            sleep=asyncio.sleep,
            telemetry=self.metrics,
        )
        self.upkeep = Upkeep(
            store=self.store,
            tracking=self.tracking,
            pacer=self.pacer,
            metrics=self.metrics,
            account=self.merchant,
            health=self.health,
            tell=self.telegram.tell,
            now=now,
            default_language=settings.default_language,
            default_zone=settings.default_time_zone,
            retention=timedelta(days=settings.retention_days),
        )
        self._serving = False  # from the first lease to the last

    def _acting(self) -> bool:
        return self.leadership.acting

    # ── life ────────────────────────────────────────────────────────────────────────────────────

    async def run(self, stopping: asyncio.Event) -> None:
        """Stand by and serve in turn until `stopping` is set. Raises StoreError where the start fails."""
        port = await self._open_port()
        try:
            await self.leadership.lead(stopping, self._lead)
        finally:
            if port is not None:
                await port.close()
            await self.store.close()
            _log.info("stopped")

    async def _lead(self, ending: asyncio.Event) -> None:
        """Serve until `ending` is set, then settle what is in flight and let go of everything."""
        if self._used:
            self._compose()
        self._used = True
        try:
            await self._take_over()
            await self._serve(ending)
        finally:
            self._serving = False
            self.metrics.stand_by()
            await self._save()
            await self.merchant.source.aclose()
            await self.telegram.bot.shutdown()

    async def _take_over(self) -> None:
        """Know what the last leader knew, was learnt, spent and sent; then make due what it had leased."""
        await self.merchant.load()
        async with self.store.read() as tx:
            self.pacer.load(await tx.memory.get("pacer"))
        await self.telegram.remember()
        await self.store.release_leases(now())
        self._serving = True
        self.metrics.lead()

    async def _save(self) -> None:
        """What was learnt since upkeep last kept it: a database that is busy now does not hold up the end."""
        if not self.leadership.acting:
            return  # another leader may have begun
        try:
            async with asyncio.timeout(_SAVE_WITHIN):
                await self.upkeep.save()
        except (StoreError, TimeoutError) as error:
            _log.warning("the last minute's learning is not kept", reason=str(error) or "database busy")

    async def _serve(self, ending: asyncio.Event) -> None:
        jobs = [
            asyncio.create_task(keep_running("poller", self.poller.run, ending)),
            asyncio.create_task(keep_running("upkeep", partial(self._keep_up, ending), ending)),
            asyncio.create_task(self._converse(ending)),
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
        """Everything that needs Telegram starts when it answers."""
        if await self.telegram.connect(ending):
            await asyncio.gather(keep_running("sender", self.sender.run, ending), self.telegram.serve(ending))

    async def _keep_up(self, ending: asyncio.Event) -> None:
        while not ending.is_set():
            try:
                await self.upkeep.round()
            except StoreError as error:
                await self.upkeep.database_failed(error)
            await pause(_UPKEEP_EVERY, ending)

    # ── doors ───────────────────────────────────────────────────────────────────────────────────

    async def _open_port(self) -> Port | None:
        address = self.settings.listen_address()
        if address is None:
            return None
        by_webhook = bool(self.settings.webhook_url and self.settings.webhook_secret)
        doors = Doors(
            ready=self.wrong,
            metrics=self._expose,
            webhook_path=urlsplit(self.settings.webhook_url).path if by_webhook else "",
            webhook=self._take_update if by_webhook else None,
            push=self._take_push,
        )
        port = Port(make(doors), *address)
        await port.open()
        return port

    async def _take_update(self, body: bytes, secret: str | None) -> int:
        return await self.telegram.take_update(body, secret) if self._serving else _STANDING_BY

    async def _take_push(self, body: bytes, given: str) -> int:
        if not self._serving:
            return _STANDING_BY
        learn = self.tracking.checking.learn_status
        return await self.merchant.take_push(body, given, learn, self._wake)

    def _wake(self) -> None:
        """There may be something to look at or to tell."""
        self.poller.wake()
        self.sender.wake()

    async def _expose(self) -> bytes:
        return self.metrics.expose()

    # ── health ──────────────────────────────────────────────────────────────────────────────────

    def health(self) -> Health:
        """What upkeep watches."""
        fault = self.merchant.source.circuit.fault
        return Health(
            source_healthy=self.poller.healthy,
            reauthorise=self.merchant.keeper.dead,
            misconfigured=str(fault) if fault else "",
            intake_age=self.telegram.silent_for,
            throttled=self.poller.throttled,
        )

    async def wrong(self) -> Mapping[str, str]:
        """Why this process is not ready; empty when it is."""
        if not self._serving:
            return {"leadership": "standing by"}
        found: dict[str, str] = {}
        for loop, age in self.metrics.beat_ages().items():
            if age > _STALLED:
                found[loop] = f"no round for {age:.0f} s"
        found.update(self.telegram.wrong())
        if self.merchant.keeper.dead:
            found["aliexpress"] = "the merchant has to log in again: /authorize"
        try:
            async with self.store.read() as tx:
                await tx.memory.get("ready")
        except Exception as error:  # noqa: BLE001  whatever it is, the database is not ready
            found["database"] = type(error).__name__
        return found


def _width(settings: Settings) -> int:
    """How many checks are in flight: enough for the allowed rate at a slow source, no more."""
    return max(2, min(64, int(settings.aliexpress_calls_per_second * 2)))


def spare_the_collector() -> None:
    """Keep what was made so far for good, and look for garbage more rarely.

    Every import's objects would be looked through again and again: a quarter of the time of a busy bot.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


async def serve(settings: Settings, stopping: asyncio.Event) -> None:
    """Run the bot until told to stop."""
    clean = redactor(settings)
    key = settings.telegram_bot_token.get_secret_value().encode()  # the same in every process
    logs.set_up(settings.log_level, settings.log_format, clean, key=key)
    app = App(settings)
    spare_the_collector()

    def clean_all(text: str) -> str:  # of the tokens that come later, too
        return app.merchant.client.redactor.clean(clean(text))

    veil = logs.set_up(settings.log_level, settings.log_format, clean_all, key=key)
    if settings.sentry_dsn is not None:
        logs.report_errors(settings.sentry_dsn.get_secret_value(), veil)
    await app.run(stopping)
