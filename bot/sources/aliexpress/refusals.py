"""Reads refusals in any of the gateway's formats and maps them to errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.errors import (
    Misconfigured,
    Reauthorize,
    Rejected,
    SourceError,
    Throttled,
    TokenDead,
    Transient,
    UnknownOrder,
)

_MARGIN = 0.25  # seconds added to a ban: clocks and queues are not exact
_DEFAULT_BAN = 1.0
_BAN_BY_COUNT = 7200.0  # bans for a used-up quota last for hours; up to 31,062 s were seen
_LONGEST_BAN = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A refusal as found in an answer, not yet redacted."""

    code: str = ""
    sub_code: str = ""
    text: str = ""
    request_id: str = ""


def find_refusal(answer: Mapping[str, object]) -> Refusal | None:
    """Return the refusal in a decoded answer, under `error_response`, nested or at the root; else None.

    A business error in `result` counts only if its code is one of the gateway's.
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
        if isinstance(result, Mapping) and any(
            _is_gateways(_text(result.get(name))) for name in ("code", "sub_code")
        ):
            return _refusal(result) if not result.get("data") else None
    code = _text(answer.get("code") or answer.get("gopErrorCode"))
    if any(key.endswith("_response") or key in _DATA for key in answer):
        # Samples have placeholder words as `code` next to good data, so only a known code counts here.
        return _refusal(answer) if code.lower() in _BY_CODE else None
    message = answer.get("message") or answer.get("msg")
    succeeded = (code or _text(message)).lower() in _SUCCESS
    return _refusal(answer) if not succeeded and (code or message) else None


def to_error(refusal: Refusal, *, about_order: bool = False) -> SourceError:
    """Return the error that `refusal` means; `about_order` marks calls about one order of the account."""
    kind = _kind(refusal, about_order=about_order)
    code = refusal.sub_code or refusal.code
    if issubclass(kind, Throttled):
        return Throttled(code, refusal.text, seconds=_ban(refusal), request_id=refusal.request_id)
    return kind(code, refusal.text, request_id=refusal.request_id)


def is_known(refusal: Refusal) -> bool:
    """Whether the table lists this refusal's code; others are reported to the operator."""
    sub_code, code = refusal.sub_code.lower(), refusal.code.lower()
    return any(one in _BY_CODE or one in _OF_ORDER for one in _exact(sub_code, code))


def _exact(sub_code: str, code: str) -> tuple[str, ...]:
    """The codes to look up in the table, the more specific one first."""
    return (sub_code,) if sub_code and code in _VAGUE else (sub_code, code)


def _kind(refusal: Refusal, *, about_order: bool) -> type[SourceError]:
    lowered = refusal.text.lower()
    if "has been offline" in lowered:
        return Misconfigured  # the old gateway's host
    sub_code, main = refusal.sub_code.lower(), refusal.code.lower()
    if sub_code in _OF_ORDER or main in _OF_ORDER:
        of_app = _BY_CODE.get(main) is Misconfigured
        return UnknownOrder if about_order and not of_app else Misconfigured
    for code in _exact(sub_code, main):
        if code in _BY_CODE:
            return _BY_CODE[code]
    for code in (sub_code, main):
        for prefix, kind in _FAMILIES:
            if code.startswith(prefix):
                return kind
    if "frequency exceeds" in lowered:
        return Throttled
    return Transient  # an unknown code is no reason to give up an order


def _is_gateways(code: str) -> bool:
    """Whether the code is a known word; numeric codes have other meanings in other back ends."""
    code = code.lower()
    return not code.isdecimal() and (
        code in _BY_CODE or code in _OF_ORDER or code.startswith(("isp.", "isv."))
    )


def _ban(refusal: Refusal) -> float:
    if found := _BAN.search(refusal.text):
        number = found[1].replace(",", "").lower()
        seconds = (float(number) if number[0].isdecimal() else 1.0) * _UNITS[found[2].lower()]
    else:
        by_count = any(_BY_COUNT in code.lower() for code in (refusal.sub_code, refusal.code))
        seconds = _BAN_BY_COUNT if by_count else _DEFAULT_BAN
    return min(max(seconds, _DEFAULT_BAN), _LONGEST_BAN) + _MARGIN


def _refusal(envelope: Mapping[str, object]) -> Refusal:
    texts = (envelope.get("sub_msg"), envelope.get("message"), envelope.get("msg"))
    return Refusal(
        code=_text(envelope.get("code") or envelope.get("gopErrorCode")),
        sub_code=_text(envelope.get("sub_code")),
        text="; ".join(dict.fromkeys(_text(text) for text in texts if text)),
        request_id=_text(envelope.get("request_id")),
    )


def _text(value: object) -> str:
    """A scalar of an envelope as short, printable text; "" for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    try:
        text = str(value)
    except ValueError:  # an integer beyond Python's limit of digits
        return ""
    return " ".join(text.encode("utf-8", "replace").decode().split())[:500]


_BAN = re.compile(
    r"\b(?:will last|banned|(?:retry|try again) (?:in|after)) (?:for )?(?:another )?"
    r"(\d{1,3}(?:,\d{3}){1,3}|\d{1,12}(?:\.\d{1,3})?|an?|one)\s*(?:more )?"
    r"(s(?=ec|\b)|m(?=in)|h(?=ours?\b)|d(?=ays?\b))",
    re.IGNORECASE,
)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_BY_COUNT = "limited-by-app-access-count"
_SUCCESS = frozenset({"0", "00", "200", "ok", "success"})
_DATA = frozenset({"access_token", "result", "token_result"})
_VAGUE = frozenset({"15"})  # "remote service error": the sub-code says what it was

_TABLE: Mapping[type[SourceError], str] = {
    Throttled: (
        "ApiCallLimit AppCallLimit AppApiCallLimit SellerCallLimit 7 isv.app-call-limited "
        "accesscontrol.limited-by-app-access-count"
    ),
    TokenDead: (
        "IllegalAccessToken InvalidAccessToken 26 27 invalid-sessionkey isv.invalid-session "
        "isv.session-expired"
    ),
    Reauthorize: (
        "IllegalRefreshToken AUTH_TYPE_UNSUPPORTED InvalidCode isv.402 isv.account-migration-check-fail"
    ),
    Misconfigured: (
        "IncompleteSignature InvalidSignature InvalidAppkey AppWhiteIpLimit InsufficientPermission "
        "InvalidApiPath InvalidTimestamp IllegalTimestamp 11 12 24 25 28 29 30 31 "
        "isv.permission-ip-whitelist-limit isv.permission-api-package-limit isv.invalid-signature "
        "isv.invalid-timestamp"
    ),
    Rejected: "MissingParameter InvalidParameter UnsupportedParamMapping 40 41",
    Transient: (
        "isp.service-unavailable ServiceUnavailable ServiceTimeout InternalError 10 15 "
        "isp.remote-service-error isp.remote-service-timeout"
    ),
}
_BY_CODE = {code.lower(): kind for kind, codes in _TABLE.items() for code in codes.split()}

# The meaning of codes not in the table, by prefix.
_FAMILIES: tuple[tuple[str, type[SourceError]], ...] = (
    ("accesscontrol.limited-by-", Throttled),
    ("isv.permission-", Misconfigured),
    ("isv.session-", TokenDead),
    ("isv.access-token-", TokenDead),
    ("isp.", Transient),
    ("isv.", Rejected),
)

# About an order they mean "not yours, or no such order"; otherwise the app lacks the permission.
_OF_ORDER = frozenset({"isv.insufficient-permission", "isv.invalid-authorization"})
