"""Broken answers: connections closed before or within an answer, and huge bodies."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterator
from typing import cast

from starlette.applications import Starlette
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

_KEY = "sandbox.transport"
_MIB = 1 << 20
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Breakable(Starlette):
    """An application whose answers can close the connection: it keeps a reference to the transport."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # uvicorn's `send` is a method of its request cycle, which owns the transport. Under another server
        # (an in-process test) there is none, and breaking the line raises instead.
        scope[_KEY] = getattr(getattr(send, "__self__", None), "transport", None)
        await super().__call__(scope, receive, send)


class HangUp(Response):
    """Closes the connection after sending `sent` as the beginning of a 200 answer, or without any answer.

    `reset` closes it with a TCP reset.
    """

    def __init__(self, sent: bytes = b"", *, reset: bool = False) -> None:
        super().__init__()
        self._sent = sent
        self._reset = reset

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport = cast("asyncio.Transport | None", scope.get(_KEY))
        if transport is None:
            raise ConnectionAbortedError("the sandbox closed the connection")
        if self._sent:
            headers = [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(self._sent) * 2).encode()),
            ]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": self._sent, "more_body": True})
        plug = transport.get_extra_info("socket")
        if self._reset and plug is not None:
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        transport.close()
        while (await receive())["type"] != "http.disconnect":
            pass


def huge(mebibytes: int = 64) -> StreamingResponse:
    """A body too large to read: blanks, which JSON allows before its first character."""

    def blanks() -> Iterator[bytes]:
        for _ in range(mebibytes):
            yield b" " * _MIB
        yield b"{}"

    return StreamingResponse(blanks(), media_type="application/json")
