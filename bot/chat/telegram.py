"""The connection to the Bot API, with errors that tell whether a request may have taken effect."""

from __future__ import annotations

import asyncio
import functools
import json
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from telegram import User
from telegram.error import (
    BadRequest,
    EndPointNotFound,
    NetworkError,
    TelegramError,
)
from telegram.ext import BaseRateLimiter, ExtBot
from telegram.request import BaseRequest, RequestData
from telegram.warnings import PTBUserWarning

from bot.errors import TokenRevoked
from bot.model import StillWanted
from bot.worker import interruptible_sleep

__all__ = [
    "AiohttpRequest",
    "Ambiguous",
    "EndPointNotFound",
    "FloodWait",
    "NotSent",
    "SecretRedactor",
    "TelegramBot",
    "TelegramError",
    "Turn",
    "Withdrawn",
    "build_bot",
    "connect_bot",
]

_ANY_TOKEN = re.compile(r"(?<!\d)\d{5,}(?::|%3A)[A-Za-z0-9_-]{20,}", re.IGNORECASE)
_BLANK = "<token>"
_LEAST = 6  # characters; hiding a shorter secret would blank out ordinary words

# A kept-alive connection dies unnoticed behind some NATs after a minute; a new TLS handshake costs 0.1 s.
_KEEP_ALIVE = 45.0
_ESSENTIAL = frozenset({"getMe", "getUpdates", "sendMessage"})
_FATAL_STATUSES = frozenset({400, 403, 409})


_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class NotSent(NetworkError):
    """No connection was made: Telegram saw nothing, so repeating is safe."""


class Withdrawn(NotSent):
    """The message was no longer wanted when its turn came."""


class Ambiguous(NetworkError):
    """The request was sent but no readable answer came: it may or may not have taken effect."""


class FloodWait(TelegramError):
    """Telegram asks to wait `seconds` before sending to this chat again; nothing was sent.

    Used instead of the library's RetryAfter, whose constructor issues a deprecation warning.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Flood control: retry in {seconds:g} s")
        self.seconds = seconds


class Unauthorized(TelegramError, TokenRevoked):
    """Telegram refuses the bot token. Also a TelegramError, so that the library passes it on unchanged."""


class SecretRedactor:
    """Removes secrets from texts: the given ones, and anything that looks like a bot token."""

    def __init__(self, *secrets: str) -> None:
        spellings = {form for secret in secrets if len(secret) >= _LEAST for form in _spellings(secret)}
        self._spellings = tuple(sorted(spellings, key=len, reverse=True))

    def __call__(self, text: str) -> str:
        for secret in self._spellings:
            text = text.replace(secret, _BLANK)
        return _ANY_TOKEN.sub(_BLANK, text)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self._spellings)} spellings)"


def _spellings(secret: str) -> tuple[str, ...]:
    return (secret, secret.replace(":", "%3A"), secret.replace(":", "%3a"))


class AiohttpRequest(BaseRequest):
    """The library's HTTP requests over aiohttp: a tenth of the CPU time, and errors that tell what was sent.

    `connections` bounds the pool; timeouts are in seconds. No error text contains the token.
    """

    def __init__(
        self,
        redact: SecretRedactor,
        *,
        connections: int = 64,
        connect_timeout: float = 5.0,
        read_timeout: float = 20.0,
        upload_timeout: float = 60.0,
    ) -> None:
        self._redact = redact
        self._connections = connections
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._upload_timeout = upload_timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return self._read_timeout

    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=_KEEP_ALIVE),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Send one request; return status and body, for success and for errors that the library interprets.

        Raises NotSent, Ambiguous, FloodWait, BadRequest, Unauthorized, EndPointNotFound.
        """
        upload = request_data is not None and request_data.contains_files
        usual = self._upload_timeout if upload else self._read_timeout
        read = usual if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        connect = self._connect_timeout if connect_timeout is BaseRequest.DEFAULT_NONE else connect_timeout
        limits = _limits(read, connect)
        status, payload, headers = await self._exchange(method, url, _body(request_data), limits)
        if 200 <= status <= 299:
            return status, payload
        payload = self._redact(payload.decode("utf-8", "replace")).encode()
        _raise_for(url.rpartition("/")[2], status, payload, headers.get("Retry-After", ""))
        return status, payload

    async def _exchange(
        self,
        method: str,
        url: str,
        body: aiohttp.FormData | bytes | None,
        limits: aiohttp.ClientTimeout,
    ) -> tuple[int, bytes, Any]:
        if self._session is None:
            raise NotSent("The connection to Telegram is not open")
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                headers=_FORM if isinstance(body, bytes) else None,
                timeout=limits,
                allow_redirects=False,
            ) as response:
                return response.status, await response.read(), response.headers
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as exc:
            raise NotSent(self._describe(exc)) from exc
        except aiohttp.InvalidURL as exc:
            # No cause: it contains the URL with the token, which a traceback would print.
            raise NotSent(self._describe(exc)) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            raise Ambiguous(self._describe(exc)) from exc

    def _describe(self, exc: BaseException) -> str:
        return self._redact(f"{type(exc).__name__}: {exc}".removesuffix(": "))

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return the answer's JSON object. Raises Ambiguous if there is none, as the request was received.

        Overrides the library's method, which logs the whole answer.
        """
        try:
            answer = json.loads(payload)
        except (ValueError, RecursionError) as exc:
            raise Ambiguous("Telegram's answer is not JSON") from exc
        if not isinstance(answer, dict) or ("result" not in answer and answer.get("ok") is not False):
            raise Ambiguous("Telegram's answer holds no result")
        return answer


@functools.cache
def _limits(read: float | None, connect: float | None) -> aiohttp.ClientTimeout:
    total = None if read is None else read + (connect or 0)
    return aiohttp.ClientTimeout(total=total, connect=connect, sock_read=read)


def _body(data: RequestData | None) -> aiohttp.FormData | bytes | None:
    if data is None:
        return None
    if not data.contains_files:
        # a lone surrogate, found in some shops' texts, becomes a question mark
        return data.url_encoded_parameters({"errors": "replace"}).encode()
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (file_name, content, kind) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=file_name, content_type=kind)
    return form


def _raise_for(method: str, status: int, payload: bytes, retry_header: str) -> None:
    """Raise for error answers that the library does not tell apart; return for those that it does.

    401 means a revoked token; so does a bare "Not Found" to a method that every server has. Any other 404
    means that the server lacks the method, or is no Bot API server.
    """
    description, retry_after = _refusal(payload)
    if status == 401 or (status == 404 and description.lower() == "not found" and method in _ESSENTIAL):
        raise Unauthorized(description or "Unauthorized")
    if status == 404:
        raise EndPointNotFound(f"{method}: {description or 'Not Found'}")
    if status in (420, 429) or retry_after:
        raise FloodWait(retry_after or _seconds(retry_header) or _told_seconds(description) or 1.0)
    if status >= 500:
        raise Ambiguous(f"{description or 'Server error'} ({status})")
    if 300 <= status <= 399:
        raise NotSent(f"Unexpected redirect ({status})")
    if status >= 400 and status not in _FATAL_STATUSES:
        raise BadRequest(f"{description or 'Refused'} ({status})")


def _refusal(payload: bytes) -> tuple[str, float]:
    """The description and retry_after (seconds) of an error answer; "" and 0 if it has none."""
    try:
        answer = json.loads(payload)
    except ValueError:
        return "", 0.0
    if not isinstance(answer, dict):
        return "", 0.0
    parameters = answer.get("parameters")
    retry_after = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return str(answer.get("description") or ""), _seconds(retry_after)


def _seconds(value: object) -> float:
    try:
        return max(0.0, float(str(value)))
    except ValueError:
        return 0.0


def _told_seconds(description: str) -> float:
    found = re.search(r"retry after (\d+)", description, re.IGNORECASE)
    return float(found.group(1)) if found else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What the limiter is told of a call: its Priority, and whom to ask when its turn comes.

    A call may wait for seconds; if it is no longer wanted by then, it is not made and raises Withdrawn.
    """

    priority: int
    still_wanted: StillWanted | None = None


