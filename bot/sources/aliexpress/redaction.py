"""Takes secrets out of every text before anybody sees it: the gateway echoes tokens in its errors."""

from __future__ import annotations

import re
from collections import deque
from urllib.parse import quote_plus

HIDDEN = "[hidden]"
_LEAST = 6  # shorter values would blank out ordinary words
_REMEMBERED = 64  # tokens; old ones may still be echoed for a while after a refresh

# A value behind a telling name, in JSON, in a query or in prose: hidden even when it is not ours.
_NAMED = re.compile(
    r"""(?P<name>\b(?:access_?token|refresh_?token|app_?secret|client_?secret|session|sign|auth_?code)\b
        ["']?\s*(?:[=:]|\bis\b)\s*["']?)(?P<value>[^\s"'&,;}\]<>()]{6,})""",
    re.IGNORECASE | re.VERBOSE,
)


class TokenRedactor:
    """Knows the secrets of one client; its repr shows only how many."""

    def __init__(self, *lasting: str) -> None:
        self._lasting = tuple(secret for secret in lasting if len(secret) >= _LEAST)
        self._passing: deque[str] = deque(maxlen=_REMEMBERED)

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._lasting) + len(self._passing)} secrets>"

    def learn(self, *secrets: str) -> None:
        """Hide these from now on, beside the ones known before."""
        for secret in secrets:
            if len(secret) >= _LEAST and secret not in self._passing:
                self._passing.append(secret)

    def clean(self, text: str) -> str:
        """Return `text` without any secret, however it was spelled."""
        # The longest first: one token may be the beginning of another.
        for secret in sorted((*self._lasting, *self._passing), key=len, reverse=True):
            text = text.replace(secret, HIDDEN).replace(quote_plus(secret), HIDDEN)
        return _NAMED.sub(lambda found: found["name"] + HIDDEN, text)
