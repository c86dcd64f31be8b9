"""The API's application: its routes and its OpenAPI document."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Depends, FastAPI, Security
from fastapi.security import HTTPBearer
from fastapi.telemetry import TelemetryConfig
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from bot import __version__
from bot.web.api import orders, shop, webhooks
from bot.web.api.asked import each_once
from bot.web.api.backend import Backend
from bot.web.api.gate import Gate
from bot.web.api.problems import HANDLERS, problem

PREFIX = "/api/v1"

_ABOUT = """
The shop's own systems tell the bot of orders and ask how their parcels are.

* Send the key as `Authorization: Bearer KEY`; `parcel-bot keys add NAME` makes one.
* Every error is `application/problem+json` (RFC 9457). Status 422 names each wrong field once in `errors`;
  nothing was stored then.
* Times are UTC in ISO 8601. `cursor` is opaque: pass on `next_cursor` as it is.
* A key may make 300 requests a minute; `RateLimit` says how many are left. After 429 and 503, wait as long as
  `Retry-After` says.
"""

_SILENT: TelemetryConfig = {  # requests are counted by the gate, and nothing is sent to anybody
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
_WRONG = {
    400: "The request cannot be read.",
    401: "The key is missing, wrong or revoked.",
    404: "There is no such order, or the API is off.",
    422: "Fields are wrong; `errors` has one entry for each.",
    429: "Too many requests; wait as long as Retry-After says.",
    500: "Something went wrong here.",
    503: "Try again; Retry-After says when.",
}


class Under(BaseRoute):
    """Everything below a prefix. Starlette's Mount leaves out paths with a newline in them."""

    def __init__(self, prefix: str, app: ASGIApp) -> None:
        self._prefix = prefix
        self._app = app

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the request is for this route, and what changes for the application below."""
        path = str(scope.get("path", ""))
        if scope["type"] != "http" or not (path == self._prefix or path.startswith(self._prefix + "/")):
            return Match.NONE, {}
        return Match.FULL, {"root_path": scope.get("root_path", "") + self._prefix}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""
        await self._app(scope, receive, send)


_ROUTERS = (orders.router, shop.router, webhooks.router)


def routes(backend: Backend, routers: Sequence[APIRouter] = _ROUTERS) -> list[BaseRoute]:
    """The routes to mount on the port."""
    return [Under(PREFIX, Gate(create_api(backend, routers), backend))]


def create_api(backend: Backend, routers: Sequence[APIRouter] = _ROUTERS) -> FastAPI:
    """The application without its gate, which recognizes the key."""
    api = FastAPI(
        title="Parcel bot",
        version=__version__,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        servers=[{"url": PREFIX}],
        root_path_in_servers=False,
        exception_handlers=HANDLERS,
        telemetry=_SILENT,
        responses={status: problem(detail) for status, detail in _WRONG.items()},
    )
    api.state.backend = backend
    key = Security(HTTPBearer(auto_error=False, description="the key that `keys add` printed"))
    for router in routers:
        api.include_router(router, dependencies=[key, Depends(each_once)])
    return api
