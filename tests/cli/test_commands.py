"""The command line as a whole: help for everything, mistakes in one sentence, the right exit codes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli import COMMANDS, main
from tests.cli.conftest import Sandbox, Terminal, process_environment


@dataclass(frozen=True)
class Ended:
    """How the program ended."""

    code: object
    stderr: str


@pytest.fixture
def program(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ended]:
    """The whole program in an empty folder, in this process: to start Python takes longer than to answer."""

    def run(*words: str, **environment: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["bot", *words])
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as end:
            main()
        return Ended(end.value.code, capsys.readouterr().err)

    return run


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_that_says_what_it_is_for(name: str, terminal: Terminal) -> None:
    result = terminal.run(name, "--help")
    assert result.exit_code == 0
    assert COMMANDS[name].__doc__
    assert str(COMMANDS[name].__doc__).splitlines()[0].split()[0] in result.stdout


def test_without_a_command_all_are_listed(terminal: Terminal) -> None:
    listed = terminal.run("--help").stdout
    assert [name for name in COMMANDS if name not in listed] == []


def test_an_unknown_command_is_a_mistake_of_use(program: Callable[..., Ended]) -> None:
    assert program("nonsense").code == 2


@pytest.mark.parametrize("words", ["run", "watch orders.csv"])
def test_in_an_empty_folder_every_command_points_to_init(program: Callable[..., Ended], words: str) -> None:
    done = program(*words.split())
    assert done.code == 2
    missing, hint = done.stderr.splitlines()
    assert missing.startswith("TELEGRAM_BOT_TOKEN: is missing")
    assert "python -m bot init" in hint


def test_missing_settings_are_one_sentence_and_2(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LOG_LEVEL=INFO\n")
    done = subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        env=process_environment({}), cwd=tmp_path, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("TELEGRAM_BOT_TOKEN: is missing")


def test_a_failure_is_one_sentence_and_1(program: Callable[..., Ended], sandbox: Sandbox) -> None:
    refused = sandbox.settings | {"TELEGRAM_BOT_TOKEN": "700000001:wrong"}
    done = program("link", "8211744661738042", **refused)
    assert done.code == 1
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert "wrong" not in done.stderr


def test_a_link_is_the_one_of_the_documented_format(working: Terminal) -> None:
    result = working.run("link", "8211744661738042")
    assert result.stdout == (
        "8211744661738042  https://t.me/parcel_demo_bot?start=AB0sicuMkjraP2lm5i4NVBtiFYU\n"
    )
