"""Hours of the day and its parts as people write them, for `bot.asking.hours`: patterns of words
as `plain_words` leaves them."""

from __future__ import annotations

import re

from bot.asking.durations import COUNTED
from bot.asking.question import WHOLE_DAY

HOUR = 60
"""Minutes."""
NOON = 12 * HOUR

# All of them as `plain_words` leaves them.
NAMED_HOURS = {
    **{
        word: number
        for number, word in enumerate(
            "الواحده الثانيه الثالثه الرابعه الخامسه السادسه السابعه الثامنه التاسعه "
            "العاشره".split(),
            1,
        )
    },
    **{"الحاديه عشره": 11, "الحاديه عشر": 11, "الثانيه عشره": 12, "الثانيه عشر": 12},
}
SPELLED = {word: int(number) for word, number in COUNTED.items() if len(word) > 2}
SPELLED |= {"eleven": 11, "onze": 11, "احدي عشر": 11, "اثني عشر": 12}
FRACTIONS = {"و?النصف": 30, "ونصف": 30, "و?الربع": 15, "وربع": 15, "et demie": 30, "et quart": 15}
TIMES = {
    **dict.fromkeys(("noon", "midday", "midi", "الظهر", "الظهيره", "منتصف النهار"), NOON),
    **dict.fromkeys(("midnight", "minuit", "منتصف الليل", "نصف الليل"), 0),
}
# What stands behind an hour and says which half of the day it is of.
_BEFORE_NOON = "am|a.m.?|صباحا|ص|فجرا|الصبح|قبل الظهر|in the morning|du matin"
_AFTER_NOON = (
    "pm|p.m.?|مساء|م|عصرا|ظهرا|بعد الظهر|المسا|in the afternoon|in the evening"
    "|de l'apres midi|du soir"
)
_AT_NIGHT = "ليلا|بالليل|at night|de la nuit"

PARTS = {
    "dawn": (3 * 60, 7 * 60),
    "morning": (5 * 60, NOON),
    "noon": (11 * 60, 15 * 60),
    "afternoon": (NOON, 18 * 60),
    "evening": (17 * 60, WHOLE_DAY),
    "night": (18 * 60, 6 * 60),
}
# A day behind it says that «فجر» is no name, and «عصر» no age.
_A_DAY = (
    "(?= (?:ال)?(?:يوم|امس|مبارح|امبارح|بارحه|جمعه|سبت|احد|حد|ا?ت?[ثت]نين|[ثت]لا[ثت]اء?"
    "|اربعاء?|خميس))"
)
_PART_WORDS = {
    "dawn": f"dawn|aube|l'aube|l'aurore|فجرا|فجر{_A_DAY}|الفجر",
    "morning": "morning|matin|matinee|صباحا|صباح(?! (?:الخير|النور))|الصباح|الصبح|صبح|صبحا|هالصبح"
    "|هالصباح|الصبحيه",
    "noon": f"ظهرا|ظهر{_A_DAY}",
    "afternoon": "afternoon|apres midi|l'apres midi|بعد الظهر|بعد ظهر|بعد الضهر|عصرا"
    f"|عصر{_A_DAY}|العصر|العصريه",
    "evening": "evening|soir|soiree|مساء(?! (?:الخير|النور))|المساء|المسا|مسا|هالمسا|العشيه|عشيه",
    "night": f"night|nite|overnight|nuit|ليله|ليلا|بالليل|بليل|الليل|ليل{_A_DAY}",
}
# Where it is today's: "this" before it, or "today" behind it.
_THIS = "this|ce|cet|cette|هذا|هذه|هاد|هدا|هذي|هاي"
_TONIGHT = "tonight|tonite|2nite|الليله|هذه الليله|هالليله|الليلادي|الليله دي"
_LAST_NIGHT = (
    "(?:last|yesterday|yesterday's|yday|ystrdy) (?:night|nite)|last evening|hier (?:au )?soir"
    "|hier dans la nuit|(?:la )?nuit (?:derniere|passee|d'hier)"
    "|(?:ال)?ليله (?:الماضيه|الفائته|الفايته|السابقه|(?:اللي|يلي) (?:فاتت|راحت|مضت))"
    "|(?:ليله|ليل) (?:يوم )?(?:امس|البارحه|مبارح|امبارح)"
    "|(?:امس|البارحه|مبارح|امبارح) (?:ليلا|بالليل|بليل|في الليل|الليل)"
)

_SINCE = "منذ مذ|منذ|مذ|من|since|from|starting|starting at|depuis|des|de|a partir de"
_AFTER = "بعد|after|later than|apres"
_UNTIL = "قبل|حتي|حتى|لغايه|before|until|till|up to|earlier than|avant|jusqu'a"
_AT = "في|عند|حوالي|نحو|at|around|about|a|vers"
_BETWEEN = "بين|ما بين|between|entre|from|من|de"
_TO = "الي|الى|حتى|حتي|لغايه|و|and|et|to|till|until|a|jusqu'a|-|–|—"
# Behind these a number alone is an hour.
BEFORE_NUMBERS = frozenset("منذ مذ بعد قبل since after before until depuis apres avant".split())
DAYS = frozenset("today yesterday اليوم امس hier aujourd'hui".split())
_OF_CLOCK = "الساعه"


def _clock(name: str) -> str:
    """A time of the clock; `name` tells two of them in one pattern apart."""
    words = "|".join(sorted([*NAMED_HOURS, *SPELLED], key=len, reverse=True))
    times = "|".join(sorted(TIMES, key=len, reverse=True))
    return (
        rf"(?:(?P<at{name}>{_OF_CLOCK}) |les )?(?:"
        rf"(?P<h{name}>\d{{1,2}})(?:(?::| ?h ?|\.(?=1[3-9]|[2-5]))(?P<m{name}>\d{{2}})(?![\d/.]))?"
        rf"|(?P<w{name}>{words})|(?P<t{name}>{times}))(?![\d:/.]\d)"
        rf"(?: (?P<f{name}>{'|'.join(FRACTIONS)})(?!\w))?"
        rf"(?: ?(?P<u{name}>h|heures?|o'clock|oclock)(?!\w))?"
        rf"(?: ?(?:(?P<am{name}>{_BEFORE_NOON})|(?P<pm{name}>{_AFTER_NOON})"
        rf"|(?P<n{name}>{_AT_NIGHT}))(?![\w:]))?(?P<rest{name}>)(?!\w)"
    )


RANGE = re.compile(
    rf"(?:(?P<open>{_BETWEEN}) )?{_clock('1')} ?(?:(?:{_TO}) |[-–—] ?|و ?){_clock('2')}"
)
ONE = re.compile(
    rf"(?:(?:(?P<since>{_SINCE})|(?P<after>{_AFTER})|(?P<until>{_UNTIL})|(?P<near>{_AT})) )?"
    rf"{_clock('1')}"
)
PART = re.compile(
    rf"(?:(?P<since>{_SINCE}) )?(?:(?:in|at|في|le|dans|on|during|خلال|au) )?"
    rf"(?:(?P<this>{_THIS})(?! nuit) |cette (?=nuit))?"
    r"(?:(?:the|la|l') ?)?"
    rf"(?:(?P<yesterday>{_LAST_NIGHT})|(?P<tonight>{_TONIGHT})|"
    + "|".join(rf"(?P<{part}>{words})" for part, words in _PART_WORDS.items())
    + r")(?P<today> (?:اليوم|النهارده|today))?(?!\w)"
)
