"""The estimate of delivery: what must hold whatever was learnt."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta
from statistics import NormalDist

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.arrival import Arrival, Features, Forecast, Journey, moment
from bot.arrival.calibration import Calibration
from bot.arrival.clock import Clock
from bot.arrival.pace import paced
from bot.arrival.said import say
from bot.model import Estimate, Stage
from tests.bench.arrival import lines
from tests.bench.arrival.__main__ import main
from tests.bench.arrival.replay import pinball, replay

NOW = 20_000.0


def parcel(
    key: int, lasted: float, *, ended: float = NOW - 1.0, carrier: str = "", promised: float = 30.0
) -> Journey:
    """A parcel picked up after a third of its way and delivered."""
    start = ended - lasted
    return Journey(
        key=str(key),
        passages=((Stage.INFO_RECEIVED, start), (Stage.PICKED_UP, start + lasted / 3)),
        until=ended,
        delivered=True,
        carrier=carrier,
        promise=start + promised,
    )


def taught(journeys: list[Journey], under_way: tuple[Journey, ...] = (), now: float = NOW) -> Arrival:
    arrival = Arrival()
    arrival.learn(journeys)
    arrival.refresh(under_way, now)
    return arrival


def picked_up(age: float, promised: float | None = 30.0, carrier: str = "") -> Features:
    since = NOW - age
    promise = None if promised is None else since - 5.0 + promised
    return Features(stage=Stage.PICKED_UP, since=since, start=since - 5.0, promise=promise, carrier=carrier)


journeys = st.lists(
    st.builds(
        parcel,
        st.integers(0, 10_000),
        st.floats(1.0, 60.0),
        ended=st.floats(NOW - 200.0, NOW - 0.1),
        carrier=st.sampled_from(["", "swift", "slow"]),
        promised=st.floats(5.0, 60.0),
    ),
    max_size=40,
    unique_by=lambda one: one.key,
)
cases = st.builds(
    Features,
    stage=st.sampled_from([Stage.INFO_RECEIVED, Stage.PICKED_UP, Stage.LOCAL_TRANSIT]),
    since=st.floats(NOW - 80.0, NOW),
    start=st.just(NOW - 90.0),
    promise=st.none() | st.floats(NOW - 60.0, NOW + 60.0),
    carrier=st.sampled_from(["", "swift", "unheard of"]),
)


FORTY = [parcel(key, 5.0 + key, ended=NOW - 1.0 - key) for key in range(40)]


@given(journeys, cases, st.floats(0.0, 90.0))
@example(FORTY, picked_up(0.0), 30.0)
@settings(max_examples=25, deadline=None)
def test_ordered_and_never_before_now(learnt: list[Journey], case: Features, later: float) -> None:
    forecast = taught(learnt).forecast(case, NOW + later)
    assert NOW + later <= forecast.earliest <= forecast.likely <= forecast.latest


@given(journeys, cases, st.floats(0.0, 60.0), st.floats(0.0, 30.0))
@example(FORTY, picked_up(0.0), 2.0, 6.0)
@settings(max_examples=25, deadline=None)
def test_waiting_longer_never_brings_it_sooner(
    learnt: list[Journey], case: Features, wait: float, more: float
) -> None:
    arrival = taught(learnt)
    sooner, later = arrival.forecast(case, NOW + wait), arrival.forecast(case, NOW + wait + more)
    assert later.earliest >= sooner.earliest - 1e-6
    assert later.likely >= sooner.likely - 1e-6
    assert later.latest >= sooner.latest - 1e-6


@given(journeys, cases, st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_the_order_of_history_does_not_matter(
    learnt: list[Journey], case: Features, rng: random.Random
) -> None:
    shuffled = rng.sample(learnt, len(learnt))
    again = taught(shuffled).forecast(case, NOW)
    once = taught(learnt).forecast(case, NOW)
    for name in ("earliest", "likely", "latest"):
        assert getattr(again, name) == pytest.approx(getattr(once, name), abs=1e-6)


def test_it_learns_how_long_the_merchants_parcels_take() -> None:
    quick = taught([parcel(key, 9.0 + key % 5) for key in range(100)]).forecast(picked_up(0.0), NOW)
    slow = taught([parcel(key, 36.0 + key % 5) for key in range(100)]).forecast(picked_up(0.0), NOW)
    assert quick.latest < slow.earliest
    assert 5.0 < quick.likely - NOW < 9.0


def test_those_not_yet_delivered_count() -> None:
    ended = [parcel(key, 9.0) for key in range(30)]
    waiting = tuple(
        Journey(
            key=f"open {key}",
            passages=((Stage.INFO_RECEIVED, NOW - 30.0), (Stage.PICKED_UP, NOW - 25.0)),
            until=NOW,
            delivered=False,
            promise=NOW,
        )
        for key in range(30)
    )
    before = taught(ended).forecast(picked_up(0.0), NOW)
    assert taught(ended, waiting).forecast(picked_up(0.0), NOW).latest > before.latest + 5.0


def test_a_carrier_is_told_apart_once_it_is_known() -> None:
    both = [parcel(key, 9.0, carrier="swift") for key in range(60)]
    both += [parcel(100 + key, 36.0, carrier="slow") for key in range(60)]
    arrival = taught(both)
    swift, slow = (arrival.forecast(picked_up(0.0, carrier=name), NOW) for name in ("swift", "slow"))
    assert swift.likely < slow.likely - 10.0


def test_a_state_survives_in_a_few_kilobytes() -> None:
    rng = random.Random(1)
    arrival = taught([parcel(key, rng.uniform(5.0, 40.0), carrier="swift") for key in range(400)])
    case = picked_up(1.0, carrier="swift")
    arrival.state("one", case, NOW)
    again = Arrival()
    again.load(arrival.dump())
    again.refresh((), NOW)
    assert len(arrival.dump()) < 7_000
    assert again.forecast(case, NOW).likely == pytest.approx(arrival.forecast(case, NOW).likely, abs=0.1)
    assert again.finished == 400


def test_a_busy_shop_is_remembered_by_a_part_of_all_its_days() -> None:
    many = [parcel(key, 9.0 + key % 30, ended=NOW - 60.0 * key / 5000) for key in range(5000)]
    later = [parcel(10_000 + key, 9.0 + key % 30, ended=NOW + 30.0 * (key + 1) / 2500) for key in range(2500)]
    under_way = tuple(
        replace(one, passages=known, until=NOW, delivered=False)
        for one in later
        if (known := tuple(passage for passage in one.passages if passage[1] < NOW))
    )
    arrival = taught(many, under_way)
    assert 150 <= arrival.finished <= 400
    assert arrival.forecast(picked_up(25.0), NOW).latest - NOW < 15.0  # slow ones are known, too
    again = taught(many[::-1], under_way)
    assert again.dump() == arrival.dump()


@pytest.mark.parametrize("spread", [0.6, 1.0, 1.6])
def test_ranges_hold_as_often_as_they_should_whatever_the_model_gets_wrong(spread: float) -> None:
    """Parcels of 10 days; the model's ranges are too narrow, right, or too wide."""
    rng, calibration = random.Random(1), Calibration()
    arrived: dict[str, float] = {}
    held = []
    for day in range(600):
        now = NOW + day
        arrived = {key: at for key, at in arrived.items() if at > now - 30.0}
        past = {key: at for key, at in arrived.items() if at < now}
        calibration.judge(past, dict.fromkeys(arrived, 1.0), now)
        for number in range(5):
            key = f"{day}/{number}"
            arrived[key] = now + 10.0 + 2.0 * rng.gauss(0.0, 1.0)
            levels = [calibration.level(Stage.PICKED_UP, end) for end in (0, 1)]
            ends = [now + 10.0 + 2.0 * spread * NormalDist().inv_cdf(level) for level in levels]
            calibration.state(key, Stage.PICKED_UP, ends)
            held += [ends[0] <= arrived[key] <= ends[1]] if day >= 300 else []
    assert 0.77 < sum(held) / len(held) < 0.83


