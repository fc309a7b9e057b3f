"""The figures that an entry states: how many dead, wounded, displaced; how many days. Pure.

Each distinct figure is told once, however often the entry repeats it. A bare plural («عشرات»,
"hundreds") counts only where the entry gives no exact number of the same toll.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rules.language.sentences import Field, Sentence, sentences
from rules.matching.figures.counted_sentence import Toll
from rules.matching.figures.counting import What
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
    figure counts. `start` and `end` are code-point offsets into the title or text (`field`).
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


def figures_of(title: str, text: str, language: str | None) -> tuple[Figure, ...]:
    """The figures of an entry, in the order in which title and text state them.

    `language` (ar, en, fr) is needed for numbers in Latin words only; None guesses it.
    """
    found: list[Figure] = []
    for field, written in (("title", title), ("text", text)):
        for sentence in sentences(written[:MAX_CHARACTERS], field):  # type: ignore[arg-type]
            spoken = _language(sentence, language)
            found += [_figure(sentence, toll) for toll in tolls(written, sentence, spoken)]
    return tuple(_distinct(found))


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
