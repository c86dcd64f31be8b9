"""Steps before the rules: a text's spelling, its place and note, its languages, the words to find."""

from __future__ import annotations

import re

import pytest

from bot.stages import concepts, fold, languages


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ŁÓDŹ Straße Ørsted æon ISTANBUL ısı", "lodz strasse orsted aeon istanbul isi"),
        ("ＦＵＬＬ ﬁne", "full fine"),
        ("the carrier’s ‘own’ — hub–2", "the carrier's 'own' - hub-2"),
        ("الشحنـــة", "الشحنة"),
        ("ถึงแล้ว", "ถึงแล้ว"),  # vowels and tones of Thai tell words apart
        ("ガス プラス", "ガス プラス"),  # and so do voiced kana
        ("  Arrived \t at\n hub  ", "arrived at hub"),
        ("… - Delivered!!. ", "delivered"),
        ("已签收。", "已签收"),
        ("Line haul, line-hual, LINEHAUL", "linehaul, linehaul, linehaul"),
        ("Ready for pick-ups at the Centres, not cancelled", "ready for pickup at the center, not canceled"),
        ("Arrived in the country/region of destination", "arrived in the country of destination"),
        ("Прибыло в страну/регион назначения", "прибыло в страну назначения"),
        ("到达目的国家/地区", "到达目的国家"),
        ("Παραδόθηκε; Ναι", "παραδοθηκε? ναι"),
        ("Delivered; signed", "delivered; signed"),
    ],
)
def test_spellings_are_one(text: str, folded: str) -> None:
    assert fold.fold(text) == folded
    assert fold.fold(folded) == folded


def test_brackets_around_one_word_are_none() -> None:
    assert fold.unbracketed("parcel(s) at hub (uk) (no 3)") == "parcel s at hub uk (no 3)"


@pytest.mark.parametrize(
    ("text", "place", "rest"),
    [
        ("[Shatian Town] Processing", "Shatian Town", "Processing"),
        (" 【 深圳市 】：已揽收", "深圳市", "已揽收"),
        ("[] Processing", "", "Processing"),
        ("[Hub]", "", "[Hub]"),
        ("[Hub] - ", "", "[Hub] - "),
        ("Processing [Hub]", "", "Processing [Hub]"),
        (f"[{'x' * 121}] Processing", "", f"[{'x' * 121}] Processing"),
    ],
)
def test_a_place_in_front(text: str, place: str, rest: str) -> None:
    assert fold.split_place(text) == (place, rest)


@pytest.mark.parametrize(
    ("text", "place", "rest"),
    [
        ("Processing [Hub 3].", "Hub 3", "Processing"),
        ("已揽收【 深圳市 】", "深圳市", "已揽收"),
        ("Processing [Hub 3] today", "", "Processing [Hub 3] today"),
        ("[Hub 3]", "", "[Hub 3]"),
        ("Processing", "", "Processing"),
        (f"{'so ' * 60}on [Hub 3]", "Hub 3", f"{'so ' * 60}on"),
        (f"Processing [{'x' * 120}]", "x" * 120, "Processing"),
        (f"Processing [{'x' * 121}]", "", f"Processing [{'x' * 121}]"),
    ],
)
def test_a_place_behind(text: str, place: str, rest: str) -> None:
    assert fold.split_place_behind(text) == (place, rest)


def test_a_place_alone() -> None:
    assert fold.place_alone(" [Madrid, ES]: ") == "Madrid, ES"
    assert fold.place_alone("[Madrid] Arrived") == ""
    assert fold.place_alone("Madrid") == ""


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-03 14:20 Delivered to neighbor",
        "Delivered to neighbor 3:20 PM",
        "Delivered to neighbor | 03/11/2026",
        "Status: delivered to neighbor (14:20)",
        "1. Delivered to neighbor (Ref: 8471920)",
        '📦 "Delivered to neighbor"',
        "Delivered to neighbor. Courier: Ali, +971 50 123 4567",
        "Delivered to neighbor，联系电话：13812345678",
    ],
)
def test_what_stands_around_the_words_of_a_scan(text: str) -> None:
    assert fold.bare(fold.fold(text)) == "delivered to neighbor"


