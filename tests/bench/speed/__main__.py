"""Measures speed as ratios to bare clients, each contestant in a process of its own, taking turns."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.speed import children, latency, report, stock
from tests.bench.speed.report import Line

COMMITTED = children.ROOT / "docs" / "bench-speed.json"
_DELAY = 0.15  # seconds that AliExpress takes
_TELEGRAM = 30.0  # messages a second that Telegram takes of one bot

Results = dict[str, list[dict[str, float]]]


def main() -> int:
    """Measure, print, compare; 1 where a goal is missed."""
    options = _options()
    lines: list[Line] = []
    known = report.values(json.loads(COMMITTED.read_text("utf-8"))) if COMMITTED.exists() else {}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        bench = Bench(Path(folder), options)
        for part in options.parts:
            found: list[Line] = getattr(bench, part)()
            lines += found
            print(report.table(found, known), end="\n\n", flush=True)  # noqa: T201  a command line tool
    if options.json:
        text = json.dumps(report.document(lines), indent=1, ensure_ascii=False)
        options.json.write_text(text + "\n", encoding="utf-8")
    return 0 if all(line.met is not False for line in lines) else 1


class Bench:
    """The parts, each giving lines of the table."""

    def __init__(self, folder: Path, options: argparse.Namespace) -> None:
        self._folder = folder
        self._options = options
        self._base = float(int(time.time()))
        self._largest: tuple[int, Path] | None = None

    def checks(self) -> list[Line]:
        """The quiet check against bare loops, and by the number of stored orders."""
        stores = {size: self._filled(size, due=True) for size in self._options.orders}
        spans = {"warm": 1.0, "seconds": self._options.seconds}
        with children.standin(self._base, _DELAY) as url:
            turns: dict[str, Callable[[], dict[str, float]]] = {
                f"{size}": lambda size=size: children.run(  # type: ignore[misc]  # binds the loop's value
                    "checks", url=url, database=str(stores[size]), stored=size, **spans
                )
                for size in stores
            }
            turns["aiohttp"] = lambda: children.run("checks-aiohttp", url=url, **spans)
            found = self._take_turns(turns)
        small, large = f"{min(stores)}", f"{max(stores)}"
        lines = [
            Line(
                name="check: CPU, bare aiohttp loops", value=_ratio(found, small, "aiohttp", "each"), goal=4.0
            )
        ]
        for size in sorted(stores)[1:]:
            ratio = _ratio(found, f"{size}", small, "each")
            lines.append(
                Line(name=f"check: CPU with {size:,} orders to {min(stores):,}", value=ratio, goal=1.25)
            )
        peak = max(turn["memory"] for turn in found[large])
        lines.append(Line(name=f"memory with {max(stores):,} orders", value=peak, unit="MiB", goal=200))
        lines += [_plain(found, small, "check"), _plain(found, "aiohttp", "bare aiohttp call")]
        return [*lines, Line(name="checks a second", value=_middle(found, small, "rate"), unit="/s")]

    def pushes(self) -> list[Line]:
        """The push against a bare client with the same bodies, and against Telegram's limit."""
        count = self._options.pushes
        filled = self._filled(count, due=False, owed=count)
        with children.standin(self._base, 0.0) as url:
            copies = (self._copy(filled, number) for number in range(self._options.repeat + 1))

            def product() -> dict[str, float]:
                return children.run("pushes", url=url, database=str(next(copies)), owed=count)

            product()
            bodies = children.ask(url, "bodies")
            found = self._take_turns(
                {
                    "product": product,
                    "aiohttp": lambda: children.run("pushes-aiohttp", url=url, bodies=bodies, count=count),
                }
            )
        return [
            Line(
                name="push: rate, bare aiohttp client's",
                value=_ratio(found, "product", "aiohttp", "rate"),
                goal=0.2,
                at_least=True,
            ),
            Line(
                name="push: rate in one core, Telegram's limit",
                value=1.0 / _middle(found, "product", "each") / _TELEGRAM,
                goal=20.0,
                at_least=True,
            ),
            _plain(found, "product", "push"),
            _plain(found, "aiohttp", "bare aiohttp post"),
            Line(name="pushes a second", value=_middle(found, "product", "rate"), unit="/s"),
        ]

    def answers(self) -> list[Line]:
        """What people wait for while checks saturate the source."""
        with children.standin(self._base, _DELAY) as url:
            found = latency.answers(url, self._filled(50_000, due=True), self._options.people)
        own, bound = _DELAY * 1000, _DELAY * 1000 + 60
        lines = [
            Line(name="/track while saturated, 99th percentile", value=found["track p99"] * 1e3, goal=bound),
            Line(name="/track while saturated, median", value=found["track median"] * 1e3),
            Line(name="button while saturated, 99th percentile", value=found["button p99"] * 1e3, goal=50),
            Line(name="button while saturated, median", value=found["button median"] * 1e3),
            Line(name="the source's own latency", value=own),
        ]
        return [Line(name=one.name, value=one.value, goal=one.goal, unit="ms") for one in lines]

    def start(self) -> list[Line]:
        """From nothing to ready with a full store, and at rest."""
        size = max(self._options.orders)
        with children.standin(self._base, _DELAY) as url:
            found = latency.start(url, self._filled(size, due=False), self._options.idle)
        return [
            Line(
                name=f"start with {size:,} orders, beyond imports", value=found["beyond"], unit="s", goal=2.0
            ),
            Line(name="interpreter and imports", value=found["imports"], unit="s"),
            Line(name="idle", value=found["idle"] * 100, unit="% of a core", goal=1.0),
            Line(name=f"memory at rest with {size:,} orders", value=found["memory"], unit="MiB", goal=200),
        ]

    # ── contestants ─────────────────────────────────────────────────────────────────────────────

    def _take_turns(self, turns: dict[str, Callable[[], dict[str, float]]]) -> Results:
        """Everybody in turn, several times: what else the machine does meets all alike."""
        found: Results = {name: [] for name in turns}
        for _ in range(self._options.repeat):
            for name, turn in turns.items():
                found[name].append(turn())
        return found

    def _filled(self, size: int, *, due: bool, owed: int = 0) -> Path:
        path = self._folder / f"{size}-{due:d}-{owed}" / "bot.db"
        if not path.exists():
            path.parent.mkdir()
            print(f"writing {size:,} orders …", file=sys.stderr, flush=True)  # noqa: T201
            stock.fill(path, size, self._base, due=due, owed=owed)
            os.sync()  # or the system would write while others are measured
        return path

    def _copy(self, path: Path, number: int) -> Path:
        copy = path.with_name(f"copy-{number}.db")
        copy.write_bytes(path.read_bytes())
        return copy


