"""The settings menu: one message whose pages replace each other."""

from __future__ import annotations

from datetime import datetime, time

from markupsafe import Markup

from bot.i18n import LANGUAGES, Words, fill
from bot.model import Button, Chat, Level, Message, Quiet
from bot.views import actions, brand, wording
from bot.views import buttons as b
from bot.views.actions import Panel, Region

# The zones people choose from; whoever lives in another can still write a city after /timezone.
ZONES: dict[Region, tuple[str, ...]] = {
    Region.EUROPE: (
        "Europe/London", "Europe/Lisbon", "Europe/Madrid", "Europe/Paris", "Europe/Amsterdam",
        "Europe/Berlin", "Europe/Rome", "Europe/Warsaw", "Europe/Athens", "Europe/Bucharest",
        "Europe/Kyiv", "Europe/Istanbul",
    ),
    Region.RUSSIA: (
        "Europe/Kaliningrad", "Europe/Moscow", "Europe/Minsk", "Europe/Samara", "Asia/Yekaterinburg",
        "Asia/Almaty", "Asia/Tashkent", "Asia/Omsk", "Asia/Krasnoyarsk", "Asia/Irkutsk",
        "Asia/Yakutsk", "Asia/Vladivostok",
    ),
    Region.MIDDLE_EAST: (
        "Asia/Jerusalem", "Asia/Amman", "Asia/Beirut", "Asia/Baghdad", "Asia/Riyadh", "Asia/Kuwait",
        "Asia/Qatar", "Asia/Dubai", "Asia/Tehran", "Asia/Baku", "Asia/Tbilisi", "Asia/Yerevan",
    ),
    Region.AFRICA: (
        "Africa/Casablanca", "Africa/Algiers", "Africa/Tunis", "Africa/Tripoli", "Africa/Cairo",
        "Africa/Khartoum", "Africa/Lagos", "Africa/Accra", "Africa/Nairobi", "Africa/Johannesburg",
    ),
    Region.ASIA: (
        "Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka", "Asia/Bangkok", "Asia/Ho_Chi_Minh", "Asia/Jakarta",
        "Asia/Singapore", "Asia/Manila", "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Seoul",
        "Asia/Tokyo",
    ),
    Region.NORTH_AMERICA: (
        "America/St_Johns", "America/Halifax", "America/New_York", "America/Toronto", "America/Chicago",
        "America/Denver", "America/Phoenix", "America/Los_Angeles", "America/Vancouver",
        "America/Anchorage", "Pacific/Honolulu",
    ),
    Region.LATIN_AMERICA: (
        "America/Mexico_City", "America/Guatemala", "America/Panama", "America/Bogota", "America/Lima",
        "America/Caracas", "America/Santiago", "America/La_Paz", "America/Manaus", "America/Sao_Paulo",
        "America/Argentina/Buenos_Aires", "America/Montevideo",
    ),
    Region.OCEANIA: (
        "Australia/Perth", "Australia/Adelaide", "Australia/Brisbane", "Australia/Sydney",
        "Pacific/Auckland", "Pacific/Fiji",
    ),
}  # fmt: skip

QUIET_HOURS = ((22, 8), (23, 7), (21, 9), (0, 8))
DIGEST_HOURS = (7, 8, 9, 12, 18, 20)
PAUSES = (1, 3, 7, 14, 30)


def settings(words: Words, chat: Chat, *, now: datetime, panel: Panel = Panel.MAIN) -> Message:
    """A page of the menu; what is chosen at present is marked."""
    match panel:
        case Panel.MAIN:
            return _main(words, chat, now)
        case Panel.LANGUAGE:
            return languages(words, chat)
        case Panel.ZONE:
            return _regions(words, chat, now)
        case Panel.LEVEL:
            return _levels(words, chat)
        case Panel.QUIET:
            return _quiet(words, chat)
        case Panel.DIGEST:
            return _digest(words, chat)
        case Panel.PAUSE:
            return _pause(words, chat, now)


