"""How long each stage usually lasts, learnt from the merchant's own finished orders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot import silences
from bot.model import Stage
from bot.store import Store

_LEARNT_FROM = 300  # the latest delivered orders


class TypicalStages:
    """`known` is empty until `learn` has run, and lacks stages that too few orders went through."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.known: Mapping[Stage, silences.Typical] = {}

    async def learn(self) -> None:
        """Read the latest delivered orders again."""
        async with self._store.read() as tx:
            finished = await tx.orders.get_many(await tx.orders.delivered_lately(_LEARNT_FROM))
        samples: dict[Stage, list[timedelta]] = {}
        for parcel in (parcel for order in finished.values() for parcel in order.live):
            for stage, spent in silences.stage_durations(parcel).items():
                samples.setdefault(stage, []).append(spent)
        found = {stage: silences.typical_for_stage(durations) for stage, durations in samples.items()}
        self.known = {stage: typical for stage, typical in found.items() if typical is not None}
