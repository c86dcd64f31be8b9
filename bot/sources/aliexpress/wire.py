"""One POST to the gateway over kept-alive connections whose price does not grow with their number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Protocol

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from bot.errors import Transient

LONGEST_ANSWER = 2_000_000  # bytes after decompression; a busy order's answer has about 10,000
_TIMEOUT = httpx.Timeout(connect=6.0, read=15.0, write=10.0, pool=10.0)
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
    """How calls travel: httpx in real life, scripted answers in tests."""

    async def post(self, url: str, body: bytes) -> Reply:
        """Send a form. Raises OSError (as TimeoutError is), Transient if the answer is too large."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


class PooledWire:
    """The wire of real life: httpx over aiohttp's connections; no cookies, no redirects.

    httpx's own pool compares all connections with each other on every request: 0.8 ms a call with eight of
    them, 13 ms with 128, where this takes 0.3 ms. Cookies would tie calls of different tokens together.
    """

    def __init__(self) -> None:
        self._http: httpx.AsyncClient | None = None

    async def post(self, url: str, body: bytes) -> Reply:
        """Send a form. Raises OSError (as TimeoutError is), Transient if the answer is too large."""
        if self._http is None:
            self._http = _http()
        answer = bytearray()
        try:
            async with self._http.stream("POST", url, content=body) as response:
                async for chunk in response.aiter_bytes():
                    answer += chunk
                    if len(answer) > LONGEST_ANSWER:
                        raise Transient("TooLarge", f"the answer has more than {LONGEST_ANSWER} bytes")
                return Reply(response.status_code, response.headers, bytes(answer))
        except httpx.TimeoutException:
            raise TimeoutError from None
        except (httpx.HTTPError, aiohttp.ClientError) as exc:
            # Without its cause, which carries the request along, and in its body the token.
            raise ConnectionError(f"{type(exc).__name__}: {exc}") from None

    async def aclose(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.aclose()
            self._http = None


def _http() -> httpx.AsyncClient:
    def session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            ssl=transport.ssl_context,  # with the authorities that come along: slim images have none
            limit=_CONNECTIONS,
            keepalive_timeout=_KEPT_SECONDS,
        )
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    transport = AiohttpTransport(client=session)
    return httpx.AsyncClient(
        transport=transport,
        timeout=_TIMEOUT,
        headers=_HEADERS,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        trust_env=False,
        follow_redirects=False,
    )