def languages(words: Words, chat: Chat) -> Message:
    """The language picker: every language by its own name."""
    keys = [
        b.button(_marked(fill("{}", name), code == chat.language), actions.SetLanguage(language=code))
        for code, name in LANGUAGES.items()
    ]
    text = words.page([words.t("🌐 <b>Which language would you like?</b>")])
    return Message(text=text, buttons=(*_in_rows(keys, 2), _back(words)))


def zones(words: Words, chat: Chat, region: Region, *, now: datetime) -> Message:
    """The zones of a region, by city, from west to east."""
    keys = [
        b.button(
            _marked(fill("{} {}", words.city(zone), words.offset(zone, now)), zone == chat.zone),
            actions.SetZone(zone=zone),
        )
        for zone in ZONES[region]
    ]
    title = words.t("🕐 <b>Which city's time do you use?</b>")
    command = words.code(f"/timezone {words.city('Asia/Tokyo')}")
    other = words.t("Somewhere else? Send your city like this: {command}", command=command)
    rows = (*_in_rows(keys, 2), (b.button(words.t("« Regions"), actions.ShowSettings(panel=Panel.ZONE)),))
    return Message(text=words.page([title, other]), buttons=rows)


def region_name(words: Words, region: Region) -> Markup:
    """A part of the world."""
    t = words.t
    return {
        Region.EUROPE: t("Europe"),
        Region.RUSSIA: t("Russia and neighbors"),
        Region.MIDDLE_EAST: t("Middle East and Caucasus"),
        Region.AFRICA: t("Africa"),
        Region.ASIA: t("Asia"),
        Region.NORTH_AMERICA: t("North America"),
        Region.LATIN_AMERICA: t("Latin America"),
        Region.OCEANIA: t("Australia and Oceania"),
    }[region]


def paused(chat: Chat, now: datetime) -> bool:
    """Whether a pause holds pushes back at this moment."""
    return chat.paused_until is not None and chat.paused_until > now


# ── the pages ───────────────────────────────────────────────────────────────────────────────────


def _main(words: Words, chat: Chat, now: datetime) -> Message:
    t = words.t
    lines = [
        t("⚙️ <b>Settings</b>"),
        Markup(""),
        t("🌐 Language: <b>{value}</b>", value=LANGUAGES.get(chat.language, chat.language)),
        t(
            "🕐 Time zone: <b>{city}</b>, it's {time}",
            city=words.city(chat.zone),
            time=words.clock(words.local(now).time()),
        ),
        t("🔔 Notifications: <b>{value}</b>", value=level_name(words, chat.level)),
        t("🌙 Quiet hours: <b>{value}</b>", value=_quiet_value(words, chat)),
        t("☀️ Daily summary: <b>{value}</b>", value=_at(words, chat.digest_at)),
    ]
    if paused(chat, now) and chat.paused_until is not None:
        lines.append(t("⏸ Paused until <b>{date}</b>", date=words.date(chat.paused_until, now)))
    return Message(text=words.page(lines), buttons=_in_rows(_panels(words), 2))


def _panels(words: Words) -> list[Button]:
    t = words.t
    return [
        b.button(t("🌐 Language"), actions.ShowSettings(panel=Panel.LANGUAGE)),
        b.button(t("🕐 Time zone"), actions.ShowSettings(panel=Panel.ZONE)),
        b.button(t("🔔 Notifications"), actions.ShowSettings(panel=Panel.LEVEL)),
        b.button(t("🌙 Quiet hours"), actions.ShowSettings(panel=Panel.QUIET)),
        b.button(t("☀️ Daily summary"), actions.ShowSettings(panel=Panel.DIGEST)),
        b.button(t("⏸ Pause"), actions.ShowSettings(panel=Panel.PAUSE)),
    ]


def _regions(words: Words, chat: Chat, now: datetime) -> Message:
    keys = [b.button(region_name(words, region), actions.ShowZones(region=region)) for region in Region]
    city, offset = words.city(chat.zone), words.offset(chat.zone, now)
    if city.startswith("UTC"):
        offset = words.clock(words.local(now).time())
    lines = [
        words.t("🕐 <b>Where are you?</b>"),
        words.t("Now: {city}, {offset}", city=city, offset=offset),
    ]
    return Message(text=words.page(lines), buttons=(*_in_rows(keys, 2), _back(words)))


