"""/recent and questions in plain words: alerts by time, place, signal, level, direction, words."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.asking.answer import Answer, answer, guesses, large_places, names_of, wanted_of
from bot.asking.asked import Asked, Reading, settled
from bot.asking.courtesies import Courtesy, courtesy_of
from bot.asking.question import Question
from bot.messages.answers.asked import (
    PlaceNames,
    answer_card,
    guess_label,
    near_label,
    none_has,
    which_country,
)
from bot.messages.blocks import Card
from bot.messages.cards.card import text_card
from bot.telegram.buttons.paging import turns
from bot.telegram.commands.asking.status import status_of_place
from bot.telegram.registry import button, command
from bot.telegram.request import Request
from bot.telegram.services import Services
from storage.connection import Connection
from storage.finding import Cursor, Wanted
from storage.readers import questions

PAGE = r"^ask:"
# The question; then where the page begins: behind an alert, or (with ^) up to before one.
_PAGE = re.compile(r"ask:(\d{1,15})(?::(\^?)([0-9a-f]{1,14})-([0-9a-f]{1,14}))?\Z")
MOST_WORDS = 8
"""Words that are searched for where nothing else was understood; more are a text."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@command("recent", order=40)
async def recent(request: Request) -> None:
    """``/recent``: the latest alerts of what the chat chose; ``/recent 3d Aleppo siege critical``,
    in any order and any of three languages: alerts like that."""
    await _latest(request, await read(request, " ".join(request.arguments)))


async def _latest(request: Request, question: Question) -> None:
    chat = request.chat
    if question == Question() and not chat.chosen and chat.role != "operator":
        await request.say("recent.no_signals")
        return
    await _answer(request, question, empty="recent.empty" if question == Question() else "")


async def free_text(request: Request) -> None:
    """What somebody writes in a private chat is a question."""
    message = request.update.effective_message
    text = (message.text or message.caption or "") if message else ""
    text = without_our_name(text, request.context.bot.username)
    if (courtesy := courtesy_of(text)) is not None:
        await _answer_politely(request, courtesy)
        return
    question = await read(request, text)
    if len(question.words) > MOST_WORDS:
        # A text that was forwarded, or told at length, is no search for all of its words.
        gazetteer = await asyncio.to_thread(request.services.gazetteer)
        meant = large_places(question, gazetteer)
        question = replace(question, words=(), places=meant, no_times=())
        if question.stretch is not None and question.stretch.of_hours:
            question = replace(question, stretch=None)  # an hour that is told of, not asked for
        if not question.names_something:
            await request.say("asked.long")
            return
    if question == Question():
        which = which_country(question, request.speech) or [request.speech("asked.hello")]
        await request.reply(text_card("\n".join(which), request.speech.language))
        return
    if (place := question.whose_state) is not None:
        card = await status_of_place(request, place)
        if card is not None:
            await request.reply(card)
            return
    only_words = question == Question(words=question.words) and not question.no_times
    # «مرحبا» is no question, as long as the news does not have it.
    await _answer(request, question, empty="asked.hello" if only_words else "")


def without_our_name(text: str, username: str) -> str:
    """A question without who is asked: "@marsad_bot siege"."""
    return re.sub(rf"@{re.escape(username)}\b[\s,:،]*", "", text, flags=re.IGNORECASE).strip()


async def _answer_politely(request: Request, courtesy: Courtesy) -> None:
    """A word in return, and what can be asked."""
    speech = request.speech
    if courtesy == "latest":
        await _latest(request, Question())
        return
    lines = [speech(f"courtesy.{courtesy}")]
    if courtesy in ("greeting", "about"):
        lines.append(speech("asked.hello"))
    elif courtesy not in ("goodbye", "settings"):
        lines.append(speech("asked.how"))
    await request.reply(text_card("\n\n".join(lines), speech.language))


async def is_about_news(request: Request, text: str) -> bool:
    """Whether a text names a signal («حصار» is a town too) or is a courtesy."""
    if courtesy_of(text) is not None:
        return True
    question = await read(request, text)
    # What shuts a place out may be an answer to where: "all but Syria".
    return bool(question.signals or question.stretch or question.levels or question.directions)


@button(PAGE)
async def page_pressed(request: Request) -> None:
    """Another page, a wider question, or what was perhaps meant."""
    found = _PAGE.match(request.pressed)
    question_id, chat_id = int(found[1]) if found else 0, request.chat.id
    kept = await request.services.database.read(lambda db: questions.get(db, question_id, chat_id))
    if found is None or kept is None:
        await request.note(request.speech("asked.gone"), stays=True)
        return
    edge = (
        Cursor(_EPOCH + int(found[3], 16) * _MICROSECOND, int(found[4], 16)) if found[3] else None
    )
    after, above = (None, edge) if found[2] else (edge, None)
    await request.note()
    asked = Question.from_json(kept)
    await request.redraw(*await answered(request, asked, after=after, above=above))


