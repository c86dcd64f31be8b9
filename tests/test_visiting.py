"""What a link to the tracking page opens, and what a visit has looked up."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.errors import SourceError
from bot.ids import claim_token, link_token
from bot.model import BookEntry, Localized, Place, Snapshot, Stage
from bot.store import State
from bot.tracking import Policy, Visit
from bot.tracking.outcomes import Shown
from tests import make
from tests.make import there
from tests.parts import Engine, ScriptedSource

SECRET = "a-secret-of-your-own"
OTHER = "8211744661738099"
SIGNED = link_token(make.ORDER, SECRET)


@pytest.fixture
def engine(engine: Engine) -> Engine:
    return Engine(engine.store, policy=Policy(link_secret=SECRET, orders_per_chat=1000))


async def _claim(engine: Engine, *orders: str) -> str:
    entries = [BookEntry(order_id=one, shop_order="#1001") for one in orders]
    tokens = await engine.tracking.booking.claim_tokens(entries)
    return tokens[orders[0]]


async def _visit(engine: Engine, token: str, language: str = "en") -> Visit | None:
    """A visit, and what it asked for answered."""
    visit = await engine.tracking.visiting.visit(token, language)
    await asyncio.gather(*engine.tracking.visiting._tasks.values())
    return visit


def _texts(visit: Visit | None) -> list[str]:
    assert visit is not None
    return [
        shown.localized.texts[node.seq].text if node.seq in shown.localized.texts else node.text
        for shown in visit.shown
        for node in shown.order.nodes
    ]


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        claim_token(bytes(16)),
        link_token(make.ORDER, "another-secret-of-the-shop"),
        SIGNED[:-1],
        "\0",
    ],
)
async def test_a_token_that_is_none_opens_nothing_and_asks_for_nothing(engine: Engine, token: str) -> None:
    await engine.follow()
    engine.clock.pass_(hours=1)
    engine.source.asked.clear()
    assert await _visit(engine, token) is None
    assert engine.source.asked == []


async def test_the_claim_of_a_shop_order_opens_all_of_it_and_a_signed_link_one(engine: Engine) -> None:
    await engine.follow(make.ORDER, OTHER)
    token = await _claim(engine, make.ORDER, OTHER)
    whole, single = await _visit(engine, token), await _visit(engine, SIGNED)
    assert whole is not None
    assert single is not None
    assert [shown.order.id for shown in whole.shown] == [make.ORDER, OTHER]
    assert whole.whole
    assert [shown.order.id for shown in single.shown] == [make.ORDER]
    assert not single.whole
    assert all(shown.follow is None for shown in whole.shown)


async def test_a_visit_shows_what_is_known_and_has_the_order_checked_once_a_minute(engine: Engine) -> None:
    await engine.follow()
    engine.clock.pass_(hours=1)
    engine.source.add(make.ORDER, "Out for delivery")
    engine.source.asked.clear()
    assert _texts(await _visit(engine, SIGNED)) == ["Package left sorting center of origin."]
    assert _texts(await _visit(engine, SIGNED))[0] == "Out for delivery"
    assert engine.source.asked == [(make.ORDER, "en")]
    engine.clock.pass_(seconds=61)
    await _visit(engine, SIGNED)
    assert len(engine.source.asked) == 2


async def test_whoever_follows_the_order_is_told_what_a_visit_found(engine: Engine) -> None:
    await engine.follow()
    engine.clock.pass_(hours=1)
    engine.source.add(make.ORDER, "Out for delivery")
    await _visit(engine, SIGNED)
    await engine.tell()
    assert any("Out for delivery" in text for text in engine.post.texts())


async def test_texts_come_in_english_first_and_in_the_visitors_language_next(engine: Engine) -> None:
    await engine.follow()
    engine.source.asked.clear()
    assert _texts(await _visit(engine, SIGNED, "de")) == ["Package left sorting center of origin."]
    assert _texts(await _visit(engine, SIGNED, "de")) == ["de: Package left sorting center of origin."]
    assert engine.source.asked == [(make.ORDER, "de")]


async def test_an_order_that_only_its_link_tells_of_is_found_and_watched_by_nobody(engine: Engine) -> None:
    engine.source.add(make.ORDER, "Package left sorting center of origin.")
    first = await _visit(engine, SIGNED)
    assert _texts(first) == []
    assert _texts(await _visit(engine, SIGNED)) == ["Package left sorting center of origin."]
    async with engine.store.read() as tx:
        assert await tx.checks.next_check_at(make.ORDER) is None


async def test_a_link_to_an_order_that_aliexpress_does_not_know_leaves_nothing(engine: Engine) -> None:
    visit = there(await _visit(engine, SIGNED))
    assert visit.shown[0].order.fetched_at is None
    async with engine.store.read() as tx:
        assert await tx.orders.get(make.ORDER) is None


async def test_visits_spend_no_call_that_is_kept_for_people_and_few_on_failures(engine: Engine) -> None:
    source = _Counting(engine.clock)
    engine = Engine(engine.store, source=source, policy=Policy(link_secret=SECRET))
    await engine.follow()
    source.urgent.clear()
    source.failing = SourceError("ServiceUnavailable", "503")
    for _ in range(120):
        engine.clock.pass_(seconds=30)
        await _visit(engine, SIGNED, "de")
    assert set(source.urgent) == {False}
    assert 5 <= len(source.urgent) <= 22  # ten lookups an hour that fail; a visit within the minute adds none


async def test_old_data_says_that_aliexpress_is_silent(engine: Engine) -> None:
    await engine.follow()
    engine.source.failing = SourceError("ServiceUnavailable", "503")
    engine.clock.pass_(hours=2)
    await _visit(engine, SIGNED)
    visit = there(await _visit(engine, SIGNED))
    assert visit.shown[0].silent_since == engine.clock.now() - timedelta(hours=2)


async def _crowd(engine: Engine) -> list[str]:
    """The links of thirty orders that were checked an hour ago."""
    orders = [str(int(make.ORDER) + place) for place in range(30)]
    await engine.follow(*orders, place=Place(7))
    engine.clock.pass_(hours=1)
    engine.source.asked.clear()
    return [link_token(order, SECRET) for order in orders]


async def test_a_crowd_of_visits_has_few_lookups_under_way(engine: Engine) -> None:
    visiting = engine.tracking.visiting
    answer, asked = asyncio.Event(), engine.source.fetch

    async def fetch(order_id: str, language: str, *, urgent: bool = False) -> Snapshot:
        found = await asked(order_id, language, urgent=urgent)
        await answer.wait()
        return found

    tokens = await _crowd(engine)
    engine.source.fetch = fetch  # type: ignore[method-assign]
    await asyncio.gather(*(visiting.visit(token, "en") for token in tokens))
    waiting = list(visiting._tasks.values())
    assert len(waiting) == 16
    while len(engine.source.asked) < 2:
        await asyncio.sleep(0)
    assert len(engine.source.asked) == 2
    answer.set()
    await asyncio.gather(*waiting)
    assert len(engine.source.asked) == 16
    assert not visiting._tasks


async def test_lookups_of_visits_pause_while_people_wait_in_their_chats(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.tracking.visiting._PAUSE", 3600.0)
    visiting = engine.tracking.visiting
    tokens = await _crowd(engine)
    visiting.chats_wait = lambda: True
    shown = await asyncio.gather(*(visiting.visit(token, "en") for token in tokens))
    assert all(shown)
    while sum(state.fetched_at == engine.clock.now() for state in await _states(engine)) < 2:
        await asyncio.sleep(0.01)
    assert len(engine.source.asked) == 2
    await visiting.close()
    assert not visiting._tasks


async def _states(engine: Engine) -> list[State]:
    orders = [str(int(make.ORDER) + place) for place in range(30)]
    async with engine.store.read() as tx:
        return list((await tx.book.opened([], orders))[1].values())


async def test_visits_at_once_are_read_together(engine: Engine) -> None:
    orders = [str(int(make.ORDER) + place) for place in range(12)]
    await engine.follow(*orders, OTHER)
    claim = await _claim(engine, OTHER)
    tokens = [link_token(order, SECRET) for order in orders] + [claim, claim_token(bytes(16)), "x"]
    transactions: list[str] = []
    engine.store.database.observe = lambda kind, _seconds: transactions.append(kind)
    visits = await asyncio.gather(*(engine.tracking.visiting.visit(token, "en") for token in tokens))
    assert [visit.shown[0].order.id if visit else None for visit in visits] == [*orders, OTHER, None, None]
    assert transactions == ["read"]


async def test_a_visit_that_cannot_be_read_is_nobody_else_s_trouble(engine: Engine) -> None:
    await engine.follow(make.ORDER, OTHER)
    visiting = engine.tracking.visiting

    def fail(facts: Localized, state: State) -> Shown:
        if facts.order.id == OTHER:
            raise ValueError("a row that cannot be")
        return Shown(localized=facts, follow=None)

    visiting._shown = fail  # type: ignore[method-assign]
    tokens = [SIGNED, link_token(OTHER, SECRET), SIGNED, SIGNED]
    found = await asyncio.gather(*(visiting.visit(one, "en") for one in tokens), return_exceptions=True)
    assert [type(one).__name__ for one in found] == ["Visit", "ValueError", "Visit", "Visit"]
    assert not visiting._waiting


async def test_a_known_revision_is_not_read_again_until_the_order_changes(engine: Engine) -> None:
    await engine.follow()
    visiting = engine.tracking.visiting
    first = there(await visiting.visit(SIGNED, "en"))
    same = there(await visiting.visit(SIGNED, "en", first.revision))
    assert (same.shown, same.revision) == ((), first.revision)
    engine.source.add(make.ORDER, "Out for delivery")
    await engine.look()
    changed = await visiting.visit(SIGNED, "en", first.revision)
    assert _texts(changed)[0] == "Out for delivery"
    assert await visiting.visit("x", "en", first.revision) is None


async def test_a_page_without_all_its_texts_is_known_too_until_they_come(engine: Engine) -> None:
    await engine.follow()
    visiting = engine.tracking.visiting
    engine.source.failing = SourceError("ServiceUnavailable", "503")
    first = there(await _visit(engine, SIGNED, "de"))
    again = there(await visiting.visit(SIGNED, "de", first.revision))
    assert (again.shown, again.revision) == ((), first.revision)
    engine.source.failing = None
    engine.clock.pass_(minutes=2)
    await visiting.visit(SIGNED, "de", first.revision)  # asks again
    await asyncio.gather(*visiting._tasks.values())
    whole = await visiting.visit(SIGNED, "de", first.revision)
    assert _texts(whole)[0].startswith("de: ")


async def test_a_page_that_many_open_at_once_is_put_together_once(engine: Engine) -> None:
    await engine.follow()
    visiting = engine.tracking.visiting
    visits = await asyncio.gather(
        *(visiting.visit(SIGNED, "en") for _ in range(5)), visiting.visit(SIGNED, "de")
    )
    await asyncio.gather(*visiting._tasks.values())
    assert len({id(visit.shown) for visit in visits if visit is not None}) == 2


async def test_the_stage_comes_with_it(engine: Engine) -> None:
    engine.source.add(make.ORDER, "Your package has been delivered.")
    await _visit(engine, SIGNED)
    visit = there(await _visit(engine, SIGNED))
    assert visit.shown[0].order.stage is Stage.DELIVERED


@dataclass
class _Counting(ScriptedSource):
    """Notes of each call whether a person is said to wait."""

    urgent: list[bool] = field(default_factory=list)

    async def fetch(self, order_id: str, language: str, *, urgent: bool = False) -> Snapshot:
        self.urgent.append(urgent)
        return await super().fetch(order_id, language, urgent=urgent)
