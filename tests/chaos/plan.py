"""The plan of a run, drawn from one seed: who follows what, what happens when, and when the bot is killed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

TRACKING = "aliexpress.ds.order.tracking.get"
ORDER = "aliexpress.trade.ds.order.get"
TELEGRAM = ("getUpdates", "getMe", "sendMessage", "editMessageText")
_FIRST_ORDER = 8211744600000000
_ORDER_STEP = 10_001  # so that the last four digits, all that groups are shown, differ too

# Shares of the calls that are struck. `_after`: the call worked, only its answer suffers.
TELEGRAM_TROUBLE: Mapping[str, float] = {
    "telegram.close": 0.02,
    "telegram.close_after": 0.01,
    "telegram.reset": 0.01,
    "telegram.reset_after": 0.005,
    "telegram.status": 0.02,
    "telegram.status_after": 0.005,
    "telegram.garbage": 0.005,
    "telegram.garbage_after": 0.005,
    "telegram.truncated_after": 0.005,
    "telegram.slow": 0.04,
    "telegram.too_many": 0.02,
}
ALIEXPRESS_TROUBLE: Mapping[str, float] = {
    "aliexpress.status": 0.05,
    "aliexpress.close": 0.03,
    "aliexpress.close_after": 0.03,
    "aliexpress.garbage": 0.03,
    "aliexpress.truncated_after": 0.03,
    "aliexpress.empty": 0.04,
    "aliexpress.slow": 0.05,
    "aliexpress.too_many": 0.01,
    "aliexpress.outage": 0.05,
}
OUTAGE: Mapping[str, float] = {"aliexpress.outage": 0.7, "aliexpress.status": 0.3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much happens. Rates are a second's, `scans` may come in bursts of up to `burst` an order.

    `database` is sqlite or postgresql, `intake` polling or webhook.
    """

    chats: int = 48
    groups: int = 3
    orders: int = 30
    follows: int = 3  # orders that a chat follows all the time: too few for a summary
    many: int = 6  # what every sixth chat follows
    scans: float = 6.0
    burst: int = 3
    commands: float = 1.5
    locks: float = 1 / 6  # a second: the write lock is held, mostly until a kill
    life: float = 3.0  # seconds between two deaths, on average; with several replicas each dies more rarely
    deaths: bool = True
    weather: bool = True
    troubles: bool = True  # locks, a full disk, jumps of the clock, restarts of the server
    replicas: int = 1
    database: str = "sqlite"
    intake: str = "polling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One chat of the plan; in a forum one topic of it. It follows `orders` throughout, `fickle` at times."""

    key: int
    group: bool
    forum: bool
    orders: tuple[str, ...]
    fickle: str


# ── what happens ────────────────────────────────────────────────────────────────────────────────


class Event:
    """Something that happens in a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan(Event):
    """A new node of an order, with a mark that nothing else carries."""

    order: str
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename(Event):
    """A chat gives an order a name that no answer before can hold."""

    chat: int
    order: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nonsense(Event):
    """Something that looks like a tracking number: the answer repeats it."""

    chat: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Toggle(Event):
    """A chat follows its fickle order, or stops following it."""

    chat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Press(Event):
    """Somebody presses Refresh under an order's card."""

    chat: int
    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Event):
    """A person blocks the bot and comes back after so many seconds."""

    chat: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute(Event):
    """The bot may not write in a chat for so many seconds; nobody tells it when it may again."""

    chat: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade(Event):
    """A group becomes a supergroup."""

    chat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather(Event):
    """From now on calls are struck at these rates."""

    seed: int
    rates: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock(Event):
    """Another program holds the database's write lock; `kill`: a bot dies while it waits for it.

    On PostgreSQL it is the lock of one table, `what`, or (`rows`) of all its rows.
    """

    seconds: float
    kill: bool = False
    what: str = ""
    rows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FullDisk(Event):
    """No file can grow."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(Event):
    """The database server ends every session of the bots."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart(Event):
    """The database server is stopped and started again: `fast`, `immediate` (a crash) or `kill` (-9)."""

    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump(Event):
    """All clocks jump by so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenDeath(Event):
    """AliExpress's access token dies before its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole run: events with their seconds from the start, in order."""

    seed: int
    seconds: float
    size: Size
    members: tuple[Member, ...]
    orders: tuple[str, ...]
    events: tuple[tuple[float, Event], ...]

    def lives(self, replica: int = 0) -> Iterator[tuple[float, bool]]:
        """Seconds that each life of a replica lasts, and whether it ends by kill -9 (else by SIGTERM)."""
        dice = random.Random(f"lives {self.seed}" + (f" {replica}" if replica else ""))
        mean = self.size.life * self.size.replicas
        while True:
            yield min(dice.expovariate(1.0 / mean), 4.0 * mean), dice.random() < 0.93


def make(seed: int, seconds: float, size: Size | None = None) -> Plan:
    """The plan of one seed."""
    size = size or Size()
    dice = random.Random(f"plan {seed}")
    orders = tuple(str(_FIRST_ORDER + number * _ORDER_STEP) for number in range(1, size.orders + 1))
    members = tuple(_members(dice, size, orders))
    draft = _Draft(dice, size, seconds, members, orders)
    return Plan(
        seed=seed,
        seconds=seconds,
        size=size,
        members=members,
        orders=orders,
        events=tuple(sorted(draft.all(), key=lambda pair: pair[0])),
    )


