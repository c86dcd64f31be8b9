"""The parts of the arrival model, each by figures worked out by hand."""

from __future__ import annotations

import base64
import json
import math
import random
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from statistics import NormalDist

import pytest

from bot.arrival import Arrival, Features, Forecast, Journey, days, history, model, moment, pace, prior
from bot.arrival.calibration import Calibration
from bot.arrival.clock import Clock
from bot.arrival.durations import Curve, Durations, chance_by, convolve, promise_bin, quantile
from bot.arrival.said import LEAST_FINISHED, STILL, say
from bot.model import Estimate, Stage

NOW = 20_000.0
NONE = Durations((), ())


def sample(
    length: float, over: bool = True, weight: float = 1.0, bin_: int | None = None, carrier: str = ""
) -> tuple[float, bool, float, int | None, str]:
    return length, over, weight, bin_, carrier


def curve(*points: tuple[float, float], cases: float = 1.0) -> Curve:
    """Of durations, each with the chance that it is over by then."""
    return Curve([length for length, _ in points], [over for _, over in points], cases)


# ── durations ───────────────────────────────────────────────────────────────────────────────────


def test_those_under_way_are_at_risk_until_they_are_last_seen() -> None:
    """Kaplan and Meier: of four, one ends after 1 day; of two left at 3 days, one."""
    found = Durations([sample(3.0), sample(2.0, over=False), sample(1.0), sample(4.0)], ()).curve(None, "")
    assert found.lengths == [1.0, 3.0, 4.0]
    assert found.over == pytest.approx([0.25, 1.0 - 0.75 * 0.5, 1.0])
    assert found.cases == 4.0


def test_one_seen_last_when_another_ends_is_at_risk_until_then() -> None:
    for cases in ([sample(2.0, over=False), sample(2.0)], [sample(2.0), sample(2.0, over=False)]):
        assert Durations(cases, ()).curve(None, "").over == pytest.approx([0.5])


def test_samples_count_by_their_weight() -> None:
    found = Durations([sample(1.0, weight=3.0), sample(2.0, weight=1.0)], ()).curve(None, "")
    assert found.over == pytest.approx([0.75, 1.0])
    nothing = Durations([sample(1.0, weight=1e-14), sample(2.0, weight=1e-14)], ()).curve(None, "")
    assert nothing.over == [1.0, 1.0]
    half = Durations([sample(1.0, weight=0.25), sample(2.0, weight=0.25)], ()).curve(None, "")
    assert half.over == pytest.approx([0.5, 1.0])


def test_of_what_has_lasted_only_longer_ones_tell() -> None:
    whole = Durations([sample(length) for length in (1.0, 2.0, 3.0, 4.0)], ())
    assert whole.curve(None, "", 2.0) == curve((3.0, 0.5), (4.0, 1.0), cases=2.0)
    assert whole.curve(None, "", 9.0) == curve((9.0, 1.0), cases=0.0)
    assert Durations([sample(0.0)], ()).curve(None, "") == curve((0.0, 1.0))
    assert NONE.curve(None, "") == curve((0.0, 1.0), cases=0.0)


def test_the_prior_counts_as_one_of_no_carrier_and_without_a_promise() -> None:
    whole = Durations([sample(1.0, bin_=50, carrier="own")], [(2.0, 4.0)])
    assert whole.curve(None, "own").over == pytest.approx([0.2, 1.0])
    assert whole.curve(50, "own").over == pytest.approx([1.0 / (1.0 + 4.0 * 0.3), 1.0])


def test_the_order_of_samples_that_are_alike_does_not_matter() -> None:
    cases = [
        sample(1.0, weight=0.1, bin_=3),
        sample(1.0, weight=0.7, bin_=None, carrier="a"),
        sample(1.0, weight=0.7, bin_=2, carrier="b"),
        sample(1.0, weight=0.7, bin_=2, carrier="c"),
        sample(1.0, over=False, weight=0.3),
        sample(2.0),
    ]
    assert Durations(cases, ()).curve(7, "b") == Durations(cases[::-1], ()).curve(7, "b")


def test_a_promise_of_another_length_counts_less() -> None:
    assert promise_bin(None) is None
    assert promise_bin(0.5) == promise_bin(1.0) == 0
    assert promise_bin(1.5) == 8
    assert promise_bin(30.0) == 68
    near = 0.03 + 0.97 * math.exp(-0.5)  # five bins of a twentieth apart, a quarter
    for other, counts in ((68, 1.0), (63, near), (73, near), (700, 0.03), (267, 0.03), (None, 0.3)):
        found = Durations([sample(1.0, bin_=other), sample(2.0, bin_=68)], ()).curve(68, "")
        assert found.over == pytest.approx([counts / (counts + 1.0), 1.0])
        assert found.cases == pytest.approx(counts + 1.0)
    without = Durations([sample(1.0, bin_=5), sample(2.0, bin_=68)], ()).curve(None, "")
    assert without.over == [0.5, 1.0], "where nothing is promised, all count alike"


