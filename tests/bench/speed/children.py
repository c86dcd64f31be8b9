"""Processes of the bench: every contestant gets a fresh interpreter, and the servers have their own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ROOT = Path(__file__).parents[3]
_TICKS = os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def standin(base: float, delay: float) -> Iterator[str]:
    """The stand-in server's URL."""
    command = [sys.executable, "-m", "tests.bench.speed.standin", str(base), str(delay)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        finally:
            server.terminate()


def run(contestant: str, **options: Any) -> dict[str, float]:
    """What a contestant measured, run alone in a fresh process."""
    command = [sys.executable, "-m", "tests.bench.speed.contestant", contestant]
    given = json.dumps(options)
    done = subprocess.run(command, cwd=ROOT, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{contestant} failed:\n{done.stderr[-3000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def ask(url: str, what: str, content: Any = None) -> Any:
    """One call to the stand-in's control door."""
    body = json.dumps(content).encode()
    with urlopen(f"{url}/control/{what}", data=body, timeout=30) as answer:
        return json.load(answer)


def environment(url: str, database: Path, **more: str) -> Mapping[str, str]:
    """Settings of a bot that speaks to the stand-in."""
    return {
        "TELEGRAM_BOT_TOKEN": "1:AAbenchbenchbenchbenchbench",
        "TELEGRAM_API_URL": url,
        "ALIEXPRESS_APP_KEY": "500000",
        "ALIEXPRESS_APP_SECRET": "bench-secret",
        "ALIEXPRESS_ACCESS_TOKEN": "bench-access",
        "ALIEXPRESS_REFRESH_TOKEN": "bench-refresh",
        "ALIEXPRESS_API_URL": url,
        "ALIEXPRESS_CALLS_PER_SECOND": "1000",
        "ALIEXPRESS_CALLS_PER_DAY": "100000000",
        "DATABASE_URL": f"sqlite:///{database}",
        "LISTEN": "",
    } | more


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Seconds by the wall's clock and of processor time (all threads)."""

    wall: float
    cpu: float


class Watch:
    """Measures a span of this process."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> Span:
        """The span since this was made."""
        return Span(wall=time.perf_counter() - self._wall, cpu=time.process_time() - self._cpu)


def peak_memory() -> float:
    """The most memory this process had, in MiB."""
    return memory_of(os.getpid())


def cpu_of(pid: int) -> float:
    """Processor seconds of another process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory_of(pid: int) -> float:
    """Resident memory of another process at its peak, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
