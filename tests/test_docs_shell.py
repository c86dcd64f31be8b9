"""Every shell block of the documentation is bash; each of its commands runs here or has a reason why not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from bot.cli.checks.machine import OF_COMPOSE
from bot.settings import load_settings
from tests.cli.conftest import Sandbox, process_environment, sandbox

__all__ = ["sandbox"]  # a fixture

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_BLOCK = re.compile(r"^( *)```sh\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_SETTING = re.compile(r"([A-Z][A-Z_]*)=(\S*)( +#.*)?")
_NOT_HERE = {
    r"docker |export POSTGRES_PASSWORD=": "no container engine; test_deploy.py reads the files",
    r"sudo |journalctl |cd /var/lib/": "changes the machine; test_deploy.py reads the unit",
    r"make (lock|test)|python3 .*pytest": "downloads packages, or is the suite itself",
    r"make demo|python3 .*bot demo|SHOP_FILE=\S+ parcel-bot demo": "test_demo.py runs it",
    r"python3 -m venv|\.venv/bin/pip |\. \.venv/bin/activate|pipx ": "downloads packages; test_wheel.py",
    r"parcel-bot init": "asks questions; tests/cli/test_terminal.py answers them in a terminal",
    r"parcel-bot run": "runs until it is stopped; test_deploy.py starts it",
    r"pg_dump |parcel-bot migrate-data .* postgresql:": "names a PostgreSQL server; tests/store has one",
    r"curl (-X [A-Z]+ )?\"?https://parcels\.example\.com": "asks a public address; tests/api runs them",
    r"python -m tests\.bench": "measures for minutes",
}


def _blocks() -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        for number, match in enumerate(_BLOCK.finditer(page.read_text(encoding="utf-8")), 1):
            found.append((f"{page.relative_to(ROOT)}:{number}", textwrap.dedent(match[2])))
    return found


BLOCKS = _blocks()


def _commands(block: str) -> list[str]:
    joined = re.sub(r"\\\n\s*", " ", block)
    return [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def _reason(command: str) -> str:
    return next((reason for start, reason in _NOT_HERE.items() if re.match(start, command)), "")


def test_all_blocks_are_bash() -> None:
    for name, block in BLOCKS:
        done = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), name


def test_each_reason_is_needed() -> None:
    commands = [command for _, block in BLOCKS for command in _commands(block)]
    assert len(commands) > 50
    for start in _NOT_HERE:
        assert any(re.match(start, command) for command in commands), start


@pytest.mark.process
@pytest.mark.parametrize("block", [block for _, block in BLOCKS], ids=[name for name, _ in BLOCKS])
def test_its_commands_run(block: str, sandbox: Sandbox, tmp_path: Path) -> None:
    commands = [command for command in _commands(block) if not _reason(command)]
    if not commands:
        pytest.skip("; ".join({_reason(command) for command in _commands(block)}))
    given = {match[1]: match[2] for command in commands if (match := _SETTING.fullmatch(command))}
    if len(given) == len(commands):
        named = {name: "x" * 20 if value == "…" else value for name, value in given.items()}
        ours = {name: value for name, value in named.items() if name not in OF_COMPOSE}
        load_settings(sandbox.settings | {"WEBHOOK_SECRET": "x" * 20} | ours, dotenv=None)
        return
    program = tmp_path / "bin/parcel-bot"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m bot "$@"\n')
    program.chmod(0o755)
    environment = process_environment(sandbox.settings)
    environment["PATH"] = f"{program.parent}{os.pathsep}{environment['PATH']}"
    (tmp_path / "backups").mkdir()
    script = "\n".join(["parcel-bot migrate", *commands] if "backup" in block else commands).replace(
        "/backups/", f"{tmp_path}/backups/"
    )
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", script],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
