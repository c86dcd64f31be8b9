"""Messages of the merchant's board: orders that need attention, the daily brief, urgent flags."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime, time

from markupsafe import Markup

from bot.i18n import Words, fill, plain
from bot.lists import harmless
from bot.model import (
    BUDGET_LOW,
    MESSAGES_LATE,
    BotState,
    Button,
    Flag,
    Flagged,
    Message,
    Order,
    OrderStatus,
    Parcel,
)
from bot.views import actions, card, states, wording
from bot.views import buttons as b
from bot.views.lists import book_needs

FLAGS_PER_PAGE = 6
SNOOZES = (1, 3, 7)
SLEEPERS_SHOWN = 3
LATE_SHOWN = 5
"""Orders that the brief names of those that will probably be late."""
_FLAGS_PER_ROW = 5
_ORDER_PAGE = "https://www.aliexpress.com/p/order/detail.html?orderId="
_COLUMNS = (
    "shop_order", "order", "flag", "days", "article", "carrier", "tracking_number", "last_entry_at",
    "last_entry", "followers", "note",
)  # fmt: skip


def board(
    words: Words,
    shown: Sequence[Flagged],
    *,
    state: BotState,
    now: datetime,
    total: int,
    counts: Mapping[Flag, int] | None = None,
    only: Flag | None = None,
    page: int = 0,
    asleep: Sequence[Flagged] = (),
    snoozed: int = 0,
) -> Message:
    """A page (from 0) of the `total` orders that need attention, gravest first as given.

    `only` is the flag that they were filtered by, `counts` are of all. Of the `snoozed` orders some,
    `asleep`, can be opened, to wake them up.
    """
    lines = bot_state(words, state, now)
    if not shown:
        if quiet := [*_all_quiet(words, state), *_snoozed(words, snoozed)]:
            lines += [Markup(""), *quiet]
        sleepers = (_sleepers(words, asleep),) if asleep else ()
        return Message(text=words.page(lines), buttons=sleepers)
    heading = words.plural(
        "🚩 <b>{n} order needs attention</b>", "🚩 <b>{n} orders need attention</b>", total
    )
    lines += [Markup(""), heading if only is None else _counted(words, only, total)]
    lines += _snoozed(words, snoozed)
    for row in shown:
        lines += [Markup(""), *_flag_lines(words, row, now)]
    keys = [_opener(words, flag_icon(row.flag), row) for row in shown]
    rows = [tuple(keys[start : start + 2]) for start in range(0, len(keys), 2)]

    def turn(to: int) -> actions.Action:
        return actions.ShowBoard(page=to) if only is None else actions.FilterBoard(flag=only, page=to)

    rows += [b.pager(words, page, -(-total // FLAGS_PER_PAGE), turn), *_filters(words, counts or {}, only)]
    rows.append(_sleepers(words, asleep))
    return Message(text=words.page(lines), buttons=tuple(row for row in rows if row))


def bot_state(words: Words, state: BotState, now: datetime) -> list[Markup]:
    """How many orders are watched, and what is wrong with the bot itself."""
    t = words.t
    if state.watched:
        lines = [
            words.plural("👁 <b>{n} order is watched</b>", "👁 <b>{n} orders are watched</b>", state.watched)
        ]
    else:
        lines = [t("👁 <b>No orders are watched</b>"), t("Add some with /watch.")]
    if state.logged_out:
        lines += [
            t("🔴 <b>AliExpress asks you to log in again</b>"),
            t("All checks are paused. /authorize takes a minute, and nothing is lost in the meantime."),
        ]
    elif state.app_refused:
        refusal = words.isolate(wording.clip(state.app_refused, 200))
        lines += [t("🔴 <b>AliExpress refuses this app</b>"), refusal]
    elif state.silent_since is not None:
        last = words.ago(state.silent_since, now)
        lines += [
            t("🟠 <b>AliExpress isn't responding</b>"),
            # Translators: {moment} is like "3 hours ago".
            t("Last response: {moment}. We keep trying; orders show the last we know.", moment=last),
        ]
    if state.database:
        complaint = words.isolate(wording.clip(state.database, 200))
        lines += [fill("🔴 <b>{}</b>", t("Database problem")), complaint]
    return lines + _short_of(words, state)


def _short_of(words: Words, state: BotState) -> list[Markup]:
    """Calls that do not suffice, messages that wait, chats that refuse."""
    t, lines = words.t, []
    if state.spent >= BUDGET_LOW:
        share = words.percent(state.spent)
        lines.append(t("🟠 <b>{share} of today's AliExpress calls are used</b>", share=share))
        lines.append(t("We'll check less often until tomorrow."))
    if state.needs is not None and state.needs.short:
        lines += book_needs(words, state.needs)
    if state.overdue >= MESSAGES_LATE:
        waiting = t("Messages have been waiting for {time}", time=words.duration(state.overdue))
        lines.append(fill("🟠 <b>{}</b>", waiting))
    if state.refused:
        lines.append(
            t("🔇 Chats where I'm not allowed to write: {count}. Their news is waiting.", count=state.refused)
        )
    return lines


def _all_quiet(words: Words, state: BotState) -> list[Markup]:
    """That no order is flagged, as far as that can be said."""
    if state.blind:
        return [words.t("No problems were known at the last check.")]
    return [words.t("🌿 <b>Nothing needs your attention</b>")] if state.watched else []


def _filters(words: Words, counts: Mapping[Flag, int], only: Flag | None) -> list[tuple[Button, ...]]:
    """A button for each flag with its number, and one for all; none where there is but one flag."""
    found = [flag for flag in Flag if counts.get(flag)]
    if len(found) < 2:
        return []
    every = b.button(fill("🚩 {}", words.number(sum(counts.values()))), actions.ShowBoard())
    keys = [every] if only is not None else []
    keys += [
        b.button(fill("{} {}", flag_icon(flag), words.number(counts[flag])), actions.FilterBoard(flag=flag))
        for flag in found
        if flag is not only
    ]
    return [tuple(keys[start : start + _FLAGS_PER_ROW]) for start in range(0, len(keys), _FLAGS_PER_ROW)]


def _opener(words: Words, mark: Markup, row: Flagged) -> Button:
    name = words.isolate(wording.clip(row.order.shop_order, 20) or wording.short_id(row.order.id))
    return b.button(fill("{} {}", mark, name), actions.OpenFlag(order_id=row.order.id))


def _sleepers(words: Words, asleep: Sequence[Flagged]) -> tuple[Button, ...]:
    return tuple(_opener(words, Markup("😴"), row) for row in asleep)


def flagged_order(words: Words, row: Flagged, *, now: datetime) -> Message:
    """One order of the board, with what can be done about it."""
    t, id_ = words.t, row.order.id
    lines = _flag_lines(words, row, now)
    if row.order.last_node_at:
        lines.append(t("Last entry: {moment}", moment=words.moment(row.order.last_node_at)))
    if row.customer:
        lines.append(fill('<a href="tg://user?id={}">{}</a>', row.customer, t("💬 Customer's chat")))
    sleeping = row.snoozed_until is not None and row.snoozed_until > now
    if sleeping and row.snoozed_until is not None:
        lines.append(t("😴 Snoozed until {date}", date=words.date(row.snoozed_until, now)))
    snooze = tuple(
        b.button(
            # Translators: a button that hides the order from the board for some days.
            words.plural("😴 {n} day", "😴 {n} days", days),
            actions.Snooze(order_id=id_, days=days),
        )
        for days in SNOOZES
    )
    if sleeping:
        snooze = (b.button(t("⏰ Wake up"), actions.Snooze(order_id=id_, days=0)),)
    look = (
        b.button(t("📜 Timeline"), actions.FlagTimeline(order_id=id_)),
        Button(text=plain(t("🛒 AliExpress order")), url=f"{_ORDER_PAGE}{id_}"),
    )
    act = (
        # Translators: a button: the merchant has dealt with the order's problem.
        b.button(t("✅ Done"), actions.CloseFlag(order_id=id_)),
        b.button(t("📝 Note"), actions.AskNote(order_id=id_)),
        b.button(t("🔄 Refresh"), actions.Refresh(order_id=id_)),
    )
    back = (b.button(t("🚩 Board"), actions.ShowBoard()),)
    return Message(text=words.page(lines), buttons=(look, act, snooze, back))


def urgent_order(words: Words, order: Order) -> Message:
    """An order that became urgent: returned, damaged, in dispute, or customs wants money for it."""
    if order.status is OrderStatus.DISPUTED:
        name = fill("{} <b>{}</b>", flag_icon(Flag.IN_DISPUTE), flag_name(words, Flag.IN_DISPUTE))
    else:
        state = states.state(words, order.stage, order.reason)
        name = fill("{} <b>{}</b>", states.icon(order.stage, order.reason), state)
    key = b.button(words.t("🚩 Board"), actions.OpenFlag(order_id=order.id))
    lines = [name, wording.merchant_name(words, order), *_contents(words, order)]
    return Message(text=words.page(lines), buttons=((key,),))


def flag_icon(flag: Flag) -> Markup:
    """The flag's icon."""
    icons = {
        Flag.RETURNED: "↩️",
        Flag.PROBLEM: "⚠️",
        Flag.DUTIES: "💶",
        Flag.IN_DISPUTE: "🏛",
        Flag.FAILED_ATTEMPT: "🚪",
        Flag.PICKUP: "📬",
        Flag.NO_TRACKING: "🕓",
        Flag.STUCK: "⏳",
        Flag.LATE: "🐢",
        Flag.DISPUTED: "⚖️",
        Flag.WILL_BE_LATE: "🔮",
    }
    return fill("{}", icons[flag])


