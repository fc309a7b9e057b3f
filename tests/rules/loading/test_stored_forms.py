"""The forms of words on disk: rules are compiled alike with them, and only new words are asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rules import RuleSet
from rules.language import latin
from rules.language.arabic import verbs
from rules.loading.load import load_rules
from rules.loading.stored import compiled, forms
from rules.loading.stored.file import StoredFile
from tests.rules.few import few_rules

RULE = """id: {id}
title: {{ar: جفاف, en: Dry, fr: Sec}}
description: Wells run dry.
sector: WASH
terms:
  dry: {{ar: [~جفّ, {{verb: نضب, also: [noun]}}, آبار], en: [{english}, =wells], fr: [tarir]}}
when:
  - name: dry
    any: [dry]
examples:
  fires: [جفت الآبار]
  silent: [يوم هادئ]
"""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The words whose forms were worked out."""
    words: list[str] = []

    def counting(work: Callable[..., object]) -> Callable[..., object]:
        def counted(word: str, *more: object) -> object:
            words.append(word)
            return work(word, *more)

        return counted

    monkeypatch.setattr(latin, "forms", counting(latin.forms))
    monkeypatch.setattr(verbs, "verb", counting(verbs.verb))
    return words


def written(folder: Path, name: str, english: str = "dry up") -> Path:
    (folder / "signals").mkdir(parents=True, exist_ok=True)
    path = folder / "signals" / f"{name}.yaml"
    path.write_text(RULE.format(id=name, english=english), encoding="utf-8")
    return folder


def load(own: Path, known: Path | None) -> RuleSet:
    return load_rules(own, shipped=few_rules(), forms=known)


def test_what_is_known_is_not_worked_out_again_and_says_the_same(
    tmp_path: Path, asked: list[str]
) -> None:
    own, known = written(tmp_path / "own", "dry-wells"), tmp_path / "known"
    without = compiled.written(load(own, None))
    assert {"جفّ", "نضب", "tarir", "dry"} <= set(asked)
    load(own, known)
    asked.clear()
    assert compiled.written(load(own, known)) == without
    assert not asked


def test_of_a_change_only_the_new_words_are_worked_out(tmp_path: Path, asked: list[str]) -> None:
    own, known = written(tmp_path / "own", "dry-wells"), tmp_path / "known"
    load(own, known)
    asked.clear()
    load(written(own, "dry-wells", "parched soil"), known)
    assert asked == ["parched", "soil"]
    asked.clear()
    load(written(own, "dry-wells"), known)  # taken back: the older words are still there
    assert not asked


@pytest.mark.parametrize(
    "harm", ["damaged", "no words", "no lexemes", "of other code", "open to others"]
)
def test_a_file_that_is_not_right_is_as_good_as_none(
    tmp_path: Path, asked: list[str], harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, known = written(tmp_path / "own", "dry-wells"), tmp_path / "known"
    right = compiled.written(load(own, known))
    (file,) = known.iterdir()
    if harm == "damaged":
        file.write_bytes(file.read_bytes().replace(b"tarir", b"tares"))
    elif harm == "no words":
        StoredFile(known, "forms", "").write({"verbs": ["x"], "latin": {"en dry": 1}}, "forms")
    elif harm == "no lexemes":
        verbs = dict.fromkeys(json.loads(file.read_text().split("\n")[2]), "x")
        StoredFile(known, "forms", "").write({"verbs": verbs, "latin": {}}, "forms")
    elif harm == "of other code":
        monkeypatch.setattr("rules.loading.stored.file._made_by", lambda: "another version")
    else:
        file.chmod(0o666)
    asked.clear()
    assert compiled.written(load(own, known)) == right
    assert "tarir" in asked


def test_it_does_not_grow_without_end(
    tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own, known = written(tmp_path / "own", "dry-wells"), tmp_path / "known"
    written(own, "dry-wells", "silted brackish")
    words = len(list(load(own, known).words.inflected()))
    monkeypatch.setattr(forms, "MOST", words)
    load(written(own, "dry-wells", "caved muddied"), known)
    asked.clear()
    load(own, known)
    assert not asked, "the words of the latest rules stay"
    load(written(own, "dry-wells", "silted brackish"), known)
    assert asked == ["silted", "brackish"], "the oldest made room"


def test_where_nothing_can_be_written_all_is_worked_out_each_time(
    tmp_path: Path, asked: list[str]
) -> None:
    own, known = written(tmp_path / "own", "dry-wells"), tmp_path / "known"
    known.write_text("no folder")
    load(own, known)
    asked.clear()
    assert load(own, known).signals["dry-wells"]
    assert "tarir" in asked
