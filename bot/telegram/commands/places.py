"""/places: of which places a chat wants to hear."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rapidfuzz import process

from bot.alerts.facts import labels
from bot.locales import Texts
from bot.messages.cards import text_card
from bot.telegram.registry import Who, command
from bot.telegram.request import Request
from bot.text import clean, shorten
from storage import subscriptions
from storage.file.database import Connection
from storage.subscriptions import Names

if TYPE_CHECKING:
    from rules import Gazetteer, Place

MOST_PLACES = 20
LONGEST = 60
# Names that are not known and answered one by one.
MOST_PROPOSED = 5
EVERYWHERE = frozenset(
    {"all", "off", "everywhere", "الكل", "كل مكان", "كل الأماكن", "tout", "partout"}
)
_BETWEEN = re.compile(r"[,،;؛\n]+")
# Letters of 100 that must agree before another name is proposed.
_LIKE = 72


@command("places", order=25, who=Who.ADMINISTRATORS)
async def places(request: Request) -> None:
    """``/places حلب، السودان``: these alone; ``/places all``: all; without: what is chosen."""
    services, speech, chat = request.services, request.speech, request.chat
    said = [clean(each)[:LONGEST].strip() for each in _BETWEEN.split(" ".join(request.arguments))]
    asked = [each for each in said if each][:MOST_PLACES]
    if not asked:
        mine = [each for each in chat.topic(request.thread_id) if each.places][:1]
        names = [_named(speech, each) for one in mine for each in one.places.values()]
        await _answer(request, names, [])
        return
    if len(asked) == 1 and asked[0].lower() in EVERYWHERE:
        await _choose(request, {})
        await request.say("places.everywhere")
        return
    gazetteer = await asyncio.to_thread(services.gazetteer)
    found = {name: gazetteer.named(name) for name in asked}
    unknown = [name for name, those in found.items() if not those]
    chosen_now = {those[0].id: labels(gazetteer, those[0]) for those in found.values() if those}
    if not chosen_now:
        words = await asyncio.to_thread(_unknown, request.speech, gazetteer, unknown)
        await request.reply(text_card(words, speech.language))
        return
    await _choose(request, chosen_now)
    lines = []
    if unknown:
        lines = [await asyncio.to_thread(_unknown, speech, gazetteer, unknown)]
    await _answer(request, [_named(speech, each) for each in chosen_now.values()], lines)


async def _choose(request: Request, chosen: Mapping[str, Names]) -> None:
    """Let the topic's first subscription hear of these places alone."""
    chat, thread_id, now = request.chat, request.thread_id, request.services.clock()

    def write(db: Connection) -> None:
        mine = subscriptions.first_of(db, chat.id, thread_id, now)
        subscriptions.save(db, replace(mine, places=chosen))

    await request.services.database.write(write)


def _named(speech: Texts, names: Names) -> str:
    return names.get(speech.language) or names.get("en") or "?"


async def _answer(request: Request, names: Sequence[str], lines: Sequence[str]) -> None:
    speech = request.speech
    if not names:
        await request.say("places.usage")
        return
    listed = "\n".join(f"📍 {name}" for name in names)
    text = "\n\n".join([speech("places.chosen"), listed, *lines, speech("places.how")])
    await request.reply(text_card(text, speech.language))


def _unknown(speech: Texts, gazetteer: Gazetteer, names: Sequence[str]) -> str:
    """That these names are not known, each with the one that was perhaps meant. Takes time."""
    lines = []
    for name in names[:MOST_PROPOSED]:
        meant = _perhaps(gazetteer, name)
        if meant is None:
            lines.append(speech("places.unknown", name=shorten(name, LONGEST)))
        else:
            known = meant.name(speech.language)
            lines.append(speech("places.perhaps", name=shorten(name, LONGEST), known=known))
    return "\n".join(lines)


def _perhaps(gazetteer: Gazetteer, name: str) -> Place | None:
    from rules.matching.places.gazetteer import key_of

    best = process.extractOne(key_of(name), gazetteer.keys.keys(), score_cutoff=_LIKE)
    return gazetteer.of_key(best[0])[0] if best else None
