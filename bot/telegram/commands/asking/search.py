"""/search: entries by the words that stand in them, newest first."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from telegram import InlineKeyboardMarkup

from bot.asking.words import Search, search_of
from bot.messages.answers.searched import search_card
from bot.messages.blocks import Card
from bot.telegram.buttons.paging import turns
from bot.telegram.registry import button, command
from bot.telegram.request import Request
from storage.connection import Connection
from storage.news import search
from storage.news.search import NEWEST, Hit
from storage.readers import questions

PAGE = r"^find:"
ON_A_PAGE = 6
LONGEST = 300
"""Characters of what is searched for."""
BEHIND = 1_000
"""So many entries that cannot be found yet are worth a word."""
# The question; then where the page begins: behind an entry, or (with ^) up to before one.
_PAGE = re.compile(r"find:(\d{1,15})(?::(\^?)([0-9a-f]{1,14}))?\Z")


@dataclass(frozen=True, slots=True)
class _From:
    """Where a page begins: below an entry, older ones; or above one, newer ones (`newer`)."""

    entry_id: int = NEWEST
    newer: bool = False


@command("search", order=42)
async def find(request: Request) -> None:
    """``/search cholera "clean water" -sport``: entries with these words."""
    text = " ".join(request.arguments)[:LONGEST]
    wanted = await _wanted(request, text)
    if not wanted.match:
        await request.say("search.usage")
        return
    await request.reply(*await _page(request, text, wanted, _From()))


@button(PAGE)
async def page_pressed(request: Request) -> None:
    found = _PAGE.match(request.pressed)
    question_id, chat_id = int(found[1]) if found else 0, request.chat.id
    kept = await request.services.database.read(lambda db: questions.get(db, question_id, chat_id))
    text = questions.words_in(kept)
    wanted = await _wanted(request, text or "")
    if found is None or text is None or not wanted.match:
        await request.note(request.speech("asked.gone"), stays=True)
        return
    await request.note()
    begins = _From(int(found[3], 16), bool(found[2])) if found[3] else _From()
    await request.redraw(*await _page(request, text, wanted, begins))


async def _wanted(request: Request, text: str) -> Search:
    return await asyncio.to_thread(search_of, text, request.services.others)


async def _page(
    request: Request, text: str, wanted: Search, begins: _From
) -> tuple[Card, InlineKeyboardMarkup | None]:
    services, speech, chat = request.services, request.speech, request.chat
    operator = chat.role == "operator"

    def look(db: Connection, where: _From, limit: int) -> list[Hit]:
        values = (db, wanted.match, limit)
        if where.newer:
            return search.find_newer(*values, after=where.entry_id, for_operators=operator)
        return search.find(*values, before=where.entry_id, for_operators=operator)

    def read(db: Connection) -> tuple[list[Hit], bool, bool, bool]:
        where = begins
        hits = look(db, where, ON_A_PAGE + 1)
        if where.newer and len(hits) <= ON_A_PAGE:  # the newest page is always a full one
            where = _From()
            hits = look(db, where, ON_A_PAGE + 1)
        if where.newer:
            page, newer, older = hits[-ON_A_PAGE:], len(hits) > ON_A_PAGE, True
        else:
            page, newer, older = hits[:ON_A_PAGE], where != _From(), len(hits) > ON_A_PAGE
        return page, newer, older, search.is_behind(db, BEHIND)

    page, newer, older, behind = await services.database.read(read)
    card = search_card(wanted, page, services.display(speech.language, request.chat), behind=behind)
    if not newer and not older:
        return card, None
    now = services.clock()
    question_id = await services.database.write(
        lambda db: questions.put(db, chat.id, questions.of_words(text), now)
    )
    asked = f"find:{question_id}"
    back = f"{asked}:^{page[0].entry_id:x}" if page and newer else ""
    on = f"{asked}:{page[-1].entry_id:x}" if page and older else ""
    return card, turns(speech, newest=asked if newer else "", back=back, on=on)
