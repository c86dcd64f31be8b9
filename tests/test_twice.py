"""An update handled twice, its answer lost or the process killed, has one effect and sounds right."""

from __future__ import annotations

from tests.world import CUSTOMS, EMMA, MERCHANT, PLAIN, World


async def _answers_fail(play: World, chat: int, times: int, *, effect: bool = False) -> None:
    """The next messages to the chat get no answer from Telegram; with `effect` they arrive all the same."""
    fault = {"target": "telegram", "kind": "close", "method": "sendMessage", "chat_id": chat}
    await play.control("POST", "faults", faults=[fault | {"times": times, "effect": effect}])


async def test_stopping_is_said_to_be_stopped_also_the_second_time(play: World) -> None:
    await play.ask(EMMA, PLAIN, "In transit between")
    await play.ask(EMMA, f"/rename {PLAIN} My shoes", "My shoes")
    await _answers_fail(play, EMMA, 2)
    said = await play.ask(EMMA, f"/untrack {PLAIN}", "My shoes")
    assert "stopped following" in said["text"]
    assert not any("doesn't follow" in message["text"] for message in await play.messages(EMMA))
    await play.ask(EMMA, f"/untrack {PLAIN}", "doesn't follow that order")  # a new one is another matter


async def test_several_are_stopped_and_each_is_said_whenever_the_answers_break_off(play: World) -> None:
    await play.ask(EMMA, PLAIN, "In transit between")
    await play.ask(EMMA, CUSTOMS, CUSTOMS)
    await play.ask(EMMA, f"/rename {PLAIN} My shoes", "My shoes")
    named = await play.ask(EMMA, f"/rename {CUSTOMS} My hat", "My hat")
    await _answers_fail(play, EMMA, 1, effect=True)
    await play.say(EMMA, f"/untrack {PLAIN} {CUSTOMS}")
    for name in ("My shoes", "My hat"):
        await play.hears(EMMA, f"stopped following {name}", after=named["id"])


async def test_the_stop_button_does_not_call_itself_out_of_date(play: World) -> None:
    card = await play.ask(EMMA, PLAIN, "In transit between")
    await play.hears(EMMA, "for you?", after=card["id"])
    await play.press(EMMA, card, "Stop")
    sure = await play.hears(EMMA, "Stop following", after=card["id"])
    fault = {"target": "telegram", "kind": "close", "method": "editMessageText", "chat_id": EMMA}
    await play.control("POST", "faults", faults=[fault])
    pressed = await play.press(EMMA, sure, "Yes, stop")
    assert "out of date" not in pressed["answer"]["text"]
    await play.reads(EMMA, sure, "stopped following")
    assert len(await play.messages(EMMA)) == len({PLAIN, "card", "time", "sure"})


async def test_a_wrong_number_counts_once_however_often_its_answer_fails(play: World) -> None:
    await _answers_fail(play, EMMA, 4)
    await play.ask(EMMA, "8211744669998042", "We can't find order")
    await play.ask(EMMA, "8211744669988042", "We can't find order")  # 6 tries, but 2 guesses of 5


async def test_a_new_name_stays_the_answer_to_its_question(play: World) -> None:
    card = await play.ask(EMMA, PLAIN, "In transit between")
    await play.press(EMMA, card, "Rename")
    await play.hears(EMMA, "What would you like to call", after=card["id"])
    await _answers_fail(play, EMMA, 2)
    await play.ask(EMMA, "Boots", "Boots")
    assert not any("as a question" in one["text"] for one in await play.messages(EMMA))
    await play.ask(EMMA, "Sandals", "as a question")  # answered: the question is over


async def test_a_login_code_works_once_and_its_success_is_said_after_a_lost_answer(play: World) -> None:
    said = await play.ask(MERCHANT, "/authorize", "Connect the AliExpress account")
    await _answers_fail(play, MERCHANT, 2)
    await play.say(MERCHANT, play.box.tokens.new_code(play.box.config.app_key))
    heard = await play.hears(MERCHANT, "AliExpress", after=said["id"] + 1)
    assert "is connected" in heard["text"]
