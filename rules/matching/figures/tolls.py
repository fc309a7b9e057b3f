"""What a number in a sentence counts: the dead, the wounded, days of a siege, or nothing. Pure.

The noun behind a number says it («12 قتيلا»); where that is a person or nothing, the word that
governs the number does (`governing`). Counted things, dates, ages and hours are no tolls.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rules.language.numbers.numerals import Numeral
from rules.language.sentences import Sentence
from rules.matching.figures.counted_sentence import CountedSentence, Toll, Unit
from rules.matching.figures.counting import TOLLS, What
from rules.matching.figures.durations import (
    day_before,
    days,
    days_in_words,
    harmed_share,
    percent_sign,
    says_percent,
)
from rules.matching.figures.governing import (
    governed,
    governor_before,
    of_the_counted,
    of_the_named,
    part_of,
)
from rules.matching.figures.times import Opening, with_times

LAST_OF_MONTH = 31


def tolls(text: str, sentence: Sentence, language: str, opening: Opening) -> tuple[Toll, ...]:
    """The tolls that a sentence of `text` states, in order.

    `language` (ar, en, fr) is that of the sentence; `opening`: what the entry opens with.
    """
    counted = CountedSentence(text, sentence, language)
    return (*with_times(counted, _in_order(counted), opening), *days_in_words(counted))


def _in_order(sentence: CountedSentence) -> Iterator[Toll]:
    for numeral in sentence.numerals:
        for toll in _of(sentence, numeral):
            yield toll
            sentence.before = toll


def _of(sentence: CountedSentence, numeral: Numeral) -> Iterator[Toll]:
    if numeral.ordinal or _is_date(sentence, numeral):
        yield from days(sentence, numeral)
        return
    percent = percent_sign(sentence, numeral)
    if percent is not None:
        if harmed_share(sentence, numeral):
            yield sentence.toll("percent", numeral, percent)
        return
    if says_percent(sentence, numeral):
        return
    unit = sentence.unit(numeral)
    if unit.word.has("two-days") and sentence.norm(numeral.last).startswith(("ال", "وال", "لل")):
        return
    if unit.word.has("day") or unit.word.has("two-days") or day_before(sentence, numeral):
        yield from days(sentence, numeral)
        return
    if unit.word.has("thing") and unit.toll is None:
        return
    if _not_a_number(sentence, numeral, unit) and not _replaces(sentence, numeral):
        return
    if numeral.value == int(numeral.value) and not numeral.decimal:
        yield from _counted(sentence, numeral, unit)


def _counted(sentence: CountedSentence, numeral: Numeral, unit: Unit) -> Iterator[Toll]:
    if sentence.norm(numeral.first - 1) == "but" and sentence.norm(numeral.first - 2) == "all":
        return
    if _replaces(sentence, numeral) and sentence.before is not None:
        yield sentence.toll(sentence.before.what, numeral, numeral.last)
        return
    if sentence.word(numeral.last).dual and sentence.norm(numeral.last).lstrip("وفبل").startswith(
        ("ال", "ل")
    ):
        # «الشهيدان» were told before; «استشهاد الشابين» tells of two.
        before = governor_before(sentence, numeral)
        if unit.toll is not None or before is None or before.cost > 0:
            return
    if unit.toll is not None:
        if not _disease(sentence, numeral, unit):
            second = _second_noun(sentence, unit)
            if second is None or numeral.vague:
                yield sentence.toll(unit.toll, numeral, unit.last)
            if second is not None and numeral.vague:
                yield sentence.toll(second, numeral, unit.last)
        return
    part = part_of(sentence, numeral, unit)
    if part is not None and sentence.before is not None:
        yield replace(sentence.toll(sentence.before.what, numeral, unit.last), part=True)
        return
    told = of_the_named(sentence, numeral) if unit.word.has("person") else None
    told = told or of_the_counted(sentence, numeral, unit)
    if told is not None:
        yield told
        return
    what = governed(sentence, numeral, unit)
    if what == "people_in_need" and not any(
        word.has("needed") or word.has("needs") for word in sentence.words
    ):
        return
    if what is not None and not (what == "wounded" and _disease(sentence, numeral, unit)):
        yield sentence.toll(what, numeral, unit.last)


def _replaces(sentence: CountedSentence, numeral: Numeral) -> bool:
    """ "Down to 84 from 101"."""
    if sentence.before is None or sentence.before.what not in TOLLS:
        return False
    to = sentence.norm(sentence.before.first - 1)
    between = numeral.first - sentence.before.last
    return to == "to" and between == 2 and sentence.norm(numeral.first - 1) == "from"


def _second_noun(sentence: CountedSentence, unit: Unit) -> What | None:
    """«عشرات القتلى والجرحى»: the toll of the second noun."""
    at = unit.last + 1
    if sentence.norm(at) in ("and", "et", "و"):
        at += 1
    elif not sentence.word(at).joined:
        return None
    what = sentence.word(at).what("noun")
    # «12 شهيدا وإصابة 30»: what follows has its own number.
    at_number = at in sentence.within or at + 1 in sentence.within
    return None if what in (None, "none", unit.toll) or at_number else what  # type: ignore[return-value]


def _is_date(sentence: CountedSentence, numeral: Numeral) -> bool:
    if not numeral.digits or numeral.value > LAST_OF_MONTH:
        return False
    behind = sentence.word(numeral.last + 1)
    if behind.has("month") and not sentence.breaks(numeral.last + 1):
        return not behind.has("person")
    token = sentence.tokens[numeral.first]
    ahead = sentence.word(numeral.first - 1)
    return bool(ahead.has("month") and sentence.language == "en" and not token.breaks)


def _not_a_number(sentence: CountedSentence, numeral: Numeral, unit: Unit) -> bool:
    """Years, ages and numbers of a place or hour."""
    if unit.known:
        return False
    year = numeral.digits and numeral.max is None and 1900 <= numeral.value <= 2100
    if year and numeral.first == numeral.last:
        return True
    if numeral.value == 1 and sentence.language == "ar":
        return True
    at = numeral.first - 1
    ahead = sentence.word(at)
    if ahead.has("thing") or ahead.has("day"):
        return sentence.language == "ar"
    return ahead.has("adverbial") and not ahead.has("about")


def _disease(sentence: CountedSentence, numeral: Numeral, unit: Unit) -> bool:
    near = range(numeral.last + 1, min(unit.last + 4, len(sentence.words)))
    if sentence.norm(unit.last).lstrip("و").startswith("اصاب"):
        # «توفي 40 بالكوليرا وسجلت 2300 إصابة»: nobody is wounded in the sentence.
        near = range(len(sentence.words))
    return unit.toll in ("wounded", None) and any(sentence.words[at].has("disease") for at in near)
