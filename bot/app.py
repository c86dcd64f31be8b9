"""The composition root: settings in, the running bot out; start order, stop order, the only clock reader."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import hashlib
import json
import os
import random
import socket
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

import structlog

from bot import logs, shop
from bot.chat import intake, menus
from bot.chat.conversation import Desk
from bot.chat.delivery import Courier
from bot.chat.limits import Limits as SendLimits
from bot.chat.limits import Priority
from bot.chat.table import handle
from bot.chat.telegram import Redactor, build_bot, connect
from bot.errors import Rejected, SourceError, StoreError, TokenRevoked
from bot.metrics import Metrics
from bot.model import Message, OrderStatus, Place, Sending, Sent, Tokens, TokenWarning
from bot.office import Office
from bot.pacing import Limits, Pacer
from bot.poller import Poller
from bot.replicas import Replicas
from bot.sender import Sender
from bot.settings import Settings
from bot.sources.aliexpress import auth, budget, push
from bot.sources.aliexpress.cipher import Cipher
from bot.sources.aliexpress.client import Client
from bot.sources.aliexpress.expiry import of_death, token_warnings
from bot.sources.aliexpress.source import AliExpress
from bot.store import Store
from bot.store.cells import OwnCell, SharedCell
from bot.store.credentials import Credentials
from bot.store.permits import SharedPermits
from bot.store.signals import Signal
from bot.tracking import Policy, Tracking
from bot.upkeep import Health, Upkeep
from bot.web import Doors, Port, make

_log = structlog.get_logger(__name__)

_UNKNOWN = frozenset({"unknown_shape", "unknown_code", "unknown_push"})  # events listed for the operator
_WEBHOOK = "webhook"  # under which memory keeps the address that we gave to Telegram
_STOP_WITHIN = 8.0  # seconds for what is in flight, of the 10 a container gets
_SAVE_WITHIN = 1.0
_UPKEEP_EVERY = 30.0
_STALLED = 180.0  # seconds without a round after which a loop counts as stalled
_INTAKE_SILENT = timedelta(minutes=3)


def now() -> datetime:
    """The one clock."""
    return datetime.now(UTC)


def redactor(settings: Settings) -> Callable[[str], str]:
    """What takes the settings' secrets out of any text."""
    return Redactor(*settings.secrets)


