"""Which word governs a number, and so says what befell those that it counts. Pure.

«مقتل 12 شخصا», "killed 12": the nearest before; «12 شخصا قتلوا», "12 people were killed": the
nearest behind; «عدد القتلى ... إلى 12»: a toll and its number, far apart; «بينهم 3 أطفال»: a part.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from rules.language.numbers.numerals import Numeral
from rules.matching.figures.counted_sentence import CountedSentence, Toll, Unit, governs
from rules.matching.figures.counting import TOLLS, What, phrase_at, phrase_before
from rules.matching.figures.durations import percent_sign

REACH = 14
"""Words before a number in which its governor may stand."""
FORWARD = 10
"""Words behind the counted in which what befell them may stand."""
NEAR, FAR = 2, 8
"""How much may stand between a governor and a bare number, and the number of a person word."""
PART_REACH = 5
"""Words behind «بينهم», "including" in which the number of the part stands."""
COUNTER_REACH = 4
"""Words behind "number of" in which the toll is named."""
MANY = 1000
"""Fewer refugees than these, killed or wounded, are victims; more are those who fled."""
WEAK_REACH = 5
COORDINATED_REACH = 7
"""Words between a toll and another number that goes with it («و17 من قوات النظام»)."""


@dataclass(frozen=True, slots=True)
class _Governor:
    what: str
    cost: float


def part_of(sentence: CountedSentence, numeral: Numeral, unit: Unit) -> What | None:
    """The toll that this number is a part of, when the sentence says that it is one."""
    if sentence.before is None:
        return None
    if phrase_at(sentence.tokens, numeral.last + 1, "part", "behind", sentence.language):
        return sentence.before.what
    for at in range(numeral.first, max(sentence.before.last, numeral.first - PART_REACH), -1):
        if phrase_before(sentence.tokens, at, "part", "before", sentence.language):
            return sentence.before.what
        if at < numeral.first and governs(sentence.word(at)):
            return None
    gap = numeral.first - sentence.before.last
    if sentence.before.part and numeral.joined and gap <= 3 and unit.known:
        return sentence.before.what
    return None


def of_the_named(sentence: CountedSentence, numeral: Numeral) -> Toll | None:
    """«من بين القتلى 3 أطفال»: the toll whose noun, with its article, stands before."""
    at = numeral.first - 1
    while at > numeral.first - 3 and sentence.word(at).has("about"):
        at -= 1
    word = sentence.word(at)
    what = word.what("noun")
    if what in (None, "none") or sentence.breaks(numeral.first) or at in sentence.within:
        return None
    if not sentence.norm(at).startswith(("ال", "وال")) or sentence.language != "ar":
        return None
    among = sentence.norm(at - 1) == "بين"
    return replace(sentence.toll(what, numeral, numeral.last), part=among)  # type: ignore[arg-type]


def governed(sentence: CountedSentence, numeral: Numeral, unit: Unit) -> What | None:
    counter = _counter(sentence, numeral, unit)
    if counter is not None:
        return counter
    limit = FAR if unit.known else NEAR
    backward, forward = governor_before(sentence, numeral), _forward(sentence, numeral, unit)
    weak = unit.word.what("weak")
    if weak is not None and not any(
        _overrides(governor, numeral) for governor in (backward, forward)
    ):
        return weak  # type: ignore[return-value]
    if not unit.known and sentence.word(numeral.first - 1).has("adverbial"):
        backward = None
    best = backward
    if forward is not None and (backward is None or _wins(sentence, forward, backward)):
        best = forward
    if (best is None or best.cost > limit) and _coordinated(sentence, numeral, unit):
        return sentence.before.what if sentence.before is not None else None
    if (best is None or best.cost > 3) and _to_hospital(sentence, numeral, unit):
        return "wounded"
    if best is None or best.cost > limit or best.what == "none":
        return None
    if best.what == "people_in_need" and not unit.known and numeral.value < MANY:
        return None
    return best.what  # type: ignore[return-value]


def _coordinated(sentence: CountedSentence, numeral: Numeral, unit: Unit) -> bool:
    """«مقتل 34 عنصرا من الحزب و17 من قوات النظام»: the second goes with the first."""
    if sentence.before is None or not numeral.joined or sentence.before.what not in TOLLS:
        return False
    gap = range(sentence.before.last + 1, numeral.first)
    if len(gap) > COORDINATED_REACH or any(governs(sentence.word(at)) for at in gap):
        return False
    partitive = sentence.norm(numeral.last + 1) in ("من", "of", "de")
    return unit.known or (partitive and not any(sentence.breaks(at) for at in gap))


def _wins(sentence: CountedSentence, forward: _Governor, backward: _Governor) -> bool:
    if backward.what == "missing" and forward.what == "killed":
        # «فقد 20 شخصا حياتهم»
        return forward.cost <= NEAR + 1
    if sentence.language == "ar":
        return forward.cost < backward.cost
    return forward.cost <= backward.cost


def governor_before(sentence: CountedSentence, numeral: Numeral) -> _Governor | None:
    cost = 0.0
    at = numeral.first - 1
    # «ما لا يقل عن» stands between without parting.
    at -= sentence.at_least_before(numeral.first)
    if sentence.breaks(numeral.first) and sentence.tokens[numeral.first].start != 0:
        cost += 2
    while at >= max(0, numeral.first - REACH):
        word = sentence.words[at]
        what = word.what("head") or word.what("verb")
        if what is not None and at not in sentence.within:
            return _Governor("none" if _two_harms(sentence, at, what) else what, cost)
        if at in sentence.within:
            inner = sentence.within[at]
            at = inner.first - 1
            cost += 1
            continue
        if not word.has("about"):
            cost += 1
        if sentence.breaks(at):
            cost += 2
        at -= 1
    return None


def _two_harms(sentence: CountedSentence, at: int, what: str) -> bool:
    """«مقتل وإصابة 30»: nobody says how many of each."""
    step = 1 if sentence.words[at].joined else 2
    if step == 2 and sentence.norm(at - 1) not in ("and", "or", "et", "ou", "و", "او"):
        return False
    before = sentence.word(at - step)
    other = before.what("head") or before.what("verb")
    if other in (None, "none", what):
        return False
    # «43 شخصا قتلوا وأصيب 173»: the first has its own number.
    return not any(place in sentence.within for place in range(at - step - 3, at - step + 1))


def _forward(sentence: CountedSentence, numeral: Numeral, unit: Unit) -> _Governor | None:
    cost = 0.0
    at = unit.last + 1
    while at < min(len(sentence.words), unit.last + 1 + FORWARD):
        word = sentence.words[at]
        if sentence.breaks(at):
            cost += 1
        if at in sentence.within:
            inner = sentence.within[at]
            parted = inner.joined or sentence.part_before(inner)
            if not parted and percent_sign(sentence, inner) is None:
                return None
            at = inner.last + 1
            cost += 1
            continue
        what = word.what("verb")
        if what is not None:
            if word.joined or sentence.norm(at - 1) in ("and", "et"):
                return None
            active = at + 1 in sentence.within and not sentence.breaks(at + 1)
            both = sentence.norm(at + 1) in ("and", "or", "et", "ou") and (
                sentence.word(at + 2).what("verb") not in (None, what)
                and at + 3 not in sentence.within
            )
            return None if active else _Governor("none" if both else what, cost)
        if word.joined and word.what("head") is not None:
            return None
        if not word.has("auxiliary"):
            cost += 1
        at += 1
    return None


def _counter(sentence: CountedSentence, numeral: Numeral, unit: Unit) -> What | None:
    """«ارتفع عدد شهداء الغارات على ... إلى 35», "the death toll rises to 35"."""
    at = numeral.first - 1
    at -= sentence.at_least_before(numeral.first)
    while (
        at >= 0
        and sentence.word(at).has("about")
        and not sentence.word(at).has("reached")
        and sentence.norm(at) not in ("من", "from", "de")
    ):
        at -= 1
    rising = sentence.norm(at) in ("من", "from", "de") and any(
        sentence.norm(place) in ("الي", "to", "a")
        for place in range(numeral.last + 1, min(numeral.last + 4, len(sentence.tokens)))
    )
    if not sentence.word(at).has("reached") and not rising:
        return None
    for start in range(at, -1, -1):
        word = sentence.words[start]
        if word.has("counter"):
            near = range(max(0, start - 1), min(at, start + COUNTER_REACH + 1))
            for place in near:
                told = sentence.words[place]
                what = told.what("noun") or told.what("weak") or told.what("head")
                if what is not None:
                    return None if what == "none" else what
    return None


def _to_hospital(sentence: CountedSentence, numeral: Numeral, unit: Unit) -> bool:
    behind = range(unit.last + 1, min(unit.last + 5, len(sentence.words)))
    ahead = range(max(0, numeral.first - 4), numeral.first)
    return any(sentence.words[at].has("hospital") for at in behind) and any(
        sentence.words[at].has("carried") for at in (*ahead, *behind)
    )


def _overrides(governor: _Governor | None, numeral: Numeral) -> bool:
    """Whether the refugees that a number counts are victims of what governs it: few, or near it."""
    if governor is None or governor.what == "people_in_need":
        return False
    few = numeral.value < MANY and governor.what in ("killed", "wounded")
    return governor.cost <= (WEAK_REACH if few else 1)
