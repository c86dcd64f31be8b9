"""Whether the parcel's stage is right after each scan of whole histories: `python -m tests.bench.histories`.

tests/data/histories.tsv tells its format. Scans come eight hours apart, one look each, through bot.timeline.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bot.model import Stage
from tests.timelines import Follower, node, parcel

HISTORIES = Path(__file__).parents[1] / "data" / "histories.tsv"
_HOURS_BETWEEN = 8

Scan = tuple[frozenset[Stage], str, str]
"""The stages that are right after a scan, its name, its description."""


def histories(path: Path = HISTORIES) -> Iterator[tuple[str, list[Scan]]]:
    """Each history with its source.

    Raises:
        ValueError: with the line, if a label is no stage or a column is missing.
    """
    source, scans = "", list[Scan]()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("## "):
            if scans:
                yield source, scans
            source, scans = line[3:], []
        elif line and not line.startswith("# "):
            try:
                label, name, description = line.split("\t")
                scans.append((frozenset(map(Stage, label.split("|"))), name, description))
            except ValueError as error:
                raise ValueError(f"{path.name}:{number}: {error}") from None
    if scans:
        yield source, scans


def follow(scans: list[Scan]) -> list[Stage]:
    """The parcel's stage after each scan."""
    follower, found, nodes = Follower(), list[Stage](), []
    for index, (_, name, description) in enumerate(scans):
        nodes.append(node(index * _HOURS_BETWEEN, description, name))
        order = follower.look(index * _HOURS_BETWEEN, parcel(*nodes)).order
        found.append(order.parcels[0].stage)
    return found


def main() -> None:
    """Print what is not right, and the share that is."""
    right = scans_in_all = false_delivered = 0
    for source, scans in histories():
        found = follow(scans)
        for (wanted, name, description), stage in zip(scans, found, strict=True):
            scans_in_all += 1
            right += stage in wanted
            false_delivered += stage is Stage.DELIVERED and Stage.DELIVERED not in wanted
            if stage not in wanted:
                text = " / ".join(filter(None, (name, description)))
                sys.stdout.write(f"{stage:22} {'|'.join(sorted(wanted)):40} {text}  ({source})\n")
    sys.stdout.write(
        f"{right} of {scans_in_all} scans right ({100 * right / scans_in_all:.1f} %), "
        f"{false_delivered} falsely delivered\n"
    )


if __name__ == "__main__":
    main()
