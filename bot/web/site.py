"""What the page is made from, and who looks at it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, cast

from starlette.requests import Request

from bot.asking.forms import other_stems
from bot.clock import utc_now
from bot.locales import Texts, texts
from bot.messages.cards.display import Display
from bot.notices.feeds import NamedFeed, publishers_of
from bot.rules_in_force import shipped_places
from bot.wall_time import zone_of
from storage.readers import chats, page_sessions, people
from storage.readers.chats import Chat

if TYPE_CHECKING:
    from bot.web.metrics import Metrics
    from rules import Gazetteer, RuleSet
    from storage.connection import Connection
    from storage.database import Database

COOKIE = "marsad"


@dataclass(frozen=True, slots=True)
class Site:
    """What pages are made from. `token` is the bot's: Telegram signs with it who opens the page.
    `export_sender` and `export_public`: see `bot.exports.writing.Edition`.
    `metrics` and `problems` are the running service's."""

    database: Database
    rules: Callable[[], RuleSet]
    catalogue: Callable[[], Sequence[NamedFeed]]
    timezone: tzinfo
    gazetteer: Callable[[], Gazetteer] = shipped_places
    clock: Callable[[], datetime] = utc_now
    token: str | None = field(default=None, repr=False)
    address: str | None = None
    export_sender: str = "marsad"
    export_public: bool = False
    metrics: Metrics | None = None
    problems: Callable[[], list[str]] | None = None

    def others(self, word: str) -> Sequence[str]:
        """The stems of a word's other forms, for a search. Not for the loop."""
        return other_stems(word, self.rules().related)

    async def places(self) -> Gazetteer:
        return await asyncio.to_thread(self.gazetteer)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who signed in. `key` is their session's; `zone` that of their private chat."""

    person_id: int
    name: str
    role: str
    language: str
    zone: tzinfo
    key: str = field(repr=False)

    @property
    def speech(self) -> Texts:
        return texts(self.language)

    @property
    def is_operator(self) -> bool:
        return self.role == "operator"

    @property
    def is_analyst(self) -> bool:
        """Who may see feeds and rules, and export."""
        return people.is_analyst(self.role)

    def display(self, site: Site) -> Display:
        """How cards are shown to them, now."""
        return Display(
            *(self.language, site.rules().signals, site.clock(), self.zone),
            publishers=publishers_of(site.catalogue()),
        )


def site_of(request: Request) -> Site:
    return cast(Site, request.app.state.site)


async def visitor_of(request: Request) -> Visitor | None:
    """Who looks, in the role that they have now; None for who has not signed in, or may not
    look any more."""
    key = request.cookies.get(COOKIE, "") or _bearer(request)
    if not key or len(key) > 100:
        return None
    site = site_of(request)
    now = site.clock()

    def read(db: Connection) -> tuple[page_sessions.Session, people.Person, Chat | None] | None:
        session = page_sessions.get(db, key, now)
        person = people.get(db, session.person_id) if session else None
        if session is None or person is None:
            return None
        return session, person, chats.get(db, person.id)

    found = await site.database.read(read)
    if found is None:
        return None
    session, person, chat = found
    zone = zone_of(chat.timezone if chat else None, site.timezone)
    return Visitor(person.id, person.name, person.role, session.language, zone, key)


def _bearer(request: Request) -> str:
    """The key of a program: a browser sends no such header by itself."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""
