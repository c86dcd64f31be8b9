"""Every envelope and every code of the gateway leads to the error that says what to do."""

from __future__ import annotations

from typing import Any

import pytest

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
from bot.sources.aliexpress import refusals
from tests.make import there

ROOT = "aliexpress_ds_order_tracking_get_response"

ENVELOPES = {
    "A: error_response with msg": lambda code: {
        "error_response": {"type": "ISV", "code": code, "msg": "words", "request_id": "r1", "_trace_id_": "t"}
    },
    "A with message": lambda code: {"error_response": {"code": code, "message": "words", "request_id": "r1"}},
    "B: sub_code beside 15": lambda code: {
        "error_response": {
            "code": "15", "type": "ISP", "sub_code": code, "sub_msg": "words", "msg": "Remote service error",
            "request_id": "r1",
        }
    },
    "B with a number": lambda code: {
        "error_response": {"code": 15, "sub_code": code, "sub_msg": "words", "request_id": "r1"}
    },
    "C: at the root": lambda code: {"code": code, "type": "ISV", "message": "words", "request_id": "r1"},
    "C with msg": lambda code: {"code": code, "type": "ISV", "msg": "words", "request_id": "r1"},
    "F: the Java object's names": lambda code: {"gopErrorCode": code, "message": "words", "request_id": "r1"},
    "H: nested in the answer": lambda code: {
        ROOT: {"error_response": {"code": code, "msg": "words", "request_id": "r1"}}
    },
    "D: in the result": lambda code: {
        ROOT: {"result": {"ret": False, "code": code, "msg": "words", "request_id": "r1"}}
    },
    "beside an answer's root": lambda code: {ROOT: {}, "code": code, "message": "words", "request_id": "r1"},
}  # fmt: skip

CODES: dict[type[SourceError], str] = {
    Throttled: "ApiCallLimit AppCallLimit AppApiCallLimit SellerCallLimit 7",
    TokenDead: "IllegalAccessToken 26 27",
    Reauthorize: (
        "IllegalRefreshToken AUTH_TYPE_UNSUPPORTED InvalidCode isv.402 isv.account-migration-check-fail"
    ),
    Misconfigured: (
        "IncompleteSignature InvalidAppkey InvalidAppKey AppWhiteIpLimit InsufficientPermission "
        "InvalidApiPath 11 12 24 25 28 29 30 31"
    ),
    Rejected: "MissingParameter InvalidParameter UnsupportedParamMapping 40 41",
    Transient: "isp.service-unavailable ServiceUnavailable ServiceTimeout InternalError 10",
}
TABLE = [(kind, code) for kind, codes in CODES.items() for code in codes.split()]


def read(answer: dict[str, Any], *, about_order: bool = False) -> SourceError:
    refusal = there(refusals.find_refusal(answer))
    return refusals.to_error(refusal, about_order=about_order)


@pytest.mark.parametrize("envelope", ENVELOPES.values(), ids=ENVELOPES.keys())
@pytest.mark.parametrize(("kind", "code"), TABLE, ids=[code for _, code in TABLE])
def test_a_code_means_the_same_in_every_envelope(kind: type[SourceError], code: str, envelope: Any) -> None:
    answer = envelope(code)
    if code.isdigit() and "ret" in str(answer):
        assert refusals.find_refusal(answer) is None  # a backend's own numbers
        return
    error = read(answer)
    assert type(error) is kind
    assert error.code == code
    assert "words" in error.detail
    assert error.request_id == "r1"


@pytest.mark.parametrize(("kind", "code"), [(k, c) for k, c in TABLE if c.isdigit()])
def test_a_numeric_code_may_come_as_a_number(kind: type[SourceError], code: str) -> None:
    assert type(read({"error_response": {"code": int(code), "msg": ""}})) is kind


@pytest.mark.parametrize("code", ["isv.insufficient-permission", "isv.invalid-authorization"])
def test_a_strangers_order_is_unknown_but_a_missing_right_elsewhere_is_the_operators(code: str) -> None:
    answer = {"error_response": {"code": 15, "type": "ISP", "sub_code": code, "msg": "Remote service error"}}
    assert type(read(answer, about_order=True)) is UnknownOrder
    assert type(read(answer)) is Misconfigured


def test_a_backend_refusal_without_a_reason_passes_by() -> None:
    assert (
        type(read({"error_response": {"code": "15", "type": "ISP", "msg": "Remote service error"}}))
        is Transient
    )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Api access frequency exceeds the limit. this ban will last 1 seconds", 1.25),
        ("this ban will last 17 more seconds", 17.25),
        ("This ban will last for 3600 more seconds", 3600.25),
        ("This ban will last for 31,062 more seconds.", 31062.25),
        ("this ban will last for 5 minutes", 300.25),
        ("this ban will last 2 more hours", 7200.25),
        ("Call limited: it will last for 3600 more seconds", 3600.25),
        ("this ban will last for another 5 minutes", 300.25),
        ("this ban will last for 1 day", 86400.25),
        ("a ban will lastly be 9 seconds", 1.25),
        ("This Ban Will Last 60 second", 60.25),
        ("this ban will last 0 seconds", 1.25),
        ("this ban will last for 1.5 more hours", 5400.25),
        ("this ban will last for one hour", 3600.25),
        ("this ban will last for 3600 s", 3600.25),
        ("this ban will last 12345678 more seconds", 86400.25),
        ("You are banned for 300 sec", 300.25),
        ("Too many calls, retry after 30 seconds", 30.25),
        ("you are banned for a silly reason", 1.25),
        ("this ban will last 9999999 seconds", 86400.25),
        ("", 1.25),
    ],
)
def test_a_ban_lasts_what_its_text_says_and_a_margin(text: str, seconds: float) -> None:
    error = read({"error_response": {"code": "ApiCallLimit", "msg": text}})
    assert isinstance(error, Throttled)
    assert error.seconds == seconds


