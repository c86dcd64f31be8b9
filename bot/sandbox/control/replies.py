"""Answers and errors of the control API."""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.aliexpress.orders import NoOrder
from bot.sandbox.faults import BadFault
from bot.sandbox.outgoing import CallFailed
from bot.sandbox.parameters import BadParameter, Parameters, read_parameters
from bot.sandbox.telegram.service import NotInSandbox

Work = Callable[[Parameters, Request], Awaitable[object]]
Handler = Callable[[Request], Awaitable[Response]]


def json_response(content: object, status: int = 200) -> Response:
    return Response(json.dumps(content, ensure_ascii=False).encode(), status, media_type="application/json")


def handler(work: Work) -> Handler:
    """A route that hands `work` the parameters, and turns what goes wrong into `{"error": …}`."""

    @functools.wraps(work)
    async def serve(request: Request) -> Response:
        try:
            return json_response(await work(await read_parameters(request), request))
        except (NotInSandbox, NoOrder) as exc:
            return json_response({"error": str(exc)}, 404)
        except (BadParameter, BadFault, ValueError, TypeError) as exc:
            return json_response({"error": str(exc)}, 400)
        except CallFailed as exc:
            return json_response({"error": str(exc)}, 502)

    return serve


def describe(routes: Sequence[Route]) -> list[dict[str, object]]:
    """What each route is for, from its own docstring."""
    return [
        {
            "path": route.path,
            "methods": sorted((route.methods or set()) - {"HEAD"}),
            "about": inspect.getdoc(route.endpoint) or "",
        }
        for route in routes
    ]


def number_in_path(request: Request, name: str) -> int:
    text = str(request.path_params[name])
    try:
        return int(text)
    except ValueError as exc:
        raise BadParameter(f"{name} must be an integer") from exc
