"""What is published: the wheel, installed outside the repository, gives `parcel-bot` with all it needs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bot import __version__
from bot.cli import COMMANDS
from bot.i18n import LANGUAGES, SOURCE_LANGUAGE
from tests.test_demo import check_first_push, demo

pytestmark = pytest.mark.process


def _said(program: Path, *words: str, cwd: Path) -> str:
    return subprocess.run(
        [program, *words], cwd=cwd, check=True, capture_output=True, text=True, env=_environment()
    ).stdout


def _environment(**more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {"COLUMNS": "120", "NO_COLOR": "1"} | more


def test_it_says_its_version_and_its_commands(program: Path, tmp_path: Path) -> None:
    assert _said(program, "--version", cwd=tmp_path) == f"parcel-bot {__version__}\n"
    for word in ("-h", "--help"):
        shown = _said(program, word, cwd=tmp_path)
        assert "Usage: parcel-bot" in shown
        assert all(name in shown for name in COMMANDS)
    assert "  parcel-bot track" in _said(program, "track", "-h", cwd=tmp_path).replace("Usage:", " ")


def test_the_catalogs_are_in_it(program: Path, tmp_path: Path) -> None:
    code = (
        "from bot.i18n import CATALOGS; print(CATALOGS, *(p.name for p in CATALOGS.iterdir() if p.is_dir()))"
    )
    words = [str(program.parent / "python"), "-c", code]
    shown = subprocess.run(words, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    where, *languages = shown.split()
    assert str(program.parent.parent) in where
    assert set(languages) == set(LANGUAGES) - {SOURCE_LANGUAGE}


def test_the_tracking_page_s_template_is_in_it(program: Path, tmp_path: Path) -> None:
    code = (
        "from bot.model import Shop; from bot.web import page; page.PageLayout(Shop()); print(page.__file__)"
    )
    words = [str(program.parent / "python"), "-c", code]
    shown = subprocess.run(words, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert str(program.parent.parent) in shown


def test_its_demo_runs_to_the_first_push(program: Path, tmp_path: Path) -> None:
    with demo([str(program), "demo", "--port", "0", "--speed", "5"], tmp_path, _environment()) as address:
        check_first_push(address)


def test_bash_completes_its_commands(program: Path, tmp_path: Path) -> None:
    script = """
        eval "$(parcel-bot --show-completion)"
        COMP_WORDS=(parcel-bot d) COMP_CWORD=1 COMP_LINE="parcel-bot d" COMP_POINT=12
        _parcel_bot_completion parcel-bot d parcel-bot
        echo "${COMPREPLY[@]}"
    """
    assert set(_shell("bash", script, program, tmp_path).split()) == {
        n for n in COMMANDS if n.startswith("d")
    }


def test_zsh_completes_its_commands(program: Path, tmp_path: Path) -> None:
    if shutil.which("zsh") is None:
        pytest.skip("ZSH IS NOT INSTALLED: its completion was not tested")
    # Nothing is typed before the shell waits for it, and no answer is taken from the echo of what was typed.
    script = """
        zmodload zsh/zpty
        zpty shell 'PS1="> " zsh -f -i'
        zpty -r shell out '*> *'
        zpty -w shell 'autoload -U compinit; compinit -D'
        zpty -w shell 'eval "$(parcel-bot --show-completion)"; print $((6 * 7))'
        zpty -r shell out '*42*> *'
        zpty -w -n shell $'parcel-bot doc\\t'
        zpty -r shell out '*doctor*' && print -r -- "$out"
    """
    assert "doctor" in _shell("zsh", script, program, tmp_path)


def test_fish_completes_its_commands(program: Path, tmp_path: Path) -> None:
    if shutil.which("fish") is None:
        pytest.skip("FISH IS NOT INSTALLED: its completion was not tested")
    script = 'parcel-bot --show-completion | source; complete -C "parcel-bot doc"'
    assert "doctor" in _shell("fish", script, program, tmp_path)


def _shell(name: str, script: str, program: Path, folder: Path) -> str:
    environment = _environment(HOME=str(folder), XDG_CONFIG_HOME=str(folder), TERM="dumb")
    environment["PATH"] = f"{program.parent}{os.pathsep}{environment['PATH']}"
    command = [name, "-c", script]
    return subprocess.run(
        command, cwd=folder, env=environment, check=False, stdout=subprocess.PIPE, text=True, timeout=180
    ).stdout
