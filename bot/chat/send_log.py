"""The arithmetic of Telegram's sending limits: from what was sent when, when the next send may start.

Messages and edits count together, per chat and for the whole bot, as the maintainers of Telegram's server
say (tdlib/td#2592, #3034; tdlib/telegram-bot-api#648, #736).
"""

from __future__ import annotations

import enum
from collections import deque
from dataclasses import dataclass, field


class Priority(enum.IntEnum):
    """Which sends go first; a lower value overtakes until the other has waited long enough."""

    REPLY = 0  # a person is waiting for it
    PUSH = 1
    MINOR = 2  # scans, digests, edits of cards


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """At most `count` sends within any `seconds`."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The limits to keep. Telegram publishes "about 30 a second, 1 a second a chat, 20 a minute a group".

    Replies may burst within a chat and use a group's last sends of the minute. A push may follow the edit of
    its card at once. In a group, edits of cards leave half of each minute's sends to messages: when sends are
    short, the news goes out and the card is edited later.
    `margin` lengthens every window; `ageing` is how long one step of priority overtakes (both in seconds).
    """

    overall: Window = Window(count=30, seconds=1.0)
    burst: int = 5
    chat_push: tuple[Window, ...] = (Window(count=2, seconds=2.0), Window(count=3, seconds=3.0))
    chat_reply: tuple[Window, ...] = (Window(count=3, seconds=3.0),)
    group_minor: tuple[Window, ...] = (
        Window(count=2, seconds=2.0),
        Window(count=3, seconds=3.0),
        Window(count=10, seconds=60.0),
    )
    group_push: tuple[Window, ...] = (
        Window(count=2, seconds=2.0),
        Window(count=3, seconds=3.0),
        Window(count=18, seconds=60.0),
    )
    group_reply: tuple[Window, ...] = (Window(count=3, seconds=3.0), Window(count=20, seconds=60.0))
    margin: float = 0.004
    ageing: float = 5.0

    @property
    def full_rate(self) -> float:
        """Sends a second when Telegram refuses nothing."""
        return self.overall.count / self.overall.seconds

    def memory(self, chat_id: int) -> float:
        """Seconds after which a send lies outside all of its chat's windows."""
        windows = self.of(chat_id, Priority.REPLY) + self.of(chat_id, Priority.PUSH)
        return max((window.seconds for window in windows), default=0.0) + self.margin

    def of(self, chat_id: int, priority: int) -> tuple[Window, ...]:
        """The windows that apply to one chat; negative ids are groups and channels."""
        if chat_id >= 0:
            return self.chat_reply if priority == Priority.REPLY else self.chat_push
        match priority:
            case Priority.REPLY:
                return self.group_reply
            case Priority.PUSH:
                return self.group_push
            case _:
                return self.group_minor


@dataclass(slots=True, eq=False)
class Ticket:
    """One started send. `arrival` is the latest time at which Telegram may have counted it."""

    chat_id: int
    started: float
    arrival: float


@dataclass(slots=True)
class _Log:
    """The recent sends that share some windows."""

    tickets: list[Ticket] = field(default_factory=list)

    def ready_at(self, windows: tuple[Window, ...], margin: float, now: float) -> float:
        """The earliest time at which one more send fits all windows."""
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


