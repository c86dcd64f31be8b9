"""The bench's results in words, numbers and a drawing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from html import escape
from typing import Any

from tests.bench.pacing.contest import (
    ALONE,
    DAILY,
    FIXED,
    HIGH,
    HINDSIGHT,
    KNOWING,
    LOW,
    OURS,
    PEERS,
    Result,
    Score,
)
from tests.bench.pacing.world import BAGS, MADE_UP

# Two-sided 95 % quantiles of Student's t for 1, 2, 3 … degrees of freedom.
_STUDENT = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26)
_COLORS = (
    "#555555", "#d62728", "#ff9896", "#e377c2", "#9467bd", "#1f77b4",
    "#17becf", "#2ca02c", "#98df8a", "#bcbd22", "#ff7f0e", "#8c564b",
)  # fmt: skip


def table(results: Sequence[Result]) -> str:
    """Everything a person wants to read, as plain text."""
    plain = [result for result in results if FIXED in result.scores and not _is_peer(result)]
    plain.sort(key=lambda result: (result.scene, result.budget))
    parts = [_block(scene, budget, group) for (scene, budget), group in _groups(plain)]
    parts += [_stages(scene, group) for scene, group in _scenes(plain)]
    parts += [_shares(scene, group) for scene, group in _scenes(plain)]
    peers = [result for result in results if _is_peer(result)]
    if peers:
        parts.append(_peers(peers))
    parts.append(_goals(plain))
    return "\n\n".join(parts)


def document(results: Sequence[Result]) -> dict[str, Any]:
    """The same as JSON-able values; delays in hours, shares of the fixed interval's at equal calls."""
    return {
        "results": [asdict(result) for result in results],
        "summary": [
            {
                "scene": scene,
                "budget": budget,
                "policy": name,
                "share": _spread([score.share for score in _scores(group, name)]),
                "finale": _spread([score.finale for score in _scores(group, name)]),
            }
            for (scene, budget), group in _groups(results)
            for name in group[0].scores
        ],
    }


def _block(scene: str, budget: float, group: Sequence[Result]) -> str:
    entries = sum(result.entries for result in group)
    days = sum(result.order_days for result in group)
    lines = [
        f"{scene}, {budget:g} calls per active order-day"
        f"  ({entries} entries in {days:.0f} order-days, {len(group)} draws)",
        f"{'':28}{'calls':>8}{'/day':>7}{'mean':>8}{'median':>8}{'95 %':>8}{'share':>8}{'±':>7}{'finale':>8}",
        f"{'':28}{'':>8}{'':>7}{'min':>8}{'min':>8}{'min':>8}",
    ]
    for name in group[0].scores:
        scores = _scores(group, name)
        share, margin = _spread([score.share for score in scores])
        if margin is None or len(scores) < 4:  # too few draws to tell: the orders' own spread
            margin = _mean(scores, lambda s: s.margin) / math.sqrt(len(scores))
        lines.append(
            f"{name:28}{sum(score.calls for score in scores):8}{_mean(scores, lambda s: s.budget):7.2f}"
            f"{60 * _mean(scores, lambda s: s.mean):8.0f}{60 * _mean(scores, lambda s: s.median):8.0f}"
            f"{60 * _mean(scores, lambda s: s.p95):8.0f}{share:8.3f}{margin:7.3f}"
            f"{_mean(scores, lambda s: s.finale):8.2f}"
        )
    return "\n".join(lines)


def _stages(scene: str, group: Sequence[Result]) -> str:
    lines = [f"{scene}: mean delay in minutes by the stage that the news brought, ours / fixed interval"]
    budgets = sorted({result.budget for result in group})
    stages = list(dict.fromkeys(stage for result in group for stage in result.scores[FIXED].by_stage))
    lines.append(f"{'':28}" + "".join(f"{f'{budget:g} calls':>16}" for budget in budgets))
    for stage in stages:
        row = f"{stage:28}"
        for budget in budgets:
            chosen = [
                result
                for result in group
                if result.budget == budget and stage in result.scores[FIXED].by_stage
            ]
            pair = [
                60.0 * sum(result.scores[name].by_stage[stage] for result in chosen) / max(len(chosen), 1)
                for name in (OURS, FIXED)
            ]
            row += f"{f'{pair[0]:.0f} / {pair[1]:.0f}':>16}"
        lines.append(row)
    return "\n".join(lines)