def test_other_carriers_and_the_prior_together_count_for_six_parcels_at_most() -> None:
    others = [sample(1.0, carrier="other") for _ in range(24)]
    whole = Durations([*others, sample(2.0, carrier="own")], ())
    assert whole.curve(None, "own").over[-2:] == pytest.approx([6.0 / 7.0, 1.0])
    assert whole.curve(None, "").over[-2:] == pytest.approx([24.0 / 25.0, 1.0])
    assert whole.curve(None, "new").cases == pytest.approx(6.0)
    with_prior = Durations([*others, sample(2.0, carrier="own")], [(1.0, 12.0)])
    assert with_prior.curve(None, "own").over[-2:] == pytest.approx([6.0 / 7.0, 1.0])
    few = Durations([*others[:5], sample(2.0, carrier="own")], ())
    assert few.curve(None, "own").over[-2:] == pytest.approx([5.0 / 6.0, 1.0])
    later = Durations([*others, sample(2.0, carrier="own"), sample(3.0, carrier="other")], ())
    assert later.curve(None, "own", 1.5).cases == 2.0, "only those that lasted as long are counted"


def test_quantiles_and_chances_are_read_from_steps() -> None:
    steps = curve((1.0, 0.25), (2.0, 0.5), (4.0, 1.0))
    assert [quantile(steps, level) for level in (0.0, 0.25, 0.2501, 0.5, 0.9, 1.0)] == [1, 1, 2, 2, 4, 4]
    assert quantile(curve((1.0, 0.5), (3.0, 0.6)), 0.9) == 3.0
    assert quantile(curve((1.0, 0.25), (2.0, 0.75)), 0.25 + 1e-13) == 1.0, "but for rounding"
    assert [chance_by(steps, length) for length in (0.5, 1.0, 3.9, 4.0, 9.0)] == [0.0, 0.25, 0.5, 1.0, 1.0]


def test_two_durations_are_added() -> None:
    first, second = curve((1.0, 0.5), (2.0, 1.0), cases=7.0), curve((10.0, 0.75), (20.0, 1.0), cases=5.0)
    both = convolve(first, second)
    assert both.cases == 5.0
    assert len(both.lengths) == 24 * 24
    for length, chance in ((11.0, 0.375), (12.0, 0.75), (21.0, 0.875), (22.0, 1.0)):
        assert chance_by(both, length) == pytest.approx(chance)
    assert chance_by(both, 10.9) == 0.0
    assert convolve(first, curve((0.0, 1.0))) is first
    assert convolve(first, curve((0.5, 1.0))) is not first


# ── journeys ────────────────────────────────────────────────────────────────────────────────────


def test_days_are_counted_in_utc_since_the_epoch() -> None:
    noon = datetime(1970, 1, 3, 12, tzinfo=UTC)
    assert days(noon) == 2.5
    assert moment(2.5) == noon
    assert moment(2.5).tzinfo is UTC


WAY = ((Stage.INFO_RECEIVED, NOW + 0.5), (Stage.PICKED_UP, NOW + 3.2))
JOURNEY = Journey(
    key="a", passages=WAY, until=NOW + 9.7, delivered=True, carrier="Cainiao", promise=NOW + 30.5
)


def test_a_journey_is_kept_to_a_tenth_of_a_day() -> None:
    open_ = replace(JOURNEY, key="b", delivered=False, carrier="", promise=None)
    earlier = replace(JOURNEY, key="c", passages=((Stage.PREPARING, NOW - 4.0),))
    rows = history.dump([JOURNEY, open_, earlier])
    assert [row[0] for row in rows] == ["c", "a", "b"]
    first, second = (list(Stage).index(stage) for stage, _ in WAY)
    assert rows[1] == ["a", "Cainiao", 45, 30, 1, 92, first, 0, second, 27]
    assert rows[2][2:6] == [0, None, 0, 92]
    for again, one in zip(history.load(rows), [earlier, JOURNEY, open_], strict=True):
        assert (again.key, again.carrier, again.delivered) == (one.key, one.carrier, one.delivered)
        assert [stage for stage, _ in again.passages] == [stage for stage, _ in one.passages]
        assert [at for _, at in again.passages] == pytest.approx([at for _, at in one.passages])
        assert again.until == pytest.approx(one.until)
        assert again.promise == (None if one.promise is None else pytest.approx(one.promise, abs=0.5))


