"""`marsad status PLACE`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.alerts.pipeline import Pipeline
from bot.cli.main import app
from storage.file.database import connect, migrate
from storage.news import feeds
from tests.bot.alerts.newsroom import change, feed, item
from tests.conftest import shipped_rules


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shipped_rules_once: None) -> CliRunner:
    monkeypatch.setenv("MARSAD_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("MARSAD_RULES_DIR", raising=False)
    return CliRunner()


def told(folder: Path, *titles: str) -> None:
    """A database in which a feed said so just now."""
    now = datetime.now(UTC)
    db = connect(folder / "marsad.sqlite")
    migrate(db)
    pipeline, source = Pipeline(shipped_rules), feed("enab")
    feeds.sync(db, [(source.id, source.url)], now)
    batch = tuple(item(title, published_at=now, link="https://enab.example/1") for title in titles)
    found = pipeline._detect(batch, "ar")
    pipeline.accept(db, source, [change(each) for each in batch], found, now)
    db.close()


def test_what_is_known_of_a_place_in_words_and_as_json(run: CliRunner, tmp_path: Path) -> None:
    told(tmp_path, "فرضت القوات حصارا خانقا على مدينة الفاشر")
    result = run.invoke(app, ["status", "الفاشر"])
    assert result.exit_code == 0, result.output
    assert "🔴 Siege: under siege" in result.output
    assert "موقع enab" in result.output and "1 minute ago" in result.output
    arabic = run.invoke(app, ["status", "El Fasher", "--lang", "ar"])
    assert "الحصار: قائم" in arabic.output
    read = json.loads(run.invoke(app, ["status", "الفاشر", "--json"]).output)
    (state,) = read["here"]
    assert (state["state"], state["value"], state["known"]) == ("siege", "besieged", True)
    assert (state["alert"], read["alerts"][0]["id"]) == ("A1", "A1")


def test_what_is_not_there_is_told(run: CliRunner, tmp_path: Path) -> None:
    missing = run.invoke(app, ["status", "الفاشر"])
    assert missing.exit_code == 1 and "no database" in missing.output
    assert not (tmp_path / "marsad.sqlite").exists()
    told(tmp_path)
    unknown = run.invoke(app, ["status", "Khartuom"])
    assert unknown.exit_code == 1 and "Khartoum" in unknown.output
    nothing = run.invoke(app, ["status", "Nyala"])
    assert nothing.exit_code == 0 and "No state is reported" in nothing.output
