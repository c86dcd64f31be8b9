"""A shop's own system for the demo: it takes the events that the bot sends, verifies and shows them.

Beside them it shows what the bot's API offers, as its OpenAPI document says.
"""

from __future__ import annotations

import html
import json
from collections import deque
from dataclasses import dataclass
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.sandbox.outgoing import CallFailed, http_call

_KEPT = 100  # events
_LARGEST = 100_000  # bytes
_LINKS = ("page", "api", "key")  # the tracking page, where the API begins, a key of it
_HEAD = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
  body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
  body {{ color-scheme: light dark; }}
  article {{ border-top: 1px solid #8886; padding: .6rem 0; }}
  pre {{ white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0; }}
  b {{ display: inline-block; min-width: 12rem; }}
</style>
<h1>{title}</h1>
"""
_EVENTS = """<meta http-equiv="refresh" content="3">
<p>{count} so far, the newest first. The page renews itself.</p>
{rows}
"""
_API = """<p>Made from <a href="{api}/openapi.json">its OpenAPI document</a>. Ask it with the demo's key:</p>
<pre>curl -H "Authorization: Bearer {key}" {api}/orders</pre>
{rows}
"""
_OPERATION = """<article><b>{method} {path}</b>
<details><summary>{title}</summary><pre>{about}</pre></details></article>
"""
_ROW = """<article><b>{type}</b> order {order}: {stage} · {verdict}
<details><summary>{id}</summary><pre>{body}</pre></details></article>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """One event, and whether its signature was right."""

    body: dict[str, Any]
    verdict: str


class ShopSystem:
    """Takes events at `events`, learns the secret at `secret`, and shows a page."""

    def __init__(self) -> None:
        self._taken: deque[_Taken] = deque(maxlen=_KEPT)
        self._count = 0
        self._secret = ""
        self._links: dict[str, str] = {}

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/", self._page),
            Route("/events", self._take, methods=["POST"]),
            Route("/setup", self._learn, methods=["POST"]),
            Route("/links", self._tell),
            Route("/api", self._api),
        ]

    async def _learn(self, request: Request) -> Response:
        """Take the `secret` of the events, and the demo's links."""
        setup = await request.json()
        self._secret = setup["secret"]
        self._links = {name: setup[name] for name in _LINKS if name in setup}
        return Response(status_code=204)

    async def _tell(self, request: Request) -> Response:
        """What the tour leads to; `page` is missing until the demo has told it."""
        shown = {"api": "/shop/api", "events": "/shop/"}
        return JSONResponse(shown | {"page": self._links["page"]} if self._links else {})

    async def _api(self, request: Request) -> Response:
        """The operations of the API."""
        try:
            answer = await http_call("GET", f"{self._links.get('api', '')}/openapi.json")
            paths = json.loads(answer.body)["paths"]
        except (CallFailed, ValueError, KeyError):
            return PlainTextResponse("the API does not answer", status_code=502)
        rows = "".join(
            _OPERATION.format(
                method=method.upper(),
                path=html.escape(path),
                title=html.escape(str(operation.get("summary", ""))),
                about=html.escape(str(operation.get("description", ""))),
            )
            for path, methods in paths.items()
            for method, operation in methods.items()
        )
        links = {name: html.escape(value) for name, value in self._links.items()}
        head = _HEAD.format(title="The API for shops")
        return HTMLResponse(head + _API.format(**links, rows=rows))

    async def _take(self, request: Request) -> Response:
        raw = await request.body()
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        if not isinstance(body, dict) or not isinstance(body.get("data"), dict) or len(raw) > _LARGEST:
            return PlainTextResponse("this is no event", status_code=400)
        if self._secret:
            try:
                Webhook(self._secret).verify(raw, dict(request.headers))
            except (WebhookVerificationError, ValueError):
                return PlainTextResponse("the signature is wrong", status_code=401)
        self._count += 1
        verdict = "signature verified" if self._secret else "not verified: no secret yet"
        self._taken.appendleft(_Taken(body=body, verdict=verdict))
        return Response(status_code=204)

    async def _page(self, request: Request) -> Response:
        rows = "".join(_row(one) for one in self._taken) or "<p>Nothing yet.</p>"
        head = _HEAD.format(title="Events at the shop's system")
        return HTMLResponse(head + _EVENTS.format(count=self._count, rows=rows))


def _row(taken: _Taken) -> str:
    data = taken.body["data"]
    shown = {
        "type": taken.body.get("type"),
        "order": data.get("shop_order") or data.get("id"),
        "stage": str(data.get("stage", "")).replace("_", " "),
        "verdict": taken.verdict,
        "id": taken.body.get("id"),
        "body": json.dumps(taken.body, indent=2, ensure_ascii=False),
    }
    return _ROW.format(**{name: html.escape(str(value)) for name, value in shown.items()})