def _shares(scene: str, group: Sequence[Result]) -> str:
    lines = [
        f"{scene}: ours, delay as a share of the fixed interval's at equal calls (± half of a 95 % interval)",
        f"{'calls per active order-day':28}{'all news':>16}{'closing news':>16}{'delivered':>16}",
    ]
    for (_, budget), results in _groups(group):
        row, root = f"{budget:<28g}", math.sqrt(len(results))
        scores = [result.scores[OURS] for result in results]
        pairs: list[tuple[Callable[[Score], float], Callable[[Score], float]]] = [
            (lambda s: s.share, lambda s: s.margin),
            (lambda s: s.finale, lambda s: s.finale_margin),
            (lambda s: s.delivered, lambda s: s.delivered_margin),
        ]
        for value, margin in pairs:
            row += f"{_mean(scores, value):9.3f} ±{_mean(scores, margin) / root:.3f}"
        lines.append(row)
    lines.append("closing news: out for delivery, delivered")
    return "\n".join(lines)


def _peers(peers: Sequence[Result]) -> str:
    lines = ["the intervals that others use, and ours with as many calls: mean delay in minutes"]
    for result in peers:
        fixed, ours = result.scores[FIXED], result.scores[OURS]
        lines.append(
            f"{PEERS[result.budget]:28}{60 * fixed.mean:8.0f}{60 * ours.mean:8.0f}   share {ours.share:.3f}"
        )
    return "\n".join(lines)


def _goals(results: Sequence[Result]) -> str:
    """The goals, each with what was reached on average over scenes and budgets, and at worst."""
    lines = ["goals (average over scenes and budgets, worst of them)"]
    first = [result for result in results if result.scene in MADE_UP] or list(results)
    bags = [result for result in results if result.scene in BAGS]
    best = KNOWING if any(KNOWING in result.scores for result in results) else HINDSIGHT
    checks: list[tuple[str, float, Sequence[Result], Sequence[str], Callable[[Result], float]]] = [
        ("mean delay, share of fixed", 0.75, first, (OURS,), lambda r: r.scores[OURS].share),
        ("the same, with a budget for each day", 0.75, first, (DAILY,), lambda r: r.scores[DAILY].share),
        (f"against '{best}'", 1.05, first, (best,), lambda r: _against(r, best)),
        ("prior x 3, share of fixed", 1.0, first, (HIGH,), lambda r: r.scores[HIGH].share),
        ("prior / 3, share of fixed", 1.0, first, (LOW,), lambda r: r.scores[LOW].share),
        ("out for delivery, delivered", 0.50, first, (OURS,), lambda r: r.scores[OURS].finale),
        (f"without bags, against '{ALONE}'", 1.02, first, (ALONE,), lambda r: _against(r, ALONE)),
        (f"bags, against '{best}'", 0.75, bags, (best,), lambda r: _against(r, best)),
        ("everywhere, share of fixed", 1.0, results, (OURS,), lambda r: r.scores[OURS].share),
        ("everywhere, closing news", 1.0, results, (OURS,), lambda r: r.scores[OURS].finale),
        ("everywhere, delivered alone", 1.0, results, (OURS,), lambda r: r.scores[OURS].delivered),
    ]
    for name, goal, chosen, needed, value in checks:
        chosen = [result for result in chosen if set(needed) <= set(result.scores)]
        if not chosen:
            continue
        cells = {place: sum(map(value, group)) / len(group) for place, group in _groups(chosen)}
        scene, budget = max(cells, key=cells.__getitem__)
        lines.append(
            f"{name:40} goal {goal:.2f}  average {sum(cells.values()) / len(cells):.3f}"
            f"  worst {cells[scene, budget]:.3f} ({scene}, {budget:g} calls; {len(cells)} cells)"
        )
    return "\n".join(lines)


