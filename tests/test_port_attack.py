"""The port under attack: half requests, slow ones, large ones, deep ones, hundreds at once. Real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import uvicorn
from uvicorn.server import ServerState

from bot import connections
from bot.chat.inbox import raw_update
from bot.chat.intake import Webhook
from bot.sources.aliexpress.push import may_be_signed
from bot.web import limits
from bot.web.routes import Endpoints, create_web_app
from bot.web.server import HttpServer
from tests.make import there
from tests.test_web import SECRET_HEADER, House

NOW = datetime(2026, 11, 30, tzinfo=UTC)
SIGNED = "ab" * 32
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A port whose patience is short."""
    monkeypatch.setattr(limits, "_BODY_WITHIN", 0.3)
    house = House()
    doors = Endpoints(
        ready=house.ready,
        metrics=house.metrics,
        webhook_path="/telegram",
        webhook=house.webhook,
        webhook_admits=lambda given: given == "s",
        push=house.push,
        push_admits=may_be_signed,
    )
    server = HttpServer(create_web_app(doors), "127.0.0.1", 0)
    yield await server.open()
    await server.close()


@contextlib.asynccontextmanager
async def crowd(port: int, count: int, begun: bytes) -> AsyncIterator[list[Ends]]:
    """So many connections that have sent this, and say no more."""
    ends = []
    for _ in range(count):
        ends.append(await asyncio.open_connection("127.0.0.1", port))
        ends[-1][1].write(begun)
    yield ends
    for _, writer in ends:
        writer.close()


async def served(port: int) -> list[int]:
    """What Telegram, AliExpress and the operator get."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=5) as http:
        answers = [
            await http.get("/live"),
            await http.get("/ready"),
            await http.post("/telegram", content=b'{"update_id":1}', headers={SECRET_HEADER: "s"}),
            await http.post("/aliexpress/push", content=b"{}", headers={"Authorization": SIGNED}),
        ]
    return [answer.status_code for answer in answers]


HEAD = b"POST /telegram HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"POST /tele",
        HEAD,
        HEAD + b"\r\n{",
        b"POST /aliexpress/push HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{",
        b"GET /live HTTP/1.1\r\nHost: x\r\n\r\nGET /live HTTP/1.1\r\nHo",
    ],
)
async def test_600_half_requests_keep_nobody_out(port: int, begun: bytes) -> None:
    async with crowd(port, 600, begun):
        assert await served(port) == [200] * 4


FORGED = f"POST /aliexpress/push HTTP/1.1\r\nHost: x\r\nAuthorization: {SIGNED}\r\n".encode()


@pytest.mark.parametrize(
    "more", [b"Content-Length: 9\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"]
)
async def test_forged_signatures_with_half_bodies_hold_up_no_push(
    port: int, monkeypatch: pytest.MonkeyPatch, more: bytes
) -> None:
    monkeypatch.setattr(limits, "_BODY_WITHIN", 60.0)
    async with crowd(port, 200, FORGED + more) as ends:
        assert await served(port) == [200] * 4
        first, _ = ends[0]
        assert (await asyncio.wait_for(first.readline(), 30)).startswith(b"HTTP/1.1 408")


async def test_a_stranger_is_refused_before_the_body(port: int) -> None:
    for path in (b"/telegram", b"/aliexpress/push"):
        async with crowd(port, 1, HEAD.replace(b"/telegram", path) + b"\r\n") as ((reader, _),):
            assert (await asyncio.wait_for(reader.readline(), 60)).startswith(b"HTTP/1.1 401")


async def test_a_body_that_does_not_come_is_not_waited_for(port: int) -> None:
    begun = HEAD + f"{SECRET_HEADER}: s\r\n\r\n{{".encode()
    async with crowd(port, 1, begun) as ((reader, _),):
        assert (await asyncio.wait_for(reader.readline(), 60)).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("begun", [b"", b"GET /live HTT"])
async def test_a_head_that_does_not_come_is_not_waited_for(begun: bytes) -> None:
    house = House()
    lobby = connections.ConnectionLimiter(create_web_app(house.doors()), within=0.1)
    loop = asyncio.get_running_loop()
    config = uvicorn.Config(lobby, log_config=None, lifespan="off")
    config.load()
    state = ServerState()
    made: Any = lobby.protocol()
    server = await loop.create_server(
        lambda: made(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    number = server.sockets[0].getsockname()[1]
    async with crowd(number, 1, begun) as ((reader, writer),):
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(30):
                for _ in range(20):  # a drop now and then buys no time
                    writer.write(b"x" if begun else b"")
                    await asyncio.sleep(0.02)
                assert await reader.read() == b""
    server.close()


async def test_500_large_bodies_of_strangers_take_no_memory(port: int) -> None:
    head = b"POST /telegram HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n"
    tracemalloc.start()
    try:
        async with crowd(port, 500, head) as ends:
            before, _ = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            with contextlib.suppress(ConnectionError):
                for _ in range(16):
                    for _, writer in ends:
                        writer.write(b"x" * 65_536)
                        if not writer.is_closing():
                            await writer.drain()
            assert await served(port) == [200] * 4
            _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before < 100_000_000  # the writers' own buffers among it


async def test_a_length_beyond_the_limit_is_refused_unread(port: int) -> None:
    for path, more, most in (
        ("/telegram", f"{SECRET_HEADER}: s", 1_048_577),
        ("/aliexpress/push", f"Authorization: {SIGNED}", 64_001),
        ("/telegram", f"{SECRET_HEADER}: s", 10**30),
    ):
        begun = f"POST {path} HTTP/1.1\r\nHost: x\r\n{more}\r\nContent-Length: {most}\r\n\r\n"
        async with crowd(port, 1, begun.encode()) as ((reader, _),):
            line = await asyncio.wait_for(reader.readline(), 60)
        assert line.startswith((b"HTTP/1.1 413", b"HTTP/1.1 400")), line


class Slots:
    """Takes updates."""

    def __init__(self) -> None:
        self.taken: list[int] = []

    async def put(self, updates: object) -> int:
        self.taken += [one.update_id for one in updates]  # type: ignore[attr-defined]
        return 0


def deep(depth: int) -> bytes:
    return b'{"update_id":7,"message":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 400_000,
        deep(100_000),
        deep(500),
        deep(80),
        b'{"update_id":7,"a":' + b"9" * 5000 + b"}",
        json.dumps({"update_id": 2**63}).encode(),
        json.dumps({"update_id": 7, "message": {"chat": {"id": 2**63}}}).encode(),
        json.dumps({"update_id": 7, "message": {"from": {"id": -(2**64)}, "text": "hi"}}).encode(),
        json.dumps({"update_id": 7, "message": {"entities": [{"offset": 2**70}]}}).encode(),
        b"\xff\xfe",
    ],
)
async def test_what_telegram_never_sends_is_dropped_politely(body: bytes) -> None:
    slots = Slots()
    door = Webhook(slots, asyncio.Event(), "s", lambda: NOW)
    assert await door.accept(body, "s") == 200
    assert slots.taken == []


def test_half_a_surrogate_pair_can_be_stored() -> None:
    raw = there(raw_update({"update_id": 7, "message": {"text": "half \ud83d of it"}}, NOW))
    assert raw.payload.encode()
    assert "half ? of it" in raw.payload
