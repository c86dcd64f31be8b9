"""A list of orders is watched from the terminal, beside a running bot."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Terminal

ONE, TWO = "8211744661738042", "8211744661748042"


def _list(terminal: Terminal, *rows: str) -> str:
    (terminal.folder / "orders.csv").write_text("\n".join(("Name,AliExpress order", *rows)), encoding="utf-8")
    return "orders.csv"


def test_a_list_is_counted_and_its_left_out_rows_are_named(working: Terminal) -> None:
    listed = _list(working, f"#1001,{ONE}", f"#1002,{TWO}", "#1003,8.21E+15", "#1004,")
    shown = working.run("watch", listed)
    assert shown.exit_code == 0
    assert "2 orders added, 0 watched already." in shown.stdout
    assert "row 4: 8.21E+15: rounded" in shown.stdout
    assert "row 5: (empty): missing" in shown.stdout
    assert "2 watched orders that nobody follows need" in shown.stdout
    again = json.loads(working.run("watch", listed, "--json").stdout)
    assert (again["added"], again["known"], len(again["refused"])) == (0, 2, 2)
    assert working.run("watch", listed, "--stop").stdout == "2 orders are no longer watched.\n"


def test_orders_can_be_named_one_by_one(working: Terminal) -> None:
    told = json.loads(working.run("watch", ONE, TWO, "--json").stdout)
    assert told["added"] == 2
    assert working.run("watch", ONE, "123").exit_code == 2


def test_links_are_made_for_a_file_and_for_standard_input(working: Terminal) -> None:
    listed = _list(working, f"#1001,{ONE}", "#1002,8.21E+15", f"#1003,{TWO}")
    result = working.run("link", listed)
    assert [line.split()[0] for line in result.stdout.splitlines()] == [ONE, TWO]
    assert "row 3: 8.21E+15: rounded" in result.stderr
    piped = json.loads(working.run("link", "-", "--json", answers=f"{ONE}\n{TWO}\n").stdout)
    assert list(piped) == [ONE, TWO]
    assert "no order number" in str(working.run("link", "-", answers="nothing\n").exception)


def test_standard_input_is_read(working: Terminal) -> None:
    told = json.loads(working.run("watch", "-", "--json", answers=f"{ONE}\n{TWO}\n").stdout)
    assert told["added"] == 2


def test_a_list_without_orders_is_a_failure(working: Terminal) -> None:
    assert working.run("watch", _list(working, "#1001,")).exit_code == 1


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_a_file_that_cannot_be_read_is_said_so(working: Terminal, name: str) -> None:
    result = working.run("watch", name)
    assert result.exit_code == 1
    assert "cannot be read" in str(result.exception)


def test_doctor_warns_where_the_day_has_too_few_calls(working: Terminal) -> None:
    working.run("watch", _list(working, f"#1001,{ONE}", f"#1002,{TWO}"))
    assert working.findings()["watched"]["verdict"] == "ok"
    found = working.findings(ALIEXPRESS_CALLS_PER_DAY="2")["watched"]
    assert found["verdict"] == "warning"
    assert "each is checked about every" in found["text"]
