"""The addresses under /api: who asks, what for, and the answer."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clock import utc_now
from bot.exports.asked import Names
from bot.exports.countries import ALPHA_3
from bot.exports.naming import Naming, leaving, plain
from bot.exports.objects import as_object
from bot.exports.reading import records
from bot.locales import texts
from bot.messages.cards.display import Signals, TitledSignal
from bot.web.api.answers import Refused, answered
from bot.web.api.openapi import document
from bot.web.api.parameters import COUNTED, LISTED, PAGED, Asked, asked_by
from bot.web.cursors import packed
from storage import finding, paging
from storage.connection import Connection
from storage.database import Database
from storage.file.errors import StorageError
from storage.finding import Cursor, PlaceCount
from storage.paging import Kind

if TYPE_CHECKING:
    from rules import Gazetteer

log = logging.getLogger(__name__)

Verdict = Literal["yes", "sign in", "no"]
MayRead = Callable[[Request], Awaitable[Verdict]]
"""Who may read: "sign in" is for who is not known (401), "no" for who is, and may not (403)."""

COUNTED_UP_TO = 1_000
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


class Signal(TitledSignal, Protocol):
    """The part of `rules.Signal` that the API shows."""

    @property
    def status(self) -> str: ...

    @property
    def level(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Source:
    """What the API reads from: `signals`, `gazetteer` and `publishers` as they are in force."""

    database: Database
    signals: Callable[[], Mapping[str, Signal]]
    gazetteer: Callable[[], Gazetteer]
    publishers: Callable[[], Mapping[str, str]] = dict
    clock: Callable[[], datetime] = utc_now

    def stable(self) -> dict[str, Signal]:
        """Signals that may leave: not of rules on test."""
        return leaving(self.signals())


Answer = Callable[[Request], Awaitable[Mapping[str, object]]]


def api_routes(source: Source, may_read: MayRead) -> list[Route]:
    """Every address of the API. Only the description is there for everybody."""
    api = _Api(source)

    async def described(request: Request) -> Mapping[str, object]:
        return document(tuple(source.stable()))

    async def everybody(request: Request) -> Verdict:
        return "yes"

    paths: tuple[tuple[str, Answer, MayRead], ...] = (
        ("/api/alerts", api.alerts, may_read),
        ("/api/stories", api.stories, may_read),
        ("/api/entries", api.entries, may_read),
        ("/api/places", api.places, may_read),
        ("/api/signals", api.signals, may_read),
        ("/api/openapi.json", described, everybody),
    )
    return [
        # Every method, for the refusal of the others is JSON too.
        Route(path, _endpoint(answer, allowed), methods=list(METHODS), name=path[1:])
        for path, answer, allowed in paths
    ]


def _endpoint(answer: Answer, may_read: MayRead) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            if request.method not in ("GET", "HEAD"):
                allow = {"Allow": "GET, HEAD"}
                raise Refused(405, request.method, "is no way to ask here", "use GET", allow)
            await _admit(request, may_read)
            return answered(request, await answer(request))
        except Refused as refused:
            return refused.response()
        except StorageError as error:
            # Its words may name files of the machine: they are for operators.
            log.warning("api: %s cannot be answered: %s", request.url.path, error)
            busy = Refused(503, "database", "cannot be read now", "ask again", {"Retry-After": "5"})
            return busy.response()

    return endpoint


async def _admit(request: Request, may_read: MayRead) -> None:
    verdict = await may_read(request)
    if verdict == "sign in":
        how = {"WWW-Authenticate": 'Bearer realm="marsad"'}
        raise Refused(
            401,
            "sign-in",
            "nobody is signed in",
            "send the key that `marsad people key` printed",
            how,
        )
    if verdict != "yes":
        raise Refused(403, "role", "this person may not read here", "ask an operator for access")


class _Api:
    def __init__(self, source: Source) -> None:
        self._source = source

    async def alerts(self, request: Request) -> Mapping[str, object]:
        return await self._page(request, "alerts", _newest_alerts)

    async def stories(self, request: Request) -> Mapping[str, object]:
        return await self._page(request, "stories", _newest)

    async def entries(self, request: Request) -> Mapping[str, object]:
        return await self._page(request, "entries", _newest)

    async def places(self, request: Request) -> Mapping[str, object]:
        asked, naming = await self._asked(request, "alerts", COUNTED)

        def read(db: Connection) -> list[PlaceCount]:
            return finding.by_place(db, asked.selection.wanted, asked.limit)

        found = await self._source.database.read(read)
        return {"items": [_place(each, naming) for each in found], "licence": _licence(naming)}

    async def signals(self, request: Request) -> Mapping[str, object]:
        asked, naming = await self._asked(request, "alerts", LISTED)
        known = self._source.stable()

        def read(db: Connection) -> dict[str, int]:
            wanted = asked.selection.wanted
            return {
                name: finding.count(
                    db,
                    finding.Wanted(since=wanted.since, until=wanted.until, signals=[name]),
                    COUNTED_UP_TO,
                )
                for name in known
            }

        counted = await self._source.database.read(read)
        items = [
            {
                "id": name,
                "title": naming.title_of(name),
                "titles": dict(each.title),
                "level": each.level,
                "alerts": counted[name],
            }
            for name, each in known.items()
        ]
        return {"items": items, "licence": _licence(naming)}

    async def _page(self, request: Request, kind: Kind, newest: _Newest) -> Mapping[str, object]:
        asked, naming = await self._asked(request, kind, PAGED)

        def read(db: Connection) -> tuple[list[dict[str, object]], Cursor | None]:
            page = newest(db, asked)
            found = records(db, asked.selection, page.ids, naming)
            licence = _licence(naming)
            return [as_object(each, naming, licence) for each in found], page.next

        items, behind = await self._source.database.read(read)
        following = packed(behind) if behind else None
        return {"items": items, "next": following, "licence": _licence(naming)}

    async def _asked(
        self, request: Request, kind: Kind, allowed: tuple[str, ...]
    ) -> tuple[Asked, Naming]:
        def understand() -> tuple[Asked, Naming]:
            source = self._source
            signals: Signals = source.stable()
            gazetteer = source.gazetteer()
            names = Names(tuple(signals), gazetteer)
            asked = asked_by(request.query_params, kind, allowed, names, source.clock())
            return asked, Naming(texts(asked.lang), signals, gazetteer, source.publishers())

        # The first one loads the gazetteer, and a misspelt place is compared with all of it.
        return await asyncio.to_thread(understand)


_Newest = Callable[[Connection, Asked], paging.Page]


def _newest(db: Connection, asked: Asked) -> paging.Page:
    return paging.page(db, asked.selection, asked.limit, asked.after)


def _newest_alerts(db: Connection, asked: Asked) -> paging.Page:
    wanted = asked.selection.wanted
    found = finding.cursors(db, wanted, asked.limit + 1, after=asked.after)
    page = found[: asked.limit]
    behind = page[-1] if len(found) > len(page) else None
    return paging.Page(tuple(each.alert_id for each in page), behind)


def _licence(naming: Naming) -> str:
    return naming.say("export.licence")


def _place(counted: PlaceCount, naming: Naming) -> dict[str, object]:
    names = json.loads(counted.names_json)
    known = naming.gazetteer.places.get(counted.place_id)
    division = naming.gazetteer.places.get(counted.adm1 or "")
    language = naming.say.language
    return {
        "id": counted.place_id,
        "kind": counted.kind,
        "name": plain(names.get(language) or names.get("en") or counted.place_id),
        "names": names,
        "location_code": ALPHA_3.get(counted.country),
        "admin1_code": division.pcode if division else None,
        "admin1_iso": counted.adm1,
        "latitude": known.lat if known else None,
        "longitude": known.lon if known else None,
        "alerts": counted.alerts,
        "level": counted.level,
    }
