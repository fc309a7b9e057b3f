"""A database with a few alerts, and what they are called."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.exports.edition import Edition
from bot.exports.naming import Naming
from bot.exports.reading import export
from bot.exports.writing import formats
from bot.locales import texts
from rules import Gazetteer, load_gazetteer
from storage import alerts
from storage.alerts import AlertFigure
from storage.connection import Connection
from storage.database import Database
from storage.finding import Wanted
from storage.news import entries, facts, stories
from storage.news.facts import Facts, StoredFigure, StoredPlace
from storage.opening import open_database
from storage.paging import Kind, Selection
from tests.bot.messages.samples import SIGNALS
from tests.storage.make import DAY, NOW, add_alert, add_entry, bump, detection, told

LATER = datetime(2026, 3, 9, 8, tzinfo=UTC)
ALEPPO = StoredPlace(
    *("g170063", "SY", "SY-HL", "town", "clause"),
    within=("g170063", "SY-HL", "SY"),
    names={"ar": "حلب، سوريا", "en": "Aleppo, Syria", "fr": "Alep, Syrie"},
)
DARFUR = StoredPlace(
    *("SD-DS", "SD", "SD-DS", "adm1", "clause"),
    within=("SD-DS", "SD"),
    names={"ar": "جنوب دارفور، السودان", "en": "South Darfur, Sudan", "fr": "Darfour du Sud"},
)
SECRET = "النص الكامل الذي لا يخرج"


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return load_gazetteer()


def fill(db: Connection) -> None:
    """A1: siege of Aleppo, in three versions; A2: aid that arrives in Darfur, where only the
    division is known; A3: of a rule on test; A4: denied, in its second version; A5: nowhere."""
    # What a clause quotes may be a whole sentence, with quotation marks of its own.
    why = f"160/100: under-siege +100 «{SECRET}»; near(place, shut) in title +60 «قال «{SECRET}»»"
    evil = {
        "title": '=HYPERLINK("https://evil.example")',
        "snippet": SECRET,
        "families": 2,
        "explanation": why,
    }
    first = add_alert(db, "siege", NOW - 3 * DAY, level="critical", **evil)
    killed = (
        AlertFigure(what="killed", first=3, latest=12),
        AlertFigure(what="wounded", first=40, latest=40, vague=True),
    )
    alerts.set_facts(db, first.id, [ALEPPO, DARFUR], killed)
    another = add_entry(
        db, "other", first_seen_at=NOW, summary=SECRET, link="javascript:alert(1)", language="en"
    )
    stories.attach(db, first.story_id, another, "reuters", NOW)
    entries.add_detections(db, another, detection(signal="siege", created_at=NOW, explanation=why))
    entries.add_detections(db, another, detection(signal="untrusted", created_at=NOW))
    facts.put(db, another, Facts((ALEPPO,), (StoredFigure("killed", 12),)))
    first = bump(db, first, NOW - 2 * DAY, level="critical", **evil)
    bump(db, first, NOW - DAY, level="critical", **evil)
    second = add_alert(
        *(db, "aid-access", NOW - DAY),
        direction="improving",
        language="en",
        title="Convoy & <b>trucks</b> \x0b enter",
        link="https://b.example/2?a=1&b",
    )
    alerts.set_facts(db, second.id, [DARFUR], ())
    add_alert(db, "siege", NOW, audience="operators", title="قيد التجربة")
    denied = add_alert(db, "evacuation", NOW - DAY, title="@SUM(1)")
    bump(db, denied, NOW, told("evacuation", direction="denied", level="info"), title="@SUM(1)")
    add_alert(db, "medicine-shortage", NOW)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(tmp_path / "marsad.sqlite")
    await opened.write(fill)
    yield opened
    await opened.close()


def edition(gazetteer: Gazetteer, language: str = "en", *, public: bool = False) -> Edition:
    naming = Naming(texts(language), SIGNALS, gazetteer, {"feed": "Feed One", "reuters": "R"})
    return Edition(naming, LATER, "desk@example.org", public=public)


async def exported(database: Database, form: str, told_by: Edition, kind: Kind = "alerts") -> bytes:
    out = io.BytesIO()
    wanted = Wanted(since=NOW - 30 * DAY)
    asked = Selection(kind, wanted, tuple(SIGNALS))
    await export(database, asked, told_by, formats()[form], out)
    return out.getvalue()


def column(rows: Sequence[Sequence[object]], tag: str) -> list[object]:
    """What stands under a tag, in a table whose first row is of tags."""
    return [row[list(rows[0]).index(tag)] for row in rows[1:]]
