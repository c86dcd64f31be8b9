"""The shop's contact as a button, where the shop can help."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.i18n import Words
from bot.model import Importance, Localized, News, NewsKind, Reason, Shop, Stage
from bot.views import card, pushes
from bot.views.contact import contact_button
from tests.make import there
from tests.views.scenes import FOLLOW, NOW, ORDER

EN = Words("en")


@pytest.mark.parametrize(
    ("support", "url", "copied"),
    [
        ("@kiosk_help", "https://t.me/kiosk_help", ""),
        ("Write to @kiosk_help, 9 to 5", "https://t.me/kiosk_help", ""),
        ("t.me/kiosk_help", "https://t.me/kiosk_help", ""),
        ("https://kiosk.example/help?a=1", "https://kiosk.example/help?a=1", ""),
        ("help@kiosk.example", "", "help@kiosk.example"),
        ("Mail: help@kiosk.example", "", "help@kiosk.example"),
    ],
)
def test_a_contact_becomes_a_button(support: str, url: str, copied: str) -> None:
    made = there(contact_button(EN, Shop(support=support)))
    assert (made.url, made.copy) == (url, copied)


@pytest.mark.parametrize("support", ["", "+49 151 23456789", "in the shop", "@", "javascript:alert(1)"])
def test_other_words_stay_words(support: str) -> None:
    assert contact_button(EN, Shop(support=support)) is None


def _entered(stage: Stage) -> News:
    return News(kind=NewsKind.NODES, key="k", importance=Importance.ACTION, parcel=1, stage=stage)


@pytest.mark.parametrize(
    ("stage", "reason", "offered"),
    [
        (Stage.EXCEPTION, Reason.DAMAGED, True),
        (Stage.RETURNING, Reason.NONE, True),
        (Stage.EXCEPTION, Reason.DELAY, False),
        (Stage.INTERNATIONAL_TRANSIT, Reason.NONE, False),
    ],
)
def test_a_card_offers_the_shop_in_trouble(stage: Stage, reason: Reason, offered: bool) -> None:
    parcel = replace(ORDER.parcels[0], stage=stage, reason=reason)
    order = replace(ORDER, parcels=(parcel,), stage=stage, reason=reason)
    said = card.card(EN, Localized(order=order), FOLLOW, now=NOW, shop=Shop(support="@kiosk_help"))
    urls = [button.url for row in said.buttons for button in row]
    assert ("https://t.me/kiosk_help" in urls) is offered
    assert "kiosk_help" not in said.text
    words = Shop(support="+49 151 23456789")
    for said in (
        card.card(EN, Localized(order=order), FOLLOW, now=NOW, shop=words),
        pushes.push(EN, Localized(order=order), FOLLOW, [_entered(stage)], now=NOW, shop=words),
    ):
        assert ("+49 151 23456789" in said.text) is offered
