"""Languages, time zones, translations and dates behind one import; the only user of babel."""

from __future__ import annotations

from bot.i18n.languages import LANGUAGES, accepted_language, find_language, guess_language
from bot.i18n.text import FSI, PDI, RLM, clean, fill, plain
from bot.i18n.words import CATALOGS, SOURCE_LANGUAGE, Brand, Words, catalog
from bot.i18n.zones import guess_zone, is_zone

__all__ = [
    "CATALOGS",
    "FSI",
    "LANGUAGES",
    "PDI",
    "RLM",
    "SOURCE_LANGUAGE",
    "Brand",
    "Words",
    "accepted_language",
    "catalog",
    "clean",
    "fill",
    "find_language",
    "guess_language",
    "guess_zone",
    "is_zone",
    "plain",
]
