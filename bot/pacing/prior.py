"""The prior, used before anything is learned: rates by stage, working hours by leg.

Medians of stage times follow recorded parcels (4 to 30 operating hours between bursts of scans, log-normal
with a spread of 0.5 to 1.0); the shape of the day follows the public Olist data set (99,441 orders,
2016-2018): handed to carrier for the origin, delivered for the door.
"""

from __future__ import annotations

from bot.model import Stage
from bot.pacing.profile import Leg

# Operating hours since the last entry: the lower edges of the age bins.
EDGES = (
    0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 6.0, 9.0, 12.0, 18.0, 24.0,
    36.0, 48.0, 72.0, 96.0, 144.0, 192.0, 288.0, 384.0, 768.0,
)  # fmt: skip

# Median operating hours from an entry in this stage to the next one.
MEDIANS = {
    Stage.INFO_RECEIVED: 20.0, Stage.PREPARING: 20.0, Stage.PICKED_UP: 9.0, Stage.ORIGIN_TRANSIT: 10.0,
    Stage.EXPORT_CUSTOMS: 14.0, Stage.AWAITING_DEPARTURE: 22.0, Stage.INTERNATIONAL_TRANSIT: 26.0,
    Stage.ARRIVED_DESTINATION: 14.0, Stage.IMPORT_CUSTOMS: 18.0, Stage.LOCAL_TRANSIT: 12.0,
    Stage.OUT_FOR_DELIVERY: 5.0, Stage.FAILED_ATTEMPT: 16.0, Stage.EXCEPTION: 40.0, Stage.DUTIES_DUE: 40.0,
    Stage.ADDRESS_CHANGE: 24.0, Stage.RETURNING: 40.0,
}  # fmt: skip
OTHER_MEDIAN = 30.0
SPREAD = 0.9  # sigma of the logarithm of stage times

# Relative activity from 00 to 23 o'clock on that leg, and from Monday to Sunday.
HOURS = {
    Leg.ORIGIN: (4, 3, 2, 2, 2, 2, 3, 4, 6, 8, 9, 9, 8, 8, 9, 9, 9, 9, 9, 9, 8, 8, 7, 6),
    Leg.LINEHAUL: (6, 6, 5, 5, 5, 5, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 6),
    Leg.DESTINATION: (3, 3, 3, 3, 4, 5, 7, 8, 9, 9, 9, 9, 8, 8, 8, 8, 7, 7, 6, 6, 5, 5, 4, 4),
    Leg.DOOR: (1, 1, 1, 1, 1, 1, 2, 5, 7, 9, 10, 10, 10, 9, 9, 10, 10, 10, 10, 9, 7, 5, 3, 2),
}
DAYS = {
    Leg.ORIGIN: (7, 7, 7, 7, 7, 6, 5),
    Leg.LINEHAUL: (7, 7, 7, 7, 7, 7, 6),
    Leg.DESTINATION: (8, 8, 8, 8, 8, 4, 2),
    Leg.DOOR: (8, 8, 8, 8, 8, 4, 1),
}
BURST_SHARE = 0.25  # share of entries that are followed by another one at once,
BURST_HOURS = 0.5  # half an hour later on average

# The chance that the next entry after one of this stage ends the order; 0 for other stages.
CLOSING = {Stage.OUT_FOR_DELIVERY: 0.9, Stage.READY_FOR_PICKUP: 0.8, Stage.FAILED_ATTEMPT: 0.4}

# Hours from an entry's time stamp until it can be fetched: upper edges of the bins, and their chances.
LAG_EDGES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
LAGS = (0.75, 0.08, 0.06, 0.05, 0.03, 0.015, 0.01, 0.005)
