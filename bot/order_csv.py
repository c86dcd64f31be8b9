"""A merchant's list of orders as CSV: read whatever its columns are, given back with a link in every row."""

from __future__ import annotations

import codecs
import csv
import enum
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bot.ids import Reading, read

_DELIMITERS = ",;\t|"
_MOST_COLUMNS = 256
# What spreadsheet programs write around a long number so that nobody rounds it off: ="8211…", '8211…, 8211….0
_NUMBER_CELL = re.compile(r"""=?["']?(\d{12,20})(?:[.,]0{1,2})?["']?""")
_DIGIT = re.compile(r"\d")
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


class Unreadable(enum.Enum):
    """Why a file is no list."""

    SPREADSHEET = "spreadsheet"
    NO_TEXT = "no text"
    TOO_LARGE = "too large"


class NotAList(ValueError):
    """The file cannot be read as CSV; `why` is what to tell its sender."""

    def __init__(self, why: Unreadable) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A list's rows by their order id, in the file's order; `refused` are rows without one."""

    header: tuple[str, ...] = ()  # empty: the file has none
    rows: Mapping[str, tuple[str, ...]]
    refused: tuple[str, ...] = ()  # what stands there instead, or the row's first text


def decode_file(content: bytes, language: str) -> str:
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


def read_sheet(text: str) -> Sheet:
    """Find the column that holds order ids, and nothing in the others: phone numbers look much like ids.

    Takes linear time. Raises NotAList for a table of more than 256 columns.
    """
    table = [row for row in _parse(text) if any(row)]
    if any(len(row) > _MOST_COLUMNS for row in table):
        raise NotAList(Unreadable.NO_TEXT)
    at = _id_column(table)
    rows: dict[str, tuple[str, ...]] = {}
    header: tuple[str, ...] = ()
    refused: list[str] = []
    for number, row in enumerate(table):
        cell = row[at] if at < len(row) else ""
        if found := _ids(cell):
            rows |= dict.fromkeys((id_ for id_ in found if id_ not in rows), row)
        elif number == 0 and _is_title(read(cell)):
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
    return [tuple(_cell(cell) for cell in row) for row in rows]


def _cell(text: str) -> str:
    text = text.strip()
    number = _NUMBER_CELL.fullmatch(text)
    return number[1] if number else text


def _id_column(table: list[tuple[str, ...]]) -> int:
    """Where most order ids stand; of several, where most have the 16 digits of today's."""
    ids, of_today = Counter[int](), Counter[int]()
    for row in table:
        for at, cell in enumerate(row):
            found = _ids(cell)
            ids[at] += len(found)
            of_today[at] += sum(len(id_) == 16 for id_ in found)
    return max(ids, key=lambda at: (of_today[at], ids[at]), default=0)


def _ids(cell: str) -> tuple[str, ...]:
    return read(cell).ids if _DIGIT.search(cell) else ()  # most cells are names, and reading takes a while


def _is_title(cell: Reading) -> bool:
    return bool(cell.rest) and not cell.mistakes


def _padded(row: tuple[str, ...], wide: int) -> tuple[str, ...]:
    return (*row, *("" for _ in range(wide - len(row))))
