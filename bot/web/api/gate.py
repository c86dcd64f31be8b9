"""The way into the API: its key, its limits, a bounded body of JSON. All refusals are problem+json.

It is an ASGI application around the real one, so that a request without a key costs next to nothing, and no
other route's requests wait for the API's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import structlog
from pydantic_core import from_json
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import StoreError
from bot.model import ApiKey
from bot.tracking import Tracking
from bot.web.api.backend import Backend
from bot.web.api.limits import KeyLimits
from bot.web.api.problems import ApiError, unavailable
from bot.web.limits import Bodies, BodyRefused

_log = structlog.get_logger(__name__)

_LARGEST = 1_048_576  # bytes of a body: a thousand orders are a tenth of that
_ADMITTED = 32  # requests at once; one more gets 429: a proxy passes over who answers 503, for all routes
_AT_WORK = 3  # of them: the database has eight connections, and Telegram's updates need some
_RECOGNIZED = 2  # keys looked up at once, right or wrong
_OPEN = frozenset({"/openapi.json"})  # what can be read without a key, once there is one
_OFF = "The API is off: the merchant has made no key for it."


class Gate:
    """Admits requests to `app`."""

    def __init__(self, app: ASGIApp, backend: Backend, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._backend = backend
        self._clock = clock
        self._limits = KeyLimits(clock)
        self._bodies = Bodies(_LARGEST, _ADMITTED)
        self._admitted = asyncio.Semaphore(_ADMITTED)
        self._working = asyncio.Semaphore(_AT_WORK)
        self._recognizing = asyncio.Semaphore(_RECOGNIZED)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, count it and log it without its data."""
        started = self._clock()
        answer = _ResponseRecorder(send)
        request = Request(scope, receive)
        client = ""
        try:
            client = await self._serve(request, answer)
        except ApiError as refused:
            await refused.response()(scope, receive, answer)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            seconds = self._clock() - started
            self._backend.metrics.api_request(request.method, route, answer.status, seconds)
            _log.info(
                "API request",
                method=request.method,
                route=route,
                status=answer.status,
                client=client,
                seconds=round(seconds, 3),
            )

    async def _serve(self, request: Request, answer: _ResponseRecorder) -> str:
        """Answer a request; returns the name of its key. Raises ApiError for a refusal."""
        if self._admitted.locked():
            raise ApiError(429, "busy", "Too many requests at once.", headers={"Retry-After": "1"})
        async with self._admitted:
            return await self._admit(request, answer)

    async def _admit(self, request: Request, answer: _ResponseRecorder) -> str:
        tracking = self._backend.tracking()
        if tracking is None:
            detail = "This process stands by for the one that serves."
            raise ApiError(503, "standing_by", detail, headers={"Retry-After": "5"})
        key = await self._key(request, tracking)
        if key is not None:
            allowed, answer.headers = self._limits.take(key.id)
            if not allowed:
                raise ApiError(429, "too_many_requests", "This key made too many requests.")
        receive = await self._body(request)
        state = request.scope.setdefault("state", {})
        state["tracking"], state["key"] = tracking, key
        async with self._working:
            await self._app(request.scope, receive, answer)
        return key.name if key is not None else ""

    async def _key(self, request: Request, tracking: Tracking) -> ApiKey | None:
        """The request's key; None for what is open to all. Raises ApiError for a wrong or missing one."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        try:
            async with self._recognizing:
                key, is_on = await tracking.keys.identify(given.strip() if scheme.lower() == "bearer" else "")
        except StoreError:
            raise unavailable() from None
        if key is not None:
            return key
        if not is_on:
            raise ApiError(404, "not_found", _OFF)
        if request.scope["path"].removeprefix(request.scope.get("root_path", "")) in _OPEN:
            return None
        detail = "Send your key in the header Authorization: Bearer KEY."
        raise ApiError(401, "unauthorized", detail, headers={"WWW-Authenticate": "Bearer"})

    async def _body(self, request: Request) -> Receive:
        """What gives the application the whole body, which is JSON or empty. Raises ApiError."""
        try:
            body = await self._bodies.read(request)
        except BodyRefused as refused:
            raise _refusal(refused) from None
        if body:
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                raise ApiError(415, "unsupported_media_type", "Send the body as application/json.")
            try:
                await asyncio.to_thread(from_json, body, allow_inf_nan=False, cache_strings="none")
            except ValueError:  # also for what is nested deeper than 200
                raise ApiError(400, "malformed_json", "The body is not valid JSON.") from None
        return _replaying(body)


class _ResponseRecorder:
    """Sends on what the application answers, with the limits' headers; `status` is what was sent."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.headers: dict[str, str] = {}

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            more = self.headers | {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
            message["headers"] = [
                *message["headers"],
                *((name.lower().encode(), value.encode()) for name, value in more.items()),
            ]
        await self._send(message)


def _refusal(refused: BodyRefused) -> ApiError:
    code, detail = {
        408: ("timeout", "The body did not arrive in time."),
        413: ("too_large", f"The body is larger than {_LARGEST:,} bytes; send fewer orders at once."),
    }.get(refused.status, ("incomplete", "The body did not arrive whole."))
    return ApiError(refused.status, code, detail, headers=refused.headers)


def _replaying(body: bytes) -> Receive:
    done = False

    async def receive() -> Message:
        nonlocal done
        if done:
            return {"type": "http.disconnect"}
        done = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
