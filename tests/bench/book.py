"""The shop's book: how fast a long list is booked while people are served, and a flood of pushes.

    python -m tests.bench.book --rows 50000 --database sqlite        # or postgresql
    python -m tests.bench.book --pushes 10000

Meanwhile somebody writes to the database every 20 ms, as every command does: how long that takes is printed
beside the same without an import.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from bot.lists import read_file
from bot.model import BookEntry
from bot.pacing import CheckInterval, Pacer
from bot.store import Store
from bot.tracking import Policy
from bot.tracking.booking import Booking
from tests.simulation.book import watch_book
from tests.store import postgres

_FIRST = 8_210_000_000_000_000
_CALLS = 5000  # a day
_TROUBLE = 50  # one order in so many
_DAYS = 5.0
_QUIET = 100  # writes that are timed before the import


def _listed(rows: int) -> bytes:
    """A shop's export."""
    lines = (f"#{1000 + n},{_FIRST + 37 * n},Emma {n},1 Main St" for n in range(rows))
    return "\n".join(["Name,AliExpress order,Shipping Name,Shipping Street", *lines]).encode()


async def _people(store: Store, times: list[float], done: asyncio.Event) -> None:
    """Somebody writes again and again."""
    while not done.is_set():
        started = time.perf_counter()
        async with store.write() as tx:
            await tx.memory.put("somebody", started)
        times.append(1000 * (time.perf_counter() - started))
        await asyncio.sleep(0.02)


async def _import(url: str, rows: int) -> None:
    store = Store(url)
    await store.start()
    pacer = Pacer(CheckInterval(), lambda: 0.5)
    booking = Booking(store, pacer, Policy(calls_per_day=_CALLS), lambda: datetime.now(UTC))
    before, during, done = list[float](), list[float](), asyncio.Event()
    people = asyncio.create_task(_people(store, before, done))
    while len(before) < _QUIET:
        await asyncio.sleep(0.05)
    done.set()
    await people
    started = time.perf_counter()
    listed = await asyncio.to_thread(read_file, _listed(rows), "en")
    entries = [
        BookEntry(order_id=id_, shop_order=row.shop_order) for row in listed.rows for id_ in row.numbers
    ]
    read_in = time.perf_counter() - started
    done = asyncio.Event()
    people = asyncio.create_task(_people(store, during, done))
    for again in ("new", "again"):
        started = time.perf_counter()
        booked = await booking.book(entries)
        _say(f"  {again:<6} {booked.added:>7,} added {booked.known:>7,} known {_since(started)}")
    done.set()
    await people
    needs = await booking.needs()
    await store.close()
    _say(f"  reading the list {read_in:.1f} s")
    _say(f"  somebody's write, ms: before {_spread(before)}, meanwhile {_spread(during)}")
    _say(
        f"  calls a day: {needs.calls:,} needed, {needs.granted:,} granted; "
        f"one look in {needs.gap / 86_400:.1f} days"
    )


def _pushes(count: int) -> None:
    """Pushes about orders that nobody follows: booked, watched, and on the board once they are returned?"""
    started = time.perf_counter()
    found = watch_book(orders=count, calls=_CALLS, days=_DAYS, every=_TROUBLE)
    _say(f"  {found.booked:,} orders booked by pushes and watched for {_DAYS:g} days {_since(started)}")
    _say(f"  {found.looks:,} looks, {found.most_a_day:,} calls on one day at most, of {_CALLS:,}")
    _say(f"  {found.returned:,} returned, {found.on_board:,} on the board")
    _say(f"  {found.unseen:,} looked at after they turned back and missing there")
    _say(f"  {found.owed:,} messages")


def _since(started: float) -> str:
    seconds = time.perf_counter() - started
    return f"in {timedelta(seconds=round(seconds))} ({seconds:.1f} s)"


def _spread(times: Sequence[float]) -> str:
    ordered = sorted(times)
    return f"median {statistics.median(ordered):.1f}, 99 % {ordered[int(0.99 * len(ordered))]:.1f}"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--pushes", type=int, default=0)
    chosen = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        if chosen.pushes:
            _pushes(chosen.pushes)
        elif chosen.database == "sqlite":
            asyncio.run(_import(f"sqlite:///{Path(folder) / 'bot.db'}", chosen.rows))
        else:
            with postgres.server(hasty=False) as server:
                asyncio.run(_import(server.address, chosen.rows))


if __name__ == "__main__":
    main()
