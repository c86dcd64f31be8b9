"""A shop's own brand: customers read neither AliExpress's name nor its logistics company's.

Our own sentences that name it have a twin here; what carriers and sellers wrote is shown neutrally; links to
its pages vanish (`words.brand` says so to the views). The operator's chats speak as ever.
"""

from __future__ import annotations

import re
import unicodedata

from bot.i18n import Brand, Words
from bot.model import Chat, Localized, Node, Shop, Stage

NAMES = re.compile(
    r"(?<![a-z])ali[\s_-]{0,3}e(?:x|ks)pr[eéèê]s+(?:\.(?:com|us|ru))?|(?<![a-z])alibaba|cai[\s_-]?niao"
    r"|全球速[卖賣]通|速[卖賣]通|菜[鸟鳥]|阿里巴巴|αλι\s?εξπρ[εέ]ς"
    r"|ал[иі][\s-]{0,3}[эе]кспрес+|[цк]айн(?:я|иа|ьяо|а)о|ал[иі]баба"
    r"|アリ・?エクスプレス|アリエク|(?:ツァイ|サイ|カイ)ニャオ|アリババ"
    r"|알리\s?익스프레스|[차카]이냐오|알리바바"
    r"|علي\s?[اأإ]?[كک]س[بپ]?ر[يی]?س|(?:تس|[كک])اينياو|علي\s?بابا"
    r"|[אע]לי\s?אקספרס|עלי\s?בא?בא|[קצ]אינ?יאו|अल[िी]\s?एक्सप्रेस|(?:कै|काइ|चाइ)नियाओ|अल[िी]बाबा"
    r"|อาลี\s?เอ็?กซ์เพรส|อาลีบาบา|(?:ไช่|ไฉ่)เหนี่ยว",
    re.IGNORECASE,
)
_ECONOMY = re.compile(r"econom|saver|\blite\b", re.IGNORECASE)
_FAST = re.compile(r"premium|express|priority", re.IGNORECASE)


def t(sentence: str) -> str:
    """Mark a sentence for the catalogs, as `words.t` does."""
    return sentence


_WHERE_NUMBER = t("You'll find the order number in the message the shop sent you.")
TWINS = {
    t("⚠️ AliExpress isn't responding (last response: {moment}). This is the last we know."): t(
        "⚠️ Tracking isn't available right now (last update: {moment}). This is the last we know."
    ),
    t("We're checking with AliExpress. This message will update itself."): t(
        "We're checking. This message will update itself."
    ),
    t(
        "Your AliExpress parcels, from the warehouse to your door. Send your order number to see where "
        "your parcel is and when it should arrive, and get a message whenever there's news."
    ): t(
        "Your parcels, from the warehouse to your door. Send your order number to see where "
        "your parcel is and when it should arrive, and get a message whenever there's news."
    ),
    t("Where are my AliExpress parcels, and when will they arrive?"): t(
        "Where are my parcels, and when will they arrive?"
    ),
    t("❔ AliExpress is responding again, but order {id} isn't one of this shop's, so we've removed it."): t(
        "❔ Tracking works again, but order {id} isn't one of this shop's, so we've removed it."
    ),
    t("AliExpress changed the status of the order."): t("The status of the order changed."),
    t("We keep an eye on your AliExpress parcels and message you when there's news."): t(
        "We keep an eye on your parcels and message you when there's news."
    ),
    t("aliexpress.ru is a separate shop; we can't see its orders."): t(
        "This link leads to another shop; we can't see its orders."
    ),
    t("Orders from aliexpress.com work: send the order number or link."): _WHERE_NUMBER,
    t("⏳ AliExpress isn't responding, so we couldn't check order {id}. Please try again later."): t(
        "⏳ Tracking isn't available right now, so we couldn't check order {id}. Please try again later."
    ),
    t("⏳ AliExpress isn't responding right now."): t("⏳ Tracking isn't available right now."),
    t("Order closed by AliExpress"): t("Order closed"),
    t("Expected by AliExpress: <b>{day}</b>"): t("Expected <b>{day}</b>"),
    t("Expected by AliExpress: <b>{date}</b>, {distance}"): t("Expected <b>{date}</b>, {distance}"),
    t("AliExpress promised {date}"): t("Promised: {date}"),
    t("On hold by AliExpress"): t("On hold"),
    t("AliExpress has updated the order"): t("The order has been updated"),
}
_PLAIN, _BLURRED = Brand(twins=TWINS), Brand(twins=TWINS, blurs_origin=True)


def words_for(chat: Chat, shop: Shop, *, operator: bool = False) -> Words:
    """How to speak to this chat: in the shop's own name only where it wants that, save to its operator."""
    brand = branding(shop) if not operator else None
    return Words(language=chat.language, zone=chat.zone, brand=brand, zone_is_guess=not chat.zone_set)


def branding(shop: Shop) -> Brand | None:
    """The shop's manner of speaking; None where AliExpress may be named."""
    if not shop.brand:
        return None
    return _BLURRED if shop.blur_origin else _PLAIN


def is_named(text: str) -> bool:
    """Whether a text names AliExpress or its logistics company, however its letters are written."""
    return bool(NAMES.search(_plain(text)))


def _plain(text: str) -> str:
    """Full-width letters as ASCII, without invisible marks between letters."""
    return "".join(each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each) != "Cf")


def without_names(words: Words, text: str) -> str:
    """A foreign text, such as an article's title, without the names that the shop leaves out."""
    if words.brand is None or not is_named(text):
        return text
    return " ".join(NAMES.sub(" ", _plain(text)).split()).strip(" -–·:,")


def carrier(words: Words, name: str) -> str:
    """A carrier's name as customers read it: of "AliExpress Selection Standard" remains what kind it is."""
    if words.brand is None or not is_named(name):
        return name
    rest = NAMES.sub(" ", _plain(name))
    if _ECONOMY.search(rest):
        return str(words.t("Economy shipping").unescape())
    if _FAST.search(rest):
        return str(words.t("Express shipping").unescape())
    return str(words.t("Standard shipping").unescape()) if "standard" in rest.casefold() else ""


def hides(words: Words, facts: Localized, node: Node, text: str) -> bool:
    """Whether an entry is told by its stage instead of its own text: it names AliExpress, or the origin."""
    brand = words.brand
    return brand is not None and (is_named(text) or (brand.blurs_origin and _before_arrival(facts, node)))


def _before_arrival(facts: Localized, node: Node) -> bool:
    """Whether the parcel had not reached its destination country when this happened."""
    arrived = Stage.ARRIVED_DESTINATION.height
    return not any(
        each.stage.height >= arrived and (each.at, each.seq) <= (node.at, node.seq)
        for parcel in facts.order.parcels
        if parcel.index == node.parcel
        for each in parcel.nodes
        if each.stage is not Stage.IMPORT_CUSTOMS  # announced before the journey: proves nothing
    )
