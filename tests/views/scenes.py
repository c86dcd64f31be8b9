"""One scene for each thing a view can say: the gallery that snapshots and checks walk through.

A scene's name begins with the view that makes it, `module.function`, and may go on with what is special.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot.i18n import Words
from bot.ids import Mistake
from bot.lists import Problem, Trouble, Unreadable
from bot.model import (
    BookNeeds,
    BotState,
    CallBudget,
    Chat,
    Estimate,
    Figures,
    Flag,
    Flagged,
    Follow,
    Importance,
    Item,
    Letter,
    Level,
    Localized,
    Message,
    News,
    NewsKind,
    Node,
    NodeText,
    Order,
    OrderStatus,
    Parcel,
    Place,
    Quiet,
    Reason,
    Reported,
    Shop,
    Stage,
    Stats,
    Summary,
)
from bot.views import (
    admin,
    asking,
    board,
    card,
    commands,
    contact,
    explanation,
    figures,
    lists,
    orders,
    page,
    picture,
    pushes,
    receipts,
    refusals,
    replies,
    settings,
    summaries,
    timeline,
)
from bot.views.actions import Panel, Receipt, Region, Shelf

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ID = "8211744661738042"
_NO_NEWS = {NewsKind.CARD, NewsKind.ASKED, NewsKind.ANSWERED, NewsKind.SOLVED}  # of the order itself
LOGIN = "https://api-sg.aliexpress.com/oauth/authorize"

Scene = Callable[[Words], Message | page.Page | str | tuple[tuple[str, str], ...]]


def node(seq: int, hours: float, stage: Stage, text: str, *, parcel: int = 1, name: str = "Update") -> Node:
    at = NOW - hours * HOUR
    return Node(
        seq=seq, parcel=parcel, at=at, ordinal=0, name=name, description=text, stage=stage, seen_at=at + HOUR
    )


JOURNEY = (
    node(5, 5, Stage.LOCAL_TRANSIT, "Arrived at sorting center [Leipzig]"),
    node(4, 30, Stage.ARRIVED_DESTINATION, "Arrived in the destination country/region"),
    node(3, 100, Stage.INTERNATIONAL_TRANSIT, "Departed from airport of origin"),
    node(2, 160, Stage.PICKED_UP, "Accepted by carrier"),
    node(1, 190, Stage.UPDATE, "清关资料已推送"),
)
PARCEL = Parcel(
    index=1,
    number="LP00123456789CN",
    carrier="Cainiao",
    eta=NOW + 4 * DAY,
    first_eta=NOW + DAY,
    items=(
        Item(id="1", title="Blue desk lamp", quantity=2),
        Item(id="2", title="USB-C cable", variant="Silvery, M"),
    ),
    stage=Stage.LOCAL_TRANSIT,
    stage_since=NOW - 50 * HOUR,
    nodes=JOURNEY,
)
SECOND = Parcel(
    index=2,
    number="1Z999AA10123456784",
    carrier="GLS",
    eta=NOW - 2 * DAY,
    first_eta=NOW - 2 * DAY,
    stage=Stage.FAILED_ATTEMPT,
    reason=Reason.ABSENT,
    nodes=(node(6, 2, Stage.FAILED_ATTEMPT, "Recipient not at home", parcel=2),),
)
ORDER = Order(
    id=ID,
    stage=Stage.LOCAL_TRANSIT,
    stage_since=NOW - 50 * HOUR,
    parcels=(PARCEL,),
    created_at=NOW - 9 * DAY,
    fetched_at=NOW - HOUR / 12,
)
NEW = Order(id=ID, created_at=NOW)
LAMP = Item(id="1", title="Blue desk lamp", variant="Green", quantity=2)
TWIN = replace(ORDER, id="8211744661738043", parcels=(replace(PARCEL, items=(LAMP,)),))
NUMBERED = replace(ORDER, shop_order="#1001")
WELL = BotState(watched=1234)
NEEDS = BookNeeds(orders=50_000, calls=50_000, granted=2500, gap=1_728_000)
FOLLOW = Follow(place=Place(5), order_id=ID, label="Blue lamp", created_at=NOW - 9 * DAY)
UNNAMED = replace(FOLLOW, label="")
CHAT = Chat(place=Place(5), language="en", zone="Europe/Berlin", created_at=NOW)
SHOP = Shop(name="Lamp & Light", support="@lamp_help")
FACTS = Localized(order=ORDER, typical=3 * DAY)


def estimated(first: float, last: float) -> Order:
    """The order with our own estimate: from so many to so many days from now."""
    estimate = Estimate(first=NOW + first * DAY, last=NOW + last * DAY, at=NOW - 9 * HOUR)
    return replace(ORDER, parcels=(replace(PARCEL, estimate=estimate),))


TWO = Localized(order=replace(ORDER, stage=Stage.FAILED_ATTEMPT, parcels=(PARCEL, SECOND)))


ARRIVED = Localized(
    order=replace(
        ORDER,
        stage=Stage.DELIVERED,
        parcels=(
            replace(PARCEL, stage=Stage.DELIVERED),
            replace(
                SECOND,
                stage=Stage.DELIVERED,
                reason=Reason.NONE,
                nodes=(node(6, 2, Stage.DELIVERED, "Delivered, left at the door", parcel=2),),
            ),
        ),
    )
)


def order_in(stage: Stage, reason: Reason = Reason.NONE, text: str = "Latest news") -> Localized:
    """The one-parcel order, in this state."""
    before = JOURNEY if (stage.rank or 13) > 10 else ()
    nodes = (replace(node(6, 1, stage, text), reason=reason), *before)
    parcel = Parcel(index=1, number="LP00123456789CN", stage=stage, reason=reason, nodes=nodes)
    return Localized(order=replace(ORDER, stage=stage, reason=reason, parcels=(parcel,)))


def news(kind: NewsKind, importance: Importance = Importance.ACTION, **facts: object) -> News:
    return News(kind=kind, key="k", importance=importance, **facts)  # type: ignore[arg-type]  # test brevity


def told(stage: Stage, reason: Reason = Reason.NONE, text: str = "Latest news") -> Scene:
    """The push of a parcel's entering this state."""
    facts = order_in(stage, reason, text)
    piece = news(NewsKind.NODES, Importance.MILESTONE, nodes=(6,), parcel=1, stage=stage)
    return lambda w: pushes.push(w, facts, FOLLOW, [piece], now=NOW)


