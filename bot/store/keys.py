"""Keys of the HTTP API, and what its requests with an Idempotency-Key did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import ApiKey, Once
from bot.store import sql
from bot.store.tables import api_keys, api_requests


class Keys:
    """Keys within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._on = connection

    async def add(self, key: ApiKey, digest: str) -> bool:
        """Store a new key by its hash; False if the name is taken."""
        row = {"id": key.id, "name": key.name, "hash": digest, "created_at": key.created_at, "used_at": None}
        added = await self._on.execute(sql.insert_or_ignore(self._on, api_keys, api_keys.c.id), row)
        return added.first() is not None

    async def all(self) -> list[ApiKey]:
        """Every key, the oldest first."""
        rows = await self._on.execute(sa.select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id))
        return [_key(row) for row in rows.mappings()]

    async def get(self, key_id: str) -> tuple[ApiKey, str] | None:
        """The key with this public part, and its hash."""
        row = (await self._on.execute(sa.select(api_keys).where(api_keys.c.id == key_id))).mappings().first()
        return None if row is None else (_key(row), row["hash"])

    async def exist(self) -> bool:
        """Whether there is any key."""
        return await self._on.scalar(sa.select(api_keys.c.id).limit(1)) is not None

    async def used(self, key_id: str, at: datetime) -> None:
        await self._on.execute(sa.update(api_keys).where(api_keys.c.id == key_id).values(used_at=at))

    async def remove(self, name: str) -> bool:
        """Delete the key of this name with what its requests did; False if there is none."""
        key_id = await self._on.scalar(
            sa.delete(api_keys).where(api_keys.c.name == name).returning(api_keys.c.id)
        )
        if key_id is not None:
            await self._on.execute(sa.delete(api_requests).where(api_requests.c.api_key == key_id))
        return key_id is not None

    # ── requests with an Idempotency-Key ────────────────────────────────────────────────────────

    async def begin(self, once: Once, part: int, at: datetime, since: datetime) -> bool:
        """Take this part of a request; False if it was taken since then.

        A second one that comes at the same time waits here for the first one's end, on either database.
        """
        await self._on.execute(sa.delete(api_requests).where(_of(once, part), api_requests.c.at < since))
        row = {"api_key": once.api_key, "key": once.key, "part": part}
        return await sql.add(
            self._on, api_requests, row | {"fingerprint": once.fingerprint, "answer": None, "at": at}
        )

    async def finish(self, once: Once, part: int, answer: Any) -> None:
        """Store the part's answer, in the transaction of its effect."""
        await self._on.execute(sa.update(api_requests).where(_of(once, part)).values(answer=answer))

    async def done(self, once: Once, part: int) -> tuple[str, Any]:
        """The fingerprint of a part that was taken before, and its answer."""
        query = sa.select(api_requests.c.fingerprint, api_requests.c.answer).where(_of(once, part))
        row = (await self._on.execute(query)).one()
        return row.fingerprint, row.answer

    async def purge_requests(self, before: datetime) -> None:
        await self._on.execute(sa.delete(api_requests).where(api_requests.c.at < before))


def _of(once: Once, part: int) -> sa.ColumnElement[bool]:
    return sa.and_(
        api_requests.c.api_key == once.api_key, api_requests.c.key == once.key, api_requests.c.part == part
    )


def _key(row: sa.RowMapping) -> ApiKey:
    return ApiKey(id=row["id"], name=row["name"], created_at=row["created_at"], used_at=row["used_at"])
