"""`python -m tests.simulation --seeds N --days D`: many seeds, half of them in rough weather."""

from __future__ import annotations

import argparse
import sys
import time

from tests.simulation.check import broken, owed, repeats
from tests.simulation.engine import Case, simulate
from tests.simulation.world import CALM, ROUGH


def main() -> int:
    """Simulate seed after seed; fail where a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--days", type=float, default=8.0)
    parser.add_argument("--orders", type=int, default=12)
    given = parser.parse_args()
    began, failed, totals = time.monotonic(), 0, [0, 0, 0, 0]
    for seed in range(given.first, given.first + given.seeds):
        mood = ROUGH if seed % 2 else CALM
        outcome = simulate(Case(seed=seed, days=given.days, orders=given.orders, mood=mood))
        wrong = broken(outcome)
        told = len(list(owed(outcome)))
        looks = sum(map(len, outcome.looks.values()))
        again = repeats(outcome)
        totals = [a + b for a, b in zip(totals, (looks, told, again, outcome.deaths), strict=True)]
        failed += bool(wrong)
        sys.stdout.write(
            f"seed {seed} {'rough' if seed % 2 else 'calm '} {looks:6d} looks {told:5d} owed "
            f"{again:3d} repeated {outcome.deaths:3d} deaths  trace {outcome.trace.digest[:16]}"
            f"{''.join(f'{chr(10)}  BROKEN {one}' for one in wrong[:8])}\n"
        )
        sys.stdout.flush()
    days = given.seeds * given.days
    sys.stdout.write(
        f"{given.seeds} seeds, {days:g} days, {days * given.orders:g} order-days: {totals[0]} looks, "
        f"{totals[1]} owed, {totals[2]} repeated, {totals[3]} deaths, {failed} seeds failed, "
        f"{time.monotonic() - began:.0f} s\n"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