def _members(dice: random.Random, size: Size, orders: tuple[str, ...]) -> Iterator[Member]:
    for key in range(size.chats + size.groups):
        follows = size.many if key % 6 == 0 else size.follows
        *chosen, fickle = dice.sample(orders, follows + 1)
        number = key - size.chats  # of the group; every second one is a forum, the others move on one day
        yield Member(
            key=key,
            group=number >= 0,
            forum=number > 0 and number % 2 == 1,
            orders=tuple(chosen),
            fickle=fickle,
        )


@dataclass(slots=True)
class _Draft:
    """Draws the events of a run."""

    dice: random.Random
    size: Size
    seconds: float
    members: tuple[Member, ...]
    orders: tuple[str, ...]
    serial: int = field(default=0)

    def all(self) -> Iterator[tuple[float, Event]]:
        yield from self.scans()
        yield from self.commands()
        if self.size.weather:
            yield from self.weather()
        if self.size.troubles:
            yield from self.troubles()

    def times(self, rate: float, until: float | None = None) -> Iterator[float]:
        at, end = self.dice.expovariate(rate), self.seconds if until is None else until
        while at < end:
            yield at
            at += self.dice.expovariate(rate)

    def scans(self) -> Iterator[tuple[float, Event]]:
        mean = (1 + self.size.burst) / 2
        for at in self.times(self.size.scans / mean):
            order = self.dice.choice(self.orders)
            for _ in range(self.dice.randint(1, self.size.burst)):
                yield at, Scan(order=order, mark=f"K{self.next():07d}")

    def next(self) -> int:
        self.serial += 1
        return self.serial

    def commands(self) -> Iterator[tuple[float, Event]]:
        people = [member for member in self.members if not member.group]
        groups = [member for member in self.members if member.group]
        for at in self.times(self.size.commands):
            yield at, self.command(people, groups)
        for group in groups:
            if not group.forum:
                yield self.dice.uniform(0.2, 0.8) * self.seconds, Upgrade(chat=group.key)

    def command(self, people: list[Member], groups: list[Member]) -> Event:
        luck, person = self.dice.random(), self.dice.choice(people)
        if luck < 0.35:
            somebody = self.dice.choice(people + groups)
            order = self.dice.choice(somebody.orders)
            return Rename(chat=somebody.key, order=order, name=f"N{self.next():07d}")
        if luck < 0.65:
            return Nonsense(chat=person.key, text=f"LP{self.next():012d}")
        if luck < 0.8:
            return Toggle(chat=person.key)
        if luck < 0.95:
            return Press(chat=person.key, order=self.dice.choice(person.orders))
        if luck < 0.975:
            return Block(chat=person.key, seconds=self.dice.uniform(2.0, 10.0))
        somebody = self.dice.choice(people + groups)
        return Mute(chat=somebody.key, seconds=self.dice.uniform(2.0, 10.0))

    def weather(self) -> Iterator[tuple[float, Event]]:
        """Spells of a few seconds: fair, one side in trouble, both, or AliExpress away altogether."""
        at = 0.0
        both = {**TELEGRAM_TROUBLE, **ALIEXPRESS_TROUBLE}
        while at < self.seconds:
            spells = [({}, 2), (TELEGRAM_TROUBLE, 3), (ALIEXPRESS_TROUBLE, 2), (both, 3), (OUTAGE, 1)]
            (rates,) = self.dice.choices([spell for spell, _ in spells], [weight for _, weight in spells])
            yield at, Weather(seed=self.dice.randrange(1 << 30), rates=rates)
            at += self.dice.uniform(3.0, 9.0)

    def troubles(self) -> Iterator[tuple[float, Event]]:
        yield from self.of_the_file() if self.size.database == "sqlite" else self.of_the_server()
        for at in self.times(1 / 15.0):
            yield at, Jump(seconds=self.dice.choice((1.0, 5.0, 35.0, -1.0, -3.0)))
        for at in self.times(1 / 20.0):
            yield at, TokenDeath()

    def of_the_file(self) -> Iterator[tuple[float, Event]]:
        for at in self.times(self.size.locks):
            yield at, Lock(seconds=self.dice.uniform(0.2, 2.5), kill=self.dice.random() < 0.6)
        for at in self.times(1 / 45.0):
            yield at, Lock(seconds=self.dice.uniform(5.5, 7.0))  # longer than anybody waits for it
        for at in self.times(1 / 20.0):
            yield at, FullDisk(seconds=self.dice.uniform(0.5, 2.0))

    def of_the_server(self) -> Iterator[tuple[float, Event]]:
        for at in self.times(self.size.locks):
            yield at, self.lock(self.dice.uniform(0.2, 2.5), kill=self.dice.random() < 0.6)
        for at in self.times(1 / 60.0):
            yield at, self.lock(self.dice.uniform(10.5, 12.0))  # longer than anybody waits for it
        for at in self.times(1 / 15.0):
            yield at, Cut()
        for at in self.times(1 / 20.0):
            yield at, Restart(how=self.dice.choice(("fast", "immediate", "kill")))

    def lock(self, seconds: float, *, kill: bool = False) -> Lock:
        what = self.dice.choice(("orders", "notices", "updates", "chats"))
        return Lock(seconds=seconds, kill=kill, what=what, rows=self.dice.random() < 0.5)
