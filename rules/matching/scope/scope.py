"""What is said of the evidence: that it ended, was asked for, cannot pass, is not so.

One place for all signals. What a governor (`governors`) makes of the evidence is looked up in a
table; a signal may change the table's lines (``scope: means:``). Several governors apply from the
inside out: in «نفى إلغاء أمر الإخلاء» the order is cancelled, and that is denied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from rules.loading.choices import Direction, State
from rules.matching.finding.reading import Reading, Span
from rules.matching.scope import doubt, hurdles, rumour, scene, statement, undone
from rules.matching.scope import governors as governing_words
from rules.matching.scope import negation as negations
from rules.matching.scope import resolve as resolving
from rules.matching.scope.denials import DENYING
from rules.matching.scope.governors import (
    STATE_NOUNS,
    STATE_TERMS,
    Governor,
    governing,
)
from rules.matching.scope.negation import (
    any_within,
    no_right_before,
)
from rules.matching.scope.reach import REACH
from rules.matching.scope.resolve import Scope, negation_of, no_says, resolve
from rules.matching.scope.scene import is_of_another_noun

ENDS = "$scope-ends-it"
RESERVED = (
    ENDS, *resolving.TERMS, *negations.TERMS, *governing_words.TERMS, *hurdles.TERMS,
    *statement.TERMS, *scene.TERMS, *doubt.TERMS, *rumour.TERMS,
    *undone.TERMS,
)  # fmt: skip
"""Vocabulary terms that the matcher knows by name."""

_OF_A_SUBJECT = frozenset({"arriving", "restored", "opened", "stopped", "obstructed", "broken"})
"""States that are not so where a no stands before whom they befall."""
_NOTHING: Mapping[State, tuple[str, ...]] = MappingProxyType({})


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
    named = (
        base == "improving"
        and not governors
        and not (negation and negation_of(reading, evidence, ()) is not None)
        and not statement.says_so(reading, evidence)
    )
    if named:
        base = "worsening"
    if governors:
        governors = hurdles.standing(reading, _holding(governors))
    if base == "improving":
        governors = [g for g in governors if not hurdles.lifts_one(reading, g, evidence)]
    if base == "improving":
        governors = [g for g in governors if not _of_another(reading, g, evidence)]
    if base == "improving" and _frees(reading, evidence):
        # «الإفراج عن مسعفين احتجزتهم مليشيا»: what held them is over.
        governors = [g for g in governors if g.state != "obstructed"]
    scope = resolve(reading, evidence, base, means, governors, negation=negation)
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
        said = no_says(reading, no)
        unsaid: Direction = "denied" if said == "negated" else "improving"
        turned: Direction = "worsening" if base == "improving" else unsaid
        states: tuple[State, ...] = (inner.state, said)
        words: tuple[Span, ...] = (inner.span, no)
    else:
        turned, states, words = base, (inner.state,), (inner.span,)
    rest = resolve(reading, (span, inner.span), turned, means, outer, negation=False, inner=inner)
    return Scope(rest.direction, states + rest.states, words + rest.words)


def _is_denied_between(reading: Reading, span: Span, state: Governor) -> bool:
    """«وزارة الكهرباء تنفي قطع التيار»: what is denied behind the verb befell no one before it."""
    return any_within(reading.of(DENYING), span.last + 1, state.span.first - 1)


def _kept_from(governor: Governor, relief: Governor) -> bool:
    """«منع دخول المساعدات», «الهدنة تنهار في يومها الثالث»: undone as it is told."""
    held = governor.state == "obstructed" and relief.state in ("arriving", "restored", "opened")
    broken = governor.state == "broken" and relief.state == "kept" and not governor.negation
    return (held or broken) and not governor.span.overlaps(relief.span)


def _holding(governors: Sequence[Governor]) -> list[Governor]:
    """Without relief that is only named: nobody says that it is so, or is not so, or asks it."""
    spoken_of = any(REACH[g.state].layer for g in governors)
    return [g for g in governors if g.said or g.negation is not None or spoken_of]
