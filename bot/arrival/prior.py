"""The prior of the arrival model: durations of stages before any parcel went through them."""

from __future__ import annotations

import math

from bot.model import Stage

PARCELS = 4.0
"""The prior's weight, in parcels."""
_SPREAD = 0.8  # sigma of the logarithm
_STAY = {
    Stage.INFO_RECEIVED: 2.0,
    Stage.PREPARING: 2.0,
    Stage.PICKED_UP: 1.5,
    Stage.ORIGIN_TRANSIT: 3.0,
    Stage.AWAITING_DEPARTURE: 3.0,
    Stage.INTERNATIONAL_TRANSIT: 6.0,
    Stage.OUT_FOR_DELIVERY: 0.4,
    Stage.READY_FOR_PICKUP: 2.0,
}
_ONWARD = {
    Stage.PRE_SHIPMENT: 15.0,
    Stage.INFO_RECEIVED: 14.0,
    Stage.PREPARING: 13.0,
    Stage.PICKED_UP: 11.0,
    Stage.ORIGIN_TRANSIT: 9.0,
    Stage.EXPORT_CUSTOMS: 8.0,
    Stage.AWAITING_DEPARTURE: 7.0,
    Stage.INTERNATIONAL_TRANSIT: 5.0,
    Stage.ARRIVED_DESTINATION: 4.0,
    Stage.IMPORT_CUSTOMS: 3.5,
    Stage.LOCAL_TRANSIT: 2.0,
}
_STEPS = 24  # points of a prior, from a fifth of a day to 200 days
_LONGEST = 200.0


def stay(stage: Stage) -> list[tuple[float, float]]:
    """Days in the stage, ascending, with weights that sum to `PARCELS`."""
    return _points(_STAY.get(stage, 2.0))


def onward(stage: Stage) -> list[tuple[float, float]]:
    """Days from the end of the stage to delivery, likewise."""
    return _points(_ONWARD[stage]) if stage in _ONWARD else [(0.0, PARCELS)]


def _points(median: float) -> list[tuple[float, float]]:
    """A log-normal duration in discrete points; the last one stands for all longer ones, too."""
    days = [0.2 * (_LONGEST / 0.2) ** (step / (_STEPS - 1)) for step in range(_STEPS)]
    below = [0.5 * math.erfc(-math.log(day / median) / (_SPREAD * math.sqrt(2.0))) for day in days[:-1]]
    edges = [0.0, *below, 1.0]
    return [(day, PARCELS * (high - low)) for day, low, high in zip(days, edges, edges[1:], strict=False)]
