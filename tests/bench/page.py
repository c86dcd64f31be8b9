"""The tracking page under load: many visits a second beside a saturated poller, and what /track then takes.

    python -m tests.bench.page [--views 200] [--people 60] [--orders 20000] [--pages 2000]
    python -m tests.bench.page --cost [--views 200]

The bot runs in a process of its own, visitors in another. /track is measured twice in the same run, without
visitors and with them: only the comparison tells anything on a machine that does other things, too.
`--cost`: nothing else is to be done, and the bot's processor time is counted, for few pages, which are kept,
and for many, most of which are opened for the first time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp

from bot.ids import link_token
from tests.bench.speed import children, latency, stock

SECRET = "bench-secret-of-the-links"
_DELAY = 0.15  # seconds that AliExpress takes
_REST = 8.0  # seconds for the last ones' answers
_VISITED = 2_000  # orders with a page that is visited, each with so many entries:
_ENTRIES = 20
LANGUAGES = ("en", "de", "ru", "ar", "ja")


def main() -> None:
    """Measure and print."""
    options = _options()
    if options.visit:
        asyncio.run(_visit(options.visit, options.views, options.seconds, options.pages))
        return
    base = float(int(time.time()))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        database = Path(folder) / "bot.db"
        stock.fill(database, options.orders, base, due=not options.cost)
        _lengthen(database, checked=base if options.cost else None)
        os.sync()
        with children.standin(base, _DELAY) as url:
            if options.cost:
                _cost(url, database, options.views)
            else:
                _show(_measure(url, database, options))


def _cost(url: str, database: Path, views: float) -> None:
    port = latency.free_port()
    address = f"http://127.0.0.1:{port}"
    with latency.running(url, database, port, LINK_SECRET=SECRET, PUBLIC_URL=address) as (bot, _):
        time.sleep(5.0)
        for name, pages in (("pages that are kept", 50), ("pages most of which are new", _VISITED)):
            used = children.cpu_of(bot.pid)
            with _visitors(address, views, 8.0, pages) as visitors:
                told = json.loads(visitors.communicate()[0])
            used = children.cpu_of(bot.pid) - used
            count = sum(told["answers"].values())
            print(f"{name}: {used / count * 1e3:.2f} ms a view, answers {told['answers']}")  # noqa: T201


def _visitors(address: str, views: float, seconds: float, pages: int) -> subprocess.Popen[str]:
    """Visitors in a process of their own, which prints what came of their visits."""
    options = {"--visit": address, "--views": views, "--seconds": seconds, "--pages": pages}
    given = [str(part) for option in options.items() for part in option]
    command = [sys.executable, "-m", "tests.bench.page", *given]
    return subprocess.Popen(command, cwd=children.ROOT, stdout=subprocess.PIPE, text=True)


def _measure(url: str, database: Path, options: argparse.Namespace) -> dict[str, Any]:
    port = latency.free_port()
    address = f"http://127.0.0.1:{port}"
    people = options.people
    numbers = iter(range(1, 10**9))
    with latency.running(url, database, port, LINK_SECRET=SECRET, PUBLIC_URL=address) as (bot, _):
        time.sleep(3.0)
        alone = latency.tracks(latency.track(url, numbers, range(people), _REST), range(people))
        seconds = people * 0.15 + _REST + 1.0
        with _visitors(address, options.views, seconds, options.pages) as visitors:
            time.sleep(1.0)
            used = children.cpu_of(bot.pid)
            crowd = range(people, 2 * people)
            beside = latency.tracks(latency.track(url, numbers, crowd, _REST), crowd, people + 1)
            used = children.cpu_of(bot.pid) - used
            told = json.loads(visitors.communicate()[0])
    return {"alone": alone, "beside": beside, "visits": told, "core": used / (people * 0.15 + _REST)}


async def _visit(address: str, rate: float, seconds: float, pages: int) -> None:
    """So many visits a second, to these pages in turn and in several languages; prints what came of them."""
    statuses: Counter[int] = Counter()
    waits: list[float] = []
    loop = asyncio.get_running_loop()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:

        async def one(number: int) -> None:
            token = link_token(str(stock.FIRST_ORDER + number % pages), SECRET)
            language = LANGUAGES[number % len(LANGUAGES)]
            began = loop.time()
            try:
                async with http.get(f"{address}/t/{token}?lang={language}") as answer:
                    await answer.read()
                statuses[answer.status] += 1
            except aiohttp.ClientError:  # of too many idle connections the bot closes the oldest
                statuses[0] += 1
            waits.append(loop.time() - began)

        began = loop.time()
        async with asyncio.TaskGroup() as visits:
            for number in range(int(rate * seconds)):
                await asyncio.sleep(began + number / rate - loop.time())
                visits.create_task(one(number))
        took = loop.time() - began
    waits.sort()
    found = {
        "answers": {str(status): count for status, count in statuses.items()},
        "rate": len(waits) / took,
        "median": statistics.median(waits),
        "p99": waits[int(len(waits) * 0.99)],
    }
    sys.stdout.write(json.dumps(found))


def _lengthen(database: Path, checked: float | None) -> None:
    """Give the visited orders timelines of a usual length; all were `checked` then, else an hour ago."""
    with sqlite3.connect(database) as on:
        names = [row[1] for row in on.execute("PRAGMA table_info(nodes)")]
        changed = {"seq": "seq + 2 * ?1", "at": '"at" - 36000000 * ?1', "description": "description || ?1"}
        values = ", ".join(changed.get(name, f'"{name}"') for name in names)
        listed = ", ".join(f'"{name}"' for name in names)
        last = str(stock.FIRST_ORDER + _VISITED)
        for place in range(1, _ENTRIES // 2):
            on.execute(
                f"INSERT INTO nodes ({listed}) SELECT {values} FROM nodes WHERE seq <= 2 AND order_id < ?2",
                (place, last),
            )
        if checked is not None:
            on.execute("UPDATE orders SET fetched_at = ?1", (round(checked * 1000),))
    on.close()


def _show(found: dict[str, Any]) -> None:
    visits = found["visits"]
    for name, waits in (("without visitors", found["alone"]), ("beside them", found["beside"])):
        high = sorted(waits)[int(len(waits) * 0.99)]
        print(f"/track {name}: median {statistics.median(waits) * 1e3:.0f} ms, p99 {high * 1e3:.0f} ms")  # noqa: T201
    print(  # noqa: T201
        f"page: {visits['rate']:.0f} a second, answers {visits['answers']}, "
        f"median {visits['median'] * 1e3:.0f} ms, p99 {visits['p99'] * 1e3:.0f} ms"
    )
    print(f"the bot used {found['core'] * 100:.0f} % of a core meanwhile")  # noqa: T201


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.page", description=__doc__)
    parser.add_argument("--views", type=float, default=200.0, help="visits a second")
    parser.add_argument("--people", type=int, default=60, help="who send /track, each time")
    parser.add_argument("--orders", type=int, default=20_000, help="orders that are all due")
    parser.add_argument("--cost", action="store_true", help="count the processor time of a view")
    parser.add_argument("--visit", help=argparse.SUPPRESS)
    parser.add_argument("--pages", type=int, default=_VISITED, help="so many pages, in turn")
    parser.add_argument("--seconds", type=float, default=10.0, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
