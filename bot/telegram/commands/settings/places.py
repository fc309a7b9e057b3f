"""/places: of which places a topic wants to hear."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.messages.answers.asked import quoted_word
from bot.messages.cards.card import text_card
from bot.messages.subscription import place_name
from bot.telegram.registry import Who, command
from bot.telegram.request import Request
from bot.telegram.typed.changes import added, shuts_out_later
from bot.telegram.typed.place_names import PlacesAsked, not_wanted, places_asked, without_bullets
from bot.text import clean
from storage.connection import Connection
from storage.readers import subscriptions
from storage.readers.subscriptions import Names


@command("places", order=25, who=Who.ADMINISTRATORS)
async def places(request: Request) -> None:
    """``/places حلب، السودان``: these alone; ``/places +Homs``, ``/places remove Homs``: that one
    more, or no longer; ``/places all``: all; without: what is chosen."""
    speech, said = request.speech, without_bullets(request.behind)
    mine = request.chat.topic(request.thread_id)[:1]
    standing = mine[0].places if mine else {}
    gazetteer = await asyncio.to_thread(request.services.gazetteer)
    unwanted = not_wanted(said, gazetteer)
    more = None if said[:1].isalpha() and gazetteer.named(said) else added(said)
    later = None if unwanted is not None else shuts_out_later(said)
    asked = await places_asked(request.services, unwanted or more or said, speech)
    if later is not None and not asked.chosen:
        await request.say("places.no_exclusion", words=quoted_word(speech, later[1]))
    elif unwanted is not None and not asked.everywhere:
        await _take_away(request, asked, standing, unwanted)
    elif asked.everywhere:
        await _choose(request, {})
        await request.say("places.everywhere")
    elif asked.chosen:
        # Who hears of every place and adds one wants that one.
        chosen = {**standing, **asked.chosen} if more else asked.chosen
        await _choose(request, chosen)
        await _answer(request, chosen, [asked.unknown] if asked.unknown else [])
    elif asked.unknown:
        await request.reply(text_card(asked.unknown, speech.language))
    else:
        await _answer(request, standing, [])


async def _take_away(
    request: Request, asked: PlacesAsked, standing: Mapping[str, Names], unwanted: str
) -> None:
    """Places that were chosen are so no longer; no place can be shut out of all others."""
    speech = request.speech
    left = {place: names for place, names in standing.items() if place not in asked.chosen}
    if len(left) == len(standing):
        if asked.unknown:
            await request.reply(text_card(asked.unknown, speech.language))
        else:
            await request.say("places.no_exclusion", words=quoted_word(speech, clean(unwanted)))
    elif not left:
        await request.say("places.last_one")
    else:
        await _choose(request, left)
        await _answer(request, left, [asked.unknown] if asked.unknown else [])


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
