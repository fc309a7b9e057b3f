"""What is said of the evidence: that it ended, was asked for, cannot pass, is not so.

One place for all signals. A word of the vocabulary's ``scope-...`` terms (a *governor*) bears on
a piece of evidence when it stands near enough in the same sentence and no border stands between
them. What it makes of the evidence is looked up in a table; a signal may change the table's
lines (``scope: means:``). Several governors apply from the inside out: in «نفى إلغاء أمر
الإخلاء» the order is cancelled, and that is denied.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import get_args

from rules.loading.schema import Direction, State
from rules.matching import statement
from rules.matching.terms import Reading, Span

STATES: tuple[State, ...] = get_args(State)

NEGATION = "$negation"
NEGATION_NEXT = "$negation-next"
NEGATION_STOPS = "$negation-stops"
NEGATION_HAPPENS = "$negation-happens"
NEGATION_ORDINAL = "$negation-ordinal"
BORDER = "$scope-border"
JOINS = "$scope-joins"
INSIDE = "$scope-inside"
PROPOSAL = "$scope-proposal"
WISH = "$scope-wish"
IN_FORCE = "$scope-in-force"
HURDLE = "$scope-hurdle"
DENYING = "$scope-denying"
CLAIMS = "$scope-claims"
_TERMS: Mapping[State, str] = {s: f"$scope-{s}" for s in STATES if s != "negated"}
_NOUNS: Mapping[State, str] = {s: f"$scope-{s}-of" for s in STATES[: STATES.index("allowed")]}
"""Arabic verbal nouns: «إلغاء الأمر» is cancelled, «الأمر وإلغاء العطلة» is not."""
NONE = "$scope-none"
NOT_AFTER = "$scope-not-after"
_HURT = ("$harm-verb", "$harm-noun", "$casualty", "$fire-weapon")
RESERVED = (
    NEGATION, NEGATION_NEXT, NEGATION_STOPS, NEGATION_HAPPENS, NEGATION_ORDINAL, BORDER, JOINS,
    INSIDE, PROPOSAL, WISH, IN_FORCE, HURDLE, DENYING, CLAIMS, NONE, NOT_AFTER, *_TERMS.values(),
    *_NOUNS.values(), *statement.TERMS, *_HURT,
)  # fmt: skip
"""Vocabulary terms that the matcher knows by name."""

DENIED = _TERMS["denied"]
_GOVERNORS = (*_TERMS.values(), *_NOUNS.values())

NEGATED_GOVERNOR = 3
"""Words between a negation and the governor that it negates: «لم يتم بعد رفع»."""
IN_FORCE_WITHIN = 1
"""Words between "since", "during" and the truce that they take for in force."""
HURDLE_WITHIN = 3
"""Words behind "lifts", "scraps" in which the hurdle is named."""
CLAIM_REACH = 4
"""Words between «مزاعم», "claims that" and what is claimed."""
WHILE = 2
"""Words between «بينما», "while" and the denial that they set aside."""
NEGATED_EVIDENCE = 2
"""Words between a negation and evidence: «لم يتم إخلاء»."""


@dataclass(frozen=True, slots=True)
class _Reach:
    """How many words may stand between a governor and what follows, or precedes, it."""

    before: int
    after: int
    layer: int = 0
    across: bool = False


# Layer 0 says what happens to the thing, 1 what somebody wants or does about that, 2 that
# somebody contradicts it: an inner layer applies first, whatever the order of the words.
_REACH: Mapping[State, _Reach] = {
    "ended": _Reach(4, 7),
    "eased": _Reach(4, 5),
    "cancelled": _Reach(4, 7),
    "stopped": _Reach(3, 4),
    "restored": _Reach(2, 5),
    "opened": _Reach(2, 5),
    "arriving": _Reach(5, 5),
    "freed": _Reach(4, 6),
    "agreed": _Reach(5, 5),
    "kept": _Reach(5, 5),
    "broken": _Reach(3, 4),
    "obstructed": _Reach(4, 6),
    "allowed": _Reach(5, 4, 1),
    "asked": _Reach(6, 0, 1),
    "ordered": _Reach(5, 4, 1),
    "failed": _Reach(7, -1, 1),
    "warned": _Reach(5, -1, 1),
    "denied": _Reach(10, 5, 2, across=True),
    "past": _Reach(4, 2, 3),
    "figurative": _Reach(2, 4, 3),
    "drill": _Reach(4, 4, 3),
}
_DENIED_WHEN_NEGATED = frozenset({"obstructed", "broken", "stopped", "asked", "ordered"})
_SILENT = frozenset({"past", "figurative", "drill"})
_RELIEF = frozenset(
    {"ended", "eased", "cancelled", "restored", "opened", "arriving", "freed", "agreed", "kept"}
)
"""States that are so only where they are said, not where they are named (`statement`)."""

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


_NOTHING: Mapping[State, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Governor:
    """A word that says something of other words in its sentence."""

    state: State
    span: Span
    negation: Span | None = None
    said: bool = True
    """Whether it is said to be so; «مناطق توزيع المساعدات» names a distribution only."""


@dataclass(frozen=True, slots=True)
class Scope:
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


def governors_of(states: Iterable[State], own: Mapping[State, Iterable[str]]) -> frozenset[str]:
    """The terms of which one must stand in a sentence that says one of these states."""
    found = {IN_FORCE} if "kept" in states else set()
    for state in states:
        found.update((_TERMS[state], *own.get(state, ())))
        if state in _NOUNS:
            found.add(_NOUNS[state])
    return frozenset(found)


def negator_before(reading: Reading, span: Span, reach: int) -> Span | None:
    """The negation that governs a span: before it, near enough, nothing breaking in between."""
    beside = reading.of(NEGATION_NEXT)
    at = bisect_left(beside, span.first, key=lambda s: s.first) - 1
    if at >= 0 and beside[at].last + 1 == span.first:
        return beside[at]
    negators = reading.of(NEGATION)
    before = bisect_left(negators, span.first, key=lambda s: s.first)
    for negator in reversed(negators[max(0, before - 3) : before]):
        distance = span.first - negator.last - 1
        if distance < 0 or distance > reach:
            continue
        if any(t.breaks for t in reading.sentence.tokens[negator.last + 1 : span.first + 1]):
            continue
        if _any_within(reading.of(NEGATION_STOPS), negator.last + 1, span.first - 1):
            continue
        if any(_begins_a_verb(reading, at) for at in range(negator.last + 2, span.first + 1)):
            continue
        if _any_within(reading.of(NEGATION_ORDINAL), negator.last + 1, span.last + 1):
            continue
        return negator
    return None


def _begins_a_verb(reading: Reading, at: int) -> bool:
    """«مستوطنة لم تُخل ويصيب جنودا»: a present verb behind «و» is under no earlier no."""
    word = reading.sentence.tokens[at].norm
    return len(word) > 4 and word.startswith(("وي", "وت")) and word[:3] not in ("وتر", "وتي")


def denies(reading: Reading, negator: Span, span: Span) -> bool:
    """Whether a negation says that the evidence is not there.

    Arabic negates the verb that follows: «لا توجد مجاعة» denies a famine, «لا تكفي المساعدات»
    and «لا ينبغي نسيان المجاعة» do not. The noun right behind «لا» is denied too.
    """
    if negator.last + 1 >= span.first or reading.sentence.tokens[negator.first].script != "ar":
        return True
    happens = reading.of(NEGATION_HAPPENS)
    return _any_within(happens, negator.last + 1, negator.last + 1)


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
    governors = governing(reading, evidence, own)
    named_only = base == "improving" and not governors
    refused = negation and _negation_of(reading, evidence, ()) is not None
    named = named_only and not refused and not statement.says_so(reading, evidence)
    if named:
        base = "worsening"
    governors = _holding(governors)
    if base == "improving":
        governors = [g for g in governors if not _lifts_a_hurdle(reading, g, evidence)]
    if base == "improving" and _frees(reading, evidence):
        # «الإفراج عن مسعفين احتجزتهم مليشيا»: what held them is over.
        governors = [g for g in governors if g.state != "obstructed"]
    scope = _resolved(reading, evidence, base, means, governors, negation=negation)
    return replace(scope, named=True) if named else scope


def _lifts_a_hurdle(reading: Reading, governor: Governor, evidence: Sequence[Span]) -> bool:
    """«تلغي شرط التصاريح عن شحنات الإغاثة»: what is cancelled stands in the way of the aid."""
    if governor.state not in ("ended", "cancelled", "eased", "stopped"):
        return False
    if governor.negation is not None:
        return False
    after = [e.first for e in evidence if e.first > governor.span.last]
    if not after:
        return False
    near = min(after[0], governor.span.last + 1 + HURDLE_WITHIN)
    return _any_within(reading.of(HURDLE), governor.span.last + 1, near - 1)


def _frees(reading: Reading, evidence: Sequence[Span]) -> bool:
    freed = (*reading.of(_TERMS["freed"]), *reading.of(_NOUNS["freed"]))
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
    governors = governing(reading, (span,), own)
    inner = next((g for g in governors if g.state in wanted), None)
    if inner is None:
        return None
    # «منع دخول المساعدات»: what is kept from entering has not entered.
    outer = [
        g for g in governors if g is not inner and (_REACH[g.state].layer or _kept_from(g, inner))
    ]
    if not inner.said and inner.negation is None and not outer:
        return None
    base = wanted[inner.state]
    no = inner.negation
    if no is None and inner.state in ("arriving", "restored") and inner.span.first > span.last:
        # «لا مساعدات تصل», "no aid has entered": the no stands before the one who arrives.
        no = _any_negation(reading, span, 0)
    if no is not None:
        turned: Direction = "worsening" if base == "improving" else "denied"
        states: tuple[State, ...] = (inner.state, "negated")
        words: tuple[Span, ...] = (inner.span, no)
    else:
        turned, states, words = base, (inner.state,), (inner.span,)
    rest = _resolved(reading, (span, inner.span), turned, means, outer, negation=False, inner=inner)
    return Scope(rest.direction, states + rest.states, words + rest.words)


def _kept_from(governor: Governor, relief: Governor) -> bool:
    held = governor.state == "obstructed" and relief.state in ("arriving", "restored")
    return held and not governor.span.overlaps(relief.span)


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
            chain.append(("negated", no))
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
            chain.append(("negated", governor.negation))
    for index, (state, where) in enumerate(chain):
        # One word, one saying: "lifted" ends or cancels, it does not end what it cancelled.
        if where in words:
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
        elif state == direction == "denied" and where.first > evidence[0].first:
            # «لا نقص في الأدوية، وما نشر غير دقيق» denies once, «نفى عدم وجود» twice.
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
    return Scope(direction, tuple(states), tuple(words))


def _plain_no(chain: Sequence[tuple[State, Span]]) -> Span | None:
    """The no over the evidence itself, where a chain begins with one."""
    return chain[0][1] if chain and chain[0][0] == "negated" else None


def _not_denied(reading: Reading, denial: Governor) -> bool:
    no = denial.negation
    if no is None or denial.span.first - no.last > 2:
        return False
    # «لا صحة للشائعات»: the no is a denial itself.
    return not any(no.overlaps(s) for s in reading.of(_TERMS["denied"]))


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
        no = _any_negation(reading, span, NEGATED_EVIDENCE)
        if no is None or any(no.overlaps(s) for s in evidence):
            continue
        if not any(denies(reading, no, s) for s in evidence if s.first > no.last):
            continue
        if any(g.state == "denied" and g.span.overlaps(no) for g in governors):
            # "It was not true that": the no is the denial's.
            continue
        if not any(g.negation == no or _between(no, g.span, span) for g in governors):
            return no
    return None


def _any_negation(reading: Reading, span: Span, reach: int) -> Span | None:
    no = negator_before(reading, span, reach)
    if no is not None:
        return no
    for nobody in reading.of(NONE):
        if 0 <= span.first - nobody.last - 1 <= reach + 1:
            return nobody
    for behind in reading.of(NOT_AFTER):
        beside = behind.first == span.last + 1 and span.first > 0
        if beside and reading.sentence.tokens[span.first - 1].norm in ("n", "ne"):
            return behind
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
    # «لا يتوقعون هدنة»: where a plain no denies nothing, neither does this one.
    return means.get("negated", "denied") if inner in _DENIED_WHEN_NEGATED else direction


def governing(
    reading: Reading, evidence: Sequence[Span], own: Mapping[State, Iterable[str]]
) -> list[Governor]:
    """The governors of some evidence, innermost first."""
    found: list[tuple[int, int, Governor]] = []
    # What somebody wants or denies may stand nearer to the governor than to the evidence:
    # «رفض التوقيع على وقف إطلاق النار». So each layer reaches from what the inner ones took in.
    reached: list[Span] = list(evidence)
    layer = 0
    here = reading.present(_GOVERNORS)
    for state, reach in _REACH.items():
        if reach.layer != layer:
            reached = [*reached, *(g.span for at, _, g in found if at == layer)]
            layer = reach.layer
        noun = _NOUNS.get(state)
        names = [name for name in (_TERMS[state], noun) if name in here]
        for name in (*names, *own.get(state, ())):
            follows = name != noun
            for span in reading.of(name):
                if any(span.overlaps(e) for e in evidence):
                    continue
                distance = _distance(reading, span, reached, reach, follows=follows)
                if distance is not None:
                    if not reach.layer and _aside_of_its_own(reading, span, evidence):
                        continue
                    if state == "denied" and _denies_another(reading, span, evidence):
                        continue
                    negation = _any_negation(reading, span, NEGATED_GOVERNOR)
                    if negation is not None and _belongs_to(negation, span, evidence, reach):
                        negation = None
                    said = state not in _RELIEF or statement.states(reading, span)
                    found.append((reach.layer, distance, Governor(state, span, negation, said)))
    undone = any(g.state in UNDONE for _, _, g in found)
    presumed = None if undone else _presumed_in_force(reading, evidence)
    if presumed is not None:
        found.append((0, 0, presumed))
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


def _presumed_in_force(reading: Reading, evidence: Sequence[Span]) -> Governor | None:
    """ "Schools open during the truce": in force, where it is not told beside dead and shells."""
    marks = reading.of(IN_FORCE)
    if not marks or any(reading.of(name) for name in _HURT):
        return None
    for mark in marks:
        if any(0 <= e.first - mark.last - 1 <= IN_FORCE_WITHIN for e in evidence):
            return Governor("kept", mark)
    return None


def _holding(governors: Sequence[Governor]) -> list[Governor]:
    """Without relief that is only named: nobody says that it is so, or is not so, or asks it."""
    spoken_of = any(_REACH[g.state].layer for g in governors)
    return [g for g in governors if g.said or g.negation is not None or spoken_of]


def _aside_of_its_own(reading: Reading, span: Span, evidence: Sequence[Span]) -> bool:
    """«بعد إغلاق دام أسبوعين أعيد فتح المعبر»: what the side remark says, it says of itself."""
    if not statement.is_background(reading, span):
        return False
    return not any(statement.is_background(reading, e) for e in evidence)


def _denies_another(reading: Reading, denial: Span, evidence: Sequence[Span]) -> bool:
    """«عشرات القتلى وحماس تكذب مزاعم الجيش بوجود مسلحين»: the denial has a claim of its own."""
    if any(0 <= denial.first - s.last - 1 <= WHILE for s in reading.of(statement.WHILE)):
        # «بينما تنفي السلطات الحصار، يعاني السكان»: the news is what stands beside the denial.
        return True
    if any(statement.turns_between(reading, denial.last, e.first) for e in evidence):
        # "Denies the siege, but images show the town encircled".
        return True
    if any(denial.last < e.first for e in evidence):
        return False
    if _has_an_object(reading, denial):
        return True
    claims = [s for s in reading.of(CLAIMS) if s.first < denial.first]
    if claims and all(e.first - claims[-1].last > CLAIM_REACH for e in evidence):
        # «إن مزاعم الجيش بوجود مسلحين في مدرسة قصفها وقتل عشرات محض كذب»
        return True
    return _any_within(reading.of(CLAIMS), denial.last + 1, denial.last + 2)


_BY = frozenset(("by", "par", "من", "on", "in", "hier", "lundi", "it", "this", "ذلك"))


def _has_an_object(reading: Reading, denial: Span) -> bool:
    """«10 قتلى والجيش ينفي استهدافهم»: behind what it is said to deny, it denies another thing."""
    if not any(s.overlaps(denial) for s in reading.of(DENYING)):
        return False
    behind = reading.sentence.tokens[denial.last + 1 : denial.last + 2]
    return bool(behind) and not behind[0].breaks and behind[0].norm not in _BY


def _belongs_to(negation: Span, governor: Span, evidence: Sequence[Span], reach: _Reach) -> bool:
    """Whether a negation near a governor is the evidence's own."""
    if any(negation.overlaps(e) for e in evidence):
        return True
    return reach.layer == 0 and any(_between(negation, e, governor) for e in evidence)


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


