"""`marsad places`: what operators see."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app

SHARED = Path(__file__).parents[4] / "shared" / "data" / "places-dev-ar.jsonl"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shipped_rules_once: None) -> CliRunner:
    monkeypatch.setenv("MARSAD_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("MARSAD_RULES_DIR", raising=False)
    return CliRunner()


def labelled(tmp_path: Path, *lines: object) -> Path:
    path = tmp_path / "labelled.jsonl"
    path.write_text(
        "\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8"
    )
    return path


ENTRY = {
    "id": "1",
    "lang": "ar",
    "title": "مقتل 5 مدنيين في قصف على مدينة الباب",
    "text": "قتل 5 مدنيين في قصف على مدينة الباب بريف حلب، وفق مسؤول في دمشق.",
    "countries": ["SY"],
    "adm1": ["SY-HL"],
    "places": ["مدينة الباب"],
}


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "It happens at"), ("ar", "يقع الحدث في"), ("fr", "Cela se passe à")],
)
def test_find_says_where_it_happens_and_what_is_set_aside(
    run: CliRunner, lang: str, words: str
) -> None:
    text = "قتل 5 مدنيين في قصف على الحديدة ونقل الجرحى إلى مستشفيات ذمار"
    result = run.invoke(app, ["places", "find", text, "--lang", lang])
    assert result.exit_code == 0, result.output
    happens = [line for line in result.output.splitlines() if line.startswith(words)]
    assert len(happens) == 1
    assert "YE-HU" in happens[0]
    assert "ذمار" in result.output


def test_find_as_json_tells_codes_and_offsets(run: CliRunner) -> None:
    text = "قصف على وتعز"
    result = run.invoke(app, ["places", "find", text, "--json"])
    found = json.loads(result.output)
    (named,) = found["named"]
    assert text[named["start"] : named["end"]] == named["quote"] == "تعز"
    assert named["place"]["adm1"] == "YE-TA"


def test_find_of_nothing_says_so(run: CliRunner) -> None:
    result = run.invoke(app, ["places", "find", "لا شيء هنا"])
    assert result.exit_code == 0
    assert "No place is named here." in result.output


def test_check_of_the_shipped_files_finds_nothing(run: CliRunner) -> None:
    result = run.invoke(app, ["places", "check"])
    assert result.exit_code == 0, result.output
    assert "no errors" in result.output


def test_check_tells_every_error_with_its_line_and_exits_1(run: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "own" / "places").mkdir(parents=True)
    (tmp_path / "own" / "places" / "x.yaml").write_text(
        "country: SY\nplaces:\n  - {kind: town, in: SY-XX, en: [Nowhere]}\n", encoding="utf-8"
    )
    result = run.invoke(app, ["places", "check", "--rules", str(tmp_path / "own")])
    assert result.exit_code == 1
    assert "own/places/x.yaml:3: no place has the id «SY-XX»" in result.output
    found = run.invoke(app, ["places", "find", "حلب", "--rules", str(tmp_path / "own")])
    assert found.exit_code == 1
    assert "Traceback" not in found.output


def test_eval_scores_countries_divisions_and_names(run: CliRunner, tmp_path: Path) -> None:
    wrong = {**ENTRY, "id": "2", "countries": ["YE"], "adm1": ["YE-AD"], "places": ["عدن"]}
    path = labelled(tmp_path, ENTRY, wrong)
    result = run.invoke(app, ["places", "eval", str(path), "--json"])
    assert result.exit_code == 0, result.output
    scores = json.loads(result.output)
    assert scores["countries"] == {"exact": 0.5, "macro": 0.5}
    assert scores["adm1"]["precision"] == scores["adm1"]["recall"] == 0.5
    assert set(scores["adm1"]) == set(scores["names"]) == {"precision", "recall", "f1", "macro_f1"}
    assert scores["names"]["f1"] == 0.5
    assert set(scores["baseline"]) == {"countries", "adm1", "names"}
    shown = run.invoke(app, ["places", "eval", str(path), "--split", "--errors"])
    assert "look-up" in shown.output


@pytest.mark.parametrize(
    "content", ["", "{", "[1]", '{"id": 1}', '{"title": "x", "countries": "SY"}', '{"title": 1}']
)
def test_eval_of_a_broken_file_names_file_and_line(
    run: CliRunner, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text(content, encoding="utf-8")
    result = run.invoke(app, ["places", "eval", str(path)])
    assert result.exit_code == 1
    assert "broken.jsonl" in " ".join(result.output.split("\n"))
    assert "Traceback" not in result.output
    missing = run.invoke(app, ["places", "eval", str(tmp_path / "none.jsonl")])
    assert missing.exit_code == 1


def test_eval_on_the_labelled_entries_reaches_what_it_reached(run: CliRunner) -> None:
    if not SHARED.is_file():
        pytest.skip("needs ../shared/data, which is not part of the project")
    result = run.invoke(app, ["places", "eval", str(SHARED), "--json"])
    scores = json.loads(result.output)
    assert scores["countries"]["exact"] >= 0.93
    assert scores["adm1"]["f1"] >= 0.86
    assert scores["names"]["f1"] >= 0.77
    assert scores["countries"]["exact"] > scores["baseline"]["countries"]["exact"] + 0.2


@pytest.mark.parametrize("ask", [["rules", "check"], ["doctor"]])
def test_what_a_start_would_refuse_is_said_by_who_is_asked_before(
    run: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ask: list[str]
) -> None:
    mine = tmp_path / "mine"
    (mine / "places").mkdir(parents=True)
    (mine / "places" / "mine.yaml").write_text(
        "country: SD\nplaces:\n  - add: SD-QQ\n    ar: [قرية]\n", encoding="utf-8"
    )
    monkeypatch.setenv("MARSAD_RULES_DIR", str(mine))
    result = run.invoke(app, ask)
    assert result.exit_code == 1
    assert "mine.yaml:3" in result.output
    assert "Traceback" not in result.output
