"""Messages for the merchant: statistics, login and alerts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from markupsafe import Markup

from bot.i18n import Words, fill
from bot.model import BookNeeds, Button, CallBudget, Message, Order, Stats
from bot.views import actions, states, wording
from bot.views import buttons as b
from bot.views.lists import book_needs

TEXTS_SHOWN = 10
_ORANGE = "🟠"


# ── numbers ─────────────────────────────────────────────────────────────────────────────────────


def stats(
    words: Words, numbers: Stats, *, picture: bytes | None = None, needs: BookNeeds | None = None
) -> Message:
    """Orders, pushes, calls against the budget and the delay of news; `picture` is their chart (PNG).

    `needs` is what the orders cost that only the shop watches.
    """
    t, number = words.t, words.number
    lines = [
        words.plural("📊 <b>The last {n} day</b>", "📊 <b>The last {n} days</b>", numbers.days),
        Markup(""),
        t("📦 Orders watched: <b>{n}</b>", n=number(numbers.orders)),
        t("💬 Chats: <b>{n}</b>", n=number(numbers.chats)),
        t("✅ Delivered: <b>{n}</b>", n=number(numbers.delivered)),
        t("📨 Messages sent: <b>{n}</b>", n=number(numbers.pushes)),
    ]
    if numbers.failed_pushes:
        lines.append(t("📭 Couldn't be sent: <b>{n}</b>", n=number(numbers.failed_pushes)))
    lines += _calls(words, numbers.calls)
    lines += book_needs(words, needs) if needs is not None else []
    lines.append(t("📬 Messages waiting: <b>{n}</b>", n=number(numbers.waiting)))
    if numbers.memory is not None:
        lines.append(t("💾 Memory: <b>{n} MB</b>", n=number(round(numbers.memory / 1e6))))
    if numbers.delay is not None:
        lines.append(t("⏱ Typical delay of news: <b>{time}</b>", time=words.duration(numbers.delay)))
    keys = tuple(
        b.button(words.plural("{n} day", "{n} days", days), actions.ShowStats(days=days))
        for days in (1, 7, 30)
    )
    back = b.button(t("📊 Deliveries and problems"), actions.ShowFigures())
    return Message(text=words.page(lines), buttons=(keys, (back,)), photo=picture)


def _calls(words: Words, calls: CallBudget) -> Iterator[Markup]:
    budget = words.number(calls.limit or 0)
    share = words.percent(calls.used / calls.limit) if calls.limit else "–"
    yield words.t(
        "📡 AliExpress calls today: <b>{n}</b> of {budget} ({share})",
        n=words.number(calls.used),
        budget=budget,
        share=share,
    )
    if calls.limit:
        yield words.t(
            "About {forecast} of {budget} calls expected today",
            forecast=words.number(calls.forecast),
            budget=budget,
        )


# ── the AliExpress account ──────────────────────────────────────────────────────────────────────


def authorize(words: Words, url: str) -> Message:
    """Connect the account: where to log in, and what to send back."""
    t = words.t
    return _to_log_in(words, url, [t("🔑 <b>Connect the AliExpress account</b>")])


def authorize_in_private(words: Words) -> Message:
    """Logins are not taken in groups."""
    return Message(text=words.page([words.t("🔒 Send /authorize in a private chat with the bot.")]))


def authorized(words: Words, until: datetime | None, now: datetime) -> Message:
    """The account is connected; `until` is when the merchant has to log in again."""
    lines = [words.t("✅ Your AliExpress account is connected.")]
    if until is not None:
        lines.append(words.t("Log in again by {date}.", date=words.date(until, now)))
    return Message(text=words.page(lines))


def no_login_code(words: Words) -> Message:
    """The message was not sent to AliExpress, because there is no code in it."""
    lines = [
        words.t("❌ There's no login code in this message."),
        words.t("Send the whole address that you were taken to: it contains <code>code=</code>."),
    ]
    return Message(text=words.page(lines))


def login_unanswered(words: Words) -> Message:
    """AliExpress gave no usable answer to a login's code."""
    lines = [
        words.t("⏳ AliExpress isn't responding right now."),
        words.t("Start again with /authorize."),
    ]
    return Message(text=words.page(lines))


