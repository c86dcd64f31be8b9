"""Customers' questions to the shop, the shop's answers, and the end of a problem."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.model import Chat, Dispute, Importance, News, NewsKind, PendingNotice, Place
from bot.store import Store, Transaction
from bot.tracking.policy import Policy

QUESTIONS_PER_CHAT = 3  # that wait for an answer
LETTER_LENGTH = 1000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wrote in the `update`: text, or Telegram's file id of a photo with a caption."""

    update: int
    author: str = ""
    text: str = ""
    photo: str = ""
    album: str = ""  # Telegram's id of the album that the photo is part of

    @property
    def is_fit(self) -> bool:
        """Whether it says anything, at no greater length than is passed on."""
        return bool(self.text or self.photo) and len(self.text) <= LETTER_LENGTH


class Asked(enum.Enum):
    """What became of a question."""

    WRITTEN = "written"  # it is on its way to the merchant's chat
    TOO_MANY = "too_many"
    NOBODY = "nobody"  # there is no merchant's chat, or no such order


class Asking:
    """Passes letters between customers and the merchant's chat, by way of the outbox."""

    def __init__(self, store: Store, policy: Policy, now: Callable[[], datetime]) -> None:
        self._store = store
        self._policy = policy
        self._now = now

    @property
    def is_open(self) -> bool:
        """Whether anybody reads questions."""
        return self._policy.desk is not None

    async def may_ask(self, chat_id: int, update: int) -> bool:
        """Whether the chat has few enough questions waiting; that of the `update` does not count."""
        async with self._store.read() as tx:
            return await tx.cases.count_questions(chat_id, besides=update) < QUESTIONS_PER_CHAT

    async def problem(self, dispute: int, place: Place) -> Dispute | None:
        """The problem with this id, if it is one of that place."""
        async with self._store.read() as tx:
            found = await tx.cases.get_dispute(dispute)
        return found if found is not None and found.place == place else None

    async def begun(self, album: str, update: int) -> tuple[Dispute, bool] | None:
        """The problem that other photos of the `update`'s album are about, and whether the shop sent them."""
        async with self._store.read() as tx:
            return await tx.cases.album(album, besides=update)

    async def ask(self, order_id: str, by: Chat, draft: Draft) -> Asked:
        """Write a question down for the merchant's chat, and its order on the board."""
        now, desk, place = self._now(), self._policy.desk, by.place
        if desk is None:
            return Asked.NOBODY
        async with self._store.write() as tx:
            await tx.orders.lock([order_id])
            if await tx.orders.watch(order_id) is None:
                return Asked.NOBODY
            waiting = await tx.cases.count_questions(place.chat_id, besides=draft.update, album=draft.album)
            if waiting >= QUESTIONS_PER_CHAT:
                return Asked.TOO_MANY
            await tx.cases.dispute(order_id, place, now)
            problem = await tx.cases.find_dispute(order_id, place)
            if problem is None:
                raise RuntimeError("a problem that was just reported cannot be read")
            await tx.chats.get_or_create(
                desk, language=self._policy.language, zone=self._policy.zone, now=now
            )
            await self._send(tx, NewsKind.ASKED, problem, desk, draft, now)
        return Asked.WRITTEN

    async def answer(self, dispute: int, draft: Draft) -> bool:
        """Write the shop's answer down for the customer; False if they are gone, or had all deleted."""
        now = self._now()
        async with self._store.write() as tx:
            problem = await self._reachable(tx, dispute)
            if problem is None:
                return False
            await tx.orders.lock([problem.order_id])
            await self._send(tx, NewsKind.ANSWERED, problem, problem.place, draft, now)
        return True

    async def solve(self, dispute: int) -> bool:
        """The problem is solved: off the board, and the customer is told once. False if it is unknown."""
        now = self._now()
        async with self._store.write() as tx:
            problem = await tx.cases.get_dispute(dispute)
            if problem is None:
                return False
            await tx.orders.lock([problem.order_id])
            problem = await tx.cases.get_dispute(dispute)  # as it is now that nobody else changes it
            if problem is None or problem.solved_at is not None:
                return problem is not None
            await tx.cases.withdraw(problem.order_id, problem.place, now)
            if await self._reachable(tx, dispute) is not None:
                news = _news(NewsKind.SOLVED, problem, int(now.timestamp() * 1000), None)
                await _enqueue(tx, problem, problem.place, news, now)
        return True

    @staticmethod
    async def _reachable(tx: Transaction, dispute: int) -> Dispute | None:
        """The problem, if its customer can be written to."""
        problem = await tx.cases.get_dispute(dispute)
        chat = await tx.chats.get(problem.place) if problem else None
        return problem if chat is not None and chat.left_at is None else None

    @staticmethod
    async def _send(
        tx: Transaction, kind: NewsKind, problem: Dispute, to: Place, draft: Draft, now: datetime
    ) -> None:
        letter = await tx.cases.write_letter(
            problem.id,
            draft.update,
            now,
            from_shop=kind is NewsKind.ANSWERED,
            author=draft.author,
            text=draft.text,
            photo=draft.photo,
            album=draft.album,
        )
        await _enqueue(tx, problem, to, _news(kind, problem, draft.update, letter), now)


def _news(kind: NewsKind, problem: Dispute, number: int, letter: int | None) -> News:
    """News about a problem; `number` tells it from others of its kind."""
    return News(
        kind=kind,
        key=f"{kind.value}:{problem.id}:{number}",
        importance=Importance.ACTION,
        merchant_only=kind is NewsKind.ASKED,
        dispute=problem.id,
        letter=letter,
    )


async def _enqueue(tx: Transaction, problem: Dispute, to: Place, news: News, now: datetime) -> None:
    pending = PendingNotice(place=to, order_id=problem.order_id, news=news, due_at=now)
    await tx.notices.enqueue([pending], now)
