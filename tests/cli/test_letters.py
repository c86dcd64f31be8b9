"""What was given up can be read and tried again; unknown texts can be read."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

from bot.model import Importance, News, NewsKind, PendingNotice, Place
from bot.store import Store
from tests.cli.conftest import Terminal

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


async def _bury() -> None:
    """One notice that Telegram refused, one text that nobody knows."""
    store = Store("bot.db")
    await store.start()
    news = News(kind=NewsKind.NODES, key="nodes:1", importance=Importance.SCAN, nodes=(1,))
    owed = PendingNotice(place=Place(1001), order_id="8211744661738042", news=news, due_at=NOW)
    async with store.write() as tx:
        await tx.notices.enqueue([owed], NOW)
        (turn,) = await tx.notices.lease(NOW, 10, timedelta(minutes=1))
        await tx.notices.settle_dead(turn.notices[0].ids, turn.lease, NOW, "Bad Request: [b]too long[/b]")
        await tx.memory.count_unknown(["Parcel ate [i]homework[/i]"], NOW)
    await store.close()


def test_nothing_given_up_is_said_so(working: Terminal) -> None:
    assert working.run("dead-letters").stdout == "No dead letters.\n"
    assert working.run("unknown").stdout == "All texts so far matched a rule.\n"


def test_what_was_given_up_is_shown_with_its_reason_as_it_was(working: Terminal) -> None:
    asyncio.run(_bury())
    lines = working.run("dead-letters").stdout
    assert "Bad Request: [b]too long[/b]" in lines
    assert "8211744661738042" not in lines
    told = json.loads(working.run("dead-letters", "--json").stdout)
    assert told["notices"][0]["chat"] == 1001
    assert told["replayed"] == 0


def test_replaying_puts_it_back_into_the_outbox(working: Terminal) -> None:
    asyncio.run(_bury())
    assert working.findings()["outbox"]["verdict"] == "warning"
    assert "1 notice will be sent again" in working.run("dead-letters", "--replay").stdout
    assert working.run("dead-letters").stdout == "No dead letters.\n"
    assert working.findings()["outbox"]["text"] == "1 waiting, 0 dead letters"


def test_unknown_texts_are_shown_word_by_word(working: Terminal) -> None:
    asyncio.run(_bury())
    assert "Parcel ate [i]homework[/i]" in working.run("unknown").stdout
    assert json.loads(working.run("unknown", "--json").stdout) == [
        {
            "text": "Parcel ate [i]homework[/i]",
            "count": 1,
            "examples": ["Parcel ate [i]homework[/i]"],
        }
    ]
