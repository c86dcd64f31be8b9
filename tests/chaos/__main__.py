"""`python -m tests.chaos --seed N --minutes M`: a run of any length, reported as a table and as JSON."""

from __future__ import annotations

import argparse
import asyncio
import pickle
import sys
import time
from pathlib import Path

from tests.chaos import report
from tests.chaos.audit import count
from tests.chaos.plan import Size, make
from tests.chaos.run import run_plan


def main() -> int:
    """Run, report, and fail where a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--settle", type=float, default=300.0, help="seconds that everything gets at the end")
    parser.add_argument("--life", type=float, default=Size().life, help="mean seconds between deaths")
    parser.add_argument("--scans", type=float, default=Size().scans, help="nodes a second")
    parser.add_argument(
        "--calm", action="store_true", help="no deaths, faults or troubles: nothing may repeat"
    )
    parser.add_argument("--replicas", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--intake", choices=["polling", "webhook"], default="polling")
    parser.add_argument("--fault", default="", help="run the bot with a mistake that must be found")
    parser.add_argument("--json", type=Path, help="where to write the report as JSON")
    parser.add_argument("--records", type=Path, help="where to pickle everything, for a post-mortem")
    parser.add_argument("--log", type=Path, default=Path("/dev/null"), help="where the bot's words go")
    given = parser.parse_args()
    stormy = not given.calm
    if given.replicas > 1 and given.database == "sqlite":
        parser.error("several replicas need --database postgresql")
    size = Size(
        life=given.life,
        scans=given.scans,
        deaths=stormy,
        weather=stormy,
        troubles=stormy,
        replicas=given.replicas,
        database=given.database,
        intake=given.intake,
    )
    plan = make(given.seed, given.minutes * 60.0, size)
    sys.stdout.write(f"seed {given.seed}, {given.minutes:g} minutes\n")
    sys.stdout.flush()
    records = asyncio.run(run_plan(plan, settle_within=given.settle, fault=given.fault, log=given.log))
    if given.records:
        given.records.write_bytes(pickle.dumps(records))
    counted = count(records)
    sys.stdout.write(report.table(records, counted))
    if given.json:
        given.json.write_text(report.as_json(records, counted), encoding="utf-8")
    broken = report.broken(records, counted)
    sys.stdout.write("".join(f"BROKEN {one}\n" for one in broken))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
