"""/id: the ids of the chat, of its topic and of who asks, as settings and commands take them."""

from __future__ import annotations

from bot.messages.cards.card import text_card
from bot.telegram.registry import Who, command
from bot.telegram.request import Request
from bot.telegram.services import chat_of, thread_of


@command("id", order=75, who=Who.STRANGERS, bare=True)
async def show_id(request: Request) -> None:
    """Anybody may ask: it is what their own app knows."""
    speech, update = request.speech, request.update
    lines = [speech("ids.chat", id=chat_of(update).id)]
    if (topic := thread_of(update)) is not None:
        lines.append(speech("ids.topic", id=topic))
    if (user := update.effective_user) is not None and user.id != chat_of(update).id:
        lines.append(speech("ids.person", id=user.id))
    await request.reply(text_card("\n".join(lines), speech.language))
