"""Admins hear of a grant's end in time, and each thing once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.model import Tokens, TokenWarning
from bot.sources.aliexpress.expiry import dead_grant_key, token_warnings

BORN = datetime(2026, 1, 1, tzinfo=UTC)
NOBODY: frozenset[str] = frozenset()


def grant(days: float, access_days: float = 30) -> Tokens:
    return Tokens(
        access_token="a",
        refresh_token="r",
        access_expires_at=BORN + timedelta(days=access_days),
        refresh_expires_at=BORN + timedelta(days=days),
        obtained_at=BORN,
        authorized_at=BORN,
    )


def steps(tokens: Tokens, after: timedelta, already: frozenset[str] = NOBODY) -> list[int]:
    return [warning.days for warning in token_warnings(tokens, BORN + after, already)]


@pytest.mark.parametrize(
    ("day", "expected"),
    [(0, []), (52.9, []), (53, [7]), (56.9, [7]), (57, [3]), (59, [1]), (59.99, [1]), (60, [0]), (90, [0])],
)
def test_an_online_grant_warns_in_three_steps_and_at_its_end(day: float, expected: list[int]) -> None:
    assert steps(grant(60), timedelta(days=day)) == expected


@pytest.mark.parametrize(("hours", "expected"), [(0, []), (23, []), (24, [1]), (47, [1]), (48, [0])])
def test_a_test_grant_warns_once_before_its_end(hours: float, expected: list[int]) -> None:
    assert steps(grant(2, 1), timedelta(hours=hours)) == expected


def test_a_grant_is_not_dead_while_its_last_access_token_works() -> None:
    assert steps(grant(60, 80), timedelta(days=70)) == [1]
    assert steps(grant(60, 80), timedelta(days=80)) == [0]


def test_what_was_told_is_not_told_again_nor_an_earlier_step_after_it() -> None:
    (warning,) = token_warnings(grant(60), BORN + timedelta(days=59.5), NOBODY)
    assert token_warnings(grant(60), BORN + timedelta(days=59.6), frozenset({warning.key})) == ()


def test_a_new_grant_is_warned_of_anew() -> None:
    (old,) = token_warnings(grant(60), BORN + timedelta(days=59), NOBODY)
    later = Tokens(
        access_token="b",
        refresh_expires_at=BORN + timedelta(days=119),
        obtained_at=BORN + timedelta(days=59),
        authorized_at=BORN + timedelta(days=59),
    )
    (new,) = token_warnings(later, BORN + timedelta(days=118), frozenset({old.key}))
    assert new.days == 1
    assert new.key != old.key


def test_a_refused_grant_is_dead_whatever_the_clock_says() -> None:
    unknown_ends = Tokens(access_token="a", obtained_at=BORN, authorized_at=BORN)
    assert token_warnings(unknown_ends, BORN + timedelta(days=900), NOBODY) == ()
    assert token_warnings(unknown_ends, BORN, NOBODY, refused=True) == (
        TokenWarning(key=f"{int(BORN.timestamp())}:0", days=0),
    )


def test_a_grant_whose_access_token_tells_no_end_is_dead_only_when_it_is_refused() -> None:
    works_on = replace(grant(60), access_expires_at=None)
    assert steps(works_on, timedelta(days=70)) == [1]
    (dead,) = token_warnings(works_on, BORN + timedelta(days=70), NOBODY, refused=True)
    assert dead.days == 0


def test_a_grant_that_works_but_can_no_more_be_refreshed_is_warned_of_once() -> None:
    unknown_ends = Tokens(access_token="a", refresh_token="r", obtained_at=BORN, authorized_at=BORN)
    (warning,) = token_warnings(unknown_ends, BORN, NOBODY, ending=True)
    assert warning.days == 1
    assert token_warnings(unknown_ends, BORN, frozenset({warning.key}), ending=True) == ()
    (dead,) = token_warnings(unknown_ends, BORN, frozenset({warning.key}), ending=True, refused=True)
    assert dead.days == 0


@pytest.mark.parametrize(("left", "expected"), [(0.8, [1]), (2.5, []), (5, [])])
def test_settings_tokens_near_their_end_are_warned_of_though_their_login_was_long_before(
    left: float, expected: list[int]
) -> None:
    assert steps(grant(left, 30), timedelta(0)) == expected


def test_the_warning_of_a_death_has_a_key_of_its_own() -> None:
    (dead,) = token_warnings(grant(60), BORN, NOBODY, refused=True)
    assert dead_grant_key(grant(60)) == dead.key
