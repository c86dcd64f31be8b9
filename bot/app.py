"""The composition root: builds the bot from its settings, stands by or leads, and reads the clock."""

from __future__ import annotations

import asyncio
import gc
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

import structlog

from bot import logs, shop, stages
from bot.chat import menus
from bot.chat.telegram import SecretRedactor
from bot.errors import StoreError
from bot.leader import Leader, desk
from bot.merchant import may_be_signed
from bot.metrics import Metrics
from bot.model import CallBudget
from bot.settings import Settings
from bot.store import Store
from bot.store.leadership import Leadership
from bot.tracking import Visit
from bot.web.api import app as api
from bot.web.api.backend import Backend
from bot.web.page import PageParts, page_routes
from bot.web.routes import Endpoints, create_web_app
from bot.web.server import HttpServer

_log = structlog.get_logger(__name__)

_STANDING_BY = 503  # HTTP status of a standby, so that Telegram, AliExpress and load balancers try again
_STALLED = 180.0  # seconds without a good round after which a loop counts as stalled


def now() -> datetime:
    """The only reader of the clock; in whole milliseconds, as the database stores times."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def redactor(settings: Settings) -> Callable[[str], str]:
    """Return a function that removes the settings' secrets from a text."""
    return SecretRedactor(*settings.secrets)


class App:
    """One process of the bot: a standby, or the leader that serves."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.store = Store(settings.database_url)
        self.store.database.observe = self.metrics.transaction
        self.leadership = Leadership(self.store.database)
        self._shop = shop.load_shop(settings.shop_file, asks=desk(settings) is not None)
        stages.teach(settings.phrases_file)
        # Built by a standby, too: reading 22 catalogs after taking over would keep somebody waiting.
        named = self._shop(settings.default_language)
        self._wanted_menus = menus.all_menu_calls(
            named, settings.admin_chat_ids, by_link=settings.access == "link"
        )
        self.leader = self._new_leader()
        self._used = False
        self._serving = False  # from the takeover until the last lease is settled

    def _new_leader(self) -> Leader:
        return Leader(
            self.settings,
            store=self.store,
            metrics=self.metrics,
            shop=self._shop,
            wanted_menus=self._wanted_menus,
            acting=lambda: self.leadership.acting,
            now=now,
        )

    # ── life ────────────────────────────────────────────────────────────────────────────────────

    async def run(self, stopping: asyncio.Event) -> None:
        """Stand by or serve until `stopping` is set. Raises StoreError if the start fails."""
        server = await self._open_server()
        try:
            await self.leadership.lead(stopping, self._lead)
        finally:
            if server is not None:
                await server.close()
            await self.store.close()
            _log.info("stopped")

    async def _lead(self, ending: asyncio.Event) -> None:
        """Serve until `ending` is set, then settle the work in flight and close everything."""
        if self._used:
            self.leader = self._new_leader()
        self._used = True
        try:
            await self.leader.take_over()
            self._serving = True
            self.metrics.lead()
            await self.leader.serve(ending)
        finally:
            self._serving = False
            self.metrics.stand_by()
            await self.leader.close()

    # ── HTTP ───────────────────────────────────────────────────────────────────────────────────

    async def _open_server(self) -> HttpServer | None:
        address = self.settings.listen_address()
        if address is None:
            return None
        by_webhook = bool(self.settings.webhook_url and self.settings.webhook_secret)
        endpoints = Endpoints(
            ready=self.wrong,
            metrics=self._expose,
            webhook_path=urlsplit(self.settings.webhook_url).path if by_webhook else "",
            webhook=self._take_update if by_webhook else None,
            webhook_admits=self._from_telegram,
            push=self._take_push,
            push_admits=may_be_signed,
        )
        backend = Backend(
            tracking=lambda: self.leader.tracking if self._serving else None,
            username=lambda: self.leader.telegram.username,
            wake=self._wake,
            calls=self._calls,
            metrics=self.metrics,
            public_url=self.settings.public_url,
            zone=self.settings.default_time_zone,
        )
        pages = page_routes(self._page_parts()) if self.settings.public_url else []
        server = HttpServer(create_web_app(endpoints, [*api.routes(backend), *pages]), *address)
        await server.open()
        return server

    def _from_telegram(self, given: str) -> bool:
        secret = self.settings.webhook_secret
        return secret is not None and hmac.compare_digest(given.encode(), secret.get_secret_value().encode())

    async def _take_update(self, body: bytes, secret: str) -> int:
        return await self.leader.telegram.take_update(body, secret) if self._serving else _STANDING_BY

    async def _take_push(self, body: bytes, given: str) -> int:
        return await self.leader.take_push(body, given) if self._serving else _STANDING_BY

    def _wake(self) -> None:
        self.leader.wake()

    async def _calls(self) -> CallBudget:
        return await self.leader.merchant.usage()

    def _page_parts(self) -> PageParts:
        return PageParts(
            visit=self._visit,
            shop=self._shop,
            username=lambda: self.leader.telegram.username,
            count=self.metrics.visited,
            now=now,
            public_url=self.settings.public_url,
            language=self.settings.default_language,
            zone=self.settings.default_time_zone,
        )

    async def _visit(self, token: str, language: str, known: str) -> Visit | None:
        if not self._serving:
            raise StoreError("standing by")
        return await self.leader.tracking.visiting.visit(token, language, known)

    async def _expose(self) -> bytes:
        return self.metrics.expose()

    # ── health ──────────────────────────────────────────────────────────────────────────────────

    async def wrong(self) -> Mapping[str, str]:
        """Why this process is not ready, by component; empty if it is."""
        if not self._serving:
            return {"leadership": "standing by"}
        found: dict[str, str] = {}
        ages = self.metrics.beat_ages()
        for loop in self.leader.loops:
            age = ages.get(loop)
            if age is None:
                found[loop] = "no round yet"
            elif age > _STALLED:
                found[loop] = f"no round for {age:.0f} s"
        found.update(self.leader.wrong())
        try:
            self.store.database.check()
            async with self.store.read() as tx:
                await tx.memory.get("ready")
        except StoreError as error:
            found["database"] = str(error)
        except Exception as error:  # noqa: BLE001  any error here means that the database is not ready
            found["database"] = type(error).__name__
        return found


def spare_the_collector() -> None:
    """Exclude the objects made so far from garbage collection, and collect somewhat less often.

    Otherwise the collector walks the objects of every import again and again: a quarter of a busy bot's time.
    With 20,000 new objects a collection holds everything up for 13 to 25 ms, which people feel; with 2,000
    for at most 5 ms.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(2_000, 10, 10)


async def serve(settings: Settings, stopping: asyncio.Event) -> None:
    """Run the bot until `stopping` is set."""
    clean = redactor(settings)
    key = settings.telegram_bot_token.get_secret_value().encode()  # equal in every process, so tags are, too
    logs.configure_logging(settings.log_level, settings.log_format, clean, key=key)
    app = App(settings)
    stages.load()
    spare_the_collector()

    def clean_all(text: str) -> str:  # also of tokens obtained while running
        return app.leader.merchant.client.redactor.clean(clean(text))

    scrubber = logs.configure_logging(settings.log_level, settings.log_format, clean_all, key=key)
    if settings.sentry_dsn is not None:
        logs.report_errors(settings.sentry_dsn.get_secret_value(), scrubber)
    await app.run(stopping)