def _distance(
    reading: Reading,
    span: Span,
    evidence: Sequence[Span],
    reach: _Reach,
    *,
    follows: bool,
) -> int | None:
    """Words between a governor and the evidence, or None where it does not reach."""
    best: int | None = None
    for e in evidence:
        if span.last < e.first:
            distance, limit = e.first - span.last - 1, reach.before
            left, right = span.last + 1, e.first
        else:
            distance, limit = span.first - e.last - 1, reach.after
            left, right = e.last + 1, span.first
            if not follows or _starts_a_statement(reading, span):
                continue
        if distance < 0 or distance > limit or (best is not None and distance >= best):
            continue
        if not reach.across and any(t.breaks for t in reading.sentence.tokens[left : right + 1]):
            continue
        if _any_within(reading.of(BORDER), left, right - 1):
            continue
        if reach.layer < 2 and _any_within(reading.of(JOINS), left, right - 1):
            continue
        if (
            not reach.layer
            and span.last < e.first
            and _any_within(reading.of(INSIDE), left, right - 1)
        ):
            continue
        best = distance
    return best


def _starts_a_statement(reading: Reading, span: Span) -> bool:
    """An Arabic word with و or ف before it begins a statement of its own."""
    token = reading.sentence.tokens[span.first]
    if token.script != "ar" or len(token.norm) < 4 or token.norm[0] not in "وف":
        return False
    return token.norm[:3] not in ("وصل", "وصو", "وفر", "وزع", "وقع", "واف", "فتح", "فشل", "فرج")


def _between(left: Span, middle: Span, right: Span) -> bool:
    return left.last < middle.first and middle.last < right.first


def _any_within(spans: Sequence[Span], first: int, last: int) -> bool:
    at = bisect_left(spans, first, key=lambda s: s.first)
    return at < len(spans) and spans[at].first <= last
