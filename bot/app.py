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
from bot.sender import Sender
from bot.settings import Settings
from bot.sources.aliexpress import auth, budget, push
from bot.sources.aliexpress.cipher import Cipher
from bot.sources.aliexpress.client import Client
from bot.sources.aliexpress.expiry import of_death, token_warnings
from bot.sources.aliexpress.source import AliExpress
from bot.store import Store
from bot.store.credentials import Credentials
from bot.store.leadership import Leadership
from bot.tracking import Policy, Tracking
from bot.upkeep import Health, Upkeep
from bot.waker import first_of, wait_unless
from bot.web import Doors, Port, make

_log = structlog.get_logger(__name__)

_UNKNOWN = frozenset({"unknown_shape", "unknown_code", "unknown_push"})  # events listed for the operator
_WEBHOOK = "webhook"  # under which memory keeps the address that we gave to Telegram
_STOP_WITHIN = 8.0  # seconds for what is in flight, of the 10 a container gets
_SAVE_WITHIN = 1.0
_STANDING_BY = 503  # the answer to whoever calls a process that does not serve: come again
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

    def __init__(
        self,
        settings: Settings,
        store: Store,
        metrics: Metrics,
        allowed: Callable[[], bool] = lambda: True,
    ) -> None:
        secret = settings.aliexpress_app_secret.get_secret_value()
        key = settings.token_key.get_secret_value() if settings.token_key else None
        self._settings = settings
        self._store = store
        self._budget_key = f"budget:{settings.aliexpress_app_key}"
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
        self.ledger = budget.CallLedger(
            limits=budget.Limits(
                per_second=settings.aliexpress_calls_per_second, per_day=settings.aliexpress_calls_per_day
            ),
            now=now,
            allowed=allowed,
        )
        self.keeper = auth.TokenKeeper(
            client=self.client,
            store=self.credentials,
            ledger=self.ledger,
            now=now,
            owner=f"{socket.gethostname()}:{os.getpid()}",
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

    async def load(self) -> None:
        """Go on with the budget as it was written last."""
        async with self._store.read() as tx:
            self.ledger.load(await tx.memory.get(self._budget_key))

    async def flush(self) -> None:
        """Write what was spent, and the answers that nobody could read."""
        found, self._unknown = self._unknown, []
        async with self._store.write() as tx:
            await tx.memory.put(self._budget_key, self.ledger.dump())
            await tx.memory.count_unknown(found, now())

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
        self.merchant = Merchant(settings, self.store, self.metrics, self._acting)
        self.tracking = Tracking(
            store=self.store,
            source=self.merchant.source,
            pacer=self.pacer,
            policy=policy(settings),
            now=now,
            telemetry=self.metrics,
        )
        self.limits = SendLimits(clock=time.monotonic, allowed=self._acting)
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
        self._workers = self._staff()
        self._receiver: intake.Receiver | None = None
        self._webhook: intake.Webhook | None = None
        if settings.webhook_url and settings.webhook_secret:
            secret = settings.webhook_secret.get_secret_value()
            self._webhook = intake.Webhook(self._workers, self._arrived, secret, now)
        self._serving = False  # from the first lease to the last
        self._connected = False
        self._conflict = ""

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
            await self.bot.shutdown()

    async def _take_over(self) -> None:
        """Know what the last leader knew, then make due what it had leased."""
        await self._remember()
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

    async def _remember(self) -> None:
        """What the last leader knew: what was learnt, spent, and what Telegram still counts as sent."""
        at = now()
        await self.merchant.load()
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

    async def _serve(self, ending: asyncio.Event) -> None:
        jobs = [
            asyncio.create_task(self._supervised("poller", self.poller.run, ending)),
            asyncio.create_task(self._supervised("upkeep", partial(self._keep_up, ending), ending)),
            asyncio.create_task(self._supervised("flood waits", partial(self._keep_waits, ending), ending)),
            asyncio.create_task(self._converse(ending)),
        ]
        _log.info("started", access=self.settings.access, database=self.store.database.url.get_backend_name())
        try:
            await ending.wait()
            _log.info("stopping")
            self.poller.stop()
            self.sender.stop()
            self._arrived.set()
            await asyncio.wait(jobs, timeout=_STOP_WITHIN)
        finally:
            for task in jobs:
                task.cancel()
            await asyncio.wait(jobs)

    async def _converse(self, stopping: asyncio.Event) -> None:
        """Everything that needs Telegram: starts when it answers, rests while the token is refused."""
        while not stopping.is_set():
            try:
                me = await connect(
                    self.bot, stopping, on_trouble=lambda reason: _log.warning("no telegram", reason=reason)
                )
            except TokenRevoked:
                _log.error("telegram refuses TELEGRAM_BOT_TOKEN; get a new one from BotFather")
                await wait_unless(stopping, 60.0)
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
            jobs.append(self._supervised("receiver", partial(self._receiver.run, stopping), stopping))
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
            sent=self._replied,
        )

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
                await wait_unless(stopping, 1.0)

    async def _keep_up(self, ending: asyncio.Event) -> None:
        while not ending.is_set():
            try:
                await self.upkeep.round()
            except StoreError as error:
                await self.upkeep.database_failed(error)
            await wait_unless(ending, _UPKEEP_EVERY)

    async def _keep_waits(self, ending: asyncio.Event) -> None:
        """Write down Telegram's flood waits when they begin: the next leader must know them."""
        while not ending.is_set():
            await first_of(ending, self.limits.froze, _UPKEEP_EVERY)
            if self.limits.froze.is_set():
                self.limits.froze.clear()
                at = now()
                waits = {chat: at + timedelta(seconds=left) for chat, left in self.limits.frozen().items()}
                async with self.store.write() as tx:
                    await tx.chats.freeze(waits)
                    await tx.chats.thaw(at)

    # ── doors ───────────────────────────────────────────────────────────────────────────────────

    async def _open_port(self) -> Port | None:
        address = self.settings.listen_address()
        if address is None:
            return None
        doors = Doors(
            ready=self.wrong,
            metrics=self._expose,
            webhook_path=urlsplit(self.settings.webhook_url).path if self._webhook else "",
            webhook=self._take_update if self._webhook else None,
            push=self._take_push,
        )
        port = Port(make(doors), *address)
        await port.open()
        return port

    async def _take_update(self, body: bytes, secret: str | None) -> int:
        if not self._serving or self._webhook is None:
            return _STANDING_BY
        return await self._webhook.accept(body, secret)

    async def _take_push(self, body: bytes, given: str) -> int:
        if not self._serving:
            return _STANDING_BY
        return await self.merchant.take_push(self.tracking, self._pushed, body, given)

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
        digest = hashlib.sha256(json.dumps([self.bot.id, self._wanted_menus]).encode()).hexdigest()
        async with self.store.read() as tx:
            if await tx.memory.get("menus") == digest:
                return
        if await menus.set_all(self.bot, self._wanted_menus):
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
            intake_age=now() - heard if heard else None,
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
        if not self._connected:
            found["telegram"] = "not connected yet"
        if self._conflict:
            found["intake"] = self._conflict
        elif self._receiver is not None:
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
