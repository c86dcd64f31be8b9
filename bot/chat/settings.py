"""Handlers for a chat's settings: language, time zone, quiet hours, what to push; and its data."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import tzfpy
from pydantic_core import to_json

from bot.chat.context import ChatContext
from bot.i18n import guess_language, guess_zone
from bot.ids import ParsedText
from bot.model import Quiet
from bot.views import actions, replies
from bot.views import settings as view
from bot.views.actions import Panel
from bot.zones import find_zone


async def settings(ctx: ChatContext, said: ParsedText) -> None:
    """/settings."""
    await ctx.say(view.settings(ctx.words, ctx.chat, now=ctx.services.now()))


async def language(ctx: ChatContext, said: ParsedText) -> None:
    """/language with a code (`/language ru`), or offer a choice."""
    wanted = guess_language(said.text.strip(), "") if said.text.strip() else ""
    if not wanted:
        await ctx.say(view.languages(ctx.words, ctx.chat))
    elif not await ctx.refuse_change():
        await _speak(ctx, wanted)
        await ctx.say(view.language_set(ctx.words))


async def timezone(ctx: ChatContext, said: ParsedText) -> None:
    """/timezone with a city, an offset or an IANA name, or offer a choice by region."""
    wanted = find_zone(said.text)
    if not said.text.strip():
        panel = view.settings(ctx.words, ctx.chat, now=ctx.services.now(), panel=Panel.ZONE)
        await ctx.say(panel)
    elif wanted is None:
        await ctx.say(view.zone_unknown(ctx.words, said.text.strip()))
    elif not await ctx.refuse_change():
        await ctx.change(zone=wanted, zone_set=True)
        await ctx.say(view.zone_set(ctx.words, ctx.services.now()))


async def located(ctx: ChatContext, latitude: float, longitude: float) -> None:
    """Set the time zone from a shared location; the location itself is not stored."""
    if not await ctx.refuse_change():
        await ctx.change(zone=tzfpy.get_tz(longitude, latitude), zone_set=True)
        await ctx.say(view.zone_set(ctx.words, ctx.services.now()))


# ── the menu ────────────────────────────────────────────────────────────────────────────────────


async def show_settings(ctx: ChatContext, action: actions.ShowSettings) -> None:
    """Show a page of the settings menu."""
    await ctx.toast()
    await _panel(ctx, action.panel)


async def show_zones(ctx: ChatContext, action: actions.ShowZones) -> None:
    """Show the cities of a region."""
    await ctx.toast()
    await ctx.show(view.zones(ctx.words, ctx.chat, action.region, now=ctx.services.now()))


async def set_language(ctx: ChatContext, action: actions.SetLanguage) -> None:
    """Switch the chat's language."""
    if not await ctx.refuse_change():
        await _speak(ctx, action.language)
        await _saved(ctx, Panel.MAIN)


async def set_zone(ctx: ChatContext, action: actions.SetZone) -> None:
    """Switch the chat's time zone."""
    await _save(ctx, Panel.MAIN, zone=action.zone, zone_set=True)


async def confirm_zone(ctx: ChatContext, action: actions.ConfirmZone) -> None:
    """The zone that we guessed is theirs."""
    if await ctx.refuse_change():
        return
    await ctx.change(zone=action.zone, zone_set=True)
    await ctx.toast()
    await ctx.show(view.zone_set(ctx.words, ctx.services.now()))


async def set_level(ctx: ChatContext, action: actions.SetLevel) -> None:
    """Set how much is pushed."""
    await _save(ctx, Panel.LEVEL, level=action.level)


async def set_quiet_hours(ctx: ChatContext, action: actions.SetQuietHours) -> None:
    """Set the quiet hours; news held for the old hours is released now."""
    await _save(ctx, Panel.QUIET, release=True, quiet_from=action.start, quiet_to=action.end)


async def set_quiet_kind(ctx: ChatContext, action: actions.SetQuietKind) -> None:
    """Set whether quiet hours silence or hold news; silencing releases what is held."""
    await _save(ctx, Panel.QUIET, release=action.quiet is Quiet.SILENT, quiet=action.quiet)


async def set_urgent(ctx: ChatContext, action: actions.SetUrgent) -> None:
    """Set whether urgent news ignores quiet hours."""
    await _save(ctx, Panel.QUIET, urgent_breaks_quiet=action.on)


async def set_digest(ctx: ChatContext, action: actions.SetDigest) -> None:
    """Set the hour of the daily summary, or turn it off."""
    await _save(ctx, Panel.DIGEST, release=action.start is None, digest_at=action.start)


async def pause(ctx: ChatContext, action: actions.Pause) -> None:
    """Pause all pushes; at the end one summary comes instead of a burst."""
    if await ctx.refuse_change():
        return
    until = ctx.services.now() + timedelta(days=action.days) if action.days else None
    ctx.chat = await ctx.tracking.places.pause(ctx.place, until)
    await _saved(ctx, Panel.MAIN)


async def _save(ctx: ChatContext, panel: Panel, *, release: bool = False, **values: Any) -> None:
    if await ctx.refuse_change():
        return
    ctx.chat = await ctx.tracking.places.change(ctx.place, release=release, **values)
    await _saved(ctx, panel)


async def _saved(ctx: ChatContext, panel: Panel) -> None:
    await ctx.toast(replies.saved(ctx.words))
    await _panel(ctx, panel)


async def _panel(ctx: ChatContext, panel: Panel) -> None:
    await ctx.show(view.settings(ctx.words, ctx.chat, now=ctx.services.now(), panel=panel))


async def _speak(ctx: ChatContext, code: str) -> None:
    values: dict[str, Any] = {"language": code, "language_set": True}
    if not ctx.chat.zone_set:
        values["zone"] = guess_zone(code, ctx.services.default_zone)
    await ctx.change(**values)


# ── the chat's data ─────────────────────────────────────────────────────────────────────────────


async def mydata(ctx: ChatContext, said: ParsedText) -> None:
    """/mydata: send everything stored about this chat as a file."""
    if await ctx.refuse_change():
        return
    data = await ctx.tracking.places.data(ctx.place)
    content = {
        "chat": ctx.chat,
        "orders": [asdict(follow) | {"order": order} for order, follow in data.orders],
        "messages": data.notices,
        "letters": [asdict(letter) | {"order_id": order_id} for order_id, letter in data.letters],
    }
    await ctx.say(view.mydata(ctx.words, to_json(content, indent=2)))


async def forget(ctx: ChatContext, said: ParsedText) -> None:
    """/forget: ask for confirmation."""
    if not await ctx.refuse_change():
        await ctx.say(view.ask_forget(ctx.words))


async def really_forget(ctx: ChatContext, action: actions.Forget) -> None:
    """Delete everything stored about this chat."""
    if await ctx.refuse_change():
        return
    await ctx.toast()
    words = ctx.words
    await ctx.show(view.forgotten(words))
    await ctx.tracking.places.forget(ctx.place.chat_id, ctx.update)
