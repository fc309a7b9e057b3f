"""What the title and the other signals of an entry say of a statement that it makes once.

Counted over all labelled news, a lone statement below the title is right as often as what else its
entry tells lets expect: beside a title that tells of another signal nine times in ten, far down in
an article about something else less than half the time. The figures stand in
docs/decisions/weak-evidence-is-not-pushed.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rules.matching.detection import Detection, offsets
from rules.matching.entry import EntryReading
from rules.matching.levels import LADDER, settle
from rules.matching.rule import CompiledRule
from rules.matching.scope.direction import Found, is_only_named, statements

LONG_TEXT = 200
"""Characters of a text from which it has had room to say where it happens and what it is about."""
SUBJECT_WITHIN = 300
"""Characters of a text within which it says what it is about. A feed's summary is hardly longer,
and each sentence of it was chosen."""


def is_titled(found: Sequence[Found]) -> bool:
    """Whether the title says something of it; a setting is nothing said."""
    return any(f.reading.sentence.field == "title" and not f.clause.setting for f in found)


def is_out_of_place(rule: CompiledRule, found: Sequence[Found], entry: EntryReading) -> bool:
    """Whether a long text says it once, and neither that sentence nor the title name what the rule
    asks for then: a place in crisis, a disaster, those who wage war."""
    if not rule.needs_if_alone or not _is_below(found, entry, LONG_TEXT):
        return False
    told = [f.reading for f in found if not f.clause.setting]
    return not any(r.has_any(rule.needs_if_alone) for r in (*entry.titles, *told))


def is_far_down(rule: CompiledRule, found: Sequence[Found], entry: EntryReading) -> bool:
    """Whether it is said once, far below the title: where nothing else is detected, the entry is
    about something else."""
    if not rule.needs_if_alone or not _is_below(found, entry, SUBJECT_WITHIN):
        return False
    stated = (f for f in found if not f.clause.setting)
    return all(offsets(r, s)[0] >= SUBJECT_WITHIN for f in stated for r, s, _ in f.spans)


def beside_a_title(
    rule: CompiledRule, detection: Detection, found: Sequence[Found], entry: EntryReading
) -> Detection:
    """What is detected, below a title that tells of another signal: what the first sentence of the
    text says once is as loud as if the title said it. Not of a signal whose people are named in
    passing: the displaced who are struck, or to whom nothing comes."""
    if rule.named_in_passing:
        return detection
    stated = [f for f in found if not f.clause.setting]
    if is_only_named(stated, rule.pushed_with):
        return detection
    if detection.direction != "worsening" or statements(stated) > 1 or not _opens(stated, entry):
        return detection
    titled = settle(rule.levels, "worsening", weak=True, titled=True)
    return replace(detection, level=max(detection.level, titled, key=LADDER.index))


def _is_below(found: Sequence[Found], entry: EntryReading, length: int) -> bool:
    """Whether one statement makes it, below the title of an entry whose text is so long."""
    if not entry.titles or len(entry.text) < length:
        return False
    return statements([f for f in found if not f.clause.setting]) < 2 and not is_titled(found)


def _opens(stated: Sequence[Found], entry: EntryReading) -> bool:
    """Whether the first sentence of the text says it."""
    first = entry.places["text"][:1]
    return any(f.reading is r for f in stated for r in first)
