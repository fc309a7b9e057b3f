"""Which words of a sentence say something of a piece of evidence, and which stand nearest.

A word of the vocabulary's ``scope-...`` terms (a *governor*) bears on a piece of evidence when it
stands near enough in the same sentence and no border stands between them. What it makes of the
evidence is `scope`'s business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, get_args

from rules.loading.choices import State
from rules.matching.finding.reading import Reading, Span
from rules.matching.scope import counts, denials, doers, effect, statement
from rules.matching.scope import reach as reaching
from rules.matching.scope.counts import FEWER
from rules.matching.scope.denials import DENYING, is_over_a_denial
from rules.matching.scope.negation import (
    NEGATED_GOVERNOR,
    any_negation,
    any_within,
)
from rules.matching.scope.reach import (
    REACH,
    VERDICT,
    Reach,
    is_between,
    is_near_or_a_verdict,
    within_reach,
    words_to,
)

STATES: tuple[State, ...] = get_args(State)

IN_FORCE = "$scope-in-force"
PROTEST = "$scope-protest"
STATE_TERMS: Mapping[State, str] = {s: f"$scope-{s}" for s in STATES if s != "negated"}
STATE_NOUNS: Mapping[State, str] = {
    s: f"$scope-{s}-of" for s in (*STATES[: STATES.index("allowed")], "figurative")
}
"""Arabic words that govern only what follows: «إلغاء الأمر» is cancelled, «الأمر وإلغاء العطلة» is
not; what comes «بذريعة» is no more than a pretext."""
DENIED = STATE_TERMS["denied"]
_GOVERNORS = (*STATE_TERMS.values(), *STATE_NOUNS.values(), FEWER, DENYING)
_HURT = ("$harm-verb", "$harm-noun", "$casualty", "$fire-weapon")
TERMS = (
    *reaching.TERMS, IN_FORCE, PROTEST, *counts.TERMS, *denials.TERMS, *doers.TERMS, *effect.TERMS,
    *STATE_TERMS.values(), *STATE_NOUNS.values(), *_HURT,
)  # fmt: skip

IN_FORCE_WITHIN = 1
"""Words between "since", "during" and the truce that they take for in force."""
PROTEST_BEHIND = 2
"""Words between "suspend", "call off" and the strike."""


_RELIEF = frozenset(
    {"ended", "eased", "cancelled", "restored", "opened", "arriving", "freed", "agreed", "kept"}
)
"""States that are so only where they are said, not where they are named (`statement`)."""
_ORDER: Mapping[State, int] = {state: number for number, state in enumerate(REACH)}
_SAYING: Sequence[tuple[State, str]] = [
    (state, name)
    for state in REACH
    for name in (
        STATE_TERMS[state],
        *((STATE_NOUNS[state],) if state in STATE_NOUNS else ()),
        *((FEWER,) if state == "eased" else ()),
        *((DENYING,) if state == "denied" else ()),
    )
]
UNDONE: frozenset[State] = frozenset(
    {
        "ended",
        "cancelled",
        "stopped",
        "broken",
        "obstructed",
        "asked",
        "failed",
        "warned",
        "negated",
    }
)
"""States under which good news is none (yet, or any more)."""


class Governor(NamedTuple):
    """A word that says something of other words in its sentence."""

    state: State
    span: Span
    negation: Span | None = None
    said: bool = True
    """Whether it is said to be so; «مناطق توزيع المساعدات» names a distribution only."""


def governors_of(states: Iterable[State], own: Mapping[State, Iterable[str]]) -> frozenset[str]:
    """The terms of which one must stand in a sentence that says one of these states."""
    found = {IN_FORCE} if "kept" in states else set()
    if "spared" in states:
        found.update((effect.BURDEN, effect.QUEUE))
    if "eased" in states:
        found.add(FEWER)
    if "denied" in states:
        found.add(DENYING)
    for state in states:
        found.update((STATE_TERMS[state], *own.get(state, ())))
        if state in STATE_NOUNS:
            found.add(STATE_NOUNS[state])
    return frozenset(found)


def governing(
    reading: Reading, evidence: Sequence[Span], own: Mapping[State, Iterable[str]]
) -> list[Governor]:
    """The governors of some evidence, innermost first."""
    found: list[tuple[int, int, Governor]] = []
    # What somebody wants or denies may stand nearer to the governor than to the evidence:
    # «رفض التوقيع على وقف إطلاق النار». So each layer reaches from what the inner ones took in.
    reached: list[Span] = list(evidence)
    layer = 0
    for state, reach, name in _here(reading, own):
        if reach.layer != layer:
            reached = [*reached, *(g.span for at, _, g in found if at == layer)]
            layer = reach.layer
        follows = name != STATE_NOUNS.get(state)
        if name == DENIED:
            reach = VERDICT
        for span in within_reach(reading.of(name), reached, reach):
            if any(span.overlaps(e) for e in evidence):
                continue
            if name == FEWER and not counts.are_of_a_trouble(reading, span):
                continue
            # "Rejects the truce" fails it; "rejects reports of famine" denies it.
            rejects = state == "failed" or name == DENYING
            if rejects and denials.rejects_what_is_said(reading, span) == (state == "failed"):
                continue
            # What is signed in a town is signed: «وقّعا في جدة على وقف القتال».
            anywhere = state == "agreed"
            distance = words_to(reading, span, reached, reach, follows=follows, anywhere=anywhere)
            if distance is not None:
                if not reach.layer and _aside_of_its_own(reading, span, evidence):
                    continue
                if not reach.layer and _ends_a_protest(reading, span, evidence):
                    continue
                if state == "freed" and doers.saves_another(reading, span, evidence):
                    continue
                if state == "denied" and denials.denies_another(reading, span, evidence):
                    continue
                if name == DENIED and not is_near_or_a_verdict(
                    reading, span, reached, REACH["denied"].after
                ):
                    continue
                negation = any_negation(reading, span, NEGATED_GOVERNOR)
                if negation is not None and (
                    _belongs_to(negation, span, evidence, reach)
                    # «لا ينفي أمر الإخلاء»: the order is not what is refused.
                    or (state != "denied" and is_over_a_denial(reading, negation))
                ):
                    negation = None
                said = state not in _RELIEF or statement.states(reading, span)
                found.append((reach.layer, distance, Governor(state, span, negation, said)))
    elsewhere = denials.pictured_elsewhere(reading, evidence)
    if elsewhere is not None:
        found.append((REACH["denied"].layer, 0, Governor("denied", elsewhere)))
    if not found:
        presumed = _presumed_in_force(reading, evidence)
        return [presumed] if presumed else []
    undone = any(g.state in UNDONE for _, _, g in found)
    presumed = None if undone else _presumed_in_force(reading, evidence)
    if presumed is not None:
        found.append((0, 0, presumed))
    if own and len(found) > 1:
        found = _in_its_own_way(reading, found, own)
    found.sort(key=lambda f: (f[0], f[1], f[2].span.first))
    seen: set[State] = set()
    chosen: list[Governor] = []
    for _, _, governor in found:
        # Of several words for one thing the nearest speaks: «رفع وإنهاء الحصار» is no double end.
        if governor.state in seen or _inside_another(governor, found):
            continue
        seen.add(governor.state)
        chosen.append(governor)
    return chosen


def _in_its_own_way(
    reading: Reading,
    found: list[tuple[int, int, Governor]],
    own: Mapping[State, Iterable[str]],
) -> list[tuple[int, int, Governor]]:
    """«L'OMS écarte la polio»: a word that the signal reads in its own way says nothing else."""
    mine = {
        g.span: g.state
        for _, _, g in found
        if any(g.span in reading.of(name) for name in own.get(g.state, ()))
    }
    return [each for each in found if mine.get(each[2].span, each[2].state) == each[2].state]


