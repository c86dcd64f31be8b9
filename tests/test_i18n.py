"""Catalogs are whole, and what they say reaches the reader unscrambled."""

from __future__ import annotations

import os
import re
import string
import warnings
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from bot.i18n import (
    CATALOGS,
    FSI,
    LANGUAGES,
    PDI,
    RLM,
    Words,
    accepted_language,
    clean,
    find_language,
    guess_language,
    guess_zone,
    is_zone,
    plain,
)
from bot.i18n.text import is_isolated
from bot.views.settings import ZONES
from tests.views import telegram_html

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TRANSLATED = [code for code in LANGUAGES if (CATALOGS / code).is_dir()]
Key = str | tuple[str, ...]


@cache
def extracted() -> dict[Key, None]:
    """Every text that the code says through `t` and `plural`."""
    found = extract_from_dir(
        Path(__file__).parent.parent / "bot",
        method_map=[("**.py", "python")],
        options_map={},
        keywords={"t": None, "plural": (1, 2)},
    )
    return {key if isinstance(key, str) else tuple(key or ()): None for _, _, key, _, _ in found}


@cache
def read(language: str) -> Catalog:
    with (CATALOGS / language / "LC_MESSAGES" / "bot.po").open("rb") as file:
        return read_po(file, locale=language)


def entries(language: str) -> dict[Key, tuple[str, ...]]:
    """Texts by key, one for each plural form, of what is translated."""
    found: dict[Key, tuple[str, ...]] = {}
    for message in read(language):
        if message.id and message.string:
            key = message.id if isinstance(message.id, str) else tuple(message.id)
            texts = message.string
            found[key] = (texts,) if isinstance(texts, str) else tuple(texts)
    return {key: texts for key, texts in found.items() if any(texts)}


def unfinished(what: str) -> None:
    """A warning where somebody is still at work; a failure where it is to be released (`CI` is set)."""
    if os.environ.get("CI"):
        pytest.fail(what)
    warnings.warn(what, stacklevel=2)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


# ── catalogs ────────────────────────────────────────────────────────────────────────────────────


def test_template_holds_what_the_code_says() -> None:
    with (CATALOGS / "bot.pot").open("rb") as file:
        template = {
            message.id if isinstance(message.id, str) else tuple(message.id)
            for message in read_po(file)
            if message.id
        }
    if template != set(extracted()):
        unfinished(f"run `make translations`: {sorted(map(str, template ^ set(extracted())))}")


def test_folders_are_languages_of_ours() -> None:
    assert {path.name for path in CATALOGS.iterdir() if path.is_dir()} <= set(LANGUAGES)


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalog_says_everything_and_nothing_else(language: str) -> None:
    assert not read(language).obsolete
    assert [message.id for message in read(language) if message.id and message.fuzzy] == []
    if missing := set(extracted()) - set(entries(language)):
        unfinished(f"{language} shows English for {sorted(map(str, missing))}")
    if needless := set(entries(language)) - set(extracted()):
        unfinished(f"run `make translations`: {language} translates {sorted(map(str, needless))}")


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_not_translated_is_said_in_english(language: str) -> None:
    words = Words(language)
    assert words.t("A text that nobody has translated yet") == "A text that nobody has translated yet"
    assert words.plural("{n} such text", "{n} such texts", 7).endswith("such texts")


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalog_has_every_plural_form(language: str) -> None:
    catalog = read(language)
    for key, texts in entries(language).items():
        assert len(texts) == (1 if isinstance(key, str) else catalog.num_plurals), key
        assert all(text.strip() for text in texts), key


