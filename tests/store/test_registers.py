"""Cases, small states, pushes taken, unknown texts, shared cells."""

from __future__ import annotations

from datetime import timedelta

from bot.model import Case
from bot.store import Store
from tests.make import there
from tests.store.builders import ANNA, BEN, GROUP, NOW, later


async def test_marks_on_an_order_are_kept_side_by_side(store: Store) -> None:
    async with store.write() as tx:
        await tx.orders.add("1", NOW)
        assert await tx.cases.get("1") == Case(order_id="1")
        await tx.cases.write_note("1", "call the carrier")
        await tx.cases.snooze("1", later(60))
        assert await tx.cases.dispute("1", ANNA, NOW)
        assert await tx.cases.get("1") == Case(
            order_id="1", snoozed_until=later(60), note="call the carrier", disputed_at=NOW
        )
        await tx.cases.withdraw("1", ANNA, NOW)
        await tx.cases.snooze("1", None)
        assert await tx.cases.get("1") == Case(order_id="1", note="call the carrier")


async def test_a_problem_is_open_until_every_place_that_reported_it_has_it_solved(store: Store) -> None:
    async with store.write() as tx:
        await tx.orders.add("1", NOW)
        assert await tx.cases.dispute("1", ANNA, NOW)
        assert not await tx.cases.dispute("1", ANNA, later(5)), "it is open"
        assert await tx.cases.dispute("1", BEN, later(6))
        await tx.cases.withdraw("1", BEN, later(7))
        await tx.cases.withdraw("1", GROUP, later(7))
        assert (await tx.cases.get("1")).disputed_at == NOW
        await tx.cases.withdraw("1", ANNA, later(8))
        assert (await tx.cases.get("1")).disputed_at is None
        assert not await tx.cases.dispute("1", ANNA, later(9)), "the merchant heard of it today"
        assert (await tx.cases.get("1")).disputed_at == later(9), "but it is open again"
        await tx.cases.withdraw("1", ANNA, later(10))
        assert await tx.cases.dispute("1", ANNA, NOW + timedelta(days=1))


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


async def test_letters_are_kept_once_for_each_update_and_go_with_their_problem(store: Store) -> None:
    async with store.write() as tx:
        await tx.orders.add("1", NOW)
        await tx.cases.dispute("1", ANNA, NOW)
        problem = there(await tx.cases.find_dispute("1", ANNA))
        assert await tx.cases.get_dispute(problem.id) == problem
        assert await tx.cases.find_dispute("1", BEN) is None
        written = [
            await tx.cases.write_letter(problem.id, 7, NOW, from_shop=False, author="Anna", text="Where?")
            for _time in range(2)
        ]
        assert written[0] == written[1]
        assert await tx.cases.count_questions() == await tx.cases.count_questions(ANNA.chat_id) == 1
        assert await tx.cases.count_questions(ANNA.chat_id, besides=7) == 0
        assert await tx.cases.count_questions(BEN.chat_id) == 0
        answer = await tx.cases.write_letter(problem.id, 8, later(5), from_shop=True, photo="file")
        assert await tx.cases.count_questions() == 0, "it is answered"
        found = await tx.cases.letters([*written, answer, 99])
        assert [(one.text, one.photo, one.from_shop) for one in found.values()] == [
            ("Where?", "", False),
            ("", "file", True),
        ]
        assert await tx.cases.correspondence(ANNA) == [("1", one) for one in found.values()]
        assert await tx.cases.correspondence(BEN) == []
        await tx.cases.write_letter(problem.id, 9, later(6), from_shop=False, text="And now?")
        await tx.cases.withdraw("1", ANNA, later(7))
        assert await tx.cases.count_questions() == 0, "it is solved"
        await tx.chats.forget(ANNA.chat_id, 9, later(8), later(8))
        assert await tx.cases.get_dispute(problem.id) is None
        assert await tx.cases.letters([*written, answer]) == {}
