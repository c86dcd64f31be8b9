"""The words of each language: they begin and end where words do, and stay in their language."""

from __future__ import annotations

import re

import pytest

from bot import stages
from bot.model import Stage
from bot.stages import concepts, languages
from bot.stages.fold import letters

EDGED = [language for language in concepts.languages() if language not in concepts.EDGELESS]


def _glued(language: str) -> str:
    """The words of all phrases as the beginning, and as the end, of another word."""
    phrases = (letters(line) for lines in concepts.phrases(language).values() for line in lines)
    words = {piece.strip() for phrase in phrases for piece in re.findall(r"[\w' ]+", phrase)} - {""}
    return "".join(f"{word}x\nx{word}\n" for word in sorted(words))


@pytest.mark.parametrize("language", EDGED)
def test_no_phrase_begins_or_ends_inside_a_word(language: str) -> None:
    glued = _glued(language)
    inside = []
    for concept in concepts.phrases(language):
        pattern = concepts.pattern(language, concept)
        assert pattern is not None
        for found in pattern.finditer(glued):
            start, end = found.span()
            before, after = glued[max(0, start - 1) : start + 1], glued[end - 1 : end + 1]
            if re.fullmatch(r"\w\w", before) or re.fullmatch(r"\w\w", after):
                inside.append((concept, glued[max(0, start - 20) : end + 20]))
    assert inside == []


def test_the_mark_for_the_rest_of_a_word_works_at_both_ends() -> None:
    pattern = re.compile(concepts.regex(["*zoll*", "recebid*", "paid"], edges=True))
    for text in ("verzollung", "zollamt", "recebido", "paid"):
        assert pattern.fullmatch(text), text
    for text in ("unpaid", "prerecebido"):
        assert pattern.search(text) is None, text


@pytest.mark.parametrize("language", concepts.languages())
def test_the_mark_for_the_rest_of_a_word_stands_beside_a_letter(language: str) -> None:
    phrases = concepts.phrases(language)
    wrong = [line for lines in phrases.values() for line in lines if line.endswith((")*", ")?*"))]
    assert wrong == [], "after a bracket the mark repeats the bracket: write \\w*"


@pytest.mark.parametrize("language", [language for language in concepts.languages() if language != "any"])
def test_no_word_shrinks_to_a_letter_when_folded(language: str) -> None:
    """Thai vowel signs and tone marks are no letters: ตู้ would be ต, which is in every text."""
    phrases = concepts.phrases(language)
    assert [line for lines in phrases.values() for line in lines if len(line) > len(letters(line)) == 1] == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Awaiting distribution", {Stage.UPDATE, Stage.LOCAL_TRANSIT}),
        ("Przesyłka zostanie doręczona jutro", {Stage.UPDATE}),
        ("Objeto entregue no Rio de Janeiro ao destinatário", {Stage.DELIVERED}),
    ],
)
def test_words_inside_words_and_of_other_languages_say_nothing(text: str, wanted: set[Stage]) -> None:
    assert stages.read("", text).stage in wanted


@pytest.mark.parametrize(
    ("text", "language", "foreign"),
    [
        ("Die Sendung wurde dem Empfänger nicht zugestellt", "de", "fr"),
        ("Le colis a été remis au destinataire", "fr", "de"),
        ("Objeto encaminhado para a unidade de distribuição", "pt", "pl"),
        ("Przesyłka została przekazana kurierowi", "pl", "es"),
        ("Посилку прийнято у відділенні", "uk", "bg"),
        ("お荷物は営業所を出発しました", "ja", "zh"),
        ("快件已到达网点", "zh", "ko"),
    ],
)
def test_a_text_is_tried_in_its_language_only(text: str, language: str, foreign: str) -> None:
    spoken = languages.spoken(text)
    assert language in spoken
    assert foreign not in spoken


def test_a_word_or_two_may_be_in_any_language_of_their_script() -> None:
    assert {"de", "en", "es"} <= set(languages.spoken("Ok"))
    assert set(languages.spoken("")) == {"any"}