def test_an_end_is_judged_once_a_day_after_its_moment() -> None:
    calibration = Calibration()

    def level() -> float:
        return calibration.level(Stage.PICKED_UP, 0)

    calibration.state("1", Stage.PICKED_UP, (NOW + 2.0, NOW + 8.0))
    calibration.judge({}, {"1": 1.0}, NOW + 2.9)
    assert level() == pytest.approx(0.1)
    calibration.judge({}, {"1": 1.0}, NOW + 3.0)
    assert level() > 0.1  # it did not come before
    once = level()
    calibration.state("2", Stage.PICKED_UP, (NOW, NOW + 8.0))
    calibration.judge({}, {"1": 1.0, "2": 1.0}, NOW + 3.5)
    assert level() == once
    calibration.judge({}, {"1": 1.0, "2": 1.0}, NOW + 4.0)
    assert level() > once


def test_what_was_calibrated_is_kept() -> None:
    calibration = Calibration()
    for key in range(20):
        calibration.state(str(key), Stage.PICKED_UP, (NOW + 2.0, NOW + 3.0))
    known = dict.fromkeys(map(str, range(20)), 1.0)
    calibration.judge({}, known, NOW + 3.0)
    again = Calibration.load(json.loads(json.dumps(calibration.dump())))
    for later in (NOW + 3.5, NOW + 4.0, NOW + 5.0):
        for one in (calibration, again):
            one.judge({}, known, later)
        for stage in (Stage.PICKED_UP, Stage.LOCAL_TRANSIT):
            for end in (0, 1):
                assert again.level(stage, end) == pytest.approx(calibration.level(stage, end), abs=1e-4)
    assert calibration.level(Stage.PICKED_UP, 1) > calibration.level(Stage.LOCAL_TRANSIT, 1) > 0.9


