"""Reads from `getWebhookInfo` whether Telegram can deliver to the webhook."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_RECENT = timedelta(hours=1)  # Telegram retries within two minutes, so an older error is over

# Errors that no other process behind the same address could fix: only these make the process not ready.
# If refusals, time-outs or 502 did, a load balancer that follows /ready would make the outage permanent.
_LASTING = re.compile(r"ssl|certificate|resolve host|getaddrinfo|ip address", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookProblem:
    """Why Telegram cannot deliver. `lasting` means that only the operator can fix it."""

    reason: str
    lasting: bool


def webhook_problem(
    info: object, url: str, now: datetime, *, since: datetime, delivered_at: datetime | None
) -> WebhookProblem | None:
    """The problem with the webhook at `url`; None if Telegram can deliver or the answer is unreadable.

    `delivered_at` is when the last update came, `since` when this process began to listen: older errors
    count only while updates are pending.
    """
    if not isinstance(info, Mapping):
        return None
    if (there := info.get("url")) != url:
        where = f"to {there}" if isinstance(there, str) and there else "nowhere"
        return WebhookProblem(
            reason=f"Telegram delivers {where}: another program changed the webhook", lasting=True
        )
    at, message = _moment(info.get("last_error_date")), info.get("last_error_message")
    if at is None or not isinstance(message, str) or now - at > _RECENT:
        return None
    waiting = info.get("pending_update_count")
    heard = since if delivered_at is None else max(since, delivered_at)
    if at < heard and (delivered_at is not None or not waiting):
        return None
    return WebhookProblem(reason=message, lasting=_LASTING.search(message) is not None)


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(value, UTC) if isinstance(value, int) and value else None
    except (ValueError, OverflowError, OSError):
        return None
