"""CAP: each message is valid, and says what became of the one before."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path
from uuid import uuid4
from xml.etree import ElementTree

import pytest
import xmlschema

from bot.exports.formats.cap import NAMESPACE, cap_message
from bot.exports.record import Counted, Record, Said
from bot.locales import LANGUAGES
from rules import Gazetteer
from storage.database import Database
from tests.bot.exports.conftest import edition, exported
from tests.storage.make import DAY, HOUR, NOW

SCHEMA = xmlschema.XMLSchema11(Path(__file__).with_name("cap.xsd"))
CAP = {"c": NAMESPACE}


def record(way: str = "worsening", version: int = 1, **changes: object) -> Record:
    values: dict[str, object] = {
        "kind": "alert",
        "id": "A7",
        "uid": uuid4(),
        "version": version,
        "title": "عنوان " * 60,
        "language": "ar",
        "explanation": "ما يراه مرصد",
        "first_at": NOW - DAY,
        "updated_at": NOW,
        "event_at": NOW - DAY,
        "said": (Said("own-signal", way, "critical", ""),),
        "places": (),
        "figures": (),
        "publishers": ("A",),
        "publishers_count": 1,
        "links": (),
        "story": "S1",
        "versions": tuple((n, NOW - DAY + n * HOUR) for n in range(1, version + 1)),
    }
    return Record(**values | changes)  # type: ignore[arg-type]


def said(message: bytes, path: str) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(message).findall(path, CAP)]  # noqa: S314 our own


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("public", [True, False])
async def test_each_message_of_the_archive_is_valid(
    database: Database, gazetteer: Gazetteer, language: str, public: bool
) -> None:
    told_by = edition(gazetteer, language, public=public)
    archive = zipfile.ZipFile(io.BytesIO(await exported(database, "cap", told_by)))
    licence, *names = archive.namelist()
    assert names == ["A1.xml", "A2.xml", "A4.xml", "A5.xml"]
    assert archive.read(licence).decode().strip() == told_by.licence
    for name in names:
        SCHEMA.validate(archive.read(name).decode().split("?>", 1)[1])
    first = archive.read("A1.xml")
    assert said(first, "c:status") == ["Actual"]
    assert said(first, "c:scope") == ["Public" if public else "Restricted"]
    assert len(said(first, "c:restriction")) == (not public)
    codes = said(first, "c:info/c:area/c:geocode/c:value")
    assert codes == ["SY", "SY-HL", "SY02", "SD", "SD-DS", "SD03"]


@pytest.mark.parametrize(
    ("way", "version", "kind", "urgency", "severity"),
    [
        ("worsening", 1, "Alert", "Immediate", "Extreme"),
        ("worsening", 3, "Update", "Immediate", "Extreme"),
        ("improving", 2, "Update", "Past", "Minor"),
        ("denied", 2, "Cancel", "Past", "Minor"),
        # Nothing was said before that could be cancelled.
        ("denied", 1, "Alert", "Past", "Minor"),
        ("improving", 1, "Alert", "Past", "Minor"),
    ],
)
def test_what_is_lifted_updates_and_what_is_denied_cancels(
    gazetteer: Gazetteer, way: str, version: int, kind: str, urgency: str, severity: str
) -> None:
    message = cap_message(record(way, version), edition(gazetteer))
    SCHEMA.validate(message.decode().split("?>", 1)[1])
    assert said(message, "c:msgType") == [kind]
    assert said(message, "c:info/c:urgency") == [urgency]
    assert said(message, "c:info/c:severity") == [severity]
    assert len(said(message, "c:info/c:headline")[0]) <= 160
    assert bool(said(message, "c:references")) is (version > 1)


def test_references_name_each_message_as_it_named_itself(gazetteer: Gazetteer) -> None:
    told_by = edition(gazetteer)
    one = record()
    third = record(version=3, uid=one.uid)
    references = said(cap_message(third, told_by), "c:references")[0].split(" ")
    first = cap_message(one, told_by)
    itself = ",".join(said(first, f"c:{name}")[0] for name in ("sender", "identifier", "sent"))
    assert references[0] == itself and len(references) == 2
    assert [datetime.fromisoformat(each.split(",")[2]) for each in references] == [
        NOW - DAY + HOUR,
        NOW - DAY + 2 * HOUR,
    ]


def test_a_first_message_whose_time_was_forgotten_is_still_referred_to(
    gazetteer: Gazetteer,
) -> None:
    message = cap_message(record("denied", 2, versions=()), edition(gazetteer))
    assert said(message, "c:msgType") == ["Cancel"]
    assert said(message, "c:references")[0].count(",") == 2


def test_large_numbers_are_whole(gazetteer: Gazetteer) -> None:
    figures = (Counted("displaced", 1_234_567.0, False, True),)
    message = cap_message(record(figures=figures), edition(gazetteer))
    assert "1234567" in said(message, "c:info/c:parameter/c:value")


def test_one_direction_that_is_worsening_is_not_cancelled(gazetteer: Gazetteer) -> None:
    both = (Said("a", "denied", "info", ""), Said("b", "worsening", "alert", ""))
    message = cap_message(record(version=2, said=both), edition(gazetteer))
    assert said(message, "c:msgType") == ["Update"]


def test_the_schema_of_these_tests_refuses_what_cap_refuses(gazetteer: Gazetteer) -> None:
    good = cap_message(record(), edition(gazetteer)).decode().split("?>", 1)[1]
    for old, new in (
        ("<status>Actual</status>", "<status>Real</status>"),
        ("-00:00</sent>", "Z</sent>"),
        ("<sender>desk@example.org</sender>", "<sender>two words</sender>"),
        ("<urgency>Immediate</urgency>", ""),
        ("<scope>Restricted</scope>", ""),
    ):
        assert old in good
        assert not SCHEMA.is_valid(good.replace(old, new))
