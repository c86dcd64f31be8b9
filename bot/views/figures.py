"""The merchant's figures: how long deliveries take, how many are late, what goes wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from markupsafe import Markup

from bot.i18n import Words, fill
from bot.lists import harmless
from bot.model import Figures, Message, Summary
from bot.views import actions, states, wording
from bot.views import buttons as b

_CARRIERS, _TROUBLES = 6, 8  # lines of each at most
_COLUMNS = ("month", "carrier", "parcels", "median_days", "p90_days", "promised", "late", "late_share")


def figures(words: Words, known: Figures, *, now: datetime, picture: bytes | None = None) -> Message:
    """Deliveries by month and carrier, problems by kind, open questions; `picture` is a chart (PNG)."""
    t, since = words.t, words.date(known.since, now)
    lines = [t("📊 <b>Since {date}</b>", date=since), Markup(""), *_deliveries(words, known)]
    lines += [Markup(""), *_troubles(words, known)]
    key = b.button(t("🤖 The bot's own numbers"), actions.ShowStats(days=7))
    return Message(text=words.page(lines), buttons=((key,),), photo=picture)


def _deliveries(words: Words, known: Figures) -> list[Markup]:
    t, total = words.t, known.total
    lines = [t("✅ Parcels delivered: <b>{n}</b>", n=words.number(total.parcels))]
    if not total.parcels:
        return lines
    if total.half is not None and total.nine_in_ten is not None:
        half, most = words.number(total.half), words.number(total.nine_in_ten)
        lines.append(
            t(
                "⏱ Days to delivery: up to <b>{half}</b> for half of them, "
                "up to <b>{most}</b> for nine in ten",
                half=half,
                most=most,
            )
        )
    if total.late_share is not None:
        lines.append(
            t(
                "🐢 Later than first promised: <b>{share}</b> ({n} of {all})",
                share=words.percent(total.late_share),
                n=words.number(total.late),
                all=words.number(total.promised),
            )
        )
    months = [(words.month(month), each) for month, each in known.months]
    shown = known.carriers[:_CARRIERS]
    carriers = [(wording.clip(name, 40) if name else t("carrier unknown"), each) for name, each in shown]
    lines += [Markup(""), t("<i>Days for half / nine in ten · late · parcels</i>")]
    lines += [t("<b>By month</b>"), *_rows(words, months)]
    lines += [t("<b>By carrier</b>"), *_rows(words, carriers)]
    if more := len(known.carriers) - len(shown):
        lines.append(t("Other carriers: {n}", n=words.number(more)))
    lines.append(fill("📄 {}", words.code("/stats csv")))
    return lines


def _rows(words: Words, rows: Iterable[tuple[str | Markup, Summary]]) -> list[Markup]:
    return [
        fill(
            "{} · {} / {} · {} · {}",
            words.isolate(name),
            *("–" if days is None else words.number(days) for days in (each.half, each.nine_in_ten)),
            "–" if each.late_share is None else words.percent(each.late_share),
            words.number(each.parcels),
        )
        for name, each in rows
    ]


def _troubles(words: Words, known: Figures) -> list[Markup]:
    t, number = words.t, words.number
    kinds = sorted(known.troubles.items(), key=lambda one: (-one[1], one[0]))
    lines = [t("⚠️ <b>Orders with problems, according to their carriers</b>")] if kinds else []
    lines += [
        fill("{} {} · <b>{}</b>", states.icon(*kind), states.state(words, *kind), number(orders))
        for kind, orders in kinds[:_TROUBLES]
    ]
    said = known.reported
    return [
        *lines,
        t(
            "⚖️ Reported by customers: <b>{n}</b>, solved: <b>{solved}</b>",
            n=number(said.reported),
            solved=number(said.solved),
        ),
        t("💬 Questions waiting for an answer: <b>{n}</b>", n=number(known.questions)),
    ]


def files(known: Figures) -> tuple[Message, Message]:
    """Two CSV files with fixed English columns: deliveries by month and carrier, and problems by kind."""
    return Message(text="", document=deliveries(known)), Message(text="", document=problems(known))


def deliveries(known: Figures) -> tuple[str, bytes]:
    """A row for each month and carrier: the file's name and content."""
    rows = [
        (
            f"{month:%Y-%m}",
            harmless(carrier),
            each.parcels,
            each.half,
            each.nine_in_ten,
            each.promised,
            each.late,
            None if each.late_share is None else f"{each.late_share:.3f}",
        )
        for month, carrier, each in known.table
    ]
    return "stats.csv", _csv(_COLUMNS, rows)


def problems(known: Figures) -> tuple[str, bytes]:
    """A row for each kind of problem, the most frequent first; then what customers reported and asked."""
    kinds = sorted(known.troubles.items(), key=lambda one: (-one[1], one[0]))
    said = known.reported
    rows = [
        *((stage.value, reason.value, orders) for (stage, reason), orders in kinds),
        ("reported_by_customers", "", said.reported),
        ("reported_by_customers", "solved", said.solved),
        ("questions_open", "", known.questions),
    ]
    return "problems.csv", _csv(("problem", "reason", "orders"), rows)


def _csv(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows([titles, *rows])
    return written.getvalue().encode("utf-8-sig")
