"""When to look at an order again, and when to stop: rates of news, the price of a call, the decision."""

from bot.pacing.pacer import Pacer
from bot.pacing.policy import Bound, CheckInterval, Explanation, explain, next_check
from bot.pacing.price import Price
from bot.pacing.profile import hours
from bot.pacing.rates import Rates
from bot.pacing.together import Companions, Peer

__all__ = [
    "Bound",
    "CheckInterval",
    "Companions",
    "Explanation",
    "Pacer",
    "Peer",
    "Price",
    "Rates",
    "explain",
    "hours",
    "next_check",
]  # fmt: skip
