"""The routes that programs use: /live, /ready, /metrics, Telegram's webhook and AliExpress's order pushes.

They are open to strangers: unsigned requests and those that announce too much are refused by their headers,
before the body is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web.limits import Bodies, within

_LARGEST_UPDATE, _LARGEST_PUSH = 1_048_576, 64_000  # bytes
_UPDATES, _PUSHES, _LOOKS = 64, 32, 16  # requests at once; Telegram makes at most 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """The functions behind the routes; they take and return plain values.

    `ready` returns what is wrong, by name (empty: ready). `webhook`, at `webhook_path` (empty: no route),
    gets the body and the secret header and returns the HTTP status; `push` gets the body and the
    Authorization header. `webhook_admits` and `push_admits` judge that header alone, before the body is read.
    """

    ready: Callable[[], Awaitable[Mapping[str, str]]]
    metrics: Callable[[], Awaitable[bytes]]
    webhook_path: str = ""
    webhook: Callable[[bytes, str], Awaitable[int]] | None = None
    webhook_admits: Callable[[str], bool] = bool
    push: Callable[[bytes, str], Awaitable[int]] | None = None
    push_admits: Callable[[str], bool] = bool


def create_web_app(endpoints: Endpoints, more: Sequence[BaseRoute] = ()) -> Starlette:
    """Build the ASGI application with the routes of `endpoints` and `more`, the API's and the page's."""

    async def live(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_request: Request) -> Response:
        wrong = await endpoints.ready()
        return JSONResponse({"ready": not wrong, "wrong": dict(wrong)}, status_code=503 if wrong else 200)

    async def metrics(_request: Request) -> Response:
        return Response(await endpoints.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")

    looks = asyncio.Semaphore(_LOOKS)
    routes = [
        Route("/live", live),
        Route("/ready", within(looks, ready)),
        Route("/metrics", within(looks, metrics)),
    ]
    if endpoints.push is not None:
        push = _taking(Bodies(_LARGEST_PUSH, _PUSHES), "authorization", endpoints.push_admits, endpoints.push)
        routes.append(Route("/aliexpress/push", live, methods=["GET"]))  # AliExpress's console tests it so
        routes.append(Route("/aliexpress/push", push, methods=["POST"]))
    if endpoints.webhook is not None and endpoints.webhook_path:
        webhook = _taking(
            Bodies(_LARGEST_UPDATE, _UPDATES),
            "x-telegram-bot-api-secret-token",
            endpoints.webhook_admits,
            endpoints.webhook,
        )
        routes.append(Route(endpoints.webhook_path, webhook, methods=["POST"]))
    return Starlette(routes=[*routes, *more])


def _taking(
    bodies: Bodies, header: str, admits: Callable[[str], bool], take: Callable[[bytes, str], Awaitable[int]]
) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that reads the body only if the header (empty where it is missing) is admitted."""

    async def endpoint(request: Request) -> Response:
        given = request.headers.get(header, "")
        if not admits(given):
            return Response(status_code=401)
        return await bodies.answer(request, lambda body: take(body, given))

    return endpoint
