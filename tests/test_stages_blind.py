"""Texts gathered before the words of their language were written: a floor under what is read right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.stages import BLIND, rows, score

FILES = sorted(BLIND.glob("*.tsv"))
FLOOR = 0
"""At least so many of a hundred are read right."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_blind_set_falls_under_no_floor(path: Path) -> None:
    failures: list[str] = []
    found = score(rows(path), failures)
    assert found.share("right") >= FLOOR, failures
