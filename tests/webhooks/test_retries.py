"""The schedule of attempts, as a property of every outcome."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.webhooks import retries
from tests.make import NOW

_luck = st.floats(0, 1)
_span = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9))


@given(st.lists(_luck, min_size=1))
def test_an_event_that_always_fails_is_tried_for_three_days(lucks: list[float]) -> None:
    at, attempts, waits = NOW, 1, list[timedelta]()
    while (then := retries.next_attempt(attempts, NOW, at, lucks[attempts % len(lucks)])) is not None:
        waits.append(then - at)
        at, attempts = then, attempts + 1
        assert attempts < 20
    assert at - NOW == retries.TRIED_FOR, "the last attempt is made after three days exactly"
    assert attempts >= 10
    assert all(before < after for before, after in pairwise(waits[:-1])), "they grow"
    assert timedelta(seconds=5) <= waits[0] <= timedelta(seconds=6)


@given(st.integers(1, 10_000), _span, _luck)
def test_the_next_attempt_is_later_and_not_after_the_last_day(
    attempts: int, passed: timedelta, luck: float
) -> None:
    now = NOW + passed
    at = retries.next_attempt(attempts, NOW, now, luck)
    assert (at is None) == (passed >= retries.TRIED_FOR)
    if at is not None:
        assert now < at <= NOW + retries.TRIED_FOR


@given(st.integers(1, 9), _luck, _luck)
def test_luck_spreads_attempts_by_a_fifth_at_most(attempts: int, one: float, other: float) -> None:
    first, second = (retries.next_attempt(attempts, NOW, NOW, luck) for luck in (min(one, other), 1.0))
    assert first is not None
    assert second is not None
    assert first - NOW <= second - NOW <= (first - NOW) * 1.2 + timedelta(milliseconds=1)


@given(_span, _span, _luck)
def test_an_endpoint_is_left_alone_the_longer_the_longer_it_fails(
    one: timedelta, other: timedelta, luck: float
) -> None:
    short, long = sorted((one, other))
    assert timedelta(seconds=5) <= retries.rest(short, luck) <= retries.rest(long, luck)
    assert retries.rest(long, luck) <= timedelta(minutes=12)
