"""Of which kind those are who were harmed, by what is told beside them: the men of a body, fighters
among them, a civilian beside a soldier."""

from __future__ import annotations

from rules.language.numbers.numerals import numerals
from rules.loading.choices import Victims
from rules.matching.finding.reading import Span
from rules.matching.harm.causes import CAUSE_REACH
from rules.matching.harm.roles import CASUALTY, IF_COUNTED, OTHERS, Person, Roles, is_definite

AMONG_REACH = 6
"""Words behind «بينهم», "including", in which the kind of the counted is told."""
LOSER_REACH = 2
"""Words before a loss in which the body stands that bears it."""
_ARTICLES = frozenset(("des", "les", "de", "the", "some", "several", "plusieurs"))
_POSSESSIVES = frozenset(("his", "her", "their", "son", "sa", "ses", "leurs"))
_ONE = frozenset(("a", "an", "one", "un", "une"))


class Kinds(Roles):
    """The roles of a sentence, and what they make of one who was found at a place of it."""

    def _like_fighters(self, victim: Span) -> bool:
        """«يعتقل مسلحين ويقتل آخرين»: others are like those named last before them."""
        if not any(span.overlaps(victim) for span in self.reading.of(OTHERS)):
            return False
        named = [p for at, p in self.persons.items() if at < victim.first and p.who != "uncounted"]
        return bool(named) and max(named, key=lambda p: p.span.first).who == "fighters"

    def _of(self, person: Person, why: str) -> tuple[Span | None, Victims, str]:
        """The person taken, or a plainer civilian joined to a fighter: «مقتل جندي ومدنيين»."""
        if person.who == "people" and self._of_a_body(person.span.last + 1):
            return person.span, "fighters", f"{why}, of an armed body"
        if person.who in ("fighters", "people"):
            for later in range(person.span.last + 1, person.span.last + 1 + AMONG_REACH):
                if later in self.stops and not {later - 1, later, later + 1} & self.among:
                    break
                other = self.persons.get(later)
                if other is None or other.who == "uncounted":
                    continue
                if person.who == "people" and other.who == "fighters":
                    if not self.among.isdisjoint(range(person.span.last + 1, later)):
                        if person.counted and self._are_few(other.span):
                            break
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
        if person.who == "fighters" and (other := self._joined_before(person)) is not None:
            return other.span, other.who, f"{why}, beside fighters"
        return person.span, person.who, why

    def _joined_before(self, fighter: Person) -> Person | None:
        """Who is killed with a fighter and named first: «des civils et des militaires tués»."""
        at = fighter.span.first - 1
        while at > 0 and (at in self.counts or self.tokens[at].norm in _ARTICLES):
            at -= 1
        if at < 1 or self.tokens[at].norm not in ("and", "et"):
            return None
        other = self.ending(self.persons, at - 1)
        plain = other is not None and other.who not in ("fighters", "uncounted")
        return other if plain else None

    def _only_one(self, fighter: Span) -> bool:
        """One fighter among the counted, "including a soldier", does not make them fighters; a
        group or a dozen of soldiers may."""
        if self.tokens[fighter.last].norm.endswith("s"):
            return False
        before = range(max(0, fighter.first - 3), fighter.first)
        return any(self.tokens[place].norm in _ONE for place in before)

    def _are_few(self, fighters: Span) -> bool:
        """One fighter, or fewer than half: "ten people, including two militants"."""
        if self._only_one(fighters):
            return True
        first = max(0, fighters.first - 2 * AMONG_REACH)
        among = [at for at in self.among if first <= at < fighters.first]
        if not among or fighters.first - 1 not in self.counts:
            return False
        near = self.tokens[first : fighters.first]
        told = numerals(self.reading.text, near, self.reading.language or "en")
        total = [n.value for n in told if first + n.last < max(among)]
        part = [n.value for n in told if first + n.first > max(among)]
        return bool(total and part) and 2 * sum(part) < max(total)

    def _among_whom(self, person: Person) -> int | None:
        """Where "including" stands before a person who is one fighter among others."""
        first = person.span.first
        told = self.among & set(range(first - AMONG_REACH, first))
        few = person.who == "fighters" and self._are_few(person.span)
        return max(told) if told and few else None

    def _of_a_body(self, at: int) -> bool:
        """«أفراد من قوات الأمن», «أحد أبناء القوات المسلحة»; not «أشخاص من قبل القوات»."""
        if at + 1 < len(self.tokens) and self.tokens[at].norm == "من":
            return at + 1 in self.bodies
        return at in self.bodies and is_definite(self.tokens[at].surface)

    def _joined(self, at: int) -> bool:
        """Whether «و», "and", "et" joins a word (or the number before it) to what precedes."""
        for place in (at, at - 1, at - 2, at - 3):
            if place < 1:
                return False
            token = self.tokens[place]
            if token.script == "ar" and token.surface.startswith("و"):
                return True
            if token.norm in ("and", "et"):
                return True
            between = place in self.counts or token.norm in _ARTICLES | _POSSESSIVES
            if place != at and not between:
                return False
        return False

    def _their_own(self, name: str, span: Span, at: int, count: int | None) -> bool:
        """«قتلى الجيش», «مقتل 20 من الشباب», «قتلى في صفوف القوات»: the dead are of that body."""
        if self._in_ranks(at):
            return True
        if self.tokens[at].surface.startswith("و"):
            return False
        if count is not None:
            # "kills 12, army says" tells who speaks.
            aside = any(self.tokens[place].breaks for place in range(count + 1, at + 1))
            return at - count <= 3 and not aside
        return name in (CASUALTY, IF_COUNTED) and at - span.last <= 2

    def _body_before(self, at: int) -> bool:
        """ "Al-Shabaab loses 60 men", "the army has lost": who loses stands right before it."""
        near = range(max(0, at - LOSER_REACH), at)
        return self.tokens[at].script == "latin" and any(
            body.last in near for body in self.bodies.values()
        )

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
                if person is not None and self._among_whom(person) is not None:
                    return victim, "uncounted", why
                if person is not None:
                    return person.span, person.who, f"{why}, told by who was among them"
        return victim, "uncounted", why
