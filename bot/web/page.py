"""The tracking page at /t/TOKEN, its file for calendars, and the shop's logo.

It is made whole on the server: no script, no cookie, nothing from elsewhere. Compressing it is safe (BREACH):
nothing in it is echoed from a request, and whoever can request it has the token, its only secret, already.
A page is kept for some seconds: until then it is laid out anew only when the order has changed.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import gzip
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from icalendar import Calendar, Event
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
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

_REST = 3.0  # of the time that layout took, no other begins: a quarter of the loop's time is the most it gets
_KEPT_FOR = 60.0  # seconds; pages say how many minutes ago something was
_KEPT = 8 << 20  # bytes of compressed pages
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

    `visit` gets a token, a language and the revision that is known (`Visiting.visit`); it returns None for a
    token that opens nothing, and raises StoreError where nothing can be read. `username` is the bot's, empty
    until it is known. `count` gets each answer's name, for the metrics. Of `most_visits` at once, answered or
    waiting, one more is refused.
    """

    visit: Callable[[str, str, str], Awaitable[Visit | None]]
    shop: Callable[[str], Shop]
    username: Callable[[], str]
    count: Callable[[str], None]
    now: Callable[[], datetime]
    public_url: str
    language: str
    zone: str
    most_visits: int = 256


def page_routes(parts: PageParts) -> list[BaseRoute]:
    """The routes of the tracking page, with places of their own: no visitor delays anything else."""
    pages = _Pages(parts)
    return [
        Route("/t/logo", pages.logo),
        Route("/t/{token}.ics", pages.calendar),
        Route("/t/{token}", pages.page),
    ]


@dataclass(frozen=True, slots=True)
class _Visitor:
    """Who asks: how to speak to them, and the shop as they know it."""

    words: Words
    shop: Shop


