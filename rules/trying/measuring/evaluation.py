"""How well rules do on labelled entries: what they find, its direction, what would be pushed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rules.loading.choices import Direction, Level
from rules.matching.detection import Detection
from rules.matching.entry import read_entry
from rules.matching.levels import LADDER, PUSHED_FROM
from rules.matching.match import judge
from rules.matching.ruleset import RuleSet
from rules.trying.measuring.labelled import PARTS, LabelledEntry, ReadText
from rules.trying.near_misses import silence

DIRECTIONS: tuple[Direction, ...] = ("worsening", "improving", "denied")


@dataclass(frozen=True, slots=True)
class Score:
    tp: int
    fp: int
    fn: int

    @property
    def precision(self) -> float:
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 0.0

    @property
    def recall(self) -> float:
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.tp / (2 * self.tp + self.fp + self.fn) if self.tp else 0.0

    def as_json(self) -> dict[str, float | int]:
        return {
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
            "tp": self.tp,
            "fp": self.fp,
            "fn": self.fn,
        }


@dataclass(frozen=True, slots=True)
class Mistake:
    entry: LabelledEntry
    signal: str
    kind: str  # "missed" · "false" · "direction"
    why: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a rule set is worth on entries; ``maybe`` labels count neither way.

    ``by_direction``: a detection counts as right where signal and direction are as labelled.
    ``pushed``: detections of level alert and above, right in signal and direction, against the
    labels whose rule says such a level for their direction. ``quiet``: false detections in
    entries that carry nothing. ``unread``: ids of entries that detection failed on; their
    labels count as missed.
    """

    entries: int
    signals: Mapping[str, Score]
    micro: Score
    directions_right: int
    directions: int
    by_direction: Mapping[str, Score]
    pushed: Score
    quiet_entries: int
    quiet_false: int
    unread: tuple[str, ...]
    mistakes: tuple[Mistake, ...]
    parts: Mapping[str, Evaluation]

    @property
    def quiet_per_100(self) -> float:
        return 100 * self.quiet_false / self.quiet_entries if self.quiet_entries else 0.0

    def as_json(self) -> dict[str, object]:
        told: dict[str, object] = {
            "micro": self.micro.as_json(),
            "signals": {name: score.as_json() for name, score in self.signals.items()},
            "entries": self.entries,
            "false_per_100_entries": round(100 * self.micro.fp / self.entries, 2),
            "directions": {
                "right": self.directions_right,
                "of": self.directions,
                "share": round(self.directions_right / self.directions, 4)
                if self.directions
                else 0.0,
                **{name: score.as_json() for name, score in self.by_direction.items()},
            },
            "pushed": self.pushed.as_json(),
            "quiet": {
                "entries": self.quiet_entries,
                "false": self.quiet_false,
                "per_100": round(self.quiet_per_100, 2),
            },
            "unread": list(self.unread),
        }
        if self.parts:
            told["parts"] = {name: part.as_json() for name, part in self.parts.items()}
        return told


def score_labels(
    entries: Sequence[LabelledEntry], found: Sequence[frozenset[str]], signals: Iterable[str]
) -> tuple[dict[str, Score], Score]:
    """Per signal and micro-averaged scores; signals under ``maybe`` count neither way."""
    tp: Counter[str] = Counter()
    fp: Counter[str] = Counter()
    fn: Counter[str] = Counter()
    names = list(signals)
    for entry, mine in zip(entries, found, strict=True):
        if not mine and not entry.signals:
            continue
        labelled = entry.signals.keys() - entry.maybe
        tp.update(labelled & mine)
        fp.update(mine - entry.signals.keys() - entry.maybe)
        fn.update(labelled - mine)
    scores = {name: Score(tp[name], fp[name], fn[name]) for name in names}
    return scores, Score(sum(tp.values()), sum(fp.values()), sum(fn.values()))


Found = Mapping[str, Detection] | None
"""The detections of an entry by signal; None where it could not be read."""


def evaluate(
    rules: RuleSet,
    entries: Sequence[LabelledEntry],
    found: Sequence[Found] | None = None,
    *,
    mistakes: bool = True,
) -> Evaluation:
    """Score a rule set on labelled entries, over the signals that it has rules for.

    ``found``: what `detected` said of each entry, where it was asked before. ``mistakes``: whether
    each is wanted with its reason, for which an entry with a missed label is read once more.
    """
    if found is None:
        found = detected(rules, [entry.read for entry in entries])
    parts = {}
    part_of = [entry.part for entry in entries]
    for name in PARTS:
        chosen = [i for i, part in enumerate(part_of) if part == name]
        if chosen:
            mine = [entries[i] for i in chosen]
            parts[name] = _evaluate(rules, mine, [found[i] for i in chosen], {}, mistakes=False)
    return _evaluate(rules, entries, found, parts, mistakes=mistakes)


def detected(rules: RuleSet, entries: Sequence[ReadText]) -> list[Found]:
    """The detections of each entry; a function of a module, for `all_cores`."""
    try:
        return [{d.signal: d for d in found} for found in rules.detect_each(entries)]
    except Exception:  # noqa: BLE001 - which of them it was is found out one by one
        return [_detected(rules, each) for each in entries]


