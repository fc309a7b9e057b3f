"""Names of several words: what a word inside one means elsewhere is not said.

«مستشفى العودة» is a hospital and nobody's return, «كرم أبو سالم» a crossing and no honour. The
names are in ``rules/vocabulary/names.yaml``. Pure: a reading in, a reading out.
"""

from __future__ import annotations

from dataclasses import replace

from rules.matching.terms import Reading

KIND_AND_NAME, WHOLE = "$named-places", "$proper-names"
"""Names whose first word says what they are, and names of which no word is read."""


def without_words_in_names(reading: Reading) -> Reading:
    """The reading without what single words would mean if they stood in no name."""
    closed = {at for s in reading.of(KIND_AND_NAME) for at in range(s.first + 1, s.last + 1)}
    closed |= {at for s in reading.of(WHOLE) for at in range(s.first, s.last + 1)}
    if not closed:
        return reading
    spans = {
        name: tuple(s for s in found if s.first != s.last or s.first not in closed)
        for name, found in reading.spans.items()
    }
    return replace(reading, spans={name: found for name, found in spans.items() if found})