async def read(request: Request, text: str) -> Question:
    """The question that a text asks; off the loop, for the first one loads the gazetteer."""
    services = request.services
    now = services.clock().astimezone(request.zone)
    return await asyncio.to_thread(reading_of(services).question, text, now)


def reading_of(services: Services) -> Reading:
    """What questions are read by."""
    return Reading(services.rules().signals, services.gazetteer)


async def settled_for(
    request: Request, question: Question, wanted: Callable[[Question], Wanted] | None = None
) -> Asked:
    """The question as it is answered in this chat; `wanted` as storage has it."""
    services = request.services
    usual = partial(
        wanted_of,
        now=services.clock(),
        zone=request.zone,
        chat=request.chat,
        others=services.others,
    )
    return await settled(question, wanted or usual, reading_of(services), services.database)


async def _answer(request: Request, question: Question, *, empty: str) -> None:
    """Answer a question; with nothing found and nothing near, `empty` says so where it is given."""
    found = await _find(request, question)
    if empty and not (found.alerts or found.near or found.question.perhaps):
        speech, said = request.speech, none_has(question.words, request.speech)
        text = f"{said}\n\n{speech(empty)}" if said else speech(empty)
        await request.reply(text_card(text, speech.language))
        return
    await request.reply(*await _shown(request, found))


async def answered(
    request: Request,
    question: Question,
    *,
    after: Cursor | None = None,
    above: Cursor | None = None,
) -> tuple[Card, InlineKeyboardMarkup | None]:
    """The message that answers a question: the page behind the one cursor, or before the other."""
    return await _shown(request, await _find(request, question, after, above))


async def _find(
    request: Request,
    question: Question,
    after: Cursor | None = None,
    above: Cursor | None = None,
) -> Answer:
    services, chat, now = request.services, request.chat, request.services.clock()
    gazetteer = await asyncio.to_thread(services.gazetteer)

    asked = await settled_for(request, question)
    found = await services.database.read(
        lambda db: answer(
            *(db, asked.question, chat, now, services.zone(chat)),
            gazetteer=gazetteer,
            after=after,
            above=above,
            others=services.others,
        )
    )
    return replace(found, left_out=asked.left_out)


async def _shown(request: Request, found: Answer) -> tuple[Card, InlineKeyboardMarkup | None]:
    services, speech = request.services, request.speech
    display = services.display(speech.language, request.chat)
    gazetteer = await asyncio.to_thread(services.gazetteer)
    unanswered = not found.alerts or bool(found.left_out)
    guessed = list(guesses(found.question)) if found.first and unanswered else []
    asked = [*(each for _, each in guessed), *(each.question for each in found.near)]
    names: PlaceNames = {
        place: called
        for each in (found.question, *asked)
        for place, called in names_of(each, gazetteer).items()
    }
    card = answer_card(found, display, names)
    own = found.question
    labels = [
        *(guess_label(each, own, display, names) for _, each in guessed),
        *(near_label(each.question, each.alerts, own, display, names) for each in found.near),
    ]
    if not asked and found.more is None and found.first:
        return card, None
    ids = await _kept(request, [own, *asked])
    rows = [
        [InlineKeyboardButton(label, callback_data=f"ask:{question_id}")]
        for label, question_id in zip(labels, ids[1:], strict=True)
    ]
    first_page = f"ask:{ids[0]}"
    pages = turns(
        speech,
        newest="" if found.first else first_page,
        back=f"{first_page}:^{_packed(found.newer)}" if found.newer else "",
        on=f"{first_page}:{_packed(found.more)}" if found.more else "",
    )
    return card, InlineKeyboardMarkup([*rows, *(pages.inline_keyboard if pages else ())])


async def _kept(request: Request, asked: Sequence[Question]) -> list[int]:
    """The ids under which questions are kept, for the buttons that ask them."""
    chat_id, now = request.chat.id, request.services.clock()

    def write(db: Connection) -> list[int]:
        put = partial(questions.put, db, chat_id, at=now)
        return [put(question_json=replace(each, perhaps=()).as_json()) for each in asked]

    return await request.services.database.write(write)


def _packed(cursor: Cursor) -> str:
    return f"{(cursor.at - _EPOCH) // _MICROSECOND:x}-{cursor.alert_id:x}"
