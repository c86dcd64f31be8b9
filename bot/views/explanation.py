""" "Why did I get this?": the news, where it came from, and the setting that let it pass."""

from __future__ import annotations

from markupsafe import Markup

from bot.i18n import Words, fill
from bot.model import Chat, Follow, Localized, Message, News, NewsKind
from bot.views import actions, wording
from bot.views import buttons as b
from bot.views.settings import level_name


def why(words: Words, facts: Localized, follow: Follow, chat: Chat, news: News | None) -> Message:
    """ "Why did I get this?": the last `news` told of the order, and the setting that let it pass."""
    t, name = words.t, wording.name(words, facts.order, follow)
    lines = [
        t("❓ <b>Why did I get this?</b>"),
        Markup(""),
        # Translators: in a group.
        t("Someone in this chat follows {order}.", order=name)
        if chat.place.is_group
        else t("You follow {order}.", order=name),
    ]
    node = next(iter(facts.order.nodes_in([news])), None) if news else None
    if news is None:
        lines.append(t("We haven't sent you any news about it lately."))
    elif node:
        lines += [
            fill("<blockquote>{}</blockquote>", wording.node_text(words, facts, node)),
            t("Carrier's time: {moment}", moment=words.moment(node.at)),
            t("Noticed by us: {moment}", moment=words.moment(node.seen_at)),
        ]
    else:
        lines.append(_kind_reason(words, news.kind))
    lines.append(t("Your setting: <b>{level}</b>", level=level_name(words, chat.level)))
    change = [b.button(t("⚙️ Settings"), actions.ShowSettings(panel=actions.Panel.LEVEL))]
    if follow.notify:
        change.append(b.button(t("🔕 Mute"), actions.SetNotify(order_id=facts.order.id, on=False)))
    return Message(text=words.page(lines), buttons=(tuple(change),))


def _kind_reason(words: Words, kind: NewsKind) -> Markup:
    t = words.t
    match kind:
        case NewsKind.NODES:
            return t("The carrier reported something new.")
        case NewsKind.ETA:
            return t("The carrier moved the delivery date by a day or more.")
        case NewsKind.STATUS:
            return t("AliExpress changed the status of the order.")
        case NewsKind.ALL_ARRIVED:
            return t("All parcels in the order have been delivered.")
        case NewsKind.CHECK_IN:
            return t("You answered “not yet”, so we asked again.")
        case _:
            return t("There were no updates for longer than usual.")