# ── the clock and the pace ──────────────────────────────────────────────────────────────────────

clocks = st.builds(
    lambda paces, edges: Clock(
        [7.0 * pace / sum(paces) for pace in paces], zip(sorted(edges), (0.3, 1.7, 0.9), strict=False)
    ),
    st.lists(st.floats(0.2, 3.0), min_size=7, max_size=7),
    st.lists(st.floats(NOW - 100.0, NOW), max_size=3, unique=True),
)


@given(clocks, st.floats(NOW - 120.0, NOW + 40.0), st.floats(0.01, 30.0))
def test_stretched_days_rise_without_jumps_and_convert_back(clock: Clock, at: float, more: float) -> None:
    assert clock.of(at) < clock.of(at + more)
    assert clock.of(at + 1e-6) - clock.of(at) < 1e-4
    assert clock.back(clock.of(NOW + more)) == pytest.approx(NOW + more, abs=1e-6)


def test_the_clock_goes_faster_on_days_with_more_deliveries_and_at_the_pace_of_each_time() -> None:
    monday = 20_458.0
    weekly = Clock.weekly([monday + 7.0 * week + day for week in range(20) for day in (0.5, 1.5, 2.5)])
    assert weekly.of(monday + 1.0) - weekly.of(monday) > 5 * (
        weekly.of(monday + 4.0) - weekly.of(monday + 3.0)
    )
    assert weekly.of(monday + 7.0) - weekly.of(monday) == pytest.approx(7.0)
    paced = weekly.changed([(monday, 0.5), (monday + 7.0, 2.0)])
    assert paced.of(monday) - paced.of(monday - 7.0) == pytest.approx(3.5)
    assert paced.of(monday + 7.0) - paced.of(monday) == pytest.approx(14.0)
    assert paced.of(monday + 14.0) - paced.of(monday + 7.0) == pytest.approx(7.0)


