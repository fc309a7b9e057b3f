"""`marsad rules format`: one form, the same meaning, comments kept, twice is once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import load_rules
from rules.loading.formatting import WIDTH, FormatProblem, formatted
from rules.loading.load import SHIPPED
from rules.loading.rule_folders import KINDS

OLD = """# a rule of mine
id: well-water
title: {ar: جفاف, en: Dry, fr: Sec}
description: Wells run dry.   # in the hot months
sector: WASH
terms:
  # what people drink from
  well: {ar: [بئر/آبار, "عين ماء"]}
  dry:
    ar:
      - جفاف
      # verbs
      - ~جفّ
      - {verb: نضب, also: [noun]}
when:
  - {near: [well, dry], within: 6}
  # the title alone
  - any: [dry]
    in: title
    weight: 30
  - {near: [well, dry], in: title}
tests:
  # seen in the field
  fires: [جفت آبار القرية]
  silent:
    - حفر بئر جديدة
"""


def test_a_rule_of_0_1_0_comes_into_the_new_form(tmp_path: Path) -> None:
    text = formatted(OLD.encode(), "signals", "well-water.yaml")
    assert "tests:" not in text
    assert "examples:\n  # seen in the field\n  fires:\n    - جفت آبار القرية\n" in text
    assert "  - name: well-dry\n    near: [well, dry]\n    within: 6\n" in text
    assert "  # the title alone\n  - name: dry\n" in text
    assert "  - name: well-dry-in-title\n" in text
    assert "      # verbs\n      - ~جفّ\n      - {verb: نضب, also: [noun]}\n" in text
    assert '      - بئر/آبار\n      - "عين ماء"\n' in text
    assert "# in the hot months" in text
    (tmp_path / "signals").mkdir()
    (tmp_path / "signals" / "well-water.yaml").write_text(text, encoding="utf-8")
    assert not load_rules(tmp_path).warnings


PLAIN = re.compile(r"( +)- [=~]?[^\W\d_]+(?:[ /][^\W\d_]+)*\n")
"""Words of a list with nothing that could be written in another way but the space before them."""


def thinned(text: str) -> str:
    """Of plain words under each other so many as never fit on one line: reading tens of thousands
    of them takes most of a minute."""
    kept: list[str] = []
    run = indent = 0
    for line in text.splitlines(keepends=True):
        plain = PLAIN.fullmatch(line)
        run = run + 1 if plain and len(plain[1]) == indent else 1
        indent = len(plain[1]) if plain else 0
        if run <= WIDTH // 4:
            kept.append(line)
    return "".join(kept)


@pytest.mark.no_cover
def test_shipped_files_are_as_they_are_written_and_narrow() -> None:
    # `formatted` itself refuses to return what says something else or lost a comment.
    for path in (path for kind in KINDS for path in sorted((SHIPPED / kind).glob("*.yaml"))):
        whole = path.read_text(encoding="utf-8")
        text = thinned(whole)
        once = formatted(text.encode(), path.parent.name, path.name)
        assert once == text, f"{path.name}: marsad rules format"
        assert all(len(line) <= WIDTH for line in whole.splitlines()), path.name


WORDS = st.text(
    st.sampled_from("ابتثدرسمنوي abcdé'\"-#:,[]{}~=$!&*@%|>،؛1"), min_size=1, max_size=60
)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=6), st.lists(WORDS, max_size=3))
def test_formatting_twice_is_formatting_once_whatever_the_words(
    words: list[str], comments: list[str]
) -> None:
    import json

    lines = ["term:", "  ar:"]
    for number, word in enumerate(words):
        lines += [f"    # {comments[number]}"] if number < len(comments) else []
        lines.append("    - " + json.dumps(word, ensure_ascii=False))
    lines.append("  en: [" + ", ".join(json.dumps(w, ensure_ascii=False) for w in words) + "]")
    text = "\n".join(lines) + "\n"
    try:
        once = formatted(text.encode(), "vocabulary", "own.yaml")
    except FormatProblem:
        return  # left as it is
    assert formatted(once.encode(), "vocabulary", "own.yaml") == once


def test_what_is_no_rule_file_is_left_alone() -> None:
    for raw in (b"a: [", b"\xff\xfe", b"", b"- list\n"):
        with pytest.raises(FormatProblem):
            formatted(raw, "signals", "x.yaml")
