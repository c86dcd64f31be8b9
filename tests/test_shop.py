"""SHOP_FILE: the shop's texts and switches, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.checks import machine
from bot.errors import SettingsError
from bot.model import BoardSettings, Picture, Shop
from bot.settings import Settings
from bot.shop import load_shop


def shop_file(folder: Path, text: str) -> str:
    path = folder / "shop.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_texts_differ_by_language_and_switches_hold_for_all(tmp_path: Path) -> None:
    text = 'name = "Kiosk"\nhelp = "We answer at once."\nbrand = true\n[de]\nhelp = "Wir antworten gleich."\n'
    load = load_shop(shop_file(tmp_path, text))
    assert load("en") == Shop(name="Kiosk", help="We answer at once.", brand=True)
    assert load("de") == Shop(name="Kiosk", help="Wir antworten gleich.", brand=True)
    assert load_shop("")("en") == Shop()


def test_the_boards_thresholds_hold_for_every_language(tmp_path: Path) -> None:
    load = load_shop(shop_file(tmp_path, "[board]\nstuck = 5\nring = true\n"))
    assert load("de").board == load("en").board == BoardSettings(stuck=5, ring=True)
    assert load_shop("")("en").board == BoardSettings()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('brand = "yes"', "brand must be true or false"),
        ("[de]\nbrand = true", "[de] brand is unknown"),
        ("nmae = 'Kiosk'", "nmae is unknown"),
        ("help = 5", "help must be text"),
        ("[board]\nstick = 4", "[board] stick is unknown"),
        ("[board]\nstuck = 0", "[board] stuck must be 1 to 90 days"),
        ("[board]\nstuck = true", "[board] stuck must be a whole number of days"),
        ("[board]\nwill_be_late = 100", "[board] will_be_late must be 50 to 99 percent"),
        ("[board]\nring = 1", "[board] ring must be true or false"),
        ("board = 3", "board must be a table"),
        ("color = 'red'", "color must be like"),
        ("[de]\ncolor = '#112233'", "[de] color is unknown"),
        ("logo = 5", "logo must be the path"),
        ("logo = 'none.png'", "cannot be read"),
        ("logo = '.'", "cannot be read"),
        ("logo = 'shop.toml'", "is none of PNG, JPEG, GIF, WebP, SVG"),
        ("logo = 'large.png'", "has more than 200 kB"),
        ("[xx]\nname = 'Kiosk'", "[xx]"),
    ],
)
def test_what_is_wrong_is_named(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "large.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200_000))
    with pytest.raises(SettingsError) as caught:
        load_shop(shop_file(tmp_path, text))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n...", "image/png"),
        ("named-wrong.png", b"\xff\xd8\xff\xe0...", "image/jpeg"),
        ("a.gif", b"GIF89a...", "image/gif"),
        ("a.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
        ("b.svg", b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- by a tool -->\n<svg>', "image/svg+xml"),
    ],
)
def test_the_logo_lies_beside_the_file_and_its_content_says_what_it_is(
    name: str, content: bytes, kind: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    shop = load_shop(shop_file(tmp_path, f"logo = '{name}'\ncolor = '#C0FFEE'"))("de")
    assert shop.logo == Picture(media_type=kind, content=content)
    assert shop.color == "#C0FFEE"


async def test_doctor_shows_what_customers_read_of_a_carrier(tmp_path: Path) -> None:
    async def looked(text: str) -> dict[str, str]:
        chosen = Settings.model_validate(
            {
                "telegram_bot_token": "700000001:token",
                "aliexpress_app_key": "key",
                "aliexpress_app_secret": "secret",
                "shop_file": shop_file(tmp_path, text),
            }
        )
        return {found.name: f"{found.verdict} {found.text}" for found in await machine.shop_file(chosen)}

    shown = (await looked("brand = true"))["brand"]
    assert "“AliExpress Selection Standard” becomes “Standard shipping”" in shown
    assert "AliExpress warehouse [Dongguan]” becomes “In transit in the country of origin”" in shown
    assert "does nothing alone" in (await looked("blur_origin = true"))["brand"]
    assert "brand" not in await looked('name = "Kiosk"')
