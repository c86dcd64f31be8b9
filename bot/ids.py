"""Order ids out of what people paste, and the signed tokens of deep links. Pure."""

from __future__ import annotations

import base64
import binascii
import enum
import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

_ORDER_ID = re.compile(r"[1-9]\d{11,19}")
_URL = re.compile(r"(?:https?://)?(?:[\w-]+\.)*(?:aliexpress\.(?:com|us|ru)|cainiao\.com)\S*", re.IGNORECASE)
_AROUND = "#№.,;:!?()[]<>«»\"'“”"  # what stands around ids in sentences
# people group digits when they type: "8211 7446 6173 8042"
_GROUPED = re.compile(r"(?<!\d)" + r"[ \u00a0-]".join([r"(\d{4})"] * 4) + r"(?!\d)")
_ORDER_PARAMETERS = ("orderid", "tradeorderid", "tradeid", "order_id")
# Item ids of today: 16 digits beginning 1005, or 3256 on the US site.
_PRODUCT_ID = re.compile(r"(?:1005|3256)\d{12}")
_TRACKING_NUMBER = re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}|[A-Z]{2,5}\d{9,24}[A-Z]{0,3}|\d{21,40}", re.IGNORECASE)


class Mistake(enum.StrEnum):
    """What somebody sent instead of an order id."""

    PRODUCT_LINK = "product_link"
    PRODUCT_ID = "product_id"
    TRACKING_NUMBER = "tracking_number"
    RUSSIAN_SITE = "russian_site"  # aliexpress.ru is another market place
    SHORT_LINK = "short_link"  # carries no id
    LINK_WITHOUT_ID = "link_without_id"
    TOO_SHORT = "too_short"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a text holds: order ids, once each in their order, and what was mistaken for one."""

    ids: tuple[str, ...] = ()
    mistakes: tuple[tuple[Mistake, str], ...] = ()
    rest: str = ""  # the words around the ids, e.g. a name for the order


def is_order_id(text: str) -> bool:
    """Whether the text has an order id's form: 12 to 20 digits, the first not zero."""
    return _ORDER_ID.fullmatch(text) is not None


def read(text: str) -> Reading:
    """Find order ids in free text: bare, in several lines, or inside AliExpress links."""
    text = _plain_digits(text)
    ids: dict[str, None] = {}
    mistakes: dict[tuple[Mistake, str], None] = {}
    for match in _URL.finditer(text):
        found = _read_url(match.group().rstrip(_AROUND))
        if isinstance(found, Mistake):
            mistakes[found, _shorten(match.group())] = None
        else:
            ids[found] = None
    rest = _URL.sub(" ", text)
    rest = _GROUPED.sub(r"\1\2\3\4", rest)
    words: list[str] = []
    for word in rest.split():
        core = word.strip(_AROUND)
        if is_order_id(core):
            if _PRODUCT_ID.fullmatch(core):
                mistakes[Mistake.PRODUCT_ID, core] = None
            else:
                ids[core] = None
        elif _TRACKING_NUMBER.fullmatch(core):
            mistakes[Mistake.TRACKING_NUMBER, core] = None
        elif core.isdecimal() and len(core) >= 5:
            mistakes[Mistake.TOO_SHORT, core] = None
        else:
            words.append(word)
    return Reading(ids=tuple(ids), mistakes=tuple(mistakes), rest=" ".join(words))


def _read_url(url: str) -> str | Mistake:
    parts = urlsplit(url if "://" in url else f"https://{url}")
    host = (parts.hostname or "").lower()
    if host.endswith("aliexpress.ru"):
        return Mistake.RUSSIAN_SITE
    given = {name.lower(): value for name, value in parse_qsl(parts.query) + parse_qsl(parts.fragment)}
    for name in _ORDER_PARAMETERS:
        value = given.get(name, "").strip()
        if is_order_id(value):
            return value
    if re.search(r"/(?:item|i)/", parts.path) or "productid" in given:
        return Mistake.PRODUCT_LINK
    if host in {"a.aliexpress.com", "s.click.aliexpress.com"} or parts.path.startswith("/_"):
        return Mistake.SHORT_LINK
    return Mistake.LINK_WITHOUT_ID


def _plain_digits(text: str) -> str:
    """Digits of other scripts (Arabic, Persian, full width) as ASCII ones."""
    return "".join(
        str(unicodedata.decimal(character))
        if character.isdecimal() and not character.isascii()
        else character
        for character in text
    )


def _shorten(url: str) -> str:
    return url if len(url) <= 60 else url[:59] + "…"


# ── deep links ──────────────────────────────────────────────────────────────────────────────────


def link_token(order_id: str, secret: str) -> str:
    """The `start=` token of an order: 27 characters that only the secret's owner can make.

    base64url(order id as 8 bytes big-endian ‖ first 12 bytes of HMAC-SHA256(secret, "order" ‖ those 8)),
    without padding. Raises ValueError for what is no order id or does not fit 8 bytes.
    """
    if not is_order_id(order_id):
        raise ValueError(f"{order_id!r} is no order id")
    try:
        number = int(order_id).to_bytes(8, "big")
    except OverflowError:
        raise ValueError(f"{order_id} is too large for a link") from None
    return base64.urlsafe_b64encode(number + _signature(number, secret)).rstrip(b"=").decode()


def read_link_token(token: str, secret: str) -> str | None:
    """The order id of a token, None when it was not made with this secret. Takes constant time."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{27}", token):
        return None
    try:
        raw = base64.urlsafe_b64decode(token + "=")
    except binascii.Error:
        return None
    number, signature = raw[:8], raw[8:]
    if not hmac.compare_digest(signature, _signature(number, secret)):
        return None
    order_id = str(int.from_bytes(number, "big"))
    # 27 characters hold 162 bits, the content has 160: only the canonical spelling counts
    return order_id if is_order_id(order_id) and link_token(order_id, secret) == token else None


def _signature(number: bytes, secret: str) -> bytes:
    return hmac.new(secret.encode(), b"order" + number, hashlib.sha256).digest()[:12]
