"""The tracking page at /t/TOKEN, its file for calendars, and the shop's logo.

It is made whole on the server: no script, no cookie, nothing from elsewhere. Compressing it is safe (BREACH):
nothing in it is echoed from a request, and whoever can request it has the token, its only secret, already.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from icalendar import Calendar, Event
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.errors import StoreError
from bot.i18n import Words, accepted_language, guess_language, guess_zone
from bot.ids import page_url
from bot.model import Shop
from bot.tracking import Visit
from bot.views import page as views
from bot.views.brand import branding
from bot.web.visitors import WrongLinks, client_address

_PLACES = 2  # visits answered at once: each takes some 5 ms of the loop that everything runs on
_REST = 0.5  # of the time that a visit took, its place rests: where the loop is busy, visits slow down first
_QUEUE = 64  # visits that wait for such a place
_AFTER = 0.025  # seconds after which every visit is answered, so that its time does not tell what was found
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_COLOR = "#1d5fd0"
_HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class PageParts:
    """What the page is made of.

    `visit` gets a token and a language; it returns None for a token that opens nothing, and raises StoreError
    where nothing can be read. `username` is the bot's, empty until it is known. `count` gets each answer's
    name, for the metrics.
    """

    visit: Callable[[str, str], Awaitable[Visit | None]]
    shop: Callable[[str], Shop]
    username: Callable[[], str]
    count: Callable[[str], None]
    now: Callable[[], datetime]
    public_url: str
    language: str
    zone: str


def page_routes(parts: PageParts) -> list[BaseRoute]:
    """The routes of the tracking page, with places of their own: no visitor delays anything else."""
    pages = _Pages(parts)
    compressed = [Middleware(GZipMiddleware, minimum_size=500, compresslevel=6)]
    return [
        Route("/t/logo", pages.logo),
        Route("/t/{token}.ics", pages.calendar),
        Route("/t/{token}", pages.page, middleware=compressed),
    ]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who asks: how to speak to them, and the shop as they know it."""

    words: Words
    shop: Shop


_Answer = Callable[[Request, _Reader, Visit], Response]


class _Pages:
    def __init__(self, parts: PageParts) -> None:
        self._parts = parts
        self._places = asyncio.Semaphore(_PLACES)
        self._visits = 0  # answered or waiting
        self._notices: dict[tuple[str, str], bytes] = {}  # by what they say and language
        self._wrong = WrongLinks()
        self._layout = Layout(parts.shop(parts.language))

    # ── answers ─────────────────────────────────────────────────────────────────────────────────

    async def page(self, request: Request) -> Response:
        """The page, or one that says why there is none."""
        return await self._evenly(request, self._page)

    async def calendar(self, request: Request) -> Response:
        """The expected days as a file; like a wrong link where there are none."""
        return await self._evenly(request, self._calendar)

    async def logo(self, _request: Request) -> Response:
        """The shop's logo."""
        logo = self._parts.shop(self._parts.language).logo
        if logo is None:
            return Response(status_code=404)
        policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"  # an SVG can be opened by itself
        headers = _HEADERS | {"Cache-Control": "public, max-age=3600", "Content-Security-Policy": policy}
        return Response(logo.content, media_type=logo.media_type, headers=headers)

    async def _evenly(self, request: Request, answer: _Answer) -> Response:
        clock = asyncio.get_running_loop()
        started = clock.time()
        response = await self._answer(request, answer)
        await asyncio.sleep(started + _AFTER - clock.time())  # one that is past does not wait
        return response

    async def _answer(self, request: Request, answer: _Answer) -> Response:
        reader, token = self._reader(request), request.path_params["token"]
        if self._visits >= _PLACES + _QUEUE:
            # not 503: proxies would pass over this process, for Telegram's calls as well
            return self._unavailable(reader, "busy", 429)
        self._visits += 1
        try:
            async with self._places:
                response = await self._visit(request, reader, token, answer)
        except StoreError:
            return self._unavailable(reader, "unavailable", 503)
        finally:
            self._visits -= 1
        return response or self._refused(request, reader)

    async def _visit(self, request: Request, reader: _Reader, token: str, answer: _Answer) -> Response | None:
        clock = asyncio.get_running_loop()
        began = clock.time()
        visit = await self._parts.visit(token if _TOKEN.fullmatch(token) else "", reader.words.language)
        response = None
        if visit is not None:
            self._parts.count("shown")
            response = answer(request, reader, visit)
        await asyncio.sleep(_REST * (clock.time() - began))
        return response

    def _page(self, request: Request, reader: _Reader, visit: Visit) -> Response:
        token, username = request.path_params["token"], self._parts.username()
        said = views.page(
            reader.words,
            reader.shop,
            [shown.localized for shown in visit.shown],
            now=self._parts.now(),
            whole=visit.whole,
            silent_since=min((one.silent_since for one in visit.shown if one.silent_since), default=None),
            part=views.Part(parcel=_number(request, "parcel"), page=_number(request, "page")),
            telegram=f"https://t.me/{username}?start={token}" if username else "",
            calendar=f"{token}.ics?lang={reader.words.language}",
        )
        return self._layout.answer(self._layout.render(said), reader.words.language, 200)

    def _calendar(self, request: Request, reader: _Reader, visit: Visit) -> Response:
        token, now = request.path_params["token"], self._parts.now()
        facts = [shown.localized for shown in visit.shown]
        days = views.expected(reader.words, reader.shop, facts, now=now)
        if not days:
            return self._notice(reader, views.wrong_link, 404)
        content = calendar_file(days, now=now, url=page_url(self._parts.public_url, token))
        headers = _HEADERS | {"Content-Disposition": 'inline; filename="parcel.ics"'}
        return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)

    def _refused(self, request: Request, reader: _Reader) -> Response:
        if self._wrong.count(client_address(request), asyncio.get_running_loop().time()):
            self._parts.count("limited")
            return self._notice(reader, views.too_many, 429, round(self._wrong.within))
        self._parts.count("unknown")
        return self._notice(reader, views.wrong_link, 404)

    def _unavailable(self, reader: _Reader, why: str, status: int) -> Response:
        self._parts.count(why)
        return self._notice(reader, views.unavailable, status, 5)

    def _notice(
        self, reader: _Reader, say: Callable[[Words, Shop], views.Page], status: int, retry: int = 0
    ) -> Response:
        """A page that says why there is none; laid out once in each language."""
        key = (say.__name__, reader.words.language)
        if key not in self._notices:
            self._notices[key] = self._layout.render(say(reader.words, reader.shop))
        more = {"Retry-After": str(retry)} if retry else {}
        return self._layout.answer(self._notices[key], reader.words.language, status, more)

    def _reader(self, request: Request) -> _Reader:
        """The language that was chosen, else the browser's, and the zone where most of its speakers live."""
        chosen = guess_language(request.query_params.get("lang", "")[:20], "")
        accepted = ", ".join(request.headers.getlist("accept-language"))
        language = chosen or accepted_language(accepted, self._parts.language)
        shop = self._parts.shop(language)
        zone = guess_zone(language, self._parts.zone)
        return _Reader(Words(language, zone, branding(shop)), shop)


