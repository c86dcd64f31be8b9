"""The price of a call: a fleet in virtual time that spends what the price lets it spend."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.pacing import Price
from bot.pacing.price import DAY_ZONE, day_begun

BEGIN = datetime(2026, 3, 2, tzinfo=DAY_ZONE).astimezone(UTC)
STEP = timedelta(minutes=10)


@dataclass
class Fleet:
    """Orders whose calls an hour are `appetite` / sqrt(price), more by day than by night, less on Sundays."""

    budget: float = 5000.0
    active: float = 300.0
    appetite: float = 0.4
    price: Price = field(default_factory=Price)
    now: datetime = BEGIN
    spent: float = 0.0
    owed: float = 0.0
    days: list[float] = field(default_factory=list)
    refused: list[datetime] = field(default_factory=list)

    def run(self, days: float, *, dead: bool = False) -> Fleet:
        end = self.now + timedelta(days=days)
        while self.now < end:
            self.step(dead=dead)
        return self

    def day_left(self) -> float:
        """The share of the platform's day that is still to come."""
        now = self.now.astimezone(DAY_ZONE)
        return 1.0 - (now.hour * 60 + now.minute) / 1440.0

    def step(self, *, dead: bool = False) -> None:
        self.price = self.price.observe(
            now=self.now, spent=self.spent, budget=self.budget, active=self.active, healthy=not dead
        )
        wave = 1.0 + 0.8 * math.sin((self.now.hour + self.now.minute / 60.0) / 24.0 * 2.0 * math.pi)
        week = 0.5 if self.now.astimezone(DAY_ZONE).weekday() == 6 else 1.0
        if not dead:
            self.owed += self.active * self.appetite * wave * week / math.sqrt(self.price.value) / 6.0
        while self.owed >= 1.0:
            self.owed -= 1.0
            if self.spent + 1.0 <= self.budget * (1.0 - 0.1 * self.day_left()):  # as the call budget keeps it
                self.spent += 1.0
            else:
                self.refused.append(self.now)
        if self.day_left() <= STEP / timedelta(days=1):
            self.days.append(self.spent)
            self.spent = 0.0
        self.now += STEP


@pytest.mark.parametrize("appetite", [0.02, 0.4, 8.0])
def test_the_day_is_never_overspent_and_little_is_left(appetite: float) -> None:
    fleet = Fleet(appetite=appetite).run(28)
    weekdays = [spent for day, spent in enumerate(fleet.days) if day >= 7 and day % 7 != 6]
    assert max(fleet.days) <= fleet.budget
    assert min(weekdays) > 0.85 * fleet.budget


def test_a_learnt_day_never_runs_out_of_calls() -> None:
    fleet = Fleet().run(14)
    fleet.refused.clear()
    fleet.run(14)
    assert not fleet.refused


def test_some_calls_are_left_for_people_at_every_hour() -> None:
    fleet = Fleet().run(14)
    for _ in range(6 * 24 * 7):
        fleet.step()
        assert fleet.spent <= fleet.budget * (0.99 - 0.08 * fleet.day_left())


@pytest.mark.parametrize("appetite", [0.01, 50.0])
def test_demand_far_from_the_guess_is_found_within_three_weeks(appetite: float) -> None:
    fleet = Fleet(appetite=appetite).run(21)
    fleet.refused.clear()
    fleet.run(7)
    assert not fleet.refused
    assert min(fleet.days[21:27]) > 0.85 * fleet.budget


def test_ten_times_the_orders_are_priced_at_once() -> None:
    fleet = Fleet().run(10)
    before = fleet.price.value
    fleet.active *= 10
    fleet.step()
    assert fleet.price.value == pytest.approx(100 * before, rel=0.3)
    fleet.run(5)
    assert max(fleet.days) <= fleet.budget


