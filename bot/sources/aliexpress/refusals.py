"""Reads a refusal in any of the gateway's spellings and says what kind of trouble it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.errors import (
    Misconfigured,
    Reauthorise,
    Rejected,
    SourceError,
    Throttled,
    TokenDead,
    Transient,
    UnknownOrder,
)

_MARGIN = 0.25  # seconds beyond a ban's own length: clocks and queues are not exact
_DEFAULT_BAN = 1.0
_LONGEST_BAN = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What an answer says against a call, as found: nothing is redacted yet."""

    code: str = ""
    sub_code: str = ""
    text: str = ""
    kind: str = ""  # ISV, ISP or SYSTEM
    request_id: str = ""


def find(answer: Mapping[str, object]) -> Refusal | None:
    """Return the refusal in a decoded answer, or None: under `error_response`, nested, at the root.

    A business "no" in `result` counts only where its code names a refusal of the gateway's.
    """
    roots = [
        inner for key, inner in answer.items() if key.endswith("_response") and isinstance(inner, Mapping)
    ]
    for place in (answer, *roots):
        envelope = place.get("error_response")
        if isinstance(envelope, Mapping):
            return _refusal(envelope)
        if envelope:
            return Refusal(text=_text(envelope))
        result = place.get("result")
        if isinstance(result, Mapping) and _is_gateways(_text(result.get("code"))):
            return _refusal(result) if not result.get("data") else None
    code = _text(answer.get("code") or answer.get("gopErrorCode"))
    if any(key.endswith("_response") or key in _DATA for key in answer):
        # Samples carry placeholder words as the code beside good data: only a known refusal counts there.
        return _refusal(answer) if code.lower() in _BY_CODE else None
    told = answer.get("message") or answer.get("msg")
    return _refusal(answer) if code not in _SUCCESS and (code or told) else None


def to_error(refusal: Refusal, *, about_order: bool = False) -> SourceError:
    """Return the error that `refusal` means. `about_order` calls are about one order of one account."""
    kind = _kind(refusal, about_order=about_order)
    code = refusal.sub_code or refusal.code
    if issubclass(kind, Throttled):
        return Throttled(code, refusal.text, seconds=_ban(refusal.text), request_id=refusal.request_id)
    return kind(code, refusal.text, request_id=refusal.request_id)


def is_known(refusal: Refusal) -> bool:
    """Whether the table names this code; an operator should hear of the others."""
    code = (refusal.sub_code or refusal.code).lower()
    return code in _BY_CODE or code in _OF_ORDER


def _kind(refusal: Refusal, *, about_order: bool) -> type[SourceError]:
    lowered = refusal.text.lower()
    if "has been offline" in lowered:
        return Misconfigured  # the old gateway's host
    for code in (refusal.sub_code.lower(), refusal.code.lower()):
        if code in _OF_ORDER:
            return UnknownOrder if about_order else _OF_ORDER[code]
        if code in _BY_CODE:
            return _BY_CODE[code]
        if code.startswith("isp."):
            return Transient
        if code.startswith("isv."):
            return Rejected
    if "frequency exceeds" in lowered:
        return Throttled
    return Transient  # an unknown word is no reason to give an order up


def _is_gateways(code: str) -> bool:
    """Whether the code is one of words: the numbers mean other things to other backends."""
    code = code.lower()
    return not code.isdecimal() and (
        code in _BY_CODE or code in _OF_ORDER or code.startswith(("isp.", "isv."))
    )


def _ban(text: str) -> float:
    found = _BAN.search(text)
    seconds = float(found[1]) if found else _DEFAULT_BAN
    return min(max(seconds, _DEFAULT_BAN), _LONGEST_BAN) + _MARGIN


def _refusal(envelope: Mapping[str, object]) -> Refusal:
    texts = (envelope.get("sub_msg"), envelope.get("message"), envelope.get("msg"))
    return Refusal(
        code=_text(envelope.get("code") or envelope.get("gopErrorCode")),
        sub_code=_text(envelope.get("sub_code")),
        text="; ".join(dict.fromkeys(_text(text) for text in texts if text)),
        kind=_text(envelope.get("type")),
        request_id=_text(envelope.get("request_id")),
    )


def _text(value: object) -> str:
    """A scalar of an envelope as short, printable text; anything else is nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    try:
        text = str(value)
    except ValueError:  # an integer beyond Python's limit of digits
        return ""
    return " ".join(text.encode("utf-8", "replace").decode().split())[:500]


_BAN = re.compile(r"ban will last (\d{1,7})(?:\.\d+)?\s*second", re.IGNORECASE)
_SUCCESS = frozenset({"0", "00", "200"})
_DATA = frozenset({"access_token", "result"})

_TABLE: Mapping[type[SourceError], str] = {
    Throttled: "ApiCallLimit AppCallLimit AppApiCallLimit SellerCallLimit 7 isv.app-call-limited",
    TokenDead: "IllegalAccessToken InvalidAccessToken 26 27 invalid-sessionkey isv.invalid-session",
    Reauthorise: (
        "IllegalRefreshToken AUTH_TYPE_UNSUPPORTED InvalidCode isv.402 isv.account-migration-check-fail"
    ),
    Misconfigured: (
        "IncompleteSignature InvalidSignature InvalidAppkey AppWhiteIpLimit InsufficientPermission "
        "InvalidApiPath InvalidTimestamp IllegalTimestamp 11 12 24 25 28 29 30 31"
    ),
    Rejected: "MissingParameter InvalidParameter UnsupportedParamMapping 40 41",
    Transient: (
        "isp.service-unavailable ServiceUnavailable ServiceTimeout InternalError 10 15 "
        "isp.remote-service-error isp.remote-service-timeout"
    ),
}
_BY_CODE = {code.lower(): kind for kind, codes in _TABLE.items() for code in codes.split()}

# About an order they mean "not yours, or no such order"; without one the app itself lacks the right.
_OF_ORDER: Mapping[str, type[SourceError]] = {
    "isv.insufficient-permission": Misconfigured,
    "isv.invalid-authorization": Misconfigured,
}
