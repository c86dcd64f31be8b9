"""AliExpress's own phrases: whatever language a text comes in, it says what its English sister says."""

from __future__ import annotations

import pytest

from bot import stages
from bot.sandbox.aliexpress import phrases

PHRASES = phrases.load_phrases()


@pytest.mark.parametrize("key", sorted(PHRASES))
def test_a_phrase_reads_alike_in_every_language(key: str) -> None:
    english_name, english = PHRASES[key]["en"]
    wanted = stages.read(english_name, english)
    for language, (name, text) in PHRASES[key].items():
        found = stages.read(name, text)
        assert (found.stage, found.reason) == (wanted.stage, wanted.reason), (language, text, found.rule)


@pytest.mark.parametrize("key", sorted(PHRASES))
def test_its_sentence_says_as_much_without_the_heading(key: str) -> None:
    wanted = stages.read("", PHRASES[key]["en"][1])
    for language, (_, text) in PHRASES[key].items():
        found = stages.read("", text)
        assert (found.stage, found.reason) == (wanted.stage, wanted.reason), (language, text, found.rule)
