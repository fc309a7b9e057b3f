"""The bot is blocked, removed, let in again, or its group gets a new id."""

from __future__ import annotations

import logging
from dataclasses import replace

from telegram import ChatMember, ChatMemberRestricted
from telegram.constants import ChatMemberStatus, ChatType

from bot.locales import texts
from bot.telegram.request import Request
from bot.telegram.services import texts_for
from storage.connection import Connection
from storage.readers import chats, supergroups
from storage.readers.chats import Chat
from storage.readers.people import REMOVED

log = logging.getLogger(__name__)

BLOCKED = "the bot was blocked or removed"


async def membership(request: Request) -> None:
    """Pause a chat that shut the bot out, with its settings kept; resume one that let it in."""
    services, change = request.services, request.update.my_chat_member
    if change is None:
        return
    chat_id, now = change.chat.id, services.clock()
    was_in, is_in = _can_write(change.old_chat_member), _can_write(change.new_chat_member)

    def write(db: Connection) -> Chat | None:
        stored = chats.get(db, chat_id)
        if stored and not is_in and stored.state == "active":
            chats.pause(db, chat_id, BLOCKED, now)
        if stored and is_in and stored.state == "paused" and stored.paused_reason != REMOVED:
            chats.resume(db, chat_id, now)
        return stored

    stored = await services.database.write(write)
    log.info("chat %s: bot is now %s", chat_id, change.new_chat_member.status)
    if not is_in or was_in:
        return
    group = change.chat.type in (ChatType.GROUP, ChatType.SUPERGROUP)
    if change.chat.type == ChatType.CHANNEL and stored is None and services.access == "invited":
        # What is posted in a channel has no author: this is the one moment that names a person.
        group = True
    if group:
        asking = replace(request, person=(await services.asking(request.update))[1])
        if stored is None and services.access == "invited" and not await asking.may_admit():
            log.info("refused: person %s adds chat %s", change.from_user.id, chat_id)
            if change.chat.type != ChatType.CHANNEL:
                await request.refuse("refuse.group_not_admitted")
        elif stored is None:
            new = services.described(change.chat, change.from_user, None)
            await services.database.write(lambda db: chats.upsert(db, new))
            await request.say("start.added", speech=texts_for(None, request.update))
        else:
            await request.say("start.resumed", speech=texts(stored.language))


async def migrated(request: Request) -> None:
    """A group became a supergroup: both ids are named, once in each chat."""
    message = request.update.effective_message
    if message is None:
        return
    old, new = message.chat.id, message.migrate_to_chat_id
    if new is None:
        old, new = message.migrate_from_chat_id or 0, message.chat.id
    if not (old and new):
        return
    services = request.services

    def write(db: Connection) -> None:
        supergroups.migrate(db, old, new)
        moved = chats.get(db, new)
        # The move itself takes the bot out of the old group, and that may be heard of first.
        if moved is not None and moved.state == "paused":
            chats.resume(db, new, services.clock())

    await services.database.write(write)


def _can_write(member: ChatMember) -> bool:
    if isinstance(member, ChatMemberRestricted):
        return member.is_member and member.can_send_messages
    return member.status not in (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)