def _levels(words: Words, chat: Chat) -> Message:
    t = words.t
    lines = [
        t("🔔 <b>What would you like to hear about?</b>"),
        Markup(""),
        t("<b>Everything</b>: every carrier scan"),
        t("<b>Milestones</b>: each new stage of the journey"),
        t("<b>Only problems and delivery</b>: when it arrives or needs you"),
        t("<b>Nothing</b>: you check yourself"),
    ]
    keys = [
        (b.button(_marked(level_name(words, level), level is chat.level), actions.SetLevel(level=level)),)
        for level in Level
    ]
    return Message(text=words.page(lines), buttons=(*keys, _back(words)))


def _quiet(words: Words, chat: Chat) -> Message:
    t = words.t
    lines = [
        t("🌙 <b>Quiet hours</b>"),
        Markup(""),
        t("Now: <b>{value}</b>", value=_quiet_value(words, chat)),
        t("Silent: messages arrive without a sound. Held: they wait and arrive as one summary afterward."),
    ]
    chosen = (chat.quiet_from, chat.quiet_to)
    hours = [
        b.button(
            _marked(_span(words, time(start), time(end)), chosen == (time(start), time(end))),
            actions.SetQuietHours(start=time(start), end=time(end)),
        )
        for start, end in QUIET_HOURS
    ]
    off = b.button(
        _marked(t("No quiet hours"), chat.quiet_from is None), actions.SetQuietHours(start=None, end=None)
    )
    rows = [*_in_rows(hours, 2), (off,)]
    if chat.quiet_from is not None:
        kinds = ((t("🔈 Silent"), Quiet.SILENT), (t("✋ Held"), Quiet.HELD))
        rows.append(
            tuple(
                b.button(_marked(text, chat.quiet is kind), actions.SetQuietKind(quiet=kind))
                for text, kind in kinds
            )
        )
        urgent = chat.urgent_breaks_quiet
        rows.append(
            (b.button(_marked(t("Let urgent news make a sound"), urgent), actions.SetUrgent(on=not urgent)),)
        )
    return Message(text=words.page(lines), buttons=(*rows, _back(words)))


def _digest(words: Words, chat: Chat) -> Message:
    keys = [
        b.button(
            _marked(fill("{}", words.clock(time(hour))), chat.digest_at == time(hour)),
            actions.SetDigest(start=time(hour)),
        )
        for hour in DIGEST_HOURS
    ]
    off = b.button(
        _marked(words.t("No daily summary"), chat.digest_at is None), actions.SetDigest(start=None)
    )
    lines = [
        words.t("☀️ <b>Daily summary</b>"),
        words.t("All your parcels in one message, once a day. What time?"),
        words.t(
            "What can't wait still arrives right away: "
            "out for delivery, ready for pickup, problems, delivered."
        ),
    ]
    return Message(text=words.page(lines), buttons=(*_in_rows(keys, 3), (off,), _back(words)))


def _pause(words: Words, chat: Chat, now: datetime) -> Message:
    t = words.t
    lines = [
        t("⏸ <b>Pause</b>"),
        t("No notifications for a while. Afterward you get one summary, not everything at once."),
    ]
    if paused(chat, now) and chat.paused_until is not None:
        lines.append(t("⏸ Paused until <b>{date}</b>", date=words.date(chat.paused_until, now)))
    keys = [b.button(words.plural("{n} day", "{n} days", days), actions.Pause(days=days)) for days in PAUSES]
    rows = [*_in_rows(keys, 3)]
    if paused(chat, now):
        rows.append((b.button(t("▶️ End the pause"), actions.Pause(days=0)),))
    return Message(text=words.page(lines), buttons=(*rows, _back(words)))


# ── pieces ──────────────────────────────────────────────────────────────────────────────────────


