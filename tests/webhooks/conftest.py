"""A shop's system, and an office that sends to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.parts import Engine
from tests.webhooks.parts import Office, Receiver, office, receiver


@pytest.fixture
async def shop() -> AsyncIterator[Receiver]:
    """A shop's system on loopback."""
    async with receiver() as made:
        yield made


@pytest.fixture
async def desk(engine: Engine) -> AsyncIterator[Office]:
    """An engine over a real SQLite file whose events are sent for real."""
    async with office(engine.store) as made:
        yield made
