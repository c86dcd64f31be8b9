"""The two processes of a run: the sandbox, and the bot that is killed and started again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import signal
import sqlite3
import struct
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.chaos.launch import CLOCK_FORMAT

ROOT = Path(__file__).resolve().parents[2]
ADMIN = 5_900_000_001
CALLS_PER_SECOND = 40
_UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@contextlib.asynccontextmanager
async def sandbox() -> AsyncIterator[dict[str, str]]:
    """The stand-ins as a process; what it said about itself."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.sandbox", "--port", "0", "--bare", "--speed", "0",
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        said: dict[str, str] = json.loads(await process.stdout.readline())
        yield said
    finally:
        process.terminate()
        await process.wait()


def settings(said: Mapping[str, str], database: Path) -> dict[str, str]:
    """The bot's environment: everything points at the sandbox, nothing listens."""
    return {
        "TELEGRAM_BOT_TOKEN": said["bot_token"],
        "TELEGRAM_API_URL": said["telegram_api_url"],
        "ALIEXPRESS_APP_KEY": said["app_key"],
        "ALIEXPRESS_APP_SECRET": said["app_secret"],
        "ALIEXPRESS_ACCESS_TOKEN": said["access_token"],
        "ALIEXPRESS_REFRESH_TOKEN": said["refresh_token"],
        "ALIEXPRESS_API_URL": said["aliexpress_api_url"],
        "ALIEXPRESS_CALLS_PER_SECOND": str(CALLS_PER_SECOND),
        "ALIEXPRESS_CALLS_PER_DAY": "20000000",
        "DATABASE_URL": f"sqlite:///{database}",
        "CHECK_MIN_SECONDS": "1",
        "CHECK_MAX_SECONDS": "2",
        "ADMIN_CHAT_IDS": str(ADMIN),
        "ORDERS_PER_CHAT": "50",
        "LISTEN": "",
        "LOG_LEVEL": "WARNING",
        "LOG_FORMAT": "json",
    }


class Bot:
    """One bot after another on one database. `clock` is the file its time is displaced by."""

    def __init__(self, said: Mapping[str, str], folder: Path, log: Path, spoilt: str = "") -> None:
        self.database = folder / "bot.db"
        self._clock = folder / "clock"
        self._clock.write_bytes(struct.pack(CLOCK_FORMAT, 0.0))
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self._environ = inherited | settings(said, self.database) | {"PYTHONUNBUFFERED": "1"}
        self._arguments = ["-m", "tests.chaos.launch", str(self._clock), *([spoilt] if spoilt else [])]
        self._log = log
        self._launcher: asyncio.subprocess.Process | None = None
        self._drain: asyncio.Task[None] | None = None
        self._asking = asyncio.Lock()
        self._pid = 0
        self.exit_code: int | None = None

    @contextlib.asynccontextmanager
    async def launcher(self) -> AsyncIterator[None]:
        """Within it bots can be started; the last one is dead afterwards."""
        # Its words go through a pipe: a full disk must not silence them.
        self._launcher = process = await asyncio.create_subprocess_exec(
            sys.executable, *self._arguments, cwd=ROOT, env=self._environ, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self._drain = asyncio.create_task(self._write_down(process))
        try:
            yield
        finally:
            await self.kill()
            process.kill()
            await process.wait()
            await self._drain

    async def _write_down(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        with self._log.open("ab") as log:
            while chunk := await process.stderr.read(65_536):
                log.write(chunk)

    async def _ask(self, word: str) -> str:
        async with self._asking:
            assert self._launcher is not None
            assert self._launcher.stdin is not None
            assert self._launcher.stdout is not None
            self._launcher.stdin.write(f"{word}\n".encode())
            return (await self._launcher.stdout.readline()).decode().strip()

    async def alive(self) -> bool:
        """Whether there is a bot; `exit_code` tells how the last one ended."""
        if self._pid and (status := await self._ask("poll")) != "-":
            self._pid, self.exit_code = 0, int(status)
        return bool(self._pid)

    def displace(self, seconds: float) -> None:
        """What the bot's clock is wrong by, from now on."""
        with self._clock.open("r+b") as file:
            file.write(struct.pack(CLOCK_FORMAT, seconds))

    async def start(self) -> None:
        """Start a bot, after the one before ended."""
        self._pid = int(await self._ask("start"))

    async def kill(self) -> None:
        """kill -9."""
        self._signal(signal.SIGKILL)
        await self._ended(10.0)

    async def stop(self) -> float:
        """SIGTERM; the seconds it took."""
        began = time.monotonic()
        self._signal(signal.SIGTERM)
        if not await self._ended(15.0):
            await self.kill()
        return time.monotonic() - began

    def _signal(self, number: signal.Signals) -> None:
        if self._pid:
            os.kill(self._pid, number)

    async def _ended(self, within: float) -> bool:
        end = time.monotonic() + within
        while await self.alive():
            if time.monotonic() > end:
                return False
            await asyncio.sleep(0.01)
        return True

    def fill_disk(self) -> None:
        """No file of the bot can grow from now on."""
        self._limit((4096, resource.RLIM_INFINITY))

    def free_disk(self) -> None:
        self._limit(_UNLIMITED)

    def _limit(self, bytes_: tuple[int, int]) -> None:
        if self._pid:
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(self._pid, resource.RLIMIT_FSIZE, bytes_)

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The database as it is, for looking only."""
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10.0)
        try:
            yield connection
        finally:
            connection.close()

    async def hold_lock(self, seconds: float) -> None:
        """Hold the write lock, as another program would."""
        connection = sqlite3.connect(self.database, isolation_level=None, timeout=0.2)
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:  # the bot holds it at this moment
            connection.close()
            return
        try:
            await asyncio.sleep(seconds)
        finally:
            connection.execute("ROLLBACK")
            connection.close()


def rows(connection: sqlite3.Connection, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    return connection.execute(query, values).fetchall()
