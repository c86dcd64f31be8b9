"""Cases, small states, pushes taken, unknown texts, shared cells."""

from __future__ import annotations

import asyncio

from bot.store import Case, Store
from bot.store.cells import OwnCell, SharedCell
from tests.store.builders import NOW, later


async def test_marks_on_an_order_are_kept_side_by_side(store: Store) -> None:
    async with store.write() as tx:
        await tx.orders.add("1", NOW)
        assert await tx.cases.get("1") == Case(order_id="1")
        await tx.cases.write_note("1", "call the carrier")
        await tx.cases.snooze("1", later(60))
        await tx.cases.dispute("1", NOW)
        assert await tx.cases.get("1") == Case(
            order_id="1", snoozed_until=later(60), note="call the carrier", disputed_at=NOW
        )
        await tx.cases.dispute("1", None)
        await tx.cases.snooze("1", None)
        assert await tx.cases.get("1") == Case(order_id="1", note="call the carrier")


async def test_small_states_are_kept_changed_and_dropped(store: Store) -> None:
    async with store.write() as tx:
        assert await tx.memory.get("k") is None
        await tx.memory.put("k", {"a": [1, 2.5, None, "é"]})
        await tx.memory.put("k", {"a": 2})
        assert await tx.memory.get("k") == {"a": 2}
        await tx.memory.drop("k")
        await tx.memory.drop("k")
        assert await tx.memory.get("k") is None


async def test_a_push_comes_first_only_once(store: Store, replica: Store) -> None:
    async with store.write() as tx:
        assert await tx.memory.first_push("p", NOW)
    async with replica.write() as tx:
        assert not await tx.memory.first_push("p", later(1))
        await tx.memory.purge_pushes(later(1))
        assert await tx.memory.first_push("p", later(2))


async def test_unknown_texts_are_counted_the_most_frequent_first(store: Store) -> None:
    async with store.write() as tx:
        await tx.memory.count_unknown([], NOW)
        await tx.memory.count_unknown(["rare", "often", "often", "long" * 200, "nul\0"], NOW)
        await tx.memory.count_unknown(["often"], later(1))
        assert await tx.memory.unknown(2) == [("often", 3), ("long" * 125, 1)]
        assert ("nul", 1) in await tx.memory.unknown()


async def test_a_shared_cell_loses_no_change_of_either_replica(store: Store, replica: Store) -> None:
    def one_more(text: str) -> tuple[str, int]:
        number = int(text or 0) + 1
        return str(number), number

    cells = [SharedCell(store.database, "c"), SharedCell(replica.database, "c")]
    outcomes = await asyncio.gather(*(cells[n % 2].change(one_more) for n in range(40)))
    assert sorted(outcomes) == list(range(1, 41))


async def test_looking_into_a_cell_changes_nothing(store: Store) -> None:
    cell = SharedCell(store.database, "c")
    assert await cell.change(lambda text: (text, text)) == ""
    assert await cell.change(lambda text: ("x", text)) == ""
    assert await cell.change(lambda text: (text, text)) == "x"


async def test_an_own_cell_is_written_when_flushed(store: Store) -> None:
    shared, own = SharedCell(store.database, "c"), OwnCell(store.database, "c")
    await shared.change(lambda _text: ("before", None))
    assert await own.change(lambda text: (text + "!", text)) == "before"
    assert await shared.change(lambda text: (text, text)) == "before"
    await own.flush()
    await own.flush()
    assert await shared.change(lambda text: (text, text)) == "before!"


async def test_a_cell_that_nobody_used_flushes_nothing(store: Store) -> None:
    await OwnCell(store.database, "c").flush()
    assert await SharedCell(store.database, "c").change(lambda text: (text, text)) == ""
