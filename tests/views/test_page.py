"""The tracking page's texts: what each state says, in every language, and what it never tells."""

from __future__ import annotations

import dataclasses
import functools
import gzip
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.i18n import CATALOGS, LANGUAGES, Words, clean, plain
from bot.model import Estimate, Localized, NodeText, Order, OrderStatus, Parcel, Reason, Shop, Stage
from bot.views import brand, page, wording
from bot.web.page import PageLayout
from tests.views.scenes import (
    ARRIVED,
    DAY,
    FACTS,
    ID,
    NEW,
    NOW,
    ORDER,
    PARCEL,
    SHOP,
    TWO,
    estimated,
    node,
    order_in,
)

SPOKEN = [code for code in LANGUAGES if code == "en" or (CATALOGS / code).is_dir()]
OWN = replace(SHOP, brand=True, blur_origin=True)
CANCELED = Localized(
    order=replace(ORDER, stage=Stage.CANCELLED, reason=Reason.CANCELLED, status=OrderStatus.CANCELLED)
)
STATES = {
    "moving": [FACTS],
    "estimated": [Localized(order=estimated(3, 6))],
    "late": [Localized(order=estimated(-6, -2))],
    "two parcels": [TWO],
    "two orders": [FACTS, Localized(order=replace(ORDER, id="8211744661738099"))],
    "arrived": [ARRIVED],
    "canceled": [CANCELED],
    "unknown yet": [Localized(order=NEW)],
    "no tracking": [Localized(order=replace(NEW, fetched_at=NOW, status=OrderStatus.PREPARING))],
    "no tracking for long": [Localized(order=replace(NEW, fetched_at=NOW, created_at=NOW - 9 * DAY))],
    **{str(stage): [order_in(stage)] for stage in Stage if stage not in {Stage.UPDATE, Stage.CANCELLED}},
    "wrong address": [order_in(Stage.FAILED_ATTEMPT, Reason.ADDRESS)],
    "waybill canceled": [order_in(Stage.EXCEPTION, Reason.CANCELLED)],
}


def made(words: Words, facts: Sequence[Localized], shop: Shop = SHOP, **more: object) -> page.Page:
    options = {"now": NOW, "whole": True, "telegram": "https://t.me/lamp?start=x", "calendar": "x.ics"} | more
    return page.page(words, shop, facts, **options)  # type: ignore[arg-type]  # test brevity


