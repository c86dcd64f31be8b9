"""A Bot API that exists as a function: the library's request seam, and a memory that is an inbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from telegram.request import RequestData

from bot.chat.telegram import AiohttpRequest, SecretRedactor, TelegramBot, build_bot
from bot.model import RawUpdate, SendRecord
from tests import bodies

TOKEN = "123456:CANARY-abcdefghijklmnopqrstuvwxyz0123456"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

Answer = tuple[int, Any] | Exception
Server = Callable[[str, dict[str, Any]], Answer]


def ok(result: Any = True) -> Answer:
    return 200, {"ok": True, "result": result}


def refusal(status: int, description: str, **parameters: Any) -> Answer:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return status, body | ({"parameters": parameters} if parameters else {})


def message(message_id: int = 1, chat_id: int = 5) -> Answer:
    return ok({"message_id": message_id, "date": 0, "chat": {"id": chat_id, "type": "private"}})


class Seam(AiohttpRequest):
    """AiohttpRequest without a network: the exchange is a function's answer."""

    def __init__(self, server: Server) -> None:
        super().__init__(SecretRedactor(TOKEN))
        self.server = server
        self.calls: list[tuple[str, dict[str, Any]]] = []

    async def initialize(self) -> None:
        pass

    async def shutdown(self) -> None:
        pass

    async def _exchange(self, method: str, url: str, body: Any, limits: Any) -> tuple[int, bytes, Any]:
        name = url.rpartition("/")[2]
        parameters = dict(self.parameters or {})
        self.calls.append((name, parameters))
        answer = self.server(name, parameters)
        if isinstance(answer, Exception):
            raise answer
        status, content = answer
        return status, content if isinstance(content, bytes) else json.dumps(content).encode(), {}

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *args: Any, **kwargs: Any
    ) -> tuple[int, bytes]:
        self.parameters = request_data.parameters if request_data else {}
        self.files = request_data.multipart_data if request_data and request_data.contains_files else {}
        bodies.note(url.rpartition("/")[2], self.parameters, self.files or (), form=False)
        return await super().do_request(url, method, request_data, *args, **kwargs)


def bot_on(server: Server, **options: Any) -> tuple[TelegramBot, Seam]:
    """A bot whose calls the function answers, and the seam that remembers them."""
    seam = Seam(server)
    return build_bot(TOKEN, "http://telegram.test", request=seam, updates_request=seam, **options), seam


class Memory:
    """An inbox in memory, with the store's promises."""

    def __init__(self) -> None:
        self.rows: dict[int, RawUpdate] = {}
        self.state: dict[int, str] = {}
        self.due: dict[int, datetime] = {}
        self.leased: dict[int, datetime] = {}
        self.errors: dict[int, str] = {}
        self.log: list[tuple[str, int]] = []
        self.sent: list[SendRecord] = []

    async def put(self, updates: Sequence[RawUpdate]) -> int:
        new = [update for update in updates if update.update_id not in self.rows]
        for update in new:
            self.rows[update.update_id] = update
            self.state[update.update_id] = "due"
            self.due[update.update_id] = update.received_at
            self.log.append(("put", update.update_id))
        return len(new)

    async def put_and_take(
        self, updates: Sequence[RawUpdate], limit: int, now: datetime, lease: timedelta
    ) -> tuple[int, Sequence[RawUpdate]]:
        return await self.put(updates), await self.take(limit, now, lease)

    async def take(self, limit: int, now: datetime, lease: timedelta) -> Sequence[RawUpdate]:
        heads: dict[int, int] = {}
        for update_id in sorted(self.rows):
            if self.state[update_id] == "due":
                heads.setdefault(self.rows[update_id].chat_id, update_id)
        ready = [
            update_id
            for update_id in heads.values()
            if self.due[update_id] <= now and self.leased.get(update_id, now) <= now
        ][:limit]
        for update_id in ready:
            self.leased[update_id] = now + lease
        return [self.rows[update_id] for update_id in ready]

    async def done(self, update_id: int, sent: Sequence[SendRecord] = ()) -> None:
        self.sent += sent
        self.state[update_id] = "done"
        self.log.append(("done", update_id))

    async def failed(
        self, update_id: int, error: str, retry_at: datetime | None, sent: Sequence[SendRecord] = ()
    ) -> None:
        self.sent += sent
        row = self.rows[update_id]
        self.rows[update_id] = replace(row, attempts=row.attempts + 1)
        self.errors[update_id] = error
        self.leased.pop(update_id, None)
        if retry_at is None:
            self.state[update_id] = "aside"
        else:
            self.due[update_id] = retry_at
