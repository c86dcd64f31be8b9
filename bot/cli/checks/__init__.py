"""What `doctor` looks at: a check is a function in one of these files, a finding one line with its cure."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, replace

from bot.errors import BotError


class Verdict(enum.StrEnum):
    """How a finding is to be taken: only failures change the exit code."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line: what was looked at, what was found, and what to do where it is not well."""

    name: str
    verdict: Verdict
    text: str
    cure: str = ""


def ok(name: str, text: str) -> Finding:
    """All is well."""
    return Finding(name=name, verdict=Verdict.OK, text=text)


def warning(name: str, text: str, cure: str) -> Finding:
    """The bot works, but somebody should know."""
    return Finding(name=name, verdict=Verdict.WARNING, text=text, cure=cure)


def failure(name: str, text: str, cure: str) -> Finding:
    """The bot cannot do its work like that."""
    return Finding(name=name, verdict=Verdict.FAILURE, text=text, cure=cure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A piece of the round: what it is about, how it looks, and the cure where looking itself fails."""

    name: str
    look: Callable[[], Awaitable[Iterable[Finding]]]
    cure: str


_PATIENCE = 45.0  # seconds for one check, network included


async def run_checks(checks: Iterable[Check], redact: Callable[[str], str]) -> AsyncIterator[Finding]:
    """Run the checks one after the other; none stops the next, and no secret leaves in a finding."""
    for check in checks:
        for finding in await _guarded(check):
            yield replace(finding, text=redact(finding.text), cure=redact(finding.cure))


async def _guarded(check: Check) -> Iterable[Finding]:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await check.look()
    except TimeoutError:
        return [failure(check.name, f"no end after {_PATIENCE:.0f} s", check.cure)]
    except BotError as error:
        return [failure(check.name, str(error) or type(error).__name__, check.cure)]
    except Exception as error:  # noqa: BLE001  the top of the round: a check that breaks is itself a finding
        return [failure(check.name, f"{type(error).__name__}: {error}", check.cure)]
