"""How true the estimate of delivery is, beside the promise and what the past alone tells."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench.arrival import lines, report
from tests.bench.arrival.replay import replay


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, run, print; 2 for a mistake in the command line or the file."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.arrival", description=__doc__)
    parser.add_argument("--timelines", type=Path, metavar="FILE", help="replay this CSV file")
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="only every N-th order")
    parser.add_argument("--hand-over", default="picked_up", help="the stage that begins the carrier's part")
    parser.add_argument("--seeds", type=int, default=1, help="independent draws of each generated world")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="write an SVG drawing there")
    options = parser.parse_args(arguments)
    if options.timelines:
        try:
            journeys = lines.read(options.timelines)[:: options.sample]
        except (OSError, ValueError) as exc:
            print(exc, file=sys.stderr)  # noqa: T201 (a command line tool)
            return 2
        name = options.timelines.stem
        outcome = replay(journeys)
        print(report.table(name, outcome, options.hand_over))  # noqa: T201
    else:
        for drift in (1.4, 0.7):
            for seed in range(options.seeds):
                name = f"generated, everything takes {drift:g} times as long from the middle on, draw {seed}"
                outcome = replay(lines.world(seed, drift=drift))
                print(report.table(name, outcome, options.hand_over))  # noqa: T201
                print(report.around_drift(outcome), end="\n\n")  # noqa: T201
    if options.plot:
        options.plot.parent.mkdir(parents=True, exist_ok=True)
        options.plot.write_text(report.plot(name, outcome), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
