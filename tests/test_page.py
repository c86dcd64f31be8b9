"""The tracking page over real HTTP on loopback, with the real store behind it."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import httpx
import icalendar
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from bot.errors import StoreError
from bot.i18n import LANGUAGES
from bot.ids import claim_token, link_token
from bot.metrics import Metrics
from bot.model import BookEntry, Estimate, Picture, Shop
from bot.tracking import Policy, Visit
from bot.views import page as views
from bot.web import page
from bot.web.page import PageParts, calendar_file, page_routes
from bot.web.routes import Endpoints, create_web_app
from bot.web.server import HttpServer
from bot.web.visitors import WrongLinks
from tests import make
from tests.make import there
from tests.parts import Engine

SECRET = "a-secret-of-your-own"
SIGNED = link_token(make.ORDER, SECRET)
SVG = Picture(media_type="image/svg+xml", content=b"<svg onload='alert(1)'/>")


@dataclass
class Door:
    """The page's routes before an engine, and what can be changed about them."""

    engine: Engine
    shop: Shop = field(default_factory=lambda: Shop(name="Lamp & Light", support="@lamp_help", logo=SVG))
    trouble: Exception | None = None
    hold: asyncio.Event | None = None
    answers: Counter[str] = field(default_factory=Counter)
    asked: list[str] = field(default_factory=list)  # the revisions that were known

    async def visit(self, token: str, language: str, known: str) -> Visit | None:
        if self.hold is not None:
            await self.hold.wait()
        if self.trouble is not None:
            raise self.trouble
        self.asked.append(known)
        return await self.engine.tracking.visiting.visit(token, language, known)

    async def claim(self) -> str:
        entry = BookEntry(order_id=make.ORDER, shop_order="#1001")
        return (await self.engine.tracking.booking.claim_tokens([entry]))[make.ORDER]

    def parts(self) -> PageParts:
        return PageParts(
            visit=self.visit,
            shop=lambda _language: self.shop,
            username=lambda: "lamp_bot",
            count=lambda answer: self.answers.update([answer]),
            now=self.engine.clock.now,
            public_url="https://parcels.example.com",
            language="en",
            zone="Europe/Berlin",
        )


async def _nothing() -> dict[str, str]:
    return {}


async def _metrics() -> bytes:
    return Metrics().expose()


@pytest.fixture
async def door(engine: Engine) -> AsyncIterator[Door]:
    made = Door(Engine(engine.store, policy=Policy(link_secret=SECRET)))
    await made.engine.follow()
    yield made
    await asyncio.gather(*made.engine.tracking.visiting._tasks.values(), return_exceptions=True)


