"""What the trial of a change of rules is given, and what it found: that is stored as JSON, and
shown in any language."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from pydantic import TypeAdapter

from rules.loading.yamlfile import Problem

LANGUAGES = ("ar", "en", "fr")

Failure = Literal["", "time", "memory", "died"]


@dataclass(frozen=True, slots=True)
class Task:
    """`folder` is the operators' folder as it would be, `current` as it is, `in_force` the hash of
    the rules that work now. `cache` has what is known of words, `seconds` is for the replay alone,
    `until` its end (ISO 8601)."""

    folder: str
    current: str
    in_force: str
    database: str
    morphology: str | None
    cache: str | None
    until: str
    days: int
    entries: int
    seconds: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class SignalChange:
    """What is different of a signal: `kind` is added, removed or changed; `levels` its level
    before and after, where that changed; clauses by their names."""

    signal: str
    kind: Literal["added", "removed", "changed"]
    levels: tuple[str, str] | None = None
    status: tuple[str, str] | None = None
    clauses_added: tuple[str, ...] = ()
    clauses_removed: tuple[str, ...] = ()
    clauses_changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WordChange:
    """Words that a term gained and lost."""

    term: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A happening that would be told, or would be told no more, with the words that count."""

    signal: str
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class TrialReport:
    """`problems` and `warnings`: each in every language. `gained` and `lost`: alerts at a pushed
    level; `listed_*`: what is only listed. `read` entries of `of` within `days` were replayed."""

    problems: tuple[dict[str, str], ...] = ()
    warnings: tuple[dict[str, str], ...] = ()
    failure: Failure = ""
    tests: int = 0
    signals: tuple[SignalChange, ...] = ()
    words: tuple[WordChange, ...] = ()
    read: int = 0
    of: int = 0
    days: int = 0
    gained: int = 0
    lost: int = 0
    listed_gained: int = 0
    listed_lost: int = 0
    gained_examples: tuple[Example, ...] = ()
    lost_examples: tuple[Example, ...] = ()
    lost_false: int = 0
    lost_useful: int = 0
    more_problems: int = 0
    titles: dict[str, dict[str, str]] = field(default_factory=dict)
    """Of signals that the rules in force do not have, by language."""

    @property
    def is_sound(self) -> bool:
        return not self.problems and not self.failure


@cache
def _reports() -> TypeAdapter[TrialReport]:
    return TypeAdapter(TrialReport)


def report_json(report: TrialReport) -> str:
    return _reports().dump_json(report).decode()


def read_report(text: str) -> TrialReport:
    """Raises ValueError for what is no report."""
    return _reports().validate_json(text)


def in_all_languages(problem: Problem) -> dict[str, str]:
    return {language: problem.in_language(language)[:400] for language in LANGUAGES}
