"""The languages of the bot, and which of them a code, a name or a browser's header means."""

from __future__ import annotations

import functools
import re

from babel import Locale

# All languages that AliExpress serves, with their own names, most spoken among its buyers first.
LANGUAGES: dict[str, str] = {
    "en": "English",
    "ru": "Русский",
    "pt_BR": "Português (Brasil)",
    "pt_PT": "Português (Portugal)",
    "es": "Español",
    "fr": "Français",
    "de": "Deutsch",
    "it": "Italiano",
    "nl": "Nederlands",
    "pl": "Polski",
    "uk": "Українська",
    "tr": "Türkçe",
    "ar": "العربية",
    "he": "עברית",
    "hi": "हिन्दी",
    "id": "Bahasa Indonesia",
    "vi": "Tiếng Việt",
    "th": "ไทย",
    "ko": "한국어",
    "ja": "日本語",
    "zh_Hans": "简体中文",
    "zh_Hant": "繁體中文",
}
RIGHT_TO_LEFT = frozenset({"ar", "he"})
"""Written from right to left. CLDR would say so, too, but takes a megabyte of memory for each language."""
_SPOKEN_AS = {
    "pt": "pt_BR",
    "iw": "he",
    "in": "id",
    "zh": "zh_Hans",
    "zh-tw": "zh_Hant",
    "zh-hk": "zh_Hant",
    "zh-mo": "zh_Hant",
    "zh-cn": "zh_Hans",
    "zh-sg": "zh_Hans",
    "be": "ru",
    "kk": "ru",
}


def guess_language(code: str | None, default: str) -> str:
    """The supported language for Telegram's `language_code` (an IETF tag or None); else `default`."""
    tag = (code or "")[:_LONGEST_TAG].strip().replace("_", "-").lower()
    ours = {language.replace("_", "-").lower(): language for language in LANGUAGES}
    while tag:
        if found := ours.get(tag) or _SPOKEN_AS.get(tag):
            return found
        tag = tag.rpartition("-")[0]
    return default


def find_language(text: str) -> str:
    """The supported language that a code or a name of it means ("de-AT", "German", "Deutsch"); else "".

    Names are in English or in the language itself.
    """
    return guess_language(text, "") or _languages_by_name().get(text.strip().casefold(), "")


@functools.cache
def _languages_by_name() -> dict[str, str]:
    names = {name: tag for tag, name in LANGUAGES.items()}
    for tag in (*LANGUAGES, "pt", "zh"):
        locale = locale_of(tag)
        names |= dict.fromkeys(filter(None, (locale.english_name, locale.display_name)), tag)
    return {name.casefold(): guess_language(tag, "") for name, tag in names.items()}


def accepted_language(header: str, default: str) -> str:
    """The supported language that an Accept-Language header likes best (RFC 9110, 12.5.4); else `default`.

    Of equal weights the first one counts. `*`, a weight of 0 and what is malformed are no wishes.
    """
    wishes: list[tuple[float, str]] = []
    for wish in header[:_LONGEST_HEADER].split(","):
        tag, *parameters = (part.strip() for part in wish.split(";"))
        weights = [one[2:].strip() for one in parameters if one[:2].lower() == "q="]
        weight = weights[0] if weights else "1"
        if _WEIGHT.fullmatch(weight) and float(weight) and _LANGUAGE_RANGE.fullmatch(tag):
            wishes.append((float(weight), tag))
    for _, tag in sorted(wishes, key=lambda wish: -wish[0]):
        if found := guess_language(tag, ""):
            return found
    return default


_LONGEST_TAG = 100  # characters that are read: RFC 5646, 4.4.1 asks for 35; each "-" costs one more look
_LONGEST_HEADER = 1000  # characters that are read; browsers send 20 to 100
_WEIGHT = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")
_LANGUAGE_RANGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")


@functools.cache
def locale_of(language: str) -> Locale:
    """CLDR's data of the language."""
    return Locale.parse(language)
