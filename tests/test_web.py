"""The one port, over real HTTP on loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import httpx
import pytest

from bot.errors import SettingsError, StoreError
from bot.metrics import Metrics
from bot.web.routes import Endpoints, create_web_app
from bot.web.server import HttpServer

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass
class House:
    """What stands behind the doors: answers given, calls remembered."""

    wrong: dict[str, str] = field(default_factory=dict)
    webhook_status: int = 200
    calls: list[tuple[str, bytes, str | None]] = field(default_factory=list)
    trouble: Exception | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    hold: asyncio.Event | None = None

    async def ready(self) -> Mapping[str, str]:
        self.asked.set()
        if self.hold is not None:
            await self.hold.wait()
        return self.wrong

    async def metrics(self) -> bytes:
        return Metrics().expose()

    async def webhook(self, body: bytes, secret: str) -> int:
        if self.trouble is not None:
            raise self.trouble
        self.calls.append(("webhook", body, secret))
        return self.webhook_status

    async def push(self, body: bytes, given: str) -> int:
        self.calls.append(("push", body, given))
        return 200 if given else 401

    def doors(self) -> Endpoints:
        return Endpoints(
            ready=self.ready,
            metrics=self.metrics,
            webhook_path="/telegram",
            webhook=self.webhook,
            push=self.push,
        )


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
async def http(house: House) -> AsyncIterator[httpx.AsyncClient]:
    port = HttpServer(create_web_app(house.doors()), "127.0.0.1", 0)
    number = await port.open()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{number}", trust_env=False) as client:
        yield client
    await port.close()


async def test_live_answers_whatever_is_wrong(http: httpx.AsyncClient, house: House) -> None:
    house.wrong = {"telegram": "not connected yet"}
    answer = await http.get("/live")
    assert (answer.status_code, answer.text) == (200, "ok\n")


async def test_ready_says_so_or_why_not(http: httpx.AsyncClient, house: House) -> None:
    answer = await http.get("/ready")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "wrong": {}})
    house.wrong = {"telegram": "not connected yet", "poller": "no round for 200 s"}
    answer = await http.get("/ready")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "wrong": house.wrong}


async def test_metrics_are_in_prometheus_text_format(http: httpx.AsyncClient) -> None:
    answer = await http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "# TYPE parcelbot_checks_total counter" in answer.text


async def test_the_webhook_gets_body_and_secret_and_its_status_is_the_answer(
    http: httpx.AsyncClient, house: House
) -> None:
    answer = await http.post("/telegram", content=b'{"update_id":1}', headers={SECRET_HEADER: "s"})
    assert answer.status_code == 200
    house.webhook_status = 401
    assert (await http.post("/telegram", content=b"{}", headers={SECRET_HEADER: "t"})).status_code == 401
    assert house.calls == [("webhook", b'{"update_id":1}', "s"), ("webhook", b"{}", "t")]


async def test_nobody_is_let_in_without_a_header(http: httpx.AsyncClient, house: House) -> None:
    for path in ("/telegram", "/aliexpress/push"):
        assert (await http.post(path, content=b"x" * 1_100_000)).status_code == 401
    assert house.calls == []


async def test_a_webhook_call_that_could_not_be_recorded_is_asked_for_again(
    http: httpx.AsyncClient, house: House
) -> None:
    house.trouble = StoreError("disk full")
    assert (await http.post("/telegram", content=b"{}", headers={SECRET_HEADER: "s"})).status_code == 500


async def test_a_body_beyond_the_limit_never_reaches_anybody(http: httpx.AsyncClient, house: House) -> None:
    for path in ("/telegram", "/aliexpress/push"):
        headers = {SECRET_HEADER: "s", "Authorization": "signed"}
        assert (await http.post(path, content=b"x" * 1_100_000, headers=headers)).status_code == 413
    assert house.calls == []


async def test_the_push_door_answers_the_consoles_probe_and_checks_signatures(
    http: httpx.AsyncClient, house: House
) -> None:
    assert (await http.get("/aliexpress/push")).status_code == 200
    assert (await http.post("/aliexpress/push", content=b"{}")).status_code == 401
    answer = await http.post("/aliexpress/push", content=b"{}", headers={"Authorization": "signed"})
    assert answer.status_code == 200
    assert house.calls[-1] == ("push", b"{}", "signed")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/telegram", 405), ("POST", "/live", 405), ("GET", "/telegram/x", 404)],
)
async def test_there_is_nothing_else(
    method: str, path: str, status: int, http: httpx.AsyncClient, house: House
) -> None:
    answer = await http.request(method, path)
    assert answer.status_code == status
    assert "server" not in answer.headers
    assert house.calls == []


async def test_doors_that_are_not_opened_are_walls(house: House) -> None:
    app = create_web_app(Endpoints(ready=house.ready, metrics=house.metrics))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://x") as client:
        assert (await client.post("/telegram", content=b"{}")).status_code == 404
        assert (await client.post("/aliexpress/push", content=b"{}")).status_code == 404


async def test_a_taken_port_is_an_error_that_names_the_setting(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = HttpServer(create_web_app(house.doors()), "127.0.0.1", taken.getsockname()[1])
        with pytest.raises(SettingsError, match=r"LISTEN: port \d+ is used"):
            await port.open()


async def test_a_caller_who_goes_away_half_way_leaves_nothing_behind(
    http: httpx.AsyncClient, house: House
) -> None:
    number = http.base_url.port
    _, writer = await asyncio.open_connection("127.0.0.1", number)
    writer.write(b"POST /telegram HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await http.get("/live")).status_code == 200
    assert house.calls == []


async def test_after_closing_nobody_is_let_in(house: House) -> None:
    port = HttpServer(create_web_app(house.doors()), "127.0.0.1", 0)
    number = await port.open()
    await port.close()
    with pytest.raises(OSError, match=r"."):
        await asyncio.open_connection("127.0.0.1", number)


async def test_what_is_being_answered_is_answered_before_the_port_closes(house: House) -> None:
    house.hold = asyncio.Event()
    port = HttpServer(create_web_app(house.doors()), "127.0.0.1", 0)
    number = await port.open()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{number}", trust_env=False) as client:
        asking = asyncio.create_task(client.get("/ready"))
        await house.asked.wait()
        closing = asyncio.create_task(port.close())
        await asyncio.sleep(0)
        house.hold.set()
        assert (await asking).status_code == 200
        await closing