def _taken_back() -> Scene:
    """The push of a parcel that was not delivered after all."""
    facts = order_in(Stage.FAILED_ATTEMPT, text="Correction: not delivered yet")
    scanned = node(5, 40, Stage.DELIVERED, "Package delivered")
    (parcel,) = facts.order.parcels
    nodes = (parcel.nodes[0], scanned, *parcel.nodes[2:])
    facts = Localized(order=replace(facts.order, parcels=(replace(parcel, nodes=nodes),)))
    piece = news(NewsKind.NODES, nodes=(6,), parcel=1, stage=Stage.FAILED_ATTEMPT)
    return lambda w: pushes.push(w, facts, FOLLOW, [piece], now=NOW)


def waiting(kind: NewsKind, days: int) -> Scene:
    piece = news(kind, days=days, parcel=1, stage=Stage.IMPORT_CUSTOMS)
    return lambda w: pushes.push(w, FACTS, FOLLOW, [piece], now=NOW)


def _cards() -> dict[str, Scene]:
    def shown(facts: Localized, follow: Follow | None = FOLLOW, **options: object) -> Scene:
        return lambda w: card.card(w, facts, follow, now=NOW, **options)  # type: ignore[arg-type]  # test brevity

    translated = replace(FACTS, texts={5: NodeText(description="In Leipzig angekommen")})
    eight = tuple(replace(PARCEL, index=index, nodes=()) for index in range(1, 9))
    return {
        "card.card": shown(FACTS),
        "card.card in the reader's language": shown(translated),
        "card.card with our own estimate": shown(Localized(order=estimated(3, 6))),
        "card.card estimated for tomorrow": shown(Localized(order=estimated(0.5, 1))),
        "card.card past our own estimate": shown(Localized(order=estimated(-6, -2))),
        "card.card of the shop's number": shown(replace(FACTS, order=NUMBERED)),
        "card.card of two parcels": shown(TWO),
        "card.card of a shop with a telephone": shown(
            order_in(Stage.EXCEPTION, Reason.DAMAGED), shop=Shop(support="+49 151 23456789")
        ),
        "card.card of eight parcels": shown(Localized(order=replace(ORDER, parcels=eight))),
        "card.card without a name": shown(FACTS, UNNAMED),
        "card.card in a group": shown(FACTS, UNNAMED, masked=True),
        "card.card muted and archived": shown(FACTS, replace(FOLLOW, notify=False, archived_at=NOW)),
        "card.card of a place that does not follow": shown(FACTS, None),
        "card.card while AliExpress is silent": shown(FACTS, silent_since=NOW - 3 * HOUR),
        "card.card while AliExpress never answered": shown(
            Localized(order=NEW), silent_since=NOW - HOUR / 60
        ),
        "card.card before the first answer": shown(Localized(order=NEW)),
        "card.card without tracking": shown(
            Localized(order=replace(NEW, status=OrderStatus.PREPARING, fetched_at=NOW - HOUR))
        ),
        "card.card of a cancelled order": shown(
            Localized(order=replace(NEW, status=OrderStatus.CANCELLED, fetched_at=NOW - HOUR))
        ),
        "card.card of an order that AliExpress closed": shown(
            replace(FACTS, order=replace(ORDER, status=OrderStatus.CLOSED))
        ),
        "card.card of an order cancelled before a carrier had it": shown(
            Localized(
                order=replace(
                    order_in(Stage.PRE_SHIPMENT, Reason.NONE).order,
                    stage=Stage.CANCELLED,
                    status=OrderStatus.CANCELLED,
                )
            )
        ),
        **{
            f"card.card {stage} {reason}".strip(): shown(order_in(stage, reason))
            for stage in Stage
            for reason in _reasons_of(stage)
            if stage is not Stage.UPDATE
        },
    }


def _reasons_of(stage: Stage) -> tuple[Reason, ...]:
    match stage:
        case Stage.EXCEPTION:
            return tuple(Reason)
        case Stage.FAILED_ATTEMPT | Stage.RETURNING:
            return (Reason.ABSENT, Reason.ADDRESS)
        case _:
            return (Reason.NONE,)


