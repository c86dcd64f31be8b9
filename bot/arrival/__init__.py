"""Arrival forecasts: learned from the merchant's own parcels, and calibrated by what came true."""

from bot.arrival.history import Journey, days, moment
from bot.arrival.model import Arrival, Features, Forecast

__all__ = ["Arrival", "Features", "Forecast", "Journey", "days", "moment"]
