"""An address alone, in private: operators are told what became of that piece of news."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.messages.cards.card import text_card
from bot.messages.cards.why import why_silent
from bot.telegram.commands.asking.recent import show_alert
from bot.telegram.request import Request
from storage import alerts, decisions
from storage.connection import Connection
from storage.decisions import Decision
from storage.news import entries

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

    def read(db: Connection) -> tuple[str, Sequence[Decision]] | None:
        entry = entries.by_link(db, link)
        if entry is None or entry.id is None:
            return None
        decided = decisions.of_entry(db, entry.id)
        known = [each.alert_id for each in decided if each.alert_id is not None]
        alert = alerts.get(db, known[-1]) if known else None
        return (alert.short_id if alert else ""), decided

    speech = request.speech
    found = await request.services.database.read(read)
    if found is None:
        await request.say("link.unknown")
    elif found[0]:
        await show_alert(request, found[0])
    else:
        await request.reply(text_card(why_silent(found[1], speech), speech.language))