def _timelines() -> dict[str, Scene]:
    long = tuple(node(60 - n, 3 * n, Stage.ORIGIN_TRANSIT, f"Scan number {60 - n}") for n in range(60))
    many = Localized(order=replace(ORDER, parcels=(replace(PARCEL, nodes=long),)))
    return {
        "timeline.timeline": lambda w: timeline.timeline(w, FACTS, FOLLOW, now=NOW),
        "timeline.timeline in a guessed zone": lambda w: timeline.timeline(
            replace(w, zone_is_guess=True), FACTS, FOLLOW, now=NOW
        ),
        "timeline.timeline second parcel": lambda w: timeline.timeline(w, TWO, FOLLOW, parcel=2, now=NOW),
        "timeline.timeline long": lambda w: timeline.timeline(w, many, FOLLOW, now=NOW),
        "timeline.timeline second page": lambda w: timeline.timeline(w, many, FOLLOW, page=1, now=NOW),
        "timeline.timeline of nothing": lambda w: timeline.timeline(w, Localized(order=NEW), None, now=NOW),
    }


def _pushes() -> dict[str, Scene]:
    scan = news(NewsKind.NODES, Importance.SCAN, nodes=(5,), parcel=1)
    several = news(NewsKind.NODES, Importance.MILESTONE, nodes=(5, 4, 3), parcel=1, stage=Stage.LOCAL_TRANSIT)
    later = news(NewsKind.ETA, parcel=1, eta_before=NOW + DAY, eta_after=NOW + 4 * DAY)
    sooner = news(NewsKind.ETA, parcel=1, eta_before=NOW + 4 * DAY, eta_after=NOW + DAY)
    none = news(NewsKind.ETA, parcel=1, eta_before=NOW + 4 * DAY)
    other = news(NewsKind.NODES, nodes=(6,), parcel=2, stage=Stage.FAILED_ATTEMPT)
    first = news(NewsKind.NODES, nodes=(6,), parcel=1, stage=Stage.DELIVERED)

    def pushed(*pieces: News, facts: Localized = FACTS) -> Scene:
        return lambda w: pushes.push(w, facts, FOLLOW, pieces, now=NOW)

    entries = [
        summaries.SummaryEntry(facts=FACTS, follow=FOLLOW, news=(scan, later)),
        summaries.SummaryEntry(facts=TWO, follow=UNNAMED, news=(other,)),
        summaries.SummaryEntry(facts=order_in(Stage.DELIVERED), follow=FOLLOW),
    ]

    def summed(occasion: summaries.Occasion, count: int) -> Scene:
        return lambda w: summaries.summary(w, (entries * 5)[:count], occasion=occasion, now=NOW)

    def asked(about: News | None, chat: Chat = CHAT) -> Scene:
        return lambda w: explanation.why(w, FACTS, FOLLOW, chat, about)

    def answered(receipt: Receipt) -> Scene:
        return lambda w: receipts.received(w, order_in(Stage.DELIVERED), FOLLOW, receipt, 3, parcel=1)

    return {
        "pushes.push one scan": pushed(scan),
        "pushes.push of the shop's number": lambda w: pushes.push(
            w, replace(FACTS, order=NUMBERED), FOLLOW, [scan], now=NOW
        ),
        "pushes.push several entries": pushed(several),
        "pushes.push later": pushed(later),
        "pushes.push sooner": pushed(sooner),
        "pushes.push no date any more": pushed(none),
        "pushes.push entries and date of two parcels": pushed(several, later, other, facts=TWO),
        "pushes.push all arrived": pushed(news(NewsKind.ALL_ARRIVED), facts=TWO),
        **{f"pushes.push {stage}": told(stage) for stage in Stage if stage is not Stage.UPDATE},
        **{
            f"pushes.push {stage} with a deadline": told(stage, text="Please collect by 2026-12-05")
            for stage in (Stage.READY_FOR_PICKUP, Stage.DUTIES_DUE)
        },
        "pushes.push delayed": told(Stage.EXCEPTION, Reason.DELAY),
        "pushes.push delayed by the weather": told(Stage.EXCEPTION, Reason.WEATHER),
        "pushes.push a status and later": pushed(
            news(NewsKind.STATUS, status=OrderStatus.PART_SHIPPED), later
        ),
        "pushes.push still awaited and later": pushed(news(NewsKind.STILL_AWAITED, days=30), later),
        "pushes.push held by customs": told(Stage.EXCEPTION, Reason.CUSTOMS),
        "pushes.push the last of two": pushed(
            news(NewsKind.NODES, nodes=(6,), parcel=2, stage=Stage.DELIVERED),
            news(NewsKind.ALL_ARRIVED),
            facts=ARRIVED,
        ),
        "pushes.push later and delivered": pushed(later, first, facts=order_in(Stage.DELIVERED)),
        "pushes.push wrong address": told(Stage.FAILED_ATTEMPT, Reason.ADDRESS),
        "pushes.push a delivery taken back": _taken_back(),
        **{
            f"pushes.push order {status}": pushed(news(NewsKind.STATUS, status=status))
            for status in OrderStatus
        },
        **{
            f"pushes.push {kind} {days}": waiting(kind, days)
            for kind, days in (
                (NewsKind.NO_TRACKING, 3),
                (NewsKind.STUCK, 21),
                (NewsKind.PICKUP_WAITING, 2),
                (NewsKind.PICKUP_WAITING, 5),
                (NewsKind.CUSTOMS_WAITING, 11),
                (NewsKind.DUTIES_WAITING, 1),
                (NewsKind.STILL_AWAITED, 30),
                (NewsKind.STOPPED, 90),
                (NewsKind.CHECK_IN, 0),
            )
        },
        **{f"summaries.summary {each}": summed(each, 3) for each in summaries.Occasion},
        "summaries.summary of many": summed(summaries.Occasion.DAILY, 15),
        "summaries.summary of nothing": summed(summaries.Occasion.DAILY, 0),
        "explanation.why node": asked(scan),
        "explanation.why node in a group": asked(scan, replace(CHAT, place=Place(-5))),
        "explanation.why nothing was told": asked(None),
        **{f"explanation.why {kind}": asked(news(kind)) for kind in NewsKind if kind not in _NO_NEWS},
        "receipts.ask_receipt": lambda w: receipts.ask_receipt(w, order_in(Stage.DELIVERED), FOLLOW, 1),
        "receipts.ask_receipt of all": lambda w: receipts.ask_receipt(w, TWO, FOLLOW, 0),
        **{f"receipts.received {each}": answered(each) for each in Receipt},
        "pushes.not_found": lambda w: pushes.not_found(w, ORDER.id),
        "receipts.received problem without a shop to tell": lambda w: receipts.received(
            w, FACTS, FOLLOW, Receipt.PROBLEM, 3, reported=False, shop=Shop(support="@lamp_help")
        ),
        "receipts.received yes, with a review": lambda w: receipts.received(
            w, FACTS, FOLLOW, Receipt.YES, 3, review=True, shop=Shop(review_url="https://shop.example/review")
        ),
        "receipts.received problem with a shop to ask": lambda w: receipts.received(
            w, FACTS, FOLLOW, Receipt.PROBLEM, 3, shop=Shop(asks=True)
        ),
    }


