"""A merchant's list of orders as CSV: read whatever its columns are, given back with a link in every row."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from bot.ids import Reading, read

_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A list's rows by their order id, in the file's order; `refused` are rows without one."""

    header: tuple[str, ...] = ()  # empty: the file has none
    rows: Mapping[str, tuple[str, ...]]
    refused: tuple[str, ...] = ()  # what stands there instead, or the row's first text


def read_sheet(text: str) -> Sheet:
    """Find the column that holds order ids, and nothing in the others: phone numbers look much like ids."""
    table = [row for row in _parse(text) if any(row)]
    at = _id_column(table)
    rows: dict[str, tuple[str, ...]] = {}
    header: tuple[str, ...] = ()
    refused: list[str] = []
    for number, row in enumerate(table):
        cell = row[at] if at < len(row) else ""
        found = read(cell)
        if found.ids:
            rows |= dict.fromkeys((id_ for id_ in found.ids if id_ not in rows), row)
        elif number == 0 and _is_title(found):
            header = row
        else:
            refused.append(cell or next(filter(None, row)))
    return Sheet(header=header, rows=rows, refused=tuple(refused))


def write_sheet(sheet: Sheet, links: Mapping[str, str]) -> bytes:
    """The same rows, each with its link behind; UTF-8 with the mark by which spreadsheets know it."""
    written = io.StringIO()
    writer = csv.writer(written)
    wide = max(len(row) for row in (*sheet.rows.values(), sheet.header))
    header = sheet.header or (("order",) if wide == 1 else ())
    if header:
        writer.writerow((*_padded(header, wide), "link"))
    writer.writerows((*_padded(sheet.rows[id_], wide), url) for id_, url in links.items())
    return written.getvalue().encode("utf-8-sig")


def _parse(text: str) -> list[tuple[str, ...]]:
    lines = text.splitlines()
    delimiter = max(_DELIMITERS, key=lambda each: sum(line.count(each) for line in lines[:20]))
    return [tuple(cell.strip() for cell in row) for row in csv.reader(lines, delimiter=delimiter)]


def _id_column(table: list[tuple[str, ...]]) -> int:
    """Where most order ids stand; of several, where most have the 16 digits of today's."""
    ids = {
        at: [id_ for row in table if at < len(row) for id_ in read(row[at]).ids]
        for at in range(max(map(len, table), default=0))
    }
    return max(ids, key=lambda at: (sum(len(id_) == 16 for id_ in ids[at]), len(ids[at])), default=0)


def _is_title(cell: Reading) -> bool:
    return bool(cell.rest) and not cell.mistakes


def _padded(row: tuple[str, ...], wide: int) -> tuple[str, ...]:
    return (*row, *("" for _ in range(wide - len(row))))
