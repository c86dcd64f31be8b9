"""A `.env` can be changed by us without losing what somebody wrote into it."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.envfile import EnvFile

names = st.from_regex(r"[A-Z][A-Z0-9_]{0,20}", fullmatch=True)
# One line each, as a secret or a URL is; `${` is left out: its reader would look for a variable.
values = st.text(st.characters(min_codepoint=32, exclude_categories=["Cc", "Cs", "Zl", "Zp"])).map(
    lambda text: text.replace("${", "").replace("\x85", "").strip()
)


@given(st.dictionaries(names, values, max_size=6))
def test_what_is_written_is_what_the_settings_read(wanted: dict[str, str]) -> None:
    file = EnvFile().changed(wanted)
    read = dotenv_values(stream=io.StringIO("\n".join(file.lines) + "\n"))
    assert read == wanted
    assert file.values == wanted


@given(st.dictionaries(names, values, max_size=4), st.dictionaries(names, values, max_size=4))
def test_changing_keeps_everything_else(before: dict[str, str], changes: dict[str, str]) -> None:
    remark = "# mine = not a setting"
    file = EnvFile(lines=(remark, "", *EnvFile().changed(before).lines)).changed(changes)
    assert file.values == before | changes
    assert file.lines[:2] == (remark, "")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=b # remark", "b"),
        ("A='b # none'", "b # none"),
        ('export A="b c"', "b c"),
        ("A=", ""),
        (" A = b", "b"),
        ("A='unclosed", "'unclosed"),
    ],
)
def test_lines_that_people_write_are_understood(line: str, value: str) -> None:
    assert EnvFile(lines=(line,)).values == {"A": value}


def test_a_name_that_stands_twice_is_set_once() -> None:
    assert EnvFile(lines=("A=1", "B=2", "A=3")).changed({"A": "4"}).lines == ("A=4", "B=2")


def test_the_file_is_the_owners_alone_and_whole(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("OLD=1\n")
    path.chmod(0o644)
    EnvFile.read(path).changed({"NEW": "2"}).write(path)
    assert path.read_text() == "OLD=1\nNEW=2\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_its_repr_shows_names_only() -> None:
    assert repr(EnvFile(lines=("A=canary",))) == "<EnvFile A>"
