"""A file or a message to a list of orders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.i18n import find_language
from bot.ids import read
from bot.lists import columns, files
from bot.lists.cells import Found, numbers_of, problem_of, tidy
from bot.lists.files import Table
from bot.lists.rows import ZIP, Layout, NotAList, OrderList, Problem, Row, Trouble, Unreadable

_OLE = b"\xd0\xcf\x11\xe0"  # how xls begins, and workbooks with a password
_MOST_COLUMNS = 256
_MOST_CELLS = 8_000_000
_SHOP_ORDER = re.compile(r"[#№] ?[\w.-]{1,38}")
_PAIR = re.compile(r"\s*(\d{3,10})[\s:;,|-]+\d{15,17}\s*")  # a line of "1001 8211744661738042"
_PAIR_START = re.compile(r"\d{3,10}")
_BETWEEN = " \t:;,|-"  # the two


def read_file(content: bytes, language: str) -> OrderList:
    """An uploaded file, CSV or xlsx; `language` is its sender's, which tells the code page.

    Takes linear time. Raises NotAList where there is nothing to read.
    """
    if content.startswith((ZIP, _OLE)):
        from bot.lists import workbook  # with openpyxl, 8 MB that most bots never need

        sheets = [_read(_checked(sheet), Layout(delimiter="")) for sheet in workbook.read(content)]
        return _together([orders for orders in sheets if orders.numbers] or sheets[:1])
    text, encoding = files.decode(content, language)
    table, delimiter = files.parse(text)
    return _read(_checked(table), Layout(delimiter=delimiter, encoding=encoding))


def read_text(text: str) -> OrderList:
    """A message with order numbers: a row for each, with the shop order ("#1001") of its line.

    Of several lines that are pairs of a short number and a long one, the short ones are the shop orders.
    """
    rows: list[Row] = []
    lines = text.splitlines()
    pairs = [pair[1] if (pair := _PAIR.fullmatch(sent)) else "" for sent in lines if sent.strip()]
    named = _PAIR_START if len(pairs) > 1 and all(pairs) and len({*pairs}) == len(pairs) else _SHOP_ORDER
    for line, sent in enumerate(lines, 1):
        found = named.search(sent)
        shop_order = found[0] if found else ""
        numbers, problems = numbers_of(named.sub(" ", sent, count=1).strip(_BETWEEN))
        if not numbers and not problems:
            problems = tuple(problem_of(kind, word) for kind, word in read(sent).mistakes)
        rows += [_row(line, (number, shop_order), ((number,), ()), shop_order) for number in numbers]
        rows += [_row(line, (each.text, shop_order), ((), (each,)), shop_order) for each in problems]
    return OrderList(header=("order", "shop order"), rows=tuple(rows))


def _together(sheets: Sequence[OrderList]) -> OrderList:
    """The sheets of a workbook as one list. Another header than the first one's comes along as a row."""
    first, *others = sheets
    rows = list(first.rows)
    for orders in others:
        if orders.header != first.header:
            rows.append(Row(line=0, cells=orders.header))
        rows += orders.rows
    return replace(first, rows=tuple(rows))


def _row(line: int, cells: tuple[str, ...], found: Found, shop_order: str) -> Row:
    return Row(line=line, cells=cells, numbers=found[0], problems=found[1], shop_order=shop_order)


def _checked(table: Table) -> Table:
    """The table with its cells tidied; raises NotAList for one that no shop would write."""
    if any(len(row) > _MOST_COLUMNS for row in table):
        raise NotAList(Unreadable.NO_TEXT)
    if sum(map(len, table)) > _MOST_CELLS:
        raise NotAList(Unreadable.TOO_LARGE)
    tidied = {cell: tidy(cell) for cell in {cell for row in table for cell in row}}  # most are repeated
    return [tuple(tidied[cell] for cell in row) for row in table]


def _read(table: Table, layout: Layout) -> OrderList:
    lines = [line for line, row in enumerate(table, 1) if any(row)]
    table = [table[line - 1] for line in lines]
    known: dict[str, Found] = {cell: numbers_of(cell) for cell in {cell for row in table for cell in row}}
    found = [[known[cell] for cell in row] for row in table]
    at = columns.header_at(table, found)
    header = table[at] if at >= 0 else ()
    where = columns.find(header, table[at + 1 :], found[at + 1 :])
    rows = [_make_row(lines[below], table[below], found[below], where) for below in range(at + 1, len(table))]
    numbered = {row.shop_order for row in rows if row.numbers and row.shop_order}
    rows = [replace(row, problems=()) if _continues(row, numbered) else row for row in rows]
    return OrderList(
        header=header, rows=tuple(rows), layout=replace(layout, before=tuple(table[: max(at, 0)]))
    )


def _make_row(line: int, cells: tuple[str, ...], found: Sequence[Found], where: columns.Columns) -> Row:
    def cell(at: int) -> str:
        return cells[at] if 0 <= at < len(cells) else ""

    held = [found[at] for at in where.numbers if at < len(cells)]
    numbers = tuple(dict.fromkeys(number for each, _ in held for number in each))
    problems = tuple(problem for _, each in held for problem in each)
    if not numbers and not problems:
        text = next(filter(None, map(cell, where.numbers)), "")
        problems = (Problem(trouble=Trouble.NO_NUMBER if text else Trouble.MISSING, text=text),)
    return Row(
        line=line,
        cells=cells,
        numbers=numbers,
        problems=problems,
        shop_order=cell(where.shop_order),
        language=find_language(cell(where.language)),
    )


def _continues(row: Row, numbered: set[str]) -> bool:
    """Whether a row without a number is a further item of an order that has one."""
    missing = all(problem.trouble is Trouble.MISSING for problem in row.problems)
    return not row.numbers and missing and row.shop_order in numbered
