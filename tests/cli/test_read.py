"""Texts can be tried on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import stages
from bot.cli import app
from bot.cli.read import answers
from bot.errors import SettingsError
from tests.cli.conftest import Terminal


def _read(text: str, *options: str) -> tuple[int, list[dict[str, object]]]:
    result = CliRunner().invoke(app, ["read", *options], input=text)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_each_line_is_answered_by_one() -> None:
    asked = [
        {"name": "Delivered", "description": "Received by: J DOE"},
        {"description": "Arrived at sorting center", "reached": "import_customs"},
        {"name": "Zorb flim", "description": ""},
    ]
    code, told = _read("\n\n".join(map(json.dumps, asked)) + "\n")
    assert code == 0
    assert [(one["stage"], one["known"]) for one in told] == [
        ("delivered", True),
        ("local_transit", True),
        ("update", False),
    ]
    assert set(told[0]) == {"stage", "reason", "rule", "known"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b'{"name": 4}', '"name" must be text'),
        (b'{"description": ["x"]}', '"description" must be text'),
        (b"{}", 'neither "name" nor "description"'),
        (b'{"name": "x", "reached": "moon"}', '"reached" must be one of'),
        (b'{"name": "x", "reached": 3}', '"reached" must be one of'),
        (b"[" * 90_000, "not JSON"),
        (b'{"name": "' + b"x" * 100_000 + b'"}', "longer than"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_the_rest_goes_on(line: bytes, said: str) -> None:
    bad, good = answers([line, b'{"name": "Delivered"}'])
    assert "line 1" in bad["error"]
    assert said in bad["error"]
    assert good["stage"] == "delivered"


def test_a_bad_line_gives_a_bad_exit_code() -> None:
    code, told = _read('{"name": "Delivered"}\nnonsense\n')
    assert code == 1
    assert told[0]["stage"] == "delivered"
    assert "line 2" in str(told[1]["error"])


def test_a_phrases_file_that_is_not_there_is_named(working: Terminal, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        stages.teach(str(tmp_path / "none.toml"))
