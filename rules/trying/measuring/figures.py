"""How well figures are read: entries whose figures a careful reader wrote down, and the score.

A figure counts as found when what it counts, its value and the end of its range agree; each
distinct one counts once an entry, however often it is told. Whether "at least", a vague plural and
a part of another figure were told apart is shown beside, over the figures that were found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rules.matching.figures.counting import WHATS, What
from rules.matching.figures.figures import Figure, figures_of
from rules.trying.measuring.evaluation import Score
from rules.trying.measuring.labelled import last_digit, read_lines, text_fields

READ, COUNTED = "0-5", "6-f"
"""Entries by the last digit of the SHA-1 of their id: errors may be read, or only counted."""

Key = tuple[str, float, float | None]
"""What makes a figure distinct: what it counts, its value, the end of its range."""


@dataclass(frozen=True, slots=True)
class LabelledFigure:
    """A figure that a reader found: `words` as they stand in the text."""

    what: What
    value: float
    max: float | None
    at_least: bool
    vague: bool
    part: bool
    words: str

    @property
    def key(self) -> Key:
        return (self.what, self.value, self.max)


@dataclass(frozen=True, slots=True)
class FigureEntry:
    """An entry with the figures that it states."""

    id: str
    language: str | None
    title: str
    text: str
    figures: tuple[LabelledFigure, ...]


@dataclass(frozen=True, slots=True)
class FigureMistake:
    """A figure that was missed or read where there is none. `words`: as written."""

    entry: FigureEntry
    kind: str
    key: Key
    words: str


@dataclass(frozen=True, slots=True)
class FigureScores:
    """The outcome; `agreed` counts, of the figures found, where a property agrees."""

    entries: int
    micro: Score
    what: dict[str, Score]
    parts: dict[str, Score]
    agreed: dict[str, int]
    mistakes: tuple[FigureMistake, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "micro": self.micro.as_json(),
            "what": {name: score.as_json() for name, score in self.what.items()},
            "entries": self.entries,
            "parts": {name: score.as_json() for name, score in self.parts.items()},
            "agreed": {**self.agreed, "of": self.micro.tp},
        }


def read_figure_entries(path: Path) -> list[FigureEntry]:
    """JSON lines ``{"id", "title", "text", "figures": [{"what", "value", "at_least", …}]}``.

    Raises LabelsInvalid where a line is none.
    """
    return read_lines(path, _entry)


def _entry(raw: Any, number: int) -> FigureEntry:
    texts = text_fields(raw)
    listed = raw.get("figures") or []
    if not isinstance(listed, list):
        raise TypeError("figures is no list")
    return FigureEntry(
        str(raw.get("id", number)),
        raw.get("lang"),
        texts["title"],
        texts["text"],
        tuple(_figure(each) for each in listed),
    )


def _figure(raw: Any) -> LabelledFigure:
    if not isinstance(raw, dict):
        raise TypeError("a figure is no mapping")
    what, value, top = raw.get("what"), raw.get("value"), raw.get("max")
    if what not in WHATS:
        raise ValueError(f"what must be one of {', '.join(WHATS)}, not {what}")
    if not isinstance(value, int | float) or not isinstance(top, int | float | None):
        raise TypeError("value and max must be numbers")
    at_least, vague, part = (bool(raw.get(name)) for name in ("at_least", "vague", "part"))
    return LabelledFigure(what, value, top, at_least, vague, part, str(raw.get("words", "")))


def evaluate_figures(entries: Sequence[FigureEntry]) -> FigureScores:
    """Score what `figures_of` reads in labelled entries."""
    found = [
        {_key(f): f for f in figures_of(e.title, e.text, e.language)} for e in entries
    ]  # fmt: skip
    pairs = list(zip(entries, found, strict=True))
    counted = {
        READ: [p for p in pairs if last_digit(p[0].id) < "6"],
        COUNTED: [p for p in pairs if last_digit(p[0].id) >= "6"],
    }
    agreed = {
        name: sum(
            getattr(label, name) == getattr(got[label.key], name)
            for entry, got in pairs
            for label in {each.key: each for each in entry.figures}.values()
            if label.key in got
        )
        for name in ("at_least", "vague", "part")
    }
    return FigureScores(
        len(entries),
        _score(pairs),
        {what: _score(pairs, what) for what in WHATS},
        {name: _score(some) for name, some in counted.items() if some},
        agreed,
        tuple(mistake for entry, got in pairs for mistake in _mistakes(entry, got)),
    )


Pairs = Iterable[tuple[FigureEntry, dict[Key, Figure]]]


def _score(pairs: Pairs, what: str | None = None) -> Score:
    tp = fp = fn = 0
    for entry, got in pairs:
        wanted = {f.key for f in entry.figures if what in (None, f.what)}
        mine = {key for key in got if what in (None, key[0])}
        tp += len(wanted & mine)
        fp += len(mine - wanted)
        fn += len(wanted - mine)
    return Score(tp, fp, fn)


def _mistakes(entry: FigureEntry, got: dict[Key, Figure]) -> Iterable[FigureMistake]:
    wanted = {figure.key: figure for figure in entry.figures}
    for key, figure in got.items():
        if key not in wanted:
            source = entry.title if figure.field == "title" else entry.text
            yield FigureMistake(entry, "false", key, source[figure.start : figure.end])
    for key, label in wanted.items():
        if key not in got:
            yield FigureMistake(entry, "missed", key, label.words)


def _key(figure: Figure) -> Key:
    return (figure.what, figure.value, figure.max)
