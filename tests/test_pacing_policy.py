"""The time of the next check, to the second: where every stage has an entry in ten hours, unless said.

First of one order by the decision itself, then as the pacer makes it for many.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest

from bot.book import book_needs
from bot.model import OrderStatus, Stage, Watch
from bot.pacing import Bound, CheckInterval, Pacer, Price, Rates, decide, explain, prior
from bot.pacing.policy import _gap, _Outlook
from bot.pacing.profile import WEEK, WeeklyProfile, hours
from bot.pacing.rates import Cell

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
HOUR = timedelta(hours=1)
INTERVAL = CheckInterval(floor=600, ceiling=86400)


def _rates(pace: list[float] | None = None, rate: list[float] | None = None, *, worth: float = 1.0) -> Rates:
    """Rates of one clock and one cell for all; so much is known that other hours need no trying."""
    rates = Rates()
    rates.profiles = dict.fromkeys(rates.profiles, WeeklyProfile(pace or [1.0] * WEEK))
    rates.cells = dict.fromkeys(rates.cells, Cell(rate or [0.1] * len(prior.EDGES)))
    rates.worths = dict.fromkeys(rates.worths, worth)
    rates.entries = math.inf
    return rates


def _watch(stage: Stage = Stage.LOCAL_TRANSIT, *, quiet: float = 30.0, **more: object) -> Watch:
    known = {"last_node_at": NOW - quiet * HOUR, "checked_at": NOW, "created_at": NOW - 99 * HOUR}
    return Watch(stage=stage, **(known | more))  # type: ignore[arg-type]  # a test's shorthand


def _wait(watch: Watch, rates: Rates, price: float, **more: float) -> float:
    """Hours until the next check."""
    at, _ = decide(watch, rates, price, INTERVAL, NOW, **more)
    assert at is not None
    return (at - NOW) / HOUR


# ── when an hour more of waiting costs what a call does ───────────────────────────────────────────


@pytest.mark.parametrize("minutes", [0, 6, 25, 59])
@pytest.mark.parametrize(("price", "weight", "worth"), [(2.0, 1.0, 1.0), (0.5, 0.5, 1.0), (9.0, 3.0, 1.5)])
def test_steady_rates_are_checked_at_the_best_steady_interval(
    minutes: int, price: float, weight: float, worth: float
) -> None:
    now = NOW + timedelta(minutes=minutes)
    at, bound = decide(_watch(weight=weight), _rates(worth=worth), price, INTERVAL, now)
    assert at is not None
    assert (at - now) / HOUR == pytest.approx(math.sqrt(2.0 * price / (weight * worth * 0.1)), rel=1e-6)
    assert bound is Bound.PRICE


def test_entries_that_probably_wait_shorten_the_interval() -> None:
    saved = math.sqrt(2.0 * 0.1 * 2.0)  # entries, when it would be checked
    assert _wait(_watch(), _rates(), 2.0, unseen=0.3) == pytest.approx((saved - 0.3) / 0.1)
    assert _wait(_watch(), _rates(), 2.0, unseen=2.0) == pytest.approx(1 / 6)


def _least(outlook: _Outlook, price: float, low: float, high: float, unseen: float, parts: int) -> float:
    """The hours after which the sum of cost less saving is least, in small parts; a clock's hour is even."""
    times = [low + n / parts for n in range(round((high - low) * parts) + 1)]
    balance = []
    for after in times[:-1]:
        begun = math.floor(outlook.begin + after + 1e-6) - outlook.begin  # of the clock's hour
        begin, end = max(begun, low), min(begun + 1.0, high)
        rate = (outlook.expected(end) - outlook.expected(begin)) / (end - begin)
        waiting = outlook.expected(begin) + rate * (after + 0.5 / parts - begin) + unseen
        balance.append(waiting - math.sqrt(2.0 * price * rate / outlook.weight))
    sums = [0.0, *accumulate(balance)]
    return times[sums.index(min(sums))]


