"""One process leads, the others stand by; no two ever act at once; leadership passes on within seconds."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from bot.errors import SettingsError, StoreError
from bot.store import Store
from bot.store.leadership import Leadership
from bot.store.locks import FENCE, GRACE, lock_of
from bot.store.sql import Database
from tests.store import postgres

_HOLDER = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted"


class Process:
    """One process's part: what it does is written down."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.leadership = Leadership(self.database)
        self.stopping = asyncio.Event()
        self.log: list[str] = []
        self.patience = 0.0  # seconds for which it goes on after it was told to end
        self.task = asyncio.create_task(self.leadership.lead(self.stopping, self._work))

    async def _work(self, ending: asyncio.Event) -> None:
        self.log.append("in")
        try:
            await ending.wait()
            await asyncio.sleep(self.patience)
        finally:
            self.log.append("out")

    async def stop(self) -> None:
        """As SIGTERM does."""
        self.stopping.set()
        await self.task


@pytest.fixture
async def processes(url: str) -> AsyncIterator[list[Process]]:
    """Three on one database; the first leads."""
    made = [Process(url)]
    await _until(lambda: made[0].leadership.acting)
    made += [Process(url), Process(url)]
    yield made
    for one in made:
        one.stopping.set()
    await asyncio.gather(*(one.task for one in made))
    for one in made:
        await one.database.close()


async def _until(condition: object, seconds: float = 60.0) -> float:
    """Wait for it; the seconds after which it still was not so: a busy machine makes them no more."""
    began = last = time.monotonic()
    async with asyncio.timeout(seconds):
        while True:
            now = time.monotonic()
            if condition():  # type: ignore[operator]  # any callable
                return last - began
            last = now
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def _watched(processes: list[Process]) -> AsyncIterator[None]:
    """Fails where two processes act at one moment."""
    over = asyncio.Event()

    async def watch() -> None:
        while not over.is_set():
            assert sum(one.leadership.acting for one in processes) <= 1
            await asyncio.sleep(0.002)

    watching = asyncio.create_task(watch())
    yield
    over.set()
    await watching


# ── handing over ────────────────────────────────────────────────────────────────────────────────


async def test_one_leads_and_hands_over_without_waiting_for_the_fence(processes: list[Process]) -> None:
    async with _watched(processes):
        await asyncio.sleep(0.6)
        assert [one.log for one in processes] == [["in"], [], []]
        stopping = asyncio.create_task(processes[0].stop())
        taken = await _until(lambda: any(one.leadership.acting for one in processes[1:]))
        await stopping
    assert processes[0].log == ["in", "out"]
    assert taken < GRACE


async def test_the_successor_waits_until_the_leader_has_ended(processes: list[Process]) -> None:
    first, *others = processes
    first.patience = 1.5
    async with _watched(processes):
        stopping = asyncio.create_task(first.stop())
        await _until(lambda: any(one.log for one in others))
        await stopping
        assert first.log == ["in", "out"]


async def test_work_that_fails_gives_the_lock_back(url: str) -> None:
    async def fail(_ending: asyncio.Event) -> None:
        raise LookupError

    database = Database(url)
    with pytest.raises(LookupError):
        await Leadership(database).lead(asyncio.Event(), fail)
    await database.close()
    second = Process(url)
    await _until(lambda: second.leadership.acting)
    await second.stop()
    await second.database.close()


async def test_leadership_ends_with_the_task(url: str) -> None:
    process = Process(url)
    await _until(lambda: process.leadership.acting)
    process.task.cancel()
    await asyncio.gather(process.task, return_exceptions=True)
    assert process.log == ["in", "out"]
    assert not process.leadership.acting
    lock = lock_of(process.database)
    try:
        async with asyncio.timeout(60.0):
            while not await lock.acquire():  # a server of PostgreSQL needs a moment to end the session
                await asyncio.sleep(0.005)
    finally:
        await lock.release()
        await process.database.close()


