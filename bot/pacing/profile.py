"""Operating hours: carriers' activity by hour of the week."""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate

from bot.model import Stage

WEEK = 168
_MONDAY = 72.0  # the epoch began on a Thursday
ORIGIN_OFFSET = 8.0  # hours east of UTC: parcels start in China


class Leg(enum.StrEnum):
    """The part of the journey whose working hours determine when the next entry comes."""

    ORIGIN = "origin"
    LINEHAUL = "linehaul"
    DESTINATION = "destination"
    DOOR = "door"


_STAGES = {
    Leg.LINEHAUL: (Stage.AWAITING_DEPARTURE, Stage.INTERNATIONAL_TRANSIT),
    Leg.DESTINATION: (
        *(Stage.ARRIVED_DESTINATION, Stage.IMPORT_CUSTOMS, Stage.DUTIES_DUE, Stage.LOCAL_TRANSIT),
        *(Stage.ADDRESS_CHANGE, Stage.EXCEPTION, Stage.RETURNING),
    ),
    Leg.DOOR: (Stage.OUT_FOR_DELIVERY, Stage.READY_FOR_PICKUP, Stage.FAILED_ATTEMPT, Stage.DELIVERED),
}
_LEGS = {stage: leg for leg, stages in _STAGES.items() for stage in stages}


def leg(stage: Stage) -> Leg:
    """The leg that a parcel in this stage is on."""
    return _LEGS.get(stage, Leg.ORIGIN)


def hours(moment: datetime) -> float:
    """Hours since Monday, December 29, 1969, 00:00 UTC."""
    return moment.timestamp() / 3600.0 + _MONDAY


class WeeklyProfile:
    """A weekly activity profile with mean 1, and its integral, the operating time."""

    def __init__(self, pace: Sequence[float]) -> None:
        """`pace` holds 168 positive numbers, one per hour of the week from Monday 00:00; scaled to mean 1."""
        mean = math.fsum(pace) / WEEK
        self.pace = tuple(value / mean for value in pace)
        self._sum = (0.0, *accumulate(self.pace))

    def operating(self, at: float) -> float:
        """Operating hours from the profile's origin to `at` (hours, in the profile's own zone)."""
        weeks, rest = divmod(at, WEEK)
        whole = int(rest)  # by a rounding error, it may be the week's last hour plus one
        return weeks * WEEK + self._sum[whole] + (rest - whole) * self.pace[whole % WEEK]

    def pace_at(self, at: float) -> float:
        """Operating hours per hour at `at`."""
        return self.pace[int(at % WEEK) % WEEK]
