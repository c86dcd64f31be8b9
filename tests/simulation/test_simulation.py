"""A few seeds of the simulation in every test run; `make simulate` runs more."""

from __future__ import annotations

import pytest

from bot.sender import Sender
from tests.chaos.launch import settle_first
from tests.simulation.book import watch_book
from tests.simulation.check import broken, owed, repeats
from tests.simulation.engine import Case, simulate
from tests.simulation.world import CALM, ROUGH

DAYS = 1.2


def test_in_calm_everything_is_told_exactly_once() -> None:
    outcome = simulate(Case(seed=1, days=DAYS, orders=8, chats=6, faults=CALM))
    assert broken(outcome) == []
    assert repeats(outcome) == 0
    assert len(list(owed(outcome))) > 20


def test_in_rough_weather_nothing_is_lost() -> None:
    outcome = simulate(Case(seed=11, days=DAYS, orders=8, chats=6, faults=ROUGH))
    assert broken(outcome) == []
    assert outcome.deaths


def test_the_same_seed_plays_the_same() -> None:
    one, other = (simulate(Case(seed=21, days=0.7, orders=5, chats=4, faults=ROUGH)).trace for _ in range(2))
    assert (one.digest, one.events) == (other.digest, other.events)


def test_a_small_budget_is_never_exceeded() -> None:
    outcome = simulate(Case(seed=31, days=1.0, faults=CALM, calls=4))
    assert outcome.most_a_day <= 4 * 12


def test_a_notice_settled_before_it_is_sent_is_found_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sender, "_transmit", Sender._transmit)  # put back afterwards
    settle_first()
    results = (
        simulate(Case(seed=seed, days=DAYS, orders=8, chats=6, faults=ROUGH)) for seed in range(11, 21)
    )
    assert any(one.startswith("lost") for outcome in results for one in broken(outcome))


def test_orders_that_nobody_follows_are_watched_within_the_budget() -> None:
    """Every return is on the board after its next look, and nobody is told."""
    watched = watch_book(orders=40, calls=60, days=5.0, every=5)
    assert watched.booked == 40
    assert watched.most_a_day <= 60
    assert watched.returned == watched.on_board == 8
    assert (watched.unseen, watched.owed) == (0, 0)