def test_stays_end_with_the_next_stage_or_with_the_parcel() -> None:
    assert list(JOURNEY.stays()) == [(*WAY[0], NOW + 3.2, True), (*WAY[1], NOW + 9.7, True)]
    assert list(replace(JOURNEY, delivered=False).stays())[1] == (*WAY[1], NOW + 9.7, False)


def test_a_promise_is_for_a_day_at_least() -> None:
    assert JOURNEY.promised == 30.0
    assert replace(JOURNEY, promise=NOW - 5.0).promised == 1.0
    assert replace(JOURNEY, promise=None).promised is None


# ── the prior ───────────────────────────────────────────────────────────────────────────────────


def middle(points: list[tuple[float, float]]) -> float:
    return quantile(Durations((), points).curve(None, ""), 0.5)


def test_the_prior_weighs_four_parcels_and_has_the_medians_of_its_tables() -> None:
    assert middle(prior.stay(Stage.INTERNATIONAL_TRANSIT)) == pytest.approx(6.0, rel=0.25)
    assert middle(prior.stay(Stage.LOCAL_TRANSIT)) == pytest.approx(2.0, rel=0.4)
    assert middle(prior.onward(Stage.PICKED_UP)) == pytest.approx(11.0, rel=0.4)
    assert prior.onward(Stage.OUT_FOR_DELIVERY) == [(0.0, 4.0)]
    for points in (prior.stay(Stage.PICKED_UP), prior.onward(Stage.PICKED_UP)):
        assert [day for day, _ in points] == sorted(day for day, _ in points)
        assert points[0][0] == pytest.approx(0.2)
        assert points[-1][0] == pytest.approx(200.0)
        assert len(points) == 24
        assert math.fsum(weight for _, weight in points) == pytest.approx(prior.PARCELS) == 4.0


def test_a_log_normal_duration_in_points() -> None:
    """A point of the prior has what lies between the one before and itself; sigma of the logarithm is 0.8."""
    points = prior.stay(Stage.PICKED_UP)
    for last in (0, 3, 12, 22):
        day = points[last][0]
        below = 0.5 * (1.0 + math.erf(math.log(day / 1.5) / 0.8 / math.sqrt(2.0)))
        assert math.fsum(weight for _, weight in points[: last + 1]) == pytest.approx(4.0 * below)


# ── the clock ───────────────────────────────────────────────────────────────────────────────────