def _lists() -> dict[str, Scene]:
    rows = [
        (ORDER, FOLLOW),
        (TWO.order, UNNAMED),
        (order_in(Stage.DELIVERED).order, replace(FOLLOW, label="Кружка", notify=False)),
        (NEW, replace(FOLLOW, label="مصباح أزرق")),
    ]
    counts = {Shelf.MOVING: 5, Shelf.NEEDS_YOU: 2, Shelf.DELIVERED: 11, Shelf.ARCHIVED: 1}

    def listed(shelf: Shelf, page: int, total: int, some: int) -> Scene:
        return lambda w: orders.orders(
            w, rows[:some], shelf=shelf, page=page, total=total, counts=counts, now=NOW
        )

    return {
        "orders.orders": listed(Shelf.ACTIVE, 0, 18, 4),
        "orders.orders needs you": listed(Shelf.NEEDS_YOU, 0, 1, 1),
        "orders.orders archive": listed(Shelf.ARCHIVED, 0, 0, 0),
        "orders.orders third page": listed(Shelf.ACTIVE, 2, 18, 2),
    }


def _settings() -> dict[str, Scene]:
    quiet = replace(
        CHAT, quiet_from=time(22), quiet_to=time(8), quiet=Quiet.HELD, digest_at=time(9), level=Level.PROBLEMS
    )
    away = replace(CHAT, paused_until=NOW + 7 * DAY)

    def panel(chat: Chat, which: Panel) -> Scene:
        return lambda w: settings.settings(w, replace(chat, language=w.language), now=NOW, panel=which)

    def region(which: Region) -> Scene:
        return lambda w: settings.zones(w, CHAT, which, now=NOW)

    return {
        **{f"settings.settings {each}": panel(CHAT, each) for each in Panel},
        **{f"settings.settings {each} with quiet hours": panel(quiet, each) for each in Panel},
        "settings.settings paused": panel(away, Panel.MAIN),
        "settings.settings pause paused": panel(away, Panel.PAUSE),
        "settings.languages": lambda w: settings.languages(w, CHAT),
        **{f"settings.zones {each}": region(each) for each in Region},
    }


