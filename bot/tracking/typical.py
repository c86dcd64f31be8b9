"""How long each stage usually lasts, learned from the merchant's own finished orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from bot import silences
from bot.model import Parcel, Stage


class TypicalStages:
    """`known` is empty until `learn` has run. Stages that too few orders went through are missing."""

    def __init__(self) -> None:
        self.known: Mapping[Stage, silences.Typical] = {}

    def learn(self, delivered: Iterable[Parcel]) -> None:
        """Compute everything again from these delivered parcels."""
        samples: dict[Stage, list[timedelta]] = {}
        for parcel in delivered:
            for stage, spent in silences.stage_durations(parcel).items():
                samples.setdefault(stage, []).append(spent)
        found = {stage: silences.typical_for_stage(durations) for stage, durations in samples.items()}
        self.known = {stage: typical for stage, typical in found.items() if typical is not None}