@pytest.mark.parametrize(
    ("language", "every"),
    [
        ("ja", "すべて|全て|全部|両方"),
        ("ko", "모두|모든|전부"),
        ("zh_Hans", "全部|所有|都"),
        ("zh_Hant", "全部|所有|都"),
        ("th", "ทั้งหมด|ทุก"),
        ("vi", "tất cả|mọi|đều"),
        ("id", "semua|seluruh|kedua"),
    ],
)
def test_languages_of_one_plural_form_never_call_one_thing_all(language: str, every: str) -> None:
    """Their one form is said of one thing as well; the text named here is said of three and more."""
    assert read(language).num_plurals == 1
    plural = {key[0]: texts[0] for key, texts in entries(language).items() if not isinstance(key, str)}
    of_all = {text for text, said in plural.items() if re.search(every, said)}
    assert of_all <= {"<b>{n} parcel has arrived.</b>"}
    for said in ("<b>Your parcel has arrived.</b>", "Did you get it?"):
        assert not re.search(every, entries(language)[said][0])


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_placeholders_tags_and_commands(language: str) -> None:
    for key, texts in entries(language).items():
        source = key if isinstance(key, str) else key[-1]
        for text in texts:
            # "one day" may say its number in words
            optional = {"n"} if not isinstance(key, str) else set()
            assert fields(source) - optional <= fields(text) <= fields(source), (key, text)
            for pattern in (r"<[^>]+>", r"(?<![\w/])/[a-z]+\b", r"<code>.*?</code>"):
                assert Counter(re.findall(pattern, text)) == Counter(re.findall(pattern, source)), (key, text)


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_icons_and_spaces(language: str) -> None:
    for key, texts in entries(language).items():
        source = key if isinstance(key, str) else key[-1]
        icon = re.match(r"[^\w\s<{\"“(/]+ ", source)
        for text in texts:
            assert text == text.strip(), (key, text)
            assert "  " not in text, (key, text)
            if icon and not source.startswith("…"):
                assert text.startswith(icon.group()), (key, text)


CJK = "\u3040-\u30ff\u4e00-\u9fff"
MISPRINTS = {
    # what a line may not break before or after; a « at the start is the arrow of a Back button
    "fr": r"(?<!^)« |\S [:;?!»]",
    "ja": rf"[{CJK}}}][,;:?!](?!\w)",
    "zh_Hans": rf"[{CJK}}}][,;:?!](?!\w)",
    "zh_Hant": rf"[{CJK}}}][,;:?!](?!\w)",
    "ar": r"[,;?](?=\s|$)",
}


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_are_set_as_their_readers_print(language: str) -> None:
    """French no-break spaces, full-width and Arabic marks, and an apostrophe that is one."""
    for texts in entries(language).values():
        for text in texts:
            read_as = re.sub(r"<[^>]+>", "", re.sub(r"<code>.*?</code>", "x", text))
            assert not re.search(rf"\w'\w|\"|\.\.\.|{MISPRINTS.get(language, '(?!)')}", read_as), text


@pytest.mark.parametrize("language", [*TRANSLATED, "en"])
def test_every_number_finds_a_form(language: str) -> None:
    words = Words(language)
    for n in (0, 1, 2, 3, 5, 10, 11, 20, 21, 22, 25, 100, 101, 102, 111, 1000000):
        text = words.plural("{n} day", "{n} days", n)
        assert "{" not in text
        assert text


def test_a_language_without_a_catalog_speaks_english() -> None:
    assert Words("tlh" if (CATALOGS / "tlh").is_dir() else "sw").t("Delivered") == "Delivered"


def test_plural_forms_follow_the_language() -> None:
    russian = [str(Words("ru").plural("{n} day", "{n} days", n)) for n in (1, 2, 5, 21)]
    assert russian == ["1 день", "2 дня", "5 дней", "21 день"]
    arabic = [str(Words("ar").plural("{n} day", "{n} days", n)) for n in (1, 2, 3, 11, 100)]
    isolated = [f"{FSI}{n}{PDI}" for n in (3, 11, 100)]
    assert arabic == [
        "يوم واحد",
        "يومان",
        f"{isolated[0]} أيام",
        f"{isolated[1]} يومًا",
        f"{isolated[2]} يوم",
    ]