def flag_name(words: Words, flag: Flag) -> Markup:
    """What the flag means."""
    t = words.t
    return {
        Flag.RETURNED: t("Returned or on its way back"),
        Flag.PROBLEM: t("Delivery problem"),
        Flag.DUTIES: t("Customs duty due"),
        Flag.IN_DISPUTE: t("In dispute"),
        Flag.FAILED_ATTEMPT: t("Delivery attempt failed"),
        Flag.PICKUP: t("Not collected yet"),
        Flag.NO_TRACKING: t("No tracking yet"),
        Flag.STUCK: t("No updates for a long time"),
        Flag.LATE: t("Later than promised"),
        Flag.DISPUTED: t("Customer reports a problem"),
        Flag.WILL_BE_LATE: t("Will probably be late"),
    }[flag]


def ask_note(words: Words, order_id: str, most: int) -> Message:
    """Ask for a note; the next plain message is the answer."""
    t = words.t
    lines = [
        t("📝 Write a note about order {id}.", id=words.code(order_id)),
        words.plural(
            "{n} character at most. Only the team sees it.",
            "{n} characters at most. Only the team sees it.",
            most,
        ),
    ]
    return Message(text=words.page(lines), buttons=((b.button(t("Cancel"), actions.Dismiss()),),))


def brief(
    words: Words,
    counts: Mapping[Flag, int],
    *,
    state: BotState,
    now: datetime,
    delivered: int,
    snoozed: int = 0,
    late: Sequence[Flagged] = (),
) -> Message:
    """The daily brief: how many orders carry which flag; `delivered` on the day before.

    `late` are some of the orders that will probably be late, which are named.
    """
    lines = [
        words.t("☕ <b>Daily brief</b>"),
        *bot_state(words, state, now),
        words.plural("{n} delivered since yesterday", "{n} delivered since yesterday", delivered),
        Markup(""),
        *(_counted(words, flag, counts[flag]) for flag in Flag if counts.get(flag)),
        *(
            Markup(" · ").join([wording.merchant_name(words, row.order), *_arrival(words, row.order, now)])
            for row in late
        ),
    ]
    if not any(counts.values()):
        lines += _all_quiet(words, state)
    lines += _snoozed(words, snoozed)
    return Message(text=words.page(lines), buttons=((b.button(words.t("🚩 Board"), actions.ShowBoard()),),))


