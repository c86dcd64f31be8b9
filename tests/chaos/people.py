"""The simulated people: each chat does one thing after another and waits for its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.chaos.control import Control, Time, Watcher
from tests.chaos.plan import Block, Member, Mute, Nonsense, Press, Rename, Toggle, Upgrade
from tests.chaos.records import Asked, Away, Heard, Kind, Records, Stay

_PRESS_PATIENCE = 40.0  # seconds
Deed = Rename | Nonsense | Toggle | Press | Block | Mute | Upgrade


@dataclass(slots=True)
class Environment:
    """What everybody on it shares."""

    control: Control
    watcher: Watcher
    records: Records
    now: Time


@dataclass(slots=True)
class Person:
    """One chat and who writes in it."""

    environment: Environment
    member: Member
    chat_id: int
    topic: int = 0
    _deeds: asyncio.Queue[Deed] = field(default_factory=asyncio.Queue)
    _stays: dict[str, Stay] = field(default_factory=dict)
    busy: bool = False

    @property
    def idle(self) -> bool:
        return not self.busy and self._deeds.empty()

    def do(self, deed: Deed) -> None:
        """After what is being done."""
        self._deeds.put_nowait(deed)

    async def live(self) -> None:
        """Do one thing after the other."""
        while True:
            deed = await self._deeds.get()
            self.busy = True
            try:
                await self._do(deed)
            finally:
                self.busy = False

    async def begin(self) -> None:
        """Follow everything: some by one message, which brings a list, some singly, which brings cards."""
        if self.member.key % 2:
            for order in self.member.orders:
                await self._follow(order)
            return
        asked = self.environment.now()
        text = f"/track {' '.join(self.member.orders)}"
        await self._ask("follow", text, lambda heard: "added" in heard.text)
        for order in self.member.orders:
            self._stay(order, asked)

    async def _do(self, deed: Deed) -> None:
        match deed:
            case Rename(order=order, name=name):
                await self._ask(
                    "rename",
                    f"/rename {order} {name}",
                    lambda heard: "Now called" in heard.text and name in heard.text,
                )
            case Nonsense(text=text):
                await self._ask("nonsense", text, lambda heard: text in heard.text)
            case Toggle():
                await self._toggle(self.member.fickle)
            case Press(order=order):
                await self._press(order)
            case Block(seconds=seconds):
                await self._block(seconds)
            case Mute(seconds=seconds):
                await self._mute(seconds)
            case Upgrade():
                await self._upgrade()

    # ── saying ──────────────────────────────────────────────────────────────────────────────────

    async def _ask(self, what: str, text: str, fits: Callable[[Heard], bool], order: str = "") -> None:
        environment, key = self.environment, self.member.key
        asked = Asked(chat=key, what=what, at=environment.now(), order=order)
        environment.records.asked.append(asked)
        after = environment.watcher.latest(key)
        await environment.control.post(f"chats/{self.chat_id}/say", text=text, thread_id=self.topic)
        await environment.watcher.hear(key, after, lambda heard: heard.kind not in _PUSHED and fits(heard))
        asked.answered = environment.now()

    async def _follow(self, order: str) -> None:
        asked = self.environment.now()
        await self._ask("track", f"/track {order}", lambda heard: _about(heard, order, Kind.CARD), order)
        self._stay(order, asked)

    def _stay(self, order: str, asked: float) -> None:
        now = self.environment.now()
        stay = Stay(chat=self.member.key, order=order, asked=asked, since=now)
        self._stays[order] = stay
        self.environment.records.stays.append(stay)

    async def _toggle(self, order: str) -> None:
        stay = self._stays.pop(order, None)
        if stay is None:
            await self._follow(order)
            return
        stay.until = self.environment.now()
        await self._ask("untrack", f"/untrack {order}", _stopped)
        stay.gone = self.environment.now()

    async def _press(self, order: str) -> None:
        environment = self.environment
        card = environment.watcher.card(self.member.key, order[-4:])
        if card is None or card.chat_id != self.chat_id:
            await self._follow_again(order)
            return
        asked = Asked(chat=self.member.key, what="press", at=environment.now(), order=order)
        environment.records.asked.append(asked)
        pressed = await environment.control.post(
            f"chats/{self.chat_id}/press",
            message_id=card.message_id,
            label="Refresh",
            timeout=_PRESS_PATIENCE,
        )
        if pressed["answer"] is not None:
            asked.answered = environment.now()

    async def _follow_again(self, order: str) -> None:
        await self._ask("card", f"/track {order}", lambda heard: _about(heard, order, Kind.CARD), order)

    # ── coming and going ────────────────────────────────────────────────────────────────────────

    async def _block(self, seconds: float) -> None:
        environment = self.environment
        away = Away(chat=self.member.key, at=environment.now())
        environment.records.aways.append(away)
        for stay in self._stays.values():
            stay.until = away.at
        await environment.control.post(f"chats/{self.chat_id}/state", action="block")
        await asyncio.sleep(seconds)
        away.back = environment.now()
        await environment.control.post(f"chats/{self.chat_id}/state", action="unblock")
        text = f"LP{self.member.key:06d}{int(away.back * 10):06d}"
        await self._ask("back", text, lambda heard: text in heard.text)
        for order in list(self._stays):
            self._stay(order, away.back)

    async def _mute(self, seconds: float) -> None:
        await self.environment.control.post(f"chats/{self.chat_id}/state", action="mute")
        await asyncio.sleep(seconds)
        await self.environment.control.post(f"chats/{self.chat_id}/state", action="unmute")

    async def _upgrade(self) -> None:
        new = await self.environment.control.post(f"chats/{self.chat_id}/state", action="upgrade")
        self.chat_id = new["id"]
        self.environment.watcher.chats[self.chat_id] = self.member.key


_PUSHED = (Kind.PUSH, Kind.SUMMARY)


def _stopped(heard: Heard) -> bool:
    """The answer; after a kill between doing it and saying so, there is nothing left to stop."""
    return "stopped following" in heard.text or "doesn't follow that order" in heard.text


def _about(heard: Heard, order: str, kind: Kind) -> bool:
    return heard.kind is kind and order[-4:] in heard.text


async def enter(environment: Environment, member: Member) -> Person:
    """A new chat of the plan."""
    control, topic = environment.control, 0
    if member.group:
        kind = "forum" if member.forum else "group"
        made = await control.post("chats", type=kind, title=f"Group {member.key}")
    else:
        made = await control.post(
            "chats", type="private", first_name=f"Person {member.key}", language_code="en", started=True
        )
    if member.forum:
        opened = await control.post(f"chats/{made['id']}/state", action="create_topic", name="Parcels")
        topic = environment.watcher.topics[made["id"]] = opened["thread_id"]
    environment.watcher.chats[made["id"]] = member.key
    return Person(environment, member, made["id"], topic)
