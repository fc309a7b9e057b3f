"""What several governors make of a piece of evidence together, from the inside out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from rules.loading.choices import Direction, State
from rules.matching.finding.reading import Reading, Span
from rules.matching.scope import statement
from rules.matching.scope.governors import STATE_TERMS, UNDONE, Governor
from rules.matching.scope.negation import (
    NEGATED_EVIDENCE,
    NO_OF_ANY_KIND,
    any_negation,
    denies,
    excepts,
    is_no_longer,
    is_nobody,
    is_of_another_word,
    is_of_one_saying,
    no_of_a_harm,
)
from rules.matching.scope.reach import is_between

PROPOSAL = "$scope-proposal"
WISH = "$scope-wish"
FIRE = "$strike-acts"
TERMS = (PROPOSAL, WISH, FIRE)

_DENIED_WHEN_NEGATED = frozenset({"obstructed", "broken", "stopped", "asked", "ordered", "kept"})
_HALTS = frozenset({"kept", "obstructed", "stopped"})
_SILENT = frozenset({"past", "figurative", "drill"})
DEFAULT: Mapping[State, Direction] = MappingProxyType(
    {
        "ended": "improving",
        "eased": "improving",
        "cancelled": "improving",
        "denied": "denied",
        "negated": "denied",
    }
)
"""What a state makes of bad news, where the signal says nothing else; others leave it as it is."""


class Scope(NamedTuple):
    """What is said of a piece of evidence, from the inside out, and what follows from it.

    ``direction`` is None where the evidence does not count at all (history, images, drills).
    """

    direction: Direction | None
    states: tuple[State, ...] = ()
    words: tuple[Span, ...] = ()
    named: bool = False
    """Relief that is only named, «مناطق توزيع المساعدات»: nobody says that it is so, or is not."""

    @property
    def plain(self) -> bool:
        """Whether it is bad news with nothing that turns it."""
        return self.direction == "worsening" and len(self.states) < 2

    def shown(self) -> tuple[tuple[Span, str], ...]:
        """The words that say it, each with the name of what it says."""
        if not self.words:
            return ()
        return tuple(
            (span, "negation" if state == "negated" else f"scope-{state}")
            for state, span in zip(self.states, self.words, strict=True)
        )


def resolve(
    reading: Reading,
    evidence: Sequence[Span],
    base: Direction,
    means: Mapping[State, Direction],
    governors: Sequence[Governor],
    *,
    negation: bool,
    inner: Governor | None = None,
) -> Scope:
    """What the evidence says under its governors. `base`: what it says by itself; `inner`: the
    governor that made it news; `negation`: whether a no over the evidence itself counts."""
    direction: Direction = base
    states: list[State] = []
    words: list[Span] = []
    chain: list[tuple[State, Span]] = []
    before = [(inner.state, inner.span)] if inner is not None else []
    if negation:
        no = negation_of(reading, evidence, governors)
        if no is not None:
            chain.append((no_says(reading, no), no))
    for governor in governors:
        if governor.state in _SILENT:
            if governor.negation is None:
                return Scope(None, (governor.state,), (governor.span,))
            continue
        # «لا ينفي القصف»: who does not deny it does not say that it is not so.
        if governor.state == "denied" and _not_denied(reading, governor):
            continue
        if governor.state in ("asked", "ordered") and _accepted(
            reading, governor, [*before, *chain]
        ):
            continue
        chain.append((governor.state, governor.span))
        if governor.negation is not None:
            # "Can no longer deliver": what nobody can any more is not over, it is not there.
            wished = governor.state == "asked"
            said = "negated" if wished else no_says(reading, governor.negation)
            chain.append((said, governor.negation))
    for index, (state, where) in enumerate(chain):
        # One word, one saying: "lifted" ends or cancels, it does not end what it cancelled.
        if any(where.overlaps(word) for word in words):
            continue
        # «تواصل خرق الهدنة»: that the breach goes on makes no truce.
        if state in ("agreed", "kept") and any(inner in UNDONE for inner, _ in chain[:index]):
            continue
        if state == "negated" and index and chain[index - 1][0] not in ("denied",):
            wished = any(s.overlaps(chain[index - 1][1]) for s in reading.of(WISH))
            inner_state = chain[index - 1][0]
            # «لم يتوقف القصف», "nobody survived the shelling": such a no is none of fire itself.
            goes_on = inner_state in _HALTS and _is_fire(reading, evidence)
            if not wished and not goes_on:
                changed = _negated(direction, inner_state, means)
            else:
                changed = direction
        elif state in ("asked", "warned") and (no := _plain_no(chain[:index])) is not None:
            # "Urge MPs not to cut aid": who asks that it not be does not say that it is not.
            changed = "worsening" if where.last < no.first else direction
        elif state == direction == "denied" and _denies_once(reading, where, evidence[0]):
            # «لا نقص في الأدوية، وما نشر غير دقيق» denies once, «نفى عدم وجود» twice; so does
            # "contrary to rumours, the town is not evacuated", cut off by its comma.
            changed = direction
        elif state == base == direction == "denied":
            # "Denying closure, the hospital says it works normally": both against the news.
            changed = direction
        else:
            changed = _applied(state, direction, means)
        if changed != direction or state in means:
            states.append(state)
            words.append(where)
        direction = changed
    if direction == "improving" and any(statement.is_granted(reading, span) for span in evidence):
        # "Despite the truce, fighting goes on": what is granted only is not the news.
        direction = "worsening"
    if direction == "improving" and statement.falls_short(reading, evidence):
        # "Power is back two hours a day": what is too little ends no trouble.
        direction = "worsening"
    return Scope(direction, tuple(states), tuple(words))


def _is_fire(reading: Reading, evidence: Sequence[Span]) -> bool:
    return any(fire.overlaps(e) for fire in reading.of(FIRE) for e in evidence)


def _denies_once(reading: Reading, denial: Span, evidence: Span) -> bool:
    """Whether a denial beside a plain no says the same once more."""
    if denial.first > evidence.first:
        return True
    return any(t.breaks for t in reading.sentence.tokens[denial.last + 1 : evidence.first + 1])


def no_says(reading: Reading, no: Span) -> State:
    """ "No longer" is an end: of what is bad, or of what was good."""
    return "ended" if is_no_longer(reading, no) else "negated"


def _plain_no(chain: Sequence[tuple[State, Span]]) -> Span | None:
    """The no over the evidence itself, where a chain begins with one."""
    return chain[0][1] if chain and chain[0][0] == "negated" else None


def _not_denied(reading: Reading, denial: Governor) -> bool:
    no = denial.negation
    if no is None or denial.span.first - no.last > 2:
        return False
    # «لا صحة للشائعات»: the no is a denial itself.
    return not any(no.overlaps(s) for s in reading.of(STATE_TERMS["denied"]))


def _accepted(reading: Reading, asked: Governor, chain: Sequence[tuple[State, Span]]) -> bool:
    """«تقبل مقترحا لوقف إطلاق النار»: what is proposed is agreed."""
    if not any(s.overlaps(asked.span) for s in reading.of(PROPOSAL)):
        return False
    return any(
        state in ("agreed", "allowed") and 0 <= asked.span.first - span.last - 1 <= 3
        for state, span in chain
    )


def negation_of(
    reading: Reading, evidence: Sequence[Span], governors: Sequence[Governor]
) -> Span | None:
    """The negation right over the evidence, and not over one of its governors."""
    if not reading.has_any(NO_OF_ANY_KIND):
        return None
    for span in evidence:
        no = any_negation(reading, span, NEGATED_EVIDENCE)
        if no is None and (inside := no_of_a_harm(reading, span)) is not None:
            return inside
        if no is None or (any(no.overlaps(s) for s in evidence) and not is_nobody(reading, no)):
            continue
        if is_of_one_saying(reading, no, evidence):
            continue
        behind = [s for s in evidence if s.first > no.last]
        if excepts(reading, no, behind) or is_of_another_word(reading, no, evidence):
            continue
        if behind and not any(denies(reading, no, s) for s in behind):
            continue
        if any(g.state == "denied" and g.span.overlaps(no) for g in governors):
            # "It was not true that": the no is the denial's.
            continue
        # "Received no order to leave": a no right before it is its own.
        own = no.last + 1 == span.first and reading.sentence.tokens[no.first].script == "latin"
        if not any(
            g.negation == no or (is_between(no, g.span, span) and not own) for g in governors
        ):
            return no
    return None


def _applied(state: State, direction: Direction, means: Mapping[State, Direction]) -> Direction:
    if state == "denied":
        # That relief is denied says that the trouble goes on, unless the signal says otherwise
        # (a truce that was not agreed).
        return means.get("denied", "denied" if direction == "worsening" else "worsening")
    if direction == "improving":
        return "worsening" if state in UNDONE else direction
    if direction == "denied":
        return direction
    return means.get(state, DEFAULT.get(state, direction))


def _negated(direction: Direction, inner: State, means: Mapping[State, Direction]) -> Direction:
    """A governor under a negation: «لم يُرفع الحصار», "was not cancelled", "is not blocked"."""
    if direction == "improving":
        return "worsening"
    if inner == "broken":
        return "denied"
    # «لا يتوقعون هدنة»: where a plain no denies nothing, neither does this one.
    return means.get("negated", "denied") if inner in _DENIED_WHEN_NEGATED else direction
