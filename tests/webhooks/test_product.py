"""The whole product with an endpoint: events arrive, a pause is told, no secret leaks."""

from __future__ import annotations

import pytest

from bot import leader
from bot.model import BookEntry
from tests.make import there
from tests.webhooks.parts import Receiver
from tests.world import MERCHANT, PLAIN, World


@pytest.fixture
def here(idle: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world whose bot looks after itself ten times a second."""
    monkeypatch.setattr(leader, "_UPKEEP_EVERY", 0.1)
    return idle


async def test_events_arrive_a_pause_is_told_and_no_secret_is(
    here: World, shop: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    app = await here.start(WEBHOOKS_ALLOW_PRIVATE="true", TOKEN_KEY="a-key-of-your-own")
    webhooks, booking = app.leader.tracking.webhooks, app.leader.tracking.booking
    last = (await here.ask(MERCHANT, "/start", "order"))["id"]
    made = await webhooks.add(f"{shop.url}?canary=in-the-url")
    rotated = there(await webhooks.rotate(made.endpoint.id))
    await booking.book([BookEntry(order_id=PLAIN, shop_order="#1001")])
    app.leader.wake()

    async def told(kind: str) -> bool:
        return kind in shop.types(PLAIN)

    await here.until(lambda: told("order.booked"))
    await here.until(lambda: told("order.changed"))
    shop.down = 410
    await here.next_node(PLAIN)
    await here.hears(MERCHANT, "no longer accepts events", after=last)
    assert (await app.wrong()) == {}

    async def counted() -> bool:
        return "parcelbot_webhooks_paused 1.0" in app.metrics.expose().decode()

    await here.until(counted)
    known = await webhooks.endpoints()
    await here.stop()
    stored = (here.folder / "bot.db").read_bytes() + b"".join(
        one.read_bytes() for one in here.folder.glob("bot.db-*")
    )
    said = capsys.readouterr()
    messages = str(await here.messages(MERCHANT))
    shown = [
        said.out,
        said.err,
        app.metrics.expose().decode(),
        messages,
        repr(made),
        repr(rotated),
        repr(known),
    ]
    for secret in (made.secret, rotated.secret):
        assert not [place for place in shown if secret.removeprefix("whsec_") in place]
        assert secret.encode() not in stored, "TOKEN_KEY encrypts it"
    assert not [place for place in shown if "in-the-url" in place]
