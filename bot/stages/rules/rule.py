"""What a rule is, and how its row is written."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import Reason, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A text with all concepts of `has` (each entry is a choice) and none of `lacks` means `stage`.

    If the text does not tell the side of the border: `near` is the stage while the journey is between
    `near_from` and `near_to`, `far` the stage once it has reached `far_from`.

    Everyday words mean something only for a while: "information" is the shipment's before a carrier has the
    parcel. A rule with `since` or `until` is tried only between these rungs of the ladder.
    """

    id: str
    stage: Stage
    has: tuple[tuple[str, ...], ...]
    lacks: tuple[str, ...] = ()
    reason: Reason = Reason.NONE
    near: Stage | None = None
    near_from: Stage = Stage.INFO_RECEIVED
    near_to: Stage = Stage.AWAITING_DEPARTURE
    far: Stage | None = None
    far_from: Stage = Stage.ARRIVED_DESTINATION
    since: Stage | None = None
    until: Stage | None = None

    def is_due(self, reached: Stage | None) -> bool:
        """Whether to try the rule on a text, given the furthest stage before, if that is known."""
        if reached is None or reached.rank is None:
            return self.since is None
        if self.since is not None and reached.rank < self.since.height:
            return False
        return self.until is None or reached.rank <= self.until.height


def rule(
    name: str,
    stage: Stage,
    has: str,
    lacks: str = "",
    reason: Reason = Reason.NONE,
    *,
    near: Stage | None = None,
    near_from: Stage = Stage.INFO_RECEIVED,
    near_to: Stage = Stage.AWAITING_DEPARTURE,
    far: Stage | None = None,
    far_from: Stage = Stage.ARRIVED_DESTINATION,
    since: Stage | None = None,
    until: Stage | None = None,
) -> Rule:
    """A row of the table: `has` and `lacks` are concepts between blanks, `|` is between choices."""
    wanted = tuple(tuple(choice.split("|")) for choice in has.split())
    return Rule(
        id=name,
        stage=stage,
        has=wanted,
        lacks=tuple(lacks.split()),
        reason=reason,
        near=near,
        near_from=near_from,
        near_to=near_to,
        far=far,
        far_from=far_from,
        since=since,
        until=until,
    )
