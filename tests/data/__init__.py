"""Texts of carriers that the rules are held to, and how to read them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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
