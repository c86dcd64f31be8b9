"""The last day that a carrier's words name."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.deadline import stated

SAID = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
FIFTH = date(2026, 12, 5)


@pytest.mark.parametrize(
    "text",
    [
        "Please collect your parcel by 2026-12-05.",
        "Ready for pick-up until 2026/12/05 at PARCEL SHOP 12",
        "Available for pickup until December 5, 2026",
        "Held at the post office until 5 December",
        "Please pick up before Saturday, 5 Dec 2026, 18:00",
        "Pick up no later than Dec 5th",
        "Deadline: 05.12.2026",
        "Abholbereit bis 05.12.2026",
        "Die Sendung liegt bis zum 5.12. in der Filiale",
        "Votre colis vous attend jusqu'au 05.12.2026",
        "Disponible hasta el 2026-12-05",
        "Посылка хранится до 05.12.2026",
        "Odbierz przesyłkę do 05.12.2026",
        "包裹已到自提点，请于12月5日前领取",
        "Payment is due by 5-Dec-2026",
    ],
)
def test_a_stated_day_is_read(text: str) -> None:
    assert stated(text, SAID) == FIFTH


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Your parcel is ready for pickup",
        "Arrived at the pick-up point on 2026-12-05",  # an arrival, no last day
        "Please collect within 7 days",  # counted from a day that is not said
        "Collect before 05/12/2026",  # the twelfth of May, or the fifth of December
        "Please collect by 2025-12-05",  # past
        "Please collect by 2027-12-05",  # too far
        "Collect by 2026-12-05 or by 2026-12-08",  # which?
        "Collect by 31.11.2026",  # no such day
        "Standby 2026-12-05",
        "Hours: until 18:30",
        "bis 99.99.2026",
    ],
)
def test_a_day_that_is_not_stated_is_not_made_up(text: str) -> None:
    assert stated(text, SAID) is None


def test_slashes_are_read_where_only_one_order_is_a_date() -> None:
    assert stated("Collect by 12/15/2026", SAID) == date(2026, 12, 15)
    assert stated("Collect by 15/12/2026", SAID) == date(2026, 12, 15)
    assert stated("Collect by 13/01/2027", SAID) == stated("Collect by 01/13/2027", SAID) == date(2027, 1, 13)
    assert stated("Collect by 12/12/2026", SAID) == date(2026, 12, 12)
    assert stated("Collect by 12/01/2027", SAID) is stated("Collect by 01/12/2027", SAID) is None


def test_a_last_day_lies_between_the_day_it_is_said_and_ninety_days_later() -> None:
    assert stated("Collect by Nov 28", SAID) == date(2026, 11, 28)
    assert stated("Collect by 2027-02-26", SAID) == date(2027, 2, 26)
    assert stated("Collect by 2027-02-27", SAID) is None


def test_a_day_without_a_year_may_lie_behind_new_year() -> None:
    assert stated("Collect by Jan 3", datetime(2026, 12, 28, tzinfo=UTC)) == date(2027, 1, 3)


def test_long_texts_cost_linear_time() -> None:
    assert stated("until the " * 20_000 + "1" * 20_000, SAID) is None