class SendLog:
    """Records sends and computes when the next one may start.

    Telegram counts a send when it arrives, between our start and the answer. A send is counted from its
    answer minus the shortest recent round trip, so that the limits hold despite network jitter.
    """

    # Seconds after its start at which an unanswered send counts as arrived, so that a hung one cannot block
    # its windows forever.
    HUNG = 2.0
    RECOVERY = 120.0  # seconds from a slow-down back to the full rate
    SLOW_DOWN = 0.7
    SLOWEST = 1.0  # messages a second
    SLOW_AFTER = 3  # chats refused in a row without a success: the bot as a whole is too fast
    PAUSE_AFTER = 5  # chats refused in a row: the bot as a whole pauses
    ENOUGH = 16  # round trips needed before they are used
    CALM = 5.0  # seconds between two slow-downs

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._all = _Log()
        self._next = float("-inf")  # the earliest next send by the bot's overall rate
        self._chats: dict[int, _Log] = {}
        self._frozen: dict[int, float] = {}
        self._paused_until = float("-inf")
        self._trips: deque[float] = deque(maxlen=50)
        self._slowed_at = float("-inf")
        self._slowed_to = rules.full_rate
        self._streak: dict[int, float] = {}
        self._sweep_at = 0

    def rate(self, now: float) -> float:
        """The current limit in sends a second: the full rate, or less for a while after refusals."""
        full, calmed = self.rules.full_rate, (now - self._slowed_at) / self.RECOVERY
        return full if calmed >= 1.0 else self._slowed_to + (full - self._slowed_to) * calmed

    def bot_ready_at(self, now: float) -> float:
        """The earliest time at which the bot may send anything."""
        ready = self._all.ready_at((self.rules.overall,), self.rules.margin, now)
        return max(now, self._paused_until, ready, self._next)

    def chat_ready_at(self, chat_id: int, priority: int, now: float) -> float:
        """The earliest time at which this chat may be sent to, apart from the bot's overall limits."""
        ready = self._frozen.get(chat_id, now)
        if log := self._chats.get(chat_id):
            ready = max(ready, log.ready_at(self.rules.of(chat_id, priority), self.rules.margin, now))
        return max(now, ready)

    def start(self, chat_id: int, now: float) -> Ticket:
        """Record that a send starts now."""
        ticket = Ticket(chat_id, now, now + self.HUNG)
        step = 1.0 / self.rate(now)  # evenly spaced, except for a burst after a pause
        self._next = max(self._next, now - (self.rules.burst - 1) * step) + step
        self._all.forget(now - self.rules.overall.seconds - self.rules.margin)
        self._all.tickets.append(ticket)
        log = self._chats.setdefault(chat_id, _Log())
        log.forget(now - self.rules.memory(chat_id))
        log.tickets.append(ticket)
        self._sweep(now)
        return ticket

    def answered(self, ticket: Ticket, now: float) -> None:
        """Record a send that Telegram accepted."""
        self._arrived(ticket, now)
        self._streak.clear()

    def refused(self, ticket: Ticket, seconds: float, now: float) -> None:
        """Record a flood wait of `seconds` for the send's chat."""
        self._arrived(ticket, now)
        self.freeze(ticket.chat_id, seconds, now)
        self._streak[ticket.chat_id] = now + seconds
        if len(self._streak) >= self.SLOW_AFTER and now - self._slowed_at >= self.CALM:
            self._slowed_to = max(self.SLOWEST, self.rate(now) * self.SLOW_DOWN)
            self._slowed_at = now
        if len(self._streak) >= self.PAUSE_AFTER:
            self._paused_until = max(self._paused_until, min(self._streak.values()))

    def unknown(self, ticket: Ticket, now: float) -> None:
        """Record a send without a readable answer: it may have arrived."""
        ticket.arrival = min(ticket.arrival, now)

    def never_sent(self, ticket: Ticket) -> None:
        """Remove a send that certainly did not arrive."""
        for log in (self._all, self._chats.get(ticket.chat_id, _Log())):
            if ticket in log.tickets:
                log.tickets.remove(ticket)

    def recall(self, chat_id: int, at: float) -> None:
        """Record a send made before a restart, at a time in the past."""
        ticket = Ticket(chat_id, at, at)
        self._all.tickets.append(ticket)
        self._chats.setdefault(chat_id, _Log()).tickets.append(ticket)

    def freeze(self, chat_id: int, seconds: float, now: float) -> None:
        """Allow no send to this chat for `seconds`."""
        self._frozen[chat_id] = max(self._frozen.get(chat_id, now), now + seconds)

    def frozen(self, now: float) -> dict[int, float]:
        """The remaining seconds of each chat's flood wait."""
        self._frozen = {chat_id: until for chat_id, until in self._frozen.items() if until > now}
        return {chat_id: until - now for chat_id, until in self._frozen.items()}

    def _arrived(self, ticket: Ticket, now: float) -> None:
        self._trips.append(now - ticket.started)
        ticket.arrival = min(ticket.arrival, max(ticket.started, now - self._certain_trip()))

    def _certain_trip(self) -> float:
        """A cautious estimate of the shortest round trip, in seconds, from recent ones."""
        if len(self._trips) < self.ENOUGH:
            return 0.0
        trips = sorted(self._trips)
        return max(0.0, trips[0] - (trips[len(trips) // 2] - trips[0]) / 2)

    def _sweep(self, now: float) -> None:
        """Drop quiet chats now and then, so that memory is bounded by a minute's traffic."""
        if len(self._chats) <= self._sweep_at:
            return
        for chat_id, log in list(self._chats.items()):
            log.forget(now - self.rules.memory(chat_id))
            if not log.tickets:
                del self._chats[chat_id]
        self.frozen(now)
        self._sweep_at = 2 * len(self._chats) + 100