# ── languages and zones ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "ours"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("ru", "ru"),
        ("pt", "pt_BR"),
        ("pt-br", "pt_BR"),
        ("pt-PT", "pt_PT"),
        ("pt-AO", "pt_BR"),
        ("zh-hans", "zh_Hans"),
        ("zh-Hant", "zh_Hant"),
        ("zh-Hant-HK", "zh_Hant"),
        ("zh-TW", "zh_Hant"),
        ("zh", "zh_Hans"),
        ("iw", "he"),
        ("in", "id"),
        ("es-419", "es"),
        ("ar-EG", "ar"),
        ("nb", "xx"),
        ("", "xx"),
        (None, "xx"),
        ("-", "xx"),
    ],
)
def test_telegrams_language_is_guessed(code: str | None, ours: str) -> None:
    assert guess_language(code, "xx") == ours


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("de-AT", "de"), ("pt_BR", "pt_BR"), ("German", "de"), (" DEUTSCH ", "de"), ("Portuguese", "pt_BR"),
        ("繁體中文", "zh_Hant"), ("Chinese", "zh_Hans"), ("Klingon", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_language_is_found_by_its_code_or_a_name_of_it(written: str, ours: str) -> None:
    assert find_language(written) == ours


@settings(deadline=None)
@given(st.text(max_size=20))
def test_any_language_code_gives_a_language(code: str) -> None:
    assert guess_language(code, "en") in LANGUAGES


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "xx"),
        ("de", "de"),
        ("da, en-gb;q=0.8, en;q=0.7", "en"),  # RFC 9110's own example
        ("de;q=0.8,pl,fr;q=0.2", "pl"),  # no weight is the highest, wherever it stands
        ("xy,en;q=0.97,ru;q=0.98,it;q=0.99", "it"),
        ("*,uk;q=0.2,fr;q=0.1", "uk"),
        ("zh-Hant-TW,zh;q=0.9", "zh_Hant"),
        ("zh-HK, en;q=0.5", "zh_Hant"),
        ("pt,en;q=0.9", "pt_BR"),
        ("pt-PT,pt;q=0.9", "pt_PT"),
        ("iw-IL", "he"),
        ("de;q=0, en;q=0.1", "en"),
        ("FR-ca;Q=0.9, nl ;q=0.8", "fr"),
        ("de;q=2, it;q=nan, es;q=0.1", "es"),
        ("de;level=1;q=0.1, it;q=0.2", "it"),
        ("'; DROP TABLE, ja", "ja"),
        (";;;,,,=", "xx"),
        ("q=1", "xx"),
        ("nb-NO, no;q=0.9", "xx"),
        ("x" * 2000 + ",de", "xx"),
    ],
)
def test_the_best_of_a_browsers_languages_is_spoken(header: str, language: str) -> None:
    assert accepted_language(header, "xx") == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_known_to_cldr_and_has_a_real_zone(language: str) -> None:
    assert Locale.parse(language)
    assert is_zone(guess_zone(language, "UTC"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_run_in_the_direction_that_cldr_says(language: str) -> None:
    assert Words(language).right_to_left == (Locale.parse(language).text_direction == "rtl")


# ── arguments ───────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None)  # the first example reads a catalog
@given(st.text(max_size=80), st.sampled_from(["en", "ru", "ar"]))
def test_arguments_are_escaped_and_leave_their_surroundings_alone(hostile: str, language: str) -> None:
    text = Words(language).t("You follow {order}.", order=hostile)
    reader = telegram_html.read(text)
    bare = "".join(char for char in reader.visible if char not in (FSI, PDI))
    frame = Words(language).t("You follow {order}.", order="")
    assert reader.entities == 0
    assert bare == str(frame).rstrip(".") + clean(hostile) + "."


@settings(deadline=None)  # the first example reads a catalog
@given(st.text(max_size=80))
def test_cleaned_text_is_one_line_that_turns_nothing(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned.splitlines()) <= 1
    assert "  " not in cleaned
    assert cleaned == cleaned.strip() == clean(cleaned)
    assert not set(cleaned) & {FSI, PDI, RLM, "\u202e", "\u202d", "\n", "\x00"}


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\u2800\u3164", "\u202e\n", "\u200d", "\ud800"])
def test_text_that_nobody_can_see_is_no_text(text: str) -> None:
    assert clean(text) == ""


def test_emoji_and_joined_scripts_stay_as_they_are() -> None:
    assert clean("👩‍🚀 می‌خواهم") == "👩‍🚀 می‌خواهم"


def test_right_to_left_text_behind_a_latin_place_still_runs_from_the_right() -> None:
    arrived = "[Dongguan] وصل الطرد إلى مركز الفرز."
    assert Words("ar").isolate(arrived) == Words("en").isolate(arrived) == f"{FSI}{RLM}{arrived}{PDI}"
    assert Words("ar").isolate("USB-C cable, كابل") == f"{FSI}USB-C cable, كابل{PDI}"


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("[Tel Aviv] החבילה הגיעה למרכז המיון", RLM),
        ("Lamps مصباح كبير", RLM),  # more than half of the letters
        ("Lamp كبير", ""),  # half of them
        ("مصباح Lamp", ""),
        ("מנורה", ""),
        ("١٢٣", ""),
    ],
)
def test_the_direction_that_most_letters_have_is_kept(text: str, lead: str) -> None:
    for language in ("en", "he"):
        assert Words(language).isolate(text) == f"{FSI}{lead}{text}{PDI}"


