"""The bench's figures as a table and as a drawing."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape

from tests.bench.arrival.lines import DRIFT
from tests.bench.arrival.replay import RIVALS, Moment, Outcome

_LEFT = (1.0, 3.0, 7.0, 14.0, 30.0, math.inf)
_HEAD = f"{'':26}{'moments':>8}{'ours':>8}" + "".join(f"{name:>10}" for name in RIVALS)
_HEAD += f"{'/promise':>10}{'/best':>8}{'80 % held':>12}{'±':>6}{'width':>7}"


def table(name: str, outcome: Outcome, hand_over: str) -> str:
    """Mean pinball loss in days of the 10, 50 and 90 % quantiles, beside the rivals'."""
    moments = outcome.moments
    if not moments:
        return f"{name}: no delivered parcel after the first ones that are learnt from"
    handed = [one for one in moments if one.stage == hand_over]
    rows = [f"{name}: mean pinball loss of the 10, 50 and 90 % quantiles, in days", _HEAD]
    rows.append(_row("all", moments))
    if handed:
        rows.append(_row(f"at {hand_over}", [one for one in handed if one.entry]))
        rows.append(_row(f"{hand_over} and after", [one for one in moments if _from(one, handed)]))
    rows += ["by quarter of the time", *_quarters(moments)]
    rows += ["by stage", *_groups(moments, lambda one: one.stage.value)]
    rows += ["by days to go", *_groups(moments, lambda one: _band(one.left))]
    share = outcome.held / max(outcome.ranges, 1)
    a_day = outcome.moves / max(outcome.said_days, 1e-9)
    rows.append(
        f"said: {outcome.ranges} times, {100 * share:.1f} % held to the half day; moved without news "
        f"{a_day:.3f} times a day, {outcome.hasty} times within two days"
    )
    if outcome.warned:
        ahead = sorted(before for before, _ in outcome.warned.values())
        right = sum(late for _, late in outcome.warned.values())
        rows.append(
            f"foretold to be late: {len(ahead)} parcels, {right} rightly, of {len(outcome.late)} in all; "
            f"{ahead[len(ahead) // 2]:.1f} days ahead at the median"
        )
    return "\n".join(rows)


def few(name: str, moments: Sequence[Moment], most: int) -> str:
    """The same for the moments at which few parcels had been delivered."""
    few_ = [one for one in moments if one.finished <= most]
    if not few_:
        return f"{name}: never so few"
    least = min(one.finished for one in few_)
    lines = [f"{name}, {least} to {most} delivered", _HEAD, _row("all", few_)]
    for place, rival in enumerate(RIVALS, 1):
        less, margin = _mean(few_, lambda one: one.losses[place] - one.losses[0])  # noqa: B023 (called at once)
        lines.append(f"our loss is less than that of {rival} by {less:.2f} ± {margin:.2f} days")
    return "\n".join(lines)


def merged(outcomes: Sequence[Outcome]) -> Outcome:
    """Several draws as one; orders are told apart."""
    whole = Outcome([])
    for draw, one in enumerate(outcomes):
        whole.moments += [replace(each, order=f"{draw}/{each.order}") for each in one.moments]
        whole.warned |= {f"{draw}/{order}": warned for order, warned in one.warned.items()}
        whole.late |= {f"{draw}/{order}" for order in one.late}
        for name in ("said_days", "moves", "hasty", "held", "ranges"):
            setattr(whole, name, getattr(whole, name) + getattr(one, name))
    return whole


def around_drift(outcome: Outcome) -> str:
    """How many of the 80 % ranges held, by week from the drift, with half of the 95 % interval."""
    weeks: dict[int, list[Moment]] = defaultdict(list)
    for one in outcome.moments:
        weeks[math.floor((one.at - DRIFT) / 7.0)].append(one)
    cells = []
    for week in range(-3, 13):
        if moments := weeks[week]:
            held = sum(one.held for one in moments) / len(moments)
            cells.append(f"{week:+d}: {100 * held:.0f} ± {100 * _margin(moments):.0f}")
    return "80 % held by week from the drift: " + "  ".join(cells)


