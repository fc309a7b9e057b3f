"""The fake Bot API's chats, people and messages, and what each method does to them.

No HTTP here: `tests.telegram_server` serves it.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import IO, Any

from tests.bot.telegram.bot_api import (
    CALLBACK_DATA_BYTES,
    COMMAND_NAME,
    ENTITY_LIMIT,
    TEXT_LIMIT,
    BadHtml,
    Entity,
    parse_html,
    utf16_length,
)

BOT = {
    "id": 110201543,
    "is_bot": True,
    "first_name": "Marsad",
    "username": "marsad_test_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": True,
}
CAPTION_LIMIT = 1_024
MOST_RESULTS = 50
_BOT_COMMAND = re.compile(r"/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?")
PATIENCE = 240.0
"""Seconds that something may take on a machine that is busy with other things."""


@dataclass(slots=True)
class Message:
    """A message as a chat sees it: `text` is plain, `source` what the bot sent (HTML or plain)."""

    chat_id: int
    message_id: int
    text: str
    source: str
    parse_mode: str | None
    entities: tuple[Entity, ...]
    reply_markup: dict[str, Any] | None
    thread_id: int | None
    at: float
    answers: int | None = None
    """The message of the same chat that it is a reply to."""
    file: tuple[str, int] | None = None
    """The name and size of a document; `text` is its caption."""

    @property
    def buttons(self) -> list[dict[str, Any]]:
        rows = (self.reply_markup or {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    """What Telegram would refuse; `violation` if a correct client never asks it."""

    status: int
    description: str
    violation: bool = False


@dataclass(slots=True)
class _Room:
    kind: str
    title: str
    admins: set[int] = field(default_factory=set)
    forum: bool = False


class World:
    """Chats and messages. Times in `Message.at` are seconds since the epoch."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.answers: list[dict[str, Any]] = []
        """answerCallbackQuery calls that were accepted."""
        self.offers: list[dict[str, Any]] = []
        """answerInlineQuery calls that were accepted."""
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        """By scope type and language code."""
        self.allowed_updates: list[str] | None = None
        self.refused_host = ""
        """Telegram refuses buttons that lead there."""
        self._log: IO[str] | None = None
        self._rooms: dict[int, _Room] = {}
        self._updates: list[dict[str, Any]] = []
        self._update_ids, self._message_ids, self._query_ids = count(1000), count(1), count(1)
        self._open_queries: set[str] = set()
        self._changed = asyncio.Condition()
        self._poll = 0
        self.webhook = ""
        """Where updates go instead; while it is set, who asks for updates gets a 409."""
        self.files: dict[str, bytes] = {}
        """Documents that people sent, by file id: what getFile leads to."""
        self.documents: list[tuple[int, str, bytes]] = []
        """Documents that the bot sent: chat, name, bytes."""
        self._closing = asyncio.Event()

    # --- what tests do ---

    def room(
        self,
        chat_id: int,
        kind: str = "supergroup",
        *,
        title: str = "غرفة",
        admins: set[int] | None = None,
        forum: bool = False,
    ) -> None:
        """Describe a group or channel: its kind and who administers it."""
        self._rooms[chat_id] = _Room(kind, title, admins or set(), forum)

    def say(
        self,
        chat_id: int,
        text: str,
        *,
        user_id: int | None = None,
        language_code: str | None = "ar",
        thread_id: int | None = None,
        anonymous: bool = False,
        answers: Message | None = None,
    ) -> int:
        """A person writes `text` in `chat_id`, perhaps as a reply; returns the update id.

        `anonymous`: an administrator who writes in the group's own name. A channel's posts have no
        sender.
        """
        message = self._incoming(chat_id, text, user_id, language_code, thread_id)
        if answers is not None:
            message["reply_to_message"] = self._as_message(answers)
        if anonymous:
            message["sender_chat"] = message["chat"]
            message["from"] = {
                "id": 1087968824,
                "is_bot": True,
                "first_name": "Group",
                "username": "GroupAnonymousBot",
            }
        kind = "message"
        if message["chat"]["type"] == "channel":
            kind = "channel_post"
            del message["from"]
            message["sender_chat"] = message["chat"]
        return self.inject({kind: message})

    def send_file(
        self,
        chat_id: int,
        name: str | None,
        content: bytes,
        *,
        user_id: int | None = None,
        size: int | None = None,
        language_code: str | None = "ar",
    ) -> int:
        """A person sends a document; `size` is what Telegram says of it, its length otherwise."""
        message = self._incoming(chat_id, "", user_id, language_code, None)
        del message["text"]
        file_id = f"file-{len(self.files) + 1}"
        self.files[file_id] = content
        document: dict[str, Any] = {
            "file_id": file_id,
            "file_unique_id": f"u-{file_id}",
            "file_size": len(content) if size is None else size,
        }
        message["document"] = document | ({"file_name": name} if name is not None else {})
        return self.inject({"message": message})

    def press(
        self,
        message: Message,
        data: str,
        *,
        user_id: int | None = None,
        language_code: str | None = "ar",
        was_there: bool = False,
    ) -> int:
        """A person presses the button with callback `data` under `message`; one that `was_there`
        may have gone meanwhile."""
        there = any(button.get("callback_data") == data for button in message.buttons)
        if not there and not was_there:
            raise LookupError(f"no button with {data!r}: {message.buttons}")
        query_id = str(next(self._query_ids))
        self._open_queries.add(query_id)
        return self.inject(
            {
                "callback_query": {
                    "id": query_id,
                    "from": self._user(user_id or abs(message.chat_id), language_code),
                    "message": self._as_message(message),
                    "chat_instance": "1",
                    "data": data,
                }
            }
        )

    def inline(self, user_id: int, text: str) -> int:
        """A person writes the bot's name and `text` in another chat; returns the update id."""
        query_id = str(next(self._query_ids))
        self._open_queries.add(query_id)
        return self.inject(
            {
                "inline_query": {
                    "id": query_id,
                    "from": self._user(user_id, "ar"),
                    "query": text,
                    "offset": "",
                }
            }
        )

    def membership(self, chat_id: int, old: str, new: str, *, user_id: int | None = None) -> int:
        """The bot's own membership changes: `member`, `kicked`, `left`, `administrator`."""

        def member(status: str) -> dict[str, Any]:
            described: dict[str, Any] = {"user": BOT, "status": status}
            if status == "kicked":
                described["until_date"] = 0
            if status == "administrator":
                described |= dict.fromkeys(_RIGHTS, True)
            return described

        return self.inject(
            {
                "my_chat_member": {
                    "chat": self._chat(chat_id),
                    "from": self._user(user_id or abs(chat_id), "ar"),
                    "date": int(time.time()),
                    "old_chat_member": member(old),
                    "new_chat_member": member(new),
                }
            }
        )

    def inject(self, update: Mapping[str, Any]) -> int:
        """Queue any update (without its id); returns its id."""
        update_id = next(self._update_ids)
        self._updates.append({"update_id": update_id, **update})
        self._spawn_wake()
        return update_id

    def number_anew(self, first: int) -> None:
        """Updates have other numbers from now on, as after a week without any."""
        self._update_ids = count(first)

    def sent_to(self, chat_id: int) -> list[Message]:
        return [message for message in self.messages if message.chat_id == chat_id]

    def texts(self, chat_id: int) -> list[str]:
        """Plain texts that `chat_id` has, oldest first."""
        return [message.text for message in self.sent_to(chat_id)]

    async def until(self, condition: Callable[[], Any], *, seconds: float = PATIENCE) -> Any:
        """Wait for `condition()` to be true, looking after every call; returns its value."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(condition)
        return condition()

    async def next_message(
        self, chat_id: int, after: int = 0, *, seconds: float = PATIENCE
    ) -> Message:
        """The message of `chat_id` that follows its first `after` ones."""
        await self.until(lambda: len(self.sent_to(chat_id)) > after, seconds=seconds)
        return self.sent_to(chat_id)[after]

    @property
    def unread(self) -> int:
        """Updates that the bot has not confirmed."""
        return len(self._updates)

    # --- the methods ---

    async def call(self, method: str, values: dict[str, Any]) -> Any:
        match method:
            case "getMe":
                return BOT
            case "getUpdates":
                return await self._get_updates(values)
            case "deleteWebhook":
                self.webhook = ""
                if values.get("drop_pending_updates"):
                    self._updates.clear()
                return True
            case "getWebhookInfo":
                return {
                    "url": self.webhook,
                    "has_custom_certificate": False,
                    "pending_update_count": len(self._updates),
                }
            case "sendMessage":
                return self._send(values)
            case "sendPhoto" | "sendDocument":
                return self._send_document(method, values)
            case "getFile":
                return self._file(values["file_id"])
            case "answerInlineQuery":
                return self._offer(values)
            case "editMessageText" | "editMessageReplyMarkup":
                return self._edit(method, values)
            case "answerCallbackQuery":
                return self._answer(values)
            case "setMyCommands":
                return self._set_commands(values)
            case "getChat":
                return self._chat(values["chat_id"]) | {
                    "accent_color_id": 0,
                    "max_reaction_count": 11,
                    "accepted_gift_types": dict.fromkeys(_GIFTS, False),
                }
            case "getChatMember":
                return self._member(values["chat_id"], values["user_id"])
            case "getChatAdministrators":
                admins = self._rooms.get(values["chat_id"], _Room("", "")).admins
                return [self._member(values["chat_id"], user) for user in sorted(admins)]
            case "sendChatAction" | "leaveChat":
                return True
        raise Refusal(501, f"{method} is not part of this fake server")

    async def _get_updates(self, values: dict[str, Any]) -> list[dict[str, Any]]:
        """Long poll; a second one at the same time ends the first with 409, as Telegram does."""
        self._poll += 1
        mine = self._poll
        await self._wake()
        if "allowed_updates" in values:
            self.allowed_updates = values["allowed_updates"]
        offset = values.get("offset", 0)
        if offset < 0:
            self._updates = self._updates[offset:]
        else:
            self._updates = [u for u in self._updates if u["update_id"] >= offset]
        deadline = time.monotonic() + min(values.get("timeout", 0), 50)
        while True:
            if self.webhook:
                raise Refusal(
                    409,
                    "Conflict: can't use getUpdates method while webhook is active; "
                    "use deleteWebhook to delete the webhook first",
                )
            if self._poll != mine:
                raise Refusal(
                    409,
                    "Conflict: terminated by other getUpdates request; "
                    "make sure that only one bot instance is running",
                )
            if ready := [u for u in self._updates if self._wanted(u)]:
                return ready[: values.get("limit", 100)]
            left = deadline - time.monotonic()
            if left <= 0 or self._closing.is_set():
                return []
            async with self._changed:
                try:
                    await asyncio.wait_for(self._changed.wait(), left)
                except TimeoutError:
                    return []

    def _wanted(self, update: Mapping[str, Any]) -> bool:
        kinds = set(update) - {"update_id"}
        return not self.allowed_updates or bool(kinds & set(self.allowed_updates))

    def _answered(self, chat_id: Any, reply: Mapping[str, Any] | None) -> int | None:
        """The message that is answered; one that is gone is refused unless that was allowed."""
        if reply is None:
            return None
        there = {message.message_id for message in self.messages if message.chat_id == chat_id}
        if reply["message_id"] in there:
            return int(reply["message_id"])
        if not reply.get("allow_sending_without_reply"):
            raise Refusal(400, "Bad Request: message to be replied not found")
        return None

    def _send(self, values: dict[str, Any]) -> dict[str, Any]:
        text, entities = self._text(values)
        self._keyboard(values.get("reply_markup"))
        message = Message(
            chat_id=values["chat_id"],
            message_id=next(self._message_ids),
            text=text,
            source=values["text"],
            parse_mode=values.get("parse_mode"),
            entities=entities,
            reply_markup=values.get("reply_markup"),
            thread_id=values.get("message_thread_id"),
            at=time.time(),
            answers=self._answered(values["chat_id"], values.get("reply_parameters")),
        )
        self.messages.append(message)
        self._write("sent", message)
        return self._as_message(message)

    def _send_document(self, method: str, values: dict[str, Any]) -> dict[str, Any]:
        name, content = values["photo" if method == "sendPhoto" else "document"]
        if utf16_length(values.get("caption", "")) > CAPTION_LIMIT:
            raise Refusal(400, "Bad Request: message caption is too long", violation=True)
        if len(content) > 50_000_000:
            raise Refusal(413, "Request Entity Too Large", violation=True)
        self.documents.append((values["chat_id"], name, content))
        message = Message(
            chat_id=values["chat_id"],
            message_id=next(self._message_ids),
            text=values.get("caption", ""),
            source=values.get("caption", ""),
            parse_mode=values.get("parse_mode"),
            entities=(),
            reply_markup=values.get("reply_markup"),
            thread_id=values.get("message_thread_id"),
            at=time.time(),
            file=(name, len(content)),
        )
        self.messages.append(message)
        self._write("sent", message)
        return self._as_message(message)

    def _file(self, file_id: str) -> dict[str, Any]:
        """Telegram gives bots files of up to 20 MB."""
        content = self.files.get(file_id)
        if content is None:
            raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(content) > 20_000_000:
            raise Refusal(400, "Bad Request: file is too big")
        return {
            "file_id": file_id,
            "file_unique_id": f"u-{file_id}",
            "file_size": len(content),
            "file_path": f"documents/{file_id}",
        }

    def _offer(self, values: dict[str, Any]) -> bool:
        if values["inline_query_id"] not in self._open_queries:
            raise Refusal(400, "Bad Request: query is too old and response timeout expired")
        if len(values["results"]) > MOST_RESULTS:
            raise Refusal(400, "Bad Request: RESULTS_TOO_MUCH", violation=True)
        ids = [each["id"] for each in values["results"]]
        if len(set(ids)) < len(ids) or any(not 1 <= len(each.encode()) <= 64 for each in ids):
            raise Refusal(400, "Bad Request: RESULT_ID_INVALID", violation=True)
        for each in values["results"]:
            content = each["input_message_content"]
            self._text({"text": content["message_text"], "parse_mode": content["parse_mode"]})
        self._open_queries.remove(values["inline_query_id"])
        self.offers.append(values)
        return True

    def _edit(self, method: str, values: dict[str, Any]) -> dict[str, Any]:
        found = [
            message
            for message in self.messages
            if message.chat_id == values.get("chat_id")
            and message.message_id == values.get("message_id")
        ]
        if not found:
            raise Refusal(400, "Bad Request: message to edit not found")
        message, markup = found[0], values.get("reply_markup")
        self._keyboard(markup)
        before = (message.text, message.entities, message.reply_markup)
        if method == "editMessageText":
            message.text, message.entities = self._text(values)
            message.source, message.parse_mode = values["text"], values.get("parse_mode")
        message.reply_markup = markup
        if before == (message.text, message.entities, message.reply_markup):
            raise Refusal(
                400,
                "Bad Request: message is not modified: specified new message content and reply "
                "markup are exactly the same as a current content and reply markup of the message",
            )
        self._write("edited", message)
        return self._as_message(message)

    def _text(self, values: Mapping[str, Any]) -> tuple[str, tuple[Entity, ...]]:
        mode, source = values.get("parse_mode"), values["text"]
        if mode not in (None, "HTML"):
            raise Refusal(400, f"Bad Request: this fake server reads HTML, not {mode}", True)
        try:
            text, entities = parse_html(source) if mode else (source, ())
        except BadHtml as error:
            raise Refusal(400, f"Bad Request: {error}", violation=True) from error
        if not text.strip():
            raise Refusal(400, "Bad Request: message text is empty", violation=True)
        if utf16_length(text) > TEXT_LIMIT:
            raise Refusal(400, "Bad Request: message is too long", violation=True)
        if len(entities) > ENTITY_LIMIT:
            raise Refusal(400, f"Bad Request: {len(entities)} entities", violation=True)
        return text, entities

    def _keyboard(self, markup: Mapping[str, Any] | None) -> None:
        for row in (markup or {}).get("inline_keyboard", []):
            for button in row:
                size = len(button.get("callback_data", "x").encode())
                if not 1 <= size <= CALLBACK_DATA_BYTES:
                    raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID", violation=True)
                if self.refused_host and self.refused_host in button.get("url", ""):
                    raise Refusal(400, "Bad Request: BUTTON_URL_INVALID")
                if not button["text"].strip():
                    raise Refusal(400, "Bad Request: text buttons are empty", violation=True)

    def _answer(self, values: dict[str, Any]) -> bool:
        if values["callback_query_id"] not in self._open_queries:
            raise Refusal(
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
            )
        if len(values.get("text", "")) > 200:
            raise Refusal(400, "Bad Request: MESSAGE_TOO_LONG", violation=True)
        self._open_queries.remove(values["callback_query_id"])
        self.answers.append(values)
        return True

    def _set_commands(self, values: dict[str, Any]) -> bool:
        for command in values["commands"]:
            if not COMMAND_NAME.match(command["command"]):
                raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID", violation=True)
            if not 1 <= len(command["description"]) <= 256:
                raise Refusal(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID", violation=True)
        scope = values.get("scope", {}).get("type", "default")
        self.commands[scope, values.get("language_code", "")] = values["commands"]
        return True

    # --- objects ---

    def _chat(self, chat_id: int) -> dict[str, Any]:
        room = self._rooms.get(chat_id)
        if chat_id > 0:
            return {"id": chat_id, "type": "private", "first_name": f"قارئ {chat_id}"}
        kind = room.kind if room else ("supergroup" if chat_id < -(10**12) else "group")
        chat: dict[str, Any] = {"id": chat_id, "type": kind}
        chat["title"] = room.title if room else "مجموعة"
        if room and room.forum:
            chat["is_forum"] = True
        return chat

    def _user(self, user_id: int, language_code: str | None) -> dict[str, Any]:
        user = {"id": user_id, "is_bot": False, "first_name": f"قارئ {user_id}"}
        return user | ({"language_code": language_code} if language_code else {})

    def _member(self, chat_id: int, user_id: int) -> dict[str, Any]:
        room = self._rooms.get(chat_id, _Room("", ""))
        member: dict[str, Any] = {"user": self._user(user_id, None), "status": "member"}
        if user_id in room.admins:
            member["status"] = "administrator"
            member |= dict.fromkeys(_RIGHTS, True)
        return member

    def _incoming(
        self,
        chat_id: int,
        text: str,
        user_id: int | None,
        language_code: str | None,
        thread_id: int | None,
    ) -> dict[str, Any]:
        message: dict[str, Any] = {
            "message_id": next(self._message_ids),
            "from": self._user(user_id or abs(chat_id), language_code),
            "chat": self._chat(chat_id),
            "date": int(time.time()),
            "text": text,
        }
        # Of western letters, digits and underscores alone, wherever they end.
        if found := _BOT_COMMAND.match(text):
            command = {"type": "bot_command", "offset": 0, "length": len(found[0])}
            message["entities"] = [command]
        if thread_id:
            message |= {"message_thread_id": thread_id, "is_topic_message": True}
        return message

    def _as_message(self, message: Message) -> dict[str, Any]:
        seen: dict[str, Any] = {
            "message_id": message.message_id,
            "from": {key: BOT[key] for key in ("id", "is_bot", "first_name", "username")},
            "chat": self._chat(message.chat_id),
            "date": int(message.at),
            "text": message.text,
        }
        # Of all that a message may have below it, only these buttons are part of it.
        if message.reply_markup and "inline_keyboard" in message.reply_markup:
            seen["reply_markup"] = message.reply_markup
        if message.thread_id:
            seen |= {"message_thread_id": message.thread_id, "is_topic_message": True}
        return seen

    # --- log and waiting ---

    def _write(self, event: str, message: Message) -> None:
        """Flushed line by line: the file is right even when the reader looks after a crash."""
        if self._log:
            line = {"event": event, **asdict(message)}
            self._log.write(json.dumps(line, ensure_ascii=True) + "\n")
            self._log.flush()

    async def _wake(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _spawn_wake(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        task = loop.create_task(self._wake())
        self._waking = task  # kept, or the task may be collected before it runs


_RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
_GIFTS = (
    "unlimited_gifts",
    "limited_gifts",
    "unique_gifts",
    "premium_subscription",
    "gifts_from_channels",
)
