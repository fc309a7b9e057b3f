"""Whether a word only says which one is meant: "reopens the road to the besieged town".

Beside a relief such an epithet is where it happens, not what happens; and a no of the sentence is
of something else: "no food has reached the besieged town", "no beds for wounded civilians". "The
town is besieged" and «المدينة محاصرة» say it: there the word is the predicate.
"""

from __future__ import annotations

from rules.matching.finding.reading import Reading, Span

EPITHET = "$statement-epithet"
TERMS = (EPITHET,)

_ARTICLE = ("ال", "لل", "وال", "بال", "فال", "كال")
IS = frozenset(
    ("is", "are", "was", "were", "be", "been", "being", "remain", "remains", "still", "now", "not",
     "est", "sont", "reste", "restent", "etait", "etaient", "etre", "ete", "toujours", "pas",
     "avoir", "avait", "avaient", "aurait", "auraient", "ont", "jamais")
)  # fmt: skip
"""As tokens have them in their normal form: without accents."""
BEHIND_A_PREDICATE = frozenset(
    ("by", "in", "for", "since", "with", "from", "at", "after", "as", "on", "again", "and")
)

ARTICLES = frozenset(("the", "a", "an", "any", "le", "la", "les", "un", "une", "l"))
LEADING = frozenset(
    ("for", "in", "on", "at", "from", "to", "into", "with", "among", "inside", "near",
     "pour", "dans", "sur", "chez", "au", "aux", "a", "en", "parmi", "vers")
)  # fmt: skip
"""What leads to another noun than the one that a no stands before: not "of", "de", behind which
stands what there is none of, "no reports of wounded civilians"."""
_OF = frozenset(("of", "de", "du", "des", "d"))
_PARTICIPLES = ("ed", "é", "és", "ée", "ées")
_STRUCK = frozenset(("hit", "stricken", "ravaged", "affected", "plagued", "torn", "struck"))
"""«famine-hit Darfur»"""
_HAS = frozenset(("a", "ont", "avait", "avaient", "aurait", "auraient", "ete"))


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


def is_of_another_noun(reading: Reading, no: Span, word: Span) -> bool:
    """Whether a no stands over another noun than the one that the word is an attribute of."""
    tokens = reading.sentence.tokens
    between = tokens[no.last + 1 : word.first]
    if all(token.norm in ARTICLES for token in between):
        return False
    if is_epithet(reading, word):
        return True
    named = len(between) > 1 and between[-1].norm in ARTICLES and between[-2].norm not in _OF
    led_to = named or any(token.norm in LEADING for token in between)
    latin = tokens[word.first].script == "latin"
    return latin and led_to and _stands_with_its_noun(reading, word)


def _stands_with_its_noun(reading: Reading, word: Span) -> bool:
    """English has a participle before its noun, behind what leads to it; French has it behind."""
    tokens = reading.sentence.tokens
    if reading.language == "fr":
        return any(
            tokens[at].surface.endswith(_PARTICIPLES) and tokens[at - 1].norm not in IS | _HAS
            for at in range(word.first, word.last + 1)
        )
    participle = tokens[word.first].surface.endswith(_PARTICIPLES)
    before = tokens[word.first - 1].norm
    behind = tokens[word.first + 1 : word.first + 2]
    if not behind or behind[0].breaks:
        return False
    if behind[0].norm in _STRUCK:
        return True
    known = behind[0].norm in BEHIND_A_PREDICATE | ARTICLES
    return participle and not known and before in ARTICLES | LEADING
