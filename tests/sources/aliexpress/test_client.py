"""One call: what is sent, and that whatever comes back ends in data or in the error tree."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import httpx
import pytest

from bot.errors import Misconfigured, Throttled, Transient
from bot.sources.aliexpress.client import GATEWAY, GatewayClient, Report
from bot.sources.aliexpress.transport import LONGEST_ANSWER
from tests.sources.aliexpress.world import APP_KEY, ORDER_ID, SECRET, START, official_sign, refusal, tracking

METHOD = "aliexpress.ds.order.tracking.get"
TOKEN = "canary-access-0001"
GOOD = tracking({"mail_no": "LP1"})

Handler = Callable[[httpx.Request], httpx.Response]


def client(
    handler: Handler, base_url: str = GATEWAY, report: Report = lambda kind, detail: None
) -> GatewayClient:
    return GatewayClient(
        app_key=APP_KEY,
        app_secret=SECRET,
        now=lambda: START,
        base_url=base_url,
        via=httpx.MockTransport(handler),
        report=report,
    )


async def call(answer: httpx.Response) -> dict[str, object]:
    return await client(lambda _: answer).business(METHOD, {"ae_order_id": ORDER_ID}, TOKEN)


async def test_everything_is_signed_and_sent_in_the_body() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=GOOD)

    here = client(handler, base_url="https://stand-in.example/")
    await here.business(METHOD, {"ae_order_id": ORDER_ID, "language": "", "x": "ü&=+ %"}, TOKEN)
    (request,) = seen
    assert str(request.url) == "https://stand-in.example/sync"
    assert request.method == "POST"
    sent = dict(parse_qsl(request.content.decode(), strict_parsing=True))
    sign = sent.pop("sign")
    assert sent == {
        "ae_order_id": ORDER_ID,
        "x": "ü&=+ %",
        "access_token": TOKEN,
        "app_key": APP_KEY,
        "method": METHOD,
        "timestamp": str(int(START.timestamp() * 1000)),
        "sign_method": "sha256",
        "format": "json",
    }
    assert sign == official_sign(sent)


async def test_a_system_call_has_its_path_in_the_address_and_in_the_signature_only() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"code": "0"})

    await client(handler).system("/auth/token/create", {"code": "3_500_abcdefgh"})
    assert seen[0].url.path == "/rest/auth/token/create"
    sent = dict(parse_qsl(seen[0].content.decode()))
    assert "method" not in sent
    assert sent["sign"] == official_sign(sent, "/auth/token/create")


@pytest.mark.parametrize("status", [200, 400, 500])
async def test_a_refusal_counts_whatever_the_status(status: int) -> None:
    with pytest.raises(Misconfigured):
        await call(httpx.Response(status, json=refusal("IncompleteSignature")))


BROKEN = {
    "empty": httpx.Response(200, content=b""),
    "truncated": httpx.Response(200, content=json.dumps(GOOD).encode()[:-20]),
    "a page": httpx.Response(200, text="<html>Welcome to our café</html>"),
    "a list": httpx.Response(200, json=[1, 2]),
    "null": httpx.Response(200, content=b"null"),
    "not UTF-8": httpx.Response(200, content=b'{"a":"\xff\xfe"}'),
    "nested to the sky": httpx.Response(200, content=b'{"a":' + b"[" * 200_000),
    "a number of 5000 digits": httpx.Response(200, content=b'{"a":' + b"1" * 5000 + b"}"),
    "bad gateway": httpx.Response(502, text="<html>"),
    "redirect": httpx.Response(302, headers={"location": "https://evil.example/"}),
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_answer_is_passing_trouble(answer: httpx.Response) -> None:
    # Responses are used once: a stream cannot be read twice.
    with pytest.raises(Transient):
        await call(httpx.Response(answer.status_code, headers=answer.headers, stream=answer.stream))


async def test_an_answer_may_begin_with_a_byte_order_mark() -> None:
    assert await call(httpx.Response(200, content=b"\xef\xbb\xbf" + json.dumps(GOOD).encode())) == GOOD


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError("no route"),
        httpx.ReadTimeout("slow"),
        httpx.PoolTimeout("full"),
        httpx.RemoteProtocolError("garbage"),
        OSError("reset"),
        TimeoutError(),
    ],
)
async def test_trouble_on_the_way_is_passing_trouble(trouble: Exception) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise trouble

    with pytest.raises(Transient):
        await client(handler).business(METHOD, {}, TOKEN)


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), ("", 5), ("soon", 5), ("999999", 3600)])
async def test_http_429_is_throttling(header: str, seconds: float) -> None:
    with pytest.raises(Throttled) as caught:
        await call(httpx.Response(429, headers={"retry-after": header}))
    assert caught.value.seconds == seconds


@pytest.mark.parametrize("hours", [3, -3])
async def test_a_clock_that_is_far_off_is_noticed_and_named(hours: int) -> None:
    events: list[tuple[str, str]] = []
    date = (START + timedelta(hours=hours)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    here = client(
        lambda _: httpx.Response(200, json=refusal("31", "Invalid Timestamp"), headers={"date": date}),
        report=lambda kind, detail: events.append((kind, detail)),
    )
    side = "behind" if hours > 0 else "ahead of"
    for _ in range(2):
        with pytest.raises(Misconfigured, match=rf"this machine's clock is 1\d+ s {side} AliExpress's"):
            await here.business(METHOD, {}, TOKEN)
    assert here.skew == pytest.approx(hours * 3600, abs=1)
    assert [kind for kind, _ in events] == ["clock"]


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Foo 2026 00:00:00 GMT"])
async def test_an_unreadable_date_is_nothing(date: str) -> None:
    here = client(lambda _: httpx.Response(200, json=GOOD, headers={"date": date}))
    await here.business(METHOD, {}, TOKEN)
    assert here.skew is None


# ── over a real socket ──────────────────────────────────────────────────────────────────────────

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: a=b; Path=/\r\n"


def whole(body: bytes) -> bytes:
    return OK + b"Content-Length: %d\r\n\r\n" % len(body) + body


@asynccontextmanager
async def served(
    *answers: bytes | None, hang: bool = False
) -> AsyncIterator[tuple[GatewayClient, list[bytes]]]:
    """A server that sends these bytes, one answer a request, then closes; it hangs first where asked to."""
    requests: list[bytes] = []
    left = list(answers)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while left:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                requests.append(head + await reader.readexactly(length))
                answer = left.pop(0)
                if answer is not None:
                    writer.write(answer)
                    await writer.drain()
                if hang:
                    await reader.read()
        except (asyncio.IncompleteReadError, ConnectionError):
            requests.append(b"closed")
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    here = GatewayClient(
        app_key=APP_KEY,
        app_secret=SECRET,
        now=lambda: datetime.now(UTC),
        base_url=f"http://127.0.0.1:{port}",
        call_seconds=0.2 if hang else 10.0,
    )
    try:
        yield here, requests
    finally:
        await here.aclose()
        server.close()
        await server.wait_closed()


async def test_the_pool_keeps_its_connection_and_no_cookies() -> None:
    body = json.dumps(GOOD).encode()
    async with served(whole(body), whole(body)) as (here, requests):
        for _ in range(2):
            assert await here.business(METHOD, {}, TOKEN) == GOOD
    assert len(requests) == 2
    assert not any(b"cookie" in request.lower() for request in requests)
    assert all(TOKEN.encode() not in request.split(b"\r\n\r\n")[0] for request in requests)


GARBAGE = {
    "closed at once": None,
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "cut in the head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "cut in the body": OK + b"Content-Length: 500\r\n\r\n{",
    "bad chunks": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "bad header": b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
    "endless head": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    "bad compression": OK + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain",
    "too large": whole(b" " * (LONGEST_ANSWER + 1)),
    "a bomb": OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b" " * 50_000_000),
    "redirect": b"HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("answer", GARBAGE.values(), ids=GARBAGE.keys())
async def test_garbage_on_the_line_is_passing_trouble(answer: bytes | None) -> None:
    async with served(answer) as (here, _requests):
        with pytest.raises(Transient) as caught:
            await here.business(METHOD, {}, TOKEN)
    assert TOKEN not in str(caught.value)


async def test_an_answer_that_never_ends_is_given_up() -> None:
    async with served(OK + b"Content-Length: 500\r\n\r\n{", hang=True) as (here, _requests):
        with pytest.raises(Transient, match="Timeout"):
            await here.business(METHOD, {}, TOKEN)


async def test_nobody_listening_is_passing_trouble_and_not_called_a_timeout() -> None:
    here = GatewayClient(
        app_key=APP_KEY,
        app_secret=SECRET,
        now=lambda: START,
        base_url="http://127.0.0.1:1",
    )
    with pytest.raises(Transient, match="Cannot connect"):
        await here.business(METHOD, {}, TOKEN)
    await here.aclose()
