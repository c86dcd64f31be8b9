"""Learning how soon news comes."""

from __future__ import annotations

import json
import math
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Stage, Watch
from bot.pacing import Rates, prior
from bot.pacing.profile import WEEK, WeeklyProfile, hours
from tests.bench.pacing.world import WORLDS, draw

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)


def feed(
    rates: Rates, *, every: float, stage: Stage = Stage.LOCAL_TRANSIT, orders: int = 60, lag: float = 0.0
) -> None:
    """Orders with an entry about `every` hours, looked at each hour, seen `lag` hours after their stamp."""
    dice = random.Random(7)
    for _ in range(orders):
        last = begun = BEGIN + timedelta(hours=168 * dice.random())
        coming = last + timedelta(hours=every * (0.5 + dice.random()))
        checked = begun
        for n in range(1, 100):
            now = begun + timedelta(hours=n)
            seen = coming + timedelta(hours=lag) <= now
            watch = Watch(stage=stage, last_node_at=last, checked_at=checked, created_at=begun)
            rates.observe(watch, [(coming, stage)] if seen else [], now)
            rates.refresh()
            if seen:
                last, coming = coming, coming + timedelta(hours=every * (0.5 + dice.random()))
            checked = now


def pace(rates: Rates, stage: Stage = Stage.LOCAL_TRANSIT) -> float:
    return rates.cells[stage].expected(24.0)


def test_fast_and_slow_stages_are_told_apart() -> None:
    fast, slow = Rates(), Rates()
    feed(fast, every=6.0)
    feed(slow, every=48.0)
    assert pace(fast) > 2.5 * pace(slow)


@pytest.mark.parametrize("scale", [1 / 3, 3.0])
def test_a_wrong_prior_is_outweighed(scale: float) -> None:
    right, wrong = Rates(), Rates(scale=scale)
    feed(right, every=12.0)
    feed(wrong, every=12.0)
    assert pace(wrong) == pytest.approx(pace(right), rel=0.15)


def test_a_stage_never_seen_follows_the_others() -> None:
    rates = Rates()
    feed(rates, every=3.0, stage=Stage.ORIGIN_TRANSIT)
    assert pace(rates, Stage.IMPORT_CUSTOMS) > 1.3 * pace(Rates(), Stage.IMPORT_CUSTOMS)


def test_looks_without_news_lower_the_rate() -> None:
    rates = Rates()
    watch = Watch(stage=Stage.LOCAL_TRANSIT, last_node_at=BEGIN, checked_at=BEGIN, created_at=BEGIN)
    for _ in range(60):
        rates.observe(watch, [], BEGIN + timedelta(days=4))
    rates = Rates.load(rates.dump())
    assert pace(rates) < 0.5 * pace(Rates())


def test_the_lag_between_stamp_and_sight_is_learnt() -> None:
    prompt, late = Rates(), Rates()
    feed(prompt, every=12.0)
    feed(late, every=12.0, lag=3.0)
    short = sum(edge <= 1.0 for edge in prior.LAG_EDGES)
    assert sum(prompt.lags[:short]) > 0.7
    assert sum(late.lags[:short]) < 0.3


def test_the_working_day_is_learnt_from_the_stamps() -> None:
    rates = Rates()
    for day in range(60):
        noon = BEGIN + timedelta(days=day, hours=12)
        watch = Watch(
            stage=Stage.LOCAL_TRANSIT,
            last_node_at=noon - timedelta(hours=24),
            checked_at=noon - timedelta(hours=23),
            created_at=BEGIN,
        )
        for _ in range(4):
            rates.observe(watch, [(noon, Stage.LOCAL_TRANSIT)], noon + timedelta(minutes=5))
            rates.refresh()
    profile = rates.profiles["local_transit/utc"]
    assert profile.pace[24 + 12] > 3 * profile.pace[24 + 3]