def test_what_cannot_be_scrambled_is_not_isolated() -> None:
    assert Words("en").isolate("Café 東京") == "Café 東京"
    assert Words("ar").isolate(Markup("a\nb")) == "a\nb"
    assert Words("ar").isolate("") == ""
    assert is_isolated(f"{FSI}a{FSI}b{PDI}{PDI}")
    assert not is_isolated(f"{FSI}a")
    assert not is_isolated(f"{FSI}a{PDI} {FSI}b{PDI}")


def test_markup_passes_and_is_isolated_outside_its_tags() -> None:
    words = Words("ar")
    text = words.t("You follow {order}.", order=words.code("8211744661738042"))
    assert f"{FSI}<code>8211744661738042</code>{PDI}" in text
    assert words.code("<b>") == "<code>&lt;b&gt;</code>"


def test_commands_in_right_to_left_sentences_keep_their_slash_in_front() -> None:
    words = Words("ar")
    assert f"{FSI}/help{PDI}" in words.t("We don't recognize that command. /help shows what works here.")
    usage = words.t(
        "🔗 Send <code>/link</code> with order numbers, or the list that your shop exports (CSV or Excel)."
    )
    assert f"{FSI}<code>/link</code>{PDI}" in usage
    assert FSI not in Words("en").t("We don't recognize that command. /help shows what works here.")


def test_left_to_right_sentences_isolate_only_what_runs_the_other_way() -> None:
    words = Words("en")
    assert words.t("You follow {order}.", order="Blue lamp") == "You follow Blue lamp."
    assert words.t("You follow {order}.", order="مصباح") == f"You follow {FSI}مصباح{PDI}."


def test_an_isolate_is_not_put_into_another() -> None:
    words = Words("ar")
    once = words.isolate("A")
    assert words.isolate(once) == once
    assert words.isolate(once + " · " + once) == f"{FSI}{once} · {once}{PDI}"


def test_lines_of_a_right_to_left_page_start_from_the_right() -> None:
    page = Words("ar").page(
        [Markup("<code>LP1</code>"), None, Markup(""), Markup("<blockquote>x\ny</blockquote>")]
    )
    assert page == f"{RLM}<code>LP1</code>\n\n<blockquote>{RLM}x\n{RLM}y</blockquote>"
    assert Words("en").page([Markup("a"), None, Markup("b")]) == "a\nb"


def test_plain_text_has_no_tags_and_no_entities() -> None:
    assert plain(Words("en").t("✓ {city}: it's {time} there.", city="A & <b>B</b>", time="1")) == (
        "✓ A & <b>B</b>: it's 1 there."
    )
    assert plain(Markup("<b>Bold</b> &amp; more")) == "Bold & more"
    assert plain("1 < 2 & more") == "1 < 2 & more"


