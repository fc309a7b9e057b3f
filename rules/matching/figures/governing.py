"""Which word governs a number, and so says what befell those that it counts. Pure.

«مقتل 12 شخصا», "killed 12": the nearest before; «12 شخصا قتلوا», "12 people were killed": the
nearest behind; «عدد القتلى ... إلى 12»: a toll and its number, far apart; «بينهم 3 أطفال»: a part.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

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
    if _part_behind(sentence, numeral):
        return sentence.before.what
    for at in range(numeral.first, max(sentence.before.last, numeral.first - PART_REACH), -1):
        if phrase_before(sentence.tokens, at, "part", "before", sentence.language):
            return sentence.before.what
        if at < numeral.first and governs(sentence.word(at)):
            return None
    gap = numeral.first - sentence.before.last
    if sentence.before.part and gap <= 3 and unit.known and _listed(sentence, numeral):
        return sentence.before.what
    return None


def _part_behind(sentence: CountedSentence, numeral: Numeral) -> bool:
    """ "four of them"; not «وأصيب عشرة، بينهم كاهن»."""
    behind = numeral.last + 1
    return not sentence.breaks(behind) and bool(
        phrase_at(sentence.tokens, behind, "part", "behind", sentence.language)
    )


def _listed(sentence: CountedSentence, numeral: Numeral) -> bool:
    """Whether a number goes on with what the one before it began: "23 soldiers, three drivers and
    five passengers"."""
    if numeral.joined or sentence.norm(numeral.first - 1) in ("and", "et"):
        return True
    return sentence.language != "ar" and sentence.breaks(numeral.first)


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


def of_the_counted(sentence: CountedSentence, numeral: Numeral, unit: Unit) -> Toll | None:
    """«إن عدد القتلى 153»: nothing stands between what is counted and how many there are."""
    word = sentence.word(numeral.first - 1)
    what = word.what("noun")
    if unit.known or what in (None, "none") or sentence.breaks(numeral.first):
        return None
    if sentence.language != "ar" or not sentence.word(numeral.first - 2).has("counter"):
        return None
    return sentence.toll(what, numeral, numeral.last)  # type: ignore[arg-type]


def governed(sentence: CountedSentence, numeral: Numeral, unit: Unit) -> What | None:
    counter = _counter(sentence, numeral, unit)
    if counter is not None:
        return counter
    limit = FAR if unit.known else NEAR
    backward, forward = governor_before(sentence, numeral), _forward(sentence, numeral, unit)
    weak = unit.word.what("weak")
    # "52 were killed and 2,000 displaced": what went before is told.
    governors = (None if _told_anew(sentence, numeral, unit) else backward, forward)
    if weak is not None and not any(_overrides(each, numeral) for each in governors):
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


def _told_anew(sentence: CountedSentence, numeral: Numeral, unit: Unit) -> bool:
    """Whether "and" begins what befell those who are counted: "and nearly 2,000 displaced"."""
    if not sentence.norm(unit.last).startswith(("displaced", "deplace")):
        return False
    at = numeral.first - 1 - sentence.at_least_before(numeral.first)
    while sentence.word(at).has("about") and not sentence.breaks(at + 1):
        at -= 1
    return sentence.norm(at) in ("and", "et") or sentence.breaks(at + 1)


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
    end = unit.last + 1 + FORWARD
    in_part = False
    while at < min(len(sentence.words), end):
        word = sentence.words[at]
        if sentence.breaks(at):
            cost += 1
        if at in sentence.within:
            inner = sentence.within[at]
            in_part = in_part or sentence.part_before(inner) or _part_behind(sentence, inner)
            if in_part and sentence.language != "ar":
                # "31 people, including 23 soldiers and 5 passengers, were killed": what the part
                # counts takes no words of the whole.
                at, cost = sentence.unit(inner).last + 1, max(cost, 1)
                end = max(end, at + FORWARD // 2)
                continue
            if not (inner.joined or in_part or _aside(sentence, inner)) and (
                percent_sign(sentence, inner) is None
            ):
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


def _aside(sentence: CountedSentence, inner: Numeral) -> bool:
    """ "3,941 persons from 712 households were displaced", "20 pupils and two teachers died"."""
    if sentence.language == "ar":
        return False
    ahead = sentence.norm(inner.first - 1)
    unit = sentence.unit(inner)
    if ahead in ("and", "et"):
        return unit.known and unit.word.has("person") and unit.toll is None
    return ahead in ("from", "in", "across", "of", "de", "dans") and unit.word.has("thing")


def _counter(sentence: CountedSentence, numeral: Numeral, unit: Unit) -> What | None:
    """«ارتفع عدد شهداء الغارات على ... إلى 35», "the death toll rises to 35"."""
    at = numeral.first - 1
    at -= sentence.at_least_before(numeral.first)
    if (told := _counter_behind(sentence, numeral)) is not None:
        return told
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
        if sentence.words[start].has("counter"):
            near = range(max(0, start - 1), min(at, start + COUNTER_REACH + 1))
            what = _first_named(sentence, near)
            if what is not None:
                return None if what == "none" else what
    return None


def _first_named(sentence: CountedSentence, near: range) -> What | Literal["none"] | None:
    """The toll that the first of these words names."""
    words = (sentence.words[at] for at in near)
    named = (word.what("noun") or word.what("weak") or word.what("head") for word in words)
    return next((what for what in named if what is not None), None)


def _counter_behind(sentence: CountedSentence, numeral: Numeral) -> What | None:
    """«portant à 101 le nombre de décès»."""
    at = numeral.last + 1
    if sentence.norm(at) not in ("le", "the") or not sentence.word(at + 1).has("counter"):
        return None
    near = range(at + 1, min(at + 2 + COUNTER_REACH, len(sentence.words)))
    what = _first_named(sentence, near)
    return None if what == "none" else what


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