def test_a_closed_week_counts_for_no_time() -> None:
    """Three parcels a day of 8 days; 50 to 43 days ago nothing was moved."""
    rng = random.Random(2)
    ended = []
    for key in range(330):
        at, ways = NOW - 120.0 + key / 3, []
        for stage in (Stage.INFO_RECEIVED, Stage.PICKED_UP):
            ways.append((stage, at))
            at += rng.uniform(2.0, 6.0)
            at += 7.0 if at > NOW - 50.0 > ways[-1][1] or NOW - 50.0 < at < NOW - 43.0 else 0.0
        if at < NOW:
            ended.append(Journey(key=str(key), passages=tuple(ways), until=at, delivered=True))
    clock = paced([(one, 1.0) for one in ended], Clock(), NOW)
    assert clock.of(NOW - 45.0) - clock.of(NOW - 50.0) < 2.0
    assert clock.of(NOW - 20.0) - clock.of(NOW - 25.0) == pytest.approx(5.0, abs=0.5)
    assert clock.of(NOW - 70.0) - clock.of(NOW - 75.0) == pytest.approx(5.0, abs=0.7)
    assert paced([], Clock(), NOW).of(NOW) == Clock().of(NOW)


def test_a_standstill_is_not_taken_to_last_for_ever() -> None:
    """Three parcels a day of 8 days; nothing has moved for a week."""
    rng = random.Random(3)
    known = []
    for key in range(390):
        at, ways = NOW - 130.0 + key / 3, []
        for stage in (Stage.INFO_RECEIVED, Stage.PICKED_UP):
            if at < NOW - 7.0:
                ways.append((stage, at))
            at += rng.uniform(2.0, 6.0)
        ended = at < NOW - 7.0
        if ways:
            one = Journey(key=str(key), passages=tuple(ways), until=at if ended else NOW, delivered=ended)
            known.append((one, 1.0))
    clock = paced(known, Clock(), NOW)
    assert clock.of(NOW) - clock.of(NOW - 5.0) < 3.0, "the week counts for little"
    assert clock.of(NOW - 20.0) - clock.of(NOW - 25.0) == pytest.approx(5.0 * 1.8, abs=2.0)
    assert clock.of(NOW + 1.0) - clock.of(NOW) == pytest.approx(1.0)


@given(journeys, cases, st.floats(0.0, 60.0), st.floats(0.0, 60.0), st.floats(0.0, 60.0))
@settings(max_examples=25, deadline=None)
def test_the_chance_of_being_late_falls_with_the_date_and_rises_with_waiting(
    learnt: list[Journey], case: Features, due: float, more: float, wait: float
) -> None:
    arrival = taught(learnt)

    def late(due: float, now: float = NOW) -> float:
        return arrival.forecast(replace(case, due=NOW + due), now).late

    assert 0.0 <= late(due + more) <= late(due) <= 1.0
    assert late(due, NOW + wait) >= late(due) - 1e-6
    assert late(-1.0) > 0.99


def test_the_chance_of_being_late_fits_the_range() -> None:
    arrival = taught([parcel(key, 9.0 + key % 21) for key in range(200)])
    forecast = arrival.forecast(picked_up(0.0), NOW)
    for due, chance in ((forecast.earliest, 0.9), (forecast.likely, 0.5), (forecast.latest, 0.1)):
        case = replace(picked_up(0.0), due=due)
        assert arrival.forecast(case, NOW).late == pytest.approx(chance, abs=0.06)
    assert forecast.late == 0.0  # nothing was promised


def moving(key: int, age: float) -> Journey:
    """A parcel under way, picked up on its fifth day."""
    start = NOW - age
    way = ((Stage.INFO_RECEIVED, start), (Stage.PICKED_UP, start + 4.0))
    passages = tuple(passage for passage in way if passage[1] < NOW)
    return Journey(key=f"open {key}", passages=passages, until=NOW, delivered=False, promise=NOW)


