"""The arithmetic of Telegram's sending limits: what was sent when, and so when the next may be."""

from __future__ import annotations

import enum
from collections import deque
from dataclasses import dataclass, field


class Priority(enum.IntEnum):
    """Who goes first; a lower one overtakes until the other has waited long enough."""

    REPLY = 0  # somebody is waiting for it
    PUSH = 1
    MINOR = 2  # scans, digests, edits of cards


class Kind(enum.Enum):
    """What Telegram counts apart: flood limits are kept by method, the published ones are for messages."""

    MESSAGE = "message"
    EDIT = "edit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """At most `count` sends within any `seconds`."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The limits to keep. Telegram publishes "about 30 a second, 1 a second a chat, 20 a minute a group".

    Replies may burst within a chat and use a group's last places of the minute; pushes are evenly spaced.
    `margin` lengthens every window, `ageing` is how long one step of priority overtakes (both seconds).
    """

    overall: Window = Window(count=30, seconds=1.0)
    burst: int = 5
    chat_push: tuple[Window, ...] = (Window(count=1, seconds=1.0), Window(count=3, seconds=3.0))
    chat_reply: tuple[Window, ...] = (Window(count=3, seconds=3.0),)
    group_push: tuple[Window, ...] = (
        Window(count=1, seconds=1.0),
        Window(count=3, seconds=3.0),
        Window(count=18, seconds=60.0),
    )
    group_reply: tuple[Window, ...] = (Window(count=3, seconds=3.0), Window(count=20, seconds=60.0))
    margin: float = 0.004
    ageing: float = 5.0

    @property
    def full_rate(self) -> float:
        """Messages a second when nothing is wrong."""
        return self.overall.count / self.overall.seconds

    def memory(self, chat_id: int) -> float:
        """Seconds after which a send matters to none of its chat's windows."""
        windows = self.of(chat_id, Priority.REPLY) + self.of(chat_id, Priority.PUSH)
        return max((window.seconds for window in windows), default=0.0) + self.margin

    def of(self, chat_id: int, priority: int) -> tuple[Window, ...]:
        """The windows that hold for one chat; negative ids are groups and channels."""
        if chat_id < 0:
            return self.group_reply if priority == Priority.REPLY else self.group_push
        return self.chat_reply if priority == Priority.REPLY else self.chat_push


@dataclass(slots=True, eq=False)
class Ticket:
    """One send that was allowed to start. `arrival` is the latest time Telegram may have counted it."""

    kind: Kind
    chat_id: int
    started: float
    arrival: float


@dataclass(slots=True)
class _Log:
    """The recent sends that share some windows."""

    tickets: list[Ticket] = field(default_factory=list)

    def ready_at(self, windows: tuple[Window, ...], margin: float, now: float) -> float:
        """When one more send keeps all the windows, as far as is known now."""
        arrivals = sorted((ticket.arrival for ticket in self.tickets), reverse=True)
        return max(
            (
                arrivals[window.count - 1] + window.seconds + margin
                for window in windows
                if len(arrivals) >= window.count
            ),
            default=now,
        )

    def forget(self, before: float) -> None:
        self.tickets = [ticket for ticket in self.tickets if ticket.arrival > before]