# ── times ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "items", "said"),
    [
        ("es", ("Lámpara", "Impresora"), "Lámpara e Impresora"),
        ("es", ("Lámpara", "Hilo", "Hierro"), "Lámpara, Hilo y Hierro"),
        ("es", ("Cable", "iPhone"), "Cable e iPhone"),
        ("he", ("מנורה", "USB"), "מנורה ו־USB"),
        ("he", ("USB", "מנורה"), "USB ומנורה"),
        ("it", ("Lampada", "Imbuto"), "Lampada e Imbuto"),
    ],
)
def test_and_fits_what_follows(language: str, items: tuple[str, ...], said: str) -> None:
    assert re.sub("[\u2066-\u2069\u200f]", "", Words(language).join(items)) == said


@pytest.mark.parametrize(
    ("language", "said"), [("ru", "Чт, 19 нояб."), ("fr", "Jeu. 19 nov."), ("en", "Thu, Nov 19")]
)
def test_a_day_as_a_heading_begins_large(language: str, said: str) -> None:
    words, now = Words(language), datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert words.day(date(2026, 11, 19), now) == said
    assert words.date(date(2026, 11, 19), now).casefold() == said.casefold()


def test_days_are_counted_on_the_chats_calendar() -> None:
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert Words("en", "UTC").day(late, NOW) == "Today"
    assert Words("en", "Asia/Tokyo").day(late, NOW) == "Tomorrow"
    assert Words("en", "UTC").day(NOW - timedelta(days=1), NOW) == "Yesterday"
    assert Words("en", "UTC").day(NOW - timedelta(days=2), NOW) == "Sat, Nov 21"


def test_the_year_is_told_where_it_is_another() -> None:
    assert Words("en").date(NOW + timedelta(days=60), NOW) == "Fri, Jan 22, 2027"
    assert Words("ru").date(NOW, NOW) == "пн, 23 нояб."


@pytest.mark.parametrize(
    ("language", "days", "told"),
    [
        ("en", 0, "today"),
        ("en", 1, "tomorrow"),
        ("en", -1, "yesterday"),
        ("en", 40, "in 40 days"),
        ("ru", 4, "через 4 дня"),
        ("ar", 4, "خلال 4 أيام"),
        ("de", -3, "vor 3 Tagen"),
    ],
)
def test_distance_is_told_in_days(language: str, days: int, told: str) -> None:
    assert Words(language).distance(days) == told


def test_a_moment_carries_unix_time_and_the_chats_clock() -> None:
    assert Words("ru", "Europe/Moscow").moment(NOW) == (
        f'<tg-time unix="{int(NOW.timestamp())}" format="Dt">23 нояб., 15:00</tg-time>'
    )
    assert ">15:00<" in Words("ru", "Europe/Moscow").moment(NOW, "t")
    assert 'format="r">5 minutes ago<' in Words("en").ago(NOW - timedelta(minutes=5), NOW)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "10:00\u202fPM"),
        ("ko", "오후 10:00"),
        ("ar", "10:00 م"),
        ("zh_Hant", "晚上10:00"),
        ("ja", "22:00"),
    ],
)
def test_the_halves_of_the_day_have_names_in_the_language(language: str, told: str) -> None:
    words = Words(language)
    evening = NOW.replace(hour=22)
    assert words.clock(time(22)) == told
    assert f">{told}<" in words.moment(evening, "t")
    assert told in words.moment(evening)


def test_a_clock_that_runs_ahead_is_never_in_the_future() -> None:
    assert Words("en").since(NOW + timedelta(seconds=5), NOW) == "1 second ago"


def test_daylight_saving_moves_the_clock() -> None:
    words = Words("de", "Europe/Berlin")
    assert words.local(datetime(2026, 7, 1, 12, tzinfo=UTC)).hour == 14
    assert words.local(datetime(2026, 12, 1, 12, tzinfo=UTC)).hour == 13


