"""Order ids out of what people paste, and the signed tokens of deep links."""

from __future__ import annotations

import base64
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import ids
from bot.ids import (
    MOST_CHARACTERS,
    Mistake,
    claim_token,
    clean_shop_order,
    is_claim_token,
    is_damaged_token,
    link_token,
    read,
    read_link_token,
    shop_key,
    shop_number,
)

ORDER = "8211744661738042"
OTHER = "8210560128429621"
SECRET = "a-secret-of-your-own"

# How AliExpress and shops label the number, in pages and mails; the number follows at once.
LABELS = """Order:|Order ID:|Order No.:|Order number:|Order #|#|№|Nº |N° |No. |Order-|order=|ORDER:
Номер заказа:|Заказ:|Заказ №|заказ|Замовлення №|Номер замовлення:|Nº de pedido:|Pedido:
Número del pedido：|pedido
N° de commande :|Commande :|Bestellnummer:|Bestellung |Best.-Nr.:|Numero d'ordine:|Ordine n.
Bestelnummer:
Numer zamówienia:|Zamówienie:|Nº do pedido:|Encomenda:|Sipariş no:|Sipariş numarası:|Nomor pesanan:
No. Pesanan：
Mã đơn hàng:|Đơn hàng: |หมายเลขคำสั่งซื้อ:|หมายเลขคำสั่งซื้อ|注文番号：
注文番号|ご注文番号は|주문번호:|주문 번호 |주문번호
订单号：|订单号|订单编号:|訂單編號：|訂單編號|رقم الطلب:
رقم الطلب |طلب رقم |מספר הזמנה:|מספר ההזמנה |ऑर्डर नंबर:|ऑर्डर आईडी
Broj narudžbe:|Číslo objednávky:|Rendelésszám:|Numărul comenzii:|Tilausnumero:|Ordernummer:
Ordrenummer:|Αριθμός παραγγελίας:
Номер на поръчка:|commande|Bestellung|ordine|siparis|pesanan"""

# {} is the number.
DRESSES = """{}|  {}\t|{}.|{}!|{}?|{},|{};|({})|[{}]|"{}"|«{}»|“{}”|「{}」|【{}】|*{}*|`{}`|<b>{}</b>
{}…|→{}|- {}|• {}
{}です|{}号|{}입니다|{}ครับ|{}👍|📦{}|📦 {} 🙏|{}🙏🏽|hi!{}|Hello, my order is {}, where is it?
Où est ma commande {} ?
где мой заказ {}?|我的订单{}到哪里了？|注文{}はいつ届きますか|اين طلبي {}؟|איפה ההזמנה {}?|1) {}|1. {}|1.{}
\u200f{}\u200f|\u2068{}\u2069|\u202a{}\u202c|\ufeff{}|\u200b{}\u200b|\u2066order\u2069: {}|{}\u00ad
{}\u00a0|&lrm;{}&rlm;
{}.0|="{}"|'{}|order={}&x|{}/|Re: Order {}: order shipped|WG: Bestellung {}: Bestellung versandt
Commande {} : commande confirmée
my number：{}|id：{}。|{}、お願いします|{}，谢谢|{}؛ شكرا"""

LINKS = """https://www.aliexpress.com/p/order/detail.html?orderId={}
https://m.aliexpress.com/p/order/detail.html?orderId={}&x=1
https://www.aliexpress.com/p/tracking/index.html?tradeOrderId={}&tradeOrderLineId=8211744661748042
https://www.aliexpress.com/p/tracking/index.html?_login=yes&tradeOrderId={}
http://trade.aliexpress.com/order_detail.htm?orderId={}
https://track.aliexpress.com/logisticsdetail.htm?tradeId={}
es.aliexpress.com/p/order/detail.html?orderId={}
https://www.aliexpress.us/p/order/detail.html?orderId={}
look: (https://www.aliexpress.com/p/order/detail.html?orderId={}) please
https://www.aliexpress.com/p/order/detail.html?spm=a2g0o.order_list&amp;orderId={}
aliexpress://order/detail?orderId={}
https://www.aliexpress.com/p/tracking/index.html?spm=1&amp;amp;tradeOrderId={}
//www.aliexpress.com/p/order/{}.html
aliexpress://goto?url=https%3A%2F%2Fwww.aliexpress.com%2Fp%2Forder%2Fdetail.html%3ForderId%3D{}
https://login.aliexpress.com/?return_url=https%3A%2F%2Fwww.aliexpress.com%2Fp%2Forder%2Fdetail.html%3ForderId%3D{}
https://login.aliexpress.com/?return_url=https%253A%252F%252Faliexpress.com%252Forder%253ForderId%253D{}
https://www.aliexpress.com/p/order/{}.html|https://www.aliexpress.com/p/order/{}
https://www.aliexpress.com/x?o_ids={}
订单https://www.aliexpress.com/p/order/detail.html?orderId={}，谢谢
[order](https://www.aliexpress.com/p/order/detail.html?orderId={})
HTTPS://WWW.ALIEXPRESS.COM/P/ORDER/DETAIL.HTML?ORDERID={}
https://www.aliexpress.com/p/order/detail.html#orderId={}
https：//www.aliexpress.com/p/order/detail.html？orderId＝{}
https://ar.aliexpress.com/p/order/detail.html?orderId={}\u200f
https://shop.example/track?orderId={}|www.aliexpress.com/p/order/detail.html?order_id={}"""


