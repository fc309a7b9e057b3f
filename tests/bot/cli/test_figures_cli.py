"""``marsad figures``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.main import app

pytestmark = pytest.mark.usefixtures("shipped_rules_once")

ENTRIES = [
    {
        "id": "one",
        "title": "مقتل 12 شخصا على الأقل وإصابة 30",
        "text": "بينهم 3 أطفال",
        "figures": [
            {"what": "killed", "value": 12, "at_least": True, "words": "12 شخصا"},
            {"what": "wounded", "value": 30, "at_least": False, "words": "30"},
            {"what": "displaced", "value": 500, "at_least": False, "words": "500"},
        ],
    },
    {"id": "two", "title": "فاز الفريق 3-1", "text": "", "figures": []},
]


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["figures", *arguments])
    return result.exit_code, result.output


def test_eval_scores_each_distinct_figure_once(tmp_path: Path) -> None:
    file = tmp_path / "figures.jsonl"
    file.write_text("\n".join(json.dumps(entry) for entry in ENTRIES), encoding="utf-8")
    code, output = run("eval", str(file), "--json")
    assert code == 0
    scores = json.loads(output)
    assert (scores["micro"]["tp"], scores["micro"]["fp"], scores["micro"]["fn"]) == (2, 0, 1)
    assert scores["what"]["killed"]["f1"] == 1.0
    assert scores["what"]["displaced"]["recall"] == 0.0
    assert scores["agreed"] == {"at_least": 2, "vague": 2, "part": 2, "of": 2}
    code, output = run("eval", str(file), "--errors")
    assert code == 0
    assert "micro" in output


def test_eval_names_the_line_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "figures.jsonl"
    wrong = {"id": "a", "title": "x", "figures": [{"what": "eaten", "value": 1}]}
    file.write_text(json.dumps(wrong), encoding="utf-8")
    code, output = run("eval", str(file))
    assert code == 2 or code == 1
    assert "figures.jsonl" in output
    assert "eaten" in output


def test_find_shows_what_is_read() -> None:
    code, output = run("find", "مقتل 12 شخصا على الأقل")
    assert (code, output.strip()) == (0, "killed: 12 (at_least): 12 شخصا")
    assert run("find", "فاز الفريق")[1].strip() == "No figure."
    assert json.loads(run("find", "killed 12", "--json")[1])[0]["value"] == 12
