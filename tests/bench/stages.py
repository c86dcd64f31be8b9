"""How well texts that nobody tuned for are read: `python -m tests.bench.stages [--blind] [--wrong] [file …]`.

A file of tests/data/blind holds one text a line, without a header: stage, reason, name, description, the
furthest stage before (if the text needs it) and the source, between tabs.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot import stages
from bot.model import Stage

BLIND = Path(__file__).parents[1] / "data" / "blind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A text and how a careful reader reads it; `stages` may name several that are equally right."""

    stages: frozenset[str]
    reason: str
    name: str
    description: str
    reached: Stage | None
    source: str


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one set."""

    counts: Mapping[str, int]

    def share(self, kind: str, of: str = "all") -> float:
        """A count in percent of another."""
        return 100 * self.counts.get(kind, 0) / max(1, self.counts.get(of, 0))


def rows(path: Path) -> Iterator[Row]:
    """The rows of a file.

    Raises:
        ValueError: with file and line, if a row has no known stage or too few columns.
    """
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = [*line.split("\t"), "", "", "", "", ""][:6]
        found = frozenset(columns[0].split("|"))
        try:
            known = {Stage(one) for one in found}
            reached = Stage(columns[4]) if columns[4] else None
        except ValueError as error:
            raise ValueError(f"{path.name}:{number}: {error}") from None
        if not (columns[2] or columns[3]):
            raise ValueError(f"{path.name}:{number}: neither name nor description")
        yield Row(
            stages=frozenset(map(str, known)),
            reason=columns[1],
            name=columns[2],
            description=columns[3],
            reached=reached,
            source=columns[5],
        )


def judge(row: Row, reading: stages.Reading) -> str:
    """right, unknown or wrong."""
    if str(reading.stage) in row.stages:
        return "right"
    return "unknown" if reading.stage is Stage.UPDATE else "wrong"


def score(found: Iterable[Row], failures: list[str] | None = None) -> Score:
    """Read all rows; what is not right is added to `failures`."""
    counts: Counter[str] = Counter()
    for row in found:
        reading = stages.read(row.name, row.description, "", row.reached)
        kind = judge(row, reading)
        counts.update(("all", kind))
        delivered = str(Stage.DELIVERED)
        counts["deliveries"] += delivered in row.stages
        counts["missed"] += delivered in row.stages and kind != "right"
        counts["false delivered"] += reading.stage is Stage.DELIVERED and delivered not in row.stages
        if kind != "right" and failures is not None:
            wanted = "|".join(sorted(row.stages))
            text = " / ".join(filter(None, (row.name, row.description)))
            failures.append(f"{kind:8}{wanted:22} {reading.stage:22} {reading.rule:24} {text}")
    return Score(counts)


def main() -> None:
    """Print a table: one line a file, and the sum."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("files", nargs="*", type=Path)
    options.add_argument("--blind", action="store_true", help="the files of tests/data/blind (the default)")
    options.add_argument("--wrong", action="store_true", help="also print what is not read right")
    chosen = options.parse_args()
    console = Console(highlight=False)
    table = Table(box=None)
    for title in ("set", "texts", "right", "unknown", "wrong", "false delivered", "missed deliveries"):
        table.add_column(title, justify="left" if title == "set" else "right")
    total: Counter[str] = Counter()
    for path in chosen.files or sorted(BLIND.glob("*.tsv")):
        failures: list[str] = []
        found = score(rows(path), failures)
        total.update(found.counts)
        table.add_row(*_cells(path.stem, found))
        if chosen.wrong:
            console.print("\n".join(failures), markup=False, soft_wrap=True)
    table.add_row(*_cells("all", Score(total)))
    console.print(table)


def _cells(name: str, found: Score) -> tuple[str, ...]:
    counts = found.counts
    return (
        name,
        str(counts.get("all", 0)),
        *(f"{found.share(kind):.1f} %" for kind in ("right", "unknown", "wrong")),
        str(counts.get("false delivered", 0)),
        f"{counts.get('missed', 0)} of {counts.get('deliveries', 0)}",
    )


if __name__ == "__main__":
    main()