def _split(rows: str) -> list[str]:
    return re.split(r"[|\n]", rows)


SPELLINGS = [
    *(label + ORDER for label in _split(LABELS)),
    *(dress.format(ORDER) for dress in _split(DRESSES)),
    *(link.format(ORDER) for link in _split(LINKS)),
    f"{ORDER}\n\nthanks",
    "8211 7446 6173 8042",
    "8211-7446-6173-8042",
    "8211.7446.6173.8042",
    "8211\u00a07446\u00a06173\u00a08042",
    "order 8211 7446 6173 8042, please",
    "821174 466173 8042",
    "8,211,744,661,738,042",
    "8.211.744.661.738.042",
    "٨٢١١٧٤٤٦٦١٧٣٨٠٤٢",
    "۸۲۱۱۷۴۴۶۶۱۷۳۸۰۴۲",
    "８２１１７４４６６１７３８０４２",
    "8️⃣2️⃣1️⃣1️⃣7️⃣4️⃣4️⃣6️⃣6️⃣1️⃣7️⃣3️⃣8️⃣0️⃣4️⃣2️⃣",
    "८२११७४४६६१७३८०४२",
    "&#56;211744661738042",
    f"MyOrder{ORDER}",
    f"AliExpress{ORDER}",
    f"nr{ORDER}",
    f"Bestellnummer{ORDER}",
    f"numer zamówienia{ORDER}",
    f"mãđơn{ORDER}",
    f"zam.{ORDER}",
    f"sipariş numaram {ORDER}'dir",
    f"我的单号是{ORDER}，查一下",
    f"➡️{ORDER}⬅️",
    f"\u061c{ORDER}",
    "8211_7446_6173_8042",
    "8211  7446  6173  8042",
    "8’211’744’661’738’042",
    "٨٬٢١١٬٧٤٤٬٦٦١٬٧٣٨٬٠٤٢",
    "8211\u20117446\u20116173\u20118042",
    "8211\u20137446\u20136173\u20138042",
    "8211\u20097446\u20096173\u20098042",
    "𝟖𝟐𝟏𝟏𝟕𝟒𝟒𝟔𝟔𝟏𝟕𝟑𝟖𝟎𝟒𝟐",
    "৮২১১৭৪৪৬৬১৭৩৮০৪২",
    f"Order number\n{ORDER}\nOrder date Nov 3, 2026",
    f"[Order {ORDER}](tg://user?id=1)",
    f'{{"orderId":"{ORDER}"}}',
    f"https://campaign.aliexpress.com/x?params=%7B%22orderId%22%3A%22{ORDER}%22%7D",
    f"https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.aliexpress.com%2Fp%2Forder%2Fdetail.html%3ForderId%3D{ORDER}&h=A",
    f"https://t.me/share/url?url=https%3A%2F%2Fwww.aliexpress.com%2Fp%2Forder%2Fdetail.html%3ForderId%3D{ORDER}&text=x",
    f"https://s.click.aliexpress.com/deep_link.htm?dl_target_url=https%3A%2F%2Fwww.aliexpress.com%2Fp%2Forder%2Fdetail.html%3ForderId%3D{ORDER}",
    "82117446 61738042",
    "8211 74466173 8042",
    "821174466173 8042",
    f"Sipariş numaram{ORDER}",
    f"https://trade.aliexpress.com/orderList.htm#order-{ORDER}",
    f"https://feedback.aliexpress.com/management/leaveFeedback.htm?parentOrderId={ORDER}&isOrderCompleted=Y",
    f"intent://order/detail?orderId={ORDER}#Intent;scheme=aliexpress;end",
    f"Order ID: {ORDER}Copy",
    f"Order ID{ORDER}Copy",
    f"Nº de pedido{ORDER}Copiar",
    f"Numer zamówienia: {ORDER}Kopiuj",
    f"https://www.aliexpress.com/snapshot/0.html?spm=a2g0s.9042647&orderId={ORDER}&productId=32768308647",
    f"http://archive.today?url=https://track.aliexpress.com/logisticsdetail.htm?spm=a2g0s&amp;tradeId={ORDER}",
    f"https://www.aliexpress.com/p/order/detail.html?orderId={ORDER}&rowan_msg_id=6371818112293334$c4e092f",
    f"https://login.alibaba.com/?return_url=https%3A%2F%2Fwww.aliexpress.com%2Fp%2Forder%2Fdetail.html%3ForderId%3D{ORDER}",
    f"AliExpress Order #{ORDER} Bound to SPO #44",
    f"The order number is {ORDER}\n\nthe USPS tracking number: 420537049200190333885202055737",
]

