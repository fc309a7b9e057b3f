"""/export: alerts as files for other programs, for analysts and operators."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from telegram.constants import ChatAction

from bot.asking.answer import names_of, wanted_of
from bot.asking.question import Question, Stretch
from bot.locales.bidi import isolated
from bot.messages.answers.asked import left_out, nothing, understood
from bot.messages.answers.charts import caption
from bot.messages.cards.card import text_card
from bot.notices.feeds import publishers_of
from bot.telegram.commands.asking.ask import read, settled_for
from bot.telegram.files import beside, send_file
from bot.telegram.registry import Who, command
from bot.telegram.request import Request
from bot.text import clean
from storage import finding
from storage.connection import Connection
from storage.finding import Wanted

if TYPE_CHECKING:
    from bot.exports.edition import Edition
    from bot.exports.record import Record
    from bot.exports.writing import Format
    from storage.items import AlertItem

USUAL = timedelta(days=7)
MOST_ROWS = 2_000
USUAL_FORMATS = ("xlsx", "csv")
ALSO_CALLED = {
    **dict.fromkeys(("excel", "xls", "إكسل", "اكسل", "إكسيل", "اكسيل"), "xlsx"),
    **dict.fromkeys(("json", "jsonlines", "ndjson"), "jsonl"),
    "rss": "atom",
}
OTHER_FORMATS = frozenset("pdf doc docx word kml kmz shp gpx html txt xml zip ods".split())


@command("export", order=48, who=Who.ANALYSTS)
async def export(request: Request) -> None:
    """``/export 30d Aleppo siege geojson``: each alert in a file of each format that is named."""
    # What few starts ever need is not read by each of them.
    from bot.exports.edition import Edition
    from bot.exports.naming import Naming
    from storage import items

    services, speech = request.services, request.speech
    chosen, words = formats_of(request.arguments)
    if other := next((each for each in words if each.lower().strip(".,،") in OTHER_FORMATS), ""):
        from bot.exports.writing import formats

        known = isolated(", ".join(formats()))
        await request.say("export.no_format", format=isolated(clean(other)), formats=known)
        return
    question = await read(request, " ".join(words))
    question = replace(question, stretch=question.stretch or Stretch(USUAL), perhaps=())
    now, zone = services.clock(), request.zone

    def wanted(question: Question) -> Wanted:
        found = wanted_of(question, now, zone, chat=request.chat, others=services.others)
        # What an export holds may be passed on: rules on test are no part of it.
        return replace(found, for_operators=False)

    asked = await settled_for(request, question, wanted)
    question = asked.question

    def look(db: Connection) -> list[AlertItem]:
        found = finding.cursors(db, asked.wanted, MOST_ROWS + 1)
        return items.alert_items(db, [each.alert_id for each in found])

    found = await services.database.read(look)
    gazetteer = await asyncio.to_thread(services.gazetteer)
    names = names_of(question, gazetteer)
    signals = services.rules().signals
    head = understood(question, signals, speech, names)
    said = left_out(asked.left_out, speech)
    if not found:
        text = "\n".join([head, *nothing(question, signals, speech, names)])
        await request.reply(text_card(text, speech.language))
        return
    lines = [
        f"📄 {head}",
        *([said] if said else []),
        speech.plural("export.rows", min(len(found), MOST_ROWS)),
    ]
    if len(found) > MOST_ROWS:
        lines.append(speech("export.cut", most=speech.number(MOST_ROWS)))
    lines.append(speech("export.licence"))
    publishers = publishers_of(services.catalogue())
    edition = Edition(
        Naming(speech, signals, gazetteer, publishers),
        now,
        services.export_sender,
        public=services.export_public,
    )

    def file(form: Format) -> bytes:
        return written(form, [edition.naming.record(each) for each in found[:MOST_ROWS]], edition)

    async def make() -> None:
        said = caption(lines, speech.language)
        for form in chosen:
            content = await asyncio.to_thread(file, form)
            await send_file(request, content, f"marsad-{now:%Y-%m-%d}.{form.suffix}", said)
            said = ""

    await beside(request, make, ChatAction.UPLOAD_DOCUMENT)


def formats_of(words: Sequence[str]) -> tuple[list[Format], list[str]]:
    """The formats that are named among the words, the usual ones for none; and the other words."""
    from bot.exports.writing import formats

    known = formats()
    read = [(each, each.lower().strip(".,،;؛")) for each in words]
    read = [(each, ALSO_CALLED.get(name, name)) for each, name in read]
    chosen = dict.fromkeys(name for _, name in read if name in known)
    return [known[each] for each in chosen or USUAL_FORMATS], [
        each for each, name in read if name not in known
    ]


def written(form: Format, records: Sequence[Record], edition: Edition) -> bytes:
    """The file, whole."""
    out = io.BytesIO()
    writer = form.make(out, edition)
    writer.write(records)
    writer.close()
    return out.getvalue()
