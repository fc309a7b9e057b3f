"""Whether a no stands over a word: «لا توجد مجاعة», "did not reach", "ne manque pas"."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from rules.matching.finding.reading import Reading, Span

NEGATION = "$negation"
NEXT = "$negation-next"
STOPS = "$negation-stops"
HAPPENS = "$negation-happens"
ORDINAL = "$negation-ordinal"
NONE = "$scope-none"
NOT_AFTER = "$scope-not-after"
NO_LONGER = "$scope-no-longer"
TERMS = (NEGATION, NEXT, STOPS, HAPPENS, ORDINAL, NONE, NOT_AFTER, NO_LONGER)

_BEFORE = (NEGATION, NEXT)
_ANY = (*_BEFORE, NO_LONGER, NONE, NOT_AFTER)
"""What negates: where none of it stands in a sentence, nothing more is asked."""

NEGATED_GOVERNOR = 3
"""Words between a negation and the governor that it negates: «لم يتم بعد رفع»."""
NEGATED_EVIDENCE = 2
"""Words between a negation and evidence: «لم يتم إخلاء»."""
NO_LONGER_REACH = 2
"""Words between "no longer" and what is no longer so: «لم تعد قوافل الإغاثة عالقة»."""


def says_no(reading: Reading) -> bool:
    """Whether there is any negation that may stand before a word."""
    return reading.has_any(_BEFORE)


def negator_before(reading: Reading, span: Span, reach: int) -> Span | None:
    """The negation that governs a span: before it, near enough, nothing breaking in between."""
    if not reading.has_any(_BEFORE):
        return None
    beside = reading.of(NEXT)
    negators = reading.of(NEGATION)
    at = bisect_left(beside, span.first, key=lambda s: s.first) - 1
    if at >= 0 and beside[at].last + 1 == span.first:
        return beside[at]
    before = bisect_left(negators, span.first, key=lambda s: s.first)
    for negator in reversed(negators[max(0, before - 3) : before]):
        distance = span.first - negator.last - 1
        if distance < 0 or distance > reach:
            continue
        if any(t.breaks for t in reading.sentence.tokens[negator.last + 1 : span.first + 1]):
            continue
        if any_within(reading.of(STOPS), negator.last + 1, span.first - 1):
            continue
        if any(begins_a_verb(reading, at) for at in range(negator.last + 2, span.first + 1)):
            continue
        if any_within(reading.of(ORDINAL), negator.last + 1, span.last + 1):
            continue
        return negator
    return None


def any_negation(reading: Reading, span: Span, reach: int) -> Span | None:
    """A negation of any kind: before the word, "nobody" as the one who acts, a French "pas"."""
    if not reading.has_any(_ANY):
        return None
    no = negator_before(reading, span, reach)
    if no is not None:
        return no
    for gone in reading.of(NO_LONGER):
        if 0 <= span.first - gone.last - 1 <= NO_LONGER_REACH:
            return gone
    for nobody in reading.of(NONE):
        if 0 <= span.first - nobody.last - 1 <= reach + 1:
            return nobody
    for behind in reading.of(NOT_AFTER):
        beside = behind.first == span.last + 1 and span.first > 0
        if beside and reading.sentence.tokens[span.first - 1].norm in ("n", "ne"):
            return behind
    return None


def is_no_longer(reading: Reading, no: Span) -> bool:
    """Whether a negation says that it was so before."""
    return any(gone.overlaps(no) for gone in reading.of(NO_LONGER))


def denies(reading: Reading, negator: Span, span: Span) -> bool:
    """Whether a negation says that the evidence is not there.

    Arabic negates the verb that follows: «لا توجد مجاعة» denies a famine, «لا تكفي المساعدات»
    and «لا ينبغي نسيان المجاعة» do not. The noun right behind «لا» is denied too.
    """
    if negator.last + 1 >= span.first or reading.sentence.tokens[negator.first].script != "ar":
        return True
    happens = reading.of(HAPPENS)
    return any_within(happens, negator.last + 1, negator.last + 1)


def begins_a_verb(reading: Reading, at: int) -> bool:
    """«مستوطنة لم تُخل ويصيب جنودا»: a present verb behind «و» is under no earlier no."""
    word = reading.sentence.tokens[at].norm
    return len(word) > 4 and word.startswith(("وي", "وت")) and word[:3] not in ("وتر", "وتي")


def any_within(spans: Sequence[Span], first: int, last: int) -> bool:
    at = bisect_left(spans, first, key=lambda s: s.first)
    return at < len(spans) and spans[at].first <= last
