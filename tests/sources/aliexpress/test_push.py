"""A push counts only with the owner's signature over its very bytes, and only once."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Rejected
from bot.model import OrderStatus
from bot.sources.aliexpress.push import Push, parse_push, verify

RAW = (
    b'{"data":{"buyerId":1861703697,"orderId":1105933950463697,"orderStatus":"paymentFailedEvent"},\n'
    b' "message_type":53,"seller_id":"1234","site":"ae_global","timestamp":1719389200}'
)
KEY, SECRET = "123456", "helloworld"
SIGN = hmac.new(SECRET.encode(), KEY.encode() + RAW, hashlib.sha256).hexdigest()


def test_the_documented_message_verifies_by_the_documented_rule() -> None:
    # Computed once with `openssl dgst -sha256 -hmac helloworld` over the key and the bytes above.
    assert SIGN == VECTOR
    assert verify(KEY, SECRET, RAW, VECTOR)
    assert verify(KEY, SECRET, RAW, f" {VECTOR.upper()}\n")


VECTOR = "c85f68ae0e0c79247845a32949d41c0826eb3fc4c74b2e9ae3e970c1b793563c"


@pytest.mark.parametrize(
    ("key", "secret", "raw", "header"),
    [
        ("123457", SECRET, RAW, VECTOR),
        (KEY, "helloworlD", RAW, VECTOR),
        (KEY, SECRET, RAW + b" ", VECTOR),
        (KEY, SECRET, json.dumps(json.loads(RAW)).encode(), VECTOR),
        (KEY, SECRET, RAW, VECTOR[:-1]),
        (KEY, SECRET, RAW, VECTOR[:-1] + "é"),
        (KEY, SECRET, RAW, ""),
        (KEY, SECRET, RAW, "\ud800"),
    ],
)
def test_a_forged_message_does_not_verify(key: str, secret: str, raw: bytes, header: str) -> None:
    assert not verify(key, secret, raw, header)


def test_the_documented_message_says_what_it_says() -> None:
    push = parse_push(RAW)
    assert push.order_id == "1105933950463697"
    assert push.status is OrderStatus.PAYMENT_FAILED
    assert push.at == datetime(2024, 6, 26, 8, 6, 40, tzinfo=UTC)


def message(status: str = "OrderShipped", order_id: object = 8211744661738042, **more: object) -> bytes:
    return json.dumps(
        {"data": {"orderId": order_id, "orderStatus": status}, "timestamp": 1719389200} | more
    ).encode()


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("paymentFailedEvent", OrderStatus.PAYMENT_FAILED),
        ("OrderCreated", OrderStatus.PLACED),
        ("OrderClosed", OrderStatus.CANCELLED),
        ("PaymentAuthorized", OrderStatus.PREPARING),
        ("OrderShipped", OrderStatus.SHIPPED),
        ("OrderConfirmed", OrderStatus.FINISHED),
        ("OrderTeleported", OrderStatus.UNKNOWN),
    ],
)
def test_every_status_has_its_word(word: str, status: OrderStatus) -> None:
    assert (parse_push(message(word)).status, parse_push(message(word)).word) == (status, word)


def test_numbers_may_come_as_text() -> None:
    push = parse_push(message(order_id="8211744661738042", message_type="53", timestamp="1719389200000"))
    assert (push.order_id, push.at) == (
        "8211744661738042",
        datetime(2024, 6, 26, 8, 6, 40, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "data",
    [
        {"trade_order_id": 8211744661738042, "orderStatus": "OrderShipped"},
        {"trade_order_id": " 8211744661738042 ", "order_status": "OrderShipped"},
        {"tradeOrderId": "8211744661738042", "order_status": "OrderShipped"},
        {"TradeOrderId": "8211744661738042", "OrderStatus": "OrderShipped"},
        {"trade_orderId": "null", "ORDER_ID": 8211744661738042, "order_status": "OrderShipped"},
        {"orderId": "", "trade_order_id": "8211744661738042", "orderStatus": "OrderShipped"},
        {"orderId": 0, "trade_order_id": "8211744661738042", "orderStatus": "OrderShipped"},
        {"orderId": "12", "trade_order_id": 8211744661738042.0, "orderStatus": "OrderShipped"},
        {"orderId": "8211744661738042.0", "orderStatus": "OrderShipped"},
        '{"trade_order_id":8211744661738042,"orderStatus":"OrderShipped"}',
    ],
)
def test_an_order_is_named_as_sister_platforms_name_it(data: object) -> None:
    push = parse_push(json.dumps({"data": data, "message_type": 18, "timestamp": 1719389200}).encode())
    assert (push.order_id, push.status) == ("8211744661738042", OrderStatus.SHIPPED)


def test_an_order_may_be_named_beside_the_message_type() -> None:
    push = parse_push(
        b'{"message_type": 18, "tradeOrderId": "8211744661738042", "order_status": "OrderShipped"}'
    )
    assert (push.order_id, push.status) == ("8211744661738042", OrderStatus.SHIPPED)


@pytest.mark.parametrize("data", ["[" * 20_000, "{", "[]", '"x"', "7"])
def test_a_text_that_is_no_message_is_about_no_order(data: str) -> None:
    assert parse_push(json.dumps({"data": data}).encode()).order_id is None


def test_a_repeat_has_the_key_of_the_first_and_news_another() -> None:
    assert parse_push(message()).key == parse_push(message() + b"\n").key
    keys = {
        parse_push(raw).key
        for raw in (
            message(),
            message("OrderClosed"),
            message(order_id=8211744661738043),
            message(timestamp=1719389201),
        )
    }
    assert len(keys) == 4


def test_the_consoles_test_message_is_about_no_order() -> None:
    push = parse_push(b'{"message_type":0,"data":{"test":"hello"},"timestamp":1719389200}')
    assert push.order_id is None
    assert push.status is None


def test_a_message_is_stale_when_no_honest_sender_would_still_deliver_it() -> None:
    push = parse_push(message())
    assert push.at is not None
    assert not push.is_stale(push.at + timedelta(hours=7))
    assert push.is_stale(push.at + timedelta(days=2))
    assert push.is_stale(push.at - timedelta(hours=1))
    assert not Push(key="k").is_stale(push.at)


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"null", b"\xff", b"[" * 50_000, b'"x"', b"{" + b" " * 70_000 + b"}"]
)
def test_what_is_no_message_is_rejected(raw: bytes) -> None:
    with pytest.raises(Rejected):
        parse_push(raw)


VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=25) | st.lists(st.integers())
)


@given(
    st.binary(max_size=60)
    | st.fixed_dictionaries(
        {},
        optional={
            "data": VALUES | st.fixed_dictionaries({}, optional={"orderId": VALUES, "orderStatus": VALUES}),
            "message_type": VALUES,
            "timestamp": VALUES,
        },
    ).map(lambda message: json.dumps(message).encode())
)
def test_no_message_whatever_raises_anything_else(raw: bytes) -> None:
    with contextlib.suppress(Rejected):
        push = parse_push(raw)
        assert push.order_id is None or push.order_id.isdecimal()
