"""Limits idle HTTP connections: a deadline for a request's head and a cap on how many may wait.

uvicorn waits forever for the rest of a request's head. Here a connection that is not being answered has a
deadline, and only so many are kept: one more closes the oldest. Whoever opens hundreds of connections and
sends half requests closes their own; a request that arrives whole is always answered.
"""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from bot.bounded import keep

WITHIN = 10.0  # seconds for a request's head
WAITING = 256  # most connections that are not being answered

Address = tuple[str, int]


class ConnectionLimiter:
    """Tracks connections that wait for a request, the longest waiting first.

    It wraps the real application: a request that reaches it has sent its whole head.
    """

    def __init__(self, app: ASGIApp, *, waiting: int = WAITING, within: float = WITHIN) -> None:
        self._app = app
        self._most = waiting
        self._within = within
        self._waiting: dict[Address, LimitedConnection] = {}
        self._known: dict[Address, LimitedConnection] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; its connection counts as waiting again afterward."""
        guest = self._known.get(scope.get("client") or ("", 0))
        if guest is not None:
            self._waiting.pop(guest.address, None)
            guest.serve()
        try:
            await self._app(scope, receive, send)
        finally:
            if guest is not None and guest.address in self._known:
                guest.served()
                self._wait(guest)

    def protocol(self) -> type[asyncio.Protocol]:
        """Return the protocol class that the server instantiates for each connection."""
        lobby = self

        class Connection(LimitedConnection):
            def __init__(self, **how: Any) -> None:
                super().__init__(lobby, lobby._within, AutoHTTPProtocol(**how))

        return Connection

    def enter(self, guest: LimitedConnection) -> None:
        """Add a new connection."""
        self._known[guest.address] = guest
        self._wait(guest)

    def leave(self, guest: LimitedConnection) -> None:
        """Remove a closed connection."""
        if self._known.get(guest.address) is guest:
            del self._known[guest.address]
            self._waiting.pop(guest.address, None)

    def _wait(self, guest: LimitedConnection) -> None:
        if oldest := keep(self._waiting, guest.address, guest, self._most):
            oldest.end()


class LimitedConnection(asyncio.Protocol):
    """One connection: uvicorn's own protocol plus a deadline for the request's head."""

    def __init__(self, lobby: ConnectionLimiter, within: float, inner: asyncio.Protocol) -> None:
        self._lobby = lobby
        self._within = within
        self._inner = inner
        self._transport: asyncio.BaseTransport | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._answering = False
        self.address: Address = ("", 0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        host, port, *_ = transport.get_extra_info("peername") or ("", 0)
        self.address = (str(host), int(port))
        self._transport = transport
        self._inner.connection_made(transport)
        self._lobby.enter(self)
        self._hurry()

    def data_received(self, data: bytes) -> None:
        if not self._answering:
            self._hurry()
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        self._lobby.leave(self)
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def serve(self) -> None:
        """Stop the deadline: how long an answer takes is not the caller's fault."""
        self._answering = True
        self._rest()

    def served(self) -> None:
        """Mark as answered: the next request gets the same deadline; uvicorn closes an idle connection."""
        self._answering = False

    def end(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()

    def _hurry(self) -> None:
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().call_later(self._within, self.end)

    def _rest(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
