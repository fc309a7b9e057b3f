"""/feeds: how the feeds do; adding one, pausing, removing; lists in and out as OPML."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputFile

from bot.feeds.catalogue import Feed, load_catalogue
from bot.feeds.opml import OpmlInvalid, export_opml, import_opml
from bot.feeds.problems import CatalogueInvalid
from bot.locales.bidi import isolated
from bot.messages.blocks import Card
from bot.messages.cards.card import text_card
from bot.operating.feed_list import CannotChange, with_added, with_pause, without, write_list
from bot.operating.feed_trial import NotAFeed, try_feed
from bot.polling.health import NEEDS_A_LOOK, condition
from bot.telegram.buttons import two_taps
from bot.telegram.registry import Who, button, command
from bot.telegram.request import Request
from bot.telegram.services import chat_of
from bot.telegram.typed.feed_words import address_of, called, without_doing
from bot.text import clean, shorten
from storage.news import feeds
from storage.news.feeds import FeedState

if TYPE_CHECKING:
    from bot.operating.acts import Action

PAGE, LEFT_SHOWN, MOST_ADDED = 8, 5, 5
SIGNS = {"ok": "✅", "unread": "⏳", "truncated": "🟡", "silent": "🟡", "held": "🟡"}
PAUSED, BROKEN = "⏸", "🔴"


@command("feeds", order=115, who=Who.OPERATORS_IN_PERSON, private=True)
async def show_feeds(request: Request) -> None:
    """``/feeds``: how they do; ``/feeds ADDRESS``: try one and add it; ``/feeds Relief Wire``: that
    one; ``/feeds opml``: as a file."""
    words = request.arguments
    addresses = [address for each in words if (address := address_of(each))]
    others = without_doing([each for each in words if not address_of(each)])
    if words and words[0].lower() == "opml":
        await _export(request)
    elif addresses:
        for address in addresses[:MOST_ADDED]:
            await request.say("feeds.trying", url=isolated(clean(address)[:300]))
            # A server may be slow: other questions do not wait for it.
            work = _add(request, address, " ".join(others) if len(addresses) == 1 else "")
            request.context.application.create_task(work, update=request.update, name="try-feed")
    elif others:
        await _of_name(request, others)
    else:
        await request.reply(*await _page(request, 0))


async def _of_name(request: Request, words: Sequence[str]) -> None:
    """The feeds of that name; whatever is to be done with them, their buttons do."""
    speech, listed = request.speech, await _listed(request)
    found = [] if isinstance(listed, CatalogueInvalid) else called(words, listed)
    if len(found) == 1:
        await request.reply(*await _one(request, _key(found[0])))
        return
    card, keyboard = await _page(request, 0, found)
    if not found and not isinstance(listed, CatalogueInvalid):
        name = isolated(shorten(clean(" ".join(words)), 60))
        lines = [speech("feeds.no_such", name=name), speech("feeds.usage")]
        card = text_card("\n".join(lines), speech.language)
    await request.reply(card, keyboard)


@button(r"^fp:\d+$", who=Who.OPERATORS_IN_PERSON, private=True)
async def feeds_page(request: Request) -> None:
    await request.note()
    await request.redraw(*await _page(request, int(request.pressed[3:12])))


async def _page(
    request: Request, offset: int, only: Sequence[Feed] = ()
) -> tuple[Card, InlineKeyboardMarkup | None]:
    """A page of the list, or of `only` these of it."""
    speech = request.speech
    listed, states = await _listed(request), await _states(request)
    if isinstance(listed, CatalogueInvalid):
        text = f"{speech('notice.feeds_kept')}\n{listed.problems[0].in_language(speech.language)}"
        return text_card(text, speech.language), None
    # What needs a look comes first, the worst before the others.
    ranked = sorted(only or listed, key=lambda feed: _rank(feed, states.get(feed.id)))
    text = speech("feeds.list", total=speech.number(len(ranked)))
    buttons = [
        [
            InlineKeyboardButton(
                f"{_sign(feed, states.get(feed.id))} {isolated(shorten(clean(feed.name), 45))}",
                callback_data=f"fo:{_key(feed)}",
            )
        ]
        for feed in ranked[offset : offset + PAGE]
    ]
    turns = []
    if offset:
        turns.append(InlineKeyboardButton("‹", callback_data=f"fp:{max(0, offset - PAGE)}"))
    if offset + PAGE < len(ranked):
        turns.append(InlineKeyboardButton("›", callback_data=f"fp:{offset + PAGE}"))
    rows = [*buttons, turns] if turns else buttons
    card = text_card(text, speech.language, title=speech("feeds.title"))
    return card, InlineKeyboardMarkup(rows) if rows else None


def _rank(feed: Feed, state: FeedState | None) -> int:
    if feed.paused:
        return len(NEEDS_A_LOOK)
    how = condition(state) if state else "unread"
    return NEEDS_A_LOOK.index(how) if how in NEEDS_A_LOOK else len(NEEDS_A_LOOK) + 1


def _sign(feed: Feed, state: FeedState | None) -> str:
    if feed.paused:
        return PAUSED
    return SIGNS.get(condition(state) if state else "unread", BROKEN)


def _key(feed: Feed) -> str:
    """A feed in callback data: an id can be longer than 64 bytes."""
    return hashlib.sha256(feed.id.encode()).hexdigest()[:12]


@button(r"^fo:[0-9a-f]{12}$", who=Who.OPERATORS_IN_PERSON, private=True)
async def feed_opened(request: Request) -> None:
    await request.note()
    await request.redraw(*await _one(request, request.pressed[3:]))


async def _one(request: Request, key: str) -> tuple[Card, InlineKeyboardMarkup]:
    services, speech = request.services, request.speech
    back = InlineKeyboardButton(speech("people.back"), callback_data="fp:0")
    feed = await _named(request, key)
    if feed is None:
        return text_card(speech("feeds.gone"), speech.language), two_taps.rows(back)
    state, now = (await _states(request)).get(feed.id), services.clock()

    def when(at: datetime | None) -> str:
        return speech.moment(at, request.zone, now) if at else "–"

    how = "paused" if feed.paused else condition(state) if state else "unread"
    lines = [
        f"{_sign(feed, state)} {isolated(clean(feed.name))}",
        isolated(clean(feed.url)),
        speech("feeds.condition", how=speech(f"feeds.how.{how}")),
        speech("feeds.read", when=when(state.last_success_at if state else None)),
        speech("feeds.newest", when=when(state.last_new_entry_at if state else None)),
    ]
    if state and state.error and not feed.paused:
        lines.append(isolated(shorten(clean(state.error), 300)))
        advice = speech.find(f"notice.failure.{state.failure}") if state.failure else None
        lines += [advice] if advice else []
    toggle = "feeds.resume" if feed.paused else "feeds.pause"
    mark = "r" if feed.paused else "p"
    return text_card("\n".join(lines), speech.language), two_taps.rows(
        InlineKeyboardButton(speech(toggle), callback_data=f"f{mark}!{key}"),
        two_taps.asking("fx", key, speech("feeds.remove")),
        back,
    )


@button(r"^f[pr]![0-9a-f]{12}$", who=Who.OPERATORS_IN_PERSON, private=True)
async def feed_paused(request: Request) -> None:
    """One tap: the next one undoes it."""
    paused, key = request.pressed[1] == "p", request.pressed[3:]
    feed = await _named(request, key)
    if feed is not None:
        await _change(
            request,
            lambda text: with_pause(text, feed.id, paused),
            "feed-paused" if paused else "feed-resumed",
            feed.name,
        )
    await request.redraw(*await _one(request, key))


@button(r"^fx[?][0-9a-f]{12}$", who=Who.OPERATORS_IN_PERSON, private=True)
async def removal_asked(request: Request) -> None:
    """The first tap."""
    speech, key = request.speech, request.pressed[3:]
    await request.note()
    feed = await _named(request, key)
    if feed is None:
        await request.redraw(*await _one(request, key))
        return
    text = speech("feeds.sure", feed=isolated(clean(feed.name)))
    keyboard = two_taps.sure("fx", key, speech("feeds.remove"), speech)
    await request.redraw(text_card(text, speech.language), keyboard)


@button(r"^fx-[0-9a-f]{12}$", who=Who.OPERATORS_IN_PERSON, private=True)
async def removal_left(request: Request) -> None:
    await request.note()
    await request.redraw(*await _one(request, request.pressed[3:]))


@button(r"^fx![0-9a-f]{12}$", who=Who.OPERATORS_IN_PERSON, private=True)
async def feed_removed(request: Request) -> None:
    """The second tap."""
    feed = await _named(request, request.pressed[3:])
    if feed is not None:
        await _change(request, lambda text: without(text, feed.id), "feed-removed", feed.name)
    await request.redraw(*await _page(request, 0))


async def _add(request: Request, url: str, name: str) -> None:
    """Try an address, and add what is a feed."""
    services, speech, desk = request.services, request.speech, request.desk
    listed = await _listed(request)
    have = () if isinstance(listed, CatalogueInvalid) else listed
    try:
        tried = await try_feed(desk.retriever, url, name, have, services.clock())
    except NotAFeed as refused:
        advice = speech.find(f"notice.failure.{refused.kind}") or ""
        told = refused.said.text(speech.language) if refused.said else clean(str(refused))
        why = isolated(shorten(told, 300))
        text = "\n".join(filter(None, (speech("feeds.not_added", why=why), advice)))
        await request.reply(text_card(text, speech.language))
        return
    wrong = await _change(
        request, lambda text: with_added(text, [tried.feed]), "feed-added", tried.feed.name
    )
    if wrong is None:
        text = speech(
            "feeds.added",
            feed=isolated(clean(tried.feed.name)),
            n=speech.number(tried.entries),
            newest=isolated(shorten(clean(tried.newest), 150)) or "–",
        )
        await request.reply(text_card(text, speech.language))


async def _export(request: Request) -> None:
    services, speech = request.services, request.speech
    listed = await _listed(request)
    if isinstance(listed, CatalogueInvalid):
        await request.reply(*await _page(request, 0))
        return
    now = services.clock()
    content = export_opml(listed, now).encode()
    await request.context.bot.send_document(
        chat_of(request.update).id,
        InputFile(content, filename=f"marsad-feeds-{now:%Y-%m-%d}.opml"),
        caption=speech("feeds.exported", n=speech.number(len(listed))),
    )


async def opml_received(request: Request, content: bytes) -> None:
    """A list from another reader: what is not here yet is added."""
    speech = request.speech
    listed = await _listed(request)
    have = () if isinstance(listed, CatalogueInvalid) else listed
    try:
        text = content.decode("utf-8-sig")
        imported = await asyncio.to_thread(import_opml, text, have)
    except UnicodeDecodeError:
        await request.say("feeds.not_utf8")
        return
    except OpmlInvalid as invalid:
        await request.say("feeds.no_opml", why=isolated(invalid.said.text(speech.language)))
        return
    if imported.feeds:
        count = str(len(imported.feeds))
        added = imported.feeds
        if await _change(request, lambda text: with_added(text, added), "feeds-imported", count):
            return
    lines = [
        speech(
            "feeds.imported",
            added=speech.number(len(imported.feeds)),
            left=speech.number(len(imported.left)),
        ),
        *(
            isolated(shorten(each.in_language(speech.language), 150))
            for each in imported.left[:LEFT_SHOWN]
        ),
    ]
    await request.reply(text_card("\n".join(lines), speech.language))


async def _change(
    request: Request, change: Callable[[str], str], action: Action, what: str
) -> str | None:
    """Change feeds.yaml and let the service take it over; what was wrong, which is told."""
    services, speech, desk = request.services, request.speech, request.desk
    path = desk.settings.feeds_file
    wrong: str | None = None
    async with desk.trials.changing:
        try:
            text = await asyncio.to_thread(path.read_text, "utf-8-sig")
            await asyncio.to_thread(write_list, path, change(text))
        except (OSError, UnicodeDecodeError, CannotChange, CatalogueInvalid) as error:
            wrong = _why(error, speech.language)[:300]
        else:
            await services.database.write(lambda db: request.note_act(db, action, what))
            await desk.reloading.feeds()
    if wrong is None:
        await request.note(speech("two_taps.done"))
    elif request.update.callback_query:
        await request.note(speech("feeds.not_changed", why=wrong), stays=True)
    else:
        await request.say("feeds.not_changed", why=isolated(wrong))
    return wrong


def _why(error: Exception, language: str) -> str:
    if isinstance(error, CannotChange):
        return error.said.text(language)
    if isinstance(error, CatalogueInvalid):
        return error.problems[0].in_language(language)
    return clean(str(error))


async def _listed(request: Request) -> Sequence[Feed] | CatalogueInvalid:
    """The list as it is on disk: what was changed a moment ago is in it."""
    try:
        return await asyncio.to_thread(load_catalogue, request.desk.settings.feeds_file)
    except CatalogueInvalid as invalid:
        return invalid


async def _states(request: Request) -> dict[str, FeedState]:
    states = await request.services.database.read(feeds.all_states)
    return {state.id: state for state in states}


async def _named(request: Request, key: str) -> Feed | None:
    listed = await _listed(request)
    if isinstance(listed, CatalogueInvalid):
        return None
    return next((feed for feed in listed if _key(feed) == key), None)
