"""The Telegram side of the leading process: connection, intake, workers, menus, flood waits."""

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
from bot.tracking.remembering import USERNAME
from bot.views import replies
from bot.worker import interruptible_sleep, keep_running

_log = structlog.get_logger(__name__)

_WEBHOOK, _MENUS = "webhook", "menus"  # keys of notes: the webhook and the menus last set at Telegram
_REVOKED = 60.0  # seconds between tries while Telegram refuses the bot token
_KEEP_WAITS = 30.0
_AGAIN = 1.0  # seconds before a failed step is tried again
_SILENT = timedelta(minutes=3)  # not ready after this long without an answer to getUpdates
_LOOK_AT_WEBHOOK = 60.0  # seconds between two calls of getWebhookInfo


class TelegramService:
    """Connects, receives and answers; a new one is made each time this process leads.

    `on_handled` is called after each update.
    """

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
            self.bot, now, on_simplified=lambda cause: metrics.simplified.labels(cause.value).inc()
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
            public_url=settings.public_url,
            memory=metrics.memory,
        )
        self._make_intake(inbox)
        self._connected = False
        self._former_username = ""
        self._conflict = ""
        self._undelivered: webhook.WebhookProblem | None = None

    def _make_intake(self, inbox: UpdateInbox) -> None:
        self._arrived = asyncio.Event()
        self._workers = intake.UpdateWorkers(
            self.bot,
            inbox,
            self._arrived,
            self._handle,
            self._now,
            on_aside=self._set_aside,
            sent=self._replied,
            beat=partial(self._metrics.beat, "workers"),
        )
        self._webhook: intake.Webhook | None = None
        if self._settings.webhook_url and self._settings.webhook_secret:
            secret = self._settings.webhook_secret.get_secret_value()
            self._webhook = intake.Webhook(self._workers, self._arrived, secret, self._now)

    @property
    def busy(self) -> bool:
        """Whether people use the bot, or did a moment ago."""
        return self._workers.busy

    # ── life ────────────────────────────────────────────────────────────────────────────────────

    async def remember(self) -> None:
        """Load the username, and what Telegram still counts: the last leader's sends and flood waits."""
        at, known = self._now(), await self._tracking.remembering.sending()
        for one in known.sent:
            self.limiter.recall(one.chat_id, (at - one.at).total_seconds())
        for chat_id, until in known.waits.items():
            self.limiter.freeze(chat_id, (until - at).total_seconds())
        self._former_username = known.username

    async def connect(self, stopping: asyncio.Event) -> bool:
        """Wait until Telegram answers, also while it refuses the token; False if `stopping` is set first."""
        while not stopping.is_set():
            try:
                me = await connect_bot(
                    self.bot,
                    stopping,
                    on_trouble=lambda reason: _log.warning("cannot reach Telegram", reason=reason),
                )
            except TokenRevoked:
                _log.error("Telegram refuses TELEGRAM_BOT_TOKEN: get a new one from @BotFather")
                await interruptible_sleep(_REVOKED, stopping)
                continue
            if me is not None and not stopping.is_set():
                self._connected = True
                _log.info("connected to Telegram", bot=me.username)
                return True
        return False

    async def serve(self, stopping: asyncio.Event) -> None:
        """Receive and handle updates until `stopping` is set, then finish those being handled."""
        loops = {
            "workers": self._workers.run,
            "flood waits": self._keep_waits,
            self._intake: self._watch_webhook if self._webhook else self._receive,
        }
        async with asyncio.TaskGroup() as parts:
            parts.create_task(self._once(self._set_menus, stopping))
            parts.create_task(self._once(self._note_username, stopping))
            for name, run in loops.items():
                parts.create_task(keep_running(name, partial(run, stopping), stopping))

    @property
    def _intake(self) -> str:
        return "webhook" if self._webhook else "receiver"

    @property
    def loops(self) -> tuple[str, ...]:
        """The loops that must run for the process to be ready."""
        return ("workers", "flood waits", self._intake)

    # ── updates ─────────────────────────────────────────────────────────────────────────────────

    async def take_update(self, body: bytes, secret: str) -> int:
        """Handle Telegram's call to the webhook and return the HTTP status to answer with."""
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
        """Apologize to whoever waits for the answer to a failed update; upkeep alerts the operator."""
        _log.error("update set aside", update=raw.update_id, error=error)
        update = intake.Update.de_json(json.loads(raw.payload), self.bot)
        if asks_us(update) and (ctx := await open_context(self._services, update)) is not None:
            await ctx.toast()
            await self.sender.deliver(ctx.place, replies.went_wrong(ctx.words, ctx.shop))

    def _replied(self) -> list[SendRecord]:
        at = self._now()
        return [
            SendRecord(chat_id=chat_id, at=at - timedelta(seconds=ago))
            for chat_id, ago in self.limiter.replied()
        ]

    # ── the bot's settings at Telegram ─────────────────────────────────────────────────────

    async def _once(self, what: Callable[[], Awaitable[None]], stopping: asyncio.Event) -> None:
        """Do something once, retrying until it works: a failure must not end the loops beside it."""
        rest = _AGAIN
        while not stopping.is_set():
            try:
                await what()
            except StoreError as error:
                _log.warning("Telegram setup not stored yet: database error", reason=str(error))
            except Exception as error:  # noqa: BLE001  a menu or webhook error must not end the other loops
                _log.error("Telegram setup failed; retrying", exc_info=error)
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
                info = await self.bot.call("getWebhookInfo")
            except TelegramError as error:
                _log.warning("getWebhookInfo failed", reason=str(error))
            else:
                self._metrics.beat(self._intake)
                delivered_at = self._webhook.last_ok
                self._deliverable(
                    webhook.webhook_problem(info, url, self._now(), since=since, delivered_at=delivered_at)
                )
            await interruptible_sleep(_LOOK_AT_WEBHOOK, stopping)

    def _deliverable(self, found: webhook.WebhookProblem | None) -> None:
        if found != self._undelivered:
            if found:
                _log.warning("Telegram cannot deliver to the webhook", reason=found.reason)
            else:
                _log.info("Telegram delivers to the webhook again")
        self._undelivered = found

    @property
    def webhook_trouble(self) -> str:
        """Why Telegram cannot deliver, in its own words; empty if it can."""
        return self._undelivered.reason if self._undelivered else ""

    async def _set_webhook(self, url: str, secret: str, stopping: asyncio.Event) -> None:
        if await intake.keep_trying(partial(intake.set_webhook, self.bot, url, secret), stopping):
            _log.info("webhook set")
            await self._tracking.remembering.note(_WEBHOOK, url)

    async def _drop_webhook(self, stopping: asyncio.Event) -> None:
        """Before long polling, delete a webhook that this bot set itself, and only that."""
        notes = self._tracking.remembering
        if await notes.noted(_WEBHOOK) is not None and await intake.keep_trying(
            partial(intake.delete_webhook, self.bot), stopping
        ):
            await notes.note(_WEBHOOK, None)

    async def _set_menus(self) -> None:
        """Set commands and descriptions in every language if they changed; failing is not fatal."""
        notes = self._tracking.remembering
        digest = hashlib.sha256(json.dumps([self.bot.id, self._wanted_menus]).encode()).hexdigest()
        if await notes.noted(_MENUS) != digest and await menus.set_all(self.bot, self._wanted_menus):
            await notes.note(_MENUS, digest)

    async def _note_username(self) -> None:
        notes = self._tracking.remembering
        if await notes.noted(USERNAME) != self.bot.username:
            await notes.note(USERNAME, self.bot.username)

    @property
    def username(self) -> str:
        """The bot's username, as it was last known; empty if Telegram has never told it."""
        return str(self.bot.username) if self._connected else self._former_username

    async def _keep_waits(self, stopping: asyncio.Event) -> None:
        """Store flood waits when they begin, for the next leader."""
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
        """Send a message of the bot's own, such as an alert; return whether it was delivered."""
        if not self._connected:
            return False
        try:
            return isinstance(await self.sender.deliver(place, message, priority=Priority.PUSH), Sent)
        except TokenRevoked:
            return False

    @property
    def silent_for(self) -> timedelta | None:
        """Time since getUpdates was last answered; None before the first answer and with a webhook."""
        age = self._metrics.beat_ages().get("receiver")
        return None if age is None else timedelta(seconds=age)

    def wrong(self) -> Mapping[str, str]:
        """Why the Telegram side is not ready, by part; empty if it is."""
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
