"""/places: of which places a topic wants to hear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.messages.cards.card import text_card
from bot.messages.subscription import place_name
from bot.telegram.registry import Who, command
from bot.telegram.request import Request
from bot.telegram.typed.place_names import places_asked
from storage.connection import Connection
from storage.readers import subscriptions
from storage.readers.subscriptions import Names


@command("places", order=25, who=Who.ADMINISTRATORS)
async def places(request: Request) -> None:
    """``/places حلب، السودان``: these alone; ``/places all``: all; without: what is chosen."""
    speech = request.speech
    asked = await places_asked(request.services, " ".join(request.arguments), speech)
    if asked.everywhere:
        await _choose(request, {})
        await request.say("places.everywhere")
    elif asked.chosen:
        await _choose(request, asked.chosen)
        await _answer(request, asked.chosen, [asked.unknown] if asked.unknown else [])
    elif asked.unknown:
        await request.reply(text_card(asked.unknown, speech.language))
    else:
        mine = request.chat.topic(request.thread_id)[:1]
        await _answer(request, mine[0].places if mine else {}, [])


async def _choose(request: Request, chosen: Mapping[str, Names]) -> None:
    """Let the topic's first subscription hear of these places alone."""
    chat, thread_id, now = request.chat, request.thread_id, request.services.clock()

    def write(db: Connection) -> None:
        mine = subscriptions.first_of(db, chat.id, thread_id, now)
        subscriptions.save(db, replace(mine, places=chosen))

    await request.services.database.write(write)


async def _answer(request: Request, chosen: Mapping[str, Names], lines: Sequence[str]) -> None:
    speech = request.speech
    if not chosen:
        await request.say("places.usage")
        return
    listed = "\n".join(f"📍 {place_name(each, speech)}" for each in chosen.values())
    text = "\n\n".join([speech("places.chosen"), listed, *lines, speech("places.how")])
    await request.reply(text_card(text, speech.language))
