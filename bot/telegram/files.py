"""Pictures and files as answers, prepared beside the updates that wait."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from telegram import InputFile
from telegram.constants import ChatAction

from bot.telegram.request import Request
from bot.telegram.services import chat_of, thread_of

log = logging.getLogger(__name__)

MOST_AT_ONCE = 2
"""Pictures and files that are being made; who asks for another is told to wait."""
_BEING_MADE = "files-being-made"


async def beside(request: Request, make: Callable[[], Awaitable[None]], action: ChatAction) -> None:
    """Make and send a file without keeping other answers waiting. Its errors are the
    application's."""
    waiting: set[int] = request.context.bot_data.setdefault(_BEING_MADE, set())
    if len(waiting) >= MOST_AT_ONCE:
        await request.refuse("refuse.busy")
        return
    number = request.update.update_id
    waiting.add(number)

    async def run() -> None:
        try:
            await make()
        finally:
            waiting.discard(number)

    await request.context.bot.send_chat_action(
        chat_of(request.update).id, action, message_thread_id=thread_of(request.update)
    )
    request.context.application.create_task(run(), update=request.update)


async def send_picture(request: Request, png: bytes, caption: str) -> None:
    await request.context.bot.send_photo(
        chat_of(request.update).id,
        InputFile(png, filename="marsad.png", attach=False),
        caption=caption,
        message_thread_id=thread_of(request.update),
    )


async def send_file(request: Request, content: bytes, name: str, caption: str = "") -> None:
    await request.context.bot.send_document(
        chat_of(request.update).id,
        InputFile(content, filename=name, attach=False),
        caption=caption or None,
        message_thread_id=thread_of(request.update),
    )