def test_an_unknown_zone_reads_as_utc() -> None:
    assert Words("en", "Mars/Base").local(NOW).hour == 12


@pytest.mark.parametrize("zone", [zone for region in ZONES.values() for zone in region])
def test_every_zone_on_offer_exists_and_has_a_city_name(zone: str) -> None:
    assert is_zone(zone)
    assert not Words("ru").city(zone).isascii()


@pytest.mark.parametrize(
    ("zone", "city"),
    [
        ("Europe/Berlin", "Berlin"), ("America/New_York", "New York"), ("Asia/Kolkata", "Kolkata"),
        ("America/Argentina/Ushuaia", "Ushuaia"), ("Etc/GMT-3", "UTC+3"), ("Etc/GMT+10", "UTC-10"),
    ],
)  # fmt: skip
def test_a_zone_is_called_by_its_city_or_offset(zone: str, city: str) -> None:
    assert Words("en").city(zone) == city


def test_days_months_and_ranges_are_written_as_the_language_does() -> None:
    german, tokyo = Words("de"), Words("en", "Asia/Tokyo")
    assert german.month_day(date(2026, 11, 9)) == "9. Nov."
    assert tokyo.month_day(NOW.replace(hour=20)) == "Nov 24"
    assert tokyo.date(NOW.replace(hour=20), NOW) == "Tue, Nov 24"
    assert german.month(date(2026, 11, 1)) == "Nov. 2026"
    assert german.days(date(2026, 12, 3), date(2026, 12, 6), NOW) == "3.–6. Dez."
    assert german.days(date(2026, 12, 3), date(2026, 12, 3), NOW) == "Do., 3. Dez."


def test_numbers_are_not_torn_apart_by_a_line_end() -> None:
    assert "12\u00a0345" in Words("ru").t("📦 Orders followed: <b>{n}</b>", n=Words("ru").number(12345))


def test_small_things_follow_the_language() -> None:
    german, english = Words("de"), Words("en")
    assert german.number(12345.5) == "12.345,5"
    assert german.clock(time(9, 5)) == "09:05"
    assert german.city("Europe/Moscow") == "Moskau"
    assert german.city("Mars/Base") == "Mars/Base"
    assert Words("ru").city("Asia/Kolkata") == Words("ru").city("Asia/Calcutta") == "Калькутта"
    assert english.offset("Asia/Kolkata", NOW) == "UTC+5:30"
    assert english.offset("America/St_Johns", NOW) == "UTC-3:30"
    assert english.offset("UTC", NOW) == "UTC+0"
    assert english.offset("Etc/GMT+1", NOW) == "UTC-1"
    assert english.duration(timedelta(days=45)) == "45 days"
    assert german.duration(timedelta(days=45)) == "45 Tage"
    assert english.duration(timedelta(hours=3)) == "3 hours"
    assert english.duration(timedelta(minutes=55)) == "1 hour"
    assert german.duration(timedelta(minutes=50)) == "50 Minuten"
    assert german.percent(0.25) == "25\u00a0%"
    assert english.join(["a", "b", "<c>"]) == "a, b, and &lt;c&gt;"
    assert english.join([]) == ""


@pytest.mark.parametrize(
    ("language", "two", "three"),
    [
        ("zh_Hans", "lamp、cable", "lamp、cable、mug"),
        ("zh_Hant", "lamp、cable", "lamp、cable、mug"),
        ("ja", "lamp、cable", "lamp、cable、mug"),
        ("th", "lamp และ cable", "lamp, cable และ mug"),
        ("hi", "lamp और cable", "lamp, cable, और mug"),
    ],
)
def test_lists_of_foreign_titles_keep_them_apart(language: str, two: str, three: str) -> None:
    words = Words(language)
    assert words.join(["lamp", "cable"]) == two
    assert words.join(["lamp", "cable", "mug"]) == three


def test_every_language_has_a_catalog() -> None:
    found = {path.parent.parent.name for path in CATALOGS.glob("*/LC_MESSAGES/bot.po")}
    assert found == set(LANGUAGES) - {"en"}
