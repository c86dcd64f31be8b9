"""Texts gathered before the words of their language were written: a floor under what is read right."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from tests.bench.stages import BLIND, Score, rows, score

pytestmark = pytest.mark.once

FILES = sorted(BLIND.glob("*.tsv"))


@cache
def _read(path: Path) -> tuple[Score, tuple[str, ...]]:
    failures: list[str] = []
    return score(rows(path), failures), tuple(failures)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_language_falls_far_behind(path: Path) -> None:
    found, failures = _read(path)
    assert found.share("right") >= 50, failures
    assert found.counts.get("wrong", 0) <= max(2, 0.12 * found.counts["all"]), failures


def test_of_all_of_them_at_least_93_percent_are_right_and_none_falsely_delivered() -> None:
    total: Counter[str] = Counter()
    for path in FILES:
        total.update(_read(path)[0].counts)
    failures = list(chain.from_iterable(_read(path)[1] for path in FILES))
    found = Score(total)
    assert found.share("right") >= 93, failures
    assert found.share("wrong") <= 4, failures
    assert total["false delivered"] == 0, failures
    assert total["missed"] <= 0.05 * total["deliveries"], failures


@pytest.mark.parametrize(
    "name",
    [
        *("carriers", "glossary", "matrix", "moments", "phrasings", "said", "troubles", "pairs", "europe"),
        *("asia", "asia_later", "east", "west"),
    ],
)
def test_the_stages_troubles_and_pairs_that_every_carrier_has_are_read(name: str) -> None:
    """Written down by ourselves: great carriers, twelve stages in 33 languages, troubles, pairs."""
    found, failures = _read(BLIND.parent / "own" / f"{name}.tsv")
    assert found.share("right") >= 97, failures
    assert found.counts.get("false delivered", 0) == 0, failures
