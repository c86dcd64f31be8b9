"""How many requests a key may make: a bucket of tokens that fills up again."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

PER_MINUTE = 300
_PER_SECOND = PER_MINUTE / 60


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class KeyLimits:
    """The buckets of all keys; `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def take(self, key_id: str) -> tuple[bool, dict[str, str]]:
        """Whether this key may make one more request now; and the headers that say how many it may make.

        The headers are those of draft-ietf-httpapi-ratelimit-headers-10: `r` requests are left, all of them
        again in `t` seconds.
        """
        now = self._clock()
        bucket = self._buckets.setdefault(key_id, _Bucket(left=PER_MINUTE, at=now))
        bucket.left = min(PER_MINUTE, bucket.left + (now - bucket.at) * _PER_SECOND)
        bucket.at = now
        allowed = bucket.left >= 1
        if allowed:
            bucket.left -= 1
        full_in = math.ceil((PER_MINUTE - bucket.left) / _PER_SECOND)
        headers = {
            "RateLimit-Policy": f'"key";q={PER_MINUTE};w=60',
            "RateLimit": f'"key";r={int(bucket.left)};t={full_in}',
        }
        return allowed, headers | ({} if allowed else {"Retry-After": "1"})