def test_a_first_answer_teaches_by_its_history() -> None:
    rates = Rates()
    for n in range(40):
        begun = BEGIN + timedelta(hours=n)
        watch = Watch(stage=Stage.PRE_SHIPMENT, created_at=begun)
        nodes = [(begun + timedelta(hours=3 * k), Stage.ORIGIN_TRANSIT) for k in range(8)]
        rates.observe(watch, nodes, begun + timedelta(hours=25))
        rates.refresh()
    assert pace(rates, Stage.ORIGIN_TRANSIT) > 1.5 * pace(Rates(), Stage.ORIGIN_TRANSIT)


def test_what_was_learnt_survives_a_restart() -> None:
    rates = Rates()
    feed(rates, every=12.0, orders=10)
    again = Rates.load(json.loads(json.dumps(rates.dump())))
    assert json.dumps(again.dump()) == json.dumps(Rates.load(rates.dump()).dump())
    assert pace(again) == pytest.approx(pace(Rates.load(rates.dump())))


def test_what_was_seen_takes_effect_with_the_next_refresh() -> None:
    rates = Rates()
    tables = rates.cells
    for n in range(60):
        begun = BEGIN + timedelta(hours=n)
        watch = Watch(stage=Stage.PREPARING, last_node_at=begun, checked_at=begun, created_at=begun)
        rates.observe(watch, [(begun + timedelta(hours=2), Stage.ORIGIN_TRANSIT)], begun + timedelta(hours=3))
        assert rates.cells is tables
    rates.refresh()
    assert rates.cells is not tables
    tables = rates.cells
    rates.refresh()
    assert rates.cells is tables


def test_unknown_state_gives_the_shipped_prior() -> None:
    assert pace(Rates.load({})) == pace(Rates())
    assert pace(Rates.load({"version": 99})) == pace(Rates())


def test_old_observations_fade() -> None:
    rates = Rates()
    feed(rates, every=3.0)
    before = pace(Rates.load(rates.dump()))
    later = BEGIN + timedelta(days=720)
    watch = Watch(stage=Stage.PREPARING, last_node_at=later, checked_at=later, created_at=later)
    rates.observe(watch, [], later + timedelta(minutes=1))
    assert pace(Rates()) < pace(Rates.load(rates.dump())) < 0.8 * before


moments = st.integers(1_735_689_600, 1_798_761_600).map(lambda second: datetime.fromtimestamp(second, UTC))


@settings(max_examples=60)
@given(
    st.lists(st.tuples(moments, st.sampled_from(list(Stage))), max_size=6),
    moments,
    st.none() | moments,
    st.none() | moments,
    st.sampled_from(list(Stage)),
)
def test_whatever_a_source_claims_the_tables_stay_sound(
    nodes: list[tuple[datetime, Stage]],
    now: datetime,
    last: datetime | None,
    checked: datetime | None,
    stage: Stage,
) -> None:
    rates = Rates()
    rates.observe(Watch(stage=stage, last_node_at=last, checked_at=checked, created_at=now), nodes, now)
    rates = Rates.load(json.loads(json.dumps(rates.dump())))
    assert all(0.0 < rate < 1e3 for cell in rates.cells.values() for rate in cell.rate)
    assert all(pace > 0.0 for profile in rates.profiles.values() for pace in profile.pace)
    assert all(0.0 <= share <= 1.0 for share in rates.closing.values())


@given(st.floats(-1e6, 1e6), st.floats(0, 1e4))
def test_operating_time_never_runs_backwards(begin: float, passed: float) -> None:
    profile = WeeklyProfile([1.0 + (hour % 24) for hour in range(WEEK)])
    assert profile.operating(begin + passed) >= profile.operating(begin) - 1e-6
    assert profile.operating(begin + WEEK) - profile.operating(begin) == pytest.approx(WEEK, abs=1e-6)


def test_weeks_begin_on_monday() -> None:
    assert hours(BEGIN) % WEEK == 0.0