def _number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    return int(text) if re.fullmatch(r"[0-9]{1,4}", text) else 0


# ── layout ──────────────────────────────────────────────────────────────────────────────────────


class Layout:
    """Lays out pages by the template, in the shop's color."""

    def __init__(self, shop: Shop) -> None:
        environment = Environment(
            loader=FileSystemLoader(_HERE),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._template = environment.get_template("page.html")
        self._logo = "logo" if shop.logo is not None else ""  # beside the page, whatever stands before /t
        self._style = _style(shop.color or _COLOR)
        digest = base64.b64encode(hashlib.sha256(self._style.encode()).digest()).decode()
        policy = (
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self' data:; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        self._headers = _HEADERS | {"Content-Security-Policy": policy, "Vary": "Accept-Language"}

    def render(self, said: views.Page) -> bytes:
        """The page as HTML."""
        style = Markup(self._style)  # noqa: S704  our own file
        return self._template.render(page=said, style=style, logo=self._logo).encode()

    def answer(
        self, content: bytes, language: str, status: int, more: Mapping[str, str] | None = None
    ) -> Response:
        """The page as an answer in this language."""
        headers = self._headers | {"Content-Language": language.replace("_", "-")} | dict(more or {})
        return Response(content, status, headers, media_type="text/html")


def _style(color: str) -> str:
    """The page's style with the shop's color, and black or white on it, whichever is easier to read."""
    red, green, blue = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    channels = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)
    ]
    luminance = 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]  # WCAG 2.2
    on = "#fff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 else "#000"
    rules = (_HERE / "page.css").read_text(encoding="utf-8")
    return f":root{{--shop:{color};--on-shop:{on}}}{rules}".replace("\n", "")


# ── calendar ────────────────────────────────────────────────────────────────────────────────────


def calendar_file(days: Sequence[views.Expected], *, now: datetime, url: str) -> bytes:
    """The days as iCalendar (RFC 5545): all-day events that block no time; a later file replaces them."""
    calendar = Calendar()
    calendar.add("prodid", "-//parcel-bot//tracking page//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for each in days:
        event = Event()
        event.add("uid", hashlib.sha256(f"{url} {each.key}".encode()).hexdigest()[:32] + "@parcel-bot")
        event.add("dtstamp", now)
        event.add("dtstart", each.first)
        event.add("dtend", each.last + timedelta(days=1))  # the day after the last one
        event.add("summary", each.title)
        event.add("description", each.text)
        event.add("url", url)
        event.add("transp", "TRANSPARENT")
        event.add("class", "PRIVATE")
        event.add("sequence", int(now.timestamp()) - _EPOCH)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


_EPOCH = 1_700_000_000  # sequence numbers count seconds from here, to stay small
