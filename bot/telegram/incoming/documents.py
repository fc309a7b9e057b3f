"""Documents that are sent to the bot in private: rule files and lists of feeds, from operators."""

from __future__ import annotations

import asyncio

from telegram import Document
from telegram.error import TelegramError

from bot.feeds.opml import MAX_OPML_BYTES
from bot.locales.bidi import isolated
from bot.messages.cards.card import text_card
from bot.operating.rule_files import NotTaken, is_plain_name, place_of, read_files, taken
from bot.telegram import trying_rules
from bot.telegram.commands.operators.feeds import opml_received
from bot.telegram.request import Request
from bot.telegram.services import chat_of
from bot.text import clean, shorten
from rules.loading.rule_folders import is_rule_file
from rules.loading.yamlfile import MAX_BYTES
from storage.connection import Connection
from storage.rule_files import drafts as rule_drafts


async def received(request: Request) -> None:
    message = request.update.effective_message
    document = message.document if message else None
    if document is None or request.role != "operator" or request.services.desk is None:
        await request.say("asked.only_text")
        return
    name = document.file_name or ""
    if name.lower().endswith((".opml", ".xml")):
        if (content := await _content(request, document, MAX_OPML_BYTES)) is not None:
            await opml_received(request, content)
    elif not is_plain_name(name):
        await request.say("rule_file.name")
    elif not is_rule_file(name):
        await request.say("rule_file.ending")
    elif request.desk.settings.rules_dir is None:
        await request.say("rule_file.no_folder")
    elif (content := await _content(request, document, MAX_BYTES)) is not None:
        await _rules_received(request, name, content)


async def _content(request: Request, document: Document, most: int) -> bytes | None:
    """The bytes, or a word of why not: nothing larger than `most` is fetched."""
    if document.file_size is not None and document.file_size > most:
        await _say_too_large(request, document.file_size, most)
        return None
    try:
        file = await document.get_file()
        if file.file_size is not None and file.file_size > most:
            await _say_too_large(request, file.file_size, most)
            return None
        content = bytes(await file.download_as_bytearray())
    except TelegramError as error:
        reason = isolated(shorten(clean(error.message), 200))
        await request.say("rule_file.not_fetched", reason=reason)
        return None
    if len(content) > most:
        await _say_too_large(request, len(content), most)
        return None
    return content


async def _say_too_large(request: Request, size: int, most: int) -> None:
    kb, limit = (request.speech.number(n // 1_000) for n in (size, most))
    await request.say("rule_file.too_large_named", kb=kb, most=limit)


async def _rules_received(request: Request, name: str, content: bytes) -> None:
    folder, speech = request.desk.settings.rules_dir, request.speech
    assert folder is not None  # noqa: S101 - asked by the caller
    try:
        plain = taken(name, content)
        files = await asyncio.to_thread(read_files, folder)
        file = await asyncio.to_thread(place_of, files, name, plain)
    except NotTaken as refused:
        text = speech(refused.key)
        if refused.problem is not None:
            text = f"{text}\n{isolated(clean(refused.problem.in_language(speech.language)))}"
        await request.reply(text_card(text, speech.language))
        return
    if files.get(file) == plain:
        await request.say("rule_file.same", file=isolated(file))
        return
    await propose(request, file, plain, "sent")


async def propose(
    request: Request, file: str, content: bytes | None, origin: rule_drafts.Cause
) -> None:
    """Let a change be tried, with one message that says how far it is."""
    services, speech = request.services, request.speech
    begun = speech("trial.checking", file=isolated(file), done="", of="")
    message = await request.reply(text_card(begun, speech.language))
    person_id, name = request.asker

    def write(db: Connection) -> int:
        draft_id = rule_drafts.add(
            *(db, file, content, origin),
            person_id=person_id,
            name=name,
            chat_id=chat_of(request.update).id,
            message_id=message.message_id,
            language=speech.language,
            at=services.clock(),
        )
        request.note_act(db, "rules-sent", file)
        return draft_id

    draft_id = await services.database.write(write)
    trying_rules.begin(services, request.desk, request.context.bot, draft_id)