def _quiet_value(words: Words, chat: Chat) -> Markup:
    if chat.quiet_from is None or chat.quiet_to is None:
        # Translators: there are no quiet hours.
        return words.t("none")
    # Translators: messages in the quiet hours come without a sound, or wait for the end.
    kind = words.t("silent") if chat.quiet is Quiet.SILENT else words.t("held")
    return fill("{} · {}", _span(words, chat.quiet_from, chat.quiet_to), kind)


def _span(words: Words, start: time, end: time) -> Markup:
    return words.isolate(f"{words.clock(start)} – {words.clock(end)}")


def _at(words: Words, at: time | None) -> Markup:
    # Translators: the daily summary is not in use.
    return words.t("off") if at is None else fill("{}", words.clock(at))


def _marked(text: Markup, chosen: bool) -> Markup:
    return fill("✓ {}", text) if chosen else text


def _in_rows(keys: list[Button], width: int) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(keys[start : start + width]) for start in range(0, len(keys), width))


def _back(words: Words) -> tuple[Button, ...]:
    return (b.button(words.t("« Settings"), actions.ShowSettings()),)


# ── what was set, asked or deleted ────────────────────────────────────────────────────────────


def language_set(words: Words) -> Message:
    """Confirm the new language, in that language."""
    return wording.say(
        words, words.t("✓ We'll use {language} from now on.", language=LANGUAGES[words.language])
    )


def zone_set(words: Words, now: datetime) -> Message:
    """The new time zone, with its clock for checking."""
    at = words.clock(words.local(now).time())
    return wording.say(words, words.t("✓ {city}: it's {time} there.", city=words.city(words.zone), time=at))


def ask_zone(words: Words, now: datetime) -> Message:
    """Whether the guessed time zone is right; asked once, by the clock that everybody has at hand."""
    # Not a time entity: that would show the reader's own clock, whatever we guessed.
    clock = words.clock(words.local(now).time())
    yes = b.button(words.t("✓ Yes, that's right"), actions.ConfirmZone(zone=words.zone))
    no = b.button(words.t("🕐 No, choose my city"), actions.ShowSettings(panel=actions.Panel.ZONE))
    return wording.say(words, words.t("🕐 Is it {time} for you?", time=clock), buttons=((yes, no),))


def zone_unknown(words: Words, sent: str) -> Message:
    """No place that we know, or one with several time zones."""
    return wording.say(
        words,
        words.t(
            "We don't know the time zone of {text}. Try the name of a larger city nearby.",
            text=words.code(wording.clip(sent, 60)),
        ),
        buttons=((b.button(words.t("🕐 Time zone"), actions.ShowSettings(panel=actions.Panel.ZONE)),),),
    )


def mydata(words: Words, content: bytes) -> Message:
    """Everything known about this chat, as a file (JSON)."""
    text = words.t("🗂 Everything we know about this chat. /forget deletes it.")
    if words.brand is not None:
        content = brand.NAMES.sub("", content.decode()).encode()
    return Message(text=words.page([text]), document=("mydata.json", content))


def ask_forget(words: Words) -> Message:
    """Ask for confirmation before deleting everything."""
    t = words.t
    return wording.say(
        words,
        t("🗑 <b>Delete everything about this chat?</b>"),
        t(
            "Your orders, names, and settings will be deleted, and we'll stop messaging you. "
            "This can't be undone."
        ),
        buttons=(
            (
                b.button(t("🗑 Yes, delete"), actions.Forget()),
                b.button(t("No, keep it"), actions.Dismiss()),
            ),
        ),
    )


def forgotten(words: Words) -> Message:
    """Everything was deleted."""
    return wording.say(words, words.t("Everything about this chat is deleted. /start to begin again."))


def level_name(words: Words, level: Level) -> Markup:
    """A notification level's name."""
    return {
        # Translators: these four are how much the reader wants to be told.
        Level.EVERYTHING: words.t("Everything"),
        Level.MILESTONES: words.t("Milestones"),
        Level.PROBLEMS: words.t("Only problems and delivery"),
        Level.OFF: words.t("Nothing"),
    }[level]
