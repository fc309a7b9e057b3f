"""What the description promises holds for whatever is asked: schemathesis against the real API."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from starlette.applications import Starlette

from bot.web.api.routes import Source, api_routes
from rules import Gazetteer
from storage.database import Database
from storage.opening import open_database
from tests.bot.exports.conftest import LATER, fill
from tests.bot.messages.samples import SIGNALS
from tests.bot.web.api.conftest import may_read

HEADERS = {"Authorization": "Bearer reader"}
# That all is answered which the description allows cannot hold: not every text names a place.
HELD = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]


@pytest.fixture(scope="module")
def described(
    tmp_path_factory: pytest.TempPathFactory, gazetteer: Gazetteer
) -> Iterator[BaseSchema]:
    async def made() -> Database:
        opened = await open_database(tmp_path_factory.mktemp("api") / "marsad.sqlite")
        await opened.write(fill)
        return opened

    database = asyncio.run(made())
    source = Source(database, lambda: SIGNALS, lambda: gazetteer, clock=lambda: LATER)
    application = Starlette(routes=api_routes(source, may_read))
    yield schemathesis.openapi.from_asgi("/api/openapi.json", application)
    asyncio.run(database.close())


PATHS = ("alerts", "stories", "entries", "places", "signals")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_as_it_is_described(
    described: BaseSchema, path: str, mode: GenerationMode
) -> None:
    """`mode`: as the description allows, and as it does not."""
    strategy = described[f"/api/{path}"]["GET"].as_strategy(generation_mode=mode)

    @settings(
        max_examples=6,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def holds(case: Case[Any]) -> None:
        case.call_and_validate(headers=HEADERS, checks=HELD)

    holds()
