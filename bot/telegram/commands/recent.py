"""/recent and /alert: looking up alerts, and why they were made."""

from __future__ import annotations

import re
from datetime import timedelta

from telegram import Update

from bot.locales import Texts
from bot.messages.blocks import Card
from bot.messages.cards import recent_card, text_card
from bot.messages.evidence import evidence_of
from bot.messages.explanation import AlertHistory, explanation_card
from bot.messages.text import clean, shorten
from bot.telegram.desk import Context, Desk, desk_of, notify, reply, say, speaks
from storage import alerts, entries, outbox, second_channel
from storage.chats import Chat
from storage.database import Connection

USUAL, MOST = 5, 10
REACH = timedelta(days=30)
SHORT_ID = re.compile(r"\A\s*[Aa]\d{1,12}\s*\Z")


async def recent(update: Update, context: Context) -> None:
    """``/recent 10``: the latest alerts of the chat's signals, newest first."""
    desk = desk_of(context)
    chat = await desk.chat(update)
    speech = speaks(chat, update)
    if chat is None:
        await say(update, context, speech, speech("refuse.unknown_chat"))
        return
    count = _count(context.args or [])
    if count is None:
        await say(update, context, speech, speech("recent.bad_count", most=speech.number(MOST)))
        return
    operator = chat.role == "operator"
    if not chat.signals and not operator:
        await say(update, context, speech, speech("recent.no_signals"))
        return
    now = desk.clock()
    found = await desk.database.read(
        lambda db: alerts.recent(
            db, chat.signals or None, now - REACH, count, for_operators=operator
        )
    )
    if not found:
        await say(update, context, speech, speech("recent.empty"))
        return
    await reply(update, context, recent_card(found, desk.display(speech.language)))


def _count(arguments: list[str]) -> int | None:
    """How many alerts were asked for, at most MOST; None if that is no number from 1."""
    if not arguments:
        return USUAL
    try:
        wanted = int(arguments[0])  # reads Arabic digits too
    except ValueError:
        return None
    return min(wanted, MOST) if wanted >= 1 else None


async def alert(update: Update, context: Context) -> None:
    """``/alert A12``: what it was, why it was made, and what this chat got."""
    desk = desk_of(context)
    chat = await desk.chat(update)
    speech = speaks(chat, update)
    if chat is None:
        await say(update, context, speech, speech("refuse.unknown_chat"))
    elif not context.args:
        await say(update, context, speech, speech("alert.usage"))
    else:
        await reply(update, context, await _explained(desk, chat, context.args[0], speech))


async def short_id(update: Update, context: Context) -> None:
    """A bare "A12" in a private chat means /alert A12."""
    message = update.effective_message
    context.args = [message.text.strip()] if message and message.text else []
    await alert(update, context)


async def why_pressed(update: Update, context: Context) -> None:
    """The button under an alert."""
    desk, query = desk_of(context), update.callback_query
    if query is None:
        return
    chat = await desk.chat(update)
    speech = speaks(chat, update)
    if chat is None:
        await notify(query, speech("refuse.unknown_chat"))
        return
    wanted = (query.data or "").removeprefix("w:")
    if chat.kind == "channel":
        # Every reader can press, and an answer in the channel would go to all of them each time.
        await notify(query, await _in_short(desk, chat, wanted, speech), stays=True)
        return
    card = await _explained(desk, chat, wanted, speech)
    await notify(query)
    await reply(update, context, card)


async def _in_short(desk: Desk, chat: Chat, wanted: str, speech: Texts) -> str:
    """The words that made an alert, short enough for a note."""
    found = await desk.database.read(lambda db: _read(db, chat, wanted))
    if found is None:
        return speech("alert.unknown", id=clean(wanted)[:20])
    words = dict.fromkeys(clean(each.quote) for each in evidence_of(found.alert))
    return shorten(" ".join([speech("why.found"), " · ".join(filter(None, words))]), 200)


async def _explained(desk: Desk, chat: Chat, wanted: str, speech: Texts) -> Card:
    wanted = clean(wanted).strip("#.,،:")[:20]
    found = await desk.database.read(lambda db: _read(db, chat, wanted))
    if found is None:
        return text_card(speech("alert.unknown", id=wanted or "?"), speech.language)
    return explanation_card(found, desk.display(speech.language))


def _read(db: Connection, chat: Chat, wanted: str) -> AlertHistory | None:
    """The alert's history as this chat may see it; None for an alert that it may not see."""
    alert = alerts.get_by_short_id(db, wanted)
    if alert is None or (alert.audience == "operators" and chat.role != "operator"):
        return None
    detections = [
        each
        for each in entries.detections_of(db, alert.entry_id)
        if each.signal == alert.signal and each.direction == alert.direction
    ]
    return AlertHistory(
        alert,
        max(detections, key=lambda each: each.score, default=None),
        alerts.decisions_of(db, alert.id),
        [row for row in outbox.for_chat(db, chat.id) if row.alert_id == alert.id],
        second_channel.alert_sent_at(db, alert.id) if chat.role == "operator" else None,
    )
