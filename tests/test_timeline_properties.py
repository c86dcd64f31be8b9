"""What holds of the timeline whatever a source says: properties, and a source that lies in all known ways."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot import merging, timeline
from bot.model import Changes, FetchedNode, FetchedParcel, NewsKind, Order, Snapshot, Stage
from tests.data import texts
from tests.timelines import START, snapshot

RELAXED = settings(deadline=None)  # a shared machine may stall

TEXTS = [text for _, text in texts("wordings.txt", "field")]
HOURS = st.integers(min_value=0, max_value=24 * 40)
NODES = st.builds(
    lambda hours, name, description: FetchedNode(
        at=START + timedelta(hours=hours), name=name, description=description
    ),
    HOURS,
    st.sampled_from(["", "Delivery update", "Carrier update"]),
    st.one_of(st.sampled_from(TEXTS), st.text(max_size=20)),
)
PARCELS = st.builds(
    lambda number, nodes: FetchedParcel(number=number, nodes=tuple(nodes)),
    st.sampled_from(["", "A1", "B2", "C3"]),
    st.lists(NODES, max_size=12),
)
SNAPSHOTS = st.lists(PARCELS, max_size=3).map(lambda parcels: snapshot(*parcels))
LOOKS = st.lists(SNAPSHOTS, min_size=1, max_size=6)


def looked(looks: list[Snapshot]) -> tuple[Order, list[Changes]]:
    """An order after several looks, an hour apart, and what each of them changed."""
    order, seen = Order(id="1", created_at=START), []
    for count, one in enumerate(looks):
        seen.append(timeline.changes(order, one, START + timedelta(days=20, hours=count)))
        order = seen[-1].order
    return order, seen


@RELAXED
@given(LOOKS)
def test_the_same_answer_again_adds_edits_and_tells_nothing(looks: list[Snapshot]) -> None:
    order, _ = looked(looks)
    again = timeline.changes(order, looks[-1], START + timedelta(days=21))
    assert not again.added
    assert not again.edited
    assert not again.news
    assert replace(again.order, fetched_at=None) == replace(order, fetched_at=None)


@RELAXED
@given(LOOKS)
def test_no_node_is_told_twice_and_no_key_is_used_twice(looks: list[Snapshot]) -> None:
    _, seen = looked(looks)
    told = [seq for changes in seen for news in changes.news for seq in news.nodes]
    edited = {node.seq for changes in seen for node in changes.edited}  # an edit that delivers is told anew
    once = [seq for seq in told if seq not in edited]
    assert len(set(once)) == len(once)
    keys = [news.key for changes in seen for news in changes.news]
    assert len(set(keys)) == len(keys)


@RELAXED
@given(LOOKS)
def test_nodes_are_never_lost_and_seqs_never_change(looks: list[Snapshot]) -> None:
    known: dict[int, tuple[int, datetime]] = {}
    _, seen = looked(looks)
    for changes in seen:
        now = {node.seq: (node.parcel, node.at) for node in changes.order.nodes}
        stamped_anew = {node.seq for node in changes.edited}
        assert known.keys() <= now.keys()
        for seq, (parcel, at) in known.items():
            assert now[seq][0] == parcel
            assert seq in stamped_anew or now[seq][1] == at
        assert len(now) == len(changes.order.nodes)
        assert {node.seq for node in changes.added} == now.keys() - known.keys()
        known = now


@RELAXED
@given(LOOKS)
def test_every_stamp_that_a_source_names_is_kept_and_none_is_invented(looks: list[Snapshot]) -> None:
    _, seen = looked(looks)
    ever: set[datetime] = set()
    for one, changes in zip(looks, seen, strict=True):
        named = {node.at for parcel in one.parcels for node in parcel.nodes}
        ever |= named
        kept = {node.at for node in changes.order.nodes}
        assert changes.hiccup or named <= kept
        assert kept <= ever


@RELAXED
@given(SNAPSHOTS, st.integers(min_value=-56, max_value=56))
def test_a_list_moved_to_another_zone_is_the_same_list(one: Snapshot, quarters: int) -> None:
    parcel = FetchedParcel(number="A1", nodes=one.parcels[0].nodes if one.parcels else ())
    offset = quarters * timedelta(minutes=15)
    moved = replace(parcel, nodes=tuple(replace(node, at=node.at + offset) for node in parcel.nodes))
    order, _ = looked([snapshot(parcel)])
    changes = timeline.changes(order, snapshot(moved), START + timedelta(days=20, hours=2))
    assert (changes.added, changes.news) == ((), ())
    assert {node.seq: node.at for node in changes.order.nodes} == {
        node.seq: node.at + offset for node in order.nodes
    }
    assert changes.order.stage is order.stage


@RELAXED
@given(SNAPSHOTS, st.randoms(use_true_random=False))
def test_stamps_that_wander_make_no_node(one: Snapshot, random: Random) -> None:
    order, _ = looked([one])
    for look in range(1, 4):
        one = wandered(one, random)
        changes = timeline.changes(order, one, START + timedelta(days=20, hours=2, minutes=look))
        assert not changes.added
        assert not changes.news
        order = changes.order


def wandered(one: Snapshot, random: Random) -> Snapshot:
    """The answer with all nodes of one stamp moved by the same few seconds."""
    stamps = sorted({node.at for parcel in one.parcels for node in parcel.nodes})
    moved = {at: at + timedelta(seconds=random.randint(-20, 20)) for at in stamps}
    parcels = (
        replace(parcel, nodes=tuple(replace(node, at=moved[node.at]) for node in parcel.nodes))
        for parcel in one.parcels
    )
    return replace(one, parcels=tuple(parcels))


@RELAXED
@given(SNAPSHOTS, st.randoms(use_true_random=False))
def test_the_order_of_nodes_and_parcels_in_an_answer_means_nothing(one: Snapshot, random: Random) -> None:
    shuffled = [replace(p, nodes=tuple(random.sample(p.nodes, len(p.nodes)))) for p in one.parcels]
    random.shuffle(shuffled)
    order, _ = looked([one])
    again = timeline.changes(
        order, replace(one, parcels=tuple(shuffled)), START + timedelta(days=20, hours=2)
    )
    assert not again.added
    assert not again.news
    assert {node.seq for node in again.order.nodes} == {node.seq for node in order.nodes}


@RELAXED
@given(st.lists(NODES, max_size=12, unique_by=lambda node: node.at), st.randoms(use_true_random=False))
def test_distinct_stamps_give_one_timeline_in_whatever_order(
    nodes: list[FetchedNode], random: Random
) -> None:
    one = snapshot(FetchedParcel(number="A1", nodes=tuple(nodes)))
    other = snapshot(FetchedParcel(number="A1", nodes=tuple(random.sample(nodes, len(nodes)))))
    first, second = looked([one])[0], looked([other])[0]
    assert [(n.at, n.text, n.stage) for n in first.nodes] == [(n.at, n.text, n.stage) for n in second.nodes]
    assert (first.stage, first.reason) == (second.stage, second.reason)


@RELAXED
@given(SNAPSHOTS)
def test_a_translation_makes_no_node(one: Snapshot) -> None:
    def translated(node: FetchedNode) -> FetchedNode:
        return replace(node, name=f"Ü {node.name}", description=f"Übersetzt: {node.description}")

    order, _ = looked([one])
    foreign = replace(
        one, parcels=tuple(replace(p, nodes=tuple(map(translated, p.nodes))) for p in one.parcels)
    )
    changes = timeline.changes(order, foreign, START + timedelta(days=20, hours=2))
    assert not changes.added
    assert [n for n in changes.news if n.stage is not Stage.DELIVERED] == []


@RELAXED
@given(SNAPSHOTS)
def test_reclassifying_with_the_same_rules_changes_nothing(one: Snapshot) -> None:
    order, _ = looked([one])
    assert not timeline.reclassify(order).edited
    assert timeline.reclassify(order).order.stage is order.stage


# ── a source that lies ──────────────────────────────────────────────────────────────────────────

STEPS = [
    "Order created",
    "Package collected by carrier",
    "Arrived at sorting center",
    "Departed from departure country/region",
    "Import customs clearance complete",
    "Held by customs",
    "Arrived at local delivery center",
    "Out for delivery",
    "Delivery attempt failed",
    "Delivered to pick-up point",
    "Shipping update",
    "Zorb flim",
]


@dataclass(slots=True)
class Truth:
    """One scan that really happened. `echo`: the last scan again with another date."""

    at: datetime
    text: str
    echo: bool = False
    fresh: bool = True


class LyingSource(RuleBasedStateMachine):
    """A parcel's real scans, and answers that are empty, shrunken, shuffled, relabelled, translated …

    Every scan that came in time must be told, each once, and "delivered" never before it is true.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.order = Order(id="1", created_at=START)
        self.truth: list[Truth] = []
        self.numbers = ["A1"]
        self.told: list[datetime] = []
        self.keys: list[str] = []
        self.known: dict[int, datetime] = {}
        self.seeded: set[datetime] = set()

    @initialize()
    def begin(self) -> None:
        # A carrier has it: before that a pick-up point is read as the sender's, and a repeat as the reader's.
        self.happen("Package collected by carrier")
        self.happen("Order created")
        self.look([self.answer()])
        self.seeded = {scan.at for scan in self.truth}

    def happen(self, text: str, *, fresh: bool = True, echo: bool = False, back: float = 0) -> None:
        at = self.now - timedelta(hours=back, minutes=1, seconds=len(self.truth))
        numbered = text if echo else f"{text} {len(self.truth)}"
        self.truth.append(Truth(at=at, text=numbered, echo=echo, fresh=fresh))

    def answer(self, number: str | None = None, *, part: int | None = None) -> FetchedParcel:
        scans = sorted(self.truth, key=lambda scan: scan.at, reverse=True)
        kept = scans if part is None else scans[part:]
        nodes = tuple(FetchedNode(at=scan.at, description=scan.text) for scan in kept)
        return FetchedParcel(number=number or self.numbers[-1], nodes=nodes)

    def look(self, parcels: list[FetchedParcel]) -> Changes:
        self.now += timedelta(hours=1)
        changes = timeline.changes(self.order, snapshot(*parcels), self.now)
        self.order = changes.order
        by_seq = {node.seq: node.at for node in self.order.nodes}
        assert self.known.items() <= by_seq.items()
        self.known = by_seq
        for news in changes.news:
            self.keys.append(news.key)
            self.told += [by_seq[seq] for seq in news.nodes]
        return changes

    # ── what happens ────────────────────────────────────────────────────────────────────────────

    @rule(text=st.sampled_from(STEPS), hours=st.integers(2, 30))
    def a_scan(self, text: str, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.happen(text)

    @precondition(lambda self: not any("delivered 1" in scan.text for scan in self.truth))
    @rule(hours=st.integers(2, 30))
    def the_delivery(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.happen("Package delivered 1")

    @rule(back=st.integers(40, 200))
    def a_scan_that_comes_late(self, back: int) -> None:
        self.happen("Departed from facility", fresh=False, back=back)

    @rule()
    def the_last_scan_gets_another_date(self) -> None:
        self.now += timedelta(hours=8)
        last = max(self.truth, key=lambda scan: scan.at)
        self.happen(last.text, echo=True)

    # ── what is answered ────────────────────────────────────────────────────────────────────────

    @rule()
    def the_truth(self) -> None:
        known = {node.at for node in self.order.nodes}
        newest = max(known, default=START)
        expected = [
            scan.at
            for scan in self.truth
            if scan.fresh
            and not scan.echo
            and scan.at not in known
            and scan.at > newest
            and self.now + timedelta(hours=1) - scan.at <= merging.PAST
        ]
        changes = self.look([self.answer()])
        assert not changes.hiccup
        after_delivery = self._delivered_at()
        for moment in expected:
            if after_delivery is None or moment <= after_delivery:
                assert moment in self.told
        again = self.look([self.answer()])
        assert not again.added
        assert not again.news

    @rule()
    def nothing(self) -> None:
        assert not self.look([]).news

    @rule()
    def a_parcel_without_scans(self) -> None:
        assert not self.look([FetchedParcel(number=self.numbers[-1])]).news

    @rule(cut=st.integers(1, 4))
    def only_older_scans(self, cut: int) -> None:
        self.look([self.answer(part=cut)])

    @rule(random=st.randoms(use_true_random=False))
    def shuffled(self, random: Random) -> None:
        self.the_truth()
        whole = self.answer()
        changes = self.look([replace(whole, nodes=tuple(random.sample(whole.nodes, len(whole.nodes))))])
        assert not changes.added
        assert not changes.news

    @rule()
    def in_another_language(self) -> None:
        self.the_truth()
        whole = self.answer()
        foreign = tuple(
            replace(node, description=f"На другом языке {n}") for n, node in enumerate(whole.nodes)
        )
        changes = self.look([replace(whole, nodes=foreign)])
        assert not changes.added
        assert not changes.news
        assert not [n for n in self.look([whole]).news if n.stage is not Stage.DELIVERED]

    @rule(number=st.sampled_from(["A1", "B2", "C3"]))
    def under_another_number(self, number: str) -> None:
        self.the_truth()
        self.numbers.append(number)
        changes = self.look([self.answer(number)])
        assert not changes.added
        assert not changes.news
        assert len(self.order.live) == 1

    @rule(quarters=st.integers(-40, 40))
    def in_another_zone(self, quarters: int) -> None:
        self.the_truth()
        self.stamp_anew({scan.at: scan.at + quarters * timedelta(minutes=15) for scan in self.truth})

    @rule(random=st.randoms(use_true_random=False))
    def with_other_seconds(self, random: Random) -> None:
        self.the_truth()
        self.stamp_anew({scan.at: scan.at + timedelta(seconds=random.randint(-9, 9)) for scan in self.truth})

    def stamp_anew(self, stamps: dict[datetime, datetime]) -> None:
        if len(set(stamps.values())) < len(stamps):
            return
        for scan in self.truth:
            scan.at = stamps[scan.at]
        self.told = [stamps[moment] for moment in self.told]
        self.seeded = {stamps[moment] for moment in self.seeded}
        self.known = {seq: stamps[moment] for seq, moment in self.known.items()}
        changes = self.look([self.answer()])
        assert not changes.added
        assert not changes.news

    @rule()
    def twice_in_one_answer(self) -> None:
        self.the_truth()
        changes = self.look([self.answer(), self.answer()])
        assert not changes.added
        assert not changes.news

    # ── what holds ──────────────────────────────────────────────────────────────────────────────

    def _delivered_at(self) -> datetime | None:
        return next((scan.at for scan in self.truth if "delivered 1" in scan.text), None)

    @invariant()
    def nothing_is_told_twice(self) -> None:
        assert len(set(self.told)) == len(self.told)
        assert len(set(self.keys)) == len(self.keys)

    @invariant()
    def delivered_is_never_false(self) -> None:
        if self.order.stage is Stage.DELIVERED:
            assert self._delivered_at() is not None

    @invariant()
    def no_scan_is_invented(self) -> None:
        assert {node.at for node in self.order.nodes} <= {scan.at for scan in self.truth}

    @invariant()
    def echoes_are_not_told_as_news_of_their_own(self) -> None:
        scans = sorted(self.truth, key=lambda scan: scan.at)
        for before, scan in pairwise(scans):
            happens_daily = "Out" in scan.text or "attempt" in scan.text
            if scan.echo and scan.text == before.text and not happens_daily:
                assert scan.at not in self.told

    @invariant()
    def the_past_before_the_follow_is_not_told(self) -> None:
        assert not self.seeded & set(self.told)

    @invariant()
    def all_arrived_is_for_several_parcels(self) -> None:
        assert NewsKind.ALL_ARRIVED.value not in self.keys


TestLyingSource = LyingSource.TestCase
TestLyingSource.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
