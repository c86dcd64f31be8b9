"""Executes one run: starts processes and people, follows the plan, lets everything settle, and records it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.chaos import balancer, databases, processes
from tests.chaos.control import MARK, Control, Time, Watcher
from tests.chaos.databases import Base, Reading
from tests.chaos.merchant import Merchant
from tests.chaos.people import Environment, Person, enter
from tests.chaos.plan import (
    ORDER,
    TELEGRAM,
    TRACKING,
    Block,
    Cut,
    Event,
    FullDisk,
    Jump,
    Lock,
    Mute,
    Nonsense,
    Plan,
    Press,
    Rename,
    Restart,
    Scan,
    Toggle,
    TokenDeath,
    Upgrade,
    Weather,
)
from tests.chaos.processes import Bot, Launcher
from tests.chaos.records import FOREVER, Card, Records, Row, Shown

_SETUP_WITHIN = 120.0
_LOOK_EVERY = 0.3  # seconds between two looks at what still waits
_STUCK = 4  # looks without a change after which the clock jumps to the next attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class BotProcesses:
    """The replicas of the bot, what starts them, and the database they share."""

    launcher: Launcher
    base: Base
    bots: tuple[Bot, ...]


class ChaosRun:
    """One run: the environment, the people in it, and the bots that are killed."""

    def __init__(self, plan: Plan, environment: Environment, bots: BotProcesses) -> None:
        self._plan = plan
        self._environment = environment
        self._bots = bots.bots
        self._base = bots.base
        self._launcher = bots.launcher
        self._records = environment.records
        self._people: list[Person] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._last_at: dict[str, int] = {}
        self._starved_until = 0.0  # the database may refuse everything until then
        self._serial = 0
        self._over = asyncio.Event()  # set: nobody dies any more

    async def run(self, settle_within: float, answer_within: float) -> None:
        """Run the plan, then let everything settle; people wait for an answer for `answer_within` seconds."""
        watching = asyncio.create_task(self._environment.watcher.run())
        try:
            await self._set_up()
            lives = [
                asyncio.create_task(self._keep_restarting(bot, self._plan.lives(number)))
                for number, bot in enumerate(self._bots)
            ]
            self._tasks.update(lives)
            await self._run_events()
            self._over.set()
            await asyncio.gather(*lives)  # whoever dies at this moment is started first
            await self._settle(settle_within, answer_within)
            await self._end()
            await self._environment.watcher.look()
        finally:
            everything = {watching, *self._tasks}
            for task in everything:
                task.cancel()
            await asyncio.gather(*everything, return_exceptions=True)
        await self._write_down()

    # ── before ──────────────────────────────────────────────────────────────────────────────────

    async def _set_up(self) -> None:
        """Everybody follows what they follow, in fair weather."""
        control = self._environment.control
        await control.post("telegram/limits", enabled=True)
        for order in self._plan.orders:
            await control.post("orders", id=order, nodes=[{"description": "Package left sorting center"}])
        for bot in self._bots:
            await self._start(bot)
        self._people = [await enter(self._environment, member) for member in self._plan.members]
        async with asyncio.timeout(_SETUP_WITHIN):
            await asyncio.gather(*(person.begin() for person in self._people))
        for person in self._people:
            self._spawn(person.live())
        merchant = Merchant(control, self._records)
        await merchant.enter()
        self._spawn(merchant.live())

    async def _start(self, bot: Bot) -> None:
        await bot.start()
        self._records.starts.append(self._environment.now())

    def _spawn(self, work: object) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)  # type: ignore[arg-type]  # always a coroutine
        self._tasks.add(task)

    # ── the run ─────────────────────────────────────────────────────────────────────────────────

    async def _run_events(self) -> None:
        began = self._environment.now()
        for at, event in self._plan.events:
            await asyncio.sleep(max(0.0, began + at - self._environment.now()))
            self._records.troubles[type(event).__name__] += 1
            await self._apply(event)
        await asyncio.sleep(max(0.0, began + self._plan.seconds - self._environment.now()))
        await self._environment.control.clear_faults()

    async def _apply(self, event: Event) -> None:
        match event:
            case Scan():
                await self._scan(event)
            case Rename() | Nonsense() | Toggle() | Press() | Block() | Mute() | Upgrade():
                self._people[event.chat].do(event)
            case Weather(seed=seed, rates=rates):
                await self._environment.control.post(
                    "chaos", seed=seed, rates=dict(rates), delay=0.5, methods=[*TELEGRAM, TRACKING, ORDER]
                )
            case Lock():
                self._spawn(self._lock(event))
            case FullDisk(seconds=seconds):
                self._spawn(self._fill(seconds))
            case Cut():
                self._spawn(self._base.cut())
            case Restart(how=how):
                self._spawn(self._restart(how))
            case Jump(seconds=seconds):
                await self._jump(seconds)
            case TokenDeath():
                await self._environment.control.post("aliexpress/tokens", action="kill")

    async def _scan(self, scan: Scan) -> None:
        """A node; its time stamp is the world's, but never the same as that of the one before."""
        clock = await self._environment.control.get("clock")
        at = max(int(clock["now"] * 1000), self._last_at.get(scan.order, 0) + 1)
        self._last_at[scan.order] = at
        self._records.shown.append(Shown(mark=scan.mark, order=scan.order, at=self._environment.now()))
        text = f"Departed from sorting center {scan.mark}"
        await self._environment.control.post(f"orders/{scan.order}/nodes", description=text, at=at)

    async def _lock(self, lock: Lock) -> None:
        began = self._starve(lock.seconds)
        holding = asyncio.create_task(self._base.hold(lock))
        if lock.kill:
            self._say_something()
            await asyncio.sleep(lock.seconds * 0.8)
            self._bots[self._serial % len(self._bots)].must_end.set()
        await holding
        self._records.locks.append((began, self._environment.now()))

    async def _restart(self, how: str) -> None:
        began = self._starve(5.0)
        await self._base.restart(how)
        self._records.away.append((began, self._starve(0.0)))

    def _starve(self, seconds: float) -> float:
        """The database serves badly for so long, and a start that met it takes a while to give up; now."""
        began = self._environment.now()
        self._starved_until = max(self._starved_until, began + seconds + 8.0)
        return began

    def _say_something(self) -> None:
        """So that updates wait for the lock as well."""
        self._serial += 1
        for person in self._people[: len(self._people) // 2]:
            if not person.member.group and person.idle:
                person.do(
                    Nonsense(
                        chat=person.member.key,
                        text=f"LP{9_000_000 + self._serial:07d}{person.member.key:05d}",
                    )
                )

    async def _fill(self, seconds: float) -> None:
        began = self._starve(seconds)
        for bot in self._bots:
            bot.fill_disk()
        await asyncio.sleep(seconds)
        for bot in self._bots:
            bot.free_disk()
        self._records.full.append((began, self._environment.now()))

    async def _jump(self, seconds: float) -> None:
        offset = self._environment.now.jump(seconds)
        self._launcher.displace(offset)
        await self._environment.control.post("clock", offset=offset)

    async def _keep_restarting(self, bot: Bot, lives: Iterator[tuple[float, bool]]) -> None:
        """Kill the bot, or stop it, and start it again, until the run is over."""
        if not self._plan.size.deaths:
            return
        for seconds, by_kill in lives:
            await self._until_its_end(bot, seconds)
            if self._over.is_set():
                return
            violent = by_kill or bot.must_end.is_set()
            bot.must_end.clear()
            await self._end_life(bot, violent=violent)

    async def _until_its_end(self, bot: Bot, seconds: float) -> None:
        """Until its time or the run is over, it is to die now, or it ended by itself."""
        end = self._environment.now() + seconds
        while self._environment.now() < end and not self._over.is_set() and await bot.alive():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    await bot.must_end.wait()
                    return

    async def _end_life(self, bot: Bot, *, violent: bool) -> None:
        if not await bot.alive():
            self._ended_by_itself(bot.exit_code)
        elif violent:
            self._records.kills.append(self._environment.now())
            await bot.kill()
        else:
            await self._terminate(bot)
        await self._start(bot)

    def _ended_by_itself(self, code: int | None) -> None:
        """With a full disk or a locked database the bot may refuse to start; else it must go on."""
        if code == 1 and self._environment.now() < self._starved_until:
            self._records.troubles["start refused"] += 1
        else:
            self._records.bad_exits.append(f"by itself with {code} at {self._environment.now():.1f}")

    async def _terminate(self, bot: Bot) -> None:
        self._records.stops.append(await bot.stop())
        if bot.exit_code != 0:
            self._ended_by_itself(bot.exit_code)  # perhaps in the moment before it was told to

    # ── after ───────────────────────────────────────────────────────────────────────────────────

    async def _settle(self, within: float, answer_within: float) -> None:
        """Until nothing waits any more; the clock jumps over waits for a next attempt."""
        vain = 0.0
        began = self._environment.now()
        while (waiting := await self._waiting()) and self._environment.now() < began + within:
            self._records.settling.append((self._environment.now() - began, waiting))
            for bot in self._bots:
                if not await bot.alive():
                    await self._start(bot)
            await asyncio.sleep(_LOOK_EVERY)
            vain = vain + _LOOK_EVERY if waiting.startswith("people") else 0.0
            if vain > answer_within:
                break
        self._records.unsettled = waiting
        self._records.settled_in = self._environment.now() - began

    async def _waiting(self) -> str:
        """What is still to come, empty when nothing is."""
        followed = {stay.order for stay in self._records.stays if stay.until == FOREVER}
        shown = {one.mark for one in self._records.shown if one.order in followed}
        try:
            with self._base.reading() as on:
                told = on.rows("SELECT description FROM nodes")
                outbox = on.rows("SELECT due_at, lease FROM notices WHERE state = 'due'")
                inbox = on.rows("SELECT due_at, lease FROM updates WHERE state = 'due'")
        except OSError:
            return "the database's server"
        seen = {mark for (text,) in told for mark in MARK.findall(text)}
        if self._stuck() and not any(lease for _, lease in (*outbox, *inbox)):
            await self._jump_to([at for at, _ in (*outbox, *inbox)])
        busy = [str(person.member.key) for person in self._people if not person.idle]
        left = {
            "nodes": len(shown - seen),
            "outbox": len(outbox),
            "inbox": len(inbox) + self._environment.watcher.pending,
            "people": ",".join(busy),
        }
        return " ".join(f"{name} {what}" for name, what in left.items() if what)

    def _stuck(self) -> bool:
        """Whether nothing moved lately. A lease is never jumped over: its holder may still work."""
        lately = [waiting for _, waiting in self._records.settling[-_STUCK:]]
        return len(lately) == _STUCK and len(set(lately)) == 1

    async def _jump_to(self, due: list[int]) -> None:
        """On to the next attempt: what is due already may stand behind one that is not."""
        clock = await self._environment.control.get("clock")
        waits = [at / 1000 - clock["now"] for at in due]
        wait = min((wait for wait in waits if wait > 0), default=0.0)
        if wait > 1.0:
            await self._jump(wait)

    async def _end(self) -> None:
        for bot in self._bots:
            await self._terminate(bot)

    async def _write_down(self) -> None:
        """What both ledgers hold in the end."""
        records, control = self._records, self._environment.control
        records.seconds = self._environment.now()
        ledger = await control.get("aliexpress/ledger", **{"from": 1 << 40})
        records.aliexpress_calls, records.aliexpress_busiest = ledger["total"], ledger["busiest_second"]
        texts: dict[tuple[int, int], str] = {}
        for person in self._people:
            said = await control.get(f"chats/{person.chat_id}/messages")
            texts |= {(person.chat_id, one["id"]): one["text"] for one in said}
            records.edits[person.member.key] = [
                text
                for one in said
                if one["edits"]
                for text in (one["text"], *(e["text"] for e in one["edits"]))
            ]
        with self._base.reading() as on:
            for order, seq, text in on.rows("SELECT order_id, seq, description FROM nodes"):
                records.seqs |= dict.fromkeys(MARK.findall(text), (order, seq))
            for chat_id, order, news, state, message_id in on.rows(
                "SELECT chat_id, order_id, CAST(news AS TEXT), state, message_id FROM notices"
            ):
                chat = self._environment.watcher.chats.get(chat_id, -1)
                seqs = tuple(json.loads(news)["nodes"])
                records.rows.append(
                    Row(chat=chat, order=order, seqs=seqs, state=state, message_id=message_id)
                )
            records.cards += self._cards(on, texts)
            ((records.set_aside,),) = on.rows("SELECT count(*) FROM updates WHERE state = 'aside'")
            records.integrity = on.integrity()

    def _cards(self, on: Reading, texts: Mapping[tuple[int, int], str]) -> Iterator[Card]:
        """Every living card that its chat can still see."""
        newest: dict[str, tuple[tuple[int, int, int], str]] = {}
        for order, text, *place in on.rows("SELECT order_id, description, at, -ordinal, seq FROM nodes"):
            newest[order] = max(newest.get(order, ((0, 0, 0), "")), (tuple(place), text))
        for chat_id, order, message_id in on.rows("SELECT chat_id, order_id, card_message_id FROM follows"):
            _, text = newest.get(order, ((), ""))
            if (said := texts.get((chat_id, message_id))) is not None and MARK.findall(text):
                chat = self._environment.watcher.chats.get(chat_id, -1)
                yield Card(chat=chat, order=order, text=said, newest=MARK.findall(text)[0])


@contextlib.asynccontextmanager
async def _environment(plan: Plan, fault: str, log: Path) -> AsyncIterator[tuple[Environment, BotProcesses]]:
    async with contextlib.AsyncExitStack() as within:
        folder = Path(within.enter_context(tempfile.TemporaryDirectory(prefix="parcel-bot-chaos-")))
        said = await within.enter_async_context(processes.sandbox())
        http = await within.enter_async_context(aiohttp.ClientSession())
        base = await within.enter_async_context(databases.base(plan, folder))
        own = await within.enter_async_context(balancer.intake(plan.size.intake, plan.size.replicas))
        launcher = Launcher(processes.settings(said, base.url), folder, log, fault)
        await within.enter_async_context(launcher.running())
        bots = tuple(Bot(launcher, settings) for settings in own)
        for bot in bots:
            within.push_async_callback(bot.kill)
        records, now = Records(seed=plan.seed), Time()
        control = Control(said["url"], http)
        environment = Environment(control, Watcher(control, records, now), records, now)
        yield environment, BotProcesses(launcher=launcher, base=base, bots=bots)


async def run_plan(
    plan: Plan,
    *,
    settle_within: float,
    answer_within: float = 60.0,
    fault: str = "",
    log: Path = Path("/dev/null"),
) -> Records:
    """Run a plan to its end; what it left behind. `log` takes the bot's words.

    Everything gets `settle_within` seconds to settle, an answer that somebody waits for `answer_within`.
    """
    async with _environment(plan, fault, log) as (environment, bots):
        await ChaosRun(plan, environment, bots).run(settle_within, answer_within)
        return environment.records
