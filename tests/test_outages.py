"""What cards say while AliExpress gives no answer, and how long they say it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import Reauthorize, SourceError
from bot.tracking.outages import OLD
from tests import make
from tests.parts import Engine

OUTAGES = (SourceError("ServiceUnavailable", "503"), Reauthorize("IllegalRefreshToken", ""))
CARD = 77


async def _looked_at(engine: Engine) -> bool:
    """Somebody refreshes the order; whether its card tells of an outage, which is then remembered."""
    shown = (await engine.tracking.viewing.refresh(await engine.chat(), make.ORDER)).shown
    if shown.silent_since is not None:
        await engine.tracking.outages.shown(make.HERE, make.ORDER, shown.silent_since)
    return shown.silent_since is not None


async def _pass(engine: Engine, seconds: float) -> None:
    """The loops turn every other second for so long."""
    for _ in range(round(seconds / 2)):
        await engine.look(hours=2 / 3600)
        await engine.tell()


@pytest.mark.parametrize("error", OUTAGES)
async def test_young_data_is_shown_without_a_word_of_the_outage(engine: Engine, error: SourceError) -> None:
    await engine.follow()
    engine.source.failing = error
    engine.clock.at += OLD - timedelta(minutes=1)
    assert not await _looked_at(engine)
    engine.clock.at += timedelta(minutes=1)
    assert await _looked_at(engine)


@pytest.mark.parametrize("error", OUTAGES)
async def test_a_minute_after_the_recovery_no_card_tells_of_the_outage(
    engine: Engine, error: SourceError
) -> None:
    await engine.follow()
    await engine.set_card(CARD)
    engine.source.failing = error
    await engine.look(hours=6)
    assert await _looked_at(engine)
    await _pass(engine, 90)
    assert engine.post.edited == [], "nothing has changed yet"
    engine.source.failing = None
    await _pass(engine, 60)
    ((place, message_id, card),) = engine.post.edited
    assert (place, message_id) == (make.HERE, CARD)
    assert "isn't responding" not in card.text
    assert "Checked" in card.text
    assert engine.post.sent == []


async def test_an_outage_is_probed_with_few_calls(engine: Engine) -> None:
    orders = [str(8211744661000000 + number) for number in range(20)]
    await engine.follow(*orders)
    engine.source.failing = OUTAGES[0]
    await engine.look(hours=6)
    for order_id in orders:
        await engine.tracking.outages.shown(make.HERE, order_id, make.NOW)
    engine.source.asked.clear()
    await _pass(engine, 600)
    assert len(engine.source.asked) <= 60  # one in twenty seconds, and what the orders' own pace brings


async def test_an_order_that_fails_alone_is_not_asked_after_all_the_time(engine: Engine) -> None:
    await engine.follow()
    engine.source.errors[make.ORDER] = SourceError("OrderError", "")
    await engine.follow("8211744661000001")
    await engine.look(hours=6)
    assert await _looked_at(engine)
    engine.source.asked.clear()
    for _ in range(40):
        engine.tracking.checking.failing_since = None  # others are answered all the time
        await _pass(engine, 10)
    assert engine.source.asked.count((make.ORDER, "en")) <= 8


async def test_holidays_and_quiet_hours_that_end_send_no_card_before_the_answer(engine: Engine) -> None:
    await engine.follow()
    await engine.set_card(CARD)
    engine.source.failing = OUTAGES[0]
    await engine.look(hours=6)
    assert await _looked_at(engine)
    await engine.tracking.places.pause(make.HERE, engine.clock.now() + timedelta(days=1))
    await engine.tracking.places.pause(make.HERE, None)
    await engine.tell()
    assert engine.post.edited == []
