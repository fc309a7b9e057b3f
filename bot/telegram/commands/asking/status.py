"""/status PLACE: what is known of a place; alone: the state of feeds and sending, for operators."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from bot.alerts.summaries.place_status import (
    Known,
    NotKnown,
    PlaceStatus,
    known_place,
    look_up,
    read_status,
)
from bot.asking.question import AskedPlace
from bot.locales import Texts
from bot.locales.bidi import isolated
from bot.messages.answers.place_status import not_known_text, place_status_card
from bot.messages.blocks import Card
from bot.messages.cards.card import text_card
from bot.messages.cards.display import Display
from bot.notices.feeds import NamedFeed
from bot.polling.health import FeedsHealth, feeds_health
from bot.telegram.commands.settings.mute import muted_line
from bot.telegram.registry import command
from bot.telegram.request import Request
from bot.telegram.services import Services
from bot.telegram.typed.parts_of_countries import is_part, part_of
from bot.telegram.typed.place_names import several_places, which_country
from bot.text import clean, shorten
from storage.connection import Connection
from storage.news import feeds
from storage.news.feeds import FeedState
from storage.readers import chats
from storage.readers.chats import Chat
from storage.sending import digest_turns, outbox

MOST_BROKEN = 8
MOST_PLACES = 4
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Clocks:
    """How many chats are muted now, are in their quiet hours, and get a digest each day."""

    muted: int
    quiet: int
    digests: int


@command("status", order=45)
async def status(request: Request) -> None:
    """``/status حلب``, ``/status Aleppo and Idlib``: the places; ``/status``: operators' report."""
    if asked := clean(" ".join(request.arguments))[:LONGEST].strip():
        await _of_place(request, asked)
    elif request.by_operator:
        await _report(request)
    else:
        speech = request.speech
        lines = [speech("refuse.operators_only"), speech("place_status.usage")]
        await request.reply(text_card("\n".join(lines), speech.language))


async def _of_place(request: Request, asked: str) -> None:
    gazetteer = await asyncio.to_thread(request.services.gazetteer)
    several = await asyncio.to_thread(several_places, asked, gazetteer)
    for place in several[:MOST_PLACES]:
        known = known_place(gazetteer, place)
        await request.reply(place_status_card(await _read_of(request, known), _display(request)))
    if several:
        return
    if is_part(asked):
        text = which_country(request.speech, gazetteer, asked)
        await request.reply(text_card(text, request.speech.language))
        return
    whole = part_of(asked, gazetteer) or asked
    found = await asyncio.to_thread(look_up, gazetteer, whole)
    if isinstance(found, NotKnown):
        text = not_known_text(_display(request), asked, found)
        await request.reply(text_card(text, request.speech.language))
        return
    await request.reply(place_status_card(await _read_of(request, found), _display(request)))


async def status_of_place(request: Request, place: AskedPlace) -> Card | None:
    """How it stands at a place; None where nothing was reported of it."""
    gazetteer = await asyncio.to_thread(request.services.gazetteer)
    read = await _read_of(request, known_place(gazetteer, gazetteer.places[place.id]))
    return place_status_card(read, _display(request)) if read.here or read.alerts else None


async def _read_of(request: Request, known: Known) -> PlaceStatus:
    services, operator = request.services, request.chat.role == "operator"
    kinds, now = services.rules().states, services.clock()
    return await services.database.read(
        lambda db: read_status(db, known, kinds, now, for_operators=operator)
    )


def _display(request: Request) -> Display:
    return request.services.display(request.speech.language, request.chat)


async def _report(request: Request) -> None:
    services, speech = request.services, request.speech
    now = services.clock()
    states, counts, readers, digests = await services.database.read(_read)
    clocks = Clocks(
        sum(chat.is_muted(now) for chat in readers),
        sum(chat.quiet_until is not None and chat.quiet_until > now for chat in readers),
        digests,
    )
    zone = services.zone(request.chat)
    text = status_text(services, speech, states, counts, len(readers), clocks, zone)
    if own := muted_line(request.chat, speech, services.zone(request.chat), now):
        text = "\n\n".join([*own, text])
    await request.reply(text_card(text, speech.language, title=speech("status.title")))


def _read(db: Connection) -> tuple[list[FeedState], dict[str, int], list[Chat], int]:
    states = [state for state in feeds.all_states(db) if state.active]
    daily = digest_turns.of_stream(db, "daily")
    readers = chats.subscribed(db)
    return states, outbox.counts(db), readers, sum(chat.id in daily for chat in readers)


def status_text(
    services: Services,
    speech: Texts,
    states: Sequence[FeedState],
    counts: Mapping[str, int],
    readers: int,
    clocks: Clocks,
    zone: tzinfo,
) -> str:
    """Feeds first, with the reason of each that fails, then sending, then the rules."""
    health = feeds_health(states)
    first = [speech("status.feeds", total=speech.number(sum(health.counts.values())))]
    first += [
        speech(f"status.condition.{condition}", n=speech.number(number))
        for condition, number in health.counts.items()
        if number
    ]
    success = [state.last_success_at for state in states if state.last_success_at]
    if success:
        when = speech.moment(max(success), zone, services.clock())
        first.append(speech("status.last_success", when=when))
    else:
        first.append(speech("status.never"))
    waiting = "، " if speech.language == "ar" else ", "
    sent = [
        speech(
            "sending.pair",
            state=speech.find(f"outbox.{state}") or state,
            what=speech.number(n),
        )
        for state, n in counts.items()
        if n
    ]
    second = [
        speech("status.outbox", counts=waiting.join(sent) or speech("status.outbox_empty")),
        speech("status.chats", n=speech.number(readers)),
        *([speech("status.muted", n=speech.number(clocks.muted))] if clocks.muted else []),
        *([speech("status.quiet", n=speech.number(clocks.quiet))] if clocks.quiet else []),
        speech("status.digests", n=speech.number(clocks.digests)),
    ]
    rules = services.rules()
    third = [
        speech("status.signals", n=speech.number(len(rules.signals))),
        speech("status.rules", hash=isolated(rules.hash.rpartition(":")[2][:12])),
    ]
    blocks = [first, _to_look_at(services.catalogue(), speech, health), second, third]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _to_look_at(catalogue: Sequence[NamedFeed], speech: Texts, health: FeedsHealth) -> list[str]:
    names = {feed.id: feed.name for feed in catalogue}
    worst = [state for state, condition in health.to_look_at if condition in ("broken", "failing")]
    lines = [
        speech(
            "status.broken",
            feed=isolated(shorten(clean(names.get(state.id, state.id)), 60)),
            error=isolated(shorten(clean(state.hint or state.error or "?"), 160)),
        )
        for state in worst[:MOST_BROKEN]
    ]
    if len(worst) > MOST_BROKEN:
        lines.append(speech("status.more_broken", n=speech.number(len(worst) - MOST_BROKEN)))
    return lines
