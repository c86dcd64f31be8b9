"""One POST to the gateway over kept-alive connections whose price does not grow with their number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, cast

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from bot.errors import Transient

LONGEST_ANSWER = 2_000_000  # bytes after decompression; a busy order's answer has about 10,000
_EXTENSIONS = {"timeout": {"connect": 6.0}}  # seconds; the whole call is the client's to limit
_CONNECTIONS = 100  # more than checks are in flight: a person's call must not wait behind them
_KEPT_SECONDS = 55.0
_ENCODING = "iso-8859-1"  # told, because guessing it reads all headers once more for each of them
_HEADERS = httpx.Headers(
    {
        "accept": "application/json",
        "accept-encoding": "gzip",
        "content-type": "application/x-www-form-urlencoded;charset=utf-8",
        "user-agent": "parcel-bot",
    }
)


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
    """The wire of real life: httpx over aiohttp's connections, without the client's comfort around it.

    httpx's own pool compares all connections with each other on every request: 0.8 ms a call with eight of
    them, 13 ms with 128. Its client brings cookies, redirects, authentication and hooks, none of which a
    signed call wants, for as much time as the call itself takes; so requests go to the transport directly.
    """

    def __init__(self) -> None:
        self._transport: AiohttpTransport | None = None
        self._urls: dict[str, httpx.URL] = {}

    async def post(self, url: str, body: bytes) -> Reply:
        """Send a form. Raises OSError (as TimeoutError is), Transient if the answer is too large."""
        if self._transport is None:
            self._transport = _transport()
        try:
            response = await self._transport.handle_async_request(self._request(url, body))
            response.headers.encoding = _ENCODING
            try:
                answer = await _read(response)  # to its end, which gives the connection back
            except BaseException:
                await response.aclose()
                raise
            return Reply(response.status_code, response.headers, answer)
        except httpx.TimeoutException:
            raise TimeoutError from None
        except (httpx.HTTPError, aiohttp.ClientError) as exc:
            # Without its cause, which carries the request along, and in its body the token.
            raise ConnectionError(f"{type(exc).__name__}: {exc}") from None

    async def aclose(self) -> None:
        """Close the connections."""
        if self._transport is not None:
            await self._transport.aclose()
            self._transport = None

    def _request(self, url: str, body: bytes) -> httpx.Request:
        known = self._urls.get(url)
        if known is None:  # a handful of addresses, and reading one costs more than signing
            known = self._urls[url] = httpx.URL(url)
        form = httpx.ByteStream(body)  # given as a stream, it leaves Host and Content-Length to aiohttp
        request = httpx.Request("POST", known, headers=_HEADERS, stream=form, extensions=_EXTENSIONS)
        request.headers.encoding = "ascii"
        request.read()  # and is sent whole
        return request


async def _read(response: httpx.Response) -> bytes:
    packed = "content-encoding" in response.headers
    chunks = response.aiter_bytes() if packed else cast(httpx.AsyncByteStream, response.stream)
    answer = bytearray()
    async for chunk in chunks:
        answer += chunk
        if len(answer) > LONGEST_ANSWER:
            raise Transient("TooLarge", f"the answer has more than {LONGEST_ANSWER} bytes")
    return bytes(answer)


def _transport() -> AiohttpTransport:
    def session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            ssl=transport.ssl_context,  # with the authorities that come along: slim images have none
            limit=_CONNECTIONS,
            keepalive_timeout=_KEPT_SECONDS,
        )
        # Cookies would tie calls of different tokens together.
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    transport = AiohttpTransport(client=session)
    return transport
