"""Whether a no stands over a word: «لا توجد مجاعة», "did not reach", "ne manque pas"."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise

from rules.matching.finding.reading import Reading, Span, begun_in
from rules.matching.scope.scene import ARTICLES, LEADING, is_of_another_noun

NEGATION = "$negation"
NEXT = "$negation-next"
STOPS = "$negation-stops"
IS_OF = "$negation-is-of"
HAPPENS = "$negation-happens"
ORDINAL = "$negation-ordinal"
NONE = "$scope-none"
NOT_AFTER = "$scope-not-after"
NO_LONGER = "$scope-no-longer"
HARM_VERBS = ("$harm-verb",)
TERMS = (NEGATION, NEXT, STOPS, IS_OF, HAPPENS, ORDINAL, NONE, NOT_AFTER, NO_LONGER)

_PARTING = (STOPS, IS_OF)
_GOVERNING = (NEGATION, NEXT, NOT_AFTER)
NO_OF_ANY_KIND = (*_GOVERNING, NO_LONGER, NONE)
"""What negates: where none of it stands in a sentence, nothing more is asked."""

NEGATED_GOVERNOR = 3
"""Words between a negation and the governor that it negates: «لم يتم بعد رفع»."""
NEGATED_EVIDENCE = 2
"""Words between a negation and evidence: «لم يتم إخلاء»."""
NO_LONGER_REACH = 2
"""Words between "no longer" and what is no longer so: «لم تعد قوافل الإغاثة عالقة»."""
NE_REACH = 3
"""Words before a French verb in which its «ne» stands: «ne leur en parvient plus»."""

NE_OF_A_SUBJECT = 2
"""The same behind «aucun»: «aucun quartier n'a été privé»."""

SUBJECT_REACH = 7
"""Words between "no", "none of" and the verb of the sentence: "none of the wards has closed"."""

_OR = frozenset(("او", "or", "ou"))
OR_REACH = 2
"""Words that an "or" adds to the reach of a no: «لا يوجد عجز أو نقص» denies both."""

_IS_NOT = frozenset(("لا", "ولا", "ليس", "وليس", "ليست", "وليست"))
_IN = frozenset(("في", "لدي", "لدينا", "بين", "داخل"))
PLACE_REACH = 2
"""Words that "in", and the name of a place, add to the reach of an Arabic no."""

_NO_ONE = frozenset(("no", "none", "nobody", "nothing", "neither"))
_AUCUN = frozenset(("aucun", "aucune", "nul", "nulle", "personne", "rien"))
_HAS = frozenset(("has", "have", "had", "is", "are", "was", "were", "been", "being", "will", "did"))
NE = ("ne", "n")
_PLUS = "plus"
_BUT = ("que", "qu")
"""«n'a plus que deux médecins», «n'entre qu'au compte-gouttes» deny nothing."""

_FROM_NOW = frozenset((("بعد", "اليوم"), ("بعد", "الان")))
FROM_NOW_WITHIN = 4
"""Words behind «لا» in which «بعد اليوم» says that it was so before."""

_PAIRED = frozenset(("ni", "neither", "nor", "لا", "ولا"))
"""Each is one of two, «لا وقود ولا ماء»."""
_NOTHING = frozenset(("rien", "ni", "aucun", "aucune", "personne"))


def says_no(reading: Reading) -> bool:
    """Whether there is any negation that may govern a word."""
    return reading.has_any(_GOVERNING)


def negator_before(reading: Reading, span: Span, reach: int) -> Span | None:
    """The negation that governs a span: before it, near enough, nothing breaking in between.

    French puts it behind the verb as well: «n'arrive toujours pas», «ne leur parvient plus».
    """
    if not reading.has_any(_GOVERNING):
        return None
    around = _around_the_verb(reading, span)
    if around is not None:
        return around
    beside = reading.of(NEXT)
    negators = reading.of(NEGATION)
    if span.first and reading.sentence.tokens[span.first - 1].norm in _OR:
        reach += OR_REACH
    at = bisect_left(beside, span.first, key=lambda s: s.first) - 1
    if at >= 0 and beside[at].last + 1 == span.first:
        return beside[at]
    before = bisect_left(negators, span.first, key=lambda s: s.first)
    for negator in reversed(negators[max(0, before - 3) : before]):
        distance = span.first - negator.last - 1
        if distance < 0 or distance > reach + _place_behind(reading, negator):
            continue
        if any(t.breaks for t in reading.sentence.tokens[negator.last + 1 : span.first + 1]):
            continue
        if any(any_within(reading.of(name), negator.last + 1, span.first - 1) for name in _PARTING):
            continue
        if any(begins_a_verb(reading, at) for at in range(negator.last + 2, span.first + 1)):
            continue
        if any_within(reading.of(ORDINAL), negator.last + 1, span.last + 1):
            continue
        if is_of_another_noun(reading, negator, span):
            continue
        return negator
    return None


