"""`python -m tests.simulation --seeds N --days D`: many seeds side by side, half of them in rough weather."""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from tests.simulation.check import broken, owed, repeats
from tests.simulation.engine import Case, simulate
from tests.simulation.world import CALM, ROUGH


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """What one seed came to."""

    case: Case
    looks: int
    owed: int
    repeated: int
    deaths: int
    trace: str
    broken: list[str]

    def __str__(self) -> str:
        weather = "rough" if self.case.faults == ROUGH else "calm "
        wrong = "".join(f"\n  BROKEN {one}" for one in self.broken[:8])
        return (
            f"seed {self.case.seed} {weather} {self.looks:6d} looks {self.owed:5d} owed "
            f"{self.repeated:3d} repeated {self.deaths:3d} deaths  trace {self.trace}{wrong}\n"
        )


def run_case(case: Case) -> CaseResult:
    """Simulate one seed and check it."""
    outcome = simulate(case)
    return CaseResult(
        case=case,
        looks=sum(map(len, outcome.looks.values())),
        owed=len(list(owed(outcome))),
        repeated=repeats(outcome),
        deaths=outcome.deaths,
        trace=outcome.trace.digest[:16],
        broken=broken(outcome),
    )


def main() -> int:
    """Simulate seed after seed; fail where a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--days", type=float, default=8.0)
    parser.add_argument("--orders", type=int, default=12)
    parser.add_argument("--chats", type=int, default=8)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    given = parser.parse_args()
    began = time.monotonic()
    cases = [
        Case(
            seed=seed,
            days=given.days,
            orders=given.orders,
            chats=given.chats,
            faults=ROUGH if seed % 2 else CALM,
        )
        for seed in range(given.first, given.first + given.seeds)
    ]
    every: list[CaseResult] = []
    with ProcessPoolExecutor(given.jobs) as processes:
        for results in processes.map(run_case, cases):
            every.append(results)
            sys.stdout.write(str(results))
            sys.stdout.flush()
    return _conclude(every, time.monotonic() - began)


def _conclude(every: list[CaseResult], seconds: float) -> int:
    days = sum(one.case.days for one in every)
    order_days = sum(one.case.days * one.case.orders for one in every)
    failed = sum(bool(one.broken) for one in every)
    sys.stdout.write(
        f"{len(every)} seeds, {days:g} days, {order_days:g} order-days: "
        f"{sum(one.looks for one in every)} looks, "
        f"{sum(one.owed for one in every)} owed, {sum(one.repeated for one in every)} repeated, "
        f"{sum(one.deaths for one in every)} deaths, {failed} seeds failed, {seconds:.0f} s\n"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
