"""Writes of one moment share a transaction; a mistaken one spoils none of the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.errors import StoreError
from bot.store.together import Together


class Book:
    """A database of one list."""

    def __init__(self) -> None:
        self.written: list[list[int]] = []
        self.away = False

    @asynccontextmanager
    async def write(self) -> AsyncIterator[list[int]]:
        """One transaction."""
        page: list[int] = []
        await asyncio.sleep(0)
        if self.away:
            raise StoreError("away")
        yield page
        self.written.append(page)


async def add(page: list[int], numbers: list[int]) -> None:
    """Odd numbers are fine."""
    for number in numbers:
        if number % 2 == 0:
            raise ValueError(number)
        page.append(number)


async def test_what_arrives_meanwhile_goes_into_one_transaction() -> None:
    book = Book()
    together = Together(book.write, add)
    await asyncio.gather(*(together.write(number) for number in (1, 3, 5)))
    assert book.written == [[1, 3, 5]]


async def test_nothing_is_reported_as_written_before_it_is() -> None:
    book = Book()
    await Together(book.write, add).write(1)
    assert book.written == [[1]]


async def test_a_mistaken_change_spoils_no_other() -> None:
    book = Book()
    together = Together(book.write, add)
    told = await asyncio.gather(*(together.write(n) for n in (1, 2, 3)), return_exceptions=True)
    assert [type(one) for one in told] == [type(None), ValueError, type(None)]
    assert book.written == [[1], [3]]


async def test_a_database_that_is_away_is_told_to_all_and_tried_again_next_time() -> None:
    book = Book()
    together = Together(book.write, add)
    book.away = True
    told = await asyncio.gather(*(together.write(n) for n in (1, 3)), return_exceptions=True)
    assert [type(one) for one in told] == [StoreError, StoreError]
    book.away = False
    await together.write(5)
    assert book.written == [[5]]


async def test_who_gives_up_takes_nothing_from_the_others() -> None:
    book = Book()
    together = Together(book.write, add)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await together.write(1)
    await together.write(3)
    assert 3 in book.written[-1]