def _place_behind(reading: Reading, no: Span) -> int:
    """«ليس في مدينة الحديدة جدري»: the words by which a place may part a no from what is not
    there."""
    behind = reading.sentence.tokens[no.last + 1 : no.last + 2]
    is_a_no = reading.sentence.tokens[no.first].norm in _IS_NOT
    return PLACE_REACH if is_a_no and behind and behind[0].norm in _IN else 0


def any_negation(reading: Reading, span: Span, reach: int) -> Span | None:
    """A negation of any kind: before the word, "nobody" as the one who acts, a French "pas"."""
    if not reading.has_any(NO_OF_ANY_KIND):
        return None
    no = negator_before(reading, span, reach)
    if no is not None:
        return no
    for gone in reading.of(NO_LONGER):
        near = 0 <= span.first - gone.last - 1 <= NO_LONGER_REACH and not _goes_on(reading, gone)
        if near and not is_of_another_noun(reading, gone, span):
            return gone
    for nobody in reading.of(NONE):
        near = 0 <= span.first - nobody.last - 1 <= reach + 1
        if near and not is_of_another_noun(reading, nobody, span):
            return nobody
    return _subject(reading, span)


def no_of_a_harm(reading: Reading, span: Span) -> Span | None:
    """«مدنيون لم يقتلوا», "civilians were not killed": a no that stands inside a harm, before the
    verb with which it ends."""
    if span.last - span.first < 2 or not reading.added or not reading.has_any(NO_OF_ANY_KIND):
        return None
    verb = Span(span.last, span.last)
    if not any(begun_in(reading.of(name), verb.first, verb.last) for name in HARM_VERBS):
        return None
    no = negator_before(reading, verb, 1)
    if no is None or no.first <= span.first:
        return None
    return no if any(span in reading.of(name) for name in reading.added) else None


def no_right_before(reading: Reading, word: Span) -> Span | None:
    """The no that a word begins with, an article between them or none: "nor the ward"."""
    before = reading.sentence.tokens[word.first - 1].norm if word.first else ""
    return any_negation(reading, word, 1 if before in ARTICLES else 0)


def is_of_a_subject(reading: Reading, evidence: Iterable[Span], verbs: Sequence[str]) -> bool:
    """ "No bread has been cut off", "nor the ward has shut": the no (or the "has") that some
    evidence is, is of the verb behind its noun, and says of no want."""
    tokens = reading.sentence.tokens
    for word in evidence:
        first = tokens[word.first].norm
        if word.first != word.last:
            continue
        if first in _HAS and _befalls(reading, word.first, verbs):
            return True
        if first not in _NO_ONE | _PAIRED:
            continue
        for at in range(word.last + 2, min(len(tokens), word.last + 2 + SUBJECT_REACH)):
            if tokens[at].breaks:
                break
            if tokens[at].norm in _HAS:
                if _befalls(reading, at, verbs):
                    return True
                break
    return False


def _befalls(reading: Reading, has: int, verbs: Iterable[str]) -> bool:
    """Whether one of the verbs stands right behind "has", "has been"."""
    tokens = reading.sentence.tokens
    behind = tokens[has + 1].norm if has + 1 < len(tokens) else ""
    verb = has + 1 + (behind in _HAS)
    return any(begun_in(reading.of(name), verb, verb) for name in verbs)


def is_nobody(reading: Reading, no: Span) -> bool:
    """«Personne n'assiège la ville»: the word for a person is the no."""
    return reading.sentence.tokens[no.first].norm == "personne" and any(
        no == nobody for nobody in reading.of(NONE)
    )


def is_of_one_saying(reading: Reading, no: Span, evidence: Iterable[Span]) -> bool:
    """Whether a no is one with another that some evidence is: «ni carburant ni personnel» says
    that neither is there, and does not deny it."""
    tokens = reading.sentence.tokens
    if tokens[no.first].norm not in _PAIRED:
        return False
    return any(
        e.first == e.last and tokens[e.first].norm in _PAIRED and no.first != e.first
        for e in evidence
    )


def _subject(reading: Reading, verb: Span) -> Span | None:
    """ "No family in the camp has been put out": nobody did it, or nobody has it done to them."""
    tokens = reading.sentence.tokens
    if reading.language == "fr":
        return _french_subject(reading, verb)
    # "Has run out of": one word of the verb may stand before the word that is found.
    own = (verb.first,) if verb.last > verb.first else ()
    has = next(
        (at for at in (*own, verb.first - 1, verb.first - 2) if at > 0 and tokens[at].norm in _HAS),
        0,
    )
    if not has or any(token.breaks for token in tokens[has + 1 : verb.first + 1]):
        return None
    for at in range(has - 1, max(-1, has - 2 - SUBJECT_REACH), -1):
        if tokens[at + 1].breaks:
            return None
        if tokens[at].norm in _NO_ONE:
            return Span(at, at)
    return None