def _middle(found: Results, who: str, what: str) -> float:
    return statistics.median(turn[what] for turn in found[who])


def _ratio(found: Results, one: str, other: str, what: str) -> float:
    """The median of the ratios of neighbouring turns."""
    pairs = zip(found[one], found[other], strict=True)
    return statistics.median([mine[what] / theirs[what] for mine, theirs in pairs])


def _plain(found: Results, who: str, name: str) -> Line:
    return Line(name=f"CPU of one {name}", value=_middle(found, who, "each") * 1e3, unit="ms")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.speed", description=__doc__)
    parts = ["checks", "pushes", "answers", "start"]
    parser.add_argument("parts", nargs="*", default=parts, metavar="PART", help=f"of {', '.join(parts)}")
    parser.add_argument(
        "--orders", type=_numbers, default=[1_000, 100_000, 1_000_000], help="sizes of the stores"
    )
    parser.add_argument("--repeat", type=int, default=3, help="turns of every contestant")
    parser.add_argument("--seconds", type=float, default=4.0, help="of one turn of checks")
    parser.add_argument("--pushes", type=int, default=2000, help="in one turn")
    parser.add_argument("--people", type=int, default=150, help="who ask while the poller is busy")
    parser.add_argument("--idle", type=float, default=35.0, help="seconds of rest that are watched")
    parser.add_argument("--json", type=Path, metavar="FILE", help=f"write there, say {COMMITTED.name}")
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
