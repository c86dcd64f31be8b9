"""What one check teaches, to the number: under clocks without night or weekend, so that hours are hours."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from bot.model import Stage, Watch
from bot.pacing import Rates, prior
from bot.pacing.profile import WEEK, Leg, WeeklyProfile, hours, leg
from bot.pacing.rates import Cell, _blend, _hazard, _Prediction

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
FLAT = WeeklyProfile([1.0] * WEEK)
LOCAL = Stage.LOCAL_TRANSIT


def _at(hour: float) -> datetime:
    return MONDAY + timedelta(hours=hour)


def _flat() -> Rates:
    """Rates for which every hour is like every other, and every stage has an entry in ten hours."""
    rates = Rates()
    rates.profiles = dict.fromkeys(rates.profiles, FLAT)
    rates.cells = dict.fromkeys(rates.cells, Cell([0.1] * len(prior.EDGES)))
    return rates


def _watch(
    stage: Stage = LOCAL, *, last: float | None = 0.0, checked: float | None = 2.0, **more: object
) -> Watch:
    return Watch(
        stage=stage,
        last_node_at=None if last is None else _at(last),
        checked_at=None if checked is None else _at(checked),
        created_at=_at(-5.0),
        **more,  # type: ignore[arg-type]  # a test's shorthand
    )


def _learnt(rates: Rates, name: str) -> dict[int, object]:
    """The numbers of a row that are not zero, by their places."""
    row = rates.dump()["rows"].get(name, [])
    return {at: pytest.approx(value) for at, value in enumerate(row) if value}


# ── clocks and cells ──────────────────────────────────────────────────────────────────────────────


def test_the_hours_count_from_a_monday() -> None:
    assert hours(datetime(1969, 12, 29, tzinfo=UTC)) == 0.0
    assert hours(datetime(1970, 1, 1, 6, 30, tzinfo=UTC)) == 78.5


def test_stages_by_whose_working_hours_count() -> None:
    assert leg(Stage.PICKED_UP) is leg(Stage.UPDATE) is Leg.ORIGIN
    assert leg(Stage.INTERNATIONAL_TRANSIT) is Leg.LINEHAUL
    assert leg(Stage.RETURNING) is Leg.DESTINATION
    assert leg(Stage.OUT_FOR_DELIVERY) is Leg.DOOR


def test_operating_hours_add_up_the_pace_of_the_clock() -> None:
    profile = WeeklyProfile([1.0 + hour % 24 + (hour >= 120) for hour in range(WEEK)])
    assert math.fsum(profile.pace) == pytest.approx(WEEK)
    assert profile.pace[23] == pytest.approx(24.0 * profile.pace[0])
    for begin in (-200.0, -0.5, 0.0, 100.25, 167.5, 400.0):
        steps = [begin + 0.25 * n for n in range(100)]
        passed = profile.operating(begin + 25.0) - profile.operating(begin)
        assert passed == pytest.approx(math.fsum(0.25 * profile.pace_at(at) for at in steps))
    assert profile.operating(0.0) == 0.0
    assert profile.operating(WEEK) == pytest.approx(WEEK)
    assert profile.pace_at(-1e-20) == profile.pace_at(0.0), "a rounding error before Monday"
    assert profile.operating(-1e-20) == pytest.approx(0.0)


def test_a_cell_adds_up_its_rate() -> None:
    cell = Cell([2.0, 1.0, 4.0], edges=[0.0, 1.0, 3.0])
    assert [cell.rate_at(age) for age in (-1.0, 0.0, 0.9, 1.0, 2.9, 3.0, 99.0)] == [2, 2, 2, 1, 1, 4, 4]
    assert [cell.expected(age) for age in (0.0, 0.5, 1.0, 2.0, 3.0, 5.0)] == [0, 1, 2, 3, 4, 12]
    assert Cell([1.0] * len(prior.EDGES)).expected(1000.0) == pytest.approx(1000.0)


def test_the_assumed_waiting_time_is_bursts_and_a_log_normal_one() -> None:
    """After the median, a burst is over and half of the others have come; each sigma is that of a table."""
    left = {
        (24.0, 24.0): 0.75 * 0.5,
        (24.0 / math.exp(0.9), 24.0): 0.75 * 0.158655,
        (24.0 * math.exp(0.9), 24.0): 0.75 * 0.841345,
        (24.0, 0.25): 0.25 * math.exp(-0.5) + 0.75,
        (1.0, 0.5): 0.25 * math.exp(-1.0) + 0.75 * (1.0 - 0.220584),
        (24.0, 0.5): 0.25 * math.exp(-1.0) + 0.75,
        (768.0, 1536.0): 0.75 * 0.220584,
    }
    for (median, age), share in left.items():
        assert math.exp(-Cell(_hazard(median)).expected(age)) == pytest.approx(share, rel=1e-4)
    assert Rates().cells[LOCAL].rate == pytest.approx(_hazard(12.0))
    assert Rates().cells[Stage.PRE_SHIPMENT].rate == pytest.approx(_hazard(prior.OTHER_MEDIAN))
    assert Rates(scale=3.0).cells[LOCAL].rate == pytest.approx([3.0 * rate for rate in _hazard(12.0)])


def test_what_rates_predict_of_their_logarithm_at_entries() -> None:
    """For three hours at rate 1, for one at e²: entries come 3 : e² under them, time goes 3 : 1."""
    fast = math.exp(2.0)
    predicted = _Prediction.of([1.0, fast], [3.0, 1.0])
    assert predicted.log == pytest.approx(2.0 / 4.0)
    assert predicted.mean == pytest.approx((3.0 + fast) / 4.0)
    assert predicted.gain == pytest.approx(2.0 * fast / (3.0 + fast) - 0.5)


def test_activity_seen_counts_against_eighty_entries_of_what_was_assumed() -> None:
    assert _blend([0.0, 0.0], [0.0, 0.0], [3, 1]) == pytest.approx([1.5, 0.5])
    seen = _blend([240.0, 0.0], [40.0, 40.0], [1, 1])  # three times what was due, all in one half
    assert seen == pytest.approx([(240.0 + 40.0) / (120.0 + 40.0), 40.0 / (120.0 + 40.0)])


# ── one check ─────────────────────────────────────────────────────────────────────────────────────


def test_a_check_without_news_is_time_in_which_nothing_came() -> None:
    rates = _flat()
    rates.observe(_watch(), [], _at(5.5), weight=2.0)
    assert _learnt(rates, "exposure:local_transit") == {4: 4.0, 5: 3.0}  # from age 2 to 4, from 4 to 5.5
    assert _learnt(rates, "hours_due:local_transit/utc") == {2: 0.2, 3: 0.2, 4: 0.2, 5: 0.1}
    assert _learnt(rates, "days_due:local_transit/utc") == {0: 0.7}
    assert set(rates.dump()["rows"]) == {
        *("exposure:local_transit", "hours_due:local_transit/utc", "days_due:local_transit/utc")
    }
    assert rates.dump()["at"] == hours(_at(5.5))


def test_the_clock_is_that_of_the_place() -> None:
    rates = _flat()
    rates.observe(_watch(last=166.0, checked=166.5, utc_offset_hours=-3.0), [], _at(172.25))
    assert _learnt(rates, "hours_due:local_transit/local") == {
        0: 0.1, 19: 0.05, 20: 0.1, 21: 0.1, 22: 0.1, 23: 0.1, 1: 0.025,
    }  # fmt: skip
    assert _learnt(rates, "days_due:local_transit/local") == {0: 0.125, 6: 0.45}
    rates = _flat()
    rates.observe(_watch(Stage.PICKED_UP, utc_offset_hours=-3.0), [], _at(3.0))
    assert _learnt(rates, "hours_due:picked_up/china") == {10: 0.1}


def test_what_a_flat_clock_would_have_had_is_by_the_age_in_the_middle_and_the_carrier_s_place() -> None:
    rates = _known(abroad__Correios=[4.1])
    rates.profiles = dict.fromkeys(rates.profiles, FLAT)
    rates.cells = dict.fromkeys(rates.cells, Cell([0.1 * place for place in range(len(prior.EDGES))]))
    watch = _watch(Stage.PICKED_UP, utc_offset_hours=-3.0, carrier="Correios")
    rates.observe(watch, [], _at(5.5))  # ages from two to five and a half: on average of the fifth bin
    assert _learnt(rates, "hours_due:picked_up/local") == {23: 0.4, 0: 0.4, 1: 0.4, 2: 0.2}


def test_an_order_never_checked_begins_with_its_order_and_teaches_nothing_alone() -> None:
    rates = _flat()
    rates.observe(_watch(checked=None), [], _at(5.0))
    assert rates.dump()["rows"] == {}
    rates.observe(_watch(last=None, checked=1.0), [], _at(2.0))
    assert _learnt(rates, "exposure:local_transit") == {6: 1.0}  # from six hours after it was made


def test_a_first_answer_s_entries_are_gaps_between_stamps() -> None:
    rates = _flat()
    history = [(_at(9.0), LOCAL), (_at(2.0), Stage.PICKED_UP), (_at(5.0), Stage.ORIGIN_TRANSIT)]
    rates.observe(_watch(Stage.PRE_SHIPMENT, last=None, checked=None), history, _at(10.0))
    assert _learnt(rates, "counts:picked_up") == {4: 1.0}  # after three hours
    assert _learnt(rates, "counts:origin_transit") == {5: 1.0}  # after four
    assert _learnt(rates, "exposure:picked_up") == {0: 0.25, 1: 0.25, 2: 0.5, 3: 1.0, 4: 1.0}
    assert _learnt(rates, "exposure:local_transit") == {0: 0.25, 1: 0.25, 2: 0.5}
    assert _learnt(rates, "lags:") == {}
    assert _learnt(rates, "hours:picked_up/china") == {13: 1.0}
    assert _learnt(rates, "days:picked_up/china") == {0: 1.0}


def test_an_entry_was_published_at_some_time_since_the_last_check_by_the_usual_lags() -> None:
    rates = _flat()
    rates.observe(_watch(), [(_at(3.0), LOCAL)], _at(5.0), weight=2.0)
    chances = {0: 0.75, 1: 0.08, 2: 0.06, 3: 0.05}  # within 1/4 hour of its stamp, 1/2, one and two hours
    known = math.fsum(chances.values())
    assert _learnt(rates, "lags:") == {lag: 2.0 * chance / known for lag, chance in chances.items()}
    assert _learnt(rates, "hours:local_transit/utc") == {3: 2.0 * 0.89 / known, 4: 2.0 * 0.05 / known}
    assert _learnt(rates, "days:local_transit/utc") == {0: 2.0}
    middles = {0: 3.125, 1: 3.375, 2: 3.75, 3: 4.5}
    moment = math.fsum(chances[lag] * at for lag, at in middles.items()) / known
    assert _learnt(rates, "counts:local_transit") == {4: 2.0}
    assert _learnt(rates, "closing:local_transit") == {}
    assert 3.25 < moment < 3.5
    assert _learnt(rates, "exposure:local_transit") == {
        1: 2.0 * (3.5 - moment), 2: 2.0 * 0.5, 3: 2.0, 4: 2.0 * (moment - 2.0)
    }, "before it, and since its stamp but for the time before it was seen"  # fmt: skip


def test_a_lag_may_be_longer_than_a_day() -> None:
    rates = _flat()
    rates.observe(_watch(), [(_at(3.0), LOCAL)], _at(27.0))
    chances = [*prior.LAGS[:-1], prior.LAGS[-1] / 2.0]  # of the last, 16 to 32 hours, half could be seen
    known = math.fsum(chances)
    assert _learnt(rates, "lags:") == {lag: chance / known for lag, chance in enumerate(chances)}


def test_an_entry_seen_late_was_published_after_the_last_check() -> None:
    rates = _flat()
    rates.observe(_watch(checked=8.0), [(_at(3.0), LOCAL)], _at(9.0))
    assert _learnt(rates, "lags:") == {5: 1.0}  # four to eight hours after its stamp
    assert _learnt(rates, "hours:local_transit/utc") == {8: 1.0}
    assert _learnt(rates, "counts:local_transit") == {6: 1.0}  # 8.5 hours after the entry before
    rates = _flat()
    rates.observe(_watch(checked=49.0), [(_at(3.0), LOCAL)], _at(50.0))
    assert _learnt(rates, "lags:") == {}, "later than any lag: at the last check"
    assert _learnt(rates, "hours:local_transit/utc") == {1: 1.0}
    assert _learnt(rates, "days:local_transit/utc") == {2: 1.0}
    assert _learnt(rates, "counts:local_transit") == {12: 1.0}


def test_an_entry_from_the_future_is_seen_now() -> None:
    rates = _flat()
    rates.observe(_watch(), [(_at(30.0), LOCAL)], _at(5.0))
    assert _learnt(rates, "hours:local_transit/utc") == {5: 1.0}
    assert _learnt(rates, "counts:local_transit") == {5: 1.0}


def test_the_usual_hours_of_publishing_tell_where_a_lag_is_open() -> None:
    """From noon on three times as much is published; of an entry that was late, hours tell less."""
    for checked, weighs in ((10.0, math.sqrt(3.0)), (2.0, 3.0)):
        rates = _flat()
        noon = WeeklyProfile([3.0 if hour % 24 >= 12 else 1.0 for hour in range(WEEK)])
        rates.profiles = dict.fromkeys(rates.profiles, noon)
        rates.lags = [0.0] * 6 + [1.0, 0.0]
        rates.observe(_watch(last=-1.0, checked=checked), [(_at(2.0), LOCAL)], _at(14.0))
        row = rates.dump()["rows"]["hours:local_transit/utc"]
        assert row[10:14] == pytest.approx([row[10], row[10], weighs * row[10], weighs * row[10]])
        assert math.fsum(row) == pytest.approx(math.fsum(row[10:14])) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("carrier", "offset", "key", "hours_long"),
    [
        ("Correios", -3.5, "picked_up/local", {23: 1.0, 0: 1.0, 1: 1.0, 2: 1.0, 3: 1.0, 4: 1.0, 5: 0.5}),
        ("Correios", 5.5, "picked_up/local", {8: 0.5, 9: 1.0, 10: 1.0, 11: 1.0, 12: 2.0, 13: 2.0, 14: 1.0}),
        ("Yanwen", 5.5, "picked_up/china", {11: 1.0, 12: 2.0, 13: 2.0, 14: 2.0, 15: 2.0, 16: 2.0}),
    ],
)
def test_the_usual_hours_are_those_of_the_place(
    carrier: str, offset: float, key: str, hours_long: dict[int, float]
) -> None:
    """Published between 03:00 and 09:00 UTC, where four times as much is published from noon on."""
    rates = _known(abroad__Correios=[4.1])
    noon = WeeklyProfile([4.0 if hour % 24 >= 12 else 1.0 for hour in range(WEEK)])
    rates.profiles = dict.fromkeys(rates.profiles, noon)
    rates.lags = [0.0] * 6 + [1.0, 0.0]
    watch = _watch(Stage.PICKED_UP, last=-6.0, utc_offset_hours=offset, carrier=carrier)
    rates.observe(watch, [(_at(-5.0), Stage.ORIGIN_TRANSIT)], _at(9.0))
    total = math.fsum(hours_long.values())
    assert _learnt(rates, f"hours:{key}") == {hour: part / total for hour, part in hours_long.items()}


def test_what_is_learnt_adds_up() -> None:
    once, twice = _flat(), _flat()
    for rates, times in ((once, 1), (twice, 2)):
        for _ in range(times):
            rates.observe(_watch(Stage.PICKED_UP, carrier="C"), [(_at(3.0), Stage.DELIVERED)], _at(5.0))
    rows = once.dump()["rows"]
    assert {name.partition(":")[0] for name in rows} >= {"counts", "exposure", "lags", "closing", "abroad"}
    assert twice.dump()["rows"] == {name: pytest.approx([2.0 * n for n in row]) for name, row in rows.items()}


def test_an_end_is_counted_and_what_follows_it_is_not() -> None:
    rates = _flat()
    rates.observe(_watch(Stage.OUT_FOR_DELIVERY), [(_at(3.0), Stage.DELIVERED)], _at(3.25), weight=2.0)
    assert _learnt(rates, "closing:out_for_delivery") == {0: 2.0}
    assert _learnt(rates, "exposure:delivered") == {}


def test_an_entry_that_tells_no_stage_leaves_the_order_in_its_own() -> None:
    rates = _flat()
    rates.observe(_watch(), [(_at(3.0), Stage.UPDATE)], _at(5.0))
    assert _learnt(rates, "counts:local_transit") == {4: 1.0}
    assert _learnt(rates, "exposure:update") == {}
    passed = math.fsum(rates.dump()["rows"]["exposure:local_transit"])
    assert passed == pytest.approx(3.0), "from the last check to this one, before the entry and behind it"


def test_time_behind_an_entry_counts_from_its_stamp() -> None:
    rates = _flat()
    rates.observe(_watch(Stage.ORIGIN_TRANSIT), [(_at(3.0), LOCAL)], _at(3.25))
    assert _learnt(rates, "exposure:local_transit") == {0: 0.125}
    assert _learnt(rates, "exposure:origin_transit") == {4: 1.125}


def test_old_checks_weigh_half_after_two_months() -> None:
    rates = _flat()
    rates.observe(_watch(), [], _at(4.0))
    rates.observe(_watch(Stage.PREPARING), [], _at(16.0))
    assert _learnt(rates, "exposure:local_transit") == {4: 2.0}, "no more often than twice a day"
    rates.observe(_watch(Stage.PREPARING), [], _at(4.0 + 60 * 24))
    assert _learnt(rates, "exposure:local_transit") == {4: 1.0}
    assert rates.dump()["at"] == hours(_at(4.0 + 60 * 24))


# ── what is believed ──────────────────────────────────────────────────────────────────────────────


def _known(**rows: list[float]) -> Rates:
    """Rates that have learned these rows; the trust is whole, so that they show as they are."""
    return Rates.load(
        {"version": 3, "at": 0.0, "rows": {name.replace("__", ":"): row for name, row in rows.items()}}
    )


def _in_bin(at: int, value: float) -> list[float]:
    return [value if place == at else 0.0 for place in range(len(prior.EDGES))]


def test_counts_weigh_against_what_was_due_over_all_in_a_stage_and_at_an_age() -> None:
    due = 100.0 * _hazard(12.0)[4]
    rates = _known(counts__local_transit=_in_bin(4, 20.0), exposure__local_transit=_in_bin(4, 100.0))
    over_all = (20.0 + 6.0) / (due + 6.0)
    stage = over_all * (20.0 + 8.0) / (over_all * due + 8.0)
    cell = rates.cells[LOCAL].rate
    assert cell[3] == pytest.approx(stage * _hazard(12.0)[3])
    assert cell[4] == pytest.approx(stage * _hazard(12.0)[4] * (20.0 + 4.0) / (stage * due + 4.0))
    assert rates.cells[Stage.PICKED_UP].rate == pytest.approx([over_all * one for one in _hazard(9.0)])
    assert rates.entries == 20.0


def test_the_chance_that_an_order_ends_next() -> None:
    rates = _known(closing__out_for_delivery=[6.0], counts__out_for_delivery=_in_bin(2, 16.0))
    assert rates.closing[Stage.OUT_FOR_DELIVERY] == pytest.approx((6.0 + 4.0 * 0.9) / (16.0 + 4.0))
    assert rates.closing[Stage.READY_FOR_PICKUP] == pytest.approx(0.8)
    assert rates.closing[LOCAL] == 0.0
    seen = _known(counts__local_transit=_in_bin(2, 16.0), closing__local_transit=[2.0])
    assert seen.closing[LOCAL] == pytest.approx(2.0 / 20.0)


def test_the_lags_seen_count_against_twenty_assumed() -> None:
    rates = _known(lags__=[0.0, 0.0, 0.0, 20.0, 0.0, 0.0, 0.0, 0.0])
    assert rates.lags == pytest.approx(
        [share / 2.0 + (place == 3) / 2.0 for place, share in enumerate(prior.LAGS)]
    )


def test_the_time_in_an_age_is_what_was_lived_and_what_one_more_entry_takes() -> None:
    rates = _known(exposure__local_transit=_in_bin(2, 7.0))
    cell = Cell([0.5] * len(prior.EDGES))
    ends = [*prior.EDGES[1:], math.inf]
    lived = [
        (math.exp(-0.5 * low) - math.exp(-0.5 * high)) / 0.5
        for low, high in zip(prior.EDGES, ends, strict=True)
    ]
    lived[2] += 7.0
    assert rates._time(LOCAL, cell) == pytest.approx(lived)


@pytest.mark.parametrize(
    ("told", "trust"),
    [(0.0, 0.5 * 0.5 * 2.0), (4.0, 0.75 * 0.75 * 1.5), (8.0, 1.0), (12.0, 1.0), (-8.0, 0.0)],
)
def test_what_was_foretold_worse_than_promised_is_evened(told: float, trust: float) -> None:
    rates = _known(trust__ages=[told, 8.0], trust__hours=[8.0, 8.0])
    assert rates.trust == pytest.approx({"ages": trust, "hours": 1.0})
    believed = rates._believed[2][LOCAL].rate
    mean = rates._believed[0][LOCAL].mean
    assert rates.cells[LOCAL].rate == pytest.approx([mean * (rate / mean) ** trust for rate in believed])


def test_clocks_are_evened_by_their_own_trust() -> None:
    whole, half = _known(), _known(trust__hours=[0.0, 8.0])
    key = "out_for_delivery/local"
    evened = WeeklyProfile([math.sqrt(pace) for pace in whole.profiles[key].pace])
    assert half.profiles[key].pace == pytest.approx(evened.pace)
    assert half.cells[LOCAL].rate == pytest.approx(whole.cells[LOCAL].rate)


def test_the_assumed_clocks() -> None:
    profiles = Rates().profiles
    door, home, air = (
        profiles["out_for_delivery/local"],
        profiles["local_transit/utc"],
        profiles["picked_up/china"],
    )
    assert door.pace[11] / door.pace[3] == pytest.approx(10.0)
    assert door.pace[11] / door.pace[6 * 24 + 11] == pytest.approx(8.0)
    assert home.pace[3] == pytest.approx(home.pace[12]), "where the zone is not known, only the day counts"
    assert home.pace[12] / home.pace[5 * 24 + 12] == pytest.approx(2.0)
    assert air.pace[10] / air.pace[3] == pytest.approx(4.5)
    assert air.pace[10] / air.pace[6 * 24] == pytest.approx(9.0 * 7.0 / (4.0 * 5.0))
    far = profiles["picked_up/local"]
    assert far.pace == profiles["local_transit/local"].pace, "never in China: the destination's hours"


def test_the_end_is_worth_as_much_as_has_it_checked_like_others() -> None:
    slow = _known(
        counts__local_transit=_in_bin(4, 5e3),
        exposure__local_transit=_in_bin(4, 2e4),
        exposure__out_for_delivery=[50.0] * len(prior.EDGES),
    )
    for rates in (Rates(), slow):
        roots, alive = {}, {}
        for stage, cell in rates.cells.items():
            times = rates._time(stage, rates._believed[2][stage])
            known = [math.sqrt(rate) * time for rate, time in zip(cell.rate, times, strict=True)]
            roots[stage] = math.fsum(known) / math.fsum(times)
            alive[stage] = math.fsum(times) * (1.05 - rates.closing[stage])
        usual = math.fsum(roots[s] * alive[s] for s in roots) / math.fsum(alive.values())
        for stage, root in roots.items():
            even = 1.15 * (usual / root) ** 2 - 1.0
            worth = 1.0 + rates.closing[stage] * max(even, 0.4)
            assert rates.worths[stage] == pytest.approx(worth), stage
    assert Rates().worths[LOCAL] == 1.0
    assert slow.worths[Stage.OUT_FOR_DELIVERY] > 50.0


def test_hours_and_days_seen_change_the_clock_of_a_whole_leg() -> None:
    rates = _known(
        **{
            "hours:local_transit/utc": [60.0 * (hour == 5) for hour in range(24)],
            "hours:import_customs/utc": [20.0 * (hour == 5) for hour in range(24)],
            "hours_due:local_transit/utc": [80.0 / 24.0] * 24,
            "days:local_transit/utc": [80.0 * (day == 2) for day in range(7)],
            "days_due:local_transit/utc": [80.0 / 7.0] * 7,
        }
    )
    pace = rates.profiles["duties_due/utc"].pace
    assert pace[5] / pace[6] == pytest.approx((80.0 + 80.0 / 24.0) / (80.0 / 24.0))
    assert pace[48 + 5] / pace[5] == pytest.approx(1.0 + 46.0 / 8.0)  # Mondays are 8 of 46 of a week
    assert pace[48 + 5] / pace[6 * 24 + 5] == pytest.approx((80.0 + 80.0 * 8 / 46) / (80.0 * 2 / 46))
    assert rates.profiles["duties_due/local"].pace == pytest.approx(Rates().profiles["duties_due/local"].pace)
    assert rates.profiles["out_for_delivery/utc"].pace == pytest.approx(
        Rates().profiles["out_for_delivery/utc"].pace
    )
    busy = _known(
        **{
            "hours:local_transit/utc": [1e6 * (hour == 5) for hour in range(24)],
            "hours_due:local_transit/utc": [1e6 / 24.0] * 24,
        }
    )
    pace = busy.profiles["duties_due/utc"].pace
    assert max(pace) / min(pace) == pytest.approx(24.0 * (7.0 * 8.0 / 46.0) / 0.02, rel=1e-2), (
        "never quite still"
    )


@pytest.mark.parametrize(("gain", "own"), [(3.9, False), (4.0, False), (4.1, True)])
def test_a_stage_gets_a_clock_of_its_own_once_it_has_foretold_better(gain: float, own: bool) -> None:
    hours_seen = [80.0 * (hour == 5) for hour in range(24)]
    rates = _known(**{"hours:import_customs/utc": hours_seen, "gain:import_customs/utc": [gain]})
    mine, leg_s = rates.profiles["import_customs/utc"].pace, rates.profiles["local_transit/utc"].pace
    assert (mine != leg_s) is own
    assert mine[5] / mine[6] == pytest.approx(73.0 if own else 25.0)


def test_a_clock_of_its_own_gains_what_it_foretold_better() -> None:
    rates = _known(**{"hours:local_transit/local": [80.0 * (hour == 5) for hour in range(24)]})
    own, shared = rates._own["local_transit/local"]
    rates.profiles = dict.fromkeys(rates.profiles, FLAT)
    gain = 2.0 * math.log(own.pace[5] / shared.pace[5])
    assert gain > 0.5
    for times in (1, 2):  # seen at half past eight, which is half past five there
        watch = _watch(checked=8.0, utc_offset_hours=-3.0)
        rates.observe(watch, [(_at(3.0), LOCAL)], _at(9.0), weight=2.0)
        assert _learnt(rates, "gain:local_transit/local") == {0: times * gain}


def test_what_was_promised_and_what_was_kept_is_counted() -> None:
    rates = _flat()
    ages, weeks, cells, profiles = rates._believed
    rates.observe(_watch(checked=8.0, utc_offset_hours=-3.0), [(_at(3.0), LOCAL)], _at(9.0), weight=2.0)
    key = "local_transit/local"
    for name, promised, rate in (
        ("ages", ages[LOCAL], cells[LOCAL].rate_at(8.5)),
        ("hours", weeks[key], profiles[key].pace_at(5.5)),
    ):
        kept = 2.0 * (math.log(rate) - promised.log)
        assert _learnt(rates, f"trust:{name}") == {0: kept, 1: 2.0 * promised.gain}


def test_promises_count_half_once_there_are_many_and_broken_ones_only_so_far() -> None:
    rates = _known(trust__ages=[50.0, 100.0])
    promised = _Prediction(gain=0.5, log=-2.0, mean=0.2)
    rates._test("ages", promised, math.exp(-1.0), 1.0)
    assert _learnt(rates, "trust:ages") == {0: 51.0, 1: 100.5}
    rates._test("ages", promised, math.exp(-1.0), 3.0)
    assert _learnt(rates, "trust:ages") == {0: 25.5 + 3.0, 1: 50.25 + 1.5}
    rates._test("ages", promised, math.exp(-50.0), 1.0)
    assert _learnt(rates, "trust:ages") == {0: -8.0, 1: 51.75 + 0.5}


@pytest.mark.parametrize(
    ("stage", "offset", "zone", "east", "seen"),
    [
        (Stage.PICKED_UP, -3.0, "local", -3.0, 8.5),
        (Stage.INTERNATIONAL_TRANSIT, -3.0, "local", -3.0, 8.5),
        (Stage.PICKED_UP, None, "utc", 0.0, 8.5),
        (Stage.PICKED_UP, None, "utc", 0.0, 119.5),  # the last hour of a Friday
    ],
)
def test_a_carrier_shows_by_its_hours_whether_it_works_in_china(
    stage: Stage, offset: float | None, zone: str, east: float, seen: float
) -> None:
    rates = _flat()
    there = rates._shared[f"destination/{zone}"].pace_at(seen + east)
    here = rates._shared[f"{leg(stage)}/china"].pace_at(seen + 8.0)
    watch = _watch(stage, last=seen - 8.5, checked=seen - 0.5, utc_offset_hours=offset, carrier="Correios")
    rates.observe(watch, [(_at(seen - 5.5), Stage.EXPORT_CUSTOMS)], _at(seen + 0.5), weight=2.0)
    assert _learnt(rates, "abroad:Correios") == {0: 2.0 * math.log(there / here)}


def test_a_carrier_shows_nothing_where_its_stage_tells_or_after_five_days() -> None:
    rates = _flat()
    rates.observe(_watch(checked=8.0, carrier="DHL"), [(_at(3.0), LOCAL)], _at(9.0))
    assert _learnt(rates, "abroad:DHL") == {}, "its stage tells that it is not"
    lost = _watch(Stage.PICKED_UP, last=-111.5, checked=8.0, carrier="Lost")
    rates.observe(lost, [(_at(3.0), Stage.ORIGIN_TRANSIT)], _at(9.0))
    assert _learnt(rates, "abroad:Lost") == {}, "after five days it may be anywhere"


def test_carriers_that_are_new_teach_nothing_once_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    rates = _flat()

    def see(carrier: str) -> float:
        watch = _watch(Stage.PICKED_UP, checked=8.0, carrier=carrier)
        rates.observe(watch, [(_at(3.0), Stage.ORIGIN_TRANSIT)], _at(9.0))
        row = rates.dump()["rows"].get(f"abroad:{carrier}", [0.0])
        return float(row[0])

    once = see("Correios")
    monkeypatch.setattr("bot.pacing.rates._ROWS", len(rates._rows))
    assert see("Yanwen") == 0.0
    assert see("Correios") == pytest.approx(2.0 * once)
    monkeypatch.setattr("bot.pacing.rates._ROWS", len(rates._rows) + 1)
    assert see("Yanwen") == pytest.approx(once)


def test_whose_clock_counts() -> None:
    rates = _known(abroad__Correios=[4.1], abroad__Yanwen=[4.0])
    for carrier, silent, key in (
        ("Correios", 0.0, ("picked_up/local", -3.0)),
        ("Yanwen", 119.0, ("picked_up/china", 8.0)),
        ("Yanwen", 120.0, ("picked_up/local", -3.0)),
    ):
        assert rates.profile_key(Stage.PICKED_UP, -3.0, carrier, silent) == key
    assert rates.profile_key(LOCAL, None, "Yanwen", 0.0) == ("local_transit/utc", 0.0)


def test_an_entry_older_than_the_newest_does_not_make_it_older() -> None:
    rates = _flat()
    rates.observe(_watch(), [(_at(-1.0), LOCAL)], _at(5.0))
    begun = math.fsum(rates.dump()["rows"]["exposure:local_transit"])
    assert begun == pytest.approx(3.0)
    assert set(_learnt(rates, "exposure:local_transit")) == {4, 5}, "ages from two to five hours"


@pytest.mark.parametrize(("entries", "new"), [(0.0, 48), (400.0, 48), (1000.0, 80)])
def test_tables_are_made_anew_when_enough_is_new(entries: float, new: int) -> None:
    rates = _known(counts__picked_up=_in_bin(4, entries))
    tables = rates.cells
    rates.observe(_watch(), [(_at(3.0), LOCAL)] * (new - 1), _at(5.0))
    rates.refresh()
    assert rates.cells is tables
    rates.observe(_watch(), [(_at(3.0), LOCAL)], _at(5.0))
    rates.refresh()
    assert rates.cells is not tables


def test_a_state_is_read_by_name_and_length() -> None:
    assert Rates().dump() == {"version": 3, "at": 0.0, "rows": {}}
    state = _known(counts__local_transit=_in_bin(4, 20.0)).dump()
    state["rows"] |= {"counts:picked_up": [1.0], "nonsense:x": [1.0], "closing:local_transit": [0.0]}
    state["at"] = 77.0
    rates = Rates.load(state)
    assert rates.dump() == {"version": 3, "at": 77.0, "rows": {"counts:local_transit": _in_bin(4, 20.0)}}
    assert rates.entries == 20.0
    assert Rates.load(state | {"version": 2}).entries == 0.0
    colon = {"version": 3, "at": 77.0, "rows": {"abroad:DHL: Express": [3.0]}}
    assert Rates.load(colon).dump() == colon
