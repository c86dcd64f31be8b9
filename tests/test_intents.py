"""What people write in words: phrases of others' chatbots, support chats and help pages, and what is none."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import intents
from bot.chat.mentions import find_mentioned
from bot.ids import read
from bot.intents import Intent, complains, intent, may_ask, named, words
from bot.model import Follow, Order, Place

ORDER = "8211744661738042"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

DATA = Path(__file__).with_name("data")
# Label and text. Gathered from public repositories' training phrases, tests and help pages; then phrases
# written before the rules that read them, with their labels.
PHRASES = [row.split("\t") for row in DATA.joinpath("phrases.tsv").read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("where", Intent.WHERE),
        ("shop", Intent.SHOP),  # what only the shop can settle
        ("thanks", Intent.THANKS),
        ("greeting", Intent.GREETING),
        ("neither", None),
    ],
)
def test_phrases_are_read_as_they_are_meant(label: str, expected: Intent | None) -> None:
    texts = [text for each, text in PHRASES if each == label]
    assert texts
    assert not [text for text in texts if intent(text) is not expected]


# What strangers wrote, in forty languages: label, language, text. Gathered from public repositories'
# chatbots, tests and support mails, and labeled before the rules read them.
SAID = [tuple(row.split("\t")) for row in DATA.joinpath("said.tsv").read_text("utf-8").splitlines()]
_MAY_BE: dict[
    str, set[Intent | None]
] = {  # what is not recognized is answered with the orders and the shop's contact
    "where": {Intent.WHERE, None},
    "shop": {Intent.SHOP, None},
    "polite": {Intent.THANKS, Intent.GREETING},
    "stop": {Intent.STOP},
    "help": {Intent.HELP},
    "yes_no": {Intent.YES_NO},
}


@pytest.mark.parametrize("label", sorted(_MAY_BE))
def test_no_answer_hurts(label: str) -> None:
    rows = [text for each, _, text in SAID if each == label]
    assert rows
    wrong = [text for text in rows if intent(text) not in _MAY_BE[label]]
    assert not [text for text in wrong if not (label == "shop" and complains(text))]


def test_every_question_is_answered_in_any_language() -> None:
    asked = [text for label, _, text in SAID if label == "where"]
    assert len({language for _, language, _ in SAID}) >= 40
    assert not [text for text in asked if intent(text) is not Intent.WHERE and not may_ask(text)]


def test_thanks_that_hold_more_are_no_question() -> None:
    assert not may_ask("tack så mycket för att ni skickade den så fort, jag är nöjd")
    assert may_ask("tack, men var är mitt paket?")
    assert may_ask("?")
    assert not may_ask("🍕")


@pytest.mark.parametrize(
    "text",
    [
        "tack för trasig vara",
        "hvala za ništa",
        "mulțumesc, dar e spart",
        "thanks for nothing",
        "kiitos ei mitään",
    ],
)
def test_thanks_beside_trouble_are_none(text: str) -> None:
    assert intent(text) is not Intent.THANKS


@pytest.mark.parametrize(
    "text",
    [
        "Danke für gar nichts",
        "Na toll, vielen Dank",
        "Merci pour le retard",
        "Merci de me répondre",
        "Gracias por hacerme perder el tiempo",
        "Grazie per l'attesa",
        "Obrigado pelo atraso",
        "Bedankt voor de vertraging",
        "Dzięki za stracony czas",
        "Thanks for wasting my time",
        "Besten Dank für die Funkstille",
        "Gracias por las mentiras",
        "Dzięki za bałagan",
        "Rezygnuję",
        "Peruuta tilaus",
    ],
)
def test_thanks_for_harm_and_requests_are_the_shops(text: str) -> None:
    assert intent(text) is Intent.SHOP


@pytest.mark.parametrize(
    "text",
    [
        "Na prima, danke!",
        "Merci de m'avoir répondu",
        "Thanks for waiting",
        "Danke für die Info zur Verspätung",
        "Increíble, muchas gracias",
        "No, pięknie dziękuję",
        "Na gut, danke",
        "Danke, hat geholfen",
        "Grazie, non serve",
        "Grazie per avermi avvisato del ritardo",
        "Bedankt voor de info over de vertraging",
    ],
)
def test_thanks_that_sound_like_harm_are_thanks(text: str) -> None:
    assert intent(text) is Intent.THANKS


@pytest.mark.parametrize(
    "text",
    [
        "لم تسلم لي",
        "太麻烦了",
        "どうもおかしい",
        "唔該快啲",
        "meherbani karke batao",
        "Đúng",
        "точно?",
        "了解です、いつですか",
        "确认一下谢谢",
        "빨리 보내주세요 감사합니다",
        "Bilgi verir misiniz, teşekkürler",
        "Mohon info, terima kasih",
        "Перевірте будь ласка, дякую",
        "אשמח לתשובה, תודה",
        "ช่วยดูให้หน่อยขอบคุณค่ะ",
        "늦게 보내 주셔서 감사합니다",
    ],
)
def test_what_only_looks_like_thanks_is_none(text: str) -> None:
    assert intent(text) in {None, Intent.WHERE, Intent.SHOP}


@pytest.mark.parametrize(
    "text",
    [
        "تسلم حبيبي",
        "麻烦你了谢谢",
        "どうも",
        "唔該",
        "meherbani",
        "Cảm ơn shop đã giúp mình",
        "ขอบคุณที่ช่วยนะคะ",
        "Çok teşekkür ederim yardımınız için",
        "Дякую за швидку відповідь",
    ],
)
def test_its_neighbors_are_thanks(text: str) -> None:
    assert intent(text) is Intent.THANKS


@pytest.mark.parametrize("text", ["Ok, update?", "Danke, und?", "Ok, et ?", "Hi, update?", "Na?"])
def test_a_polite_word_that_asks_for_more_is_a_question(text: str) -> None:
    assert intent(text) is None
    assert may_ask(text)


@pytest.mark.parametrize(
    "text",
    ["不好", "no good", "not ok", "no updates", "not good", "nie dobrze", "не хорошо", "ไม่ดีมาก", "まだ?"],
)
def test_the_opposite_of_a_polite_word_is_none(text: str) -> None:
    assert intent(text) not in {Intent.THANKS, Intent.GREETING, Intent.YES_NO}


def test_a_complaint_beside_a_question_is_seen() -> None:
    text = "nobody answers me, where is my order?"
    assert intent(text) is Intent.WHERE
    assert complains(text)
    assert not complains("where is my order?")


def test_a_name_is_found_in_what_somebody_writes() -> None:
    names = [("1", "Blue lamp"), ("2", "Lamp"), ("3", "Żółta Torba"), ("4", "靴"), ("5", "")]
    assert named("blue LAMP", names) == ["1"]
    assert named("where is my blue lamp?", names) == ["1", "2"]
    assert named("zolta torba", names) == ["3"]
    assert named("靴", names) == ["4"]
    assert named("clamp", names) == []
    assert named("", names) == []
    assert named("a cup, please", [("1", "cup"), ("2", "a")]) == ["1"], "a name of three letters, not of one"
    assert named("我的花瓶架在哪里", [("1", "花瓶架")]) == ["1"]


def test_an_orders_name_is_its_name_whatever_it_says() -> None:
    box = (
        Order(id=ORDER, created_at=NOW),
        Follow(place=Place(5), order_id=ORDER, label="Money box", created_at=NOW),
    )
    assert intent("money box") is Intent.SHOP
    assert find_mentioned(read("money box"), [box]) == [ORDER]
    assert find_mentioned(read("I want my money back for the money box"), [box]) == []


@pytest.mark.parametrize(
    "text",
    [
        "1001",
        "#1001",
        "my order 1001",
        "order 1001 where is it?",
        "Wo bleibt #1001?",
        "订单号1001",
        "где заказ 1001?",
    ],
)
def test_the_shops_number_opens_its_order_within_a_sentence_as_well(text: str) -> None:
    follow = Follow(place=Place(5), order_id=ORDER, created_at=NOW)
    known = Order(id=ORDER, created_at=NOW, shop_order="#1001")
    other = replace(known, id=ORDER[:-1] + "3", shop_order="#1002")
    assert find_mentioned(read(text), [(known, follow), (other, follow)]) == [ORDER]
    assert find_mentioned(read(text.replace("1001", "10012")), [(known, follow), (other, follow)]) == []


@pytest.mark.parametrize(
    ("judge", "said", "letter"),
    [
        (intents._is_terse, intents._TERSE, "x "),
        (intents._is_terse, intents._TERSE_SCRIPT, "字"),
        (intents._thanks_shortly, intents._THANKS - 1, "x "),
        (intents._thanks_shortly, intents._THANKS_SCRIPT - 2, "字"),
        (lambda folded: intents._asks(folded, "never", "x|字", "never"), intents._SHORT, "x "),
        (lambda folded: intents._asks(folded, "never", "x|字", "never"), intents._SHORT_SCRIPT, "字"),
    ],
)
def test_a_text_is_short_up_to_so_many_words_or_signs(
    judge: Callable[[str], bool], said: int, letter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "THANKS", "x|字")
    assert judge(f" {(letter * said).strip()} ")
    assert not judge(f" {(letter * (said + 1)).strip()} ")


def test_signs_alone_are_thanks_if_all_of_them_please() -> None:
    assert intent("".join(sorted(words.PLEASED))) is Intent.THANKS
    assert intent("👍🍕") is None
    assert intent("thank you?") is intent("thank you") is Intent.THANKS
    assert intent("thank you for the lamp you sent?") is None


def test_a_very_long_text_costs_no_time() -> None:
    started = time.thread_time()
    for text in ("where " * 100_000, "я" * 1_000_000, "?" * 1_000_000, "👍" * 1_000_000):
        intent(text)
        named(text, [("1", "lamp")])
    assert time.thread_time() - started < 5  # linear: half a second; quadratic: many minutes
