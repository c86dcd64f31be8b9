"""A small strict gateway for these tests: it signs by itself, in the slow and obvious way."""

from __future__ import annotations

import asyncio
import email.utils
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import httpx

from bot.model import Tokens
from bot.sources.aliexpress.auth import TokenKeeper
from bot.sources.aliexpress.budget import CallLimits, LocalCallLimiter
from bot.sources.aliexpress.client import GatewayClient
from bot.sources.aliexpress.source import AliExpress

APP_KEY = "500000"
SECRET = "canary-app-secret-7f3a"
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORDER_ID = "8211744661738042"

Answer = httpx.Response | Exception | dict[str, object]


@dataclass
class Clock:
    """Time that passes only when somebody sleeps."""

    at: datetime = START
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    def pass_by(self, **time: float) -> None:
        self.at += timedelta(**time)


def official_sign(params: dict[str, str], path: str = "", secret: str = SECRET) -> str:
    text = path + "".join(name + params[name] for name in sorted(params) if name != "sign")
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest().upper()


def refusal(code: str, text: str = "", **more: str) -> dict[str, object]:
    return {"error_response": {"type": "ISV", "code": code, "msg": text, "request_id": "r1", **more}}


def tracking(*lines: dict[str, object]) -> dict[str, object]:
    data = {"tracking_detail_line_list": {"tracking_detail": list(lines)}}
    return {"aliexpress_ds_order_tracking_get_response": {"result": {"ret": True, "data": data}}}


@dataclass
class Gateway:
    """Checks every call as the real one does, plays tokens' lives, answers scripted things first."""

    clock: Clock
    access_life: timedelta = timedelta(days=30)
    refresh_life: timedelta = timedelta(days=60)
    skew: timedelta = timedelta(0)
    script: list[Answer] = field(default_factory=list)
    calls: list[dict[str, str]] = field(default_factory=list)
    refreshes: int = 0
    wasted: int = 0  # refreshes with a token that was spent or never issued
    refreshing: asyncio.Event = field(default_factory=asyncio.Event)
    access: dict[str, datetime] = field(default_factory=dict)
    refresh: dict[str, datetime] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    result: dict[str, object] = field(default_factory=lambda: tracking({"mail_no": "LP1"}))

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.handle)

    async def handle(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        params = dict(parse_qsl(request.content.decode(), strict_parsing=True, keep_blank_values=True))
        self.calls.append(params)
        answer = self.script.pop(0) if self.script else self.judge(request, params)
        if isinstance(answer, Exception):
            raise answer
        date = email.utils.format_datetime(self.clock.at + self.skew, usegmt=True)
        if isinstance(answer, dict):
            return httpx.Response(200, json=answer, headers={"date": date})
        return answer

    def judge(self, request: httpx.Request, params: dict[str, str]) -> dict[str, object]:
        path = request.url.path.removeprefix("/rest") if request.url.path.startswith("/rest") else ""
        assert request.method == "POST"
        assert not request.url.query
        assert all(params.values()), "an empty value was sent"
        if params["app_key"] != APP_KEY:
            return refusal("InvalidAppkey")
        if params["sign"] != official_sign(params, path):
            return refusal("IncompleteSignature")
        sent = datetime.fromtimestamp(int(params["timestamp"]) / 1000, UTC)
        if abs(sent - self.clock.at - self.skew) > timedelta(seconds=7200):
            return refusal("31", "Invalid Timestamp")
        if path:
            assert "method" not in params
            return self.system(path, params)
        assert request.url.path == "/sync"
        assert ("access_token" in params) + ("session" in params) == 1
        if self.access.get(params["access_token"], START) <= self.clock.at:
            text = f"The specified access token is invalid or expired: {params['access_token']}"
            return refusal("IllegalAccessToken", text)
        return self.result

    def system(self, path: str, params: dict[str, str]) -> dict[str, object]:
        if path == "/auth/token/create":
            if params["code"] not in self.codes:
                return {"code": "InvalidCode", "type": "ISV", "message": f"invalid code {params['code']}"}
            self.codes.remove(params["code"])
            return self.grant(self.clock.at + self.refresh_life)
        assert path == "/auth/token/refresh"
        self.refreshes += 1
        self.refreshing.set()
        end = self.refresh.pop(params["refresh_token"], None)
        if end is None:
            self.wasted += 1
        if end is None or end <= self.clock.at:
            return {"code": "IllegalRefreshToken", "type": "ISV", "message": params["refresh_token"]}
        return self.grant(end)

    def grant(self, refresh_end: datetime) -> dict[str, object]:
        number = len(self.access) + 1
        access, refresh = f"canary-access-{number:04}", f"canary-refresh-{number:04}"
        self.access = dict.fromkeys(self.access, self.clock.at) | {access: self.clock.at + self.access_life}
        self.refresh[refresh] = refresh_end
        return {
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": str(int(self.access_life.total_seconds())),
            "refresh_expires_in": int((refresh_end - self.clock.at).total_seconds()),
            "user_nick": "kr104",
            "user_id": 6000012621,
            "code": "0",
        }


class Store:
    """A token store in memory, with the lease that several processes would share."""

    def __init__(self, clock: Clock, tokens: Tokens | None = None) -> None:
        self.clock = clock
        self.tokens = tokens
        self.lease: tuple[str, datetime] | None = None
        self.saved: list[Tokens] = []
        self.failing: list[Exception] = []  # raised by the next saves

    async def load(self) -> Tokens | None:
        await asyncio.sleep(0)
        return self.tokens

    async def save(self, tokens: Tokens, replacing: Tokens | None) -> bool:
        await asyncio.sleep(0)
        if self.failing:
            raise self.failing.pop(0)
        if (
            replacing is not None
            and self.tokens is not None
            and self.tokens.access_token != replacing.access_token
        ):
            return False
        self.tokens = tokens
        self.saved.append(tokens)
        return True

    @asynccontextmanager
    async def refreshing(self, owner: str, seconds: float) -> AsyncIterator[bool]:
        taken = self.lease is not None and self.lease[1] > self.clock.at and self.lease[0] != owner
        if not taken:
            self.lease = (owner, self.clock.at + timedelta(seconds=seconds))
        try:
            yield not taken
        finally:
            if not taken:
                self.lease = None


@dataclass
class Seen:
    """An observer that remembers."""

    calls: list[tuple[str, str]] = field(default_factory=list)
    events: list[tuple[str, str]] = field(default_factory=list)

    def call(self, api: str, outcome: str, seconds: float) -> None:
        self.calls.append((api, outcome))

    def event(self, kind: str, detail: str) -> None:
        self.events.append((kind, detail))

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.events]


