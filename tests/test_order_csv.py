"""A merchant's list of orders, as spreadsheets and shops write it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.order_csv import NotAList, Unreadable, decode_file, read_sheet, write_sheet

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


@pytest.mark.parametrize(
    "content",
    [
        f"order;who\n{ONE};Zoë\n".encode(),
        f"order;who\n{ONE};Zoë\n".encode("utf-8-sig"),
        f"order\twho\n{ONE}\tZoë\n".encode("utf-16"),
        f"order\twho\n{ONE}\tZoë\n".encode("utf-16-le"),
        f"order\twho\n{ONE}\tZoë\n".encode("utf-16-be"),
        f"order,who\n{ONE},Zoë\n".encode("utf-32"),
        f"order;who\r\n{ONE};Zoë\r\n".encode("cp1252"),
        f"order;who\r{ONE};Zoë\r".encode(),
        f"sep=;\norder;who\n{ONE};Zoë\n".encode(),
        f'order;who\n="{ONE}";Zoë\n'.encode(),
        f'order;who\n"=""{ONE}""";Zoë\n'.encode(),
        f"order;who\n'{ONE};Zoë\n".encode(),
        f"order;who\n{ONE}.0;Zoë\n".encode(),
        f"order;who\n{ONE},00;Zoë\n".encode(),
    ],
)
def test_whatever_a_spreadsheet_program_writes_is_read(content: bytes) -> None:
    sheet = read_sheet(decode_file(content, "en"))
    assert sheet.header == ("order", "who")
    assert [row[1] for row in sheet.rows.values()] == ["Zoë"]
    assert list(sheet.rows) == [ONE]


def test_names_in_the_senders_own_code_page_stay_what_they_are() -> None:
    content = f"заказ;имя\n{ONE};Иван\n".encode("cp1251")
    assert read_sheet(decode_file(content, "ru")).rows[ONE][1] == "Иван"


def test_a_quote_that_nobody_closes_swallows_no_rows() -> None:
    sheet = read_sheet(f'order,who\n{ONE},"Emma\n{TWO},Ivan\n')
    assert sheet.rows == {ONE: (ONE, "Emma"), TWO: (TWO, "Ivan")}


def test_a_cell_of_any_length_is_read() -> None:
    sheet = read_sheet(f"order,note\n{ONE},{'x' * 200_000}\n{'8' * 200_000},a\n{TWO},b\n")
    assert list(sheet.rows) == [ONE, TWO]
    assert len(sheet.refused) == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"PK\x03\x04" + bytes(range(256)), Unreadable.SPREADSHEET),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), Unreadable.SPREADSHEET),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, Unreadable.NO_TEXT),
        (b"," * 400, Unreadable.NO_TEXT),
    ],
)
def test_what_is_no_list_is_named(content: bytes, why: Unreadable) -> None:
    with pytest.raises(NotAList) as caught:
        read_sheet(decode_file(content + ONE.encode(), "en"))
    assert caught.value.why is why


@given(st.binary(), st.sampled_from(["en", "ru", "ja", "zh_Hant"]))
def test_any_file_is_read_or_refused(content: bytes, language: str) -> None:
    try:
        sheet = read_sheet(decode_file(content, language))
    except NotAList:
        return
    write_sheet(sheet, dict.fromkeys(sheet.rows, "https://link"))
