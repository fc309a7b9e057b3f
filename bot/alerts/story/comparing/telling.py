"""What is known of an entry when its story is chosen: where it happens, its words and tolls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import count

from bot.alerts.story.comparing.likeness import (
    LEAD,
    REST,
    counted,
    growing,
    stem,
    targets,
    weights_of,
    words_of,
)
from rules import Figure, Gazetteer, PlacesTold, figures_of
from rules.language.numbers.numerals import numerals
from rules.language.numbers.words import ordinal_word

COUNTRIES = frozenset({"country", "region"})
COARSE = frozenset({"country", "region", "adm1"})
BUILDINGS = frozenset({"hospital", "site"})
BESIDE = 3
"""Words beside an ordinal that may be what it counts."""
PLACE, TOLL = "@", "#"
"""What marks a place and a figure among the terms."""
_WHOLE = ("killed", "wounded", "displaced")
_DAY_OF_WAR = 15
"""From here on a number of days says which day of a long war an entry is of."""
_ELSEWHERE = frozenset("in at on near from au aux a dans en sur pres في على قرب".split())
_NO_ORDINAL = frozenset(
    "كانون تشرين ربيع جمادي امس اليوم لليوم يوم يومه يومها العالميه المره الشهر العام".split()
)


@dataclass(frozen=True, slots=True)
class Where:
    """Where an entry's happening is, as ids of the gazetteer.

    `finest`: places below a first-level division; `buildings`: those of them that are a hospital,
    a port or another site.
    `around`: the finest and all that they lie in. `named`: stems of the words by which the entry
    names these and its divisions.
    """

    finest: frozenset[str] = frozenset()
    around: frozenset[str] = frozenset()
    divisions: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    buildings: frozenset[str] = frozenset()

    def is_apart_from(self, other: Where) -> bool:
        """Whether both say where below the country, and nothing of it lies in the other's."""
        # A hospital and its town: the gazetteer need not know that one lies in the other.
        alike = (self.finest <= self.buildings) == (other.finest <= other.buildings)
        if self.finest and other.finest and alike:
            return not (self.finest & other.around or other.finest & self.around)
        return bool(self.divisions and other.divisions) and not self.divisions & other.divisions

    @property
    def terms(self) -> frozenset[str]:
        return self.finest | self.divisions


def where_of(told: PlacesTold, gazetteer: Gazetteer) -> Where:
    """The places that `rules.places_of` found, with what they lie in."""
    fine = [p for p in told.places if p.place.kind not in COARSE]
    finest = frozenset(p.place.id for p in fine)
    around: set[str] = set()
    for each in finest:
        at: str | None = each
        while at is not None and at not in around:
            around.add(at)
            place = gazetteer.places.get(at)
            at = None if place is None else place.parent
    named = name_stems(p.quote for p in told.places if p.place.kind not in COUNTRIES)
    buildings = frozenset(p.place.id for p in told.places if p.place.kind in BUILDINGS)
    divisions, countries = frozenset(told.divisions), frozenset(told.countries)
    return Where(finest, frozenset(around), divisions, countries, named, buildings)


def name_stems(names: Iterable[str]) -> frozenset[str]:
    """Stems of the words of places' names, as `Telling.terms` has them."""
    return frozenset(key for name in names for key in weights_of(name, "")[0])


@dataclass(slots=True)
class Compared:
    """Which tellings, by their numbers, one was compared with, and which of them it copies."""

    beside: set[int] = field(default_factory=set)
    copies: set[int] = field(default_factory=set)


_numbers = count()