def _here(
    reading: Reading, own: Mapping[State, Iterable[str]]
) -> Sequence[tuple[State, Reach, str]]:
    """The words of a sentence that may say something of others: in the order of `REACH`, and of
    one state the vocabulary's before the signal's own."""
    known = reading.governors.get(id(own))
    if known is not None and known[0] is own:
        governors: Sequence[tuple[State, Reach, str]] = known[1]
        return governors
    found = reading.once("governors", _of_the_vocabulary)
    mine = [
        (state, REACH[state], name)
        for state, names in own.items()
        if state in REACH
        for name in names
        if reading.of(name)
    ]
    if mine:
        found = sorted((*found, *mine), key=lambda each: _ORDER[each[0]])
    reading.governors[id(own)] = own, found
    return found


def _of_the_vocabulary(reading: Reading) -> Sequence[tuple[State, Reach, str]]:
    here = reading.present(_GOVERNORS)
    return [(state, REACH[state], name) for state, name in _SAYING if name in here] if here else ()


def _presumed_in_force(reading: Reading, evidence: Sequence[Span]) -> Governor | None:
    """ "Schools open during the truce": in force, where it is not told beside dead and shells."""
    marks = reading.of(IN_FORCE)
    if not marks or any(reading.of(name) for name in _HURT):
        return None
    for mark in marks:
        if any(0 <= e.first - mark.last - 1 <= IN_FORCE_WITHIN for e in evidence):
            return Governor("kept", mark)
    return None


def _aside_of_its_own(reading: Reading, span: Span, evidence: Sequence[Span]) -> bool:
    """«بعد إغلاق دام أسبوعين أعيد فتح المعبر»: what the side remark says, it says of itself."""
    if not statement.is_background(reading, span):
        return False
    return not any(statement.is_background(reading, e) for e in evidence)


def _ends_a_protest(reading: Reading, span: Span, evidence: Sequence[Span]) -> bool:
    """ "Hospital doctors suspend their strike": the hospital is not what is suspended."""
    if any(e.first > span.last for e in evidence):
        return False
    return any_within(reading.of(PROTEST), span.last + 1, span.last + 1 + PROTEST_BEHIND)


def _belongs_to(negation: Span, governor: Span, evidence: Sequence[Span], reach: Reach) -> bool:
    """Whether a negation near a governor is the evidence's own."""
    if any(negation.overlaps(e) for e in evidence):
        return True
    return reach.layer == 0 and any(is_between(negation, e, governor) for e in evidence)


def _inside_another(governor: Governor, found: Iterable[tuple[int, int, Governor]]) -> bool:
    """Whether a longer reading takes the word: "dismisses talk of" is one governor, no talk."""
    mine = governor.span
    size = mine.last - mine.first
    return any(
        g.span.first <= mine.first
        and mine.last <= g.span.last
        and g.span.last - g.span.first > size
        for _, _, g in found
    )
