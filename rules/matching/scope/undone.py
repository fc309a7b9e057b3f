"""Relief that the same sentence undoes, and wants that it does.

"Power came back, then Kharkiv went dark again", "reopened on Monday and was shut again": what
follows is the news. "Families who had returned have fled once more": what is told of those whom
the relief describes is the news.

And a want that is told as past is undone by the relief behind it: "trucks that had been stuck for
days reach the camp".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from rules.loading.choices import State
from rules.matching.finding.reading import LONGEST_PHRASE, Reading, Span, begun_in
from rules.matching.scope.before import WHO, is_over_by_now, was_so_before
from rules.matching.scope.effect import AGAIN, DEED, HOLLOW, TROUBLE
from rules.matching.scope.governors import STATE_TERMS
from rules.matching.scope.negation import NEGATED_GOVERNOR, any_negation, is_no_longer
from rules.matching.scope.statement import FRONTED_FROM, is_background, states, turns_between

FLED = "$undone-flight"
ONCE_MORE = "$undone-again"
TERMS = (FLED, ONCE_MORE)

BEHIND_THEN = 6
"""Words between "then" and the trouble that follows the relief."""
FOLLOWS_WITHIN = 60
"""Words behind a relief, or a want, in which what undoes it is looked for."""
NEWS_WITHIN = 14
"""Words behind a past want in which the relief stands."""
AGAIN_WITHIN = 4
"""Words between what is done and the "again" beside it."""
FIRST_WITHIN = 3
"""Words behind a deed in which it is told as the first."""
BESIDE = 4
"""Words between a trouble and the "again" that says that it had been over."""
_RELIEF: tuple[State, ...] = ("arriving", "restored", "opened", "freed")
_RELIEVING = (*(STATE_TERMS[state] for state in _RELIEF), DEED)
_FIRST = frozenset("first premier premiers premiere premieres اول الاول الاولى".split())
_THEN = frozenset(("then", "puis", "ensuite", "ثم", "before", "avant", "قبل"))


def undoes(reading: Reading, evidence: Sequence[Span]) -> bool:
    """Whether what stands behind a relief undoes it."""
    first, last = min(e.last for e in evidence), max(e.last for e in evidence)
    tokens = reading.sentence.tokens
    end = last + FOLLOWS_WITHIN
    # The trouble behind a "then" may be what the clause took for the one that is over.
    then = [at for at in range(first + 1, min(end, len(tokens))) if tokens[at].norm in _THEN]
    again = begun_in(reading.of(ONCE_MORE), last + 1, end)
    theirs = [e.last for e in evidence if _is_of_those_who(reading, e)]
    if not (then or again or theirs):
        return False
    for name in (TROUBLE, FLED):
        for trouble in begun_in(reading.of(name), first, end):
            if is_background(reading, trouble):
                continue
            if any(0 < trouble.first - at <= BEHIND_THEN for at in then):
                return True
            # "Families who had returned leave the village": the village is part of the return.
            if theirs and trouble.first > max(theirs):
                return True
            if trouble.first > last and any(_gap(trouble, mark) <= BESIDE for mark in again):
                return True
    return bool(theirs) and _is_no_more(reading, last)


def _is_no_more(reading: Reading, last: int) -> bool:
    """ "Flights that used to land there no longer come", «ne viennent plus»."""
    end = min(len(reading.sentence.tokens), last + 1 + NEWS_WITHIN)
    return any(
        (no := any_negation(reading, Span(at, at), 0)) is not None
        and no.first > last
        and is_no_longer(reading, no)
        for at in range(last + 1, end)
    )


def relieved_since(reading: Reading, evidence: Sequence[Span], by: Collection[State]) -> bool:
    """Whether a want told as past is followed by the relief that ends it.

    ``by``: the states that are relief to the signal.
    """
    if not reading.has_any(_RELIEVING):
        return False
    past = any(was_so_before(reading, e) for e in evidence)
    over = not past and any(is_over_by_now(reading, e) for e in evidence)
    if not past and not over:
        return False
    last = max(e.last for e in evidence)
    return any(
        not _begins_a_statement(reading, span)
        and not turns_between(reading, last, span.first)
        and any_negation(reading, span, NEGATED_GOVERNOR) is None
        and not _goes_on(reading, last if over else span.last)
        for span in _relief(reading, by, last)
    )


def _begins_a_statement(reading: Reading, span: Span) -> bool:
    """«كانت عالقة ودخلت اليوم» tells of two things, one behind the other."""
    word = reading.sentence.tokens[span.first].norm
    return word.startswith("و") and not word.startswith(("وصل", "وزع", "وفر"))


def _goes_on(reading: Reading, last: int) -> bool:
    """Whether trouble or a mere wish stands behind a word."""
    return any(
        not is_background(reading, word)
        for name in (TROUBLE, HOLLOW)
        for word in begun_in(reading.of(name), last + 1, last + FOLLOWS_WITHIN)
    )


def _relief(reading: Reading, by: Collection[State], last: int) -> Iterator[Span]:
    """What is told of relief behind a word; a deed of every day is where it is done again, or for
    the first time: "takes in its first patients"."""
    end = last + NEWS_WITHIN
    for state in _RELIEF:
        if state in by:
            found = begun_in(reading.of(STATE_TERMS[state]), last + 1, end)
            yield from (s for s in found if states(reading, s))
    if "again" in by:
        for deed in begun_in(reading.of(DEED), last + 1, end):
            behind = reading.sentence.tokens[deed.last + 1 : deed.last + 1 + FIRST_WITHIN]
            # "After ten days without water" at the beginning is the want, and no "again".
            begin = max(FRONTED_FROM + 1, deed.first - AGAIN_WITHIN - LONGEST_PHRASE)
            marks = begun_in(reading.of(AGAIN), begin, deed.last + 1 + AGAIN_WITHIN)
            first = any(token.norm in _FIRST for token in behind)
            if first or any(_gap(mark, deed) <= AGAIN_WITHIN for mark in marks):
                yield deed


def _is_of_those_who(reading: Reading, told: Span) -> bool:
    """«العائلات التي عادت», "families who had gone back": it says who they are."""
    before = reading.sentence.tokens[told.first - 1].norm if told.first else ""
    return before in WHO or was_so_before(reading, told)


def _gap(a: Span, b: Span) -> int:
    return max(0, max(a.first, b.first) - min(a.last, b.last) - 1)
