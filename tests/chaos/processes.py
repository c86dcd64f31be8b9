"""The processes of a run: the sandbox, and the bots that are killed and restarted."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import signal
import struct
import sys
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from tests import bodies
from tests.chaos.launch import CLOCK_FORMAT

ROOT = Path(__file__).resolve().parents[2]
ADMIN = 5_900_000_001
CALLS_PER_SECOND = 40
_UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@contextlib.asynccontextmanager
async def sandbox() -> AsyncIterator[dict[str, str]]:
    """The stand-ins as a process; what it said about itself. What the bots send to Telegram is checked."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.sandbox", "--port", "0", "--bare", "--speed", "0",
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        said: dict[str, str] = json.loads(await process.stdout.readline())
        yield said
        assert await asyncio.to_thread(bodies.wrong_at, said["url"]) == []
    finally:
        process.terminate()
        await process.wait()


def settings(said: Mapping[str, str], database_url: str) -> dict[str, str]:
    """The bots' environment: everything points at the sandbox, nothing listens."""
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
        "DATABASE_URL": database_url,
        "CHECK_MIN_SECONDS": "1",
        "CHECK_MAX_SECONDS": "2",
        "ADMIN_CHAT_IDS": str(ADMIN),
        "ORDERS_PER_CHAT": "50",
        "LISTEN": "",
        "LOG_LEVEL": "WARNING",
        "LOG_FORMAT": "json",
    }


class Launcher:
    """Starts bots that all have the same settings. `clock` is the file their time is displaced by."""

    def __init__(self, environ: Mapping[str, str], folder: Path, log: Path, fault: str = "") -> None:
        self._clock = folder / "clock"
        self._clock.write_bytes(struct.pack(CLOCK_FORMAT, 0.0))
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self._environ = inherited | dict(environ) | {"PYTHONUNBUFFERED": "1"}
        self._arguments = ["-m", "tests.chaos.launch", str(self._clock), *([fault] if fault else [])]
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self._asking = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Within it bots can be started."""
        # Its words go through a pipe: a full disk must not silence them.
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable, *self._arguments, cwd=ROOT, env=self._environ, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        drain = asyncio.create_task(self._write_down(process))
        try:
            yield
        finally:
            process.kill()
            await process.wait()
            await drain

    async def _write_down(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        with self._log.open("ab") as log:
            while chunk := await process.stderr.read(65_536):
                log.write(chunk)

    async def start(self, settings: Mapping[str, str]) -> int:
        """Start one more bot with these settings more; its process number."""
        return int(await self._ask("start", *(f"{name}={value}" for name, value in settings.items())))

    async def exit_code(self, pid: int) -> int | None:
        """How that bot ended, None while it lives."""
        status = await self._ask("poll", str(pid))
        return None if status == "-" else int(status)

    async def _ask(self, *words: str) -> str:
        async with self._asking:
            assert self._process is not None
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(f"{' '.join(words)}\n".encode())
            return (await self._process.stdout.readline()).decode().strip()

    def displace(self, seconds: float) -> None:
        """What the bots' clock is wrong by, from now on."""
        with self._clock.open("r+b") as file:
            file.write(struct.pack(CLOCK_FORMAT, seconds))


class Bot:
    """One bot after another: the same replica, killed and started again. `settings` are its own."""

    def __init__(self, launcher: Launcher, settings: Mapping[str, str]) -> None:
        self._launcher = launcher
        self._settings = settings
        self._pid = 0
        self.must_end = asyncio.Event()  # set: the present life ends now
        self.exit_code: int | None = None

    async def alive(self) -> bool:
        """Whether there is a bot; `exit_code` tells how the last one ended."""
        if self._pid and (code := await self._launcher.exit_code(self._pid)) is not None:
            self._pid, self.exit_code = 0, code
        return bool(self._pid)

    async def start(self) -> None:
        """Start a bot, after the one before ended."""
        self._pid = await self._launcher.start(self._settings)

    def signal_kill(self) -> None:
        """kill -9, without waiting for the end."""
        self._signal(signal.SIGKILL)

    def signal_stop(self) -> None:
        """SIGTERM, without waiting for the end."""
        self._signal(signal.SIGTERM)

    async def kill(self) -> None:
        """kill -9."""
        self.signal_kill()
        await self._ended(10.0)

    async def stop(self) -> float:
        """SIGTERM; the seconds it took."""
        began = time.monotonic()
        self.signal_stop()
        if not await self._ended(15.0):
            await self.kill()
        return time.monotonic() - began

    def _signal(self, number: signal.Signals) -> None:
        if self._pid:
            with contextlib.suppress(ProcessLookupError):
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
