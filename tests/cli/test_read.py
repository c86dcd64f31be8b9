"""Texts can be tried on the command line, and taught by PHRASES_FILE."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import stages
from bot.cli import app
from bot.cli.read import answers
from bot.errors import SettingsError
from bot.model import Stage
from tests.cli.conftest import Terminal


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Nothing stays taught after a test."""
    yield
    stages.teach("")


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


def _file(folder: Path, text: str) -> str:
    path = folder / "phrases.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_what_the_merchant_teaches_counts_first(tmp_path: Path) -> None:
    before = stages.version()
    assert stages.read("", "Zorb flim 12").stage is Stage.UPDATE
    stages.teach(
        _file(
            tmp_path,
            'delivered = ["Zorb flim {number}", "Handed to the milkman"]\n'
            '"exception customs" = ["Out for delivery"]\n'
            '"origin_transit / local_transit" = ["Bagged up"]\n',
        )
    )
    assert stages.read("", "Zorb flim 12").stage is Stage.DELIVERED
    assert stages.read("", "OUT FOR DELIVERY.").stage is Stage.EXCEPTION
    assert stages.read("", "Bagged up", "", Stage.IMPORT_CUSTOMS).stage is Stage.LOCAL_TRANSIT
    assert stages.version() != before
    stages.teach("")
    assert stages.version() == before
    assert stages.read("", "Zorb flim 12").stage is Stage.UPDATE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("delivered = 'x'", "list of texts"),
        ("delivered = [1]", "list of texts"),
        ("delivered = ['']", "list of texts"),
        ("deliverd = ['x']", "deliverd"),
        ("delivered = ['{who}']", "unknown placeholder"),
        ("delivered = ['{name}']", "all placeholders"),
        ('delivered = ["' + "x" * 600 + '"]', "more than 500"),
        ("delivered", "not TOML"),
        ("delivered = ['Bagged 1']\nexception = [' bagged 2']", '"delivered" and "exception" both'),
    ],
)
def test_a_phrases_file_that_is_wrong_is_refused_with_the_reason(
    text: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="PHRASES_FILE") as caught:
        stages.teach(_file(tmp_path, text))
    assert said in str(caught.value)


def test_a_phrases_file_as_windows_saves_it_is_read(tmp_path: Path) -> None:
    stages.teach(_file(tmp_path, '\ufeffdelivered = ["Zorb flim", "zorb flim "]\r\n'))
    assert stages.read("", "Zorb flim").stage is Stage.DELIVERED
    stages.teach("")


def test_a_phrases_file_that_is_not_there_is_named(working: Terminal, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        stages.teach(str(tmp_path / "none.toml"))
