"""Orders named on a command line: their numbers one by one, a file, or standard input."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from bot.cli.numbers import counted
from bot.errors import BotError
from bot.ids import is_order_id
from bot.lists import NotAList, OrderList, Unreadable, read_file

HELP = "order numbers, or a CSV or xlsx file with them; - reads standard input"
_WHY = {
    Unreadable.SPREADSHEET: "is an old spreadsheet; save it as CSV or xlsx",
    Unreadable.NO_TEXT: "holds no table",
    Unreadable.TOO_LARGE: "is too large",
}


def read_orders(words: Sequence[str], language: str) -> OrderList:
    """Read the orders that `words` name. `language` tells how files are encoded.

    Raises BotError for a file that cannot be read, and typer's BadParameter for what is no order number.
    """
    if len(words) == 1 and not is_order_id(words[0]):
        (name,) = words
        if name == "-" or Path(name).exists() or not name.isdecimal():
            return _listed(name, language)
    if wrong := [word for word in words if not is_order_id(word)]:
        raise typer.BadParameter(f"{wrong[0]}: an order number has 12 to 20 digits, 16 today")
    return read_file("\n".join(words).encode(), language)


def left_out(orders: OrderList) -> list[str]:
    """What the operator is told about rows without an order number."""
    problems = list(orders.problems)
    lines = [f"{counted(len(problems), 'row')} left out:"] if problems else []
    lines += [f"  row {row.line}: {one.text or '(empty)'}: {one.trouble.value}" for row, one in problems]
    if orders.maybe_rounded:
        lines.append("All numbers end in 0: did a spreadsheet round them?")
    return lines


def _listed(name: str, language: str) -> OrderList:
    shown = "standard input" if name == "-" else name
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise BotError(f"{shown} cannot be read: {error.strerror}") from None
    try:
        return read_file(content, language)
    except NotAList as error:
        raise BotError(f"{shown} {_WHY[error.why]}") from None
