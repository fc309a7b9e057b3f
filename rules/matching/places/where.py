"""Where it happens: the places of an entry's evidence, each with a word why.

What stands in the evidence's own clause is nearer than the rest of its sentence, that nearer than
title and lead, these nearer than the entry. Where only a country is told near by, a town of that
country further off makes it finer. Seats of speakers, datelines, talks, journeys and hospitals
that patients were taken to are set aside; they tell a country only where nothing else does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Literal

from rules.language.sentences import Field
from rules.language.text import Token
from rules.matching.detection import Evidence
from rules.matching.places.choice import Meant, choose
from rules.matching.places.gazetteer import Gazetteer, Place
from rules.matching.places.mentions import PlaceReading, listed, read_places
from rules.matching.places.roles import (
    ACTS_ABROAD,
    COUNTED,
    LAST_RESORT,
    ONE_COUNTRY,
    Role,
    roles_of,
)

Why = Literal["clause", "sentence", "title", "lead", "entry", "finer", "feed"] | Role
"""Why a place counts: in the evidence's clause or sentence, in the title, lead or rest of the
entry; ``finer``: a town of the country that is told nearer; ``feed``: the feed's own elements say
it; a role (`LAST_RESORT`) where nothing
better is."""

HEAD_SENTENCES = 1
"""Sentences of the text that, with the title, tell what an entry is about."""
LEAD_SENTENCES = 5
"""Sentences that may tell more exactly where it is."""


@dataclass(frozen=True, slots=True)
class PlaceTold:
    """A place where it happens. ``others`` bear the same name and are as likely; ``start`` and
    ``end`` are code-point offsets into title or text."""

    place: Place
    others: tuple[Place, ...]
    field: Field
    start: int
    end: int
    quote: str
    why: Why

    @property
    def adm1(self) -> str | None:
        """ISO 3166-2, where every place that may be meant has the same."""
        codes = {p.adm1 for p in (self.place, *self.others)}
        return self.place.adm1 if len(codes) == 1 else None


@dataclass(frozen=True, slots=True)
class SetAside:
    """A place that is named and where it does not happen."""

    place: Place
    quote: str
    field: Field
    start: int
    end: int
    why: Role


@dataclass(frozen=True, slots=True)
class PlacesTold:
    places: tuple[PlaceTold, ...]
    set_aside: tuple[SetAside, ...] = ()

    @property
    def countries(self) -> tuple[str, ...]:
        """ISO 3166-1 alpha-2, each once, in order."""
        return tuple(dict.fromkeys(p.place.country for p in self.places))

    @property
    def divisions(self) -> tuple[str, ...]:
        """ISO 3166-2, each once, in order."""
        return tuple(dict.fromkeys(p.adm1 for p in self.places if p.adm1))


def mentions(gazetteer: Gazetteer, text: str, region: str | None = None) -> tuple[Meant, ...]:
    """Every place named in a text, whatever part it plays."""
    return choose(gazetteer, read_places(gazetteer, "", text), region)[0]


def places_of(
    gazetteer: Gazetteer,
    title: str,
    text: str,
    evidence: Iterable[Evidence],
    *,
    language: str | None = None,
    region: str | None = None,
) -> PlacesTold:
    """Where what the evidence tells of happens. ``region`` is the feed's: a country's code or
    name. Pure and thread-safe; time grows with the text's length."""
    return places_in(gazetteer, title, text, region=region).of(evidence)


@dataclass(frozen=True, slots=True)
class PlacesRead:
    """The places of an entry and the part that each plays, for any evidence in it."""

    gazetteer: Gazetteer
    reading: PlaceReading
    roles: tuple[tuple[Meant, Role], ...]

    def of(self, evidence: Iterable[Evidence]) -> PlacesTold:
        """Where what this evidence tells of happens."""
        return _places_of(self.gazetteer, self.reading, self.roles, tuple(evidence))


def places_in(
    gazetteer: Gazetteer, title: str, text: str, *, region: str | None = None
) -> PlacesRead:
    """An entry's places read once: that is nearly all of what `places_of` costs."""
    reading = read_places(gazetteer, title, text)
    meant, _ = choose(gazetteer, reading, region)
    return PlacesRead(gazetteer, reading, tuple(roles_of(meant, reading, title, text)))


def _places_of(
    gazetteer: Gazetteer,
    reading: PlaceReading,
    roles: Sequence[tuple[Meant, Role]],
    evidence: Sequence[Evidence],
) -> PlacesTold:
    counted = [m for m, role in roles if role in COUNTED]
    chosen = _nearest(reading, counted, evidence)
    local = [m for m, role in roles if role == "local"]
    seats = [m for m, role in roles if role == "actor"]
    chosen = _finer(chosen, (counted, local, seats), reading)
    if not chosen:
        chosen = _last_resort(roles)
    told = _told(gazetteer, chosen)
    shown = {(p.field, p.start) for p in told}
    aside = tuple(
        SetAside(m.place, m.mention.quote, m.mention.field, m.mention.start, m.mention.end, role)
        for m, role in roles
        if role not in COUNTED and (m.mention.field, m.mention.start) not in shown
    )
    return PlacesTold(told, aside)


Chosen = list[tuple[Meant, Why]]


