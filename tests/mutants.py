"""How many small faults in the pure modules the tests see: `make mutants`.

Runs mutmut over what pyproject.toml names, for a limited time; a run that was cut short goes on where it
stopped. What `make test` finds by mypy needs no test and is not run. A mutant that survives because it
changes nothing stands in equivalent_mutants.toml with its reason; the command fails where too few of the
others are killed.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LEAST = 0.95  # of a module's mutants, those that are equivalent left out
WHOLE = ("bot.timeline", "bot.merging", "bot.stages.statement")  # here none may survive
_COLUMNS = {
    "killed": "killed",
    "timeout": "killed",
    "caught by type check": "typed",
    "not checked": "untried",
}
_MANGLED = re.compile(r"x(?:ǁ(?P<owner>\w+)ǁ|_)(?P<name>\w+)__mutmut_\d+$")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """A line whose mutants change nothing; `becomes` names the ones meant, none: all of that line."""

    where: str  # module and function
    was: str
    reason: str
    becomes: tuple[str, ...] = ()

    def covers(self, function: str, before: str, after: str) -> bool:
        """Whether the mutant is this one."""
        return (
            function == self.where
            and self.was in before
            and (not self.becomes or any(one in after for one in self.becomes))
        )


def excuses() -> list[Excuse]:
    """All that are written down."""
    rows = tomllib.loads(Path(__file__).with_name("equivalent_mutants.toml").read_text())["mutant"]
    return [Excuse(**(row | {"becomes": tuple(row.get("becomes", ()))})) for row in rows]


def function_of(mutant: str) -> str:
    """`bot.ids.xǁ_Foundǁword__mutmut_4` is a mutant of `bot.ids._Found.word`."""
    module, _, mangled = mutant.rpartition(".")
    found = _MANGLED.fullmatch(mangled)
    assert found is not None, mutant
    return ".".join(filter(None, (module, found["owner"], found["name"])))


def mutmut(*arguments: str, minutes: float | None = None) -> str:
    """What mutmut says; stopped after so many minutes, when what it found is kept."""
    command = [sys.executable, "-m", "mutmut", *arguments]
    # mutmut starts mypy by its name
    ours = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    if minutes is None:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
    try:
        if subprocess.run(command, check=False, timeout=minutes * 60, env=ours).returncode:
            sys.exit("mutmut could not run; what it said stands above")
    except subprocess.TimeoutExpired:
        _say(f"\nStopped after {minutes:g} minutes; the next run goes on from here.")
    return ""


def name_files(modules: Sequence[str]) -> None:
    """Tell mypy which files to check: those of the modules chosen, or all that are mutated."""
    project = tomllib.loads(Path("pyproject.toml").read_text())
    chosen = [module.replace(".", "/") for module in modules]
    files = [f"{path}.py" if Path(f"{path}.py").is_file() else path for path in chosen]
    mutated = [pattern.removesuffix("/*.py") for pattern in project["tool"]["mutmut"]["only_mutate"]]
    Path("mutants").mkdir(exist_ok=True)
    Path("mutants/typed.txt").write_text("\n".join(files or mutated))


def results(modules: Sequence[str]) -> dict[str, str]:
    """Every mutant's fate."""
    lines = (line.strip().rpartition(": ") for line in mutmut("results", "--all", "true").splitlines())
    return {name: fate for name, _, fate in lines if name.startswith(tuple(modules) or "bot.")}


def difference(mutant: str) -> tuple[str, str]:
    """The lines that the mutant replaces, and what it replaces them by."""
    lines = mutmut("show", mutant).splitlines()
    before = [line[1:].strip() for line in lines if line.startswith("-") and not line.startswith("---")]
    after = [line[1:].strip() for line in lines if line.startswith("+") and not line.startswith("+++")]
    return " ".join(before), " ".join(after)


def report(fates: Mapping[str, str], known: Sequence[Excuse]) -> bool:
    """Say what survived and each module's share; whether all reach their goal."""
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for mutant, fate in fates.items():
        column = _COLUMNS.get(fate, "left")
        if column == "left":
            before, after = difference(mutant)
            if any(one.covers(function_of(mutant), before, after) for one in known):
                column = "equivalent"
            else:
                _say(f"\n{mutant}: {fate}\n  - {before}\n  + {after}")
        table[mutant.rpartition(".")[0]][column] += 1
    columns = ("killed", "typed", "equivalent", "left", "untried")
    _say(f"\n{'module':24}{''.join(f'{name:>12}' for name in columns)}{'share':>9}")
    reached = True
    for module, counts in sorted(table.items()):
        share = (counts["killed"] + counts["typed"]) / max(1, counts.total() - counts["equivalent"])
        goal = 1.0 if module.startswith(WHOLE) else LEAST
        reached = reached and share >= goal
        short = "" if share >= goal else f"  below {goal:.0%}"
        _say(f"{module:24}{''.join(f'{counts[name]:12}' for name in columns)}{share:9.1%}{short}")
    return reached


def main() -> int:
    """0 when every module reaches its goal."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("modules", nargs="*", help="such as bot.timeline; all by default")
    options.add_argument(
        "--minutes", type=float, default=30.0, help="how long to try mutants; 0: only report"
    )
    options.add_argument("--again", action="store_true", help="try those again that survived")
    chosen = options.parse_args()
    names = [f"{module}.*" for module in chosen.modules]
    if chosen.again:
        names = [name for name, fate in results(chosen.modules).items() if _COLUMNS.get(fate) != "killed"]
    if chosen.minutes:
        name_files(chosen.modules)
        mutmut("run", "--max-children", "2", *names, minutes=chosen.minutes)
    return 0 if report(results(chosen.modules), excuses()) else 1


if __name__ == "__main__":
    sys.exit(main())
