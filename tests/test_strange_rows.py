"""Rows that a newer version of this bot wrote: read as what this one knows, in nobody's way."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from bot.model import Stage
from tests import make
from tests.parts import Engine, several

SCAN = "Package arrived at transit country/region."


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("orders", "stage"),
        ("orders", "reason"),
        ("orders", "status"),
        ("parcels", "stage"),
        ("parcels", "reason"),
        ("nodes", "stage"),
        ("nodes", "reason"),
        ("chats", "level"),
        ("chats", "quiet"),
    ],
)
async def test_an_unknown_word_stops_neither_the_poller_nor_the_sender(
    engine: Engine, table: str, column: str
) -> None:
    orders = list(several(3))
    await engine.follow(*orders)
    async with engine.store.database.write() as on:
        await on.execute(sa.text(f"UPDATE {table} SET {column} = 'teleported'"))
    for order in orders:
        engine.source.add(order, SCAN)
    await engine.look_and_tell()
    assert sum(text.count(SCAN) for text in engine.post.texts()) == len(orders)


async def test_an_order_in_an_unknown_stage_is_read_anew_from_its_entries(engine: Engine) -> None:
    await engine.follow()
    engine.source.add(make.ORDER, SCAN)
    await engine.look_and_tell()
    before = await engine.order()
    async with engine.store.database.write() as on:
        for table in ("orders", "parcels", "nodes"):
            await on.execute(sa.text(f"UPDATE {table} SET stage = 'teleported'"))
        await on.execute(sa.text("UPDATE orders SET ruleset = 'of a newer version'"))
    await engine.tracking.checking.reclassify()
    after = await engine.order()
    assert after.stage == before.stage != Stage.PRE_SHIPMENT
    told = len(engine.post.sent)
    await engine.look_and_tell()
    assert len(engine.post.sent) == told, "reading anew is no news"


async def test_news_of_an_unknown_kind_hold_nobody_up(engine: Engine) -> None:
    orders = list(several(2))
    await engine.follow(*orders)
    for order in orders:
        engine.source.add(order, SCAN)
    await engine.look()
    async with engine.store.database.write() as on:
        strange = json.dumps({"kind": "hologram", "key": "h", "importance": 9})
        await on.execute(
            sa.text("UPDATE notices SET news = :news, importance = 9 WHERE order_id = :id"),
            {"news": strange, "id": orders[0]},
        )
    await engine.tell()
    assert len(engine.post.texts()) == 1
    assert SCAN in engine.post.texts()[0]
    assert set(await engine.states()) <= {"sent", "dropped"}
