"""The board asked of the database: the same flags as the rules give one order at a time, a page at a time."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot import board
from bot.model import Flag, Order, OrderStatus, Parcel, Reason, Stage
from bot.store import Store
from tests.store.builders import ANNA, NOW, added, follow, node, order

_DAYS = (0, 1, 2, 3, 4, 7, 10, 15, 21, 30)


def _some_order(dice: random.Random, order_id: str) -> Order:
    def moment() -> datetime:
        return NOW - timedelta(days=dice.choice(_DAYS))

    stages = [dice.choice(list(Stage)) for _ in range(dice.randint(0, 2))]
    parcels = tuple(
        Parcel(
            index=index,
            number=f"LP{index}",
            stage=stage,
            eta=dice.choice((None, moment(), NOW + timedelta(days=3))),
            late_expected_since=dice.choice((None, moment())),
            nodes=(node(index, parcel=index, at=moment(), stage=stage),) if dice.random() < 0.7 else (),
        )
        for index, stage in enumerate(stages, 1)
    )
    return replace(
        order(order_id, stage=dice.choice(list(Stage)), stage_since=dice.choice((None, moment()))),
        reason=dice.choice((Reason.NONE, Reason.LOST, Reason.WEATHER)),
        parcels=parcels,
        created_at=moment(),
        paid_at=dice.choice((None, moment())),
        status=dice.choice((OrderStatus.SHIPPED, OrderStatus.SHIPPED, OrderStatus.DISPUTED)),
        status_at=dice.choice((None, moment())),
        finished_at=dice.choice((None, None, None, NOW)),
    )


@pytest.mark.parametrize("seed", range(3))
async def test_the_board_flags_what_the_rules_flag_and_nothing_else(store: Store, seed: int) -> None:
    dice = random.Random(seed)

    def moment() -> datetime:
        return NOW - timedelta(days=dice.choice(_DAYS))

    expected: dict[str, Flag] = {}
    snoozed = set()
    for number in range(60):
        one = _some_order(dice, f"{number:03}")
        disputed_at = NOW if dice.random() < 0.2 else None
        await follow(store, ANNA, one.id, one.created_at)
        async with store.write() as tx:
            await tx.orders.save(added(one))
            if disputed_at is not None:
                await tx.cases.dispute(one.id, ANNA, disputed_at)
            if dice.random() < 0.2:
                await tx.cases.snooze(one.id, NOW + timedelta(days=dice.choice((-1, 1))))
            if dice.random() < 0.3:
                await tx.cases.close(one.id, dice.choice((one.stage, Stage.RETURNING)), moment())
            if dice.random() < 0.2:
                await tx.cases.dispute(one.id, ANNA, NOW)
            case = await tx.cases.get(one.id)
        found = board.flag(one, case, NOW)
        in_dispute = case.disputed_at or one.status is OrderStatus.DISPUTED
        if found is None or (one.finished_at and one.stage is not Stage.RETURNED and not in_dispute):
            continue
        if case.snoozed_until is not None and case.snoozed_until > NOW:
            snoozed.add(one.id)
        else:
            expected[one.id] = found[0]
    async with store.read() as tx:
        counts, asleep = await tx.cases.count_flags(board.RULES, NOW)
        pages = [
            await tx.cases.flagged(board.RULES, board.GRAVITY, NOW, skip=skip, most=7)
            for skip in range(0, 70, 7)
        ]
        sleepers = await tx.cases.flagged(board.RULES, board.GRAVITY, NOW, asleep=True, most=100)
        late = await tx.cases.flagged(board.RULES, board.GRAVITY, NOW, only=Flag.LATE, most=100)
    assert {case.order_id for case in late} == {one for one, flag in expected.items() if flag is Flag.LATE}
    shown = [case.order_id for page in pages for case in page]
    assert sorted(shown) == sorted(expected)
    assert counts == {flag: list(expected.values()).count(flag) for flag in set(expected.values())}
    gravity = [board.GRAVITY.index(expected[order_id]) for order_id in shown]
    assert gravity == sorted(gravity)
    assert {case.order_id for case in sleepers} == snoozed
    assert asleep == len(snoozed)


async def test_the_oldest_of_a_flag_come_first_and_a_snooze_ends(store: Store) -> None:
    for order_id, days in (("new", 1), ("old", 5), ("woken", 3)):
        await follow(store, ANNA, order_id)
        since = NOW - timedelta(days=days)
        async with store.write() as tx:
            await tx.orders.save(added(order(order_id, stage=Stage.RETURNING, stage_since=since)))
    async with store.write() as tx:
        await tx.cases.snooze("woken", NOW)
        await tx.cases.write_note("woken", "call them")
        found = await tx.cases.flagged(board.RULES, board.GRAVITY, NOW, most=9)
    assert [case.order_id for case in found] == ["old", "woken", "new"]
    assert found[1].note == "call them"


async def test_a_returned_parcel_stays_until_done_though_nobody_follows_it(store: Store) -> None:
    returned = order("back", stage=Stage.RETURNED, stage_since=NOW - timedelta(days=40))
    await follow(store, ANNA, "back")
    async with store.write() as tx:
        await tx.orders.save(added(replace(returned, finished_at=NOW - timedelta(days=40))))
        await tx.chats.unfollow(ANNA, "back", NOW)
        assert len(await tx.cases.flagged(board.RULES, board.GRAVITY, NOW, most=9)) == 1
        await tx.cases.close("back", Stage.RETURNED, NOW)
        assert await tx.cases.flagged(board.RULES, board.GRAVITY, NOW, most=9) == []


async def test_an_order_that_nobody_watches_is_not_on_the_board(store: Store) -> None:
    lost = order("lost", stage=Stage.EXCEPTION, reason=Reason.LOST, stage_since=NOW)
    await follow(store, ANNA, "lost")
    async with store.write() as tx:
        await tx.orders.save(added(lost))
        assert (await tx.cases.count_flags(board.RULES, NOW))[0] == {Flag.PROBLEM: 1}
        await tx.chats.unfollow(ANNA, "lost", NOW)
        await tx.checks.update_weights(["lost"], NOW)
        assert (await tx.cases.count_flags(board.RULES, NOW))[0] == {}
