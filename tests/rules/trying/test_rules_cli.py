"""The operators' commands as they type them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app
from rules import RuleSet

BROKEN = Path(__file__).parents[1] / "loading" / "broken"
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
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shipped_rules_once: None) -> CliRunner:
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
    assert "Errors: 4." in result.stderr
    assert "Traceback" not in result.output + result.stderr


@pytest.mark.parametrize(
    ("command", "arabic", "french"),
    [
        (["check", "own"], "؛ بلا أخطاء", "; aucune erreur"),
        (["test", "own"], "، وفشلت: 0.", ", échoués : 0."),
        (["expand", "shortage"], "عدد الصيغ التي تطابقها «shortage»: 2", "« shortage »"),
        (["explain", "nothing new"], "لم يُرصد شيء.", "Aucun signal."),
    ],
)
def test_what_a_command_found_is_summed_up_in_the_language_that_was_asked_for(
    run: CliRunner, failing: Path, few_shipped: None, command: list[str], arabic: str, french: str
) -> None:
    rule = failing / "signals" / "well-water.yaml"
    rule.write_text(RULE.replace(", امتلأت آبار القرية", ""), encoding="utf-8")
    words = [str(failing) if word == "own" else word for word in command]
    option = "--told" if command[0] in ("expand", "explain") else "--lang"
    for language, expected in (("ar", arabic), ("fr", french)):
        result = run.invoke(app, ["rules", *words, option, language])
        assert expected in result.output


def test_check_runs_the_tests_too_as_the_service_does(
    run: CliRunner, failing: Path, few_shipped: None
) -> None:
    result = run.invoke(app, ["rules", "check", str(failing), "--json"])
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert [e["line"] for e in told["errors"]] == [11]
    assert "امتلأت آبار القرية" in told["errors"][0]["message"]


def test_a_failed_test_shows_what_was_found(
    run: CliRunner, failing: Path, few_shipped: None
) -> None:
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


def test_a_headline_needs_no_text_to_be_explained(run: CliRunner) -> None:
    given = ["rules", "explain", "--title", "حصار خانق على مضايا"]
    result = run.invoke(app, given)
    assert (result.exit_code, "siege" in result.stdout) == (0, True), result.output
    assert json.loads(run.invoke(app, [*given, "--json"]).stdout)["detections"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rules", "explain"], "give either a text or --file"),
        (["rules", "explain", "--file", "absent.txt"], "absent.txt"),
        (["rules", "expand", "~يجف"], "write its root and form"),
        (["eval", "absent.jsonl"], "absent.jsonl: there is no such file"),
        (["eval", "."], "is a folder; give a file of labelled entries"),
        (["eval", "absent.jsonl", "--lang", "fr"], "ce fichier n'existe pas"),
        (["rules", "expand", ""], "no word given"),
        (["rules", "expand", "{verb أخلى}", "--told", "ar"], "مثل {verb: أخلى"),
        (["rules", "expand", "حملة $vacine"], "there is no vocabulary term $vacine"),
        (["rules", "replay"], "no database there yet"),
        (["eval", "empty"], "empty: holds no entry"),
        (["eval", "binary"], "binary: is not UTF-8 text"),
        (["eval", "list"], "list:1: is no labelled entry (list instead of {…})"),
        (["eval", "nothing"], "nothing:1: is no labelled entry (neither title nor text)"),
        (["rules", "audit", "empty"], "empty: no entry in it"),
        (["rules", "audit", "binary"], "binary: is not UTF-8 text"),
        (["rules", "audit", "."], "«.» is a folder: name a file"),
        (["rules", "explain", "--file", "binary"], "binary: is not UTF-8 text"),
        (["rules", "format", "empty"], "empty: is no folder"),
        (["rules", "check", "absent"], "is no folder; create it"),
    ],
)
def test_a_mistake_is_told_in_words(
    run: CliRunner, tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "list").write_text("[1, 2]")
    (tmp_path / "nothing").write_text('{"a": 1}')
    result = run.invoke(app, arguments)
    assert result.exit_code in (1, 2)
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_expand_shows_forms_and_warns_of_commoner_words(run: CliRunner) -> None:
    result = run.invoke(app, ["rules", "expand", "دواء/أدوية"])
    assert "أدوية" in result.stdout
    assert "$thing-medicine" in result.stdout
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
    assert {k: told["directions"][k] for k in ("right", "of", "share")} == {
        "right": 1,
        "of": 1,
        "share": 1.0,
    }
    assert told["directions"]["worsening"]["tp"] == 1
    assert told["pushed"]["tp"] == 1
    assert told["quiet"] == {"entries": 1, "false": 0, "per_100": 0.0}
    assert sum(part["entries"] for part in told["parts"].values()) == 2


def test_a_line_that_is_no_entry_is_named(run: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "labelled.jsonl"
    file.write_text('{"id": "1", "title": "x"}\nnonsense\n', encoding="utf-8")
    result = run.invoke(app, ["eval", str(file)])
    assert result.exit_code == 1
    assert "labelled.jsonl:2: is no labelled entry" in result.stderr


def test_check_speaks_the_language_that_is_asked_for(run: CliRunner) -> None:
    folder = str(BROKEN / "arabic-digits")
    result = run.invoke(app, ["rules", "check", folder, "--lang", "ar"])
    assert "signals/well-water.yaml:11: «within» قيمته «٦»؛ اكتب الأرقام هكذا: 6" in result.stderr
    told = json.loads(run.invoke(app, ["rules", "check", folder, "--lang", "fr", "--json"]).stdout)
    assert told["errors"][0]["message"].startswith("« within »") or "chiffres" in str(told)


def test_check_of_a_file_asks_for_the_folder(run: CliRunner, failing: Path) -> None:
    result = run.invoke(app, ["rules", "check", str(failing / "signals" / "well-water.yaml")])
    assert result.exit_code == 1
    assert "is a file; give the folder that holds signals/" in result.stderr


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("{verb: أخلى, root: خ ل و, form: IV}", "أخلى"),
        ("{verb: دمّر, also: [noun, doer, done]}", "تدمير"),
        ("{root: ح ص ر}", "محاصرة"),
        ("{adj: عسير}", "عسيرة"),
        ("{noun: معبر/معابر}", "معابر"),
        ("{particle: دون}", "دون"),
        ("~نفد", "نفدت"),
        ("=لا يزال", "يزال"),
        ("حملة $thing-medicine", "دواء"),
        ("$thing-medicine", "دواء"),
        ("النكبة", "النكبة"),
        ("وقف إطلاق النار", "إطلاق"),
    ],
)
def test_every_form_that_the_guide_teaches_can_be_expanded(
    run: CliRunner, written: str, form: str
) -> None:
    result = run.invoke(app, ["rules", "expand", written, "--json"])
    assert result.exit_code == 0, result.stderr
    assert form in json.loads(result.stdout)["forms"]


def test_format_changes_files_once_and_check_changes_nothing(run: CliRunner, failing: Path) -> None:
    file = failing / "signals" / "well-water.yaml"
    before = file.read_bytes()
    looked = run.invoke(app, ["rules", "format", str(failing), "--check"])
    assert (looked.exit_code, file.read_bytes()) == (1, before)
    changed = run.invoke(app, ["rules", "format", str(failing)])
    assert changed.exit_code == 0
    assert "- name: well-dry" in file.read_text(encoding="utf-8")
    assert run.invoke(app, ["rules", "format", str(failing), "--check"]).exit_code == 0
    assert [p.name for p in file.parent.iterdir()] == ["well-water.yaml"]


def test_format_does_not_wait_for_a_pipe(run: CliRunner, failing: Path) -> None:
    os.mkfifo(failing / "signals" / "pipe.yaml")
    result = run.invoke(app, ["rules", "format", str(failing)])
    assert result.exit_code == 1
    assert "signals/pipe.yaml:1: is no ordinary file" in result.stderr
    assert "signals/well-water.yaml: changed" in result.stdout


def test_a_slip_in_a_signal_name_of_a_labelled_file_is_told(run: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "labelled.jsonl"
    entry = {"id": "1", "title": "x", "text": "", "signals": {"medecine-shortage": "worsening"}}
    file.write_text(json.dumps(entry), encoding="utf-8")
    result = run.invoke(app, ["eval", str(file), "--split"])
    assert result.exit_code == 0
    assert "1: there is no signal «medecine-shortage»; did you mean «medicine-shortage»?" in (
        result.stderr
    )
    assert "Part " in result.stdout


def test_an_entry_that_cannot_be_read_counts_as_missed_and_is_named(shipped: RuleSet) -> None:
    from rules.trying.measuring.evaluation import evaluate
    from rules.trying.measuring.labelled import LabelledEntry

    labels = {"siege": "worsening"}
    bad = LabelledEntry("bad", "ar", "", None, labels, frozenset())  # type: ignore[arg-type]
    good = LabelledEntry("good", "ar", "", "حصار خانق على المدينة منذ أشهر", labels, frozenset())
    result = evaluate(shipped, [bad, good])
    assert result.unread == ("bad",)
    assert (result.signals["siege"].tp, result.signals["siege"].fn) == (1, 1)


def test_a_missed_label_is_explained_only_for_who_asks(
    shipped: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rules.trying.measuring import evaluation
    from rules.trying.measuring.labelled import LabelledEntry

    labels = {"siege": "worsening"}
    missed = LabelledEntry("1", "ar", "", "صدرت رواية جديدة", labels, frozenset())
    assert [m.kind for m in evaluation.evaluate(shipped, [missed]).mistakes] == ["missed"]
    monkeypatch.setattr(evaluation, "read_entry", None)
    scored = evaluation.evaluate(shipped, [missed], mistakes=False)
    assert (scored.signals["siege"].fn, scored.mistakes) == (1, ())