def brief_settings(words: Words, at: time | None, hours: Sequence[int] = (7, 8, 9, 10, 18, 20)) -> Message:
    """When the brief shall come."""
    keys = [
        b.button(
            fill("✓ {}", words.clock(time(hour)))
            if at == time(hour)
            else fill("{}", words.clock(time(hour))),
            actions.SetBrief(start=time(hour)),
        )
        for hour in hours
    ]
    off = b.button(words.t("No daily brief"), actions.SetBrief(start=None))
    rows = [tuple(keys[start : start + 3]) for start in range(0, len(keys), 3)]
    text = words.page([words.t("☕ <b>Daily brief</b>"), words.t("What time should it arrive?")])
    return Message(text=text, buttons=(*rows, (off,)))


def table(rows: Sequence[Flagged]) -> tuple[str, bytes]:
    """The board as a CSV file: its name and content. Columns and flags have fixed English names."""
    written = io.StringIO()
    file = csv.writer(written)
    file.writerow(_COLUMNS)
    for row in rows:
        parcel = _in_trouble(row.order)
        node = next(iter(parcel.nodes), None) if parcel else None
        cells = (
            row.order.shop_order,
            row.order.id,
            row.flag.value,
            str(row.days),
            ", ".join(item.title for item in parcel.items) if parcel else "",
            parcel.carrier if parcel else "",
            parcel.number if parcel else "",
            node.at.isoformat(timespec="minutes") if node else "",
            node.text if node else "",
            str(row.followers),
            row.note,
        )
        file.writerow([harmless(cell) for cell in cells])
    return "board.csv", written.getvalue().encode("utf-8-sig")


