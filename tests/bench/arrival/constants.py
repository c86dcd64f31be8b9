"""What the model's constants are worth: `python -m tests.bench.arrival.constants FILE`.

Each one is made less and more by 30 %. Loss in days, loss beside the best rival's, and coverage in percent,
from hand-over on, in the first and in the second half of the time: where they hardly change, the constants
were not fitted too closely to the file that they were chosen on.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

from bot.arrival import calibration, clock, model, pace, prior
from bot.model import Stage
from tests.bench.arrival import lines
from tests.bench.arrival.replay import Moment, replay

_CONSTANTS: tuple[tuple[ModuleType, str], ...] = (
    (model, "KEPT"),
    (model, "_HALF_LIFE"),
    (model, "_FEW"),
    (calibration, "_STEP"),
    (calibration, "_STAGE_STEP"),
    (calibration, "_PENDING"),
    (pace, "_STRETCH"),
    (pace, "_CHANCE"),
    (pace, "_EVEN"),
    (prior, "PARCELS"),
    (clock, "_EVEN"),
)


def main(arguments: list[str]) -> int:
    """Print one line for each constant and factor."""
    journeys = lines.read(Path(arguments[0]))[:: int(arguments[1]) if len(arguments) > 1 else 1]
    _print("as it is", replay(journeys).moments)
    for module, name in _CONSTANTS:
        usual = getattr(module, name)
        for factor in (0.7, 1.3):
            setattr(module, name, type(usual)(usual * factor))
            _print(f"{module.__name__}.{name} x {factor}", replay(journeys).moments)
        setattr(module, name, usual)
    return 0


def _print(name: str, moments: list[Moment]) -> None:
    handed = [one for one in moments if (one.stage.rank or 0) >= (Stage.PICKED_UP.rank or 0)]
    half = sorted(one.at for one in handed)[len(handed) // 2]
    cells = [f"{name.removeprefix('bot.arrival.'):32}"]
    for part in (True, False):
        some = [one for one in handed if (one.at < half) is part]
        loss = sum(one.losses[0] for one in some)
        best = min(sum(one.losses[rival] for one in some) for rival in (1, 2, 3))
        held = 100 * sum(one.held for one in some) / len(some)
        cells.append(f"{loss / len(some):7.3f} {loss / best:6.3f} {held:5.1f}")
    sys.stdout.write("   ".join(cells) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
