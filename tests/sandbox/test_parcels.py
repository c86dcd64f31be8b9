from __future__ import annotations

import string

import pytest

from bot.sandbox.aliexpress import phrases, scenarios
from bot.sandbox.box import Config
from tests.sandbox.conftest import Hands, MakeWorld, World, as_text, dig

LINES = (
    "aliexpress_ds_order_tracking_get_response",
    "result",
    "data",
    "tracking_detail_line_list",
    "tracking_detail",
)
LANGUAGES = {"en", "ru", "ar", "es", "fr", "de", "pt", "he", "ja", "zh"}


def placeholders(text: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(text) if name]


def test_every_phrase_is_said_in_every_language_with_the_same_places() -> None:
    for key, texts in phrases.load_phrases().items():
        assert texts.keys() == LANGUAGES, key
        name, description = texts["en"]
        for other_name, other in texts.values():
            assert bool(other) == bool(description), key
            assert placeholders(other) == placeholders(description), key
            assert other_name, key
        assert name


def test_no_two_languages_say_the_same() -> None:
    for key, texts in phrases.load_phrases().items():
        if key.startswith("local_"):
            continue
        said = [description or name for name, description in texts.values()]
        assert len(set(said)) == len(said), key


@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_every_scenario_plays_to_its_end(make_world: MakeWorld, name: str) -> None:
    hands = Hands()
    world = make_world(Config(time=hands, seconds_per_day=1.0, demo=False))
    order = scenarios.build(world.box.orders, "8211744661738042", name, hands.at)
    order.waits = False
    world.box.orders.add(order)
    for parcel in order.parcels:
        stamps = [node.at for node in parcel.nodes]
        assert stamps == sorted(stamps)
        assert stamps[-1] < hands.at * 1000
    for _ in range(40):
        hands.at += 1
        world.box.orders.move()
    for parcel in order.parcels:
        assert not parcel.steps
        assert all(node.at <= hands.at * 1000 for node in parcel.nodes)


def test_a_delivery_is_taken_back_within_a_minute_of_the_demo(make_world: MakeWorld) -> None:
    hands = Hands()
    world = make_world(Config(time=hands, seconds_per_day=20.0, demo=False))
    order = scenarios.build(world.box.orders, scenarios.FALSE_DELIVERED, "false_delivered", hands.at)
    order.waits = False
    world.box.orders.add(order)
    for _ in range(50):  # ten seconds are left to the bot
        hands.at += 1
        world.box.orders.move()
    taken_back = phrases.load_phrases()["correction"]["en"]
    assert any(node.text("en") == taken_back for node in order.parcels[0].nodes)


def test_whole_journeys_have_a_real_one_s_length() -> None:
    lengths = [len(journey) for scenario in scenarios.SCENARIOS.values() for journey in scenario.journeys]
    assert max(lengths) >= 20
    assert sum(length >= 15 for length in lengths) >= 9


def test_the_same_order_looks_the_same_every_time(make_world: MakeWorld) -> None:
    one, two = (make_world(Config(time=Hands())) for _ in range(2))
    assert one.box.orders.all.keys() == two.box.orders.all.keys()
    for order_id, order in one.box.orders.all.items():
        assert order == two.box.orders.all[order_id]


def test_an_unknown_id_is_really_unknown(world: World) -> None:
    assert scenarios.UNKNOWN not in world.box.orders.all
    assert all(len(order_id) == 16 for order_id in (*scenarios.DEMO, scenarios.UNKNOWN))


async def test_the_pace_can_change_on_the_way(world: World) -> None:
    await world.track(scenarios.PLAIN)
    world.hands.at += 10
    await world.control("/clock", seconds_per_day=1)
    shown = await world.control(f"/orders/{scenarios.PLAIN}", "GET")
    assert dig(shown, "parcels", 0, "next_in") == pytest.approx(0.5)
    world.hands.at += 0.6
    shown = await world.control(f"/orders/{scenarios.PLAIN}", "GET")
    assert dig(shown, "parcels", 0, "count") == 12


