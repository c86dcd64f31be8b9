"""A short run of what `python -m tests.chaos.webhooks` plays for long, and mistakes that it has to find."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos import webhooks


@pytest.mark.process
async def test_no_event_is_lost_or_out_of_order_through_kills(tmp_path: Path) -> None:
    found = await webhooks.run(tmp_path, events=700, kills=10)
    assert found.sound, str(found)
    assert found.events >= 700
    assert found.kills == 10
    assert found.repeats, "no kill fell between an answer and its record: nothing was shown"


_CLEAN = webhooks.Outcome(
    events=9, kills=1, seconds=1.0, repeats=1, lost=[], untold=[], disordered=[], causeless=[]
)


def test_a_run_is_sound_only_if_nothing_is_wrong() -> None:
    assert _CLEAN.sound
    for fault in ("lost", "untold", "disordered", "causeless"):
        assert not replace(_CLEAN, **{fault: ["evt_1"]}).sound  # type: ignore[arg-type]
    assert not replace(_CLEAN, repeats=9).sound
