"""The count itself: what is lost, told, repeated and foreign is called so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.chaos.audit import count
from tests.chaos.records import Asked, Away, Card, Heard, Kind, Records, Row, Shown, Stay, Strike

ORDER, MARK = "8211744600010001", "K0000001"
PUSH = Heard(index=0, chat=1, chat_id=11, message_id=100, at=12.0, kind=Kind.PUSH, text=MARK, marks=(MARK,))
SUMMARY = replace(PUSH, kind=Kind.SUMMARY, text="What you missed", marks=())
CARD = replace(PUSH, kind=Kind.CARD)
TOLD = Row(chat=1, order=ORDER, seqs=(5,), state="sent", message_id=100)


def run(*heard: Heard, rows: tuple[Row, ...] = (TOLD,)) -> Records:
    """Chat 1 follows the order; its node appears at 10 s."""
    return Records(
        seed=1,
        stays=[Stay(chat=1, order=ORDER, asked=1.0, since=2.0)],
        shown=[Shown(mark=MARK, order=ORDER, at=10.0)],
        heard=list(heard),
        rows=list(rows),
        seqs={MARK: (ORDER, 5)},
    )


def test_what_a_push_names_is_told() -> None:
    counted = count(run(PUSH))
    assert (counted.owed, counted.told, counted.lost) == (1, 1, ())


def test_what_only_the_outbox_believes_told_is_lost() -> None:
    assert count(run()).lost == (f"{MARK} of {ORDER} for chat 1: sent",)


def test_a_summary_tells_what_the_outbox_sent_with_it() -> None:
    counted = count(run(SUMMARY))
    assert (counted.told, counted.in_summary) == (1, 1)


def test_a_node_that_was_never_stored_is_lost() -> None:
    records = run(rows=())
    records.seqs.clear()
    assert count(records).lost == (f"{MARK} of {ORDER} for chat 1: never seen",)


@pytest.mark.parametrize("looked", [True, False])
def test_a_card_tells_only_a_chat_that_asked_for_it(looked: bool) -> None:
    records = run(CARD, rows=())
    if looked:
        records.asked.append(Asked(chat=1, what="press", at=11.0, answered=12.5, order=ORDER))
    assert count(records).on_card == looked
    assert bool(count(records).lost) is not looked


@pytest.mark.parametrize("text", ["Departed K0000001", "Departed K0000000"])
def test_a_card_that_lacks_the_newest_entry_is_stale(text: str) -> None:
    records = run(PUSH)
    records.cards.append(Card(chat=1, order=ORDER, text=text, newest=MARK))
    assert bool(count(records).stale) is (MARK not in text)


def test_who_left_before_being_told_is_owed_nothing() -> None:
    records = run(rows=())
    records.stays[0].until = 11.0
    assert (count(records).owed, count(records).open) == (0, 1)


def test_a_repeat_without_a_cause_is_called_so() -> None:
    counted = count(run(PUSH, replace(PUSH, index=1, message_id=101, at=15.0)))
    assert counted.repeats == len(counted.unexplained) == 1


def test_a_kill_and_an_ambiguous_answer_explain_a_repeat() -> None:
    again = replace(PUSH, index=1, message_id=101, at=45.0)
    killed, doubtful = run(PUSH, again), run(PUSH, again)
    killed.kills.append(13.0)
    doubtful.strikes.append(Strike(chat=1, method="sendMessage", at=12.3, code=0, fault="close_after"))
    assert count(killed).repeat_causes == {"kill": 1}
    assert count(doubtful).repeat_causes == {"ambiguous answer": 1}
    assert not count(killed).unexplained
    killed.kills[:] = [30.0]  # long after it was settled
    assert count(killed).unexplained


def test_a_push_about_somebody_else_s_order_is_foreign() -> None:
    assert count(run(replace(PUSH, chat=2))).foreign
    records = run(replace(PUSH, at=30.0))
    records.stays[0].until, records.stays[0].gone = 20.0, 21.0
    assert count(records).foreign


def test_a_blocked_chat_may_be_tried_once_a_life() -> None:
    records = run(PUSH)
    records.aways.append(Away(chat=1, at=20.0, back=30.0))
    tries = [Strike(chat=1, method="sendMessage", at=at, code=403, fault="") for at in (21.0, 25.0)]
    records.strikes += tries
    assert count(records).to_blocked
    records.kills.append(23.0)
    assert not count(records).to_blocked


def test_an_unanswered_command_is_named() -> None:
    records = run(PUSH)
    records.asked.append(Asked(chat=1, what="rename", at=3.0))
    assert count(records).unanswered == ("rename in chat 1 at 3.0",)
