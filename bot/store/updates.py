"""The inbox: Telegram's updates, stored before they are acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import RawUpdate
from bot.store import sql
from bot.store.tables import state_is, updates

_due = state_is(updates, "due")
_PUT_OFF = timedelta(hours=1)  # at most; after a longer flood wait Telegram says so again


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedUpdate:
    """An update that failed every time and was set aside for the operator."""

    update_id: int
    error: str


class Updates:
    """The inbox within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._on = connection

    async def put(self, raw: Sequence[RawUpdate]) -> int:
        """Record updates; returns how many were new."""
        if not raw:
            return 0
        new = await self._on.execute(
            sql.insert_or_ignore(self._on, updates, updates.c.update_id),
            [
                {
                    "update_id": one.update_id,
                    "chat_id": one.chat_id,
                    "payload": one.payload,
                    "received_at": one.received_at,
                    "due_at": one.received_at,
                }
                for one in raw
            ],
        )
        return len(new.all())

    async def take(self, limit: int, now: datetime, lease: timedelta) -> list[RawUpdate]:
        """Lease the oldest waiting update of up to `limit` chats, in their order."""
        rows = await self._on.execute(
            _TAKE,
            {
                "b_now": now,
                "b_limit": limit,
                "b_until": now + lease,
                "b_lease": sql.new_lease(),
            },
        )
        found = [
            RawUpdate(update_id=id_, chat_id=chat, payload=payload, received_at=at, attempts=attempts)
            for id_, chat, payload, at, attempts in rows.all()
        ]
        return sorted(found, key=lambda one: one.update_id)

    async def done(self, update_id: int) -> None:
        """Mark as handled: its id is kept for a while to recognize repeats, its content is deleted."""
        await self._on.execute(_DONE, {"b_id": update_id})

    async def failed(self, update_id: int, *, retry_at: datetime | None, error: str) -> None:
        """Mark as failed: retry at `retry_at`; None sets it aside for the operator."""
        values: dict[str, Any] = {"attempts": updates.c.attempts + 1, "error": error, "lease": ""}
        values |= {"state": "aside"} if retry_at is None else {"due_at": retry_at}
        await self._on.execute(sa.update(updates).where(updates.c.update_id == update_id).values(values))

    async def first(self, update_id: int, effect: str) -> bool:
        """Whether the update has this effect for the first time; remembered until the update is done.

        Call it in the transaction of the effect, so that an update that is handled again after a crash does
        not repeat it. Always True for an update that is not being handled.
        """
        known = await self.effects(update_id)
        if effect in known:
            return False
        lines = "\n".join([*known, effect])
        await self._on.execute(
            sa.update(updates).where(updates.c.update_id == update_id, _due).values(effects=lines)
        )
        return True

    async def effects(self, update_id: int) -> list[str]:
        """The effects of the update so far, in order."""
        query = sa.select(updates.c.effects).where(updates.c.update_id == update_id)
        found: str | None = await self._on.scalar(sql.locking(self._on, query))
        return found.split("\n") if found else []

    async def release_leases(self, now: datetime) -> int:
        """Release the previous leader's leases: its updates are due now. Returns how many."""
        result = await self._on.execute(
            sa.update(updates).where(_due, updates.c.lease != "").values(due_at=now, lease="")
        )
        return result.rowcount

    async def set_back(self, now: datetime) -> None:
        """Correct times after the clock was ahead: updates received or postponed then are due now."""
        ahead = updates.c.received_at > now
        await self._on.execute(
            sa.update(updates)
            .where(_due, sa.or_(ahead, updates.c.due_at > now + _PUT_OFF))
            .values(due_at=now)
        )
        await self._on.execute(sa.update(updates).where(_due, ahead).values(received_at=now))

    async def waiting(self) -> int:
        found = await self._on.scalar(sa.select(sa.func.count()).select_from(updates).where(_due))
        return int(found or 0)

    async def failed_for_good(self) -> list[FailedUpdate]:
        rows = await self._on.execute(
            sa.select(updates.c.update_id, updates.c.error)
            .where(state_is(updates, "aside"))
            .order_by(updates.c.update_id)
        )
        return [FailedUpdate(update_id=row.update_id, error=row.error) for row in rows]

    async def purge(self, before: datetime) -> None:
        """Delete handled updates received before `before`."""
        await self._on.execute(
            sa.delete(updates).where(updates.c.received_at < before, updates.c.state != "due")
        )


# Building a statement costs more than running it, so those on hot paths are built once.
_DONE = (
    sa.update(updates)
    .where(updates.c.update_id == sa.bindparam("b_id"))
    .values(state="done", lease="", chat_id=0, payload="", effects="")
)


_earlier = updates.alias()
_heads = (  # the oldest waiting update of each of so many chats
    sa.select(updates.c.update_id)
    .where(
        _due,
        updates.c.due_at <= sa.bindparam("b_now"),
        ~sa.exists().where(
            state_is(_earlier, "due"),
            _earlier.c.chat_id == updates.c.chat_id,
            _earlier.c.update_id < updates.c.update_id,
        ),
    )
    .order_by(updates.c.update_id)
    .limit(sa.bindparam("b_limit", type_=sa.Integer))
    .cte("heads")
)
_TAKE = (
    sa.update(updates)
    .where(updates.c.update_id.in_(sa.select(_heads)))
    .values(due_at=sa.bindparam("b_until"), lease=sa.bindparam("b_lease"))
    .returning(
        updates.c.update_id,
        updates.c.chat_id,
        updates.c.payload,
        updates.c.received_at,
        updates.c.attempts,
    )
)