@pytest.mark.parametrize("code", ["accesscontrol.limited-by-app-access-count", "7"])
def test_an_app_that_used_up_its_quota_is_banned_for_hours_unless_a_number_is_told(code: str) -> None:
    refusal: dict[str, Any] = {"code": code, "sub_code": "accesscontrol.limited-by-app-access-count"}
    error = read({"error_response": refusal | {"msg": "App Call Limited"}})
    assert isinstance(error, Throttled)
    assert error.seconds == 7200.25
    told = read({"error_response": refusal | {"sub_msg": "This ban will last for 42 more seconds"}})
    assert isinstance(told, Throttled)
    assert told.seconds == 42.25
    assert refusals.is_known(refusals.Refusal(code=code, sub_code=refusal["sub_code"]))


@pytest.mark.parametrize(
    ("code", "sub_code", "kind"),
    [
        ("11", "isv.permission-ip-whitelist-limit", Misconfigured),
        ("11", "isv.permission-api-package-limit", Misconfigured),
        ("11", "isv.brand-new", Misconfigured),
        ("12", "isp.brand-new", Misconfigured),
        ("15", "isv.permission-ip-whitelist-limit", Misconfigured),
        ("15", "isv.permission-brand-new", Misconfigured),
        ("25", "isv.invalid-signature", Misconfigured),
        ("31", "isv.invalid-timestamp", Misconfigured),
        ("27", "isv.session-expired", TokenDead),
        ("27", "isv.session-brand-new", TokenDead),
        ("15", "isv.access-token-brand-new", TokenDead),
        ("15", "isv.session-expired", TokenDead),
        ("7", "isv.brand-new", Throttled),
        ("7", "accesscontrol.limited-by-brand-new", Throttled),
        ("40", "isv.missing-parameter:ae_order_id", Rejected),
        ("ServiceUnavailable", "isv.brand-new", Transient),
        ("brand-new", "isv.brand-new", Rejected),
        ("isv.brand-new", "brand-new", Rejected),
        ("15", "brand-new", Transient),
    ],
)
@pytest.mark.parametrize("about_order", [True, False])
def test_a_known_main_code_is_not_overruled_by_a_sub_code_that_nobody_knows(
    code: str, sub_code: str, kind: type[SourceError], about_order: bool
) -> None:
    answer = {"error_response": {"code": code, "sub_code": sub_code, "msg": "m", "sub_msg": "s"}}
    assert type(read(answer, about_order=about_order)) is kind


def test_a_right_that_the_app_lacks_is_no_unknown_order() -> None:
    refusal = {"code": "11", "sub_code": "isv.insufficient-permission", "msg": "Insufficient ISV Permissions"}
    assert type(read({"error_response": refusal}, about_order=True)) is Misconfigured


def test_a_refusal_in_the_result_is_known_by_its_sub_code() -> None:
    result = {"ret": False, "code": "27", "sub_code": "isv.session-expired", "msg": "Invalid session"}
    assert type(read({ROOT: {"result": result}})) is TokenDead


def test_a_ban_is_known_by_its_words_too() -> None:
    assert (
        type(read({"error_response": {"code": "new", "msg": "Api access frequency exceeds the limit"}}))
        is Throttled
    )


def test_the_old_gateways_farewell_is_a_wrong_address() -> None:
    text = "Platform System blacklist: Taobao Open Platform (TOP) has been offline"
    assert type(read({"error_response": {"code": "49", "msg": text}})) is Misconfigured


def test_unknown_words_are_no_reason_to_give_up_unless_the_request_is_blamed() -> None:
    assert type(read({"error_response": {"code": "Whatever", "msg": "x"}})) is Transient
    assert type(read({"error_response": {"code": "15", "sub_code": "isv.whatever"}})) is Rejected
    assert type(read({"error_response": {"code": "15", "sub_code": "isp.whatever"}})) is Transient
    assert type(read({"error_response": "went wrong"})) is Transient
    assert type(read({"code": "Whatever", "type": "ISV"})) is Transient
    assert type(read({"type": "SYSTEM", "message": "went wrong"})) is Transient


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"request_id": "r"},
        {"code": "0"},
        {"code": 0, ROOT: {"result": {}}},
        {"code": "0", "access_token": "a", "message": ""},
        {"code": "error code", "msg": "error message", ROOT: {"result": {}}},
        {"code": "00", "success": True},
    ],
)
def test_what_is_no_refusal_is_none(answer: dict[str, Any]) -> None:
    assert refusals.find_refusal(answer) is None


def test_the_operator_hears_only_of_codes_that_nobody_knows() -> None:
    def known(**envelope: object) -> bool:
        refusal = there(refusals.find_refusal({"error_response": envelope}))
        return refusals.is_known(refusal)

    assert known(code="IllegalAccessToken")
    assert known(code="15", sub_code="isv.invalid-authorization")
    assert known(code="11", sub_code="isv.brand-new")
    assert known(code="brand-new", sub_code="isv.session-expired")
    assert known(code="15")
    assert not known(code="15", sub_code="isv.brand-new")
    assert not known(code="BrandNew")
