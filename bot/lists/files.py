"""Bytes to a table of cells, and back."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from bot.lists.rows import NotAList, OrderList, Unreadable

Table = list[tuple[str, ...]]

_DELIMITERS = ",;\t|"
_SAMPLE, _SAMPLE_ROWS = 50_000, 100  # characters and rows that tell the delimiter
_DELIMITER_LINE = re.compile(r'[\r "]*sep=([,;\t|])[\r "]*')  # Excel's own first line
_UTF_8, _UTF_16 = "utf-8-sig", "utf-16"

_MARKS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, _UTF_8),
    (codecs.BOM_UTF16_LE, _UTF_16),
    (codecs.BOM_UTF16_BE, _UTF_16),
)
# Excel saves plain CSV in Windows' code page of the language it speaks.
_LATIN = "cp1252"
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

# Words for "order" in titles tell another code page than that of the sender's language.
_TITLES = re.compile(
    "заказ|замовлен|поръчк|订单|单号|訂單|單號|注文|주문|طلب|הזמנ|คำสั่งซื้อ|παραγγελ|sipariş|zamówien|objednáv",
    re.IGNORECASE,
)
_PAGES = (*dict.fromkeys(_CODE_PAGES.values()), "cp1253")

# What a spreadsheet program takes for a formula when a cell begins with it; a signed number is none.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠\t\r]")
_SIGNED_NUMBER = re.compile(r"[+-]\d[\d .,]*%?")


def decode(content: bytes, language: str) -> tuple[str, str]:
    """The text of an uploaded file, and how to write it again: UTF-8 or UTF-16.

    Without a byte order mark it is UTF-8, UTF-16, or the code page of the sender's `language`.
    Raises NotAList for pictures and other files that hold no text.
    """
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    if encoding is None and 4 * content.count(0) > len(content):  # every other byte of ASCII in UTF-16
        mark = codecs.BOM_UTF16_BE if content[:1] == b"\0" else codecs.BOM_UTF16_LE
        content, encoding = mark + content, _UTF_16
    text = (
        content.decode(encoding, "replace").removeprefix("\ufeff")
        if encoding
        else _guessed(content, language)
    )
    if "\0" in text or 10 * text.count("\ufffd") > len(text):
        raise NotAList(Unreadable.NO_TEXT)
    return text, _UTF_16 if encoding == _UTF_16 else _UTF_8


def _guessed(content: bytes, language: str) -> str:
    """The text of a file without a byte order mark."""
    own, head = _CODE_PAGES.get(language, _LATIN), content[:_SAMPLE]
    titled = (page for page in _PAGES if _TITLES.search(head.decode(page, "ignore")))
    for encoding in (_UTF_8, next(titled, own), own):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode(_LATIN, "replace")


def parse(text: str) -> tuple[Table, str]:
    """The cells as they stand, and the delimiter."""
    first, _, rest = text.partition("\n")
    if named := _DELIMITER_LINE.fullmatch(first):
        text, delimiter = rest, named[1]
    else:
        delimiter = _delimiter(text)
    try:
        rows = list(_records(text, delimiter, strict=True))
    except csv.Error:  # a quote that nobody closes would swallow all rows behind it
        rows = [[cell.strip('"') for cell in line.split(delimiter)] for line in text.splitlines()]
    return [tuple(row) for row in rows], delimiter


def _delimiter(text: str) -> str:
    """The delimiter that cuts most rows into the same number of cells, and into many of them."""
    sample = text[:_SAMPLE]

    def evenness(delimiter: str) -> tuple[float, int]:
        widths = [len(row) for row in islice(_records(sample, delimiter), _SAMPLE_ROWS) if row]
        several = Counter(width for width in widths if width > 1)
        width, same = max(several.items(), key=lambda each: (each[1], each[0]), default=(1, 0))
        return same / max(len(widths), 1), width

    return max(_DELIMITERS, key=evenness)


def _records(text: str, delimiter: str, *, strict: bool = False) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)


def write_file(orders: OrderList, added: Mapping[str, Sequence[str]]) -> bytes:
    """The same file with columns added: their titles, and a cell for each row.

    Delimiter, columns and rows stay; a workbook stays one. Cells that a spreadsheet program would run as a
    formula get an apostrophe.
    """
    rows = list(_rows(orders, added))
    if not orders.layout.delimiter:
        from bot.lists import workbook  # as in `bot.lists.reading`

        return workbook.write(rows)
    written = io.StringIO()
    csv.writer(written, delimiter=orders.layout.delimiter).writerows(rows)
    return written.getvalue().encode(orders.layout.encoding)


def _rows(orders: OrderList, added: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ...]]:
    wide = max(map(len, (orders.header, *(row.cells for row in orders.rows))))
    titles = orders.header or (("order",) if wide == 1 else ())
    yield from (tuple(map(harmless, row)) for row in orders.layout.before)
    if titles:
        yield tuple(map(harmless, (*_padded(titles, wide), *added)))
    for row, more in zip(orders.rows, zip(*added.values(), strict=True), strict=True):
        yield tuple(map(harmless, (*_padded(row.cells, wide), *more)))


def harmless(cell: str) -> str:
    """The cell's text, with an apostrophe before what a spreadsheet program would take for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) and not _SIGNED_NUMBER.fullmatch(cell) else cell


def _padded(row: tuple[str, ...], wide: int) -> tuple[str, ...]:
    return (*row, *("" for _ in range(wide - len(row))))
