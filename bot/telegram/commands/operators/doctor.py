"""/doctor and /backup: is all in order, and a copy of everything."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from telegram.error import TelegramError

from bot.locales.bidi import isolated
from bot.messages.cards.card import text_card
from bot.operating.doctor.finding import State
from bot.telegram.registry import Who, command
from bot.telegram.request import Request
from bot.telegram.services import chat_of
from bot.text import clean, shorten
from storage.file.backup import copy_to

SIGNS = {State.OK: "✅", State.LOOK: "🟡", State.BAD: "🔴"}
# https://core.telegram.org/bots/api#senddocument
MOST_BYTES = 50_000_000
FOUND = 500


@command("doctor", order=130, who=Who.OPERATORS_IN_PERSON, private=True, bare=True)
async def show_findings(request: Request) -> None:
    """What `marsad doctor` says, of the service that runs."""
    await request.say("doctor.begun")
    # To ask Telegram and to look through a large file takes longer than other questions should
    # wait.
    work = _examined(request)
    request.context.application.create_task(work, update=request.update, name="doctor")


async def _examined(request: Request) -> None:
    # What few starts ever need is not read by each of them.
    from bot.operating.doctor.examine import Running, examine

    services, speech, desk = request.services, request.speech, request.desk
    running = Running(services.database, services.rules(), desk.rules.refused)
    findings = await examine(desk.settings, services.clock, say=speech, running=running)
    blocks, colon = [], speech("card.colon")
    for finding in findings:
        what = speech(f"doctor.what.{finding.what}")
        lines = [f"{SIGNS[finding.state]} {what}{colon}{shorten(clean(finding.found), FOUND)}"]
        if finding.advice:
            lines.append(f"→ {isolated(shorten(clean(finding.advice), FOUND))}")
        blocks.append("\n".join(lines))
    if all(finding.state is State.OK for finding in findings):
        blocks.append(speech("doctor.well"))
    await request.reply(text_card("\n".join(blocks), speech.language, title=speech("doctor.title")))


@command("backup", order=132, who=Who.OPERATORS_IN_PERSON, private=True, bare=True)
async def send_backup(request: Request) -> None:
    """A whole copy of the database, as a document; where that is too large, how to get one."""
    if request.services.database.on_server:
        await request.say("backup.on_server")
        return
    await request.services.database.write(lambda db: request.note_act(db, "backup"))
    await request.say("backup.begun")
    # Copying and sending take longer than other questions should wait.
    work = _copied_and_sent(request)
    request.context.application.create_task(work, update=request.update, name="backup")


async def _copied_and_sent(request: Request) -> None:
    services, speech = request.services, request.speech
    now = services.clock()
    with tempfile.TemporaryDirectory(prefix="marsad-backup-") as folder:
        copy = Path(folder) / f"marsad-{now:%Y-%m-%d-%H%M}.sqlite"
        await asyncio.to_thread(copy_to, services.database.path, copy)
        size = copy.stat().st_size
        if size > MOST_BYTES:
            mb, most = (speech.number(round(n / 1e6)) for n in (size, MOST_BYTES))
            await request.say("backup.too_large", mb=mb, most=most)
            return
        try:
            await request.context.bot.send_document(
                *(chat_of(request.update).id, copy),
                caption=speech("backup.caption"),
                write_timeout=120,
                read_timeout=60,
                protect_content=True,
            )
        except TelegramError as error:
            await request.say("backup.failed", reason=isolated(clean(error.message)))
