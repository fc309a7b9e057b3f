"""An address alone, in private: operators are told what became of that piece of news."""

from __future__ import annotations

import re

from bot.alerts.summaries.entry_outcome import outcome_of
from bot.messages.cards.card import text_card
from bot.messages.cards.why import why_silent
from bot.telegram.commands.asking.recent import show_alert
from bot.telegram.request import Request

_LINK = re.compile(r"\s*(https?://\S{3,2000})\s*", re.IGNORECASE)


def link_in(text: str) -> str:
    """The address that a text is; "" for a text that is more."""
    found = _LINK.fullmatch(text)
    return found[1] if found else ""


async def ask_of(request: Request, link: str) -> None:
    """Readers are told whom to ask: all entries are read to find one by its address."""
    if not request.by_operator:
        await request.say("link.readers")
        return

    speech = request.speech
    found = await request.services.database.read(lambda db: outcome_of(db, link))
    if found is None:
        await request.say("link.unknown")
    elif found.alert:
        await show_alert(request, found.alert)
    else:
        await request.reply(text_card(why_silent(found.decided, speech), speech.language))
