"""Names of several words: what a word inside one means elsewhere is not said.

«مستشفى العودة» is a hospital and nobody's return, «كرم أبو سالم» a crossing and no honour. The
names are in ``rules/vocabulary/names.yaml``. Pure: a reading in, positions out.
"""

from __future__ import annotations

from rules.matching.finding.reading import Reading

KIND_AND_NAME, WHOLE = "$named-places", "$proper-names"
"""Names whose first word says what they are, and names of which no word is read."""

_NAMES = (KIND_AND_NAME, WHOLE)
_NONE = frozenset[int]()


def words_in_names(reading: Reading) -> frozenset[int]:
    """The words of a sentence that mean by themselves nothing of what they would elsewhere."""
    if reading.first_of(_NAMES) is None:
        return _NONE
    closed = {at for s in reading.of(KIND_AND_NAME) for at in range(s.first + 1, s.last + 1)}
    closed |= {at for s in reading.of(WHOLE) for at in range(s.first, s.last + 1)}
    return frozenset(closed)