async def test_a_jump_of_the_clock_moves_no_parcel(world: World) -> None:
    await world.track(scenarios.PLAIN)
    clock = await world.control("/clock", advance=86_400)
    assert dig(clock, "offset") == 86_400
    assert dig(await world.control(f"/orders/{scenarios.PLAIN}", "GET"), "parcels", 0, "count") == 11


async def test_a_relabelled_parcel_keeps_its_nodes(world: World) -> None:
    before = dig(await world.track(scenarios.RELABELLED), *LINES, 0, "mail_no")
    await world.control(f"/orders/{scenarios.RELABELLED}/next")
    parcel = dig(await world.track(scenarios.RELABELLED), *LINES, 0)
    assert dig(parcel, "mail_no") != before
    assert len(dig(parcel, "detail_node_list", "detail_node")) == 17  # type: ignore[arg-type]


async def test_promises_drift(world: World) -> None:
    first = dig(await world.track(scenarios.DELAYED), *LINES, 0, "eta_time_stamps")
    await world.control(f"/orders/{scenarios.DELAYED}/next")
    second = dig(await world.track(scenarios.DELAYED), *LINES, 0, "eta_time_stamps")
    assert isinstance(first, int)
    assert isinstance(second, int)
    assert second - first > 86_400_000
    await world.control(f"/orders/{scenarios.DELAYED}", eta=0)
    assert "eta_time_stamps" not in as_text(await world.track(scenarios.DELAYED))


async def test_a_made_up_order_with_made_up_nodes(world: World) -> None:
    node = {"name": "Delivery update", "description": "At the moon", "texts": {"ru": ["Доставка", "На Луне"]}}
    await world.control("/orders", id="4444444444444444", parcels=2, nodes=[{**node, "at": 5, "parcel": 2}])
    answer = await world.track("4444444444444444", "ru_RU")
    assert dig(answer, *LINES, 1, "detail_node_list", "detail_node", 0) == {
        "time_stamp": 5,
        "tracking_name": "Доставка",
        "tracking_detail_desc": "На Луне",
    }
    assert dig(answer, *LINES, 0, "detail_node_list") == {}


async def test_local_carriers_are_not_translated(world: World) -> None:
    for step in (1, 2):
        await world.control(f"/orders/{scenarios.UNTRANSLATED}/next")
        for language in ("en_US", "ja_JP"):
            answer = await world.track(scenarios.UNTRANSLATED, language)
            nodes = dig(answer, *LINES, 0, "detail_node_list", "detail_node")
            assert isinstance(nodes, list)
            assert len(nodes) == 17 + step
            assert "Die Sendung" in nodes[0]["tracking_detail_desc"]


async def test_a_messy_feed_has_equal_late_and_repeated_stamps(world: World) -> None:
    await world.track(scenarios.MESSY)
    world.hands.at += 200
    answer = await world.track(scenarios.MESSY)
    nodes = dig(answer, *LINES, 0, "detail_node_list", "detail_node")
    assert isinstance(nodes, list)
    stamps = [node["time_stamp"] for node in nodes]
    assert len(stamps) == 25
    assert len(set(stamps)) == 24
    assert [node.get("tracking_detail_desc") for node in nodes[:3]] == ["Package delivered"] * 3
    late = next(place for place, node in enumerate(nodes) if "[Shenzhen]" in as_text(node))
    assert late > 8


async def test_nodes_can_vanish_and_the_carrier_s_name_change(world: World) -> None:
    await world.control(f"/orders/{scenarios.PLAIN}/drop", count=3)
    await world.control(
        f"/orders/{scenarios.PLAIN}", carrier="Cainiao  ", mail_no="X1", order_status="FINISH"
    )
    parcel = dig(await world.track(scenarios.PLAIN), *LINES, 0)
    assert len(dig(parcel, "detail_node_list", "detail_node")) == 8  # type: ignore[arg-type]
    assert (dig(parcel, "carrier_name"), dig(parcel, "mail_no")) == ("Cainiao  ", "X1")
    await world.control(f"/orders/{scenarios.PLAIN}", found=False)
    assert "1001" in as_text(await world.track(scenarios.PLAIN))