def _detected(rules: RuleSet, entry: ReadText) -> Found:
    try:
        return {d.signal: d for d in rules.detect(*entry)}
    except Exception:  # noqa: BLE001 - whatever it is, the entry is named and counts as missed
        return None


def _evaluate(
    rules: RuleSet,
    entries: Sequence[LabelledEntry],
    found: Sequence[Found],
    parts: Mapping[str, Evaluation],
    *,
    mistakes: bool,
) -> Evaluation:
    scores, micro = score_labels(entries, [frozenset(d or ()) for d in found], rules.signals)
    of_signal = _pairs(entries, found, rules.signals)
    pairs = [pair for mine in of_signal.values() for pair in mine]
    both = [(label, got) for label, got in pairs if label and got]
    quiet = [d for e, d in zip(entries, found, strict=True) if not e.signals and not e.maybe]
    return Evaluation(
        len(entries),
        scores,
        micro,
        sum(label == got.direction for label, got in both),
        len(both),
        {d: _score(pairs, lambda x, d=d: x == d, lambda g, d=d: g.direction == d)  # type: ignore[misc]
         for d in DIRECTIONS},
        _pushed(rules, of_signal),
        len(quiet),
        sum(len(d or ()) for d in quiet),
        tuple(e.id for e, d in zip(entries, found, strict=True) if d is None),
        tuple(_mistakes(rules, entries, found)) if mistakes else (),
        parts,
    )  # fmt: skip


def _score(
    pairs: Iterable[_Pair],
    wanted: Callable[[str | None], bool],
    said: Callable[[Detection], bool],
) -> Score:
    """Labels that are `wanted` against detections that are `said`, direction and all."""
    tp = fp = fn = 0
    for label, got in pairs:
        right = got is not None and said(got) and got.direction == label
        tp += right
        fp += got is not None and said(got) and not right
        fn += wanted(label) and not right
    return Score(tp, fp, fn)


_Pair = tuple[str | None, Detection | None]
"""The direction that an entry is labelled with for a signal, and what is detected of it."""


def _pairs(
    entries: Sequence[LabelledEntry], found: Sequence[Found], signals: Iterable[str]
) -> Mapping[str, Sequence[_Pair]]:
    """Of each signal, in the entries that are labelled with it or in which it is detected."""
    pairs: dict[str, list[_Pair]] = {name: [] for name in signals}
    for entry, detections in zip(entries, found, strict=True):
        for name in {*entry.signals, *(detections or ())} - entry.maybe:
            if name in pairs:
                got = detections.get(name) if detections else None
                pairs[name].append((entry.signals.get(name), got))
    return pairs


def _pushed(rules: RuleSet, of_signal: Mapping[str, Sequence[_Pair]]) -> Score:
    scores = []
    for name, pairs in of_signal.items():
        levels = levels_of(rules, name)
        scores.append(
            _score(
                pairs,
                lambda label, levels=levels: (
                    label is not None  # type: ignore[misc]
                    and is_pushed(levels.get(label, "info"))
                ),
                lambda got: is_pushed(got.level),
            )
        )
    return Score(sum(s.tp for s in scores), sum(s.fp for s in scores), sum(s.fn for s in scores))


def is_pushed(level: Level) -> bool:
    """Whether readers are told at once; below it waits for the digest."""
    return LADDER.index(level) >= LADDER.index(PUSHED_FROM)


def levels_of(rules: RuleSet, signal: str) -> Mapping[str, Level]:
    """A rule's level by direction; relief and denial are one lower unless it says otherwise."""
    return {str(direction): level for direction, level in rules.signals[signal].levels.items()}


def _mistakes(
    rules: RuleSet, entries: Sequence[LabelledEntry], found: Sequence[Found]
) -> Iterable[Mistake]:
    for entry, detections in zip(entries, found, strict=True):
        for name in rules.signals:
            if name in entry.maybe:
                continue
            if detections is None:
                if name in entry.signals:
                    yield Mistake(entry, name, "missed", "the entry could not be read")
                continue
            mistake = _mistake(rules, entry, name, detections.get(name))
            if mistake:
                yield mistake


def _mistake(
    rules: RuleSet, entry: LabelledEntry, name: str, found: Detection | None
) -> Mistake | None:
    labelled = entry.signals.get(name)
    if found is not None and labelled is None:
        return Mistake(entry, name, "false", found.explanation)
    if found is None and labelled is not None:
        reading = read_entry(rules.terms, entry.title, entry.text, entry.language)
        verdict = judge(rules.rules[name], reading, reading.present())
        near = sorted(verdict.rule.looks_for() & reading.present())
        why = silence(rules, verdict, reading).text()
        return Mistake(entry, name, "missed", f"{why}; terms: {', '.join(near) or 'none'}")
    if found is not None and labelled is not None and found.direction != labelled:
        return Mistake(
            entry, name, "direction", f"{found.direction}, labelled {labelled}: {found.explanation}"
        )
    return None
