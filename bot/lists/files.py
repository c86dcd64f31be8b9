"""Bytes to a table of cells, and back."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest

from bot.lists.rows import NotAList, OrderList, Unreadable

Table = list[tuple[str, ...]]

_DELIMITERS = ",;\t|"
_MOST_COLUMNS = 256
_DELIMITER_LINE = re.compile(r"sep=(.)")  # Excel's own first line

_MARKS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # xlsx, ods and numbers are ZIP files; old xls is OLE
# Excel saves plain CSV in Windows' code page of the language it speaks.
_CODE_PAGES = {
    "ar": "cp1256",
    "he": "cp1255",
    "ja": "cp932",
    "ko": "cp949",
    "pl": "cp1250",
    "ru": "cp1251",
    "th": "cp874",
    "tr": "cp1254",
    "uk": "cp1251",
    "vi": "cp1258",
    "zh_Hans": "gb18030",
    "zh_Hant": "cp950",
}

# What a spreadsheet program takes for a formula when a cell begins with it; a signed number is none.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠\t\r]")
_SIGNED_NUMBER = re.compile(r"[+-]?[\d ()./,-]*\d[\d ()]*%?")


def decode(content: bytes, language: str) -> str:
    """The text of an uploaded file: UTF-8 or UTF-16, else the code page of the sender's `language`.

    Raises NotAList for spreadsheets, pictures and other files that hold no text.
    """
    if content.startswith(_SPREADSHEETS):
        raise NotAList(Unreadable.SPREADSHEET)
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            text = content.decode(encoding, "replace")
            break
    else:
        text = _unmarked(content, language)
    if text.count("\0") or text.count("\ufffd") > len(text) // 10:
        raise NotAList(Unreadable.NO_TEXT)
    return text


def _unmarked(content: bytes, language: str) -> str:
    """A text without a byte order mark."""
    if content.count(0) > len(content) // 4:  # every other byte of ASCII in UTF-16
        return content.decode("utf-16-be" if content[:1] == b"\0" else "utf-16-le", "replace")
    for encoding in ("utf-8", _CODE_PAGES.get(language, "cp1252")):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("cp1252", "replace")


def parse(text: str) -> tuple[Table, str]:
    """The cells as they stand, and the delimiter. Raises NotAList for a table of more than 256 columns."""
    first, _, rest = text.partition("\n")
    named = _DELIMITER_LINE.fullmatch(first.strip().strip('"'))
    if named and named[1] in _DELIMITERS:
        text, delimiter = rest, named[1]
    else:
        start = text[:20_000]
        delimiter = max(_DELIMITERS, key=start.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:  # a quote that nobody closes would swallow all rows behind it
        rows = [[cell.strip('"') for cell in line.split(delimiter)] for line in text.splitlines()]
    if any(len(row) > _MOST_COLUMNS for row in rows):
        raise NotAList(Unreadable.NO_TEXT)
    return [tuple(row) for row in rows], delimiter


def write_file(orders: OrderList, added: Mapping[str, Sequence[str]]) -> bytes:
    """The same rows, delimiter and columns, with columns added: their titles, and a cell for each row.

    Cells that a spreadsheet program would run as a formula get an apostrophe.
    """
    written = io.StringIO()
    writer = csv.writer(written, delimiter=orders.layout.delimiter or ",")
    wide = max((len(row.cells) for row in orders.rows), default=0)
    wide = max(wide, len(orders.header))
    header = orders.header or (("order",) if wide == 1 else ())
    if header:
        writer.writerow(map(harmless, (*_padded(header, wide), *added)))
    for row, more in zip_longest(orders.rows, zip(*added.values(), strict=True), fillvalue=()):
        cells = row.cells if not isinstance(row, tuple) else ()
        writer.writerow(map(harmless, (*_padded(cells, wide), *more)))
    return written.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """The cell's text, with an apostrophe before what a spreadsheet program would take for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) and not _SIGNED_NUMBER.fullmatch(cell) else cell


def _padded(row: tuple[str, ...], wide: int) -> tuple[str, ...]:
    return (*row, *("" for _ in range(wide - len(row))))
