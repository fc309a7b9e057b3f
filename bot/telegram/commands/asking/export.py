"""/export: alerts as XLSX and CSV, for analysts and operators."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from telegram.constants import ChatAction

from bot.asking.answer import names_of, wanted_of
from bot.asking.question import Stretch
from bot.exports.files import csv_file, xlsx
from bot.exports.table import MOST_ROWS, table_of
from bot.messages.answers.asked import understood
from bot.messages.answers.charts import caption
from bot.messages.cards.card import text_card
from bot.telegram.commands.asking.ask import read
from bot.telegram.files import beside, send_file
from bot.telegram.registry import Who, command
from bot.telegram.request import Request
from storage import finding
from storage.alerts import Alert
from storage.file.database import Connection

USUAL = timedelta(days=7)


@command("export", order=48, who=Who.ANALYSTS)
async def export(request: Request) -> None:
    """``/export 30d Aleppo siege``: a row for each alert, in two files."""
    services, speech = request.services, request.speech
    question = await read(request, " ".join(request.arguments))
    question = replace(question, stretch=question.stretch or Stretch(USUAL), perhaps=())
    now, zone = services.clock(), request.zone
    # What an export holds may be passed on: rules on test are no part of it.
    wanted = await asyncio.to_thread(
        wanted_of, question, now, zone, chat=request.chat, others=services.others
    )
    wanted = replace(wanted, for_operators=False)

    def look(db: Connection) -> tuple[list[Alert], dict[int, list[str]]]:
        found = finding.find(db, wanted, MOST_ROWS + 1)
        return found, finding.links_of(db, [each.id for each in found])

    found, links = await services.database.read(look)
    names = names_of(question, await asyncio.to_thread(services.gazetteer))
    signals = services.rules().signals
    head = understood(question, signals, speech, names)
    if not found:
        text = f"{head}\n{speech('asked.nothing')}"
        await request.reply(text_card(text, speech.language))
        return
    lines = [f"📄 {head}", speech.plural("export.rows", min(len(found), MOST_ROWS))]
    if len(found) > MOST_ROWS:
        lines.append(speech("export.cut", most=speech.number(MOST_ROWS)))
    lines.append(speech("export.licence"))

    async def make() -> None:
        table = await asyncio.to_thread(table_of, found, links, signals, speech)
        book = await asyncio.to_thread(xlsx, table)
        name = f"marsad-{now:%Y-%m-%d}"
        await send_file(request, book, f"{name}.xlsx", caption(lines, speech.language))
        await send_file(request, await asyncio.to_thread(csv_file, table), f"{name}.csv")

    await beside(request, make, ChatAction.UPLOAD_DOCUMENT)
