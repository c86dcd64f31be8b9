"""The picture of a journey: drawn in every script, mirrored where reading begins on the right."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.i18n import LANGUAGES, Words
from bot.model import Follow, Item, Localized, Reason, Stage
from bot.views import canvas, fonts, picture
from tests.make import there
from tests.views.scenes import DAY, FACTS, FOLLOW, NEW, NOW, ORDER, PARCEL, TWO, UNNAMED, node

INSTALLED = all(fonts.find(name) for name in ("NotoSans-Regular.ttf", "NotoSansCJK-Regular.ttc"))
needs_fonts = pytest.mark.skipif(not INSTALLED, reason="NOT RUN: the Noto fonts are missing")
BLUE, GREEN, AMBER = (0x2F, 0x80, 0xED), (0x27, 0xA3, 0x5A), (0xE0, 0x8A, 0x00)
RAIL, WHITE = (0xDD, 0xE3, 0xE8), (255, 255, 255)
GAP = (canvas.WIDTH - 2 * canvas.MARGIN - 120) / 4
STOPS = [round(canvas.MARGIN + 60 + GAP * place) for place in range(5)]
LONG = (
    "Wireless Bluetooth 5.3 earbuds, noise cancelling, 40 hours, waterproof IPX7, charging case with display"
)


def drawn(language: str, facts: Localized = FACTS, follow: Follow | None = UNNAMED) -> Image.Image:
    png = there(
        picture.journey(Words(language, "Europe/Berlin"), facts, follow, now=NOW, shop="Lamp & Light")
    )
    return Image.open(io.BytesIO(png)).convert("RGB")


def in_state(stage: Stage, reason: Reason = Reason.NONE, **facts: Any) -> Localized:
    nodes = (node(9, 1, stage, "x"), *PARCEL.nodes)
    parcel = replace(PARCEL, stage=stage, reason=reason, nodes=nodes, **facts)
    return Localized(order=replace(ORDER, stage=stage, reason=reason, parcels=(parcel,)))


def titled(title: str) -> Localized:
    return Localized(order=replace(ORDER, parcels=(replace(PARCEL, items=(Item(id="1", title=title),)),)))


def head_of(image: Image.Image) -> int:
    """Where the colored head ends."""
    return next(y for y in range(image.height) if image.getpixel((2, y)) == WHITE)


def bar_of(image: Image.Image) -> int:
    """The height of the line through the stops."""
    between = round((STOPS[0] + STOPS[1]) / 2), round((STOPS[3] + STOPS[4]) / 2)
    colours = {BLUE, GREEN, RAIL}
    rows = range(head_of(image), image.height)
    return next(y for y in rows if {image.getpixel((x, y)) for x in between} <= colours) + 5


def along_the_bar(image: Image.Image) -> list[object]:
    """The five stops' colours from left to right, beside the white middle of the present one."""
    return [image.getpixel((x, bar_of(image) - 13)) for x in STOPS]


def colours_between(image: Image.Image, top: int, bottom: int) -> set[object]:
    return {colour for _, colour in image.crop((0, top, image.width, bottom)).getcolors(1 << 20) or []}


@needs_fonts
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_can_be_drawn_and_nothing_runs_over_the_edge(language: str) -> None:
    image = drawn(language, titled(LONG))
    assert image.width == canvas.WIDTH
    assert len(image.getcolors(1 << 20) or []) > 20  # letters have soft edges: something was written
    for left in (0, canvas.WIDTH - 40):
        edge = image.crop((left, head_of(image), left + 40, image.height))
        assert edge.getcolors() == [(40 * edge.height, WHITE)]


@needs_fonts
def test_the_bar_is_filled_as_far_as_the_journey_went_from_where_reading_begins() -> None:
    assert along_the_bar(drawn("en")) == [BLUE, BLUE, BLUE, BLUE, RAIL]
    assert along_the_bar(drawn("ar")) == [RAIL, BLUE, BLUE, BLUE, BLUE]


@needs_fonts
def test_a_delivered_parcel_is_green_to_the_end() -> None:
    assert along_the_bar(drawn("de", in_state(Stage.DELIVERED))) == [GREEN] * 5


@needs_fonts
@pytest.mark.parametrize("stage", [Stage.FAILED_ATTEMPT, Stage.EXCEPTION, Stage.DUTIES_DUE])
def test_trouble_colors_the_last_stop_only(stage: Stage) -> None:
    assert along_the_bar(drawn("en", in_state(stage))) == [BLUE, BLUE, BLUE, AMBER, RAIL]


