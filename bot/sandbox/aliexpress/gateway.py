"""The simulated gateway: checks calls as the real one does, answers and records them."""

from __future__ import annotations

import asyncio
import hmac
import itertools
import json
import random
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.sandbox.aliexpress import answers
from bot.sandbox.aliexpress.answers import Failure, Shape
from bot.sandbox.aliexpress.orders import SimulatedOrder, SimulatedOrders
from bot.sandbox.aliexpress.signing import request_signature
from bot.sandbox.aliexpress.tokens import BadToken, Grant, TokenIssuer
from bot.sandbox.clock import SandboxClock
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.hangup import HangUp, huge
from bot.sandbox.parameters import BadParameter, read_parameters

_SKEW_SECONDS = 7200
_BEIJING = timedelta(hours=8)
_SHAPES = ("wrapped", "plain", "mixed")
_EMPTIES = ("object", "list", "absent")

# A checked call ready to be written: (request id, leave all nodes out) → answer.
Reply = Callable[[str, bool], dict[str, object]]
PreparedCall = Callable[[], Reply]


@dataclass(slots=True, kw_only=True)
class GatewayBehavior:
    """How the gateway behaves; all of it can be changed at run time. 0 means no limit."""

    shape: str = "wrapped"
    bare_single: bool = False
    empty: str = "object"
    error_envelope: str = "A"
    calls_per_second: int = 0
    calls_per_day: int = 0
    ban_seconds: int = 1

    def check(self) -> None:
        if self.shape not in _SHAPES:
            raise ValueError(f"shape must be one of {', '.join(_SHAPES)}")
        if self.empty not in _EMPTIES:
            raise ValueError(f"empty must be one of {', '.join(_EMPTIES)}")
        if self.error_envelope not in answers.ENVELOPES:
            raise ValueError(f"error_envelope must be one of {', '.join(answers.ENVELOPES)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayCall:
    """One recorded call. `outcome` is "ok" or the code of the refusal."""

    method: str
    order_id: str
    language: str
    at: float
    outcome: str
    fault: str = ""


@dataclass(slots=True, kw_only=True)
class GatewayCallLog:
    """Every call received."""

    calls: list[GatewayCall] = field(default_factory=list)
    per_second: Counter[int] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)

    def note(self, call: GatewayCall) -> None:
        self.calls.append(call)
        self.per_second[int(call.at)] += 1
        self.outcomes[call.outcome] += 1


class Throttle:
    """Limits calls per second and per Beijing day; exceeding them brings a ban, as at the real gateway."""

    def __init__(self, behavior: GatewayBehavior) -> None:
        self._behavior = behavior
        self._recent: deque[float] = deque()
        self._day = ""
        self._today = 0
        self._banned_until = 0.0

    def admit(self, now: float) -> None:
        """Count a call made at `now` (seconds). Raises Failure if it is over a limit."""
        local = datetime.fromtimestamp(now, UTC) + _BEIJING
        day = local.strftime("%Y-%m-%d")
        if day != self._day:
            self._day, self._today = day, 0
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        per_second, per_day = self._behavior.calls_per_second, self._behavior.calls_per_day
        if now >= self._banned_until:
            if per_day and self._today >= per_day:
                midnight = datetime(local.year, local.month, local.day, tzinfo=UTC) + timedelta(days=1)
                raise call_limit(int((midnight - local).total_seconds()) + 1)
            if per_second and len(self._recent) >= per_second:
                self._banned_until = now + self._behavior.ban_seconds
        if now < self._banned_until:
            raise call_limit(self._behavior.ban_seconds)
        self._recent.append(now)
        self._today += 1


def call_limit(seconds: int) -> Failure:
    text = f"Api access frequency exceeds the limit. this ban will last {seconds} seconds"
    return Failure(code="ApiCallLimit", message=text)


def dead_token(token: str) -> Failure:
    """A refusal that repeats the token in its text, as the real one does: logging it leaks the token."""
    text = f"The specified access token is invalid or expired. access_token: {token}"
    return Failure(code="IllegalAccessToken", message=text)


def missing(name: str) -> Failure:
    text = f'The input parameter "{name}" that is mandatory for processing this request is not supplied'
    return Failure(code="MissingParameter", message=text)


def parse_timestamp(text: str) -> float:
    """Epoch seconds of a `timestamp`: milliseconds, or `yyyy-MM-dd HH:mm:ss` in GMT+8. Raises ValueError."""
    if text.isdigit():
        return int(text) / 1000
    local = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    return (local - _BEIJING).timestamp()


