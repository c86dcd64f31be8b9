"""The tracking page: what it says, as plain values that the template in `bot/web` lays out.

It tells no more than its link grants: a shop order goes by the shop's own number, never by AliExpress's.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import date, datetime

from markupsafe import Markup

from bot.i18n import LANGUAGES, Words, plain
from bot.model import Localized, Order, Parcel, Shop
from bot.views import card, contact, wording
from bot.views.page.sections import Look, code_of, facts_of, query, rows_of, section
from bot.views.page.values import WHOLE, Expected, Frame, Link, Page, Part

__all__ = [
    "Expected",
    "Frame",
    "Link",
    "Page",
    "Part",
    "expected",
    "page",
    "too_many",
    "unavailable",
    "wrong_link",
]

ENTRIES = 14_000  # bytes of entries' texts on one page, so that all of it has at most 14 kB when compressed
PARCELS = 20  # on one page
_IN_FULL = 6  # parcels with their contents; more are shown in short


def page(
    words: Words,
    shop: Shop,
    facts: Sequence[Localized],
    *,
    now: datetime,
    whole: bool,
    silent_since: datetime | None = None,
    part: Part = WHOLE,
    telegram: str = "",
    calendar: str = "",
) -> Page:
    """The page of one order, or of all those of a shop order (`whole`).

    `telegram` and `calendar` are the addresses of the chat with the bot and of the expected days' file.
    """
    rows = rows_of(facts)
    chosen = rows if len(rows) == 1 or not 0 < part.parcel <= len(rows) else [rows[part.parcel - 1]]
    alone = len(chosen) == 1
    pages = 1 if alone else -(-len(chosen) // PARCELS)
    turned = min(part.page, pages - 1)
    shown = chosen if alone else chosen[turned * PARCELS :][:PARCELS]
    look = Look(
        words=words, now=now, count=len(rows), share=ENTRIES // len(shown), brief=len(shown) > _IN_FULL
    )
    sections = tuple(section(look, row, part.page if alone else None) for row in shown)
    number = _number(words, facts[0].order, whole=whole)
    fetched = min((each.order.fetched_at for each in facts if each.order.fetched_at), default=None)
    return Page(
        frame=_frame(words, shop, part),
        title=" · ".join(filter(None, (plain(number or ""), shop.name))) or plain(words.t("Your parcel")),
        headline=sections[0].state if alone else card.summary(words, [row.parcel for row in rows]),
        alone=alone,
        overline=number,
        banner=_banner(words, facts, silent_since, now),
        sections=sections,
        heading=words.t("📜 Timeline"),
        links=_turning(words, part, turned, pages, alone=alone and len(rows) > 1),
        checked=words.t("<i>Checked {moment}</i>", moment=words.since(fetched, now)) if fetched else None,
        zone=_zone(words, now) if any(section.days for section in sections) else None,
        telegram=Link(text=words.t("Get updates in Telegram"), href=telegram) if telegram else None,
        calendar=Link(text=words.t("Add to calendar"), href=calendar)
        if calendar and expected(words, shop, facts, now=now)
        else None,
    )


def wrong_link(words: Words, shop: Shop) -> Page:
    """A token that opens nothing."""
    return _notice(
        words,
        shop,
        words.t("This link is damaged or isn't from this shop."),
        words.t("Open it again from the original message, or ask the shop for a new one."),
    )


def too_many(words: Words, shop: Shop) -> Page:
    """Too many wrong links came from the visitor's address."""
    return _notice(words, shop, words.t("Too many attempts. Please try again in a few minutes."))


def unavailable(words: Words, shop: Shop) -> Page:
    """The page cannot be shown at this moment."""
    return _notice(words, shop, words.t("This page isn't available right now. Please try again in a minute."))


def _notice(words: Words, shop: Shop, headline: Markup, what_to_do: Markup | None = None) -> Page:
    return Page(
        frame=_frame(words, shop, WHOLE),
        title=" · ".join(filter(None, (plain(headline), shop.name))),
        headline=headline,
        banner=what_to_do,
    )


def expected(words: Words, shop: Shop, facts: Sequence[Localized], *, now: datetime) -> list[Expected]:
    """The expected days of each parcel that has any which are not past: our estimate, else the promise."""
    found = []
    for row in rows_of(facts):
        days = _days_of(words, row.parcel, now) if row.parcel is not None else None
        if days is None or row.parcel is None:
            continue
        name = words.t("Parcel from {shop}", shop=shop.name) if shop.name else words.t("Your parcel")
        lines = [*card.expected(words, row.parcel, now), *facts_of(words, row.parcel)]
        text = "\n".join(plain(line) for line in lines)
        key = f"{row.facts.order.id}/{row.parcel.index}"
        found.append(Expected(key=key, first=days[0], last=days[1], title=f"📦 {plain(name)}", text=text))
    return found


def _days_of(words: Words, parcel: Parcel, now: datetime) -> tuple[date, date] | None:
    likely = wording.likely_days(words, parcel, now)
    if likely is None:
        day = wording.expected_on(words, parcel, now)
        likely = (day, day) if day is not None else None
    return likely if likely is not None and likely[1] >= words.today(now) else None


# ── around the parcels ──────────────────────────────────────────────────────────────────────────


def _frame(words: Words, shop: Shop, part: Part) -> Frame:
    found = contact.contact_button(words, shop)
    contact_link = (
        Link(text=found.text, href=found.url or f"mailto:{found.copy}") if found is not None else None
    )
    question = None
    if shop.support and found is None:
        question = contact.questions(words, shop)
    return Frame(
        code=code_of(words.language),
        direction="rtl" if words.right_to_left else "ltr",
        shop=shop.name,
        language=words.t("🌐 Language: <b>{value}</b>", value=LANGUAGES[words.language]),
        switch=words.t("🌐 Language"),
        languages=_others(words.language, part),
        contact=contact_link,
        question=question,
    )


@functools.lru_cache(maxsize=256)
def _others(language: str, part: Part) -> tuple[Link, ...]:
    """The links to this part in all other languages."""
    return tuple(
        Link(text=name, href=query(part, other), code=code_of(other))
        for other, name in LANGUAGES.items()
        if other != language
    )


def _number(words: Words, order: Order, *, whole: bool) -> Markup | None:
    """What the order is called: the shop's number, else a part of its own, where its link is for it alone."""
    number = wording.shop_order(words, order)
    if not number and whole:
        return None
    return words.t("Order {id}", id=number or wording.short_id(order.id))


def _banner(words: Words, facts: Sequence[Localized], since: datetime | None, now: datetime) -> Markup | None:
    if since is None:
        return None
    silent = next((each.order for each in facts if each.order.fetched_at == since), facts[0].order)
    return card.banner(words, silent, words.since(since, now))


def _zone(words: Words, now: datetime) -> Markup:
    """Whose clock the times are of: the server cannot know the visitor's."""
    city, offset = words.city(words.zone), words.offset(words.zone, now)
    return words.t("All times: {zone}", zone=city if city.startswith("UTC") else f"{city} ({offset})")


def _turning(words: Words, part: Part, turned: int, pages: int, *, alone: bool) -> tuple[Link, ...]:
    """The links between parts: from one parcel back to all, and between pages of many parcels."""
    if alone:
        return (Link(text=words.t("All parcels"), href=query(WHOLE, words.language)),)
    found = []
    if turned > 0:
        found.append(Link(text=words.t("▲ Newer"), href=query(Part(page=turned - 1), words.language)))
    if turned + 1 < pages:
        found.append(Link(text=words.t("▼ Older"), href=query(Part(page=turned + 1), words.language)))
    return tuple(found)
