"""How well places are told on labelled entries, beside a plain look-up of names.

Countries and first-level divisions are scored strictly; a name is right also when the town that
contains the place is told. Each figure also as the mean over countries, since one country may hold
half of a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rules.matching.detection import Evidence
from rules.matching.places.gazetteer import Gazetteer, Place, key_of
from rules.matching.places.mentions import read_places
from rules.matching.places.where import PlacesTold, places_of
from rules.matching.places.words import KIND_WORDS
from rules.trying.measuring.placed import COUNTED, READ, PlacedEntry

T = TypeVar("T")
EvidenceOf = Callable[[PlacedEntry], Iterable[Evidence]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was told of an entry: names as written, each with the place meant."""

    countries: frozenset[str]
    adm1: frozenset[str]
    names: tuple[tuple[str, Place], ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """One entry against its labels."""

    exact: bool
    adm1: tuple[int, int, int]
    """Right, told wrongly, missed."""
    names: tuple[int, int, int, int]
    """Told rightly, told, labelled and found, labelled."""


@dataclass(frozen=True, slots=True)
class Figures:
    precision: float
    recall: float
    f1: float
    macro_f1: float

    def as_json(self) -> dict[str, float]:
        return {
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
            "macro_f1": round(self.macro_f1, 4),
        }


@dataclass(frozen=True, slots=True)
class PlaceScores:
    entries: int
    exact: float
    macro_exact: float
    adm1: Figures
    names: Figures

    def as_json(self) -> dict[str, object]:
        return {
            "countries": {"exact": round(self.exact, 4), "macro": round(self.macro_exact, 4)},
            "adm1": self.adm1.as_json(),
            "names": self.names.as_json(),
        }


@dataclass(frozen=True, slots=True)
class PlaceMistake:
    entry: PlacedEntry
    told: PlacesTold


@dataclass(frozen=True, slots=True)
class PlaceEvaluation:
    scores: PlaceScores
    baseline: PlaceScores
    parts: dict[str, PlaceScores]
    mistakes: tuple[PlaceMistake, ...]
    """Of the part that may be read only."""

    def as_json(self) -> dict[str, object]:
        return {
            **self.scores.as_json(),
            "entries": self.scores.entries,
            "baseline": self.baseline.as_json(),
            "parts": {
                name: {"entries": part.entries, **part.as_json()}
                for name, part in self.parts.items()
            },
        }


def evaluate_places(
    gazetteer: Gazetteer, entries: Sequence[PlacedEntry], evidence: EvidenceOf
) -> PlaceEvaluation:
    """Score `places_of` on entries; ``evidence`` is what the rules found in each."""
    told = [
        places_of(gazetteer, e.title, e.text, evidence(e), language=e.language) for e in entries
    ]
    marks = [_marks(gazetteer, e, _answer(t)) for e, t in zip(entries, told, strict=True)]
    plain = [_marks(gazetteer, e, look_up(gazetteer, e)) for e in entries]
    parts = {}
    for part in (READ, COUNTED):
        chosen = [(e, m) for e, m in zip(entries, marks, strict=True) if e.part == part]
        if chosen:
            parts[part] = _scores([e for e, _ in chosen], [m for _, m in chosen])
    mistakes = tuple(
        PlaceMistake(e, t)
        for e, t, m in zip(entries, told, marks, strict=True)
        if e.part == READ and (not m.exact or m.adm1[1] or m.adm1[2])
    )
    return PlaceEvaluation(_scores(entries, marks), _scores(entries, plain), parts, mistakes)


def look_up(gazetteer: Gazetteer, entry: PlacedEntry) -> Answer:
    """The baseline: every name in title and text, as its largest place, save ordinary words."""
    found = [
        (m.quote, m.places[0])
        for m in read_places(gazetteer, entry.title, entry.text).mentions
        if m.form == "name" and m.key not in gazetteer.words
    ]
    return Answer(
        frozenset(p.country for _, p in found),
        frozenset(p.adm1 for _, p in found if p.adm1),
        tuple({p.id: (quote, p) for quote, p in found}.values()),
    )


def _answer(told: PlacesTold) -> Answer:
    return Answer(
        frozenset(told.countries),
        frozenset(told.divisions),
        tuple((p.quote, p.place) for p in told.places),
    )


def _marks(gazetteer: Gazetteer, entry: PlacedEntry, answer: Answer) -> Marks:
    right = len(answer.adm1 & entry.adm1)
    named = [_Name(gazetteer, name, entry) for name in entry.names]
    found = [{n for n in named if n.is_told_by(told)} for told in answer.names]
    # A school is found where the town that the labels name beside it is told.
    loose = any(found)
    return Marks(
        answer.countries == entry.countries,
        (right, len(answer.adm1) - right, len(entry.adm1) - right),
        (
            sum(bool(f) for f in found),
            len(found),
            sum(any(n in f for f in found) or (loose and not n.places) for n in named),
            len(named),
        ),
    )


class _Name:
    """A labelled name and the places of the entry's countries that bear it."""

    def __init__(self, gazetteer: Gazetteer, name: str, entry: PlacedEntry) -> None:
        self.gazetteer = gazetteer
        self.words = frozenset(_plain_words(name))
        known = gazetteer.named(name) or gazetteer.named(" ".join(_plain_words(name)))
        self.places = tuple(p for p in known if p.country in entry.countries)

    def is_told_by(self, told: tuple[str, Place]) -> bool:
        quote, place = told
        words = frozenset(_plain_words(quote))
        if words and self.words and (words <= self.words or self.words <= words):
            return True
        if any(place.id == own.id for own in self.places):
            return True
        return place.kind in ("town", "adm2", "camp", "adm1") and any(
            own.kind not in ("country", "region", "adm1") and self._contains(place, own)
            for own in self.places
        )

    def _contains(self, place: Place, own: Place) -> bool:
        if self.gazetteer.inside(own, place) and place.kind != "adm1":
            return True
        # A town that bears the name of its division, or the division that does: «نابلس», «القدس».
        kinds = {p.kind for p in self.gazetteer.named(place.name("ar")) if p.adm1 == place.adm1}
        return own.adm1 == place.adm1 and {"town", "adm1"} <= kinds


def _plain_words(name: str) -> list[str]:
    words = key_of(name).split()
    return [w for w in words if w not in KIND_WORDS] or words


def _scores(entries: Sequence[PlacedEntry], marks: Sequence[Marks]) -> PlaceScores:
    pairs = list(zip(entries, marks, strict=True))
    by_country: dict[str, list[Marks]] = {}
    for entry, mark in pairs:
        for country in entry.countries:
            by_country.setdefault(country, []).append(mark)
    groups = list(by_country.values())
    return PlaceScores(
        len(pairs),
        _mean([float(m.exact) for _, m in pairs]),
        _mean([_mean([float(m.exact) for m in group]) for group in groups]),
        _figures([m.adm1 for m in marks], [[m.adm1 for m in g] for g in groups], _of_counts),
        _figures([m.names for m in marks], [[m.names for m in g] for g in groups], _of_names),
    )


def _figures(
    marks: Sequence[T],
    groups: Sequence[Sequence[T]],
    of: Callable[[Sequence[T]], tuple[float, float] | None],
) -> Figures:
    precision, recall = of(marks) or (0.0, 0.0)
    each = [_f1(*found) for group in groups if (found := of(group)) is not None]
    return Figures(precision, recall, _f1(precision, recall), _mean(each))


def _of_counts(marks: Sequence[tuple[int, int, int]]) -> tuple[float, float] | None:
    right, wrong, missed = (sum(m[n] for m in marks) for n in range(3))
    if not right + wrong + missed:
        return None
    return _share(right, right + wrong), _share(right, right + missed)


def _of_names(marks: Sequence[tuple[int, int, int, int]]) -> tuple[float, float] | None:
    right, told, found, labelled = (sum(m[n] for m in marks) for n in range(4))
    if not told + labelled:
        return None
    return _share(right, told), _share(found, labelled)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
