"""The login page where the merchant authorizes the app."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.sandbox.aliexpress.tokens import TokenIssuer
from bot.sandbox.parameters import read_parameters

_PAGE = """<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Authorize — AliExpress (simulated)</title>
<style>body{{font:16px/1.5 system-ui;max-width:26rem;margin:4rem auto;padding:0 1rem}}
button{{font:inherit;padding:.6em 1.4em;border:0;border-radius:.5em;background:#e43225;color:#fff}}</style>
<h1>Allow this app?</h1><p>App <b>{app}</b> wants to read the orders of the account <b>sandbox-shop</b>.</p>
<form method="post">{fields}<button>Authorize</button></form>
<p>You will be redirected to an address that contains code=…; in this demo the page does not
load. Copy the whole address from the address bar and send it to the bot.</p>"""


class Consent:
    """`/oauth/authorize`: a page whose button redirects back with a code."""

    def __init__(self, tokens: TokenIssuer, app_key: str) -> None:
        self._tokens = tokens
        self._app_key = app_key
        self.routes = [Route("/oauth/authorize", self.authorize, methods=["GET", "POST"])]

    async def authorize(self, request: Request) -> Response:
        p = await read_parameters(request)
        back = p.text("redirect_uri")
        if p.text("client_id") != self._app_key or p.text("response_type") != "code":
            return HTMLResponse("<h1>Invalid client_id or response_type</h1>", 400)
        if not back.startswith(("http://", "https://")):
            return HTMLResponse("<h1>Invalid redirect_uri</h1>", 400)
        if request.method == "GET":
            names = ("response_type", "client_id", "redirect_uri", "state")
            fields = "".join(
                f'<input type="hidden" name="{name}" value="{escape(p.text(name))}">' for name in names
            )
            return HTMLResponse(_PAGE.format(app=escape(self._app_key), fields=fields))
        answer = {"code": self._tokens.new_code(self._app_key)}
        if state := p.text("state"):
            answer["state"] = state
        joint = "&" if "?" in back else "?"
        return RedirectResponse(f"{back}{joint}{urlencode(answer)}", 302)
