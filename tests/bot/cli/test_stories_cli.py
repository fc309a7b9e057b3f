"""``marsad stories eval``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.alerts.story.scores import read_story_entries, score_stories, without_largest
from bot.cli.main import app

pytestmark = pytest.mark.usefixtures("shipped_rules_once")

OWN = Path(__file__).parents[1] / "alerts" / "story" / "stories-en-fr.jsonl"


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["stories", *arguments])
    return result.exit_code, result.output


def test_stories_in_english_and_french_and_across_languages() -> None:
    code, output = run("eval", str(OWN), "--json")
    assert code == 0
    scores = json.loads(output)
    assert scores["entries"] >= 115
    assert scores["pairwise"]["precision"] >= 0.95
    assert scores["pairwise"]["recall"] >= 0.85
    assert scores["bcubed"]["f1"] >= 0.93
    assert set(scores["without_largest"]) == {"pairwise", "bcubed"}
    assert scores["baselines"]["near_copies"]["pairwise"]["recall"] < 0.1
    assert scores["baselines"]["tf_idf"]["bcubed"]["f1"] < scores["bcubed"]["f1"]


def write(tmp_path: Path, *entries: dict[str, object]) -> Path:
    file = tmp_path / "stories.jsonl"
    file.write_text("\n".join(json.dumps(each) for each in entries), encoding="utf-8")
    return file


def entry(name: str, story: str, *maybe: str) -> dict[str, object]:
    return {
        "id": name,
        "family": name,
        "lang": "en",
        "published": "2026-03-02T10:00",
        "title": f"Title {name}",
        "text": "",
        "story": story,
        "maybe": list(maybe),
    }


def test_pairs_in_doubt_count_neither_way(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        entry("a", "s1"),
        entry("b", "s1"),
        entry("c", "s2", "s1"),
        entry("d", "s1", "alone"),
        entry("e", "s3"),
    )
    entries = read_story_entries(file)
    together = score_stories(entries, dict.fromkeys("abcde", 1))
    # Of ten pairs a-c, b-c, c-d are in doubt, and so are a-d, b-d; right is a-b only.
    assert together.pairwise.precision == 1 / 5
    assert together.pairwise.recall == 1.0
    apart = score_stories(entries, {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5})
    assert (apart.pairwise.precision, apart.pairwise.recall) == (0.0, 0.0)
    assert apart.bcubed.precision == 1.0
    assert [each.id for each in without_largest(entries)] == ["c", "e"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"published": "yesterday"}, "published is no time such as 2026"),
        ({"published": "0001-01-01T00:00:00+14:00"}, "published is no time such as 2026"),
        ({"published": "9999-12-31T23:59:59-12:00"}, "published is no time such as 2026"),
        ({"title": "\ud83d cut"}, r"\ud83d is half of a character"),
    ],
    ids=["words", "first-day", "last-day", "half"],
)
def test_a_line_that_is_none_is_named(tmp_path: Path, changed: dict[str, str], said: str) -> None:
    broken = entry("b", "s1") | changed
    code, output = run("eval", str(write(tmp_path, entry("a", "s1"), broken)))
    assert code == 1
    assert "stories.jsonl:2" in output and said in output


def test_a_whole_character_in_two_halves_is_one(tmp_path: Path) -> None:
    both = entry("a", "s1") | {"title": "\U0001f7e1 siege"}
    file = write(tmp_path, both)
    assert "\\ud83d" in file.read_text("utf-8")
    assert read_story_entries(file)[0].title == "\U0001f7e1 siege"
