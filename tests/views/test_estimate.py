"""Our own estimate is said alike everywhere: a range, today or tomorrow, or that it is later than usual."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.i18n import Words
from bot.model import Flag, Flagged, Localized, NewsKind, Order, Stage
from bot.views import board, card, orders, page, picture, pushes, summaries
from bot.views.actions import Shelf
from tests.views.scenes import DAY, FOLLOW, NOW, SHOP, WELL, estimated, news

EN = Words("en", "Europe/Berlin")
SCAN = news(NewsKind.NODES, nodes=(5,), parcel=1)
SHELVES = {Shelf.ACTIVE: 1}


def _page(order: Order) -> str:
    options = {"now": NOW, "whole": True, "telegram": "https://t.me/lamp?start=x"}
    shown = page.page(EN, SHOP, [Localized(order=order)], calendar="x.ics", **options)  # type: ignore[arg-type]
    return " ".join(line for section in shown.sections for line in section.dates)


def _brief(order: Order) -> str:
    late = [Flagged(order=order, flag=Flag.WILL_BE_LATE, days=2)]
    return board.brief(EN, {Flag.WILL_BE_LATE: 1}, state=WELL, now=NOW, delivered=0, late=late).text


def _summary(order: Order) -> str:
    entry = summaries.SummaryEntry(facts=Localized(order=order), follow=FOLLOW, news=(SCAN,))
    told = summaries.summary(EN, [entry], occasion=summaries.Occasion.DAILY, now=NOW).text
    return told.removeprefix("☀️ <b>Your parcels today</b>")


def _list(order: Order) -> str:
    return orders.orders(
        EN, [(order, FOLLOW)], shelf=Shelf.ACTIVE, page=0, total=1, counts=SHELVES, now=NOW
    ).text


PLACES: dict[str, Callable[[Order], str]] = {
    "card": lambda order: card.card(EN, Localized(order=order), FOLLOW, now=NOW).text,
    "push": lambda order: pushes.push(EN, Localized(order=order), FOLLOW, [SCAN], now=NOW).text,
    "summary": _summary,
    "list": _list,
    "picture": lambda order: picture.share(EN, Localized(order=order), FOLLOW, now=NOW).text,
    "brief": _brief,
    "page": _page,
}
BESIDE_THE_PROMISE = ("card", "push", "brief", "page")


def said(place: str, order: Order) -> str:
    """What one reads there, in small letters and on one line."""
    return " ".join(re.sub(r"<[^>]+>", "", str(PLACES[place](order))).split()).lower()


def out_for_delivery(first: float, last: float) -> Order:
    """Out since an hour ago; the estimate was made then."""
    order = estimated(first, last)
    (parcel,) = order.parcels
    assert parcel.estimate is not None
    since = NOW - DAY / 24
    made = replace(parcel.estimate, at=since)
    moved = replace(parcel, stage=Stage.OUT_FOR_DELIVERY, stage_since=since, estimate=made)
    return replace(order, stage=Stage.OUT_FOR_DELIVERY, stage_since=since, parcels=(moved,))


@pytest.mark.parametrize("place", PLACES)
def test_a_range_of_days_beside_the_promise(place: str) -> None:
    text = said(place, estimated(3, 6))
    assert "nov 26 – 29" in text
    assert not re.search(r"nov 2[69][^·]*\d:\d\d", text), "no false hour"
    if place in BESIDE_THE_PROMISE:
        assert "aliexpress promised fri, nov 27" in text


@pytest.mark.parametrize("place", PLACES)
def test_never_earlier_than_today(place: str) -> None:
    text = said(place, estimated(-2, 2))
    assert "nov 23 – 25" in text
    assert "nov 21" not in text


@pytest.mark.parametrize("place", PLACES)
def test_past_its_range_it_is_later_than_usual_without_another_date(place: str) -> None:
    text = said(place, estimated(-6, -2))
    assert "later than usual" in text
    assert "most likely" not in text
    assert "nov 21" not in text


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("first", "last", "day"), [(0.05, 0.3, "today"), (0.4, 1.2, "tomorrow")])
def test_out_for_delivery_is_today_or_tomorrow(place: str, first: float, last: float, day: str) -> None:
    text = said(place, out_for_delivery(first, last))
    assert day in text
    assert ({"today", "tomorrow"} - {day}).isdisjoint(text.split())


@pytest.mark.parametrize("place", PLACES)
def test_without_an_estimate_the_promise_is_named_as_aliexpresss(place: str) -> None:
    order = estimated(3, 6)
    known = replace(order, parcels=(replace(order.parcels[0], estimate=None),))
    text = said(place, known)
    assert "nov 27" in text
    assert "most likely" not in text
    if place in (*BESIDE_THE_PROMISE, "picture"):
        assert "expected by aliexpress: fri, nov 27" in text
