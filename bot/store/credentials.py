"""The merchant's grant: newest tokens, the one right to refresh them, the warnings given."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Tokens
from bot.store import sql
from bot.store.tables import credentials

_tokens = TypeAdapter(Tokens)


class Seal(Protocol):
    """Makes texts unreadable at rest."""

    def seal(self, text: str) -> str:
        """Return what may be written to disk."""
        ...

    def open(self, stored: str) -> str:
        """Return the text of `seal`; raises StoreError where the key does not fit."""
        ...


class Credentials:
    """The row of one app, in transactions of its own. Its repr shows no token."""

    def __init__(self, database: sql.Database, app_key: str, seal: Seal, now: Callable[[], datetime]) -> None:
        self._database = database
        self._app_key = app_key
        self._seal = seal
        self._now = now

    def __repr__(self) -> str:
        return f"<Credentials of {self._app_key}>"

    async def load(self) -> Tokens | None:
        """Return the newest tokens."""
        async with self._database.read() as on:
            return await self._load(on)

    async def save(self, tokens: Tokens, replacing: Tokens | None) -> bool:
        """Store `tokens` where `replacing` (its access token) is still stored, or nothing is.

        With `replacing` None they are stored whatever is there: somebody logged in.
        """
        async with self._database.write() as on:
            if replacing is not None:  # a new login replaces even what the key no longer opens
                stored = await self._load(on, lock=True)
                if stored is not None and stored.access_token != replacing.access_token:
                    return False
            text = self._seal.seal(_tokens.dump_json(tokens).decode())
            values: dict[str, Any] = {"tokens": text} | ({} if replacing else {"warned": []})
            await on.execute(
                sql.upsert(on, credentials, ["app_key"], values), {"app_key": self._app_key} | values
            )
        return True

    @asynccontextmanager
    async def refreshing(self, owner: str, seconds: float) -> AsyncIterator[bool]:
        """Take the one right to refresh for at most `seconds`; yields False where another owner has it."""
        now = self._now()
        async with self._database.write() as on:
            await on.execute(sql.insert_or_ignore(on, credentials), {"app_key": self._app_key})
            free = sa.or_(
                credentials.c.leased_until.is_(None),
                credentials.c.leased_until < now,
                credentials.c.lease == owner,
            )
            taken = await on.execute(
                sa.update(credentials)
                .where(credentials.c.app_key == self._app_key, free)
                .values(lease=owner, leased_until=now + timedelta(seconds=seconds))
            )
        got = bool(taken.rowcount)
        try:
            yield got
        finally:
            if got:
                async with self._database.write() as on:
                    await on.execute(
                        sa.update(credentials)
                        .where(credentials.c.app_key == self._app_key, credentials.c.lease == owner)
                        .values(lease="", leased_until=None)
                    )

    @staticmethod
    async def release_leases(on: AsyncConnection) -> None:
        """After the end of the last leader: it is not refreshing any more."""
        await on.execute(sa.update(credentials).values(lease="", leased_until=None))

    async def warned(self) -> frozenset[str]:
        """Keys of the warnings that admins were given about this grant."""
        async with self._database.read() as on:
            found = await on.scalar(
                sa.select(credentials.c.warned).where(credentials.c.app_key == self._app_key)
            )
        return frozenset(found or ())

    async def remember_warned(self, keys: Iterable[str]) -> None:
        """Remember that these warnings were given."""
        await self._write_warned(await self.warned() | set(keys))

    async def forget_warned(self, keys: Iterable[str]) -> None:
        """Let these warnings be given again: what they told of is over."""
        await self._write_warned(await self.warned() - set(keys))

    async def _write_warned(self, known: frozenset[str]) -> None:
        async with self._database.write() as on:
            await on.execute(
                sa.update(credentials)
                .where(credentials.c.app_key == self._app_key)
                .values(warned=sorted(known))
            )

    async def _load(self, on: AsyncConnection, *, lock: bool = False) -> Tokens | None:
        query = sa.select(credentials.c.tokens).where(credentials.c.app_key == self._app_key)
        stored = await on.scalar(query.with_for_update() if lock else query)
        return _tokens.validate_json(self._seal.open(stored)) if stored else None
