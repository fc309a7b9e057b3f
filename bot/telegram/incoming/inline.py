"""`@bot حلب` in any chat: recent cards of what the person may read, to be sent there."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from hashlib import sha256

from telegram import InlineQueryResultArticle, InputTextMessageContent, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.asking.answer import wanted_of
from bot.asking.asked import settled
from bot.locales import language_of
from bot.messages.cards.card import alert_card
from bot.messages.cards.lines import first_places, heading
from bot.telegram.commands.asking.ask import reading_of
from bot.telegram.request import NO_PREVIEW
from bot.telegram.services import Context, services_in
from bot.text import clean, shorten
from storage import alerts, finding
from storage.alerts import Alert
from storage.connection import Connection
from storage.readers import chats, people
from storage.readers.chats import Chat
from storage.readers.people import Person

log = logging.getLogger(__name__)

MOST_CARDS = 8
REMEMBERED = 30
"""Seconds that Telegram may give the same answer again."""


async def offer(update: Update, context: Context) -> None:
    """Offer cards to people who were let in; others are offered nothing.

    A card goes to a chat that Marsad does not know, so alerts of rules on test are never among
    them.
    """
    query = update.inline_query
    if query is None:
        return
    services, user = services_in(context.application), query.from_user
    now = services.clock()
    reading = reading_of(services)

    def asker(db: Connection) -> tuple[Person | None, Chat | None]:
        return people.get(db, user.id), chats.get(db, user.id)

    person, chat = await services.database.read(asker)
    zone = services.zone(chat)
    question = await asyncio.to_thread(reading.question, query.query, now.astimezone(zone))
    wanted = partial(wanted_of, now=now, zone=zone, others=services.others)
    asked = await settled(question, wanted, reading, services.database)

    def look(db: Connection) -> list[Alert]:
        return [alerts.sourced(db, each) for each in finding.find(db, asked.wanted, MOST_CARDS)]

    found = await services.database.read(look)
    if services.access != "open" and person is None and user.id not in services.operators:
        log.info("refused (not admitted): person %s, inline", user.id)
        found = []
    display = services.display(chat.language if chat else language_of(user.language_code), chat)
    results = []
    for each in found:
        card = alert_card(each, display, asks=False)
        place = " · ".join(first_places(each.places, display.say.language)[:1])
        head = "".join(span.text for span in heading(display, each.gravest))
        described = " · ".join(part for part in (head, place) if part)
        results.append(
            InlineQueryResultArticle(
                id=sha256(f"{each.short_id}:{each.version}".encode()).hexdigest()[:32],
                title=shorten(clean(each.title), 120) or each.short_id,
                description=shorten(clean(described), 120),
                input_message_content=InputTextMessageContent(
                    card.html, parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW
                ),
            )
        )
    try:
        await query.answer(results, cache_time=REMEMBERED, is_personal=True)
    except BadRequest as error:
        if "query is too old" not in error.message.lower():
            raise
