"""Signs requests to the gateway with the app secret."""

from __future__ import annotations

import hmac
from collections.abc import Mapping


class Signer:
    """Signs requests and pushes with one app secret, whose key is hashed only once."""

    __slots__ = ("_keyed",)

    def __init__(self, secret: str) -> None:
        self._keyed = hmac.new(secret.encode(), digestmod="sha256")

    def sign(self, params: Mapping[str, str], path: str = "") -> str:
        """Return the upper-case `sign` of `params`, which must not be URL-encoded.

        `path` is the system call's name with its slashes (`/auth/token/create`), empty for dotted names.
        Names are sorted by code point, which is byte order; a locale's order would differ for underscores and
        capitals.
        """
        text = path + "".join([name + params[name] for name in sorted(params) if name != "sign"])
        return self.digest(text.encode()).upper()

    def digest(self, text: bytes) -> str:
        """Return the lower-case hex HMAC-SHA256 of `text`."""
        keyed = self._keyed.copy()
        keyed.update(text)
        return keyed.hexdigest()