# ── pieces ──────────────────────────────────────────────────────────────────────────────────────


def _counted(words: Words, flag: Flag, count: int) -> Markup:
    return fill("{} {} · <b>{}</b>", flag_icon(flag), flag_name(words, flag), words.number(count))


def _flag_lines(words: Words, row: Flagged, now: datetime) -> list[Markup]:
    name = fill("{} <b>{}</b>", flag_icon(row.flag), flag_name(words, row.flag))
    facts = [wording.merchant_name(words, row.order)]
    if row.days:
        facts.append(words.plural("{n} day", "{n} days", row.days))
    if row.followers:
        facts.append(words.plural("{n} follower", "{n} followers", row.followers))
    lines = [name, Markup(" · ").join(facts), *_contents(words, row.order)]
    if row.flag in {Flag.LATE, Flag.WILL_BE_LATE} and (days := _arrival(words, row.order, now)):
        lines.append(Markup(" · ").join(days))
    if row.note:
        lines.append(words.t("📝 {note}", note=wording.clip(row.note, 200)))
    return lines


def _arrival(words: Words, order: Order, now: datetime) -> list[Markup]:
    """When the parcel with the earliest promise comes, and what AliExpress promised."""
    promised = [parcel for parcel in order.live if parcel.eta is not None and not parcel.stage.final]
    parcel = min(promised, key=lambda one: one.eta or now, default=None)
    return card.expected(words, parcel, now) if parcel is not None else []


def _contents(words: Words, order: Order) -> list[Markup]:
    """The article, the carrier and its last words, of the parcel that gave the order its stage."""
    parcel = _in_trouble(order)
    if parcel is None:
        return []
    titles = (wording.clip(item.title, 60) for item in parcel.items)
    known = [next((title for title in titles if title), ""), wording.clip(parcel.carrier, 40)]
    facts = [words.isolate(each) for each in known if each]
    if parcel.number:
        facts.append(words.isolate(words.code(wording.clip(parcel.number, 40))))
    lines = [Markup(" · ").join(facts)] if facts else []
    if parcel.nodes and (said := wording.clip(parcel.nodes[0].text, 120)):
        lines.append(fill("<i>{}</i>", words.isolate(said)))
    return lines


def _in_trouble(order: Order) -> Parcel | None:
    return next((parcel for parcel in order.live if parcel.stage is order.stage), None) or next(
        iter(order.live), None
    )


def _snoozed(words: Words, n: int) -> list[Markup]:
    return [words.plural("😴 {n} more is snoozed", "😴 {n} more are snoozed", n)] if n else []
