"""`run` as a process, told to stop at a bad moment."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.chaos.processes import Bot, Launcher
from tests.cli.conftest import ROOT, Sandbox


@pytest.mark.process
def test_a_locked_database_makes_no_stop_a_failure(own_sandbox: Sandbox, tmp_path: Path) -> None:
    database = tmp_path / "bot.db"
    env = os.environ | own_sandbox.settings | {"DATABASE_URL": f"sqlite:///{database}", "LOG_LEVEL": "INFO"}
    people = (5000000101, 5000000102, 5000000103)
    for person in people:
        own_sandbox.control("/chats", id=person, type="private", name="Emma")
    command = [sys.executable, "-m", "bot", "run"]
    with subprocess.Popen(command, env=env, cwd=ROOT, stderr=subprocess.PIPE, text=True) as bot:
        assert bot.stderr is not None
        seen = next((line for line in bot.stderr if "connected to Telegram" in line), "")
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for person in people:
                own_sandbox.control(f"/chats/{person}/say", text="8211744661738042")
            bot.send_signal(signal.SIGTERM)
            _, rest = bot.communicate(timeout=120)  # were it to wait for the lock, it would hang
    assert seen, "it never started"
    assert bot.returncode == 0, rest
    assert "not stored" in rest


_HANGS = """
import threading, time
from bot.cli.run import _end_in
threading.Thread(target=time.sleep, args=(60,)).start()
_end_in(0.1)
"""


@pytest.mark.process
def test_a_stop_ends_whatever_hangs() -> None:
    ended = subprocess.run([sys.executable, "-c", _HANGS], cwd=ROOT, timeout=120, check=False)
    assert ended.returncode == 0


@pytest.mark.process
async def test_a_value_that_cannot_be_is_named_with_its_fix(sandbox: Sandbox, tmp_path: Path) -> None:
    usual = {"DATABASE_URL": f"sqlite:///{tmp_path / 'bot.db'}", "LISTEN": "127.0.0.1:0"}
    launcher = Launcher(sandbox.settings | usual, tmp_path, tmp_path / "log")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wrong = (
            ("LISTEN", f"127.0.0.1:{taken.getsockname()[1]}"),
            ("LISTEN", "203.0.113.7:8080"),
            ("DATABASE_URL", "sqlite:////no/such/folder/bot.db"),
            ("DATABASE_URL", "postgresql://host:abc/bot"),
        )
        async with launcher.running():
            for variable, value in wrong:
                bot = Bot(launcher, {variable: value})
                await bot.start()
                while await bot.alive():
                    await asyncio.sleep(0.01)
                assert bot.exit_code == 2, value
    said = (tmp_path / "log").read_text()
    assert [line.partition(": ")[0] for line in said.splitlines()] == [variable for variable, _ in wrong], (
        said
    )
