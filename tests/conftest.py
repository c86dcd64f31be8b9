"""What tests share: an engine with its seams in hand, and a world to play in."""

from __future__ import annotations

import asyncio
import functools
import gc
import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from bot.store import Store
from tests import bodies
from tests.parts import Engine
from tests.world import World, world

# Test machines are shared and noisy: how long one example takes says nothing.
settings.register_profile("noisy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("noisy")


# What is costly to start is started once: these tests run in one worker. xdist's marker for it does nothing
# under pytest 9.2, where a test's id can no longer be changed.
_TOGETHER = {
    "tests/test_demo.py": "demo",
    "tests/test_wheel.py": "wheel",
    "tests/test_deploy.py": "wheel",
    "tests/sandbox/test_page.py": "page",
}


class _Groups(LoadScopeScheduling):  # type: ignore[misc]
    """Each test goes to the next free worker, but those that belong together to one."""

    def _split_scope(self, nodeid: str) -> str:
        return _TOGETHER.get(nodeid.partition("::")[0], nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """What hands tests to workers."""
    return _Groups(config, log)


def pytest_sessionstart() -> None:
    """Have Ctrl-C heard by the programs that tests start, and forget what functions remember.

    A shell has what it starts in the background ignore Ctrl-C, and children inherit that. mutmut has run the
    tests in this process before it made the mutant.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if "MUTANT_UNDER_TEST" in os.environ:
        remembering = type(functools.lru_cache(lambda: None))
        for one in gc.get_objects():
            if isinstance(one, remembering) and one.cache_parameters()["maxsize"] is not None:
                one.cache_clear()


@pytest.fixture(autouse=True)
def bodies_are_right() -> Iterator[None]:
    """Whatever was sent to Telegram is what its library would send."""
    bodies.noted()
    yield
    assert bodies.noted() == []


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database with today's schema, to be copied: migrating takes a third of a second."""
    path = tmp_path_factory.mktemp("template") / "bot.db"

    async def migrate() -> None:
        store = Store(str(path))
        await store.start()
        await store.close()

    asyncio.run(migrate())
    return path


@pytest.fixture
async def engine(tmp_path: Path, migrated_file: Path) -> AsyncIterator[Engine]:
    """Tracking, poller and sender over a real SQLite file, a scripted source and post office."""
    shutil.copy(migrated_file, tmp_path / "engine.db")
    store = Store(f"sqlite:///{tmp_path / 'engine.db'}")
    await store.start()
    yield Engine(store)
    await store.close()


@pytest.fixture
async def play(tmp_path: Path) -> AsyncIterator[World]:
    """The product running against a sandbox that stands still."""
    async with world(tmp_path) as here:
        await here.start()
        yield here
