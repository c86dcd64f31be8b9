"""What a list of orders holds."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.model import BookEntry

ZIP = b"PK\x03\x04"  # how xlsx begins, and ods and numbers


class Unreadable(enum.Enum):
    """Why a file is no list."""

    SPREADSHEET = "spreadsheet"
    NO_TEXT = "no text"
    TOO_LARGE = "too large"


class NotAList(ValueError):
    """The file cannot be read as a list; `why` is what to tell its sender."""

    def __init__(self, why: Unreadable) -> None:
        self.why = why


class Trouble(enum.StrEnum):
    """Why a cell gives no order number."""

    MISSING = "missing"  # the row has none (yet)
    ROUNDED = "rounded"  # a spreadsheet program kept the first digits only: 8.21E+15
    SHOPIFY_ID = "shopify_id"  # Shopify's own id of the order: 13 digits
    PRODUCT = "product"  # the number or the link of a product
    TRACKING_NUMBER = "tracking_number"
    PAYMENT_CARD = "payment_card"
    OTHER_SITE = "other_site"  # aliexpress.ru is another market place
    LINK_WITHOUT_ID = "link_without_id"
    NO_NUMBER = "no_number"  # anything else


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One reason for which a row, or a number of it, is left out."""

    trouble: Trouble
    text: str = ""  # what stands there; never a bank card's number


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row below the header.

    `line` is its place in the table from 1, as a spreadsheet program counts rows. A row without numbers and
    without problems continues the order above it (a further item of the same shop order).
    """

    line: int
    cells: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()  # AliExpress order numbers, each once, those of earlier rows included
    shop_order: str = ""  # the shop's own number as it is written there: "#1001"
    language: str = ""  # the customer's, one of `i18n.LANGUAGES`, where a code of it is written there
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a file was written, so that it can be given back the same way."""

    delimiter: str = ","  # empty: a workbook
    encoding: str = "utf-8-sig"
    before: tuple[tuple[str, ...], ...] = ()  # rows above the header


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderList:
    """A list's header (empty: the file has none) and its rows in their order."""

    header: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    layout: Layout = field(default_factory=Layout)

    @property
    def numbers(self) -> tuple[str, ...]:
        """All AliExpress order numbers, each once, in the list's order."""
        return tuple(dict.fromkeys(number for row in self.rows for number in row.numbers))

    @property
    def entries(self) -> list[BookEntry]:
        """Each order number of each row with its shop order and language, for the book and claim links."""
        return [
            BookEntry(order_id=number, shop_order=row.shop_order, language=row.language)
            for row in self.rows
            for number in row.numbers
        ]

    @property
    def maybe_rounded(self) -> bool:
        """Whether every number ends in 0: Excel keeps 15 digits of 16, but one account's may end so."""
        return len(self.numbers) >= 5 and all(number.endswith("0") for number in self.numbers)

    @property
    def problems(self) -> Iterator[tuple[Row, Problem]]:
        """Everything left out, with its row."""
        return ((row, problem) for row in self.rows for problem in row.problems)