def _talk() -> dict[str, Scene]:
    def mistaken(kind: Mistake, text: str) -> Scene:
        return lambda w: refusals.mistake(w, kind, text, SHOP)

    def choose(purpose: replies.Purpose) -> Scene:
        return lambda w: replies.choose(
            w, [(ORDER, FOLLOW), (ORDER, UNNAMED), (TWIN, UNNAMED), (NEW, UNNAMED)], purpose
        )

    tried = tuple((str(8211744661738042 + place), each) for place, each in enumerate(refusals.Tried))
    welcome = replace(SHOP, welcome="We love light.")
    return {
        "replies.start": lambda w: replies.start(w, SHOP),
        "replies.start without a shop's name": lambda w: replies.start(w, Shop()),
        "replies.start by link": lambda w: replies.start(w, welcome, replies.EntryPoint.LINK),
        "replies.claimed": lambda w: replies.claimed(w, SHOP, ORDER, FOLLOW),
        "replies.claimed without a shop's name": lambda w: replies.claimed(w, Shop(), NEW, None),
        "replies.claimed by a shop order": lambda w: replies.claimed(
            w, SHOP, replace(NEW, shop_order="#1001"), None
        ),
        "replies.help_": lambda w: replies.help_(w, SHOP),
        "replies.help_ of the team": lambda w: replies.help_(w, SHOP, admin=True),
        "replies.unknown_command": replies.unknown_command,
        "replies.help_ in a group": lambda w: replies.help_(w, SHOP, replies.EntryPoint.COMMAND),
        "replies.help_ by link": lambda w: replies.help_(w, SHOP, replies.EntryPoint.LINK),
        "replies.start in a group": lambda w: replies.start(w, SHOP, replies.EntryPoint.COMMAND),
        "replies.start for the team": lambda w: replies.start(w, SHOP, replies.EntryPoint.TEAM),
        "replies.not_understood": lambda w: replies.not_understood(w, SHOP),
        "replies.not_understood by link": lambda w: replies.not_understood(w, SHOP, replies.EntryPoint.LINK),
        "replies.nothing_followed": lambda w: replies.nothing_followed(w, SHOP),
        "replies.nothing_followed in a group": lambda w: replies.nothing_followed(
            w, SHOP, replies.EntryPoint.COMMAND
        ),
        "contact.contact_button": lambda w: contact.contact_button(w, Shop(support="@kiosk_help")).text,  # type: ignore[union-attr]  # there is one
        "replies.cannot_read": lambda w: replies.cannot_read(w, SHOP),
        "replies.unclear": lambda w: replies.unclear(w, SHOP, [ID]),
        "replies.taken_as_question": lambda w: replies.taken_as_question(w, SHOP, [ID]),
        "replies.besides": lambda w: replies.besides(w, SHOP, [ID]),
        "replies.besides without a contact": lambda w: replies.besides(w, Shop(), [ID]),
        "replies.ask_shop without an order": lambda w: replies.ask_shop(
            w, SHOP, begin=replies.EntryPoint.NUMBER
        ),
        "replies.ask_shop": lambda w: replies.ask_shop(w, SHOP),
        "replies.ask_shop without a contact": lambda w: replies.ask_shop(w, Shop()),
        **{f"refusals.mistake {each}": mistaken(each, "1005006123456789") for each in Mistake},
        "refusals.too_many": lambda w: refusals.too_many(w, 60, 20),
        "refusals.several": lambda w: refusals.several(w, tried, mistakes=2),
        "refusals.unanswered": lambda w: refusals.unanswered(w, ORDER.id),
        "refusals.unknown_order": lambda w: refusals.unknown_order(w, ID, SHOP),
        "refusals.not_followed": refusals.not_followed,
        "refusals.quota_reached": lambda w: refusals.quota_reached(w, 50),
        "replies.slow_down": lambda w: replies.slow_down(w, NOW + HOUR, NOW),
        "refusals.private_bot": lambda w: refusals.private_bot(w, SHOP),
        "refusals.link_only": lambda w: refusals.link_only(w, SHOP),
        "refusals.bad_link": lambda w: refusals.bad_link(w, SHOP),
        "refusals.admins_only": refusals.admins_only,
        "refusals.group_admins_only": refusals.group_admins_only,
        "refusals.make_me_admin": refusals.make_me_admin,
        "replies.went_wrong": lambda w: replies.went_wrong(w, SHOP),
        **{f"replies.choose {each}": choose(each) for each in replies.Purpose},
        "replies.ask_rename": lambda w: replies.ask_rename(w, ORDER, FOLLOW, 64),
        "replies.renamed": lambda w: replies.renamed(w, ORDER, FOLLOW),
        "replies.label_too_long": lambda w: replies.label_too_long(w, 4000, 64),
        "replies.ask_stop": lambda w: replies.ask_stop(w, ORDER, FOLLOW),
        "replies.stopped": lambda w: replies.stopped(w, ORDER, UNNAMED),
        "replies.notifications on": lambda w: replies.notifications(w, ORDER, FOLLOW),
        "replies.notifications off": lambda w: replies.notifications(w, ORDER, replace(FOLLOW, notify=False)),
        "settings.language_set": settings.language_set,
        "settings.ask_zone": lambda w: settings.ask_zone(w, NOW),
        "settings.zone_set": lambda w: settings.zone_set(w, NOW),
        "settings.zone_unknown": lambda w: settings.zone_unknown(w, "Mars/Base"),
        "settings.mydata": lambda w: settings.mydata(w, b"{}"),
        "settings.ask_forget": settings.ask_forget,
        "settings.forgotten": settings.forgotten,
        "replies.dismissed": replies.dismissed,
        "replies.old_button": replies.old_button,
        "replies.fresh": lambda w: replies.fresh(w, NOW - HOUR / 90, NOW),
        "replies.looking": replies.looking,
        "replies.silent": replies.silent,
        "replies.refreshed with news": lambda w: replies.refreshed(w, changed=True),
        "replies.refreshed": lambda w: replies.refreshed(w, changed=False),
        "replies.notify_switched on": lambda w: replies.notify_switched(w, on=True),
        "replies.notify_switched off": lambda w: replies.notify_switched(w, on=False),
        "replies.archive_switched": lambda w: replies.archive_switched(w, archived=True),
        "replies.archive_switched back": lambda w: replies.archive_switched(w, archived=False),
        "replies.saved": replies.saved,
        "replies.shop_number": lambda w: replies.shop_number(w, "#1001", SHOP),
        "replies.shop_number without a contact": lambda w: replies.shop_number(w, "#1001", Shop()),
    }