async def test_the_first_attempt_says_what_is_wrong_with_the_database(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        Process(f"sqlite:///{tmp_path}/none/bot.db")
    process = Process("postgresql://nobody:secret@127.0.0.1:1/none")
    with pytest.raises(StoreError) as caught:
        await process.task
    assert "secret" not in str(caught.value)
    await process.database.close()


# ── SQLite ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_deleted_lock_file_ends_leadership(tmp_path: Path) -> None:
    """Another process could lock a new file of that name."""
    process = Process(f"sqlite:///{tmp_path}/bot.db")
    await _until(lambda: process.leadership.acting)
    (tmp_path / "bot.db.lock").unlink()
    await _until(lambda: process.log[:2] == ["in", "out"])
    await _until(lambda: process.leadership.acting)
    await process.stop()
    await process.database.close()


def test_a_killed_leader_leaves_no_lock(tmp_path: Path) -> None:
    code = (
        "import asyncio, os, signal, sys\n"
        "from bot.store.locks import lock_of\n"
        "from bot.store.sql import Database\n"
        "assert asyncio.run(lock_of(Database(sys.argv[1])).acquire())\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    path = tmp_path / "bot.db"
    assert subprocess.run([sys.executable, "-c", code, str(path)], check=False).returncode == -9

    async def acquire() -> bool:
        lock = lock_of(Database(str(path)))
        try:
            return await lock.acquire()
        finally:
            await lock.release()

    assert asyncio.run(acquire())


# ── PostgreSQL ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def own_url(own_postgres: postgres.Server) -> str:
    return own_postgres.address


def _holder(url: str) -> int:
    with psycopg.connect(url, autocommit=True) as on:
        ((pid,),) = on.execute(_HOLDER).fetchall()
    return int(pid)


async def test_a_leader_whose_session_is_cut_ends_before_another_begins(own_url: str) -> None:
    made = [Process(own_url)]
    await _until(lambda: made[0].leadership.acting)
    made += [Process(own_url), Process(own_url)]
    async with _watched(made):
        for _ in range(6):
            leader = next(one for one in made if one.leadership.acting)
            terms = len(leader.log)
            with psycopg.connect(own_url, autocommit=True) as on:
                on.execute("SELECT pg_terminate_backend(%s)", [_holder(own_url)])
            await _until(lambda: len(leader.log) > terms)  # noqa: B023  used at once
            await _until(lambda: any(one.leadership.acting for one in made))
        await asyncio.gather(*(one.stop() for one in made))
    for one in made:
        assert one.log == ["in", "out"] * (len(one.log) // 2)
        await one.database.close()


async def test_a_leader_that_gets_no_answer_ends_within_the_fence(own_url: str) -> None:
    process = Process(own_url)
    process.patience = 60.0  # it would go on for long
    await _until(lambda: process.leadership.acting)
    pid = _holder(own_url)
    os.kill(pid, signal.SIGSTOP)  # as where the network between them is silent
    try:
        acted = await _until(lambda: not process.leadership.acting)
        await _until(lambda: process.log == ["in", "out"])
    finally:
        os.kill(pid, signal.SIGCONT)
    assert acted <= FENCE + 0.3
    process.patience = 0.0
    await _until(lambda: process.leadership.acting)  # nobody else took over meanwhile
    await process.stop()
    await process.database.close()


async def test_the_successor_of_a_leader_that_vanished_waits_for_the_fence(own_url: str) -> None:
    store = Store(own_url)
    await store.start()
    async with store.write() as tx:
        await tx.memory.put("leader:0123456789abcdef", True)
    process = Process(own_url)
    began = time.monotonic()
    await _until(lambda: process.leadership.acting)
    assert time.monotonic() - began >= GRACE
    assert GRACE > FENCE
    await process.stop()
    async with store.read() as tx:
        assert await tx.memory.get("leader:0123456789abcdef") is None
    await process.database.close()
    await store.close()


async def test_a_stand_by_outlives_a_restart_of_the_server(own_postgres: postgres.Server) -> None:
    made = [Process(own_postgres.address)]
    await _until(lambda: made[0].leadership.acting)
    made.append(Process(own_postgres.address))
    await asyncio.sleep(0.6)  # until it stands by
    async with _watched(made):
        await asyncio.to_thread(own_postgres.stop)
        await _until(lambda: made[0].log == ["in", "out"])
        await asyncio.sleep(2.0)
        assert not any(one.task.done() for one in made), "both keep trying"
        await asyncio.to_thread(own_postgres.start)
        await _until(lambda: any(one.leadership.acting for one in made))
        await asyncio.gather(*(one.stop() for one in made))
    for one in made:
        await one.database.close()