class Gateway:
    """Routes below `/aliexpress` that need a signature."""

    def __init__(
        self,
        *,
        clock: SandboxClock,
        faults: Faults,
        orders: SimulatedOrders,
        tokens: TokenIssuer,
        app_key: str,
        app_secret: str,
        behavior: GatewayBehavior,
        seed: int,
    ) -> None:
        self.behavior = behavior
        self.call_log = GatewayCallLog()
        self._clock = clock
        self._faults = faults
        self._orders = orders
        self._tokens = tokens
        self._app_key = app_key
        self._app_secret = app_secret
        self._throttle = Throttle(behavior)
        self._random = random.Random(seed)  # noqa: S311  picks shapes, no secret
        self._serial = itertools.count(1)
        self.routes = [
            Route("/sync", self.business, methods=["GET", "POST"]),
            Route("/rest{path:path}", self.system, methods=["GET", "POST"]),
        ]

    # ── the two endpoints ───────────────────────────────────────────────────────────────────────────

    async def business(self, request: Request) -> Response:
        """`/sync`: dotted methods, and the token calls in their second documented form."""
        p = await _pairs(request)
        method = p.get("method", "")
        if method.startswith("/"):
            return await self._serve(method, p, lambda: self._system(method, p, in_method=True))
        return await self._serve(method, p, lambda: self._business(method, p))

    async def system(self, request: Request) -> Response:
        """`/rest/auth/token/…`, or bare `/rest` with the path as `method`."""
        p = await _pairs(request)
        path = request.path_params["path"].rstrip("/")
        name = path or p.get("method", "")
        return await self._serve(
            name, p, lambda: self._system(name, p, in_method=not path), root_envelope=True
        )

    async def _serve(
        self, method: str, p: Mapping[str, str], work: PreparedCall, *, root_envelope: bool = False
    ) -> Response:
        order_id = _order_id(p)
        fault = self._faults.take("aliexpress", method, order_id=order_id)
        request_id = f"212a73a5{int(self._clock.now() * 1000):x}{next(self._serial):06d}"
        outcome, response = "ok", Response()
        try:
            response = await self._answer(fault, work, request_id)
        except Failure as failure:
            outcome = failure.sub_code or failure.code
            shape = "C" if root_envelope else self._envelope_of(fault)
            trace = f"{request_id}.trace"
            response = _json(answers.envelope(shape, failure, method, request_id, trace))
        note = fault.kind + ("_after" if fault.effect else "") if fault else ""
        if isinstance(response, HangUp) or response.status_code != 200 or (fault and fault.kind == "garbage"):
            outcome = note
        self.call_log.note(
            GatewayCall(
                method=method,
                order_id=order_id,
                language=p.get("language", ""),
                at=self._clock.now(),
                outcome=outcome,
                fault=note,
            )
        )
        return response

    def _envelope_of(self, fault: Fault | None) -> str:
        return (
            fault.envelope if fault and fault.kind in {"outage", "refuse"} else self.behavior.error_envelope
        )

    async def _answer(self, fault: Fault | None, work: PreparedCall, request_id: str) -> Response:
        if fault is None:
            return _json(work()(request_id, False))
        if fault.kind == "token_death":
            self._tokens.kill_access()
        result = work()(request_id, fault.kind == "empty") if fault.effect or fault.kind == "empty" else None
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if result is None and fault.kind in {"slow", "token_death"}:
            result = work()(request_id, False)
        return _struck(fault, _json(result))

    # ── checks ──────────────────────────────────────────────────────────────────────────────────

    def _check_common(self, p: Mapping[str, str], path: str) -> None:
        for name in ("app_key", "timestamp", "sign_method", "sign"):
            if not p.get(name):
                raise missing(name)
        if p["app_key"] != self._app_key:
            raise Failure(code="InvalidAppKey", message="The specified App Key is invalid")
        try:
            at = parse_timestamp(p["timestamp"])
        except ValueError:
            raise Failure(code="31", message="Invalid Timestamp") from None
        if abs(at - self._clock.now()) > _SKEW_SECONDS:
            raise Failure(code="31", message="Invalid Timestamp")
        wanted = request_signature(self._app_secret, p, path)
        if p["sign_method"] != "sha256" or not hmac.compare_digest(wanted.encode(), p["sign"].encode()):
            raise Failure(
                code="IncompleteSignature",
                message="The request signature does not conform to platform standards",
            )

    def _check_token(self, p: Mapping[str, str]) -> None:
        given = [p[name] for name in ("session", "access_token") if p.get(name)]
        if not given:
            raise missing("access_token")
        if len(given) > 1:
            raise Failure(code="InvalidParameter", message="session and access_token are both given")
        if not self._tokens.alive(given[0]):
            raise dead_token(given[0])

    # ── the calls ───────────────────────────────────────────────────────────────────────────────

    def _business(self, method: str, p: Mapping[str, str]) -> Reply:
        self._throttle.admit(self._clock.now())
        if not method:
            raise missing("method")
        self._check_common(p, "")
        if method not in (answers.TRACKING, answers.ORDER):
            raise Failure(code="InvalidApiPath", message="The specified API path is invalid")
        self._check_token(p)
        self._orders.move()
        return self._track(p) if method == answers.TRACKING else self._order(p)

    def _shape(self) -> Shape:
        if self.behavior.shape == "mixed":
            return Shape(
                wrapped=self._random.random() < 0.5,
                bare_single=self._random.random() < 0.5,
                empty=self._random.choice(_EMPTIES),
            )
        wrapped = self.behavior.shape == "wrapped"
        return Shape(wrapped=wrapped, bare_single=self.behavior.bare_single, empty=self.behavior.empty)

    def _track(self, p: Mapping[str, str]) -> Reply:
        for name in ("ae_order_id", "language"):
            if not p.get(name):
                raise missing(name)
        entry = self._orders.all.get(p["ae_order_id"])
        if entry is not None:
            entry.waits = False
        shape = self._shape()
        if entry is None or not entry.found or entry.foreign:
            return lambda request_id, empty: answers.tracking_not_found(shape, request_id)
        found, language = entry, p["language"]
        return lambda request_id, empty: answers.tracking(found, language, shape, request_id, empty=empty)

    def _order(self, p: Mapping[str, str]) -> Reply:
        if not p.get("single_order_query"):
            raise missing("single_order_query")
        order_id = _order_id(p)
        if not order_id:
            raise Failure(code="InvalidParameter", message="single_order_query must carry order_id")
        entry: SimulatedOrder | None = self._orders.all.get(order_id)
        if entry is None or entry.foreign:
            raise Failure(
                code="15",
                kind="ISP",
                sub_code="isv.insufficient-permission",
                message="Insufficient permission.",
            )
        found, shape = entry, self._shape()
        return lambda request_id, empty: answers.order(found, shape, request_id)

    def _system(self, path: str, p: Mapping[str, str], *, in_method: bool) -> Reply:
        self._check_common(p, path)
        try:
            grant = self._token_call(path, p)
        except BadToken as exc:
            raise Failure(code=exc.code, message=exc.message) from exc
        flat = self._tokens.answer(grant)
        if in_method:
            return lambda request_id, empty: {f"{path}_response": flat | {"request_id": request_id}}
        return lambda request_id, empty: flat | {"request_id": request_id}

    def _token_call(self, path: str, p: Mapping[str, str]) -> Grant:
        if path == "/auth/token/create":
            if not p.get("code"):
                raise missing("code")
            if p.get("uuid"):
                raise BadToken("InvalidCode", "Invalid authorization code")
            return self._tokens.exchange(p["code"])
        if path == "/auth/token/refresh":
            if not p.get("refresh_token"):
                raise missing("refresh_token")
            return self._tokens.refresh(p["refresh_token"])
        raise Failure(code="InvalidApiPath", message="The specified API path is invalid")


