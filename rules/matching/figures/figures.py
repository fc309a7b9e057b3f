"""The figures that an entry states: how many dead, wounded, displaced; how many days. Pure.

Each distinct figure is told once, however often the entry repeats it. A bare plural («عشرات»,
"hundreds") counts only where the entry gives no exact number of the same toll.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rules.language.sentences import Field, Sentence, sentences
from rules.matching.figures.counted_sentence import Time, Toll
from rules.matching.figures.counting import TOLLS, What
from rules.matching.figures.times import opening_of
from rules.matching.figures.tolls import tolls

_FRENCH = frozenset(
    "le la les des du une et dans sur au aux est ont par pour morts blesses".split()
)
_ENGLISH = frozenset("the of and in to at were was people killed by from have with for".split())


MAX_CHARACTERS = 20_000
"""A text is read up to here: the toll of a happening stands in its first sentences."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of something: at least 12 killed, 3 of them children.

    `value` is the number, or the lower end of a range up to `max`. `at_least`: the text says that
    there may be more. `vague`: a bare plural, `value` its least. `part`: some of those that another
    figure counts. `time`: whether it is of what the entry tells, of a long time, of something
    before, or was said before and no longer holds. `start` and `end` are code-point offsets into
    the title or text (`field`).
    """

    what: What
    value: float
    field: Field
    start: int
    end: int
    max: float | None = None
    at_least: bool = False
    vague: bool = False
    part: bool = False
    time: Time = "now"


def standing_figures(figures: Iterable[Figure]) -> tuple[Figure, ...]:
    """Those that are of what the entry tells. The toll of the strike two days before is not, that
    of the whole war only where the entry gives no other, one of last week only where it gives no
    other of the kind. What a toll took the place of is kept as a part of it: others still tell it
    so."""
    figures = tuple(figures)
    now = {f.what for f in figures if f.time == "now" and f.what in TOLLS and not f.part}
    kept = []
    for figure in figures:
        if figure.time == "now" or (figure.time == "recent" and figure.what not in now):
            kept.append(figure)
        elif figure.time == "replaced" and now:
            kept.append(replace(figure, part=True))
        elif figure.time in ("since", "replaced") and not now:
            kept.append(figure)
    return tuple(kept)


def figures_of(title: str, text: str, language: str | None) -> tuple[Figure, ...]:
    """The figures of an entry, in the order in which title and text state them.

    `language` (ar, en, fr) is needed for numbers in Latin words only; None guesses it.
    """
    found: list[Figure] = []
    cut = [
        (written, sentences(written[:MAX_CHARACTERS], field))
        for field, written in _fields(title, text)
    ]
    opening = opening_of(cut[0][1], cut[1][1])
    for written, read in cut:
        for sentence in read:
            spoken = _language(sentence, language)
            found += [_figure(sentence, toll) for toll in tolls(written, sentence, spoken, opening)]
    return tuple(_distinct(found))


def _fields(title: str, text: str) -> tuple[tuple[Field, str], ...]:
    return (("title", title), ("text", text))


def _figure(sentence: Sentence, toll: Toll) -> Figure:
    tokens, numeral = sentence.tokens, toll.numeral
    return Figure(
        what=toll.what,
        value=numeral.value,
        field=sentence.field,
        start=tokens[toll.first].start,
        end=tokens[toll.last].end,
        max=numeral.max,
        at_least=toll.at_least,
        vague=numeral.vague,
        part=toll.part,
        time=toll.time,
    )


def _distinct(found: Iterable[Figure]) -> list[Figure]:
    once: dict[tuple[What, float, float | None], Figure] = {}
    for figure in found:
        key = (figure.what, figure.value, figure.max)
        known = once.get(key)
        if known is None:
            once[key] = figure
        else:
            once[key] = replace(
                known,
                at_least=known.at_least or figure.at_least,
                vague=known.vague and figure.vague,
                part=known.part and figure.part,
                time=known.time if figure.time != "now" else "now",
            )
    exact = {figure.what for figure in once.values() if not (figure.vague or figure.part)}
    return [f for f in once.values() if not (f.vague and f.what in exact)]


def _language(sentence: Sentence, given: str | None) -> str:
    """The language in which a sentence is read: that of its script, and of its small words."""
    scripts = [t.script for t in sentence.tokens]
    if scripts.count("ar") >= scripts.count("latin"):
        return "ar"
    plain = (given or "").lower().split("-")[0]
    if plain in ("en", "fr"):
        return plain
    norms = {t.norm for t in sentence.tokens}
    return "fr" if len(norms & _FRENCH) > len(norms & _ENGLISH) else "en"
