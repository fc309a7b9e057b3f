"""Why a text fired or not: tokens, the terms their words belong to, clauses, scores."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rules.language.sentences import Field
from rules.matching.detection import Detection, offsets, quote
from rules.matching.entry import EntryReading, read_entry
from rules.matching.harm.entry import harms_of_entry
from rules.matching.match import Verdict, detected, judge
from rules.matching.ruleset import RuleSet
from rules.matching.scope.direction import Found
from rules.texts import Message
from rules.trying.near_misses import NearMiss, near_misses, silence


@dataclass(frozen=True, slots=True)
class WordReading:
    """A word with the vocabulary words it is a form of, how it was cut, and its terms."""

    field: Field
    start: int
    end: int
    text: str
    lemmas: tuple[str, ...]
    segments: tuple[str, ...]
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClauseReading:
    label: str
    weight: int
    quote: str
    direction: str
    scope: tuple[str, ...] = ()
    """What the sentence says of the evidence, from the inside out: ``cancelled «ألغى»``."""


@dataclass(frozen=True, slots=True)
class SignalReading:
    """One rule on the text: fired, nearly, or silenced and by what.

    ``silence`` says why it did not fire, ``nearly`` which clauses lacked one thing.
    """

    signal: str
    score: int
    threshold: int
    holds: tuple[ClauseReading, ...]
    against: tuple[ClauseReading, ...]
    silenced_by: str | None
    detection: Detection | None
    silence: Message | None = None
    nearly: tuple[NearMiss, ...] = ()


@dataclass(frozen=True, slots=True)
class VictimReading:
    """Who was taken as the victim of a harm, by what, and why (`rules.matching.harm.entry`)."""

    field: Field
    quote: str
    who: str
    cause: str
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """``unknown``: the words that no rule knows, in their order, each once."""

    words: tuple[WordReading, ...]
    victims: tuple[VictimReading, ...]
    signals: tuple[SignalReading, ...]
    unknown: tuple[str, ...] = ()

    @property
    def detections(self) -> tuple[Detection, ...]:
        return tuple(s.detection for s in self.signals if s.detection is not None)


def explain(rules: RuleSet, title: str, text: str, language: str | None = None) -> Explanation:
    """Read a text as the service would, and keep everything that it saw.

    ``words`` holds only words that some rule knows; ``signals`` only rules of which some
    clause holds or nearly holds, or that something in the text silenced.
    """
    entry = read_entry(rules.terms, title, text, language)
    words = []
    unknown: list[str] = []
    for reading in entry.readings:
        source = title if reading.sentence.field == "title" else text
        named: dict[int, list[str]] = {}
        for name, spans in reading.spans.items():
            if name.endswith("!except") or name.startswith("harm:"):
                continue
            for span in spans:
                for position in range(span.first, span.last + 1):
                    named.setdefault(position, []).append(name)
        unknown += [
            source[token.start : token.end]
            for position, token in enumerate(reading.sentence.tokens)
            if position not in named and token.script != "number"
        ]
        for position in sorted(named):
            token = reading.sentence.tokens[position]
            analyses = rules.morphology.analyse(token.surface) if token.script == "ar" else ()
            words.append(
                WordReading(
                    reading.sentence.field,
                    token.start,
                    token.end,
                    source[token.start : token.end],
                    tuple(dict.fromkeys(a.lemma for a in analyses))
                    or tuple(dict.fromkeys(rules.words.shown(n) for n in reading.words[position])),
                    tuple(dict.fromkeys(a.segments.replace("++", "+") for a in analyses)),
                    tuple(sorted(set(named[position]))),
                )
            )
    present = entry.present()
    verdicts = [judge(rule, entry, present) for rule in rules.rules.values()]
    told = {d.signal: d for d in detected(verdicts, entry)}
    verdicts = [replace(v, detection=told.get(v.rule.signal)) for v in verdicts]
    readings = [_signal(rules, v, entry) for v in verdicts]
    signals = tuple(s for s in readings if s.holds or s.silenced_by or s.nearly)
    return Explanation(tuple(words), _victims(entry), signals, tuple(dict.fromkeys(unknown)))


def _signal(rules: RuleSet, verdict: Verdict, entry: EntryReading) -> SignalReading:
    fired = verdict.detection is not None
    return SignalReading(
        verdict.rule.signal,
        verdict.score,
        verdict.rule.threshold,
        tuple(_clause(f, quote(f, entry)) for f in verdict.found),
        tuple(_clause(f, quote(f, entry)) for f in verdict.against),
        verdict.silenced_by,
        verdict.detection,
        None if fired else silence(rules, verdict, entry),
        () if fired else tuple(near_misses(rules, verdict.rule, entry)),
    )


def _victims(entry: EntryReading) -> tuple[VictimReading, ...]:
    found = []
    for reading, harms in zip(entry.readings, harms_of_entry(entry.readings), strict=True):
        source = entry.title if reading.sentence.field == "title" else entry.text
        for harm in harms:
            start, end = offsets(reading, harm.span)
            words = " ".join(source[start:end].split())
            found.append(
                VictimReading(reading.sentence.field, words, harm.who, harm.cause, harm.why)
            )
    return tuple(found)


def _clause(found: Found, words: str) -> ClauseReading:
    tokens = found.spans[0][0].sentence.tokens
    said = (
        f"{state} «{' '.join(t.surface for t in tokens[span.first : span.last + 1])}»"
        for state, span in zip(found.scope.states, found.scope.words, strict=True)
    )
    return ClauseReading(
        found.clause.label, found.clause.weight, words, found.direction, tuple(said)
    )
