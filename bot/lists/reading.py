"""A table of cells to a list of orders."""

from __future__ import annotations

import re
from collections import Counter

from bot.ids import Mistake, ParsedText, read
from bot.lists.files import Table, decode, parse
from bot.lists.rows import Layout, OrderList, Problem, Row, Trouble

# What spreadsheet programs write around a long number so that nobody rounds it off: ="8211…", '8211…, 8211….0
_NUMBER_CELL = re.compile(r"""=?["']?(\d{12,20})(?:[.,]0{1,2})?["']?""")
_SHOP_ORDER = re.compile(r"#[\w-]{1,39}")
_DIGIT = re.compile(r"\d")
_TROUBLES = {
    Mistake.PRODUCT_LINK: Trouble.PRODUCT,
    Mistake.PRODUCT_ID: Trouble.PRODUCT,
    Mistake.TRACKING_NUMBER: Trouble.TRACKING_NUMBER,
    Mistake.PAYMENT_CARD: Trouble.PAYMENT_CARD,
    Mistake.RUSSIAN_SITE: Trouble.OTHER_SITE,
    Mistake.SHORT_LINK: Trouble.LINK_WITHOUT_ID,
    Mistake.LINK_WITHOUT_ID: Trouble.LINK_WITHOUT_ID,
}


def read_file(content: bytes, language: str) -> OrderList:
    """An uploaded file; `language` is its sender's, which tells the code page. Takes linear time.

    Raises NotAList where there is nothing to read.
    """
    table, delimiter = parse(decode(content, language))
    return _read(table, Layout(delimiter=delimiter))


def read_text(text: str) -> OrderList:
    """A message with order numbers: a row for each number, with the shop order ("#1001") of its line."""
    rows = []
    for line, sent in enumerate(text.replace(",", " ").replace(";", " ").splitlines(), 1):
        found = read(sent)
        named = _SHOP_ORDER.search(found.rest)
        shop_order = named[0] if named else ""
        rows += [
            Row(line=line, cells=(id_, shop_order), numbers=(id_,), shop_order=shop_order)
            for id_ in found.ids
        ]
        rows += [
            Row(line=line, cells=(text, shop_order), problems=(problem,), shop_order=shop_order)
            for problem, text in _mistaken(found)
        ]
    return OrderList(header=("order", "shop order"), rows=tuple(rows))


def _read(table: Table, layout: Layout) -> OrderList:
    table = [tuple(map(_cell, row)) for row in table]
    at = _id_column(table)
    header: tuple[str, ...] = ()
    rows: list[Row] = []
    for line, cells in enumerate(table, 1):
        if not any(cells):
            continue
        cell = cells[at] if at < len(cells) else ""
        found = _reading(cell)
        if not header and not rows and not found.ids and _is_title(read(cell)):
            header = cells
            continue
        problems = () if found.ids else (_problem(cell, found),)
        rows.append(Row(line=line, cells=cells, numbers=found.ids, problems=problems))
    return OrderList(header=header, rows=tuple(rows), layout=layout)


def _problem(cell: str, found: ParsedText) -> Problem:
    if not cell:
        return Problem(trouble=Trouble.MISSING)
    mistaken = [problem for problem, _ in _mistaken(found)]
    return mistaken[0] if mistaken else Problem(trouble=Trouble.NO_NUMBER, text=cell)


def _mistaken(found: ParsedText) -> list[tuple[Problem, str]]:
    """What was taken for order numbers, with the text to show."""
    return [
        (Problem(trouble=_TROUBLES.get(mistake, Trouble.NO_NUMBER), text=text), text)
        for mistake, text in found.mistakes
    ]


def _cell(text: str) -> str:
    text = text.strip()
    number = _NUMBER_CELL.fullmatch(text)
    return number[1] if number else text


def _id_column(table: Table) -> int:
    """Where most order ids stand; of several, where most have the 16 digits of today's."""
    ids, of_today = Counter[int](), Counter[int]()
    for row in table:
        for at, cell in enumerate(row):
            found = _reading(cell).ids
            ids[at] += len(found)
            of_today[at] += sum(len(id_) == 16 for id_ in found)
    return max(ids, key=lambda at: (of_today[at], ids[at]), default=0)


def _reading(cell: str) -> ParsedText:
    return (
        read(cell) if _DIGIT.search(cell) else ParsedText(text=cell)
    )  # most cells are names; reading takes a while


def _is_title(cell: ParsedText) -> bool:
    return bool(cell.rest) and not cell.mistakes
