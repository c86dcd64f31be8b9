"""Limits of one route: how many requests are answered at once, and how many bodies are waited for.

One more drops the body that is waited for the longest. So neither a flood on another route nor slow bodies
on the same one keep a request that arrives whole from its answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bot.bounded import keep

_BODY_WITHIN = 5.0  # seconds for a body to arrive

Endpoint = Callable[[Request], Awaitable[Response]]


def within(places: asyncio.Semaphore, endpoint: Endpoint) -> Endpoint:
    """Limit an endpoint to as many concurrent requests as there are places; others get 503, Retry-After 1."""

    async def answer(request: Request) -> Response:
        if places.locked():
            return Response(status_code=503, headers={"Retry-After": "1"})
        async with places:
            return await endpoint(request)

    return answer


class BodyRefused(Exception):
    """A body is too large, too slow or cut off; `status` and `headers` are the answer's."""

    def __init__(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.headers = dict(headers or {})


class Bodies:
    """Reads one route's bodies of up to `largest` bytes and has up to `most` answered at once."""

    def __init__(self, largest: int, most: int) -> None:
        self.largest = largest
        self._most = most
        self._places = asyncio.Semaphore(most)
        self._waiting: dict[asyncio.Timeout, asyncio.Timeout] = {}  # the one that waits the longest first

    async def answer(self, request: Request, handle: Callable[[bytes], Awaitable[int]]) -> Response:
        """Return the status that `handle` has for the body, or the refusal."""
        try:
            body = await self.read(request)
        except BodyRefused as refused:
            return Response(status_code=refused.status, headers=refused.headers)
        if self._places.locked():
            return Response(status_code=503, headers={"Retry-After": "1"})
        async with self._places:
            return Response(status_code=await handle(body))

    async def read(self, request: Request) -> bytes:
        """Read the body. Raises BodyRefused."""
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and (len(declared) > 10 or int(declared) > self.largest):
            raise BodyRefused(413)
        try:
            async with asyncio.timeout(_BODY_WITHIN) as limit:
                body = await self._read(request, limit)
        except TimeoutError:
            raise BodyRefused(408, {"Connection": "close"}) from None
        except ClientDisconnect:
            raise BodyRefused(400) from None
        if body is None:
            raise BodyRefused(413)
        return body

    async def _read(self, request: Request, limit: asyncio.Timeout) -> bytes | None:
        """Read the body; None if it is too large. Raises TimeoutError also for whom others supersede."""
        if oldest := keep(self._waiting, limit, limit, self._most):
            oldest.reschedule(asyncio.get_running_loop().time())
        body = bytearray()
        try:
            async for part in request.stream():
                body += part
                if len(body) > self.largest:
                    return None
        finally:
            self._waiting.pop(limit, None)
        return bytes(body)
