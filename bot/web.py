"""The HTTP server: /live, /ready, /metrics, Telegram's webhook and AliExpress's order pushes.

It is open to strangers. Unsigned requests and those that announce too much are refused by their headers,
before the body is read. Each route has its own limit of requests being answered, and of bodies being waited
for: one more drops the body that is waited for the longest. So neither a flood on another route nor slow
bodies on the same one keep a request that arrives whole from its answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.connections import ConnectionLimiter
from bot.errors import SettingsError

_log = structlog.get_logger(__name__)
_LARGEST_UPDATE, _LARGEST_PUSH = 1_048_576, 64_000  # bytes
_UPDATES, _PUSHES, _LOOKS = 64, 32, 16  # requests at once; Telegram makes at most 40
_BODY_WITHIN = 5.0  # seconds for a body to arrive
_BACKLOG = 2048  # connections waiting to be accepted
_LAST_ANSWERS = 3  # seconds for open requests when the bot stops; a slow caller must not delay it


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The functions behind the routes; they take and return plain values.

    `ready` returns what is wrong, by name (empty: ready). `webhook`, at `webhook_path` (empty: no route),
    gets the body and the secret header and returns the HTTP status; `push` gets the body and the
    Authorization header. `webhook_admits` and `push_admits` judge that header alone, before the body is read.
    """

    ready: Callable[[], Awaitable[Mapping[str, str]]]
    metrics: Callable[[], Awaitable[bytes]]
    webhook_path: str = ""
    webhook: Callable[[bytes, str | None], Awaitable[int]] | None = None
    webhook_admits: Callable[[str | None], bool] = bool
    push: Callable[[bytes, str], Awaitable[int]] | None = None
    push_admits: Callable[[str], bool] = bool


