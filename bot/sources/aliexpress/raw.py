"""Redacts a raw answer for showing to others: keeps its shape and texts, removes what identifies."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from bot.sources.aliexpress.redaction import HIDDEN, TokenRedactor

_LONGEST = 20_000  # characters
_NUMBERS = frozenset({"mail_no", "order_id", "ae_order_id", "logistics_no", "item_id", "sku_id"})
_PRIVATE = frozenset({"account", "account_id", "user_id", "user_nick", "seller_id", "havana_id", "buyer_id"})
_DIGIT = re.compile(r"\d")


def redact_answer(body: bytes, redactor: TokenRedactor, *private: str) -> str:
    """Return `body` as indented JSON (or as text if it is not JSON) without secrets and numbers.

    Digits of tracking, order and article numbers become zeros, which keeps their form; so do the digits of
    the `private` texts wherever they occur.
    """
    try:
        text = json.dumps(_masked(json.loads(body)), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = body.decode("utf-8", "replace")
    text = text.encode("utf-8", "replace").decode()
    for word in private:
        text = text.replace(word, _DIGIT.sub("0", word)) if word else text
    return redactor.clean(text)[:_LONGEST]


def _masked(value: object, name: str = "") -> object:
    if isinstance(value, Mapping):
        return {key: _masked(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, name) for inner in value]
    if name in _PRIVATE:
        return HIDDEN
    if name in _NUMBERS and isinstance(value, str | int) and not isinstance(value, bool):
        zeros = _DIGIT.sub("0", str(value))
        return zeros if isinstance(value, str) else 0
    return value
