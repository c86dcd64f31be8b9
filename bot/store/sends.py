"""Messages sent in the last minute, by chat: Telegram's rate limits count them across a restart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import SendRecord
from bot.store import sql
from bot.store.tables import chats, notices, sends, state_is, updates

_COUNTED = timedelta(seconds=61)  # Telegram's longest window plus a margin for clocks
_ANSWERS = 2  # messages assumed for an update whose handling was interrupted; few have more


class Sends:
    """Messages that count against the limits, within one transaction.

    Sent notices are counted from the outbox; answers are recorded here when their update is done.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._on = connection

    async def record(self, sent: Sequence[SendRecord]) -> None:
        """Record answers. Unknown chats are skipped: they may just have asked to be forgotten."""
        if not sent:
            return
        chat = sa.bindparam("b_chat", type_=sa.BigInteger)
        known = sa.select(sa.bindparam("b_at", type_=sends.c.at.type), chat).where(
            sa.exists().where(chats.c.chat_id == chat)
        )
        statement = sql.insert(self._on, sends).from_select(["at", "chat_id"], known)
        await self._on.execute(
            statement.on_conflict_do_nothing(),
            [{"b_at": one.at.timestamp(), "b_chat": one.chat_id} for one in sent],
        )

    async def recent(self, now: datetime) -> list[SendRecord]:
        """Messages that still count: sent notices, answers, and leased work, counted as sent now.

        Call it before leases are released: what the last process had leased may have been sent.
        """
        since, until = now - _COUNTED, now + _COUNTED  # a corrected clock may leave times in the future
        answered = sa.select(sends.c.chat_id, sends.c.at).where(
            sends.c.at.between(since.timestamp(), until.timestamp())
        )
        sent = (
            sa.select(notices.c.chat_id, sa.func.max(notices.c.settled_at).label("at"))
            .where(notices.c.settled_at.between(since, until), notices.c.state == "sent")
            .group_by(notices.c.chat_id, notices.c.message_id)
        )
        in_hand = sa.or_(notices.c.lease != "", notices.c.ambiguous > 0)
        telling = sa.select(notices.c.chat_id).where(state_is(notices, "due"), in_hand).distinct()
        answering = sa.select(updates.c.chat_id).where(state_is(updates, "due"), updates.c.lease != "")
        found = [
            (row.chat_id, datetime.fromtimestamp(row.at, UTC)) for row in await self._on.execute(answered)
        ]
        found += [(row.chat_id, row.at) for row in await self._on.execute(sent)]
        doubtful = [
            *(await self._on.execute(telling)).scalars(),
            *_ANSWERS * list((await self._on.execute(answering)).scalars()),
        ]
        found += [(chat_id, now) for chat_id in doubtful]
        return [SendRecord(chat_id=chat_id, at=min(at, now)) for chat_id, at in found]

    async def purge(self, now: datetime) -> None:
        """Delete records that no limit counts any more."""
        old = ~sends.c.at.between((now - _COUNTED).timestamp(), (now + _COUNTED).timestamp())
        await self._on.execute(sa.delete(sends).where(old))
