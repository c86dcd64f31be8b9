"""A sandbox in a process of its own, a clean folder and environment, and commands run against them."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.settings import SECRETS, Settings
from tests import bodies

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """Where the stand-ins listen and what they accept."""

    told: Mapping[str, str]

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a bot that works."""
        return {
            "TELEGRAM_BOT_TOKEN": self.told["bot_token"],
            "TELEGRAM_API_URL": self.told["telegram_api_url"],
            "ALIEXPRESS_APP_KEY": self.told["app_key"],
            "ALIEXPRESS_APP_SECRET": self.told["app_secret"],
            "ALIEXPRESS_API_URL": self.told["aliexpress_api_url"],
            "ALIEXPRESS_ACCESS_TOKEN": self.told["access_token"],
            "ALIEXPRESS_REFRESH_TOKEN": self.told["refresh_token"],
            "LINK_SECRET": "a-secret-of-your-own",
            "TOKEN_KEY": "a-key-of-your-own",
            "LISTEN": "127.0.0.1:0",
        }

    def control(self, path: str, **body: object) -> Any:
        """Act as a person or as AliExpress."""
        request = urllib.request.Request(
            f"{self.told['url']}/control{path}",
            data=json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    def bot(self, method: str, **parameters: object) -> Any:
        """A call with the bot's token."""
        request = urllib.request.Request(
            f"{self.told['telegram_api_url']}/bot{self.told['bot_token']}/{method}",
            data=json.dumps(parameters).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())["result"]


@contextmanager
def sandbox_process() -> Iterator[Sandbox]:
    """The stand-ins; what was sent to Telegram there is checked at the end."""
    command = [sys.executable, "-m", "bot.sandbox", "--port", "0", "--bare", "--speed", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            told = json.loads(process.stdout.readline())
            yield Sandbox(told=told)
            assert bodies.wrong_at(told["url"]) == []
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One for all tests that leave it as it is."""
    with sandbox_process() as shared:
        yield shared


@pytest.fixture
def own_sandbox() -> Iterator[Sandbox]:
    """One for a test that changes it."""
    with sandbox_process() as own:
        yield own


@dataclass(kw_only=True)
class Terminal:
    """Runs commands in an empty folder."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str, answers: str = "", **environment: str) -> Result:
        """The command's result; what it raised is in it."""
        return CliRunner().invoke(app, list(words), input=answers, env=self.environment | environment)

    def findings(self, *words: str, **environment: str) -> dict[str, dict[str, str]]:
        """What `doctor` found, by name; the worst where a name comes twice."""
        result = self.run("doctor", "--json", *words, **environment)
        order = {"ok": 0, "warning": 1, "failure": 2}
        found: dict[str, dict[str, str]] = {}
        told = json.loads(result.stdout)
        assert result.exit_code == told["code"]
        for one in told["findings"]:
            known = found.get(one["check"])
            if known is None or order[one["verdict"]] > order[known["verdict"]]:
                found[one["check"]] = one
        return found


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name in SECRETS:
        monkeypatch.delenv(f"{name.upper()}_FILE", raising=False)
    root, hook = logging.getLogger(), sys.excepthook
    handlers, level = list(root.handlers), root.level
    yield Terminal(folder=tmp_path)
    root.handlers[:], sys.excepthook = handlers, hook
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.fixture
def own(terminal: Terminal, own_sandbox: Sandbox) -> Terminal:
    """The same over a sandbox of its own."""
    terminal.environment = own_sandbox.settings
    return terminal


@pytest.fixture
def working(terminal: Terminal, sandbox: Sandbox) -> Terminal:
    """A terminal whose environment is a working bot's."""
    terminal.environment = sandbox.settings
    return terminal


def process_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """For a real process: ours, and what it needs to find Python and the code."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | dict(settings)
