"""Relief told by what it does to people: "Families drink from the tap again".

No act of relief is named, no aid arrives and no gate opens. What such sentences share, whatever the
signal, is how they are built:

- *again*: something that people live on (water, a ward, an oven: the signal says which), what is
  done with it when all is well, and a word that it was not so before;
- *spared*: people no longer have to do something for want of it, or the queue for it is gone;
- a no over time: no case for three weeks, nobody killed for the first time since spring.

One word of trouble, of wish or of doubt beside it, and the sentence tells of no relief.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from rules.loading.choices import Direction, State
from rules.matching.finding.reading import LONGEST_PHRASE, Reading, Span, begun_in
from rules.matching.scope.before import was_so_before
from rules.matching.scope.negation import (
    NEGATION,
    NEXT,
    NO_LONGER,
    NONE,
    NOT_AFTER,
    any_negation,
    is_no_longer,
)
from rules.matching.scope.scene import ARTICLES
from rules.matching.scope.statement import SUBORDINATE, is_background

AGAIN = "$scope-again"
SPARED = "$scope-spared"
DEED = "$effect-deed"
BURDEN = "$effect-burden"
QUEUE = "$effect-queue"
GONE = "$effect-gone"
PEOPLE = "$effect-people"
TROUBLE = "$effect-trouble"
HOLLOW = "$effect-hollow"
OVER_TIME = "$effect-over-time"
SORRY = "$effect-sorry"
EVENT = "$effect-event"
TERMS = (DEED, BURDEN, QUEUE, GONE, PEOPLE, SORRY, TROUBLE, HOLLOW, OVER_TIME, EVENT)
STATES: tuple[State, ...] = ("again", "spared")

DEED_WITHIN = 5
"""Words between a thing and what is done with it."""
MARK_WITHIN = 8
"""Words between these and the word that it was not so before."""
BURDEN_WITHIN = 5
"""Words between "no longer" and the burden."""
AROUND = 60
"""Words on both sides of what is told in which trouble undoes it."""
THING_WITHIN = 8
"""Words between a burden and what it is borne for."""
_NO = (NEGATION, NEXT, NOT_AFTER, NONE, NO_LONGER)
_AFTER = frozenset(("after", "apres", "بعد"))
_SINCE = frozenset(("since", "depuis", "منذ"))
_OF_SINCE = ARTICLES | {"start", "beginning", "of", "debut", "de", "du", "بدء", "بدايه", "اندلاع"}
"""What may stand between "since" and the trouble that it dates: "since the start of the war"."""
_BECAUSE = frozenset(("because", "car", "parce", "faute", "لان", "بسبب", "اذ"))
_ONLY = frozenset(
    ("only", "just", "merely", "alone", "seulement", "فقط", "فحسب", "وحده", "وحدها", "مجرد")
)
_SAYS_NO_TO = ("$scope-denied", "$scope-denying")


def effect_on(reading: Reading, thing: Span, state: State) -> tuple[Span, ...]:
    """The words that say of a thing that it is had again, or that nobody has to go without."""
    found = _again(reading, thing) if state == "again" else _spared(reading, thing)
    return next((w for w in found if not _stands(reading, HOLLOW, (thing, *w))), ())


def turns_a_no(
    reading: Reading,
    direction: Direction | None,
    states: Sequence[State],
    evidence: Sequence[Span],
) -> bool:
    """ "No clinic has been hit for forty days": a plain no over time tells that it got better.

    So it is of what happens day by day, not of a state ("no famine since the harvest"). Who denies
    a report denies it, however long ago it was.
    """
    if direction != "denied" or "denied" in states:
        return False
    over_time = reading.of(OVER_TIME)
    if not over_time:
        return False
    if not any(event.overlaps(e) for e in evidence for event in _near(reading, EVENT, e, 0)):
        return False
    if _goes_on_badly(reading, max(e.last for e in evidence)):
        return False
    return not reading.has_any(_SAYS_NO_TO) and not _stands(reading, HOLLOW, over_time)


def spares(reading: Reading, evidence: Sequence[Span]) -> bool:
    """ "Mothers no longer boil leaves": what is borne no more ends the trouble that it shows."""
    if not reading.of(BURDEN):
        return False
    return any(
        burden.overlaps(e)
        or (_next_to(reading, burden, e, THING_WITHIN) and not _is_why(reading, burden, e))
        for _, burden in _borne_no_more(reading, evidence)
        for e in evidence
    )


def _is_why(reading: Reading, burden: Span, word: Span) -> bool:
    """ "No longer queue because the bread has run out", «فلا خبز»: a no of its own."""
    between = reading.sentence.tokens[burden.last + 1 : word.first]
    if any(token.norm in _BECAUSE for token in between):
        return True
    return bool(begun_in(reading.of(NEGATION), burden.last + 1, word.last))


def is_undone(reading: Reading, evidence: Sequence[Span]) -> bool:
    """ "No longer queue for bread: there is none", "because the ovens are cold": it got worse."""
    if not reading.of(BURDEN):
        return False
    for no, burden in _borne_no_more(reading, evidence):
        if not any(
            burden.overlaps(e) or no.overlaps(e) or _next_to(reading, burden, e, THING_WITHIN)
            for e in evidence
        ):
            continue
        since = [s.first for s in reading.of(SUBORDINATE) if _is_after(reading, s)]
        if any(
            not any(burden.last < s < word.first for s in since)
            for name in (TROUBLE, *_NO)
            for word in begun_in(reading.of(name), burden.last + 2, burden.last + AROUND)
            if not any(word.overlaps(e) for e in (no, *evidence))
        ):
            return True
    return False


def is_sorry(reading: Reading, evidence: Sequence[Span]) -> bool:
    """ "Surgeons work again by torchlight": what is so again is the want."""
    again = any(mark.overlaps(e) for e in evidence for mark in _near(reading, AGAIN, e, 0))
    return again and _stands(reading, SORRY, ())


def _again(reading: Reading, thing: Span) -> Iterator[tuple[Span, ...]]:
    for mark in _near(reading, AGAIN, thing, DEED_WITHIN + LONGEST_PHRASE + MARK_WITHIN):
        holds_it = mark.first < thing.first and thing.last < mark.last
        if holds_it and not _is_troubled(reading, (mark,)):
            # "The first lorries in a year": what is the first of its kind has come.
            yield (mark,)
        if mark.overlaps(thing):
            continue
        for deed in _near(reading, DEED, thing, DEED_WITHIN):
            if _is_part(thing, deed) or not _next_to(reading, deed, thing, DEED_WITHIN):
                continue
            if min(_gap(mark, deed), _gap(mark, thing)) > MARK_WITHIN:
                continue
            if _is_broken(reading, mark, thing) and not _stands_apart(reading, mark):
                continue
            if _is_troubled(reading, (thing, deed, mark)):
                continue
            yield (mark,) if deed.overlaps(mark) or deed.overlaps(thing) else (deed, mark)


def _spared(reading: Reading, thing: Span) -> Iterator[tuple[Span, ...]]:
    for mark in _near(reading, SPARED, thing, THING_WITHIN):
        # "Patients no longer have to buy": who is spared is named before.
        named = any(who.first < mark.last for who in reading.of(PEOPLE)[:1])
        if named and mark.last < thing.first and _next_to(reading, mark, thing, THING_WITHIN):
            yield (mark,)
    for no, burden in _borne_no_more(reading, (thing,)):
        if not _next_to(reading, burden, thing, THING_WITHIN):
            continue
        # "No longer queue for bread: there is none", "to the well, which has dried up".
        undone = is_undone(reading, (no, burden, thing))
        how = reading.of(SORRY)
        if not undone and not _stands(reading, TROUBLE, (no, burden, thing, *how)):
            yield (no,) if no.overlaps(burden) else (no, burden)
    for queue in _near(reading, QUEUE, thing, THING_WITHIN):
        if not _next_to(reading, queue, thing, THING_WITHIN):
            continue
        gone_here = _near(reading, GONE, queue, THING_WITHIN)
        said = [g for g in gone_here if _next_to(reading, queue, g, THING_WITHIN)]
        no_more = any_negation(reading, queue, 1) if reading.of(OVER_TIME) else None
        for gone in (*said, *((no_more,) if no_more else ())):
            if not gone.overlaps(queue) and not _is_troubled(reading, (queue, gone)):
                yield (queue, gone)


def _borne_no_more(reading: Reading, words: Sequence[Span]) -> Sequence[tuple[Span, Span]]:
    """The burdens around some words that are borne no more, each behind the no that says so."""
    borne = reading.once("borne no more", _each_borne_no_more)
    at = bisect_left(borne, min(each.first for each in words) - AROUND, key=_burden_begins)
    end = max(each.last for each in words) + AROUND
    return borne[at : bisect_right(borne, end, lo=at, key=_burden_begins)]


def _each_borne_no_more(reading: Reading) -> Sequence[tuple[Span, Span]]:
    borne = []
    for burden in reading.of(BURDEN):
        no = any_negation(reading, burden, BURDEN_WITHIN)
        if no is not None and is_no_longer(reading, no) and not _is_but_one(reading, burden):
            borne.append((no, burden))
    return borne


def _burden_begins(borne: tuple[Span, Span]) -> int:
    return borne[1].first


def _is_but_one(reading: Reading, burden: Span) -> bool:
    """ "No longer suffers only from bombs": that is borne still, and more."""
    behind = reading.sentence.tokens[burden.last + 1 : burden.last + 1 + BURDEN_WITHIN]
    return any(token.norm in _ONLY for token in behind)


def _is_troubled(reading: Reading, told: tuple[Span, ...]) -> bool:
    """Whether the sentence has trouble or a no outside of what it says was before."""
    return any(_stands(reading, name, told) for name in (TROUBLE, *_NO))


def _stands(reading: Reading, name: str, told: Sequence[Span]) -> bool:
    if told:
        begin = min(each.first for each in told) - AROUND
        spans = begun_in(reading.of(name), begin, max(each.last for each in told) + AROUND)
    else:
        spans = reading.of(name)
    return any(
        not any(span.overlaps(each) for each in told) and not _was_before(reading, span, told)
        for span in spans
    )


def _was_before(reading: Reading, word: Span, told: Sequence[Span]) -> bool:
    """ "After months without": but behind "the first convoy since May" stands what became of it."""
    if was_so_before(reading, word):
        return True
    if not is_background(reading, word):
        return False
    since = [s for s in reading.of(SUBORDINATE) if s.first < word.first][-1]
    tokens = reading.sentence.tokens
    if tokens[since.last].norm in _AFTER or not any(since.overlaps(each) for each in told):
        return True
    return all(token.norm in _OF_SINCE for token in tokens[since.last + 1 : word.first])


def _is_after(reading: Reading, mark: Span) -> bool:
    norm = reading.sentence.tokens[mark.last].norm
    return norm in _AFTER or norm in _SINCE


def _stands_behind(reading: Reading, name: str, word: Span) -> bool:
    return any(span.first > word.last + 1 for span in reading.of(name))


def _goes_on_badly(reading: Reading, last: int) -> bool:
    """ "Nobody queues there any more: it was bombed"."""
    tokens = reading.sentence.tokens
    return any(
        any(t.breaks for t in tokens[last + 1 : trouble.first + 1])
        for trouble in begun_in(reading.of(TROUBLE), last + 1, last + AROUND)
        if not is_background(reading, trouble)
    )


def _stands_apart(reading: Reading, mark: Span) -> bool:
    """ "For the first time since April, …", "…, the first in a year": a comma cuts it off."""
    tokens = reading.sentence.tokens
    return mark.last > mark.first and (mark.first <= 1 or mark.last >= len(tokens) - 3)


def _near(reading: Reading, name: str, word: Span, within: int) -> Sequence[Span]:
    """Where a term begins so near a word that it may stand within so many words of it."""
    begin = word.first - within - LONGEST_PHRASE
    return begun_in(reading.of(name), begin, word.last + 1 + within)


def _is_part(a: Span, b: Span) -> bool:
    """ "Lights" of "lights their ovens" are no lights."""
    return a != b and b.first <= a.first and a.last <= b.last


def _next_to(reading: Reading, a: Span, b: Span, within: int) -> bool:
    return _gap(a, b) <= within and not _is_broken(reading, a, b)


def _gap(a: Span, b: Span) -> int:
    return max(0, max(a.first, b.first) - min(a.last, b.last) - 1)


def _is_broken(reading: Reading, a: Span, b: Span) -> bool:
    left, right = (a, b) if a.first <= b.first else (b, a)
    return any(t.breaks for t in reading.sentence.tokens[left.last + 1 : right.first + 1])
