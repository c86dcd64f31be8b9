"""HTTP calls made by the sandbox: webhooks, order pushes, reading the product's metrics."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


class CallFailed(Exception):
    """No answer came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """What came back; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def http_call(
    method: str,
    url: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    *,
    patience: float = 10.0,
) -> HttpAnswer:
    """One HTTP call; `patience` is the time-out in seconds. Raises CallFailed."""
    try:
        return await asyncio.to_thread(_call, method, url, body, dict(headers or {}), patience)
    except (OSError, http.client.HTTPException, TimeoutError, ValueError) as exc:
        raise CallFailed(f"{type(exc).__name__}: {exc}") from exc


def _call(method: str, url: str, body: bytes, headers: dict[str, str], timeout: float) -> HttpAnswer:
    parts = urlsplit(url)
    door = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = door(parts.hostname or "", parts.port, timeout=timeout)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body=body or None, headers=headers)
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    return HttpAnswer(
        status=response.status,
        headers={name.lower(): value for name, value in response.getheaders()},
        body=content,
    )