@pytest.mark.parametrize("seed", [*range(24), 54, 70, 83, 91])  # the last: two moments are nearly as good
def test_the_check_goes_where_cost_less_saving_is_least_of_all_times(seed: int) -> None:
    """Clocks of random hours, an opening of random length, ages that begin at or after the last entry."""
    dice = random.Random(seed)
    pace = [dice.choice([0.3, 1.0, 2.0]) if 8 <= hour % 24 <= 8 + seed % 10 else 0.2 for hour in range(WEEK)]
    rates = _rates(pace, [0.02 + 0.4 * dice.random() for _ in prior.EDGES], worth=1.0 + dice.random())
    quiet, price = dice.choice([0.0, 0.1, 3.0, 40.0]), 10.0 ** dice.uniform(-1.5, 1.5)
    watch = _watch(quiet=quiet, weight=dice.choice([0.5, 1.0, 4.0]))
    start = hours(NOW) + dice.choice([0.0, 0.25, 0.75]) + dice.randrange(24)
    outlook = _Outlook(watch, rates, start)
    unseen = dice.choice([0.0, 0.2])
    interval = CheckInterval(floor=900, ceiling=43200)  # within which the search looks at all times
    best, bound = _gap(outlook, price, interval, unseen)
    assert best == pytest.approx(_least(outlook, price, 0.25, 12.0, unseen, 120), abs=0.02)
    assert bound is (Bound.FLOOR if best == 0.25 else Bound.CEILING if best == 12.0 else Bound.PRICE)


def test_a_night_of_less_than_twelve_hours_is_looked_across_a_longer_one_is_not() -> None:
    """Publishing stops for the night and is twenty times as busy in the hour after it."""
    for night, across in ((6, True), (14, False)):
        pace = [
            20.0 if hour % 24 == (13 + night) % 24 else 1.0 if hour % 24 <= 12 else 0.0001
            for hour in range(WEEK)
        ]
        hours_long = _wait(_watch(), _rates(pace), 1.0)
        assert (hours_long > night) is across


def test_a_ceiling_that_is_the_floor_decides() -> None:
    interval = CheckInterval(floor=3600, ceiling=3600)
    assert decide(_watch(), _rates(), 1.0, interval, NOW) == (NOW + HOUR, Bound.CEILING)
    failed = _watch(failures=1)
    assert decide(failed, _rates(), 1.0, interval, NOW) == (NOW + HOUR, Bound.FAILURE)
    assert decide(_watch(), _rates(), 1e9, INTERVAL, NOW) == (NOW + 24 * HOUR, Bound.CEILING)


def test_what_to_expect_after_a_check_by_the_place_s_clock() -> None:
    pace = [2.0 if hour % 24 < 12 else 1.0 for hour in range(WEEK)]
    rate = [0.3] * len(prior.EDGES)
    busy = WeeklyProfile(pace)
    outlook = _Outlook(_watch(quiet=4.0, utc_offset_hours=-2.0), _rates(pace, rate), hours(NOW))
    unit = busy.pace[12]  # in the afternoon
    assert outlook.expected(1.0) == pytest.approx(0.3 * 2.0 * unit)  # from ten on, there
    assert outlook.expected(3.0) == pytest.approx(0.3 * 5.0 * unit)


def test_ages_count_from_the_last_entry_or_the_order_and_never_from_the_future() -> None:
    first = [9.0, *[0.1] * (len(prior.EDGES) - 1)]  # much in the first quarter of an hour
    for last, made, rate in (
        (NOW - HOUR, NOW - 99 * HOUR, 0.1),
        (NOW, NOW - 99 * HOUR, 9.0),
        (NOW + 5 * HOUR, NOW - 99 * HOUR, 9.0),
        (None, NOW - 99 * HOUR, 0.1),
        (None, NOW, 9.0),
    ):
        watch = _watch(last_node_at=last, created_at=made)
        outlook = _Outlook(watch, _rates(rate=first), hours(NOW))
        assert outlook.expected(0.1) == pytest.approx(0.1 * rate)


def test_ages_are_operating_hours_of_the_place() -> None:
    """From eight to noon by UTC, two hours behind: all before noon, when a third more than usual is done."""
    pace = [2.0 if hour % 24 < 12 else 1.0 for hour in range(WEEK)]
    outlook = _Outlook(
        _watch(quiet=4.0, utc_offset_hours=-2.0), _rates(pace, [*map(float, range(20))]), hours(NOW)
    )
    # Five and a third hours have passed: half an hour each in the bins from four to six and from six to nine.
    assert outlook.expected(0.5) == pytest.approx(5.0 * 0.5 * 4.0 / 3.0)
    assert outlook.expected(1.0) == pytest.approx((5.0 + 6.0) * 0.5 * 4.0 / 3.0)


