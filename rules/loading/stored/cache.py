"""The compiled rules on disk, so that a second start need not compile them.

One file for each set of directories, keyed by everything that went into it: the files of the rules,
the code that read them, the versions of Python and of the libraries. `file` has its form.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from rules.language.arabic.lexicon import Lexeme
from rules.loading.stored import compiled
from rules.loading.stored.file import UNUSABLE, StoredFile, no_garbage
from rules.loading.stored.words import StoredWords
from rules.matching.ruleset import RuleSet

_CHECKED = "checked"


class Stored:
    """A rule set that was compiled before."""

    __slots__ = ("checked", "rules")

    def __init__(self, rules: RuleSet, *, checked: bool) -> None:
        self.rules = rules
        self.checked = checked
        """Whether its inline tests passed."""


class RulesCache:
    """The compiled form of what is read from some directories."""

    def __init__(self, folder: Path, sources: str, *directories: Path | None) -> None:
        """``sources``: a digest of the files; ``directories``: where they are."""
        self._rules = StoredFile(folder, "rules", sources, *directories)
        self._words = StoredWords(folder, *directories)

    def is_of_the_same(self, other: RulesCache) -> bool:
        """Whether both are of the same files as they stand: what is made between two looks at the
        files is stored only if they say the same."""
        return self._rules.key == other._rules.key

    @property
    def is_checked(self) -> bool:
        """Whether it is there, of the files as they stand, with inline tests that passed."""
        return self._rules.word() == _CHECKED

    def read(self, enrich: Callable[[Lexeme], Lexeme] | None) -> Stored | None:
        """The rule set as it was stored last, if it still is what the files say."""
        try:
            with no_garbage():
                found = self._rules.read()
                if found is None:
                    return None
                stored, checked = found
                rules = compiled.read(stored, enrich)
        except UNUSABLE:
            return None
        with suppress(*UNUSABLE):
            self._words.read(rules.morphology, stored.digest(compiled.ARABIC))
        return Stored(rules, checked=checked == _CHECKED)

    def write(self, rules: RuleSet, *, checked: bool) -> None:
        """Store a rule set."""
        self._rules.write(compiled.written(rules), _CHECKED if checked else "unchecked")

    def write_words(self, rules: RuleSet) -> None:
        """Store the words that were analysed since, beside the rules: a fiftieth of the work."""
        with suppress(*UNUSABLE):
            if found := self._rules.read():
                stored, _ = found
                self._words.write(
                    rules.morphology, stored[compiled.ARABIC], stored.digest(compiled.ARABIC)
                )

    def keep_words(self, rules: RuleSet) -> None:
        """Of rules that were written just now: what is known of words by the rules before them."""
        with suppress(*UNUSABLE):
            if found := self._rules.read():
                self._words.adapt(rules.morphology, found[0][compiled.ARABIC])
                self.write_words(rules)


def file_state(path: Path) -> str:
    """What tells that a large file is the same: where, how long, when written."""
    found: Any = path.stat()
    return f"{path.absolute()} {found.st_size} {found.st_mtime_ns}"