def plot(name: str, outcome: Outcome) -> str:
    """Loss by days to go, ours and the rivals', as SVG."""
    groups: dict[int, list[Moment]] = defaultdict(list)
    for one in outcome.moments:
        groups[min(math.floor(one.left), 30)].append(one)
    spots = sorted(groups)
    top = max((_loss(groups[spot], 2) for spot in spots), default=1.0) * 1.1
    colours = ("#d62728", "#999999", "#1f77b4", "#2ca02c")
    lines = []
    for index, (label, colour) in enumerate(zip(("ours", *RIVALS), colours, strict=True)):
        path = " ".join(
            f"{60 + 20 * spot:.0f},{360 - min(300 * _loss(groups[spot], index) / top, 320):.0f}"
            for spot in spots
        )
        lines.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        lines.append(f'<text x="{60 + 110 * index}" y="30" fill="{colour}">{escape(label)}</text>')
    ticks = "".join(f'<text x="{55 + 20 * day}" y="378">{day}</text>' for day in range(0, 31, 5))
    levels = "".join(
        f'<text x="20" y="{364 - 300 * step / 4:.0f}">{top * step / 4:.1f}</text>' for step in range(5)
    )
    title = f'<text x="60" y="396">{escape(name)}: pinball loss (days) by days to go</text>'
    body = "".join((*lines, ticks, levels, title))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="720" height="410" font-family="sans-serif" '
        f'font-size="13"><rect width="720" height="410" fill="#ffffff"/>{body}</svg>\n'
    )


def _groups(moments: Sequence[Moment], key: Callable[[Moment], str]) -> list[str]:
    found: dict[str, list[Moment]] = defaultdict(list)
    for one in moments:
        found[key(one)].append(one)
    order = {_band(edge - 0.1): place for place, edge in enumerate(_LEFT)}
    return [
        _row(f"  {name}", found[name]) for name in sorted(found, key=lambda name: (order.get(name, 0), name))
    ]


def _quarters(moments: Sequence[Moment]) -> list[str]:
    begin, end = min(one.at for one in moments), max(one.at for one in moments) + 1e-6
    quarters = [
        [one for one in moments if int(4 * (one.at - begin) / (end - begin)) == at] for at in range(4)
    ]
    return [_row(f"  {place}", some) for place, some in enumerate(quarters, 1) if some]


def _row(name: str, moments: Sequence[Moment]) -> str:
    losses = [_loss(moments, index) for index in range(4)]
    held = sum(one.held for one in moments) / len(moments)
    row = f"{name:26}{len(moments):8}{losses[0]:8.3f}" + "".join(f"{loss:10.3f}" for loss in losses[1:])
    row += f"{losses[0] / max(losses[1], 1e-9):10.3f}{losses[0] / max(min(losses[1:]), 1e-9):8.3f}"
    width = math.fsum(one.width for one in moments) / len(moments)
    return f"{row}{100 * held:12.1f}{100 * _margin(moments):6.1f}{width:7.1f}"


def _loss(moments: Sequence[Moment], index: int) -> float:
    return math.fsum(one.losses[index] for one in moments) / len(moments)


def _margin(moments: Sequence[Moment]) -> float:
    """Half of the 95 % interval of the share that held."""
    return _mean(moments, lambda one: float(one.held))[1]


def _mean(moments: Sequence[Moment], of: Callable[[Moment], float]) -> tuple[float, float]:
    """The mean, and half of its 95 % interval; an order's moments stand or fall together."""
    mean = math.fsum(map(of, moments)) / len(moments)
    sums: dict[str, float] = defaultdict(float)
    for one in moments:
        sums[one.order] += of(one) - mean
    return mean, 1.96 * math.sqrt(math.fsum(value * value for value in sums.values())) / len(moments)


def _band(left: float) -> str:
    low = 0.0
    for edge in _LEFT:
        if left < edge:
            return f"{low:g} to {edge:g}" if edge < math.inf else f"{low:g} and more"
        low = edge
    return ""


def _from(one: Moment, handed: Sequence[Moment]) -> bool:
    return (one.stage.rank or 0) >= (handed[0].stage.rank or 0)