_Key = tuple[str, str, views.Part]  # token, language, part
_Handler = Callable[[Request, _Visitor], Awaitable[Response | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    revision: str
    until: float
    content: Content


class _Pages:
    def __init__(self, parts: PageParts) -> None:
        self._parts = parts
        self._laying_out = asyncio.Lock()
        self._rests_until = 0.0
        self._visits = 0  # answered or waiting
        self._kept: dict[_Key, _Kept] = {}  # the oldest first
        self._size = 0  # bytes of what is kept
        self._notices: dict[tuple[str, str], Content] = {}  # by what they say and language
        self._wrong = WrongLinks()
        self._layout = PageLayout(parts.shop(parts.language))

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

    async def _evenly(self, request: Request, answer: _Handler) -> Response:
        clock = asyncio.get_running_loop()
        started = clock.time()
        response = await self._answer(request, answer)
        await asyncio.sleep(started + _AFTER - clock.time())  # one that is past does not wait
        return response

    async def _answer(self, request: Request, answer: _Handler) -> Response:
        reader = self._reader(request)
        if self._visits >= self._parts.most_visits:
            # not 503: proxies would pass over this process, for Telegram's calls as well
            return self._unavailable(request, reader, "busy", 429)
        self._visits += 1
        try:
            response = await answer(request, reader)
        except StoreError:
            return self._unavailable(request, reader, "unavailable", 503)
        finally:
            self._visits -= 1
        return response or self._refused(request, reader)

    async def _visit(self, request: Request, reader: _Visitor, known: str = "") -> Visit | None:
        token = request.path_params["token"]
        given = token if _TOKEN.fullmatch(token) else ""
        visit = await self._parts.visit(given, reader.words.language, known)
        if visit is not None:
            self._parts.count("shown")
        return visit

    async def _page(self, request: Request, reader: _Visitor) -> Response | None:
        part = views.Part(parcel=_number(request, "parcel"), page=_number(request, "page"))
        key = (request.path_params["token"], reader.words.language, part)
        kept = self._known(key)
        visit = await self._visit(request, reader, kept.revision if kept is not None else "")
        if visit is None:
            return None
        if kept is not None and not visit.shown:
            content = kept.content
        else:
            content = await self._laid_out(reader, key, visit)
        headers = {
            "Cache-Control": "private, no-cache",
            "ETag": content.etag,
        }  # kept, and asked for each time
        if content.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return self._layout.answer(request, content, reader.words.language, 200, headers)

    async def _laid_out(self, reader: _Visitor, key: _Key, visit: Visit) -> Content:
        """The visit's page, one after the other."""
        async with self._laying_out:
            kept = self._known(key)
            if kept is not None and kept.revision == visit.revision:  # laid out for somebody else meanwhile
                return kept.content
            clock = asyncio.get_running_loop()
            await asyncio.sleep(self._rests_until - clock.time())
            began = clock.time()
            content = self._layout.render(self._said(reader, key, visit))
            self._rests_until = clock.time() + _REST * (clock.time() - began)
        if visit.revision:
            self._keep(key, _Kept(revision=visit.revision, until=began + _KEPT_FOR, content=content))
        return content

    def _said(self, reader: _Visitor, key: _Key, visit: Visit) -> views.Page:
        (token, language, part), username = key, self._parts.username()
        return views.page(
            reader.words,
            reader.shop,
            [shown.localized for shown in visit.shown],
            now=self._parts.now(),
            whole=visit.whole,
            silent_since=min((one.silent_since for one in visit.shown if one.silent_since), default=None),
            part=part,
            telegram=f"https://t.me/{username}?start={token}" if username else "",
            calendar=f"{token}.ics?lang={language}",
        )

    def _known(self, key: _Key) -> _Kept | None:
        kept = self._kept.get(key)
        return kept if kept is not None and asyncio.get_running_loop().time() < kept.until else None

    def _keep(self, key: _Key, kept: _Kept) -> None:
        self._forget(key)
        self._kept[key] = kept
        self._size += len(kept.content.packed)
        while self._size > _KEPT:
            self._forget(next(iter(self._kept)))

    def _forget(self, key: _Key) -> None:
        kept = self._kept.pop(key, None)
        self._size -= len(kept.content.packed) if kept is not None else 0

    async def _calendar(self, request: Request, reader: _Visitor) -> Response | None:
        visit = await self._visit(request, reader)
        if visit is None:
            return None
        token, now = request.path_params["token"], self._parts.now()
        facts = [shown.localized for shown in visit.shown]
        days = views.expected(reader.words, reader.shop, facts, now=now)
        if not days:
            return self._notice(request, reader, views.wrong_link, 404)
        content = calendar_file(days, now=now, url=page_url(self._parts.public_url, token))
        headers = _HEADERS | {"Content-Disposition": 'inline; filename="parcel.ics"'}
        return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)

    def _refused(self, request: Request, reader: _Visitor) -> Response:
        if self._wrong.count(client_address(request), asyncio.get_running_loop().time()):
            self._parts.count("limited")
            return self._notice(request, reader, views.too_many, 429, round(self._wrong.within))
        self._parts.count("unknown")
        return self._notice(request, reader, views.wrong_link, 404)

    def _unavailable(self, request: Request, reader: _Visitor, why: str, status: int) -> Response:
        self._parts.count(why)
        return self._notice(request, reader, views.unavailable, status, 5)

    def _notice(
        self,
        request: Request,
        reader: _Visitor,
        say: Callable[[Words, Shop], views.Page],
        status: int,
        retry: int = 0,
    ) -> Response:
        """A page that says why there is none; laid out once in each language."""
        key = (say.__name__, reader.words.language)
        if key not in self._notices:
            self._notices[key] = self._layout.render(say(reader.words, reader.shop))
        more = {"Retry-After": str(retry)} if retry else {}
        return self._layout.answer(request, self._notices[key], reader.words.language, status, more)

    def _reader(self, request: Request) -> _Visitor:
        """The language that was chosen, else the browser's, and the zone where most of its speakers live."""
        chosen = guess_language(request.query_params.get("lang"), "")
        accepted = ", ".join(request.headers.getlist("accept-language"))
        language = chosen or accepted_language(accepted, self._parts.language)
        shop = self._parts.shop(language)
        zone = guess_zone(language, self._parts.zone)
        return _Visitor(Words(language, zone, branding(shop)), shop)


def _number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    return int(text) if re.fullmatch(r"[0-9]{1,4}", text) else 0


# ── layout ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Content:
    """A page, compressed; `etag` names what it says."""

    packed: bytes
    etag: str


class PageLayout:
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
        languages = environment.get_template("languages.html")

        @functools.lru_cache(maxsize=256)
        def switch(frame: views.Frame) -> Markup:
            return Markup(languages.render(frame=frame))  # noqa: S704  the template escapes

        self._switch = switch  # the same on all pages of a language
        varying = {"Vary": "Accept-Language, Accept-Encoding"}
        self._headers = _HEADERS | varying | {"Content-Security-Policy": policy}

    def render(self, said: views.Page) -> Content:
        """The page as HTML."""
        style = Markup(self._style)  # noqa: S704  our own file
        html = self._template.render(
            page=said, style=style, logo=self._logo, nav=self._switch(said.frame)
        ).encode()
        return Content(gzip.compress(html, 6, mtime=0), f'W/"{hashlib.sha256(html).hexdigest()[:20]}"')

    def answer(
        self,
        request: Request,
        content: Content,
        language: str,
        status: int,
        more: Mapping[str, str] | None = None,
    ) -> Response:
        """The page as an answer in this language, compressed for who can read that."""
        headers = self._headers | {"Content-Language": language.replace("_", "-")} | dict(more or {})
        if "gzip" in request.headers.get("accept-encoding", ""):
            body = content.packed
            headers["Content-Encoding"] = "gzip"
        else:
            body = gzip.decompress(content.packed)
        return Response(body, status, headers, media_type="text/html")


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
