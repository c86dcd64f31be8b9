"""The one listening port: live, ready, metrics, Telegram's webhook, AliExpress's push."""

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

from bot.errors import SettingsError

_log = structlog.get_logger(__name__)
_LARGEST = 1_048_576  # bytes of any body
_MOST_AT_ONCE = 512  # requests; Telegram sends at most 40, the others are few: more is an attack
_BACKLOG = 2048  # connections that wait to be accepted
_LAST_ANSWERS = 3  # seconds for what is being answered when the bot stops; a slow caller must not hold it


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """What the port opens to. Each takes plain values and answers with them.

    `ready` returns what is wrong by name (empty: ready). `webhook` gets body and secret header and returns
    the status to answer, at `webhook_path` (empty: none). `push` gets body and Authorization header.
    """

    ready: Callable[[], Awaitable[Mapping[str, str]]]
    metrics: Callable[[], Awaitable[bytes]]
    webhook_path: str = ""
    webhook: Callable[[bytes, str | None], Awaitable[int]] | None = None
    push: Callable[[bytes, str], Awaitable[int]] | None = None


def make(doors: Endpoints) -> Starlette:
    """The application behind the port."""

    async def live(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_request: Request) -> Response:
        wrong = await doors.ready()
        return JSONResponse({"ready": not wrong, "wrong": dict(wrong)}, status_code=503 if wrong else 200)

    async def metrics(_request: Request) -> Response:
        return Response(await doors.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def webhook(request: Request) -> Response:
        body = await _body(request)
        if body is None or doors.webhook is None:
            return Response(status_code=413)
        return Response(
            status_code=await doors.webhook(body, request.headers.get("x-telegram-bot-api-secret-token"))
        )

    async def push(request: Request) -> Response:
        if request.method == "GET" or doors.push is None:  # the console's probe
            return PlainTextResponse("ok\n")
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        return Response(status_code=await doors.push(body, request.headers.get("authorization", "")))

    routes = [Route("/live", live), Route("/ready", ready), Route("/metrics", metrics)]
    if doors.push is not None:
        routes.append(Route("/aliexpress/push", push, methods=["GET", "POST"]))
    if doors.webhook is not None and doors.webhook_path:
        routes.append(Route(doors.webhook_path, webhook, methods=["POST"]))
    return Starlette(routes=routes)


async def _body(request: Request) -> bytes | None:
    """The body, None where it is too large or the caller went away."""
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > _LARGEST:
                return None
            parts.append(part)
    except ClientDisconnect:
        return None
    return b"".join(parts)


class HttpServer:
    """The server around it; signals are the application's business, not the server's.

    `where` names the setting that host and port come from.
    """

    def __init__(self, app: Starlette, host: str, port: int, where: str = "LISTEN") -> None:
        self._address = (host, port)
        self._where = where
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            ws="none",
            limit_concurrency=_MOST_AT_ONCE,
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
