"""The one listening port: live, ready, metrics, Telegram's webhook, AliExpress's push.

Strangers reach it. What they send is refused by its head, before its body is read; each route has places of
its own, so that a crowd at one of them keeps nobody from the others.
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
_UPDATES, _PUSHES, _LOOKS = 64, 32, 16  # requests at once: Telegram makes 40 at most, all others are few
_BODY_WITHIN = 5.0  # seconds for a body to arrive
_BACKLOG = 2048  # connections that wait to be accepted
_LAST_ANSWERS = 3  # seconds for what is being answered when the bot stops; a slow caller must not hold it


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """What the port opens to. Each takes plain values and answers with them.

    `ready` returns what is wrong by name (empty: ready). `webhook` gets body and secret header and returns
    the status to answer, at `webhook_path` (empty: none). `push` gets body and Authorization header.
    `webhook_admits` and `push_admits` judge that header alone, before the body is read.
    """

    ready: Callable[[], Awaitable[Mapping[str, str]]]
    metrics: Callable[[], Awaitable[bytes]]
    webhook_path: str = ""
    webhook: Callable[[bytes, str | None], Awaitable[int]] | None = None
    webhook_admits: Callable[[str | None], bool] = bool
    push: Callable[[bytes, str], Awaitable[int]] | None = None
    push_admits: Callable[[str], bool] = bool


def create_web_app(endpoints: Endpoints) -> Starlette:
    """The application behind the port."""

    async def live(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_request: Request) -> Response:
        wrong = await endpoints.ready()
        return JSONResponse({"ready": not wrong, "wrong": dict(wrong)}, status_code=503 if wrong else 200)

    async def metrics(_request: Request) -> Response:
        return Response(await endpoints.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def webhook(request: Request) -> Response:
        secret = request.headers.get("x-telegram-bot-api-secret-token")
        if endpoints.webhook is None or not endpoints.webhook_admits(secret):
            return Response(status_code=401)
        body = await _body(request, _LARGEST_UPDATE)
        return (
            body
            if isinstance(body, Response)
            else Response(status_code=await endpoints.webhook(body, secret))
        )

    async def push(request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if endpoints.push is None or not endpoints.push_admits(given):
            return Response(status_code=401)
        body = await _body(request, _LARGEST_PUSH)
        return body if isinstance(body, Response) else Response(status_code=await endpoints.push(body, given))

    async def probe(_request: Request) -> Response:  # the console's
        return PlainTextResponse("ok\n")

    looks = asyncio.Semaphore(_LOOKS)
    routes = [
        Route("/live", live),
        Route("/ready", _within(looks, ready)),
        Route("/metrics", _within(looks, metrics)),
    ]
    if endpoints.push is not None:
        routes.append(Route("/aliexpress/push", probe, methods=["GET"]))
        pushes = asyncio.Semaphore(_PUSHES)
        routes.append(Route("/aliexpress/push", _within(pushes, push), methods=["POST"]))
    if endpoints.webhook is not None and endpoints.webhook_path:
        updates = asyncio.Semaphore(_UPDATES)
        routes.append(Route(endpoints.webhook_path, _within(updates, webhook), methods=["POST"]))
    return Starlette(routes=routes)


_Endpoint = Callable[[Request], Awaitable[Response]]


def _within(places: asyncio.Semaphore, endpoint: _Endpoint) -> _Endpoint:
    """The endpoint for as many as there are places; the others are asked to come again at once."""

    async def answer(request: Request) -> Response:
        if places.locked():
            return Response(status_code=503, headers={"Retry-After": "1"})
        async with places:
            return await endpoint(request)

    return answer


async def _body(request: Request, largest: int) -> bytes | Response:
    """The body, or the refusal of one that is too large or takes too long."""
    told = request.headers.get("content-length", "")
    if told.isdecimal() and (len(told) > 10 or int(told) > largest):
        return Response(status_code=413)
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_WITHIN):
            async for part in request.stream():
                body += part
                if len(body) > largest:
                    return Response(status_code=413)
    except TimeoutError:
        return Response(status_code=408, headers={"Connection": "close"})
    except ClientDisconnect:
        return Response(status_code=400)
    return bytes(body)


class HttpServer:
    """The server around it; signals are the application's business, not the server's.

    `where` names the setting that host and port come from.
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
        """Listen; returns the port. Raises SettingsError where that cannot be."""
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
        """Stop listening."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task


class _Quiet(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def _bound(host: str, port: int, where: str) -> list[socket.socket]:
    """Sockets on every address of the host. Raises SettingsError with the cure."""
    found: list[socket.socket] = []
    refused: OSError | None = None
    try:
        known = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SettingsError(where, _cure(error, host, port)) from None
    for family, _, _, _, address in known[: 1 if port == 0 else None]:
        try:
            found.append(socket.create_server(address[:2], family=family, backlog=_BACKLOG))
        except OSError as error:
            # a name may stand for an address that this machine lacks, IPv6's say
            if refused is None or error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                refused = error
    taken = refused is not None and refused.errno == errno.EADDRINUSE
    if refused is not None and (taken or not found):
        for one in found:
            one.close()
        raise SettingsError(where, _cure(refused, host, port))
    return found


def _cure(error: Exception, host: str, port: int) -> str:
    match getattr(error, "errno", None):
        case errno.EADDRINUSE:
            return f"port {port} is taken by another program; stop it, or choose another port"
        case errno.EACCES:
            return f"port {port} is not allowed to this user; choose one above 1023"
        case _:
            return f"{host!r} is no address of this machine; give 127.0.0.1:8080 or 0.0.0.0:8080"
