"""Delivers updates to the bot's webhook, in order per chat, with retries until they are accepted."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque

from bot.sandbox.outgoing import CallFailed, http_call
from bot.sandbox.telegram.service import SimulatedTelegram
from bot.sandbox.telegram.updates import IssuedUpdate


class WebhookDelivery:
    """Delivers while a webhook is set; retries at once, then after 1, 2, 4 … times `backoff` seconds."""

    def __init__(self, tg: SimulatedTelegram, *, backoff: float = 2.0, ceiling: float = 60.0) -> None:
        self._tg = tg
        self._backoff = backoff
        self._ceiling = ceiling
        self._taken: set[int] = set()
        self._queues: defaultdict[int, deque[IssuedUpdate]] = defaultdict(deque)
        self._workers: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until cancelled: hand every pending update to its chat's worker."""
        try:
            while True:
                self._distribute()
                await self._something()
        finally:
            for worker in self._workers.values():
                worker.cancel()

    async def _something(self) -> None:
        """Until an update or a change of the webhook, or a moment later."""
        with self._tg.bus.listening() as changes:
            arrival = asyncio.create_task(self._tg.updates.arrived())
            change = asyncio.create_task(changes.get())
            try:
                await asyncio.wait({arrival, change}, timeout=0.25, return_when=asyncio.FIRST_COMPLETED)
            finally:
                arrival.cancel()
                change.cancel()

    def _distribute(self) -> None:
        if not self._tg.updates.webhook_url:
            return
        self._tg.updates.expire()
        for update in list(self._tg.updates.pending):
            if update.id not in self._taken:
                self._taken.add(update.id)
                self._queues[update.chat_id].append(update)
        for chat_id, queue in self._queues.items():
            worker = self._workers.get(chat_id)
            if queue and (worker is None or worker.done()):
                self._workers[chat_id] = asyncio.create_task(self._work(queue))

    async def _work(self, queue: deque[IssuedUpdate]) -> None:
        while queue:
            update = queue[0]
            if await self._deliver(update):
                self._tg.updates.confirm(update)
            self._taken.discard(update.id)
            queue.popleft()

    async def _deliver(self, update: IssuedUpdate) -> bool:
        """True once taken; False when the webhook went away or the update ran out meanwhile."""
        attempt = 0
        while update in self._tg.updates.pending and (url := self._tg.updates.webhook_url):
            update.handed += 1
            error = await self._attempt(url, update)
            if not error:
                return True
            self._tg.webhook |= {
                "last_error_date": int(self._tg.clock.now()),
                "last_error_message": error,
            }
            if attempt:
                await asyncio.sleep(min(self._ceiling, self._backoff * 2 ** (attempt - 1)))
            attempt += 1
        return False

    async def _attempt(self, url: str, update: IssuedUpdate) -> str:
        headers = {"Content-Type": "application/json"}
        if secret := self._tg.webhook.get("secret"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = str(secret)
        try:
            answer = await http_call("POST", url, json.dumps(update.to_api()).encode(), headers)
        except CallFailed as exc:
            return f"Connection failed: {exc}"
        if 200 <= answer.status < 300:
            return ""
        return f"Wrong response from the webhook: {answer.status}"
