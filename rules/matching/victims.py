"""Who is harmed: the victim of a killing or wounding, by position and role.

A harm word says that somebody was killed, wounded or lost; who it was decides whether
relief workers want to know. The victim is the first person or fighter behind the harm,
up to its cause, place or time; where nobody stands there, whoever stands shortly before
it ("two boys were killed in ..."). Doers are no victims: «قتل مسلحون ثلاثة مزارعين» harms
farmers. A number needs no person word. The words are in ``rules/vocabulary/``
(``persons``, ``harms``, ``causes``); this module knows their terms by name and nothing else.

Pure: readings in, readings with harms out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from rules.loading.schema import Cause, Victims
from rules.matching.terms import Reading, Span

REACH = 9
"""Words behind a harm in which its victim may stand."""
LOST_REACH = 3
"""Words behind "to lose" in which its object must stand."""
BACKWARD_REACH = 5
"""Words before a harm in which its victim may stand when none is behind it."""
CAUSE_REACH = 14
"""Words between a harm or its victim and what caused it."""
NOT_NEW_REACH = 5
"""Words before the dead and wounded in which "to hand over", "to honour" makes them old news."""
LONGEST_PHRASE = 12
"""Words that a phrase of a term may have."""
NEAR_CAUSE = 8
"""Words within which a weapon or a disaster counts whatever accident is told beside it."""
OPENING_SENTENCES = 2
"""Sentences of the text that tell, with the title, what an entry is about."""
AMONG_REACH = 6
"""Words behind «بينهم», "including", in which the kind of the counted is told."""

IF_COUNTED = "$casualty-if-counted"
VERB, NOUN, CASUALTY, LOST = "$harm-verb", "$harm-noun", "$casualty", "$harm-lost"
HARMS = (LOST, IF_COUNTED, NOUN, VERB, CASUALTY)
"""The terms that say a harm; where two read the same word, the later one counts."""
STOP, AMONG, NOT_NEW = "$harm-stop", "$among", "$not-new"
COUNT, THINGS = "$count-word", "$counted-things"
FIGHTER, BODIES, MOURNED = "$fighter-words", "$armed-bodies", "$mourned-fighters"
PLACE = "$crisis-place"
NATIONALITY, OTHERS = "$nationality", "$others"
PERSONS: tuple[tuple[str, Victims], ...] = (
    ("$civilian-declared", "civilians"),
    ("$health-people", "health-workers"),
    ("$people-anyone", "people"),
)
CAUSES: tuple[tuple[str, Cause], ...] = (
    ("$cause-conflict", "conflict"),
    ("$cause-actor", "conflict"),
    ("$cause-disaster", "disaster"),
    ("$cause-accident", "accident"),
    ("$cause-crime", "crime"),
    ("$illness-word", "illness"),
)
TERMS = (
    *HARMS, STOP, AMONG, NOT_NEW, COUNT, THINGS, FIGHTER, BODIES, MOURNED,
    PLACE, NATIONALITY, OTHERS, *(name for name, _ in PERSONS), *(name for name, _ in CAUSES),
)  # fmt: skip
"""The vocabulary terms that this module reads."""

_DEFINITE = ("ال", "وال", "بال", "لل", "فال", "كال", "ولل")
_PLURAL = ("ون", "ين", "ات", "ان")
_BEFORE_A_PEOPLE = frozenset(
    "les des de d aux ces ses nos leurs plusieurs certains quelques et ou autres jeunes".split()
)
_DEFINITE_BEFORE = frozenset(("the", "les", "des", "aux", "their", "our", "leurs", "ses"))


@dataclass(frozen=True, slots=True)
class Harm:
    """One harm in one sentence: its words, its victim, its cause, and why these were taken."""

    harm: Span
    victim: Span | None
    who: Victims
    cause: Cause
    why: str

    @property
    def span(self) -> Span:
        if self.victim is None:
            return self.harm
        return Span(min(self.harm.first, self.victim.first), max(self.harm.last, self.victim.last))

    @property
    def term(self) -> str:
        return term_of(self.who, self.cause)


PREFIX = "harm:"


def term_of(who: str, cause: str) -> str:
    """The name under which clauses find a harm in a reading."""
    return f"{PREFIX}{who}/{cause}"


def asked(of: Sequence[Victims], by: Sequence[Cause]) -> tuple[str, ...]:
    """The names of the harms that a clause asks for; nothing given means any."""
    return tuple(
        term_of(who, cause) for who in of or get_args(Victims) for cause in by or get_args(Cause)
    )


_TOLD_BY: Mapping[Victims, tuple[str, ...]] = {
    "civilians": ("$civilian-declared",),
    "health-workers": ("$health-people",),
    "people": ("$people-anyone", NATIONALITY),
}
"""The terms without which a sentence harms no such people; fighters and those that are only
counted may be known from the sentence before."""


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
        caused = frozenset(name for name, cause in CAUSES if cause in causes)
        # An accident, a crime or a sickness may be what title and opening tell of.
        (here if causes <= {"conflict", "disaster"} else anywhere).append(caused)
    return here, anywhere


def find_harms(readings: Sequence[Reading]) -> None:
    """Put the harms of an entry into its sentences, as spans that clauses can ask for."""
    if not any(reading.of(name) for reading in readings for name in HARMS):
        return
    for reading, found in zip(readings, harms_of_entry(readings), strict=True):
        for harm in found:
            reading.add(harm.term, (harm.span,))


def harms_of_entry(readings: Sequence[Reading]) -> tuple[tuple[Harm, ...], ...]:
    """The harms of each sentence, read in order.

    A fighter victim silences bare counts behind it: «مقتل خمسة جنود ... وإصابة عشرة» are soldiers.
    A cause that the sentence leaves out is an accident, a crime or a sickness where title and
    opening tell of nothing else.
    """
    fighters_before = False
    about = _everyday(readings)
    entry = []
    for reading in readings:
        judged = []
        for found in harms(reading):
            harm = found
            if harm.cause == "unsaid" and about is not None:
                harm = replace(harm, cause=about, why=f"{harm.why}; the opening tells of {about}")
            if harm.who == "uncounted" and fighters_before:
                harm = replace(harm, who="fighters", why=f"{harm.why}; fighters were named before")
            fighters_before = harm.who == "fighters" or (
                fighters_before and harm.who == "uncounted"
            )
            judged.append(harm)
        entry.append(tuple(judged))
    return tuple(entry)


def _everyday(readings: Sequence[Reading]) -> Cause | None:
    """The accident, crime or sickness that title and opening tell of, and of no war or disaster."""
    opening = [r for r in readings if r.sentence.field == "title"]
    opening += [r for r in readings if r.sentence.field == "text"][:OPENING_SENTENCES]
    seen: Cause | None = None
    for name, cause in CAUSES:
        if any(r.of(name) for r in opening):
            if cause in ("conflict", "disaster"):
                return None
            seen = seen or cause
    return seen


def harms(reading: Reading) -> tuple[Harm, ...]:
    """The harms of one sentence, in order, each with the victim and cause that it was given."""
    if not any(reading.of(name) for name in HARMS):
        return ()
    sentence = _Sentence(reading)
    found = [harm for at in sentence.starts if (harm := sentence.harm_at(at)) is not None]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Person:
    span: Span
    who: Victims
    counted: bool


class _Sentence:
    """Roles of the words of a sentence, by position."""

    def __init__(self, reading: Reading) -> None:
        self.tokens = reading.sentence.tokens
        self.reading = reading
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
        self.mourned = {span.first for span in reading.of(MOURNED)}
        self.causes: dict[int, list[tuple[Span, str, Cause]]] = {}
        for name, cause in CAUSES:
            for span in reading.of(name):
                self.causes.setdefault(span.first, []).append((span, name, cause))
        self.places = {span.first for span in reading.of(PLACE)}

    def _is_has(self, at: int) -> bool:
        """Whether an «a» is no «à»: "un enfant a été tué", "une femme a péri"."""
        if self.tokens[at].surface != "a" or at + 1 == len(self.tokens):
            return False
        return self.tokens[at + 1].norm == "ete" or at + 1 in self.kind

    def _counts(self) -> set[int]:
        words = {at for s in self.reading.of(COUNT) for at in range(s.first, s.last + 1)}
        for at, token in enumerate(self.tokens):
            if token.script == "number" and not _year(token.norm):
                words.add(at)
        return {at for at in words if at + 1 not in self.things and at not in self.things}

    def _persons(self) -> dict[int, _Person]:
        """First word → person or fighter; a fighter reading wins over a general one."""
        found: dict[int, _Person] = {}
        for name, who in reversed(PERSONS):
            for span in self.reading.of(name):
                found[span.first] = _Person(span, who, self._counted(span))
        for span in self.reading.of(FIGHTER):
            if span.first not in found or found[span.first].who == "people":
                found[span.first] = _Person(span, "fighters", self._counted(span))
        for span in self.reading.of(NATIONALITY):
            if span.first in found or not self._stands_for_people(span):
                continue
            # «جنديا تركيا», "soldats nigériens": the noun beside it says who.
            beside = (self._ending(found, span.first - 1), found.get(span.last + 1))
            if not any(beside):
                found[span.first] = _Person(span, "people", self._counted(span))
        for span in self.reading.of(OTHERS):
            found.setdefault(span.first, _Person(span, "uncounted", counted=True))
        return found

    @staticmethod
    def _ending(persons: dict[int, _Person], at: int) -> _Person | None:
        """The person whose last word stands at a place."""
        for start in range(at, max(-1, at - 4), -1):
            person = persons.get(start)
            if person is not None and person.span.last == at:
                return person
        return None

    def _counted(self, span: Span) -> bool:
        return bool({span.first - 1, span.first - 2} & self.counts)

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
            follows_noun = before >= 0 and _definite(self.tokens[before].surface)
            return not (_definite(token.surface) and follows_noun)
        return before in self.kind and not _definite(token.surface)

    # --- one harm ---------------------------------------------------------------------

    def harm_at(self, at: int) -> Harm | None:
        name, span = self.kind[at]
        if self._old(name, span):
            return None
        taken = self._behind(name, span)
        if taken is None and name != LOST:
            taken = self._before(name, span) or self._itself(name, span)
        if taken is None or (name == LOST and taken[1] == "uncounted"):
            return None
        victim, who, why = taken
        around = range(span.first - AMONG_REACH, span.first + AMONG_REACH + 1)
        if not self.mourned.isdisjoint(around):
            who, why = "fighters", "an officer or leader is mourned"
        cause = self._cause(span, victim or span)
        return Harm(span, victim, who, cause, why)

    def _old(self, name: str, span: Span) -> bool:
        """«الجرحى», «الشهيد فلان», "the wounded": known already, unless they are counted."""
        if name not in (CASUALTY, IF_COUNTED):
            return False
        before = range(span.first - NOT_NEW_REACH, span.first)
        if not self.not_new.isdisjoint(before) and not self._counted(span):
            return True
        first = self.tokens[span.first]
        if first.script == "ar":
            definite = _definite(first.surface)
        else:
            definite = span.first > 0 and self.tokens[span.first - 1].norm in _DEFINITE_BEFORE
        return definite and not self._counted(span)

    def _behind(self, name: str, span: Span) -> tuple[Span | None, Victims, str] | None:
        count: int | None = None
        doer: _Person | None = None
        at = span.last + 1
        end = min(len(self.tokens), span.last + 1 + (LOST_REACH if name == LOST else REACH))
        if at + 1 < end and self.tokens[at].norm in ("and", "et") and at + 1 not in self.kind:
            # "a soldier was killed and three were wounded": the three belong to the next harm.
            return None
        while at < end:
            if at in self.stops and at not in self.persons:
                break
            if at in self.kind and at not in self.persons:
                # «مقتل وإصابة عشرة»: two harms share their victims; else the next has its own.
                if at == span.last + 1 and count is None:
                    at = end = min(len(self.tokens), self.kind[at][1].last + 1)
                    end = min(len(self.tokens), at + REACH)
                    continue
                break
            person = self.persons.get(at)
            if name == LOST and person is None and not self._leads_to_people(at):
                return None
            if person is not None:
                if name in (CASUALTY, IF_COUNTED) and count is None and self._and(at):
                    # «مئات الجرحى والمرضى»: the second are not the first.
                    break
                if self._is_doer(name, span, person, count, doer):
                    doer = person
                    at = person.span.last + 1
                    continue
                return self._of(person, "behind the harm")
            if at in self.bodies and self._their_own(name, span, at, count):
                return self.bodies[at], "fighters", "of an armed body"
            if at in self.counts and count is None and (name != CASUALTY or at == span.last + 1):
                count = at
            at += 1
        if count is not None:
            return self._told_by_among(Span(count, count), count, "a number behind the harm")
        if doer is not None:
            return self._of(doer, "behind the harm")
        return None

    def _is_doer(
        self, name: str, span: Span, person: _Person, count: int | None, doer: _Person | None
    ) -> bool:
        """An uncounted fighter right behind an Arabic verb, with somebody else still to come."""
        if name != VERB or count is not None or doer is not None or person.counted:
            return False
        token = self.tokens[person.span.first]
        if token.script != "ar" or person.span.first > span.last + 2:
            return False
        settler = person.who == "people" and token.surface.lstrip("ال").startswith("مستوطن")
        if person.who != "fighters" and not settler:
            return False
        for later in range(person.span.last + 1, min(len(self.tokens), span.last + 1 + REACH)):
            if later in self.stops or later in self.kind:
                return False
            if later in self.counts or (
                later in self.persons and self.persons[later].who != "fighters"
            ):
                # «قتل جندي ومدنيان»: joined by «و», both are victims.
                return not self.tokens[later].surface.startswith("و")
        return False

    def _of(self, person: _Person, why: str) -> tuple[Span | None, Victims, str]:
        """The person taken, or a plainer civilian joined to a fighter: «مقتل جندي ومدنيين»."""
        if person.who in ("fighters", "people"):
            for later in range(person.span.last + 1, person.span.last + 1 + AMONG_REACH):
                if later in self.stops and not {later - 1, later, later + 1} & self.among:
                    break
                other = self.persons.get(later)
                if other is None or other.who == "uncounted":
                    continue
                if person.who == "people" and other.who == "fighters":
                    if not self.among.isdisjoint(range(person.span.last + 1, later)):
                        return other.span, "fighters", f"{why}, fighters among them"
                    # «شاب من عناصر ...», «رجل مسلح»
                    if later == person.span.last + 1 and self.tokens[later].script == "ar":
                        return other.span, "fighters", f"{why}, a fighter"
                    break
                joined = self._joined(later)
                if person.who == "fighters" and other.who != "fighters" and joined:
                    return other.span, other.who, f"{why}, beside fighters"
                if person.who == "people" and other.who in ("civilians", "health-workers"):
                    return other.span, other.who, why
                break
        return person.span, person.who, why

    def _joined(self, at: int) -> bool:
        """Whether «و», "and", "et" joins a word (or the number before it) to what precedes."""
        for place in (at, at - 1, at - 2):
            if place < 1:
                return False
            token = self.tokens[place]
            if token.script == "ar" and token.surface.startswith("و"):
                return True
            if token.norm in ("and", "et"):
                return True
            if place != at and place not in self.counts:
                return False
        return False

    def _and(self, at: int) -> bool:
        """Whether a word is joined to the one before by «و», "and", "et"."""
        token = self.tokens[at]
        if token.script == "ar":
            # «والدة» and «وزير» only look joined.
            return token.surface.startswith(("وال", "وآ", "وأ")) and len(token.surface) > 5
        return self.tokens[at - 1].norm in ("and", "et")

    def _leads_to_people(self, at: int) -> bool:
        """«فقدت خمسة من أطفالها»: between losing and the lost stands a number, or "of"."""
        return at in self.counts or self.tokens[at].norm in ("من", "of", "de", "his", "her", "son")

    def _their_own(self, name: str, span: Span, at: int, count: int | None) -> bool:
        """«قتلى الجيش», «مقتل 20 من الشباب», «قتلى في صفوف القوات»: the dead are of that body."""
        if self._in_ranks(at):
            return True
        if self.tokens[at].surface.startswith("و"):
            return False
        if count is not None:
            return at - count <= 3
        return name in (CASUALTY, IF_COUNTED) and at - span.last <= 2

    def _in_ranks(self, at: int) -> bool:
        """«قتلى في صفوف الجيش»"""
        return bool({at - 1, at - 2} & self.among)

    def _told_by_among(self, victim: Span, at: int, why: str) -> tuple[Span | None, Victims, str]:
        """A bare count, or the kind of people that «بينهم», "including" tells of it."""
        for among in range(at + 1, at + CAUSE_REACH + 1):
            if among not in self.among:
                continue
            for later in range(among + 1, among + 1 + AMONG_REACH):
                if later in self.bodies:
                    return self.bodies[later], "fighters", f"{why}, of an armed body"
                person = self.persons.get(later)
                if person is not None:
                    return person.span, person.who, f"{why}, told by who was among them"
        return victim, "uncounted", why

    def _before(self, name: str, span: Span) -> tuple[Span | None, Victims, str] | None:
        """The nearest person, fighter or number shortly before: "two boys were killed in ..."."""
        arabic = self.tokens[span.first].script == "ar"
        if arabic and name == NOUN:
            return None
        reach = 2 if name in (CASUALTY, IF_COUNTED) and arabic else BACKWARD_REACH
        for at in range(span.first - 1, max(-1, span.first - 1 - reach), -1):
            person = self._ending(self.persons, at)
            if person is not None and not (arabic and name in (CASUALTY, IF_COUNTED)):
                if arabic and not person.counted and _definite(self.tokens[at].surface):
                    return None
                return self._of(person, "before the harm")
            if at in self.counts:
                return self._told_by_among(Span(at, at), span.last, "a number before the harm")
            if at in self.kind or at in self.stops or self.tokens[at + 1].breaks:
                return None
        return None

    def _itself(self, name: str, span: Span) -> tuple[Span | None, Victims, str] | None:
        """«سقوط قتلى وجرحى», "casualties reported": the word is harm and victim at once."""
        if name != CASUALTY:
            return None
        for at in range(span.first - 1, max(-1, span.first - 1 - AMONG_REACH), -1):
            # «إيقاع جنود العدو بين قتيل وجريح»
            person = self.persons.get(at)
            if at in self.kind or (person is not None and person.who != "fighters"):
                break
            if person is not None or (at in self.bodies and "بين" in self._words(at, span.first)):
                return Span(at, at), "fighters", "fighters stand before the dead and wounded"
        token = self.tokens[span.first]
        singular = token.script == "ar" and token.norm.endswith(("شهيد", "قتيل", "ضحيه"))
        following = self.tokens[span.last + 1] if span.last + 1 < len(self.tokens) else None
        if token.script == "ar" and not self._counted(span):
            before = self.tokens[span.first - 1].surface if span.first else ""
            if (
                before == "بين"
                or (span.last + 1 in self.places)
                or (
                    following is not None
                    and _definite(following.surface)
                    and not following.breaks
                    and not following.surface.startswith("و")
                )
            ):
                # «شهداء غزة», «جرحى الحرب»: known ones; «بين قتيل وجريح» says nothing of whom.
                return None
            goes_on = following is not None and (
                following.surface.startswith("و") or span.last + 1 in self.stops
            )
            if singular and not goes_on:
                return None
        return self._told_by_among(span, span.last, "the dead or wounded as such")

    def _words(self, first: int, end: int) -> list[str]:
        return [token.surface for token in self.tokens[first:end]]

    def _cause(self, harm: Span, victim: Span) -> Cause:
        """The nearest cause; a weapon or a disaster that is near outweighs all others."""
        best: tuple[int, Cause] | None = None
        start = min(harm.first, victim.first) - CAUSE_REACH - LONGEST_PHRASE
        end = max(harm.last, victim.last) + CAUSE_REACH + 2
        for at in range(max(0, start), min(end, len(self.tokens))):
            for span, name, cause in self.causes.get(at, ()):
                if (span.overlaps(harm) and cause != "disaster") or span.overlaps(victim):
                    continue
                distance = min(between(span, harm), between(span, victim))
                if distance > CAUSE_REACH:
                    continue
                if name in ("$cause-conflict", "$cause-disaster") and distance <= NEAR_CAUSE:
                    distance -= CAUSE_REACH
                if best is None or distance < best[0]:
                    best = (distance, cause)
        return best[1] if best else "unsaid"


def between(a: Span, b: Span) -> int:
    """Words that stand between two spans."""
    return max(0, max(a.first, b.first) - min(a.last, b.last) - 1)


def _definite(surface: str) -> bool:
    return len(surface) > 3 and surface.startswith(_DEFINITE)


def _year(digits: str) -> bool:
    return len(digits) == 4 and digits[:2] in ("19", "20")
