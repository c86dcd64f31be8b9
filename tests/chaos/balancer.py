"""A load balancer between Telegram and the replicas: forwards each call to the replica that serves."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator, Mapping, Sequence

import aiohttp
from aiohttp import web

_PATIENCE = aiohttp.ClientTimeout(total=8.0)
_SECRET = "chaos_of_the_webhook"
_STANDING_BY = 503


class Balancer:
    """Passes calls on to the first replica, the last that served before others, that takes them."""

    def __init__(self, ports: Sequence[int], http: aiohttp.ClientSession) -> None:
        self._ports = list(ports)
        self._http = http

    async def answer(self, request: web.Request) -> web.Response:
        """What the replica that serves answers; 502 where all stand by or are dead."""
        body = await request.read()
        for port in tuple(self._ports):
            url = f"http://127.0.0.1:{port}{request.path}"
            try:
                async with self._http.post(
                    url, data=body, headers=request.headers, timeout=_PATIENCE
                ) as answer:
                    if answer.status != _STANDING_BY:
                        self._ports.sort(key=lambda other: other != port)
                        return web.Response(status=answer.status)
            except aiohttp.ClientConnectionError:
                continue
            except (aiohttp.ClientError, TimeoutError):
                break
        return web.Response(status=502)


@contextlib.asynccontextmanager
async def intake(kind: str, replicas: int) -> AsyncIterator[Sequence[Mapping[str, str]]]:
    """The settings by which each replica gets its updates."""
    if kind == "polling":
        yield [{} for _ in range(replicas)]
        return
    ports = [free_port() for _ in range(replicas)]
    async with aiohttp.ClientSession() as http:
        app = web.Application()
        app.router.add_post("/telegram", Balancer(ports, http).answer)
        runner = web.AppRunner(app)
        await runner.setup()
        with _listening() as door:
            await web.SockSite(runner, door).start()
            url = f"http://127.0.0.1:{door.getsockname()[1]}/telegram"
            try:
                yield [
                    {"LISTEN": f"127.0.0.1:{port}", "WEBHOOK_URL": url, "WEBHOOK_SECRET": _SECRET}
                    for port in ports
                ]
            finally:
                await runner.cleanup()


def _listening() -> socket.socket:
    door = socket.socket()
    door.bind(("127.0.0.1", 0))
    return door


def free_port() -> int:
    """A port that nobody listens on."""
    with _listening() as door:
        return int(door.getsockname()[1])