def test_half_the_budget_stretches_all_alike() -> None:
    fleet = Fleet().run(10)
    before = fleet.price.value
    fleet.budget /= 2
    fleet.run(3)
    assert 2.5 * before < fleet.price.value < 7 * before
    assert max(fleet.days[-2:]) <= fleet.budget


def test_a_dead_source_teaches_nothing_and_makes_no_rush() -> None:
    calm = Fleet().run(14)
    hit = Fleet().run(14.25).run(0.25, dead=True)
    assert hit.price.demand() == pytest.approx(Fleet().run(14.25).price.demand(), rel=0.05)
    assert hit.price.value > 0.3 * calm.price.value
    hit.run(3)
    assert max(hit.days) <= hit.budget


def test_a_restart_neither_forgets_nor_hurries() -> None:
    fleet = Fleet().run(9.4)
    kept = json.loads(json.dumps(fleet.price.dump()))
    again = replace(fleet, price=Price.load(kept), days=list(fleet.days), refused=[])
    assert again.price == fleet.price
    fleet.run(2)
    again.run(2)
    assert again.price == fleet.price


def test_an_unknown_state_starts_anew() -> None:
    assert Price.load({}) == Price()
    assert Price.load({"version": 99}) == Price()


def test_looking_twice_at_one_moment_changes_nothing() -> None:
    fleet = Fleet().run(5.3)
    once = fleet.price.observe(now=fleet.now, spent=fleet.spent, budget=5000, active=300)
    twice = once.observe(now=fleet.now, spent=fleet.spent, budget=5000, active=300)
    assert twice.value == pytest.approx(once.value)


def test_no_budget_and_no_orders_are_survived() -> None:
    price = Price().observe(now=BEGIN, spent=0, budget=0, active=0)
    price = price.observe(now=BEGIN + STEP, spent=0, budget=0, active=0)
    assert math.isfinite(price.value)


def test_a_budget_cut_to_almost_nothing_is_priced_and_recovered_from() -> None:
    fleet = Fleet().run(3.5)
    fleet.budget = 50.0
    fleet.run(2)
    assert fleet.days[-1] <= 50.0
    assert fleet.price.value > 1.0
    fleet.budget = 5000.0
    fleet.run(3)
    assert fleet.days[-1] > 0.8 * 5000.0


# What follows has a thousand calls a day and a hundred orders, which need 0.16 calls an hour each at price 1.


def _at(hour: float, day: int = 0) -> datetime:
    """A moment of the platform's day."""
    return BEGIN + timedelta(days=day, hours=hour)


def _new(hour: float, spent: float = 0.0, price: Price | None = None) -> Price:
    return (price or Price()).observe(now=_at(hour), spent=spent, budget=1000.0, active=100.0)


def _calls(price: Price, hours: float, demand: float = 0.16) -> float:
    """The calls that this price allows the orders in so many hours."""
    return 100.0 * demand * hours / math.sqrt(price.value)


def test_a_day_s_price_spends_what_is_planned_for_checks() -> None:
    assert _calls(_new(0.0), 24.0) == pytest.approx(920.0)
    assert _calls(_new(8.0), 24.0) == pytest.approx(920.0), "what was not spent by now is for people"


@pytest.mark.parametrize(
    ("hour", "spent", "left"),
    [
        (12.0, 700.0, 250.0),
        (12.5, 700.0, 250.0),
        (22.5, 945.0, 5.0),
        (12.0, 950.0, 0.0),
        (12.0, 2000.0, 0.0),
    ],
)
def test_what_is_left_lasts_until_the_first_hours_of_tomorrow(hour: float, spent: float, left: float) -> None:
    assert _calls(_new(hour, spent), 24.0 - hour + 6.0) == pytest.approx(left + 1000.0 * 6 / 24)


def test_an_hour_as_planned_changes_nothing() -> None:
    before = _new(6.0)
    after = _new(7.0, 920.0 / 24.0, before)
    assert after.value == pytest.approx(before.value)
    assert [before.demand(), after.demand()] == pytest.approx([0.16, 0.16])


