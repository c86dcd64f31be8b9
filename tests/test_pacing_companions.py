"""Who is told, asked and waited for among parcels that travel together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.model import Stage, Watch
from bot.pacing.companions import APART, Companions
from bot.pacing.profile import hours

DAY = datetime(2026, 3, 4, tzinfo=UTC)
ROAD, FLIGHT, CUSTOMS = Stage.ORIGIN_TRANSIT, Stage.INTERNATIONAL_TRANSIT, Stage.IMPORT_CUSTOMS
LEARNED = f"{ROAD}/3"  # what the orders of `bag` learn from their next entry


class Shop:
    """Orders of one carrier. Times are hours after midnight; `APART` is an eighth of an hour."""

    def __init__(self) -> None:
        self.companions = Companions()
        self.known: dict[str, tuple[Stage, float]] = {}

    def check(self, order: str, now: float, *entries: tuple[float, Stage]) -> list[str]:
        """One check that finds these new entries; returns who may have unseen ones because of it."""
        stage, last = self.known.get(order, (Stage.INFO_RECEIVED, None))
        at = None if last is None else DAY + timedelta(hours=last)
        watch = Watch(stage=stage, last_node_at=at, created_at=DAY)
        if entries:
            self.known[order] = entries[-1][1], entries[-1][0]
        stamps = [(hours(DAY) + at, stage) for at, stage in entries]
        return self.companions.observe(order, watch, stamps, hours(DAY) + now)

    def bag(self, orders: str, entries: int = 3) -> None:
        """Orders, one a letter, that shared so many entries: the last of them at 3:00, checked at 3:30."""
        for order in orders:
            self.check(order, 3.5, *[(float(at), ROAD) for at in range(4 - entries, 4)])

    def told(self, orders: str) -> str:
        """Those that may have entries that they were not seen to have."""
        return "".join(o for o in orders if self.companions._travelers[o].suggested)

    def peers(self, order: str) -> str:
        """Those that travel with it."""
        return "".join(sorted(peer.order for peer in self.companions.peers(order)))

    def share(self, order: str, now: float, weight: float = 1.0) -> float:
        """The factor of the order's weight."""
        return self.companions.share(order, weight, hours(DAY) + now)

    def unseen(self, order: str) -> float:
        """How many entries it may have."""
        return self.companions.suggested([order])[0][1]


@pytest.fixture
def shop() -> Shop:
    return Shop()


# Who travels with whom


def test_orders_of_before_a_restart_are_found_by_their_last_entry(shop: Shop) -> None:
    shop.known = {"a": (ROAD, 3.0), "b": (ROAD, 3.0), "c": (ROAD, 1.0), "d": (CUSTOMS, 3.0)}
    for order in "abcd":
        assert shop.check(order, 4.0) == []
    assert shop.peers("a") == "b"
    shop.check("e", 4.0, (3.0, ROAD))
    assert shop.peers("a") == "be"
    assert shop.check("a", 6.0, (5.0, FLIGHT)) == ["b", "e"]


def test_what_happens_elsewhere_at_the_same_time_is_not_shared(shop: Shop) -> None:
    for order, stage in (("a", ROAD), ("b", CUSTOMS), ("c", ROAD)):
        shop.check(order, 4.0, (3.0, stage))
    assert shop.peers("a") == "c"


def test_an_order_without_any_entry_travels_with_nobody(shop: Shop) -> None:
    for order in "ab":
        assert shop.check(order, 4.0) == []
    assert shop.peers("a") == ""


def test_a_delivered_order_is_forgotten(shop: Shop) -> None:
    shop.bag("ab")
    for order in "ab":
        shop.check(order, 6.0, (5.0, Stage.DELIVERED))
    assert shop.companions._travelers == {}
    assert shop.peers("a") == ""


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        (10.12, 10.13, True),
        (10.13, 10.12, True),
        (10.0, 10.0 + APART, True),
        (10.0 + APART, 10.0, True),
        (10.0, 10.01 + APART, False),
        (10.01 + APART, 10.0, False),
    ],
)
def test_entries_are_one_when_they_are_minutes_apart(
    shop: Shop, first: float, second: float, together: bool
) -> None:
    shop.check("a", 11.0, (first, ROAD))
    shop.check("b", 11.0, (second, ROAD))
    assert (shop.peers("a") == "b") is together


