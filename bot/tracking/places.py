"""Places: who opens a chat, its settings, its coming and going, its data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.model import Chat, Follow, Order, Place
from bot.store import Store
from bot.store.notices import PastNotice
from bot.tracking.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceData:
    """All that is kept about a place."""

    orders: list[tuple[Order, Follow]]
    told: list[PastNotice]


class Places:
    """What is kept about the chats themselves."""

    def __init__(self, store: Store, policy: Policy, now: Callable[[], datetime]) -> None:
        self._store = store
        self._policy = policy
        self._now = now

    async def open(self, place: Place, *, language: str, zone: str) -> Chat:
        """The place's settings; a new one speaks `language` in `zone`. Whoever writes can be written to."""
        async with self._store.read() as tx:
            chat = await tx.chats.get(place)
            refused = await tx.notices.is_refused(place.chat_id)
        if chat is None:
            async with self._store.write() as tx:
                chat = await tx.chats.get_or_create(place, language=language, zone=zone, now=self._now())
        if chat.left_at is not None or refused:
            await self.back(place.chat_id)
            chat = replace(chat, left_at=None)
        return chat

    async def get(self, place: Place) -> Chat | None:
        """The place's settings; None where nobody ever wrote."""
        async with self._store.read() as tx:
            return await tx.chats.get(place)

    async def change(self, place: Place, *, release: bool = False, **values: object) -> Chat:
        """Change some settings; `release` sends what the old ones held back."""
        async with self._store.write() as tx:
            chat = await tx.chats.change(place, **values)
            if release:
                await tx.notices.release(place, self._now())
        return chat

    async def pause(self, place: Place, until: datetime | None) -> Chat:
        """Hold pushes back until then; None ends the pause, and what it held goes out."""
        async with self._store.write() as tx:
            chat = await tx.chats.change(place, paused_until=until)
            if until is None:
                await tx.notices.release(place, self._now())
            else:
                await tx.notices.postpone(place, until)
        return chat

    async def left(self, chat_id: int) -> None:
        """The bot cannot write there any more: nobody is told there, and what only they follow rests."""
        now = self._now()
        async with self._store.write() as tx:
            await tx.orders.update_weights(await tx.chats.leave(chat_id, now), now)

    async def back(self, chat_id: int) -> None:
        """The bot can write there again, as far as is known: what waited for that goes now."""
        now = self._now()
        async with self._store.write() as tx:
            await tx.orders.update_weights(await tx.chats.come_back(chat_id), now)
            await tx.notices.release_refused(chat_id, now)

    async def moved(self, old: int, new: int) -> None:
        """A group became a supergroup."""
        async with self._store.write() as tx:
            await tx.orders.update_weights(await tx.chats.move(old, new), self._now())

    async def topic_gone(self, place: Place) -> None:
        """A topic is closed or deleted: its follows move to the group's General topic."""
        async with self._store.write() as tx:
            await tx.orders.update_weights(await tx.chats.drop_topic(place), self._now())

    async def data(self, place: Place) -> PlaceData:
        """All that is kept about the place."""
        async with self._store.read() as tx:
            follows = await tx.chats.follows(place)
            known = await tx.orders.get_many(follow.order_id for follow in follows)
            told = await tx.notices.history(place)
        rows = [(known[follow.order_id], follow) for follow in follows if follow.order_id in known]
        return PlaceData(orders=rows, told=told)

    async def forget(self, chat_id: int, update: int) -> None:
        """Delete everything about a chat, but for what was written after `update` and a lock for guessing."""
        now = self._now()
        async with self._store.write() as tx:
            followed = await tx.chats.forget(chat_id, update, now, now - self._policy.guess_window)
            await tx.orders.update_weights(followed, now)
