"""Which answer goes on with which parcel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.matching import absorbs, distinct, paired, slots, text_marks
from bot.model import FetchedParcel, Item, Order, Parcel, Reason, Stage
from tests.timelines import at, followed, node, parcel

SCANS = (
    node(0, "Package collected by carrier"),
    node(5, "Package left sorting center of origin."),
    node(9, "Departed from departure country/region"),
)
ELSEWHERE = (node(50, "Arrived at local delivery center"), node(60, "Departed from local facility"))


def goes_on(known: Order, answer: FetchedParcel) -> int:
    """The index of the parcel that an answer goes on with."""
    ((found, _),) = paired(known, [answer], text_marks)
    return found.index


def two(first: FetchedParcel, second: FetchedParcel) -> Order:
    """An order of two parcels, 1 and 2."""
    return followed(first, second)


def test_a_relabelled_parcel_goes_on_though_nothing_else_is_alike() -> None:
    assert goes_on(followed(parcel(*SCANS)), parcel(*ELSEWHERE, number="B2")) == 1


@pytest.mark.parametrize("items", [(), ("shoes",)])
def test_what_has_arrived_does_not_go_on_under_another_number(items: Sequence[str]) -> None:
    arrived = followed(parcel(*SCANS, node(20, "Package delivered"), items=items))
    assert goes_on(arrived, parcel(*ELSEWHERE, number="B2")) == 2


def test_other_articles_are_another_parcel() -> None:
    known = followed(parcel(*SCANS, items=["shoes"]))
    assert goes_on(known, parcel(*SCANS, number="B2", items=["lamp"])) == 2


SILVERY_M, SILVERY_L = (Item(id="1", variant=f"Silvery, {size}") for size in "ML")


def test_another_variant_is_another_parcel_unless_it_is_not_told() -> None:
    known = followed(replace(parcel(*SCANS), items=(SILVERY_M,)))
    for items, index in (
        ((SILVERY_M,), 1),
        ((SILVERY_L,), 2),
        ((replace(SILVERY_M, id="2"),), 2),
        ((SILVERY_L, SILVERY_M), 1),
        ((replace(SILVERY_M, variant="Silvery,M "),), 1),
        ((Item(id="1"),), 1),
        ((), 1),
    ):
        assert goes_on(known, replace(parcel(*SCANS, number="B2"), items=items)) == index
    untold = followed(replace(parcel(*SCANS), items=(Item(id="1"),)))
    assert goes_on(untold, replace(parcel(*SCANS, number="B2"), items=(SILVERY_L,))) == 1


def test_of_two_variants_each_goes_on_under_its_new_number() -> None:
    known = two(
        replace(parcel(*SCANS), items=(SILVERY_M,)), replace(parcel(*SCANS, number="B2"), items=(SILVERY_L,))
    )
    answers = [
        replace(parcel(*SCANS, number="C3"), items=(SILVERY_L,)),
        replace(parcel(*SCANS, number="D4"), items=(SILVERY_M,)),
    ]
    assert [found.index for found, _ in paired(known, answers, text_marks)] == [2, 1]


def test_a_parcel_is_not_absorbed_nor_superseded_by_one_of_another_variant() -> None:
    one, same, other = of(0, 1, 2, items=(SILVERY_M,)), (SILVERY_M,), (SILVERY_L,)
    assert absorbs(of(0, 1, 2, items=same), one)
    assert not absorbs(of(0, 1, 2, items=other), one)
    assert not absorbs(of(0, 1, 2, items=same + other), one)
    assert not absorbs(one, of(0, 1, 2, items=same + other))
    gone = replace(one, stage=Stage.EXCEPTION, reason=Reason.CANCELLED)
    assert gone.superseded_by(of(0, items=other + same))
    assert not gone.superseded_by(of(0, items=other))


def test_common_articles_weigh_as_much_as_one_common_scan() -> None:
    by_items, by_scan = parcel(ELSEWHERE[0], items=["shoes"]), parcel(SCANS[0], number="B2")
    answer = parcel(SCANS[0], number="C3", items=["shoes"])
    assert goes_on(two(by_items, by_scan), answer) == 1
    assert goes_on(two(replace(by_scan, number="A1"), replace(by_items, number="B2")), answer) == 1
    more = parcel(*SCANS[:2], number="B2")
    assert goes_on(two(by_items, more), parcel(*SCANS[:2], number="C3", items=["shoes"])) == 2


def test_a_common_scan_says_more_than_a_number_that_is_not_there_yet() -> None:
    known = two(parcel(ELSEWHERE[0]), parcel(SCANS[0], number="B2"))
    assert goes_on(known, parcel(SCANS[0], number="")) == 2


def test_a_parcel_without_a_number_is_more_likely_than_a_relabelled_one() -> None:
    known = two(parcel(ELSEWHERE[0]), parcel(ELSEWHERE[1], number=""))
    assert goes_on(known, parcel(SCANS[0], number="C3")) == 2


def test_of_two_answers_each_gets_its_own_parcel() -> None:
    known = two(parcel(*SCANS), parcel(*ELSEWHERE, number="B2"))
    answers = [parcel(*ELSEWHERE, number="C3"), parcel(*SCANS, number="D4"), parcel(number="E5")]
    assert [found.index for found, _ in paired(known, answers, text_marks)] == [2, 1, 3]


def test_answers_about_one_number_are_put_together() -> None:
    first, other = parcel(*SCANS[:2]), parcel(number="B2")
    again = replace(parcel(*SCANS[1:], eta=at(9), items=["shoes"]), carrier="Post")
    together, second = distinct([first, other, again])
    assert second == other
    assert together == FetchedParcel(
        number="A1",
        carrier="Post",
        eta=at(9),
        items=(Item(id="shoes"),),
        nodes=(SCANS[1], SCANS[0], SCANS[2]),
    )
    assert distinct([again, first])[0].eta == at(9)
    assert len(distinct([parcel(number=""), parcel(number="")])) == 2


def of(*nodes: int, **changes: object) -> Parcel:
    """A parcel with some of the scans."""
    found = followed(parcel(*(SCANS[number] for number in nodes))).parcels[0]
    return replace(found, **changes)  # type: ignore[arg-type]  # whatever a parcel has


SHOES, LAMP = (Item(id="shoes"),), (Item(id="lamp"),)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, True),
        ({"number": ""}, False),
        ({"items": SHOES}, True),
        ({"stage": Stage.PICKED_UP}, True),
        ({"stage": Stage.INFO_RECEIVED}, False),
        ({"stage": Stage.EXCEPTION}, False),
    ],
)
def test_a_parcel_is_absorbed_by_another_that_has_all_its_scans(
    changes: dict[str, object], found: bool
) -> None:
    assert absorbs(of(0, 1, 2), of(0, 1, 2, **changes)) == found


def test_common_scans_prove_nothing_where_articles_differ_or_scans_are_few_or_lack() -> None:
    assert absorbs(of(0, 1, 2, items=SHOES), of(0, 1, 2, items=SHOES))
    assert not absorbs(of(0, 1, 2, items=SHOES), of(0, 1, 2, items=LAMP))
    assert not absorbs(of(0, 1, 2), of(0, 1))
    assert not absorbs(of(0, 1), of(0, 1, 2))


def test_an_answer_that_has_its_parcel_takes_no_other() -> None:
    known = two(parcel(*SCANS, items=["shoes"]), parcel(*ELSEWHERE, number="B2", items=["lamp"]))
    answers = [parcel(number="C3", items=["hat"]), parcel(*SCANS, number="D4")]
    assert [found.index for found, _ in paired(known, answers, text_marks)] == [3, 1]


def test_entries_of_one_moment_are_counted_from_nought() -> None:
    again = [SCANS[0], SCANS[1], SCANS[0], SCANS[0]]
    assert [slot for slot, _ in slots(again)] == [(at(0), 0), (at(5), 0), (at(0), 1), (at(0), 2)]
