"""What happens every second walks indexes, never whole tables, on both databases."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from bot.board import RULES
from bot.model import BookEntry, ListFilter, ListPlace, NewsKind, Once, Place, RawUpdate, SendRecord
from bot.store import Settled, Store, Transaction
from tests.store.builders import ANNA, LEASE, NOW, added, later, new_event, node, order, pending, queued

_SCAN = r"Seq Scan|^SCAN (?!.* USING |CONSTANT|due|heads|\(subquery|\d)"
_ENDS = [Settled(order_id="1", lease="x", next_check_at=NOW)]


async def _all(parts: AsyncIterator[object]) -> list[object]:
    return [part async for part in parts]


PATHS: dict[str, Callable[[Transaction], Awaitable[object]]] = {
    "lease orders": lambda tx: tx.checks.lease_due(NOW, 64, LEASE),
    "settle orders": lambda tx: tx.checks.settle(_ENDS, NOW),
    "finish_check": lambda tx: tx.checks.finish_check("1", NOW, NOW, checked=True),
    "lease holder": lambda tx: tx.checks.holds_lease("1", "x"),
    "next order": lambda tx: tx.checks.next_due(NOW),
    "get orders": lambda tx: tx.orders.get_many(["1", "2", "3"]),
    "save an order": lambda tx: tx.orders.save(added(order("1", node(1)))),
    "update_weights": lambda tx: tx.checks.update_weights(["1", "2"], NOW),
    "book orders": lambda tx: tx.book.add([BookEntry(order_id="1"), BookEntry(order_id="9")], NOW, [NOW] * 2),
    "number orders": lambda tx: tx.book.number([BookEntry(order_id="1", shop_order="#1001")], NOW),
    "unbook orders": lambda tx: tx.book.remove(["1", "2"], NOW),
    "count the book": lambda tx: tx.book.count(),
    "of a shop order": lambda tx: tx.book.of_shop_order("#1001"),
    "claim tokens": lambda tx: tx.book.claim_tokens([("1001", "c-1")], NOW),
    "claimed": lambda tx: tx.book.claimed("c-1"),
    "opened by links": lambda tx: tx.book.opened(["c-1", "c-2"], ["1", "2"]),
    "translations": lambda tx: tx.translations.stored([("1", "ru"), ("2", "de")]),
    "an order's row of the list": lambda tx: tx.listing.page(
        ListFilter(order_ids=("1", "2")), RULES, NOW, limit=2
    ),
    "a page of the list": lambda tx: tx.listing.page(
        ListFilter(), RULES, NOW, after=ListPlace(changed_at=NOW, order_id="1"), limit=50
    ),
    "changed since": lambda tx: tx.listing.page(ListFilter(changed_since=NOW), RULES, NOW, limit=50),
    "of a shop order, listed": lambda tx: tx.listing.page(ListFilter(shop_order="1"), RULES, NOW, limit=50),
    "recognize a key": lambda tx: tx.keys.get("k"),
    "take a request": lambda tx: tx.keys.begin(
        Once(api_key="k", key="1", fingerprint="x"), 0, NOW, NOW - timedelta(days=1)
    ),
    "purge requests": lambda tx: tx.keys.purge_requests(NOW),
    "rein in": lambda tx: tx.checks.cap_next_checks(["1"], NOW),
    "release orders": lambda tx: tx.checks.release_leases(),
    "other rules": lambda tx: tx.orders.with_other_ruleset("7", 200),
    "purge orders": lambda tx: tx.orders.purge(NOW - timedelta(days=90)),
    "delivered": lambda tx: tx.orders.count_delivered(NOW),
    "delivered lately": lambda tx: tx.orders.delivered_lately(9),
    "under way": lambda tx: _all(tx.orders.under_way(9)),
    "planned beyond": lambda tx: tx.checks.planned_beyond(NOW, 9, waited=True),
    "texts": lambda tx: tx.translations.texts("1", "ru"),
    "outages": lambda tx: tx.notices.outages(NOW),
    "end outages": lambda tx: tx.notices.end_outages(["1"], NOW),
    "articles": lambda tx: tx.translations.articles(["1", "2"], "ru"),
    "last announced": lambda tx: tx.notices.last_announced(ANNA, "1"),
    "drop waiting": lambda tx: tx.notices.drop_waiting(ANNA, "1", NewsKind.CHECK_IN, NOW),
    "followers": lambda tx: tx.chats.followers(["1", "2"]),
    "follows": lambda tx: tx.chats.follows(ANNA),
    "active orders": lambda tx: tx.chats.active_orders(),
    "leave": lambda tx: tx.chats.mark_left(100, NOW),
    "forget": lambda tx: tx.chats.forget(100, 9, NOW, NOW),
    "move": lambda tx: tx.chats.move(100, 101),
    "owe": lambda tx: tx.notices.enqueue([pending(ANNA, "1", "k")], NOW),
    "lease notices": lambda tx: tx.notices.lease(NOW, 48, LEASE),
    "settle a notice": lambda tx: tx.notices.settle_sent([1], "x", NOW, 1),
    "next notice": lambda tx: tx.notices.next_due(after=NOW),
    "outbox": lambda tx: tx.notices.depth(),
    "pause": lambda tx: tx.notices.postpone(ANNA, NOW),
    "release notices": lambda tx: tx.notices.release_leases(NOW),
    "release refused": lambda tx: tx.notices.release_refused(1, NOW),
    "is refused": lambda tx: tx.notices.is_refused(1),
    "refused chats": lambda tx: tx.notices.refused_chats(),
    "bring forward": lambda tx: tx.notices.bring_forward(NOW, tried_before=NOW, most_attempts=7, limit=5),
    "counts": lambda tx: tx.notices.counts(NOW),
    "dead letters": lambda tx: tx.notices.dead_letters(),
    "endpoints": lambda tx: tx.webhooks.endpoints(),
    "queue events": lambda tx: tx.webhooks.enqueue([("wh_1", new_event("1"))], NOW),
    "lease events": lambda tx: tx.webhooks.lease("wh_1", NOW, 8, LEASE),
    "settle events": lambda tx: tx.webhooks.settle_sent([queued("1")], NOW),
    "events later": lambda tx: tx.webhooks.settle_later(queued("1"), NOW, tried_at=NOW, error="no"),
    "next event": lambda tx: tx.webhooks.next_due(["wh_1"], NOW),
    "bring events forward": lambda tx: tx.webhooks.bring_forward("wh_1", NOW),
    "release events": lambda tx: tx.webhooks.release_leases(NOW),
    "events in numbers": lambda tx: tx.webhooks.queue(["wh_1"]),
    "events aside": lambda tx: tx.webhooks.aside(),
    "late orders": lambda tx: tx.webhooks.late(NOW, 9),
    "purge events": lambda tx: tx.webhooks.purge(NOW, NOW),
    "put updates": lambda tx: tx.updates.put(
        [RawUpdate(update_id=1, chat_id=1, payload="", received_at=NOW)]
    ),
    "take updates": lambda tx: tx.updates.take(32, NOW, LEASE),
    "update done": lambda tx: tx.updates.done(1),
    "book answers": lambda tx: tx.sends.record([SendRecord(chat_id=1, at=NOW)]),
    "sent lately": lambda tx: tx.sends.recent(NOW),
    "purge answers": lambda tx: tx.sends.purge(NOW),
    "release updates": lambda tx: tx.updates.release_leases(NOW),
    "updates waiting": lambda tx: tx.updates.waiting(),
    "updates aside": lambda tx: tx.updates.failed_for_good(),
    "purge updates": lambda tx: tx.updates.purge(NOW),
    "an album": lambda tx: tx.cases.album("7", besides=1),
    "a chat's questions": lambda tx: tx.cases.count_questions(100),
    "deliveries": lambda tx: tx.figures.deliveries(NOW - timedelta(days=90), NOW, timedelta(0)),
    "troubles": lambda tx: tx.figures.troubles(NOW - timedelta(days=90), NOW),
    "purge notices": lambda tx: tx.notices.purge(NOW),
}
# Small tables, walked whole with open eyes: limits of chats that were told lately, a minute's answers,
# flood waits.
_SMALL = re.compile(r"\b(rates|freezes|sends|checks|webhook_endpoints)\b")


@asynccontextmanager
async def _statements(store: Store) -> AsyncIterator[list[tuple[str, Any]]]:
    """The statements that are executed meanwhile, with their parameters."""
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _x: Any, many: bool) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "COMMIT")):
            seen.append((statement, parameters[0] if many and isinstance(parameters, list) else parameters))

    engine = store.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def _fill(store: Store) -> None:
    async with store.write() as tx:
        for number in range(1, 4):
            await tx.orders.add(str(number), NOW)
            await tx.chats.get_or_create(Place(number), language="en", zone="UTC", now=NOW)
            await tx.notices.enqueue([pending(Place(number), "1", "k")], NOW)
        await tx.updates.put([RawUpdate(update_id=9, chat_id=1, payload="", received_at=later(-1))])


class _Undone(Exception):
    """Ends a transaction without its changes: each path finds the same rows."""


async def test_no_hot_path_scans_a_table(store: Store) -> None:
    await _fill(store)
    scans: list[str] = []
    for path, walk in PATHS.items():
        async with _statements(store) as seen:
            with pytest.raises(_Undone):
                await _walked(store, walk)
        assert seen, path
        scans += [f"{path}: {scan}" for scan in await _scans(store, seen)]
    assert not scans


async def _walked(store: Store, walk: Callable[[Transaction], Awaitable[object]]) -> None:
    async with store.write() as tx:
        await walk(tx)
        raise _Undone


async def _scans(store: Store, seen: list[tuple[str, Any]]) -> list[str]:
    """The steps of these statements' plans that walk a whole table."""
    scans = []
    async with store.database.write() as on:
        if not store.database.is_sqlite:  # tables of a few rows are scanned, unless that is forbidden
            await on.execute(sa.text("SET LOCAL enable_seqscan = off"))
        for statement, parameters in seen:
            prefix = "EXPLAIN QUERY PLAN " if store.database.is_sqlite else "EXPLAIN "
            plan = [str(row[-1]) for row in await on.exec_driver_sql(prefix + statement, parameters)]
            scans += [
                f"{step.strip()} in {statement}"
                for step in plan
                if re.search(_SCAN, step.strip()) and not _SMALL.search(step)
            ]
    return scans


async def test_leases_need_no_sorting(store: Store) -> None:
    """The order of an index is the order of leasing: a backlog of any length costs what is taken."""
    if not store.database.is_sqlite:
        pytest.skip("PostgreSQL chooses by statistics; docs/scale.md shows its plans on a large table")
    await _fill(store)
    async with _statements(store) as seen, store.write() as tx:
        await tx.checks.lease_due(NOW, 9, LEASE)
        await tx.notices.lease(NOW, 9, LEASE)
        await tx.updates.take(9, NOW, LEASE)
        await _all(tx.orders.under_way(9))  # once an hour, but of a million orders
        await tx.checks.planned_beyond(NOW, 9, waited=True)
    limited = [one for one in seen if "LIMIT" in one[0]]  # others may sort: they take all that they find
    assert len(limited) >= 5
    async with store.database.read() as on:
        for statement, parameters in limited:
            plan = [
                str(row[-1])
                for row in await on.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters)
            ]
            assert not [step for step in plan if "TEMP B-TREE" in step], statement
