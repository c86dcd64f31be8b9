"""What only a real terminal shows: colours, and secrets that are not echoed while they are typed."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import Sandbox, process_environment

pytestmark = pytest.mark.process


class Screen:
    """A program in a pseudo-terminal: `shown` is all that it and the echo wrote."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._answered = 0
        self.shown = ""

    def until(self, text: str, seconds: float = 60) -> None:
        """Read until `text` was shown behind what was waited for before."""
        deadline = time.monotonic() + seconds
        while text not in self.shown[self._answered :]:
            assert time.monotonic() < deadline, self.shown
            if select.select([self._handle], [], [], 1.0)[0]:
                self._read()
        self._answered = self.shown.index(text, self._answered) + len(text)

    def rest(self) -> None:
        """Read until it ends."""
        with contextlib.suppress(OSError):  # how Linux says that the other side is closed
            while self._read():
                pass

    def interrupt(self, process: subprocess.Popen[bytes]) -> None:
        """Press Ctrl-C until it ends: Python misses one that comes while its prompt is being drawn."""
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
        self.rest()

    def _read(self) -> int:
        found = os.read(self._handle, 65536)
        self.shown += found.decode("utf-8", "replace")
        return len(found)

    def type(self, text: str) -> None:
        os.write(self._handle, f"{text}\n".encode())


@contextlib.contextmanager
def screen(*words: str, cwd: Path, **environment: str) -> Iterator[tuple[Screen, subprocess.Popen[bytes]]]:
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=cwd,
        env=process_environment({"TERM": "xterm-256color", "COLUMNS": "200"} | environment),
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Screen(ours), process
    finally:
        process.kill()
        process.wait()
        os.close(ours)


@pytest.mark.parametrize("refused", [False, True])
def test_findings_are_coloured_for_people_unless_they_refuse_it(
    tmp_path: Path, sandbox: Sandbox, refused: bool
) -> None:
    wish = {"NO_COLOR": "1"} if refused else {}
    with screen("doctor", cwd=tmp_path, **sandbox.settings, **wish) as (shown, process):
        shown.rest()
        process.wait(60)
    assert ("\x1b[1;32m✓" in shown.shown) is not refused
    assert "✓ telegram" in re.sub(r"\x1b\[[0-9;]*m", "", shown.shown)


def _accounts(told: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The first questions of init, with their answers."""
    yield "Bot token (not shown): ", told["bot_token"]
    yield "App Key: ", told["app_key"]
    yield "App Secret (not shown): ", told["app_secret"]
    yield "/callback]: ", ""


def test_a_secret_is_not_echoed_while_it_is_typed(tmp_path: Path, sandbox: Sandbox) -> None:
    told = sandbox.told
    urls = {name: sandbox.settings[name] for name in ("TELEGRAM_API_URL", "ALIEXPRESS_API_URL")}
    with screen("init", cwd=tmp_path, **urls) as (shown, process):
        for prompt, answer in (
            *_accounts(told),
            ("[Y/n]: ", "n"),
            ("separated by commas: ", "5000000001"),
            ("[open]: ", "open"),
            ("[en]: ", "en"),
            ("[UTC]: ", "UTC"),
            ("Shop name: ", "Kiosk"),
            ("email address: ", "@kiosk_support"),
            ("(empty: none): ", "08:00"),
            ("[Y/n]: ", "n"),
        ):
            shown.until(prompt)
            shown.type(answer)
        shown.rest()
        assert process.wait(120) == 0, shown.shown
    assert told["app_key"] in shown.shown, "what is no secret is echoed"
    assert told["bot_token"] not in shown.shown
    assert told["app_secret"] not in shown.shown
    assert (tmp_path / ".env").is_file()


def test_init_waits_for_the_operators_first_message(tmp_path: Path, own_sandbox: Sandbox) -> None:
    told = own_sandbox.told
    urls = {name: own_sandbox.settings[name] for name in ("TELEGRAM_API_URL", "ALIEXPRESS_API_URL")}
    ann = own_sandbox.control("/chats", type="private", first_name="Ann", started=True)
    own_sandbox.control(f"/chats/{ann['id']}/say", text="an older message")
    with screen("init", cwd=tmp_path, **urls) as (shown, process):
        for prompt, answer in (
            *_accounts(told),
            ("[Y/n]: ", "y"),
        ):
            shown.until(prompt)
            shown.type(answer)
        shown.until("Waiting up to 60 s")
        time.sleep(2)  # the older message must not end the wait
        own_sandbox.control(f"/chats/{ann['id']}/say", text="/start")
        shown.until("is that you (Ann)?")
        shown.interrupt(process)
        assert process.wait(120) != 0
    assert "Traceback" not in shown.shown
    assert not (tmp_path / ".env").exists(), "giving up writes nothing"
