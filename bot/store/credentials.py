"""The merchant's login in the database: tokens, the lock for refreshing them, warnings given."""

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
    """Encrypts texts for storage."""

    def seal(self, text: str) -> str:
        """Return the encrypted text."""
        ...

    def open(self, stored: str) -> str:
        """Return the text that was sealed. Raises StoreError if the key does not match."""
        ...


class Credentials:
    """One app's credentials; every method is a transaction of its own. Its repr shows no token."""

    def __init__(self, database: sql.Database, app_key: str, seal: Seal, now: Callable[[], datetime]) -> None:
        self._database = database
        self._app_key = app_key
        self._seal = seal
        self._now = now

    def __repr__(self) -> str:
        return f"<Credentials of {self._app_key}>"

    async def load(self) -> Tokens | None:
        """Return the stored tokens; None if there are none. Raises StoreError if the key does not match."""
        async with self._database.read() as on:
            return await self._load(on)

    async def save(self, tokens: Tokens, replacing: Tokens | None) -> bool:
        """Store `tokens` if `replacing` (its access token) is still the stored one, or nothing is stored.

        With `replacing` None, as after a login, they replace whatever is stored. Returns whether they were
        stored.
        """
        async with self._database.write() as on:
            if replacing is not None:  # a new login also replaces tokens that the key cannot decrypt
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
        """Hold the refresh lock for at most `seconds`; yields False if another owner has it."""
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
        """Release the previous leader's refresh lock."""
        await on.execute(sa.update(credentials).values(lease="", leased_until=None))

    async def warned(self) -> frozenset[str]:
        """Keys of the warnings that admins have been given about this login."""
        async with self._database.read() as on:
            found = await on.scalar(
                sa.select(credentials.c.warned).where(credentials.c.app_key == self._app_key)
            )
        return frozenset(found or ())

    async def remember_warned(self, keys: Iterable[str]) -> None:
        """Record that these warnings were given."""
        await self._write_warned(await self.warned() | set(keys))

    async def forget_warned(self, keys: Iterable[str]) -> None:
        """Forget these warnings, so that they can be given again."""
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
