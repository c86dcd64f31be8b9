"""The carriers' vocabulary: every entry reads as it says, and no two contradict each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

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


def test_a_file_of_the_lexicon_is_read_line_by_line() -> None:
    text = """# Acme
languages: en, de
source: https://acme.example
[picked_up]
  Taken over by Acme

# a comment
source: is a text here
[exception customs]
Held {reason}
[origin_transit/local_transit]
Scanned at {place}
[origin_transit / delivered @ready_for_pickup weather]
Taken
[export_customs / import_customs done]
Cleared
[code import_customs done]
IC_OK
[ambiguous]
Processed — here — or there
[code ambiguous]
PROC_1 — a comment
"""
    S, R = Stage, Reason
    assert [(one.line, one.text, one.code, one.meaning) for one in lexicon.parse(text, "acme.txt")] == [
        ("acme.txt:5", "Taken over by Acme", False, StageMeaning(stage=S.PICKED_UP)),
        ("acme.txt:8", "source: is a text here", False, StageMeaning(stage=S.PICKED_UP)),
        ("acme.txt:10", "Held {reason}", False, StageMeaning(stage=S.EXCEPTION, reason=R.CUSTOMS)),
        (
            *("acme.txt:12", "Scanned at {place}", False),
            StageMeaning(stage=S.ORIGIN_TRANSIT, far=S.LOCAL_TRANSIT, switch=S.ARRIVED_DESTINATION),
        ),
        (
            *("acme.txt:14", "Taken", False),
            StageMeaning(
                stage=S.ORIGIN_TRANSIT, far=S.DELIVERED, switch=S.READY_FOR_PICKUP, reason=R.WEATHER
            ),
        ),
        (
            *("acme.txt:16", "Cleared", False),
            StageMeaning(stage=S.EXPORT_CUSTOMS, far=S.IMPORT_CUSTOMS, done=True),
        ),
        ("acme.txt:18", "IC_OK", True, StageMeaning(stage=S.IMPORT_CUSTOMS, done=True)),
        ("acme.txt:20", "Processed", False, StageMeaning(stage=S.UPDATE, ambiguous=True)),
        ("acme.txt:22", "PROC_1", True, StageMeaning(stage=S.UPDATE, ambiguous=True)),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# A\nsource: x\nDelivered", "x.txt:3: text before the first [stage]"),
        ("[delivered]\nDelivered", "x.txt: a 'source: …' line is missing"),
        ("Source: x\n[delivered]\nDelivered", "x.txt:1: text before the first [stage]"),
        ("source: x\n[deliverd]", "x.txt:2: 'deliverd' is not a valid Stage"),
        ("source: x\n[picked_up/deliverd]", "x.txt:2: 'deliverd' is not a valid Stage"),
        ("source: x\n[picked_up/delivered @never]", "x.txt:2: 'never' is not a valid Stage"),
        ("source: x\n[exception angry]", "x.txt:2: 'angry' is not a valid Reason"),
        ("source: x\n[ambiguous weather]", "x.txt:2: 'ambiguous' is not a valid Stage"),
        (
            "source: x\n[exception customs weather]",
            "x.txt:2: [exception customs weather] has two reasons, or 'done' without customs",
        ),
        (
            "source: x\n[delivered done]",
            "x.txt:2: [delivered done] has two reasons, or 'done' without customs",
        ),
        ("source: x\n[delivered]\nTo {person}", "x.txt:3: unknown placeholder in 'To {person}'"),
        ("source: x\n[delivered]\nTo name}", "x.txt:3: unknown placeholder in 'To name}'"),
        ("source: x\n[delivered]\n{name}, {date}!", "x.txt:3: '{name}, {date}!' is all placeholders"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(text: str, said: str) -> None:
    with pytest.raises(LexiconError) as caught:
        list(lexicon.parse(text, "x.txt"))
    assert str(caught.value) == said


def test_an_entry_s_rule_tells_done_only_of_customs() -> None:
    both = StageMeaning(stage=Stage.ORIGIN_TRANSIT, far=Stage.IMPORT_CUSTOMS, done=True)
    assert both.rule(Stage.IMPORT_CUSTOMS) == "lexicon.import_customs.done"
    assert both.rule(Stage.ORIGIN_TRANSIT) == "lexicon.origin_transit"
    assert StageMeaning(stage=Stage.UPDATE, ambiguous=True).rule(Stage.UPDATE) == "lexicon.ambiguous"
    assert StageMeaning(stage=Stage.IMPORT_CUSTOMS).rule(Stage.IMPORT_CUSTOMS) == "lexicon.import_customs"


def test_an_entry_changes_its_meaning_where_the_journey_has_come_to_its_switch() -> None:
    meaning = StageMeaning(stage=Stage.ORIGIN_TRANSIT, far=Stage.LOCAL_TRANSIT, switch=Stage.LOCAL_TRANSIT)
    for reached, stage in (
        (None, Stage.ORIGIN_TRANSIT),
        (Stage.RETURNING, Stage.ORIGIN_TRANSIT),
        (Stage.IMPORT_CUSTOMS, Stage.ORIGIN_TRANSIT),
        (Stage.LOCAL_TRANSIT, Stage.LOCAL_TRANSIT),
        (Stage.DELIVERED, Stage.LOCAL_TRANSIT),
    ):
        assert meaning.at(reached) is stage
    assert StageMeaning(stage=Stage.ORIGIN_TRANSIT).at(Stage.DELIVERED) is Stage.ORIGIN_TRANSIT


@pytest.mark.parametrize(
    ("entry", "text", "holes"),
    [
        ("Left {place} for {place}", "left ulm for neu ulm", ("ulm ", " neu ulm")),
        ("Left {place} for {place}", "left for bonn for ulm", ("for bonn", "ulm")),
        ("Left {place} for {place}", "left ulm for bonn for rome", ("ulm", "bonn for rome")),
        ("Left {place} for {place}", "left ulm for", None),
        ("Left {place} for {place}", "left for ulm", None),
        ("Left {place} for {place}", "left ulm to bonn", None),
        ("Left {place} for {place}", "he left ulm for bonn", None),
        ("From {place} by van", "from ulm by van", ("ulm",)),
        ("From {place} by van", "from by van", None),
        ("Left at {place} at home", "left at home", None),
        ("From {place} by van", "from ulm by van today", None),
        ("From {place}, {place} and {place}", "from ulm, bonn and and bonn", ("ulm", "bonn", "and bonn")),
        ("Zorped {name}", f"zorped {'x' * 80}", ("x" * 80,)),
        ("Zorped {name}", f"zorped {'x' * 81}", None),
        ("Zorped {name}", "zorped" + " x" * 10, ("x x x x x x x x x x",)),
        ("Zorped {name}", "zorped" + " x" * 11, None),
        ("Zorped {name}", "zorped x", ("x",)),
        ("Stop 12 of {name}", "stop 4/7 of acme", ("acme",)),
        ("{name}受け取りました", "山田 受け取りました", ("山田",)),
        ("{name}在{place}签收", "山田在家签收", ("山田", "家")),
        ("{name}在{place}签收", "山田在签收", None),
        ("Scanned", "scanned", ()),
    ],
)
def test_what_stands_at_the_placeholders(entry: str, text: str, holes: tuple[str, ...] | None) -> None:
    match = _lexicon((entry, Stage.UPDATE)).find(text, lambda _meaning, _hole: True)
    found = None if match is None else tuple(hole.strip() for hole in match[1])
    assert found == (None if holes is None else tuple(hole.strip() for hole in holes))


def test_the_first_of_two_entries_counts_and_the_more_exact_one_before_both() -> None:
    found = _lexicon(
        ("Stop 1", Stage.DELIVERED),
        ("Stop 2", Stage.UPDATE),
        ("Left {place}", Stage.LOCAL_TRANSIT),
        ("Left {name}", Stage.UPDATE),
        ("Left at {place}", Stage.ORIGIN_TRANSIT),
        ("{name} left at the door", Stage.RETURNING),
        ("Left at home", Stage.RETURNED),
    )
    for text, stage in (
        ("stop 3", Stage.DELIVERED),
        ("left ulm", Stage.LOCAL_TRANSIT),
        ("left at ulm", Stage.ORIGIN_TRANSIT),
        ("acme left at the door", Stage.RETURNING),
        ("left at home", Stage.RETURNED),
    ):
        assert _find(found, text) is stage, text
    assert _find(found, "left at depot") is None


def test_a_hole_that_may_not_be_filled_so_leaves_the_text_to_another_entry() -> None:
    found = _lexicon(("From {place} to {place}", Stage.LOCAL_TRANSIT), ("From {place}", Stage.UPDATE))

    def fits(meaning: StageMeaning, hole: str) -> bool:
        return meaning.stage is Stage.UPDATE or "depot" not in hole

    for text, stage in (("from ulm to bonn", Stage.LOCAL_TRANSIT), ("from ulm to depot", Stage.UPDATE)):
        match = found.find(text, fits)
        assert match is not None
        assert match[0].stage is stage


def test_codes_are_looked_up_as_they_are() -> None:
    entries = list(lexicon.entries("code delivered", [" OK_1 ", "ok_2"], "here"))
    assert [(one.text, one.line) for one in entries] == [("OK_1", "here"), ("ok_2", "here")]
    found = Lexicon(entries)
    meaning = found.code("OK_1")
    assert meaning is not None
    assert meaning.stage is Stage.DELIVERED
    assert found.code("ok_1") is None
    assert _find(found, "ok_2") is None


def test_the_files_are_read_in_the_order_of_their_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, stage in (("b.txt", "update"), ("a.txt", "delivered"), ("c.md", "nonsense")):
        (tmp_path / name).write_text(f"source: ü\n[{stage}]\nSchön\n", encoding="utf-8")
    monkeypatch.setattr(lexicon, "FOLDER", tmp_path)
    entries = list(lexicon.built_in())
    assert [(one.line, one.text) for one in entries] == [("a.txt:3", "Schön"), ("b.txt:3", "Schön")]
    found = Lexicon(entries)
    assert _find(found, "schon") is Stage.DELIVERED
    assert found.digest != Lexicon(reversed(entries)).digest != Lexicon(entries[:1]).digest
