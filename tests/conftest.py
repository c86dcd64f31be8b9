"""What tests share: an engine with its seams in hand, and a world to play in."""

from __future__ import annotations

import functools
import gc
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from bot.store import Store
from tests import bodies
from tests.parts import Engine, migrated
from tests.wheel import program
from tests.world import World, world

if TYPE_CHECKING:
    from playwright.async_api import Browser

__all__ = ["program"]  # a fixture: two files use it, and each that imported it would build a wheel

# Test machines are shared and noisy: how long one example takes says nothing.
settings.register_profile("noisy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("noisy")


# What is costly to start, or to compute for a whole file, is made once: these tests run in one worker. The
# marker that xdist has for it does nothing under pytest 9.2, where a test's id can no longer be changed.
_TOGETHER = {
    "tests/test_browser.py": "chat in a browser",
    "tests/test_page_browser.py": "page in a browser",
    "tests/test_imports.py": "imports",
    "tests/test_demo.py": "demo",
    "tests/test_wheel.py": "wheel",
    "tests/test_deploy.py": "wheel",
    "tests/sandbox/test_page.py": "page",
    "tests/test_pacing_replay.py": "replay",
    "tests/test_stages_blind.py": "blind sets",
    "tests/test_docs.py": "docs",
    "tests/test_i18n.py": "catalogs",
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse tests that `make suite` would never run: it looks for those that run alone in one folder."""
    lost = [one.nodeid for one in items if one.get_closest_marker("alone") and "chaos" not in one.path.parts]
    if lost:
        raise pytest.UsageError(f"tests marked `alone` belong into tests/chaos: {lost}")


@pytest.fixture(autouse=True)
def bodies_are_right() -> Iterator[None]:
    """Whatever was sent to Telegram is what its library would send."""
    bodies.noted()
    yield
    assert bodies.noted() == []


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    """Tracking, poller and sender over a real SQLite file, a scripted source and post office."""
    (tmp_path / "engine.db").write_bytes(migrated())
    store = Store(f"sqlite:///{tmp_path / 'engine.db'}")
    await store.start()
    yield Engine(store)
    await store.close()


@pytest.fixture
async def idle(tmp_path: Path) -> AsyncIterator[World]:
    """A sandbox that stands still, and no bot yet."""
    async with world(tmp_path) as here:
        yield here


@pytest.fixture
async def play(idle: World) -> World:
    """The product running against it."""
    await idle.start()
    return idle


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests of a module: starting one costs more than a test."""
    from playwright.async_api import async_playwright

    from tests import browsers

    async with async_playwright() as playwright:
        started = await browsers.launch(playwright)
        yield started
        await started.close()