def test_a_carrier_never_seen_in_china_has_the_destination_s_clock() -> None:
    rates = _rates()
    rates._abroad = {"Correios"}
    rates.profiles["picked_up/local"] = WeeklyProfile([1.0] * WEEK)
    for carrier, key in (("Correios", "picked_up/local"), ("Yanwen", "picked_up/china")):
        watch = _watch(Stage.PICKED_UP, utc_offset_hours=1.0, carrier=carrier)
        assert _Outlook(watch, rates, hours(NOW)).profile is rates.profiles[key]


def test_after_days_of_silence_the_destination_s_clock_counts() -> None:
    rates = _rates()
    rates.profiles["picked_up/china"] = WeeklyProfile([2.0] + [1.0] * (WEEK - 1))
    china, local = rates.profiles["picked_up/china"], rates.profiles["picked_up/local"]
    for quiet, profile in ((119.0, china), (121.0, local)):
        watch = _watch(Stage.PICKED_UP, quiet=quiet, utc_offset_hours=1.0)
        assert _Outlook(watch, rates, hours(NOW)).profile is profile


# ── other hours are tried, too ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("luck", "entries", "factor"),
    [
        (0.5, 0.0, 1.0),
        (0.0, 0.0, 0.2),
        (0.25, 0.0, 0.6),
        (0.25, 30.0, 0.8),
        (0.75, 90.0, 1.1),
        (0.25, 569.0, 1.0 - 0.4 * 30.0 / 599.0),
        (0.25, 571.0, 0.98),  # never less than four percent to either side
        (0.0, math.inf, 0.96),
    ],
)
def test_how_far_a_check_may_be_from_the_best_time(luck: float, entries: float, factor: float) -> None:
    rates, interval = _rates(), CheckInterval(floor=600, ceiling=3600 * 100)
    rates.entries = entries
    gap = _gap(_Outlook(_watch(), rates, hours(NOW)), 200.0, interval, 0.0)[0]
    at, _ = decide(_watch(), rates, 200.0, interval, NOW, luck)
    assert at is not None
    assert (at - NOW) / HOUR == pytest.approx(gap * factor)


@pytest.mark.parametrize(("ceiling", "factor"), [(8.0, 0.98), (9.0, 0.98), (9.5, 0.6)])
def test_long_gaps_try_other_hours_short_ones_see_all(ceiling: float, factor: float) -> None:
    rates = _rates()
    rates.entries = 0.0
    interval = CheckInterval(floor=600, ceiling=3600 * ceiling)
    at, _ = decide(_watch(), rates, 1e9, interval, NOW, 0.25)
    assert at is not None
    assert (at - NOW) / HOUR == pytest.approx(ceiling * factor)


# ── ends, stops and failures ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("last", "made", "stopped"),
    [
        (90, 200, True),
        (89, 200, False),
        (None, 90, True),
        (None, 89, False),
        (200, 89, False),
        (200, 90, True),
    ],
)
def test_silence_counts_from_the_last_entry_or_the_order_whichever_is_later(
    last: int | None, made: int, stopped: bool
) -> None:
    known = None if last is None else NOW - timedelta(days=last)
    watch = _watch(last_node_at=known, created_at=NOW - timedelta(days=made))
    at, bound = decide(watch, _rates(), 1.0, INTERVAL, NOW)
    assert (at is None) is (bound is Bound.STOPPED) is stopped


def test_nobody_waits() -> None:
    assert decide(_watch(weight=0), _rates(), 1.0, INTERVAL, NOW) == (None, Bound.STOPPED)
    assert decide(_watch(weight=0.2), _rates(), 1.0, INTERVAL, NOW)[0] is not None


@pytest.mark.parametrize(
    ("passed", "left"),
    [(0.0, 24.0), (23.25, 0.75), (23.5, 48.5), (23.75, 48.25), (71.5, 96.5), (335.0, 1.0), (335.5, None)],
)
def test_after_the_end_checks_come_after_a_day_three_a_week_and_two(
    passed: float, left: float | None
) -> None:
    ended = NOW - passed * HOUR
    for watch in (
        _watch(Stage.DELIVERED, finished_at=ended, last_node_at=NOW - 7 * HOUR, created_at=NOW - 999 * HOUR),
        _watch(Stage.RETURNED, last_node_at=ended, created_at=NOW - 999 * HOUR),
        _watch(status=OrderStatus.CANCELLED, last_node_at=None, created_at=ended),
    ):
        for luck in (0.0, 0.5):
            at, bound = decide(watch, _rates(), 1.0, INTERVAL, NOW, luck)
            if left is None:
                assert (at, bound) == (None, Bound.STOPPED)
            else:
                assert at is not None
                assert (at - NOW) / HOUR == pytest.approx(left * (1.0 + 0.04 * luck))
                assert bound is Bound.FINISHED


