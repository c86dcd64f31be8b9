"""`run` as a process, told to stop at a bad moment."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Sandbox


@pytest.mark.process
def test_a_locked_database_makes_no_stop_a_failure(own_sandbox: Sandbox, tmp_path: Path) -> None:
    database = tmp_path / "bot.db"
    env = os.environ | own_sandbox.settings | {"DATABASE_URL": f"sqlite:///{database}", "LOG_LEVEL": "INFO"}
    command = [sys.executable, "-m", "bot", "run"]
    with subprocess.Popen(command, env=env, cwd=ROOT, stderr=subprocess.PIPE, text=True) as bot:
        assert bot.stderr is not None
        seen = next((line for line in bot.stderr if "telegram answers" in line), "")
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            bot.send_signal(signal.SIGTERM)
            _, rest = bot.communicate(timeout=30)
    assert seen, "it never started"
    assert bot.returncode == 0, rest
    assert "not kept" in rest