def _against(result: Result, other: str) -> float:
    return result.scores[OURS].share / result.scores[other].share


def plot(results: Sequence[Result]) -> str:
    """An SVG: share of the fixed interval's mean delay over calls per order-day, a panel for each scene."""
    plain = [result for result in results if not _is_peer(result)]
    names = list(dict.fromkeys(name for result in plain for name in result.scores))
    colours = {name: _COLORS[index % len(_COLORS)] for index, name in enumerate(names)}
    scenes = _scenes(plain)
    width, height = 300 * len(scenes) + 40, 400 + 18 * ((len(names) + 2) // 3)
    panels = [_panel(scene, group, colours, 300 * index + 40) for index, (scene, group) in enumerate(scenes)]
    legend = [
        f'<text x="{50 + 290 * (index % 3)}" y="{395 + 18 * (index // 3)}" fill="{colours[name]}">'
        f"&#9632; {escape(name)}</text>"
        for index, name in enumerate(names)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{max(width, 920)}" height="{height}" '
        'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>'
        + "".join([*panels, *legend])
        + "</svg>\n"
    )


def _panel(scene: str, group: Sequence[Result], colours: dict[str, str], left: float) -> str:
    budgets = sorted({result.budget for result in group})
    low, high = math.log(budgets[0]), math.log(budgets[-1])

    def across(budget: float) -> float:
        return left + 20 + 220 * ((math.log(budget) - low) / (high - low) if high > low else 0.5)

    def up(share: float) -> float:
        return 330 - 200 * (min(share, 1.9) - 0.4)

    parts = [f'<text x="{left + 130}" y="365" text-anchor="middle">calls per active order-day</text>']
    parts += [f'<text x="{left + 100}" y="20" text-anchor="middle" font-size="14">{escape(scene)}</text>']
    for share in (0.5, 0.75, 1.0, 1.25, 1.5):
        parts.append(
            f'<line x1="{left}" x2="{left + 260}" y1="{up(share)}" y2="{up(share)}" stroke="#dddddd"/>'
            f'<text x="{left - 4}" y="{up(share) + 4}" text-anchor="end">{share:g}</text>'
        )
    parts += [
        f'<text x="{across(budget)}" y="350" text-anchor="middle">{budget:g}</text>' for budget in budgets
    ]
    for name, colour in sorted(colours.items(), key=lambda pair: pair[0] == OURS):  # ours on top
        points = []
        for budget in budgets:
            shares = [
                result.scores[name].share
                for result in group
                if result.budget == budget and name in result.scores
            ]
            if shares:
                points.append(f"{across(budget):.1f},{up(sum(shares) / len(shares)):.1f}")
        bold = 3 if name == OURS else 1.3
        parts.append(
            f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="{bold}"/>'
        )
    return "".join(parts)


def _is_peer(result: Result) -> bool:
    return result.budget in PEERS and set(result.scores) == {FIXED, OURS}


def _groups(results: Iterable[Result]) -> list[tuple[tuple[str, float], list[Result]]]:
    groups: dict[tuple[str, float], list[Result]] = {}
    for result in results:
        groups.setdefault((result.scene, result.budget), []).append(result)
    return list(groups.items())


def _scenes(results: Iterable[Result]) -> list[tuple[str, list[Result]]]:
    scenes: dict[str, list[Result]] = {}
    for result in results:
        scenes.setdefault(result.scene, []).append(result)
    return list(scenes.items())


def _scores(group: Sequence[Result], name: str) -> list[Score]:
    """One policy's scores, in the draws in which it plays."""
    return [result.scores[name] for result in group if name in result.scores]


def _mean(scores: Sequence[Score], value: Callable[[Score], float]) -> float:
    return sum(map(value, scores)) / len(scores)


def _spread(values: Sequence[float]) -> tuple[float, float | None]:
    """Mean and the half width of its 95 % interval, None for a single value."""
    count = len(values)
    mean = sum(values) / count
    if count < 2:
        return mean, None
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / (count - 1))
    return mean, _STUDENT[min(count - 2, len(_STUDENT) - 1)] * deviation / math.sqrt(count)
