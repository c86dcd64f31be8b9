"""The checks of `doctor`: each is a function in one of these modules and returns findings."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, replace

from bot.errors import BotError


class Verdict(enum.StrEnum):
    """The severity of a finding; only failures change the exit code."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report: what was checked, what was found, and how to fix it."""

    name: str
    verdict: Verdict
    text: str
    fix: str = ""


def ok(name: str, text: str) -> Finding:
    """No problem."""
    return Finding(name=name, verdict=Verdict.OK, text=text)


def warning(name: str, text: str, fix: str) -> Finding:
    """The bot works, but the operator should know this."""
    return Finding(name=name, verdict=Verdict.WARNING, text=text, fix=fix)


def failure(name: str, text: str, fix: str) -> Finding:
    """The bot cannot work until this is fixed."""
    return Finding(name=name, verdict=Verdict.FAILURE, text=text, fix=fix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: its name, its function, and the fix to suggest if the function itself fails."""

    name: str
    look: Callable[[], Awaitable[Iterable[Finding]]]
    fix: str


_PATIENCE = 45.0  # seconds for one check, network included


async def run_checks(checks: Iterable[Check], redact: Callable[[str], str]) -> AsyncIterator[Finding]:
    """Run the checks one after another, even if one fails; remove secrets from the findings."""
    for check in checks:
        for finding in await _guarded(check):
            yield replace(finding, text=redact(finding.text), fix=redact(finding.fix))


async def _guarded(check: Check) -> Iterable[Finding]:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await check.look()
    except TimeoutError:
        return [failure(check.name, f"timed out after {_PATIENCE:.0f} s", check.fix)]
    except BotError as error:
        return [failure(check.name, str(error) or type(error).__name__, check.fix)]
    except Exception as error:  # noqa: BLE001  a check that fails is itself a finding
        return [failure(check.name, f"{type(error).__name__}: {error}", check.fix)]
