"""The carriers' vocabulary: every entry reads as it says, and no two contradict each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pytest

from bot import stages
from bot.model import Reason, Stage
from bot.stages import lexicon
from bot.stages.lexicon import Lexicon, LexiconEntry, LexiconError, StageMeaning, key

ENTRIES = tuple(lexicon.built_in())
FILES = sorted({entry.line.partition(":")[0] for entry in ENTRIES})
_SAMPLES = {
    "place": "Northam",
    "country": "Chile",
    "name": "A. Smith",
    "date": "12.05.2024",
    "time": "14:03",
    "number": "4711",
    "carrier": "Acme",
    "reason": "code 7",
}


def _spoken(text: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda hole: _SAMPLES[hole[1]], text)


def _expected(meaning: StageMeaning, stage: Stage) -> tuple[Stage, Reason]:
    return stage, meaning.reason


@pytest.mark.parametrize("file", FILES)
def test_every_entry_reads_as_it_says(file: str) -> None:
    wrong = []
    for entry in ENTRIES:
        if not entry.line.startswith(f"{file}:"):
            continue
        meaning, text = entry.meaning, _spoken(entry.text)
        for reached, stage in ((None, meaning.stage), (meaning.switch, meaning.far or meaning.stage)):
            spoken = ("", "", text) if entry.code else ("", text, "")
            found = stages.read(*spoken, reached)
            if (found.stage, found.reason) != _expected(meaning, stage):
                wrong.append((entry.line, text, str(stage), found))
    assert wrong == []


def _contradictions(found: Iterable[LexiconEntry]) -> Iterator[tuple[LexiconEntry, LexiconEntry]]:
    """Pairs of entries with one text and two meanings."""
    seen: dict[tuple[bool, str], LexiconEntry] = {}
    for entry in found:
        known = seen.setdefault((entry.code, entry.text if entry.code else key(entry.text)), entry)
        if known.meaning != entry.meaning:
            yield known, entry


def test_no_two_entries_contradict_each_other() -> None:
    assert [(a.line, b.line, a.text) for a, b in _contradictions(ENTRIES)] == []


@pytest.mark.parametrize(
    "text",
    [
        "# A\nsource: x\nDelivered",
        "source: x\n[deliverd]\nDelivered",
        "source: x\n[exception angry]\nDelivered",
        "source: x\n[delivered done]\nDelivered",
        "source: x\n[delivered]\nDelivered to {person}",
        "[delivered]\nDelivered",
        "source: x\n[delivered]\nDelivered to {name",
    ],
)
def test_a_file_that_breaks_the_format_is_refused_by_name(text: str) -> None:
    with pytest.raises(LexiconError, match=r"^x\.txt"):
        list(lexicon.parse(text, "x.txt"))


def _entries(*pairs: tuple[str, Stage]) -> tuple[LexiconEntry, ...]:
    return tuple(
        LexiconEntry(text=text, meaning=StageMeaning(stage=stage), line=f"x.txt:{i}")
        for i, (text, stage) in enumerate(pairs)
    )


def _lexicon(*pairs: tuple[str, Stage]) -> Lexicon:
    return Lexicon(_entries(*pairs))


def _find(found: Lexicon, text: str) -> Stage | None:
    match = found.find(lexicon.key(text), lambda _, hole: "depot" not in hole)
    return None if match is None else match[0].stage


def test_texts_are_found_whatever_their_case_accents_numbers_and_stops() -> None:
    found = _lexicon(("Livré le 12/05/2024 à 14:03", Stage.DELIVERED))
    assert _find(found, "LIVRE  le 1/6/25 a 9:30.") is Stage.DELIVERED
    assert _find(found, "Livré le 12/05/2024") is None


def test_a_placeholder_stands_for_some_words_and_the_closest_template_wins() -> None:
    found = _lexicon(
        ("Arrived at {place}", Stage.ORIGIN_TRANSIT),
        ("Arrived at the sorting plant {place}", Stage.LOCAL_TRANSIT),
        ("{name} が受け取りました", Stage.DELIVERED),
    )
    assert _find(found, "Arrived at Rio de Janeiro") is Stage.ORIGIN_TRANSIT
    assert _find(found, "Arrived at the sorting plant Ulm") is Stage.LOCAL_TRANSIT
    assert _find(found, "Arrived at the depot") is None
    assert _find(found, "Arrived at" + " Rio" * 30) is None
    assert _find(found, "Arrived at") is None
    assert _find(found, "山田が受け取りました") is Stage.DELIVERED
    assert _find(found, "山田 が受け取りました") is Stage.DELIVERED


def test_contradictions_are_seen_through_case_and_numbers() -> None:
    found = _entries(("Stop 4 done", Stage.DELIVERED), ("STOP 77 DONE.", Stage.LOCAL_TRANSIT))
    assert [(a.line, b.line) for a, b in _contradictions(found)] == [("x.txt:0", "x.txt:1")]
