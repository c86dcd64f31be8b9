"""Whatever carriers, customers and merchants write, messages stay whole and nobody's words become markup."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.i18n import FSI, PDI, RLM, Words, clean
from bot.ids import Mistake
from bot.lists import Problem, Trouble
from bot.model import (
    BotState,
    Flag,
    Flagged,
    Importance,
    Item,
    Localized,
    Message,
    News,
    NewsKind,
    NodeText,
    Shop,
    Stage,
)
from bot.views import (
    admin,
    board,
    card,
    explanation,
    lists,
    orders,
    pushes,
    refusals,
    replies,
    split,
    summaries,
    timeline,
)
from bot.views import settings as settings_view
from bot.views.actions import Shelf
from tests.views import telegram_html
from tests.views.scenes import CHAT, FOLLOW, ID, JOURNEY, NOW, ORDER, PARCEL, node

LANGUAGES = ("en", "ru", "ar")
EIGHT = {Shelf.MOVING: 8}
MARKS = st.sampled_from(
    [
        "<b>",
        "</b>",
        "&",
        "&lt;",
        "<a href='x'>",
        "{order}",
        "{0}",
        "%s",
        "\u202e",
        "\u2066",
        FSI,
        PDI,
        "\n",
        "\x00",
    ]
)
HOSTILE = st.lists(MARKS | st.text(max_size=40), max_size=12).map("".join) | st.text(max_size=600)


def everything(words: Words, text: str) -> list[Message | str]:
    """Each view that shows foreign text, with this text in every place that takes one."""
    nodes = tuple(replace(each, description=text, name=text) for each in JOURNEY)
    parcel = replace(
        PARCEL,
        number=text,
        carrier=text,
        items=(Item(id="1", title=text, variant=text, quantity=3),) * 5,
        nodes=nodes,
    )
    other = replace(parcel, index=2, stage=Stage.EXCEPTION)
    order = replace(ORDER, parcels=(parcel, other), shop_order=text)
    wrong = Problem(trouble=Trouble.NO_NUMBER, text=text)
    facts = Localized(order=order, texts={5: NodeText(name=text, description=text)})
    follow = replace(FOLLOW, label=text)
    told = [
        News(kind=NewsKind.NODES, key="k", importance=Importance.SCAN, nodes=(5, 4), parcel=1),
        News(kind=NewsKind.ETA, key="e", importance=Importance.ACTION, parcel=2, eta_after=NOW),
    ]
    shop = Shop(name=text or "-", support=text, welcome=text)
    flagged = Flagged(order=order, flag=Flag.STUCK, note=text)
    entry = summaries.SummaryEntry(facts=facts, follow=follow, news=tuple(told))
    return [
        card.card(words, facts, follow, now=NOW),
        timeline.timeline(words, facts, follow, now=NOW),
        pushes.push(words, facts, follow, told, now=NOW),
        summaries.summary(words, [entry] * 14, occasion=summaries.Occasion.DAILY, now=NOW),
        explanation.why(words, facts, follow, CHAT, told[0]),
        orders.orders(
            words,
            [(order, follow)] * 8,
            shelf=Shelf.ACTIVE,
            page=0,
            total=8,
            counts={Shelf.MOVING: 8},
            now=NOW,
        ),
        replies.start(words, shop),
        replies.claimed(words, shop, order, follow),
        replies.help_(words, shop),
        refusals.mistake(words, Mistake.TRACKING_NUMBER, text, shop),
        settings_view.zone_unknown(words, text),
        replies.ask_rename(words, order, follow, 64),
        replies.choose(words, [(order, follow)] * 12, replies.Purpose.STOP),
        board.board(words, [flagged] * 6, state=BotState(watched=6, database=text), now=NOW, total=6),
        lists.links(
            words,
            [(text, "https://t.me/bot?start=x")],
            [(2, wrong)] * 9,
        ),
        lists.found(words, text, []),
        lists.found(words, text, [order] * 12),
        replies.shop_number(words, text, shop),
        admin.not_authorized(words, text),
        admin.misconfigured(words, text, text),
        admin.unknown_texts(words, [(text, 2)] * 12),
        admin.customer_problem(words, order),
    ]


@settings(deadline=None, max_examples=60)  # twenty views each
@given(HOSTILE, st.sampled_from(LANGUAGES))
@example("0" * 600, "en")
def test_every_message_stays_whole(text: str, language: str) -> None:
    for said in everything(Words(language), text):
        assert isinstance(said, Message)
        reader = telegram_html.read(said.text)
        assert telegram_html.units(reader.visible) <= 4096
        for button in (button for row in said.buttons for button in row):
            assert button.text.strip()
            assert len(button.text) <= 100
            assert "\n" not in button.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_markup_in_foreign_text_is_shown_not_obeyed(language: str) -> None:
    text = "<b>Hi</b> & <a href='https://evil.example'>pay here</a>"
    facts = Localized(
        order=replace(ORDER, parcels=(replace(PARCEL, nodes=(node(9, 1, Stage.UPDATE, text),)),))
    )
    said = card.card(Words(language), facts, FOLLOW, now=NOW)
    assert "<a" not in said.text
    assert text in telegram_html.read(said.text).visible


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_label_of_markup_reads_as_it_was_written(language: str) -> None:
    follow = replace(FOLLOW, label="<b>bold</b> & {order}")
    said = replies.ask_stop(Words(language), ORDER, follow)
    assert "<b>bold</b> & {order}" in telegram_html.read(said.text).visible


def test_reversing_marks_do_not_survive() -> None:
    follow = replace(FOLLOW, label="gnp\u202eexe.")
    assert "\u202e" not in card.card(Words("en"), Localized(order=ORDER), follow, now=NOW).text


def test_sixty_long_arabic_nodes_fit_page_by_page() -> None:
    text = "وصلت الشحنة إلى مركز الفرز في المدينة وهي الآن قيد المعالجة " * 20
    nodes = tuple(node(60 - n, n, Stage.ORIGIN_TRANSIT, text) for n in range(60))
    facts = Localized(order=replace(ORDER, parcels=(replace(PARCEL, nodes=nodes),)))
    words, shown = Words("ar", "Asia/Riyadh"), 0
    for page in itertools.count():
        said = timeline.timeline(words, facts, FOLLOW, page=page, now=NOW)
        reader = telegram_html.read(said.text)
        assert telegram_html.units(reader.visible) <= 4096
        assert split.messages(said) == (said,)
        assert all(line.startswith(RLM) for line in reader.visible.split("\n") if line)
        shown += said.text.count("<tg-time")
        if not any(button.text.startswith("▼") for row in said.buttons for button in row):
            break
    assert shown == 60
    assert page == 5  # as many as fit, not a fixed number


@settings(deadline=None)
@given(HOSTILE)
def test_copying_a_tracking_number_copies_the_number(text: str) -> None:
    number = clean(text)[:64].strip()
    facts = Localized(order=replace(ORDER, parcels=(replace(PARCEL, number=number),)))
    copied = telegram_html.read(card.card(Words("ar"), facts, FOLLOW, now=NOW).text).copyable
    assert copied == [ID, number] if number else [ID]
