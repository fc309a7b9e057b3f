"""/review: an alert that was false, the words that fired, and the smallest changes that would have
kept it back; each is tried before it can be put in force, like a file that is sent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.locales import Texts
from bot.locales.bidi import isolated
from bot.messages.answers.rules import fired_words
from bot.messages.blocks import Card
from bot.messages.cards.card import text_card
from bot.messages.cards.display import signal_title
from bot.operating.review import OwnRule, Proposal, applied, proposals
from bot.operating.rule_files import override_of, read_files
from bot.telegram.buttons import two_taps
from bot.telegram.incoming.documents import propose
from bot.telegram.registry import Who, button, command
from bot.telegram.request import Request
from bot.telegram.typed.alert_ids import ids_of
from bot.text import clean, shorten
from rules import Detection
from storage import alerts
from storage.alerts import Alert
from storage.connection import Connection
from storage.news import entries
from storage.news.entries import Entry
from storage.readers import feedback

SHOWN, MARKS, REACH = 8, 50, timedelta(days=30)
_LABEL, _TITLE = 50, 200


@dataclass(frozen=True, slots=True)
class Reviewed:
    """An alert with what its entry says to the rules in force, and what could be changed."""

    alert: Alert
    detections: tuple[Detection, ...]
    proposals: tuple[Proposal, ...]


@command("review", order=107, who=Who.OPERATORS_IN_PERSON, private=True)
async def review(request: Request) -> None:
    """``/review A12 A14``: those alerts; in answer to a card that one; alone: those marked false
    and the latest, to choose from."""
    ids, others = ids_of(request.arguments)
    said = ids or ([] if others else [each for each in [request.answered_alert] if each])
    if not said and not others:
        await request.reply(*await _latest(request))
        return
    for each in [*said, *others[: 0 if said else 1]]:
        wanted = clean(each)[:20]
        found = await _reviewed(request, wanted)
        if found is None:
            await request.say("alert.unknown", id=isolated(wanted or "?"))
        else:
            await request.reply(*_shown(request, found))
    if said and others:
        await request.say_unused(" ".join(others))


@button(r"^rv:A\d{1,12}$", who=Who.OPERATORS_IN_PERSON, private=True)
async def review_opened(request: Request) -> None:
    found = await _reviewed(request, request.pressed[3:])
    await request.note()
    if found is not None:
        await request.redraw(*_shown(request, found))


@button(r"^rp:A\d{1,12}:\d{1,2}$", who=Who.OPERATORS_IN_PERSON, private=True)
async def change_proposed(request: Request) -> None:
    """One of the changes: it is tried now, and can then be put in force by two taps."""
    speech = request.speech
    _, short_id, number = request.pressed.split(":")
    found = await _reviewed(request, short_id)
    folder = request.desk.settings.rules_dir
    await request.note()
    if found is None or int(number) >= len(found.proposals):
        await request.say("review.changed")
        return
    if folder is None:
        await request.say("rule_file.no_folder")
        return
    proposal = found.proposals[int(number)]
    files = await asyncio.to_thread(read_files, folder)
    file = override_of(files, proposal.signal)
    try:
        content = applied(files, file, proposal)
    except OwnRule:
        await request.say("review.own_rule", file=isolated(file))
        return
    except ValueError as error:
        text = speech("feeds.not_changed", why=isolated(clean(str(error))))
        await request.reply(text_card(text, speech.language))
        return
    await propose(request, file, content, "review")


async def _latest(request: Request) -> tuple[Card, InlineKeyboardMarkup | None]:
    services, speech = request.services, request.speech
    since = services.clock() - REACH

    def read(db: Connection) -> dict[str, str]:
        """Ids and titles: those marked false first, then what was told last."""
        marked = {
            each.short_id: f"👎 {clean(each.title)}"
            for each in feedback.marked_false(db, since, MARKS)
        }
        told = alerts.recent(db, None, since, SHOWN, for_operators=True)
        return marked | {
            each.short_id: clean(each.title) for each in told if each.short_id not in marked
        }

    found = await services.database.read(read)
    if not found:
        return text_card(speech("review.none"), speech.language), None
    buttons = [
        InlineKeyboardButton(
            f"{short_id} · {isolated(shorten(title, _LABEL))}", callback_data=f"rv:{short_id}"
        )
        for short_id, title in list(found.items())[:SHOWN]
    ]
    return text_card(speech("review.choose"), speech.language), two_taps.rows(*buttons)


async def _reviewed(request: Request, short_id: str) -> Reviewed | None:
    """Read anew: what is proposed follows from the entry and the rules in force, so that a button
    means the same after a restart."""
    services = request.services

    def read(db: Connection) -> tuple[Alert | None, Entry | None]:
        alert = alerts.get_by_short_id(db, short_id)
        return alert, entries.get(db, alert.entry_id) if alert else None

    alert, entry = await services.database.read(read)
    if alert is None:
        return None
    if entry is None:
        return Reviewed(alert, (), ())
    rules = services.rules()
    found = await asyncio.to_thread(rules.detect, entry.title, entry.summary, entry.language)
    # What the alert tells comes first: its entry may fire for other things as well.
    told = {each.signal for each in alert.signals}
    mine = tuple(sorted(found, key=lambda each: each.signal not in told))
    changes = tuple(
        change
        for each in mine
        if each.signal in told
        for change in proposals(each, entry.title, entry.summary, entry.language)
    )
    return Reviewed(alert, mine, changes)


def _shown(request: Request, found: Reviewed) -> tuple[Card, InlineKeyboardMarkup | None]:
    services, speech = request.services, request.speech
    signals = services.rules().signals
    lines = [isolated(shorten(clean(found.alert.title), _TITLE))]
    for each in found.detections:
        words = speech("card.comma").join(map(isolated, fired_words(each)))
        title = signal_title(signals, each.signal, speech.language)
        score, needed = speech.number(each.score), speech.number(each.threshold)
        lines.append(speech("review.fired", title=title, words=words, score=score, needed=needed))
    if not found.detections:
        lines.append(speech("review.silent_now"))
    elif found.proposals:
        lines.append(speech("review.how"))
    several = len({each.signal for each in found.proposals}) > 1
    buttons = [
        InlineKeyboardButton(
            shorten(
                _label(each, signal_title(signals, each.signal, speech.language), several, speech),
                _LABEL + 14,
            ),
            callback_data=f"rp:{found.alert.short_id}:{number}",
        )
        for number, each in enumerate(found.proposals[:SHOWN])
    ]
    title = speech("review.title", id=found.alert.short_id)
    card = text_card("\n".join(lines), speech.language, title=title)
    return card, two_taps.rows(*buttons) if buttons else None


def _label(proposal: Proposal, signal: str, several: bool, say: Texts) -> str:
    """What a button would change, and of which signal where the alert tells of several."""
    if proposal.kind == "threshold":
        return say("review.threshold", n=say.number(proposal.threshold), signal=signal)
    said = say("review.unless", words=isolated(proposal.words))
    return f"{said} · {signal}" if several else said
