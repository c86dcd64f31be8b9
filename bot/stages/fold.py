"""Folding texts to one spelling, so that rules need only one: no case, accents or decoration."""

from __future__ import annotations

import re

from bot.folding import LATIN, MARKS, plain

# Also the signs that join consonants in Devanagari, which people write as they like.
_MARKS = re.compile(f"[{MARKS}\u093c\u094d]")
_ALIKE = str.maketrans(LATIN | {"ـ": "", "’": "'", "‘": "'", "‐": "-", "–": "-", "—": "-"})
# Variant spellings, replaced by one of them.
_SPELLINGS = (
    (re.compile(r"\b(country|pays|pais|land|paese|kraj|ulke|negara)\s*(?:/|or)\s*(?:l[ae] )?\w+"), r"\1"),
    (re.compile(r"\b((?:ziel|abgangs|bestimmungs|herkunfts)land)\s*/\s*(?:in der )?-?\w*region\b"), r"\1"),
    (re.compile(r"(стран\w+)\s*/\s*\w+"), r"\1"),
    (re.compile(r"(دولة|بلد|الدولة|البلد)\s*/\s*\w+"), r"\1"),
    (re.compile(r"(מדינת|ארץ)\s*/\s*\w+"), r"\1"),
    (re.compile(r"(국가|国家|国)\s*/\s*(?:지역|地区|地域)"), r"\1"),
    (re.compile(r"\bline[ -]?(?:haul|hual)\b"), "linehaul"),
    (re.compile(r"\bpick[ -]?ups?\b"), "pickup"),
    (re.compile(r"\bcentres?\b"), "center"),
    (re.compile(r"\bcancelled\b"), "canceled"),
)
_PLACE = re.compile(r"^\s*[\[【［]\s*([^\]】］]{0,120}?)\s*[\]】］]\s*[:：,，-]?\s*")
_PLACE_BEHIND = re.compile(r"\s*[\[【［]\s*([^\[\]【】］]{1,120}?)\s*[\]】］][\s.]*$")
_NOTE = re.compile(r"\bcarrier(?:'s)? (?:note|remark)s?\s*[:：]\s*", re.IGNORECASE)
_LONGEST_PLACE = 140
_AROUND = " .,;:!。．，；！…-"


def letters(text: str) -> str:
    """Lower case without accents, width or presentation forms; used on texts and on the rules' own words."""
    return plain(text, _MARKS, _ALIKE)


def fold(text: str) -> str:
    """A text as rules see it: folded letters, single spaces, unified spellings, no final period."""
    folded = " ".join(letters(text).split())
    for pattern, spelling in _SPELLINGS:
        folded = pattern.sub(spelling, folded)
    if _GREEK.search(folded):  # where a semicolon is the question mark
        folded = folded.replace(";", "?")
    return folded.strip(_AROUND)


_DATE = r"(?:\d{1,4}[-./]\d{1,2}(?:[-./]\d{2,4})?|\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m\b\.?)?)"
_HEADING = (
    r"(?:(?:tracking |delivery |shipment )?status|event|estado|statut|stato|durum|stav|stare|trang thai"
    r"|статус|الحاله|סטטוס|状态|狀態|状況|ステータス|상태|สถานะ)(?: ?: ?| - )"
)
_SIGNS = "[\\s\"'«»“”„*•·|.,:!#<>=~_\u2600-\u27bf\ufe0f\U0001f300-\U0001faff-]"  # no question mark
_AHEAD = re.compile(rf"^(?:{_SIGNS}+|{_DATE}(?!\d)[ ,;|-]*|\d{{1,2}}[.)] |{_HEADING})+")
_BEHIND = re.compile(
    rf"(?:[ ,;|(-]*\b{_DATE}\)?| ?\((?:ref|no|nr|awb|id)\b[^()]*\)|{_SIGNS}+)+$",
)
_LATIN_CONTACT = (
    "courier|driver|rider|postman|delivery (?:boy|man|agent|associate|executive)|tel|telephone|phone|mobile"
    "|contact|call|kurye|kurir|sdt|dien thoai|telp|hp|telefon|telefono|телефон|тел|טלפון|שליח|هاتف|المندوب"
    "|السائق|تلفن"
)
_ASIAN_CONTACT = (
    "联系电话|聯絡電話|联系方式|联系人|電話番号|電話|电话|快递员|快遞員|业务员|派件员|派送员|投递员"
    "|배송사원|배달원|배송기사|집배원|전화|연락처|โทร|เบอร์|फोन|मोबाइल"
)
_PHONE = r"[^!?]{0,50}?\+?\d[\d *x()-]{5,}\)?$"
_CONTACT = re.compile(
    rf"(?<=\w)[\s,;.(|-]*\b(?:{_LATIN_CONTACT})[^:.!?]{{0,20}}:{_PHONE}"
    rf"|(?<=\w)[\s,;.(|-]*(?:{_ASIAN_CONTACT}) ?:{_PHONE}"
)


def without_contact(folded: str) -> str:
    """A folded text without the name and telephone number of a courier at its end."""
    return _CONTACT.sub("", folded)


def bare(folded: str) -> str:
    """A folded text without what may stand around the words of a scan.

    That is a date or time, "Status:", the number of a row, a reference, whom to call, quotes and symbols.
    """
    return _BEHIND.sub("", _AHEAD.sub("", without_contact(folded))) or folded


_GREEK = re.compile("[\u0370-\u03ff]")
_ASIDES = re.compile(r" ?\(([a-z]+)\)")


def unbracketed(folded: str) -> str:
    """A folded text without the brackets around single words."""
    return _ASIDES.sub(r" \1", folded)


def split_place(text: str) -> tuple[str, str]:
    """The place in a leading `[…]` or `【…】`, and the text without it."""
    match = _PLACE.match(text)
    if match is None or not text[match.end() :].strip():
        return "", text
    return match[1], text[match.end() :]


def place_alone(text: str) -> str:
    """The place that is all that a text says, in brackets; else empty."""
    match = _PLACE.fullmatch(text)
    return match[1] if match is not None else ""


def split_place_behind(text: str) -> tuple[str, str]:
    """The place in a `[…]` or `【…】` at the end, and the text without it."""
    match = _PLACE_BEHIND.search(text, len(text) - _LONGEST_PLACE)
    if match is None or not text[: match.start()].strip():
        return "", text
    return match[1], text[: match.start()]


def split_note(text: str) -> list[str]:
    """The standard part, and the carrier's own words after each "Carrier note:"; any of them may be empty."""
    return _NOTE.split(text)
