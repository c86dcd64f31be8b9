"""A sandbox with a clock of its own, and clients as strict servers would meet them."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import httpx
import pytest

from bot.sandbox.aliexpress.signing import request_signature
from bot.sandbox.box import Config, Sandbox
from bot.sandbox.server import create_app
from tests import bodies
from tests.world import served

START = 1_790_000_000.0


@dataclass
class Hands:
    """A clock that only moves when told."""

    at: float = START

    def __call__(self) -> float:
        return self.at


@dataclass
class World:
    """A sandbox, its clock, and HTTP to it."""

    box: Sandbox
    hands: Hands
    http: httpx.AsyncClient
    url: str = "http://sandbox"
    answers: list[httpx.Response] = field(default_factory=list)

    async def bot(self, method: str, **parameters: object) -> dict[str, object]:
        """A call of the bot, as JSON; the whole answer."""
        response = await self.http.post(
            f"{self.url}/telegram/bot{self.box.config.bot_token}/{method}", json=parameters
        )
        self.answers.append(response)
        answer: dict[str, object] = response.json()
        return answer

    async def result(self, method: str, **parameters: object) -> object:
        answer = await self.bot(method, **parameters)
        assert answer["ok"] is True, answer
        return answer["result"]

    async def refusal(self, method: str, **parameters: object) -> str:
        answer = await self.bot(method, **parameters)
        assert answer["ok"] is False, answer
        assert self.answers[-1].status_code == answer["error_code"]
        return f"{answer['error_code']} {answer['description']}"

    async def control(self, path: str, verb: str = "POST", /, **body: object) -> object:
        response = await self.http.request(verb, f"{self.url}/control{path}", json=body or None)
        assert response.status_code == 200, response.text
        return response.json()

    async def updates(self, **parameters: object) -> list[dict[str, object]]:
        updates = await self.result("getUpdates", **parameters)
        assert isinstance(updates, list)
        return updates

    def check_accepted(self) -> None:
        """Have a test fail in which the sandbox took from a bot what Telegram's library would not send."""
        bodies.note_all(call for call in self.box.telegram.calls.entries if call.code == 200)

    def signed(self, path: str = "", **parameters: str) -> dict[str, str]:
        """AliExpress parameters with everything a good call has; None of them empty."""
        config = self.box.config
        common = {
            "app_key": config.app_key,
            "timestamp": str(int(self.box.clock.now() * 1000)),
            "sign_method": "sha256",
        }
        pairs = {name: value for name, value in {**common, **parameters}.items() if value}
        return {**pairs, "sign": request_signature(config.app_secret, pairs, path)}

    async def sync(self, method: str, **parameters: str) -> dict[str, object]:
        pairs = self.signed(
            "", **{"method": method, "access_token": self.box.config.access_token, **parameters}
        )
        response = await self.http.post(f"{self.url}/aliexpress/sync", data=pairs)
        assert response.status_code == 200
        answer: dict[str, object] = response.json()
        return answer

    async def track(self, order_id: str, language: str = "en_US", **parameters: str) -> dict[str, object]:
        method = "aliexpress.ds.order.tracking.get"
        return await self.sync(method, ae_order_id=order_id, language=language, **parameters)

    async def rest(self, path: str, **parameters: str) -> dict[str, object]:
        pairs = self.signed(path, **parameters)
        response = await self.http.post(f"{self.url}/aliexpress/rest{path}", data=pairs)
        assert response.status_code == 200
        answer: dict[str, object] = response.json()
        return answer


def code_of(answer: dict[str, object]) -> object:
    """The code of a refusal in envelope A or C."""
    inner = answer.get("error_response", answer)
    assert isinstance(inner, dict)
    return inner["code"]


def dig(value: object, *path: str | int) -> object:
    """Walk into nested JSON."""
    for step in path:
        if isinstance(step, int):
            assert isinstance(value, list), value
            value = value[step]
        else:
            assert isinstance(value, dict), value
            value = value[step]
    return value


MakeWorld = Callable[[Config], World]


@pytest.fixture
async def make_world() -> AsyncIterator[MakeWorld]:
    """Worlds in-process, over ASGI, without background tasks."""
    made: list[World] = []

    def make(config: Config) -> World:
        hands = config.time if isinstance(config.time, Hands) else Hands()
        box = Sandbox(config)
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=create_app(sandbox=box)))
        made.append(World(box=box, hands=hands, http=client))
        return made[-1]

    yield make
    for world in made:
        world.check_accepted()
        await world.http.aclose()


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """The demo's people and orders; nothing moves by itself."""
    return make_world(Config(time=Hands(), seconds_per_day=20.0))


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[World]:
    """The demo's world on a real socket with its background tasks, in real time; parcels stand still."""
    box = Sandbox(Config(seconds_per_day=0, webhook_backoff=0.01))
    async with served(box) as url, httpx.AsyncClient() as client:
        yield (world := World(box=box, hands=Hands(), http=client, url=url))
        world.check_accepted()


@pytest.fixture
async def live() -> AsyncIterator[World]:
    async with serving() as world:
        yield world


async def until(true: Callable[[], bool]) -> None:
    """Give the other tasks their turns until something is so; a minute is enough for anything here."""
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0)


def as_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
