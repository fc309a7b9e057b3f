"""/A12 and /alert: looking up an alert, and why it was made."""

from __future__ import annotations

import re

from telegram.error import BadRequest

from bot.alerts.summaries.history import history_of
from bot.messages.blocks import Card
from bot.messages.cards.card import text_card
from bot.messages.cards.explanation import explanation_card
from bot.messages.cards.why import why_sentence
from bot.telegram.buttons import keyboards
from bot.telegram.buttons.card_buttons import refuses_links, without_links
from bot.telegram.commands.asking.card import pressed_card
from bot.telegram.registry import button, command
from bot.telegram.request import Request
from bot.telegram.typed.alert_ids import AN_ID, MOST_AT_ONCE, ids_of
from bot.text import clean, shorten

# \d is a digit of any script.
_ONE = r"[#№]?\s*+[Aa]\d{1,12}"
# No space is tried twice: a message may be four thousand of them.
_BESIDE = r"(?:\s*+(?:[,،;؛/&+]|\band\b|\bet\b|و)\s*+|\s++)"
_NUMBER = r"(?:number|no\.?|n[°º]|numéro|num|رقم|#|№)"
BARE_ID = re.compile(
    rf"\A\s*+(?:{_ONE}(?:{_BESIDE}{_ONE})*+"
    rf"|(?:(?:the\s+)?alert|(?:l['’])?alerte|(?:ال)?تنبيه)\s*+(?:{_NUMBER}\s*+)?[Aa]?\d{{1,12}})"
    r"\s*+[?؟.!]*+\s*+\Z",
    re.IGNORECASE,
)
"""A message that is nothing but the id of an alert, or several: "A12", "A9, A3", «تنبيه ٩»."""


@command("alert", order=50)
async def alert(request: Request) -> None:
    """``/alert A12``, ``/A12``: the card, why it was made, and what this chat got; in answer to a
    card that one."""
    ids, others = ids_of(request.arguments)
    found = ids or _ids(request.behind) or [each for each in [request.answered_alert] if each]
    if not found:
        await request.say("alert.usage")
    for each in found:
        await show_alert(request, each)
    if others and (ids or not _ids(request.behind)):
        await request.say_unused(" ".join(others))


async def alert_by_id(request: Request) -> None:
    """In a private chat a bare "A12"."""
    message = request.update.effective_message
    for each in _ids(message.text or "" if message else ""):
        await show_alert(request, each)


async def answered_alert(request: Request) -> None:
    """The card that is asked about by a message that answers it."""
    await show_alert(request, request.answered_alert)


def _ids(text: str) -> list[str]:
    return list(dict.fromkeys(AN_ID.findall(text)))[:MOST_AT_ONCE]


async def show_alert(request: Request, wanted: str) -> None:
    """The alert as it stands, why it was sent, and its buttons."""
    answer, found = await _explained(request, wanted, whole=True)
    # Nothing more is asked of the database for one that may not be read than for none.
    card = await pressed_card(request, _id(wanted)) if found else None
    keyboard = card.buttons.keyboard() if card else None
    try:
        await request.reply(answer, keyboard)
    except BadRequest as error:
        if keyboard is None or not refuses_links(error.message):
            raise
        await request.reply(answer, without_links(keyboard))


def _id(wanted: str) -> str:
    return clean(wanted).strip("#.,،:")[:20]


@button(keyboards.WHY)
async def explanation_pressed(request: Request) -> None:
    """The button under an alert."""
    wanted = request.pressed.removeprefix("w:")
    if request.chat.kind == "channel":
        # Every reader can press, and an answer in the channel would go to all of them each time.
        await request.note(await _in_short(request, wanted), stays=True)
        return
    card, _ = await _explained(request, wanted)
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


async def _explained(request: Request, wanted: str, *, whole: bool = False) -> tuple[Card, bool]:
    """The answer, and whether there is such an alert for this chat."""
    services, speech = request.services, request.speech
    wanted = _id(wanted)
    found = await services.database.read(
        lambda db: history_of(db, wanted, request.chat, services.rules())
    )
    if found is None:
        return text_card(speech("alert.unknown", id=wanted or "?"), speech.language), False
    card = explanation_card(
        *(found, services.display(speech.language, request.chat), services.rules().note),
        # Who judges or edits rules sees them at work; others read one sentence.
        technical=request.role == "analyst" or request.by_operator,
        whole=whole,
    )
    return card, True
