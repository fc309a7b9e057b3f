"""/search: entries by the words that stand in them, newest first."""

from __future__ import annotations

import re

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.asking.words import Search, search_of
from bot.messages.answers.searched import search_card
from bot.messages.blocks import Card
from bot.telegram.registry import button, command
from bot.telegram.request import Request
from storage.file.database import Connection
from storage.news import search
from storage.news.search import NEWEST, Hit
from storage.readers import questions

PAGE = r"^find:"
ON_A_PAGE = 6
LONGEST = 300
"""Characters of what is searched for."""
BEHIND = 1_000
"""So many entries that cannot be found yet are worth a word."""
_PAGE = re.compile(r"find:(\d{1,15})(?::([0-9a-f]{1,14}))?\Z")


@command("search", order=42)
async def find(request: Request) -> None:
    """``/search cholera "clean water" -sport``: entries with these words."""
    text = " ".join(request.arguments)[:LONGEST]
    wanted = search_of(text)
    if not wanted.match:
        await request.say("search.usage")
        return
    await request.reply(*await _page(request, text, wanted, NEWEST))


@button(PAGE)
async def page_pressed(request: Request) -> None:
    found = _PAGE.match(request.pressed)
    question_id, chat_id = int(found[1]) if found else 0, request.chat.id
    kept = await request.services.database.read(lambda db: questions.get(db, question_id, chat_id))
    text = questions.words_in(kept)
    if found is None or text is None or not (wanted := search_of(text)).match:
        await request.note(request.speech("asked.gone"), stays=True)
        return
    await request.note()
    before = int(found[2], 16) if found[2] else NEWEST
    await request.redraw(*await _page(request, text, wanted, before))


async def _page(
    request: Request, text: str, wanted: Search, before: int
) -> tuple[Card, InlineKeyboardMarkup | None]:
    services, speech, chat = request.services, request.speech, request.chat

    def read(db: Connection) -> tuple[list[Hit], bool]:
        hits = search.find(
            *(db, wanted.match, ON_A_PAGE + 1),
            before=before,
            for_operators=chat.role == "operator",
        )
        return hits, search.is_behind(db, BEHIND)

    hits, behind = await services.database.read(read)
    page = hits[:ON_A_PAGE]
    card = search_card(wanted, page, services.display(speech.language, request.chat), behind=behind)
    turns = []
    if before < NEWEST or len(hits) > ON_A_PAGE:
        now = services.clock()
        question_id = await services.database.write(
            lambda db: questions.put(db, chat.id, questions.of_words(text), now)
        )
        if before < NEWEST:
            data = f"find:{question_id}"
            newest = InlineKeyboardButton(speech("asked.newest"), callback_data=data)
            turns.append(newest)
        if len(hits) > ON_A_PAGE:
            data = f"find:{question_id}:{page[-1].entry_id:x}"
            turns.append(InlineKeyboardButton(speech("asked.older"), callback_data=data))
    return card, InlineKeyboardMarkup([turns]) if turns else None