NO_ORDERS = [
    "",
    "hello",
    "1234567",
    "+49 151 2345 6789",
    "+491512345678901",
    "491512345678",
    "00491512345678",
    "(11) 91234-5678",
    "2026-11-29 21:30",
    "29.11.2026 30.11.2026",
    "2019-2020-2021-2022",
    "1005001234567890",
    "3256801234567890",
    "12000012345678901",
    "LP00675700340000",
    "RB123456789CN",
    "CNPDE0000123456789",
    "UM123456789DE",
    "1Z999AA10123456784",
    "4209795192144903600008220012159992",
    "00340434161094042557",
    "JJD000390007882233445",
    "SWX123456789012345678",
    "H1000123456789012345",
    "DE89370400440532013000",
    "DE89 3704 0044 0532 0130 00",
    "FR76 3000 6000 0112 3456 7890 189",
    "4111111111111111",
    "4111 1111 1111 1111",
    "5555 5555 5555 4444",
    "378282246310005",
    "0123456789012345",
    "12345678901234567890123",
    "550e8400-e29b-41d4-a716-446655440000",
    "a8211744661738042",
    "8211744661738042b",
    "é8211744661738042",
    "https://www.aliexpress.com/item/1005001234567890.html",
    "https://www.aliexpress.com/item/8211744661738042.html",
    "https://www.aliexpress.com/p/order/index.html",
    "https://a.aliexpress.com/_mNxYz",
    "https://aliexpress.ru/order/1234567890123456",
    "https://www.facebook.com/story.php?story_fbid=1234567890123456",
    "https://t.me/c/1234567890/123",
    "https://global.cainiao.com/detail.htm?mailNoList=LP00675700340000",
    "1234",
    "99 dollars",
    "#1001",
    "6011 1111 1111 1117",
    "00 340434161094042557",
    "(00) 340434161094042557",
    "AE8211744661738042",
    "orders8211744661738042x",
    "https://www.aliexpress.com/item/1005007654321098.html?orderId=",
    "https://www.aliexpress.com/store/1102345678",
    "https://twitter.com/x/status/1234567890123456789",
    "+86-138-1234-5678",
    "8 800 555 35 35",
    "UA213223130000026007233566001",
    "20261103123456",
    "12.345.678.901,50",
    "IMEI: 356938035643809",
    "ICCID 8949020000012345678",
    "write to 1234567890123456@qq.com",
    "20261130 20261205",
    "82123798575120XX",
    "12345678-1234-5678-9abc-def012345678",
    "82117446-6173-8042-9621-821174466173",
    "https://www.lazada.co.th/products/i4867.html?mp=1&tradeOrderId=812206901102042",
    "https://biz.alibaba.com/ta/detail.htm?orderId=304716450001023166",
    "https://www.amazon.de/gp/css/summary/edit.html?orderID=305-9767931-8351126",
    "8211744661738042Copyright",
    "2005062300010155702551",
    "Tracking 89991234567",
]


@pytest.mark.parametrize("text", SPELLINGS)
def test_finds_the_order_however_it_is_written(text: str) -> None:
    assert read(text).ids == (ORDER,)


def test_there_are_many_spellings() -> None:
    assert len(set(SPELLINGS)) >= 120
    assert len(set(NO_ORDERS)) >= 40


@pytest.mark.parametrize("text", NO_ORDERS)
def test_what_is_no_order_number_is_not_taken_for_one(text: str) -> None:
    assert read(text).ids == ()