class TelegramBot(ExtBot[Any]):
    """The library's bot with calls that return plain JSON and a repr without the token."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.token.partition(':')[0]})"

    async def call(
        self,
        method: str,
        data: dict[str, Any] | None = None,
        *,
        turn: Turn | None = None,
        read_timeout: float | None = None,
    ) -> Any:
        """Make one Bot API call and return its `result` as plain JSON.

        `turn` is for the limiter (a reply if absent), `read_timeout` is in seconds.
        Raises TokenRevoked, EndPointNotFound, NotSent, Ambiguous, FloodWait, or another TelegramError.
        """
        return await self.do_api_request(
            method,
            dict(data or {}),  # a copy: the library adds to it
            rate_limit_args=None if self.rate_limiter is None else turn,
            read_timeout=BaseRequest.DEFAULT_NONE if read_timeout is None else read_timeout,
        )


def build_bot(
    token: str,
    api_url: str,
    *,
    limiter: BaseRateLimiter[Any] | None = None,
    long_poll: float = 50.0,
    connections: int = 64,
    request: BaseRequest | None = None,
    updates_request: BaseRequest | None = None,
) -> TelegramBot:
    """Make a bot that calls `{api_url}/bot{token}/{method}`; no connection is opened yet.

    `long_poll` is how many seconds a getUpdates may wait; tests can replace the requests.
    """
    redact = SecretRedactor(token)
    # The library warns that do_api_request should not replace its own methods. Those parse every answer into
    # objects: one unreadable update would hide the others, and a delivered message could count as not sent.
    warnings.filterwarnings("ignore", "Please use 'Bot", PTBUserWarning)
    return TelegramBot(
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=request or AiohttpRequest(redact, connections=connections),
        get_updates_request=updates_request
        or AiohttpRequest(redact, connections=2, read_timeout=long_poll + 10.0),
        rate_limiter=limiter,
    )


async def connect_bot(
    bot: TelegramBot,
    stopping: asyncio.Event,
    *,
    on_trouble: Callable[[str], None] = lambda reason: None,
    first_wait: float = 1.0,
    longest_wait: float = 30.0,
) -> User | None:
    """Connect and fetch the bot's own user, retrying until it works; None if `stopping` is set first.

    Raises TokenRevoked. The seconds between attempts double from `first_wait` to `longest_wait`.
    """
    wait = first_wait
    while not stopping.is_set():
        try:
            await bot.initialize()
        except TokenRevoked:
            raise
        except TelegramError as exc:
            on_trouble(str(exc))
            wait_now = exc.seconds if isinstance(exc, FloodWait) else wait
        else:
            return bot.bot
        await interruptible_sleep(wait_now, stopping)
        wait = min(longest_wait, wait * 2)
    return None
