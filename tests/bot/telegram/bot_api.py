"""What the Bot API accepts, as checks: request fields by description, and HTML texts.

The description has the shape of telegram-bot-api-spec (``methods`` and ``types``, each with
``fields`` of ``name``, ``types``, ``required``). The full one is read from
``../shared/data/bot-api.json`` where it exists; without it a short one of the methods Marsad uses
stands in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FULL_DESCRIPTION = Path(__file__).resolve().parents[4] / "shared" / "data" / "bot-api.json"

TEXT_LIMIT = 4096
"""Characters of a message after entities, here in UTF-16 units (the stricter reading)."""
ENTITY_LIMIT = 100
CALLBACK_DATA_BYTES = 64
COMMAND_NAME = re.compile(r"[a-z0-9_]{1,32}\Z")

_SHORT_METHODS: dict[str, dict[str, str]] = {
    "getMe": {},
    "getUpdates": {
        "offset": "Integer",
        "limit": "Integer",
        "timeout": "Integer",
        "allowed_updates": "Array of String",
    },
    "deleteWebhook": {"drop_pending_updates": "Boolean"},
    "getWebhookInfo": {},
    "sendMessage": {
        "chat_id": "!Integer|String",
        "message_thread_id": "Integer",
        "text": "!String",
        "parse_mode": "String",
        "entities": "Array of MessageEntity",
        "link_preview_options": "LinkPreviewOptions",
        "disable_notification": "Boolean",
        "protect_content": "Boolean",
        "reply_parameters": "ReplyParameters",
        "reply_markup": "InlineKeyboardMarkup|ForceReply",
    },
    "sendDocument": {
        "chat_id": "!Integer|String",
        "message_thread_id": "Integer",
        "document": "!InputFile|String",
        "caption": "String",
        "parse_mode": "String",
        "disable_notification": "Boolean",
        "protect_content": "Boolean",
        "reply_parameters": "ReplyParameters",
        "reply_markup": "InlineKeyboardMarkup",
    },
    "getFile": {"file_id": "!String"},
    "editMessageText": {
        "chat_id": "Integer|String",
        "message_id": "Integer",
        "inline_message_id": "String",
        "text": "!String",
        "parse_mode": "String",
        "entities": "Array of MessageEntity",
        "link_preview_options": "LinkPreviewOptions",
        "reply_markup": "InlineKeyboardMarkup",
    },
    "editMessageReplyMarkup": {
        "chat_id": "Integer|String",
        "message_id": "Integer",
        "inline_message_id": "String",
        "reply_markup": "InlineKeyboardMarkup",
    },
    "answerCallbackQuery": {
        "callback_query_id": "!String",
        "text": "String",
        "show_alert": "Boolean",
        "url": "String",
        "cache_time": "Integer",
    },
    "setMyCommands": {
        "commands": "!Array of BotCommand",
        "scope": "BotCommandScope",
        "language_code": "String",
    },
    "getChat": {"chat_id": "!Integer|String"},
    "getChatMember": {"chat_id": "!Integer|String", "user_id": "!Integer"},
    "getChatAdministrators": {"chat_id": "!Integer|String"},
    "sendChatAction": {
        "chat_id": "!Integer|String",
        "message_thread_id": "Integer",
        "action": "!String",
    },
    "leaveChat": {"chat_id": "!Integer|String"},
}
_SHORT_TYPES: dict[str, dict[str, str]] = {
    "MessageEntity": {
        "type": "!String",
        "offset": "!Integer",
        "length": "!Integer",
        "url": "String",
        "language": "String",
    },
    "LinkPreviewOptions": {"is_disabled": "Boolean", "url": "String"},
    "ReplyParameters": {
        "message_id": "!Integer",
        "chat_id": "Integer|String",
        "allow_sending_without_reply": "Boolean",
    },
    "InlineKeyboardMarkup": {"inline_keyboard": "!Array of Array of InlineKeyboardButton"},
    "ForceReply": {
        "force_reply": "!Boolean",
        "input_field_placeholder": "String",
        "selective": "Boolean",
    },
    "InlineKeyboardButton": {"text": "!String", "url": "String", "callback_data": "String"},
    "BotCommand": {"command": "!String", "description": "!String"},
    "BotCommandScope": {"type": "!String", "chat_id": "Integer|String", "user_id": "Integer"},
}


class BadField(Exception):
    """A request parameter that the Bot API would not accept; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Description:
    """Methods and types of the Bot API, by name."""

    methods: Mapping[str, Mapping[str, Any]]
    types: Mapping[str, Mapping[str, Any]]

    @classmethod
    def load(cls, path: Path | None = None) -> Description:
        """The full description where it exists, else the short one."""
        source = path or FULL_DESCRIPTION
        if source.is_file():
            document = json.loads(source.read_text(encoding="utf-8"))
            return cls(document["methods"], document["types"])
        if path is not None:
            raise FileNotFoundError(f"no Bot API description at {path}")
        return cls.short()

    @classmethod
    def short(cls) -> Description:
        return cls(_expand(_SHORT_METHODS), _expand(_SHORT_TYPES))

    def read(self, method: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Typed parameters of a call; form values (text) are decoded as the Bot API does.

        Raises KeyError for an unknown method and BadField for a parameter that is unknown,
        missing or of another type.
        """
        fields = {field["name"]: field for field in self.methods[method].get("fields", ())}
        if unknown := sorted(set(raw) - set(fields)):
            raise BadField(f"{method} has no parameter {', '.join(unknown)}")
        for name, field in fields.items():
            if field["required"] and name not in raw:
                raise BadField(f"{method} needs {name}")
        return {name: self._decode(name, value, fields[name]) for name, value in raw.items()}

    def _decode(self, name: str, value: Any, field: Mapping[str, Any]) -> Any:
        problems = []
        for kind in field["types"]:
            try:
                typed = _from_form(value, kind) if isinstance(value, str) else value
                self._check(name, typed, kind)
            except (BadField, ValueError) as error:
                problems.append(str(error))
            else:
                return typed
        raise BadField(f"{name}: {'; '.join(problems)}")

    def _check(self, where: str, value: Any, kind: str) -> None:
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                raise BadField(f"{where} is not a list")
            for place, item in enumerate(value):
                self._check(f"{where}[{place}]", item, kind.removeprefix("Array of "))
        elif kind == "InputFile":
            if not isinstance(value, tuple):  # a name and bytes, as the server read them
                raise BadField(f"{where} is no file")
        elif kind in _PLAIN:
            plain = _PLAIN[kind]
            if not isinstance(value, plain) or (plain is not bool and isinstance(value, bool)):
                raise BadField(f"{where} is {value!r}, not {kind}")
        else:
            self._check_object(where, value, kind)

    def _check_object(self, where: str, value: Any, kind: str) -> None:
        if not isinstance(value, dict):
            raise BadField(f"{where} is {value!r}, not {kind}")
        described = self.types[kind]
        if subtypes := described.get("subtypes"):
            problems = []
            for subtype in subtypes:
                try:
                    self._check_object(where, value, subtype)
                except BadField as error:
                    problems.append(str(error))
                else:
                    return
            raise BadField("; ".join(problems))
        fields = {field["name"]: field for field in described.get("fields", ())}
        if unknown := sorted(set(value) - set(fields)):
            raise BadField(f"{where}: {kind} has no field {', '.join(unknown)}")
        for name, field in fields.items():
            if name in value:
                self._decode(f"{where}.{name}", value[name], field)
            elif field["required"]:
                raise BadField(f"{where}: {kind} needs {name}")


_PLAIN: dict[str, type | tuple[type, ...]] = {
    "Integer": int,
    "Float": (int, float),
    "String": str,
    "Boolean": bool,
    "True": bool,
}


def _expand(short: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, Any]]:
    return {
        name: {
            "fields": [
                {
                    "name": field,
                    "types": types.removeprefix("!").split("|"),
                    "required": types.startswith("!"),
                }
                for field, types in fields.items()
            ]
        }
        for name, fields in short.items()
    }


def _from_form(value: str, kind: str) -> Any:
    if kind == "String":
        return value
    if kind == "Boolean":
        if value.lower() in ("true", "false"):
            return value.lower() == "true"
        raise BadField(f"{value!r} is not Boolean")
    if kind == "InputFile":
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError as error:
        raise BadField(f"{value[:60]!r} is not {kind}: {error}") from None


# --- HTML of the Bot API (https://core.telegram.org/bots/api#html-style) ---------------------

_ATTRIBUTES: dict[str, dict[str, str]] = {
    # tag: {attribute: pattern of its value}; absent means no attribute at all
    "b": {},
    "strong": {},
    "i": {},
    "em": {},
    "u": {},
    "ins": {},
    "s": {},
    "strike": {},
    "del": {},
    "span": {"class": r"tg-spoiler"},
    "tg-spoiler": {},
    "a": {"href": r"\S+"},
    "tg-emoji": {"emoji-id": r"\d+"},
    "code": {"class": r"language-\S+"},
    "pre": {},
    "blockquote": {"expandable": r""},
}
_NEEDS_ATTRIBUTE = frozenset({"span", "a", "tg-emoji"})
_TAG = re.compile(
    r"<(/?)([A-Za-z-]+)((?:\s+[A-Za-z-]+(?:\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))?)*)\s*>"
)
_ATTRIBUTE = re.compile(r"([A-Za-z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'))?")
_ENTITY = re.compile(r"&(?:(lt|gt|amp|quot)|#(\d{1,7})|#x([0-9A-Fa-f]{1,6}));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


class BadHtml(Exception):
    """HTML the Bot API documents as invalid; the text says what and at which character."""


@dataclass(frozen=True, slots=True)
class Entity:
    tag: str
    start: int
    end: int
    href: str | None = None


def parse_html(source: str) -> tuple[str, tuple[Entity, ...]]:
    """Plain text and entities (code-point offsets) of a ``parse_mode=HTML`` text.

    Stricter than the server, as its documentation is: ``<``, ``>`` and ``&`` that are part of
    neither a tag nor an entity are errors. Raises BadHtml.
    """
    text: list[str] = []
    entities: list[Entity] = []
    opened: list[tuple[str, int, str | None]] = []
    length = at = 0
    while at < len(source):
        character = source[at]
        if character == "<":
            found = _TAG.match(source, at)
            if not found:
                raise BadHtml(f"can't parse entities: unsupported start tag at {at}")
            closing, tag, attributes = found[1], found[2].lower(), found[3]
            if tag not in _ATTRIBUTES:
                raise BadHtml(f'can\'t parse entities: unsupported start tag "{tag}" at {at}')
            if closing:
                if not opened or opened[-1][0] != tag or attributes.strip():
                    raise BadHtml(f'can\'t parse entities: unmatched end tag "{tag}" at {at}')
                _, start, href = opened.pop()
                entities.append(Entity(tag, start, length, href))
            else:
                opened.append((tag, length, _attributes(tag, attributes, at)))
            at = found.end()
            continue
        if character == "&":
            found = _ENTITY.match(source, at)
            if not found:
                raise BadHtml(f"can't parse entities: bare & at {at}")
            piece, at = _decode_entity(found), found.end()
        elif character == ">":
            raise BadHtml(f"can't parse entities: bare > at {at}")
        else:
            piece, at = character, at + 1
        text.append(piece)
        length += len(piece)
    if opened:
        raise BadHtml(f'can\'t parse entities: no end tag for "{opened[-1][0]}"')
    return "".join(text), tuple(sorted(entities, key=lambda entity: entity.start))


def _decode_entity(found: re.Match[str]) -> str:
    if found[1]:
        return _NAMED[found[1]]
    code = int(found[2]) if found[2] else int(found[3], 16)
    if not 0 < code < 0x110000 or 0xD800 <= code < 0xE000:
        raise BadHtml(f"can't parse entities: no character {found[0]}")
    return chr(code)


def _attributes(tag: str, source: str, at: int) -> str | None:
    """Checks a start tag's attributes; returns the href if there is one."""
    allowed, seen, href = _ATTRIBUTES[tag], set(), None
    for found in _ATTRIBUTE.finditer(source):
        name, raw = found[1].lower(), found[2] if found[2] is not None else found[3] or ""
        value = re.sub(_ENTITY, _decode_entity, raw)
        if name not in allowed or not re.fullmatch(allowed[name], value):
            raise BadHtml(f'can\'t parse entities: attribute {name}="{value}" of {tag} at {at}')
        seen.add(name)
        href = value if name == "href" else href
    if tag in _NEEDS_ATTRIBUTE and not seen:
        raise BadHtml(f"can't parse entities: {tag} without attribute at {at}")
    return href


def utf16_length(text: str) -> int:
    """Length as Telegram counts offsets; surrogates that stand alone count one."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