class Ledger:
    """What was sent when, and so when the next may be.

    Telegram counts an arrival, which lies between our start and the answer. Each send is counted from its
    answer, less the least round trip seen lately: so the limits hold whatever the network's jitter does to
    single requests.
    """

    # An open send counts as if it arrived this long after its start (seconds): a hung one holds no place for
    # ever.
    HUNG = 2.0
    RECOVERY = 60.0  # seconds to regain one message a second after a slow-down
    SLOW_DOWN = 0.7
    SLOWEST = 1.0  # messages a second
    SLOW_AFTER = 3  # different chats refused with no success between: the bot as a whole is too fast
    PAUSE_AFTER = 5  # so many: the bot as a whole is asked to wait
    ENOUGH = 16  # round trips seen before they are believed
    CALM = 5.0  # seconds between two slow-downs

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._all = {kind: _Log() for kind in Kind}
        self._next_message = float("-inf")
        self._chats: dict[tuple[Kind, int], _Log] = {}
        self._frozen: dict[int, float] = {}
        self._paused_until = float("-inf")
        self._trips: deque[float] = deque(maxlen=50)
        self._slowed_at = float("-inf")
        self._slowed_to = rules.full_rate
        self._streak: dict[int, float] = {}
        self._sweep_at = 0

    def rate(self, now: float) -> float:
        """Messages a second at present: the full rate, or less after the bot as a whole was refused."""
        if self._slowed_at == float("-inf"):
            return self.rules.full_rate
        return min(self.rules.full_rate, self._slowed_to + (now - self._slowed_at) / self.RECOVERY)

    def bot_ready_at(self, kind: Kind, now: float) -> float:
        """When anything of this kind may leave at all."""
        ready = self._all[kind].ready_at((self.rules.overall,), self.rules.margin, now)
        pace = self._next_message if kind is Kind.MESSAGE else now
        return max(now, self._paused_until, ready, pace)

    def chat_ready_at(self, kind: Kind, chat_id: int, priority: int, now: float) -> float:
        """When this chat may be sent to, the overall rate aside."""
        ready = self._frozen.get(chat_id, now)
        if log := self._chats.get((kind, chat_id)):
            ready = max(ready, log.ready_at(self.rules.of(chat_id, priority), self.rules.margin, now))
        return max(now, ready)

    def start(self, kind: Kind, chat_id: int, now: float) -> Ticket:
        """Note that a send starts now."""
        ticket = Ticket(kind, chat_id, now, now + self.HUNG)
        if kind is Kind.MESSAGE:  # evenly spaced, but for a burst after a rest
            step = 1.0 / self.rate(now)
            self._next_message = max(self._next_message, now - (self.rules.burst - 1) * step) + step
        everything = self._all[kind]
        everything.forget(now - self.rules.overall.seconds - self.rules.margin)
        everything.tickets.append(ticket)
        log = self._chats.setdefault((kind, chat_id), _Log())
        log.forget(now - self.rules.memory(chat_id))
        log.tickets.append(ticket)
        self._sweep(now)
        return ticket

    def answered(self, ticket: Ticket, now: float) -> None:
        """Telegram took it."""
        self._arrived(ticket, now)
        self._streak.clear()

    def refused(self, ticket: Ticket, seconds: float, now: float) -> None:
        """Telegram asked to wait so long before anything more goes to this chat."""
        self._arrived(ticket, now)
        self.freeze(ticket.chat_id, seconds, now)
        self._streak[ticket.chat_id] = now + seconds
        if len(self._streak) >= self.SLOW_AFTER and now - self._slowed_at >= self.CALM:
            self._slowed_to = max(self.SLOWEST, self.rate(now) * self.SLOW_DOWN)
            self._slowed_at = now
        if len(self._streak) >= self.PAUSE_AFTER:
            self._paused_until = max(self._paused_until, min(self._streak.values()))

    def unknown(self, ticket: Ticket, now: float) -> None:
        """No readable answer came: it may have arrived."""
        ticket.arrival = min(ticket.arrival, now)

    def never_sent(self, ticket: Ticket) -> None:
        """It surely did not arrive: its place is free again."""
        for log in (self._all[ticket.kind], self._chats.get((ticket.kind, ticket.chat_id), _Log())):
            if ticket in log.tickets:
                log.tickets.remove(ticket)

    def recall(self, chat_id: int, at: float) -> None:
        """A message went there at that time, which is past, in an earlier life of the process."""
        ticket = Ticket(Kind.MESSAGE, chat_id, at, at)
        self._all[Kind.MESSAGE].tickets.append(ticket)
        self._chats.setdefault((Kind.MESSAGE, chat_id), _Log()).tickets.append(ticket)

    def freeze(self, chat_id: int, seconds: float, now: float) -> None:
        """Nothing to this chat before `seconds` have passed."""
        self._frozen[chat_id] = max(self._frozen.get(chat_id, now), now + seconds)

    def frozen(self, now: float) -> dict[int, float]:
        """Seconds that each frozen chat still has to wait."""
        self._frozen = {chat_id: until for chat_id, until in self._frozen.items() if until > now}
        return {chat_id: until - now for chat_id, until in self._frozen.items()}

    def _arrived(self, ticket: Ticket, now: float) -> None:
        self._trips.append(now - ticket.started)
        ticket.arrival = min(ticket.arrival, max(ticket.started, now - self._certain_trip()))

    def _certain_trip(self) -> float:
        """Seconds that every request is on its way at least: a cautious guess from the last ones."""
        if len(self._trips) < self.ENOUGH:
            return 0.0
        trips = sorted(self._trips)
        return max(0.0, trips[0] - (trips[len(trips) // 2] - trips[0]) / 2)

    def _sweep(self, now: float) -> None:
        """Forget quiet chats now and then, so that memory follows the traffic of a minute."""
        if len(self._chats) <= self._sweep_at:
            return
        for place, log in list(self._chats.items()):
            log.forget(now - self.rules.memory(place[1]))
            if not log.tickets:
                del self._chats[place]
        self.frozen(now)
        self._sweep_at = 2 * len(self._chats) + 100
