"""Lists of orders as shops, apps and spreadsheet programs export them. Pure.

`read_file` (an upload) and `read_text` (a pasted message) give an `OrderList`: its rows with the AliExpress
order numbers in each, the shop's own order number, and why a row gives none. `write_file` gives the same list
back with columns added.
"""

from bot.lists.files import harmless, write_file
from bot.lists.reading import read_file, read_text
from bot.lists.rows import NotAList, OrderList, Problem, Row, Trouble, Unreadable

__all__ = [
    "NotAList",
    "OrderList",
    "Problem",
    "Row",
    "Trouble",
    "Unreadable",
    "harmless",
    "read_file",
    "read_text",
    "write_file",
]
