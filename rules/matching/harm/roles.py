"""The roles of the words of a sentence in a harm: who is a person or a fighter, what counts people,
what may have caused it, where the reach of a harm ends.

The words are in ``rules/vocabulary/`` (``persons``, ``harms``, ``causes``); this module knows their
terms by name and nothing else.

Pure: a reading in, roles by position out.
"""

from __future__ import annotations

from dataclasses import dataclass

from rules.language.text import Token
from rules.loading.choices import Cause, Victims
from rules.matching.finding.reading import Reading, Span
from rules.matching.harm.ranks import counted_bodies, members

IF_COUNTED = "$casualty-if-counted"
VERB, NOUN, CASUALTY, LOST = "$harm-verb", "$harm-noun", "$casualty", "$harm-lost"
HARMS = (LOST, IF_COUNTED, NOUN, VERB, CASUALTY)
"""The terms that say a harm; where two read the same word, the later one counts."""
STOP, AMONG, NOT_NEW = "$harm-stop", "$among", "$not-new"
COUNT, THINGS = "$count-word", "$counted-things"
FIGHTER, BODIES, MOURNED = "$fighter-words", "$armed-bodies", "$mourned-fighters"
NATURAL, OF_WOUNDS, HELD, MARTYRED = "$natural-death", "$of-wounds", "$held-people", "$martyred"
"""Deaths that nobody need have caused, what says that somebody did, and deaths by war."""
OWN_DEATH = "$own-death"
"""A death said of who stands before it."""
DEED = "$harm-as-a-deed"
"""Nouns of a killing behind which its doer may stand."""
MEANT = "$harm-only-meant"
"""What is threatened, planned or attempted: a deed behind it was not done."""
DOING, IN_GENERAL = "$harm-in-general", "$people-in-general"
"""Killing as such, and people as such."""
INNOCENT = "$people-innocent"
"""Whom an opinion tells of, counted or not."""
CAUSING = "$harm-causing"
"""French verbs behind which «des» is an article of some, not of all."""
WEAPON = "$cause-weapon"
"""What crime and accident know as well as war."""
BLAST = "$cause-blast"
"""The weapons that are no police matter even at a place at peace."""
DENYING = "$scope-denying"
"""Who denies a harm stands before it, and is not its victim."""
PLACE = "$crisis-place"
SITE = "$military-site"
NATIONALITY, OTHERS = "$nationality", "$others"
MEMBER = "$member-of-a-body"
"""Nouns that beside the name of an armed body are its fighters."""
PERSONS: tuple[tuple[str, Victims], ...] = (
    ("$civilian-declared", "civilians"),
    ("$health-people", "health-workers"),
    ("$people-anyone", "people"),
)
CAUSES: tuple[tuple[str, Cause], ...] = (
    ("$cause-conflict", "conflict"),
    (WEAPON, "conflict"),
    ("$cause-actor", "conflict"),
    ("$cause-disaster", "disaster"),
    ("$cause-accident", "accident"),
    ("$cause-crime", "crime"),
    ("$illness-word", "illness"),
)
TERMS = (
    *HARMS, STOP, AMONG, NOT_NEW, COUNT, THINGS, FIGHTER, BODIES, MOURNED, HELD, NATURAL, OF_WOUNDS,
    MARTYRED, OWN_DEATH, DEED, BLAST, MEANT, DOING, IN_GENERAL, INNOCENT, CAUSING, DENYING, PLACE,
    SITE, NATIONALITY, OTHERS, MEMBER,
    *(name for name, _ in PERSONS), *(name for name, _ in CAUSES),
)  # fmt: skip
"""The vocabulary terms that are read."""

_DEFINITE = ("ال", "وال", "بال", "لل", "فال", "كال", "ولل")
_PLURAL = ("ون", "ين", "ات", "ان")
_BEFORE_A_PEOPLE = frozenset(
    "les des de d aux ces ses nos leurs plusieurs certains quelques et ou autres jeunes".split()
)


@dataclass(frozen=True, slots=True)
class Person:
    span: Span
    who: Victims
    counted: bool


