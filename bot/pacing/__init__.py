"""When to check an order again, and when to stop: rates of news, the price of a call, the decision."""

from bot.pacing.companions import Companions, Peer
from bot.pacing.pacer import Pacer
from bot.pacing.policy import Bound, CheckInterval, Explanation, decide, explain
from bot.pacing.price import Price
from bot.pacing.profile import hours
from bot.pacing.rates import Rates

__all__ = [
    "Bound", "CheckInterval", "Companions", "Explanation", "Pacer", "Peer", "Price", "Rates",
    "decide", "explain", "hours",
]  # fmt: skip