def test_who_has_not_been_checked_for_longest_is_forgotten_first(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.pacing.companions._ORDERS", 2)
    shop.bag("ab")
    assert shop.peers("a") == "b"
    shop.check("a", 4.0)
    shop.bag("c")
    assert shop.peers("a") == "c"
    assert list(shop.companions._travelers) == ["a", "c"]


def test_of_a_huge_bag_a_few_are_compared(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.pacing.companions._PEERS", 5)
    shop.bag("abcdefghijk")
    assert shop.peers("k") == "abcde"


# Who is told, and who is asked first


def test_news_of_two_ways_at_once_reaches_the_orders_of_both(shop: Shop) -> None:
    """ "b" did not take the flight of "a": that says something of "c", and its own way something of "d"."""
    shop.bag("abc")
    shop.check("a", 4.5, (4.0, FLIGHT))
    shop.bag("d")
    assert shop.check("b", 6.0, (5.0, CUSTOMS)) == ["c", "d"]


def test_one_of_two_entries_confirmed_leaves_the_other_to_be_asked_for(shop: Shop) -> None:
    shop.bag("abc")
    shop.check("a", 6.0, (4.0, FLIGHT), (5.0, FLIGHT))
    shop.known["d"] = FLIGHT, 4.0
    shop.check("d", 6.0)
    assert "c" in shop.check("b", 7.0, (4.0, FLIGHT))
    assert shop.told("bc") == "c"


@pytest.mark.parametrize(
    ("checked", "told"), [(5.05, "b"), (5.0 + APART / 2, "b"), (5.0 + APART, ""), (5.4, "")]
)
def test_whoever_was_checked_when_all_must_have_had_it_is_not_told(
    shop: Shop, checked: float, told: str
) -> None:
    shop.bag("ab")
    shop.check("b", checked)
    assert "".join(shop.check("a", 5.5, (5.0, FLIGHT))) == told
    assert shop.told("b") == told
    assert shop.companions.shared == ({} if told else {LEARNED: [0.0, 1.0]})


@pytest.mark.parametrize(("checked", "waits"), [(5.0 + APART / 2, "b"), (5.0 + APART, "")])
def test_an_entry_is_missed_when_all_must_have_it(shop: Shop, checked: float, waits: str) -> None:
    """The check is planned for that very moment."""
    shop.bag("ab")
    shop.check("a", 5.0, (5.0, FLIGHT))
    shop.check("b", checked)
    assert shop.told("b") == waits


def test_the_heavier_of_two_that_are_alike_is_asked_first(shop: Shop) -> None:
    shop.bag("abcd")
    for order, weight in (("b", 1.0), ("c", 3.0), ("d", 0.5)):
        shop.share(order, 4.0, weight)
    told = shop.check("a", 5.5, (5.0, FLIGHT))
    ((asked, unseen, weight),) = shop.companions.suggested(told)
    assert asked.order == "c"
    assert (unseen, weight) == pytest.approx((0.7, 3.0 + 0.7 * 1.5))  # it answers for the others, too


@pytest.mark.parametrize(("weight", "asked"), [(1.2, "b"), (1.5, "c")])
def test_weight_and_chance_count_alike_for_who_is_asked_first(shop: Shop, weight: float, asked: str) -> None:
    """The chance is 0.7 after three shared entries, and 0.5 after two."""
    shop.bag("ab")
    shop.bag("c", entries=2)
    shop.share("c", 4.0, weight)
    told = shop.check("a", 5.5, (5.0, FLIGHT))
    assert [row[0].order for row in shop.companions.suggested(told)] == [asked]


def test_once_two_have_it_all_others_are_checked_for_themselves(shop: Shop) -> None:
    shop.bag("abcd")
    for order, weight in (("c", 1.0), ("d", 2.0)):
        shop.share(order, 4.0, weight)
    shop.check("a", 5.5, (5.0, FLIGHT))
    told = shop.check("b", 5.6, (5.0, FLIGHT))
    assert [(row[0].order, row[2]) for row in shop.companions.suggested(told)] == [("d", 2.0), ("c", 1.0)]


# How likely it is


def test_one_that_lacks_the_entry_makes_it_less_likely_until_another_has_it(shop: Shop) -> None:
    shop.bag("abcd")
    shop.check("a", 5.5, (5.0, FLIGHT))
    assert shop.unseen("d") == pytest.approx(0.7)
    shop.check("b", 6.0)
    # All moved but "b": 0.7 * 0.3. Only "a" moved: 0.3.
    assert shop.unseen("d") == pytest.approx(0.21 / (0.21 + 0.3))
    shop.check("c", 6.0, (5.0, FLIGHT))
    # "a" and "c" of three moved, which is added to 0.7 of 4.
    assert shop.unseen("d") == pytest.approx((2.0 + 2.8) / (3.0 + 4.0))


def test_a_second_entry_adds_to_the_first_by_what_was_shared_before_both(shop: Shop) -> None:
    shop.bag("ab", entries=1)
    for at in (5.0, 6.0):
        shop.check("a", at, (at, FLIGHT))
    assert shop.unseen("b") == pytest.approx(0.1 + 0.1**2)


def test_each_order_that_has_the_entry_is_counted_once(shop: Shop) -> None:
    shop.bag("abc")
    counts = []
    for order in "abc":
        shop.check(order, 5.5, (5.0, FLIGHT))
        counts.append(list(shop.companions.shared.get(LEARNED, ())))
    assert counts == [[], [2.0, 2.0], [3.0, 3.0]]  # nothing is known before the second


@pytest.mark.parametrize(
    ("before", "after"),
    [([10.0, 20.0], [12.0, 22.0]), ([99.0, 199.0], [101.0, 201.0]), ([100.0, 200.0], [52.0, 102.0])],
)
def test_what_was_long_ago_counts_less(shop: Shop, before: list[float], after: list[float]) -> None:
    shop.companions.shared = {LEARNED: list(before)}
    shop.bag("ab")
    for order in "ab":
        shop.check(order, 5.5, (5.0, FLIGHT))
    assert shop.companions.shared == {LEARNED: after}


# Who lacks it


def test_two_that_have_it_are_believed_whoever_lacks_it(shop: Shop) -> None:
    shop.bag("abcde")
    for order in "ab":
        shop.check(order, 5.5, (5.0, FLIGHT))
    for order, left, count in (("c", "de", [2.0, 3.0]), ("d", "e", [2.0, 4.0])):
        assert shop.check(order, 6.0) == list(left)
        assert shop.told("cde") == left
        assert shop.companions.shared == {LEARNED: count}


def test_two_that_lack_it_free_all_others_until_a_second_has_it(shop: Shop) -> None:
    shop.bag("abcde")
    shop.check("a", 5.5, (5.0, FLIGHT))
    shop.check("b", 6.0)
    assert shop.check("c", 6.0) == []
    assert shop.told("bcde") == ""
    assert shop.check("d", 6.5, (5.0, FLIGHT)) == ["e"]
    assert shop.told("bcde") == "e"


# Who leads


@pytest.mark.parametrize(("now", "leads"), [(7.0, False), (8.5, False), (9.0, False), (9.1, True)])
def test_a_leader_may_be_an_hour_late(shop: Shop, now: float, leads: bool) -> None:
    shop.bag("ab")
    assert shop.share("a", 4.0) > 1.0
    shop.companions.plan("a", hours(DAY) + 8.0)
    assert (shop.share("b", now) > 1.0) is leads


def test_a_leader_s_check_is_worth_what_the_others_weigh(shop: Shop) -> None:
    shop.bag("abc")
    for order, weight in (("b", 2.0), ("c", 3.0)):
        shop.share(order, 4.0, weight)
    assert 4.0 * shop.share("a", 4.0, 4.0) == pytest.approx(4.0 + 0.7 * (2.0 + 3.0))


@pytest.mark.parametrize(("trials", "relies"), [(4.0, True), (4.1, False)])
def test_one_relies_on_a_leader_from_a_chance_of_a_quarter(shop: Shop, trials: float, relies: bool) -> None:
    shop.companions.shared = {f"{ROAD}/2": [0.0, trials]}  # 2 of 8, with the 2 of 4 supposed at first
    shop.bag("ab", entries=2)
    shop.share("a", 4.0)
    shop.companions.plan("a", hours(DAY) + 8.0)
    assert shop.share("b", 4.0) == (0.75 if relies else 1.0)


def test_nobody_leads_whom_nobody_waits_for(shop: Shop) -> None:
    shop.bag("ab")
    assert shop.share("unknown", 4.0) == shop.share("a", 4.0, 0.0) == 1.0
