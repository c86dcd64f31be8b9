"""The ordered rules: which concepts together mean which stage. The most harmful mistakes come first."""

from __future__ import annotations

from bot.stages.rules.border import BORDER
from bot.stages.rules.delivery import DELIVERY
from bot.stages.rules.rule import Rule
from bot.stages.rules.troubles import TROUBLES
from bot.stages.rules.warehouse import MOVING, WAREHOUSE

RULES: tuple[Rule, ...] = (*TROUBLES, *DELIVERY, *BORDER, *WAREHOUSE)

__all__ = ["MOVING", "RULES", "Rule"]
