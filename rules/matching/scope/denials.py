"""What a word of denial denies: the news, a claim of its own, or only whose doing it was."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from rules.language.text import Token
from rules.matching.finding.reading import Reading, Span, Spans
from rules.matching.scope import statement
from rules.matching.scope.doubt import NEWS
from rules.matching.scope.negation import NE, NEGATION, any_within

DENYING = "$scope-denying"
CLAIMS = "$scope-claims"
BLAME = "$scope-blame"
PROVES = "$scope-proves"
WITNESS = "$scope-witness"
SHOWS = "$scope-shows"
CONTRARY = "$scope-contrary"
ELSEWHERE = "$scope-elsewhere"
DENIAL = "$scope-denial"
SPEAKS = "$scope-speaks"
JUSTIFIES = "$scope-justifies"
TERMS = (
    DENYING, CLAIMS, BLAME, PROVES, WITNESS, SHOWS, CONTRARY, ELSEWHERE, DENIAL, SPEAKS, JUSTIFIES,
)  # fmt: skip

NOT_DENIED_REACH = 1
"""Words between "not" and "deny": "did not immediately deny"."""
CLAIM_REACH = 4
"""Words between «مزاعم», "claims that" and what is claimed."""
REJECTED_WITHIN = 4
"""Words between "rejects", "dismisses" and the reports that are rejected."""
TOLD_WITHIN = 14
"""Words between reports with what they tell and "dismissed by"."""
BLAME_WITHIN = 2
"""Words between "denies" and the responsibility that is denied."""
PROVES_WITHIN = 8
"""Words between "denies" and "prove it"."""
SHOWN_WITHIN = 2
"""Words between "pictures" and "prove it"."""
BUT_SHOWN_WITHIN = 3
"""Words between "but" and a witness, and what that shows: «mais des images le montrent»."""
WITNESS_SPEAKS_WITHIN = 1
"""Words between a witness and what he does: «وشهود عيان يؤكدون»."""
PICTURE_WITHIN = 1
"""Words between "images" and "AI-generated"."""
DENIAL_WITHIN = 3
"""Words between "rejects", "disputes" and the denial that is rejected."""
MOST_WORDS = 5
"""Of such a verb or noun."""
OBJECT_FROM = 2
"""Words behind a denial, before a colon or a new subject, that are what it denies."""
WHILE = 2
"""Words between «بينما», "while" and the denial that they set aside."""
PLACE = "$crisis-place"
SIDES = ("$armed-bodies", "$cause-actor")
"""Who may tell of his own deeds."""
_ABOUT = frozenset(
    "about over on regarding around concerning sur concernant بشان حول عن بخصوص".split()
)
_OF = frozenset(("of", "de", "du", "d"))
_THAT = frozenset("that que qu lesquelles ان بان انه بانه انها بانها".split())
_ACCOUNTS = frozenset("account version narrative story روايه recit".split())
_AS_OR_BY = frozenset(("as", "by", "comme", "par"))
_AND = frozenset(("and", "but", "et", "mais"))
_BY = frozenset(("by", "par", "من", "on", "in", "hier", "lundi", "it", "this", "ذلك"))


def denies_another(reading: Reading, denial: Span, evidence: Sequence[Span]) -> bool:
    """«عشرات القتلى وحماس تكذب مزاعم الجيش بوجود مسلحين»: the denial has a claim of its own."""
    if any(0 <= denial.first - s.last - 1 <= WHILE for s in reading.of(statement.WHILE)):
        # «بينما تنفي السلطات الحصار، يعاني السكان»: the news is what stands beside the denial.
        return True
    if statement.is_background(reading, denial) and not any(
        statement.is_background(reading, e) for e in evidence
    ):
        # "After weeks of denial, the ministry admits cholera": what was denied is so.
        return True
    if any(s.overlaps(denial) for s in reading.of(CONTRARY)):
        return not _names_it(reading, denial, evidence)
    if disowns(reading, denial):
        return True
    if _is_of_a_denial(reading, denial) or _says_more(reading, denial, evidence):
        return True
    if _is_disproved(reading, denial):
        return True
    if any(statement.turns_between(reading, denial.last, e.first) for e in evidence):
        # "Denies the siege, but images show the town encircled".
        return True
    if _is_told_of_another(reading, denial, evidence) or _is_of_ones_account(
        reading, denial, evidence
    ):
        return True
    if all(any_within(reading.of(JUSTIFIES), denial.last + 1, e.first - 1) for e in evidence):
        # «أكذوبة لتبرير قصف السوق»: what the lie is for has happened.
        return True
    if _has_a_subject_of_its_own(reading, denial, evidence):
        return True
    if any(denial.last < e.first for e in evidence):
        return False
    if _has_an_object(reading, denial):
        return True
    claims = [s for s in reading.of(CLAIMS) if s.first < denial.first]
    if claims and all(
        e.first - claims[-1].last > CLAIM_REACH and not _says_that(reading, claims[-1], e)
        for e in evidence
    ):
        # «إن مزاعم الجيش بوجود مسلحين في مدرسة قصفها وقتل عشرات محض كذب»
        return True
    return any_within(reading.of(CLAIMS), denial.last + 1, denial.last + 2)


def _says_that(reading: Reading, claim: Span, evidence: Span) -> bool:
    """«ادعاءات إسرائيل بأن حماس خرقت الهدنة»: behind "that" all is what is claimed."""
    if reading.sentence.tokens[claim.last].norm in _THAT:
        return claim.last < evidence.first
    behind = reading.sentence.tokens[claim.last + 1 : claim.last + 1 + CLAIM_REACH]
    at = next((at for at, token in enumerate(behind) if token.norm in _THAT), None)
    return at is not None and claim.last + 1 + at < evidence.first


def _is_told_of_another(reading: Reading, denial: Span, evidence: Sequence[Span]) -> bool:
    """ "No truth in the promise of power: the city is dark again": what is denied stands before the
    colon, and behind it what is so. "Denies the report: a siege" names there what was reported."""
    tokens, text = reading.sentence.tokens, reading.text
    for at in range(denial.last + 1, min(e.first for e in evidence) + 1):
        if not tokens[at].breaks or ":" not in text[tokens[at - 1].end : tokens[at].start]:
            continue
        between = at - denial.last - 1
        # «الأطباء يكذبون الوزير: لا دواء»: a subject before the verb leaves one word its object.
        one = denial.first > 0 and tokens[denial.last + 1].norm.startswith("ال")
        return between >= (1 if one else OBJECT_FROM) and not any_within(
            reading.of(NEWS), denial.first, at - 1
        )
    return False


def _has_a_subject_of_its_own(reading: Reading, denial: Span, evidence: Sequence[Span]) -> bool:
    """«تنفي إطلاق النار والمدينة تشيع تسعة قتلى», "denies the raid; 16 bodies were found": behind
    a new subject and its verb, or a semicolon, stands what is so."""
    tokens, text = reading.sentence.tokens, reading.text
    first = min(e.first for e in evidence)
    for at in range(denial.last + 1 + OBJECT_FROM, first + 1):
        token = tokens[at]
        if token.breaks and ";" in text[tokens[at - 1].end : token.start].replace("؛", ";"):
            return True
        if not token.norm.startswith("و") or len(token.norm) < MOST_WORDS:
            continue
        known = token.norm.startswith("وال") or any_within(reading.of(PLACE), at, at)
        named = known or tokens[min(at + 1, first)].norm.startswith("ال")
        if named and any(_may_be_a_verb(t.norm) for t in tokens[at + 2 - known : at + 3 - known]):
            return True
    return False


def _may_be_a_verb(word: str) -> bool:
    """Behind a definite subject, where no noun without an article stands: «تشيع», «دفنت»."""
    if len(word) < 4 or word.startswith("ال"):
        return False
    return word[0] in "يت" or word.endswith("وا") or (word[-1] == "ت" and word[-2] != "ا")


def _is_of_ones_account(reading: Reading, denial: Span, evidence: Sequence[Span]) -> bool:
    """«تفنّد أكاذيب الاحتلال بشأن قصف المستشفى», "debunks the army's claims about the strike": what
    a side of the war says of a deed is refuted, not the deed. Where the army refutes it the deed
    is."""
    tokens = reading.sentence.tokens
    first = min(e.first for e in evidence)
    if first <= denial.last + 2:
        return False
    armed = [s.first for name in SIDES for s in reading.of(name)]
    if not armed or any(at < denial.first for at in armed):
        return False
    told = sorted((*reading.of(NEWS), *reading.of(CLAIMS)), key=lambda s: s.first)
    claim = next((s for s in told if denial.last < s.last < first), None)
    if claim is None or claim.first - denial.last - 1 > REJECTED_WITHIN:
        return False
    about = _ABOUT | _OF if tokens[claim.last].norm in _ACCOUNTS else _ABOUT
    topic = next((at for at in range(claim.last + 1, first) if tokens[at].norm in about), None)
    return topic is not None and any(denial.last < at < topic for at in armed)


def _is_of_a_denial(reading: Reading, denial: Span) -> bool:
    """ "Aid groups reject the denial of famine", «réfutent le démenti»: who denies that holds with
    the news, and so the denial has no say either."""
    nouns, verbs = reading.of(DENIAL), reading.of(DENYING)
    if not nouns or not verbs:
        return False
    reach = DENIAL_WITHIN + MOST_WORDS
    for noun in _beginning(nouns, denial.first - MOST_WORDS, denial.last + reach):
        for verb in _beginning(verbs, noun.first - reach, noun.first):
            if not 0 <= noun.first - verb.last - 1 <= DENIAL_WITHIN:
                continue
            if any(t.breaks for t in reading.sentence.tokens[verb.last + 1 : noun.first + 1]):
                continue
            if _strengthens(reading, verb, noun):
                continue
            if denial.overlaps(noun) or denial.overlaps(verb):
                return True
    return False


def _strengthens(reading: Reading, verb: Span, noun: Span) -> bool:
    """«تنفي نفيا قاطعا»: the verb's own noun says how firmly it is denied."""
    word = reading.sentence.tokens[noun.last]
    return word.script == "ar" and word.norm.endswith("ا") and noun.first - verb.last == 1


