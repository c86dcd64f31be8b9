"""A database with as many followed orders as asked for, written past the bot at the database's own speed."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot import stages, timeline
from bot.model import Importance, News, NewsKind, Order, Stage
from bot.sources.aliexpress import payload
from bot.store import Store
from bot.store.tables import metadata
from tests.bench.speed.standin import tracking

FIRST_ORDER = 8_211_000_000_000_000
FIRST_CHAT = 1_000
_ORDERS_A_CHAT = 5
_AT_ONCE = 20_000


def known_order(base: float, order_id: str) -> Order:
    """The order as it is after its first look."""
    now = datetime.fromtimestamp(base, UTC)
    body = tracking(base)
    answer = payload.snapshot(json.loads(body), order_id=order_id, language="en", now=now)
    answer = replace(answer, fingerprint=payload.fingerprint(body))
    order = Order(id=order_id, stage=Stage.PRE_SHIPMENT, created_at=now - timedelta(days=5))
    return timeline.changes(order, answer, now).order


def fill(path: Path, orders: int, base: float, *, due: bool, owed: int = 0, cards: bool = False) -> None:
    """Write `orders` orders, each with a parcel, two of its nodes and a follower.

    `due`: every check is due, in random order; otherwise all lie ahead. `owed`: so many chats follow one
    order each and are owed its newest node; `cards`: they have a card that is edited first.
    """
    asyncio.run(_create(path))
    with sqlite3.connect(path, isolation_level=None) as on:
        on.execute("PRAGMA synchronous = OFF")
        on.execute("PRAGMA cache_size = -200000")
        on.execute("BEGIN")
        for name, rows in _tables(orders, base, due=due, owed=owed, cards=cards):
            _insert(on, metadata.tables[name], rows)
        on.execute("COMMIT")
        on.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    on.close()


async def _create(path: Path) -> None:
    store = Store(str(path))
    await store.start()
    await store.close()


def _insert(on: sqlite3.Connection, table: sa.Table, rows: Iterator[dict[str, Any]]) -> None:
    defaults = {
        one.name: one.default.arg
        for one in table.columns
        if isinstance(one.default, sa.ColumnDefault) and one.default.is_scalar
    }
    batch: list[dict[str, Any]] = []
    statement = ""
    for given in rows:
        row = defaults | given
        if not statement:
            names, marks = ", ".join(f'"{n}"' for n in row), ", ".join(f":{n}" for n in row)
            statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"
        batch.append(row)
        if len(batch) == _AT_ONCE:
            on.executemany(statement, batch)
            batch.clear()
    if batch:
        on.executemany(statement, batch)


def _tables(
    orders: int, base: float, *, due: bool, owed: int, cards: bool
) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    known = known_order(base, str(FIRST_ORDER))
    yield "orders", _orders(orders, known, base, due=due)
    yield "parcels", (_parcel(number, known) for number in range(orders))
    yield "nodes", (_node(number, known, place) for number in range(orders) for place in (0, 1))
    a_chat = 1 if owed else _ORDERS_A_CHAT
    yield "chats", (_chat(number, base) for number in range(-(-orders // a_chat)))
    yield "follows", (_follow(number, FIRST_CHAT + number // a_chat, base, cards) for number in range(orders))
    yield "notices", (_notice(number, known, base) for number in range(owed))


def _orders(count: int, known: Order, base: float, *, due: bool) -> Iterator[dict[str, Any]]:
    luck = random.Random(8)
    newest = known.last_node_at
    assert newest is not None
    for number in range(count):
        yield {
            "id": str(FIRST_ORDER + number),
            "stage": known.stage.value,
            "stage_since": _ms(newest.timestamp()),
            "created_at": _ms(base - 5 * 86_400),
            "changed_at": _ms(newest.timestamp()),
            "fetched_at": _ms(base - 3600),
            "digest": known.digest,
            "fingerprint": known.fingerprint,
            "announced": "[]",
            "last_node_at": _ms(newest.timestamp()),
            "weight": 1.0,
            "utc_offset_hours": 2.0,
            "next_check_at": _ms(
                base + luck.uniform(-3600, -60) if due else base + luck.uniform(3600, 80_000)
            ),
            "ruleset": stages.version(),
        }


def _parcel(number: int, known: Order) -> dict[str, Any]:
    parcel = known.parcels[0]
    return {
        "order_id": str(FIRST_ORDER + number),
        "index": parcel.index,
        "number": parcel.number,
        "former_numbers": "[]",
        "carrier": parcel.carrier,
        "items": "[]",
        "stage": parcel.stage.value,
    }


def _node(number: int, known: Order, place: int) -> dict[str, Any]:
    node = known.nodes[place]
    return {
        "order_id": str(FIRST_ORDER + number),
        "seq": node.seq,
        "parcel": node.parcel,
        "at": _ms(node.at.timestamp()),
        "ordinal": node.ordinal,
        "name": node.name,
        "description": node.description,
        "stage": node.stage.value,
        "reason": node.reason.value,
        "rule": node.rule,
        "place": node.place,
        "seen_at": _ms(node.seen_at.timestamp()),
    }


def _chat(number: int, base: float) -> dict[str, Any]:
    return {
        "chat_id": FIRST_CHAT + number,
        "topic_id": 0,
        "language": "en",
        "language_set": 1,
        "zone": "Europe/Berlin",
        "zone_set": 1,
        "created_at": _ms(base - 6 * 86_400),
    }


def _follow(number: int, chat_id: int, base: float, cards: bool) -> dict[str, Any]:
    return {
        "chat_id": chat_id,
        "topic_id": 0,
        "order_id": str(FIRST_ORDER + number),
        "card_message_id": 77 if cards else None,
        "created_at": _ms(base - 5 * 86_400),
    }


def _notice(number: int, known: Order, base: float) -> dict[str, Any]:
    newest = known.nodes[0]
    news = News(
        kind=NewsKind.NODES,
        key=f"nodes:{newest.seq}:{newest.stage}",
        importance=Importance.SCAN,
        nodes=(newest.seq,),
        parcel=newest.parcel,
        stage=newest.stage,
    )
    return {
        "chat_id": FIRST_CHAT + number,
        "topic_id": 0,
        "order_id": str(FIRST_ORDER + number),
        "key": news.key,
        "news": json.dumps(
            {
                "kind": news.kind,
                "key": news.key,
                "importance": int(news.importance),
                "nodes": list(news.nodes),
                "parcel": news.parcel,
                "stage": news.stage,
            }
        ),
        "importance": int(news.importance),
        "created_at": _ms(base),
        "due_at": _ms(base),
    }


def _ms(seconds: float) -> int:
    return int(seconds * 1000)
