"""Parcels that travel together."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Stage, Watch
from bot.pacing import CheckInterval, Pacer, Price
from bot.pacing.companions import Companions
from bot.pacing.price import DAY_ZONE, day_begun
from bot.pacing.profile import hours

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
STEPS = (Stage.PICKED_UP, Stage.ORIGIN_TRANSIT, Stage.EXPORT_CUSTOMS, Stage.INTERNATIONAL_TRANSIT)


class Fleet:
    """Orders checked one by one, as the poller does."""

    def __init__(self) -> None:
        self.pacer = Pacer(CheckInterval(), random.Random(1).random)
        self.at: dict[str, tuple[Stage, datetime]] = {}
        self.hastened: dict[datetime, list[str]] = {}
        self.planned: datetime | None = None

    def check(
        self, order: str, now: datetime, *nodes: tuple[datetime, Stage], weight: float = 1.0
    ) -> list[str]:
        """One check; returns who is made due by it, or sooner."""
        stage, last = self.at.get(order, (Stage.INFO_RECEIVED, None))
        watch = Watch(
            stage=stage, last_node_at=last, weight=weight,
            checked_at=now - timedelta(hours=6) if order in self.at else None,
            created_at=NOW - timedelta(days=9),
        )  # fmt: skip
        self.pacer.learn(watch, nodes, now, order=order)
        if nodes:
            stage, last = nodes[-1][1], nodes[-1][0]
        self.at[order] = stage, last or now
        after = Watch(
            stage=stage, last_node_at=last, weight=weight, checked_at=now, created_at=NOW - timedelta(days=9)
        )
        self.planned = self.pacer.next_check(after, now, order=order)
        self.hastened = self.pacer.orders_to_hasten()
        return [one for orders in self.hastened.values() for one in orders]

    def travel(self, orders: list[str], step: int, begun: datetime = NOW) -> None:
        """All of them have the entry of one step, a few seconds apart, and are checked soon after."""
        came = begun + timedelta(hours=12 * step)
        for n, order in enumerate(orders):
            self.check(order, came + timedelta(minutes=30), (came + timedelta(seconds=10 * n), STEPS[step]))


def test_one_s_news_makes_those_who_came_with_it_due() -> None:
    fleet = Fleet()
    fleet.travel(["a", "b", "c"], 0)
    fleet.travel(["a", "b", "c"], 1)
    fleet.check("lonely", NOW + timedelta(hours=12), (NOW + timedelta(hours=11), STEPS[1]))
    fleet.pacer.price = Price(value=0.3)
    came = NOW + timedelta(hours=13)
    (asked,) = fleet.check("b", came + timedelta(minutes=10), (came, Stage.EXPORT_CUSTOMS))
    (other,) = {"a", "c"} - {asked}
    due = fleet.check(asked, came + timedelta(minutes=11), (came, Stage.EXPORT_CUSTOMS))
    assert due == [other]  # now that two of them have it
    assert fleet.check(other, came + timedelta(minutes=12), (came, Stage.EXPORT_CUSTOMS)) == []


def test_an_order_at_another_place_or_another_time_is_no_companion() -> None:
    fleet = Fleet()
    fleet.check("a", NOW, (NOW - timedelta(hours=2), Stage.PICKED_UP))
    fleet.check("late", NOW, (NOW - timedelta(hours=1), Stage.PICKED_UP))
    fleet.check("other", NOW, (NOW - timedelta(hours=2), Stage.ORIGIN_TRANSIT))
    assert fleet.check("a", NOW + timedelta(hours=5), (NOW + timedelta(hours=4), Stage.EXPORT_CUSTOMS)) == []


def test_companions_have_the_same_carrier() -> None:
    companions = Companions()
    for order, carrier in (("a", "Yanwen"), ("b", "Yanwen"), ("c", "4PX")):
        watch = Watch(stage=Stage.INFO_RECEIVED, carrier=carrier, created_at=NOW)
        companions.observe(order, watch, [(hours(NOW), Stage.PICKED_UP)], hours(NOW))
    moved = Watch(stage=Stage.PICKED_UP, carrier="Yanwen", last_node_at=NOW, created_at=NOW)
    assert companions.observe("a", moved, [(hours(NOW) + 9, Stage.ORIGIN_TRANSIT)], hours(NOW) + 9) == ["b"]


def test_one_leads_and_is_looked_at_sooner_the_others_later() -> None:
    fleet, alone = Fleet(), Fleet()
    orders = [f"o{n}" for n in range(12)]
    for step in range(3):
        fleet.travel(orders, step)
        alone.travel(["o0"], step)
    now = NOW + timedelta(hours=25)
    usual = alone.pacer.companions.share("o0", 1.0, hours(now))
    shares = [fleet.pacer.companions.share(order, 1.0, hours(now)) for order in orders]
    assert usual == 1.0
    assert sum(share > 4.0 for share in shares) == 1
    assert sum(share < 0.6 for share in shares) == len(orders) - 1


def test_others_take_over_from_a_leader_that_is_not_looked_at_any_more() -> None:
    companions = Companions()
    for order in ("a", "b", "c"):
        watch = Watch(stage=Stage.INFO_RECEIVED, created_at=NOW)
        companions.observe(
            order, watch, [(hours(NOW) - 1, Stage.PICKED_UP), (hours(NOW), Stage.ORIGIN_TRANSIT)], hours(NOW)
        )
    assert companions.share("a", 1.0, hours(NOW)) > 1.0
    companions.plan("a", hours(NOW) + 6.0)
    assert companions.share("b", 1.0, hours(NOW) + 5.0) < 1.0
    assert companions.share("b", 1.0, hours(NOW) + 8.0) > 1.0
    companions.plan("b", hours(NOW) + 12.0)
    assert companions.share("c", 1.0, hours(NOW) + 9.0) < 1.0


def test_parting_is_learnt() -> None:
    """Whoever leaves the depot in the same minutes need not ring at the same doors."""
    companions = Companions()
    for n in range(40):
        begun = hours(NOW) + 100.0 * n
        pair = [f"{n}a", f"{n}b"]
        for order in pair:
            watch = Watch(stage=Stage.LOCAL_TRANSIT, created_at=NOW)
            companions.observe(
                order, watch, [(begun, Stage.LOCAL_TRANSIT), (begun + 5, Stage.OUT_FOR_DELIVERY)], begun + 5
            )
        for order, later in zip(pair, (3.0, 7.0), strict=True):
            out = Watch(stage=Stage.OUT_FOR_DELIVERY, created_at=NOW)
            companions.observe(order, out, [(begun + 5 + later, Stage.DELIVERED)], begun + 5 + later)
    for order in ("x", "y"):
        watch = Watch(stage=Stage.LOCAL_TRANSIT, created_at=NOW)
        known = [(5000.0, Stage.LOCAL_TRANSIT), (5005.0, Stage.OUT_FOR_DELIVERY)]
        companions.observe(order, watch, known, 5005.0)
        companions.plan(order, 5010.0)
    assert companions.share("x", 1.0, 5006.0) == companions.share("y", 1.0, 5006.0) == 1.0
    pacer = Pacer(CheckInterval(), random.random)
    pacer.companions = companions
    again = Pacer(CheckInterval(), random.random)
    again.load(json.loads(json.dumps(pacer.dump())))
    assert again.companions.shared == companions.shared


def test_dear_calls_are_not_spent_on_small_hopes() -> None:
    fleet = Fleet()
    for step in range(2):
        fleet.travel(["a", "b"], step)
    fleet.pacer.price = Price(value=1e6)
    came = NOW + timedelta(hours=13)
    assert fleet.check("b", came + timedelta(minutes=10), (came, Stage.EXPORT_CUSTOMS)) == []


@pytest.mark.parametrize(("spent", "most"), [(0, 29), (30, 23), (60, 0)])
def test_a_bag_of_many_parcels_leaves_the_rest_of_the_day_its_calls(spent: int, most: int) -> None:
    """At 8 in the morning in Beijing a third of the day has passed: 53 of 100 calls may be used."""
    fleet = Fleet()
    bag = [f"o{n}" for n in range(30)]
    for step in range(2):
        fleet.travel(bag, step, NOW - timedelta(hours=6))
    morning = datetime(2026, 3, 5, 0, 0, tzinfo=UTC)
    for order in bag:
        fleet.pacer.companions.plan(order, hours(morning) + 9.0)
    fleet.pacer.meter(now=morning, spent=spent, budget=100, active=30, healthy=True)
    fleet.pacer.price = Price(value=1e-6)
    came = (morning - timedelta(minutes=10), Stage.EXPORT_CUSTOMS)
    asked = fleet.check("o0", morning, came)
    assert len(asked) == min(most, 1)
    assert len(asked + fleet.check("o1", morning, came)) == most


@pytest.mark.parametrize("together", [True, False])
def test_memory_is_bounded(together: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.pacing.companions._ORDERS", 50)
    monkeypatch.setattr("bot.pacing.companions._ENTRIES", 80)
    companions = Companions()
    for n in range(400):
        watch = Watch(stage=Stage.INFO_RECEIVED, created_at=NOW)
        stamp = hours(NOW) if together else hours(NOW) + n
        companions.observe(str(n), watch, [(stamp, Stage.PICKED_UP)], stamp)
    assert len(companions._travelers) <= 50
    assert len(companions._entries) <= 80
    assert sum(len(entry.orders) for entry in companions._entries.values()) <= 50


def _bag(fleet: Fleet, *orders: str) -> datetime:
    """Orders that shared three entries, the last one at this moment."""
    for step in range(3):
        fleet.travel(list(orders), step)
    return NOW + timedelta(hours=24)


def test_two_entries_found_at_once_are_suggested_both_and_the_bag_stays_one() -> None:
    fleet = Fleet()
    came = _bag(fleet, "a", "b", "c")
    fleet.pacer.price = Price(value=0.1)
    first, second = came + timedelta(hours=2), came + timedelta(hours=3)
    fleet.check("a", second, (first, Stage.INTERNATIONAL_TRANSIT), (second, Stage.INTERNATIONAL_TRANSIT))
    peers = fleet.pacer.companions.peers("a")
    assert sorted(peer.order for peer in peers) == ["b", "c"]
    (alike,) = {peer.shared for peer in peers}
    assert alike == 3
    ((one, unseen, weight),) = fleet.pacer.companions.suggested(["b", "c"])
    assert one.order == "b"
    assert (unseen, weight) == pytest.approx((0.7 + 0.7**2, 1.0 + 0.7))
    # What it has is no news to the others: they were told.
    both = ((first, Stage.INTERNATIONAL_TRANSIT), (second, Stage.INTERNATIONAL_TRANSIT))
    assert fleet.check("b", second + timedelta(minutes=10), *both) == ["c"]
    assert fleet.check("c", second + timedelta(minutes=11), *both) == []
    assert {peer.order for peer in fleet.pacer.companions.peers("b")} == {"a", "c"}


def test_more_entries_that_wait_make_a_check_due_that_one_does_not() -> None:
    """One entry need not be worth a call; the next one adds to it."""
    fleet = Fleet()
    came = _bag(fleet, "a", "b")
    counts = []
    for n in range(1, 4):
        moved = came + timedelta(hours=2 * n)
        fleet.check("a", moved, (moved, Stage.INTERNATIONAL_TRANSIT))
        counts.append(fleet.pacer.companions.suggested(["b"])[0][1])
    assert counts == pytest.approx([0.7, 0.7 + 0.7**2, 0.7 + 0.7**2 + 0.7**3])  # chance of 0.7 each


def test_what_is_not_worth_a_call_now_is_checked_when_it_is() -> None:
    soon, late = list[datetime](), list[datetime]()
    for price, found in ((0.05, soon), (20.0, late)):
        fleet = Fleet()
        came = _bag(fleet, "a", "b")
        fleet.pacer.companions.plan("b", hours(came) + 90.0)
        fleet.pacer.price = Price(value=price)
        fleet.check("a", came + timedelta(hours=2), (came + timedelta(hours=2), Stage.INTERNATIONAL_TRANSIT))
        found += fleet.hastened
        assert list(fleet.hastened.values()) == [["b"]]
    assert soon == [came + timedelta(hours=2, minutes=7.5)]  # when all have it that are scanned together
    assert came + timedelta(hours=3) < late[0] < came + timedelta(hours=26)
    assert fleet.pacer.companions._travelers["b"].due == pytest.approx(hours(late[0]))
    assert fleet.pacer.orders_to_hasten() == {}


def _moved(fleet: Fleet, came: datetime) -> tuple[datetime, Stage]:
    """The new entry of "a", which is checked half an hour later."""
    fleet.pacer.price = Price(value=0.1)
    entry = (came + timedelta(hours=2), Stage.INTERNATIONAL_TRANSIT)
    fleet.check("a", came + timedelta(hours=2.5), entry)
    return entry


def _told(fleet: Fleet) -> set[str]:
    return {order for order, one in fleet.pacer.companions._travelers.items() if one.suggested}


def test_one_that_parts_is_told_from_all_that_move() -> None:
    fleet = Fleet()
    came = _bag(fleet, "a", "b", "c", "d")
    entry, key = _moved(fleet, came), f"{Stage.EXPORT_CUSTOMS}/3"
    assert fleet.check("b", came + timedelta(hours=3)) == ["c"]  # has "b" parted, or "a"?
    assert fleet.check("c", came + timedelta(hours=3), entry) == ["d"]  # "b" has
    assert fleet.pacer.companions.shared[key] == [2.0, 3.0]
    assert {peer.order for peer in fleet.pacer.companions.peers("a")} == {"c", "d"}
    assert _told(fleet) == {"d"}


def test_a_suggestion_that_two_refute_is_forgotten_by_all() -> None:
    fleet = Fleet()
    came = _bag(fleet, "a", "b", "c", "d")
    _moved(fleet, came)
    fleet.check("b", came + timedelta(hours=3))
    assert fleet.check("c", came + timedelta(hours=3)) == []
    assert fleet.pacer.companions.shared[f"{Stage.EXPORT_CUSTOMS}/3"] == [0.0, 1.0]
    assert _told(fleet) == set()
    assert {peer.order for peer in fleet.pacer.companions.peers("d")} == {"b", "c"}
    assert fleet.pacer.companions.peers("a") == []


def test_whoever_was_checked_since_is_not_asked_again() -> None:
    fleet = Fleet()
    came = _bag(fleet, "a", "b", "c", "d")
    for order in ("b", "c"):
        fleet.check(order, came + timedelta(hours=2.4))
    _moved(fleet, came)
    assert fleet.hastened == {}
    assert _told(fleet) == set()


def test_an_entry_published_late_is_not_held_against_those_checked_before() -> None:
    fleet = Fleet()
    came = _bag(fleet, "a", "b", "c", "d")
    for order, at in (("b", 2.3), ("c", 2.3), ("a", 2.4)):
        fleet.check(order, came + timedelta(hours=at))  # scanned at 2:00, published after 2:24
    _moved(fleet, came)
    assert _told(fleet) == {"b", "c", "d"}


def test_who_is_scanned_minutes_later_is_checked_again() -> None:
    fleet = Fleet()
    came = _bag(fleet, "a", "b")
    entry = _moved(fleet, came)
    at = entry[0] + timedelta(minutes=3)
    assert fleet.check("b", at) == ["b"]
    assert list(fleet.hastened) == [entry[0] + timedelta(minutes=7.5)]


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.integers(2, 40), st.floats(1e-4, 100.0), st.integers(5, 400))
def test_no_fleet_waits_too_long_or_uses_up_the_day(seed: int, size: int, price: float, budget: int) -> None:
    """A bag that moves, parts and comes together at random."""
    dice, fleet = random.Random(seed), Fleet()
    due = {f"o{n}": NOW + timedelta(minutes=dice.uniform(0.0, 90.0)) for n in range(size)}
    entry, spent, today = dict.fromkeys(due, (NOW, Stage.PICKED_UP)), 0, NOW.date()
    for _ in range(6 * size):
        order = min(due, key=due.__getitem__)
        now = due[order]
        if now.astimezone(DAY_ZONE).date() != today:
            spent, today = 0, now.astimezone(DAY_ZONE).date()
        fleet.pacer.meter(now=now, spent=spent, budget=budget, active=size, healthy=True)
        fleet.pacer.price = Price(value=price)
        if dice.random() < 0.2:
            came, stage = now - timedelta(minutes=dice.uniform(3.0, 30.0)), dice.choice(STEPS)
            moved = due if dice.random() < 0.5 else [order]
            entry |= {one: (came + timedelta(minutes=dice.uniform(0.0, 3.0)), stage) for one in moved}
        known = fleet.at.get(order, (None, None))[1]
        fleet.check(order, now, *[entry[order]] * (known is None or entry[order][0] > known))
        assert fleet.planned is not None
        assert fleet.planned - now <= timedelta(seconds=CheckInterval().ceiling)
        due[order] = now + timedelta(hours=dice.uniform(0.2, 8.0))
        for at, others in fleet.hastened.items():
            assert now <= at <= now + timedelta(seconds=CheckInterval().ceiling)
            spent += len(others)
            due |= {other: min(due[other], at) for other in others}
        assert spent <= min(day_begun(now) + 0.2, 0.9) * budget
        companions = fleet.pacer.companions
        where = [each.order for one in companions._entries.values() for each in one.orders]
        assert sorted(where) == sorted(companions._travelers)  # each is in one place
        for one in companions._travelers.values():
            assert one in one.path[-1].orders
            assert companions._unseen(one)[1] <= len(one.suggested)
        assert all(0.0 <= came <= trials for came, trials in companions.shared.values())


def test_one_delivered_says_that_its_companions_may_be_too() -> None:
    fleet = Fleet()
    came = _bag(fleet, "a", "b")
    fleet.pacer.price = Price(value=0.1)
    assert fleet.check("a", came + timedelta(hours=2), (came + timedelta(hours=2), Stage.DELIVERED)) == ["b"]
    assert list(fleet.hastened) == [came + timedelta(hours=2, minutes=7.5)]
