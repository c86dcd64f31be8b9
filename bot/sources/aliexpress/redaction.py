"""Removes secrets from texts: the gateway echoes tokens in its errors."""

from __future__ import annotations

import re
from collections import deque
from urllib.parse import quote_plus

HIDDEN = "[hidden]"
_LEAST = 6  # characters; hiding shorter values would blank out ordinary words
_REMEMBERED = 64  # tokens; the gateway may still echo old ones for a while after a refresh

# A value after a telling name, in JSON, in a query or in prose, is hidden even if it is not one of ours.
_NAMED = re.compile(
    r"""(?P<name>\b(?:access_?token|refresh_?token|app_?secret|client_?secret|session|sign|auth_?code)\b
        ["']?\s*(?:[=:]|\bis\b)\s*["']?)(?P<value>[^\s"'&,;}\]<>()]{6,})""",
    re.IGNORECASE | re.VERBOSE,
)


class TokenRedactor:
    """Removes the secrets of one client; the repr shows only how many there are."""

    def __init__(self, *lasting: str) -> None:
        self._lasting = tuple(secret for secret in lasting if len(secret) >= _LEAST)
        self._passing: deque[str] = deque(maxlen=_REMEMBERED)

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._lasting) + len(self._passing)} secrets>"

    def learn(self, *secrets: str) -> None:
        """Also hide these from now on."""
        for secret in secrets:
            if len(secret) >= _LEAST and secret not in self._passing:
                self._passing.append(secret)

    def clean(self, text: str) -> str:
        """Return `text` without the secrets, also if they are URL-encoded."""
        # Longest first: one token may be a prefix of another.
        for secret in sorted((*self._lasting, *self._passing), key=len, reverse=True):
            text = text.replace(secret, HIDDEN).replace(quote_plus(secret), HIDDEN)
        return _NAMED.sub(lambda found: found["name"] + HIDDEN, text)
