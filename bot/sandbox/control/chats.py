"""Control of the simulated Telegram: people, chats, messages, buttons, chat states, recorded calls."""

from __future__ import annotations

import asyncio
import base64
import re
from dataclasses import asdict, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.box import Sandbox
from bot.sandbox.control.replies import handler, json_response, number_in_path
from bot.sandbox.parameters import BadParameter, Parameters
from bot.sandbox.telegram.html import detect_entities, plain_text
from bot.sandbox.telegram.late import LATE
from bot.sandbox.telegram.service import NotInSandbox
from bot.sandbox.telegram.world import Query, SimulatedChat, SimulatedMessage


class ChatControl:
    """Routes below `/control`."""

    def __init__(self, box: Sandbox) -> None:
        self._box = box
        self._tg = box.telegram
        self.routes = [
            Route("/chats", handler(self.list), methods=["GET"]),
            Route("/chats", handler(self.create), methods=["POST"]),
            Route("/chats/{chat}/messages", handler(self.messages), methods=["GET"]),
            Route("/chats/{chat}/wait", handler(self.wait), methods=["GET"]),
            Route("/chats/{chat}/menu", handler(self.menu), methods=["GET"]),
            Route("/chats/{chat}/say", handler(self.say), methods=["POST"]),
            Route("/chats/{chat}/edit", handler(self.edit), methods=["POST"]),
            Route("/chats/{chat}/post", handler(self.post), methods=["POST"]),
            Route("/chats/{chat}/document", handler(self.document), methods=["POST"]),
            Route("/chats/{chat}/location", handler(self.location), methods=["POST"]),
            Route("/chats/{chat}/press", handler(self.press), methods=["POST"]),
            Route("/chats/{chat}/state", handler(self.state), methods=["POST"]),
            Route("/files/{file}", self.file, methods=["GET"]),
            Route("/telegram/limits", handler(self.limits), methods=["GET", "POST"]),
            Route("/telegram/age", handler(self.age), methods=["GET", "POST"]),
            Route("/telegram/ledger", handler(self.ledger), methods=["GET"]),
            Route("/telegram/calls", handler(self.calls), methods=["GET"]),
        ]

    def _chat(self, request: Request) -> SimulatedChat:
        return self._tg.chat(number_in_path(request, "chat"))

    # ── reading ─────────────────────────────────────────────────────────────────────────────────

    async def list(self, p: Parameters, request: Request) -> object:
        return [self._tg.describe(chat) for chat in self._tg.world.chats.values()]

    async def messages(self, p: Parameters, request: Request) -> object:
        """Messages above `after`, oldest first; removed ones only with `deleted=true`."""
        after, deleted = p.integer("after", 0), p.flag("deleted")
        return [
            self._tg.world.to_page(message)
            for message in self._chat(request).messages.values()
            if message.id > after and (deleted or not message.deleted)
        ]

    async def wait(self, p: Parameters, request: Request) -> object:
        """The bot's first message above the id `after` that fits; with `message`, that one message, once it
        has been edited more than `edits` times and fits.

        `contains` is plain text, `pattern` a regular expression, both looked for in the text shown.
        Waits up to `timeout` seconds (30); then `{"timeout": true, "last": …}`.
        """
        chat = self._chat(request)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + p.number("timeout", 30.0)
        with self._box.bus.listening() as queue:
            while True:
                hit = next((message for message in chat.messages.values() if self._fits(message, p)), None)
                if hit is not None:
                    return self._tg.world.to_page(hit)
                left = deadline - loop.time()
                if left <= 0:
                    last = [message for message in chat.messages.values() if message.sender.is_bot][-1:]
                    return {"timeout": True, "last": [self._tg.world.to_page(message) for message in last]}
                try:
                    event = await asyncio.wait_for(queue.get(), left)
                except TimeoutError:
                    continue
                if event is None:
                    return {"timeout": True, "last": []}

    def _fits(self, message: SimulatedMessage, p: Parameters) -> bool:
        if edited := p.integer("message", 0):
            fresh = message.id == edited and len(message.edits) > p.integer("edits", 0)
        else:
            fresh = message.id > p.integer("after", 0)
        if not message.sender.is_bot or message.deleted or not fresh:
            return False
        text = message.rich.text
        return p.text("contains") in text and bool(re.search(p.text("pattern"), text))

    async def menu(self, p: Parameters, request: Request) -> object:
        """What the chat's reader sees of the bot: commands and descriptions in their language."""
        chat = self._chat(request)
        language = chat.user.language_code if chat.user else "en"
        profile = self._tg.profile
        return {
            "commands": profile.menu(chat.id, chat.type, language),
            "name": profile.text("Name", language) or self._tg.world.bot.first_name,
            "username": self._tg.world.bot.username,
            "description": profile.text("Description", language),
            "short_description": profile.text("ShortDescription", language),
        }

    async def file(self, request: Request) -> Response:
        stored = self._tg.world.files.get(request.path_params["file"])
        if stored is None:
            return json_response({"error": "no such file"}, 404)
        shown = stored.mime if stored.mime in {"image/png", "image/jpeg"} else "application/octet-stream"
        name = re.sub(r"[^\w.\- ]", "_", stored.name, flags=re.ASCII)
        headers = {"Content-Disposition": f'inline; filename="{name}"', "X-Content-Type-Options": "nosniff"}
        return Response(stored.data, media_type=shown, headers=headers)

    # ── people act ──────────────────────────────────────────────────────────────────────────────

    async def create(self, p: Parameters, request: Request) -> object:
        """`type`: private (first_name, language_code, zone), or group, supergroup, forum (title, members)."""
        kind = p.text("type", "private")
        if kind == "private":
            user = self._tg.add_user(
                p.text("first_name", "Someone"),
                language_code=p.text("language_code"),
                user_id=p.integer("id", 0),
                username=p.text("username"),
                zone=p.text("zone"),
            )
            return self._tg.describe(self._tg.add_private(user, started=p.flag("started")))
        if kind not in {"group", "supergroup", "forum"}:
            raise BadParameter("type must be private, group, supergroup or forum")
        chat = self._tg.add_group(
            p.text("title", "Group"),
            self._members(p),
            supergroup=kind != "group",
            forum=kind == "forum",
            chat_id=p.integer("id", 0),
            bot_status=p.text("bot_status", "member"),
        )
        return self._tg.describe(chat)

    def _members(self, p: Parameters) -> dict[int, str]:
        """User ids, or `{user id: status}`; a new owner when nobody is named."""
        given = p.json("members")
        if isinstance(given, dict):
            members = {int(user_id): str(status) for user_id, status in given.items()}
        else:
            ids = given if isinstance(given, list) else []
            members = {int(str(user_id)): "member" for user_id in ids}
        unknown = [user_id for user_id in members if user_id not in self._tg.world.users]
        if unknown:
            raise NotInSandbox(f"no user {unknown[0]}")
        return members or {self._tg.add_user("Owner", language_code="en").id: "creator"}

    async def say(self, p: Parameters, request: Request) -> object:
        """`text`, or `start` for the payload of a deep link."""
        text = f"/start {p.text('start')}".rstrip() if "start" in p.values else p.text("text")
        if not text.strip():
            raise BadParameter("text is empty")
        message, update = self._tg.say(
            self._chat(request).id,
            text,
            user_id=p.integer("user_id", 0),
            thread_id=p.integer("thread_id", 0),
            reply_to=p.integer("reply_to", 0),
        )
        return {"message": self._tg.world.to_page(message), "update_id": update.id if update else None}

    async def edit(self, p: Parameters, request: Request) -> object:
        """Correct `message_id` to `text`, `after` seconds since it was written (0)."""
        message, update = self._tg.edit(
            self._chat(request), p.integer("message_id"), p.text("text"), after=p.integer("after", 0)
        )
        return {"message": self._tg.world.to_page(message), "update_id": update.id if update else None}

    async def post(self, p: Parameters, request: Request) -> object:
        """Any other message: `content` holds its fields as the Bot API names them (`voice`, `sticker`,
        `media_group_id`, `pinned_message` …).
        """
        content = p.values.get("content")
        if not isinstance(content, dict):
            raise BadParameter("content must be an object")
        message, update = self._tg.post(
            self._chat(request), p.integer("user_id", 0), reply_to=p.integer("reply_to", 0), service=content
        )
        return {"message": self._tg.world.to_page(message), "update_id": update.id if update else None}

    async def document(self, p: Parameters, request: Request) -> object:
        """A file: an upload named `file`, or `name` with `content` (text) or `base64`."""
        upload = p.uploads.get("file")
        name = upload.name if upload else p.text("name", "file.txt")
        data = upload.data if upload else p.text("content").encode()
        if "base64" in p.values:
            data = base64.b64decode(p.text("base64"), validate=True)
        stored = self._tg.world.keep_file(name, upload.mime if upload else "text/plain", data, "documents")
        caption = p.text("caption")
        message, update = self._tg.post(
            self._chat(request),
            p.integer("user_id", 0),
            thread_id=p.integer("thread_id", 0),
            document=stored,
            rich=detect_entities(plain_text(caption)),
            source=caption,
        )
        return {"message": self._tg.world.to_page(message), "update_id": update.id if update else None}

    async def location(self, p: Parameters, request: Request) -> object:
        place = (p.number("latitude"), p.number("longitude"))
        message, update = self._tg.post(self._chat(request), p.integer("user_id", 0), location=place)
        return {"message": self._tg.world.to_page(message), "update_id": update.id if update else None}

    async def press(self, p: Parameters, request: Request) -> object:
        """Press the button of `message_id` with this `data`, or whose label contains `label`.

        With `timeout` waits that many seconds for the bot's answer; `answer` is null without one.
        """
        chat = self._chat(request)
        message_id = p.integer("message_id")
        data = p.text("data") or self._data_of(chat, message_id, p.text("label"))
        with self._box.bus.listening() as queue:
            query = self._tg.press(chat.id, message_id, data, user_id=p.integer("user_id", 0))
            await self._answered(queue, query, p.number("timeout", 0.0))
        return {"query_id": query.id, "data": data, "answer": query.answer}

    @staticmethod
    async def _answered(queue: asyncio.Queue[dict[str, object] | None], query: Query, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                while query.answer is None and await queue.get() is not None:
                    pass
        except TimeoutError:
            return

    @staticmethod
    def _data_of(chat: SimulatedChat, message_id: int, label: str) -> str:
        message = chat.messages.get(message_id)
        for button in (button for row in (message.keyboard if message else None) or [] for button in row):
            if label in str(button["text"]) and "callback_data" in button:
                return str(button["callback_data"])
        raise NotInSandbox(f"no callback button with {label!r} under message {message_id}")

    # ── what happens to chats ───────────────────────────────────────────────────────────────────

    async def state(self, p: Parameters, request: Request) -> object:
        """`action`: block, unblock, deactivate, kick, remove, add, promote, mute, unmute, upgrade,
        hide (the admin `user_id` stays anonymous from now on), create_topic (with `name`), close_topic,
        reopen_topic, delete_topic (with `thread_id`).
        """
        chat = self._chat(request)
        action = p.text("action")
        statuses = {"kick": "kicked", "remove": "left", "add": "member", "promote": "administrator"}
        if action in {"block", "unblock"}:
            self._tg.set_blocked(chat, blocked=action == "block")
        elif action == "deactivate":
            chat.deactivated = True
        elif action in statuses:
            self._tg.set_bot_status(chat, statuses[action])
        elif action in {"mute", "unmute"}:
            chat.muted = action == "mute"
        elif action == "hide":
            chat.anonymous.add(p.integer("user_id"))
        elif action == "upgrade":
            return self._tg.describe(self._tg.upgrade(chat))
        elif action == "create_topic":
            topic = self._tg.add_topic(chat, p.text("name", "Topic"))
            return self._tg.describe(chat) | {"thread_id": topic.id}
        elif action in {"close_topic", "reopen_topic", "delete_topic"}:
            self._change_topic(chat, p.integer("thread_id"), action)
        else:
            raise BadParameter(f"unknown action {action!r}")
        self._box.bus.publish("chat", chat_id=chat.id)
        return self._tg.describe(chat)

    @staticmethod
    def _change_topic(chat: SimulatedChat, thread_id: int, action: str) -> None:
        topic = chat.topics.get(thread_id)
        if topic is None:
            raise NotInSandbox(f"no topic {thread_id} in chat {chat.id}")
        topic.deleted = topic.deleted or action == "delete_topic"
        topic.closed = action == "close_topic"

    # ── what was counted ────────────────────────────────────────────────────────────────────────

    async def limits(self, p: Parameters, request: Request) -> object:
        """Read, or change with the fields of Rates; POST also sets the count of violations to 0."""
        limits = self._tg.limits
        if request.method == "POST":
            changes: dict[str, object] = {
                name: p.json(name) for name in asdict(limits.rates) if name in p.values
            }
            limits.rates = replace(limits.rates, **changes)  # type: ignore[arg-type]  # fields named by asdict
            limits.violations.clear()
        return asdict(limits.rates) | {"violations": dict(limits.violations)}

    async def age(self, p: Parameters, request: Request) -> object:
        """What this Bot API server is too old for; POST sets it by `lacking`, a list of names of LATE."""
        if request.method == "POST":
            lacking = frozenset(map(str, p.sequence("lacking") or ()))
            if unknown := lacking - LATE:
                raise BadParameter(f"nothing is called {', '.join(sorted(unknown))}")
            self._tg.lacking = lacking
        return {"lacking": sorted(self._tg.lacking)}

    async def ledger(self, p: Parameters, request: Request) -> object:
        """All updates ever issued and all messages the bot ever sent, with their edits.

        `updates_from` and `messages_from` leave out as many of the first, for long runs.
        """
        updates, sent = self._tg.updates, self._tg.world.sent
        return {
            "updates": [update.to_ledger() for update in updates.ledger[p.integer("updates_from", 0) :]],
            "updates_total": len(updates.ledger),
            "pending": len(updates.pending),
            "conflicts": updates.conflicts,
            "messages": [
                self._tg.world.to_page(message) for message in sent[p.integer("messages_from", 0) :]
            ],
            "messages_total": len(sent),
            "violations": dict(self._tg.limits.violations),
            "struck": dict(self._box.faults.struck),
        }

    async def calls(self, p: Parameters, request: Request) -> object:
        """Calls of the bot from number `from` on, with the busiest second."""
        calls = self._tg.calls
        start = p.integer("from", 0)
        entries = [asdict(call) for call in calls.entries[start:] if p.text("method") in ("", call.method)]
        return {
            "total": len(calls.entries),
            "busiest_second": max(calls.per_second.values(), default=0),
            "calls": entries,
        }
