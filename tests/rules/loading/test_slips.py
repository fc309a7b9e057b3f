"""Slips of people who write YAML for the first time get the right word, on the right line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rules import RulesInvalid
from rules.loading.yamlfile import Problem
from rules.trying.inline_tests import run_tests
from tests.rules.few import load_few
from tests.rules.loading.test_rule_form import RULE, own

EXAMPLE = "    - جفت آبار القرية\n"
STATUS = "status: test"
NEAR = "near: [well, dry]"
OIL = "[نفط]"
WITHIN = "within: 6"


def told(folder: Path, before: str, after: str) -> list[Problem]:
    """What is said of the rule with a part of it written otherwise."""
    assert before in RULE
    with pytest.raises(RulesInvalid) as refused:
        load_few(own(folder, RULE.replace(before, after)))
    return list(refused.value.errors)


def line_of(part: str) -> int:
    return RULE[: RULE.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        # Marks that look like those of YAML.
        (STATUS, "status： test", "this is another colon"),
        (EXAMPLE, EXAMPLE.replace("-", "–"), "a hyphen and a space"),
        (EXAMPLE, EXAMPLE.replace("-", "—"), "a hyphen and a space"),
        (EXAMPLE, EXAMPLE.replace("-", "•"), "a hyphen and a space"),
        (EXAMPLE, EXAMPLE.replace("-", "*"), "a hyphen and a space"),
        (OIL, "[نفط؛ بترول]", "each word of a list"),
        (OIL, "[نفط|بترول]", "each word of a list"),
        (OIL, "[«نفط»]", "quotation marks"),
        # A space too few or too many.
        (EXAMPLE, EXAMPLE.replace("- ", "-"), "a space behind the hyphen"),
        (STATUS, "status:test", "a space behind the colon"),
        (f"  {WITHIN}", f"\t{WITHIN}", "spaces, not tabs"),
        # What is opened and not closed, or closed too soon.
        (NEAR, "near: [well, dry", "a bracket is opened here"),
        (EXAMPLE, EXAMPLE.replace("- ", '- "'), "a quotation mark is opened here"),
        (EXAMPLE, EXAMPLE.replace("جفت", '"عاجل" جفت'), "nothing may stand behind the closing"),
        # Texts whose first letter means something.
        (EXAMPLE, EXAMPLE.replace("جفت", "> جفت"), "begins with > must stand"),
        (EXAMPLE, EXAMPLE.replace("جفت", "| جفت"), "begins with | must stand"),
        (EXAMPLE, EXAMPLE.replace("جفت", "[عاجل] جفت"), "begins with [ must stand"),
        (EXAMPLE, EXAMPLE.replace("جفت", "{عاجل} جفت"), "begins with { must stand"),
        (EXAMPLE, EXAMPLE.replace("جفت", "%50 جفت"), "begins with % must stand"),
        (EXAMPLE, EXAMPLE.replace("جفت", "#عاجل جفت"), "begins with # must stand"),
        (STATUS, "status: !!str test", "tags (!) are not allowed"),
        # Values of another kind.
        (WITHIN, "within: 6.5", "write a whole number"),
        (WITHIN, "within: six", "write a whole number"),
        (WITHIN, "within: 600", "60 at most"),
        (WITHIN, "within: -1", "0 at least"),
        ("unless: not-water", "unbroken: maybe", "write true or false"),
        ("en: [oil]", "en: [oil, 19]", "this is a number; put it in quotation marks"),
        ("{ar: [نفط], en: [oil]}", "", "is empty: write what belongs here"),
        (NEAR, "near: well, dry", "write it as [well, dry]"),
        (NEAR, "near: well + dry", "write it as [well, dry]"),
        # Names.
        (NEAR, "near: [بئر, dry]", "is a word; here stand names of terms"),
        ("ar: [نفط]", "arabic: [نفط]", "did you mean «ar»?"),
        ("terms:", "المصطلحات:", "the English words of the guide"),
        ("when:", "whens:", "did you mean «when»?"),
    ],
)  # fmt: skip
def test_a_slip_gets_its_word_where_it_stands(
    tmp_path: Path, before: str, after: str, says: str
) -> None:
    (problem,) = told(tmp_path, before, after)
    assert says in str(problem)
    assert problem.line == line_of(before)
    for language in ("ar", "fr"):
        here = problem.in_language(language)
        # In brackets stands what YAML's own reader said, for whoever looks it up.
        ours = re.sub(r"\([a-z][^()]*\)$", "", here.split(": ", 1)[1])
        assert not re.search(r"\b(the|should|must|input|write)\b", ours), here


def test_a_line_in_another_column_is_told_from_a_text_with_a_colon(tmp_path: Path) -> None:
    (problem,) = told(tmp_path, f"  {WITHIN}", f" {WITHIN}")
    assert "another column" in str(problem)
    (problem,) = told(tmp_path, STATUS, "status: test: حقا: نعم")
    assert "text that holds a colon" in str(problem)


def test_two_documents_in_a_file_are_named(tmp_path: Path) -> None:
    (problem,) = told(tmp_path, RULE, RULE + "---\nid: another\n")
    assert "remove the line ---" in str(problem)


def test_a_text_that_goes_on_behind_a_tag_is_warned_of(tmp_path: Path) -> None:
    tagged = EXAMPLE.replace("القرية", "القرية #عاجل في الريف")
    rules = load_few(own(tmp_path, RULE.replace(EXAMPLE, tagged)))
    (warning,) = rules.warnings
    assert "#عاجل" in str(warning)
    assert warning.line == line_of(EXAMPLE)
    commented = RULE.replace(EXAMPLE, EXAMPLE.replace("\n", "  # said by all\n"))
    assert not load_few(own(tmp_path / "plain", commented)).warnings


def test_commas_in_an_english_phrase_are_warned_of(tmp_path: Path) -> None:
    listed = RULE.replace("en: [oil]", "en: ['oil, gas']")
    (warning,) = load_few(own(tmp_path, listed)).warnings
    assert "«oil, gas» is read as one phrase" in str(warning)


def test_a_place_of_another_alphabet_in_a_variation_is_named(tmp_path: Path) -> None:
    rules = load_few(own(tmp_path, RULE.replace("{town}", "{بلدة}")))
    (failed,) = (r for r in run_tests(rules) if not r.passed)
    assert "بلدة" in failed.why
    assert "{town}" in failed.why
