"""The API: who may read, each filter, pages that stay, tags, and refusals that say what to do."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bot.web.cursors import packed, unpacked
from storage.database import Database
from storage.file.errors import StorageBusy
from storage.finding import Cursor
from tests.bot.exports.conftest import SECRET
from tests.storage.make import NOW, add_alert

ALL = {"alerts": ["A5", "A4", "A2", "A1"], "stories": ["S5", "S4", "S3", "S2", "S1"]}
LISTS = ("alerts", "stories", "entries")


async def asked(client: httpx.AsyncClient, path: str, **query: Any) -> Any:
    answer = await client.get(f"/api/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ids(client: httpx.AsyncClient, path: str, **query: Any) -> list[str]:
    return sorted(each["id"] for each in (await asked(client, path, **query))["items"])


async def refused(client: httpx.AsyncClient, path: str, **query: Any) -> tuple[int, Any]:
    answer = await client.get(f"/api/{path}", params=query)
    assert answer.headers["content-type"] == "application/json"
    error = answer.json()["error"]
    assert set(error) == {"where", "what", "instead"} and all(error.values())
    return answer.status_code, error


@pytest.mark.parametrize("path", [*LISTS, "places", "signals"])
async def test_strangers_read_nothing(client: httpx.AsyncClient, path: str) -> None:
    for said, status in (("", 401), ("Bearer stranger", 403)):
        answer = await client.get(f"/api/{path}", headers={"Authorization": said})
        assert answer.status_code == status
        assert answer.json()["error"]["instead"]
        assert ("www-authenticate" in answer.headers) is (status == 401)


async def test_alerts_are_the_newest_first_with_what_an_export_has(
    client: httpx.AsyncClient,
) -> None:
    read = await asked(client, "alerts", lang="ar")
    assert {each["id"] for each in read["items"]} == set(ALL["alerts"])
    times = [each["updated_at"] for each in read["items"]]
    assert times == sorted(times, reverse=True) and read["next"] is None
    first = read["items"][-1] if read["items"][-1]["id"] == "A1" else read["items"][-2]
    assert first["places"][0]["name"] == "حلب، سوريا"
    assert first["licence"] == read["licence"] and first["links"]
    for path in LISTS:
        assert SECRET not in (await client.get(f"/api/{path}")).text


@pytest.mark.parametrize(
    ("query", "alerts", "stories", "entries"),
    [
        ({"signal": "aid-access"}, ["A2"], ["S2"], []),
        ({"signal": ["aid-access", "evacuation"]}, ["A2", "A4"], ["S2", "S4"], []),
        ({"signal": "aid-access,evacuation"}, ["A2", "A4"], ["S2", "S4"], []),
        ({"signal": "siege"}, ["A1"], ["S1"], ["E2"]),
        ({"level": "critical"}, ["A1"], ["S1"], []),
        ({"direction": "denied"}, ["A4"], ["S4"], []),
        ({"place": "Aleppo"}, ["A1"], ["S1"], ["E2"]),
        ({"place": "حلب"}, ["A1"], ["S1"], ["E2"]),
        ({"place": "SD"}, ["A1", "A2"], ["S1", "S2"], []),
        ({"place": "SD", "signal": "siege"}, ["A1"], ["S1"], []),
        ({"language": "fr"}, [], [], []),
        ({"until": "2026-02-28"}, [], [], ["E1"]),
        ({"since": "2026-03-01"}, ["A4", "A5"], ["S1", "S3", "S5"], ["E2", "E4", "E6"]),
        ({"since": "2026-03-01T15:00+03:00"}, ["A4", "A5"], ["S1", "S3", "S5"], ["E2", "E4", "E6"]),
        ({"since": "1h"}, [], [], []),
    ],
)
async def test_each_filter(
    client: httpx.AsyncClient,
    query: dict[str, str],
    alerts: list[str],
    stories: list[str],
    entries: list[str],
) -> None:
    assert await ids(client, "alerts", **query) == alerts
    assert await ids(client, "stories", **query) == stories
    assert await ids(client, "entries", **query) == entries


@pytest.mark.parametrize("path", LISTS)
async def test_pages_hold_everything_once_though_news_comes(
    client: httpx.AsyncClient, database: Database, path: str
) -> None:
    before = await ids(client, path)
    seen: list[str] = []
    query: dict[str, str] = {"limit": "2"}
    while True:
        page = await asked(client, path, **query)
        assert len(page["items"]) <= 2
        seen += [each["id"] for each in page["items"]]
        await database.write(lambda db: add_alert(db, "siege", NOW))
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert sorted(seen) == before


async def test_who_has_the_answer_already_is_not_sent_it_again(
    client: httpx.AsyncClient, database: Database
) -> None:
    first = await client.get("/api/alerts")
    tag = first.headers["etag"]
    assert "private" in first.headers["cache-control"]
    for held in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await client.get("/api/alerts", headers={"If-None-Match": held})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    await database.write(lambda db: add_alert(db, "siege", NOW))
    changed = await client.get("/api/alerts", headers={"If-None-Match": tag})
    assert changed.status_code == 200 and changed.headers["etag"] != tag
    stranger = await client.get("/api/alerts", headers={"If-None-Match": "*", "Authorization": ""})
    assert stranger.status_code == 401


@pytest.mark.parametrize(
    ("query", "where", "instead"),
    [
        ({"since": "soon"}, "since", "7d"),
        ({"since": "0001-01-01T00:00+14:00"}, "since", "7d"),
        ({"since": "7d", "until": "9d"}, "until", "later"),
        ({"signal": "seige"}, "signal", "siege"),
        ({"level": "red"}, "level", "critical"),
        ({"direction": "up"}, "direction", "worsening"),
        ({"language": "de"}, "language", "ar"),
        ({"lang": "de"}, "lang", "ar, en or fr"),
        ({"place": "Qqqqqqqq"}, "place", "name"),
        ({"place": ",".join(map(str, range(30)))}, "place", "20"),
        ({"place": "x" * 200}, "place", "100"),
        ({"limit": "0"}, "limit", "200"),
        ({"limit": "201"}, "limit", "200"),
        ({"limit": "٥"}, "limit", "200"),
        ({"limit": ["1", "2"]}, "limit", "once"),
        ({"cursor": "../.."}, "cursor", "next"),
        ({"signl": "siege"}, "signl", "signal"),
    ],
)
async def test_what_is_wrong_is_named_with_what_to_write(
    client: httpx.AsyncClient, query: dict[str, Any], where: str, instead: str
) -> None:
    status, error = await refused(client, "alerts", **query)
    assert (status, error["where"]) == (400, where)
    assert instead in error["instead"]


async def test_only_reading(client: httpx.AsyncClient) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = await client.request(method, "/api/alerts")
        assert answer.status_code == 405 and answer.headers["allow"] == "GET, HEAD"
        assert answer.json()["error"]["where"] == method
    head = await client.head("/api/alerts")
    assert head.status_code == 200 and head.headers["etag"] and not head.content


async def test_places_and_signals(client: httpx.AsyncClient) -> None:
    places = (await asked(client, "places", lang="ar"))["items"]
    assert {each["id"]: each["alerts"] for each in places} == {"g170063": 1, "SD-DS": 1}
    aleppo = next(each for each in places if each["id"] == "g170063")
    assert (aleppo["name"], aleppo["location_code"], aleppo["level"]) == (
        *("حلب، سوريا", "SYR", "critical"),
    )
    assert [each["id"] for each in (await asked(client, "places", signal="aid-access"))["items"]]
    signals = (await asked(client, "signals", lang="fr"))["items"]
    counts = {each["id"]: each["alerts"] for each in signals}
    assert counts["siege"] == 1 and counts["aid-access"] == 1
    assert (await asked(client, "signals", since="1h"))["items"][0]["alerts"] == 0


async def test_a_busy_database_is_no_bug(
    client: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object) -> None:
        raise StorageBusy("/secret/folder/marsad.sqlite is busy")

    monkeypatch.setattr(database, "read", busy)
    answer = await client.get("/api/alerts")
    assert answer.status_code == 503 and answer.headers["retry-after"]
    assert "secret" not in answer.text


async def test_the_description_is_there_for_everybody(application: Starlette) -> None:
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as stranger:
        described = (await stranger.get("/api/openapi.json")).json()
    assert described["openapi"].startswith("3.1") and len(described["paths"]) == 5


@pytest.mark.parametrize(
    "text", ["", "x", "MS4x", "é", "A" * 500, "LTE.LTE", packed(Cursor(NOW, 0))[:-1]]
)
def test_no_other_text_is_a_cursor(text: str) -> None:
    found = unpacked(text)
    assert found is None or packed(found) == text


def test_a_cursor_is_what_it_was() -> None:
    cursor = Cursor(NOW, 2**62)
    assert unpacked(packed(cursor)) == cursor
