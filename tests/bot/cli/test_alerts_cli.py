"""`marsad alerts list|show|why`, over a real database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from bot.clock import utc_now
from bot.errors import CannotGoOn
from bot.feeds.catalogue import Feed
from bot.feeds.definitions import definition_of
from bot.locales.bidi import without_controls
from bot.settings import Settings, load_settings, variable
from storage.file.database import connect, migrate
from storage.news import feeds
from tests.bot.alerts.newsroom import Newsroom

runner = CliRunner()


@pytest.fixture(autouse=True)
def _desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shipped_rules_once: None) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(variable(field), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MARSAD_DATA_DIR", str(tmp_path / "var"))
    file = load_settings().database_file
    file.parent.mkdir(parents=True)
    db = connect(file)
    migrate(db)
    room, now = Newsroom(db), utc_now()
    room.says(
        *("حصار حلب", "يقول السكان إن حصار المدينة يشتد"), link="https://enab.example/1", now=now
    )
    room.says("حصار حمص", link="https://enab.example/2", kind="seed", now=now)
    room.says("طقس معتدل", link="https://enab.example/3", now=now)
    db.close()


def marsad(*arguments: str) -> tuple[int, str]:
    done = runner.invoke(app, ["alerts", *arguments])
    said = str(done.exception) if isinstance(done.exception, CannotGoOn) else ""
    return done.exit_code, done.output + said


def test_an_alert_is_listed_shown_and_explained_in_a_sentence() -> None:
    code, said = marsad("list")
    assert code == 0
    assert said.startswith("A1 ")
    assert "حصار حلب" in said
    assert "A1" in marsad("show", "A1")[1]
    code, said = marsad("why", "a1", "--lang", "fr")
    assert code == 0
    assert "Envoyée à" in said
    assert "any(" not in said
    assert "any(حصار)" in marsad("why", "A1", "--details")[1]


def test_as_json_it_holds_each_decision_with_the_hash_of_the_rules() -> None:
    found = json.loads(marsad("why", "A1", "--json")[1])
    assert found["id"] == "A1"
    assert found["why"].startswith("Sent at ")
    (decision,) = found["decisions"]
    assert (decision["action"], decision["reason"]) == ("send", "first-telling")
    assert decision["rules_hash"] == "r1"
    assert [each["id"] for each in json.loads(marsad("list", "--json")[1])] == ["A1"]
    assert json.loads(marsad("show", "A1", "--json")[1])["level"] == "alert"


def test_an_entry_is_asked_for_by_its_address_and_says_why_nothing_was_sent() -> None:
    assert "Sent at" in marsad("why", "https://enab.example/1")[1]
    code, said = marsad("why", "https://enab.example/2")
    assert (code, said) == (0, "Not sent because it is older than our watch on this feed.\n")
    assert "لم تجد فيه شيئًا" in marsad("why", "https://enab.example/3", "--lang", "ar")[1]
    found = json.loads(marsad("why", "https://enab.example/2", "--json")[1])
    assert found["decisions"][0]["reason"] == "entry-seeded"
    code, said = marsad("why", "https://enab.example/4")
    assert code != 0
    assert "no entry with this address" in said


def test_what_is_not_there_is_said_with_what_to_do() -> None:
    for wrong in ("A99", "nonsense", "<b>", "²"):
        code, said = marsad("why", wrong)
        assert code != 0, wrong
        assert "marsad alerts list" in said, wrong
    code, said = marsad("show", "A1", "--lang", "de")
    assert code != 0
    assert "ar, en or fr" in said


@pytest.mark.parametrize(
    "asked",
    [
        "alerts list",
        "alerts show 1",
        "alerts why 1",
        "export --format csv --since 7d --out x.csv",
        "stories show 1",
        "status حلب",
    ],
)
def test_where_nothing_was_ever_stored_no_quiet_week_is_reported(
    asked: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A mistyped folder is no week without alerts, and nothing is made in it."""
    monkeypatch.setenv("MARSAD_DATA_DIR", str(tmp_path / "vra"))
    done = runner.invoke(app, asked.split())
    assert done.exit_code == 1
    said = str(done.exception) if isinstance(done.exception, CannotGoOn) else done.output
    assert "vra" in said and "MARSAD_DATA_DIR" in said
    assert not (tmp_path / "vra").exists()


def test_a_feed_that_is_not_listed_any_more_keeps_its_name() -> None:
    enab = Feed(id="enab-feed", name="عنب بلدي", url="https://enab.example/rss", family="enab")
    db = connect(load_settings().database_file)
    feeds.sync(db, [(enab.id, enab.url)], utc_now(), {enab.id: definition_of(enab)})
    db.close()
    assert "«عنب بلدي»" in without_controls(marsad("why", "A1", "--lang", "ar")[1])
    Path("feeds.yaml").write_text("feeds: {", encoding="utf-8")
    assert "Source: عنب بلدي" in without_controls(marsad("show", "A1")[1])


@pytest.mark.parametrize(
    ("lang", "unknown", "nothing"),
    [
        ("ar", "لا تنبيه رقمه «A999»", "لا تنبيهات في اليومين الأخيرين"),
        ("en", "there is no alert «A999»", "No alerts in the last 2 days"),
        ("fr", "il n'y a pas d'alerte « A999 »", "Aucune alerte au cours des 2 derniers jours"),
    ],
)
def test_what_is_not_there_is_told_in_the_language(lang: str, unknown: str, nothing: str) -> None:
    for command in (("why", "A999"), ("show", "A999"), ("show", "A999", "--json")):
        code, said = marsad(*command, "--lang", lang)
        assert code == 2 and unknown in _plain(said), command
    db = connect(load_settings().database_file)
    db.execute("UPDATE alerts SET updated_at = '2020-01-01T00:00:00.000000+00:00'")
    db.commit()
    db.close()
    code, said = marsad("list", "--days", "2", "--lang", lang)
    assert code == 0 and nothing in _plain(said)


def _plain(said: str) -> str:
    return without_controls(said).replace("\u202f", " ").replace("\xa0", " ")


def test_a_language_without_texts_is_refused() -> None:
    for command in (("list",), ("why", "A1"), ("why", "https://enab.example/3"), ("show", "A9")):
        code, said = marsad(*command, "--lang", "de")
        assert code == 2 and "no language of Marsad's" in said, command