@pytest.mark.parametrize(("factor", "slower"), [(1.0, 0), (1.6, 1), (0.6, -1)])
def test_a_new_pace_shows_before_the_parcels_of_it_have_come(factor: float, slower: int) -> None:
    """Four parcels a day took twelve days each; ten days ago the length of all stages changed."""
    rng = random.Random(1)
    ended: list[Journey] = []
    under_way: list[Journey] = []
    for key in range(400):
        at, ways = NOW - 100.0 + key / 4, []
        for stage in (Stage.INFO_RECEIVED, Stage.PICKED_UP, Stage.LOCAL_TRANSIT):
            ways.append((stage, at))
            at += 4.0 * rng.lognormvariate(0.0, 0.3) * (factor if at > NOW - 10.0 else 1.0)
        known = tuple(way for way in ways if way[1] < NOW)
        one = Journey(key=str(key), passages=known, until=min(at, NOW), delivered=at < NOW)
        (ended if at < NOW else under_way).append(one)
    case = Features(stage=Stage.INFO_RECEIVED, since=NOW, start=NOW)
    left = taught(ended, tuple(under_way)).forecast(case, NOW).likely - NOW
    assert {1: 14.5 < left < 26.0, 0: 11.0 < left < 14.0, -1: 6.0 < left < 11.0}[slower], left


def test_parcels_that_all_take_alike_keep_their_pace() -> None:
    ended = [parcel(key, 12.0, ended=NOW - key / 4) for key in range(150)]
    forecast = taught(ended, (moving(1, 1.0),)).forecast(picked_up(0.0), NOW)
    assert 7.5 < forecast.likely - NOW < 8.5


def test_few_lost_parcels_do_not_widen_what_is_told_of_the_others() -> None:
    ended = [parcel(key, 9.0 + key % 7, ended=NOW - key / 4) for key in range(150)]
    lost = tuple(moving(key, 40.0 + key) for key in range(6))
    before = taught(ended).forecast(picked_up(1.0), NOW)
    assert taught(ended, lost).forecast(picked_up(1.0), NOW).latest < before.latest + 1.0


def test_a_part_of_those_under_way_counts_for_all() -> None:
    ended = [parcel(key, 9.0 + key % 7, ended=NOW - key / 4) for key in range(150)]
    open_ = tuple(moving(key, 0.25 * (key + 1)) for key in range(40))
    whole = taught(ended, open_).forecast(picked_up(1.0), NOW)
    arrival = Arrival()
    arrival.learn(ended)
    arrival.refresh(open_[::2], NOW, share=0.5)
    part = arrival.forecast(picked_up(1.0), NOW)
    assert part.likely == pytest.approx(whole.likely, abs=0.5)
    assert part.latest == pytest.approx(whole.latest, abs=1.0)


# ── what is said ────────────────────────────────────────────────────────────────────────────────


def range_(first: float, last: float) -> Forecast:
    return Forecast(earliest=NOW + first, likely=NOW + (first + last) / 2, latest=NOW + last)


def test_a_range_moves_once_in_two_days_unless_news_moved_it() -> None:
    said = say(None, range_(3, 8), moment(NOW), news=False)
    assert said is not None
    assert say(said, range_(6, 12), moment(NOW + 1.0), news=False) is said
    moved = say(said, range_(6, 12), moment(NOW + 1.0), news=True)
    assert moved is not None
    assert moved.last == moment(NOW + 12.0)
    later = say(said, range_(6, 12), moment(NOW + 2.0), news=False)
    assert later is not None
    assert later.last == moment(NOW + 12.0)


def test_a_parcel_past_its_range_gets_no_other_date() -> None:
    said = Estimate(first=moment(NOW - 5.0), last=moment(NOW - 1.0), at=moment(NOW - 6.0))
    assert said.is_over(moment(NOW))
    assert say(said, range_(1, 4), moment(NOW), news=False) is said
    assert say(said, range_(0, 0.5), moment(said.last.timestamp() / 86400 + 0.001), news=False) is said
    after = say(said, range_(0, 0.1), moment(NOW), news=True)
    assert after is not None
    assert after.last == moment(NOW + 0.1), "news may bring another date"