def create_web_app(endpoints: Endpoints) -> Starlette:
    """Build the ASGI application with the routes of `endpoints`."""

    async def live(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_request: Request) -> Response:
        wrong = await endpoints.ready()
        return JSONResponse({"ready": not wrong, "wrong": dict(wrong)}, status_code=503 if wrong else 200)

    async def metrics(_request: Request) -> Response:
        return Response(await endpoints.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    updates = _Bodies(_LARGEST_UPDATE, _UPDATES)
    pushes = _Bodies(_LARGEST_PUSH, _PUSHES)

    async def webhook(request: Request) -> Response:
        secret = request.headers.get("x-telegram-bot-api-secret-token")
        if endpoints.webhook is None or not endpoints.webhook_admits(secret):
            return Response(status_code=401)
        webhook = endpoints.webhook
        return await updates.answer(request, lambda body: webhook(body, secret))

    async def push(request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if endpoints.push is None or not endpoints.push_admits(given):
            return Response(status_code=401)
        push = endpoints.push
        return await pushes.answer(request, lambda body: push(body, given))

    async def probe(_request: Request) -> Response:  # AliExpress's console tests the callback address by GET
        return PlainTextResponse("ok\n")

    looks = asyncio.Semaphore(_LOOKS)
    routes = [
        Route("/live", live),
        Route("/ready", _within(looks, ready)),
        Route("/metrics", _within(looks, metrics)),
    ]
    if endpoints.push is not None:
        routes.append(Route("/aliexpress/push", probe, methods=["GET"]))
        routes.append(Route("/aliexpress/push", push, methods=["POST"]))
    if endpoints.webhook is not None and endpoints.webhook_path:
        routes.append(Route(endpoints.webhook_path, webhook, methods=["POST"]))
    return Starlette(routes=routes)


_Endpoint = Callable[[Request], Awaitable[Response]]


def _within(places: asyncio.Semaphore, endpoint: _Endpoint) -> _Endpoint:
    """Limit an endpoint to as many concurrent requests as there are places; others get 503, Retry-After 1."""

    async def answer(request: Request) -> Response:
        if places.locked():
            return Response(status_code=503, headers={"Retry-After": "1"})
        async with places:
            return await endpoint(request)

    return answer


class _Bodies:
    """Reads one route's bodies of up to `largest` bytes and has up to `most` answered at once."""

    def __init__(self, largest: int, most: int) -> None:
        self._largest = largest
        self._most = most
        self._places = asyncio.Semaphore(most)
        self._waiting: dict[asyncio.Timeout, None] = {}  # the one that waits the longest first

    async def answer(self, request: Request, handle: Callable[[bytes], Awaitable[int]]) -> Response:
        """Return the status that `handle` has for the body, or the refusal."""
        told = request.headers.get("content-length", "")
        if told.isdecimal() and (len(told) > 10 or int(told) > self._largest):
            return Response(status_code=413)
        try:
            async with asyncio.timeout(_BODY_WITHIN) as limit:
                body = await self._read(request, limit)
        except TimeoutError:
            return Response(status_code=408, headers={"Connection": "close"})
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return Response(status_code=413)
        if self._places.locked():
            return Response(status_code=503, headers={"Retry-After": "1"})
        async with self._places:
            return Response(status_code=await handle(body))

    async def _read(self, request: Request, limit: asyncio.Timeout) -> bytes | None:
        """Read the body; None if it is too large. Raises TimeoutError also for whom others supersede."""
        self._waiting[limit] = None
        if len(self._waiting) > self._most:
            oldest = next(iter(self._waiting))
            del self._waiting[oldest]
            oldest.reschedule(asyncio.get_running_loop().time())
        body = bytearray()
        try:
            async for part in request.stream():
                body += part
                if len(body) > self._largest:
                    return None
        finally:
            self._waiting.pop(limit, None)
        return bytes(body)


class HttpServer:
    """uvicorn around the application; it leaves signals to the bot.

    `where` is the name of the setting that host and port come from.
    """

    def __init__(self, app: Starlette, host: str, port: int, where: str = "LISTEN") -> None:
        self._address = (host, port)
        self._where = where
        lobby = ConnectionLimiter(app)
        config = uvicorn.Config(
            lobby,
            http=lobby.protocol(),
            proxy_headers=False,  # a connection is known by its real address
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=_LAST_ANSWERS,
        )
        self._server = _Quiet(config)
        self._task: asyncio.Task[Any] | None = None

    async def open(self) -> int:
        """Start listening; return the port. Raises SettingsError if that is impossible."""
        sockets = _bound(*self._address, self._where)
        port: int = sockets[0].getsockname()[1]
        self._task = asyncio.create_task(self._server.serve(sockets=sockets))
        while not self._server.started:
            if self._task.done():
                self._task.result()
            await asyncio.sleep(0.01)
        _log.info("listening", port=port)
        return port

    async def close(self) -> None:
        """Finish open requests and stop listening."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task


class _Quiet(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install no signal handlers."""
        yield


def _bound(host: str, port: int, where: str) -> list[socket.socket]:
    """Open a socket on every address of the host. Raises SettingsError that says what to change."""
    found: list[socket.socket] = []
    refused: OSError | None = None
    try:
        known = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SettingsError(where, _remedy(error, host, port)) from None
    for family, _, _, _, address in known[: 1 if port == 0 else None]:
        try:
            found.append(socket.create_server(address[:2], family=family, backlog=_BACKLOG))
        except OSError as error:
            # a name may resolve to an address that this machine lacks, such as an IPv6 one
            if refused is None or error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                refused = error
    taken = refused is not None and refused.errno == errno.EADDRINUSE
    if refused is not None and (taken or not found):
        for one in found:
            one.close()
        raise SettingsError(where, _remedy(refused, host, port))
    return found


def _remedy(error: Exception, host: str, port: int) -> str:
    match getattr(error, "errno", None):
        case errno.EADDRINUSE:
            return f"port {port} is used by another program; stop it, or choose another port"
        case errno.EACCES:
            return f"this user may not use port {port}; choose one above 1023"
        case _:
            return f"{host!r} is not an address of this machine; use 127.0.0.1:8080 or 0.0.0.0:8080"
