"""Decides when to warn the merchant that the login ends; refreshing never extends it."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.model import Tokens, TokenWarning

_DAYS = (1, 3, 7)


def token_warnings(
    tokens: Tokens,
    now: datetime,
    already: frozenset[str],
    *,
    refused: bool = False,
    ending: bool = False,
) -> tuple[TokenWarning, ...]:
    """Return the warning due now, if its key is not in `already`.

    A warning as early as the grant's whole life is skipped, so that a Test app's two days bring one warning,
    not three. `refused` means that the gateway refuses the grant, whatever the clock says; `ending` that it
    still works but can no longer be refreshed.
    """
    ends_at, access_end = tokens.refresh_expires_at, tokens.access_expires_at
    over = ends_at is not None and access_end is not None and now >= max(ends_at, access_end)
    if refused or over:
        return _unless(already, _warning(tokens, 0))
    if ends_at is None:
        return _unless(already, _warning(tokens, _DAYS[0])) if ending else ()
    life = ends_at - tokens.authorized_at
    for days in _DAYS:
        told_in_time = days == _DAYS[0] or timedelta(days=days) < life
        if told_in_time and ends_at - now <= timedelta(days=days):
            return _unless(already, _warning(tokens, days))
    return ()


def dead_grant_key(tokens: Tokens) -> str:
    """The key of the warning that this grant is dead; it is forgotten if the grant turns out to work."""
    return _key(tokens, 0)


def _warning(tokens: Tokens, days: int) -> TokenWarning:
    return TokenWarning(key=_key(tokens, days), days=days)


def _key(tokens: Tokens, days: int) -> str:
    return f"{int(tokens.authorized_at.timestamp())}:{days}"


def _unless(already: frozenset[str], warning: TokenWarning) -> tuple[TokenWarning, ...]:
    return () if warning.key in already else (warning,)
