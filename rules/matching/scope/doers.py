"""Who does what a governor says, and is not the one it is done to: "doctors rescue a child".

Pure: a reading in, a yes or no out.
"""

from __future__ import annotations

from collections.abc import Iterable

from rules.matching.finding.reading import Reading, Span

SAVED = "$scope-saved"
INSIDE = "$scope-inside"
TERMS = (SAVED, INSIDE)

OBJECT_WITHIN = 2
"""Words between "rescue", «ينقذون» and whom they save: «ينقذون حياة طفل»."""


def saves_another(reading: Reading, saving: Span, evidence: Iterable[Span]) -> bool:
    """Whether the people named before "rescue", "free" do it to somebody named behind it."""
    if any(e.last >= saving.first for e in evidence):
        return False
    tokens = reading.sentence.tokens
    for at in range(saving.last + 1, min(len(tokens), saving.last + 2 + OBJECT_WITHIN)):
        if tokens[at].breaks or any(s.first == at for s in reading.of(INSIDE)):
            # "Doctors rescued from the hospital", «أطباء أنقذوا من تحت الأنقاض»
            return False
        if any(s.first == at for s in reading.of(SAVED)):
            return True
    return False
