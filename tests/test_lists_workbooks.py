"""Workbooks: what programs other than Excel write, merged cells, and the bounds of what is read."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from bot.lists import NotAList, OrderList, Trouble, Unreadable, read_file, workbook, write_file

ONE, TWO, THREE = "8211744661738042", "8211744661738059", "8211744661738077"
SHEET = "xl/worksheets/sheet1.xml"


def made(*rows: tuple[Any, ...]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def edited(content: bytes, part: str, was: bytes, becomes: bytes) -> bytes:
    """The workbook with a pattern of one part replaced."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == part:
                text, count = re.subn(was, becomes, text)
                assert count, was
            new.writestr(name, text)
    return packed.getvalue()


def packed(xml: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sheet.xml", xml)
    return file.getvalue()


def read(content: bytes) -> OrderList:
    return read_file(content, "en")


def found(content: bytes) -> list[tuple[str, tuple[str, ...]]]:
    return [(row.shop_order, row.numbers) for row in read(content).rows]


def refusal(content: bytes) -> Unreadable:
    with pytest.raises(NotAList) as caught:
        read(content)
    return caught.value.why


def test_values_are_written_as_a_spreadsheet_program_shows_them() -> None:
    rows = [
        ("order", "ali order", "gift", "weight"),
        (1405, ONE, True, 1.5),
        ("#2", 8211744661738040, False, 2),
    ]
    orders = read(made(*rows))
    assert [row.cells for row in orders.rows] == [
        ("1405", ONE, "TRUE", "1.5"), ("#2", "8.21174466173804E+15", "FALSE", "2"),
    ]  # fmt: skip
    written = openpyxl.load_workbook(io.BytesIO(write_file(orders, {"link": ["", ""]})))
    assert written.sheetnames == ["orders"]
    assert found(write_file(orders, {"link": ["", ""]})) == [("1405", (ONE,)), ("#2", ())]


@pytest.mark.parametrize("number", [8211744661738040, 3021744661738040, 1021744661738040])
def test_a_long_number_that_was_typed_is_short_of_a_digit(number: int) -> None:
    assert [problem.trouble for _, problem in read(made(("ali order",), (number,))).problems] == [
        Trouble.ROUNDED
    ]


def test_a_whole_number_written_as_a_fraction_is_whole() -> None:
    content = made(("order", "ali order"), (77777, ONE))
    assert found(edited(content, SHEET, rb"<v>77777</v>", rb"<v>7.7777E4</v>")) == [("77777", (ONE,))]


def test_rows_that_do_not_say_their_number_are_counted() -> None:
    content = made(("order", "ali order"), ("#1", ONE), ("#2", TWO))
    assert found(edited(content, SHEET, rb'(<(?:row|c)) r="\w+"', rb"\1")) == [("#1", (ONE,)), ("#2", (TWO,))]


def test_what_stands_far_to_the_right_hides_no_orders() -> None:
    assert found(made(("order", "ali order"), ("#1", ONE, *[None] * 300, "far"))) == [("#1", (ONE,))]


def test_a_link_to_a_workbook_that_is_missing_does_no_harm() -> None:
    link = (b'<externalReferences><externalReference xmlns:r="http://schemas.openxmlformats.org/officeDocument'
        b'/2006/relationships" r:id="rId99"/></externalReferences>')  # fmt: skip
    content = made(("order", "ali order"), ("#1", ONE))
    assert found(edited(content, "xl/workbook.xml", b"</sheets>", b"</sheets>" + link)) == [("#1", (ONE,))]


def test_of_sheets_without_any_number_the_first_is_shown() -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, text in (("May", "pending"), ("notes", "nothing")):
        sheet = book.create_sheet(name)
        for row in (("order", "ali order"), ("#1", text)):
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    assert [problem.text for _, problem in read(file.getvalue()).problems] == ["pending"]


def test_a_sheet_with_other_titles_comes_along_with_them() -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in (
        ("May", [("order", "ali order"), ("#1", ONE)]),
        ("June", [("ali order", "who"), (TWO, "Jo")]),
    ):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    assert [(row.line, row.cells) for row in read(file.getvalue()).rows] == [
        (2, ("#1", ONE)), (0, ("ali order", "who")), (2, (TWO, "Jo")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "merged", "cells"),
    [
        ([("#1", ONE), (None, TWO)], "A1:A2", [("#1", ONE), ("#1", TWO)]),
        ([("ali order", "order"), (ONE, "#1"), (TWO, None)], "B2:B3", [(ONE, "#1"), (TWO, "#1")]),
        ([("order", "ali order"), ("#1", ONE), (None, TWO)], "A2:B3", [("#1", ONE), ("", TWO)]),
        (
            [("order", "ali order", "who"), ("#1", ONE, "X"), (None, TWO)],
            "2:3", [("#1", ONE, "X"), ("", TWO, "")],
        ),
    ],
)  # fmt: skip
def test_cells_merged_downward_count_for_each_row(
    rows: list[tuple[str | None, ...]], merged: str, cells: list[tuple[str, ...]]
) -> None:
    area = f'</sheetData><mergeCells><mergeCell ref="{merged}"/></mergeCells>'.encode()
    content = edited(made(*rows), SHEET, b"</sheetData>", area)
    assert [row.cells for row in read(content).rows] == cells


def test_nothing_above_a_merged_area_is_filled() -> None:
    rows = [(None, "June"), ("order", "ali order"), ("#1", ONE), (None, TWO)]
    area = b'</sheetData><mergeCells><mergeCell ref="A3:A4"/></mergeCells>'
    content = edited(made(*rows), SHEET, b"</sheetData>", area)
    assert read(content).layout.before == (("", "June"),)


# ── bounds ──────────────────────────────────────────────────────────────────────────────────────


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _elements(content: bytes) -> list[int]:
    return [
        len(re.findall(rb"<\w", part)) for name, part in _parts(content).items() if not name.endswith(".png")
    ]


BOUNDS: dict[str, Callable[[bytes], int]] = {
    "_MOST_PARTS": lambda content: len(_parts(content)),
    "_MOST_UNPACKED": lambda content: sum(map(len, _parts(content).values())),
    "_MOST_ELEMENTS": lambda content: sum(_elements(content)),
    "_MOST_AT_ONCE": lambda content: max(_elements(content)),
    "_MOST_ROWS": lambda _: 3,
}


@pytest.mark.parametrize("bound", BOUNDS)
def test_what_reaches_a_bound_is_read_and_what_is_above_is_refused(
    bound: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = made(("order", "ali order"), ("#1", ONE), ("#2", TWO))
    monkeypatch.setattr(workbook, bound, BOUNDS[bound](content))
    assert read(content).numbers == (ONE, TWO)
    monkeypatch.setattr(workbook, bound, BOUNDS[bound](content) - 1)
    assert refusal(content) is Unreadable.TOO_LARGE


def test_so_many_merged_cells_are_filled_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("order", "ali order", "who"), ("#1", ONE, "Jo"), (None, TWO, None), (None, THREE, None)]
    areas = b'</sheetData><mergeCells><mergeCell ref="A2:A4"/><mergeCell ref="C2:C4"/></mergeCells>'
    content = edited(made(*rows), SHEET, b"</sheetData>", areas)
    for most, last in ((1, ("", THREE, "")), (2, ("#1", THREE, "")), (4, ("#1", THREE, "Jo"))):
        monkeypatch.setattr(workbook, "_MOST_MERGED", most)
        assert read(content).rows[-1].cells == last, most


@pytest.mark.parametrize("element", [b"row", b"x:row", b"si", b"x:si"])
def test_elements_of_many_rows_and_texts_are_not_together_in_memory(element: bytes) -> None:
    many = b"<%s><c/><c/></%s>" % (element, element) * 40_000
    assert refusal(packed(b'<a xmlns:x="x">' + many + b"</a>")) is Unreadable.SPREADSHEET  # it has no sheets


def test_a_row_beyond_the_bound_is_refused_with_prefixed_names_too() -> None:
    assert refusal(packed(b'<a xmlns:x="x"><x:row r="100001"><x:v/></x:row></a>')) is Unreadable.TOO_LARGE


def test_a_document_type_is_refused_even_in_a_whole_workbook() -> None:
    content = made(("order", "ali order"), ("#1", ONE))
    assert found(content) == [("#1", (ONE,))]
    declared = edited(content, SHEET, rb"^(<\?xml.*?\?>)?", rb"\1<!DOCTYPE worksheet>")
    assert refusal(declared) is Unreadable.SPREADSHEET
