"""When to look at an order again, and when to stop: rates of news, the price of a call, the decision."""

from bot.pacing.pacer import Pacer
from bot.pacing.policy import Bound, Explanation, Limits, explain, next_check
from bot.pacing.price import Price
from bot.pacing.rates import Rates

__all__ = ["Bound", "Explanation", "Limits", "Pacer", "Price", "Rates", "explain", "next_check"]
