"""Serves the Bot API over HTTP: token check, faults, methods, file downloads."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.sandbox.faults import Fault, Faults
from bot.sandbox.hangup import HangUp, huge
from bot.sandbox.parameters import BadParameter, Parameters, read_parameters
from bot.sandbox.telegram.access import flood_wait
from bot.sandbox.telegram.methods import BY_NAME
from bot.sandbox.telegram.refusal import BotApiError, bad_request, forbidden
from bot.sandbox.telegram.service import BotCall, SimulatedTelegram

_MAX_POLL_SECONDS = 50
_GARBAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


def api_response(content: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, status, headers, "application/json")


def error_response(refusal: BotApiError) -> Response:
    after = refusal.parameters.get("retry_after")
    return api_response(refusal.to_api(), refusal.code, {"Retry-After": str(after)} if after else None)


class BotApi:
    """Routes below `/telegram`."""

    def __init__(self, tg: SimulatedTelegram, faults: Faults) -> None:
        self._tg = tg
        self._faults = faults
        self.routes = [
            Route("/bot{token}/{method}", self.call, methods=["GET", "POST"]),
            Route("/file/bot{token}/{path:path}", self.download, methods=["GET"]),
        ]

    async def download(self, request: Request) -> Response:
        path = request.path_params["path"]
        try:
            self._check_token(request)
        except BotApiError as refusal:
            return error_response(refusal)
        file = next((file for file in self._tg.world.files.values() if file.path == path), None)
        if file is None:
            return error_response(BotApiError(404, "Not Found"))
        return Response(file.data, media_type="application/octet-stream")

    def _check_token(self, request: Request) -> None:
        if request.path_params["token"] != self._tg.token:
            raise BotApiError(401, "Unauthorized")

    async def call(self, request: Request) -> Response:
        """One method call: find it, let a fault strike, do it, note it."""
        name = request.path_params["method"]
        known, _ = BY_NAME.get(name.lower(), (name, None))
        known = "getUpdates" if name.lower() == "getupdates" else known
        at = self._tg.clock.now()
        chat_id: int | None = None
        fault: Fault | None = None
        parameters = Parameters()
        try:
            self._check_token(request)
            parameters = await _parameters(request)
            chat_id = _chat_id(parameters)
            fault = self._faults.take("telegram", known, chat_id=chat_id, text=parameters.text("text"))
            response = await self._answer(known, parameters, fault, request)
            code, reason = response.status_code, ""
        except BotApiError as refusal:
            response, code, reason = error_response(refusal), refusal.code, refusal.description
        note = fault.kind + ("_after" if fault.effect else "") if fault else ""
        if isinstance(response, HangUp):
            code = 0
        self._tg.calls.note(
            BotCall(
                method=known,
                values=parameters.values,
                uploads=tuple(parameters.uploads),
                chat_id=chat_id,
                at=at,
                code=code,
                fault=note,
                description=reason,
            )
        )
        return response

    async def _answer(
        self, name: str, parameters: Parameters, fault: Fault | None, request: Request
    ) -> Response:
        if fault is None:
            return api_response({"ok": True, "result": await self._do(name, parameters, request)})
        result = await self._do(name, parameters, request) if fault.effect else None
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.kind == "slow" and not fault.effect:
            result = await self._do(name, parameters, request)
        return _struck(fault, api_response({"ok": True, "result": result}))

    async def _do(self, name: str, parameters: Parameters, request: Request) -> object:
        if name == "getUpdates":
            return await _unless_gone(request, self._get_updates(parameters))
        if name.lower() not in BY_NAME:
            raise BotApiError(404, "Not Found")
        _, method = BY_NAME[name.lower()]
        try:
            return method(self._tg, parameters)
        except BadParameter as exc:
            raise bad_request(str(exc)) from exc

    async def _get_updates(self, p: Parameters) -> list[dict[str, object]]:
        try:
            offset = p.integer("offset", 0)
            limit = min(100, max(1, p.integer("limit", 100)))
            timeout = min(_MAX_POLL_SECONDS, max(0, p.integer("timeout", 0)))
            allowed = p.sequence("allowed_updates")
        except BadParameter as exc:
            raise bad_request(str(exc)) from exc
        if not self._tg.updates.webhook_url:
            self._tg.updates.set_allowed(allowed)
        return [update.to_api() for update in await self._tg.updates.poll(offset, limit, timeout)]


async def _unless_gone(request: Request, work: Coroutine[object, object, object]) -> object:
    """Return the work's result; cancel a poll whose client has disconnected."""
    poll = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({poll, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not poll.done():
            raise BotApiError(400, "Bad Request: the client has gone")
        return poll.result()
    finally:
        gone.cancel()
        poll.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _parameters(request: Request) -> Parameters:
    try:
        return await read_parameters(request)
    except BadParameter as exc:
        raise bad_request(str(exc)) from exc


def _chat_id(parameters: Parameters) -> int | None:
    text = parameters.text("chat_id")
    return int(text) if text.lstrip("-").isdigit() else None


def _struck(fault: Fault, answer: Response) -> Response:
    """Apply a fault: return or raise what the caller gets instead of the answer."""
    if fault.kind == "slow":
        return answer
    if fault.kind in {"close", "reset"}:
        return HangUp(reset=fault.kind == "reset")
    if fault.kind == "truncated":
        return HangUp(bytes(answer.body)[: max(1, len(bytes(answer.body)) // 2)])
    if fault.kind == "garbage":
        return Response(_GARBAGE, 200, media_type="text/html")
    if fault.kind == "huge":
        return huge()
    if fault.kind == "too_many":
        raise flood_wait(fault.retry_after)
    if fault.kind == "unauthorized":
        raise BotApiError(401, "Unauthorized")
    if fault.kind == "refuse":
        raise BotApiError(fault.status, fault.message)
    if fault.kind == "forbidden":
        raise forbidden("bot was blocked by the user")
    if fault.kind == "status":
        if fault.status in {500, 502, 504}:
            reason = {500: "Internal Server Error", 502: "Bad Gateway", 504: "Gateway Timeout"}[fault.status]
            raise BotApiError(fault.status, reason)
        return PlainTextResponse("unavailable", fault.status)
    return answer
