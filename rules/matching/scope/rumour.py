"""What is told as a rumour and refuted beside it, without its being named again.

"Posts say that the ward has shut. That is not so, the ministry said", «تداولت صفحات خبر إغلاق
المستشفى، وهو ما نفته الوزارة», «Démenti de l'hôpital»: who repeats what others had told, only to
say that it is not so, denies it. What a reporter tells himself outlasts the same denial.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rules.matching.finding.reading import Reading, Span, begun_in
from rules.matching.scope.denials import (
    DENYING,
    WITNESS,
    disowns,
    rejects_what_is_said,
    takes_what_it_denies,
)
from rules.matching.scope.doubt import ANSWER, DENIED, NEWS, OTHERWISE, stands_alone
from rules.matching.scope.negation import any_within

RUMOUR = "$denial-rumour"
TERMS = (RUMOUR,)

MOST_RUMOURS = 4
"""Of a sentence, that are looked at."""
MOST_DENIALS = 4
SAID_OF_IT = 3
"""Words between "this" and "is untrue", or a denial and what it is of."""

_THIS = frozenset("this that these it cela ceci ce c ca هذا هذه ذلك الامر وهذا وهذه".split())
_WHICH = frozenset("which ما مما بما que qu".split())
_WHEN = frozenset("on in and but saying yesterday later dimanche lundi hier en et mais".split())
_ITS_OBJECT = ("ه", "ها")
LONGEST_BARE = 3
"""Letters of an Arabic verb that may end in them by itself."""

Told = Sequence[tuple[Reading, Span, str]]


def is_refuted(told: Iterable[Told], leading: Sequence[Reading]) -> bool:
    """Whether all that title or opening tell is rumour, and they say that it is not so."""
    asked = False
    for spans in told:
        reading = spans[0][0]
        here = [span for where, span, _ in spans if where is reading]
        if not _is_rumoured(reading, here):
            return False
        # Against what pictures show a word of denial is one side's word.
        last = max(s.last for s in here)
        names = (DENIED,) if any_within(reading.of(WITNESS), 0, last) else (DENIED, DENYING)
        if not _refutes(reading, last + 1, names) and not any(
            _refutes(r, 0, names) for r in leading if _follows(r, reading)
        ):
            return False
        asked = True
    return asked


def is_denied_hearsay(told: Iterable[Told], titles: Sequence[Reading]) -> bool:
    """«Démenti de l'hôpital», "Army denies reports", and below only what had been said of it."""
    if not any(map(_denies_the_news, titles)):
        return False
    told = list(told)
    return bool(told) and all(_is_rumoured(spans[0][0], [s for _, s, _ in spans]) for spans in told)


def _follows(reading: Reading, before: Reading) -> bool:
    fields = before.sentence.field, reading.sentence.field
    if fields[0] != fields[1]:
        return fields[0] == "title"
    return reading.sentence.start > before.sentence.start


def _is_rumoured(reading: Reading, evidence: Sequence[Span]) -> bool:
    """Whether a word of rumour stands before what it tells."""
    first = max(e.first for e in evidence)
    return any(r.first < first for r in reading.of(RUMOUR)[:MOST_RUMOURS])


def _refutes(reading: Reading, first: int, names: Sequence[str]) -> bool:
    """Whether a denial that names nothing of its own stands there: "this is untrue", «نفته»."""
    if any(a.first >= first and stands_alone(reading, a) for a in reading.of(ANSWER)):
        return True
    if any(s.first >= first for s in reading.of(OTHERWISE)):
        return True
    end = len(reading.sentence.tokens)
    for name in names:
        for denial in begun_in(reading.of(name), first, end)[:MOST_DENIALS]:
            if len(names) == 1 and any_within(reading.of(DENYING), denial.first, denial.last):
                continue
            if _is_of_what_was_told(reading, denial):
                return True
    return False


def _is_of_what_was_told(reading: Reading, denial: Span) -> bool:
    tokens = reading.sentence.tokens
    if disowns(reading, denial):
        return False
    if denial.first and tokens[denial.first - 1].norm in _WHICH:
        return True
    behind = tokens[denial.last + 1 : denial.last + 1 + SAID_OF_IT]
    if any_within(reading.of(DENYING), denial.first, denial.last):
        word = tokens[denial.last]
        if word.script == "ar":
            if word.norm.endswith(_ITS_OBJECT) and len(word.norm) > LONGEST_BARE:
                return True
        elif behind and behind[0].norm in _THIS:
            # "Denied it targeted civilians" has an object of its own.
            return len(behind) == 1 or behind[1].breaks or behind[1].norm in _WHEN
        else:
            behind = ()
    elif any(t.norm in _THIS for t in tokens[max(0, denial.first - SAID_OF_IT) : denial.last + 1]):
        return True
    if any_within(reading.of(NEWS), denial.last + 1, denial.last + SAID_OF_IT):
        return True
    return any(t.norm in _THIS for t in behind)


def _denies_the_news(title: Reading) -> bool:
    """Whether a title denies what is told, or does not say what: "Army denies using shells" has an
    object of its own, and what it denies is that."""
    tokens = title.sentence.tokens
    for name in (DENIED, DENYING):
        for denial in title.of(name)[:MOST_DENIALS]:
            if disowns(title, denial):
                continue
            behind = tokens[denial.last + 1 : denial.last + 2]
            bare = not behind or behind[0].breaks
            if bare or not takes_what_it_denies(title, denial):
                return True
            if rejects_what_is_said(title, denial):
                return True
    return False