@dataclass
class World:
    """One merchant's gateway, store and any number of bot processes."""

    clock: Clock
    gateway: Gateway
    store: Store
    seen: Seen
    limits: CallLimits = field(default_factory=lambda: CallLimits(per_second=1000))

    def source(self, owner: str = "one", seed: Tokens | None = None) -> AliExpress:
        client = GatewayClient(
            app_key=APP_KEY,
            app_secret=SECRET,
            now=self.clock,
            via=self.gateway.transport(),
            report=self.seen.event,
        )
        limiter = LocalCallLimiter(limits=self.limits, now=self.clock, sleep=self.clock.sleep)
        keeper = TokenKeeper(
            client=client,
            store=self.store,
            limiter=limiter,
            now=self.clock,
            owner=owner,
            seed=seed,
            sleep=self.clock.sleep,
            report=self.seen.event,
        )
        return AliExpress(
            client=client,
            keeper=keeper,
            limiter=limiter,
            now=self.clock,
            observer=self.seen,
            sleep=self.clock.sleep,
            draw=lambda: 0.5,
            timer=lambda: 0.0,
        )

    @property
    def tokens(self) -> Tokens:
        """What is stored."""
        assert self.store.tokens is not None
        return self.store.tokens

    async def authorize(self, source: AliExpress) -> Tokens:
        self.gateway.codes.add("3_500000_canarycode01")
        return await source.keeper.exchange("3_500000_canarycode01")


def world(
    *, access_life: timedelta = timedelta(days=30), refresh_life: timedelta = timedelta(days=60)
) -> World:
    clock = Clock()
    gateway = Gateway(clock, access_life=access_life, refresh_life=refresh_life)
    return World(clock=clock, gateway=gateway, store=Store(clock), seen=Seen())


Handler = Callable[[httpx.Request], httpx.Response]


def body(answer: object) -> bytes:
    return json.dumps(answer).encode()


async def logged_in(**lives: timedelta) -> tuple[World, AliExpress]:
    """A world whose merchant has logged in, and a source that calls for them."""
    here = world(**lives)
    source = here.source()
    await here.authorize(source)
    return here, source
