"""Time zones as people name them: cities, countries, abbreviations, offsets, in many languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import bot.zones
from bot.zones import find_zone, fold, zones
from tests.make import there

MEANT = {
    "Europe/Berlin": "Munich, München, muenchen, Мюнхен, ميونخ, ミュンヘン, 慕尼黑, Köln, Germany, CET",
    "Asia/Kolkata": "Mumbai, Bombay, मुंबई, बेंगलुरु, India, IST, UTC+5:30, +0530, GMT+5.5",
    "America/Sao_Paulo": "São Paulo, sao paulo, Сан-Паулу, Rio, Brasil, Бразилия",
    "Europe/Paris": "Lyon, Лион, リヨン, Paris, Marseille",
    "Asia/Shanghai": "Shenzhen, 深圳, 深圳市, 北京, Пекин, China",
    "Europe/Warsaw": "Kraków, Krakow, Краків, Łódź, Lodz",
    "America/Los_Angeles": "San Francisco, SF, Los Angeles, LA, PST, Portland",
    "America/New_York": "NYC, New York City, Нью-Йорк, 뉴욕, EST, Washington, Boston",
    "Europe/Moscow": "Москва, г. Казань, Санкт-Петербург, MSK, МСК",
    "Asia/Yekaterinburg": "Екатеринбург, Челябинск",
    "Europe/Kyiv": "Київ, Kiev, Львів",
    "Asia/Riyadh": "جدة, الرياض, Saudi Arabia",
    "Asia/Jerusalem": "תל אביב, באר שבע",
    "Asia/Tokyo": "大阪, 大阪市, Japan, JST",
    "Asia/Seoul": "부산, 부산시, 안양시",
    "Asia/Taipei": "高雄, 桃園",
    "Asia/Bangkok": "เชียงใหม่, นนทบุรี",
    "Asia/Ho_Chi_Minh": "Hà Nội, Sài Gòn, Đà Nẵng",
    "Asia/Makassar": "Bali, Denpasar",
    "Europe/London": "London, UK, England, Birmingham, Reading",
    "UTC": "utc, GMT, Z, GMT+0, UTC±0",
}
NARROWED = {
    "Paris, Texas": "America/Chicago",
    "paris tx": "America/Chicago",
    "Portland, ME": "America/New_York",
    "London, Ontario": "America/Toronto",
    "Valencia, España": "Europe/Madrid",
    "Birmingham (Alabama)": "America/Chicago",
    "Springfield, Illinois, USA": "America/Chicago",
    "Kleinkleckersdorf, Deutschland": "Europe/Berlin",
    "Munich, Upper Bavaria": "Europe/Berlin",
    "Milano, MI": "Europe/Rome",
    "Rome, Georgia": "America/New_York",
}


@pytest.mark.parametrize(("zone", "texts"), MEANT.items())
def test_a_place_is_understood_as_people_write_it(zone: str, texts: str) -> None:
    assert {text: find_zone(text) for text in texts.split(", ")} == dict.fromkeys(texts.split(", "), zone)


@pytest.mark.parametrize(("text", "zone"), NARROWED.items())
def test_a_region_tells_which_of_the_cities(text: str, zone: str) -> None:
    assert find_zone(text) == zone


@pytest.mark.parametrize("base", ["UTC", "GMT ", "gmt", ""])
@pytest.mark.parametrize("hours", range(-12, 15))
def test_an_offset_has_the_sign_that_people_mean(base: str, hours: int) -> None:
    for text in (f"{base}{hours:+}", f"{base}{hours:+03}:00", f"{base}{hours:+03}00".replace("-", "−")):
        found = there(find_zone(text))
        assert datetime(2026, 7, 1, tzinfo=ZoneInfo(found)).utcoffset() == timedelta(hours=hours)


def test_offsets_that_places_have_are_known_to_the_quarter_of_an_hour() -> None:
    winter = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    named = {at.astimezone(ZoneInfo(zone)).strftime("%z") for zone in zones() for at in winter}
    whole = {text for text in named if "+1400" >= text >= "+0000" or text <= "-1200"}
    summer_only = {"-0230", "+1100", "+1345"}  # of Newfoundland, Lord Howe and Chatham
    for text in sorted(whole - summer_only):
        found = find_zone(text)
        assert found is not None, text
        assert text in {at.astimezone(ZoneInfo(found)).strftime("%z") for at in winter}


def test_moscow_s_clock_is_counted_from() -> None:
    assert find_zone("МСК+4") == "Etc/GMT-7"
    assert find_zone("MSK-1") == "Etc/GMT-2"


@pytest.mark.parametrize("name", ["Europe/Berlin", "america/new york", "Etc/GMT+3", "US/Eastern", "EST5EDT"])
def test_a_name_of_the_database_means_itself(name: str) -> None:
    found = there(find_zone(name))
    assert found.casefold() == name.replace(" ", "_").casefold()


@pytest.mark.parametrize(
    "text",
    ["", "  ", "Nowhere", "USA", "Россия", "Australia", "Europe", "+15", "-13", "UTC+25", "5", "12:30", ",",
     "|", "(,", "Bush, United States", "Waycross, Georgia", "x" * 9999, "no", "-"],
)  # fmt: skip
def test_what_names_no_zone_or_several_is_none(text: str) -> None:
    assert find_zone(text) is None


def test_the_file_names_zones_and_folded_names_only() -> None:
    lines = (Path(bot.zones.__file__).parent / "places.txt").read_text(encoding="utf-8").splitlines()
    assert sum(line.startswith("#") for line in lines) == 3
    used = set()
    for line in lines[3:]:
        where, *names, end = line.split("|")
        used.update(where.split(","))
        assert names
        assert not end
    assert used - {"-", ""} <= zones()
    assert fold("Łódź (Polska)") == "lodzpolska"
