"""The bench's result as a table beside the goals and the last committed result, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measured value. `goal` is a limit, at most or at least; None: only reported."""

    name: str
    value: float
    unit: str = ""
    goal: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal


def table(lines: Sequence[Line], before: Mapping[str, float]) -> str:
    """What a person wants to read."""
    width = max(len(line.name) for line in lines)
    rows = [f"{'':{width}}  {'now':>10}  {'goal':>10}  {'':4}  {'committed':>10}"]
    for line in lines:
        sign = "" if line.goal is None else f"{'≥' if line.at_least else '≤'} {line.goal:g}"
        met = {None: "", True: "yes", False: "NO"}[line.met]
        known = f"{before[line.name]:.4g}" if line.name in before else ""
        row = f"{line.name:{width}}  {line.value:>10.4g}  {sign:>10}  {met:4}  {known:>10}  {line.unit}"
        rows.append(row.rstrip())
    return "\n".join(rows)


def document(lines: Sequence[Line]) -> dict[str, Any]:
    """The same as JSON-able values."""
    return {
        "lines": [
            {"name": line.name, "value": line.value, "unit": line.unit, "goal": line.goal, "met": line.met}
            for line in lines
        ]
    }


def values(known: Mapping[str, Any]) -> dict[str, float]:
    """Values by name of a document written before."""
    return {line["name"]: line["value"] for line in known.get("lines", [])}
