"""Checks a second by 1, 2 and 4 replicas on one PostgreSQL: the real poller, a source that answers at once.

    python -m tests.bench.scale_checks --seconds 8

Every answer is what was known, as most are: what is measured is leasing, deciding and settling.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import multiprocessing
import os
import random
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from bot.metrics import Metrics
from bot.model import FetchedParcel, OrderFacts, OrderStatus, Snapshot
from bot.pacing import Limits, Pacer
from bot.poller import Poller
from bot.store import Store
from bot.store.tables import EPOCH, checks, orders
from bot.tracking import Policy, Tracking
from tests.bench.scale import filling
from tests.store import postgres

_KNOWN = "known"  # the digest of every answer


class _Instant:
    """A source that answers at once, from nowhere."""

    def __init__(self) -> None:
        self.asked = 0

    async def fetch(self, order_id: str, language: str, *, urgent: bool = False) -> Snapshot:
        self.asked += 1
        parcel = FetchedParcel(number="LP001", carrier="Cainiao")
        return Snapshot(order_id=order_id, language=language, parcels=(parcel,), digest=_KNOWN)

    async def check(self, order_id: str, language: str, mark: str) -> Snapshot | None:
        return await self.fetch(order_id, language)

    async def order_facts(self, order_id: str, *, urgent: bool = False) -> OrderFacts:
        return OrderFacts(order_id=order_id, status=OrderStatus.SHIPPED)

    async def aclose(self) -> None:
        """Nothing to close."""


async def _check(url: str, seconds: float) -> tuple[int, float]:
    """Poll for so long; checks made, and processor seconds used."""
    store, source = Store(url), _Instant()

    def now() -> datetime:
        return datetime.now(UTC)

    tracking = Tracking(
        store=store,
        source=source,
        pacer=Pacer(Limits(floor=2, ceiling=4), random.random),
        policy=Policy(),
        now=now,
        telemetry=Metrics(),
    )
    poller = Poller(
        store=store, tracking=tracking, now=now, sleep=asyncio.sleep, telemetry=Metrics(), width=64
    )
    used = time.process_time()
    running = asyncio.create_task(poller.run())
    await asyncio.sleep(seconds)
    asked = source.asked
    poller.stop()
    await running
    await store.close()
    return asked, time.process_time() - used


def _replica(url: str, seconds: float, together: Any, answers: Any) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    together.wait(120)
    answers.put(asyncio.run(_check(url, seconds)))


async def _fill(url: str, number: int) -> None:
    """So many watched orders."""
    store, now = Store(url), datetime.now(UTC)
    await store.start(sole=False)
    async with store.database.write() as on:
        (_, statement), *_ = filling(number, (now - EPOCH) // timedelta(milliseconds=1))
        await on.exec_driver_sql(statement.replace("%", "%%"))
        await on.execute(sa.update(orders).values(digest=_KNOWN, fetched_at=now))
    await store.close()


async def _tidy(url: str) -> None:
    """Every measurement starts on a table without dead rows, all orders due."""
    store = Store(url)
    async with store.database.engine.connect() as on:
        autocommit = await on.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.execute(sa.update(orders).values(next_check_at=datetime.now(UTC)))
        await autocommit.execute(sa.delete(checks))
        await autocommit.exec_driver_sql("VACUUM ANALYZE orders")
    await store.close()


def measure(url: str, replicas: int, seconds: float) -> tuple[float, float]:
    """Checks a second in all, and processor milliseconds of a replica per check."""
    spawn = multiprocessing.get_context("spawn")
    together, answers = spawn.Barrier(replicas), spawn.Queue()
    processes = [
        spawn.Process(target=_replica, args=(url, seconds, together, answers)) for _ in range(replicas)
    ]
    for one in processes:
        one.start()
    outcomes = [answers.get(timeout=seconds + 180) for _ in processes]
    for one in processes:
        one.join()
    asked = sum(one[0] for one in outcomes)
    return asked / seconds, 1000 * sum(one[1] for one in outcomes) / max(asked, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--replicas", type=int, nargs="*", default=[1, 2, 4])
    parser.add_argument("--database", default="", help="another than a throw-away PostgreSQL")
    chosen = parser.parse_args()
    with postgres.server(hasty=False) as server:
        url = chosen.database or server.address
        asyncio.run(_fill(url, chosen.orders))
        sys.stdout.write(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before\n")
        sys.stdout.write("replicas  checks/s  best  processor ms a check\n")
        found: dict[int, list[tuple[float, float]]] = {replicas: [] for replicas in chosen.replicas}
        for _ in range(chosen.rounds):  # alternating: what else the machine does hits all alike
            for replicas in chosen.replicas:
                asyncio.run(_tidy(url))
                found[replicas].append(measure(url, replicas, chosen.seconds))
        for replicas, several in found.items():
            rates, costs = zip(*several, strict=True)
            rate, cost = statistics.median(rates), statistics.median(costs)
            sys.stdout.write(f"{replicas:>8}  {rate:>8.0f}  {max(rates):>8.0f}  {cost:>8.2f}\n")


if __name__ == "__main__":
    main()
