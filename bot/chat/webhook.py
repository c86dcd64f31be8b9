"""What Telegram says of its deliveries to the webhook (`getWebhookInfo`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_RECENT = timedelta(hours=1)  # Telegram tries what waits again within two minutes: an older error is over

# What no other process behind the same address could mend: such trouble makes this one not ready. Of the
# rest (refused, timed out, 502) a load balancer that follows /ready would make a trouble that never ends.
_LASTING = re.compile(r"ssl|certificate|resolve host|getaddrinfo|ip address", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookProblem:
    """Why Telegram cannot deliver. `lasting`: it does not pass without the operator."""

    reason: str
    lasting: bool


def webhook_problem(
    info: object, url: str, now: datetime, *, since: datetime, delivered_at: datetime | None
) -> WebhookProblem | None:
    """What is wrong with the webhook at `url`, None where Telegram can deliver.

    `delivered_at` is when the last update came, `since` when we began to listen: errors from before count
    only while updates wait. An answer that cannot be read says nothing.
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
