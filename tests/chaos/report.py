"""A run's count as a table for people and as JSON for machines; and the promises it broke."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from tests.chaos.audit import Count
from tests.chaos.processes import CALLS_PER_SECOND
from tests.chaos.records import Records

_IN_FLIGHT = 48  # the places that the sender serves at once
_NAMED = 8  # of a long list of broken things so many are spelt out


def facts(run: Records, counted: Count) -> dict[str, object]:
    """The report's lines."""
    return {
        "seed": run.seed,
        "seconds": round(run.seconds, 1),
        "… of them to settle": round(run.settled_in, 1),
        "kills (-9)": len(run.kills),
        "stops (SIGTERM)": len(run.stops),
        "slowest stop, s": round(max(run.stops, default=0.0), 1),
        "restarts of the server": len(run.away),
        "notices owed": counted.owed,
        "notices told": counted.told,
        "… of them in a summary": counted.in_summary,
        "… of them on the asked card": counted.on_card,
        "notices lost": len(counted.lost),
        "… 95 % bound": f"{counted.bound:.1e}",
        "follower left before": counted.open,
        "pushes (messages)": counted.pushes,
        "pushes repeated": counted.repeats,
        "… unexplained": len(counted.unexplained),
        "… most after one kill": counted.worst_kill,
        "cards at the end": counted.cards,
        "… that lack the newest": len(counted.stale),
        "told where not followed": len(counted.foreign),
        "written to though blocked": len(counted.to_blocked),
        "commands": counted.commands,
        "commands unanswered": len(counted.unanswered),
        "button presses": counted.presses,
        "… without an answer": counted.silent_presses,
        "busiest second at Telegram": run.busiest_second,
        "flood limits met": sum(run.violations.values()),
        "calls at AliExpress": run.aliexpress_calls,
        "busiest second at AliExpress": run.aliexpress_busiest,
        "merchant's new logins": run.logins,
        "database": run.integrity,
    }


def table(run: Records, counted: Count) -> str:
    """For people."""
    lines = [f"{name:<30} {value}" for name, value in facts(run, counted).items()]
    lines += [f"repeated after {cause:<15} {n}" for cause, n in sorted(counted.repeat_causes.items())]
    lines += ["", *(f"{name:<30} {n}" for name, n in sorted(run.troubles.items()))]
    return "\n".join(lines) + "\n"


def as_json(run: Records, counted: Count) -> str:
    """For machines."""
    whole = {"report": facts(run, counted), "troubles": dict(run.troubles), "count": asdict(counted)}
    return json.dumps(whole, ensure_ascii=False, indent=1)


def broken(run: Records, counted: Count) -> list[str]:
    """Every promise that was broken; empty for a good run."""
    return list(_broken(run, counted))


def _broken(run: Records, counted: Count) -> Iterator[str]:
    lists = {
        "lost": counted.lost,
        "repeated without a cause": counted.unexplained,
        "cards that lack the newest": counted.stale,
        "told where not followed": counted.foreign,
        "outside their topic": run.astray,
        "written to though blocked": counted.to_blocked,
        "unanswered": counted.unanswered,
        "ended badly": run.bad_exits,
    }
    for what, found in lists.items():
        if found:
            more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
            yield f"{what}: {'; '.join(found[:_NAMED])}{more}"
    if run.unsettled:
        yield f"not settled: {run.unsettled}"
    if run.set_aside:
        yield f"updates set aside: {run.set_aside}"
    if run.integrity != "ok":
        yield f"database: {run.integrity}"
    if any(seconds > 10.0 for seconds in run.stops):
        yield f"a stop took {max(run.stops):.1f} s"
    if counted.worst_kill > _IN_FLIGHT:
        yield f"repeated after one kill: {counted.worst_kill}"
    if run.violations and not run.kills:
        yield f"flood limits met without a crash: {dict(run.violations)}"
    if run.aliexpress_busiest > 2 * CALLS_PER_SECOND:  # twice: a second in which the bot died and came back
        yield f"calls at AliExpress in a second: {run.aliexpress_busiest}"
    if not counted.owed or not counted.commands:
        yield "nothing happened"
