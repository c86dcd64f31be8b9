"""Sends order pushes to the app's callback address, signed like the real ones."""

from __future__ import annotations

import json

from bot.sandbox.aliexpress.signing import push_signature
from bot.sandbox.outgoing import HttpAnswer, http_call

_BUYER = 1861708042
_ORDER_STATUS_TYPE = 53
_TEST_TYPE = 0


def push_body(at: float, order_id: str, status: str) -> bytes:
    """The push about an order at time `at` (seconds); without an order id, the console's test push.

    Without a status it only says that something about the order is new.
    """
    data: dict[str, object] = {}
    if order_id:
        data = {"buyerId": _BUYER, "orderId": int(order_id)} | ({"orderStatus": status} if status else {})
    message = {
        "data": data,
        "message_type": _ORDER_STATUS_TYPE if order_id else _TEST_TYPE,
        "seller_id": str(_BUYER),
        "site": "ae_global",
        "timestamp": int(at),
    }
    return json.dumps(message, separators=(",", ":")).encode()


async def send(url: str, body: bytes, *, app_key: str, app_secret: str, forged: bool = False) -> HttpAnswer:
    """Send one push; `forged` signs it wrongly. Raises CallFailed."""
    signature = push_signature(app_key, "somebody else's" if forged else app_secret, body)
    headers = {"Content-Type": "application/json", "Authorization": signature}
    return await http_call("POST", url, body, headers, patience=5.0)
