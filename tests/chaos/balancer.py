"""What stands between Telegram and the replicas: one address, each call to the next replica in turn."""

from __future__ import annotations

import contextlib
import itertools
import socket
from collections.abc import AsyncIterator, Mapping, Sequence

import aiohttp
from aiohttp import web

_PATIENCE = aiohttp.ClientTimeout(total=8.0)
_SECRET = "chaos_of_the_webhook"


class Balancer:
    """Passes calls on; a dead replica's share is answered 502, as load balancers do."""

    def __init__(self, ports: Sequence[int], http: aiohttp.ClientSession) -> None:
        self._ports = itertools.cycle(ports)
        self._http = http

    async def answer(self, request: web.Request) -> web.Response:
        """Whatever the replica whose turn it is answers."""
        url = f"http://127.0.0.1:{next(self._ports)}{request.path}"
        body = await request.read()
        try:
            async with self._http.post(url, data=body, headers=request.headers, timeout=_PATIENCE) as answer:
                return web.Response(status=answer.status)
        except (aiohttp.ClientError, TimeoutError):
            return web.Response(status=502)


@contextlib.asynccontextmanager
async def intake(kind: str, replicas: int) -> AsyncIterator[Sequence[Mapping[str, str]]]:
    """The settings by which each replica gets its updates."""
    if kind == "polling":
        yield [{} for _ in range(replicas)]
        return
    ports = [_free_port() for _ in range(replicas)]
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


def _free_port() -> int:
    with _listening() as door:
        return int(door.getsockname()[1])
