"""The tests that stand in rule files, and the gate that every rule set passes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from rules.loading.load import cache_of, load_rules, load_stored
from rules.loading.schema import Example
from rules.loading.yamlfile import Problem, problem
from rules.matching.entry import read_entry
from rules.matching.match import judge
from rules.matching.ruleset import EscalationTests, RuleSet, RulesInvalid, RuleTests
from rules.texts import Message, message
from rules.trying.near_misses import silence
from rules.trying.timed_tests import fires_at, shown
from rules.trying.vary import CannotVary, sentences


@dataclass(frozen=True, slots=True)
class TestResult:
    """One inline test: where it stands, what it said, and what happened instead.

    ``template`` is the ``vary:`` that the text was made from, if it was.
    """

    signal: str
    file: str
    line: int
    kind: str
    text: str
    passed: bool
    why: str
    said: Message | None = None
    template: str | None = None


def run_tests(rules: RuleSet, signals: Iterable[str] | None = None) -> list[TestResult]:
    """Every inline test of the rule set, or of some signals and escalations; a ``vary:`` gives
    one for each sentence."""
    wanted = set(signals) if signals is not None else None
    results = []
    for tests in rules.tests:
        if wanted is not None and tests.signal not in wanted:
            continue
        for kind, examples, lines in (
            ("fires", tests.tests.fires, tests.fires_lines),
            ("silent", tests.tests.silent, tests.silent_lines),
        ):
            for example, line in zip(examples, lines, strict=True):
                whole = Example(text=example) if isinstance(example, str) else example
                results += _try_all(rules, tests, kind, whole, line)
    for timed in rules.escalation_tests:
        if wanted is None or timed.escalation.id in wanted:
            results += _try_timed(timed)
    return results


def _try_timed(tests: EscalationTests) -> list[TestResult]:
    """The timed tests of an escalation; one that fires in none of its times counts as silent."""
    results = []
    for test, line in zip(tests.tests, tests.lines, strict=True):
        found = fires_at(tests, test)
        wrong = None
        if found != tuple(sorted(set(test.fires))):
            wrong = message("test.fires_at", found=_times(found), wanted=_times(test.fires))
        kind = "fires" if test.fires else "silent"
        results.append(
            TestResult(
                tests.escalation.id, tests.file, line, kind, test.name, wrong is None,
                str(wrong or ""), wrong,
            )
        )  # fmt: skip
    return results


def _times(spans: Iterable[timedelta]) -> str:
    return ", ".join(map(shown, spans)) or "never"


def _try_all(
    rules: RuleSet, tests: RuleTests, kind: str, example: Example, line: int
) -> list[TestResult]:
    try:
        texts = sentences(example, tests.names, rules)
    except CannotVary as problem:
        text = example.vary or ""
        return [
            TestResult(
                tests.signal, tests.file, line, kind, text, False, str(problem), problem.said, text
            )
        ]
    results = []
    for text in texts:
        wrong = _try(rules, tests, kind, example, text)
        results.append(
            TestResult(
                tests.signal, tests.file, line, kind, text or example.title or "", wrong is None,
                str(wrong or ""), wrong, example.vary,
            )
        )  # fmt: skip
    return results


def _try(
    rules: RuleSet, tests: RuleTests, kind: str, example: Example, text: str
) -> Message | None:
    """What is wrong; None when the rule answers as it should."""
    entry = read_entry(rules.terms, example.title or "", text, example.lang)
    rule = rules.rules[tests.signal]
    if tests.threshold is not None:
        rule = replace(rule, threshold=tests.threshold)
    verdict = judge(rule, entry, entry.present())
    found = verdict.detection
    if kind == "silent":
        return None if found is None else message("test.fired", explanation=found.explanation)
    if found is None:
        near = sorted(verdict.rule.looks_for() & entry.present())
        terms = ", ".join(near) or message("test.none")
        return message("test.silent", reason=silence(rules, verdict, entry), terms=terms)
    if example.direction and found.direction != example.direction:
        return message("test.direction", found=found.direction, wanted=example.direction)
    return None


def load_checked(
    operator_dir: Path | None = None,
    *,
    full_database: Path | None = None,
    cache: Path | None = None,
) -> RuleSet:
    """Load rules and run their inline tests: the one gate for start, check and reload.

    Takes seconds: call it off the event loop. Raises `RulesInvalid` with everything that is
    wrong in the files or, when they are sound, with every test that fails. Rules that passed
    before are taken from ``cache`` and not tried again.
    """
    known = cache and load_stored(cache, operator_dir, full_database)
    if known:
        return known
    before = cache_of(cache, operator_dir, full_database) if cache is not None else None
    rules = load_rules(operator_dir, full_database=full_database, forms=cache)
    failed = [result for result in run_tests(rules) if not result.passed]
    if failed:
        raise RulesInvalid((failure_of(result) for result in failed), rules.warnings)
    if cache is not None and before is not None:
        # A file that is saved while its tests run must not be taken for what was tried.
        after = cache_of(cache, operator_dir, full_database)
        if after.is_of_the_same(before):
            after.write(rules, checked=True)
    return rules


def failure_of(result: TestResult) -> Problem:
    """A test that fails, as what is wrong in its file."""
    said = message("test.fails", text=result.text, why=result.said or result.why)
    return problem(result.file, result.line, said)
