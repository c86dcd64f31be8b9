"""Merges a snapshot into a known order, and decides which of its new nodes to announce.

A new node is announced if it is news to a reader: dated within the last week, not older than what was known
and seen, not a repeat of the last scan under another date, not known under another number of the same order.
Time stamps can be wrong by hours because carriers send local time as UTC, so a node that advances the parcel
counts as old only if it is dated more than 14 hours back. All other new nodes are stored and shown, marked
`backfilled`. The milestone that a parcel has reached is announced even if it is dated back.
"""

from __future__ import annotations

import enum
from collections.abc import Container, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot import stages
from bot.matching import (
    ZONES,
    Marks,
    absorbs,
    recognized,
    reworded,
    slots,
    text_key,
    text_marks,
)
from bot.model import (
    FetchedNode,
    FetchedParcel,
    Importance,
    News,
    NewsKind,
    Node,
    Order,
    Parcel,
    Stage,
    chronological,
    newest_first,
)
from bot.progress import (
    Standing,
    advanced,
    announced_import,
    importance_of,
    staged,
    standing,
)

PAST = timedelta(days=7)
# The newest scan, repeated with a later date within the first span, is not news; within the second one if
# it can really happen again the next day: a delivery attempt, a tour.
REPEAT = timedelta(days=4)
REPEAT_SAME_DAY = timedelta(hours=12)
_HAPPENS_DAILY = frozenset({Stage.FAILED_ATTEMPT, Stage.OUT_FOR_DELIVERY})


_Weighed = tuple[Importance, Node]


class _Novelty(enum.Enum):
    """Whether a new node is news."""

    NEWS = enum.auto()
    BEHIND = enum.auto()  # old, but not seen before: announced together with other news only
    BEFORE = enum.auto()  # happened before anybody followed
    ECHO = enum.auto()  # a repeat of what was announced already


