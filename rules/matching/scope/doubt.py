"""A title that asks whether it is so, and a first sentence that says that it is not.

«حقيقة إخلاء القرى», "Cholera in Basra?" name what they are about; below stands «قال المحافظ إن
الخبر عار من الصحة», "the report is false", in which the thing itself need not be named again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rules.matching.finding.reading import Reading, Span

DOUBT = "$denial-doubt"
NEWS = "$denial-news"
HEARSAY = "$denial-hearsay"
DENIED = "$scope-denied"
TERMS = (DOUBT, NEWS, HEARSAY)

_ASKING = frozenset("?؟")


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


def is_hearsay(reading: Reading, told: Iterable[Span]) -> bool:
    """Whether it is told as what pages had said: «وكانت صفحات قد نشرت أن المستشفى أغلق»."""
    said = reading.of(HEARSAY)
    return bool(said) and all(said[0].last < span.first for span in told)


def _doubts(title: Reading) -> bool:
    if title.of(DOUBT):
        return True
    end = title.sentence.end
    # French leaves a space before it, and a quotation may close first.
    return not _ASKING.isdisjoint(title.written.text[end : end + 3])
