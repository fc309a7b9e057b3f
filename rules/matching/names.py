"""Names of several words: what a word inside one means elsewhere is not said.

«مستشفى العودة» is a hospital and nobody's return, «كرم أبو سالم» a crossing and no honour. The
names are in ``rules/vocabulary/names.yaml``. Pure: a reading in, places in it out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rules.matching.terms import Reading

KIND_AND_NAME, WHOLE = "$named-places", "$proper-names"
"""Names whose first word says what they are, and names of which no word is read."""


def words_in_names(reading: Reading) -> frozenset[int]:
    """The tokens of a sentence that are read in phrases only, because they stand in a name."""
    closed = {at for s in reading.of(KIND_AND_NAME) for at in range(s.first + 1, s.last + 1)}
    closed |= {at for s in reading.of(WHOLE) for at in range(s.first, s.last + 1)}
    return frozenset(closed)
