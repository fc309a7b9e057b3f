"""/recent and /alert: looking up alerts, and why they were made."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.alerts.history import history_of
from bot.messages.blocks import Card
from bot.messages.cards import recent_card, text_card
from bot.messages.explanation import explanation_card
from bot.messages.why import why_sentence
from bot.telegram import keyboards
from bot.telegram.registry import button, command
from bot.telegram.request import Request
from bot.text import clean, shorten
from storage import alerts

USUAL, MOST = 5, 10
REACH = timedelta(days=30)
# As digests have it: Telegram makes it a link.
ID_COMMAND = re.compile(r"\A/([Aa]\d{1,12})(?:@(\w+))?\s*\Z")
SHORT_ID = re.compile(r"\A\s*[Aa]\d{1,12}\s*\Z")


@command("recent", order=40)
async def recent(request: Request) -> None:
    """``/recent 10``: the latest alerts of the chat's signals, newest first."""
    services, chat, speech = request.services, request.chat, request.speech
    count = _count(request.arguments)
    if count is None:
        await request.say("recent.bad_count", most=speech.number(MOST))
        return
    operator = chat.role == "operator"
    if not chat.chosen and not operator:
        await request.say("recent.no_signals")
        return
    since = services.clock() - REACH
    everything = chat.chosen.everything or not chat.signals
    chosen = None if everything else chat.signals
    found = await services.database.read(
        lambda db: alerts.recent(
            *(db, chosen, since, count),
            for_operators=operator,
            places=chat.places,
        )
    )
    if not found:
        await request.say("recent.empty")
        return
    mine = [each.seen_by(chat.chosen) for each in found]
    await request.reply(recent_card(mine, services.display(speech.language, request.chat)))


def _count(arguments: list[str]) -> int | None:
    """How many alerts were asked for, at most MOST; None if that is no number from 1."""
    if not arguments:
        return USUAL
    try:
        wanted = int(arguments[0])  # reads Arabic digits too
    except ValueError:
        return None
    return min(wanted, MOST) if wanted >= 1 else None


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


async def tapped_id(request: Request) -> None:
    """ "/A12" means /alert A12; one that names another bot is not for this one."""
    message = request.update.effective_message
    found = ID_COMMAND.match(message.text) if message and message.text else None
    if found and (found[2] or request.context.bot.username).lower() == (
        request.context.bot.username.lower()
    ):
        await request.reply(await _explained(request, found[1]))


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
    found = await services.database.read(
        lambda db: history_of(db, wanted, request.chat, services.rules())
    )
    if found is None:
        return speech("alert.unknown", id=clean(wanted)[:20])
    sentence = why_sentence(found, services.display(speech.language, request.chat))
    return shorten("".join(span.text for span in sentence), 200)


async def _explained(request: Request, wanted: str) -> Card:
    services, speech = request.services, request.speech
    wanted = clean(wanted).strip("#.,،:")[:20]
    found = await services.database.read(
        lambda db: history_of(db, wanted, request.chat, services.rules())
    )
    if found is None:
        return text_card(speech("alert.unknown", id=wanted or "?"), speech.language)
    return explanation_card(
        found, services.display(speech.language, request.chat), services.rules().note
    )
