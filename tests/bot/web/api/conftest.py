"""The API in an application of its own, over a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from bot.web.api.routes import Source, Verdict, api_routes
from rules import Gazetteer
from storage.database import Database
from tests.bot.exports.conftest import LATER, database, gazetteer
from tests.bot.messages.samples import SIGNALS

__all__ = ["database", "gazetteer"]


async def may_read(request: Request) -> Verdict:
    """Whoever brings a word; the real one asks who is signed in."""
    said = request.headers.get("authorization", "")
    return "yes" if said == "Bearer reader" else "no" if said else "sign in"


@pytest.fixture
def application(database: Database, gazetteer: Gazetteer) -> Starlette:
    trusted = SIGNALS | {"siege": SIGNALS["evacuation"]}
    source = Source(
        database,
        lambda: trusted,
        lambda: gazetteer,
        lambda: {"feed": "Feed One"},
        lambda: LATER,
    )
    return Starlette(routes=api_routes(source, may_read))


@pytest.fixture
async def client(application: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application)
    headers = {"Authorization": "Bearer reader"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://desk", headers=headers
    ) as open_client:
        yield open_client