@pytest.mark.parametrize(
    ("failures", "window"), [(1, 600.0), (2, 1200.0), (5, 9600.0), (20, 3.145728e8), (5000, 3.145728e8)]
)
def test_after_failures_the_check_is_anywhere_within_a_window_that_doubles(
    failures: int, window: float
) -> None:
    endless = CheckInterval(floor=600, ceiling=1e9)
    for luck in (0.0, 0.25, 0.5):
        failed = _watch(failures=failures)
        wanted = NOW + timedelta(seconds=600.0 + luck * window), Bound.FAILURE
        assert decide(failed, _rates(), 1.0, endless, NOW, luck) == wanted
    at, _ = decide(_watch(failures=failures), _rates(), 1.0, INTERVAL, NOW, 0.5)
    assert at == NOW + timedelta(seconds=600.0 + 0.5 * min(window, 85800.0))


# ── the explanation ───────────────────────────────────────────────────────────────────────────────


def test_the_explanation_to_the_number() -> None:
    rates = _rates(worth=1.5)
    told = explain(_watch(weight=2.0, checked_at=NOW - 5 * HOUR), rates, 1.5, INTERVAL, NOW)
    assert told.rate == pytest.approx(2.4)
    assert told.price == 1.5
    assert told.weight == pytest.approx(3.0)
    assert told.expected == pytest.approx(0.5)
    assert told.waiting == pytest.approx(3.0 * 0.5 * 5.0 / 2.0)
    assert told.next_check is not None
    assert told.next_check - (NOW - 5 * HOUR) == pytest.approx(math.sqrt(10.0) * HOUR, abs=HOUR / 3600)
    assert told.bound is Bound.PRICE
    assert told.trust is rates.trust


@pytest.mark.parametrize("checked", [None, NOW, NOW + HOUR])
def test_nothing_has_waited_right_after_a_check(checked: datetime | None) -> None:
    told = explain(_watch(checked_at=checked), _rates(), 1.0, INTERVAL, NOW)
    assert (told.expected, told.waiting) == (0.0, 0.0)
    assert told.rate == pytest.approx(2.4)
    assert told.next_check is not None
    gap = math.sqrt(20.0) * HOUR
    assert told.next_check - (checked or NOW) == pytest.approx(gap, abs=HOUR / 3600)


# ── the pacer ─────────────────────────────────────────────────────────────────────────────────────

BAG = (  # hours before now, and what "a", "b" and others had together then
    (26.0, Stage.PICKED_UP),
    (14.0, Stage.ORIGIN_TRANSIT),
    (2.0, Stage.EXPORT_CUSTOMS),
)


def _pacer(*orders: str, price: float = 2.0, luck: float = 0.5) -> Pacer:
    """A pacer that has seen these orders together, and checked them an hour ago; none is planned."""
    pacer = Pacer(INTERVAL, lambda: luck, _rates())
    pacer.price = Price(value=price)
    for step, (ago, stage) in enumerate(BAG):
        for order in orders:
            before = _watch(BAG[max(step - 1, 0)][1], quiet=BAG[max(step - 1, 0)][0], checked_at=None)
            pacer.learn(before, [(NOW - ago * HOUR, stage)], NOW - (ago - 1.0) * HOUR, order=order)
            pacer.next_check(before, NOW)  # what it suggests has been seen to
    return pacer


def _plan(pacer: Pacer, due: float, *orders: str) -> None:
    for order in orders:
        pacer.companions.plan(order, hours(NOW) + due)


def _news(
    pacer: Pacer,
    order: str = "a",
    stage: Stage = Stage.INTERNATIONAL_TRANSIT,
    ago: float = 0.5,
    others: Iterable[str] = ("b", "c", "d"),
    **more: object,
) -> dict[float, list[str]]:
    """A check of `order` that finds an entry: in how many hours which others are checked sooner."""
    _plan(pacer, 90.0, *others)
    stamp = NOW - ago * HOUR
    pacer.learn(_watch(Stage.EXPORT_CUSTOMS, quiet=2.0), [(stamp, stage)], NOW, order=order)
    after = _watch(stage, last_node_at=stamp, **more)  # type: ignore[arg-type]  # a test's shorthand
    pacer.next_check(after, NOW, order=order)
    return {(at - NOW) / HOUR: orders for at, orders in pacer.orders_to_hasten().items()}