def test_a_clock_by_weekday_to_the_hour() -> None:
    """Weeks of the epoch begin on a Thursday."""
    clock = Clock([2.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    assert [clock.of(at) for at in (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 7.0, 7.25, -0.5)] == pytest.approx(
        [0.0, 1.0, 2.0, 2.0, 2.0, 2.5, 7.0, 7.5, -0.5]
    )
    assert [clock.back(at) for at in (0.0, 1.0, 2.0, 2.5, 6.5, 7.0, 7.5)] == pytest.approx(
        [0.0, 0.5, 2.0, 2.5, 6.5, 7.0, 7.25]
    )


def test_a_weekday_has_as_much_time_as_deliveries_and_a_part_of_twenty() -> None:
    clock = Clock.weekly([14.0, 14.9, 21.0])  # Thursdays
    thursday = 20.0 / 7.0 + 3.0
    assert clock.of(15.0) - clock.of(14.0) == pytest.approx(7.0 * thursday / 23.0)
    assert clock.of(16.0) - clock.of(15.0) == pytest.approx(20.0 / 23.0)
    assert clock.of(21.0) - clock.of(14.0) == pytest.approx(7.0)


def test_a_changed_clock_keeps_its_weekdays_and_now_its_pace() -> None:
    clock = Clock([2.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0]).changed([(7.0, 3.0), (14.0, 0.5)])
    assert clock.of(14.5) == pytest.approx(15.0)
    assert clock.of(14.0) == pytest.approx(14.0)
    assert clock.of(13.0) == pytest.approx(13.5)
    assert clock.of(7.0) == pytest.approx(10.5)
    assert clock.of(0.5) == pytest.approx(10.5 - 6.0 * 3.0)
    assert clock.back(15.0) == pytest.approx(14.5)


# ── what is said ────────────────────────────────────────────────────────────────────────────────


def ahead(first: float, last: float) -> Forecast:
    return Forecast(earliest=NOW + first, likely=NOW + (first + last) / 2, latest=NOW + last)


def said(first: float, last: float, made: float = 0.0) -> Estimate:
    return Estimate(first=moment(NOW + first), last=moment(NOW + last), at=moment(NOW + made))


def test_a_range_is_said_up_to_three_weeks_wide() -> None:
    assert (30, timedelta(days=2)) == (LEAST_FINISHED, STILL)
    assert say(None, ahead(1, 22), moment(NOW), news=False) == said(1, 22)
    assert say(None, ahead(1, 22.01), moment(NOW), news=False) is None
    before = said(1, 20, made=-3)
    assert say(before, ahead(1, 30), moment(NOW), news=False) is before
    assert say(before, ahead(1, 30), moment(NOW), news=True) is None


def test_without_news_it_moves_after_two_days_and_by_a_day_or_a_quarter_of_it() -> None:
    before = said(3, 11, made=-2)
    assert say(before, ahead(6, 14), moment(NOW), news=False) == said(6, 14)
    assert say(before, ahead(4, 11), moment(NOW), news=False) == said(4, 11), "a day is a change"
    assert say(before, ahead(3.99, 11), moment(NOW), news=False) is before
    assert say(before, ahead(3, 12), moment(NOW), news=False) == said(3, 12)
    assert say(before, ahead(3, 10), moment(NOW), news=False) == said(3, 10)
    fresh = said(3, 11, made=-1.99)
    assert say(fresh, ahead(6, 14), moment(NOW), news=False) is fresh
    narrow = said(3, 4, made=-2)
    assert say(narrow, ahead(3.2, 4.2), moment(NOW), news=False) is narrow
    assert say(narrow, ahead(3.25, 4.25), moment(NOW), news=False) == said(3.25, 4.25)


def test_one_that_is_over_moves_by_news_alone() -> None:
    over = said(-9, -1, made=-9)
    assert say(over, ahead(1, 3), moment(NOW), news=False) is over
    assert say(over, ahead(1, 3), moment(NOW), news=True) == said(1, 3)
    just = said(-9, 0, made=-9)
    assert say(just, ahead(0, 0.1), moment(NOW), news=True) == said(0, 0.1), "its last moment is not over"
    assert say(just, ahead(0.5, 3), moment(NOW), news=False) == said(0.5, 3)


def test_news_that_changes_little_keeps_the_range_as_made_now() -> None:
    assert say(said(3, 11, made=-1), ahead(3.5, 11.5), moment(NOW), news=True) == said(3, 11)
    assert say(said(-1, 4, made=-1), ahead(0, 4), moment(NOW), news=True) == said(0, 4)


# ── the pace ────────────────────────────────────────────────────────────────────────────────────


def stayed(key: str, entered: float, left: float, *, delivered: bool = True) -> Journey:
    """A parcel with one stage, in days from now."""
    way = ((Stage.PICKED_UP, NOW + entered),)
    return Journey(key=key, passages=way, until=NOW + left, delivered=delivered)


def test_the_hazard_of_a_stage_by_how_long_it_has_lasted() -> None:
    cases = [(2.0, False, 1.0), (0.96, True, 1.0), (1.04, True, 1.0), (2.0, True, 1.0)]
    assert pace._hazard(cases) == ([1.0, 2.0], [0.0, 0.5, 1.0])
    assert pace._hazard([(1.0, True, 3.0), (2.0, True, 0.5), (3.0, False, 0.5)]) == (
        [1.0, 2.0, 3.0],
        [0.0, 0.75, 1.25, 1.25],
    )
    assert pace._hazard([(1.0, True, 0.0)]) == ([1.0], [0.0, 0.0])
    assert pace._hazard([]) == ([], [0.0])


def test_stages_left_between_edges_beside_those_usually_left() -> None:
    """One lasted six days and one has lasted eight; after six, the hazard is a half."""
    parcels = [(stayed("a", -10, -4), 1.0), (stayed("b", -8, 0, delivered=False), 1.0)]
    assert pace._counts(parcels, [NOW - 5.0], Clock()) == ([0.0, 1.0], [0.0, 1.0])
    assert pace._counts(parcels, [NOW - 3.0], Clock()) == ([1.0, 0.0], [0.5, 0.5])
    assert pace._counts(parcels, [NOW - 3.0, NOW - 1.0], Clock()) == ([1.0, 0.0, 0.0], [0.5, 0.5, 0.0])
    assert pace._counts([(one, 2.0) for one, _ in parcels], [], Clock()) == ([2.0], [2.0])
    weights = [(parcels[0][0], 3.0), (parcels[1][0], 1.0)]
    assert pace._counts(weights, [NOW - 3.0], Clock()) == ([3.0, 0.0], [2.25, 0.75])
    stages = replace(parcels[0][0], passages=((Stage.PREPARING, NOW - 12), (Stage.PICKED_UP, NOW - 10)))
    assert pace._counts([(stages, 1.0)], [NOW - 11.0], Clock()) == ([0.0, 2.0], [0.0, 2.0])


def splits(*stretches: tuple[float, float]) -> list[int]:
    """Of stages seen and expected in each stretch."""
    seen, expected = (list(accumulate((row[place] for row in stretches), initial=0.0)) for place in (0, 1))
    return pace._splits(seen, expected, 0, len(stretches))


def test_the_pace_changed_where_the_difference_is_more_than_chance() -> None:
    assert splits((150, 100), (100, 100)) == [1]
    assert splits((149, 100), (100, 100)) == []
    assert splits((100, 100), (149, 100)) == []
    assert splits((50, 50), (50, 50), (100, 50), (100, 50)) == [2]
    assert splits((50, 50), (50, 50), (200, 50), (200, 50), (50, 50), (50, 50)) == [2, 4]
    assert splits((400, 50), (200, 50), (50, 50)) == [1, 2]
    assert splits((50, 50), (200, 50), (600, 50)) == [1, 2]
    assert splits((50, 0.9), (50, 50)) == splits((50, 50), (50, 0.9)) == []
    assert splits((50, 1.0), (50, 50)) == splits((50, 50), (50, 1.0)) == [1]
    assert splits((100, 100)) == splits() == []


def test_a_stretch_of_time_begins_after_the_first_one() -> None:
    """What lies before `begin` and from `end` on does not count."""
    seen = list(accumulate([500.0, 150.0, 100.0, 500.0], initial=0.0))
    expected = list(accumulate([100.0, 100.0, 100.0, 100.0], initial=0.0))
    assert pace._splits(seen, expected, 1, 3) == [2]


def shop(factor: float) -> list[Journey]:
    """Four parcels a day for 100 days; from ten days ago on, stages take `factor` times as long."""
    rng = random.Random(4)
    found = []
    for key in range(400):
        at, ways = NOW - 100.0 + key / 4, []
        for stage in (Stage.INFO_RECEIVED, Stage.PICKED_UP):
            ways.append((stage, at))
            at += rng.uniform(2.0, 6.0) * (factor if at > NOW - 10.0 else 1.0)
        known = tuple(way for way in ways if way[1] < NOW)
        begin, carrier = known[0][1], ("swift", "slow")[key % 2]
        one = Journey(
            key=str(key),
            passages=known,
            until=min(at, NOW),
            delivered=at < NOW,
            carrier=carrier,
            promise=None if key % 7 == 0 else begin + 14.0 + key % 9,
        )
        found.append(one)
    return found


@pytest.mark.parametrize(
    ("factor", "before", "change", "lately"),
    [
        (1.6, 15.79, 9.475, 5.0),
        (0.5, 5.377, 3.784, 5.0),
    ],
)
def test_time_is_stretched_to_the_pace_of_the_last_days(
    factor: float, before: float, change: float, lately: float
) -> None:
    """Days of clock time for ten days long ago, for the ten around the change, and for the last five."""
    clock = pace.paced([(one, 1.0) for one in shop(factor)], Clock.weekly([]), NOW)
    found = [clock.of(NOW + end) - clock.of(NOW + begin) for begin, end in ((-40, -30), (-12, -6), (-5, 0))]
    assert found == pytest.approx([before, change, lately], abs=0.01)
    assert clock.of(NOW + 1.0) - clock.of(NOW) == pytest.approx(1.0)


def test_a_pace_is_known_from_the_first_delivery_on_and_for_200_days() -> None:
    """Before that, only slow parcels are known; what is older counts with the first stretch."""
    slow = [stayed(f"s{key}", -300 + key, -260 + key) for key in range(150)]
    quick = [stayed(f"q{key}", -150 + key / 4, -146 + key / 4) for key in range(580)]
    clock = pace.paced([(one, 1.0) for one in (*slow, *quick)], Clock(), NOW)
    assert clock.of(NOW - 205.0) - clock.of(NOW - 210.0) == pytest.approx(
        clock.of(NOW - 195.0) - clock.of(NOW - 200.0)
    )
    alike = pace.paced([(one, 1.0) for one in quick[:40]], Clock(), NOW)
    assert alike.of(NOW) - alike.of(NOW - 30.0) == pytest.approx(30.0)


# ── the calibration ─────────────────────────────────────────────────────────────────────────────

_Z = NormalDist()
PICKED, LOCAL = Stage.PICKED_UP, Stage.LOCAL_TRANSIT


def level(end: int, moved: float) -> float:
    """The level of an end that was moved by so many standard deviations."""
    return pytest.approx(_Z.cdf(_Z.inv_cdf((0.1, 0.9)[end]) + moved), abs=1e-9)  # type: ignore[return-value]


def test_a_judged_end_moves_its_level() -> None:
    calibration = Calibration()
    calibration.state("a", PICKED, (NOW + 2.0, NOW + 9.0))
    calibration.judge({"a": NOW + 2.0}, {}, NOW + 2.99)
    assert calibration.level(PICKED, 0) == level(0, 0.0)
    calibration.judge({"a": NOW + 2.0}, {}, NOW + 3.0)  # it came just at the first end
    step = (0.1 - 1.0) / (1.0 + 5.0)
    assert calibration.level(PICKED, 0) == level(0, (0.05 + 0.02) * step)
    assert calibration.level(LOCAL, 0) == level(0, 0.05 * step)
    assert calibration.level(PICKED, 1) == level(1, 0.0)
    calibration.judge({"a": NOW + 2.0}, {}, NOW + 10.0)
    assert calibration.level(PICKED, 0) == level(0, 0.07 * step)
    assert calibration.level(PICKED, 1) == level(1, 0.07 * (0.9 - 1.0) / 6.0)


def test_one_under_way_counts_by_its_chance_of_coming_and_an_unknown_one_is_forgotten() -> None:
    calibration = Calibration()
    for key in ("gone", "a", "b"):
        calibration.state(key, PICKED, (NOW + 2.0, NOW + 9.0))
    calibration.judge({"b": NOW + 1.0}, {"a": 0.5}, NOW + 3.0)
    missing = (0.5 * 0.1 + (0.1 - 1.0)) / (1.5 + 5.0)
    assert calibration.level(PICKED, 0) == level(0, 0.07 * missing)
    assert set(calibration.dump()["pending"]) == {"a", "b"}
    calibration.judge({}, {"a": 0.5}, NOW + 10.0)
    assert calibration.level(PICKED, 1) == level(1, 0.07 * 0.5 * 0.9 / 5.5)
    assert calibration.dump()["pending"] == {}


def test_a_level_is_moved_by_one_standard_deviation_at_most() -> None:
    calibration = Calibration()
    for day in range(60):
        for key in range(20):
            calibration.state(f"{day} {key}", PICKED, (NOW + day, NOW + day))
        calibration.judge({}, {f"{day} {key}": 1.0 for key in range(20)}, NOW + day + 1.0)
    assert calibration.level(PICKED, 1) == level(1, 1.0)
    early = Calibration()
    for day in range(60):
        for key in range(20):
            early.state(f"{day} {key}", PICKED, (NOW + day, NOW + day))
        early.judge({f"{day} {key}": NOW for key in range(20)}, {}, NOW + day + 1.0)
    assert early.level(PICKED, 0) == level(0, -1.0)


def test_beyond_300_ranges_that_wait_fewer_are_sampled() -> None:
    calibration = Calibration()
    keys = [str(key) for key in range(301)]
    for key in keys[:-1]:
        assert calibration.asks(key, NOW)
        calibration.state(key, PICKED, (NOW + 2.0, NOW + 9.0))
    assert calibration.dump()["share"] == 1
    assert len(calibration.dump()["pending"]) == 300
    calibration.state(keys[-1], PICKED, (NOW + 2.0, NOW + 9.0))
    state = calibration.dump()
    assert state["share"] == 2
    assert 100 < len(state["pending"]) <= 301
    assert 250 < sum(map(len, state["pending"].values())) / 3 < 350, "each end is drawn for itself"
    assert 100 < sum(calibration.asks(key, NOW) for key in keys) < 200
    again = Calibration.load(json.loads(json.dumps(state)))
    assert again.dump() == state
    assert [again.asks(key, NOW) for key in keys] == [calibration.asks(key, NOW) for key in keys]
    known = dict.fromkeys(keys, 1.0)
    again.judge({}, known, NOW + 3.0)
    waiting = sum(map(len, again.dump()["pending"].values())) / 3
    assert again.dump()["share"] == (1 if waiting < 150 else 2)
    again.judge({}, known, NOW + 10.0)
    assert again.dump() | {"moved": {}} == {"pending": {}, "moved": {}, "share": 1, "judged": 20010}
    again.judge({}, known, NOW + 11.0)
    assert again.dump()["share"] == 1


def test_the_sample_is_halved_as_often_as_needed() -> None:
    calibration = Calibration.load(
        {"share": 2, "pending": {str(key): [NOW + 9.0, 0, 0] for key in range(600)}}
    )
    calibration.state("one more", PICKED, (NOW + 2.0, NOW + 9.0))
    assert calibration.dump()["share"] == 4
    busy = Arrival()
    busy.learn([stayed(str(key), -60 + key / 20, -55 + key / 20) for key in range(900)])
    assert json.loads(zlib.decompress(base64.b85decode(busy.dump())))["share"] == 4


@pytest.mark.parametrize(("waiting", "share"), [(149, 1), (150, 2)])
def test_where_few_ranges_wait_more_are_sampled(waiting: int, share: int) -> None:
    calibration = Calibration.load({"pending": {"a": [NOW + 9.0, 0, 0] * waiting}, "share": 2})
    calibration.judge({}, {"a": 1.0}, NOW)
    assert calibration.dump()["share"] == share


def test_what_is_known_of_levels_and_waiting_ends_is_kept() -> None:
    calibration = Calibration()
    calibration.state("a", PICKED, (NOW + 2.04, NOW + 9.0))
    calibration.state("a", LOCAL, (NOW + 3.0, NOW + 8.0))
    calibration.judge({}, {"a": 1.0}, NOW + 3.5)
    first, second = (list(Stage).index(stage) for stage in (PICKED, LOCAL))
    state = calibration.dump()
    step = 0.1 / 6.0
    assert state == {
        "pending": {"a": [NOW + 9.0, first, 1, NOW + 3.0, second, 0, NOW + 8.0, second, 1]},
        "moved": {
            "all": [round(0.05 * step, 5), 0.0],
            "picked_up": [round(0.02 * step, 5), 0.0],
        },
        "share": 1,
        "judged": 20003,
    }
    assert Calibration.load(state).dump() == state
    assert Calibration.load({}).dump() == Calibration().dump()
    waiting = Calibration.load({"pending": {"a": [NOW + 2.34, first, 0]}})
    assert waiting.dump()["pending"] == {"a": [NOW + 2.3, first, 0]}


# ── the model ───────────────────────────────────────────────────────────────────────────────────


def taught(factor: float = 1.0, share: float = 1.0, of: int = 1) -> Arrival:
    """The shop's forecasts; `of` out of which one parcel under way is given."""
    arrival, found = Arrival(), shop(factor)
    arrival.learn(one for one in found if one.delivered)
    arrival.refresh([one for one in found if not one.delivered][::of], NOW, share=share)
    return arrival


def figures(arrival: Arrival, case: Features, now: float = NOW) -> list[float]:
    """Days to the three quantiles, and the chance of being late."""
    found = arrival.forecast(case, now)
    return [found.earliest - now, found.likely - now, found.latest - now, found.late]


CASE = Features(stage=PICKED, since=NOW - 2.0, start=NOW - 6.0, promise=NOW + 10.0, due=NOW + 3.0)
FIRST = Features(stage=Stage.INFO_RECEIVED, since=NOW - 1.0, start=NOW - 1.0, carrier="swift", due=NOW + 9.0)


def test_figures_of_a_shop() -> None:
    """Worked out by the model of today: a change of any part shows here."""
    cases = (
        (taught(), CASE, [0.430961, 2.238347, 3.909973, 0.3183]),
        (taught(), FIRST, [4.840681, 6.996937, 9.543804, 0.170245]),
        (
            taught(),
            replace(FIRST, carrier="unheard of", promise=NOW + 30.0, due=None),
            [4.742077, 7.095119, 10.779171, 0.0],
        ),
        (taught(), replace(CASE, stage=LOCAL, due=NOW + 1.0), [2.053498, 4.719466, 15.584713, 0.979167]),
        (taught(1.6), CASE, [2.14102, 4.702349, 7.119047, 0.737896]),
        (taught(0.5), FIRST, [2.214818, 3.528908, 4.728751, 0.0]),
        (taught(1.0, share=0.5, of=2), FIRST, [4.829556, 7.004532, 9.529402, 0.173624]),
        (Arrival(), replace(FIRST, carrier=""), [7.986417, 19.305305, 81.868813, 0.859375]),
    )
    for number, (arrival, case, expected) in enumerate(cases):
        assert figures(arrival, case) == pytest.approx(expected, abs=2e-6), number


def test_what_is_due_after_all_that_is_known_is_not_late() -> None:
    assert taught().forecast(replace(CASE, due=NOW + 900.0), NOW).late == 0.0


def test_a_forecast_is_judged_and_moves_the_next_one() -> None:
    arrival, found = taught(), shop(1.0)
    ways = [one for one in found if not one.delivered]
    before = figures(arrival, CASE)
    for one in ways:
        arrival.state(one.key, CASE, NOW)  # to come within 0.4 to 3.9 days
    arrival.refresh([replace(one, until=NOW + 2.0) for one in ways], NOW + 2.0)
    arrival.load(arrival.dump())
    arrival.refresh([replace(one, until=NOW + 2.0) for one in ways], NOW + 2.0)
    moved = arrival.forecast(CASE, NOW + 2.0).earliest
    fresh = taught()
    fresh.load(fresh.dump())
    fresh.refresh([replace(one, until=NOW + 2.0) for one in ways], NOW + 2.0)
    assert moved > fresh.forecast(CASE, NOW + 2.0).earliest, "none came before the first end"
    assert figures(taught(), CASE) == before


def test_those_that_started_last_are_kept_and_a_sample_of_a_busy_shop() -> None:
    calm = Arrival()
    calm.learn([stayed(str(key), -500 + key, -495 + key) for key in range(450)])
    assert calm.finished == 400
    calm.refresh((), NOW)
    calm.learn([stayed("later", -10, -5), stayed("earlier", -600, -400)])
    kept = json.loads(zlib.decompress(base64.b85decode(calm.dump())))
    assert kept["share"] == 1
    assert len(kept["ended"]) == 400
    assert {"later"} == {row[0] for row in kept["ended"]} & {"later", "earlier", "50"}
    busy = Arrival()
    busy.learn([stayed(str(key), -60 + key / 10, -55 + key / 10) for key in range(401)])
    kept = json.loads(zlib.decompress(base64.b85decode(busy.dump())))
    assert kept["share"] == 2
    assert {row[0] for row in kept["ended"]} == {
        str(key) for key in range(401) if zlib.crc32(str(key).encode()) % 2 == 0
    }
    again = Arrival()
    again.load(busy.dump())
    assert again.dump() == busy.dump()
    again.load(None)
    assert again.dump() == Arrival().dump()
    just = Arrival()
    just.learn([stayed(str(key), -90 + key / 5, -5.0) for key in range(401)])
    assert just.finished == 400, "75 days of starts are enough"


def test_the_oldest_ones_under_way_do_not_count_where_not_all_are_kept() -> None:
    """Of those that started before the first one kept, only slow ones would be known."""
    ended = [stayed(str(key), -100 + key / 5, -95 + key / 5) for key in range(400)]
    open_ = [stayed(f"open {key}", -101 - key / 10, 0, delivered=False) for key in range(120)]
    found = []
    for known, under_way in ((ended, ()), (ended, open_), (ended[1:], ()), (ended[1:], open_)):
        arrival = Arrival()
        arrival.learn(known)
        arrival.refresh(under_way, NOW)
        found.append(figures(arrival, replace(CASE, since=NOW)))
    assert found[0] == found[1]
    assert found[2] != found[3]


def test_an_old_parcel_is_probably_lost() -> None:
    """Of 100, 4 are still under way after 60 days; as they grow older they count less."""
    ended = [stayed(str(key), -120 + key / 2, -110 + key / 2) for key in range(96)]
    fates = model._chances(
        ended, lost := [stayed(f"l{k}", -60, 0, delivered=False) for k in range(4)], lost, 1.0
    )
    assert fates == dict.fromkeys(fates, 0.0)
    young = stayed("young", -5, 0, delivered=False)
    fates = model._chances(ended, lost, [young], 1.0)
    assert fates["young"] == pytest.approx(1.0 - 0.04)
    many = [stayed(f"l{k}", -60, 0, delivered=False) for k in range(96)]
    assert model._chances(ended, many, [young], 1.0)["young"] == pytest.approx(1.0 - 0.08)
    assert model._chances(ended, many, many, 1.0)["l0"] == pytest.approx(1.0 - 0.08 / 0.5)
    half = model._chances(ended, lost[:2], [young], 0.5)
    assert half["young"] == pytest.approx(1.0 - 0.04), "each counts for two"


def test_what_began_long_ago_counts_less() -> None:
    assert model._weight(NOW, NOW) == model._weight(NOW + 1.0, NOW) == 1.0
    assert model._weight(NOW - 50.0, NOW) == pytest.approx(0.5)
    assert model._weight(NOW - 100.0, NOW) == pytest.approx(0.25)


def test_where_few_are_alike_the_late_end_is_put_later() -> None:
    assert model._cautious(0.9, curve((1.0, 1.0), cases=25.0)) == pytest.approx(0.91)
    assert model._cautious(0.9, curve((1.0, 1.0), cases=0.1)) == 0.97
    assert model._cautious(0.98, curve((1.0, 1.0), cases=1.0)) == 0.98
    assert model._cautious(0.5, curve((1.0, 1.0), cases=0.5)) == pytest.approx(0.75)


def test_a_stage_that_was_always_the_last_is_taken_to_be_the_last() -> None:
    assert model._onward_prior(PICKED, [sample(0.0), sample(0.0)]) == [(0.0, 4.0)]
    assert model._onward_prior(PICKED, [sample(0.0), sample(0.1)]) == prior.onward(PICKED)