def not_authorized(words: Words, detail: str) -> Message:
    """AliExpress refused the code; `detail` is why, without secrets."""
    lines = [
        words.t("❌ AliExpress didn't accept this code."),
        words.t("Reason: {text}", text=wording.clip(detail, 200)) if detail else None,
        words.t("Start again with /authorize."),
    ]
    return Message(text=words.page(lines))


def token_warning(words: Words, days: int, url: str) -> Message:
    """The grant ends in `days` days (0: today); `url` is where to log in."""
    lines = [
        # Translators: {when} is "today", "tomorrow" or "in 3 days".
        words.t("🔑 <b>The AliExpress login ends {when}</b>", when=words.distance(days)),
        words.t("Log in again before then with /authorize, or we can't check any parcels."),
        Markup(""),
    ]
    return _to_log_in(words, url, lines)


def token_dead(words: Words, url: str) -> Message:
    """No parcel can be looked at until the merchant logs in, at `url`."""
    lines = [
        words.t("🔴 <b>AliExpress asks you to log in again</b>"),
        words.t("All checks are paused. /authorize takes a minute, and nothing is lost in the meantime."),
        Markup(""),
    ]
    return _to_log_in(words, url, lines)


def _to_log_in(words: Words, url: str, lines: Sequence[Markup]) -> Message:
    """These lines, then how to log in, with a button for the login page."""
    t = words.t
    steps = [
        t("1. Open the page below and log in with the shop's account."),
        t(
            "2. You'll be taken to an address that contains a <code>code</code>. "
            "Send that whole address here."
        ),
        t("Send it right away: the code works once and expires after a few minutes."),
    ]
    button = Button(text=_bare(t("🔑 Log in to AliExpress")), url=url)
    return Message(text=words.page([*lines, *steps]), buttons=((button,),))


# ── alerts ──────────────────────────────────────────────────────────────────────────────────────


def misconfigured(words: Words, code: str, detail: str) -> Message:
    """AliExpress refuses the app itself: key, secret, permission or address list."""
    lines = [
        words.t("🔴 <b>AliExpress refuses this app</b>"),
        fill("{} {}", words.isolate(words.code(code)), words.isolate(wording.clip(detail, 300))),
        words.t("Please check the app's key, secret, permissions, and allowed addresses. Checks are paused."),
    ]
    return Message(text=words.page(lines))


def source_lost(words: Words, since: datetime, now: datetime) -> Message:
    """AliExpress has answered no call since `since`; sent once."""
    lines = [
        words.t("🟠 <b>AliExpress isn't responding</b>"),
        # Translators: {moment} is like "3 hours ago".
        words.t(
            "It stopped responding {moment}. We keep trying; orders show the last we know.",
            moment=words.ago(since, now),
        ),
    ]
    return Message(text=words.page(lines))


def source_back(words: Words, gone_for: timedelta) -> Message:
    """AliExpress answers again; sent once."""
    text = words.t(
        "🟢 AliExpress is responding again. It was down for {time}.", time=words.duration(gone_for)
    )
    return Message(text=words.page([text]))


def throttled(words: Words) -> Message:
    """AliExpress refuses calls because there are too many; sent once."""
    return _alert(
        words,
        words.t("AliExpress says: too many calls"),
        words.t(
            "We're waiting as it asks, and nothing is lost. If this happens often, lower "
            "<code>ALIEXPRESS_CALLS_PER_SECOND</code>."
        ),
    )


def outbox_late(words: Words, waiting: timedelta) -> Message:
    """Messages wait and none goes out; sent once."""
    return _alert(
        words,
        words.t("Messages have been waiting for {time}", time=words.duration(waiting)),
        words.t("Nothing is lost; they'll be sent in order once Telegram accepts them."),
    )


def intake_silent(words: Words, since: timedelta) -> Message:
    """No updates arrive from Telegram; sent once."""
    return _alert(
        words,
        words.t("Nothing heard from Telegram for {time}", time=words.duration(since)),
        words.t("Commands and buttons aren't answered in the meantime. Is a second copy of the bot running?"),
    )


def webhook_trouble(words: Words, detail: str) -> Message:
    """Telegram cannot deliver to the webhook; sent once. `detail` is Telegram's own word."""
    return _alert(
        words,
        words.t("Telegram can't reach the webhook"),
        fill("{}", words.isolate(wording.clip(detail, 200))),
        words.t("Commands and buttons aren't answered. Check the address, the proxy, and its certificate."),
    )


