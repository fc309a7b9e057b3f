"""A title that asks whether it is so, and a first sentence that says that it is not.

«حقيقة إخلاء القرى», "Cholera in Basra?" name what they are about; below stands «قال المحافظ إن
الخبر عار من الصحة», "the report is false", in which the thing itself need not be named again.
"""

from __future__ import annotations

from collections.abc import Sequence

from rules.matching.finding.reading import Reading, Span

DOUBT = "$denial-doubt"
NEWS = "$denial-news"
DENIED = "$scope-denied"
TERMS = (DOUBT, NEWS)

_ASKING = frozenset("?؟")
_SAYING = frozenset(("saying", "that", "claiming", "alleging", "about", "of", "which"))
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


def is_only_claimed(reading: Reading, span: Span) -> bool:
    """ "Posts saying the wards had shut": below a denial, what is said to be told is not stated."""
    tokens = reading.sentence.tokens
    for news in reading.of(NEWS):
        if news.last >= span.first:
            break
        behind = range(news.last + 1, min(span.first, news.last + 2 + CLAIM_WITHIN))
        saying = next((at for at in behind if tokens[at].norm in _SAYING), None)
        if saying is None or span.first - saying - 1 > CLAIMED_WITHIN:
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
