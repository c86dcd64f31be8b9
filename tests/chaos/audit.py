"""Counts after a run which notices were owed, sent, repeated or lost, and lists broken promises. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.chaos.records import FOREVER, Asked, Heard, Kind, Records, Row, Stay

_SETTLE = 4.0  # seconds from Telegram's taking a message to its being settled, on a busy machine
_IN_FLIGHT = 3.0  # seconds after "no longer followed" in which a push may still arrive


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """The result of a run. A notice is one node for one follower.

    `owed` = told + lost; `open` are those whose follower left before they were told. Of those told,
    `in_summary` are not named by their message, `on_card` were seen on the card that the chat asked for.
    A repeat is a message that names a node once more; `unexplained` are those without a cause.
    """

    owed: int
    told: int
    in_summary: int
    on_card: int
    open: int
    lost: tuple[str, ...]
    pushes: int
    repeats: int
    repeat_causes: dict[str, int]
    unexplained: tuple[str, ...]
    worst_kill: int
    cards: int
    stale: tuple[str, ...]
    foreign: tuple[str, ...]
    to_blocked: tuple[str, ...]
    commands: int
    unanswered: tuple[str, ...]
    presses: int
    silent_presses: int

    @property
    def bound(self) -> float:
        """The upper end of the 95 % interval of the share lost, when none was."""
        return 3.0 / self.owed if self.owed else 1.0


def count(run: Records) -> Count:
    """Count a settled run."""
    notices = _Notices(run)
    notices.count()
    repeats = list(_repeats(run))
    commands = [one for one in run.asked if one.what != "press"]
    presses = [one for one in run.asked if one.what == "press"]
    kills = Counter(kill for _, cause, kill in repeats if cause == "kill")
    return Count(
        owed=notices.told + len(notices.lost),
        told=notices.told,
        in_summary=notices.in_summary,
        on_card=notices.on_card,
        open=notices.open,
        lost=tuple(notices.lost),
        pushes=sum(one.kind in (Kind.PUSH, Kind.SUMMARY) for one in run.heard),
        repeats=len(repeats),
        repeat_causes=dict(Counter(cause for _, cause, _ in repeats if cause)),
        unexplained=tuple(_name(one) for one, cause, _ in repeats if not cause),
        worst_kill=max(kills.values(), default=0),
        cards=len(run.cards),
        stale=tuple(
            f"{card.order} in chat {card.chat} lacks {card.newest}"
            for card in run.cards
            if card.newest not in card.text
        ),
        foreign=tuple(_foreign(run)),
        to_blocked=tuple(_to_blocked(run)),
        commands=len(commands),
        unanswered=tuple(_asked(one) for one in commands if one.answered is None),
        presses=len(presses),
        silent_presses=sum(one.answered is None for one in presses),
    )


def _name(heard: Heard) -> str:
    return f"{','.join(heard.marks)} in chat {heard.chat} at {heard.at:.1f}"


def _asked(one: Asked) -> str:
    return f"{one.what} in chat {one.chat} at {one.at:.1f}"


# ── owed and told ───────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Notices:
    """Goes through every node for every follower."""

    run: Records
    told: int = 0
    in_summary: int = 0
    on_card: int = 0
    open: int = 0
    lost: list[str] = field(default_factory=list)
    _named: set[tuple[int, str]] = field(default_factory=set)
    _pushes: set[tuple[int, int]] = field(default_factory=set)
    _rows: dict[tuple[int, str], list[Row]] = field(default_factory=lambda: defaultdict(list))
    _looks: dict[tuple[int, str], list[Asked]] = field(default_factory=lambda: defaultdict(list))

    def count(self) -> None:
        """Fill the counters."""
        for heard in self.run.heard:
            if heard.kind in (Kind.PUSH, Kind.SUMMARY):
                self._named |= {(heard.chat, mark) for mark in heard.marks}
                self._pushes.add((heard.chat, heard.message_id))
        for row in self.run.rows:
            self._rows[row.chat, row.order].append(row)
        for asked in self.run.asked:
            if asked.order:
                self._looks[asked.chat, asked.order].append(asked)
        stays = defaultdict(list)
        for stay in self.run.stays:
            stays[stay.order].append(stay)
        for shown in self.run.shown:
            for stay in stays[shown.order]:
                if stay.since <= shown.at < stay.until:
                    self._one(stay, shown.mark)

    def _one(self, stay: Stay, mark: str) -> None:
        if (stay.chat, mark) in self._named:
            self.told += 1
            return
        order, seq = self.run.seqs.get(mark, (stay.order, 0))
        rows = [row for row in self._rows[stay.chat, order] if seq in row.seqs]
        if any(row.state == "sent" and (stay.chat, row.message_id) in self._pushes for row in rows):
            self.told += 1
            self.in_summary += 1
        elif seq and not rows and self._seen_on_card(stay, mark):
            self.told += 1
            self.on_card += 1
        elif stay.until < FOREVER:
            self.open += 1
        else:
            states = ",".join(row.state for row in rows) or ("no row" if seq else "never seen")
            self.lost.append(f"{mark} of {order} for chat {stay.chat}: {states}")

    def _seen_on_card(self, stay: Stay, mark: str) -> bool:
        """No push was owed, because the chat looked itself: its card must show this node or a later one.

        A command that was answered may be handled once more after a kill, so the look may come after it.
        """
        looks = [one.at for one in self._looks[stay.chat, stay.order]]
        if not looks:
            return False
        later = {m for m, (order, _) in self.run.seqs.items() if order == stay.order and m >= mark}
        cards = [
            one.text
            for one in self.run.heard
            if one.chat == stay.chat and one.kind is Kind.CARD and one.at >= min(looks) - 1.0
        ]
        return any(one in text for text in (*cards, *self.run.edits.get(stay.chat, ())) for one in later)


# ── told more than once ─────────────────────────────────────────────────────────────────────────


def _repeats(run: Records) -> Iterator[tuple[Heard, str, float]]:
    """Messages that name a node which their chat was told before, with the cause and, for kills, its time."""
    before: dict[tuple[int, str], Heard] = {}
    ambiguous = defaultdict(list)
    for strike in run.strikes:
        if strike.chat is not None and strike.method.startswith("send") and strike.fault:
            ambiguous[strike.chat].append(strike.at)
    for heard in run.heard:
        if heard.kind is not Kind.PUSH:
            continue
        first = next((before[heard.chat, m] for m in heard.marks if (heard.chat, m) in before), None)
        if first is not None:
            yield heard, *_cause(run, first, ambiguous[heard.chat])
        before |= {(heard.chat, mark): heard for mark in heard.marks}


def _cause(run: Records, first: Heard, ambiguous: Sequence[float]) -> tuple[str, float]:
    """Why the first telling may not have been settled."""
    # Telegram's dates are whole seconds.
    begin, end = first.at - 0.5, first.at + 1.0 + _SETTLE
    if any(begin <= at <= first.at + 1.5 for at in ambiguous):
        return "ambiguous answer", 0.0
    troubles = (("database locked", run.locks), ("disk full", run.full), ("server away", run.away))
    for name, spans in troubles:
        held = next(((a, b) for a, b in spans if a <= end and b >= begin), None)
        if held is not None:
            kill = _first_in(run.kills, begin, held[1] + _SETTLE)
            return ("kill", kill) if kill is not None else (name, 0.0)
    kill = _first_in(run.kills, begin, end)
    return ("kill", kill) if kill is not None else ("", 0.0)


def _first_in(times: Sequence[float], begin: float, end: float) -> float | None:
    at = bisect_left(times, begin)
    return times[at] if at < len(times) and times[at] <= end else None


# ── told where it must not be ───────────────────────────────────────────────────────────────────


def _foreign(run: Records) -> Iterator[str]:
    """Pushes about an order that the chat does not follow."""
    stays = defaultdict(list)
    for stay in run.stays:
        stays[stay.chat, stay.order].append(stay)
    orders = {shown.mark: shown.order for shown in run.shown}
    for heard in run.heard:
        if heard.kind not in (Kind.PUSH, Kind.SUMMARY):
            continue
        for mark in heard.marks:
            near = stays[heard.chat, orders.get(mark, "")]
            if not any(one.asked - 1.0 <= heard.at <= one.gone + _IN_FLIGHT for one in near):
                yield f"{mark} in chat {heard.chat} at {heard.at:.1f}"


def _to_blocked(run: Records) -> Iterator[str]:
    """Blocked chats that were tried twice in one life of the bot, which could have written the first down."""
    refused = defaultdict(list)
    for strike in run.strikes:
        if strike.code == 403 and strike.chat is not None and strike.method.startswith("send"):
            refused[strike.chat].append(strike.at)
    for away in run.aways:
        tries = [at for at in refused[away.chat] if away.at - 1.0 <= at <= away.back + 1.0]
        lives = 1 + sum(away.at <= kill <= away.back + 1.0 for kill in run.kills)
        starved = any(a <= away.back + 1.0 and b >= away.at for a, b in (*run.locks, *run.full, *run.away))
        if len(tries) > lives and not starved:
            yield f"chat {away.chat}: {len(tries)} tries in {lives} lives"
