"""Finding order ids in what people write or paste, and signed tokens for deep links. Pure."""

from __future__ import annotations

import base64
import binascii
import enum
import hashlib
import hmac
import html
import re
import unicodedata
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

_ORDER_ID = re.compile(r"[1-9]\d{11,19}")
MOST_CHARACTERS = 16_384
"""Characters of a text that are read: four times what Telegram lets a person send."""

_LATIN = r"A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F"
# Words for "order", "number" and "my" that may touch it. With other Latin letters it is a tracking number.
_LABEL = (
    r"(?:(?:order|pedido|orden|commande|cmd|bestell(?:ung|ing)?|auftrags?|ordine|ordre|best[aä]llning|tilaus|"
    r"zam[oó]wieni[ae]|objedn[aá]vk[ay]|rendel[eé]s|comand[aă]|encomenda|compra|sipari[sş]|pesanan|"
    r"m[aã][dđ][oơ]n(?:h[aà]ng)?|aliexpress|my|meine?|id|no|nr|num|number|nummer|n[uú]mero|num[eé]ro|"
    r"numer|nomor|numara(?:s[iı]|m)?){1,4})"
)
# The button beside the number on AliExpress's page is copied with it: "Order ID8211744661738042Copy".
_COPY = r"(?:cop(?:y|iar|ier|ia|i[eë]ren)|kopi(?:eren|ëren|uj|era)|kopyala|salin)\b"
_RUN = re.compile(
    rf"(?<![\d{_LATIN}])(?:{_LABEL})?(\d{{15,19}})(?:(?={_COPY})|(?![\d{_LATIN}]|@[{_LATIN}]))", re.IGNORECASE
)
# People and pages group digits: "8211 7446 6173 8042". Bounded, so that parsing stays linear.
_SEPARATOR = r"(?:[ \u00A0\u2002-\u200A\u202F]{1,3}|[.,'\u2019\u066C_\u2010-\u2015\u2212-])"
_GROUPED = re.compile(
    rf"(?<!\d)(?:\d{{1,6}}(?P<sep>{_SEPARATOR})\d{{3,6}}(?:(?P=sep)\d{{3,6}}){{0,5}}(?:(?P=sep)\d{{1,6}})?"
    rf"|\d{{4,12}}(?P<wide>{_SEPARATOR})\d{{4,12}}(?:(?P=wide)\d{{4,12}})?)(?!\d)"
)
_TOUCHING = re.compile(rf"[\d+{_LATIN}]")
_TRACKING_NUMBER = re.compile(
    r"[A-Z]{2}\d{9}[A-Z]{2}|[A-Z]{1,5}\d{8,24}[A-Z]{0,3}|1Z[A-Z\d]{16}|\d{20,40}", re.IGNORECASE
)
# Item ids: 16 digits starting with 1005 (US site: 3256); their variants: 17 starting with 12000.
_PRODUCT_ID = re.compile(r"(?:1005|3256)\d{12}|12000\d{12}")
_PAYMENT_CARD = re.compile(r"(?:4\d{3}|5[1-5]\d\d|65\d\d|6011)\d{12}|3[47]\d{13}")
# A parcel label's number as printed: "(00) 340434161094042557".
_LABEL_NUMBER = re.compile(r"(?<![\d(])\(?00\)? ?(\d{18})(?!\d)")
_OTHERS_NUMBER = re.compile(
    r"\b(?:IMEI|MEID|ICCID|IBAN)\b[\s.:#№]*\d[\d ]*|\b[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}\b",
    re.IGNORECASE,
)
# Characters around numbers in sentences.
_AROUND = "#№.,;:!?()[]{}<>«»\"'“”‘’„*_`|=~…。，、：；！？（）【】「」-–—"

