"""What is said of the evidence: that it ended, was asked for, cannot pass, is not so.

One place for all signals. What a governor (`governors`) makes of the evidence is looked up in a
table; a signal may change the table's lines (``scope: means:``). Several governors apply from the
inside out: in «نفى إلغاء أمر الإخلاء» the order is cancelled, and that is denied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from rules.loading.choices import Direction, State
from rules.matching.finding.reading import Reading, Span
from rules.matching.scope import doubt, hurdles, scene, statement, undone
from rules.matching.scope import governors as governing_words
from rules.matching.scope import negation as negations
from rules.matching.scope.denials import DENYING
from rules.matching.scope.governors import (
    REACH,
    STATE_NOUNS,
    STATE_TERMS,
    UNDONE,
    Governor,
    governing,
    is_between,
)
from rules.matching.scope.negation import (
    NEGATED_EVIDENCE,
    any_negation,
    any_within,
    denies,
    excepts,
    is_no_longer,
    is_nobody,
    is_of_one_saying,
    no_right_before,
)
from rules.matching.scope.scene import is_of_another_noun

PROPOSAL = "$scope-proposal"
WISH = "$scope-wish"
ENDS = "$scope-ends-it"
RESERVED = (
    PROPOSAL, WISH, ENDS, *negations.TERMS, *governing_words.TERMS, *hurdles.TERMS,
    *statement.TERMS, *scene.TERMS, *doubt.TERMS, *undone.TERMS,
)  # fmt: skip
"""Vocabulary terms that the matcher knows by name."""

_DENIED_WHEN_NEGATED = frozenset({"obstructed", "broken", "stopped", "asked", "ordered", "kept"})
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
_OF_A_SUBJECT = frozenset({"arriving", "restored", "opened", "stopped", "obstructed", "broken"})
"""States that are not so where a no stands before whom they befall."""
_NOTHING: Mapping[State, tuple[str, ...]] = MappingProxyType({})


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
        return tuple(
            (span, "negation" if state == "negated" else f"scope-{state}")
            for state, span in zip(self.states, self.words, strict=True)
        )


def scope_of(
    reading: Reading,
    evidence: Sequence[Span],
    base: Direction,
    means: Mapping[State, Direction],
    own: Mapping[State, Iterable[str]] = _NOTHING,
    *,
    negation: bool = True,
) -> Scope:
    """What the sentence says of the evidence.

    ``base`` is what the evidence says by itself; ``means`` the signal's table; ``own`` are terms
    of the signal that count as governors too. ``negation`` is False where the evidence holds its
    own negation («لا توجد أدوية»).
    """
    governors = [
        g
        for g in governing(reading, evidence, own)
        if not _says_no_of_another(reading, g, evidence)
    ]
    named_only = base == "improving" and not governors
    refused = negation and _negation_of(reading, evidence, ()) is not None
    named = named_only and not refused and not statement.says_so(reading, evidence)
    if named:
        base = "worsening"
    governors = hurdles.standing(reading, _holding(governors))
    if base == "improving":
        governors = [g for g in governors if not hurdles.lifts_one(reading, g, evidence)]
    if base == "improving":
        governors = [g for g in governors if not _of_another(reading, g, evidence)]
    if base == "improving" and _frees(reading, evidence):
        # «الإفراج عن مسعفين احتجزتهم مليشيا»: what held them is over.
        governors = [g for g in governors if g.state != "obstructed"]
    scope = _resolved(reading, evidence, base, means, governors, negation=negation)
    return scope._replace(named=True) if named else scope


def _says_no_of_another(reading: Reading, governor: Governor, evidence: Sequence[Span]) -> bool:
    """ "No food has entered the besieged town" says nothing of the siege."""
    no = governor.negation
    return no is not None and any(
        no.last < e.first and is_of_another_noun(reading, no, e) for e in evidence
    )


def _of_another(reading: Reading, governor: Governor, evidence: Sequence[Span]) -> bool:
    """«الأقسام تعمل ولا صحة لإغلاقها»: a denial joined to a relief is of something else.

    So is the end of what stands behind: «موسم وفير ينهي شهور الجوع».
    """
    at = governor.span.first
    if any(at < e.last for e in evidence):
        return False
    tokens = reading.sentence.tokens
    if governor.state == "denied":
        return tokens[at].norm.startswith("و")
    behind = tokens[governor.span.last + 1 : governor.span.last + 2]
    ends = any_within(reading.of(ENDS), governor.span.first, governor.span.last)
    return ends and bool(behind) and not behind[0].breaks


def _frees(reading: Reading, evidence: Sequence[Span]) -> bool:
    freed = (*reading.of(STATE_TERMS["freed"]), *reading.of(STATE_NOUNS["freed"]))
    return any(f.overlaps(e) for f in freed for e in evidence)


def state_of(
    reading: Reading,
    span: Span,
    wanted: Mapping[State, Direction],
    means: Mapping[State, Direction],
    own: Mapping[State, Iterable[str]] = _NOTHING,
) -> Scope | None:
    """The scope of a word by itself no news, under one of the ``wanted`` states; or None.

    «المساعدات» says nothing; «وصلت المساعدات» does, and so does «لم تصل المساعدات».
    """
    governors = hurdles.standing(reading, governing(reading, (span,), own))
    inner = next((g for g in governors if g.state in wanted), None)
    if inner is None or (inner.state == "denied" and inner.negation is not None):
        return None
    if wanted[inner.state] == "worsening" and _is_denied_between(reading, span, inner):
        return None
    # «منع دخول المساعدات»: what is kept from entering has not entered.
    outer = [
        g for g in governors if g is not inner and (REACH[g.state].layer or _kept_from(g, inner))
    ]
    if wanted[inner.state] == "improving":
        outer = [g for g in outer if not _of_another(reading, g, (span, inner.span))]
    if not inner.said and inner.negation is None and not outer:
        return None
    base = wanted[inner.state]
    no = inner.negation
    after = inner.span.first > span.last
    if no is None and (inner.state in _OF_A_SUBJECT if after else inner.span.last < span.first):
        # «لا مساعدات تصل», "no aid has entered", "no ward is closed": the no stands before it; so
        # it does in "has let no lorry in", «ne laisse entrer aucun camion».
        no = no_right_before(reading, span)
        if no is not None and no.overlaps(inner.span):
            # «لم يعد أمر الإخلاء ساريا»: the no is the governor itself.
            no = None
    if no is not None:
        # «ne laissent plus passer»: one no, said once.
        outer = [g._replace(negation=None) if g.negation == no else g for g in outer]
        said = _no_says(reading, no)
        unsaid: Direction = "denied" if said == "negated" else "improving"
        turned: Direction = "worsening" if base == "improving" else unsaid
        states: tuple[State, ...] = (inner.state, said)
        words: tuple[Span, ...] = (inner.span, no)
    else:
        turned, states, words = base, (inner.state,), (inner.span,)
    rest = _resolved(reading, (span, inner.span), turned, means, outer, negation=False, inner=inner)
    return Scope(rest.direction, states + rest.states, words + rest.words)


def _is_denied_between(reading: Reading, span: Span, state: Governor) -> bool:
    """«وزارة الكهرباء تنفي قطع التيار»: what is denied behind the verb befell no one before it."""
    return any_within(reading.of(DENYING), span.last + 1, state.span.first - 1)


def _kept_from(governor: Governor, relief: Governor) -> bool:
    """«منع دخول المساعدات», «الهدنة تنهار في يومها الثالث»: undone as it is told."""
    held = governor.state == "obstructed" and relief.state in ("arriving", "restored", "opened")
    broken = governor.state == "broken" and relief.state == "kept" and not governor.negation
    return (held or broken) and not governor.span.overlaps(relief.span)


def _resolved(
    reading: Reading,
    evidence: Sequence[Span],
    base: Direction,
    means: Mapping[State, Direction],
    governors: Sequence[Governor],
    *,
    negation: bool,
    inner: Governor | None = None,
) -> Scope:
    direction: Direction = base
    states: list[State] = []
    words: list[Span] = []
    chain: list[tuple[State, Span]] = []
    before = [(inner.state, inner.span)] if inner is not None else []
    if negation:
        no = _negation_of(reading, evidence, governors)
        if no is not None:
            chain.append((_no_says(reading, no), no))
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
            said = "negated" if wished else _no_says(reading, governor.negation)
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
            changed = direction if wished else _negated(direction, chain[index - 1][0], means)
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


def _denies_once(reading: Reading, denial: Span, evidence: Span) -> bool:
    """Whether a denial beside a plain no says the same once more."""
    if denial.first > evidence.first:
        return True
    return any(t.breaks for t in reading.sentence.tokens[denial.last + 1 : evidence.first + 1])


def _no_says(reading: Reading, no: Span) -> State:
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


def _negation_of(
    reading: Reading, evidence: Sequence[Span], governors: Sequence[Governor]
) -> Span | None:
    """The negation right over the evidence, and not over one of its governors."""
    for span in evidence:
        no = any_negation(reading, span, NEGATED_EVIDENCE)
        if no is None or (any(no.overlaps(s) for s in evidence) and not is_nobody(reading, no)):
            continue
        if is_of_one_saying(reading, no, evidence):
            continue
        behind = [s for s in evidence if s.first > no.last]
        if excepts(reading, no, behind):
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


def _holding(governors: Sequence[Governor]) -> list[Governor]:
    """Without relief that is only named: nobody says that it is so, or is not so, or asks it."""
    spoken_of = any(REACH[g.state].layer for g in governors)
    return [g for g in governors if g.said or g.negation is not None or spoken_of]
