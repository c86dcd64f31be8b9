"""PHRASES_FILE: what the merchant teaches counts first, and what is wrong in it is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import stages
from bot.errors import SettingsError
from bot.model import Stage
from bot.stages import taught


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Nothing stays taught after a test."""
    yield
    stages.teach("")


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


def test_a_phrases_file_as_windows_saves_it_is_read(tmp_path: Path) -> None:
    stages.teach(_file(tmp_path, '\ufeffdelivered = ["Zorb flim", "zorb flim "]\r\n'))
    assert stages.read("", "Zorb flim").stage is Stage.DELIVERED
    stages.teach("")


_NO_LIST = '"delivered" must be a list of texts, such as delivered = ["Parcel arrived"]'


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("delivered = [1]", _NO_LIST),
        ("delivered = ['{who}']", "\"delivered\": unknown placeholder in '{who}'"),
        ("delivered = ['{name}']", "\"delivered\": '{name}' is all placeholders"),
        ("gone = ['x']", "\"gone\": 'gone' is not a valid Stage"),
        ("delivered = 'x'", _NO_LIST),
        ("delivered = ['a', '']", _NO_LIST),
        (
            f"delivered = ['ok', '{'x' * 501}']",
            f'"delivered" has a text of more than 500 characters: {"x" * 40}…',
        ),
        (
            "delivered = ['Bagged 1']\nexception = [' bagged 2']",
            '"delivered" and "exception" both have the text \'bagged 2\'',
        ),
        (
            "'code delivered' = ['A_B']\n'code exception' = ['A_B']",
            '"code delivered" and "code exception" both have the text \'A_B\'',
        ),
    ],
)
def test_a_wrong_phrases_file_is_refused_in_these_words(text: str, fix: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        taught.load(_file(tmp_path, text))
    assert (caught.value.variable, caught.value.fix) == ("PHRASES_FILE", fix)


def test_a_phrases_file_that_is_not_toml_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^PHRASES_FILE: .* is not TOML"):
        taught.load(_file(tmp_path, "delivered"))


def test_a_phrases_file_has_up_to_5000_texts_of_up_to_500_characters(tmp_path: Path) -> None:
    words = [f"{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}{chr(97 + i // 676)}" for i in range(5001)]
    text = f"exception = ['{'x' * 500}']\ndelivered = {words[:4999]!r}\n"
    assert len(taught.load(_file(tmp_path, text))) == 5000
    with pytest.raises(SettingsError, match=r"^PHRASES_FILE: has 5001 texts; at most 5000 are read$"):
        taught.load(_file(tmp_path, f"{text[:-2]}, 'one more']\n"))


def test_the_same_word_may_be_a_text_and_a_code_and_stand_twice_below_one_head(tmp_path: Path) -> None:
    text = "delivered = ['GOT_1', 'got_1']\n'code exception' = ['GOT_1']\n'code returning' = ['got_1']"
    found = taught.load(_file(tmp_path, text))
    assert [(one.text, one.code, one.meaning.stage, one.line) for one in found] == [
        ("GOT_1", False, Stage.DELIVERED, '"delivered"'),
        ("got_1", False, Stage.DELIVERED, '"delivered"'),
        ("GOT_1", True, Stage.EXCEPTION, '"code exception"'),
        ("got_1", True, Stage.RETURNING, '"code returning"'),
    ]
    assert taught.load("") == ()