class Merchant:
    """The merchant's account at AliExpress: calls, tokens, budget, all over one store."""

    def __init__(self, settings: Settings, store: Store, metrics: Metrics) -> None:
        secret = settings.aliexpress_app_secret.get_secret_value()
        key = settings.token_key.get_secret_value() if settings.token_key else None
        self._settings = settings
        self._store = store
        self._unknown: list[str] = []
        self.client = Client(
            app_key=settings.aliexpress_app_key,
            app_secret=secret,
            now=now,
            base_url=settings.aliexpress_api_url,
            report=self._report,
        )
        self.credentials = Credentials(store.database, settings.aliexpress_app_key, Cipher(key), now)
        self._metrics = metrics
        cell_kind = OwnCell if store.database.is_sqlite else SharedCell
        self.cell = cell_kind(store.database, f"aliexpress:{settings.aliexpress_app_key}")
        self.ledger = budget.SharedLedger(
            limits=_call_limits(settings, shared=not store.database.is_sqlite),
            now=now,
            cell=self.cell,
        )
        self.keeper = auth.TokenKeeper(
            client=self.client,
            store=self.credentials,
            ledger=self.ledger,
            now=now,
            owner=f"{store.database.holder}:{socket.gethostname()}:{os.getpid()}",
            seed=_seed(settings),
            report=self._report,
        )
        self.source = AliExpress(
            client=self.client, keeper=self.keeper, ledger=self.ledger, now=now, observer=self
        )

    # the source's observer
    def call(self, api: str, outcome: str, seconds: float) -> None:
        """One call ended."""
        self._metrics.call(api, outcome, seconds)

    def event(self, kind: str, detail: str) -> None:
        """Something noteworthy happened at the source."""
        self._report(kind, detail)

    def _report(self, kind: str, detail: str) -> None:
        self._metrics.event(kind, detail)
        if kind in _UNKNOWN:
            self._unknown.append(f"{kind}: {detail}")
        _log.info("aliexpress", kind=kind, detail=detail)

    def login_url(self) -> str:
        """Where the merchant logs in."""
        return auth.authorise_url(
            self._settings.aliexpress_app_key,
            self._settings.aliexpress_callback_url,
            base_url=self._settings.aliexpress_api_url,
        )

    async def exchange(self, code: str) -> Tokens:
        """Trade a login's code for tokens, and call again with them."""
        tokens = await self.keeper.exchange(code)
        self.source.resume()
        return tokens

    async def flush(self) -> None:
        """Write what was spent, and the answers that nobody could read."""
        if self._unknown:
            found, self._unknown = self._unknown, []
            async with self._store.write() as tx:
                await tx.memory.count_unknown(found, now())
        if isinstance(self.cell, OwnCell):
            await self.cell.flush()

    # the grant, for upkeep
    async def warnings(self) -> tuple[TokenWarning, ...]:
        """What admins should hear of the grant's end now."""
        with contextlib.suppress(SourceError):  # refreshed in time even where nobody calls for days
            await self.keeper.current()
            await self.keeper.learn_end()
        tokens = await self.credentials.load()
        if tokens is None or self.keeper.hoping:
            return ()
        already = await self.credentials.warned()
        if self.keeper.alive(tokens) and of_death(tokens) in already:  # a false alarm, or repaired since
            await self.credentials.forget_warned([of_death(tokens)])
        return token_warnings(
            tokens, now(), already, refused=self.keeper.dead, ending=self.keeper.ending(tokens)
        )

    async def warned(self, keys: Iterable[str]) -> None:
        """They heard."""
        await self.credentials.remember_warned(keys)

    async def days_left(self) -> float | None:
        """Days until the next login is due."""
        tokens = await self.credentials.load()
        if tokens is None or tokens.refresh_expires_at is None:
            return None
        return (tokens.refresh_expires_at - now()).total_seconds() / 86_400

    async def take_push(self, tracking: Tracking, wake: Callable[[], None], body: bytes, given: str) -> int:
        """AliExpress's message about an order; a forged one gets 401, a repeat does nothing."""
        secret = self._settings.aliexpress_app_secret.get_secret_value()
        if not push.verify(self._settings.aliexpress_app_key, secret, body, given):
            return 401
        try:
            told = push.parse_push(body)
        except Rejected:
            return 200  # signed, but nothing we can use: a repeat would not help
        if told.order_id is None or told.status is None or told.is_stale(now()):
            return 200
        if told.status is OrderStatus.UNKNOWN:
            self._report("unknown_push", told.word)
        if await tracking.checking.learn_status(told.order_id, told.status, told.at, told.key):
            wake()
        return 200


def _seed(settings: Settings) -> Tokens | None:
    access, refresh = settings.aliexpress_access_token, settings.aliexpress_refresh_token
    return auth.seed_tokens(
        access.get_secret_value() if access else "", refresh.get_secret_value() if refresh else "", now()
    )


def _call_limits(settings: Settings, *, shared: bool) -> budget.Limits:
    """The budget of calls. Replicas book a little ahead and allow each other's answers some milliseconds."""
    return budget.Limits(
        per_second=settings.aliexpress_calls_per_second,
        per_day=settings.aliexpress_calls_per_day,
        jitter=0.04 if shared else 0.0,
        ahead=0.25 if shared else 0.0,
    )


def policy(settings: Settings) -> Policy:
    """What the operator allows."""
    return Policy(
        access=settings.access,
        admins=frozenset(settings.admin_chat_ids),
        orders_per_chat=settings.orders_per_chat,
        link_secret=settings.link_secret.get_secret_value() if settings.link_secret else "",
        cooldown=timedelta(seconds=min(60, settings.check_min_seconds)),
    )


