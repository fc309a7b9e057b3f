"""/versions and /rollback, and the buttons that put a change of rules in force."""

from __future__ import annotations

import asyncio

from telegram import InlineKeyboardButton

from bot.locales.bidi import isolated
from bot.messages.cards.card import text_card
from bot.operating.rule_changes import InForce, Outdated, put_in_force
from bot.operating.rule_files import read_files
from bot.telegram import trying_rules
from bot.telegram.buttons import two_taps
from bot.telegram.incoming.documents import propose
from bot.telegram.registry import Who, button, command
from bot.telegram.request import Request
from bot.text import clean, shorten
from storage.connection import Connection
from storage.rule_files import drafts as rule_drafts
from storage.rule_files import versions as rule_versions
from storage.rule_files.drafts import RuleDraft
from storage.rule_files.versions import RuleVersion

SHOWN = 8


@command("versions", order=108, who=Who.OPERATORS_IN_PERSON, private=True, bare=True)
async def show_versions(request: Request) -> None:
    """The newest versions of the operators' rule files, each with a way back to it."""
    services, speech = request.services, request.speech
    found = await services.database.read(lambda db: rule_versions.latest(db, SHOWN))
    if not found:
        await request.say("versions.none")
        return
    now = services.clock()
    lines = [
        speech(
            "versions.line",
            id=speech.number(version.id),
            file=isolated(version.file),
            what=speech(
                "versions.removed" if version.content is None else f"versions.{version.origin}"
            ),
            who=isolated(clean(version.name)) if version.name else speech("versions.on_disk"),
            when=speech.moment(version.at, request.zone, now, "card.short_time"),
            hash=isolated(version.hash or "–"),
        )
        for version in found
    ]
    buttons = [
        InlineKeyboardButton(
            speech(
                "versions.back_to", id=speech.number(version.id), file=shorten(version.file, 40)
            ),
            callback_data=f"vb:{version.id}",
        )
        for version in found[1:]
    ]
    text = "\n".join(lines)
    card = text_card(text, speech.language, title=speech("versions.title"))
    await request.reply(card, two_taps.rows(*buttons) if buttons else None)


@command("rollback", order=109, who=Who.OPERATORS_IN_PERSON, private=True)
async def rollback(request: Request) -> None:
    """``/rollback``: undo the last change; ``/rollback 12``: the file as it was in version 12."""
    services = request.services
    if not request.arguments:
        found = await services.database.read(_undone)
        if found is None:
            await request.say("versions.none")
            return
        last, before = found
        await _go_back(request, last.file, before.content if before else None)
        return
    number = _number(request.arguments[0])
    version = await services.database.read(lambda db: rule_versions.get(db, number))
    if version is None:
        await request.say("versions.unknown", id=isolated(clean(request.arguments[0])[:20]))
        return
    if others := request.arguments[1:]:
        await request.say_unused(" ".join(others))
    await _go_back(request, version.file, version.content)


@button(r"^vb:\d{1,15}$", who=Who.OPERATORS_IN_PERSON, private=True)
async def back_to_version(request: Request) -> None:
    number = int(request.pressed[3:])
    version = await request.services.database.read(lambda db: rule_versions.get(db, number))
    await request.note()
    if version is not None:
        await _go_back(request, version.file, version.content)


def _undone(db: Connection) -> tuple[RuleVersion, RuleVersion | None] | None:
    """The newest version, and the one before it of the same file."""
    newest = rule_versions.latest(db, 1)
    return (newest[0], rule_versions.before(db, newest[0])) if newest else None


async def _go_back(request: Request, file: str, content: bytes | None) -> None:
    folder = request.desk.settings.rules_dir
    if folder is None:
        await request.say("rule_file.no_folder")
        return
    files = await asyncio.to_thread(read_files, folder)
    if files.get(file) == content:
        await request.say("rule_file.same", file=isolated(file))
        return
    await propose(request, file, content, "rollback")


def _number(word: str) -> int:
    try:
        number = int(word[:15])  # reads Arabic digits too
    except ValueError:
        return 0
    return max(number, 0)


@button(r"^rf[?]\d{1,15}$", who=Who.OPERATORS_IN_PERSON, private=True)
async def in_force_asked(request: Request) -> None:
    """The first tap."""
    speech = request.speech
    if (draft := await _open_draft(request)) is None:
        return
    await request.note()
    text = speech("trial.sure", file=isolated(draft.file))
    keyboard = two_taps.sure("rf", str(draft.id), speech("trial.put_in_force"), speech)
    await request.redraw(text_card(text, speech.language), keyboard)


@button(r"^rf-\d{1,15}$", who=Who.OPERATORS_IN_PERSON, private=True)
async def in_force_not_yet(request: Request) -> None:
    if (draft := await _open_draft(request)) is None:
        return
    await request.note()
    report = trying_rules.stored_report(draft)
    await request.redraw(*trying_rules.report_card(request.services, draft, report))


@button(r"^rf!\d{1,15}$", who=Who.OPERATORS_IN_PERSON, private=True)
async def in_force_pressed(request: Request) -> None:
    """The second tap."""
    services, speech = request.services, request.speech
    if (draft := await _open_draft(request)) is None:
        return
    await request.note(speech("trial.begun"))
    outcome = await put_in_force(
        *(request.desk, services.database, draft.id, request.asker, services.clock())
    )
    file = isolated(draft.file)
    if isinstance(outcome, InForce):
        text = speech("trial.in_force", file=file, version=speech.number(outcome.version))
    elif isinstance(outcome, Outdated):
        text = speech("trial.outdated", file=file)
        trying_rules.begin(services, request.desk, request.context.bot, draft.id)
    elif outcome.reason:
        reason = isolated(shorten(clean(outcome.reason), 500))
        text = speech("trial.not_in_force", file=file, reason=reason)
    else:
        text = speech("trial.closed")
    await request.redraw(text_card(text, speech.language), None)


@button(r"^rd:\d{1,15}$", who=Who.OPERATORS_IN_PERSON, private=True)
async def change_dropped(request: Request) -> None:
    """Nothing is lost: the file can be sent again."""
    services, speech = request.services, request.speech
    if (draft := await _open_draft(request)) is None:
        return

    def write(db: Connection) -> None:
        if rule_drafts.move(db, draft.id, "dropped", among=("ready",)):
            request.note_act(db, "rules-dropped", draft.file)

    await services.database.write(write)
    await request.note()
    text = speech("trial.dropped", file=isolated(draft.file))
    await request.redraw(text_card(text, speech.language), None)


async def _open_draft(request: Request) -> RuleDraft | None:
    """The change that a button is of, while it can be put in force; else a word on why not."""
    number = int(request.pressed[3:])
    draft = await request.services.database.read(lambda db: rule_drafts.get(db, number))
    if draft is None or draft.state != "ready":
        await request.note(request.speech("trial.closed"), stays=True)
        return None
    return draft