@dataclass(frozen=True)
class Telling:
    """One entry as far as its story is concerned. `at`: when it was published or read (UTC)."""

    entry_id: int
    title: str
    text: str
    language: str | None
    family: str
    link: str | None
    at: datetime
    signals: frozenset[str] = frozenset()
    where: Where = Where()
    figures: tuple[Figure, ...] = ()

    @cached_property
    def number(self) -> int:
        """No other telling has it, not even a later one of the same entry."""
        return next(_numbers)

    @cached_property
    def compared(self) -> Compared:
        """What was found out of it beside others (`sources`), for as long as it is remembered."""
        return Compared()

    @cached_property
    def _words(self) -> tuple[dict[str, float], dict[str, str]]:
        return weights_of(self.title, self.text)

    @cached_property
    def lead(self) -> frozenset[str]:
        """Stems of the text's beginning, or of the title where there is no text."""
        said, _ = weights_of("", self.text[:400]) if self.text else weights_of(self.title, "")
        return frozenset(said)

    @property
    def written(self) -> Mapping[str, str]:
        """stem → the word as it stands in the entry."""
        return self._words[1]

    @cached_property
    def terms(self) -> dict[str, float]:
        """Words, places and exact tolls, each with how much it is said."""
        said = dict(self._words[0])
        said.update({PLACE + each: 1.0 for each in self.where.terms})
        said.update({TOLL + e: 1.0 if e in self.own_tolls else REST for e in self.tolls})
        return said

    @cached_property
    def tolls(self) -> frozenset[str]:
        """The exact numbers of persons: "killed 12"."""
        return frozenset(f"{f.what} {f.value:.15g}" for f in self.figures if _exact(f))

    @cached_property
    def own_tolls(self) -> frozenset[str]:
        """Those of title and lead: further on stand the tolls of other happenings."""
        led = (f for f in self.figures if _exact(f) and _leads(f))
        return frozenset(f"{f.what} {f.value:.15g}" for f in led)

    @cached_property
    def whole_tolls(self) -> dict[str, frozenset[float]]:
        """What → its exact numbers in title and lead, parts left out."""
        found: defaultdict[str, set[float]] = defaultdict(set)
        for f in self.figures:
            if _exact(f) and _leads(f) and not f.part and f.what in _WHOLE:
                found[f.what].add(f.value)
        return {what: frozenset(values) for what, values in found.items()}

    @cached_property
    def tolls_before(self) -> frozenset[str]:
        """The exact tolls that it gives to something before, beside those that it tells of: "a day
        earlier shells killed 23"."""
        read = figures_of(self.title, self.text, self.language)
        if not any(f.time == "now" and f.what in _WHOLE for f in read):
            return frozenset()
        return frozenset(
            f"{f.what} {f.value:.15g}" for f in read if f.time in ("before", "recent") and _exact(f)
        )

    @cached_property
    def targets(self) -> frozenset[str]:
        """What kinds of things title and lead name as struck or served: school, port."""
        kinds = targets()
        read = (*words_of(self.title), *words_of(self.text[:LEAD]))
        keys = [stem(t.norm.removeprefix("ب")) if t.script == "ar" else t.norm for t in read]
        return frozenset(kinds[key] for key in keys if key in kinds)

    @cached_property
    def counts(self) -> frozenset[str]:
        """What title and lead count beside people, exactly: "hospital 3"."""
        return frozenset(
            f"{kind} {value:.15g}"
            for text in (self.title, self.text[:LEAD])
            for kind, value in _counted(text, self.language or "en")
        )

    @cached_property
    def tells_growth(self) -> bool:
        """Whether the title says that a toll has risen."""
        return any(t.norm in growing() for t in words_of(self.title))

    @cached_property
    def war_days(self) -> frozenset[float]:
        """Which day of a war it is, where the entry says so."""
        return frozenset(
            f.value for f in self.figures if f.what == "days" and f.value >= _DAY_OF_WAR
        )

    @cached_property
    def title_ordinals(self) -> tuple[tuple[frozenset[str], float], ...]:
        """(stems beside it, ordinal) in the title: it says that it is not the first."""
        return tuple(_ordinals(self.title, title=True))

    @cached_property
    def ordinals(self) -> dict[str, frozenset[float]]:
        """stem → ordinals beside it: «الدفعة الثالثة», "third convoy"."""
        found: defaultdict[str, set[float]] = defaultdict(set)
        for beside, value in (*self.title_ordinals, *_ordinals(self.text[:400], title=False)):
            for key in beside:
                found[key].add(value)
        return {key: frozenset(values) for key, values in found.items()}


def _exact(figure: Figure) -> bool:
    return not figure.vague and figure.what not in ("days", "percent")


def _leads(figure: Figure) -> bool:
    return figure.field == "title" or figure.start < LEAD


def _counted(text: str, language: str) -> Iterator[tuple[str, float]]:
    """«أربعة مستشفيات», "40 aid trucks": the thing stands behind its number."""
    kinds, tokens = counted(), words_of(text)
    keys = [stem(token.norm) if token.script == "ar" else token.norm for token in tokens]
    if kinds.keys().isdisjoint(keys):
        return  # as most texts: their numbers need not be read
    found = numerals(text, tokens, language)
    begins = {numeral.first for numeral in found}
    for numeral in found:
        if numeral.vague or numeral.ordinal or numeral.decimal or numeral.max is not None:
            continue
        for at in range(numeral.last + 1, min(numeral.last + 1 + BESIDE, len(tokens))):
            if at in begins or tokens[at].breaks or tokens[at].norm in _ELSEWHERE:
                break  # "18 killed in a camp"
            if keys[at] in kinds:
                yield kinds[keys[at]], numeral.value
                break


def _ordinals(text: str, *, title: bool) -> Iterator[tuple[frozenset[str], float]]:
    """«طائرة الشحن الثانية»: an Arabic ordinal stands behind its noun, and what describes that."""
    tokens = words_of(text)
    for at, token in enumerate(tokens):
        if token.script == "ar":
            definite = token.norm.startswith("ال")
            value = ordinal_word(token, "ar") if definite or title else None
            near = tokens[max(0, at - BESIDE) : at] if not token.breaks else []
        else:
            value = ordinal_word(token, "en") or ordinal_word(token, "fr")
            near = tokens[at + 1 : at + BESIDE]
        if value is None or value <= 1 or any(t.norm in _NO_ORDINAL for t in near[-1:]):
            continue
        beside = frozenset(
            stem(t.norm, t.script)
            for t in near
            if t.script == token.script and ordinal_word(t, "ar") is None
        )
        if beside:
            yield beside, value