class Roles:
    """Roles of the words of a sentence, by position."""

    def __init__(self, reading: Reading) -> None:
        self.tokens = reading.sentence.tokens
        self.reading = reading
        reading.note_missing(TERMS)
        self.kind: dict[int, tuple[str, Span]] = {}
        for name in HARMS:
            for span in reading.of(name):
                for at in range(span.first, span.last + 1):
                    self.kind[at] = (name, span)
        self.starts = sorted({span.first for _, span in self.kind.values()})
        self.stops = {s.first for s in reading.of(STOP) if not self._is_has(s.first)}
        self.among = {span.last for span in reading.of(AMONG)}
        self.not_new = {span.last for span in reading.of(NOT_NEW)}
        self.things = {span.first for span in reading.of(THINGS)}
        self.counts = self._counts()
        self.persons = self._persons()
        self.bodies = {span.first: span for span in reading.of(BODIES)}
        if self.bodies:
            self.persons.update(self._of_the_ranks())
        self.mourned = {span.first for span in reading.of(MOURNED)}
        self.causes: dict[int, list[tuple[Span, str, Cause]]] = {}
        for name, cause in CAUSES:
            for span in reading.of(name):
                self.causes.setdefault(span.first, []).append((span, name, cause))
        self.blasts = {span.first for span in reading.of(BLAST)}
        self.stops |= self._instruments()
        self.places = {span.first for span in reading.of(PLACE)}
        self.sites = {span.first for span in reading.of(SITE)}
        self.held = {span.first for span in reading.of(HELD)}
        self.of_wounds = {span.first for span in reading.of(OF_WOUNDS)}
        self.natural = {span.first for span in reading.of(NATURAL)}
        self.martyred = {span.first for span in reading.of(MARTYRED)}
        self.own_death = {span.first for span in reading.of(OWN_DEATH)}
        self.deeds = {span.first for span in reading.of(DEED)}
        self.meant = {span.last for span in reading.of(MEANT)}
        self.doing = {span.first for span in reading.of(DOING)}
        self.denying = {span.first for span in reading.of(DENYING)}
        self.in_general = {span.first for span in reading.of(IN_GENERAL)}

    def _of_the_ranks(self) -> dict[int, Person]:
        """ "Hezbollah members", "40 RSF killed": fighters, told by the name of their body."""
        bodies = tuple(self.bodies.values())
        found = [
            *members(self.tokens, self.reading.of(MEMBER), bodies),
            *counted_bodies(self.tokens, bodies, self.counts, self.kind.keys() | self.stops),
        ]
        return {span.first: Person(span, "fighters", self.counted_person(span)) for span in found}

    def _instruments(self) -> set[int]:
        """«قتيلا بتفجير انتحاري», «بعبوة», «بسيول»: what it was done with, no more of whom."""
        return {
            at
            for at, causes in self.causes.items()
            if self.tokens[at].surface.startswith("ب")
            and not self.tokens[at].surface.startswith("بال")
            and any(cause in ("conflict", "disaster") for _, _, cause in causes)
        }

    def _is_has(self, at: int) -> bool:
        """Whether an «a» is no «à»: "un enfant a été tué", "une femme a péri"."""
        if self.tokens[at].surface != "a" or at + 1 == len(self.tokens):
            return False
        return self.tokens[at + 1].norm == "ete" or at + 1 in self.kind

    def _counts(self) -> set[int]:
        words = {at for s in self.reading.of(COUNT) for at in range(s.first, s.last + 1)}
        for at, token in enumerate(self.tokens):
            if token.script != "number" or self._is_year(at):
                continue
            if self._is_in_a_name(token):
                continue
            if self.reading.text[max(0, token.start - 2) : token.start] != "&#":
                # «&#8220;» is a quotation mark that somebody escaped twice.
                words.add(at)
        return {at for at in words if at + 1 not in self.things and at not in self.things}

    def _is_in_a_name(self, token: Token) -> bool:
        """ "M23", "F-16": a number that sticks to a letter counts nobody."""
        before = self.reading.text[max(0, token.start - 2) : token.start]
        stuck = before[-2:-1] if before.endswith("-") else before[-1:]
        return stuck.isascii() and stuck.isalpha()

    def _persons(self) -> dict[int, Person]:
        """First word → person or fighter; a fighter reading wins over a general one."""
        found: dict[int, Person] = {}
        for name, who in reversed(PERSONS):
            for span in self.reading.of(name):
                found[span.first] = Person(span, who, self.counted_person(span))
        for span in self.reading.of(FIGHTER):
            if span.first not in found or found[span.first].who == "people":
                found[span.first] = Person(span, "fighters", self.counted_person(span))
                for inner in range(span.first + 1, span.last + 1):
                    # "masked men" are one role, not men who may be anyone.
                    if inner in found and self.tokens[inner].script == "latin":
                        del found[inner]
        for span in self.reading.of(NATIONALITY):
            if span.first in found or not self._stands_for_people(span):
                continue
            # «جنديا تركيا», "soldats nigériens": the noun beside it says who.
            beside = (self.ending(found, span.first - 1), found.get(span.last + 1))
            if not any(beside):
                found[span.first] = Person(span, "people", self.counted_person(span))
        for span in self.reading.of(OTHERS):
            found.setdefault(span.first, Person(span, "uncounted", counted=True))
        return found

    @staticmethod
    def ending(persons: dict[int, Person], at: int) -> Person | None:
        """The person whose last word stands at a place."""
        for start in range(at, max(-1, at - 4), -1):
            person = persons.get(start)
            if person is not None and person.span.last == at:
                return person
        return None

    def counted_person(self, span: Span) -> bool:
        """«12 قتيلا», «عشرات من القتلى», «عدد كبير من الوفيات»"""
        reach = {span.first - 1, span.first - 2}
        if span.first > 2 and self.tokens[span.first - 1].norm == "من":
            reach.add(span.first - 3)
        return bool(reach & self.counts)

    def _stands_for_people(self, span: Span) -> bool:
        """«فلسطينيين», «3 فلسطينيين», «مقتل فلسطيني»; not «الجيش السوري», "Syrian army"."""
        token = self.tokens[span.first]
        before = span.first - 1
        if before in self.counts:
            return True
        if token.script == "latin":
            plural = token.norm.endswith("s") and not token.norm.endswith(("ss", "ais", "ois"))
            if plural and self.reading.language == "fr":
                # «des drones russes» are things: an adjective agrees, a people has its article.
                plural = before < 0 or self.tokens[before].norm in _BEFORE_A_PEOPLE
            return plural or (before in self.kind and self.kind[before][0] == NOUN)
        if token.surface.endswith(_PLURAL):
            follows_noun = before >= 0 and is_definite(self.tokens[before].surface)
            return not (is_definite(token.surface) and follows_noun)
        return before in self.kind and not is_definite(token.surface)

    def _is_year(self, at: int) -> bool:
        """«2024», and with its word any other: «عام 1878»."""
        digits = self.tokens[at].norm
        if len(digits) != 4:
            return False
        return digits[:2] in ("19", "20") or at - 1 in self.things


def is_definite(surface: str) -> bool:
    return len(surface) > 3 and surface.startswith(_DEFINITE)