def _french_subject(reading: Reading, verb: Span) -> Span | None:
    """«Aucun quartier de Bangui n'est privé d'eau»: «ne» stands before the verb."""
    tokens = reading.sentence.tokens
    begin = max(0, verb.first - 1 - NE_OF_A_SUBJECT)
    ne = next((at for at in range(verb.first - 1, begin - 1, -1) if tokens[at].norm in NE), None)
    if ne is None or any(t.breaks for t in tokens[ne + 1 : verb.first + 1]):
        return None
    if any(t.norm in ARTICLES | LEADING for t in tokens[ne + 1 : verb.first]):
        # «Aucun secours n'est arrivé aux civils tués»: another verb is denied.
        return None
    for at in range(ne - 1, max(-1, ne - 2 - SUBJECT_REACH), -1):
        if tokens[at + 1].breaks:
            return None
        if tokens[at].norm in _AUCUN:
            return Span(at, at)
    return None


def _around_the_verb(reading: Reading, span: Span) -> Span | None:
    """The «pas» or «plus» right behind a verb with «ne» before it, or of «ne peut plus» before."""
    for no in reading.of(NOT_AFTER):
        behind = no.first == span.last + 1
        # A «pas» before the word is found like any other no; a «plus» is one only beside «ne».
        before = 0 <= span.first - no.last - 1 <= NO_LONGER_REACH and _is_plus(reading, no)
        before = before and not _goes_on(reading, no)
        if (behind or before) and _has_ne(reading, span.first if behind else no.first, no):
            return no
    return None


def _has_ne(reading: Reading, verb: int, no: Span) -> bool:
    """Whether «ne» stands before a verb, with nothing but pronouns (or the verb) between."""
    tokens = reading.sentence.tokens
    if no.last + 1 < len(tokens) and tokens[no.last + 1].norm in _BUT:
        return False
    for at in range(verb - 1, max(-1, verb - 1 - NE_REACH), -1):
        if tokens[at].norm in NE:
            return True
        if tokens[at + 1].breaks:
            return False
    return False


def _goes_on(reading: Reading, no: Span) -> bool:
    """«n'ont plus rien à manger», «n'a plus ni eau»: what has a no of its own is not over."""
    behind = reading.sentence.tokens[no.last + 1 : no.last + 2]
    return bool(behind) and behind[0].norm in _NOTHING


def _is_plus(reading: Reading, no: Span) -> bool:
    return reading.sentence.tokens[no.last].norm == _PLUS


def is_no_longer(reading: Reading, no: Span) -> bool:
    """Whether a negation says that it was so before."""
    if any(no == s for s in reading.of(NOT_AFTER)) and _is_plus(reading, no):
        return True
    if any(gone.overlaps(no) for gone in reading.of(NO_LONGER)):
        return True
    return _from_now_on(reading, no)


def _from_now_on(reading: Reading, no: Span) -> bool:
    """«لا قيود بعد اليوم»: there were some."""
    words = [t.norm for t in reading.sentence.tokens[no.last + 1 : no.last + 2 + FROM_NOW_WITHIN]]
    return any(pair in _FROM_NOW for pair in pairwise(words))


def denies(reading: Reading, negator: Span, span: Span) -> bool:
    """Whether a negation says that the evidence is not there.

    Arabic negates the verb that follows: «لا توجد مجاعة» denies a famine, «لا تكفي المساعدات»
    and «لا ينبغي نسيان المجاعة» do not. The noun right behind «لا» is denied too.
    """
    if negator.last + 1 >= span.first or reading.sentence.tokens[negator.first].script != "ar":
        return True
    if any(nobody.overlaps(negator) for nobody in reading.of(NONE)):
        # «ما من قافلة أوقفناها»: whoever none of did it, did it not.
        return True
    if _place_behind(reading, negator):
        return True
    happens = reading.of(HAPPENS)
    return any_within(happens, negator.last + 1, negator.last + 1)


def excepts(reading: Reading, no: Span, evidence: Iterable[Span]) -> bool:
    """«لم يقتل أحد سوى طفلين»: what is excepted from a no is so."""
    behind = [s for s in evidence if s.first > no.last]
    return any(any_within(reading.of(STOPS), no.last + 1, s.last) for s in behind)


def is_of_another_word(reading: Reading, no: Span, evidence: Sequence[Span]) -> bool:
    """ "Nobody survived the bombing", "ne sont pas à l'abri des tirs": the no is of a word before
    the evidence that is none of it."""
    behind = [s.first for s in evidence if s.first > no.last]
    if not behind:
        return False
    return any(
        no.last < own.first < min(behind) and not any(own.overlaps(s) for s in evidence)
        for own in reading.of(IS_OF)
    )


def begins_a_verb(reading: Reading, at: int) -> bool:
    """«مستوطنة لم تُخل ويصيب جنودا»: a present verb behind «و» is under no earlier no."""
    word = reading.sentence.tokens[at].norm
    return len(word) > 4 and word.startswith(("وي", "وت")) and word[:3] not in ("وتر", "وتي")


def any_within(spans: Sequence[Span], first: int, last: int) -> bool:
    at = bisect_left(spans, first, key=lambda s: s.first)
    return at < len(spans) and spans[at].first <= last