_LINK = re.compile(r"://|aliexpress\.|cainiao\.|www\.|order_?id=|[./]html\b", re.IGNORECASE)
_HOST = re.compile(r"(?:aliexpress|cainiao)\.(?P<end>com|us|ru)\b|\baliexpress:", re.IGNORECASE)
_OTHER_SHOP = re.compile(
    r"\b(?:alibaba|allegro|amazon|banggood|daraz|ebay|etsy|jd|joom|lazada|mercadoli[bv]re|ozon|shein|shopee|taobao|temu"
    r"|tmall|wildberries|wish|1688)\.(?:com?\b|[a-z]{2}\b)",
    re.IGNORECASE,
)
_SHORT_HOST = re.compile(r"\b(?:a|s\.click|star)\.aliexpress\.com|aliexpress\.com/_", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z+.-]{0,20}://")
_ORDER_PARAMETER = re.compile(
    r"(?<![A-Za-z\d])(?:(?:trade_?|parent_?|main_?|sub_?)?order_?(?:id|no|num|number)?s?|trade_?ids?|o_ids?)"
    r"[\"']?[=:-][\"']?"
    r"([\d,;|]{12,400})",
    re.IGNORECASE,
)
_ORDER_PATH = re.compile(r"/(\d{15,19})(?=\.html?|[/?#&]|$)")
_PRODUCT_PATH = re.compile(r"/(?:item|i|product)/|product_?id=", re.IGNORECASE)
_TRACKING_PARAMETER = re.compile(r"mail_?no(?:list)?=([A-Z\d]{8,40})", re.IGNORECASE)

_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[\dA-F]{1,5}|[A-Z]{2,8});", re.IGNORECASE)
_DECODED = 2  # times: a link inside a link's parameter is encoded twice


class Mistake(enum.StrEnum):
    """What somebody sent instead of an order id."""

    PRODUCT_LINK = "product_link"
    PRODUCT_ID = "product_id"
    TRACKING_NUMBER = "tracking_number"
    PAYMENT_CARD = "payment_card"
    RUSSIAN_SITE = "russian_site"  # aliexpress.ru is another market place
    SHORT_LINK = "short_link"  # carries no id
    LINK_WITHOUT_ID = "link_without_id"
    TOO_SHORT = "too_short"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedText:
    """A message's text, its order ids (each once, in order), and what was mistaken for one."""

    text: str = field(default="", repr=False)  # as written
    ids: tuple[str, ...] = ()
    mistakes: tuple[tuple[Mistake, str], ...] = ()
    rest: str = ""  # the words around the ids, e.g. a name for the order


def is_order_id(text: str) -> bool:
    """Whether the text has the form of an order id: 12 to 20 ASCII digits, the first not zero."""
    return text.isascii() and _ORDER_ID.fullmatch(text) is not None


def read(text: str) -> ParsedText:
    """Find order ids in free text: bare, labelled, grouped, several at once, or inside AliExpress links.

    Reads the first `MOST_CHARACTERS` characters, in linear time.
    """
    found = _Found()
    for word in _joined(_plain(text[:MOST_CHARACTERS])).split():
        if _LINK.search(word):
            found.link(word)
        else:
            found.word(word)
    return replace(found.reading(), text=text)


