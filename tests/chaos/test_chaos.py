"""The one-minute run of every test run; `make chaos` makes longer ones."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.chaos import report
from tests.chaos.audit import Count, count
from tests.chaos.plan import Size, make
from tests.chaos.records import Records
from tests.chaos.run import run_plan
from tests.store import postgres

_SEED = "CHAOS_SEED"  # of a run to repeat


def _seed() -> int:
    return int(os.environ.get(_SEED) or time.time())


async def _run(seed: int, seconds: float, size: Size | None = None, **more: Any) -> tuple[Records, Count]:
    """One run, counted; its seed and its table are shown where the test fails."""
    print(f"{_SEED}={seed}")  # noqa: T201
    try:
        records = await run_plan(make(seed, seconds, size), **more)
    except postgres.Unavailable as reason:
        pytest.skip(f"POSTGRESQL NOT TESTED: {reason}")
    counted = count(records)
    print(report.table(records, counted))  # noqa: T201
    return records, counted


@pytest.mark.process
async def test_nothing_is_lost_and_nothing_repeated_without_a_cause(tmp_path: Path) -> None:
    records, counted = await _run(_seed(), 20.0, settle_within=150.0, log=tmp_path / "bot.log")
    assert report.broken(records, counted) == []
    assert counted.told > 140
    assert records.kills


@pytest.mark.process
async def test_replicas_on_postgresql_lose_nothing_either(tmp_path: Path) -> None:
    """Three of them die one by one, and their server is restarted under them."""
    seed = _seed()
    size = Size(replicas=3, database="postgresql", intake=("polling", "webhook")[seed % 2])
    records, counted = await _run(seed, 15.0, size, settle_within=150.0, log=tmp_path / "bot.log")
    assert report.broken(records, counted) == []
    assert counted.told > 110
    assert records.kills


@pytest.mark.process
@pytest.mark.parametrize(("replicas", "database"), [(1, "sqlite"), (2, "postgresql")])
async def test_without_a_fault_everything_is_told_once_within_all_limits(
    tmp_path: Path, replicas: int, database: str
) -> None:
    size = Size(chats=24, deaths=False, weather=False, troubles=False, replicas=replicas, database=database)
    records, counted = await _run(_seed(), 8.0, size, settle_within=150.0, log=tmp_path / "bot.log")
    assert report.broken(records, counted) == []
    assert counted.repeats == 0


@pytest.mark.process
async def test_updates_acknowledged_before_they_are_recorded_are_found() -> None:
    size = Size(chats=20, groups=0, orders=8, scans=1.0, commands=3.0, life=20.0, locks=0.4, weather=False)
    seed = _seed()
    for attempt in range(seed, seed + 5):  # a kill has to fall into the gap that the mistake opens
        _, counted = await _run(
            attempt, 12.0, size, settle_within=60.0, answer_within=3.0, fault="offset-first"
        )
        if counted.unanswered:  # Telegram forgot it, the inbox never had it
            return
    pytest.fail("it was not found in five runs")
