"""A large installation, made in minutes: how big its tables are and how long the hot paths take on it.

    python -m tests.bench.scale --orders 1000000 --database /tmp/scale.db
    python -m tests.bench.scale --orders 1000000                      # on a throw-away PostgreSQL

Every order has ten nodes, one parcel and one follower; one in five has translated texts; one notice an order
was told within two weeks, one in fifty waits; one order in twenty is due.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from bot.model import Place
from bot.store import Settled, Store, Transaction
from bot.store.tables import EPOCH
from tests.store import postgres

_NODES = 10
_LEASE = timedelta(minutes=3)


def filling(orders: int, now: int) -> list[tuple[str, str]]:
    """What is put in, as one statement a table; `now` in milliseconds."""
    day = 86_400_000
    number = "CAST(substr(o.id, 4) AS BIGINT)"
    series = "(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 10) SELECT n FROM s)"
    return [
        (
            "orders",
            f"""WITH RECURSIVE c(i) AS
                (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM c WHERE i < {orders})
            INSERT INTO orders (id, stage, reason, stage_since, created_at, fetched_at, digest, fingerprint,
                announced, last_node_at, eta, weight, utc_offset_hours, next_check_at,
                failures, last_error,
                ruleset, shop_order)
            SELECT '810' || CAST(1000000000000 + i AS TEXT), 'origin_transit', '', {now} - {day},
                {now} - 20 * {day}, {now} - (i % 1440) * 60000,
                '0123456789abcdef0123456789abcdef', '0123456789abcdef', '[]',
                {now} - {day}, {now} + 9 * {day}, 1.0, 3.0,
                {now} + ((i * 7919) % 100000 - 5000) * 864, 0, '', '7', ''
            FROM c""",
        ),
        (
            "parcels",
            f"""INSERT INTO parcels (order_id, "index", number, former_numbers, carrier, eta, first_eta,
                items, stage, reason, stage_since)
            SELECT o.id, 1, 'LP' || o.id, '[]', 'AliExpress Selection Standard', {now} + 9 * {day},
                {now} + 8 * {day},
                '[{{"id":"1005006","title":"A lamp for the desk, warm white","quantity":1}}]',
                'origin_transit', '', {now} - {day} FROM orders o""",
        ),
        (
            "nodes",
            f"""INSERT INTO nodes (order_id, seq, parcel, at, ordinal, name, description, stage, reason, rule,
                place, seen_at, backfilled)
            SELECT o.id, s.n, 1, {now} - (20 - s.n) * {day}, 0, 'Accepted by carrier',
                'Your package has left the sorting centre and is on its way', 'origin_transit', '',
                'transit.left', 'Guangzhou', {now} - (20 - s.n) * {day} + 3600000, false
            FROM orders o, {series} s ORDER BY s.n""",
        ),
        (
            "texts",
            f"""INSERT INTO texts (order_id, language, seq, name, description)
            SELECT o.id, 'ru', s.n, 'Принято перевозчиком',
                'Посылка покинула сортировочный центр и едет дальше'
            FROM orders o, {series} s WHERE {number} % 5 = 0""",
        ),
        (
            "chats",
            f"""INSERT INTO chats (chat_id, topic_id, language, language_set, zone, zone_set, level, quiet,
                urgent_breaks_quiet, awaiting, created_at)
            SELECT {number}, 0, 'en', false, 'Europe/Paris', false, 'everything', 'silent', true, '', {now}
            FROM orders o WHERE {number} % 3 = 0""",
        ),
        (
            "follows",
            f"""INSERT INTO follows (chat_id, topic_id, order_id, label, notify, created_at)
            SELECT {number} - {number} % 3, 0, o.id, 'a lamp', true, {now} - 20 * {day} FROM orders o""",
        ),
        (
            "notices",
            f"""INSERT INTO notices (chat_id, topic_id, order_id, key, news, importance, created_at, due_at,
                held, lease, attempts, ambiguous, state, settled_at, message_id, error)
            SELECT {number} - {number} % 3, 0, o.id, 'nodes:' || CAST(s.n AS TEXT),
                '{{"kind":"nodes","key":"nodes:9","importance":1,"nodes":[9],"stage":"origin_transit"}}',
                1, {now} - ({number} % 14) * {day}, {now} - 1000, false, '', 0, 0,
                CASE WHEN s.n = 1 THEN 'sent' ELSE 'due' END,
                CASE WHEN s.n = 1 THEN {now} - ({number} % 14) * {day} END, {number}, ''
            FROM orders o, {series} s WHERE s.n = 1 OR (s.n = 2 AND {number} % 50 = 0)""",
        ),
        (
            "updates",
            f"""INSERT INTO updates (update_id, chat_id, payload, received_at, due_at, lease, attempts,
                state, error)
            SELECT {number}, {number}, '', {now} - {day}, {now} - {day}, '', 0, 'done', ''
            FROM orders o WHERE {number} % 10 = 0""",
        ),
    ]


async def build(store: Store, orders: int, now: datetime) -> None:
    """Fill an empty database."""
    milliseconds = (now - EPOCH) // timedelta(milliseconds=1)
    for table, statement in filling(orders, milliseconds):
        started = time.perf_counter()
        async with store.database.write() as on:
            if not store.database.is_sqlite:
                await on.exec_driver_sql("SET LOCAL statement_timeout = 0")
                await on.exec_driver_sql("SET LOCAL session_replication_role = replica")  # no foreign keys
                statement = statement.replace("%", "%%")
            rows = (await on.exec_driver_sql(statement)).rowcount
        _say(f"  {table:<10} {rows:>11,} rows  {time.perf_counter() - started:6.1f} s")
    async with store.database.engine.connect() as on:
        if store.database.is_sqlite:
            await on.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            autocommit = await on.execution_options(isolation_level="AUTOCOMMIT")
            await autocommit.exec_driver_sql("SET statement_timeout = 0")
            await autocommit.exec_driver_sql("VACUUM ANALYZE")


async def sizes(store: Store) -> list[tuple[str, str, int]]:
    """Table, index (empty: the table itself) and bytes."""
    if store.database.is_sqlite:
        query = """SELECT m.tbl_name, CASE m.type WHEN 'index' THEN m.name ELSE '' END, SUM(s.pgsize)
            FROM dbstat s JOIN sqlite_schema m ON m.name = s.name GROUP BY 1, 2"""
    else:
        query = """SELECT t.relname, '', pg_table_size(t.oid) FROM pg_class t
            WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace
            UNION ALL SELECT t.relname, i.relname, pg_relation_size(i.oid) FROM pg_index x
            JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
            WHERE t.relnamespace = 'public'::regnamespace"""
    async with store.database.read() as on:
        rows = (await on.exec_driver_sql(query)).all()
    return sorted((str(table), str(index), int(size)) for table, index, size in map(tuple, rows))


async def _timed(name: str, step: Callable[[], Awaitable[object]], times: int = 30) -> None:
    spans = []
    for _ in range(times):
        started = time.perf_counter()
        await step()
        spans.append((time.perf_counter() - started) * 1000)
    _say(f"  {name:<46} {statistics.median(spans):8.2f} ms   worst {max(spans):8.2f}")


async def measure(store: Store, url: str, now: datetime) -> None:
    """Time what happens every second, and what happens every half minute."""

    async def check() -> None:
        async with store.write() as tx:
            leased = await tx.checks.lease_due(now, 64, _LEASE)
        async with store.write() as tx:
            ends = [
                Settled(order_id=one.order_id, lease=one.lease, next_check_at=now + timedelta(hours=6))
                for one in leased
            ]
            await tx.checks.settle(ends, now)

    async def tell() -> None:
        async with store.write() as tx:
            turns = await tx.notices.lease(now, 48, _LEASE)
        for turn in turns[:8]:
            async with store.write() as tx:
                await tx.notices.settle_sent(turn.notices[0].ids, turn.lease, now, 1)

    async def lease_notices() -> None:
        async with store.write() as tx:
            await tx.notices.lease(now, 48, _LEASE)

    def read(step: Callable[[Transaction], Awaitable[object]]) -> Callable[[], Awaitable[object]]:
        async def run() -> object:
            async with store.read() as tx:
                return await step(tx)

        return run

    def write(step: Callable[[Transaction], Awaitable[object]]) -> Callable[[], Awaitable[object]]:
        async def run() -> object:
            async with store.write() as tx:
                return await step(tx)

        return run

    async def start() -> None:
        fresh = Store(url)
        await fresh.start()
        await fresh.close()

    await _timed("start with the schema up to date", start, 5)
    await _timed("take over after a crash", lambda: store.release_leases(now), 3)
    some = "810" + str(1_000_000_000_000 + 4242)
    await _timed("lease 64 checks and settle them", check)
    await _timed("lease 48 places", lease_notices)
    await _timed("lease 48 places, settle 8 one by one", tell)
    await _timed("when is the next check due", read(lambda tx: tx.checks.next_due(now)))
    await _timed("when is the next notice due", read(lambda tx: tx.notices.next_due(after=now)))
    await _timed("one order whole", read(lambda tx: tx.orders.get(some)))
    await _timed("followers of one order", read(lambda tx: tx.chats.followers([some])))
    await _timed("a chat's follows", read(lambda tx: tx.chats.follows(Place(3))))
    await _timed("update_weights one order", write(lambda tx: tx.checks.update_weights([some], now)))
    await _timed("take updates from the inbox", lambda: store.inbox.take(32, now, _LEASE))
    _say("  every half minute:")
    await _timed("orders that are looked at", read(lambda tx: tx.chats.active_orders()), 5)
    await _timed("chats that can be written to", read(lambda tx: tx.chats.count()), 5)
    await _timed("outbox at a glance", read(lambda tx: tx.notices.depth()), 5)
    await _timed("orders read by other rules", read(lambda tx: tx.orders.with_other_ruleset("7", 200)), 5)
    _say("  now and then:")
    week = now - timedelta(days=7)
    await _timed("notices told within a week", read(lambda tx: tx.notices.counts(week)), 3)
    await _timed("purge orders, a bite", write(lambda tx: tx.orders.purge(now - timedelta(days=90))), 3)
    await _timed("purge notices, a bite", write(lambda tx: tx.notices.purge(now - timedelta(days=12))), 3)
    await _timed("purge updates", write(lambda tx: tx.updates.purge(now - timedelta(days=3))), 3)


async def plans(store: Store, now: datetime) -> None:
    """How the database goes about its leases."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        seen.append((statement, parameters))

    event.listen(store.database.engine.sync_engine, "before_cursor_execute", note)
    async with store.write() as tx:
        await tx.checks.lease_due(now, 64, _LEASE)
        await tx.notices.lease(now, 48, _LEASE)
        await tx.updates.take(32, now, _LEASE)
    event.remove(store.database.engine.sync_engine, "before_cursor_execute", note)
    prefix = "EXPLAIN QUERY PLAN " if store.database.is_sqlite else "EXPLAIN (COSTS OFF) "
    async with store.database.read() as on:
        for statement, parameters in seen:
            if statement.startswith(("WITH", "SELECT notices", "UPDATE")):
                _say("  " + " ".join(statement.split())[:76])
                for row in await on.exec_driver_sql(prefix + statement, parameters):
                    _say(f"      {row[-1]}")


async def run(url: str, orders: int) -> None:
    """Build where the database is empty, then measure."""
    now = datetime.now(UTC)
    store = Store(url)
    await store.start()
    async with store.database.read() as on:
        known = await on.scalar(sa.text("SELECT COUNT(*) FROM (SELECT 1 FROM orders LIMIT 1) AS one"))
    if not known:
        _say(f"building {orders:,} orders on {store.database.url.get_backend_name()}")
        await build(store, orders, now)
    _say("sizes in MB")
    listed = await sizes(store)
    for table, index, size in listed:
        if size > 2**20:
            _say(f"  {table:<10} {index:<44} {size / 1e6:10.1f}")
    _say(f"  in all {'':<48} {sum(size for *_, size in listed) / 1e6:10.1f}")
    _say("plans of the leases")
    await plans(store, now)
    _say("median of several")
    await measure(store, url, now)
    await store.close()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--database", default="")
    chosen = parser.parse_args()
    if chosen.database:
        asyncio.run(run(chosen.database, chosen.orders))
        return
    with postgres.server(hasty=False) as server:
        asyncio.run(run(server.address, chosen.orders))


if __name__ == "__main__":
    main()
