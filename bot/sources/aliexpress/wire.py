"""One POST to the gateway over kept-alive connections whose price does not grow with their number."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import aiohttp
import certifi

from bot.errors import Transient

LONGEST_ANSWER = 2_000_000  # bytes after decompression; a busy order's answer has about 10,000
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=6.0, sock_read=15.0)
_CONNECTIONS = 100  # more than checks are in flight: a person's call must not wait behind them
_KEPT_SECONDS = 55.0
_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "gzip",
    "content-type": "application/x-www-form-urlencoded;charset=utf-8",
    "user-agent": "parcel-bot",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer as it came; names in `headers` are found in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire(Protocol):
    """How calls travel: aiohttp in real life, scripted answers in tests."""

    async def post(self, url: str, body: bytes) -> Reply:
        """Send a form. Raises aiohttp.ClientError, OSError (as TimeoutError is), Transient if too large."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


class PooledWire:
    """The wire of real life: no cookies (they would tie calls of different tokens together), no redirects.

    aiohttp, because httpx compares all of a pool's connections with each other on every request, and because
    even over aiohttp's pool its client costs as much again as the call itself.
    """

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes) -> Reply:
        """Send a form. Raises aiohttp.ClientError, OSError (as TimeoutError is), Transient if too large."""
        if self._session is None:
            self._session = _session()
        async with self._session.post(url, data=body, allow_redirects=False) as response:
            answer = bytearray()
            async for chunk in response.content.iter_any():
                answer += chunk
                if len(answer) > LONGEST_ANSWER:
                    raise Transient("TooLarge", f"the answer has more than {LONGEST_ANSWER} bytes")
            return Reply(response.status, response.headers, bytes(answer))

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def _session() -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        ssl=ssl.create_default_context(cafile=certifi.where()),  # slim images have no authorities
        limit=_CONNECTIONS,
        keepalive_timeout=_KEPT_SECONDS,
    )
    return aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=_TIMEOUT, headers=_HEADERS
    )
