"""Keeps a usable access token: login, exchange of codes, early refreshes, one refresh at a time."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import parse_qs, urlencode, urlsplit

from bot.errors import Reauthorize, Rejected, SourceError, StoreError, Transient
from bot.model import Tokens
from bot.sources.aliexpress.budget import CallLimiter
from bot.sources.aliexpress.client import GATEWAY, GatewayClient, Report

EARLY = timedelta(minutes=30)
_LEASE_SECONDS = 60.0
_POLL_SECONDS = 0.5
_RETRY_EARLY = timedelta(minutes=5)  # between attempts to refresh a token that still works
_LONGEST_LIFE = timedelta(days=3650)  # a longer lifetime in an answer counts as unknown
_PROBE = timedelta(minutes=30)  # between probes whether a refused token is still refused
_ENTRIES = 100  # of one object or list that are searched for a token
_ASK_AGAIN = timedelta(days=1)  # after a failed refresh that was to tell when the grant ends


class TokenStore(Protocol):
    """Stores the tokens, shared by all processes; `bot.store` implements it."""

    async def load(self) -> Tokens | None:
        """Return the newest tokens."""
        ...

    async def save(self, tokens: Tokens, replacing: Tokens | None) -> bool:
        """Store `tokens` if the stored access token is still that of `replacing`, or nothing is stored.

        With `replacing` None (a new login) they are stored in any case. Returns whether they were stored.
        """
        ...

    def refreshing(self, owner: str, seconds: float) -> AbstractAsyncContextManager[bool]:
        """Take the exclusive right to refresh for at most `seconds`; yields False if another owner has it."""
        ...


# ── authorizing ─────────────────────────────────────────────────────────────────────────────────


def authorize_url(app_key: str, redirect_uri: str, *, state: str = "", base_url: str = GATEWAY) -> str:
    """Return the address where the merchant logs in; `redirect_uri` must be the console's callback."""
    query = {
        "response_type": "code",
        "force_auth": "true",
        "redirect_uri": redirect_uri,
        "client_id": app_key,
    }
    if state:
        query["state"] = state
    return f"{base_url.rstrip('/')}/oauth/authorize?{urlencode(query)}"


def parse_code(pasted: str) -> str | None:
    """Return the code in a pasted address (also one that did not load), or the bare code, or None."""
    pasted = pasted.strip().strip("<>\"'")
    if "code=" in pasted:
        query = urlsplit(pasted).query if "://" in pasted else pasted.split("?", 1)[-1]
        found = parse_qs(query.split("#", 1)[0]).get("code", [""])[0]
    else:
        found = pasted
    return found if _CODE.fullmatch(found) else None


def is_login(text: str) -> bool:
    """Whether an unprompted text is a login's redirect address, or a bare code in the documented form."""
    text = text.strip()
    return parse_code(text) is not None and ("code=" in text or _DOCUMENTED_CODE.fullmatch(text) is not None)


_CODE = re.compile(r"[A-Za-z0-9_\-]{8,200}")
_DOCUMENTED_CODE = re.compile(r"[0-9]{1,3}_[0-9]{4,12}_[A-Za-z0-9]{8,100}")


def seed_tokens(access_token: str, refresh_token: str, now: datetime) -> Tokens | None:
    """Return the tokens from the settings, whose expiry is unknown; None if there are none."""
    if not access_token and not refresh_token:
        return None
    return Tokens(access_token=access_token, refresh_token=refresh_token, obtained_at=now, authorized_at=now)


async def exchange_code(client: GatewayClient, code: str, now: Callable[[], datetime]) -> Tokens:
    """Exchange a login's code for tokens. A code works once and for minutes; then raises `Reauthorize`."""
    return _tokens(await client.system("/auth/token/create", {"code": code}), now(), before=None)


async def refresh_tokens(client: GatewayClient, tokens: Tokens, now: Callable[[], datetime]) -> Tokens:
    """Exchange the refresh token for a new pair; the end of the grant does not move."""
    answer = await client.system("/auth/token/refresh", {"refresh_token": tokens.refresh_token})
    return _tokens(answer, now(), before=tokens)