@pytest.mark.parametrize(
    "text", ["วันนำจ่าย", "वापस कर दिया", "↓保管中", "arrived at hub 12", "delivered by 20:00 today", "14:20"]
)
def test_words_are_kept(text: str) -> None:
    folded = fold.fold(text)
    assert fold.bare(folded) == folded


def test_a_carrier_s_note_is_a_statement_of_its_own() -> None:
    assert fold.split_note("Update Carrier note: Left. carrier's REMARKS： thanks") == [
        "Update ",
        "Left. ",
        "thanks",
    ]
    assert fold.split_note("Carrier noted") == ["Carrier noted"]


@pytest.mark.parametrize(
    ("phrases", "text", "found"),
    [
        (("deliver*",), "was delivered today", "delivered"),
        (("deliver*",), "undelivered", None),
        (("*station",), "paketstation 3", "paketstation"),
        (("left", "zurück"), "zuruck", "zuruck"),
        (("left", "zurück"), "leftover", None),
        ((r"stop\W+gap",), "a stop - gap", "stop - gap"),
        ((r"(?:pack|parcel)\w*",), "two parcels", "parcels"),
        (("a.*?b",), "x a 12 b", "a 12 b"),
    ],
)
def test_a_phrase_is_found_between_words_however_it_is_accented(
    phrases: tuple[str, ...], text: str, found: str | None
) -> None:
    match = re.search(concepts.regex(phrases, edges=True), text)
    assert (match and match[0]) == found


def test_a_script_without_spaces_has_no_edges_to_look_for() -> None:
    assert re.search(concepts.regex(("签收", "投递"), edges=False), "已签收了")
    assert not re.search(concepts.regex(("签收", "投递"), edges=True), "已签收了")


def test_the_words_of_every_language_are_in_the_digest() -> None:
    words = list(concepts.digest())
    assert len(words) == len(concepts.languages())
    assert all(b"[delivered]" in one or b"[" in one for one in words)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("", ("any",)),
        ("12:30", ("any",)),
        ("已签收", ("zh", "ja", "any")),
        ("荷物をお届けしました", ("ja", "any")),
        ("물품이 배달되었습니다", ("ko", "any")),
        ("พัสดุถึงแล้ว", ("th", "any")),
        ("Το δέμα παραδόθηκε", ("el", "any")),
        ("החבילה נמסרה", ("he", "any")),
        ("पैकेट पहुँचा", ("hi", "any")),
        ("Посилка прибула до відділення", ("uk", "any")),
        ("Заказ отправлен из Москвы", ("ru", "any")),
        ("Пратката беше доставена към получател", ("bg", "any")),
        ("مرسوله به مقصد رسید", ("fa", "any")),
        ("تم تسليم الشحنة في الموقع", ("ar", "any")),
        ("Your parcel has been delivered", ("en", "any")),
        ("Die Sendung wurde im Zielland bearbeitet", ("de", "any")),
        ("Przesyłka została doręczona", ("pl", "any")),
        ("Zielort fehlt", ("de", "any")),
        ("Zielort fehlt mistenka", ("cs", "de", "any")),
        ("[深圳] Departed from the facility", ("en", "zh", "ja", "any")),
    ],
)
def test_what_a_text_may_be_written_in(text: str, spoken: tuple[str, ...]) -> None:
    assert languages.spoken(text) == spoken


def test_a_word_that_tells_nothing_leaves_every_language_of_its_script() -> None:
    found = languages.spoken("Xyzzy")
    assert found[0] == "en"
    assert {"de", "fi", "vi", "any"} <= set(found)
    assert not {"zh", "ru", "el"} & set(found)


def test_a_group_of_stems_is_known_stem_by_stem() -> None:
    phrase = r"(?:pack|parcel)\w* arrived"
    assert languages._STEMS.sub(languages._starred, phrase) == "pack*|parcel* arrived"


def test_only_the_begin_of_a_long_text_tells_its_language() -> None:
    english = "Your parcel has been delivered with the courier. "
    assert "ru" in languages.spoken(f"{english * 8}Да")
    assert "ru" not in languages.spoken(f"{english * 9}Да")
