"""What was tried is tried again, what is said is so, and an error is not a "no"."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.chat import table
from bot.chat.context import ChatContext
from bot.errors import Reauthorize, StoreError
from bot.ids import ParsedText, link_token
from bot.model import Place
from bot.sandbox.telegram import methods
from bot.store import Store
from tests.make import there
from tests.parts import Engine, several
from tests.world import CUSTOMS, EMMA, FAMILY, IVAN, MERCHANT, PLAIN, World

SCAN = "Package arrived at transit country/region."


def _fault(method: str, *, kind: str = "refuse", **more: object) -> dict[str, object]:
    return {"target": "telegram", "kind": kind, "method": method} | more


@pytest.fixture
async def linked(idle: World) -> World:
    """A shop whose signed links alone let follow."""
    await idle.start(ACCESS="link")
    return idle


# ── rights of people ────────────────────────────────────────────────────────────────────────────


UNKNOWN_RIGHTS = [
    _fault("getChatMember", kind="status", status=502, times=2),
    _fault("getChatMember", kind="too_many", retry_after=1),
    _fault("getChatMember", kind="close"),
    _fault("getChatMember", status=400, message="Bad Request: CHAT_ADMIN_REQUIRED", times=9),
    _fault("getChatMember", status=400, message="Bad Request: member list is inaccessible", times=9),
    _fault("getChatMember", status=400, message="Bad Request: user not found", times=9),
]


async def test_a_real_admin_is_never_told_to_be_none(play: World) -> None:
    for number, fault in enumerate(UNKNOWN_RIGHTS, 1):
        await play.control("POST", "faults", faults=[fault])
        await play.ask(FAMILY, f"/track {PLAIN}", "In transit between", user_id=EMMA)
        assert sum((await play.control("GET", "faults"))["struck"].values()) >= number, "it was asked"
        await play.control("DELETE", "faults")


async def test_where_the_admins_cannot_be_seen_the_bot_asks_to_be_made_one(play: World) -> None:
    faults = [
        _fault(method, status=400, message="Bad Request: CHAT_ADMIN_REQUIRED", times=9)
        for method in ("getChatMember", "getChatAdministrators")
    ]
    await play.control("POST", "faults", faults=faults)
    await play.ask(FAMILY, f"/track {PLAIN}", "Make me an admin", user_id=EMMA)


async def test_an_answer_that_nobody_expects_is_no_refusal(
    play: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [{"status": "administrator"}, True, [], {"status": "overlord"}, {"status": None, "user": 7}]
    for answer in answers:

        def strange(tg: object, p: object, answer: object = answer) -> object:
            return answer

        monkeypatch.setitem(methods.BY_NAME, "getchatmember", ("getChatMember", strange))
        await play.ask(FAMILY, f"/track {PLAIN}", "In transit between", user_id=EMMA)
    monkeypatch.setitem(methods.BY_NAME, "getchatadministrators", ("getChatAdministrators", strange))
    await play.ask(FAMILY, f"/track {CUSTOMS}", "Make me an admin", user_id=EMMA)


async def test_an_anonymous_admin_can_press_what_they_can_type(play: World) -> None:
    await play.control("POST", f"chats/{FAMILY}/state", action="hide", user_id=EMMA)
    card = await play.ask(FAMILY, f"/track {PLAIN}", "In transit between", user_id=EMMA)
    refused = await play.press(FAMILY, card, "Mute", user_id=EMMA)
    assert "Make me an admin" in refused["answer"]["text"], "nobody shows the bot who that is"
    assert "Only group admins" in (await play.press(FAMILY, card, "Mute", user_id=IVAN))["answer"]["text"]
    await play.control("POST", f"chats/{FAMILY}/state", action="promote")
    allowed = await play.press(FAMILY, card, "Mute", user_id=EMMA)
    assert "off" in allowed["answer"]["text"].lower()


async def test_who_is_no_admin_is_still_told_so(play: World) -> None:
    await play.ask(FAMILY, f"/track {PLAIN}", "Only group admins", user_id=IVAN)


async def test_following_again_after_a_stop_needs_no_new_link(linked: World) -> None:
    secret = there(linked.settings().link_secret)
    token = link_token(PLAIN, secret.get_secret_value())
    card = await linked.ask(EMMA, f"/start {token}", "In transit between")
    await linked.press(EMMA, card, "Stop")
    question = await linked.hears(EMMA, "Stop", after=card["id"])
    await linked.press(EMMA, question, "Yes")
    stopped = await linked.reads(EMMA, question, "stopped following")
    await linked.press(EMMA, stopped, "Follow again")
    await linked.hears(EMMA, "In transit between", after=stopped["id"])
    following = linked.app.leader.tracking.following
    proof = following.proof(Place(EMMA), PLAIN)
    assert not following.is_proof(Place(IVAN), PLAIN, proof), "nobody else's press follows by it"
    assert not following.is_proof(Place(EMMA), PLAIN[:-1] + "1", proof)


# ── what is said is so ──────────────────────────────────────────────────────────────────────────


async def _asked_whether_it_came(play: World, chat: int) -> dict[str, object]:
    card = await play.ask(chat, PLAIN, "In transit between")
    await play.control("POST", f"orders/{PLAIN}/nodes", phrase="delivered")
    return dict(await play.hears(chat, "Did you get it?", after=card["id"]))


async def test_a_merchant_who_cannot_be_reached_now_hears_of_a_problem_later(play: World) -> None:
    welcome = await play.ask(MERCHANT, "/start", "")
    asked = await _asked_whether_it_came(play, EMMA)
    fault = _fault("sendMessage", kind="status", status=502, chat_id=MERCHANT, times=2)
    await play.control("POST", "faults", faults=[fault])
    await play.press(EMMA, asked, "Problem")
    await play.reads(EMMA, asked, "We've told the shop")
    await play.control("DELETE", "faults")
    await play.hears(MERCHANT, "reports a problem", after=welcome["id"])


async def test_without_a_merchants_chat_nobody_is_said_to_have_been_told(idle: World) -> None:
    await idle.start(ADMIN_CHAT_IDS="")
    asked = await _asked_whether_it_came(idle, EMMA)
    await idle.press(EMMA, asked, "Problem")
    answer = await idle.reads(EMMA, asked, "contact the shop")
    assert "told the shop" not in answer["text"]


async def test_a_handler_that_fails_for_good_says_so_and_the_operator_hears_it(
    play: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(ctx: ChatContext, said: ParsedText) -> None:
        raise ValueError("a bug of ours")

    monkeypatch.setitem(table.COMMANDS, "help", broken)
    monkeypatch.setattr(play.app.leader.telegram._workers, "_attempts", 2)
    welcome = await play.ask(MERCHANT, "/start", "")
    apology = await play.ask(EMMA, "/help", "Something went wrong on our side")
    await play.app.leader.upkeep.round()
    alert = await play.hears(MERCHANT, "", after=welcome["id"])
    await play.app.leader.upkeep.round()
    assert [one["id"] for one in await play.messages(MERCHANT)][-1] == alert["id"]
    assert [one["id"] for one in await play.messages(EMMA)][-1] == apology["id"]


# ── checks ──────────────────────────────────────────────────────────────────────────────────────


async def _rename(store: Store, old: str, new: str) -> None:
    async with store.database.write() as on:
        await on.execute(sa.text(f"ALTER TABLE {old} RENAME TO {new}"))


async def test_after_an_outage_overdue_orders_are_spread_though_the_database_was_busy(engine: Engine) -> None:
    orders = list(several(30))
    await engine.follow(*orders)
    engine.source.failing = Reauthorize("IllegalRefreshToken", "")
    await engine.look()
    engine.source.failing = None
    engine.clock.pass_(minutes=30)
    await engine.poller.step()
    await _rename(engine.store, "orders", "mislaid")
    with pytest.raises(StoreError):
        await engine.poller.drain()
    assert engine.poller.healthy, "the source answered"
    await _rename(engine.store, "mislaid", "orders")
    await engine.poller.drain()
    due = [await engine.next_check(order) for order in orders]
    assert min(due) > engine.clock.now(), "the check's end is not lost either"
    assert max(due) - min(due) > timedelta(minutes=5)