@dataclass(slots=True)
class Merge:
    """Merges one snapshot into one known order."""

    known: Order
    now: datetime
    numbers: frozenset[str]
    added: list[Node] = field(default_factory=list)
    edited: dict[int, Node] = field(default_factory=dict)
    etas: dict[int, datetime | None] = field(default_factory=dict)
    _parcels: dict[int, Parcel] = field(default_factory=dict)
    _seen: Marks = field(default_factory=set)
    _seq: int = 0
    _lacking: bool = False
    _newsworthy: list[tuple[Importance, Node]] = field(default_factory=list)
    _beside: list[Node] = field(default_factory=list)  # not worth announcing, but not seen by a reader either

    def __post_init__(self) -> None:
        self._parcels = {parcel.index: parcel for parcel in self.known.parcels}
        for parcel in self.known.parcels:
            self._seen |= text_marks(parcel.nodes)
            self._seq = max(self._seq, *(node.seq for node in parcel.nodes), 0)

    def take(self, parcel: Parcel, answer: FetchedParcel) -> None:
        """Merge an answer into the parcel that it continues."""
        parcel = self._parcels.get(parcel.index, parcel)
        fresh, edits, present = self._matched(parcel, answer.nodes)
        if parcel.nodes and parcel.nodes[0].seq not in present and not fresh:
            self._lacking = True
        if fresh or edits:
            kept = [edits.get(node.seq, node) for node in parcel.nodes]
            unread = {node.seq for node in fresh} | edits.keys()
            nodes = self._judged(
                parcel,
                classified([*kept, *fresh], unread, keep=True),
                {node.seq for node in fresh},
                edits.keys(),
            )
            self.added += [node for node in nodes if node.seq in unread - edits.keys()]
            self.edited |= {node.seq: node for node in nodes if node.seq in edits}
            self._seen |= text_marks(nodes)
            parcel = staged(replace(parcel, nodes=newest_first(nodes)))
        self.etas[parcel.index] = answer.eta or self.etas.get(parcel.index)
        self._parcels[parcel.index] = self._labelled(parcel, answer)

    def finish(self) -> tuple[Parcel, ...]:
        """All parcels; one that the answers lack and whose history another has is merged into that one."""
        answered = [self._parcels[index] for index in sorted(self.etas)]
        named = {parcel.number for parcel in answered if parcel.number}
        for parcel in answered:  # a number that is listed again is a parcel of its own again
            former = tuple(number for number in parcel.former_numbers if number not in named)
            self._parcels[parcel.index] = replace(parcel, former_numbers=former)
        for parcel in self.known.live:
            if parcel.index in self.etas or not parcel.nodes:
                continue
            heir = next((one for one in answered if absorbs(one, parcel)), None)
            if heir is None:
                self._lacking = True
            else:
                heir = self._parcels[heir.index]
                former = (*heir.former_numbers, parcel.number)
                self._parcels[heir.index] = replace(heir, former_numbers=former)
        return tuple(self._parcels[index] for index in sorted(self._parcels))

    @property
    def hiccup(self) -> bool:
        """Whether the answer lacked known nodes and had no new ones."""
        return self._lacking and not self.added

    def news(self) -> Iterator[News]:
        """One piece of news for all new nodes, newest first, with the highest importance among them."""
        if not self._newsworthy:
            return
        importance, chief = max(self._newsworthy, key=lambda entry: (entry[0], entry[1].at, entry[1].seq))
        nodes = newest_first([*(node for _, node in self._newsworthy), *self._beside])
        parcels = {node.parcel for _, node in self._newsworthy}
        yield News(
            kind=NewsKind.NODES,
            key=f"nodes:{max(node.seq for node in nodes)}:{chief.stage}",
            importance=importance,
            nodes=tuple(node.seq for node in nodes),
            parcel=chief.parcel if len(parcels) == 1 else None,
            stage=self._parcels[chief.parcel].stage,
        )

    # ── one answer ──────────────────────────────────────────────────────────────────────────────

    def _matched(
        self, parcel: Parcel, nodes: Sequence[FetchedNode]
    ) -> tuple[list[Node], dict[int, Node], set[int]]:
        """The new nodes, the edited ones by `seq`, and the `seq` of all known nodes that the answer has."""
        ours = recognized(parcel.nodes, nodes)
        ours |= reworded(parcel.nodes, nodes, ours)
        slotted = list(slots(nodes))
        edits: dict[int, Node] = {}
        for known in parcel.nodes:
            if known.seq in ours:
                self._edit(known, *slotted[ours[known.seq]], edits)
        present = set(ours)
        read = {_mark(nodes[position]) for position in ours.values()}
        fresh: list[Node] = []
        for (at, ordinal), fetched in slotted:
            mark = _mark(fetched)
            if mark in read:
                continue
            read.add(mark)
            same = [node for node in parcel.nodes if node.at == at and node.seq not in present]
            node = min(same, key=lambda one: abs(one.ordinal - ordinal), default=None)
            if node is not None:
                present.add(node.seq)
                self._edit(node, (at, ordinal), fetched, edits)
            else:
                fresh.append(self._new(parcel, ordinal, fetched))
        return fresh, edits, present

    @staticmethod
    def _edit(node: Node, slot: tuple[datetime, int], fetched: FetchedNode, edits: dict[int, Node]) -> None:
        at, ordinal = slot
        edited = replace(node, at=at, ordinal=ordinal, name=fetched.name, description=fetched.description)
        if edited != node:
            edits[node.seq] = edited

    def _new(self, parcel: Parcel, ordinal: int, fetched: FetchedNode) -> Node:
        self._seq += 1
        return Node(
            seq=self._seq,
            parcel=parcel.index,
            at=fetched.at,
            ordinal=ordinal,
            name=fetched.name,
            description=fetched.description,
            stage=Stage.UPDATE,
            seen_at=self.now,
        )

    def _labelled(self, parcel: Parcel, answer: FetchedParcel) -> Parcel:
        """The parcel with its current number; a number that it had before is kept in `former_numbers`."""
        number, former = parcel.number, parcel.former_numbers
        if answer.number and answer.number != number and number not in self.numbers:
            former = tuple(one for one in (*former, number) if one and one != answer.number)
            number = answer.number
        return replace(
            parcel,
            number=number,
            former_numbers=former,
            carrier=answer.carrier or parcel.carrier,
            items=answer.items or parcel.items,
        )

    # ── what is worth telling ───────────────────────────────────────────────────────────────────

    def _judged(self, parcel: Parcel, nodes: list[Node], fresh: set[int], edits: Set[int]) -> list[Node]:
        """Decide which new nodes to announce; the others are returned marked as backfilled."""
        if self.known.fetched_at is None:
            return nodes
        before = standing(parcel.nodes)
        newsworthy: list[_Weighed] = []
        behind: list[_Weighed] = []
        quiet: set[int] = set()
        now, imported, previous = Standing(), False, None
        for node in nodes:
            then, now = now, advanced(now, node)
            if node.seq in fresh:
                weighed = (importance_of(then, now, node, imported=imported), node)
                novelty = self._novelty(node, previous, then)
                if novelty is _Novelty.NEWS and self._is_behind(weighed, parcel, before, now):
                    novelty = _Novelty.BEHIND
                if novelty is _Novelty.NEWS:
                    newsworthy.append(weighed)
                else:
                    quiet.add(node.seq)
                    behind += [weighed] if novelty is _Novelty.BEHIND else []
            imported = imported or stages.ends_import(node.rule)
            previous = node
        if now.stage is not before.stage and all(node.at != now.since for _, node in newsworthy):
            heard = f"delivered:{parcel.index}" in self.known.announced
            edited = [] if heard else [node for node in nodes if node.seq in edits]
            brought = self._brought(now, behind, edited)
            if brought is not None:
                quiet.discard(brought[1].seq)
                behind = [weighed for weighed in behind if weighed is not brought]
                newsworthy.append(brought)
        self._newsworthy += newsworthy
        self._beside += [node for _, node in behind if self.now - node.at <= PAST]
        return [replace(node, backfilled=True) if node.seq in quiet else node for node in nodes]

    def _novelty(self, node: Node, previous: Node | None, then: Standing) -> _Novelty:
        if _mark(node) in self._seen or _repeats(node, previous, then):
            return _Novelty.ECHO
        if not self.known.nodes and node.at < self.known.created_at:
            return _Novelty.BEFORE
        return _Novelty.BEHIND if self.now - node.at > PAST else _Novelty.NEWS

    @staticmethod
    def _is_behind(weighed: _Weighed, parcel: Parcel, before: Standing, after: Standing) -> bool:
        """Whether a node belongs to the known past: dated further back than time zones can explain, or before
        the newest node without advancing the parcel.

        A node that is dated in the future counts from when it was first seen.
        """
        importance, node = weighed
        newest = max((min(one.at, one.seen_at) for one in parcel.nodes), default=node.at)
        if node.at >= newest:
            return False
        if newest - node.at > ZONES:
            return True
        calls = importance is Importance.ACTION and not before.stage.final
        return not calls and _height(after) <= _height(before)

    def _brought(self, now: Standing, behind: Sequence[_Weighed], edited: Sequence[Node]) -> _Weighed | None:
        """The node of the current milestone, which is announced even if it is dated back or an edit."""
        delivers = now.stage is Stage.DELIVERED
        weighed = [one for one in behind if delivers or self.now - one[1].at <= PAST]
        weighed += [(Importance.ACTION, node) for node in edited] if delivers else ()
        return next(
            (one for one in weighed if one[0] >= Importance.MILESTONE and one[1].at == now.since), None
        )