def _tokens(answer: Mapping[str, object], now: datetime, before: Tokens | None) -> Tokens:
    """Read a token answer, flat, nested or as JSON text. Raises `Transient` if it has no token."""
    answer = _holder(answer) or answer
    access = _text(answer.get("access_token"))
    if not access:
        raise Transient("NoToken", "the answer holds no access token")
    access_end = _end(answer, "expires_in", "expire_time", now)
    refresh_end = _end(answer, "refresh_expires_in", "refresh_token_valid_time", now)
    if before is not None and before.refresh_expires_at is not None:
        refresh_end = min(refresh_end or before.refresh_expires_at, before.refresh_expires_at)
    return Tokens(
        access_token=access,
        refresh_token=_text(answer.get("refresh_token")) or (before.refresh_token if before else ""),
        # A new token that claims to have expired would be refreshed at every call: treat its end as unknown.
        access_expires_at=access_end if access_end and access_end > now else None,
        refresh_expires_at=refresh_end,
        obtained_at=now,
        authorized_at=before.authorized_at if before else now,
        account=_text(answer.get("user_nick"))
        or _text(answer.get("account"))
        or (before.account if before else ""),
        account_id=_text(answer.get("user_id"))
        or _text(answer.get("seller_id"))
        or (before.account_id if before else ""),
    )


def _holder(value: object, depth: int = 4) -> Mapping[str, object] | None:
    """The object that contains the token: `value`, or one nested in it (`…_response`, a list, …)."""
    if isinstance(value, str) and value.lstrip().startswith(("{", "[", '"')):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    if isinstance(value, Mapping):
        value = {_CAMEL.sub("_", str(key)).lower(): inner for key, inner in value.items()}
        if value.get("access_token"):
            return value
        value = list(value.values())
    elif isinstance(value, str):
        value = [value]  # JSON in a text in a text
    if not isinstance(value, list) or not depth:
        return None
    inner = (_holder(one, depth - 1) for one in value[:_ENTRIES])
    return next((found for found in inner if found is not None), None)


_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")  # where "accessToken" becomes "access_token"


def _end(answer: Mapping[str, object], seconds: str, milliseconds: str, now: datetime) -> datetime | None:
    """A token's expiry: its lifetime from now, as the clocks may differ; else the time stamp given."""
    left, stamp = _number(answer.get(seconds)), _number(answer.get(milliseconds))
    if left is not None and left <= _LONGEST_LIFE.total_seconds():
        return now + timedelta(seconds=max(left, 0))
    if stamp is not None and 0 < stamp <= (now + _LONGEST_LIFE).timestamp() * 1000:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=stamp)
    return None


def _number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and (found := re.fullmatch(r"\s*(-?[0-9]{1,14})(?:\.0*)?\s*", value)):
        return int(found[1])
    return value if isinstance(value, int) and abs(value) < 10**14 else None


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()[:4000] if isinstance(value, str) or abs(value) < 10**30 else ""


# ── keeping ─────────────────────────────────────────────────────────────────────────────────────