class App:
    """The running bot. Raises SettingsError and StoreError before anything is opened to the world."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.store = Store(settings.database_url)
        self.store.database.observe = self.metrics.transaction
        self._shop = shop.load(settings.shop_file)
        self.pacer = Pacer(
            Limits(floor=settings.check_min_seconds, ceiling=settings.check_max_seconds), random.random
        )
        self.merchant = Merchant(settings, self.store, self.metrics)
        self.tracking = Tracking(
            store=self.store,
            source=self.merchant.source,
            pacer=self.pacer,
            policy=policy(settings),
            now=now,
            telemetry=self.metrics,
        )
        database = self.store.database
        self.limits = SendLimits(
            clock=time.monotonic,
            permits=None if database.is_sqlite else SharedPermits(database, "telegram", time.monotonic),
        )
        self.bot = build_bot(
            settings.telegram_bot_token.get_secret_value(), settings.telegram_api_url, limiter=self.limits
        )
        self.courier = Courier(
            self.bot, now, on_simplified=lambda sense: self.metrics.simplified.labels(sense.value).inc()
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
            deliver=partial(self.courier.deliver, priority=Priority.PUSH),
            edit=partial(self.courier.edit, priority=Priority.MINOR),
            now=now,
            sleep=asyncio.sleep,
            telemetry=self.metrics,
        )
        self.office = Office(
            store=self.store,
            now=now,
            login_url=self.merchant.login_url(),
            exchange=self.merchant.exchange,
            parse_code=auth.parse_code,
            is_login=auth.is_login,
            budget=self.merchant.ledger.usage,
            brief_at=settings.brief_at,
        )
        self.upkeep = Upkeep(
            store=self.store,
            tracking=self.tracking,
            pacer=self.pacer,
            metrics=self.metrics,
            grant=self.merchant,
            login_url=self.office.authorise_url(),
            budget=self.merchant.ledger.usage,
            health=self.health,
            tell=self._tell,
            brief_at=self.office.brief_at,
            flush=self.merchant.flush,
            now=now,
            default_language=settings.default_language,
            default_zone=settings.default_time_zone,
            retention=timedelta(days=settings.retention_days),
        )
        self._arrived = asyncio.Event()
        self.replicas = Replicas(
            store=self.store,
            now=now,
            frozen=self.limits.frozen,
            freeze=self.limits.freeze,
            froze=self.limits.froze,
            wake={
                Signal.ORDERS: self.poller.wake,
                Signal.NOTICES: self.sender.wake,
                Signal.UPDATES: self._arrived.set,
            },
        )
        self._workers = self._staff()
        self._receiver: intake.Receiver | None = None
        self._webhook: intake.Webhook | None = None
        self._connected = False
        self._conflict = ""

    # ── life ────────────────────────────────────────────────────────────────────────────────────

    async def run(self, stopping: asyncio.Event) -> None:
        """Serve until `stopping` is set, then settle what is in flight and close."""
        await self.store.start()
        await self._remember()
        await self.store.take_over(now())
        port = await self._open_port()
        try:
            await self._serve(stopping)
        finally:
            if port is not None:
                await port.close()
            await self._save()
            await self.merchant.source.aclose()
            await self.bot.shutdown()
            await self.store.close()
            _log.info("stopped")

    async def _save(self) -> None:
        """What was learnt since upkeep last kept it: a database that is busy now does not hold up the end."""
        if not self.store.database.is_sqlite:
            return  # the leader saves, twice a minute
        try:
            async with asyncio.timeout(_SAVE_WITHIN):
                await self.upkeep.save()
        except (StoreError, TimeoutError) as error:
            _log.warning("the last minute's learning is not kept", reason=str(error) or "database busy")

    async def _remember(self) -> None:
        """What an earlier life knew: what was learnt, and what Telegram counts against its limits still."""
        at = now()
        async with self.store.read() as tx:
            self.pacer.load(await tx.memory.get("pacer"))
            sent, frozen = await tx.sends.lately(at), await tx.chats.frozen(at)
        for one in sent:
            self.limits.recall(one.chat_id, (at - one.at).total_seconds())
        for chat_id, until in frozen.items():
            self.limits.freeze(chat_id, (until - at).total_seconds())

    def _replied(self) -> list[Sending]:
        at = now()
        return [
            Sending(chat_id=chat_id, at=at - timedelta(seconds=ago)) for chat_id, ago in self.limits.replied()
        ]

    async def _serve(self, stopping: asyncio.Event) -> None:
        loops = [
            asyncio.create_task(self._supervised("poller", self.poller.run, stopping)),
            asyncio.create_task(self._supervised("upkeep", partial(self._keep_up, stopping), stopping)),
            asyncio.create_task(
                self._supervised("signals", partial(self.replicas.listen, stopping), stopping)
            ),
            asyncio.create_task(
                self._supervised("freezes", partial(self.replicas.share_freezes, stopping), stopping)
            ),
        ]
        chat = asyncio.create_task(self._converse(stopping))
        _log.info("started", access=self.settings.access, database=self.store.database.url.get_backend_name())
        await stopping.wait()
        _log.info("stopping")
        self.poller.stop()
        self.sender.stop()
        self._arrived.set()
        _, late = await asyncio.wait({*loops, chat}, timeout=_STOP_WITHIN)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _converse(self, stopping: asyncio.Event) -> None:
        """Everything that needs Telegram: starts when it answers, rests while the token is refused."""
        while not stopping.is_set():
            try:
                me = await connect(
                    self.bot, stopping, on_trouble=lambda reason: _log.warning("no telegram", reason=reason)
                )
            except TokenRevoked:
                _log.error("telegram refuses TELEGRAM_BOT_TOKEN; get a new one from BotFather")
                await intake.wait_unless(stopping, 60.0)
                continue
            break
        if stopping.is_set() or me is None:
            return
        self._connected = True
        _log.info("telegram answers", bot=me.username)
        jobs = [
            self._supervised("sender", self.sender.run, stopping),
            self._supervised("workers", partial(self._workers.run, stopping), stopping),
            self._menus(),
        ]
        url, secret = self.settings.webhook_url, self.settings.webhook_secret
        if url and secret is not None:
            jobs.append(self._deliver_to(url, secret.get_secret_value(), stopping))
        else:
            await self._stop_delivering(stopping)
            self._receiver = intake.Receiver(
                self.bot, self._workers, self._arrived, now, on_state=self._intake_state
            )
        jobs.append(self._supervised("leader", partial(self.replicas.lead, stopping, self._lead), stopping))
        await asyncio.gather(*jobs)

    def _staff(self) -> intake.Workers:
        """Who handles updates, here and now."""
        desk = Desk(
            bot=self.bot,
            courier=self.courier,
            tracking=self.tracking,
            office=self.office,
            now=now,
            shop=self._shop,
            default_language=self.settings.default_language,
            default_zone=self.settings.default_time_zone,
        )
        return intake.Workers(
            self.bot,
            self.store.inbox,
            self._arrived,
            partial(self._handle, desk),
            now,
            on_aside=self._aside,
            at_once=self.store.database.is_sqlite,
            sent=self._replied,
        )

    async def _lead(self, ending: asyncio.Event) -> None:
        """What one replica does for all: receive by polling. Where Telegram delivers, it only keeps house."""
        if self._receiver is None:
            await ending.wait()
        else:
            await self._receiver.run(ending)

    async def _handle(self, desk: Desk, update: intake.Update) -> None:
        started = time.perf_counter()
        outcome = "failed"
        try:
            with structlog.contextvars.bound_contextvars(update=update.update_id):
                await handle(desk, update)
            outcome = "handled"
        finally:
            seconds = time.perf_counter() - started
            self.metrics.handled(outcome, seconds)
            chat = update.effective_chat
            _log.info(
                "update",
                update=update.update_id,
                chat=chat.id if chat else None,
                outcome=outcome,
                seconds=round(seconds, 3),
            )
        self.poller.wake()
        self.sender.wake()

    async def _supervised(
        self, name: str, run: Callable[[], Awaitable[None]], stopping: asyncio.Event
    ) -> None:
        """Start a loop again that ended by itself."""
        while not stopping.is_set():
            try:
                await run()
            except Exception as error:  # noqa: BLE001  the top of a loop
                _log.error("loop died and is started again", loop=name, exc_info=error)
            if not stopping.is_set():
                await intake.wait_unless(stopping, 1.0)

    async def _keep_up(self, stopping: asyncio.Event) -> None:
        """One replica keeps house for all; the others take over what it learnt."""
        while not stopping.is_set():
            if self.replicas.leading or self.store.database.is_sqlite:
                try:
                    await self.upkeep.round()
                except StoreError as error:
                    await self.upkeep.database_failed(error)
            else:
                self.metrics.beat("upkeep")
                async with self.store.read() as tx:
                    self.pacer.load(await tx.memory.get("pacer"))
            await intake.wait_unless(stopping, _UPKEEP_EVERY)

    # ── doors ───────────────────────────────────────────────────────────────────────────────────

    async def _open_port(self) -> Port | None:
        address = self.settings.listen_address()
        if address is None:
            return None
        if self.settings.webhook_url and self.settings.webhook_secret:
            secret = self.settings.webhook_secret.get_secret_value()
            self._webhook = intake.Webhook(self._workers, self._arrived, secret, now)
        doors = Doors(
            ready=self.wrong,
            metrics=self._expose,
            webhook_path=urlsplit(self.settings.webhook_url).path if self._webhook else "",
            webhook=self._webhook.accept if self._webhook else None,
            push=partial(self.merchant.take_push, self.tracking, self._pushed),
        )
        port = Port(make(doors), *address)
        await port.open()
        return port

    def _pushed(self) -> None:
        self.poller.wake()
        self.sender.wake()

    async def _expose(self) -> bytes:
        return self.metrics.expose()

    async def _deliver_to(self, url: str, secret: str, stopping: asyncio.Event) -> None:
        if await intake.keep_trying(partial(intake.set_webhook, self.bot, url, secret), stopping):
            _log.info("webhook set")
            async with self.store.write() as tx:
                await tx.memory.put(_WEBHOOK, url)

    async def _stop_delivering(self, stopping: asyncio.Event) -> None:
        """Back to long polling: take away the webhook that we set ourselves, and only that."""
        async with self.store.read() as tx:
            if await tx.memory.get(_WEBHOOK) is None:
                return
        if await intake.keep_trying(partial(intake.delete_webhook, self.bot), stopping):
            async with self.store.write() as tx:
                await tx.memory.drop(_WEBHOOK)

    async def _menus(self) -> None:
        """Commands and descriptions in every language, when they changed; failing is not fatal."""
        name = self._shop(self.settings.default_language).name
        wanted = menus.every(name, self.settings.admin_chat_ids)
        digest = hashlib.sha256(json.dumps([self.bot.id, wanted]).encode()).hexdigest()
        async with self.store.read() as tx:
            if await tx.memory.get("menus") == digest:
                return
        if await menus.set_all(self.bot, wanted):
            async with self.store.write() as tx:
                await tx.memory.put("menus", digest)

    # ── health ──────────────────────────────────────────────────────────────────────────────────

    def health(self) -> Health:
        """What upkeep watches."""
        fault = self.merchant.source.circuit.fault
        heard = self._receiver.last_ok if self._receiver else None
        return Health(
            source_healthy=self.poller.healthy,
            reauthorise=self.merchant.keeper.dead,
            misconfigured=str(fault) if fault else "",
            intake_age=now() - heard if heard and self.replicas.leading else None,
            throttled=self.poller.throttled,
        )

    async def wrong(self) -> Mapping[str, str]:
        """Why the bot is not ready; empty when it is."""
        found: dict[str, str] = {}
        for loop, age in self.metrics.beat_ages().items():
            if age > _STALLED:
                found[loop] = f"no round for {age:.0f} s"
        if not self._connected:
            found["telegram"] = "not connected yet"
        if self._conflict:
            found["intake"] = self._conflict
        elif self._receiver is not None and self.replicas.leading:
            heard = self._receiver.last_ok
            if heard is None or now() - heard > _INTAKE_SILENT:
                found["intake"] = "no answer to getUpdates"
        if self.merchant.keeper.dead:
            found["aliexpress"] = "the merchant has to log in again: /authorize"
        try:
            async with self.store.read() as tx:
                await tx.memory.get("ready")
        except Exception as error:  # noqa: BLE001  whatever it is, the database is not ready
            found["database"] = type(error).__name__
        return found

    def _intake_state(self, state: intake.ReceiverState, reason: str) -> None:
        _log.info("intake", state=state.value, reason=reason)
        self._conflict = reason if state is intake.ReceiverState.STANDING_BY else ""

    def _aside(self, update: object, error: str) -> None:
        _log.error("update set aside", error=error)

    async def _tell(self, place: Place, message: Message) -> bool:
        if not self._connected:
            return False
        return isinstance(await self.courier.deliver(place, message, priority=Priority.PUSH), Sent)


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
    key = settings.telegram_bot_token.get_secret_value().encode()  # the same in every replica
    logs.set_up(settings.log_level, settings.log_format, clean, key=key)
    app = App(settings)
    spare_the_collector()
    learnt = app.merchant.client.redactor.clean  # knows the tokens that come later, too
    veil = logs.set_up(settings.log_level, settings.log_format, lambda text: learnt(clean(text)), key=key)
    if settings.sentry_dsn is not None:
        logs.report_errors(settings.sentry_dsn.get_secret_value(), veil)
    await app.run(stopping)
