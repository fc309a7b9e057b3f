"""How many days a truce, a siege or a war has lasted, and which share is harmed. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from rules.language.numbers.numerals import Numeral, ordinal_at
from rules.matching.figures.counted_sentence import CountedSentence, Toll, counts, governs, no_toll
from rules.matching.figures.counting import phrase_at

LASTING_REACH = 7
"""Words around a number of days in which the truce or siege is named."""
SHARE_REACH = 20
"""Words around a share in which harm is told."""
SHARED_REACH = 6
"""Words behind a share in which it is said of what."""


def day_before(sentence: CountedSentence, numeral: Numeral) -> bool:
    at = numeral.first - 1
    if at >= 0 and sentence.norm(at) in ("ال", "لل"):
        return sentence.word(at - 1).has("day")
    if not sentence.word(at).has("day"):
        return False
    if sentence.language != "ar":
        return True
    # «اليوم 79 من العدوان», not «استشهد اليوم 12 فلسطينيا»
    behind = sentence.norm(numeral.last + 1)
    definite = sentence.norm(numeral.first).startswith("ال")
    return definite or (
        numeral.digits
        and sentence.norm(at).endswith("اليوم")
        and (behind == "من" or behind.startswith("لل"))
    )


def days(sentence: CountedSentence, numeral: Numeral) -> Iterator[Toll]:
    behind = sentence.word(numeral.last + 1)
    counted = behind.has("day") or sentence.word(numeral.last).has("two-days")
    if not counted and not day_before(sentence, numeral):
        return
    if sentence.word(numeral.last + 1).has("month"):
        return
    if counted and not numeral.ordinal:
        ahead = range(max(0, numeral.first - 3), numeral.first)
        # «بعد 300 يوم من الحرب» says how long it lasts, «بعد يومين من الإعلان» does not, nor does
        # «بعد يومين من هجوم».
        if any(sentence.words[at].has("dated") for at in ahead) and not any(
            sentence.word(at).has("lasting")
            and (sentence.language != "ar" or sentence.norm(at).startswith("ال"))
            for at in (numeral.last + 1, numeral.last + 2, numeral.last + 3)
        ):
            return
    if _lasts(sentence, numeral):
        last = numeral.last + (1 if behind.has("day") else 0)
        yield sentence.toll("days", numeral, last)


def _lasts(sentence: CountedSentence, numeral: Numeral) -> bool:
    near = sentence.words
    if not day_before(sentence, numeral):
        first = max(0, numeral.first - LASTING_REACH)
        near = sentence.words[first : numeral.last + LASTING_REACH + 1]
    return any(word.has("lasting") for word in near)


def days_in_words(sentence: CountedSentence) -> Iterator[Toll]:
    """«اليوم الخامس والعشرون من الحرب», "on the fifth day of the truce"."""
    for at in range(len(sentence.tokens)):
        ordinal = ordinal_at(sentence.tokens, at, sentence.language)
        if ordinal is None or at in sentence.within:
            continue
        value, last = ordinal
        day_ahead = sentence.language == "ar" and sentence.word(at - 1).has("day")
        day_behind = sentence.language != "ar" and sentence.word(last + 1).has("day")
        numeral = Numeral(at, last, value)
        if (day_ahead or day_behind) and value > 1 and _lasts(sentence, numeral):
            if sentence.word(last + 1).has("month") or sentence.word(last + 2).has("month"):
                continue
            yield Toll("days", numeral, at, last, at_least=False, part=False)


def percent_sign(sentence: CountedSentence, numeral: Numeral) -> int | None:
    """The last token of "25 %", «25 في المئة»; None when the number is no share."""
    end = sentence.tokens[numeral.last].end
    if sentence.text[end : end + 3].lstrip()[:1] in ("%", "٪"):
        return numeral.last
    start = sentence.tokens[numeral.first].start
    if sentence.text[max(0, start - 1) : start] in ("%", "٪"):
        return numeral.last
    length = phrase_at(sentence.tokens, numeral.last + 1, "percent", "", sentence.language)
    return numeral.last + length if length else None


def harmed_share(sentence: CountedSentence, numeral: Numeral) -> bool:
    near = sentence.words[max(0, numeral.first - SHARE_REACH) : numeral.last + SHARE_REACH + 1]
    behind = sentence.words[numeral.last + 1 : numeral.last + 1 + SHARED_REACH]
    return any(word.has("share") for word in behind) or any(
        word.has("harmed") or ((counts(word) or governs(word)) and not no_toll(word))
        for word in near
    )


def says_percent(sentence: CountedSentence, numeral: Numeral) -> bool:
    """The «المئة» of «في المئة» is no number of its own."""
    if numeral.value != 100 or numeral.digits or not numeral.first:
        return False
    return sentence.norm(numeral.first - 1) in ("في", "pour", "per")
