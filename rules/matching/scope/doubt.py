"""A title that asks whether it is so, and a first sentence that says that it is not.

«حقيقة إخلاء القرى», "Cholera in Basra?" name what they are about; below stands «قال المحافظ إن
الخبر عار من الصحة», "the report is false", in which the thing itself need not be named again.
"""

from __future__ import annotations

from collections.abc import Sequence

from rules.matching.finding.reading import Reading, Span

DOUBT = "$denial-doubt"
NEWS = "$denial-news"
HEARSAY = "$denial-hearsay"
SAYING = "$denial-saying"
DENIED = "$scope-denied"
TERMS = (DOUBT, NEWS, HEARSAY, SAYING)

_ASKING = frozenset("?؟")
CLAIM_WITHIN = 2
"""Words between "posts", "a rumour" and "saying that", "of" what they claim."""
CLAIMED_WITHIN = 6
"""Words between "posts saying" and what they say."""


def is_denied_below(title: Reading, leading: Sequence[Reading]) -> bool:
    """Whether the title is in doubt, and the first sentence of the text is against the news."""
    first = next((r for r in leading if r.sentence.field == "text"), None)
    if first is None or not _doubts(title):
        return False
    return bool(first.of(DENIED) and first.of(NEWS))


def says_not_so(leading: Sequence[Reading]) -> bool:
    """Whether the first sentence of the text denies something, whatever it is."""
    first = next((r for r in leading if r.sentence.field == "text"), None)
    return first is not None and bool(first.of(DENIED))


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


def _doubts(title: Reading) -> bool:
    if title.of(DOUBT):
        return True
    end = title.sentence.end
    # French leaves a space before it, and a quotation may close first.
    return not _ASKING.isdisjoint(title.written.text[end : end + 3])
