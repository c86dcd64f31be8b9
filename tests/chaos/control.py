"""A client of the sandbox's control API, and a watcher that follows its records as they grow."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

from tests.chaos.records import Heard, Kind, Records, Strike

MARK = re.compile(r"K\d{7}")
_SUMMARY = "What you missed"
_EVERY = 0.25  # seconds between two looks at the ledgers


class Control:
    """Calls of the control API. Raises RuntimeError where it refuses one."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self._url = url
        self._http = http

    async def get(self, path: str, **query: Any) -> Any:
        return await self._call("GET", path, params={name: str(value) for name, value in query.items()})

    async def post(self, path: str, **body: Any) -> Any:
        return await self._call("POST", path, json=body)

    async def clear_faults(self) -> None:
        await self._call("DELETE", "faults")

    async def _call(self, method: str, path: str, **how: Any) -> Any:
        # Each call has its own connection: the server closes idle ones, perhaps while the next call leaves.
        alone = {"Connection": "close"}
        async with self._http.request(method, f"{self._url}/control/{path}", headers=alone, **how) as answer:
            if answer.status != 200:
                raise RuntimeError(f"{path}: {await answer.text()}")
            return await answer.json()


class Time:
    """Seconds since the run began; the world's clock may be displaced from it."""

    def __init__(self) -> None:
        self._began = time.time()
        self._jumps: list[tuple[float, float]] = [(0.0, 0.0)]

    def __call__(self) -> float:
        return time.time() - self._began

    @property
    def offset(self) -> float:
        return self._jumps[-1][1]

    def jump(self, seconds: float) -> float:
        """Displace the world's clock by so much more; what it is displaced by then."""
        self._jumps.append((self(), self.offset + seconds))
        return self.offset

    def of(self, stamp: float) -> float:
        """When in the run the world's clock showed this epoch time. Backward jumps show some times twice."""
        for since, offset in reversed(self._jumps):
            at = stamp - offset - self._began
            if at >= since - 1.5:
                return at
        return stamp - self._began


class Watcher:
    """Follows the ledgers. `chats` maps Telegram's numbers of a chat to the plan's, `topics` to its topic."""

    def __init__(self, control: Control, records: Records, now: Time) -> None:
        self._control = control
        self._records = records
        self._now = now
        self.chats: dict[int, int] = {}
        self.topics: dict[int, int] = {}
        self.pending = 0
        self._messages = self._calls = 0
        self._heard: dict[int, list[Heard]] = {}
        self._fresh = asyncio.Event()

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await self.look()
            await asyncio.sleep(_EVERY)

    async def look(self) -> None:
        """Take what is new."""
        said = await self._control.get("telegram/ledger", updates_from=1 << 40, messages_from=self._messages)
        for number, message in enumerate(said["messages"], self._messages):
            self._take(number, message)
        self._messages, self.pending = said["messages_total"], said["pending"]
        self._records.violations.clear()
        self._records.violations.update(said["violations"])
        self._records.troubles.update({})
        for name, times in said["struck"].items():
            self._records.troubles[name] = times
        calls = await self._control.get("telegram/calls", **{"from": self._calls})
        for call in calls["calls"]:
            self._strike(call)
        self._calls = calls["total"]
        self._records.busiest_second = calls["busiest_second"]
        self._fresh.set()

    def _take(self, number: int, message: Mapping[str, Any]) -> None:
        chat = self.chats.get(message["chat_id"])
        if chat is None:
            return  # the operator's
        if message["thread_id"] != self.topics.get(message["chat_id"], 0):
            self._records.astray.append(
                f"topic {message['thread_id']} of chat {chat}: {message['text'][:40]}"
            )
        kind = kind_of(message)
        # What an edit of a card says is no telling: only what a message said at first counts here.
        heard = Heard(
            index=number,
            chat=chat,
            chat_id=message["chat_id"],
            message_id=message["id"],
            at=self._now.of(message["date"]),
            kind=kind,
            text=message["text"],
            marks=tuple(dict.fromkeys(MARK.findall(message["text"]))),
        )
        self._records.heard.append(heard)
        self._heard.setdefault(chat, []).append(heard)

    def _strike(self, call: Mapping[str, Any]) -> None:
        told_wrong = call["fault"].endswith("_after") and call["code"] in (0, 200, 502)
        if not told_wrong and call["code"] != 403:
            return
        self._records.strikes.append(
            Strike(
                chat=self.chats.get(call["chat_id"]),
                method=call["method"],
                at=self._now.of(call["at"]),
                code=call["code"],
                fault=call["fault"],
            )
        )

    def latest(self, chat: int) -> int:
        """How many messages the chat has heard."""
        return len(self._heard.get(chat, ()))

    def card(self, chat: int, short: str) -> Heard | None:
        """The newest card in the chat of the order that ends in `short`."""
        cards = (one for one in reversed(self._heard.get(chat, ())) if one.kind is Kind.CARD)
        return next((one for one in cards if short in one.text), None)

    async def hear(self, chat: int, after: int, fits: Callable[[Heard], bool]) -> Heard:
        """The first message above number `after` of the chat that fits, however long that takes."""
        while True:
            for heard in self._heard.get(chat, [])[after:]:
                if fits(heard):
                    return heard
            self._fresh.clear()
            await self._fresh.wait()


def kind_of(message: Mapping[str, Any]) -> Kind:
    """What a message is."""
    buttons = [button["text"] for row in message["buttons"] for button in row]
    if any("Refresh" in text for text in buttons):
        return Kind.CARD
    if _SUMMARY in message["text"]:
        return Kind.SUMMARY
    return Kind.PUSH if MARK.search(message["text"]) else Kind.OTHER  # nothing else quotes the carrier