def test_news_that_changes_little_leaves_the_range() -> None:
    said = say(None, range_(3, 11), moment(NOW), news=False)
    assert said is not None
    assert say(said, range_(3.8, 11.8), moment(NOW + 2.5), news=False) is said
    again = say(said, range_(3.8, 11.8), moment(NOW + 0.5), news=True)
    assert again == replace(said, at=moment(NOW + 0.5)), "the same range, as of the news"
    begun = say(said, range_(3.8, 11.8), moment(NOW + 3.5), news=True)
    assert begun == replace(said, first=moment(NOW + 3.5), at=moment(NOW + 3.5))
    narrow = say(None, range_(0, 1), moment(NOW), news=False)
    assert narrow is not None
    assert say(narrow, range_(0.5, 1.5), moment(NOW), news=True) is not narrow


def test_that_a_range_begins_now_is_no_change() -> None:
    said = say(None, range_(0, 4), moment(NOW), news=False)
    assert said is not None
    assert say(said, range_(2.5, 4.2), moment(NOW + 2.5), news=False) is said


@given(st.lists(st.tuples(st.floats(0.0, 20.0), st.floats(0.0, 30.0), st.booleans()), max_size=40))
@settings(max_examples=50, deadline=None)
def test_without_news_what_is_said_moves_once_in_two_days_and_never_after_it_is_over(
    days_: list[tuple[float, float, bool]],
) -> None:
    said: Estimate | None = None
    for day, (first, width, news) in enumerate(days_):
        now = moment(NOW + 0.4 * day)
        forecast = range_(0.4 * day + first, 0.4 * day + first + width)
        fresh = say(said, forecast, now, news=news)
        if fresh is not None and fresh is not said:
            assert fresh.first >= now
            if said is not None and not news:
                assert now - said.at >= timedelta(days=2)
                assert not said.is_over(now)
        said = fresh


def test_a_range_that_is_too_wide_is_not_said() -> None:
    assert say(None, range_(1, 40), moment(NOW), news=False) is None


# ── the bench ───────────────────────────────────────────────────────────────────────────────────


def test_pinball_of_a_late_and_an_early_truth() -> None:
    assert pinball([1.0, 2.0, 3.0], 2.0) == pytest.approx((0.1 + 0.0 + 0.1) / 3)
    assert pinball([5.0, 5.0, 5.0], 0.0) == pytest.approx((4.5 + 2.5 + 0.5) / 3)


def test_the_future_changes_nothing_of_what_was_estimated() -> None:
    world = [one for one in lines.world(3, drift=1.0, a_day=1.0) if one.start < lines.BEGIN + 75.0]
    half = lines.BEGIN + 65.0
    changed = [one if one.until <= half else replace(one, until=one.until + 50.0) for one in world]
    known = [(m.order, m.at, m.width) for m in replay(world).moments if m.at < half]
    again = [(m.order, m.at, m.width) for m in replay(changed).moments if m.at < half]
    assert known
    assert set(known) <= set(again)


def test_the_bench_reads_a_file(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "lines.csv"
    rows = ["order,time_utc,stage,followers,eta_utc,carrier"]
    for key in range(60):
        month, day = divmod(key, 28)
        date = f"2026-0{month + 1}-{day + 1:02}"
        late = f"2026-0{month + 2}-{day + 1:02}"
        rows += [f"{key},{date}T08:00:00,picked_up,1,{late}T00:00:00Z,swift"]
        rows += [f"{key},{late}T10:00:00+00:00,delivered,1,{late}T00:00:00Z,swift"]
    path.write_text("\n".join(rows), encoding="utf-8")
    assert main(["--timelines", str(path), "--plot", str(tmp_path / "plot.svg")]) == 0
    assert "picked_up" in capsys.readouterr().out
    assert (tmp_path / "plot.svg").read_text(encoding="utf-8").startswith("<svg")


def test_a_bad_line_is_named(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "lines.csv"
    path.write_text("order,time_utc,stage\n1,yesterday,picked_up\n", encoding="utf-8")
    assert main(["--timelines", str(path)]) == 2
    assert "line 2" in capsys.readouterr().err