def _mark(node: Node | FetchedNode) -> tuple[datetime, str]:
    return (node.at, text_key(node.name, node.description))


def _height(now: Standing) -> int:
    """How far up the ladder a node is; a failed attempt counts as out for delivery."""
    rung = Stage.OUT_FOR_DELIVERY if now.stage is Stage.FAILED_ATTEMPT else now.rung
    return rung.height


def _repeats(node: Node, previous: Node | None, then: Standing) -> bool:
    """Whether a node repeats the one before it, or says "delivered" of a delivered parcel."""
    if node.stage is Stage.DELIVERED and then.stage is Stage.DELIVERED:
        return True
    if previous is None or node.stage not in {previous.stage, Stage.UPDATE}:  # read later, it may mean less
        return False
    if text_key(node.name, node.description) != text_key(previous.name, previous.description):
        return False
    span = REPEAT_SAME_DAY if node.stage in _HAPPENS_DAILY else REPEAT
    return node.at - previous.at <= span


def _reread(node: Node, reached: Stage, home: frozenset[str], *, keep: bool) -> Node:
    """The node as the rules read it once the journey from `home` has `reached` a rung.

    With `keep`, a node that a rule recognized before keeps that stage if no rule knows its new text.
    """
    reading = stages.read(node.name, node.description, "", reached, home=home)
    if node.rule and not reading.known and keep:
        return replace(node, place=reading.place)
    return replace(node, stage=reading.stage, reason=reading.reason, rule=reading.rule, place=reading.place)


_NOT_ABROAD_YET = timedelta(days=2)
"""After the carrier took a parcel; a scan that soon is still in the country that it leaves."""


def classified(nodes: Iterable[Node], unread: Container[int], *, keep: bool) -> list[Node]:
    """Nodes oldest first; those with a `seq` in `unread` are classified, given the nodes before them."""
    reached, since = Stage.PRE_SHIPMENT, datetime.min.replace(tzinfo=UTC)
    home: frozenset[str] = frozenset()
    read = []
    for node in chronological(nodes):
        if not home and (reached is not Stage.PICKED_UP or node.at - since < _NOT_ABROAD_YET):
            home = stages.home_of(node.name, node.description, reached)
        if node.seq in unread:
            node = _reread(node, reached, home, keep=keep)
        proven = stages.PROVES.get(node.stage, node.stage)
        if proven.height > reached.height and not announced_import(node, reached):
            reached, since = proven, node.at
        read.append(node)
    return read
