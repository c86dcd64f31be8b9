"""Time zones: which exist, and which one most readers of a language live in."""

from __future__ import annotations

import functools
from zoneinfo import ZoneInfo

from bot.zones import zones

_ZONES = {
    "ru": "Europe/Moscow",
    "pt_BR": "America/Sao_Paulo",
    "pt_PT": "Europe/Lisbon",
    "es": "Europe/Madrid",
    "fr": "Europe/Paris",
    "de": "Europe/Berlin",
    "it": "Europe/Rome",
    "nl": "Europe/Amsterdam",
    "pl": "Europe/Warsaw",
    "uk": "Europe/Kyiv",
    "tr": "Europe/Istanbul",
    "ar": "Asia/Riyadh",
    "he": "Asia/Jerusalem",
    "hi": "Asia/Kolkata",
    "id": "Asia/Jakarta",
    "vi": "Asia/Ho_Chi_Minh",
    "th": "Asia/Bangkok",
    "ko": "Asia/Seoul",
    "ja": "Asia/Tokyo",
    "zh_Hans": "Asia/Shanghai",
    "zh_Hant": "Asia/Taipei",
}
# CLDR keeps its city names under the zones' old names.
OLD_ZONE_NAMES = {
    "Africa/Asmara": "Africa/Asmera",
    "America/Argentina/Buenos_Aires": "America/Buenos_Aires",
    "America/Argentina/Catamarca": "America/Catamarca",
    "America/Argentina/Cordoba": "America/Cordoba",
    "America/Argentina/Jujuy": "America/Jujuy",
    "America/Argentina/Mendoza": "America/Mendoza",
    "America/Indiana/Indianapolis": "America/Indianapolis",
    "America/Kentucky/Louisville": "America/Louisville",
    "America/Nuuk": "America/Godthab",
    "Asia/Ho_Chi_Minh": "Asia/Saigon",
    "Asia/Kathmandu": "Asia/Katmandu",
    "Asia/Kolkata": "Asia/Calcutta",
    "Asia/Yangon": "Asia/Rangoon",
    "Atlantic/Faroe": "Atlantic/Faeroe",
    "Europe/Kyiv": "Europe/Kiev",
    "Pacific/Chuuk": "Pacific/Truk",
    "Pacific/Kanton": "Pacific/Enderbury",
    "Pacific/Pohnpei": "Pacific/Ponape",
}


def guess_zone(language: str, default: str) -> str:
    """The zone where most readers of the language live; `default` for languages spoken everywhere."""
    return _ZONES.get(language, default)


def is_zone(name: str) -> bool:
    """Whether `name` is an IANA zone that this machine knows."""
    return name in zones()


@functools.cache
def zone_info(name: str) -> ZoneInfo:
    """The IANA zone; UTC for a name that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, not a name, a folder's name
        return ZoneInfo("UTC")