class _Found:
    """Collects what the words of one text hold."""

    def __init__(self) -> None:
        self._ids: dict[str, None] = {}
        self._mistakes: dict[tuple[Mistake, str], None] = {}
        self._short: list[str] = []
        self._rest: list[str] = []

    def reading(self) -> ParsedText:
        if len(self._rest) <= 2:  # in a sentence a short number is a price or a date, not a failed order id
            for number in self._short:
                self._mistakes[Mistake.TOO_SHORT, number] = None
        return ParsedText(ids=tuple(self._ids), mistakes=tuple(self._mistakes), rest=" ".join(self._rest))

    def word(self, word: str) -> None:
        numbers = _RUN.findall(word)
        core = word.strip(_AROUND)
        if numbers and not word.startswith("+"):
            for number in numbers:
                self._number(number)
        elif _TRACKING_NUMBER.fullmatch(core):
            self._mistakes[Mistake.TRACKING_NUMBER, core] = None
        elif (digits := core.lstrip("+")).isdecimal() and len(digits) >= 5:
            self._short.append(core)
        else:
            self._rest.append(word)

    def _number(self, number: str) -> None:
        if _PRODUCT_ID.fullmatch(number):
            self._mistakes[Mistake.PRODUCT_ID, number] = None
        elif _is_payment_card(number):
            self._mistakes[Mistake.PAYMENT_CARD, ""] = None  # the number is not kept
        elif not number.startswith("0"):
            self._ids[number] = None

    def link(self, word: str) -> None:
        link = _decoded(word)
        host = _HOST.search(link)
        if host is not None and host["end"] == "ru":
            self._mistakes[Mistake.RUSSIAN_SITE, _shorten(word)] = None
            return
        if host is None and _OTHER_SHOP.search(link):
            self._rest.append(word)
            return
        numbers = [
            number
            for match in _ORDER_PARAMETER.finditer(link)
            for number in re.split(r"[,;|]", match[1])
            if is_order_id(number)
        ]
        if not numbers and (host or "/order" in link) and not _PRODUCT_PATH.search(link):
            numbers = _ORDER_PATH.findall(link)
        if numbers:
            self._ids.update(dict.fromkeys(numbers))
        elif host is None and (
            beside := _RUN.findall(_SCHEME.split(link)[0])
        ):  # [8211744661738042](tg://user)
            for number in beside:
                self._number(number)
        elif host is None:
            self._rest.append(word)
        elif parcel := _TRACKING_PARAMETER.search(link):
            self._mistakes[Mistake.TRACKING_NUMBER, parcel[1]] = None
        else:
            self._mistakes[_link_mistake(link), _shorten(word)] = None


def _link_mistake(link: str) -> Mistake:
    if _PRODUCT_PATH.search(link):
        return Mistake.PRODUCT_LINK
    return Mistake.SHORT_LINK if _SHORT_HOST.search(link) else Mistake.LINK_WITHOUT_ID


def _plain(text: str) -> str:
    """A text without invisible marks and HTML entities, its digits and full-width signs as ASCII."""
    text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    return "".join(map(_plain_character, text))


def _plain_character(character: str) -> str:
    if character.isascii():
        return character
    if character.isdecimal():  # Arabic, Persian, full width …
        return str(unicodedata.decimal(character))
    if "\uff01" <= character <= "\uff5e":  # full width "：" and its like
        return chr(ord(character) - 0xFEE0)
    # Direction marks, zero-width spaces, and what makes a digit a keycap emoji.
    invisible = unicodedata.category(character) in {"Cf", "Me"} or "\ufe00" <= character <= "\ufe0f"
    return "" if invisible else character


def _joined(text: str) -> str:
    """The text with the groups of grouped numbers joined."""
    text = _OTHERS_NUMBER.sub(" ", _LABEL_NUMBER.sub(r" 00\1 ", text))
    return _GROUPED.sub(lambda match: _ungrouped(match, text), text)


def _ungrouped(match: re.Match[str], text: str) -> str:
    first, *others = groups = match[0].split(match["sep"] or match["wide"])
    beside = text[max(match.start() - 1, 0) : match.start()] + text[match.end() : match.end() + 1]
    size = len(others[0])
    even = {len(group) for group in groups[:-1]} == {size} and len(groups[-1]) <= size + 1
    thousands = len(first) <= size == 3 and {len(group) for group in others} == {3}
    fours = sum(sizes := [len(group) for group in groups]) == 16 and not any(each % 4 for each in sizes)
    years = all(re.fullmatch(r"(?:19|20)\d\d(?:\d{4})?", group) for group in groups)
    if not (even or thousands or fours) or size < 3 or years or _TOUCHING.search(beside):
        return match[0]
    number = "".join(groups)
    return number if 15 <= len(number) <= 19 else match[0]


def _decoded(link: str) -> str:
    for _ in range(_DECODED):
        link = _plain(unquote(link))
    return link


