"""Order ids out of what people paste, and the signed tokens of deep links."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ids import Mistake, link_token, read, read_link_token

ORDER = "8211744661738042"
SECRET = "a-secret-of-your-own"


@pytest.mark.parametrize(
    "text",
    [
        ORDER,
        f"  {ORDER}\n",
        f"№{ORDER}.",
        "8211 7446 6173 8042",
        "٨٢١١٧٤٤٦٦١٧٣٨٠٤٢",
        f"https://www.aliexpress.com/p/order/detail.html?orderId={ORDER}",
        f"https://m.aliexpress.com/p/order/detail.html?orderId={ORDER}&x=1",
        f"https://www.aliexpress.com/p/tracking/index.html?tradeOrderId={ORDER}&tradeOrderLineId=8211744661748042",
        f"https://track.aliexpress.com/logisticsdetail.htm?tradeId={ORDER}",
        f"http://trade.aliexpress.com/order_detail.htm?orderId={ORDER}",
        f"es.aliexpress.com/p/order/detail.html?orderId={ORDER}",
        f"https://www.aliexpress.us/p/order/detail.html?orderId={ORDER}",
        f"look: (https://www.aliexpress.com/p/order/detail.html?orderId={ORDER}) please",
    ],
)
def test_finds_the_order_however_it_is_sent(text: str) -> None:
    assert read(text).ids == (ORDER,)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("1005001234567890", Mistake.PRODUCT_ID),
        ("3256801234567890", Mistake.PRODUCT_ID),
        ("https://www.aliexpress.com/item/1005001234567890.html", Mistake.PRODUCT_LINK),
        ("LP00675700340000", Mistake.TRACKING_NUMBER),
        ("RB123456789CN", Mistake.TRACKING_NUMBER),
        ("4209795192144903600008220012159992", Mistake.TRACKING_NUMBER),
        ("https://aliexpress.ru/order/1234567890123456", Mistake.RUSSIAN_SITE),
        ("https://a.aliexpress.com/_mNxYz", Mistake.SHORT_LINK),
        ("https://www.aliexpress.com/p/order/index.html", Mistake.LINK_WITHOUT_ID),
        ("1234567", Mistake.TOO_SHORT),
    ],
)
def test_names_what_was_mistaken_for_an_order(text: str, mistake: Mistake) -> None:
    reading = read(text)
    assert reading.ids == ()
    assert [kind for kind, _ in reading.mistakes] == [mistake]


def test_several_ids_keep_their_order_and_come_once() -> None:
    other = "8210560128429621"
    assert read(f"{ORDER}\n{other}, {ORDER}").ids == (ORDER, other)


def test_words_around_an_id_are_kept_for_its_name() -> None:
    assert read(f"{ORDER} blue lamp").rest == "blue lamp"


@given(st.text())
def test_no_text_breaks_reading(text: str) -> None:
    for order_id in read(text).ids:
        assert order_id.isascii()
        assert 12 <= len(order_id) <= 20


def test_the_links_test_vector() -> None:
    assert link_token(ORDER, SECRET) == "AB0sicuMkjraP2lm5i4NVBtiFYU"


@given(st.integers(10**11, 2**64 - 1))
def test_a_token_gives_its_order_back(number: int) -> None:
    token = link_token(str(number), SECRET)
    assert len(token) == 27
    assert read_link_token(token, SECRET) == str(number)
    assert read_link_token(token, SECRET + "x") is None


@given(st.binary(min_size=20, max_size=20))
def test_a_forged_token_opens_nothing(raw: bytes) -> None:
    token = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    assert read_link_token(token, SECRET) is None


@pytest.mark.parametrize(
    "token",
    ["", "x", "AB0sicuMkjraP2lm5i4NVBtiFYV", "AB0sicuMkjraP2lm5i4NVBtiFYU=", "ä" * 27],
)
def test_damaged_tokens_open_nothing(token: str) -> None:
    assert read_link_token(token, SECRET) is None


@pytest.mark.parametrize(
    "order_id",
    ["", "12", "0211744661738042", "99999999999999999999", "82117446617380a2"],
)
def test_a_link_needs_an_order_id(order_id: str) -> None:
    with pytest.raises(ValueError, match=r"order id|too large"):
        link_token(order_id, SECRET)