def test_an_hour_with_more_calls_teaches_and_counts_at_once() -> None:
    before = _new(6.0)
    after = _new(7.0, 100.0, before)
    need = 100.0 / 100.0 * math.sqrt(before.value)
    assert after.demand() == pytest.approx((need + 0.16) / 2.0)  # what was assumed counts as much as an hour
    assert after.value == _new(7.0, 100.0, replace(after, at=None)).value
    assert _calls(after, 24.0, after.demand()) == pytest.approx(920.0)


def test_what_was_learnt_fades_by_half_in_ten_days() -> None:
    price = _new(1.0, 50.0, _new(0.0))
    later = price.observe(now=_at(6.0), spent=50.0, budget=1000.0, active=100.0)
    assert later.units == pytest.approx(5.0 + 2.0 ** (-5.0 / 240.0))
    assert later.calls == pytest.approx(price.calls * 2.0 ** (-5.0 / 240.0))


@pytest.mark.parametrize(
    ("hour", "spent", "healthy", "learns"),
    [
        (7.0, 100.0, True, True),
        (7.0, 100.0, False, False),
        (6.0, 100.0, True, False),
        (5.0, 100.0, True, False),
        (12.0, 944.0, True, True),
        (12.0, 945.0, True, False),
        (12.01, 100.0, True, False),
        (18.0, 967.0, True, False),
        (6.5, 924.5, True, False),
        (6.5, 924.3, True, True),
    ],
)
def test_nothing_is_learnt_while_calls_are_held_back_or_nobody_asked(
    hour: float, spent: float, healthy: bool, learns: bool
) -> None:
    before = _new(6.0)
    after = before.observe(now=_at(hour), spent=spent, budget=1000.0, active=100.0, healthy=healthy)
    assert (after.units != before.units) is learns
    assert (after.calls != before.calls) is learns
    assert (after.at, after.spent) == (_at(hour), spent)


@pytest.mark.parametrize(
    ("hour", "before", "later", "spent", "calls"),
    [
        (6.0, 40.0, 7.0, 50.0, 10.0),
        (23.5, 40.0, 24.5, 50.0, 50.0),  # of the new day
        (6.0, 40.0, 7.0, 30.0, 30.0),  # counted anew
    ],
)
def test_calls_are_those_since_the_last_look_of_the_day(
    hour: float, before: float, later: float, spent: float, calls: float
) -> None:
    price = _new(hour, before)
    learnt = _new(later, spent, price).calls
    assert learnt == pytest.approx(calls / 100.0 * math.sqrt(price.value))


def test_more_orders_or_fewer_calls_count_at_once() -> None:
    before = _new(6.0)
    for budget, active in ((500.0, 100.0), (1000.0, 200.0)):
        after = before.observe(now=_at(6.0), spent=0.0, budget=budget, active=active)
        assert after.value == pytest.approx(4.0 * before.value)


def test_no_calls_and_no_orders_count_as_one() -> None:
    def price(budget: float, active: float) -> Price:
        return Price().observe(now=BEGIN, spent=0.0, budget=budget, active=active)

    assert price(0.0, 0.0) == price(1.0, 1.0)
    assert price(0.0, 2.0) == price(1.0, 2.0) != price(2.0, 2.0)
    assert price(1.0, 1.5) != price(1.0, 2.0)


def test_how_much_of_the_day_has_begun() -> None:
    assert [day_begun(_at(hour)) for hour in (0.0, 6.0, 6.5, 12.0)] == pytest.approx(
        [0.0, 0.25, 6.5 / 24, 0.5]
    )


def test_the_state_of_another_version_is_not_read() -> None:
    state = json.loads(json.dumps(_new(7.0, 100.0, _new(6.0)).dump()))
    assert state["version"] == 2
    assert Price.load(state) == _new(7.0, 100.0, _new(6.0))
    assert Price.load(state | {"version": 1}) == Price()
