"""The bot's own profile: name, descriptions and commands, per language and scope."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from bot.sandbox.parameters import Parameters
from bot.sandbox.telegram.html import units
from bot.sandbox.telegram.refusal import bad_request

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_SCOPES = frozenset(
    {
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
        "chat",
        "chat_administrators",
        "chat_member",
    }
)
# method suffix → (parameter and field, longest value)
TEXTS = {
    "Name": ("name", 64),
    "Description": ("description", 512),
    "ShortDescription": ("short_description", 120),
}

Commands = list[dict[str, str]]


@dataclass(slots=True, kw_only=True)
class Profile:
    """What people see of the bot before they write to it."""

    commands: dict[tuple[str, str], Commands] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)

    def set_commands(self, p: Parameters) -> bool:
        items = p.sequence("commands")
        if items is None:
            raise bad_request("can't parse commands: expected an Array")
        if len(items) > 100:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        self.commands[_scope(p), _language(p)] = [_command(item) for item in items]
        return True

    def get_commands(self, p: Parameters) -> Commands:
        return self.commands.get((_scope(p), _language(p)), [])

    def delete_commands(self, p: Parameters) -> bool:
        self.commands.pop((_scope(p), _language(p)), None)
        return True

    def menu(self, chat_id: int, chat_type: str, language: str) -> Commands:
        """The commands that a client shows: the narrowest scope wins, then the reader's language."""
        wide = "all_private_chats" if chat_type == "private" else "all_group_chats"
        for scope in (f"chat:{chat_id}", wide, "default"):
            for code in (language[:2], ""):
                if commands := self.commands.get((scope, code)):
                    return commands
        return []

    def set_text(self, kind: str, p: Parameters) -> bool:
        name, longest = TEXTS[kind]
        value = p.text(name)
        if units(value) > longest:
            raise bad_request(f"{name} is too long")
        self.texts[kind, _language(p)] = value
        return True

    def get_text(self, kind: str, p: Parameters) -> dict[str, str]:
        name, _ = TEXTS[kind]
        own = self.texts.get((kind, _language(p)))
        return {name: own or self.texts.get((kind, ""), "")}

    def text(self, kind: str, language: str) -> str:
        """What a client in this language shows."""
        return self.texts.get((kind, language[:2])) or self.texts.get((kind, ""), "")


def _language(p: Parameters) -> str:
    code = p.text("language_code")
    if code and not _LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified")
    return code


def _scope(p: Parameters) -> str:
    scope = p.mapping("scope")
    kind = scope.get("type", "default")
    if kind not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    if kind in {"chat", "chat_administrators", "chat_member"}:
        if "chat_id" not in scope:
            raise bad_request("can't parse BotCommandScope: chat_id is empty")
        return f"{kind}:{scope['chat_id']}" + (f":{scope['user_id']}" if "user_id" in scope else "")
    return str(kind)


def _command(item: object) -> dict[str, str]:
    if not isinstance(item, dict):
        raise bad_request(f"can't parse BotCommand: expected an Object, got {json.dumps(item)}")
    command, description = item.get("command"), item.get("description")
    if not isinstance(command, str) or not isinstance(description, str):
        raise bad_request("can't parse BotCommand: fields must be of type String")
    command = command.removeprefix("/")
    if not _COMMAND.fullmatch(command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= units(description) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": command, "description": description}
