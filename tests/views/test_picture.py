"""The picture of a journey: drawn in every script, mirrored where reading begins on the right."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from bot.i18n import LANGUAGES, Words
from bot.model import Localised, Stage
from bot.views import canvas, fonts, picture
from tests.views.scenes import FACTS, NEW, NOW, ORDER, PARCEL, TWO, node

INSTALLED = all(fonts.find(name) for name in ("NotoSans-Regular.ttf", "NotoSansCJK-Regular.ttc"))
needs_fonts = pytest.mark.skipif(not INSTALLED, reason="NOT RUN: the Noto fonts are missing")
BLUE, GREEN, RAIL = (0x2F, 0x80, 0xED), (0x27, 0xA3, 0x5A), (0xDD, 0xE3, 0xE8)


def drawn(language: str, facts: Localised = FACTS) -> Image.Image:
    png = picture.journey(Words(language, "Europe/Berlin"), facts, now=NOW, shop="Lamp & Light")
    assert png is not None
    return Image.open(io.BytesIO(png)).convert("RGB")


def colours_along_the_bar(image: Image.Image) -> list[object]:
    """The five stops' colours from left to right, at the rim, beside the white middle of the present one."""
    gap = (canvas.WIDTH - 2 * canvas.MARGIN - 120) / 4
    return [image.getpixel((round(canvas.MARGIN + 60 + gap * place), 330 - 13)) for place in range(5)]


@needs_fonts
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_can_be_drawn(language: str) -> None:
    image = drawn(language)
    assert image.width == canvas.WIDTH
    assert len(image.getcolors(1 << 20) or []) > 20  # letters have soft edges: something was written


@needs_fonts
def test_the_bar_is_filled_as_far_as_the_journey_went_from_where_reading_begins() -> None:
    assert colours_along_the_bar(drawn("en")) == [BLUE, BLUE, BLUE, BLUE, RAIL]
    assert colours_along_the_bar(drawn("ar")) == [RAIL, BLUE, BLUE, BLUE, BLUE]


@needs_fonts
def test_a_delivered_parcel_is_green_to_the_end() -> None:
    parcel = replace(PARCEL, stage=Stage.DELIVERED, nodes=(node(9, 1, Stage.DELIVERED, "x"), *PARCEL.nodes))
    arrived = Localised(order=replace(ORDER, stage=Stage.DELIVERED, parcels=(parcel,)))
    assert colours_along_the_bar(drawn("de", arrived)) == [GREEN] * 5


@needs_fonts
def test_customs_announced_beforehand_leave_no_date() -> None:
    early = node(9, 150, Stage.IMPORT_CUSTOMS, "announced")
    at_origin = replace(PARCEL, stage=Stage.IMPORT_CUSTOMS, nodes=(*PARCEL.nodes[3:], early))
    assert picture._days(at_origin).keys() == {2}


@needs_fonts
def test_parcels_stand_below_each_other() -> None:
    assert drawn("ru", TWO).height > drawn("ru").height


@needs_fonts
def test_the_picture_shows_nothing_personal() -> None:
    named = replace(ORDER, id="9999999999999999", parcels=(replace(PARCEL, number="SECRET", carrier="X"),))
    assert drawn("en", Localised(order=named)).tobytes() == drawn("en").tobytes()


def test_nothing_is_drawn_before_there_is_a_parcel() -> None:
    assert picture.journey(Words("en"), Localised(order=NEW), now=NOW) is None


def test_without_fonts_nothing_is_drawn(tmp_path: Path) -> None:
    assert picture.journey(Words("en"), FACTS, now=NOW, folders=(tmp_path,)) is None