@needs_fonts
@pytest.mark.parametrize("language", ["en", "he"])
def test_a_returning_parcel_shows_its_way_back(language: str) -> None:
    for stage, first in ((Stage.RETURNING, BLUE), (Stage.RETURNED, AMBER)):
        image = drawn(language, in_state(stage))
        stops = along_the_bar(image) if language == "en" else along_the_bar(image)[::-1]
        assert stops == [first, BLUE, BLUE, BLUE, RAIL]
        assert AMBER in colours_between(image, head_of(image), bar_of(image) - 30)
    image = drawn(language, in_state(Stage.FAILED_ATTEMPT))
    assert AMBER not in colours_between(image, head_of(image), bar_of(image) - 30)


@needs_fonts
def test_a_cancelled_shipment_shows_no_way_and_no_date() -> None:
    image = drawn("en", in_state(Stage.CANCELLED))
    assert not {BLUE, GREEN, AMBER} & colours_between(image, head_of(image), image.height)
    dated = in_state(Stage.CANCELLED, stage_since=NOW - 3 * DAY)
    assert drawn("en", dated).tobytes() == image.tobytes()


@needs_fonts
def test_the_head_has_room_for_a_date_where_one_is_known() -> None:
    dateless = head_of(drawn("en", in_state(Stage.LOCAL_TRANSIT, eta=None)))
    assert head_of(drawn("en", in_state(Stage.LOCAL_TRANSIT))) > dateless + 150
    assert head_of(drawn("en", in_state(Stage.READY_FOR_PICKUP))) == dateless
    late = in_state(Stage.LOCAL_TRANSIT, eta=NOW - DAY)
    assert drawn("en", late).tobytes() != drawn("en", in_state(Stage.LOCAL_TRANSIT)).tobytes()


@needs_fonts
def test_the_title_is_the_readers_name_else_the_article_and_the_day_is_told() -> None:
    assert picture._title(Words("en"), ORDER, FOLLOW) == "Blue lamp"
    assert picture._title(Words("en"), ORDER, UNNAMED) == "Blue desk lamp"
    assert picture._title(Words("en"), in_state(Stage.LOCAL_TRANSIT, items=()).order, UNNAMED) == ""
    later = picture.journey(Words("en", "Europe/Berlin"), FACTS, UNNAMED, now=NOW + DAY)
    assert later != picture.journey(Words("en", "Europe/Berlin"), FACTS, UNNAMED, now=NOW)


@needs_fonts
@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("🎁 Gift for Änne 🎉", "Gift for Änne"),
        ("বাংলা উপহার", ""),
        ("سماعات USB-C", "سماعات USB-C"),
        ("耳机 LED", "耳机 LED"),
        ("หูฟังบลูทูธ", "หูฟังบลูทูธ"),
        ("माँ का", "माँ का"),
    ],
)
def test_what_no_font_can_draw_is_left_out(text: str, kept: str) -> None:
    for language in ("en", "ar", "ja"):
        assert fonts.writable(Words(language), text, fonts.FOLDERS) == kept


@needs_fonts
@pytest.mark.parametrize("title", [LONG * 2, "W" * 90, "无线蓝牙耳机降噪超长待机" * 8, "🎁"])
def test_any_title_fits_in_two_lines(title: str) -> None:
    two_lines = head_of(drawn("en", titled(LONG)))
    assert head_of(drawn("en", titled(title))) <= two_lines + 30


@needs_fonts
def test_customs_announced_beforehand_leave_no_date() -> None:
    early = node(9, 150, Stage.IMPORT_CUSTOMS, "announced")
    at_origin = replace(PARCEL, stage=Stage.IMPORT_CUSTOMS, nodes=(*PARCEL.nodes[3:], early))
    assert picture._days(at_origin).keys() == {2}


@needs_fonts
def test_parcels_stand_below_each_other() -> None:
    assert (
        drawn("ru", TWO).height - head_of(drawn("ru", TWO)) > drawn("ru").height - head_of(drawn("ru")) + 200
    )


@needs_fonts
def test_the_picture_shows_nothing_personal() -> None:
    named = replace(ORDER, id="9999999999999999", parcels=(replace(PARCEL, number="SECRET", carrier="X"),))
    assert drawn("en", Localized(order=named)).tobytes() == drawn("en").tobytes()
    nameless = in_state(Stage.LOCAL_TRANSIT, items=())
    other = Localized(order=replace(nameless.order, id="9999999999999999"))
    assert drawn("en", other).tobytes() == drawn("en", nameless).tobytes()


def test_nothing_is_drawn_before_there_is_a_parcel() -> None:
    assert picture.journey(Words("en"), Localized(order=NEW), now=NOW) is None


def test_without_fonts_nothing_is_drawn(tmp_path: Path) -> None:
    assert picture.journey(Words("en"), FACTS, now=NOW, folders=(tmp_path,)) is None
