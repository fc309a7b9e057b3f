"""/alert: looking up an alert, and why it was made."""

from __future__ import annotations

import re

from bot.alerts.history import history_of
from bot.messages.blocks import Card
from bot.messages.cards import text_card
from bot.messages.explanation import explanation_card
from bot.messages.why import why_sentence
from bot.telegram import keyboards
from bot.telegram.registry import button, command
from bot.telegram.request import Request
from bot.text import clean, shorten

SHORT_ID = re.compile(r"\A\s*[Aa]\d{1,12}\s*\Z")


@command("alert", order=50)
async def alert(request: Request) -> None:
    """``/alert A12``: what it was, why it was made, and what this chat got."""
    if not request.arguments:
        await request.say("alert.usage")
    else:
        await request.reply(await _explained(request, request.arguments[0]))


async def short_id(request: Request) -> None:
    """A bare "A12" in a private chat means /alert A12."""
    message = request.update.effective_message
    wanted = message.text.strip() if message and message.text else ""
    await request.reply(await _explained(request, wanted))


@button(keyboards.WHY)
async def explanation_pressed(request: Request) -> None:
    """The button under an alert."""
    wanted = request.pressed.removeprefix("w:")
    if request.chat.kind == "channel":
        # Every reader can press, and an answer in the channel would go to all of them each time.
        await request.note(await _in_short(request, wanted), stays=True)
        return
    card = await _explained(request, wanted)
    await request.note()
    await request.reply(card)


async def _in_short(request: Request, wanted: str) -> str:
    """Why it was sent, short enough for a note."""
    services, speech = request.services, request.speech
    found = await services.database.read(lambda db: history_of(db, wanted, request.chat))
    if found is None:
        return speech("alert.unknown", id=clean(wanted)[:20])
    sentence = why_sentence(found, services.display(speech.language))
    return shorten("".join(span.text for span in sentence), 200)


async def _explained(request: Request, wanted: str) -> Card:
    services, speech = request.services, request.speech
    wanted = clean(wanted).strip("#.,،:")[:20]
    found = await services.database.read(lambda db: history_of(db, wanted, request.chat))
    if found is None:
        return text_card(speech("alert.unknown", id=wanted or "?"), speech.language)
    return explanation_card(found, services.display(speech.language), services.rules().note)