def texts(value: object) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield plain(value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for each in dataclasses.fields(value):
            yield from texts(getattr(value, each.name))
    elif isinstance(value, tuple):
        for one in value:
            yield from texts(one)


def said(words: Words, facts: Sequence[Localized], shop: Shop = SHOP, **more: object) -> str:
    return "\n".join(texts(made(words, facts, shop, **more)))


@pytest.mark.parametrize("language", SPOKEN)
def test_every_state_reads_whole_in_every_language(language: str) -> None:
    words = Words(language, "Europe/Berlin")
    for name, facts in STATES.items():
        text = said(words, facts)
        assert "{" not in text, name
        assert "tg-time" not in text, name
        assert "this message" not in text.lower(), name


@pytest.mark.parametrize("language", SPOKEN)
def test_a_shop_with_its_own_brand_is_alone_on_its_page(language: str) -> None:
    words = Words(language, "Europe/Berlin", brand.branding(OWN))
    for facts in STATES.values():
        assert not brand.NAMES.search(said(words, facts, OWN, silent_since=NOW - DAY))


@pytest.mark.parametrize("whole", [True, False])
def test_no_page_tells_the_whole_number_or_what_a_chat_calls_the_order(whole: bool) -> None:
    for facts in STATES.values():
        for numbered in (
            facts,
            [replace(one, order=replace(one.order, shop_order="#1001")) for one in facts],
        ):
            text = said(Words("en"), numbered, whole=whole)
            assert ID not in text
            assert "Blue lamp" not in text  # the name of a follow


def test_a_shop_order_goes_by_its_own_number_and_a_single_one_by_a_part_of_its() -> None:
    numbered = [Localized(order=replace(ORDER, shop_order="#1001"))]
    assert made(Words("en"), numbered).overline == "Order #1001"
    assert made(Words("en"), [FACTS], whole=False).overline == "Order …61738042"
    assert made(Words("en"), [FACTS]).overline is None


@pytest.mark.parametrize(
    ("name", "step", "dates", "tone"),
    [
        (
            "moving",
            4,
            ["Expected by AliExpress: Fri, Nov 27, in 4 days", "Originally expected Tue, Nov 24"],
            "moving",
        ),
        ("estimated", 4, ["Most likely Nov 26 – 29", "AliExpress promised Fri, Nov 27"], "moving"),
        ("late", 4, ["Later than usual for this route", "AliExpress promised Fri, Nov 27"], "moving"),
        ("delivered", 5, [], "done"),
        ("returned", None, [], "ended"),
        ("returning", None, [], "trouble"),
        ("ready_for_pickup", 4, [], "moving"),
        ("failed_attempt", 4, [], "trouble"),
        ("canceled", None, [], "ended"),
        ("waybill canceled", None, [], "ended"),
        ("unknown yet", None, [], "moving"),
    ],
)
def test_bar_and_dates_contradict_no_state(name: str, step: int | None, dates: list[str], tone: str) -> None:
    (section,) = made(Words("en", "Europe/Berlin"), STATES[name]).sections
    assert (section.step, [plain(date) for date in section.dates], section.tone) == (step, dates, tone)


def test_several_parcels_are_counted_and_each_has_its_own_state() -> None:
    whole = made(Words("en"), [ARRIVED, FACTS, Localized(order=NEW)])
    assert plain(whole.headline) == "4 parcels, 2 delivered"
    assert [plain(section.title or "") for section in whole.sections] == [
        f"Parcel {place} of 4" for place in range(1, 5)
    ]
    one = made(Words("en"), [ARRIVED, FACTS], part=page.Part(parcel=3))
    assert one.headline == "In transit in the destination country"
    assert [link.text for link in one.links] == ["All parcels"]


def test_entries_stand_by_day_in_the_readers_language_or_marked_as_english() -> None:
    facts = replace(FACTS, texts={5: NodeText(description="In Leipzig angekommen")})
    (section,) = made(Words("de", "Europe/Berlin"), [facts]).sections
    assert [day.name for day in section.days[:2]] == ["Heute", "Gestern"]
    entries = [entry for day in section.days for entry in day.entries]
    assert [entry.code for entry in entries] == ["", "en", "en", "en", ""]  # the last one is Chinese
    assert entries[0].text == "In Leipzig angekommen"
    assert entries[0].at == "2026-11-23T08:00+01:00"


def test_the_clock_of_the_times_is_named() -> None:
    assert "All times: Berlin (UTC+1)" in said(Words("en", "Europe/Berlin"), [FACTS])
    assert "All times: UTC" in said(Words("en", "UTC"), [FACTS])


@pytest.mark.parametrize(
    ("support", "href", "question"),
    [
        ("@lamp_help", "https://t.me/lamp_help", None),
        ("help@lamp.example", "mailto:help@lamp.example", None),
        ("https://lamp.example/help", "https://lamp.example/help", None),
        ("javascript:alert(1)", None, "💬 Questions? javascript:alert(1)"),
        ("+49 30 1234", None, "💬 Questions? +49 30 1234"),
        ("", None, None),
    ],
)
def test_the_shop_can_be_reached_from_every_page(
    support: str, href: str | None, question: str | None
) -> None:
    shop = Shop(name="Lamp", support=support)
    for shown in (made(Words("en"), [FACTS], shop), page.wrong_link(Words("en"), shop)):
        assert (shown.frame.contact.href if shown.frame.contact else None) == href
        assert shown.frame.question == question


def test_the_expected_days_of_each_parcel_go_into_a_calendar_unless_they_are_past() -> None:
    def days(facts: Sequence[Localized]) -> list[tuple[str, str]]:
        found = page.expected(Words("en", "Europe/Berlin"), SHOP, facts, now=NOW)
        return [(str(each.first), str(each.last)) for each in found]

    assert days([Localized(order=estimated(3, 6))]) == [("2026-11-26", "2026-11-29")]
    assert days([FACTS]) == [("2026-11-27", "2026-11-27")]
    assert days([TWO]) == [("2026-11-27", "2026-11-27")]  # the second one has failed to be delivered
    for name in ("late", "delivered", "canceled", "unknown yet", "returning"):
        assert days(STATES[name]) == []
        assert made(Words("en"), STATES[name]).calendar is None


# ── weight ──────────────────────────────────────────────────────────────────────────────────────


BLIND = sorted((Path(__file__).parents[1] / "data" / "blind").glob("*.tsv"))
CARRIERS = [
    text
    for path in BLIND
    for text in (line.split("\t")[3] for line in path.read_text(encoding="utf-8").splitlines())
    if len(text) > 8
]
"""What carriers write in some thirty languages, all mixed: harder to compress than any one timeline."""


LONG = [(60, 1), (1000, 1), (40, 6), (60, 20), (2, 60)]


@functools.cache
def long(entries: int, parcels: int) -> list[Localized]:
    """An order whose parcels each have so many different entries, with all that a parcel can have."""
    found, seq = [], 0
    for index in range(1, parcels + 1):
        nodes = []
        for place in range(entries):
            seq += 1
            text = f"{CARRIERS[seq * 7919 % len(CARRIERS)]} {seq}"
            nodes.append(node(seq, place * 7 + index, Stage.LOCAL_TRANSIT, text, parcel=index))
        estimate = Estimate(first=NOW + 3 * DAY, last=NOW + 6 * DAY, at=NOW)
        found.append(
            replace(PARCEL, index=index, number=f"LP{index:015}CN", nodes=tuple(nodes), estimate=estimate)
        )
    order: Order = replace(ORDER, parcels=tuple(found), shop_order="#1001")
    return [Localized(order=order, typical=timedelta(days=3))]


@pytest.mark.parametrize("language", SPOKEN)
def test_the_page_weighs_at_most_14_kb_however_long_it_is(language: str) -> None:
    words, layout = Words(language, "Europe/Berlin"), PageLayout(SHOP)
    for entries, parcels in LONG:
        content = layout.render(made(words, long(entries, parcels)))
        assert len(content.packed) <= 14_000, (entries, parcels)


def test_all_entries_of_a_long_timeline_can_be_reached() -> None:
    facts = long(700, 2)
    overview = made(Words("en"), facts)
    seen: list[str] = []
    for section in overview.sections:
        (link,) = section.more
        assert plain(link.text) == "Show all 700 entries"
        href: str | None = link.href
        while href is not None:
            part = {name: int(value) for name, value in re.findall(r"(parcel|page)=(\d+)", href)}
            (shown,) = made(Words("en"), facts, part=page.Part(**part)).sections
            seen += [clean(entry.text) for day in shown.days for entry in day.entries]
            href = next((one.href for one in shown.more if "Older" in one.text), None)
    nodes = [each for parcel in facts[0].order.parcels for each in parcel.nodes]
    assert seen == [clean(wording.node_text(Words("en"), facts[0], each)) for each in nodes]


def test_all_of_very_many_parcels_can_be_reached() -> None:
    facts = long(1, 45)
    titles = [
        plain(section.title or "")
        for turn in range(3)
        for section in made(Words("en"), facts, part=page.Part(page=turn)).sections
    ]
    assert titles == [f"Parcel {place} of 45" for place in range(1, 46)]


@pytest.mark.parametrize("part", [page.Part(parcel=99), page.Part(page=99), page.Part(parcel=1, page=9999)])
def test_a_part_that_does_not_exist_shows_the_nearest(part: page.Part) -> None:
    assert made(Words("en"), [TWO], part=part).sections


# ── strangers' words ────────────────────────────────────────────────────────────────────────────

EVIL = "<script>alert(1)</script>\"'&<b>{order}"


def test_no_text_becomes_markup() -> None:
    nodes = tuple(replace(each, description=EVIL, name=EVIL) for each in PARCEL.nodes)
    parcel: Parcel = replace(PARCEL, number=EVIL, carrier=EVIL, nodes=nodes, items=())
    facts = [Localized(order=replace(ORDER, parcels=(parcel,), shop_order=EVIL, name=EVIL))]
    for shop in (SHOP, Shop(name=EVIL, support=EVIL)):
        content = gzip.decompress(PageLayout(shop).render(made(Words("en"), facts, shop)).packed).decode()
        assert "<script" not in content
        assert "alert(1)</" not in content
        assert content.count("<b>") == content.count("</b>")