@pytest.fixture
async def http(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    app = create_web_app(
        Endpoints(ready=_nothing, metrics=_metrics), page_routes(replace(door.parts(), most_visits=66))
    )
    server = HttpServer(app, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{await server.open()}"
    async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
        yield client
    await server.close()


async def test_a_claim_link_s_page_tells_where_the_parcel_is(door: Door, http: httpx.AsyncClient) -> None:
    token = await door.claim()
    answer = await http.get(f"/t/{token}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Order #1001" in answer.text
    assert "Package left sorting center of origin." in answer.text
    assert f"https://t.me/lamp_bot?start={token}" in answer.text
    assert make.ORDER not in answer.text
    assert '<img src="logo"' in answer.text
    signed = await http.get(f"/t/{SIGNED}")
    assert signed.status_code == 200
    assert door.answers == {"shown": 2}


async def test_nothing_of_it_is_shared_framed_indexed_or_run(door: Door, http: httpx.AsyncClient) -> None:
    answer = await http.get(f"/t/{SIGNED}")
    headers = answer.headers
    assert headers["cache-control"] == "private, no-cache"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert "noindex" in headers["x-robots-tag"]
    assert '<meta name="robots" content="noindex' in answer.text
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy["style-src"] == f"'sha256-{digest}'"
    assert "script" not in answer.text
    assert " style=" not in answer.text
    assert not re.search(r"\bon[a-z]+=", answer.text)
    assert "set-cookie" not in headers


async def test_it_is_compressed_for_who_can_read_that(http: httpx.AsyncClient) -> None:
    for encoding, packed in (("gzip", True), ("identity", False)):
        async with http.stream("GET", f"/t/{SIGNED}", headers={"Accept-Encoding": encoding}) as answer:
            raw = b"".join([part async for part in answer.aiter_raw()])
        assert (answer.headers.get("content-encoding") == "gzip") is packed
        assert b"<!doctype html>" in (gzip.decompress(raw) if packed else raw)
        assert "Accept-Encoding" in answer.headers["vary"]
        assert "Accept-Language" in answer.headers["vary"]


async def test_a_page_is_laid_out_anew_only_when_something_changed(
    door: Door, http: httpx.AsyncClient
) -> None:
    async def get(**headers: str) -> httpx.Response:
        await asyncio.gather(*door.engine.tracking.visiting._tasks.values())
        return await http.get(f"/t/{SIGNED}?lang=de", headers=headers)

    await get()  # finds no German texts, and has them fetched
    first = await get()
    again = await get()
    assert len(set(door.asked)) == len(door.asked) == 3
    assert again.text == first.text
    assert "de: Package left" in again.text
    unchanged = await get(**{"If-None-Match": f'"x", {first.headers["etag"]}'})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert (await get(**{"If-None-Match": '"x"'})).status_code == 200
    door.engine.source.add(make.ORDER, "Out for delivery")
    await door.engine.look()
    fresh = await get(**{"If-None-Match": first.headers["etag"]})
    assert fresh.status_code == 200
    assert "Out for delivery" in fresh.text


async def test_two_hundred_visitors_at_once_all_get_their_page(door: Door) -> None:
    tokens = [SIGNED, await door.claim(), claim_token(bytes(16))]
    app = Starlette(routes=page_routes(door.parts()))

    async def visit(number: int) -> int:
        transport = httpx.ASGITransport(app, client=(f"203.0.113.{number}", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            return (await client.get(f"/t/{tokens[number % 3]}")).status_code

    statuses = await asyncio.gather(*(visit(number) for number in range(200)))
    assert Counter(statuses) == {200: 134, 404: 66}


async def test_few_pages_are_kept(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = [str(int(make.ORDER) + place) for place in range(6)]
    await door.engine.follow(*orders)
    monkeypatch.setattr(page, "_KEPT", 10_000)  # bytes; each page has some 4,000
    pages = page._Pages(door.parts())
    app = Starlette(routes=[Route("/t/{token}", pages.page)])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        for order in orders:
            assert (await client.get(f"/t/{link_token(order, SECRET)}")).status_code == 200
    assert 0 < len(pages._kept) < 4
    assert pages._size == sum(len(one.content.packed) for one in pages._kept.values()) <= 10_000


async def test_head_tells_the_same_without_a_body(http: httpx.AsyncClient) -> None:
    for path in (f"/t/{SIGNED}", "/t/logo", "/t/wrong"):
        head, get = await http.head(path), await http.get(path)
        assert (head.status_code, head.content) == (get.status_code, b"")
        for name in ("content-length", "content-type", "content-security-policy"):
            assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_it_is_only_read(method: str, http: httpx.AsyncClient) -> None:
    assert (await http.request(method, f"/t/{SIGNED}")).status_code == 405


async def test_the_browser_s_language_is_spoken_unless_another_was_chosen(http: httpx.AsyncClient) -> None:
    german = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.1"}
    said = await http.get(f"/t/{SIGNED}", headers=german)
    assert (said.headers["content-language"], '<html lang="de" dir="ltr">' in said.text) == ("de", True)
    chosen = await http.get(f"/t/{SIGNED}?lang=ar", headers=german)
    assert '<html lang="ar" dir="rtl">' in chosen.text
    unknown = await http.get(f"/t/{SIGNED}?lang=<script>", headers={"Accept-Language": "xx"})
    assert '<html lang="en" dir="ltr">' in unknown.text
    for code in set(LANGUAGES) - {"en"}:
        assert f'href="?lang={code.replace("_", "-")}"' in unknown.text
    for code in ("pt-BR", "pt_PT", "zh-Hant"):
        said = await http.get(f"/t/{SIGNED}?lang={code}")
        assert said.headers["content-language"] == code.replace("_", "-")


# ── wrong links ─────────────────────────────────────────────────────────────────────────────────

WRONG = [
    "x",
    claim_token(bytes(16)),
    link_token(make.ORDER, "another-secret-of-a-shop"),
    "%00",
    "ℵℵ",
    "a" * 500,
]


@pytest.mark.parametrize("token", WRONG)
async def test_a_wrong_link_says_so_in_the_reader_s_language(
    token: str, door: Door, http: httpx.AsyncClient
) -> None:
    answer = await http.get(f"/t/{token}", headers={"Accept-Language": "de"})
    assert answer.status_code == 404
    assert '<html lang="de"' in answer.text
    assert "https://t.me/lamp_help" in answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    assert token not in answer.text or token == "x"
    assert door.answers == {"unknown": 1}


async def test_wrong_links_take_as_long_as_right_ones(http: httpx.AsyncClient) -> None:
    async def seconds(token: str) -> float:
        began = time.perf_counter()
        await http.get(f"/t/{token}")
        return time.perf_counter() - began

    await seconds(SIGNED)
    right = [await seconds(SIGNED) for _ in range(7)]
    wrong = [await seconds(claim_token(bytes([place] * 16))) for place in range(7)]
    assert min(wrong) >= 0.025
    assert min(right) >= 0.025


async def test_who_sends_too_many_wrong_links_waits_and_customers_beside_them_do_not(
    door: Door, http: httpx.AsyncClient
) -> None:
    def of(address: str) -> dict[str, str]:
        return {"X-Forwarded-For": f"203.0.113.9, {address}"}

    tokens = [claim_token(bytes([place] * 16)) for place in range(35)]
    told = await asyncio.gather(
        *(http.get(f"/t/{token}", headers=of("198.51.100.1")) for token in tokens[:16]),
    )
    for token in tokens[16:]:
        told.append(await http.get(f"/t/{token}", headers=of("198.51.100.1")))
    assert Counter(answer.status_code for answer in told) == {404: 30, 429: 5}
    assert told[-1].headers["retry-after"] == "600"
    assert (await http.get(f"/t/{tokens[0]}", headers=of("198.51.100.2"))).status_code == 404
    assert (await http.get(f"/t/{SIGNED}", headers=of("198.51.100.1"))).status_code == 200
    assert door.answers == {"unknown": 31, "limited": 5, "shown": 1}


def test_wrong_links_are_forgotten_in_time_and_by_number() -> None:
    wrong = WrongLinks(most=2, within=10, remembered=3)
    assert [wrong.count("a", now) for now in (0, 1, 2, 9.9)] == [False, False, True, True]
    assert not wrong.count("a", 10)
    for address in "bcd":
        wrong.count(address, 11)
    assert len(wrong._counted) == 3
    assert not wrong.count("a", 12)


# ── trouble ─────────────────────────────────────────────────────────────────────────────────────


async def test_while_nothing_can_be_read_the_page_says_so(door: Door, http: httpx.AsyncClient) -> None:
    door.trouble = StoreError("database is locked")
    answer = await http.get(f"/t/{SIGNED}", headers={"Accept-Language": "fr"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert '<html lang="fr"' in answer.text
    assert "locked" not in answer.text


async def test_a_crowd_of_visitors_fills_the_page_s_places_and_no_others(
    door: Door, http: httpx.AsyncClient
) -> None:
    door.hold = asyncio.Event()
    crowd = [asyncio.create_task(http.get(f"/t/{SIGNED}")) for _ in range(70)]
    while door.answers["busy"] < 4:
        await asyncio.sleep(0.005)
    assert (await http.get("/ready")).status_code == 200
    door.hold.set()
    statuses = Counter(answer.status_code for answer in await asyncio.gather(*crowd))
    assert statuses == {200: 66, 429: 4}


# ── logo and calendar ───────────────────────────────────────────────────────────────────────────


async def test_the_logo_comes_with_its_type_and_cannot_run(door: Door, http: httpx.AsyncClient) -> None:
    answer = await http.get("/t/logo")
    assert (answer.content, answer.headers["content-type"]) == (SVG.content, "image/svg+xml")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    door.shop = Shop()
    assert (await http.get("/t/logo")).status_code == 404


async def _expect(door: Door) -> None:
    """The order's parcel is estimated to come from Nov 23 to 25."""
    first, last = (datetime(2026, 11, day, 12, tzinfo=UTC) for day in (23, 25))
    async with door.engine.store.write() as tx:
        order = there(await tx.orders.get(make.ORDER))
        estimate = Estimate(first=first, last=last, at=door.engine.clock.now())
        parcels = tuple(replace(one, estimate=estimate) for one in order.parcels)
        await tx.orders.save_estimates([replace(order, parcels=parcels)])


async def test_the_expected_days_go_into_a_calendar(door: Door, http: httpx.AsyncClient) -> None:
    assert (await http.get(f"/t/{SIGNED}.ics")).status_code == 404  # there are none yet
    await _expect(door)
    assert f'href="{SIGNED}.ics?lang=de"' in (await http.get(f"/t/{SIGNED}?lang=de")).text
    answer = await http.get(f"/t/{SIGNED}.ics?lang=de")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    (event,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["SUMMARY"] == "📦 Paket von Lamp & Light"
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (date(2026, 11, 23), date(2026, 11, 26))
    assert event["URL"] == f"https://parcels.example.com/t/{SIGNED}"
    again = await http.get(f"/t/{SIGNED}.ics?lang=de")
    assert icalendar.Calendar.from_ical(again.content).walk("VEVENT")[0]["UID"] == event["UID"]


def test_a_calendar_file_is_folded_and_quoted_as_rfc_5545_wants() -> None:
    text = "Inside: lamp; cable, 2 m\\cut\n" + "配送中の荷物です " * 30
    days = [
        views.Expected(
            key=f"1/{place}", first=date(2026, 12, 31), last=date(2026, 12, 31), title=text, text=text
        )
        for place in range(2)
    ]
    content = calendar_file(days, now=make.NOW, url="https://parcels.example.com/t/x")
    assert content.endswith(b"END:VCALENDAR\r\n")
    lines = content.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert all(b"\n" not in line for line in lines)
    unfolded = content.replace(b"\r\n ", b"").decode()
    assert r"DESCRIPTION:Inside: lamp\; cable\, 2 m\\cut\n" in unfolded
    assert "DTSTART;VALUE=DATE:20261231\r\nDTEND;VALUE=DATE:20270101" in unfolded
    assert len(set(re.findall(r"UID:(.*)\r", unfolded))) == 2
    assert "DTSTAMP:20261120T120000Z" in unfolded
