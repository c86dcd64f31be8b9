"""Makes signed HTTP calls to the gateway; returns decoded JSON or raises a SourceError."""

from __future__ import annotations

import asyncio
import email.utils
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlencode

import aiohttp
import httpx

from bot.errors import Misconfigured, Rejected, SourceError, Throttled, TokenDead, Transient
from bot.sources.aliexpress import refusals, transport
from bot.sources.aliexpress.redaction import TokenRedactor
from bot.sources.aliexpress.signing import Signer

GATEWAY = "https://api-sg.aliexpress.com"
NOTICEABLE_SKEW = 300.0  # seconds; the gateway refuses at 7,200

Report = Callable[[str, str], None]


class GatewayClient:
    """The client of one app. `skew` is the gateway's clock minus ours in seconds, None until known."""

    def __init__(
        self,
        *,
        app_key: str,
        app_secret: str,
        now: Callable[[], datetime],
        base_url: str = GATEWAY,
        via: httpx.AsyncBaseTransport | None = None,
        report: Report = lambda kind, detail: None,
        call_seconds: float = 25.0,
    ) -> None:
        self.app_key = app_key
        self.redactor = TokenRedactor(app_secret)
        self.skew: float | None = None
        self._base_url = base_url.rstrip("/")
        self._sync = httpx.URL(f"{self._base_url}/sync")  # parsed once: parsing costs a tenth of a call
        self._signer = Signer(app_secret)
        self._now = now
        self._report = report
        self._call_seconds = call_seconds
        self._http = transport.http_client(via)
        self._date = ""

    def __repr__(self) -> str:
        return f"<GatewayClient of app {self.app_key} at {self._base_url}>"

    async def business(self, method: str, params: Mapping[str, str], token: str) -> dict[str, object]:
        """Call a dotted API about one order with the owner's token; raises a `SourceError`."""
        return self.decode(await self.business_raw(method, params, token), about_order=True)

    async def business_raw(self, method: str, params: Mapping[str, str], token: str) -> bytes:
        """Call a dotted API and return the answer's body undecoded; it may be an error."""
        self.redactor.learn(token)
        # The official parameter table and the official signing example both name it `access_token`.
        return await self._post(self._sync, {**params, "method": method, "access_token": token})

    async def system(self, path: str, params: Mapping[str, str]) -> dict[str, object]:
        """Call a system API such as `/auth/token/refresh`; raises a `SourceError`."""
        self.redactor.learn(*params.values())
        return self.decode(await self._post(httpx.URL(f"{self._base_url}/rest{path}"), params, path))

    def decode(self, body: bytes, *, about_order: bool = False) -> dict[str, object]:
        """Return the JSON object in `body`; raises the error that it reports."""
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            raise self._transient("NotJson", body[:200].decode("utf-8", "replace")) from None
        if not isinstance(answer, dict):
            raise self._transient("NotAnObject", type(answer).__name__)
        if (refusal := refusals.find_refusal(answer)) is not None:
            if not refusals.is_known(refusal):
                self._report(
                    "unknown_code", self.redactor.clean(f"{refusal.code} {refusal.sub_code}".strip())
                )
            raise self.explained(refusals.to_error(refusal, about_order=about_order))
        return answer

    def explained(self, error: SourceError) -> SourceError:
        """Return `error` without secrets, with a note on clock skew if that may be the cause."""
        detail = error.detail
        far_off = self.skew is not None and abs(self.skew) > NOTICEABLE_SKEW
        if far_off and isinstance(error, Misconfigured | Rejected | TokenDead) and self.skew is not None:
            side = "behind" if self.skew > 0 else "ahead of"
            detail = f"{detail} (this machine's clock is {abs(self.skew):.0f} s {side} AliExpress's)".strip()
        code, detail = self.redactor.clean(error.code), self.redactor.clean(detail)
        if isinstance(error, Throttled):
            return Throttled(code, detail, seconds=error.seconds, request_id=error.request_id)
        return type(error)(code, detail, request_id=error.request_id)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _post(self, url: httpx.URL, params: Mapping[str, str], path: str = "") -> bytes:
        signed = {name: value for name, value in params.items() if value}  # empty values sign ambiguously
        signed |= {
            "app_key": self.app_key,
            "sign_method": "sha256",
            "timestamp": str(int(self._now().timestamp() * 1000)),
            "format": "json",
        }
        signed["sign"] = self._signer.sign(signed, path)
        try:
            async with (
                asyncio.timeout(self._call_seconds),
                self._http.stream("POST", url, content=urlencode(signed)) as response,
            ):
                body = await transport.read_body(response)
        except (TimeoutError, httpx.HTTPError, aiohttp.ClientError, OSError) as exc:
            raise self._trouble(exc) from None  # its cause holds the unredacted text and the request's body
        self._notice_clock(response.headers.get("date", ""))
        self._refuse(response, body)
        return body

    def _trouble(self, exc: Exception) -> SourceError:
        """Say what happened on the way, in the words of the library that saw it."""
        # httpx-aiohttp passes on any failed connection, a refused one included, as a ConnectTimeout.
        cause = exc.__cause__ if isinstance(exc.__cause__, aiohttp.ClientError) else exc
        if isinstance(cause, aiohttp.ConnectionTimeoutError | httpx.ConnectTimeout):
            return Transient("Timeout", f"no connection within {transport.CONNECT_SECONDS:.0f} s")
        if isinstance(cause, TimeoutError | httpx.TimeoutException):
            return Transient("Timeout", f"no answer within {self._call_seconds:.0f} s")
        return self._transient(type(cause).__name__, str(cause))

    def _refuse(self, response: httpx.Response, body: bytes) -> None:
        """Raise if the HTTP status says more than the body."""
        if response.status_code == 429:
            raise Throttled("HTTP 429", seconds=_retry_after(response.headers.get("retry-after", "")))
        if response.status_code != 200 and not body.lstrip().startswith(b"{"):
            raise self._transient(f"HTTP {response.status_code}", body[:200].decode("utf-8", "replace"))

    def _notice_clock(self, date: str) -> None:
        if date == self._date:
            return  # the same second as the last answer's
        self._date = date
        try:
            theirs = email.utils.parsedate_to_datetime(date)
        except (ValueError, TypeError, OverflowError):
            return  # no usable header: keep the last value
        # The header is cut to whole seconds; add half a second on average.
        known, self.skew = self.skew, theirs.timestamp() + 0.5 - self._now().timestamp()
        if abs(self.skew) > NOTICEABLE_SKEW >= abs(known or 0.0):
            self._report("clock", f"{self.skew:+.0f} s")

    def _transient(self, code: str, detail: str) -> SourceError:
        return self.explained(Transient(code, detail))


def _retry_after(value: str) -> float:
    return min(float(value), 3600.0) if value.isascii() and value.isdecimal() else 5.0
