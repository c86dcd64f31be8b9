"""Scripted answers in place of the network."""

from __future__ import annotations

import httpx

from bot.sources.aliexpress.wire import Reply


class ScriptedWire:
    """Takes every call to an httpx transport: a mock, or an ASGI app."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._client = httpx.AsyncClient(transport=transport)

    async def post(self, url: str, body: bytes) -> Reply:
        """Ask the transport; its troubles are OSErrors, as a real wire's are."""
        headers = {"content-type": "application/x-www-form-urlencoded;charset=utf-8"}
        try:
            answer = await self._client.post(url, content=body, headers=headers)
        except httpx.HTTPError as exc:
            raise OSError(str(exc)) from exc
        return Reply(answer.status_code, answer.headers, answer.content)

    async def aclose(self) -> None:
        """Close the transport."""
        await self._client.aclose()