class TokenKeeper:
    """Provides the tokens for calls and refreshes them. The repr shows no token."""

    def __init__(
        self,
        *,
        client: GatewayClient,
        store: TokenStore,
        limiter: CallLimiter,
        now: Callable[[], datetime],
        owner: str,
        seed: Tokens | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        report: Report = lambda kind, detail: None,
    ) -> None:
        self._client = client
        self._store = store
        self._limiter = limiter
        self._now = now
        self._owner = owner
        self._seed = seed
        self._sleep = sleep
        self._report = report
        self._held: Tokens | None = None
        self._seed_tried = False
        self._refused: Tokens | None = None  # refused by the gateway and not refreshable
        self._proven: Tokens | None = None  # the last ones that a call succeeded with
        self.refusals = 0  # how often `give_up` was called
        self._last_of_all: Tokens | None = None  # they work but can no longer be refreshed
        self._running: asyncio.Task[Tokens] | None = None
        self._first = asyncio.Lock()
        self._not_before: datetime | None = None
        self._probe_at = now()

    def __repr__(self) -> str:
        return f"<TokenKeeper {self._owner}>"

    @property
    def dead(self) -> bool:
        """Whether only a new login of the merchant can help."""
        return self._refused is not None and not self.hoping

    @property
    def hoping(self) -> bool:
        """Whether the stored tokens were refused but those from the settings may still work."""
        if self._seed is None or self._refused is None or _same(self._seed, self._refused):
            return False
        return not self._seed_tried or self._on_trial(self._held)

    def alive(self, tokens: Tokens) -> bool:
        """Whether a call with these tokens succeeded and none was refused since."""
        return self._proven is not None and _same(tokens, self._proven)

    def ending(self, tokens: Tokens) -> bool:
        """Whether these tokens work but can no longer be refreshed, so that a new login is due soon."""
        return self._last_of_all is not None and _same(tokens, self._last_of_all)

    async def current(self) -> Tokens:
        """Return tokens for a call, refreshed half an hour before they expire; raises `Reauthorize`."""
        tokens = self._held
        if tokens is None:
            async with self._first:  # at the start all callers share one read of the store
                tokens = self._held or await self._newest()
        elif self._refused is not None or self._is_over(tokens):
            tokens = await self._newest()
        if tokens is None:
            raise Reauthorize("NoToken", "not logged in yet")
        if self._refused is None:
            return await self._in_time(tokens)
        if _same(tokens, self._refused):
            return await self._second_chance(tokens)
        if not self._on_trial(tokens):
            self._revived()
        return await self._in_time(tokens)

    async def learn_end(self) -> None:
        """Refresh tokens from the settings once: only that answer tells when their grant ends."""
        tokens = self._held
        if tokens is None or self.dead or not _as_typed(tokens) or not self._refreshable(tokens):
            return
        if self._not_before is not None and self._now() < self._not_before:
            return
        try:
            await self._refreshed(tokens)
        except SourceError as error:
            ended = isinstance(error, Reauthorize)
            if ended and self.hoping:
                self.give_up(tokens)
                return
            self._last_of_all = tokens if ended else None
            self._not_before = self._now() + (_ASK_AGAIN if ended else _RETRY_EARLY)
            self._report("refresh_failed", error.code)

    async def renew(self, dead: Tokens) -> Tokens:
        """Replace `dead`, which the gateway refused; raises `Reauthorize` if there are no new tokens."""
        try:
            return await self._refreshed(dead)
        except Reauthorize:
            self.give_up(dead)
            raise

    def give_up(self, tokens: Tokens) -> None:
        """Stop calling until other tokens are stored, except for an occasional probe."""
        if self._held is not None and not _same(self._held, tokens):
            return  # new tokens have arrived meanwhile
        if self._refused is None:
            self._report("reauthorize", "")
        self._refused = tokens
        self._seed_tried = self._seed_tried or (self._seed is not None and _same(self._seed, tokens))
        self._proven = None
        self.refusals += 1
        self._probe_at = self._now() + _PROBE

    def works(self, tokens: Tokens, refusals: int) -> None:
        """Record that a call with `tokens` succeeded; `refusals` is the count when the call began.

        A call begun after the last refusal shows that the refusal was a passing fault. One that was in flight
        during it may simply have been earlier, so it only makes the next call a probe.
        """
        if refusals != self.refusals:
            self._probe_at = self._now()
            return
        self._proven = tokens
        if self._refused is not None and (_same(tokens, self._refused) or self._on_trial(tokens)):
            self._revived()

    async def exchange(self, code: str) -> Tokens:
        """Exchange a login's code for tokens and store them in place of any others."""
        await self._limiter.acquire_for_tokens()
        tokens = await exchange_code(self._client, code, self._now)
        await self._kept(tokens, None)
        self._adopt(tokens)
        return tokens

    async def aclose(self) -> None:
        """Wait for a running refresh: its answer holds the only valid token."""
        if self._running is not None:
            await asyncio.wait({self._running}, timeout=_LEASE_SECONDS)

    async def _newest(self) -> Tokens | None:
        """Load the stored tokens; if there are none, store and return those from the settings."""
        tokens = await self._store.load()
        if tokens is None and self._seed is not None:
            tokens = self._seed
            await self._store.save(tokens, None)
        if tokens is not None:
            self._adopt(tokens)
        return tokens

    def _adopt(self, tokens: Tokens) -> None:
        self._client.redactor.learn(tokens.access_token, tokens.refresh_token)
        if self._held is not None and not _same(self._held, tokens):
            self._not_before = None  # earlier failures concern the old tokens
        self._held = tokens

    def _on_trial(self, tokens: Tokens | None) -> bool:
        """Whether these are the settings' tokens, in use because the stored ones were refused."""
        return (
            tokens is not None and self._seed is not None and self._seed_tried and _same(tokens, self._seed)
        )

    def _revived(self) -> None:
        self._refused = None
        self._report("reauthorized", "")

    async def _second_chance(self, refused: Tokens) -> Tokens:
        """After the stored tokens were refused, try the settings' once, as they may be new; then probe."""
        seed = self._seed
        if seed is None or self._seed_tried or _same(seed, refused):
            if self._now() < self._probe_at:
                raise Reauthorize("IllegalRefreshToken", "the merchant has to log in again")
            self._probe_at = self._now() + _PROBE  # this call is the probe
            return refused
        self._seed_tried = True
        if not await self._store.save(seed, refused):
            return await self._newest() or seed
        self._adopt(seed)
        return seed

    async def _in_time(self, tokens: Tokens) -> Tokens:
        now = self._now()
        end = tokens.access_expires_at
        if not tokens.access_token or (end is not None and now >= end):
            return await self.renew(tokens)
        if end is None or now < end - _early(tokens):
            return tokens
        if not self._refreshable(tokens) or (self._not_before is not None and now < self._not_before):
            return tokens
        try:
            return await self._refreshed(tokens)
        except SourceError as error:  # the present token still works for a while
            self._not_before = end if isinstance(error, Reauthorize) else now + _RETRY_EARLY
            self._report("refresh_failed", error.code)
            return tokens

    async def _refreshed(self, dead: Tokens) -> Tokens:
        """Return new tokens in place of `dead`; all callers share one refresh."""
        if self._held is not None and not _same(self._held, dead):
            return self._held
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._refresh(dead), name="token-refresh")
            self._running.add_done_callback(_retrieve)
        # Shielded: a caller that is cancelled must not lose the answer with the only valid refresh token.
        return await asyncio.shield(self._running)

    async def _refresh(self, dead: Tokens) -> Tokens:
        deadline = self._now() + timedelta(seconds=2 * _LEASE_SECONDS)
        while True:
            async with self._store.refreshing(self._owner, _LEASE_SECONDS) as ours:
                stored = await self._newest()
                if stored is not None and not _same(stored, dead):
                    return stored
                if ours:
                    return await self._refresh_as_owner(dead)
            if self._now() > deadline:
                raise Transient("RefreshBusy", "another process has been refreshing the token for too long")
            await self._sleep(_POLL_SECONDS)

    async def _refresh_as_owner(self, dead: Tokens) -> Tokens:
        if not self._refreshable(dead):
            raise Reauthorize("IllegalRefreshToken", "the grant has ended")
        await self._limiter.acquire_for_tokens()
        try:
            fresh = await refresh_tokens(self._client, dead, self._now)
        except Rejected as error:
            raise Reauthorize(error.code, error.detail, request_id=error.request_id) from error
        if not await self._kept(fresh, dead):
            stored = await self._newest()  # the merchant logged in again meanwhile
            return stored or fresh
        self._adopt(fresh)
        self._report("refreshed", "")
        return fresh

    async def _kept(self, fresh: Tokens, replacing: Tokens | None) -> bool:
        """Store new tokens, retrying until the database accepts them: the old ones are no longer valid."""
        while True:
            try:
                return await self._store.save(fresh, replacing)
            except StoreError as error:
                self._report("token_not_stored", str(error))
                await self._sleep(_POLL_SECONDS)

    def _refreshable(self, tokens: Tokens) -> bool:
        end = tokens.refresh_expires_at
        return bool(tokens.refresh_token) and (end is None or self._now() < end)

    def _is_over(self, tokens: Tokens) -> bool:
        end = tokens.access_expires_at
        return end is not None and self._now() >= end - _early(tokens)


def _same(one: Tokens, other: Tokens) -> bool:
    return one.access_token == other.access_token


def _as_typed(tokens: Tokens) -> bool:
    """Whether these come from the settings and were never refreshed, so that their expiry is unknown."""
    ends = (tokens.access_expires_at, tokens.refresh_expires_at)
    return ends == (None, None) and tokens.obtained_at == tokens.authorized_at


def _early(tokens: Tokens) -> timedelta:
    """How long before expiry to refresh: half an hour, less for a short-lived token."""
    if tokens.access_expires_at is None:
        return EARLY
    return min(EARLY, (tokens.access_expires_at - tokens.obtained_at) / 4)


def _retrieve(task: asyncio.Task[Tokens]) -> None:
    """Retrieve the outcome, so that asyncio does not warn if every caller was cancelled."""
    if not task.cancelled():
        task.exception()
