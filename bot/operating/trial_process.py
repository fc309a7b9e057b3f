"""The process that tries a change of rules: checks the files, runs their tests, replays entries.

Started by `bot.operating.trials.Trials` with one line of JSON; writes lines of JSON, how far it is
and at last the report. It reads the database, and writes nothing but what it found out about words.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bot.alerts.decide import PUSHED
from bot.operating.trial_report import (
    Example,
    SignalChange,
    Task,
    TrialReport,
    WordChange,
    in_all_languages,
    report_json,
)
from rules import Detection, RuleSet, RulesInvalid, load_gazetteer, load_rules
from rules.trying.inline_tests import failure_of, run_tests
from storage.news import entries, stories
from storage.news.entries import Entry
from storage.readers import feedback
from storage.reading import opened_to_read

if TYPE_CHECKING:
    from rules.matching.clauses import CompiledClause

PROBLEMS, EXAMPLES, WORDS_LENGTH = 12, 5, 160
# How often the parent hears how far it is.
EVERY = 25

T = TypeVar("T")


def main() -> None:
    task = Task(**json.loads(sys.stdin.readline()))
    for kind, value in ((resource.RLIMIT_DATA, task.memory_bytes), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(kind, (value, value))
    try:
        report = tried(task)
    except MemoryError:
        report = TrialReport(failure="memory")
    say({"report": json.loads(report_json(report))})


def say(line: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def tried(task: Task) -> TrialReport:
    """All that can be said of the change. Takes seconds to minutes."""
    say({"phase": "checking"})
    morphology = Path(task.morphology) if task.morphology else None
    words = Path(task.cache) if task.cache else None
    load = partial(load_rules, full_database=morphology, forms=words)
    try:
        new = load(Path(task.folder))
        load_gazetteer(Path(task.folder))
    except RulesInvalid as invalid:
        return _invalid(invalid)
    say({"phase": "testing"})
    results = run_tests(new)
    if failed := [failure_of(result) for result in results if not result.passed]:
        return _invalid(RulesInvalid(failed, new.warnings))
    try:
        old = load(Path(task.current))
    except RulesInvalid:  # what is on disk is broken: this may be its correction
        old = load(None)
    replayed = replay(task, old, new)
    return TrialReport(
        warnings=tuple(in_all_languages(each) for each in new.warnings[:PROBLEMS]),
        tests=len(results),
        signals=tuple(signal_changes(old, new)),
        words=tuple(word_changes(old, new)),
        titles={
            name: dict(each.title) for name, each in new.signals.items() if name not in old.signals
        },
        **replayed,
    )


def _invalid(invalid: RulesInvalid) -> TrialReport:
    return TrialReport(
        problems=tuple(in_all_languages(each) for each in invalid.errors[:PROBLEMS]),
        warnings=tuple(in_all_languages(each) for each in invalid.warnings[:PROBLEMS]),
        more_problems=max(0, len(invalid.errors) - PROBLEMS),
    )


def signal_changes(old: RuleSet, new: RuleSet) -> Iterator[SignalChange]:
    """Signal by signal, what is different."""
    for name in [*old.signals, *(n for n in new.signals if n not in old.signals)]:
        if name not in new.signals:
            yield SignalChange(name, "removed")
            continue
        after, rule = new.signals[name], new.rules[name]
        if name not in old.signals:
            yield SignalChange(
                name, "added", ("", after.level), clauses_added=tuple(_clauses(rule.when))
            )
            continue
        before, was = old.signals[name], old.rules[name]
        clauses = _clauses((*was.when, *was.against))
        now = _clauses((*rule.when, *rule.against))
        change = SignalChange(
            name,
            "changed",
            (before.level, after.level) if before.level != after.level else None,
            (before.status, after.status) if before.status != after.status else None,
            tuple(label for label in now if label not in clauses),
            tuple(label for label in clauses if label not in now),
            tuple(x for x, each in now.items() if x in clauses and clauses[x] != each),
        )
        if rule != was or before != after:
            yield change


def _clauses(compiled: Iterable[CompiledClause]) -> dict[str, list[CompiledClause]]:
    """By name, each with its ways."""
    found: dict[str, list[CompiledClause]] = {}
    for clause in compiled:
        found.setdefault(clause.label, []).append(clause)
    return found


def word_changes(old: RuleSet, new: RuleSet) -> Iterator[WordChange]:
    """Term by term, the words that came and went."""
    for term in dict.fromkeys((*old.words_of_terms, *new.words_of_terms)):
        before, after = _words(old, term), _words(new, term)
        added = tuple(word for word in after if word not in before)
        removed = tuple(word for word in before if word not in after)
        if added or removed:
            yield WordChange(term, added[:20], removed[:20])


def _words(rules: RuleSet, term: str) -> dict[str, None]:
    by_language = rules.words_of_terms.get(term, {})
    return dict.fromkeys(word for words in by_language.values() for word in words)


# A signal, its level and its words; by happening and signal, the highest level and an example.
Fired = tuple[str, str, str]
Examples = dict[tuple[int, str], tuple[str, Example]]


def replay(task: Task, old: RuleSet, new: RuleSet) -> dict[str, Any]:
    """Stored entries, the newest first, by the rules as they are and as they would be; counted in
    happenings, for that is what is told."""
    deadline = time.monotonic() + task.seconds
    since = datetime.fromisoformat(task.until) - timedelta(days=task.days)
    db = opened_to_read(task.database)
    try:
        found = entries.recent(db, since, task.entries)
        before: Examples = {}
        after: Examples = {}
        read = 0
        for entry in found:
            if time.monotonic() > deadline:
                break
            number = entry.id or 0
            story = stories.of_entry(db, number) or -number
            _note(before, story, entry, _found_before(db, task.in_force, old, entry))
            found_now = new.detect(entry.title, entry.summary, entry.language)
            _note(after, story, entry, _as_found(found_now))
            read += 1
            if read % EVERY == 0:
                say({"phase": "replaying", "done": read, "of": len(found)})
        gained, lost = _difference(after, before), _difference(before, after)
        marks = feedback.marks_of_stories(db, [story for story in lost[2] if story > 0])
    finally:
        db.close()
    return {
        "read": read,
        "of": len(found),
        "days": task.days,
        "gained": len(gained[0]),
        "lost": len(lost[0]),
        "listed_gained": gained[1],
        "listed_lost": lost[1],
        "gained_examples": tuple(gained[0][:EXAMPLES]),
        "lost_examples": tuple(lost[0][:EXAMPLES]),
        "lost_false": sum(feedback.FALSE in each for each in marks.values()),
        "lost_useful": sum(feedback.USEFUL in each for each in marks.values()),
    }


def _found_before(db: Any, in_force: str, old: RuleSet, entry: Entry) -> Sequence[Fired]:
    """What the rules in force find in the entry: as stored when they read it, else read anew."""
    if entry.rules_hash == in_force or old.hash != in_force:
        return [
            (each.signal, each.level, _quotes(json.loads(each.evidence_json)))
            for each in entries.detections_of(db, entry.id or 0)
        ]
    return _as_found(old.detect(entry.title, entry.summary, entry.language))


def _as_found(detections: Sequence[Detection]) -> list[Fired]:
    return [
        (each.signal, each.level, _quotes([{"quote": piece.quote} for piece in each.evidence]))
        for each in detections
    ]


def _quotes(evidence: Any) -> str:
    quotes = [str(each.get("quote", "")) for each in evidence if isinstance(each, dict)]
    return " … ".join(dict.fromkeys(" ".join(quote.split()) for quote in quotes))[:WORDS_LENGTH]


def _note(told: Examples, story: int, entry: Entry, found: Sequence[Fired]) -> None:
    for signal, level, words in found:
        known = told.get((story, signal))
        if known is None or (known[0] not in PUSHED and level in PUSHED):
            title = entry.title or entry.summary
            told[story, signal] = (level, Example(signal, title[:WORDS_LENGTH], words))


def _difference(here: Examples, there: Examples) -> tuple[list[Example], int, set[int]]:
    """Happenings told here and not there, how many are listed here and not there, and the stories
    of the first."""
    pushed, listed, told = [], 0, set()
    for key, (level, example) in here.items():
        other = there.get(key)
        if level in PUSHED and (other is None or other[0] not in PUSHED):
            pushed.append(example)
            told.add(key[0])
        elif other is None:
            listed += 1
    return pushed, listed, told


if __name__ == "__main__":
    main()
