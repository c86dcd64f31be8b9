"""`track`: an order in the terminal, in any language, with nothing stored but the calls."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Sandbox, Terminal

ORDER = "8211744661738042"


@pytest.fixture
def order(sandbox: Sandbox) -> str:
    """An order that has arrived."""
    sandbox.control("/orders", id=ORDER, scenario="delivered")
    return ORDER


def test_the_card_and_every_parcels_timeline_are_printed_as_plain_text(working: Terminal, order: str) -> None:
    result = working.run("track", order)
    assert result.exit_code == 0, result.output
    assert ORDER in result.stdout
    assert "Delivered" in result.stdout
    assert result.stdout.count("\n") > 8
    assert "<" not in result.stdout, "Telegram's markup is for Telegram"


@pytest.mark.parametrize(
    ("language", "letters"), [("ru", "абвгдежз"), ("ar_SA", "ابتثجحخد"), ("pt_BR", "ãçéó"), ("ja", "のたし")]
)
def test_it_speaks_the_asked_language(language: str, letters: str, working: Terminal, order: str) -> None:
    output = working.run("track", order, "--language", language).stdout
    assert any(letter in output for letter in letters)


def test_json_is_the_whole_order_for_scripts(working: Terminal, order: str) -> None:
    told = json.loads(working.run("track", order, "--json").stdout)
    assert told["order"]["id"] == ORDER
    assert told["order"]["stage"] == "delivered"
    assert told["order"]["parcels"][0]["nodes"]


def test_raw_is_the_answer_as_it_came_without_numbers_that_are_somebodys(
    working: Terminal, sandbox: Sandbox, order: str
) -> None:
    raw = working.run("track", order, "--raw").stdout
    assert "detail_node_list" in raw
    assert ORDER not in raw
    assert sandbox.told["access_token"] not in raw


def test_nothing_is_stored_of_it(working: Terminal, order: str, tmp_path: Path) -> None:
    working.run("track", order)
    with closing(sqlite3.connect(tmp_path / "bot.db")) as connection:
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (0,)


@pytest.mark.parametrize("text", ["123", "abcdefghijkl", "8211744661738042123456"])
def test_what_is_no_order_id_is_a_mistake_of_use(working: Terminal, text: str) -> None:
    assert working.run("track", text).exit_code == 2


def test_an_order_that_nobody_knows_is_told_as_that(working: Terminal) -> None:
    result = working.run("track", "8299999999999999")
    assert result.exit_code == 1
    assert "AliExpress has no order 8299999999999999" in str(result.exception)


def test_an_order_without_tracking_is_told_as_that(working: Terminal, sandbox: Sandbox) -> None:
    sandbox.control("/orders", id="8211744661739999", scenario="new")
    told = json.loads(working.run("track", "8211744661739999", "--json").stdout)
    assert told["order"]["parcels"][0]["number"] == ""
