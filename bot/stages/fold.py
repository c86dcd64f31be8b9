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
