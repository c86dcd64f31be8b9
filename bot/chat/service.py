"""Telegram's side of a leading process: connecting, taking updates in, handling them, menus, flood waits."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.chat import intake, menus, webhook
from bot.chat.context import Services, open_context
from bot.chat.delivery import TelegramSender
from bot.chat.inbox import UpdateInbox
from bot.chat.limits import Priority, SendLimiter
from bot.chat.table import asks_us, handle
from bot.chat.telegram import TelegramError, build_bot, connect_bot
from bot.errors import StoreError, TokenRevoked
from bot.merchant import Merchant
from bot.metrics import Metrics
from bot.model import Message, Place, RawUpdate, SendRecord, Sent, Shop
from bot.settings import Settings
from bot.tracking import Tracking
from bot.views import replies
from bot.worker import interruptible_sleep, keep_running

_log = structlog.get_logger(__name__)

_WEBHOOK, _MENUS = "webhook", "menus"  # notes: the address that we gave to Telegram; the menus set there
_REVOKED = 60.0  # seconds between looks whether a refused token works again
_KEEP_WAITS = 30.0
_AGAIN = 1.0  # seconds until the database is tried again
_SILENT = timedelta(minutes=3)  # without an answer to getUpdates
_LOOK_AT_WEBHOOK = 60.0  # seconds between two questions whether Telegram can deliver


class TelegramService:
    """Made anew for each time that this process leads. `on_handled` is called after each update."""

    def __init__(
        self,
        settings: Settings,
        *,
        tracking: Tracking,
        merchant: Merchant,
        inbox: UpdateInbox,
        metrics: Metrics,
        shop: Callable[[str], Shop],
        wanted_menus: Sequence[menus.Call],
        now: Callable[[], datetime],
        allowed: Callable[[], bool],
        on_handled: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._tracking = tracking
        self._metrics = metrics
        self._wanted_menus = wanted_menus
        self._now = now
        self._on_handled = on_handled
        self.limiter = SendLimiter(clock=time.monotonic, allowed=allowed)
        token = settings.telegram_bot_token.get_secret_value()
        self.bot = build_bot(token, settings.telegram_api_url, limiter=self.limiter)
        self.sender = TelegramSender(
            self.bot, now, on_simplified=lambda sense: metrics.simplified.labels(sense.value).inc()
        )
        self._services = Services(
            bot=self.bot,
            sender=self.sender,
            tracking=tracking,
            merchant=merchant,
            now=now,
            shop=shop,
            default_language=settings.default_language,
            default_zone=settings.default_time_zone,
        )
        self._arrived = asyncio.Event()
        self._workers = intake.UpdateWorkers(
            self.bot,
            inbox,
            self._arrived,
            self._handle,
            now,
            on_aside=self._set_aside,
            sent=self._replied,
            beat=partial(metrics.beat, "workers"),
        )
        self._webhook: intake.Webhook | None = None
        if settings.webhook_url and settings.webhook_secret:
            secret = settings.webhook_secret.get_secret_value()
            self._webhook = intake.Webhook(self._workers, self._arrived, secret, now)
        self._connected = False
        self._conflict = ""
        self._undelivered: webhook.WebhookProblem | None = None

    # ── life ────────────────────────────────────────────────────────────────────────────────────

    async def remember(self) -> None:
        """Go on counting what the last leader sent: Telegram does."""
        at, known = self._now(), await self._tracking.remembering.sending()
        for one in known.sent:
            self.limiter.recall(one.chat_id, (at - one.at).total_seconds())
        for chat_id, until in known.waits.items():
            self.limiter.freeze(chat_id, (until - at).total_seconds())

    async def connect(self, stopping: asyncio.Event) -> bool:
        """Wait until Telegram answers, however long it refuses the token; False when told to stop before."""
        while not stopping.is_set():
            try:
                me = await connect_bot(
                    self.bot, stopping, on_trouble=lambda reason: _log.warning("no telegram", reason=reason)
                )
            except TokenRevoked:
                _log.error("telegram refuses TELEGRAM_BOT_TOKEN; get a new one from BotFather")
                await interruptible_sleep(_REVOKED, stopping)
                continue
            if me is not None and not stopping.is_set():
                self._connected = True
                _log.info("telegram answers", bot=me.username)
                return True
        return False

    async def serve(self, stopping: asyncio.Event) -> None:
        """Take updates in and handle them until told to stop; then finish those in hand."""
        loops = {
            "workers": self._workers.run,
            "flood waits": self._keep_waits,
            self._intake: self._watch_webhook if self._webhook else self._receive,
        }
        async with asyncio.TaskGroup() as parts:
            parts.create_task(self._once(self._set_menus, stopping))
            for name, run in loops.items():
                parts.create_task(keep_running(name, partial(run, stopping), stopping))

    @property
    def _intake(self) -> str:
        return "webhook" if self._webhook else "receiver"

    @property
    def loops(self) -> tuple[str, ...]:
        """The names of the loops that must turn."""
        return ("workers", "flood waits", self._intake)

    # ── updates ─────────────────────────────────────────────────────────────────────────────────

    async def take_update(self, body: bytes, secret: str | None) -> int:
        """Telegram's call to the webhook; the HTTP status to answer."""
        return 404 if self._webhook is None else await self._webhook.accept(body, secret)

    async def _handle(self, update: intake.Update) -> None:
        started = time.perf_counter()
        outcome = "failed"
        try:
            with structlog.contextvars.bound_contextvars(update=update.update_id):
                await handle(self._services, update)
            outcome = "handled"
        finally:
            seconds = time.perf_counter() - started
            self._metrics.handled(outcome, seconds)
            chat = update.effective_chat
            _log.info(
                "update",
                update=update.update_id,
                chat=chat.id if chat else None,
                outcome=outcome,
                seconds=round(seconds, 3),
            )
        self._on_handled()

    async def _set_aside(self, raw: RawUpdate, error: str) -> None:
        """An update could not be handled: whoever waits for an answer hears it; upkeep tells the operator."""
        _log.error("update set aside", update=raw.update_id, error=error)
        update = intake.Update.de_json(json.loads(raw.payload), self.bot)
        if asks_us(update) and (ctx := await open_context(self._services, update)) is not None:
            await ctx.toast()
            await self.sender.deliver(ctx.place, replies.went_wrong(ctx.words))

    def _replied(self) -> list[SendRecord]:
        at = self._now()
        return [
            SendRecord(chat_id=chat_id, at=at - timedelta(seconds=ago))
            for chat_id, ago in self.limiter.replied()
        ]

    # ── what Telegram is told about the bot ─────────────────────────────────────────────────────

    async def _once(self, what: Callable[[], Awaitable[None]], stopping: asyncio.Event) -> None:
        """Do it until the database has taken it: none of this may end the loops beside it."""
        rest = _AGAIN
        while not stopping.is_set():
            try:
                await what()
            except StoreError as error:
                _log.warning("not noted yet", reason=str(error))
            except Exception as error:  # noqa: BLE001  no menu, no webhook may end what runs beside it
                _log.error("telegram is not told yet", exc_info=error)
            else:
                return
            await interruptible_sleep(rest, stopping)
            rest = min(2 * rest, _REVOKED)

    async def _receive(self, stopping: asyncio.Event) -> None:
        await self._once(partial(self._drop_webhook, stopping), stopping)
        receiver = intake.Receiver(
            self.bot,
            self._workers,
            self._arrived,
            self._now,
            on_state=self._intake_state,
            beat=partial(self._metrics.beat, "receiver"),
        )
        await receiver.run(stopping)

    async def _watch_webhook(self, stopping: asyncio.Event) -> None:
        """Set the webhook, then ask every minute whether Telegram can deliver to it."""
        url, secret = self._settings.webhook_url, self._settings.webhook_secret
        if not url or secret is None or self._webhook is None:
            raise TypeError("no webhook is set")
        await self._once(partial(self._set_webhook, url, secret.get_secret_value(), stopping), stopping)
        since = self._now()
        while not stopping.is_set():
            try:
                told = await self.bot.call("getWebhookInfo")
            except TelegramError as error:
                _log.warning("no word of the webhook", reason=str(error))
            else:
                self._metrics.beat(self._intake)
                delivered_at = self._webhook.last_ok
                self._deliverable(
                    webhook.webhook_problem(told, url, self._now(), since=since, delivered_at=delivered_at)
                )
            await interruptible_sleep(_LOOK_AT_WEBHOOK, stopping)

    def _deliverable(self, found: webhook.WebhookProblem | None) -> None:
        if found != self._undelivered:
            _log.warning("webhook", trouble=found.reason if found else "over")
        self._undelivered = found

    @property
    def webhook_trouble(self) -> str:
        """Why Telegram cannot deliver, in its own words; empty where it can."""
        return self._undelivered.reason if self._undelivered else ""

    async def _set_webhook(self, url: str, secret: str, stopping: asyncio.Event) -> None:
        if await intake.keep_trying(partial(intake.set_webhook, self.bot, url, secret), stopping):
            _log.info("webhook set")
            await self._tracking.remembering.note(_WEBHOOK, url)

    async def _drop_webhook(self, stopping: asyncio.Event) -> None:
        """Back to long polling: take away the webhook that we set ourselves, and only that."""
        notes = self._tracking.remembering
        if await notes.noted(_WEBHOOK) is not None and await intake.keep_trying(
            partial(intake.delete_webhook, self.bot), stopping
        ):
            await notes.note(_WEBHOOK, None)

    async def _set_menus(self) -> None:
        """Commands and descriptions in every language, when they changed; failing is not fatal."""
        notes = self._tracking.remembering
        digest = hashlib.sha256(json.dumps([self.bot.id, self._wanted_menus]).encode()).hexdigest()
        if await notes.noted(_MENUS) != digest and await menus.set_all(self.bot, self._wanted_menus):
            await notes.note(_MENUS, digest)

    async def _keep_waits(self, stopping: asyncio.Event) -> None:
        """Write down Telegram's flood waits when they begin: the next leader must know them."""
        while not stopping.is_set():
            self._metrics.beat("flood waits")
            await interruptible_sleep(_KEEP_WAITS, stopping, self.limiter.froze)
            if self.limiter.froze.is_set():
                self.limiter.froze.clear()
                at = self._now()
                waits = {chat: at + timedelta(seconds=left) for chat, left in self.limiter.frozen().items()}
                await self._tracking.remembering.keep_waits(waits)

    # ── for the rest of the process ─────────────────────────────────────────────────────────────

    async def tell(self, place: Place, message: Message) -> bool:
        """Send a message of the bot's own; whether it arrived."""
        if not self._connected:
            return False
        return isinstance(await self.sender.deliver(place, message, priority=Priority.PUSH), Sent)

    @property
    def silent_for(self) -> timedelta | None:
        """How long ago getUpdates was answered last; None before the first answer, and with a webhook."""
        age = self._metrics.beat_ages().get("receiver")
        return None if age is None else timedelta(seconds=age)

    def wrong(self) -> Mapping[str, str]:
        """Why this side is not ready; empty when it is."""
        found: dict[str, str] = {}
        if not self._connected:
            found["telegram"] = "not connected yet"
        if self._conflict:
            found["intake"] = self._conflict
        elif self._webhook is None and (self.silent_for is None or self.silent_for > _SILENT):
            found["intake"] = "no answer to getUpdates"
        elif self._undelivered is not None and self._undelivered.lasting:
            found["intake"] = self._undelivered.reason
        return found

    def _intake_state(self, state: intake.ReceiverState, reason: str) -> None:
        _log.info("intake", state=state.value, reason=reason)
        self._conflict = reason if state is intake.ReceiverState.STANDING_BY else ""
