"""A key of the HTTP API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as it is listed: the key itself is shown once and never stored.

    `id` is the public part of the key; `used_at` is exact to a minute, None: it was never used.
    """

    id: str
    name: str
    created_at: datetime
    used_at: datetime | None = None
