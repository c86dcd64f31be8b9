"""Callback data: short, exact both ways, and deaf to forgery."""

from __future__ import annotations

from dataclasses import fields
from datetime import time
from typing import Any, get_args
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.i18n import LANGUAGES, Words
from bot.model import ButtonStyle, Flag, Level, NewsKind, Quiet
from bot.views import actions
from bot.views import buttons as b
from tests.views.scenes import ID

MINUTES = st.times().map(lambda at: time(at.hour, at.minute))
SMALL = st.integers(0, 999_999_999)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "order_id": st.from_regex(r"[0-9]{12,20}", fullmatch=True).filter(str.isascii),
    "parcel": SMALL,
    "page": SMALL,
    "node": SMALL,
    "days": SMALL,
    "dispute": SMALL,
    "on": st.booleans(),
    "archived": st.booleans(),
    "receipt": st.sampled_from(actions.Receipt),
    "kind": st.sampled_from(NewsKind),
    "shelf": st.sampled_from(actions.Shelf),
    "panel": st.sampled_from(actions.Panel),
    "region": st.sampled_from(actions.Region),
    "proof": st.from_regex(r"[A-Za-z0-9_-]{11}", fullmatch=True).filter(str.isascii),
    "level": st.sampled_from(Level),
    "flag": st.sampled_from(Flag),
    "quiet": st.sampled_from(Quiet),
    "language": st.sampled_from(list(LANGUAGES)),
    "zone": st.sampled_from(sorted(available_timezones())),
    "start": st.none() | MINUTES,
    "end": st.none() | MINUTES,
}


def built(kind: type[actions.Action]) -> st.SearchStrategy[actions.Action]:
    return st.builds(kind, **{field.name: VALUES[field.name] for field in fields(kind)})


ANY_ACTION = st.one_of([built(kind) for kind in get_args(actions.Action)])


@settings(deadline=None)
@given(ANY_ACTION)
def test_every_action_comes_back_as_it_went(action: actions.Action) -> None:
    data = b.encode(action)
    assert b.decode(data) == action
    assert 1 <= len(data.encode()) <= 64
    assert data.isascii()


@settings(deadline=None)
@given(ANY_ACTION, st.data())
def test_damaged_data_is_nothing_or_its_own_action(action: actions.Action, data: st.DataObject) -> None:
    text = b.encode(action)
    place = data.draw(st.integers(0, len(text) - 1))
    damaged = text[:place] + data.draw(st.characters()) + text[place + 1 :]
    found = b.decode(damaged)
    assert found is None or b.encode(found) == damaged


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_may_be_sent(text: str) -> None:
    found = b.decode(text)
    assert found is None or b.encode(found) == text


@pytest.mark.parametrize(
    "data",
    [
        "",
        ":",
        "1",
        "1:",
        "1:zz",
        "0:c:2djw3w5rbhmy",
        "2:c:2djw3w5rbhmy",
        "1:c",
        "1:c:",
        "1:c:8211744661738042",
        "1:c:2DJW3W5RBHMY",
        "1:t:2djw3w5rbhmy:1",
        "1:t:2djw3w5rbhmy:1:-1",
        "1:t:2djw3w5rbhmy:01:0",
        "1:t:2djw3w5rbhmy:1:9999999999",
        "1:t:2djw3w5rbhmy:1:٣",
        "1:n:2djw3w5rbhmy:2",
        "1:sl:xx",
        "1:sz:Mars/Base",
        "1:sz:../../etc/passwd",
        "1:sq:2500:0800",
        "1:sq:2260:0800",
        "1:F:now",
        "1:F:",
        "1:d:1",
        "v1:o:2djw3w5rbhmy:act",
        "1:c:2djw3w5rbhmy" + "0" * 64,
    ],
)
def test_forged_and_old_data_is_refused(data: str) -> None:
    assert b.decode(data) is None


def test_an_id_that_is_none_makes_no_button() -> None:
    with pytest.raises(ValueError, match="12 to 20 digits"):
        b.encode(actions.ShowCard(order_id="LP00123456789CN"))


def test_a_leading_zero_survives() -> None:
    action = actions.ShowCard(order_id="0000744661738042")
    assert b.decode(b.encode(action)) == action


def test_button_text_is_plain() -> None:
    words = Words("en")
    button = b.button(words.t("You follow {order}.", order="A & <b>"), actions.Nothing())
    assert button.text == "You follow A & <b>."


@pytest.mark.parametrize(
    ("action", "style"),
    [
        (actions.AskStop(order_id=ID), ButtonStyle.DANGER),
        (actions.Stop(order_id=ID), ButtonStyle.DANGER),
        (actions.Forget(), ButtonStyle.DANGER),
        (actions.Confirm(order_id=ID, parcel=0, receipt=actions.Receipt.YES), ButtonStyle.SUCCESS),
        (actions.Confirm(order_id=ID, parcel=0, receipt=actions.Receipt.NOT_YET), None),
        (actions.Refresh(order_id=ID), None),
    ],
)
def test_color_is_for_what_ends_something_and_for_good_news(
    action: actions.Action, style: ButtonStyle | None
) -> None:
    assert b.button(Words("en").t("Delivered"), action).style is style


def test_pager_leafs_both_ways() -> None:
    words = Words("en")

    def row(page: int, pages: int) -> list[str]:
        return [each.text for each in b.pager(words, page, pages, lambda to: actions.ShowBoard(page=to))]

    assert row(0, 1) == []
    assert row(0, 3) == ["1/3", "▼ Older"]
    assert row(1, 3) == ["▲ Newer", "2/3", "▼ Older"]
    assert row(2, 3) == ["▲ Newer", "3/3"]
