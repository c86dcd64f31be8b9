"""When to look at an order again, and when to stop: rates of news, the price of a call, the decision."""

from bot.pacing.clock import hours
from bot.pacing.pacer import Pacer
from bot.pacing.policy import Bound, Explanation, Limits, explain, next_check
from bot.pacing.price import Price
from bot.pacing.rates import Rates
from bot.pacing.together import Companions, Peer

__all__ = [
    "Bound", "Companions", "Explanation", "Limits", "Pacer", "Peer", "Price", "Rates",
    "explain", "hours", "next_check",
]  # fmt: skip
