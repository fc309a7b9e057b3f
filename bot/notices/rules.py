"""Notices of rules that changed, or did not come into force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.locales import Texts
from bot.locales.bidi import isolated
from bot.notices.notice import (
    PROBLEM_LENGTH,
    PROBLEMS_SHOWN,
    TranslatedProblem,
    named,
)


@dataclass(frozen=True, slots=True)
class RulesSwapped:
    """Changed rules came into force."""

    hash: str
    signals: int

    def text(self, say: Texts) -> str:
        return say("notice.rules_swapped", signals=say.number(self.signals), hash=self.hash)

    def key(self, now: datetime) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class RulesKept:
    """Changed rules are invalid, and the old ones stay. Each problem is "file:line: ..."; `told`
    are the same, where they are known in more languages than English."""

    problems: Sequence[str]
    translated: Sequence[TranslatedProblem] = ()

    def text(self, say: Texts) -> str:
        problems = [each.in_language(say.language) for each in self.translated] or self.problems
        shown = [problem[:PROBLEM_LENGTH] for problem in problems[:PROBLEMS_SHOWN]]
        rest = len(problems) - len(shown)
        more = [say("notice.rules_more", n=say.number(rest))] if rest else []
        return "\n".join([say("notice.rules_kept"), *shown, *more])

    def key(self, now: datetime) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class RuleFileChanged:
    """An operator put another version of a rule file in force, or took the file away."""

    file: str
    version: int
    by: str

    def text(self, say: Texts) -> str:
        return say(
            "notice.rule_file_changed",
            file=isolated(self.file),
            by=named(self.by),
            version=say.number(self.version),
        )

    def key(self, now: datetime) -> str:
        return f"rule-file:{self.version}"