def _beginning(spans: Spans, first: int, last: int) -> Spans:
    """Those that begin between the two words, found without looking at all: a long text without a
    full stop is one sentence."""
    begin = bisect_left(spans, first, key=lambda s: s.first)
    return spans[begin : bisect_right(spans, last, key=lambda s: s.first)]


def _says_more(reading: Reading, denial: Span, evidence: Sequence[Span]) -> bool:
    """«تنفي تسليم سلاحها وتطالب بوقف القتال», "denies a rift and warns of famine": behind the
    second verb stands what somebody says beside his denial."""
    tokens = reading.sentence.tokens
    first = min(e.first for e in evidence)
    for verb in _beginning(reading.of(SPEAKS), denial.last + 2, first - 1):
        token = tokens[verb.first]
        if token.norm.startswith("و") if token.script == "ar" else _is_joined(tokens, verb.first):
            return True
    return False


def _is_joined(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at].breaks or tokens[at - 1].norm in _AND


def _names_it(reading: Reading, contrary: Span, evidence: Sequence[Span]) -> bool:
    """«خلافا لما أشيع عن حصار المدينة» denies the siege; «المدينة محاصرة خلافا لما تقوله
    الحكومة» and «خلافا لما قيل، المدينة محاصرة» say that it is so."""
    tokens = reading.sentence.tokens
    first = contrary.last + 1
    for e in evidence:
        if e.first < first or any(t.breaks for t in tokens[first : e.first + 1]):
            continue
        # «على عكس ما تقوله الوزارة لا دواء»: the no begins what is said to be so.
        if not any_within(reading.of(NEGATION), first, e.last):
            return True
    return False


