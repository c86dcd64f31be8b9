"""How true the estimate of delivery is, beside the promise and what the past alone tells."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.arrival import Journey
from tests.bench.arrival import lines, report
from tests.bench.arrival.replay import replay

_FEW = (30, 40, 60)  # delivered parcels
_A_DAY = 5.0  # parcels of a generated world


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, run, print; 2 for a mistake in the command line or the file."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.arrival", description=__doc__)
    parser.add_argument("--timelines", type=Path, metavar="FILE", help="replay this CSV file")
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="only every N-th order")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every N-th moment")
    parser.add_argument(
        "--shops",
        type=int,
        metavar="N",
        help="cut into N shops, one after the other; tell how the first estimates of each fare",
    )
    parser.add_argument("--hand-over", default="picked_up", help="the stage that begins the carrier's part")
    parser.add_argument("--seeds", type=int, default=1, help="independent draws of each generated world")
    parser.add_argument(
        "--drift",
        type=float,
        nargs="+",
        default=[1.4, 0.7],
        help="how many times as long all takes in the end",
    )
    parser.add_argument(
        "--years",
        type=int,
        metavar="N",
        help="instead, N generated years with strikes, a peak season, slow drifts, a carrier that appears",
    )
    parser.add_argument("--plot", type=Path, metavar="FILE", help="write an SVG drawing there")
    options = parser.parse_args(arguments)
    if options.timelines:
        try:
            journeys = lines.read(options.timelines)[:: options.sample]
        except (OSError, ValueError) as exc:
            print(exc, file=sys.stderr)  # noqa: T201 (a command line tool)
            return 2
        name = options.timelines.stem
        if options.shops:
            print(_first_ones(name, journeys, options.shops))  # noqa: T201
            return 0
        outcome = replay(journeys, every=options.every)
        print(report.table(name, outcome, options.hand_over))  # noqa: T201
    elif options.years:
        for seed in range(1, options.years + 1):
            world = lines.year(seed, a_day=_A_DAY / options.sample)
            outcome = replay(world, every=options.every)
            print(report.table(f"generated year {seed}", outcome, options.hand_over), end="\n\n")  # noqa: T201
    else:
        for drift in options.drift:
            name = f"generated, everything takes {drift:g} times as long from the middle on"
            draws = (
                lines.world(seed, drift=drift, a_day=_A_DAY / options.sample) for seed in range(options.seeds)
            )
            outcome = report.merged([replay(draw, every=options.every) for draw in draws])
            print(report.table(name, outcome, options.hand_over))  # noqa: T201
            print(report.around_drift(outcome), end="\n\n")  # noqa: T201
    if options.plot:
        options.plot.parent.mkdir(parents=True, exist_ok=True)
        options.plot.write_text(report.plot(name, outcome), encoding="utf-8")
    return 0


def _first_ones(name: str, journeys: Sequence[Journey], shops: int) -> str:
    """How a shop fares when its estimates begin, over shops that each began with their own first parcel."""
    ordered = sorted(journeys, key=lambda one: one.start)
    size = -(-len(ordered) // shops)
    moments = [
        moment
        for begin in range(0, len(ordered), size)
        for moment in replay(ordered[begin : begin + size]).moments
    ]
    return "\n\n".join(report.few(f"{name}, {shops} shops", moments, most) for most in _FEW)


if __name__ == "__main__":
    sys.exit(main())