async def _pairs(request: Request) -> dict[str, str]:
    try:
        p = await read_parameters(request)
    except BadParameter:
        return {}
    return {name: p.text(name) for name in p.values}


def _order_id(p: Mapping[str, str]) -> str:
    if direct := p.get("ae_order_id"):
        return direct
    try:
        query = json.loads(p.get("single_order_query", "null"))
    except ValueError:
        return ""
    return str(query.get("order_id", "")) if isinstance(query, dict) else ""


def _json(content: object) -> Response:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, media_type="application/json")


def _struck(fault: Fault, answer: Response) -> Response:
    """Apply a fault: return or raise what the caller gets instead of the answer."""
    if fault.kind in {"close", "reset"}:
        return HangUp(reset=fault.kind == "reset")
    if fault.kind == "truncated":
        body = bytes(answer.body)
        return HangUp(body[: max(1, len(body) // 2)])
    if fault.kind == "garbage":
        return Response(b"<!DOCTYPE html><title>error</title>", media_type="text/html")
    if fault.kind == "huge":
        return huge()
    if fault.kind == "too_many":
        raise call_limit(fault.retry_after)
    if fault.kind == "unauthorized":
        raise dead_token("50000500SandboxForgedDeath")
    if fault.kind == "refuse":
        raise Failure(code=fault.code, message=fault.message, sub_code=fault.sub_code)
    if fault.kind == "outage":
        text = "The remote service is unavailable, please try again later"
        raise Failure(code="15", kind="ISP", sub_code="isp.service-unavailable", message=text)
    if fault.kind == "status":
        return PlainTextResponse("unavailable", fault.status)
    return answer
