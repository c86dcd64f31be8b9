"""Alert rules and the dashboard: every expression is PromQL that suits the metrics it names."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser as promql
import pytest
import yaml  # type: ignore[import-untyped]

from bot import errors

ROOT = Path(__file__).parent.parent
RULES = ROOT / "docs/deploy/alerts.yml"
_RATES = {"rate", "irate", "increase"}
_ADDED = {"job", "instance"}  # by Prometheus itself
_FAMILY = re.compile(r"^\| `(\w+)` \| (\w+) \| ([^|]*) \|", re.MULTILINE)
_UNITS = {"humanize", "humanizeDuration"}


def _families() -> dict[str, tuple[str, set[str]]]:
    """Name → type and labels, from the page that docs/generate.py makes of the code."""
    page = (ROOT / "docs/reference/metrics.md").read_text(encoding="utf-8")
    found = {
        name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in _FAMILY.findall(page)
    }
    histograms = [(name, labels) for name, (kind, labels) in found.items() if kind == "histogram"]
    buckets = {f"{name}_bucket": ("counter", labels | {"le"}) for name, labels in histograms}
    sums = {f"{name}_{end}": ("counter", labels) for name, labels in histograms for end in ("sum", "count")}
    return {name: one for name, one in found.items() if one[0] != "histogram"} | buckets | sums


# Prometheus's own, and one of those that its client library measures of every process
FAMILIES = _families() | {"up": ("gauge", set()), "parcelbot_process_resident_memory_bytes": ("gauge", set())}


def _rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return list(group["rules"])


def _targets() -> list[tuple[str, str]]:
    """Each expression of the dashboard, and its legend."""
    panels = json.loads((ROOT / "docs/deploy/grafana.json").read_text(encoding="utf-8"))["panels"]
    targets = [one for panel in panels for one in panel.get("targets", ())]
    return [(one["expr"].replace("$__rate_interval", "5m"), one["legendFormat"]) for one in targets]


def _walk(node: Any, function: str = "", kept: set[str] | None = None) -> Iterator[tuple[Any, str, Any]]:
    """Each selector, the function that it is given to, and the labels that an aggregation around it keeps."""
    if isinstance(node, promql.VectorSelector):
        yield node, function, kept
    elif isinstance(node, promql.MatrixSelector):
        yield from _walk(node.vector_selector, function, kept)
    elif isinstance(node, promql.Call):
        for one in node.args:
            yield from _walk(one, node.func.name, kept)
    elif isinstance(node, promql.AggregateExpr):
        yield from _walk(node.expr, "", set(node.modifier.labels) if node.modifier else set())
    elif isinstance(node, promql.BinaryExpr):
        yield from _walk(node.lhs, "", kept)
        yield from _walk(node.rhs, "", kept)
    elif isinstance(node, promql.ParenExpr | promql.UnaryExpr):
        yield from _walk(node.expr, function, kept)
    else:
        assert isinstance(node, promql.NumberLiteral), node


def _mistakes(expression: str, texts: str = "") -> list[str]:
    """What is wrong with an expression, or with the labels that `texts` (`{{ $labels.x }}`, `{{x}}`) name."""
    wrong = []
    told: set[str] = set()
    for selector, function, kept in _walk(promql.parse(expression)):
        kind, labels = FAMILIES.get(selector.name, ("", set()))
        if not kind:
            wrong.append(f"{selector.name} is not measured")
            continue
        if (kind == "counter") != (function in _RATES):
            wrong.append(f"{function or 'nothing'}() of the {kind} {selector.name}")
        has = labels | _ADDED
        unknown = ({one.name for one in selector.matchers.matchers} | (kept or set())) - has
        wrong += [f"{selector.name} has no label {label}" for label in sorted(unknown)]
        told |= has if kept is None else kept
    named = set(re.findall(r"\{\{\s*(?:\$labels\.)?(\w+)", texts))
    return wrong + [f"{label} is not there to be told" for label in sorted(named - told)]


@pytest.mark.parametrize("rule", _rules(), ids=lambda rule: rule["alert"])
def test_a_rule_suits_its_metrics_and_says_what_to_do(rule: dict[str, Any]) -> None:
    assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert rule["annotations"].keys() == {"summary", "description"}
    promql.parse_duration(rule.get("for", "1m"))
    texts = " ".join(rule["annotations"].values())
    assert set(re.findall(r"\|\s*(\w+)", texts)) <= _UNITS
    assert _mistakes(rule["expr"], re.sub(r"\{\{ \$value[^}]*\}\}", "", texts)) == []


def test_rules_have_names_of_their_own() -> None:
    names = [rule["alert"] for rule in _rules()]
    assert len(set(names)) == len(names) >= 8


@pytest.mark.parametrize(("expression", "legend"), _targets())
def test_the_dashboard_suits_its_metrics(expression: str, legend: str) -> None:
    assert _mistakes(expression, legend) == []


def test_outcomes_that_rules_single_out_are_ones_that_calls_have() -> None:
    named = set(re.findall(r'outcome!?="(\w+)"', RULES.read_text(encoding="utf-8")))
    assert named == {"ok", errors.UnknownOrder.__name__, errors.Throttled.__name__}


@pytest.mark.parametrize(
    "expression",
    [
        "rate(parcelbot_outbox_dead[1h]) > 0",
        "parcelbot_checks_total > 5",
        "delta(parcelbot_nodes_total[5m]) > 0",
        "sum by (loop) (rate(parcelbot_checks_total[5m]))",
        'parcelbot_leading{role="leader"} == 0',
        "max(parcelbot_outbox_old_seconds)",
        "histogram_quantile(0.9, parcelbot_node_delay_seconds_bucket)",
        "max without (loop) (up) +",
    ],
)
def test_mistakes_are_found(expression: str) -> None:
    try:
        assert _mistakes(expression)
    except ValueError:
        return  # no PromQL at all


def test_promtool_runs_the_rules_as_prometheus_would() -> None:
    """What fires and what does not, over hours of samples: tests/alerts.yml."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("PROMTOOL IS NOT INSTALLED: the alert rules were only parsed")
    for words in (["check", "rules", str(RULES)], ["test", "rules", str(ROOT / "tests/alerts.yml")]):
        done = subprocess.run([promtool, *words], capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
