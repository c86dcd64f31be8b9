"""Texts of carriers that the rules are held to, and how to read them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot import stages

HERE = Path(__file__).parent


def texts(file: str, part: str | None = None) -> Iterator[tuple[str, str]]:
    """(what is expected, text) of one part of a file (None: of all), where "== " begins a part and "# " names
    what is expected of the texts below it."""
    here = expected = ""
    for line in (HERE / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            here = line[3:]
        elif line.startswith("# "):
            expected = line[2:]
        elif line and here and part in {None, here}:
            yield expected, line


def fits(expected: str, reading: stages.Reading) -> bool:
    """Whether a reading is one of `stage` or `stage:reason`, with bars between what is equally right; none of
    them after "not "."""
    said = {str(reading.stage), f"{reading.stage}:{reading.reason}"}
    excluded = expected.startswith("not ")
    return said.isdisjoint(expected.removeprefix("not ").split("|")) is excluded
