"""Whether a word only says which place is meant: "reopens the road to the besieged town".

Beside a relief such an epithet is where it happens, not what happens. "The town is besieged" and
«المدينة محاصرة» say it: there the word is the predicate.
"""

from __future__ import annotations

from rules.matching.finding.reading import Reading, Span

EPITHET = "$statement-epithet"
TERMS = (EPITHET,)

_ARTICLE = ("ال", "لل", "وال", "بال", "فال", "كال")
IS = frozenset(
    ("is", "are", "was", "were", "be", "been", "being", "remain", "remains", "still", "now", "not",
     "est", "sont", "reste", "restent", "etait", "etaient", "etre", "ete", "toujours", "pas")
)  # fmt: skip
"""As tokens have them in their normal form: without accents."""
BEHIND_A_PREDICATE = frozenset(
    ("by", "in", "for", "since", "with", "from", "at", "after", "as", "on", "again", "and")
)


def is_epithet(reading: Reading, span: Span) -> bool:
    """Whether a span of evidence is, or holds, an adjective that stands with its noun."""
    return any(s.overlaps(span) and _is_attributive(reading, s) for s in reading.of(EPITHET))


def _is_attributive(reading: Reading, word: Span) -> bool:
    tokens = reading.sentence.tokens
    token = tokens[word.first]
    if token.script == "ar":
        return token.norm.startswith(_ARTICLE)
    if word.first and tokens[word.first - 1].norm in IS:
        return False
    if reading.language == "fr":
        return word.first > 0 and not token.breaks
    behind = tokens[word.last + 1 : word.last + 2]
    return bool(behind) and not behind[0].breaks and behind[0].norm not in BEHIND_A_PREDICATE