def test_a_stage_keeps_its_side_s_clock_until_its_own_has_foretold_better() -> None:
    """Entries of one stage come at nine, of another of the same leg at twenty."""
    rates = Rates()
    for day in range(40):
        for stage, hour in ((Stage.INFO_RECEIVED, 9), (Stage.PICKED_UP, 20)):
            came = BEGIN + timedelta(days=day, hours=hour)
            watch = Watch(
                stage=stage, last_node_at=came - timedelta(hours=30), checked_at=came - timedelta(hours=24),
                created_at=BEGIN,
            )  # fmt: skip
            for _ in range(4):
                rates.observe(watch, [(came, Stage.ORIGIN_TRANSIT)], came + timedelta(minutes=5))
        rates.refresh()
        if day == 0:
            assert rates.profiles["info_received/china"] is rates.profiles["picked_up/china"]
    morning, evening = 24 + 9 + 8, 24 + 20 + 8  # in China
    info, picked = rates.profiles["info_received/china"], rates.profiles["picked_up/china"]
    assert info.pace[morning] > 3 * info.pace[evening]
    assert picked.pace[evening] > 3 * picked.pace[morning]


def test_a_carrier_that_never_was_in_china_gets_the_destination_s_clock() -> None:
    rates = Rates()
    dice = random.Random(3)
    for day in range(60):
        for carrier, east in (("Correios", -3), ("Yanwen", 8)):
            for _ in range(2):
                came = BEGIN + timedelta(days=day, hours=8 - east + 10 * dice.random())
                watch = Watch(
                    stage=Stage.PICKED_UP, carrier=carrier, utc_offset_hours=-3.0, created_at=BEGIN,
                    last_node_at=came - timedelta(hours=30), checked_at=came - timedelta(hours=24),
                )  # fmt: skip
                rates.observe(watch, [(came, Stage.LOCAL_TRANSIT)], came + timedelta(minutes=5))
        rates.refresh()
    again = Rates.load(json.loads(json.dumps(rates.dump())))
    for known in (rates, again):
        assert known.profile_key(Stage.PICKED_UP, -3.0, "Correios", 24.0) == ("picked_up/local", -3.0)
        assert known.profile_key(Stage.PICKED_UP, None, "Correios", 24.0) == ("picked_up/utc", 0.0)
        assert known.profile_key(Stage.PICKED_UP, -3.0, "Yanwen", 24.0) == ("picked_up/china", 8.0)
        assert known.profile_key(Stage.PICKED_UP, -3.0, "", 24.0) == ("picked_up/china", 8.0)
        silent = known.profile_key(Stage.PICKED_UP, -3.0, "Yanwen", 240.0)
        assert silent == ("picked_up/local", -3.0), "by now it may be anywhere"


def test_the_carriers_told_apart_are_bounded() -> None:
    rates = Rates()
    for n in range(1000):
        watch = Watch(stage=Stage.PICKED_UP, carrier=str(n), created_at=BEGIN, checked_at=BEGIN)
        rates.observe(watch, [(BEGIN + timedelta(hours=1), Stage.ORIGIN_TRANSIT)], BEGIN + timedelta(hours=2))
    assert len(json.dumps(rates.dump())) < 50_000


def learned_from(world: str) -> Rates:
    """Every order of a drawn world checked four times a day until its end, tables rebuilt as the bot does."""
    rates, looks = Rates(), []
    for line in draw(WORLDS[world], 1, orders=60, days=30):
        at = line.start
        while at < line.entries[-1].visible:
            at += timedelta(hours=6)
            looks.append((at, line))
    known: dict[str, Watch] = {}
    for at, line in sorted(looks, key=lambda look: look[0]):
        first = line.entries[0]
        watch = known.get(line.order) or Watch(
            stage=first.stage, last_node_at=first.at, checked_at=line.start, created_at=line.start,
            utc_offset_hours=line.utc_offset_hours,
        )  # fmt: skip
        news = [entry for entry in line.entries[1:] if watch.checked_at < entry.visible <= at]  # type: ignore[operator]
        rates.observe(watch, [(entry.at, entry.stage) for entry in news], at)
        rates.refresh()
        newest = news[-1] if news else None
        known[line.order] = replace(
            watch, checked_at=at, stage=newest.stage if newest else watch.stage,
            last_node_at=newest.at if newest else watch.last_node_at,
        )  # fmt: skip
    return rates


