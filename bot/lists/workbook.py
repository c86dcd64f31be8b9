"""Excel workbooks (xlsx), within bounds: a small archive can unpack to gigabytes."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import IO, Any, TypeGuard
from xml.parsers import expat

import openpyxl
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from bot.lists.rows import ZIP, NotAList, Unreadable

_MOST_UNPACKED = 60_000_000  # bytes of all parts together
_MOST_PARTS = 2_000
_MOST_ELEMENTS = 4_000_000  # of XML
_MOST_AT_ONCE = 100_000  # elements of one row or one text: they are in memory together
_MOST_ROWS, _MOST_COLUMNS, _MOST_SHEETS = 100_000, 256, 10
_MOST_MERGED = 1_000_000  # cells that are filled from the merged ones above them
_LONGEST_CELL = 32_767  # Excel's own limit
_CHUNK = 1 << 16
_XML = (".xml", ".rels", ".vml")
_SHORT_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,10})(?:\.\d{1,6})?")

# What openpyxl raises for archives and XML that are broken or hostile.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, SyntaxError, KeyError, ValueError, TypeError,
    AttributeError, IndexError, OSError, EOFError, NotImplementedError, RuntimeError, expat.ExpatError,
)  # fmt: skip


def read(content: bytes) -> list[list[tuple[str, ...]]]:
    """The visible sheets that hold anything, each as rows of texts; numbers keep all their digits.

    Of a book with a single sheet, cells merged downward each get the text. Raises NotAList for other kinds of
    spreadsheets and for what is too large.
    """
    if not content.startswith(ZIP):
        raise NotAList(Unreadable.SPREADSHEET)
    try:
        last, merged = _check_size(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
        sheets = [_rows(sheet, last) for sheet in shown[:_MOST_SHEETS]]
        if len(book.worksheets) == 1:  # the areas do not say whose they are
            sheets = [_unmerged(sheets[0], merged)]
        book.close()
    except NotAList:
        raise
    except _BROKEN:
        raise NotAList(Unreadable.SPREADSHEET) from None
    if not any(sheets):
        raise NotAList(Unreadable.NO_TEXT)
    return [rows for rows in sheets if rows]


def write(rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one sheet. Long numbers are text, so that Excel keeps their digits."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("orders")
    for row in rows:
        sheet.append([_typed(cell) for cell in row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _rows(sheet: Any, last: int) -> list[tuple[str, ...]]:
    """The rows up to `last`, counted from 1; those behind it are empty, however many they are."""
    if not last:
        return []
    sheet.reset_dimensions()  # what the file says of its own size may be wrong
    rows = sheet.iter_rows(values_only=True, max_row=last, max_col=_MOST_COLUMNS)
    values = list(islice(rows, last))
    exact = any(_is_long(value) and value % 10 for row in values for value in row)
    texts = [tuple(_text(value, exact=exact) for value in row) for row in values]
    while texts and not any(texts[-1]):
        texts.pop()
    wide = max((at + 1 for row in texts for at, cell in enumerate(row) if cell), default=0)
    return [row[:wide] for row in texts]


def _unmerged(rows: list[tuple[str, ...]], merged: Iterable[str]) -> list[tuple[str, ...]]:
    """The rows with the text of cells that are merged downward in each of them."""
    filled, left = [list(row) for row in rows], _MOST_MERGED
    for area in merged:
        column, top, right, bottom = (edge or 0 for edge in range_boundaries(area))
        below = range(top, min(bottom, len(rows)))
        left -= len(below)
        if left < 0:
            break
        if below and top and 0 < column == right <= len(filled[0]):
            for row in below:
                filled[row][column - 1] = filled[row][column - 1] or filled[top - 1][column - 1]
    return [tuple(row) for row in filled]


def _is_long(value: object) -> TypeGuard[float]:
    """Whether it is a whole number with more digits than Excel keeps."""
    return isinstance(value, int | float) and 10**15 <= value < 10**20 and value == int(value)


def _text(value: object, *, exact: bool) -> str:
    """A cell's text. Excel makes zeros of the digits behind the 15th, unless long numbers are `exact`."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case _ if _is_long(value) and not exact:
            return f"{value:.14E}"
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case _:
            return str(value)[:_LONGEST_CELL]


def _typed(cell: str) -> str | float:
    """A short number as such, for sums; all else as text."""
    return float(cell) if _SHORT_NUMBER.fullmatch(cell) else cell


def _check_size(content: bytes) -> tuple[int, list[str]]:
    """Return the last row with a value, and the merged areas of all sheets.

    Refuses, before anything is built, what takes too much memory.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
            raise NotAList(Unreadable.TOO_LARGE)
        counted = _Counted()
        for part in parts:
            if part.filename.endswith(_XML):
                with archive.open(part) as stream:
                    counted.check(stream)
    return counted.last, counted.merged


class _Counted:
    """Counts the elements of a workbook's parts while they stream by, and finds the last row with a value.

    A row says its own number: a format on Excel's last row would make a million empty rows of it.
    """

    def __init__(self) -> None:
        self._all = 0
        self._together = 0
        self._row = 0
        self.last = 0
        self.merged: list[str] = []

    def check(self, stream: IO[bytes]) -> None:
        """Raises NotAList for too many elements, and for a document type: bombs need one, Excel has none."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = _refuse
        self._together = self._row = 0
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._all += 1
        self._together += 1
        if self._all > _MOST_ELEMENTS or self._together > _MOST_AT_ONCE:
            raise NotAList(Unreadable.TOO_LARGE)
        match name.rpartition(":")[2]:
            case "mergeCell":
                self.merged.append(attributes["ref"])
            case "row":
                self._row = int(attributes.get("r") or self._row + 1)
            case "v" | "is":  # a cell's value
                self.last = max(self.last, self._row)
                if self.last > _MOST_ROWS:
                    raise NotAList(Unreadable.TOO_LARGE)

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] in {"row", "si"}:  # openpyxl is done with it
            self._together = 0


def _refuse(*declared: object) -> None:
    raise NotAList(Unreadable.SPREADSHEET)
