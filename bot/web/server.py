"""The HTTP server: one port for all routes."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterator
from typing import Any

import structlog
import uvicorn
from starlette.applications import Starlette

from bot.connections import ConnectionLimiter
from bot.errors import SettingsError

_log = structlog.get_logger(__name__)
_BACKLOG = 2048  # connections waiting to be accepted
_LAST_ANSWERS = 3  # seconds for open requests when the bot stops; a slow caller must not delay it


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
        self._server = _QuietServer(config)
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


class _QuietServer(uvicorn.Server):
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
