"""A chat's own settings: language, zone, quiet hours, how much to be told; and its data."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import tzfpy
from pydantic_core import to_json

from bot.chat.conversation import Conversation
from bot.i18n import guess_language, guess_zone
from bot.ids import Reading
from bot.model import Quiet
from bot.views import actions, talk
from bot.views import settings as view
from bot.views.actions import Panel


async def settings(talking: Conversation, said: Reading) -> None:
    """/settings."""
    await talking.say(view.settings(talking.words, talking.chat, now=talking.desk.now()))


async def language(talking: Conversation, said: Reading) -> None:
    """/language, with a code (`/language ru`) or a choice."""
    wanted = guess_language(said.text.strip(), "") if said.text.strip() else ""
    if not wanted:
        await talking.say(view.languages(talking.words, talking.chat))
    elif not await talking.refuse_change():
        await _speak(talking, wanted)
        await talking.say(talk.language_set(talking.words))


async def timezone(talking: Conversation, said: Reading) -> None:
    """/timezone, with a city, an IANA name or a choice by region."""
    wanted = talking.words.zone_called(said.text) if said.text.strip() else None
    if not said.text.strip():
        panel = view.settings(talking.words, talking.chat, now=talking.desk.now(), panel=Panel.ZONE)
        await talking.say(panel)
    elif wanted is None:
        await talking.say(talk.zone_unknown(talking.words, said.text.strip()))
    elif not await talking.refuse_change():
        await talking.change(zone=wanted, zone_set=True)
        await talking.say(talk.zone_set(talking.words, talking.desk.now()))


async def located(talking: Conversation, latitude: float, longitude: float) -> None:
    """A shared location tells the time zone; the place itself is not kept."""
    if not await talking.refuse_change():
        await talking.change(zone=tzfpy.get_tz(longitude, latitude), zone_set=True)
        await talking.say(talk.zone_set(talking.words, talking.desk.now()))


# ── the menu ────────────────────────────────────────────────────────────────────────────────────


async def show_settings(talking: Conversation, action: actions.ShowSettings) -> None:
    """A page of the menu."""
    await talking.toast()
    await _panel(talking, action.panel)


async def show_zones(talking: Conversation, action: actions.ShowZones) -> None:
    """The cities of a region."""
    await talking.toast()
    await talking.show(view.zones(talking.words, talking.chat, action.region, now=talking.desk.now()))


async def set_language(talking: Conversation, action: actions.SetLanguage) -> None:
    """Speak another language from now on."""
    if not await talking.refuse_change():
        await _speak(talking, action.language)
        await _saved(talking, Panel.MAIN)


async def set_zone(talking: Conversation, action: actions.SetZone) -> None:
    """Live in another time zone."""
    await _save(talking, Panel.MAIN, zone=action.zone, zone_set=True)


async def set_level(talking: Conversation, action: actions.SetLevel) -> None:
    """Hear more or less."""
    await _save(talking, Panel.LEVEL, level=action.level)


async def set_quiet_hours(talking: Conversation, action: actions.SetQuietHours) -> None:
    """Quiet between these hours; what is held for the old ones goes now."""
    await _save(talking, Panel.QUIET, release=True, quiet_from=action.start, quiet_to=action.end)


async def set_quiet_kind(talking: Conversation, action: actions.SetQuietKind) -> None:
    """Silent or held; what is held goes when nothing is to be held any more."""
    await _save(talking, Panel.QUIET, release=action.quiet is Quiet.SILENT, quiet=action.quiet)


async def set_urgent(talking: Conversation, action: actions.SetUrgent) -> None:
    """Whether what needs action breaks through."""
    await _save(talking, Panel.QUIET, urgent_breaks_quiet=action.on)


async def set_digest(talking: Conversation, action: actions.SetDigest) -> None:
    """A daily summary, or none."""
    await _save(talking, Panel.DIGEST, release=action.start is None, digest_at=action.start)


async def pause(talking: Conversation, action: actions.Pause) -> None:
    """A holiday; at its end one summary comes, not a burst."""
    if await talking.refuse_change():
        return
    until = talking.desk.now() + timedelta(days=action.days) if action.days else None
    talking.chat = await talking.tracking.places.pause(talking.place, until)
    await _saved(talking, Panel.MAIN)


async def _save(talking: Conversation, panel: Panel, *, release: bool = False, **values: Any) -> None:
    if await talking.refuse_change():
        return
    talking.chat = await talking.tracking.places.change(talking.place, release=release, **values)
    await _saved(talking, panel)


async def _saved(talking: Conversation, panel: Panel) -> None:
    await talking.toast(talk.saved(talking.words))
    await _panel(talking, panel)


async def _panel(talking: Conversation, panel: Panel) -> None:
    await talking.show(view.settings(talking.words, talking.chat, now=talking.desk.now(), panel=panel))


async def _speak(talking: Conversation, code: str) -> None:
    values: dict[str, Any] = {"language": code, "language_set": True}
    if not talking.chat.zone_set:
        values["zone"] = guess_zone(code, talking.desk.default_zone)
    await talking.change(**values)


# ── the chat's data ─────────────────────────────────────────────────────────────────────────────


async def mydata(talking: Conversation, said: Reading) -> None:
    """/mydata: all that is kept about this chat, as a file."""
    if await talking.refuse_change():
        return
    data = await talking.tracking.places.data(talking.place)
    content = {
        "chat": talking.chat,
        "orders": [asdict(follow) | {"order": order} for order, follow in data.orders],
        "messages": data.told,
    }
    written = to_json(content, indent=2)
    await talking.say(talk.mydata(talking.words, written))


async def forget(talking: Conversation, said: Reading) -> None:
    """/forget: asks once."""
    if not await talking.refuse_change():
        await talking.say(talk.ask_forget(talking.words))


async def really_forget(talking: Conversation, action: actions.Forget) -> None:
    """Delete everything about this chat."""
    if await talking.refuse_change():
        return
    await talking.toast()
    words = talking.words
    await talking.show(talk.forgotten(words))
    await talking.tracking.places.forget(talking.place.chat_id)
