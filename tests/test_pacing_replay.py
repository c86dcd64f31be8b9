"""A small replay: the order of merit must hold; the real one is `python -m tests.bench.pacing`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.model import Stage
from bot.pacing.policy import GIVEN_UP
from tests.bench.histories import histories
from tests.bench.pacing import contest, report
from tests.bench.pacing.__main__ import main
from tests.bench.pacing.contest import KNOWING, OURS, SEEING, Match, Result, play
from tests.bench.pacing.replay import replay
from tests.bench.pacing.rivals import Every
from tests.bench.pacing.world import WORLDS, Entry, Timeline, draw, read, write

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def result() -> Result:
    return play(Match(scene="air", budget=4.0, seed=5, warm=14.0, orders=90))


def test_ours_brings_news_sooner_than_a_fixed_interval_with_as_many_calls(result: Result) -> None:
    assert result.scores[OURS].share < 0.9


@pytest.mark.parametrize("name", ["ours, prior x 3", "ours, prior / 3"])
def test_a_wrong_prior_does_not_make_it_worse_than_fixed(result: Result, name: str) -> None:
    assert result.scores[name].share < 0.95


def test_the_last_mile_is_watched_closely(result: Result) -> None:
    assert result.scores[OURS].finale < 0.7


def test_learning_comes_close_to_knowing(result: Result) -> None:
    assert result.scores[OURS].share < 1.15 * result.scores[KNOWING].share


def test_habits_of_the_trade_lose(result: Result) -> None:
    for name in ("stage ladder", "entry frequency", "back-off to 8 times"):
        assert result.scores[OURS].share < result.scores[name].share


def test_the_budget_is_kept(result: Result) -> None:
    assert 0.85 * 4.0 < result.scores[OURS].budget < 1.03 * 4.0


def test_the_same_seed_gives_the_same_result() -> None:
    match = Match(scene="express", budget=2.0, seed=3, warm=14.0, orders=25, brief=True)
    assert play(match) == play(match)


def test_the_report_says_it_in_words_numbers_and_a_drawing(result: Result) -> None:
    text = report.table([result])
    assert OURS in text
    assert "goal 0.75" in text
    assert json.loads(json.dumps(report.document([result])))["results"][0]["scores"][OURS]
    assert report.plot([result]).startswith("<svg")


def test_a_fixed_interval_waits_half_of_itself() -> None:
    lines = draw(WORLDS["air"], 1, orders=60, days=20)
    begin = datetime(2026, 1, 5, tzinfo=UTC)
    outcome = replay(lines, Every(6.0), measure_from=begin, measure_to=begin + timedelta(days=60))
    assert outcome.mean() == pytest.approx(3.0, rel=0.1)
    assert outcome.budget == pytest.approx(4.0, rel=0.05)
    assert len(outcome.delays) == sum(len(line.entries) - 1 for line in lines)


def test_recounted_histories_keep_the_order_of_their_scans() -> None:
    told = [[min(stages) for stages, _, _ in scans] for _, scans in histories()]
    for line in draw(WORLDS["histories"], 1, orders=20, days=5.0):
        stages = [entry.stage for entry in line.entries]
        assert any(one[: len(stages)] == stages for one in told)
        assert [stage.final for stage in stages] == [False] * (len(stages) - 1) + [True]


def test_companions_bring_more_to_whoever_is_told_which_they_are() -> None:
    bags = play(Match(scene="bags", budget=2.0, seed=1, warm=14.0, orders=40, brief=True))
    assert bags.scores[SEEING].share < 0.7 * bags.scores[KNOWING].share


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    lines = draw(WORLDS["air"], 2, orders=5, days=3)
    write(tmp_path / "t.csv", lines)
    again = read(tmp_path / "t.csv")
    assert [line.order for line in again] == [line.order for line in lines]
    assert [e.visible for e in again[0].entries] == [e.visible for e in lines[0].entries]


def test_loose_files_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "7,2026-01-02T10:00:00Z,origin_transit,3\n"
        "7,2026-01-01 10:00,Picked Up\n"
        "# a remark\n\n"
        "7,1767607200,arrived somewhere\n"
        "7,2026-01-09T10:00:00+02:00,delivered\n"
        "7,2026-01-10T10:00:00+02:00,delivered\n"
    )
    (line,) = read(path)
    assert [entry.stage for entry in line.entries] == [
        Stage.PICKED_UP,
        Stage.ORIGIN_TRANSIT,
        Stage.ORIGIN_TRANSIT,
        Stage.DELIVERED,
    ]
    assert line.followers == 3.0
    assert line.entries[-1].at == datetime(2026, 1, 9, 8, tzinfo=UTC)


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("order,time_utc,stage\n1,yesterday,delivered\n")
    with pytest.raises(ValueError, match="line 2"):
        read(path)


def test_a_file_is_replayed_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "shop.csv", draw(WORLDS["air"], 3, orders=25, days=25))
    arguments = ["--timelines", str(tmp_path / "shop.csv"), "--budgets", "2", "--jobs", "1"]
    outputs = ["--json", str(tmp_path / "out/r.json"), "--plot", str(tmp_path / "out/r.svg")]
    assert main([*arguments, *outputs]) == 0
    assert "shop, 2 calls per active order-day" in capsys.readouterr().out
    assert json.loads((tmp_path / "out/r.json").read_text())["summary"]
    assert (tmp_path / "out/r.svg").read_text().endswith("</svg>\n")


def test_an_unusable_file_ends_with_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "one.csv").write_text("1,2026-01-01T00:00:00Z,delivered\n")
    assert main(["--timelines", str(tmp_path / "one.csv")]) == 2
    assert "no order with two entries" in capsys.readouterr().err


def test_scattered_orders_are_gathered_by_whole_weeks() -> None:
    begin = datetime(2020, 1, 1, 13, tzinfo=UTC)
    lines = [
        Timeline(
            order=str(n),
            entries=tuple(
                Entry(
                    at=begin + timedelta(days=40 * n + d),
                    visible=begin + timedelta(days=40 * n + d),
                    stage=stage,
                )
                for d, stage in ((0, Stage.PICKED_UP), (5, Stage.DELIVERED))
            ),
        )
        for n in range(30)
    ]
    match, *_ = contest.replays(lines, "sparse", [4.0], 14.0)
    starts = [line.start for line in match.timelines]
    assert max(starts) - min(starts) <= timedelta(weeks=6)
    assert all(
        (new - old.start) % timedelta(weeks=1) == timedelta() for new, old in zip(starts, lines, strict=True)
    )


def test_news_after_a_silence_in_which_an_order_is_given_up_is_nobody_s() -> None:
    match = Match(scene="economy", budget=4.0, seed=3, warm=14.0, orders=150)
    drawn = draw(WORLDS["economy"], 3, orders=150, days=contest.DAYS + 120.0)
    assert max(map(_longest_silence, drawn)) > GIVEN_UP
    assert max(map(_longest_silence, contest._Field(match).lines)) <= GIVEN_UP


def _longest_silence(line: Timeline) -> timedelta:
    gaps = (entry.visible - before.visible for before, entry in pairwise(line.entries))
    return max(gaps, default=timedelta())
