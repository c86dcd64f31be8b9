"""What a merchant acts on: how long deliveries take, how many are late, what goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.model.stages import Reason, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many `parcels` of a carrier were delivered on a day, each after this many days.

    `days` are from the first entry to the delivery, rounded; None where there is no earlier entry. AliExpress
    had promised a day for `promised` of them; `late` came on a later day than first promised.
    """

    on: date
    carrier: str
    days: int | None
    parcels: int = 1
    promised: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """How many problems customers reported, and how many of those are solved."""

    reported: int
    solved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Some delivered parcels: the days that half of them and nine in ten took at most, None if unknown."""

    parcels: int
    half: int | None
    nine_in_ten: int | None
    promised: int
    late: int

    @property
    def late_share(self) -> float | None:
        """The share that came later than first promised; None where nothing was promised."""
        return self.late / self.promised if self.promised else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The parcels delivered since then, and the problems since then.

    `months` (by their first day) and `weeks` (by their last) are in order, `carriers` from the one with most
    parcels on; `table` is by month and carrier. `troubles` counts orders by what their carriers said,
    `questions` those of customers that wait for an answer.
    """

    since: datetime
    total: Summary
    months: tuple[tuple[date, Summary], ...] = ()
    carriers: tuple[tuple[str, Summary], ...] = ()
    weeks: tuple[tuple[date, Summary], ...] = ()
    table: tuple[tuple[date, str, Summary], ...] = ()
    troubles: Mapping[tuple[Stage, Reason], int]
    reported: Reported
    questions: int
