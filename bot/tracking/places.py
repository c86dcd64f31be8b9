"""Places: their settings, joining and leaving, and their data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot import audience
from bot.model import Chat, Follow, Letter, Order, Place
from bot.store import Store
from bot.store.notices import PastNotice
from bot.tracking.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceData:
    """Everything stored about a place."""

    orders: list[tuple[Order, Follow]]
    notices: list[PastNotice]
    letters: list[tuple[str, Letter]]  # to and from the shop, with the order's id


class Places:
    """Reads and changes places."""

    def __init__(self, store: Store, policy: Policy, now: Callable[[], datetime]) -> None:
        self._store = store
        self._policy = policy
        self._now = now

    async def open(self, place: Place, *, language: str, zone: str) -> Chat:
        """The place's settings; a new place gets `language` and `zone`. Marks the place as reachable."""
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
        """The place's settings; None for an unknown place."""
        async with self._store.read() as tx:
            return await tx.chats.get(place)

    async def change(self, place: Place, *, release: bool = False, **values: object) -> Chat:
        """Change some settings; with `release`, send what the old ones held back."""
        async with self._store.write() as tx:
            chat = await tx.chats.change(place, **values)
            if release:
                await tx.notices.release(place, self._now())
        return chat

    async def pause(self, place: Place, until: datetime | None) -> Chat:
        """Pause pushes until then; None ends the pause and sends what it held back."""
        async with self._store.write() as tx:
            chat = await tx.chats.change(place, paused_until=until)
            if until is None:
                await tx.notices.release(place, self._now())
            else:
                await tx.notices.postpone(place, until)
        return chat

    async def left(self, chat_id: int) -> None:
        """The bot can no longer write there: drop its notices, stop checking what only it follows."""
        now = self._now()
        async with self._store.write() as tx:
            await tx.checks.update_weights(await tx.chats.mark_left(chat_id, now), now)

    async def back(self, chat_id: int) -> None:
        """The bot can probably write there again: send what was waiting for that.

        If it had left, the news of that time is not told any more, but the cards show it.
        """
        now = self._now()
        async with self._store.write() as tx:
            returned = await tx.chats.mark_returned(chat_id)
            await tx.checks.update_weights(returned, now)
            await tx.notices.release_refused(chat_id, now)
            of = f"back:{now:%Y%m%d%H%M%S}"
            for follower in await tx.chats.followers(returned):
                if follower.chat.place.chat_id == chat_id:
                    order_id = follower.follow.order_id
                    await tx.notices.enqueue(
                        audience.cards(order_id, [follower], of=of, asking=None, now=now), now
                    )

    async def moved(self, old: int, new: int) -> None:
        """A group became a supergroup: move everything to its new id."""
        async with self._store.write() as tx:
            await tx.checks.update_weights(await tx.chats.move(old, new), self._now())

    async def topic_gone(self, place: Place) -> None:
        """A topic is closed or deleted: its follows move to the group's General topic."""
        async with self._store.write() as tx:
            await tx.checks.update_weights(await tx.chats.drop_topic(place), self._now())

    async def data(self, place: Place) -> PlaceData:
        """Everything stored about the place."""
        async with self._store.read() as tx:
            follows = await tx.chats.follows(place)
            known = await tx.orders.get_many(follow.order_id for follow in follows)
            notices = await tx.notices.history(place)
            letters = await tx.cases.correspondence(place)
        rows = [(known[follow.order_id], follow) for follow in follows if follow.order_id in known]
        return PlaceData(orders=rows, notices=notices, letters=letters)

    async def forget(self, chat_id: int, update: int) -> None:
        """Delete everything about a chat, except updates after `update` and a lock for guessing ids."""
        now = self._now()
        async with self._store.write() as tx:
            followed = await tx.chats.forget(chat_id, update, now, now - self._policy.guess_window)
            await tx.checks.update_weights(followed, now)
