"""Patterns of terms: which of them may match in a text, told in one pass for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import re2

if TYPE_CHECKING:
    from rules.matching.finding.signs import Signs
    from rules.matching.finding.terms import CompiledTerm

_IN_A_SET = 200
_MEMORY = 256 << 20
"""Bytes that the engine may use for what it finds out about a set; it takes what it needs."""

_Set = tuple[re2.Set, tuple[int, ...]]
"""Patterns, and the bits of each."""


class Patterns:
    """Which terms have a pattern that may match somewhere in a text, and what else may be in it."""

    def __init__(
        self, terms: Mapping[str, CompiledTerm], signs: Signs, others: Sequence[str] = ()
    ) -> None:
        self._always = 0
        self._others = (1 << len(others)) - 1
        self._shift = len(others)
        written = {other: 1 << number for number, other in enumerate(others)}
        for name, term in terms.items():
            for regex in term.regexes:
                bits = signs.of_term(name) << self._shift
                anywhere = _without_assertions(regex.pattern)
                if anywhere is None:
                    self._always |= bits
                else:
                    written[anywhere] = written.get(anywhere, 0) | bits
        # What the engine has to find out about a set grows with each pattern that may be half
        # found beside the others, text for text: half of them ask for letters that most Arabic
        # texts have none of.
        latin = {pattern: bits for pattern, bits in written.items() if asks_for_latin(pattern)}
        self._latin = _sets(latin)
        self._sets = _sets({p: bits for p, bits in written.items() if p not in latin})

    def in_text(self, text: str) -> tuple[int, int]:
        """The terms that a pattern of theirs may be found by, with those that they are part of, as
        bits; and as bits too, by their places, which of the other patterns are found."""
        found = self._always
        searched = text.encode("utf-8", "replace")
        sets = [*self._sets, *self._latin] if _LATIN.search(text) else self._sets
        for patterns, bits in sets:
            for number in patterns.Match(searched) or ():
                found |= bits[number]
        return found >> self._shift, found & self._others


def _sets(written: Mapping[str, int]) -> list[_Set]:
    listed = list(written.items())
    groups = (listed[at : at + _IN_A_SET] for at in range(0, len(listed), _IN_A_SET))
    return [(search_set(p for p, _ in group), tuple(b for _, b in group)) for group in groups]


def search_set(patterns: Iterable[str]) -> re2.Set:
    """Patterns that are looked for together, whatever their case."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _MEMORY
    made = re2.Set.SearchSet(options)
    for pattern in patterns:
        made.Add(pattern)
    made.Compile()
    return made


_ESCAPE_OR_CLASS = r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]"
_ASSERTED = re.compile(rf"{_ESCAPE_OR_CLASS}|[\^$]", re.DOTALL)
"""Escapes, classes, and signs for the beginning and end of what is searched."""


def _without_assertions(pattern: str) -> str | None:
    """The pattern as it may match in a longer text: a word's edge, \\b, need not be there. None
    where it asks for the beginning or the end of what is searched."""
    anchored = False

    def replaced(match: re.Match[str]) -> str:
        nonlocal anchored
        found = match.group()
        if found in (r"\b", r"\B"):
            return ""
        anchored = anchored or found in ("^", "$", r"\A", r"\z", r"\Q")
        return found

    changed = _ASSERTED.sub(replaced, pattern)
    if not anchored:
        try:
            re2.compile(changed)
        except re2.error:
            return None
    return None if anchored else changed


_LATIN = re.compile("[a-zA-Z\u017f\u212a]")
"""The last two are s and k where case is ignored."""
_ONE_OF_SEVERAL = re.compile(_ESCAPE_OR_CLASS, re.DOTALL)
_UNSURE = re.compile(r"\\(?![sSdDwW])\w|\(\?(?![imsU]*[:)])")
"""Escapes and groups that may have letters which are none of the text: \\\\pL, (?P<name>x)."""
_GROUP = re.compile(r"\((?:\?[imsU]*:?)?([^()]*)\)")
_MAY_BE_MISSING = re.compile(r".[?*{]", re.DOTALL)


def asks_for_latin(pattern: str) -> bool:
    """Whether it matches nothing without one of these letters; False where that is not sure."""
    if _UNSURE.search(pattern):
        return False
    rest, groups = _ONE_OF_SEVERAL.sub(".", pattern), 1
    while groups:
        rest, groups = _GROUP.subn(lambda group: "a" if _has_latin(group[1]) else ".", rest)
    return _has_latin(rest)


def _has_latin(alternatives: str) -> bool:
    """Of a pattern without groups."""
    return all(
        re.search("[a-zA-Z]", _MAY_BE_MISSING.sub(".", each)) for each in alternatives.split("|")
    )
