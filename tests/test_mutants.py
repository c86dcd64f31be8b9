"""The list of equivalent mutants is true of today's code, and the command reads mutmut's names."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mutants import Excuse, excuses, function_of

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("mutant", "function"),
    [
        ("bot.ids.xǁ_Foundǁword__mutmut_4", "bot.ids._Found.word"),
        ("bot.eta.x__moved__mutmut_11", "bot.eta._moved"),
        ("bot.stages.rules.x_read__mutmut_1", "bot.stages.rules.read"),
    ],
)
def test_a_mutants_name_tells_its_function(mutant: str, function: str) -> None:
    assert function_of(mutant) == function


def test_an_excuse_covers_its_line_in_its_function_only() -> None:
    one = Excuse(where="bot.a.f", was="a < b", reason="r", becomes=("a <= b",))
    assert one.covers("bot.a.f", "if a < b:", "if a <= b:")
    assert not one.covers("bot.a.f", "if a < b:", "if a > b:")
    assert not one.covers("bot.a.g", "if a < b:", "if a <= b:")
    assert not one.covers("bot.a.f", "if c:", "if a <= b:")
    assert Excuse(where="bot.a.f", was="a < b", reason="r").covers("bot.a.f", "if a < b:", "if None:")


def _sources(module: str) -> Iterator[str]:
    parts = module.split(".")
    while parts:
        folder = ROOT.joinpath(*parts)
        for path in (folder.with_suffix(".py"), folder / "__init__.py"):
            if path.exists():
                yield path.read_text()
        parts.pop()


def test_every_excuse_has_a_reason_and_its_line_still_stands() -> None:
    for one in excuses():
        assert len(one.reason) > 10
        assert any(one.was in source for source in _sources(one.where)), one


def test_what_mutmut_is_told_to_mutate_exists() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]
    for pattern in [*told["only_mutate"], *told["pytest_add_cli_args_test_selection"]]:
        assert list(ROOT.glob(pattern)), pattern
