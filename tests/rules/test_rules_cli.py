"""The operators' commands as they type them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app

BROKEN = Path(__file__).parent / "broken"
RULE = """id: well-water
title: {ar: جفاف, en: Dry, fr: Sec}
description: Wells run dry.
sector: WASH
terms:
  well: {ar: [بئر/آبار]}
  dry: {ar: [جفاف, ~جفّ]}
when:
  - near: [well, dry]
tests:
  fires: [جفت آبار القرية, امتلأت آبار القرية]
  silent: [حفر بئر جديدة]
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("MARSAD_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)
    return CliRunner()


@pytest.fixture
def failing(tmp_path: Path) -> Path:
    (tmp_path / "own" / "signals").mkdir(parents=True)
    (tmp_path / "own" / "signals" / "well-water.yaml").write_text(RULE, encoding="utf-8")
    return tmp_path / "own"


def test_check_tells_every_error_and_exits_1(run: CliRunner) -> None:
    result = run.invoke(app, ["rules", "check", str(BROKEN / "everything-at-once")])
    assert result.exit_code == 1
    assert "signals/well-water.yaml:4: unknown key «tems»; did you mean «terms»?" in result.stderr
    assert "4 errors" in result.stderr
    assert "Traceback" not in result.output + result.stderr


def test_check_runs_the_tests_too_as_the_service_does(run: CliRunner, failing: Path) -> None:
    result = run.invoke(app, ["rules", "check", str(failing), "--json"])
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert [e["line"] for e in told["errors"]] == [11]
    assert "امتلأت آبار القرية" in told["errors"][0]["message"]


def test_a_failed_test_shows_what_was_found(run: CliRunner, failing: Path) -> None:
    result = run.invoke(app, ["rules", "test", str(failing)])
    assert result.exit_code == 1
    assert "it stayed silent (score 0/100); terms found: well-water/well" in result.stdout


def test_explain_shows_the_sentence_and_the_clause(run: CliRunner) -> None:
    text = "تحسن الطقس. يجري صرف المرضى ولا توجد أدوية لعلاج أكثر الأمراض شيوعا."
    result = run.invoke(app, ["rules", "explain", text])
    assert result.exit_code == 0
    assert "medicine-shortage" in result.stdout
    assert "ولا توجد أدوية" in result.stdout
    told = json.loads(run.invoke(app, ["rules", "explain", text, "--json"]).stdout)
    evidence = next(d for d in told["detections"] if d["signal"] == "medicine-shortage")["evidence"]
    assert all(text[e["start"] : e["end"]] == e["quote"] for e in evidence)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rules", "explain"], "give either a text or --file"),
        (["rules", "explain", "--file", "absent.txt"], "absent.txt"),
        (["rules", "expand", "~يجف"], "write its root and form"),
        (["eval", "absent.jsonl"], "absent.jsonl"),
        (["rules", "replay"], "no database there yet"),
    ],
)
def test_a_mistake_is_told_in_words(run: CliRunner, arguments: list[str], message: str) -> None:
    result = run.invoke(app, arguments)
    assert result.exit_code in (1, 2)
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_expand_shows_forms_and_warns_of_commoner_words(run: CliRunner) -> None:
    result = run.invoke(app, ["rules", "expand", "دواء/أدوية"])
    assert "أدوية" in result.stdout
    assert "$medicine" in result.stdout
    told = json.loads(run.invoke(app, ["rules", "expand", "دواء/أدوية", "--json"]).stdout)
    assert "وبالأدوية" in told["forms"]
    assert "جدا" in run.invoke(app, ["rules", "expand", "جد"]).stdout


def test_eval_prints_the_agreed_json(run: CliRunner, tmp_path: Path) -> None:
    entries = [
        {"id": "1", "lang": "ar", "title": "نقص حاد في الأدوية بمستشفيات غزة", "text": "",
         "signals": {"medicine-shortage": "worsening"}, "maybe": ["health-system-collapse"]},
        {"id": "2", "lang": "ar", "title": "فوز المنتخب", "text": "", "signals": {}, "maybe": []},
    ]  # fmt: skip
    file = tmp_path / "labelled.jsonl"
    file.write_text("\n".join(json.dumps(e) for e in entries), encoding="utf-8")
    told = json.loads(run.invoke(app, ["eval", str(file), "--json"]).stdout)
    assert set(told["micro"]) == {"precision", "recall", "f1", "tp", "fp", "fn"}
    assert told["signals"]["medicine-shortage"]["tp"] == 1
    assert told["directions"] == {"right": 1, "of": 1, "share": 1.0}


def test_a_line_that_is_no_entry_is_named(run: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "labelled.jsonl"
    file.write_text('{"id": "1", "title": "x"}\nnonsense\n', encoding="utf-8")
    result = run.invoke(app, ["eval", str(file)])
    assert result.exit_code == 1
    assert "labelled.jsonl:2: is no labelled entry" in result.stderr
