"""One run: two processes, the people, the plan; then everything settles and is written down."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp

from tests.chaos import processes
from tests.chaos.control import MARK, Control, Time, Watcher
from tests.chaos.merchant import Merchant
from tests.chaos.people import Person, Stage, enter
from tests.chaos.plan import (
    ORDER,
    TELEGRAM,
    TRACKING,
    Block,
    FullDisk,
    Happening,
    Jump,
    Lock,
    Nonsense,
    Plan,
    Press,
    Rename,
    Scan,
    Toggle,
    TokenDeath,
    Upgrade,
    Weather,
)
from tests.chaos.processes import Bot, rows
from tests.chaos.records import FOREVER, Records, Row, Shown

_SETUP_WITHIN = 120.0
_LOOK_EVERY = 0.3  # seconds between two looks at what still waits
_STUCK = 4  # looks without a change after which the clock jumps to the next attempt


class Play:
    """The stage, the people on it, and the bot that dies."""

    def __init__(self, plan: Plan, stage: Stage, bot: Bot) -> None:
        self._plan = plan
        self._stage = stage
        self._bot = bot
        self._records = stage.records
        self._people: list[Person] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._dying = asyncio.Event()  # set: the present life ends now
        self._lives = plan.lives()
        self._last_at: dict[str, int] = {}
        self._starved_until = 0.0  # the database may refuse everything until then
        self._serial = 0

    async def run(self, settle_within: float, hope: float) -> None:
        """Play the plan, then let everything settle; nobody hopes for an answer for longer than `hope`."""
        watching = asyncio.create_task(self._stage.watcher.run())
        try:
            await self._set_up()
            lives = asyncio.create_task(self._live_and_die())
            await self._happen()
            lives.cancel()
            await asyncio.gather(lives, return_exceptions=True)
            await self._settle(settle_within, hope)
            await self._end()
            await self._stage.watcher.look()
        finally:
            everything = {watching, *self._tasks}
            for task in everything:
                task.cancel()
            await asyncio.gather(*everything, return_exceptions=True)
        await self._write_down()

    # ── before ──────────────────────────────────────────────────────────────────────────────────

    async def _set_up(self) -> None:
        """Everybody follows what they follow, in fair weather."""
        control = self._stage.control
        await control.post("telegram/limits", enabled=True)
        for order in self._plan.orders:
            await control.post("orders", id=order, nodes=[{"description": "Package left sorting center"}])
        await self._start()
        self._people = [await enter(self._stage, member) for member in self._plan.members]
        async with asyncio.timeout(_SETUP_WITHIN):
            await asyncio.gather(*(person.begin() for person in self._people))
        for person in self._people:
            self._spawn(person.live())
        merchant = Merchant(control, self._records)
        await merchant.enter()
        self._spawn(merchant.live())

    async def _start(self) -> None:
        self._bot.displace(self._stage.now.offset)
        await self._bot.start()
        self._records.starts.append(self._stage.now())

    def _spawn(self, work: object) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)  # type: ignore[arg-type]  # always a coroutine
        self._tasks.add(task)

    # ── the play ────────────────────────────────────────────────────────────────────────────────

    async def _happen(self) -> None:
        began = self._stage.now()
        for at, happening in self._plan.happenings:
            await asyncio.sleep(max(0.0, began + at - self._stage.now()))
            self._records.troubles[type(happening).__name__] += 1
            await self._let(happening)
        await asyncio.sleep(max(0.0, began + self._plan.seconds - self._stage.now()))
        await self._stage.control.clear_faults()

    async def _let(self, happening: Happening) -> None:
        match happening:
            case Scan():
                await self._scan(happening)
            case Rename() | Nonsense() | Toggle() | Press() | Block() | Upgrade():
                self._people[happening.chat].do(happening)
            case Weather(seed=seed, rates=rates):
                await self._stage.control.post(
                    "chaos", seed=seed, rates=dict(rates), delay=0.5, methods=[*TELEGRAM, TRACKING, ORDER]
                )
            case Lock():
                self._spawn(self._lock(happening))
            case FullDisk(seconds=seconds):
                self._spawn(self._fill(seconds))
            case Jump(seconds=seconds):
                await self._jump(seconds)
            case TokenDeath():
                await self._stage.control.post("aliexpress/tokens", action="kill")

    async def _scan(self, scan: Scan) -> None:
        """A node; its time stamp is the world's, but never the same as that of the one before."""
        clock = await self._stage.control.get("clock")
        at = max(int(clock["now"] * 1000), self._last_at.get(scan.order, 0) + 1)
        self._last_at[scan.order] = at
        self._records.shown.append(Shown(mark=scan.mark, order=scan.order, at=self._stage.now()))
        text = f"Departed from sorting center {scan.mark}"
        await self._stage.control.post(f"orders/{scan.order}/nodes", description=text, at=at)

    async def _lock(self, lock: Lock) -> None:
        if not self._bot.database.exists():
            return
        began = self._starve(lock.seconds)
        holding = asyncio.create_task(self._bot.hold_lock(lock.seconds))
        if lock.kill:
            self._say_something()
            await asyncio.sleep(lock.seconds * 0.8)
            self._dying.set()
        await holding
        self._records.locks.append((began, self._stage.now()))

    def _starve(self, seconds: float) -> float:
        """The database serves badly for so long, and a start that met it takes a while to give up; now."""
        began = self._stage.now()
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
        self._bot.fill_disk()
        await asyncio.sleep(seconds)
        self._bot.free_disk()
        self._records.full.append((began, self._stage.now()))

    async def _jump(self, seconds: float) -> None:
        offset = self._stage.now.jump(seconds)
        self._bot.displace(offset)
        await self._stage.control.post("clock", offset=offset)

    async def _live_and_die(self) -> None:
        """Kill the bot, or stop it, and start it again, for ever."""
        if not self._plan.size.deaths:
            return
        for seconds, by_kill in self._lives:
            await self._life(seconds)
            violent = by_kill or self._dying.is_set()
            self._dying.clear()
            await asyncio.shield(asyncio.ensure_future(self._die(violent=violent)))

    async def _life(self, seconds: float) -> None:
        """Until its time is over, it is to die now, or it ended by itself."""
        end = self._stage.now() + seconds
        while self._stage.now() < end and not self._dying.is_set() and await self._bot.alive():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._dying.wait(), 0.2)

    async def _die(self, *, violent: bool) -> None:
        if not await self._bot.alive():
            self._ended_by_itself(self._bot.exit_code)
        elif violent:
            self._records.kills.append(self._stage.now())
            await self._bot.kill()
        else:
            await self._terminate()
        await self._start()

    def _ended_by_itself(self, code: int | None) -> None:
        """With a full disk or a locked database the bot may refuse to start; else it must go on."""
        if code == 1 and self._stage.now() < self._starved_until:
            self._records.troubles["start refused"] += 1
        else:
            self._records.bad_exits.append(f"by itself with {code} at {self._stage.now():.1f}")

    async def _terminate(self) -> None:
        self._records.stops.append(await self._bot.stop())
        if self._bot.exit_code != 0:
            self._records.bad_exits.append(f"exit code {self._bot.exit_code} at {self._stage.now():.1f}")

    # ── after ───────────────────────────────────────────────────────────────────────────────────

    async def _settle(self, within: float, hope: float) -> None:
        """Until nothing waits any more; the clock jumps over waits for a next attempt."""
        vain = 0.0
        began = self._stage.now()
        while (waiting := await self._waiting()) and self._stage.now() < began + within:
            self._records.settling.append((self._stage.now() - began, waiting))
            if not await self._bot.alive():
                await self._start()
            await asyncio.sleep(_LOOK_EVERY)
            vain = vain + _LOOK_EVERY if waiting.startswith("people") else 0.0
            if vain > hope:
                break
        self._records.unsettled = waiting
        self._records.settled_in = self._stage.now() - began

    async def _waiting(self) -> str:
        """What is still to come, empty when nothing is."""
        followed = {stay.order for stay in self._records.stays if stay.until == FOREVER}
        shown = {one.mark for one in self._records.shown if one.order in followed}
        with self._bot.reading() as on:
            seen = {
                mark for (text,) in rows(on, "SELECT description FROM nodes") for mark in MARK.findall(text)
            }
            outbox = rows(on, "SELECT due_at, lease FROM notices WHERE state = 'due'")
            inbox = rows(on, "SELECT due_at, lease FROM updates WHERE state = 'due'")
        if self._stuck() and not any(lease for _, lease in (*outbox, *inbox)):
            await self._jump_to([at for at, _ in (*outbox, *inbox)])
        busy = [str(person.member.key) for person in self._people if not person.idle]
        left = {
            "nodes": len(shown - seen),
            "outbox": len(outbox),
            "inbox": len(inbox) + self._stage.watcher.pending,
            "people": ",".join(busy),
        }
        return " ".join(f"{name} {what}" for name, what in left.items() if what)

    def _stuck(self) -> bool:
        """Whether nothing moved lately. A lease is never jumped over: its holder may still work."""
        lately = [waiting for _, waiting in self._records.settling[-_STUCK:]]
        return len(lately) == _STUCK and len(set(lately)) == 1

    async def _jump_to(self, due: list[int]) -> None:
        """On to the next attempt: what is due already may stand behind one that is not."""
        clock = await self._stage.control.get("clock")
        waits = [at / 1000 - clock["now"] for at in due]
        wait = min((wait for wait in waits if wait > 0), default=0.0)
        if wait > 1.0:
            await self._jump(wait)

    async def _end(self) -> None:
        await self._terminate()

    async def _write_down(self) -> None:
        """What both ledgers hold in the end."""
        records, control = self._records, self._stage.control
        records.seconds = self._stage.now()
        ledger = await control.get("aliexpress/ledger", **{"from": 1 << 40})
        records.aliexpress_calls, records.aliexpress_busiest = ledger["total"], ledger["busiest_second"]
        for person in self._people:
            said = await control.get(f"chats/{person.chat_id}/messages")
            records.edits[person.member.key] = [
                text
                for one in said
                if one["edits"]
                for text in (one["text"], *(e["text"] for e in one["edits"]))
            ]
        with self._bot.reading() as on:
            for order, seq, text in rows(on, "SELECT order_id, seq, description FROM nodes"):
                records.seqs |= dict.fromkeys(MARK.findall(text), (order, seq))
            for chat_id, order, news, state, message_id in rows(
                on, "SELECT chat_id, order_id, news, state, message_id FROM notices"
            ):
                chat = self._stage.watcher.chats.get(chat_id, -1)
                seqs = tuple(json.loads(news)["nodes"])
                records.rows.append(
                    Row(chat=chat, order=order, seqs=seqs, state=state, message_id=message_id)
                )
            ((records.set_aside,),) = rows(on, "SELECT count(*) FROM updates WHERE state = 'aside'")
            ((records.integrity,),) = rows(on, "PRAGMA integrity_check")


@contextlib.asynccontextmanager
async def _stage(plan: Plan, spoilt: str, log: Path) -> AsyncIterator[tuple[Stage, Bot]]:
    with tempfile.TemporaryDirectory(prefix="parcel-bot-chaos-") as folder:
        async with processes.sandbox() as said, aiohttp.ClientSession() as http:
            records, now = Records(seed=plan.seed), Time()
            control = Control(said["url"], http)
            stage = Stage(control, Watcher(control, records, now), records, now)
            bot = Bot(said, Path(folder), log, spoilt)
            async with bot.launcher():
                yield stage, bot


async def play(
    plan: Plan,
    *,
    settle_within: float,
    hope: float = 60.0,
    spoilt: str = "",
    log: Path = Path("/dev/null"),
) -> Records:
    """Run a plan to its end; what it left behind. `log` takes the bot's words.

    Everything gets `settle_within` seconds to settle, people who wait for an answer alone `hope` seconds.
    """
    async with _stage(plan, spoilt, log) as (stage, bot):
        await Play(plan, stage, bot).run(settle_within, hope)
        return stage.records
