"""Sending one request to an address that somebody else chose, without being used against this network.

The address that a connection is made to is checked when its socket is made, so that no answer of a name
server, however it changes, leads anywhere else. Redirects are not followed, no proxy is used, no cookie is
kept, and of an answer only a few kilobytes are read.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult

from bot import addresses

WITHIN = 10.0  # seconds for one request, from the name server's answer to the status line
_MOST_READ = 16_384  # bytes of an answer; what it says is of no interest, but its connection can be kept
_READ_WITHIN = 1.0
_KEPT = 30.0  # seconds
_RESOLVERS = 20  # threads, one for each endpoint: name servers that hang delay nobody else
_LONGEST_HEADER = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointAnswer:
    """What the endpoint answered. `retry_after` is its wish, in seconds."""

    status: int
    retry_after: float | None = None

    @property
    def accepted(self) -> bool:
        """Whether it has the event now."""
        return 200 <= self.status < 300


class Unreachable(Exception):
    """There was no answer; the message says why in a few words, without the URL."""


class _Private(OSError):
    """The address is not on the Internet."""


class Resolver(AbstractResolver):
    """Asks the system's resolver in threads of its own: those of others must not wait behind it."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="webhook-resolver")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The host's addresses. Raises OSError."""

        def look_up() -> list[ResolveResult]:
            found = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
            return [
                ResolveResult(
                    hostname=host, host=str(address[0]), port=port, family=kind, proto=proto, flags=0
                )
                for kind, _, proto, _, address in found
            ]

        return await asyncio.get_running_loop().run_in_executor(self._threads, look_up)

    async def close(self) -> None:
        """Let the threads end; one that hangs is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class WebhookClient:
    """Posts bodies to endpoints. `permits` tells whether an IP address may be connected to."""

    def __init__(
        self,
        *,
        permits: Callable[[str], bool] = addresses.is_public,
        resolver: AbstractResolver | None = None,
        within: float = WITHIN,
    ) -> None:
        self._permits = permits
        self._resolver = resolver
        self._within = within
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> EndpointAnswer:
        """Post and return the status. Raises Unreachable."""
        try:
            async with asyncio.timeout(self._within):
                response = await self._opened().post(
                    url, data=body, headers=headers, allow_redirects=False, compress=False
                )
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise Unreachable(self._why(error)) from None  # the cause may repeat the URL
        try:
            return EndpointAnswer(
                status=response.status, retry_after=_seconds(response.headers.get("Retry-After"))
            )
        finally:
            await _finish(response)

    def _why(self, error: Exception) -> str:
        match error:
            case TimeoutError():
                return f"no answer within {self._within:.0f} seconds"
            case aiohttp.ClientConnectorDNSError():
                return "its name cannot be resolved"
            case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
                return "its certificate is not valid, or it does not speak TLS"
            case aiohttp.ClientConnectorError() if isinstance(error.os_error, _Private):
                return "it leads into a private network"
            case aiohttp.ClientConnectorError():
                return "no connection"
            case aiohttp.InvalidURL() | UnicodeError():
                return "its URL is not valid"
            case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError():
                return "the connection was closed without an answer"
            case aiohttp.ClientResponseError():
                return "the answer is not HTTP"
            case _:
                return type(error).__name__

    def _opened(self) -> aiohttp.ClientSession:
        """The session, made with the first request because it belongs to the running event loop."""
        if self._session is None:
            self._resolver = self._resolver or Resolver()
            connector = aiohttp.TCPConnector(
                ssl=httpx.create_ssl_context(),  # certifi's authorities, or those of SSL_CERT_FILE
                resolver=self._resolver,
                ttl_dns_cache=0,  # questions asked at the same time are one; none is answered from before
                socket_factory=self._socket,
                limit=0,  # the caller limits how many requests are made at once
                keepalive_timeout=_KEPT,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                auto_decompress=False,
                trust_env=False,
                read_bufsize=_MOST_READ,
                max_line_size=_LONGEST_HEADER,
                max_field_size=_LONGEST_HEADER,
            )
        return self._session

    def _socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        """A socket for this address. Raises OSError if it may not be connected to."""
        family, kind, proto, _, address = info
        if not self._permits(str(address[0])):
            raise _Private("not a public address")
        return socket.socket(family=family, type=kind, proto=proto)

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
        if self._resolver is not None:
            await self._resolver.close()
            self._resolver = None


def new_client(*, allow_private: bool) -> WebhookClient:
    """A client that sends to the Internet only, or anywhere."""
    return WebhookClient(permits=lambda _: True) if allow_private else WebhookClient()


async def _finish(response: aiohttp.ClientResponse) -> None:
    """Read what is left if it is short, so that the connection can be kept; else close it."""
    left = _MOST_READ
    with contextlib.suppress(TimeoutError, aiohttp.ClientError, OSError):
        async with asyncio.timeout(_READ_WITHIN):
            while left > 0 and (chunk := await response.content.read(left)):
                left -= len(chunk)
    if response.content.at_eof():
        response.release()
    else:
        response.close()


def _seconds(retry_after: str | None) -> float | None:
    """The seconds of a Retry-After header; None for a date or nonsense."""
    if retry_after is None or not retry_after.isascii() or not retry_after.isdigit():
        return None
    return float(retry_after[:9])
