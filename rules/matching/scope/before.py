"""What a relative clause tells as past: "trucks that had been stuck for days reach the camp".

«شاحنات كانت عالقة», "a clinic that had been closed", «des camions bloqués depuis des jours»: so it
was until now, and what the sentence says of it behind that is the news: `undone` says what it
makes of it.

Pure: a reading in, a yes or no out.
"""

from __future__ import annotations

from collections.abc import Sequence

from rules.language.text import Token
from rules.matching.finding.reading import Reading, Span
from rules.matching.scope.scene import IS
from rules.matching.scope.statement import is_background

WHO = frozenset(("who", "that", "which", "qui", "التي", "الذي", "الذين", "ممن", "اللواتي"))
_HAD = frozenset(
    ("had", "was", "were", "have", "has", "used", "avait", "avaient", "etait", "etaient", "ont",
     "a", "sont", "est", "كان", "كانت", "كانوا")
)  # fmt: skip
_BETWEEN = frozenset(("been", "to", "long", "already", "ete", "deja", "longtemps", "قد"))
_FOR = frozenset(("depuis", "pendant", "for", "since", "منذ"))
_PARTICIPLES = ("ed", "é", "és", "ée", "ées", "stuck", "held", "shut")
_IMPARFAIT = ("ait", "aient")
_AFTER = frozenset(("after", "apres", "بعد"))
_TIMES = frozenset(
    "day days week weeks month months year years jour jours semaine semaines mois an ans annee "
    "annees يوم يوما يومين ايام اسبوع اسبوعا اسبوعين اسابيع شهر شهرا شهرين اشهر سنه سنتين سنوات "
    "عام عاما عامين اعوام".split()
)
TIME_BEHIND = 2
"""Words behind a want in which its time may stand: «بعد فراغ دام شهرين»."""
_DEFINITE = ("ال", "وال", "بال", "لل")


def was_so_before(reading: Reading, span: Span) -> bool:
    """Whether a word stands in a relative clause of the past, or as a participle with its time."""
    tokens = reading.sentence.tokens
    first = span.first
    at = first - 1
    while at > 0 and tokens[at].norm in _BETWEEN and not tokens[at + 1].breaks:
        at -= 1
    if at > 0 and tokens[at].norm in _HAD and not tokens[at].breaks:
        return tokens[at].script == "ar" or tokens[at - 1].norm in WHO
    if first and tokens[first - 1].norm in WHO:
        return tokens[first].norm.endswith(_IMPARFAIT)
    return _is_a_participle_with_its_time(tokens, span)


def is_over_by_now(reading: Reading, span: Span) -> bool:
    """ "After 31 days in darkness", «بعد أشهر من الانقطاع»: a time that a sentence begins with."""
    if not is_background(reading, span, fronted=True):
        return False
    tokens = reading.sentence.tokens
    begins = tokens[: span.last + 1 + TIME_BEHIND]
    after = any(token.norm in _AFTER for token in begins[:2])
    return after and any(token.norm in _TIMES for token in begins)


def _is_a_participle_with_its_time(tokens: Sequence[Token], span: Span) -> bool:
    """«des camions bloqués depuis», "trucks stuck for weeks", «شاحنات عالقة منذ»."""
    behind = span.last + 1
    if behind >= len(tokens) or tokens[behind].norm not in _FOR or tokens[behind].breaks:
        return False
    word = tokens[span.last]
    if span.first and tokens[span.first - 1].norm in IS | _HAD:
        return False
    if word.script == "ar":
        before = tokens[span.first - 1].norm if span.first else ""
        return bool(before) and not before.startswith(_DEFINITE) and word.norm.endswith("ه")
    return word.surface.endswith(_PARTICIPLES)
