"""Says when the merchant should hear that the grant ends: refreshing never moves that end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import Tokens

_DAYS = (1, 3, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenWarning:
    """One warning to admins. `key` is unique per grant; `days` is 7, 3, 1, or 0 where the grant is dead."""

    key: str
    days: int
    ends_at: datetime


def token_warnings(
    tokens: Tokens, now: datetime, already: frozenset[str], *, refused: bool = False
) -> tuple[TokenWarning, ...]:
    """Return what is to be told now: the nearest step only, and nothing whose key is in `already`.

    A step as long as the grant's whole life is left out, so that a Test app's two days bring one warning,
    not three. `refused` says that the gateway has declared the grant dead, whatever the clock says.
    """
    ends_at = tokens.refresh_expires_at
    last = max((end for end in (ends_at, tokens.access_expires_at) if end), default=None)
    if refused or (last is not None and now >= last and ends_at is not None):
        return _unless(already, _warning(tokens, 0, last or now))
    if ends_at is None:
        return ()
    life = ends_at - tokens.authorised_at
    for days in _DAYS:
        if timedelta(days=days) < life and ends_at - now <= timedelta(days=days):
            return _unless(already, _warning(tokens, days, ends_at))
    return ()


def _warning(tokens: Tokens, days: int, ends_at: datetime) -> TokenWarning:
    return TokenWarning(key=f"{int(tokens.authorised_at.timestamp())}:{days}", days=days, ends_at=ends_at)


def _unless(already: frozenset[str], warning: TokenWarning) -> tuple[TokenWarning, ...]:
    return () if warning.key in already else (warning,)