def pictured_elsewhere(reading: Reading, evidence: Sequence[Span]) -> Span | None:
    """ "Images of the bombed ward are AI-generated", «فيديو قديم لنزوح سكان»: what they show is no
    news from here, or did not happen."""
    marks = reading.of(ELSEWHERE)
    if not marks:
        return None
    first, last = min(e.first for e in evidence), max(e.last for e in evidence)
    pictures = [s for s in reading.of(WITNESS) if s.first < first]
    for mark in marks:
        if any(statement.turns_between(reading, mark.last, e.first) for e in evidence):
            continue
        for picture in pictures:
            beside = max(mark.first - picture.last, picture.first - mark.last) <= 1 + PICTURE_WITHIN
            if beside or mark.first > last:
                return mark
    return None


def is_over_a_denial(reading: Reading, no: Span) -> bool:
    """«لا تنفي», "does not deny", «ne nie pas»: who does not deny a thing does not refuse it."""
    tokens = reading.sentence.tokens
    for verb in reading.of(DENYING):
        if 0 <= verb.first - no.last - 1 <= NOT_DENIED_REACH:
            return not any(t.breaks for t in tokens[no.last + 1 : verb.first + 1])
        if verb.last + 1 == no.first and verb.first and tokens[verb.first - 1].norm in NE:
            return True
    return False


