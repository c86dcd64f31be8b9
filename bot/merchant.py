"""The merchant's AliExpress account: calls, login, daily budget, token warnings, order pushes."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

import structlog

from bot.errors import NoLoginCode, Rejected, SourceError
from bot.metrics import Metrics
from bot.model import CallBudget, OrderStatus, Tokens, TokenWarning
from bot.settings import Settings
from bot.sources.aliexpress import auth, budget, push
from bot.sources.aliexpress.cipher import Cipher
from bot.sources.aliexpress.client import GatewayClient
from bot.sources.aliexpress.expiry import dead_grant_key, token_warnings
from bot.sources.aliexpress.source import AliExpress
from bot.store import Store
from bot.store.credentials import Credentials

_log = structlog.get_logger(__name__)

_UNKNOWN = frozenset({"unknown_shape", "unknown_code", "unknown_push"})  # events listed for the operator
_GOT = "authorized until "  # recorded as the effect of an update
_ANSWERED = frozenset({"ok", "UnknownOrder", "Rejected", "TokenDead"})  # outcomes of calls that were answered
_UNDECIDED = "cancelled"

may_be_signed = push.may_be_signed  # judges a push by its Authorization header alone

LearnStatus = Callable[[str, OrderStatus, datetime | None, str], Awaitable[bool]]


class Merchant:
    """One app key with one login. `allowed` tells whether this process may call AliExpress now."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        metrics: Metrics,
        *,
        now: Callable[[], datetime],
        allowed: Callable[[], bool] = lambda: True,
    ) -> None:
        key = settings.token_key.get_secret_value() if settings.token_key else None
        self._settings = settings
        self._store = store
        self._metrics = metrics
        self._now = now
        self._budget_key = f"budget:{settings.aliexpress_app_key}"
        self._unknown: list[str] = []
        self.failing_since: datetime | None = None  # no call of any kind was answered since
        self.client = GatewayClient(
            app_key=settings.aliexpress_app_key,
            app_secret=settings.aliexpress_app_secret.get_secret_value(),
            now=now,
            base_url=settings.aliexpress_api_url,
            report=self.event,
        )
        self.cipher = Cipher(key)
        self.credentials = Credentials(store.database, settings.aliexpress_app_key, self.cipher, now)
        self.limiter = budget.LocalCallLimiter(
            limits=budget.CallLimits(
                per_second=settings.aliexpress_calls_per_second, per_day=settings.aliexpress_calls_per_day
            ),
            now=now,
            allowed=allowed,
        )
        self.keeper = auth.TokenKeeper(
            client=self.client,
            store=self.credentials,
            limiter=self.limiter,
            now=now,
            owner=f"{socket.gethostname()}:{os.getpid()}",
            seed=_seed(settings, now()),
            report=self.event,
        )
        self.source = AliExpress(
            client=self.client, keeper=self.keeper, limiter=self.limiter, now=now, observer=self
        )

    # ── reports of the source ─────────────────────────────────────────────────────────────────

    def call(self, api: str, outcome: str, seconds: float) -> None:
        """Count a finished call, and note since when none is answered."""
        self._metrics.call(api, outcome, seconds)
        if outcome in _ANSWERED:
            self.failing_since = None
        elif outcome != _UNDECIDED:
            self.failing_since = self.failing_since or self._now()

    def event(self, kind: str, detail: str) -> None:
        """Count and log an event; keep unreadable answers for the operator."""
        self._metrics.event(kind, detail)
        if kind in _UNKNOWN:
            self._unknown.append(f"{kind}: {detail}")
        _log.info("AliExpress event", kind=kind, detail=detail)

    # ── the day's calls ─────────────────────────────────────────────────────────────────────────

    async def usage(self) -> CallBudget:
        """Return the day's call budget."""
        return await self.limiter.usage()

    async def load(self) -> None:
        """Load the budget as it was last stored."""
        async with self._store.read() as tx:
            self.limiter.load(await tx.memory.get(self._budget_key))

    async def flush(self) -> None:
        """Store the calls spent and the answers that could not be read."""
        found, self._unknown = self._unknown, []
        async with self._store.write() as tx:
            await tx.memory.put(self._budget_key, self.limiter.dump())
            await tx.memory.count_unknown(found, self._now())

    @property
    def refusal(self) -> str:
        """Why AliExpress refuses the app itself; empty if it does not."""
        fault = self.source.circuit.fault
        return str(fault) if fault else ""

    # ── the login ───────────────────────────────────────────────────────────────────────────────

    def login_url(self) -> str:
        """Return the address where the merchant logs in at AliExpress."""
        return auth.authorize_url(
            self._settings.aliexpress_app_key,
            self._settings.aliexpress_callback_url,
            base_url=self._settings.aliexpress_api_url,
        )

    def is_login(self, text: str) -> bool:
        """Whether an unprompted text is the result of a login: the redirect's address or its code."""
        return auth.is_login(text)

    async def authorize(self, pasted: str, *, update: int) -> datetime | None:
        """Exchange the pasted address or code; return when the grant ends. Raises NoLoginCode, SourceError.

        A code works only once, so handling the same `update` again returns what the first handling got.
        """
        async with self._store.read() as tx:
            effects = await tx.updates.effects(update)
        got = next((one.removeprefix(_GOT) for one in effects if one.startswith(_GOT)), None)
        if got is not None:
            return datetime.fromisoformat(got) if got else None
        code = auth.parse_code(pasted)
        if code is None:
            raise NoLoginCode("no code found in it")
        until = (await self.exchange(code)).refresh_expires_at
        async with self._store.write() as tx:
            await tx.updates.first(update, _GOT + (until.isoformat() if until else ""))
        return until

    async def exchange(self, code: str) -> Tokens:
        """Exchange a login's code for tokens and resume calls. Raises SourceError."""
        tokens = await self.keeper.exchange(code)
        self.source.resume()
        return tokens

    async def warnings(self) -> tuple[TokenWarning, ...]:
        """Return the warnings about the end of the grant that are due now."""
        with contextlib.suppress(SourceError):  # refresh in time even if nothing calls for days
            await self.keeper.current()
            await self.keeper.learn_end()
        tokens = await self.credentials.load()
        if tokens is None or self.keeper.hoping:
            return ()
        already = await self.credentials.warned()
        if (
            self.keeper.alive(tokens) and dead_grant_key(tokens) in already
        ):  # a false alarm, or repaired since
            await self.credentials.forget_warned([dead_grant_key(tokens)])
        return token_warnings(
            tokens, self._now(), already, refused=self.keeper.dead, ending=self.keeper.ending(tokens)
        )

    async def warned(self, keys: Iterable[str]) -> None:
        """Remember that these warnings were delivered."""
        await self.credentials.remember_warned(keys)

    async def days_left(self) -> float | None:
        """Return the days until the next login is due; None if unknown."""
        tokens = await self.credentials.load()
        if tokens is None or tokens.refresh_expires_at is None:
            return None
        return (tokens.refresh_expires_at - self._now()).total_seconds() / 86_400

    # ── order pushes ─────────────────────────────────────────────────────────────────────────

    async def take_push(self, body: bytes, given: str, learn: LearnStatus, wake: Callable[[], None]) -> int:
        """Handle a push about an order and return the HTTP status to answer with.

        `given` is the Authorization header. A forged push gets 401; a repeated one has no effect.
        """
        secret = self._settings.aliexpress_app_secret.get_secret_value()
        if not push.verify(self._settings.aliexpress_app_key, secret, body, given):
            return 401
        try:
            pushed = push.parse_push(body)
        except Rejected:
            return 200  # signed but unusable: a repeat would not help
        if pushed.order_id is None or pushed.is_stale(self._now()):
            return 200
        if pushed.status is OrderStatus.UNKNOWN:
            self.event("unknown_push", pushed.word)
        # A push without a status, such as a tracking update, is a reason to check the order all the same.
        if await learn(pushed.order_id, pushed.status or OrderStatus.UNKNOWN, pushed.at, pushed.key):
            wake()
        return 200


def _seed(settings: Settings, now: datetime) -> Tokens | None:
    access, refresh = settings.aliexpress_access_token, settings.aliexpress_refresh_token
    return auth.seed_tokens(
        access.get_secret_value() if access else "", refresh.get_secret_value() if refresh else "", now
    )
