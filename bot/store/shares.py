"""A chat's own limit over all replicas: when its next turn of pushes may be leased (PostgreSQL).

Within one process a chat's limits are kept to the message (bot/chat/limits.py); this keeps them when the next
message is another replica's. Answers wait for nobody: they are booked afterwards, and pushes wait for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Place, Sending
from bot.store import sql
from bot.store.tables import chats, rates

_CHAT = "chat:"
_STEP, _GROUP_STEP = 1.0, 60.0 / 18  # seconds that one message takes of its chat's limit
_DEBT = 60.0  # seconds that answers may take in advance: Telegram counts no further back


def step(chat_id: int) -> float:
    """Seconds that one message takes of this chat's limit."""
    return _GROUP_STEP if Place(chat_id).is_group else _STEP


def spent(chat_id: sa.ColumnElement[int], now: sa.ColumnElement[float]) -> sa.ColumnElement[bool]:
    """The chat's limit is used up by what was sent to it last; `now` in seconds since 1970."""
    name = sa.literal(_CHAT) + sa.cast(chat_id, sa.Text)
    return sa.exists().where(rates.c.name == name, rates.c.next_at > now)


async def book(on: AsyncConnection, messages: Mapping[int, int], now: datetime) -> None:
    """Take so many messages a chat, about to leave, of limits that are not used up."""
    await on.execute(
        sql.upsert(on, rates, ["name"], ["next_at"]),
        [
            {"name": f"{_CHAT}{chat_id}", "next_at": now.timestamp() + count * step(chat_id)}
            for chat_id, count in sorted(messages.items())
        ],
    )


async def charge(on: AsyncConnection, sent: Sequence[Sending]) -> None:
    """Take answers that have left, whatever is booked already. Chats that were forgotten are passed over."""
    ids = sa.select(chats.c.chat_id).where(chats.c.chat_id.in_({one.chat_id for one in sent}))
    known = set((await on.execute(ids)).scalars())
    sent = [one for one in sent if one.chat_id in known]
    latest = {one.chat_id: one.at.timestamp() for one in sorted(sent, key=lambda one: one.at)}
    for chat_id, count in sorted(Counter(one.chat_id for one in sent).items()):
        cost, at = min(count * step(chat_id), _DEBT), latest[chat_id]
        statement = sql.insert(on, rates).values(name=f"{_CHAT}{chat_id}", next_at=at + cost)
        debt = sa.func.least(sa.func.greatest(rates.c.next_at, at) + cost, at + _DEBT)
        await on.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"next_at": debt}))


async def forget(on: AsyncConnection, chat_id: int) -> None:
    """Delete what is known of a chat."""
    await on.execute(sa.delete(rates).where(rates.c.name == f"{_CHAT}{chat_id}"))


async def purge(on: AsyncConnection, before: datetime) -> None:
    """Forget chats whose last message is long past."""
    old = sa.and_(rates.c.name.like(f"{_CHAT}%"), rates.c.next_at < before.timestamp())
    await on.execute(sa.delete(rates).where(old))
