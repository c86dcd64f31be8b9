"""A shop's system, and an office that sends to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import Store
from tests.webhooks.parts import Office, Receiver, office, receiver


@pytest.fixture
async def shop() -> AsyncIterator[Receiver]:
    """A shop's system on loopback."""
    async with receiver() as made:
        yield made


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Office]:
    """An engine over a real SQLite file whose events are sent for real."""
    store = Store(f"sqlite:///{tmp_path / 'webhooks.db'}")
    await store.start()
    async with office(store) as made:
        yield made
    await store.close()