def _pacer_s_wait(pacer: Pacer, watch: Watch, order: str = "") -> float:
    at = pacer.next_check(watch, NOW, order=order)
    assert at is not None
    return (at - NOW) / HOUR


@pytest.mark.parametrize(
    ("watch", "persons"),
    [
        (_watch(weight=3.0), 3.0),
        (_watch(weight=0.0, booked=True), 0.2),
        (_watch(weight=1.0, booked=True), 1.2),
        (_watch(weight=0.5, booked=True, eta=NOW - timedelta(days=2)), 1.5),
    ],
)
def test_an_order_is_checked_by_what_all_who_wait_for_it_weigh(watch: Watch, persons: float) -> None:
    pacer = _pacer(price=0.5)
    gap = math.sqrt(2.0 * 0.5 / (persons * 0.1))
    assert _pacer_s_wait(pacer, watch) == pytest.approx(gap)
    assert _pacer_s_wait(_pacer(price=0.5, luck=0.25), watch) == pytest.approx(0.98 * gap)
    told = pacer.explain(watch, NOW)
    assert (told.weight, told.price) == pytest.approx((persons, 0.5))
    assert told.next_check is not None
    assert (told.next_check - NOW) / HOUR == pytest.approx(gap)


def test_what_the_shop_weighs_can_be_set() -> None:
    pacer = Pacer(INTERVAL, lambda: 0.5, _rates(), book_weight=0.8)
    watch = _watch(weight=0.0, booked=True)
    assert _pacer_s_wait(pacer, watch) == pytest.approx(5.0)
    assert pacer.explain(watch, NOW).weight == pytest.approx(0.8)


def test_of_two_that_travel_together_one_is_checked_for_both() -> None:
    pacer = _pacer("a", "b")
    (peer,) = pacer.companions.peers("a")
    first, then = _pacer_s_wait(pacer, _watch(), "a"), _pacer_s_wait(pacer, _watch(), "b")
    assert first == pytest.approx(math.sqrt(40.0 / (1.0 + peer.chance)))
    assert then == pytest.approx(math.sqrt(40.0 / (1.0 - peer.chance)))
    assert _pacer_s_wait(pacer, _watch()) == pytest.approx(math.sqrt(40.0)), "no order: no companions"
    assert pacer.companions.share("b", 1.0, hours(NOW) + first + 0.9) < 1.0, "it relies on the one planned"
    assert pacer.companions.share("b", 1.0, hours(NOW) + first + 1.1) > 1.0, "which is late"


def test_one_that_is_not_checked_any_more_is_not_planned() -> None:
    pacer = _pacer("a", "b")
    _plan(pacer, 5.0, "a")
    assert pacer.next_check(_watch(weight=0.0), NOW, order="a") is None
    assert pacer.next_check(_watch(quiet=99 * 24.0, created_at=NOW - timedelta(days=99)), NOW) is None


@pytest.mark.parametrize(("watch", "ceiling"), [
    (_watch(weight=0.0, booked=True), 48.0),
    (_watch(weight=0.5, booked=True), 24.0),
    (_watch(weight=1.0), 24.0),
])  # fmt: skip
def test_where_calls_do_not_suffice_what_only_the_shop_watches_waits_longer(
    watch: Watch, ceiling: float
) -> None:
    pacer = _pacer(price=1e9)
    assert _pacer_s_wait(pacer, watch) == 24.0
    assert pacer.measure_book(100, None) == book_needs(100, 86400.0, None)
    assert _pacer_s_wait(pacer, watch) == 24.0
    needs = pacer.measure_book(100, 100)
    assert needs == book_needs(100, 86400.0, 100)
    assert needs.gap == 2 * 86400.0
    assert _pacer_s_wait(pacer, watch) == ceiling
    told = pacer.explain(watch, NOW).next_check
    assert told == NOW + ceiling * HOUR


