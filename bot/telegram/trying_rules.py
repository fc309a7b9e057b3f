"""A change of rules on its way: tried while one message says how far it is, then shown with the
buttons that put it in force."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.locales import texts
from bot.locales.bidi import isolated
from bot.messages.blocks import Card
from bot.messages.cards.card import text_card
from bot.operating.trial_report import TrialReport, read_report, report_json
from bot.operating.trial_text import trial_text
from bot.operating.trials import Progress
from bot.telegram.buttons import two_taps
from bot.telegram.request import NO_PREVIEW
from bot.telegram.services import App, Services, services_in
from bot.text import clean
from storage.rule_files import drafts as rule_drafts
from storage.rule_files.drafts import RuleDraft

if TYPE_CHECKING:
    from bot.operating.desk import Desk

log = logging.getLogger(__name__)

# Telegram lets a message be edited about once in three seconds for long.
EDIT_EVERY = 3.0


async def resume(application: App) -> None:
    """Begin the trials anew that a stop cut off."""
    services = services_in(application)
    if services.desk is None or services.desk.settings.rules_dir is None:
        return
    for draft in await services.database.read(rule_drafts.waiting):
        begin(services, services.desk, application.bot, draft.id)


def begin(services: Services, desk: Desk, bot: Bot, draft_id: int) -> None:
    desk.trials.begin(_try(services, desk, bot, draft_id))


async def _try(services: Services, desk: Desk, bot: Bot, draft_id: int) -> None:
    draft = await services.database.read(lambda db: rule_drafts.get(db, draft_id))
    if draft is None or draft.state != "waiting":
        return
    shown, say = time.monotonic(), texts(draft.language)

    async def progress(now: Progress) -> None:
        nonlocal shown
        if time.monotonic() - shown < EDIT_EVERY:
            return
        shown = time.monotonic()
        done, of = say.number(now.done), say.number(now.of)
        text = say(f"trial.{now.phase}", file=isolated(draft.file), done=done, of=of)
        await _show(bot, draft, text_card(text, draft.language), None)

    in_force = desk.rules().hash
    trial = await desk.trials.run(draft.file, draft.content, in_force, progress)
    state, report = ("ready" if trial.report.is_sound else "refused"), report_json(trial.report)
    kept = await services.database.write(
        lambda db: rule_drafts.tried(
            *(db, draft_id, "ready" if state == "ready" else "refused", report),
            *(trial.base_hash, in_force),
        )
    )
    if kept:
        await _show(bot, draft, *report_card(services, draft, trial.report))


def report_card(
    services: Services, draft: RuleDraft, report: TrialReport
) -> tuple[Card, InlineKeyboardMarkup | None]:
    """What the trial found; with buttons when the change can be put in force."""
    say = texts(draft.language)
    text = trial_text(report, draft.file, services.rules().signals, say)
    if draft.content is None:
        text = f"{say('trial.takes_away', file=isolated(clean(draft.file)))}\n\n{text}"
    keyboard = None
    if report.is_sound:
        keyboard = two_taps.rows(
            two_taps.asking("rf", str(draft.id), say("trial.put_in_force")),
            InlineKeyboardButton(say("trial.drop"), callback_data=f"rd:{draft.id}"),
        )
    return text_card(text, draft.language), keyboard


def stored_report(draft: RuleDraft) -> TrialReport:
    """What the trial found; of a report that cannot be read any more, that it broke off."""
    try:
        return read_report(draft.report_json or "")
    except ValueError:
        return TrialReport(failure="died")


async def _show(
    bot: Bot, draft: RuleDraft, card: Card, keyboard: InlineKeyboardMarkup | None
) -> None:
    """In the message that the change has; in another one when that is gone."""
    try:
        if draft.message_id is not None:
            try:
                await bot.edit_message_text(
                    *(card.html, draft.chat_id, draft.message_id),
                    parse_mode=ParseMode.HTML,
                    reply_markup=keyboard,
                    link_preview_options=NO_PREVIEW,
                )
                return
            except BadRequest as error:
                if "not modified" in error.message.lower():
                    return
        if keyboard is not None or draft.message_id is None:
            await bot.send_message(
                *(draft.chat_id, card.html),
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
                link_preview_options=NO_PREVIEW,
            )
    except TelegramError as error:
        log.warning("the trial of %s could not be shown: %s", draft.file, error.message)
