"""A circuit breaker: stops calls that fail until the operator fixes something, with occasional probes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import Misconfigured

_FIRST_PROBE = timedelta(minutes=1)
_SLOWEST_PROBE = timedelta(minutes=15)

# Errors of one API only: a missing permission for orders must not stop the tracking of parcels.
_OF_ONE_API = frozenset({"insufficientpermission", "invalidapipath", "11", "12"})
_ALL = ""


@dataclass(slots=True, kw_only=True)
class _Break:
    error: Misconfigured
    probe_at: datetime
    pause: timedelta


class Circuit:
    """Remembers configuration errors, of one API or of all."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._breaks: dict[str, _Break] = {}

    @property
    def fault(self) -> Misconfigured | None:
        """The error that stops calls at present; None if there is none."""
        return next((broken.error for broken in self._breaks.values()), None)

    def check(self, api: str) -> None:
        """Raise the known error, unless it is time to let one call through as a probe."""
        for scope in (_ALL, api):
            broken = self._breaks.get(scope)
            if broken is None:
                continue
            now = self._now()
            if timedelta(0) < broken.probe_at - now <= broken.pause:  # longer: the clock was set back
                raise Misconfigured(
                    broken.error.code, broken.error.detail, request_id=broken.error.request_id
                )
            broken.probe_at = now + broken.pause  # this call is the probe; others are still refused

    def trip(self, api: str, error: Misconfigured) -> bool:
        """Remember an error; return whether it is new, so that it is reported once."""
        scope = api if error.code.lower() in _OF_ONE_API else _ALL
        known = self._breaks.get(scope)
        pause = min(known.pause * 2, _SLOWEST_PROBE) if known else _FIRST_PROBE
        self._breaks[scope] = _Break(error=error, probe_at=self._now() + pause, pause=pause)
        return known is None or known.error.code != error.code

    def heal(self, api: str) -> bool:
        """Forget the errors that a successful call of `api` disproves; return whether there were any."""
        found = [self._breaks.pop(scope, None) for scope in (_ALL, api)]
        return any(found)

    def reset(self) -> None:
        """Forget all errors: the operator has fixed something."""
        self._breaks.clear()
