"""Carriers' texts in ten languages, worded as AliExpress shows them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

Phrase = tuple[str, str]  # name, description

_FILE = Path(__file__).with_name("phrases.json")
# Old codes stand beside the new ones in AliExpress's own list.
_ALIASES = {"iw": "he"}


def load_phrases() -> dict[str, Mapping[str, Phrase]]:
    """Load all phrases: key → language (two letters) → (name, description)."""
    data = json.loads(_FILE.read_text(encoding="utf-8"))
    names: dict[str, dict[str, str]] = data["names"]
    phrases: dict[str, Mapping[str, Phrase]] = {}
    for key, entry in data["phrases"].items():
        heading = names[entry["name"]]
        phrases[key] = {
            language: (heading[language], entry["text"].get(language, "")) for language in heading
        }
    # Local carriers' texts are not translated, whatever language was requested.
    for key, entry in data["untranslated"].items():
        phrases[key] = {language: (name, entry["text"]) for language, name in names[entry["name"]].items()}
    return phrases


def load_articles() -> list[Mapping[str, tuple[str, str]]]:
    """Every article: language (two letters) → (title, chosen variant)."""
    data = json.loads(_FILE.read_text(encoding="utf-8"))
    return [
        {language: (title, variant) for language, (title, variant) in one.items()} for one in data["articles"]
    ]


def language_of(locale: str) -> str:
    """`ru_RU`, `ru`, `iw_IL` → the two letters by which phrases are kept."""
    code = locale.replace("-", "_").split("_")[0].lower()
    return _ALIASES.get(code, code)