@pytest.mark.parametrize(
    "text",
    [
        f"{ORDER},{OTHER}",
        f"{ORDER}, {OTHER}",
        f"{ORDER};{OTHER}",
        f"{ORDER}/{OTHER}",
        f"{ORDER}|{OTHER}",
        f"{ORDER} {OTHER}",
        f"{ORDER}、{OTHER}",
        f"{ORDER}，{OTHER}",
        f"{ORDER}\n{OTHER}\n{ORDER}",
        f"1. {ORDER} 2. {OTHER}",
        f"{ORDER}和{OTHER}",
        f"{ORDER} و{OTHER}",
        f"{ORDER} + {OTHER}",
        f"order:{ORDER},order:{OTHER}",
        f"https://www.aliexpress.com/x?o_ids={ORDER}%2C{OTHER}",
        f"aliexpress.com/order?orderId={ORDER},aliexpress.com/order?orderId={OTHER}",
    ],
)
def test_several_numbers_keep_their_order_and_come_once(text: str) -> None:
    assert read(text).ids == (ORDER, OTHER)


@pytest.mark.parametrize(
    "piece",
    [
        "-",
        "a-",
        "1 ",
        "12-",
        "123 456 ",
        "8211.",
        "%25",
        "&amp;",
        "&#",
        "//",
        "aliexpress.",
        "orderid=",
        "1,",
        "\u200f",
    ],
)
def test_a_hostile_text_is_read_to_its_end(piece: str) -> None:
    text = piece * (MOST_CHARACTERS // len(piece))
    assert read(text[: MOST_CHARACTERS - 17] + " " + ORDER).ids[-1:] in {(ORDER,), ()}


def test_a_bank_card_is_named_and_never_repeated() -> None:
    assert read("4111 1111 1111 1111").mistakes == ((Mistake.PAYMENT_CARD, ""),)


def test_a_price_in_a_sentence_is_no_failed_number() -> None:
    assert read("I paid 12500 for it in the end").mistakes == ()


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


@pytest.mark.parametrize(
    "text",
    [
        "821 174 466 173 8042",  # the last group may be longer by one
        "821 174 466 173 804",  # 15 digits
        "8211 7446 6173 8042 123",  # 19 digits
        "8211\u200b7446\u2066617\ufe0f38042",
        "8211 7446 6173 8042 x",
        "https://shop.example/order/8211744661738042",
        "https：//www.aliexpress.com/p/order/detail.html？orderId＝8211744661738042",
    ],
)
def test_digits_that_belong_together_are_one_number(text: str) -> None:
    (found,) = read(text).ids
    assert found.startswith("82117446617380")
    assert found == re.sub(r"\D", "", unicodedata.normalize("NFKC", text))


@pytest.mark.parametrize(
    "text",
    [
        "821 174 466 173 80425",  # the last group longer by two
        "8211 74466 173 8042",
        "8211 7446 61 7380 42",
        "8211 7446 6173 80 42",
        "8211 744 661 738 042",
        "8211 7446 617 3804 2",
        "8211 7446 6173 804 2",
        "82 117 4466 1738 042",
        "82 11 74 46 61 73 80 42",
        "82117 44661 738",  # 13 digits
        "8211 7446 6173 80",  # 14 digits
        "8211 7446 6173 8042 1234",  # 20 digits
        "x8211 7446 6173 8042",
        "8211 7446 6173 8042x",
        "+8211 7446 6173 8042",
        "https://shop.example/x/8211744661738042",
        "https://shop.example/item/order/8211744661738042",
    ],
)
def test_what_does_not_belong_together_stays_as_it_was_written(text: str) -> None:
    found = read(text)
    assert (found.ids, found.text) == ((), text)
    assert {mistake for mistake, _ in found.mistakes} <= {Mistake.TOO_SHORT}
    kept = [*found.rest.split(), *(number for _, number in found.mistakes)]
    lost = [word for word in text.split() if word not in kept]
    assert all(word.isdecimal() and len(word) == 5 for word in lost)  # as a price in a sentence would be


@pytest.mark.parametrize(
    ("text", "mistakes", "rest"),
    [
        ("12345", ["12345"], ""),
        ("+12345!", ["+12345"], ""),
        ("12345+", [], "12345+"),
        ("X12345", [], "X12345"),
        ("1234", [], "1234"),
        ("hello", [], "hello"),
        ("my number 12345", ["12345"], "my number"),
        ("my own number 12345", [], "my own number"),
    ],
)
def test_a_number_too_short_is_named_unless_it_stands_in_a_sentence(
    text: str, mistakes: list[str], rest: str
) -> None:
    found = read(text)
    assert found.mistakes == tuple((Mistake.TOO_SHORT, number) for number in mistakes)
    assert found.rest == rest


def test_a_tracking_number_is_named_without_what_stands_around_it() -> None:
    assert read("(LP00675700340000).").mistakes == ((Mistake.TRACKING_NUMBER, "LP00675700340000"),)


@pytest.mark.parametrize("more", [0, 1, 2])
def test_a_link_is_named_in_sixty_characters(more: int) -> None:
    link = "https://www.aliexpress.com/item/".ljust(60 + more, "x")
    ((_, named),) = read(link).mistakes
    assert named == (link if not more else link[:59] + "…")


def test_full_width_signs_are_read_from_the_first_to_the_last() -> None:
    assert [ids._plain(sign) for sign in "！＃～"] == ["!", "#", "~"]
    assert ids._plain("\uff00\uff5f") == "\uff00\uff5f"
    assert ids._plain("\ufe00\ufe0f\u200f\u20e3") == ""


def test_a_text_is_kept_as_it_was_written() -> None:
    text = f" {ORDER}\u200f blue "
    assert read(text).text == text


def test_no_character_of_a_token_is_lost() -> None:
    tokens = [link_token(str(int(ORDER) + number), SECRET) for number in range(2000)]
    assert {len(token) for token in tokens} == {27}
    assert len({token[-1] for token in tokens}) > 1


def test_a_damaged_link_is_told_from_another_links_words() -> None:
    token = link_token("8211744661738042", "a-secret-of-your-own")
    assert is_damaged_token(token[:-1] + "x")
    assert is_damaged_token(token[:14])
    for word in (
        "",
        "ref_123",
        "utm_source-instagram",
        "AffiliateNumberTwelve",
        "promo2026",
        "x" * 64,
        "ß" * 20,
    ):
        assert not is_damaged_token(word)


@pytest.mark.parametrize(("digits", "damaged"), [(14, False), (15, True), (17, True), (18, False)])
def test_a_damaged_link_begins_with_what_can_be_an_order(digits: int, damaged: bool) -> None:
    number = int("9" * digits).to_bytes(8, "big")
    assert is_damaged_token(base64.urlsafe_b64encode(number).decode().rstrip("=") + "abc") is damaged


# ── the shop's own numbers ──────────────────────────────────────────────────────────────────────


def test_the_two_kinds_of_tokens_are_told_apart() -> None:
    for byte in range(256):
        token = claim_token(bytes([byte]) * 16)
        assert len(token) == 24
        assert is_claim_token(token)
        assert not is_claim_token(token + "A")
        assert read_link_token(token, SECRET) is None
        assert not is_damaged_token(token)
    assert not is_claim_token(link_token(ORDER, SECRET))
    assert claim_token(bytes(range(240, 256))) == "c-8PHy8_T19vf4-fr7_P3-_w"


@pytest.mark.parametrize(
    ("one", "other"), [("#1001", "1001"), ("# 1001", "#1001"), ("Shop-7", "shop-7"), ("#１００１", "1001")]
)
def test_spellings_of_one_number_are_one(one: str, other: str) -> None:
    assert shop_key(one) == shop_key(other)


@pytest.mark.parametrize(("one", "other"), [("10-01", "1001"), ("1001", "1001A"), ("#1001", "#10010")])
def test_numbers_that_differ_stay_apart(one: str, other: str) -> None:
    assert shop_key(one) != shop_key(other)


def test_no_number_is_none() -> None:
    assert shop_key(" # ") is None
    assert clean_shop_order(" a \u200b b\n" + "x" * 80) == "a b " + "x" * 60


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("#1001", "1001"),
        ("Where is # A-1001?", "A-1001"),
        ("#12.", "12"),
        ("#10X", "10X"),
        (" 1001. ", "1001"),
        ("Order no. 1001", "1001"),
        ("заказ №1001", "1001"),
        ("x" * 193 + " #1001", "1001"),
        ("x" * 199 + " #1001", None),
        ("I paid 1001 yesterday", None),
        ("12", None),
    ],
)
def test_a_number_of_the_shop_is_found_where_no_price_or_date_can_be_meant(
    text: str, number: str | None
) -> None:
    assert shop_number(text) == number


def test_nothing_is_left_of_a_labels_number() -> None:
    assert read(f"(00)340434161094042557;{ORDER}").rest == ""
