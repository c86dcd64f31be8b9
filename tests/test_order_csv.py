"""A merchant's list of orders, as spreadsheets and shops write it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.order_csv import read_sheet, write_sheet

ONE, TWO = "8211744661738042", "8211744661738059"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_customers_column_stays_beside_its_link(delimiter: str) -> None:
    text = "\n".join(delimiter.join(row) for row in (("order", "customer"), (ONE, "Emma"), (TWO, "Ivan")))
    sheet = read_sheet(text)
    assert list(sheet.rows) == [ONE, TWO]
    assert sheet.refused == ()
    written = write_sheet(sheet, {ONE: "https://one", TWO: "https://two"}).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(written))) == [
        ["order", "customer", "link"],
        [ONE, "Emma", "https://one"],
        [TWO, "Ivan", "https://two"],
    ]


def test_phone_numbers_dates_and_names_in_other_columns_are_neither_orders_nor_mistakes() -> None:
    text = f"date,phone,order\n2026-11-20,4917012345678,{ONE}\n2026-11-21,79031234567,{TWO}\n"
    sheet = read_sheet(text)
    assert list(sheet.rows) == [ONE, TWO]
    assert sheet.refused == ()


def test_a_bare_column_needs_no_header() -> None:
    sheet = read_sheet(f"{ONE}\n\n{TWO}\n{ONE}\n")
    assert list(sheet.rows) == [ONE, TWO]
    assert write_sheet(sheet, {TWO: "https://two"}).decode("utf-8-sig").splitlines() == [
        "order,link",
        f"{TWO},https://two",
    ]


def test_what_stands_in_an_order_ids_place_is_named() -> None:
    assert read_sheet(f"id,who\n{ONE},Emma\n8.21174E+15,Ivan\n,Olga\n").refused == ("8.21174E+15", "Olga")


def test_quoted_cells_keep_their_delimiters_and_short_rows_are_filled() -> None:
    sheet = read_sheet(f'order,customer,town\n{ONE},"Smith, Emma"\n')
    written = write_sheet(sheet, {ONE: "https://one"}).decode("utf-8-sig")
    assert written.splitlines()[1] == f'{ONE},"Smith, Emma",,https://one'


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    sheet = read_sheet(text)
    write_sheet(sheet, dict.fromkeys(sheet.rows, "https://link"))
