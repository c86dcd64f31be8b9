"""Turns notices into messages at the moment of sending, in the chat's present language and time zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import audience
from bot.i18n import Words
from bot.model import (
    Chat,
    Follow,
    Importance,
    Letter,
    Localized,
    Message,
    News,
    NewsKind,
    Node,
    Notice,
    Order,
    Shop,
)
from bot.tracking import Tracking
from bot.views import admin, asking, board, card, pushes, summaries
from bot.views.brand import words_for


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """A message ready to send and the notices it delivers. `edits` is the id of the message it replaces.

    `outdates_cards`: once it is sent, the cards of its orders must be edited. `card` is the order as its
    card shows it, if that was edited or is edited by this message.
    """

    notices: tuple[Notice, ...]
    message: Message
    reply_to: int | None = None
    edits: int | None = None
    outdates_cards: bool = False
    card: Order | None = None
    happened: tuple[datetime, ...] = ()  # the carrier's time stamps of the nodes it reports


_LETTERS = {NewsKind.ASKED, NewsKind.ANSWERED, NewsKind.SOLVED}
_UNFOLLOWED = {NewsKind.REPORTED, NewsKind.FLAGGED, NewsKind.NOT_FOUND} | _LETTERS


def is_card(notice: Notice) -> bool:
    """Whether the notice only updates the living card, without a push."""
    return all(one.kind is NewsKind.CARD for one in notice.news)


def is_question(notice: Notice) -> bool:
    """Whether it only asks whether the order came after all."""
    return all(one.kind is NewsKind.CHECK_IN for one in notice.news)


def is_report(notice: Notice) -> bool:
    """Whether the notice is for a place that need not follow the order: an operator or a former follower."""
    return all(one.kind in _UNFOLLOWED for one in notice.news)


def is_complaint(notice: Notice) -> bool:
    """Whether it tells the merchant what a customer wants, which waits however long their chat is away."""
    return all(one.kind in {NewsKind.REPORTED, NewsKind.ASKED} for one in notice.news)


def split_reports(notice: Notice) -> list[Notice]:
    """Split off a customer's reports from the order's own news; each letter is a message of its own."""
    rows = list(zip(notice.ids, notice.news, strict=True))
    letters = [[row] for row in rows if row[1].kind in _LETTERS]
    reports = [row for row in rows if row[1].kind in _UNFOLLOWED - _LETTERS]
    news = [row for row in rows if row[1].kind not in _UNFOLLOWED]
    return [
        replace(notice, ids=tuple(id_ for id_, _ in some), news=tuple(one for _, one in some))
        for some in (reports, *letters, news)
        if some
    ]


def occasion(chat: Chat, notices: Sequence[Notice], now: datetime) -> summaries.Occasion:
    """Why news of several orders comes at once: after a pause, quiet hours, an outage, or as a digest."""
    waited = now - min(notice.created_at for notice in notices)
    if chat.paused_until is not None and chat.paused_until <= now and waited > timedelta(hours=1):
        return summaries.Occasion.AFTER_PAUSE
    if chat.digest_at is not None and all(n.importance is not Importance.ACTION for n in notices):
        return summaries.Occasion.DAILY
    if chat.quiet_to is not None and waited > timedelta(minutes=30):
        return summaries.Occasion.AFTER_QUIET
    return summaries.Occasion.AFTER_OUTAGE


class Renderer:
    """Renders notices; `tracking` supplies carriers' texts in the chat's language."""

    def __init__(
        self, tracking: Tracking, now: Callable[[], datetime], shop: Callable[[str], Shop] | None = None
    ) -> None:
        self._texts = tracking.texts
        self._operators = tracking.policy.admins
        self._shop = shop or (lambda language: Shop())
        self._now = now

    async def facts(self, chat: Chat, order: Order, news: Sequence[News]) -> Localized:
        """The order with the texts of its news in the chat's language."""
        nodes: Sequence[Node] = order.nodes_in(news)
        if not nodes:  # only the card is rendered: it shows the latest node of every parcel
            nodes = [parcel.nodes[0] for parcel in order.parcels if parcel.nodes]
        return await self._texts.localized(order, chat.language, nodes)

    def card(self, chat: Chat, facts: Localized, follow: Follow) -> Message:
        """The living card, silently."""
        fresh = card.card(
            self._words(chat),
            facts,
            follow,
            now=self._now(),
            masked=chat.place.is_group,
            shop=self._shop(chat.language),
        )
        return replace(fresh, silent=True)

    def news(
        self, chat: Chat, facts: Localized, follow: Follow, notice: Notice, card_id: int | None
    ) -> OutgoingMessage:
        """One order's news, as a reply to its card."""
        now = self._now()
        news = tuple(one for one in notice.news if one.kind is not NewsKind.CARD)
        message = pushes.push(self._words(chat), facts, follow, news, now=now, shop=self._shop(chat.language))
        return OutgoingMessage(
            notices=(notice,),
            message=_as_wanted(message, chat, [notice], now),
            reply_to=card_id,
            card=facts.order if card_id is not None else None,
            happened=_happened(notice, facts.order),
        )

    async def summary(
        self,
        chat: Chat,
        notices: Sequence[Notice],
        orders: Mapping[str, Order],
        follows: Mapping[str, Follow],
    ) -> OutgoingMessage:
        """News of several orders as one message."""
        entries = [
            summaries.SummaryEntry(
                facts=await self.facts(chat, orders[notice.order_id], notice.news),
                follow=follows[notice.order_id],
                news=tuple(one for one in notice.news if one.kind is not NewsKind.CARD),
            )
            for notice in notices
        ]
        now = self._now()
        why = occasion(chat, notices, now)
        message = summaries.summary(self._words(chat), entries, occasion=why, now=now)
        return OutgoingMessage(
            notices=tuple(notices),
            message=_as_wanted(message, chat, notices, now),
            outdates_cards=why is summaries.Occasion.AFTER_OUTAGE,  # else they were edited when it happened
            happened=tuple(at for notice in notices for at in _happened(notice, orders[notice.order_id])),
        )

    def _words(self, chat: Chat) -> Words:
        return words_for(chat, self._shop(chat.language), operator=chat.place.chat_id in self._operators)

    async def report(
        self, chat: Chat, notice: Notice, order: Order, follow: Follow | None, letters: Mapping[int, Letter]
    ) -> OutgoingMessage:
        """What goes to a place whether or not it follows the order.

        That is a problem, a question or an urgent order for the operator, the shop's answer for a customer,
        or that the shop has no such order.
        """
        words, first = self._words(chat), notice.news[0]
        letter = letters.get(first.letter) if first.letter is not None else None
        kinds = {one.kind for one in notice.news}
        if first.kind in _LETTERS:
            facts, shop = await self.facts(chat, order, ()), self._shop(chat.language)
        if NewsKind.NOT_FOUND in kinds:
            message = pushes.not_found(words, order.id)
        elif NewsKind.FLAGGED in kinds:
            message = board.urgent_order(words, order)
        elif first.kind is NewsKind.ASKED and letter is not None:
            message = asking.question(words, facts, letter)
        elif first.kind is NewsKind.ANSWERED and letter is not None:
            message = asking.answer(words, facts.order, follow, letter, shop)
        elif first.kind is NewsKind.SOLVED:
            message = asking.solved(words, facts.order, follow, shop, first.dispute or 0)
        else:
            message = admin.customer_problem(words, order, first.dispute)
        if first.kind in _LETTERS:
            message = _as_wanted(message, chat, [notice], self._now())
        return OutgoingMessage(notices=(notice,), message=message)


def _as_wanted(message: Message, chat: Chat, notices: Sequence[Notice], now: datetime) -> Message:
    """Make the message silent if the chat wants no sound now."""
    heard = [one for notice in notices for one in notice.news if one.kind is not NewsKind.CARD]
    silent = audience.is_silent(
        chat, max(one.importance for one in notices), now, passing=all(map(audience.passes, heard))
    )
    return replace(message, silent=True) if silent else message


def _happened(notice: Notice, order: Order) -> tuple[datetime, ...]:
    """The time stamps of the nodes that a notice reports."""
    return tuple(node.at for node in order.nodes_in(notice.news))
