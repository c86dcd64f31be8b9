"""Opaque cursors: the place in a list after which the next page begins. Pure."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta

from bot.model import ListPlace

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_FORM = re.compile(r"(\d{1,14})\.([1-9]\d{11,19})")


def write(place: ListPlace) -> str:
    """The cursor of a place."""
    text = f"{(place.changed_at - _EPOCH) // _MILLISECOND}.{place.order_id}"
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def read(cursor: str) -> ListPlace | None:
    """The place of a cursor; None for what is none."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    return ListPlace(changed_at=_EPOCH + int(found[1]) * _MILLISECOND, order_id=found[2])
