"""Trying rules out: their inline tests, and labelled entries."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rules.loading.load import load_rules
from rules.loading.schema import Example
from rules.loading.yamlfile import Problem
from rules.matching.match import Detection, judge, read_entry
from rules.matching.ruleset import RuleSet, RulesInvalid


@dataclass(frozen=True, slots=True)
class TestResult:
    """One inline test: where it stands, what it said, and what happened instead."""

    signal: str
    file: str
    line: int
    kind: str
    text: str
    passed: bool
    why: str


def run_tests(rules: RuleSet, signals: Iterable[str] | None = None) -> list[TestResult]:
    """Every inline test of the rule set, or of some signals."""
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
                passed, why = _try(rules, tests.signal, kind, whole)
                results.append(
                    TestResult(tests.signal, tests.file, line, kind, whole.text, passed, why)
                )
    return results


def _try(rules: RuleSet, signal: str, kind: str, example: Example) -> tuple[bool, str]:
    entry = read_entry(rules.terms, example.title or "", example.text, example.lang)
    verdict = judge(rules.rules[signal], entry, entry.present())
    found = verdict.detection
    if kind == "silent":
        return (True, "") if found is None else (False, f"it fired: {found.explanation}")
    if found is None:
        near = sorted(verdict.rule.looks_for() & entry.present())
        reason = verdict.silenced_by or f"score {verdict.score}/{verdict.rule.threshold}"
        return False, f"it stayed silent ({reason}); terms found: {', '.join(near) or 'none'}"
    if example.direction and found.direction != example.direction:
        return False, f"direction is {found.direction}, not {example.direction}"
    return True, ""


def load_checked(operator_dir: Path | None = None, *, full_database: Path | None = None) -> RuleSet:
    """Load rules and run their inline tests: the one gate for start, check and reload.

    Takes seconds: call it off the event loop. Raises `RulesInvalid` with everything that is
    wrong in the files or, when they are sound, with every test that fails.
    """
    rules = load_rules(operator_dir, full_database=full_database)
    failed = [result for result in run_tests(rules) if not result.passed]
    if failed:
        raise RulesInvalid(
            Problem(result.file, result.line, f"the test «{result.text}» fails: {result.why}")
            for result in failed
        )
    return rules


# --- labelled entries -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LabelledEntry:
    """An entry with the signals that careful readers found (format: see ``docs``)."""

    id: str
    language: str | None
    title: str
    text: str
    signals: Mapping[str, str]
    maybe: frozenset[str]


class LabelsInvalid(ValueError):
    """A labelled file that cannot be read; the message names file and line."""


def read_labelled(path: Path) -> list[LabelledEntry]:
    """JSON lines ``{"id", "lang", "title", "text", "signals": {id: direction}, "maybe": [id]}``."""
    entries = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LabelsInvalid(f"{path}: cannot be read as UTF-8 text ({error})") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            signals = raw.get("signals", {})
            if isinstance(signals, list):
                signals = dict.fromkeys(signals, "worsening")
            entries.append(
                LabelledEntry(
                    str(raw.get("id", number)),
                    raw.get("lang"),
                    raw.get("title") or "",
                    raw.get("text") or "",
                    dict(signals),
                    frozenset(raw.get("maybe", ())),
                )
            )
        except (ValueError, AttributeError, TypeError) as error:
            raise LabelsInvalid(
                f"{path}:{number}: is no labelled entry ({error}); "
                'write {"id": …, "lang": …, "title": …, "text": …, "signals": {…}, "maybe": […]}'
            ) from error
    if not entries:
        raise LabelsInvalid(f"{path}: holds no entry")
    return entries


@dataclass(frozen=True, slots=True)
class Score:
    tp: int
    fp: int
    fn: int

    @property
    def precision(self) -> float:
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 0.0

    @property
    def recall(self) -> float:
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.tp / (2 * self.tp + self.fp + self.fn) if self.tp else 0.0

    def as_json(self) -> dict[str, float | int]:
        return {
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
            "tp": self.tp,
            "fp": self.fp,
            "fn": self.fn,
        }


@dataclass(frozen=True, slots=True)
class Mistake:
    entry: LabelledEntry
    signal: str
    kind: str  # "missed" · "false" · "direction"
    why: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    entries: int
    signals: Mapping[str, Score]
    micro: Score
    directions_right: int
    directions: int
    mistakes: tuple[Mistake, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "micro": self.micro.as_json(),
            "signals": {name: score.as_json() for name, score in self.signals.items()},
            "entries": self.entries,
            "false_per_100_entries": round(100 * self.micro.fp / self.entries, 2),
            "directions": {
                "right": self.directions_right,
                "of": self.directions,
                "share": round(self.directions_right / self.directions, 4)
                if self.directions
                else 0.0,
            },
        }


def score_labels(
    entries: Sequence[LabelledEntry], found: Sequence[frozenset[str]], signals: Iterable[str]
) -> tuple[dict[str, Score], Score]:
    """Per signal and micro-averaged scores; signals under ``maybe`` count neither way."""
    tp: Counter[str] = Counter()
    fp: Counter[str] = Counter()
    fn: Counter[str] = Counter()
    names = list(signals)
    for entry, mine in zip(entries, found, strict=True):
        for name in names:
            if name in entry.maybe:
                continue
            tp[name] += name in mine and name in entry.signals
            fp[name] += name in mine and name not in entry.signals
            fn[name] += name not in mine and name in entry.signals
    scores = {name: Score(tp[name], fp[name], fn[name]) for name in names}
    return scores, Score(sum(tp.values()), sum(fp.values()), sum(fn.values()))


def evaluate(rules: RuleSet, entries: Sequence[LabelledEntry]) -> Evaluation:
    """Score a rule set on labelled entries, over the signals that it has rules for."""
    detections = [{d.signal: d for d in rules.detect(e.title, e.text, e.language)} for e in entries]
    scores, micro = score_labels(entries, [frozenset(d) for d in detections], rules.signals)
    mistakes = []
    right = total = 0
    for entry, found in zip(entries, detections, strict=True):
        for name in rules.signals:
            if name in entry.maybe:
                continue
            if name in found and name in entry.signals:
                total += 1
                right += found[name].direction == entry.signals[name]
            mistake = _mistake(rules, entry, name, found.get(name))
            if mistake:
                mistakes.append(mistake)
    return Evaluation(len(entries), scores, micro, right, total, tuple(mistakes))


def _mistake(
    rules: RuleSet, entry: LabelledEntry, name: str, found: Detection | None
) -> Mistake | None:
    labelled = entry.signals.get(name)
    if found is not None and labelled is None:
        return Mistake(entry, name, "false", found.explanation)
    if found is None and labelled is not None:
        reading = read_entry(rules.terms, entry.title, entry.text, entry.language)
        verdict = judge(rules.rules[name], reading, reading.present())
        near = sorted(verdict.rule.looks_for() & reading.present())
        why = verdict.silenced_by or f"score {verdict.score}/{verdict.rule.threshold}"
        return Mistake(entry, name, "missed", f"{why}; terms: {', '.join(near) or 'none'}")
    if found is not None and labelled is not None and found.direction != labelled:
        return Mistake(
            entry, name, "direction", f"{found.direction}, labelled {labelled}: {found.explanation}"
        )
    return None
