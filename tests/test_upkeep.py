"""The quiet loop: one alert per incident and one on recovery, warnings once, the brief once a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from typing import Any

import pytest

from bot.errors import StoreError
from bot.merchant import Merchant
from bot.metrics import Metrics
from bot.model import CallBudget, Message, Place, RawUpdate, Stage, TokenWarning
from bot.settings import load_settings
from bot.store import Store
from bot.tracking import Policy
from bot.upkeep import Health, Upkeep
from tests import make
from tests.parts import Engine

ADMIN = Place(42)
LOGIN = "https://aliexpress.invalid/oauth/authorize"
WELL = Health(source_healthy=True, reauthorize=False, misconfigured="", intake_age=None)


@dataclass
class Account:
    """An account whose budget and warnings the test sets."""

    budget: CallBudget = field(default_factory=lambda: CallBudget(used=10, limit=5000, forecast=20))
    due: list[TokenWarning] = field(default_factory=list)

    async def usage(self) -> CallBudget:
        return self.budget

    async def flush(self) -> None:
        """Nothing to write."""

    def login_url(self) -> str:
        return LOGIN

    async def warnings(self) -> tuple[TokenWarning, ...]:
        return tuple(self.due)

    async def warned(self, keys: Iterable[str]) -> None:
        told = set(keys)
        self.due = [one for one in self.due if one.key not in told]

    async def days_left(self) -> float | None:
        return 12.5


class House:
    """Upkeep with its surroundings in the test's hands."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        engine.tracking.policy = Policy(admins=frozenset({ADMIN.chat_id}))
        self.health = WELL
        self.account = Account()
        self.said: list[str] = []
        self.buttons: list[str | None] = []
        self.reachable = True
        self.upkeep = Upkeep(
            store=engine.store,
            tracking=engine.tracking,
            pacer=engine.pacer,
            metrics=engine.metrics,
            account=self.account,
            health=lambda: self.health,
            tell=self._tell,
            now=engine.clock.now,
        )

    async def _tell(self, place: Place, message: Message) -> bool:
        if self.reachable:
            assert place == ADMIN
            self.said.append(message.text)
            self.buttons += [button.url for row in message.buttons for button in row]
        return self.reachable

    async def rounds(self, count: int = 3, **span: float) -> None:
        for _ in range(count):
            self.engine.clock.pass_(**(span or {"minutes": 5}))
            await self.upkeep.round()


@pytest.fixture
def house(engine: Engine) -> House:
    """A quiet house."""
    return House(engine)


async def test_a_quiet_house_says_nothing(house: House) -> None:
    await house.rounds(10)
    assert house.said == []


async def test_a_silent_source_is_told_once_and_its_return_once(house: House) -> None:
    house.health = replace(WELL, source_healthy=False)
    await house.rounds(10)
    assert len(house.said) == 1
    house.health = WELL
    await house.rounds(5)
    assert len(house.said) == 2
    assert "again" in house.said[1]


async def test_a_short_silence_is_nobodys_business(house: House) -> None:
    house.health = replace(WELL, source_healthy=False)
    await house.rounds(1, minutes=5)
    house.health = WELL
    await house.rounds()
    assert house.said == []


async def test_an_outage_counts_from_the_first_failure_that_any_call_saw(house: House) -> None:
    began = house.engine.clock.now() - timedelta(minutes=11)
    house.health = replace(WELL, source_healthy=False, failing_since=began)
    await house.rounds(1, minutes=0)
    assert len(house.said) == 1
    assert "stopped responding" in house.said[0]
    assert "11 minutes ago" in house.said[0]


@pytest.mark.parametrize("last", ["ok", "UnknownOrder", "TokenDead"])
def test_any_answer_ends_the_count(engine: Engine, last: str) -> None:
    chosen = load_settings(
        {"TELEGRAM_BOT_TOKEN": "1:a", "ALIEXPRESS_APP_KEY": "1", "ALIEXPRESS_APP_SECRET": "s"}, dotenv=None
    )
    merchant = Merchant(chosen, engine.store, Metrics(), now=engine.clock.now)
    merchant.call("tracking", "cancelled", 0.1)
    assert merchant.failing_since is None
    began = engine.clock.now()
    merchant.call("order", "Transient", 0.1)
    engine.clock.at += timedelta(minutes=1)
    merchant.call("tracking", "Throttled", 0.1)
    assert merchant.failing_since == began
    merchant.call("tracking", last, 0.1)
    assert merchant.failing_since is None


async def test_a_misconfigured_app_is_told_once_with_its_code(house: House) -> None:
    house.health = replace(WELL, source_healthy=False, misconfigured="InvalidAppKey: no such app")
    await house.rounds(10)
    assert len(house.said) == 1
    assert "InvalidAppKey" in house.said[0]


async def test_a_warning_of_the_logins_end_waits_until_an_admin_can_be_reached(house: House) -> None:
    house.account.due = [TokenWarning(key="7", days=7)]
    house.reachable = False
    await house.rounds()
    house.reachable = True
    await house.rounds()
    assert len(house.said) == 1
    assert "7 days" in house.said[0]


@pytest.mark.parametrize("days", [7, 3, 1, 0])
async def test_every_warning_of_the_login_s_end_leads_to_the_login(house: House, days: int) -> None:
    house.account.due = [TokenWarning(key="it", days=days)]
    await house.rounds()
    assert len(house.said) == 1
    assert house.buttons == [LOGIN]
    assert "Send that whole address here" in house.said[0]