def _nearest(
    reading: PlaceReading, counted: Sequence[Meant], evidence: Sequence[Evidence]
) -> Chosen:
    chosen: Chosen = []
    head = _head(reading)
    for sentence, at in _spots(reading, evidence):
        if sentence not in head and any(m.place.adm1 for m, _ in chosen):
            # Further down is what went before, and what happens elsewhere.
            break
        clause_of = _clauses(reading.sentences[sentence].tokens)
        clauses = {clause_of[token] for token in at}
        near = [m for m in counted if m.mention.sentence == sentence]
        inside = [m for m in near if clause_of[m.mention.first] in clauses]
        why: Why = "clause" if inside else "sentence"
        tokens = reading.sentences[sentence].tokens
        chosen += [(m, why) for m in _of_nearest_country(inside or near, at, tokens)]
    if chosen:
        return chosen
    for why, wanted in _further(reading):
        found: Chosen = [(m, why) for m in counted if m.mention.sentence in wanted]
        if found:
            return found
    return []


def _in_order(reading: PlaceReading) -> list[int]:
    """The title's sentences, then the first of the text."""
    titles = [n for n, s in enumerate(reading.sentences) if s.field == "title"]
    texts = [n for n, s in enumerate(reading.sentences) if s.field == "text"]
    return [*titles, *texts[:LEAD_SENTENCES]]


def _head(reading: PlaceReading) -> frozenset[int]:
    texts = [n for n, s in enumerate(reading.sentences) if s.field == "text"]
    titles = [n for n, s in enumerate(reading.sentences) if s.field == "title"]
    return frozenset((*titles, *texts[:HEAD_SENTENCES]))


def _further(reading: PlaceReading) -> tuple[tuple[Why, frozenset[int]], ...]:
    titles = [n for n, s in enumerate(reading.sentences) if s.field == "title"]
    texts = [n for n, s in enumerate(reading.sentences) if s.field == "text"]
    return (
        ("title", frozenset(titles)),
        ("lead", frozenset(texts[:LEAD_SENTENCES])),
        ("entry", frozenset(texts[LEAD_SENTENCES:])),
    )


def _spots(reading: PlaceReading, evidence: Sequence[Evidence]) -> list[tuple[int, list[int]]]:
    """Sentences that hold evidence, each with the words that it begins at."""
    found: dict[int, set[int]] = {}
    for one in evidence:
        for number, sentence in enumerate(reading.sentences):
            if sentence.field == one.field and sentence.start <= one.start < sentence.end:
                tokens = sentence.tokens
                at = next((i for i, t in enumerate(tokens) if t.end > one.start), 0)
                found.setdefault(number, set()).add(at)
    return [(number, sorted(at)) for number, at in sorted(found.items())]


def _of_nearest_country(
    meant: Sequence[Meant], at: Sequence[int], tokens: Sequence[Token]
) -> list[Meant]:
    """Where several countries are told together, those that stand nearest to some evidence, and
    what is listed with them: «الحرب في أوكرانيا وغزة»."""
    if len({m.place.country for m in meant}) < 2:
        return list(meant)
    kept = {min(meant, key=lambda m: _away(m.mention.first, token)).place.country for token in at}
    for before, after in pairwise(meant):
        both = {before.place.country, after.place.country}
        if kept & both and listed(before.mention, after.mention, tokens):
            kept |= both
    return [m for m in meant if m.place.country in kept]


def _away(word: int, evidence: int) -> float:
    """Words between; what stands before its evidence is a little further than what follows it."""
    return word - evidence if word >= evidence else 1.5 * (evidence - word)


def _clauses(tokens: Sequence[Token]) -> list[int]:
    """For each word the number of the clause, between commas, that it stands in."""
    return list(accumulate((int(t.breaks) for t in tokens[1:]), initial=0))


def _finer(chosen: Chosen, sources: Sequence[Sequence[Meant]], reading: PlaceReading) -> Chosen:
    """Where a country is told without a division, towns of it that are told further off."""
    divided = {m.place.country for m, _ in chosen if m.place.adm1}
    plain = {m.place.country for m, _ in chosen} - divided
    added: Chosen = []
    for country in sorted(plain):
        for source in sources:
            inside = [m for m in source if m.place.country == country and m.place.adm1]
            finer = next(
                (
                    found
                    for sentence in _in_order(reading)
                    if (found := [m for m in inside if m.mention.sentence == sentence])
                ),
                [],
            )
            if finer:
                added += [(m, "finer") for m in finer]
                break
    return chosen + added


def _last_resort(roles: Sequence[tuple[Meant, Role]]) -> Chosen:
    """What tells a country where no place is told: the best of it."""
    for role in LAST_RESORT:
        found = [m for m, r in roles if r == role]
        countries = {m.place.country for m in found}
        if role in ONE_COUNTRY and (len(countries) > 1 or countries & ACTS_ABROAD):
            continue
        if found:
            return [(m, role) for m in found]
    return []


def _told(gazetteer: Gazetteer, chosen: Chosen) -> tuple[PlaceTold, ...]:
    """Each place once, without those that another one lies in."""
    firsts: dict[str, tuple[Meant, Why]] = {}
    for m, why in chosen:
        firsts.setdefault(m.place.id, (m, why))
    kept = [
        (m, why)
        for m, why in firsts.values()
        if not any(
            other.place.id != m.place.id and gazetteer.inside(other.place, m.place)
            for other, _ in firsts.values()
        )
    ]
    return tuple(
        PlaceTold(
            m.place, m.others, m.mention.field, m.mention.start, m.mention.end, m.mention.quote, why
        )
        for m, why in kept
    )