def _left_out(problem: tuple[int, Problem]) -> Scene:
    return lambda w: Message(text=w.page(lists.left_out(w, [problem])))


def _order_lists() -> dict[str, Scene]:
    url = "https://t.me/lamp_bot?start=AB2cd"
    table = ("links.csv", b"csv")
    problems = [
        (line, Problem(trouble=trouble, text="" if trouble is Trouble.MISSING else "8.21E+15"))
        for line, trouble in enumerate(Trouble, 2)
    ]
    few = BookNeeds(orders=120, calls=120, granted=120, gap=86_400)
    return {
        "lists.links": lambda w: lists.links(w, [(ID, url)], unwatched=1),
        "lists.links with pages": lambda w: lists.links(
            w, [("#1001", url, "https://parcels.example.com/t/c-0123456789abcdefghijkl")], shop_orders=True
        ),
        "lists.links many": lambda w: lists.links(w, [(ID, url)] * 12, problems, table),
        "lists.links more than codes": lambda w: lists.links(w, [(ID, url)] * 12, (), table, codes=10),
        "lists.links of shop orders": lambda w: lists.links(
            w, [("#1001", url), ("#1002", url)], (), table, shop_orders=True, unwatched=3
        ),
        "lists.qr_code": lambda w: lists.qr_code(w, ORDER.id, b"PNG"),
        "lists.link_usage": lambda w: lists.link_usage(w, problems[-1:]),
        "lists.links_off": lists.links_off,
        "lists.watch_usage": lists.watch_usage,
        "lists.watching": lambda w: lists.watching(w, 12_500, 50_000),
        "lists.watched": lambda w: lists.watched(w, added=118, known=2, needs=few),
        "lists.watched too many": lambda w: lists.watched(
            w, added=50_000, known=0, needs=NEEDS, problems=problems, rounded=True, table=table
        ),
        "lists.unwatched": lambda w: lists.unwatched(w, 3),
        "lists.unwatch_usage": lists.unwatch_usage,
        "lists.list_gone": lists.list_gone,
        "lists.found": lambda w: lists.found(w, "#1001", [NUMBERED, ORDER]),
        "lists.found nothing": lambda w: lists.found(w, "<#1001>", []),
        "lists.find_usage": lists.find_usage,
        **{f"lists.left_out {each[1].trouble.value}": _left_out(each) for each in problems},
        "lists.unreadable_file spreadsheet": lambda w: lists.unreadable_file(
            w, "orders.xls", Unreadable.SPREADSHEET, megabytes=10
        ),
        "lists.unreadable_file large": lambda w: lists.unreadable_file(
            w, "orders.csv", Unreadable.TOO_LARGE, megabytes=10
        ),
        "lists.unreadable_file picture": lambda w: lists.unreadable_file(
            w, "photo <1>.jpg", Unreadable.NO_TEXT, megabytes=10
        ),
    }


def _quiet(state: BotState) -> Scene:
    return lambda w: board.board(w, [], state=state, now=NOW, total=0)


