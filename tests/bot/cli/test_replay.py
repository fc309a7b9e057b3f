"""`marsad replay`: old news through rules, stories and decisions, without sending."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from bot.cli.rules import measuring
from bot.cli.rules.shared import read_all
from bot.errors import CannotGoOn
from rules.trying import all_cores
from rules.trying.all_cores import RuleFiles, RulesChanged, WorkerDied
from storage.opening import open_database
from tests.storage.make import add_entry

pytestmark = pytest.mark.usefixtures("shipped_rules_once")

STRIKE = "قصف يستهدف مستشفى في نيالا ويقتل 12 شخصا"


def entries(tmp_path: Path) -> Path:
    file = tmp_path / "old.jsonl"
    told = [
        ("a", "enab", "2026-03-01T10:00:00", STRIKE),
        ("b", "sana", "2026-03-01T11:00:00", f"{STRIKE} اليوم"),
        ("c", "sana", "2026-03-01T12:00:00", "المنتخب يفوز في مباراة ودية"),
        ("d", "enab", "2026-03-02T09:00:00", "الجيش يأمر سكان قرية في ريف إدلب بإخلاء منازلهم"),
    ]
    lines = (
        {"id": i, "family": f, "lang": "ar", "published": at, "title": title, "text": ""}
        for i, f, at, title in told
    )
    file.write_text("\n".join(json.dumps(each) for each in lines), encoding="utf-8")
    return file


def test_two_publishers_of_one_happening_are_fewer_messages(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["replay", str(entries(tmp_path)), "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    assert (found["entries"], found["days"]) == (4, 2)
    assert found["messages"]["told"] == 2
    assert found["messages"]["alone"] > found["messages"]["told"]
    assert found["critical"]["kept_back"] == 0


def test_the_table_says_so_and_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["replay", str(entries(tmp_path))])
    assert "4 entries, 2 days" in shown.output
    (tmp_path / "bad.jsonl").write_text("no json\n", encoding="utf-8")
    assert CliRunner().invoke(app, ["replay", str(tmp_path / "bad.jsonl")]).exit_code != 0
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")
    empty = CliRunner().invoke(app, ["replay", str(tmp_path / "empty.jsonl"), "--json"])
    assert empty.exit_code == 0 or "empty" in empty.output


@pytest.mark.parametrize(
    ("ended", "said"), [(WorkerDied(), "for want of memory"), (RulesChanged(), "run the command")]
)
def test_reading_that_cannot_be_finished_ends_with_words(
    monkeypatch: pytest.MonkeyPatch, ended: Exception, said: str
) -> None:
    def none(*_: object) -> Iterator[str]:
        yield "one"
        raise ended

    monkeypatch.setattr(all_cores, "on_all_cores", none)
    read = read_all(str, None, RuleFiles(), ["one", "two"])  # type: ignore[arg-type]
    assert next(read) == "one"
    with pytest.raises(CannotGoOn, match=said):
        next(read)


def test_stored_entries_are_read_page_by_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def store() -> None:
        database = await open_database(tmp_path / "marsad.sqlite")
        for title in (STRIKE, "مباراة", STRIKE, "معرض", "رواية"):
            await database.write(
                lambda db, title=title: add_entry(  # type: ignore[misc]
                    db, title=title, summary="", first_seen_at=datetime.now(UTC)
                )
            )
        await database.close()

    asyncio.run(store())
    monkeypatch.setenv("MARSAD_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(measuring, "PAGE", 2)
    result = CliRunner().invoke(app, ["rules", "replay", "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    assert (found["entries"], found["lost"]) == (5, 0)
    assert {change["title"] for change in found["changes"]} == {STRIKE}
