"""The request for a review: once for an order and chat, never after a problem."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.model import Place
from bot.shop import load_shop
from tests import make
from tests.parts import Engine


async def test_a_place_is_asked_once_for_an_order(engine: Engine) -> None:
    following, other = engine.tracking.following, Place(6)
    await engine.follow()
    await engine.follow(place=other)
    assert not await following.received(make.HERE, make.ORDER), "the shop has no page for reviews"
    assert await following.received(make.HERE, make.ORDER, update=1, review=True)
    assert not await following.received(make.HERE, make.ORDER, update=2, review=True)
    assert await following.received(other, make.ORDER, update=3, review=True)
    await following.untrack(make.HERE, make.ORDER)
    await engine.follow()
    assert not await following.received(make.HERE, make.ORDER, update=4, review=True)


async def test_nobody_is_asked_about_an_order_with_a_problem_even_a_solved_one(engine: Engine) -> None:
    following, other = engine.tracking.following, Place(6)
    await engine.follow()
    await engine.follow(place=other)
    await engine.tracking.flagging.dispute(make.ORDER, other)
    for place in (make.HERE, other, make.HERE):
        assert not await following.received(place, make.ORDER, update=1, review=True)


@pytest.mark.parametrize(
    "address", ["shop.example/review", "javascript:alert(1)", "https://", "https://a b/"]
)
def test_only_an_address_of_a_page_is_taken(tmp_path: Path, address: str) -> None:
    file = tmp_path / "shop.toml"
    file.write_text(f'review_url = "{address}"', encoding="utf-8")
    with pytest.raises(SettingsError, match="review_url must be an address"):
        load_shop(str(file))
    file.write_text('review_url = "https://shop.example/r?a=1"\n[de]\nreview_url = "https://shop.example/de"')
    shop = load_shop(str(file))
    assert shop("en").review_url == "https://shop.example/r?a=1"
    assert shop("de").review_url == "https://shop.example/de"
