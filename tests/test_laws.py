"""Invariants that span the whole product."""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from bot.model import Delivery, Message, Place, Snapshot
from bot.store import Store, Transaction
from tests import make
from tests.parts import Clock, Engine, PostOffice, ScriptedSource

_open = contextvars.ContextVar("open transactions", default=0)


class WatchedStore(Store):
    """A store that knows whether the present task is inside a transaction."""

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        async with super().write() as tx:
            token = _open.set(_open.get() + 1)
            try:
                yield tx
            finally:
                _open.reset(token)

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        async with super().read() as tx:
            token = _open.set(_open.get() + 1)
            try:
                yield tx
            finally:
                _open.reset(token)


async def test_nothing_is_asked_or_sent_while_a_transaction_is_open(tmp_path: Path) -> None:
    store = WatchedStore(f"sqlite:///{tmp_path / 'laws.db'}")
    await store.start()
    outside: list[str] = []

    def crossing(where: str) -> None:
        assert _open.get() == 0, f"{where} within a transaction"
        outside.append(where)

    class Source(ScriptedSource):
        async def fetch(self, order_id: str, language: str, *, urgent: bool = False) -> Snapshot:
            crossing("fetch")
            return await super().fetch(order_id, language, urgent=urgent)

    class Post(PostOffice):
        async def deliver(self, place: Place, message: Message, **how: Any) -> Delivery:
            crossing("deliver")
            return await super().deliver(place, message, **how)

        async def edit(self, place: Place, message_id: int, message: Message, **how: Any) -> Delivery:
            crossing("edit")
            return await super().edit(place, message_id, message, **how)

    watched = Engine(store, source=Source(Clock()), post=Post())
    await watched.follow()
    await watched.follow(place=Place(2), language="ru")
    await watched.set_card(7)
    watched.source.add(make.ORDER, "Package arrived at transit country/region.")
    await watched.look_and_tell()
    await store.close()
    assert {"fetch", "deliver", "edit"} <= set(outside)
