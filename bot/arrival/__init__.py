"""When a parcel really comes: learnt from the merchant's own parcels, calibrated as its words come true."""

from bot.arrival.history import Journey, days
from bot.arrival.model import Arrival, Features, Forecast

__all__ = ["Arrival", "Features", "Forecast", "Journey", "days"]
