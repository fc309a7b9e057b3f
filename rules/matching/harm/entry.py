"""Who is harmed in an entry: the harms of its sentences, read one after the other.

A harm word says that somebody was killed, wounded or lost; who it was decides whether relief
workers want to know (`rules.matching.harm.victims`). Some of it another sentence tells: what the
entry is about, and who the victims named before were.

Pure: readings in, readings with harms out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from rules.loading.choices import Cause, Victims
from rules.matching.finding.reading import Reading
from rules.matching.harm.harm import PREFIX, Harm
from rules.matching.harm.roles import CAUSES, HARMS, MARTYRED, NATIONALITY, NATURAL, PLACE, WEAPON
from rules.matching.harm.victims import harms

OPENING_SENTENCES = 2
"""Sentences of the text that tell, with the title, what an entry is about."""


_TOLD_BY: Mapping[Victims, tuple[str, ...]] = {
    "civilians": ("$civilian-declared",),
    "health-workers": ("$health-people",),
    "people": ("$people-anyone", NATIONALITY),
}
"""The terms without which a sentence harms no such people; fighters and those that are only
counted may be known from the sentence before."""
_CAUSED_BY: tuple[tuple[str, Cause], ...] = (
    *CAUSES,
    (MARTYRED, "conflict"),
    (NATURAL, "illness"),
)
"""What may tell a cause: its own words, or the harm's."""
_OF_WAR = (
    PLACE,
    *(name for name, cause in CAUSES if cause in ("conflict", "disaster") and name != WEAPON),
)
"""What makes a shot or a blast one of war or disaster."""


def needed(harms: Iterable[str]) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
    """Groups of terms without which none of these harms is found: in its sentence, in the entry."""
    asked_for = [name.removeprefix(PREFIX).split("/") for name in harms]
    whos, causes = {who for who, _ in asked_for}, {cause for _, cause in asked_for}
    here = [frozenset(HARMS)]
    anywhere: list[frozenset[str]] = []
    if whos <= _TOLD_BY.keys():
        here.append(
            frozenset(name for who, names in _TOLD_BY.items() if who in whos for name in names)
        )
    if "unsaid" not in causes:
        caused = frozenset(name for name, cause in _CAUSED_BY if cause in causes)
        # An accident, a crime or a sickness may be what title and opening tell of.
        (here if causes <= {"conflict", "disaster"} else anywhere).append(caused)
    return here, anywhere


def find_harms(readings: Sequence[Reading]) -> None:
    """Put the harms of an entry into its sentences, as spans that clauses can ask for."""
    if all(reading.first_of(HARMS) is None for reading in readings):
        return
    for reading, found in zip(readings, harms_of_entry(readings), strict=True):
        for harm in found:
            reading.add(harm.term, (harm.span,))


def harms_of_entry(readings: Sequence[Reading]) -> tuple[tuple[Harm, ...], ...]:
    """The harms of each sentence, read in order.

    A fighter victim silences bare counts behind it: «مقتل خمسة جنود ... وإصابة عشرة» are soldiers.
    A cause that the sentence leaves out, or tells by a shot or by rubble alone, is an accident, a
    crime or a sickness where title and opening tell of nothing else; a shot at a place at peace,
    where they tell of none of these, tells no cause. Killing in general is news of a place in
    crisis, and elsewhere an opinion.
    """
    fighters_before = False
    opening = _opening(readings)
    about: list[Cause | None] = []
    entry = []
    for reading in readings:
        judged = []
        for found in harms(reading):
            harm = found
            if harm.general and not any(each.of(PLACE) for each in opening):
                continue
            if harm.cause == "unsaid" or harm.weapon:
                about = about or [_everyday(opening)]
                if about[0] is not None:
                    why = f"{harm.why}; the opening tells of {about[0]}"
                    harm = replace(harm, cause=about[0], why=why)
                elif harm.weapon == "shot" and not any(r.has_any(_OF_WAR) for r in opening):
                    why = f"{harm.why}; the opening tells of no war"
                    harm = replace(harm, cause="unsaid", why=why)
            if harm.who == "uncounted" and fighters_before:
                harm = replace(harm, who="fighters", why=f"{harm.why}; fighters were named before")
            fighters_before = harm.who == "fighters" or (
                fighters_before and harm.who == "uncounted"
            )
            judged.append(harm)
        entry.append(tuple(judged))
    return tuple(_as_the_text_says(readings, entry))


def _as_the_text_says(
    readings: Sequence[Reading], entry: Sequence[tuple[Harm, ...]]
) -> Iterator[tuple[Harm, ...]]:
    """The harms with a title's bare number for fighters where the opening of the text knows of
    no others: «مقتل ستة في كمين» above «لقي ستة جنود حتفهم»."""
    texts = [n for n, reading in enumerate(readings) if reading.sentence.field == "text"]
    who = [harm.who for n in texts[:OPENING_SENTENCES] for harm in entry[n]]
    titled = {
        harm.who
        for reading, found in zip(readings, entry, strict=True)
        if reading.sentence.field == "title"
        for harm in found
    }
    # A title that tells of fighters beside the number tells of two happenings.
    only_fighters = set(who) == {"fighters"} and titled == {"uncounted"}
    for reading, found in zip(readings, entry, strict=True):
        if not only_fighters or reading.sentence.field != "title":
            yield found
            continue
        yield tuple(
            replace(harm, who="fighters", why=f"{harm.why}; fighters, the text says")
            if harm.who == "uncounted"
            else harm
            for harm in found
        )


def _opening(readings: Sequence[Reading]) -> list[Reading]:
    """The title and the first sentences of the text."""
    opening = [r for r in readings if r.sentence.field == "title"]
    return opening + [r for r in readings if r.sentence.field == "text"][:OPENING_SENTENCES]


def _everyday(opening: Sequence[Reading]) -> Cause | None:
    """The accident, crime or sickness that title and opening tell of, and of no war or disaster;
    a shot or a blast is neither."""
    seen: Cause | None = None
    for name, cause in CAUSES:
        if name != WEAPON and any(r.of(name) for r in opening):
            if cause in ("conflict", "disaster"):
                return None
            seen = seen or cause
    return seen
