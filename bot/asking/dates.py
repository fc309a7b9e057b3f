"""Stretches of whole days that people ask for: "since Monday", "until yesterday", "before 2024",
«من 1 إلى 5 تشرين الثاني». Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.asking.calendar_names import number_at
from bot.asking.durations import plain_words
from bot.asking.named_months import Span, in_month, set_of
from bot.asking.question import EARLIEST, Stretch
from bot.asking.spans import span_at

MOST_WORDS = 14
"""Of a stretch of time."""
_DAY = timedelta(days=1)

# Each kind of what opens a time, in one word or more; the longest first.
SINCE, AFTER, UNTIL, BEFORE, BETWEEN, IN = "since", "after", "until", "before", "between", "in"
_OPENING = {
    # From then until now.
    SINCE: (
        "منذ|مذ|من|من يوم|من تاريخ|ابتداء من|بدءا من|اعتبارا من|من بداية يوم|since|ever since"
        "|from|starting|starting from|starting on|as of|depuis|depuis le|dès|à partir de"
        "|à partir du|à compter du"
    ),
    # From the day behind it until now.
    AFTER: "بعد|من بعد|ما بعد|after|later than|post|après",
    # All that was known by the end of it.
    UNTIL: (
        "حتى|حتي|لغاية|إلى غاية|إلى حد|لحد|لين|until|till|til|untill|up to|up until"
        "|up till|upto|through|thru|jusqu'à|jusqu'a|jusqu'au|jusqu'en|jusque|jusqu'aux"
    ),
    # All that was known before it began.
    BEFORE: "قبل|من قبل|ما قبل|before|befor|prior to|earlier than|avant|d'avant|avant le",
    # From then until then: only with a second day.
    BETWEEN: "بين|ما بين|مابين|between|entre|from|du",
    IN: "في|خلال|in|on|en|au|le|during|pendant|dans|courant",
}
_TO = set_of(
    "إلى الى حتى حتي ل لغاية لحد لين to till til until through thru à au jusqu'au jusqu'à - –"
)
_AND = set_of("و and et")
_RANGE = re.compile(r"(\d{1,2})[-–](\d{1,2})")
_BY_WORDS = {kind: set(map(plain_words, said.split("|"))) for kind, said in _OPENING.items()}
_MOST_OPENING = 3


@dataclass(frozen=True, slots=True)
class Dated:
    """A stretch of time that was named, and in how many words."""

    stretch: Stretch
    words: int


def plain_parts(words: Sequence[str]) -> list[str]:
    """The words as times are told in them."""
    plain = (plain_words(word).replace("’", "'") for word in words)
    return [word.removeprefix("d'") for word in plain]


def opening_of(said: Sequence[str], *kinds: str) -> int:
    """How many words open a time of one of these kinds here; 0 for none."""
    for number in range(min(_MOST_OPENING, len(said)), 0, -1):
        words = " ".join(said[:number])
        for each in (words, words.removeprefix("و")):  # «وقبل الأربعاء»
            if any(each in _BY_WORDS[kind] for kind in kinds):
                return number
    return 0


def is_to(word: str) -> bool:
    """Whether the end of a time follows."""
    return word in _TO


def is_and(word: str) -> bool:
    return word in _AND


def read_dates(words: Sequence[str], today: date) -> Dated | None:
    """The stretch of time that these words begin with, by the reader's calendar; None where they
    begin with none. A year, a month or a day is itself; behind "since" it goes on until now,
    behind "after" from the next day on; "until" and "before" are of all that came earlier."""
    said = plain_parts(words[:MOST_WORDS])
    after, before = opening_of(said, AFTER), opening_of(said, BEFORE)
    since, until = opening_of(said, SINCE), opening_of(said, UNTIL)
    between = opening_of(said, BETWEEN)
    at = max(since, between, after, before, until) or opening_of(said, IN)
    if not (after or before or until):
        two = two_at(said, between or at, today, between=between > 0)
        if two is not None:
            last = two.last if two.last <= today else None
            return Dated(Stretch(first=two.first, last=last), two.end)
    found = span_at(said, at, today, certain=at > 0, strictly=bool(since or after))
    if found is None or found.first > today or (not at and found.ago is not None):
        return None
    if after:
        behind = found.last + _DAY
        return Dated(Stretch(first=behind), found.end) if behind <= today else None
    if before or until:
        last = found.first - _DAY if before else min(found.last, today)
        return Dated(Stretch(first=EARLIEST, last=last), found.end) if last > EARLIEST else None
    open_end = since or found.last >= today
    if at and not since and found.ago is not None:
        return None  # "on yesterday"
    return Dated(Stretch(first=found.first, last=None if open_end else found.last), found.end)


def two_at(said: Sequence[str], at: int, today: date, *, between: bool) -> Span | None:
    """«من 1 إلى 5 تشرين الثاني», "between Monday and Wednesday", "1-5 November"."""
    if at < len(said) and (numbers := _RANGE.fullmatch(said[at])):
        last = span_at([numbers[2], *said[at + 1 :]], 0, today, certain=True)
        first = last and in_month(int(numbers[1]), last.last)
        return Span(first, last.last, last.end + at) if last and first else None
    first_span = span_at(said, at, today, certain=True)
    number = number_at(said, at) if first_span is None else None
    if first_span is None and number is None and at < len(said) and said[at] in ("the", "le"):
        number = number_at(said, at + 1)
    behind = first_span.end if first_span else number[1] if number else len(said)
    if behind >= len(said):
        return None
    rest = behind_to(said[behind:], between=between)
    if rest is None:
        return None
    passed, words = rest
    last = span_at(words, 0, today, certain=True)
    if last is None and at and said[at - 1] == "du":  # "du 3 au 5"
        last = span_at(["le", *words[:1]], 0, today, certain=True)
        last = last and replace(last, end=last.end - 1)
    if last is None:
        return None
    if first_span is not None and not first_span.of_month:
        begin: date | None = first_span.first
    else:
        begin = in_month(
            first_span.first.day if first_span else number[0] if number else 0, last.last
        )
        if begin is not None and begin > last.last and last.of_month:
            begin = first_span.first if first_span else None
    if begin is not None and begin > last.last:
        # "from Friday to Monday", asked on a Tuesday; "from October to January"
        begin = earlier(begin, last.last)
    if begin is None or begin > today or begin > last.last:
        return None
    return Span(begin, last.last, behind + passed + last.end)


def behind_to(said: Sequence[str], *, between: bool) -> tuple[int, list[str]] | None:
    """How many words say that the end of a time follows, and the words of that."""
    opened = opening_of(said, UNTIL)
    if opened:
        return opened, list(said[opened:])
    if said[0] in _TO or (between and said[0] in _AND):
        return 1, list(said[1:])
    if between and said[0].startswith("و") and len(said[0]) > 1:  # «بين الاثنين والأربعاء»
        return 0, [said[0][1:], *said[1:]]
    if said[0].startswith("لل") and len(said[0]) > 4:  # «من الاثنين للأربعاء»
        return 0, [f"ال{said[0][2:]}", *said[1:]]
    return None


def earlier(begin: date, end: date) -> date | None:
    """The same day of the week, or of the year, before the other."""
    if begin - end <= 7 * _DAY:
        return begin - 7 * _DAY
    try:
        return begin.replace(year=begin.year - 1)
    except ValueError:
        return None
