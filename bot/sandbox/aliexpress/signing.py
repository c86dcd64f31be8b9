"""The gateway's signatures: of requests, and of its own pushes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping


def request_signature(secret: str, parameters: Mapping[str, str], path: str = "") -> str:
    """Upper-case hex of HMAC-SHA256 over `path` and the byte-sorted raw pairs, `sign` left out.

    `path` is the API's name where that contains a slash (`/auth/token/create`), else empty.
    """
    pairs = sorted((name.encode(), value.encode()) for name, value in parameters.items() if name != "sign")
    text = path.encode() + b"".join(name + value for name, value in pairs)
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest().upper()


def push_signature(app_key: str, secret: str, body: bytes) -> str:
    """Lower-case hex over the app key and the raw body: a push's `Authorization` header."""
    return hmac.new(secret.encode(), app_key.encode() + body, hashlib.sha256).hexdigest()