def test_what_companions_have_together_is_learned_once() -> None:
    pacer, alone = _pacer("a", "b", "c"), _pacer()
    alike = 1.0 + math.fsum(peer.chance for peer in pacer.companions.peers("a"))
    assert alike > 2.0
    nodes = [(NOW - 1.0 * HOUR, Stage.INTERNATIONAL_TRANSIT)]
    pacer.learn(_watch(Stage.EXPORT_CUSTOMS, quiet=2.0), iter(nodes), NOW, order="a")
    alone.learn(_watch(Stage.EXPORT_CUSTOMS, quiet=2.0), iter(nodes), NOW)
    counts = [math.fsum(one.rates.dump()["rows"]["counts:export_customs"]) for one in (pacer, alone)]
    assert counts == pytest.approx([1.0 / alike, 1.0])


def test_a_check_that_names_no_order_tells_nothing_of_companions() -> None:
    pacer = _pacer()
    pacer.learn(_watch(), [(NOW, Stage.LOCAL_TRANSIT)], NOW)
    assert pacer.companions._travelers == {}
    assert pacer.rates.dump()["rows"]["counts:local_transit"]


def test_entries_may_be_told_in_any_order() -> None:
    pacer = _pacer("a", "b")
    nodes = [(NOW - 0.5 * HOUR, Stage.IMPORT_CUSTOMS), (NOW - 1.0 * HOUR, Stage.INTERNATIONAL_TRANSIT)]
    pacer.learn(_watch(Stage.EXPORT_CUSTOMS), nodes, NOW, order="a")
    assert pacer.companions._travelers["a"].stage is Stage.IMPORT_CUSTOMS
    assert [entry.at for entry in pacer.companions._travelers["a"].trail[-2:]] == [
        hours(NOW) - 1.0,
        hours(NOW) - 0.5,
    ]


def test_a_companion_s_check_comes_when_what_probably_waits_is_worth_it() -> None:
    hastened = {}
    for price in (0.01, 4.0):
        pacer = _pacer("a", "b", price=price)
        found = _news(pacer, failures=2, status=OrderStatus.CANCELLED, weight=4.0)
        ((place, unseen, weight),) = pacer.companions.suggested(["b"])
        ((after, orders),) = found.items()
        assert orders == ["b"]
        assert place.due == pytest.approx(hours(NOW) + after)
        hastened[price] = after, (math.sqrt(2.0 * price * 0.1 / weight) - unseen) / 0.1
    assert hastened[0.01][0] == 0.0, "at once, not in ten minutes"
    assert hastened[4.0] == pytest.approx((hastened[4.0][1],) * 2)
    assert 1.0 < hastened[4.0][0] < 20.0


def test_a_companion_s_own_stage_counts_once_the_one_checked_has_ended() -> None:
    for stage, rate in ((Stage.DELIVERED, 0.02), (Stage.INTERNATIONAL_TRANSIT, 0.1)):
        pacer = _pacer("a", "b", price=20.0)
        slow = Cell([0.02] * len(prior.EDGES))
        pacer.rates.cells = pacer.rates.cells | {Stage.EXPORT_CUSTOMS: slow}
        ((after, _),) = _news(pacer, stage=stage, finished_at=NOW).items()
        ((_, unseen, _),) = pacer.companions.suggested(["b"])
        assert after == pytest.approx((math.sqrt(2.0 * 20.0 * rate) - unseen) / rate)


def test_a_companion_is_asked_when_all_have_been_scanned_and_only_if_that_is_sooner() -> None:
    ((after, orders),) = _news(_pacer("a", "b", price=0.01), ago=0.1).items()
    assert after == pytest.approx(0.025)
    assert orders == ["b"]
    assert _news(_pacer("a", "b", price=0.01), ago=0.125) == {0.0: ["b"]}
    for due, asked in ((0.0, {}), (0.01, {0.0: ["b"]})):
        pacer = _pacer("a", "b", price=0.01)
        _plan(pacer, due, "b")
        assert _news(pacer, others=()) == asked


def test_what_several_checks_suggest_is_asked_together() -> None:
    """Two have the entry, so the others probably do; a third order, which is alone, is checked in between."""
    pacer = _pacer("a", "b", "c", "d", price=0.01)
    _plan(pacer, 90.0, "c", "d")
    entry = (NOW - 0.5 * HOUR, Stage.INTERNATIONAL_TRANSIT)
    for order in ("a", "b"):
        pacer.learn(_watch(Stage.EXPORT_CUSTOMS, quiet=2.0), [entry], NOW, order=order)
    pacer.learn(_watch(), [(NOW, Stage.LOCAL_TRANSIT)], NOW, order="alone")
    pacer.next_check(_watch(last_node_at=NOW), NOW, order="alone")
    assert {at: sorted(orders) for at, orders in pacer.orders_to_hasten().items()} == {NOW: ["c", "d"]}