def _admin() -> dict[str, Scene]:
    flagged = [Flagged(order=ORDER, flag=flag, days=days, followers=days) for days, flag in enumerate(Flag)]
    slow = (replace(NUMBERED, parcels=estimated(7, 11).parcels), ORDER)
    foreseen = [Flagged(order=order, flag=Flag.WILL_BE_LATE, days=2) for order in slow]
    counts = {Flag.LATE: 7, Flag.RETURNED: 1, Flag.DUTIES: 1}
    noted = replace(flagged[3], note="Wrote to the carrier", snoozed_until=NOW + DAY)
    some = Summary(parcels=1234, half=12, nine_in_ten=21, promised=1200, late=98)
    few = Summary(parcels=1, half=None, nine_in_ten=None, promised=0, late=0)
    nothing = Figures(
        since=NOW - 20 * DAY,
        total=Summary(parcels=0, half=None, nine_in_ten=None, promised=0, late=0),
        troubles={},
        reported=Reported(reported=0, solved=0),
        questions=0,
    )
    delivered = replace(
        nothing,
        total=some,
        months=((date(2026, 10, 1), some), (date(2026, 11, 1), few)),
        carriers=(("Hermes <HSI>", some), ("", few), *((f"Post {n}", few) for n in range(6))),
        troubles={
            (Stage.EXCEPTION, Reason.CUSTOMS): 12,
            (Stage.RETURNED, Reason.NONE): 12,
            (Stage.FAILED_ATTEMPT, Reason.NONE): 3,
        },
        reported=Reported(reported=5, solved=3),
        questions=2,
    )
    numbers = Stats(
        days=7, orders=1234, chats=321, delivered=57, pushes=890, failed_pushes=2,
        calls=CallBudget(used=4100, limit=5000, forecast=0),
        delay=timedelta(minutes=23), waiting=4, memory=91_200_000,
    )  # fmt: skip
    return {
        "board.board": lambda w: board.board(
            w, flagged[:6], state=WELL, now=NOW, total=9, counts=counts, asleep=flagged[:2], snoozed=2
        ),
        "board.board of one flag": lambda w: board.board(
            w, [flagged[7]], state=WELL, now=NOW, total=7, counts=counts, only=Flag.LATE, page=1
        ),
        "board.board of nothing": _quiet(WELL),
        "board.board of an empty book": _quiet(BotState(watched=0)),
        "board.board without a login": _quiet(replace(WELL, logged_out=True, refused=2)),
        "board.board of a refused app": _quiet(replace(WELL, app_refused="InvalidAppKey: <wrong>")),
        "board.board in an outage": _quiet(
            replace(WELL, silent_since=NOW - HOUR, spent=0.95, needs=NEEDS, overdue=HOUR)
        ),
        "board.board of a failing database": _quiet(replace(WELL, database="disk full")),
        "board.board of nothing awake": lambda w: board.board(
            w, [], state=WELL, now=NOW, total=0, asleep=flagged[:1], snoozed=1
        ),
        "board.flagged_order": lambda w: board.flagged_order(w, replace(flagged[1], customer=7), now=NOW),
        "board.flagged_order snoozed": lambda w: board.flagged_order(w, noted, now=NOW),
        "board.urgent_order": lambda w: board.urgent_order(w, replace(NUMBERED, stage=Stage.RETURNING)),
        "board.urgent_order in dispute": lambda w: board.urgent_order(
            w, replace(NUMBERED, status=OrderStatus.DISPUTED)
        ),
        "board.ask_note": lambda w: board.ask_note(w, ID, 500),
        "board.brief": lambda w: board.brief(w, counts, state=WELL, now=NOW, delivered=5, snoozed=1),
        "board.brief with orders that will be late": lambda w: board.brief(
            w, {Flag.LATE: 1, Flag.WILL_BE_LATE: 2}, state=WELL, now=NOW, delivered=5, late=foreseen
        ),
        "board.board of what will be late": lambda w: board.board(
            w, foreseen, state=WELL, now=NOW, total=2, counts={Flag.WILL_BE_LATE: 2}
        ),
        "board.brief of nothing": lambda w: board.brief(w, {}, state=WELL, now=NOW, delivered=0),
        "board.brief_settings": lambda w: board.brief_settings(w, time(9)),
        "admin.authorize_in_private": admin.authorize_in_private,
        "admin.stats": lambda w: admin.stats(w, numbers),
        "figures.figures": lambda w: figures.figures(w, delivered, now=NOW),
        "figures.figures of nothing": lambda w: figures.figures(w, nothing, now=NOW),
        "admin.stats with a book": lambda w: admin.stats(w, numbers, needs=NEEDS),
        "board.flagged_order of the shop's number": lambda w: board.flagged_order(
            w, replace(flagged[1], order=NUMBERED), now=NOW
        ),
        "admin.authorize": lambda w: admin.authorize(w, LOGIN),
        "admin.authorized": lambda w: admin.authorized(w, NOW + 30 * DAY, NOW),
        "admin.no_login_code": admin.no_login_code,
        "admin.login_unanswered": admin.login_unanswered,
        "admin.not_authorized": lambda w: admin.not_authorized(w, "Code <expired>"),
        "admin.token_warning": lambda w: admin.token_warning(w, 3, LOGIN),
        "admin.token_dead": lambda w: admin.token_dead(w, LOGIN),
        "admin.misconfigured": lambda w: admin.misconfigured(w, "InvalidApiPath", "The path is <wrong>"),
        "admin.source_lost": lambda w: admin.source_lost(w, NOW - HOUR, NOW),
        "admin.source_back": lambda w: admin.source_back(w, 3 * HOUR),
        "admin.throttled": admin.throttled,
        "admin.outbox_late": lambda w: admin.outbox_late(w, 20 * MINUTE),
        "admin.intake_silent": lambda w: admin.intake_silent(w, 7 * MINUTE),
        "admin.webhook_trouble": lambda w: admin.webhook_trouble(w, "SSL error: certificate verify failed"),
        "admin.database_trouble": lambda w: admin.database_trouble(w, "database or disk is full"),
        "admin.solved": lambda w: admin.solved(w, admin.throttled(w), 3 * HOUR),
        "admin.budget_low": lambda w: admin.budget_low(w, 0.9),
        "admin.webhook_paused": lambda w: admin.webhook_paused(
            w, host="shop.example.com", endpoint_id="wh_3f9a61c0b2d4", reason="it answered 500"
        ),
        "admin.undelivered": lambda w: admin.undelivered(w, 3),
        "admin.set_aside": lambda w: admin.set_aside(w, 123456),
        "admin.unknown_texts": lambda w: admin.unknown_texts(w, [("Weird & new", 3), ("派送中", 1)]),
        "admin.customer_problem": lambda w: admin.customer_problem(w, TWO.order),
        "admin.customer_problem to be answered": lambda w: admin.customer_problem(w, TWO.order, 7),
    }


