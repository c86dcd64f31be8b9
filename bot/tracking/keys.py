"""Keys of the HTTP API: made, listed, revoked, recognized."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.model import ApiKey, Once
from bot.store import Store, Transaction

NAME_LENGTH = 64
GOOD_FOR = timedelta(days=1)
"""For how long an Idempotency-Key is remembered."""

_FORM = re.compile(r"pk_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_NOTED_EVERY = timedelta(minutes=1)  # how exact the last use is known


class ApiKeys:
    """A key is `pk_`, its public part and 256 random bits; only its SHA-256 is stored.

    A hash without salt and without stretching suffices: nobody can try 2^256 keys.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        entropy: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._store = store
        self._now = now
        self._entropy = entropy

    async def add(self, name: str) -> str | None:
        """Make a key and return it, the only time that it is seen; None if the name is taken."""
        key_id = self._entropy(6).hex()
        secret = secrets.token_urlsafe(32)
        key = f"pk_{key_id}_{secret}"
        async with self._store.write() as tx:
            added = await tx.keys.add(ApiKey(id=key_id, name=name, created_at=self._now()), _digest(key))
        return key if added else None

    async def all(self) -> list[ApiKey]:
        """Every key, the oldest first."""
        async with self._store.read() as tx:
            return await tx.keys.all()

    async def revoke(self, name: str) -> bool:
        """Delete the key; requests with it are refused from now on. False if there is none of that name."""
        async with self._store.write() as tx:
            return await tx.keys.remove(name)

    async def identify(self, given: str) -> tuple[ApiKey | None, bool]:
        """The key that was given, None if it is wrong or revoked; and whether there is any key at all.

        Its use is noted, at most once a minute.
        """
        form = _FORM.fullmatch(given)
        async with self._store.read() as tx:
            found = await tx.keys.get(form[1]) if form else None
            if found is None:
                return None, await tx.keys.exist()
        key, digest = found
        if not hmac.compare_digest(digest, _digest(given)):
            return None, True
        now = self._now()
        if key.used_at is None or now - key.used_at >= _NOTED_EVERY:
            async with self._store.write() as tx:
                await tx.keys.used(key.id, now)
        return key, True


class RepeatedOtherwise(ValueError):
    """An Idempotency-Key came again with another body."""


async def repeated(tx: Transaction, once: Once, part: int, now: datetime) -> Any:
    """What this part of a request answered before; None if it comes for the first time.

    Raises RepeatedOtherwise if it says something else this time.
    """
    if await tx.keys.begin(once, part, now, now - GOOD_FOR):
        return None
    fingerprint, answer = await tx.keys.done(once, part)
    if fingerprint != once.fingerprint:
        raise RepeatedOtherwise(once.key)
    return answer


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