@pytest.mark.parametrize(
    ("hour", "spent", "asked"),
    [(6.0, 44.0, 1), (6.0, 43.0, 2), (6.0, 44.5, 0), (6.0, 60.0, 0), (18.0, 89.0, 1), (18.0, 90.0, 0)],
)
def test_companions_use_no_more_calls_than_an_even_day_would_have(
    hour: float, spent: float, asked: int
) -> None:
    """A hundred calls a day; "a" and "b" both have the entry, which two others probably have, too."""
    pacer = _pacer("a", "b", "c", "d", price=0.01)
    now = NOW.replace(hour=16, day=3) + hour * HOUR  # the day begins at 16:00 UTC
    pacer.meter(now=now, spent=spent, budget=100.0, active=4.0, healthy=True)
    pacer.price = Price(value=0.01)
    _plan(pacer, 90.0, "b", "c", "d")
    found = []
    for order in ("a", "b"):
        stamp = NOW - 0.5 * HOUR
        entry = [(stamp, Stage.INTERNATIONAL_TRANSIT)]
        pacer.learn(_watch(Stage.EXPORT_CUSTOMS, quiet=2.0), entry, NOW, order=order)
    pacer.next_check(_watch(Stage.INTERNATIONAL_TRANSIT, last_node_at=stamp), NOW, order="b")
    found = [order for orders in pacer.orders_to_hasten().values() for order in orders]
    assert len(found) == asked


@pytest.mark.parametrize(("spent", "then"), [(43.0, 0), (41.0, 2)])
def test_companions_that_were_asked_have_used_calls(spent: float, then: int) -> None:
    """At six hours of the day 45 of a hundred calls may be used; each round would ask two."""
    pacer = _pacer("a", "b", "c", "d", price=0.01)
    morning = NOW.replace(hour=22, day=3)
    pacer.meter(now=morning, spent=spent, budget=100.0, active=4.0, healthy=True)
    pacer.price = Price(value=0.01)
    counts = []
    for stage, ago in ((Stage.INTERNATIONAL_TRANSIT, 1.0), (Stage.ARRIVED_DESTINATION, 0.5)):
        _plan(pacer, 90.0, "a", "b", "c", "d")
        for order in ("a", "b"):
            pacer.learn(_watch(stage, quiet=2.0), [(NOW - ago * HOUR, stage)], NOW, order=order)
        pacer.next_check(_watch(stage, quiet=ago), NOW, order="b")
        counts.append(sum(map(len, pacer.orders_to_hasten().values())))
    assert counts == [2, then]


def test_the_price_follows_the_calls_and_healthy_hours_teach() -> None:
    pacer, price = Pacer(INTERVAL, lambda: 0.5), Price()
    for hour, spent, healthy in ((0, 10.0, True), (1, 90.0, True), (2, 95.0, False)):
        known = {"now": NOW + hour * HOUR, "spent": spent, "budget": 1000.0, "active": 50.0}
        pacer.meter(**known, healthy=healthy)  # type: ignore[arg-type]
        price = price.observe(**known, healthy=healthy)  # type: ignore[arg-type]
        assert pacer.price == price


def test_what_the_pacer_knows_survives_a_restart() -> None:
    pacer = _pacer("a", "b")
    _news(pacer)
    _news(pacer, "b")
    pacer.meter(now=NOW, spent=10.0, budget=100.0, active=2.0, healthy=True)
    state = json.loads(json.dumps(pacer.dump()))
    assert set(state) == {"rates", "price", "companions"}
    assert state["companions"]
    again = Pacer(INTERVAL, lambda: 0.5)
    again.load(state)
    assert again.dump() == pacer.dump()
    again.companions.shared["new"] = [1.0, 1.0]
    assert "new" not in state["companions"]
    for state in (None, {}):
        again.load(state)
        assert again.dump() == Pacer(INTERVAL, lambda: 0.5).dump()


def test_tables_are_made_anew_when_asked() -> None:
    pacer = Pacer(INTERVAL, lambda: 0.5)
    tables = pacer.rates.cells
    pacer.learn(_watch(), [(NOW, Stage.LOCAL_TRANSIT)] * 50, NOW)
    assert pacer.rates.cells is tables
    pacer.rates.refresh()
    assert pacer.rates.cells is not tables