def _asking() -> dict[str, Scene]:
    asks = Shop(name="Lamp & Light", asks=True)
    question = Letter(
        id=1,
        dispute=7,
        from_shop=False,
        author="Emma <b>",
        text="The lamp is broken & I'd like\nmy money back.",
        photo="",
        at=NOW,
    )
    pictured = replace(question, text="", photo="AgACAgIAAx0")
    return {
        "asking.prompt": lambda w: asking.prompt(w, ORDER, FOLLOW, 1000),
        "asking.unfit": lambda w: asking.unfit(w, 1000),
        "asking.written": lambda w: asking.written(w, ORDER, FOLLOW),
        "asking.too_many": lambda w: asking.too_many(w, 3),
        "asking.question": lambda w: asking.question(w, FACTS, question),
        "asking.question after an answer": lambda w: asking.question(
            w, FACTS, replace(question, after="It ships <today>.")
        ),
        "asking.question another photo": lambda w: asking.question(w, FACTS, replace(pictured, joins=True)),
        "asking.question with a photo about two parcels": lambda w: asking.question(w, TWO, pictured),
        "asking.answer": lambda w: asking.answer(w, ORDER, FOLLOW, replace(question, author=""), asks),
        "asking.solved": lambda w: asking.solved(w, ORDER, FOLLOW, asks, 7),
        "asking.passed_on": asking.passed_on,
        "asking.not_passed_on": asking.not_passed_on,
        "asking.closed": asking.closed,
        "contact.ask_button": lambda w: contact.ask_button(w, asks, ID).text,  # type: ignore[union-attr]  # there is one
        "replies.ask_shop that can be asked": lambda w: replies.ask_shop(w, asks, [ID]),
        "replies.taken_as_question about several": lambda w: replies.taken_as_question(w, asks, [ID, ID]),
    }


def _pages() -> dict[str, Scene]:
    canceled = replace(ORDER, stage=Stage.CANCELLED, reason=Reason.CANCELLED, status=OrderStatus.CANCELLED)
    other = replace(ORDER, id="8211744661738099", name="Blue lamp")

    def shown(*orders: Order, shop: Shop = SHOP, **more: Any) -> Scene:
        options: dict[str, Any] = {"now": NOW, "whole": True, "telegram": "https://t.me/lamp?start=x"} | more
        return lambda w: page.page(
            w, shop, [Localized(order=each) for each in orders], calendar="x.ics", **options
        )

    days = Localized(order=estimated(3, 6))
    return {
        "page.page": shown(ORDER, whole=False),
        "page.page of the shop's number": shown(NUMBERED),
        "page.page with our own estimate": shown(estimated(3, 6)),
        "page.page past our own estimate": shown(estimated(-6, -2)),
        "page.page of two parcels": shown(TWO.order),
        "page.page of one of two parcels": shown(TWO.order, part=page.Part(parcel=2)),
        "page.page of two orders": shown(ORDER, other),
        "page.page of what arrived": shown(ARRIVED.order),
        "page.page ready for pickup": shown(
            order_in(Stage.READY_FOR_PICKUP, text="Please collect by 2026-12-05").order
        ),
        "page.page delayed by the weather": shown(order_in(Stage.EXCEPTION, Reason.WEATHER).order),
        "page.page of a canceled order": shown(canceled),
        "page.page before the first answer": shown(NEW),
        "page.page without tracking": shown(replace(NEW, fetched_at=NOW, status=OrderStatus.PREPARING)),
        "page.page while AliExpress is silent": shown(ORDER, silent_since=NOW - 3 * HOUR),
        "page.page without a shop's name": shown(ORDER, shop=Shop()),
        "page.wrong_link": lambda w: page.wrong_link(w, SHOP),
        "page.too_many": lambda w: page.too_many(w, SHOP),
        "page.unavailable": lambda w: page.unavailable(w, SHOP),
        "page.expected": lambda w: "\n".join(
            f"{each.title}\n{each.text}" for each in page.expected(w, SHOP, [days], now=NOW)
        ),
    }


def _commands() -> dict[str, Scene]:
    return {
        "commands.commands": commands.commands,
        "commands.admin_commands": commands.admin_commands,
        "commands.description": lambda w: commands.description(w, "Lamp & Light"),
        "commands.description without a shop's name": commands.description,
        "commands.description by link": lambda w: commands.description(w, "Lamp & Light", by_link=True),
        "commands.short_description": commands.short_description,
    }


SCENES: dict[str, Scene] = {
    **_cards(),
    **_timelines(),
    **_pushes(),
    **_lists(),
    **_settings(),
    **_talk(),
    **_admin(),
    **_order_lists(),
    **_asking(),
    **_commands(),
    **_pages(),
    "picture.share": lambda w: picture.share(w, TWO, UNNAMED, now=NOW, shop=SHOP.name),
    "picture.share with our own estimate": lambda w: picture.share(
        w, Localized(order=estimated(3, 6)), FOLLOW, now=NOW
    ),
    "picture.share under the reader's name": lambda w: picture.share(w, FACTS, FOLLOW, now=NOW),
    "picture.share returning": lambda w: picture.share(w, order_in(Stage.RETURNING), UNNAMED, now=NOW),
    "picture.share of nothing": lambda w: picture.share(w, Localized(order=NEW), None, now=NOW),
}