def webhook_paused(words: Words, *, host: str, endpoint_id: str, reason: str) -> Message:
    """The shop's own system takes no events any more; sent once. `reason` is English, from the last try."""
    return _alert(
        words,
        words.t("Your shop's system no longer accepts events"),
        fill("{}", words.isolate(wording.clip(f"{host}: {reason}", 200))),
        words.t("Nothing more is sent there. Events are kept for 30 days. Once it works again, run:"),
        words.code(f"webhooks resume {endpoint_id}"),
    )


def database_trouble(words: Words, detail: str) -> Message:
    """The database cannot be written; sent once. `detail` is its own word."""
    return _alert(
        words,
        words.t("Database problem"),
        fill("{}", words.isolate(wording.clip(detail, 200))),
        words.t("Please check the disk and its free space. The bot recovers on its own afterward."),
    )


def solved(words: Words, alert: Message, lasted: timedelta) -> Message:
    """The cause of an alert is over; `alert` is that message."""
    title = alert.text.partition("\n")[0].replace(_ORANGE, "🟢")
    for tag in ("b>", "/b>"):
        title = title.replace(f"<{tag}", f"<{tag.replace('b', 's')}")
    over = words.t("Resolved after {time}", time=words.duration(lasted))
    return Message(text=f"{title}\n{words.page([over])}")


def budget_low(words: Words, share: float) -> Message:
    """A large share of the day's calls is used."""
    lines = [
        words.t("🟠 <b>{share} of today's AliExpress calls are used</b>", share=words.percent(share)),
        words.t("We'll check less often until tomorrow."),
    ]
    return Message(text=words.page(lines))


def undelivered(words: Words, n: int) -> Message:
    """Messages that Telegram will never take, set aside."""
    text = words.plural(
        "🟠 {n} message couldn't be sent and was set aside.",
        "🟠 {n} messages couldn't be sent and were set aside.",
        n,
    )
    return Message(text=words.page([text]))


def set_aside(words: Words, update_id: int) -> Message:
    """An update from Telegram that could not be handled; the others go on."""
    text = words.t("🟠 Update {id} couldn't be handled and was set aside.", id=words.code(str(update_id)))
    return Message(text=words.page([text]))


def unknown_texts(words: Words, texts: Sequence[tuple[str, int]]) -> Message:
    """Carrier texts that no rule knows, with how often they came."""
    lines = [words.plural("🔎 {n} new carrier text", "🔎 {n} new carrier texts", len(texts))]
    lines += [
        fill("{}× {}", words.number(count), words.isolate(wording.clip(text, 150)))
        for text, count in texts[:TEXTS_SHOWN]
    ]
    lines.append(words.t("Customers see them as they are; we don't guess a stage from them."))
    return Message(text=words.page(lines))


def customer_problem(words: Words, order: Order, dispute: int | None = None) -> Message:
    """A customer answered "problem" to "Did you get it?"; a reply to the message goes to that customer."""
    t, id_ = words.t, order.id
    carriers = [words.isolate(words.code(each.number)) for each in order.parcels if each.number]
    lines = [
        t("⚖️ <b>A customer reports a problem with order {id}</b>", id=wording.merchant_name(words, order)),
        states.state(words, order.stage, order.reason),
        *([Markup(" · ").join(carriers)] if carriers else []),
    ]
    if dispute is not None:
        lines += [Markup(""), t("<i>Reply to this message to answer the customer.</i>")]
    return Message(text=words.page(lines), buttons=problem_keys(words, id_, dispute))


def problem_keys(words: Words, order_id: str, dispute: int | None) -> tuple[tuple[Button, ...], ...]:
    """What the merchant can do about a customer's problem; the reply to it is known by "Solved"."""
    look = (
        b.button(words.t("📜 Timeline"), actions.ShowTimeline(order_id=order_id)),
        b.button(words.t("🚩 Board"), actions.OpenFlag(order_id=order_id)),
    )
    if dispute is None:
        return (look,)
    return (look, (b.button(words.t("✅ Solved"), actions.Solve(dispute=dispute)),))


# ── pieces ──────────────────────────────────────────────────────────────────────────────────────


def _alert(words: Words, title: Markup, *lines: Markup) -> Message:
    return Message(text=words.page([fill("{} <b>{}</b>", _ORANGE, title), *lines]))


def _bare(text: Markup) -> str:
    return str(text.striptags())
