"""Processor time of one view of the tracking page: `python -m tests.bench.page_cost [views]`.

The page's routes are called in this process, over a store as large as that of a small shop. Each page is
opened for the first time, by one visitor after the other or by several at once, and then again.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import httpx
from starlette.applications import Starlette

from bot.ids import claim_token, link_token
from bot.model import Shop
from bot.store import Store
from bot.tracking import Policy
from bot.web.page import PageParts, page_routes
from tests.bench.page import LANGUAGES, SECRET, lengthen
from tests.bench.speed import stock
from tests.parts import Engine

_ORDERS = 5_000


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        database = Path(folder) / "bot.db"
        stock.fill(database, _ORDERS, float(int(time.time())), due=False)
        lengthen(database)
        with sqlite3.connect(database) as on:
            for language in LANGUAGES[1:]:
                on.execute(
                    "INSERT INTO texts (order_id, language, seq, name, description) "
                    "SELECT order_id, ?1, seq, name, ?1 || description FROM nodes",
                    (language,),
                )
        on.close()
        asyncio.run(_measure(database, int(sys.argv[1]) if len(sys.argv) > 1 else 300))


async def _measure(database: Path, views: int) -> None:
    store = Store(str(database))
    engine = Engine(store, policy=Policy(link_secret=SECRET))
    engine.clock.at = datetime.now(UTC)
    parts = PageParts(
        visit=engine.tracking.visiting.visit,
        shop=lambda _language: Shop(name="Lamp & Light"),
        username=lambda: "lamp_bot",
        count=lambda _answer: None,
        now=engine.clock.now,
        public_url="https://parcels.example.com",
        language="en",
        zone="UTC",
    )
    transport = httpx.ASGITransport(Starlette(routes=page_routes(parts)))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as http:

        async def run(name: str, tokens: Iterable[str], visitors: int) -> None:
            waiting = iter(list(enumerate(tokens)))

            async def visitor() -> None:
                for place, token in waiting:
                    await http.get(f"/t/{token}?lang={LANGUAGES[place % len(LANGUAGES)]}")

            began = time.process_time()
            await asyncio.gather(*(visitor() for _ in range(visitors)))
            spent = (time.process_time() - began) / views * 1e3
            print(f"{name}, {visitors} at once: {spent:.2f} ms a view")  # noqa: T201

        def pages(lot: int) -> list[str]:
            first = stock.FIRST_ORDER + lot * views
            return [link_token(str(order), SECRET) for order in range(first, first + views)]

        await run("warming up", pages(0), 8)
        for lot, visitors in enumerate((1, 4, 16), start=1):
            await run("first view", pages(lot), visitors)
        await run("view of a kept page", pages(3), 16)
        await run("wrong link", [claim_token(place.to_bytes(16, "big")) for place in range(views)], 16)
    await engine.tracking.visiting.close()
    await store.close()


if __name__ == "__main__":
    main()