async def test_a_nearly_spent_budget_is_told_once_a_day(house: House) -> None:
    house.account.budget = CallBudget(used=4600, limit=5000, forecast=20)
    await house.rounds(5)
    assert len(house.said) == 1
    await house.rounds(2, hours=12)
    assert len(house.said) == 2


async def test_the_brief_comes_once_a_day_at_its_hour(house: House) -> None:
    await house.engine.tracking.reporting.set_brief_at(time(8))
    await house.rounds(1)
    assert house.said == []
    for _ in range(2):
        await house.rounds(24, hours=1)
    assert len(house.said) == 2
    assert all("brief" in text.lower() for text in house.said)


async def test_dead_letters_and_unknown_texts_reach_the_operator_once(house: House) -> None:
    store: Store = house.engine.store
    async with store.write() as tx:
        await tx.memory.count_unknown([f"strange text {n}" for n in range(12)], make.NOW)
    await house.rounds(4)
    assert len(house.said) == 1
    assert "12" in house.said[0]


async def test_finished_orders_go_after_the_retention(house: House) -> None:
    engine = house.engine
    await engine.follow()
    engine.source.add(make.ORDER, "Package delivered")
    await engine.look_and_tell()
    assert (await engine.order()).stage is Stage.DELIVERED
    await house.rounds(2, days=60)
    async with engine.store.read() as tx:
        assert await tx.orders.get(make.ORDER) is None


async def test_what_was_learnt_outlives_a_restart(house: House) -> None:
    await house.rounds(1)
    async with house.engine.store.read() as tx:
        kept = await tx.memory.get("pacer")
    assert kept == house.engine.pacer.dump()


async def test_messages_that_wait_long_are_told_once_and_again_when_they_went_out(house: House) -> None:
    await house.engine.follow()
    house.engine.source.add(make.ORDER, "Package left transit country/region.")
    await house.engine.look()
    await house.rounds(6)
    assert len(house.said) == 1
    await house.engine.tell()
    await house.rounds(3)
    assert len(house.said) == 2
    assert "🟢" in house.said[1]


@pytest.mark.parametrize(
    "trouble", [{"intake_age": timedelta(minutes=9)}, {"throttled": True}], ids=["intake", "throttled"]
)
async def test_a_passing_trouble_is_told_when_it_comes_and_when_it_goes(
    house: House, trouble: dict[str, Any]
) -> None:
    house.health = replace(WELL, **trouble)
    await house.rounds(5)
    assert len(house.said) == 1
    house.health = WELL
    await house.rounds(3)
    assert len(house.said) == 2
    title = house.said[0].partition("<b>")[2].partition("</b>")[0]
    assert title[:20] in house.said[1]


async def test_a_database_that_fails_is_told_without_it(house: House) -> None:
    for _ in range(3):
        await house.upkeep.database_failed(StoreError("database or disk is full"))
    assert len(house.said) == 1
    assert "full" in house.said[0]
    await house.rounds(2)
    assert len(house.said) == 2


async def test_an_alert_that_nobody_got_is_told_when_somebody_can_get_it(house: House) -> None:
    house.reachable = False
    async with house.engine.store.write() as tx:
        await tx.updates.put([RawUpdate(update_id=7, chat_id=5, payload="{}", received_at=make.NOW)])
        (taken,) = await tx.updates.take(9, make.NOW, timedelta(minutes=1))
        await tx.updates.failed(taken.update_id, retry_at=None, error="ValueError")
    await house.rounds(3)
    assert house.said == []
    house.reachable = True
    await house.rounds(3)
    assert len(house.said) == 1
    assert "7" in house.said[0]


async def test_a_failed_database_is_told_again_until_somebody_got_it(house: House) -> None:
    house.reachable = False
    await house.upkeep.database_failed(StoreError("database or disk is full"))
    house.reachable = True
    for _ in range(3):
        await house.upkeep.database_failed(StoreError("database or disk is full"))
    assert len(house.said) == 1
    house.reachable = False
    await house.rounds(2)
    house.reachable = True
    await house.rounds(3)
    assert len(house.said) == 2, "that it is over is told when it can be"


async def test_what_nobody_heard_of_is_not_said_to_be_over(house: House) -> None:
    house.reachable = False
    await house.upkeep.database_failed(StoreError("database is locked"))
    house.health = replace(WELL, source_healthy=False)
    await house.rounds(5)
    house.health = WELL
    await house.rounds(1)
    house.reachable = True
    await house.rounds(3)
    assert house.said == []


@pytest.mark.parametrize(
    "trouble",
    [
        {"source_healthy": False},
        {"source_healthy": False, "misconfigured": "InvalidAppKey: no such app"},
        {"webhook": "certificate has expired"},
        {"throttled": True},
    ],
    ids=["source", "misconfigured", "webhook", "throttled"],
)
async def test_that_it_is_over_is_told_when_somebody_can_get_it(
    house: House, trouble: dict[str, Any]
) -> None:
    house.health = replace(WELL, **trouble)
    await house.rounds(4)
    told = len(house.said)
    house.reachable, house.health = False, WELL
    await house.rounds(3)
    house.reachable = True
    await house.rounds(3)
    assert len(house.said) == told + 1, house.said
