"""A title that asks whether it is so, and an answer that says that it is not.

«حقيقة إخلاء القرى», "Cholera in Basra?", "Claim: the convoy was looted" name what they are about;
behind them or below stands «قال المحافظ إن الخبر عار من الصحة», "No, says the governor", "Verdict:
false", in which the thing itself need not be named again.
"""

from __future__ import annotations

from collections.abc import Sequence

from rules.matching.finding.reading import Reading, Span

DOUBT = "$denial-doubt"
NEWS = "$denial-news"
HEARSAY = "$denial-hearsay"
SAYING = "$denial-saying"
ANSWER = "$denial-answer"
OTHERWISE = "$denial-otherwise"
CLAIM = "$denial-claim"
OPEN = "$denial-open-question"
DENIED = "$scope-denied"
DENYING = "$scope-denying"
NEGATION = "$negation"
TERMS = (DOUBT, NEWS, HEARSAY, SAYING, ANSWER, OTHERWISE, CLAIM, OPEN)

_ASKING = frozenset("?؟")
_LABELLING = frozenset(":|]")
CLAIM_WITHIN = 2
"""Words between "posts", "a rumour" and "saying that", "of" what they claim."""
CLAIMED_WITHIN = 6
"""Words between "posts saying" and what they say."""


def is_answered_no(title: Reading, leading: Sequence[Reading]) -> bool:
    """Whether the title is in doubt, and what follows in it, or the first sentence of the text, is
    against the news."""
    asked = _asked_until(title)
    if asked is None:
        return False
    if _answers_no(title, asked):
        return True
    behind = [r for r in leading if r.sentence.start > title.sentence.start]
    titles = [r for r in behind if r.sentence.field == "title"]
    first = [r for r in leading if r.sentence.field == "text"][:1]
    return any(_answers_no(r, 0) for r in (*titles, *first))


def _answers_no(reading: Reading, first: int) -> bool:
    """Whether an answer no stands behind a token: "No, says the ministry", "Verdict: false"."""
    for answer in reading.of(ANSWER):
        if answer.first >= first and stands_alone(reading, answer):
            return True
    if any(s.first >= first for s in reading.of(OTHERWISE)):
        return True
    return any(s.first >= first for s in reading.of(DENIED)) and bool(reading.of(NEWS))


def stands_alone(reading: Reading, span: Span) -> bool:
    """Whether breaks or the ends of its sentence stand around a word."""
    tokens = reading.sentence.tokens
    begins = span.first == 0 or tokens[span.first].breaks
    return begins and (span.last + 1 == len(tokens) or tokens[span.last + 1].breaks)


def is_a_label(reading: Reading, span: Span) -> bool:
    """Whether a colon or a bar parts a word from what it is said of."""
    tokens = reading.sentence.tokens
    if span.last + 1 >= len(tokens):
        return False
    between = reading.text[tokens[span.last].end : tokens[span.last + 1].start]
    return not _LABELLING.isdisjoint(between)


def says_not_so(leading: Sequence[Reading]) -> bool:
    """Whether the first sentence of the text denies something, whatever it is."""
    first = next((r for r in leading if r.sentence.field == "text"), None)
    return first is not None and bool(first.of(DENIED))


def denies_what_is_told(leading: Sequence[Reading]) -> bool:
    """Whether the first sentence of the text denies what others tell, whatever the title is about:
    "Reports that the crossing was closed are incorrect, the authority said"."""
    first = next((r for r in leading if r.sentence.field == "text"), None)
    if first is None:
        return False
    news, denied = first.of(NEWS), first.of(DENIED)
    return any(not n.overlaps(d) for n in news for d in denied[:4])


def denies_something(title: Reading) -> bool:
    """Whether a title denies or doubts, whatever it is about: «Démenti de l'hôpital»."""
    if any(title.of(term) for term in (DENIED, DENYING, DOUBT)):
        return True
    return any(stands_alone(title, answer) for answer in title.of(ANSWER))


def says_no(title: Reading) -> bool:
    """Whether a title denies, doubts or holds a plain no."""
    return denies_something(title) or bool(title.of(NEGATION))


def is_hearsay(told: Sequence[tuple[Reading, Span]]) -> bool:
    """Whether it is told as what others had said.

    «وكانت صفحات قد نشرت أن المستشفى أغلق», "posts saying the wards had shut".
    """
    if all(_is_told_by_pages(*each) for each in told):
        return True
    return any(_is_claimed(*each) for each in told)


def _is_told_by_pages(reading: Reading, span: Span) -> bool:
    said = reading.of(HEARSAY)
    return bool(said) and said[0].last < span.first


def _is_claimed(reading: Reading, span: Span) -> bool:
    tokens = reading.sentence.tokens
    for news in reading.of(NEWS):
        if news.last >= span.first:
            break
        saying = [s.last for s in reading.of(SAYING) if news.last < s.first < span.first]
        if not saying or saying[0] - news.last - 1 > CLAIM_WITHIN:
            continue
        if span.first - saying[0] - 1 > CLAIMED_WITHIN:
            continue
        if not any(token.breaks for token in tokens[news.last + 1 : span.first + 1]):
            return True
    return False


def _asked_until(title: Reading) -> int | None:
    """The first token behind what a title asks, or None where it does not ask whether it is so."""
    tokens = title.sentence.tokens
    if any(s.first == 0 for s in title.of(OPEN)):
        # "Will aid reach them? No": what is asked for is not reported.
        return None
    text = title.written.text
    if any(a.first == 0 and is_a_label(title, a) for a in title.of(ANSWER)):
        # "FALSE: hospital shelled": the verdict stands first.
        return 0
    for at in range(1, len(tokens)):
        if tokens[at].breaks and not _ASKING.isdisjoint(
            text[tokens[at - 1].end : tokens[at].start]
        ):
            return at
    end = title.sentence.end
    # French leaves a space before it, and a quotation may close first.
    if not _ASKING.isdisjoint(text[end : end + 3]):
        return len(tokens)
    if title.of(DOUBT) or any(stands_alone(title, s) for s in title.of(CLAIM)):
        return 0
    return None
