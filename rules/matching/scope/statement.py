"""Whether a word says that something happens, or only names it.

«وصلت المساعدات» and «وصول المساعدات إلى غزة» (a title) say that aid arrived; «مناطق توزيع
المساعدات», «من أجل إيصال المساعدات», "to deliver aid", "aid delivery points" name it only. Relief
counts as relief where it is said. Bad news needs no such proof: to name a famine is to tell of it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from rules.language.text import Token
from rules.matching.finding.reading import LONGEST_PHRASE, Reading, Span, begun_in

NOUNS = "$relief-nouns"
INFINITIVES = "$relief-infinitives"
SAID = "$statement-said"
MADE = "$statement-made"
PRESUMED = "$statement-presumed"
AIM = "$statement-aim"
SUBORDINATE = "$statement-subordinate"
NOUN_NEXT = "$statement-noun-next"
DESPITE = "$statement-despite"
WHILE = "$statement-while"
BUT = "$statement-but"
HAD = "$statement-had"
TELLS = "$statement-tells"
CONDITION = "$statement-condition"
PARTIAL = "$statement-partial"
TERMS = (
    NOUNS, INFINITIVES, SAID, MADE, PRESUMED, AIM, SUBORDINATE, NOUN_NEXT, DESPITE, WHILE, BUT,
    HAD, TELLS, CONDITION, PARTIAL,
)  # fmt: skip

SAID_BEFORE = 5
"""Words between «أعلن», «بدأ», "announced" and the noun that they assert."""
DETERMINERS = 2
"""Words before a Latin noun that begins a statement: "The first delivery of"."""
ANNOUNCED_WITHIN = 5
"""Words of a headline before a verb that tells what is decided: "EU and Japan to send"."""
SUBORDINATE_REACH = 9
"""Words behind «بعد», "despite" that belong to it, unless a comma comes first."""
HAD_WITHIN = 6
"""Words between «كانت», "had" and what had happened."""
CONDITION_REACH = 4
"""Words between "until", "if" and what is waited for."""
PARTIAL_REACH = 12
"""Words behind a relief in which it is said to be too little."""
YEAR_WITHIN = 3
"""Words behind a relief within which a year dates it."""
FRONTED_FROM = 1
FRONTED_REACH = 3
"""The same where it begins the sentence: the main statement follows."""

_PREPOSITIONS = ("ب", "ل", "وب", "ول", "فب", "فل", "كال")
_NOT_PREPOSITIONS = ("بدء", "بدا", "وبدء", "بقاء", "بسط", "بيع", "لقاء", "لم", "لجوء")
_SO_THAT = ("لي", "لت", "ولي", "ولت")
_WILL = tuple(w + "س" + person for w in ("", "و", "ف") for person in "يتنا")
_AND = ("و", "ف")
_JOINS = ("and", "et")
_OWN_WAW = ("وصول", "وقف", "ورود", "وضع", "وفر", "وداع", "فتح", "فك", "فض", "فرار")


def states(reading: Reading, span: Span) -> bool:
    """Whether a word of relief (its first token tells) asserts that it is so."""
    token = reading.sentence.tokens[span.first]
    if is_of_the_past(reading, span) or is_awaited(reading, span.first):
        return False
    verb = _names(reading, span, _VERBS)
    if token.script == "ar":
        # «تسلم» is a verb as well as a noun; where it may be a verb it says something, unless
        # the word before it wants a noun: «زيادة تدفق المساعدات».
        if verb and any(
            s.last + 1 == span.first for s in _before(reading.of(NOUN_NEXT), span.first)
        ):
            verb = False
        if not verb and _names(reading, span, _ARABIC_NOUNS):
            return _noun_is_said(reading, span, token)
        if verb and _is_promised(reading, span, token):
            return False
        aimed = verb and _aimed_at(reading, span.first)
        return not aimed or _is_said(reading, span.first)
    if _bids(reading, span.first, token.norm) or _may_be(reading, span.first):
        return False
    if _names(reading, span, _AGREED) and not _aimed_at(reading, span.first):
        # "the truce agreed on", "to extend": English and French seldom name one that is not.
        return True
    if any(s.first <= span.first <= s.last for s in _near(reading.of(NOUNS), span)):
        return _latin_noun_is_said(reading, span)
    if (verb and _aimed_at(reading, span.first)) or _names(reading, span, (INFINITIVES,)):
        return _is_said(reading, span.first)
    return True


def says_so(reading: Reading, evidence: Sequence[Span]) -> bool:
    """Whether one of the words of relief in some evidence asserts it.

    "Resumes deliveries" does, though deliveries by themselves are only named.
    """
    relief = [s for s in evidence if _names(reading, s, (*_VERBS, *_ARABIC_NOUNS, NOUNS))]
    if not relief:
        return all(states(reading, span) for span in evidence)
    return any(states(reading, span) for span in relief)


def speaks_of_relief(readings: Iterable[Reading], kinds: Iterable[str]) -> bool:
    """Whether a word of relief of these kinds (else of any help) stands there, said or named."""
    states = set(kinds) & _HELP or _HELP
    names = [f"$scope-{state}{noun}" for state in states for noun in ("", "-of")]
    return any(reading.of(name) for reading in readings for name in names)


def is_background(reading: Reading, span: Span, *, fronted: bool = False) -> bool:
    """Whether a word stands in a side remark: «بعد أشهر من النقص», "despite the truce".

    ``fronted`` asks for one that begins the sentence; the main statement follows it.
    """
    return _behind(reading, span, SUBORDINATE, fronted=fronted)


def is_granted(reading: Reading, span: Span) -> bool:
    """Whether it is said only to be set aside: «رغم سريان الهدنة», "despite the truce"."""
    return _behind(reading, span, DESPITE, fronted=False)


def falls_short(reading: Reading, evidence: Sequence[Span]) -> bool:
    """Whether a relief is told as too little: «تعود ساعتين فقط», "for two hours a day"."""
    marks = reading.of(PARTIAL)
    if not marks:
        return False
    first, last = min(e.first for e in evidence), max(e.last for e in evidence)
    return any(first < m.last and m.first - last <= PARTIAL_REACH for m in marks)


def turns_between(reading: Reading, after: int, before: int) -> bool:
    """Whether a "but" stands between two words: what follows it is the news."""
    return any(after < s.first and s.last < before for s in reading.of(BUT))


def is_of_the_past(reading: Reading, span: Span) -> bool:
    """Whether relief is told as what had been, «وكانت شاحنات قد وصلت», or with its year.

    What somebody says had happened ("the UN said trucks had arrived") is news, a title's too.
    """
    if reading.sentence.field == "title":
        return _dated(reading, span)
    begin = span.first - HAD_WITHIN - LONGEST_PHRASE
    before = begun_in(reading.of(HAD), begin, span.first - 1)
    had = [s for s in before if 0 < span.first - s.last <= HAD_WITHIN]
    told = had and any(s.first < had[-1].first for s in reading.of(TELLS)[:1])
    return bool(had and not told) or _dated(reading, span)


def is_awaited(reading: Reading, first: int) -> bool:
    """ "Until Israel lifts the siege", «ريثما تصل المساعدات»."""
    marks = [s for s in reading.of(CONDITION) if 0 <= first - s.last - 1 <= CONDITION_REACH]
    if not marks:
        return False
    return not any(t.breaks for t in reading.sentence.tokens[marks[-1].last + 1 : first + 1])


def _dated(reading: Reading, span: Span) -> bool:
    """ "Where a truce was agreed in 2018": news names no year."""
    behind = reading.sentence.tokens[span.last + 1 : span.last + 1 + YEAR_WITHIN]
    for token in behind:
        if token.breaks:
            return False
        if len(token.norm) == 4 and token.norm.isdigit() and token.norm[:2] in ("19", "20"):
            return True
    return False


def _behind(reading: Reading, span: Span, term: str, *, fronted: bool) -> bool:
    tokens = reading.sentence.tokens
    marks = reading.of(term)
    if not marks:
        return False
    at = bisect_left(marks, span.first, key=lambda s: s.first) - 1
    if at < 0:
        return False
    mark = marks[at]
    if mark.last >= span.first or (fronted and mark.first > FRONTED_FROM):
        return False
    reach = SUBORDINATE_REACH if mark.first > FRONTED_FROM else FRONTED_REACH
    if span.first - mark.last - 1 > reach:
        return False
    return not any(t.breaks for t in tokens[mark.last + 1 : span.first + 1])


_STATES = (
    "ended", "eased", "cancelled", "restored", "opened", "arriving", "freed", "agreed",
    "kept",
)  # fmt: skip
_HELP = frozenset(("restored", "opened", "arriving", "freed"))
_ARABIC_NOUNS = tuple(f"$scope-{state}-of" for state in _STATES)
_AGREED = ("$scope-agreed", "$scope-kept")
_ENDINGS = ("$scope-ended", "$scope-cancelled")
_BARE = frozenset(
    ("lift", "end", "stop", "open", "reopen", "restore", "free", "release", "save", "resume", "let",
     "allow", "accept", "sign", "extend")
)  # fmt: skip
_BE = frozenset(("be", "etre"))
_MAY = frozenset(
    ("can", "could", "may", "might", "must", "should", "cannot",
     "peut", "peuvent", "pourrait", "pourraient", "doit", "doivent", "devrait", "devraient")
)  # fmt: skip
_WHAT = frozenset(("the", "this", "that", "all", "our", "your", "their", "those", "these", "gaza"))
_VERBS = tuple(f"$scope-{state}" for state in _STATES)


def _names(reading: Reading, span: Span, terms: tuple[str, ...]) -> bool:
    for name in terms:
        found = reading.of(name)
        if found and any(s.overlaps(span) for s in _near(found, span)):
            return True
    return False


def _near(spans: tuple[Span, ...], span: Span) -> tuple[Span, ...]:
    return begun_in(spans, span.first - 4, span.last)


def _begins(reading: Reading, first: int) -> bool:
    return first == 0 or reading.sentence.tokens[first].breaks


def _is_promised(reading: Reading, span: Span, token: Token) -> bool:
    """«سيكسر الحصار», «سيلغي الأوامر»: the end of a trouble is so when it has ended.

    Aid that will come is relief: who waits for it wants to know.
    """
    if not token.norm.startswith(_WILL) or len(token.norm) < 4:
        return False
    return _names(reading, span, _ENDINGS) and not _is_said(reading, span.first)


def _bids(reading: Reading, first: int, word: str) -> bool:
    """ "Lift the siege", "Levez le siège": who begins with a bare verb asks for it."""
    if not _begins(reading, first):
        return False
    if reading.language == "fr":
        return len(word) > 4 and word.endswith("ez")
    following = reading.sentence.tokens[first + 1 : first + 2]
    return word in _BARE and bool(following) and following[0].norm in _WHAT


def _may_be(reading: Reading, first: int) -> bool:
    """ "Can still be averted", «pourrait être levé»: it may be so, and is not yet."""
    tokens = reading.sentence.tokens
    if not first or tokens[first - 1].norm not in _BE:
        return False
    return any(token.norm in _MAY for token in tokens[max(0, first - 4) : first - 1])


def _noun_is_said(reading: Reading, span: Span, token: Token) -> bool:
    first = span.first
    word = token.norm
    if _is_said(reading, first) or _is_presumed(reading, first):
        return True
    if word.startswith(_PREPOSITIONS) and not word.startswith(_NOT_PREPOSITIONS):
        return False
    if _begins(reading, first) or _is_said(reading, first, MADE):
        return True
    if word.startswith(_AND) and not word.startswith(_OWN_WAW):
        # «سريان الهدنة وعودة النازحين»: what the title begins with goes on.
        return reading.sentence.field == "title" and _begins_with_relief(reading, first)
    return False


def _begins_with_relief(reading: Reading, first: int) -> bool:
    tokens = reading.sentence.tokens
    begin = next((at for at in range(first - 1, -1, -1) if at == 0 or tokens[at].breaks), 0)
    return _names(reading, Span(begin, begin), (*_VERBS, *_ARABIC_NOUNS))


def _latin_noun_is_said(reading: Reading, span: Span) -> bool:
    first = span.first
    for before in range(DETERMINERS + 1):
        if first - before < 0:
            break
        if _begins(reading, first - before):
            return True
    return _is_said(reading, first) or _is_presumed(reading, first)


def _is_said(reading: Reading, first: int, term: str = SAID) -> bool:
    spans = reading.of(term)
    at = bisect_left(spans, first, key=lambda s: s.first) - 1
    if at < 0:
        return False
    said = spans[at]
    between = reading.sentence.tokens[said.last + 1 : first + 1]
    # "Announces the opening of the road and the lifting of the siege": both.
    joined = any(t.norm in _JOINS for t in between)
    if not 0 <= first - said.last - 1 <= SAID_BEFORE * (1 + joined):
        return False
    return not any(t.breaks for t in between)


def _is_presumed(reading: Reading, first: int) -> bool:
    return any(0 <= first - s.last - 1 <= 1 for s in _before(reading.of(PRESUMED), first))


def _aimed_at(reading: Reading, first: int) -> bool:
    """«أن تصل», «لتدخل», "to deliver": wished, not so yet."""
    token = reading.sentence.tokens[first]
    if token.script == "ar" and token.norm.startswith(_SO_THAT) and len(token.norm) > 3:
        return True
    if not any(s.last + 1 == first for s in _before(reading.of(AIM), first)):
        return False
    # "Japan to send tents": a headline's future is announced; "only a truce can end it" is not.
    announced = 2 <= first <= ANNOUNCED_WITHIN and reading.sentence.field == "title"
    return not (announced and reading.sentence.tokens[first - 1].norm == "to")


def _before(spans: tuple[Span, ...], first: int) -> tuple[Span, ...]:
    at = bisect_left(spans, first, key=lambda s: s.first)
    return spans[max(0, at - 2) : at]
