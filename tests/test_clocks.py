"""Clocks that are wrong for a moment, and clocks that are changed twice a year."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bot import app, audience
from bot.errors import Throttled
from bot.model import Chat, Follow, Follower, Importance, News, NewsKind, Place, Quiet, RawUpdate
from tests import make
from tests.make import there
from tests.parts import Engine, several
from tests.test_upkeep import House

SCAN = "Package arrived at transit country/region."
AHEAD = timedelta(hours=10)


async def planned(engine: Engine) -> list[timedelta]:
    """How far ahead the checks are."""
    async with engine.store.read() as tx:
        found = [await tx.checks.next_check_at(one) for one in several(3)]
    return [at - engine.clock.now() for at in found if at is not None]


@pytest.fixture
async def misled(engine: Engine) -> Engine:
    """Three orders that were looked at while the clock was ten hours ahead, for six seconds."""
    await engine.follow(*several(3))
    await engine.look()
    await engine.look(hours=10)
    engine.clock.pass_(seconds=6)
    engine.clock.at -= AHEAD
    return engine


async def test_the_clock_reads_what_the_database_can_store(engine: Engine) -> None:
    """Otherwise no time that was written would equal the same time read back."""
    engine.clock.at = app.now()
    await engine.follow()
    async with engine.store.read() as tx:
        assert await tx.orders.changed_at(make.ORDER) == engine.clock.now()


async def test_a_clock_that_was_ahead_for_a_moment_stops_no_checks(misled: Engine) -> None:
    assert max(await planned(misled)) > timedelta(hours=10)
    await misled.look(hours=0)
    longest = timedelta(hours=1)  # the ceiling of this engine
    assert len(await planned(misled)) == 3
    assert max(await planned(misled)) <= longest
    for order in several(3):
        misled.source.add(order, SCAN)
    await misled.look(hours=1.1)
    await misled.tell()
    assert sum(text.count(SCAN) for text in misled.post.texts()) == 3


async def test_it_is_corrected_some_orders_at_a_time(misled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store._AT_ONCE", 2)
    kinds: list[str] = []
    misled.store.database.observe = lambda kind, seconds: kinds.append(kind)
    await misled.poller.mind_the_clock()
    assert kinds.count("write") == 3, "two orders, one, and the rest of the tables"
    assert max(await planned(misled)) <= timedelta(hours=1)


async def test_the_next_process_sees_it_as_well(misled: Engine) -> None:
    later = Engine(misled.store, source=misled.source, post=misled.post)
    await later.poller.mind_the_clock()
    assert max(await planned(later)) <= timedelta(hours=1)


async def test_a_look_in_the_future_is_not_recent(misled: Engine) -> None:
    async with misled.store.read() as tx:
        chat = there(await tx.chats.get(make.HERE))
    shown = await misled.tracking.viewing.refresh(chat, next(iter(several(1))))
    assert shown.fresh


async def test_a_pause_that_the_wrong_clock_began_ends(engine: Engine) -> None:
    await engine.follow(*several(3))
    engine.source.failing = Throttled("ApiCallLimit", "", seconds=5)
    await engine.look(hours=10)
    engine.source.failing = None
    engine.clock.at -= AHEAD
    engine.clock.pass_(seconds=2)
    await engine.look(hours=0)
    for order in several(3):
        engine.source.add(order, SCAN)
    await engine.look(hours=2)
    await engine.tell()
    assert sum(text.count(SCAN) for text in engine.post.texts()) == 3


async def test_news_that_the_wrong_clock_owed_are_told(engine: Engine) -> None:
    await engine.follow()
    engine.source.add(make.ORDER, SCAN)
    await engine.look(hours=10)
    engine.clock.at -= AHEAD
    await engine.poller.step()
    await engine.tell()
    assert len(engine.post.texts()) == 1


async def test_what_people_wrote_while_the_clock_was_wrong_is_handled(engine: Engine) -> None:
    await engine.poller.step()
    wrong = engine.clock.now() + AHEAD
    engine.clock.at = wrong
    await engine.poller.step()
    await engine.store.inbox.put([RawUpdate(update_id=1, chat_id=1, payload="{}", received_at=wrong)])
    engine.clock.at = wrong - AHEAD
    await engine.poller.step()
    taken = await engine.store.inbox.take(5, engine.clock.now(), timedelta(minutes=2))
    assert [one.update_id for one in taken] == [1]


async def test_nothing_is_planned_beyond_the_longest_gap(engine: Engine) -> None:
    await engine.follow(*several(3))
    far = engine.clock.now() + timedelta(days=400)
    async with engine.store.database.write() as on:
        milliseconds = int(far.timestamp() * 1000)
        await on.execute(sa.text("UPDATE orders SET next_check_at = :at"), {"at": milliseconds})
    await House(engine).upkeep.round()
    assert max(await planned(engine)) <= timedelta(days=1)


# ── daylight saving ─────────────────────────────────────────────────────────────────────────────

NEWS = News(kind=NewsKind.NODES, key="n", importance=Importance.SCAN, nodes=(1,))
CHANGES = [  # zone, the local day on which its clocks change
    ("Europe/Berlin", date(2026, 3, 29)),  # 02:00 to 03:00
    ("Europe/Berlin", date(2026, 10, 25)),  # 03:00 to 02:00
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Sydney", date(2026, 10, 4)),  # spring in the south
    ("Australia/Sydney", date(2026, 4, 5)),
    ("America/Santiago", date(2026, 9, 6)),  # at midnight: 00:00 is not there
    ("America/Santiago", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),  # by half an hour
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Pacific/Chatham", date(2026, 9, 27)),  # at 02:45
    ("Pacific/Chatham", date(2026, 4, 5)),
    ("Africa/Casablanca", date(2026, 2, 15)),  # for Ramadan
]


def chat_in(zone: str, **settings: object) -> Chat:
    return Chat(place=Place(1), language="en", zone=zone, created_at=make.NOW, **settings)  # type: ignore[arg-type]


def hours_of(zone: str, day: date) -> list[datetime]:
    """Every quarter of an hour around the change, in UTC."""
    middle = datetime.combine(day, time(2), ZoneInfo(zone)).astimezone(UTC)
    return [middle + timedelta(minutes=15 * n) for n in range(-4 * 30, 4 * 30)]


@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_quiet_hours_are_those_of_the_wall(zone: str, day: date) -> None:
    follow = Follow(place=Place(1), order_id=make.ORDER, created_at=make.NOW)
    chat = chat_in(zone, quiet_from=time(22), quiet_to=time(8), quiet=Quiet.HELD)
    for now in hours_of(zone, day):
        local = now.astimezone(ZoneInfo(zone)).time()
        quiet = local >= time(22) or local < time(8)
        assert audience.is_quiet(chat, now) == quiet, (zone, now)
        until = there(audience.due_at(Follower(chat=chat, follow=follow), NEWS, now))
        if not quiet:
            assert until == now
        else:
            assert now < until <= now + timedelta(hours=11), (zone, now)
            assert until.astimezone(ZoneInfo(zone)).time() == time(8), (zone, now)


@pytest.mark.parametrize(("zone", "day"), CHANGES)
@pytest.mark.parametrize(
    "at", [time(0), time(0, 30), time(1, 30), time(2), time(2, 15), time(2, 30), time(9), time(23, 59)]
)
def test_a_digest_and_the_brief_come_once_each_day(zone: str, day: date, at: time) -> None:
    now = hours_of(zone, day)[0] - timedelta(days=2)
    came = []
    for _ in range(6):
        after, now = now, audience.next_at(zone, at, now)
        assert timedelta(0) < now - after <= timedelta(hours=25, minutes=30), (zone, after, now)
        came.append(now.astimezone(ZoneInfo(zone)))
    dates = [one.date() for one in came]
    assert dates == sorted(set(dates)), "never twice a day"
    assert (dates[-1] - dates[0]).days == len(dates) - 1, "no day is left out"
    others = [one for one in came if one.date() != day]
    assert {one.time() for one in others} == {at}