def test_what_predicts_nothing_is_evened_out_and_what_does_is_kept() -> None:
    patterned, patternless = learned_from("air"), learned_from("constant")
    assert patterned.trust["hours"] > 0.9
    assert patterned.trust["ages"] > 0.6
    assert patternless.trust["hours"] < 0.25
    assert patternless.trust["ages"] < 0.35
    week = patternless.profiles["info_received/china"].pace
    assert max(week) < 2.0 * min(week)
    week = patterned.profiles["out_for_delivery/local"].pace
    assert max(week) > 5.0 * min(week)
    again = Rates.load(patternless.dump())
    assert again.trust == Rates.load(again.dump()).trust


def test_trust_that_is_lost_comes_back() -> None:
    """However often promises were broken: later ones that are kept count as much as at first."""
    broken = Rates()
    broken._rows["trust", "hours"] = [-8.0, 30.0]
    state = broken.dump()
    assert Rates.load(state).trust["hours"] == 0.0
    rates = Rates.load(state)
    noon = datetime(2026, 3, 4, 15, tzinfo=UTC)  # a Wednesday, at noon in Brazil
    for n in range(100):
        at = noon + timedelta(weeks=n % 4)
        watch = Watch(
            stage=Stage.OUT_FOR_DELIVERY, utc_offset_hours=-3.0, created_at=at - timedelta(hours=5),
            last_node_at=at - timedelta(hours=5), checked_at=at - timedelta(minutes=10),
        )  # fmt: skip
        rates.observe(watch, [(at, Stage.DELIVERED)], at)
    rates.refresh()
    assert rates.trust["hours"] > 0.8


def test_trust_in_ages_and_in_hours_is_apart_and_bounded() -> None:
    rates = Rates()
    rates._rows["trust", "ages"], rates._rows["trust", "hours"] = [-8.0, 50.0], [90.0, 50.0]
    rates = Rates.load(rates.dump())
    assert rates.trust == {"ages": 0.0, "hours": 1.0}
    assert len({round(rate, 9) for rate in rates.cells[Stage.LOCAL_TRANSIT].rate}) == 1
    assert len({round(pace, 9) for pace in rates.profiles["local_transit/local"].pace}) > 1
    predicted = rates._believed[1]["out_for_delivery/local"]
    for _ in range(500):
        rates._test("hours", predicted, 0.02, 1.0)
    seen, due = rates._rows["trust", "hours"]
    assert seen == -8.0
    assert due < 102.0


def test_an_order_that_ends_next_is_checked_as_often_as_others() -> None:
    rates = learned_from("slow-end")
    slow, other = Stage.OUT_FOR_DELIVERY, Stage.LOCAL_TRANSIT
    checks = {s: math.sqrt(rates.cells[s].rate_at(60.0) * rates.worths[s]) for s in (slow, other)}
    assert rates.cells[slow].rate_at(60.0) < 0.2 * rates.cells[other].rate_at(60.0)
    assert 0.8 < checks[slow] / checks[other] < 1.5
    assert all(worth >= 1.0 for worth in rates.worths.values())


def test_waiting_of_weeks_is_learnt_not_assumed() -> None:
    rates = Rates()
    for n in range(150):
        last = BEGIN + timedelta(days=n)
        for day in range(1, 50):
            checked = last + timedelta(days=day)
            watch = Watch(stage=Stage.EXCEPTION, last_node_at=last, checked_at=checked, created_at=last)
            news = [(last + timedelta(days=49, hours=20), Stage.LOCAL_TRANSIT)] if day == 49 else []
            rates.observe(watch, news, checked + timedelta(days=1))
        rates.refresh()
    rates = Rates.load(rates.dump())
    cell = rates.cells[Stage.EXCEPTION]
    assert cell.rate_at(47 * 24.0) > 3 * cell.rate_at(10 * 24.0)