def takes_what_it_denies(reading: Reading, denial: Span) -> bool:
    return any_within(reading.of(DENYING), denial.first, denial.last)


def rejects_what_is_said(reading: Reading, verb: Span) -> bool:
    """ "Dismisses claims of a siege", "rejects closure reports"."""
    if not takes_what_it_denies(reading, verb):
        return False
    behind = reading.sentence.tokens[verb.last + 1 : verb.last + 2 + REJECTED_WITHIN]
    reach = next((at for at, token in enumerate(behind) if token.breaks), len(behind))
    if any_within(reading.of(NEWS), verb.last + 1, verb.last + reach):
        return True
    # "Reports that people starve, dismissed by the governor as fiction"
    passive = bool(behind) and not behind[0].breaks and behind[0].norm in _AS_OR_BY
    return passive and bool(_beginning(reading.of(NEWS), verb.first - TOLD_WITHIN, verb.first - 1))


def _is_disproved(reading: Reading, denial: Span) -> bool:
    """«تنكر الحصار وصور الأقمار تثبته»: who shows it has the last word. What the one who denies
    proves, "figures prove that stocks are full", is his denial's reason."""
    for proof in reading.of(PROVES):
        if denial.last < proof.first <= denial.last + PROVES_WITHIN:
            first = max(denial.last + 1, proof.first - 1 - SHOWN_WITHIN)
            return any_within(reading.of(WITNESS), first, proof.first - 1)
    # "Denies the strike, but videos show": what they show stands for itself.
    turns = [
        (but.last + 1, but.last + 1 + BUT_SHOWN_WITHIN)
        for but in reading.of(statement.BUT)
        if denial.last < but.first <= denial.last + PROVES_WITHIN
    ]
    if any(
        any_within(reading.of(WITNESS), *behind) and any_within(reading.of(SHOWS), *behind)
        for behind in turns
    ):
        return True
    return _has_a_witness_beside(reading, denial)


def _has_a_witness_beside(reading: Reading, denial: Span) -> bool:
    """«ينكر قصف العيادة وشهود يؤكدون», "denies the strike, witnesses say it": who saw it stands
    beside who denies it."""
    tokens = reading.sentence.tokens
    for witness in _beginning(reading.of(WITNESS), denial.last + 2, denial.last + PROVES_WITHIN):
        token, before = tokens[witness.first], tokens[witness.first - 1]
        arabic = token.script == "ar"
        joined = token.norm.startswith("و") if arabic else token.breaks or before.breaks
        if joined and any_within(
            (*reading.of(SHOWS), *reading.of(SPEAKS)),
            witness.last + 1,
            witness.last + 1 + WITNESS_SPEAKS_WITHIN,
        ):
            return True
    return False


def disowns(reading: Reading, denial: Span) -> bool:
    """ "The army denies all responsibility, ten civilians killed": whose doing it was, it was."""
    first = denial.last + 1
    behind = reading.sentence.tokens[first : first + 1 + BLAME_WITHIN]
    reach = next((at for at, token in enumerate(behind) if token.breaks), len(behind))
    return any_within(reading.of(BLAME), first, first + reach - 1)


def _has_an_object(reading: Reading, denial: Span) -> bool:
    """«10 قتلى والجيش ينفي استهدافهم»: behind what it is said to deny, it denies another thing."""
    if not takes_what_it_denies(reading, denial):
        return False
    behind = reading.sentence.tokens[denial.last + 1 : denial.last + 2]
    return bool(behind) and not behind[0].breaks and behind[0].norm not in _BY
