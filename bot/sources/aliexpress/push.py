"""Verifies and parses AliExpress's order pushes."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.errors import Rejected
from bot.model import OrderStatus
from bot.sources.aliexpress.signing import Signer

LARGEST = 64_000  # bytes; the documented message has about 200
_DIGEST = re.compile(r"(?:Bearer )?[0-9a-fA-F]{64}")
_RETRIED_FOR = timedelta(days=1)  # the platform retries for six hours
_AHEAD = timedelta(minutes=10)
_EXACT = 2**53  # a float holds every integer below it

_ORDER_IDS = ("orderid", "tradeorderid")  # sister platforms use the second one, in any of its spellings
_WORD = "orderstatus"
_STATUS = {
    "paymentfailedevent": OrderStatus.PAYMENT_FAILED,
    "ordercreated": OrderStatus.PLACED,
    "paymentauthorized": OrderStatus.PREPARING,
    "ordershipped": OrderStatus.SHIPPED,
    "orderconfirmed": OrderStatus.FINISHED,
    "orderclosed": OrderStatus.CANCELLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One push. `order_id` and `status` are None in pushes about no order (the console's test, type 0).

    Repeats of a push have the same `key`: act on it once. `at` is None if the time stamp is unusable.
    """

    key: str
    order_id: str | None = None
    status: OrderStatus | None = None
    word: str = ""  # the status as sent
    at: datetime | None = None

    def is_stale(self, now: datetime) -> bool:
        """Whether it is too old or too new to be genuine: a replay, to be answered 200 and ignored."""
        return self.at is not None and not now - _RETRIED_FOR <= self.at <= now + _AHEAD


def may_be_signed(authorization: str) -> bool:
    """Whether `authorization` has the form of a signature; checked before the body is read."""
    return _DIGEST.fullmatch(authorization.strip()) is not None


def verify(app_key: str, secret: str, raw_body: bytes, authorization: str) -> bool:
    """Whether `authorization` is the valid signature of the exact body."""
    expected = Signer(secret).digest(app_key.encode() + raw_body)
    given = authorization.strip().removeprefix("Bearer ").lower()
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))


def parse_push(raw: bytes) -> Push:
    """Parse a push, after `verify`; raises `Rejected` if it is malformed."""
    try:
        message = json.loads(raw) if len(raw) <= LARGEST else None
    except (ValueError, RecursionError) as exc:
        raise Rejected("BadPush", "the pushed message is not JSON") from exc
    if not isinstance(message, Mapping):
        raise Rejected("BadPush", "the pushed message is no JSON object, or too large")
    about = _data(message["data"]) if "data" in message else message
    data = {name.replace("_", "").lower(): value for name, value in about.items()}
    numbers = [number for name in _ORDER_IDS if (number := _digits(data.get(name)))]
    order_id = next((number for number in numbers if 12 <= len(number) <= 20), "".join(numbers[:1]))
    said = data.get(_WORD)
    word = said if isinstance(said, str) else ""
    return Push(
        key=_key(message.get("message_type"), order_id, word, message.get("timestamp")),
        order_id=order_id if 12 <= len(order_id) <= 20 else None,
        status=_STATUS.get(word.lower(), OrderStatus.UNKNOWN) if word else None,
        word=word[:40],
        at=_at(_digits(message.get("timestamp"))),
    )


def _data(value: object) -> Mapping[str, object]:
    """What the message is about; it may be written as JSON within a text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, Mapping) else {}


def _key(*parts: object) -> str:
    return hashlib.blake2b(repr(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _digits(value: object) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    if isinstance(value, int):
        return str(value) if 0 <= value < 10**20 else ""
    value = value.strip().removesuffix(".0")
    return value if value.isascii() and value.isdecimal() and len(value) <= 20 else ""


def _at(digits: str) -> datetime | None:
    """Epoch seconds as documented, or milliseconds."""
    if not digits:
        return None
    number = int(digits)
    seconds = number / 1000 if number > 100_000_000_000 else float(number)
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