def _is_payment_card(number: str) -> bool:
    """Whether a number has a bank card's first digits and its check digit (Luhn)."""
    if not _PAYMENT_CARD.fullmatch(number):
        return False
    digits = [int(digit) for digit in reversed(number)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _shorten(link: str) -> str:
    return link if len(link) <= 60 else link[:59] + "…"


# ── the shop's own numbers ──────────────────────────────────────────────────────────────────────

SHOP_ORDER_LENGTH = 64


def clean_shop_order(text: str) -> str:
    """A shop's own order number as it is kept and shown: one line of at most 64 characters."""
    return " ".join(_plain(text[:MOST_CHARACTERS]).split())[:SHOP_ORDER_LENGTH].strip()


def shop_key(text: str) -> str | None:
    """What two spellings of a shop's order number share: `# 1001` and `1001`; None where there is none."""
    return "".join(clean_shop_order(text).casefold().split()).lstrip("#№") or None


_ORDER_WORD = (
    rf"(?:{_LABEL}|order\s?(?:id|no|number)|заказ\w*|номер\s?заказа|замовлення|номер\s?замовлення|订单号?|訂單號?|単?注文番?号?|"
    r"주문\s?(?:번호)?|(?:رقم\s?)?(?:ال)?طلب|הזמנה|מספר\s?הזמנה|đơn\s?hàng|mã\s?đơn|คำสั่งซื้อ|ऑर्डर)"
)
_HASH_NUMBER = re.compile(r"(?<![\w#&])#\s?(?=[\w.-]{0,38}\d)([\w.-]{2,39})(?![\w#])")
_BARE_NUMBER = re.compile(rf"(?:(?:{_ORDER_WORD}[\s.:№#]*){{1,3}}|№\s*)?(\d{{3,8}})[\s.!?]*", re.IGNORECASE)
_A_SENTENCE = 200  # characters in which a shop's number is looked for


def shop_number(text: str) -> str | None:
    """The shop's own order number that a customer writes: "#1001" anywhere, or a short number alone.

    None where there is none. A price or a date within a sentence is none.
    """
    plain = _plain(text[:_A_SENTENCE]).strip()
    found = _HASH_NUMBER.search(plain) or _BARE_NUMBER.fullmatch(plain)
    return found[found.lastindex or 0].rstrip(".-") if found else None


# ── deep links ──────────────────────────────────────────────────────────────────────────────────


def link_token(order_id: str, secret: str) -> str:
    """The `start=` token of an order: 27 characters, signed with the secret.

    base64url(order id as 8 bytes big-endian ‖ first 12 bytes of HMAC-SHA256(secret, "order" ‖ those 8)),
    without padding. Raises ValueError if this is not an order id, or does not fit 8 bytes.
    """
    if not is_order_id(order_id):
        raise ValueError(f"{order_id!r} is not an order id")
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
    # 27 characters hold 162 bits, the content has 160: only the canonical encoding is accepted
    return order_id if is_order_id(order_id) and link_token(order_id, secret) == token else None


def is_damaged_token(token: str) -> bool:
    """Whether a text begins as a deep link's token does, with an order id: a link cut off or altered."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{11,64}", token):
        return False
    number = int.from_bytes(base64.urlsafe_b64decode(token[:11] + "=")[:8], "big")
    return 15 <= len(str(number)) <= 17


def claim_token(random: bytes) -> str:
    """The `start=` token of a shop order: `c-` and 16 random bytes as 22 characters; the store keeps it."""
    return "c-" + base64.urlsafe_b64encode(random).rstrip(b"=").decode()


def page_url(public_url: str, token: str) -> str:
    """The address of the tracking page that a claim link's or an order's token opens."""
    return f"{public_url}/t/{token}"


def is_claim_token(token: str) -> bool:
    """Whether a text has the form of a shop order's token; a single order's is 27 characters, signed."""
    return re.fullmatch(r"c-[A-Za-z0-9_-]{22}", token) is not None


def _signature(number: bytes, secret: str) -> bytes:
    return hmac.new(secret.encode(), b"order" + number, hashlib.sha256).digest()[:12]
