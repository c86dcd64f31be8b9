"""What tests share: a world to play in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.world import World, world


@pytest.fixture
async def play(tmp_path: Path) -> AsyncIterator[World]:
    """The product running against a sandbox that stands still."""
    async with world(tmp_path) as here:
        await here.start()
        yield here
