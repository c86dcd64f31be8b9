"""The replay bench: ways of pacing at equal calls, as a table, JSON and a plot."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.bench.pacing import contest, report
from tests.bench.pacing.cost import costs
from tests.bench.pacing.world import WORLDS, read


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse, run, print; 2 for a mistake in the command line or the file."""
    options = _options(arguments)
    try:
        jobs = _jobs(options)
    except (OSError, ValueError) as exc:
        print(exc, file=sys.stderr)  # noqa: T201 (a command line tool)
        return 2
    results, begun = [], time.monotonic()
    with ProcessPoolExecutor(options.jobs) as pool:
        for result in pool.map(contest.play, jobs):
            results.append(result)
            print(_progress(result, len(results), len(jobs), begun), file=sys.stderr, flush=True)  # noqa: T201
    print(report.table(results))  # noqa: T201
    print(f"\n{costs()}")  # noqa: T201
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(report.document(results), indent=1), encoding="utf-8")
    if options.plot:
        options.plot.parent.mkdir(parents=True, exist_ok=True)
        options.plot.write_text(report.plot(results), encoding="utf-8")
    return 0


def _jobs(options: argparse.Namespace) -> list[contest.Match]:
    """The worlds, or the file, or both. Raises OSError, ValueError for a file that cannot be used."""
    budgets, file = options.budgets or [1.0, 2.0, 4.0, 8.0, 16.0], options.timelines
    worlds = options.worlds if options.worlds is not None else [] if file else list(WORLDS)
    jobs = contest.matches(worlds, budgets, options.seeds, options.orders or 200, options.warm)
    if file:
        orders = options.orders or 1000
        jobs += contest.replays(read(file), file.stem, budgets, options.warm, orders, options.seeds)
    return jobs


def _progress(result: contest.Result, done: int, jobs: int, begun: float) -> str:
    ours = result.scores[contest.OURS]
    minutes = (time.monotonic() - begun) / 60.0
    return (
        f"{done} of {jobs}, {minutes:.1f} min: "
        f"{result.scene}, {result.budget:g} calls, draw {result.seed}: "
        f"all {ours.share:.2f}, closing {ours.finale:.2f}, delivered {ours.delivered:.2f}"
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.pacing", description=__doc__)
    parser.add_argument(
        "--timelines",
        type=Path,
        metavar="FILE",
        help="replay this CSV file, order,time_utc,stage[,followers[,eta_utc]]",
    )
    parser.add_argument(
        "--worlds", type=_words, help=f"all, or of {','.join(WORLDS)}; all without a file, none with one"
    )
    parser.add_argument("--budgets", type=_numbers, help="calls per active order-day (1,2,4,8,16)")
    parser.add_argument(
        "--seeds", type=int, default=1, help="independent draws of each world, jitters of a file (1)"
    )
    parser.add_argument("--orders", type=int, help="orders in each draw (200), of a file at most (1000)")
    parser.add_argument(
        "--warm", type=float, default=14.0, help="days of learning before anything is measured"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="write an SVG drawing there")
    return parser.parse_args(arguments)


def _words(text: str) -> list[str]:
    words = list(WORLDS) if text == "all" else text.split(",")
    if unknown := set(words) - set(WORLDS):
        raise argparse.ArgumentTypeError(f"no such world: {', '.join(sorted(unknown))}")
    return words


def _numbers(text: str) -> list[float]:
    return [float(word) for word in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
