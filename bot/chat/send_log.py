"""The arithmetic of Telegram's sending limits: what was sent when, and so when the next may be.

Messages and edits share one account, each chat's and the whole bot's: so say the maintainers of Telegram's
server (tdlib/td#2592, #3034; tdlib/telegram-bot-api#648, #736).
"""

from __future__ import annotations

import enum
from collections import deque
from dataclasses import dataclass, field


class Priority(enum.IntEnum):
    """Who goes first; a lower one overtakes until the other has waited long enough."""

    REPLY = 0  # somebody is waiting for it
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

    Replies may burst within a chat and use a group's last places of the minute. A push may follow the edit of
    its card at once. In a group the edits of cards leave half of each minute to messages: where the minute
    is short, the news goes out and the card is edited later.
    `margin` lengthens every window, `ageing` is how long one step of priority overtakes (both seconds).
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
        """Messages a second when nothing is wrong."""
        return self.overall.count / self.overall.seconds

    def memory(self, chat_id: int) -> float:
        """Seconds after which a send matters to none of its chat's windows."""
        windows = self.of(chat_id, Priority.REPLY) + self.of(chat_id, Priority.PUSH)
        return max((window.seconds for window in windows), default=0.0) + self.margin

    def of(self, chat_id: int, priority: int) -> tuple[Window, ...]:
        """The windows that hold for one chat; negative ids are groups and channels."""
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
    """One send that was allowed to start. `arrival` is the latest time Telegram may have counted it."""

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


class SendLog:
    """What was sent when, and so when the next may be.

    Telegram counts an arrival, which lies between our start and the answer. Each send is counted from its
    answer, less the least round trip seen lately: so the limits hold whatever the network's jitter does to
    single requests.
    """

    # An open send counts as if it arrived this long after its start (seconds): a hung one holds no place for
    # ever.
    HUNG = 2.0
    RECOVERY = 120.0  # seconds from a slow-down back to the full rate
    SLOW_DOWN = 0.7
    SLOWEST = 1.0  # messages a second
    SLOW_AFTER = 3  # different chats refused with no success between: the bot as a whole is too fast
    PAUSE_AFTER = 5  # so many: the bot as a whole is asked to wait
    ENOUGH = 16  # round trips seen before they are believed
    CALM = 5.0  # seconds between two slow-downs

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._all = _Log()
        self._next = float("-inf")  # by the pace of the bot as a whole
        self._chats: dict[int, _Log] = {}
        self._frozen: dict[int, float] = {}
        self._paused_until = float("-inf")
        self._trips: deque[float] = deque(maxlen=50)
        self._slowed_at = float("-inf")
        self._slowed_to = rules.full_rate
        self._streak: dict[int, float] = {}
        self._sweep_at = 0

    def rate(self, now: float) -> float:
        """Sends a second at present: the full rate, or less after the bot as a whole was refused."""
        full, calmed = self.rules.full_rate, (now - self._slowed_at) / self.RECOVERY
        return full if calmed >= 1.0 else self._slowed_to + (full - self._slowed_to) * calmed

    def bot_ready_at(self, now: float) -> float:
        """When anything may leave at all."""
        ready = self._all.ready_at((self.rules.overall,), self.rules.margin, now)
        return max(now, self._paused_until, ready, self._next)

    def chat_ready_at(self, chat_id: int, priority: int, now: float) -> float:
        """When this chat may be sent to, the overall rate aside."""
        ready = self._frozen.get(chat_id, now)
        if log := self._chats.get(chat_id):
            ready = max(ready, log.ready_at(self.rules.of(chat_id, priority), self.rules.margin, now))
        return max(now, ready)

    def start(self, chat_id: int, now: float) -> Ticket:
        """Note that a send starts now."""
        ticket = Ticket(chat_id, now, now + self.HUNG)
        step = 1.0 / self.rate(now)  # evenly spaced, but for a burst after a rest
        self._next = max(self._next, now - (self.rules.burst - 1) * step) + step
        self._all.forget(now - self.rules.overall.seconds - self.rules.margin)
        self._all.tickets.append(ticket)
        log = self._chats.setdefault(chat_id, _Log())
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
        for log in (self._all, self._chats.get(ticket.chat_id, _Log())):
            if ticket in log.tickets:
                log.tickets.remove(ticket)

    def recall(self, chat_id: int, at: float) -> None:
        """Something went there at that time, which is past, in an earlier life of the process."""
        ticket = Ticket(chat_id, at, at)
        self._all.tickets.append(ticket)
        self._chats.setdefault(chat_id, _Log()).tickets.append(ticket)

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
        for chat_id, log in list(self._chats.items()):
            log.forget(now - self.rules.memory(chat_id))
            if not log.tickets:
                del self._chats[chat_id]
        self.frozen(now)
        self._sweep_at = 2 * len(self._chats) + 100
