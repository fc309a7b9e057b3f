"""Who was harmed, and by what, in one sentence: the victim of each harm by position and role.

The victim is the first person or fighter behind the harm, up to its cause, place or time; where
nobody stands there, whoever stands shortly before it ("two boys were killed in ..."). Doers are
no victims: «قتل مسلحون ثلاثة مزارعين» harms farmers. A number needs no person word.

Pure: a reading in, harms out.
"""

from __future__ import annotations

from rules.loading.choices import Victims
from rules.matching.finding.reading import Reading, Span
from rules.matching.harm.adjuncts import person_past_an_adjunct
from rules.matching.harm.causes import cause_by_the_word, nearest_cause
from rules.matching.harm.harm import Harm
from rules.matching.harm.kinds import AMONG_REACH, Kinds
from rules.matching.harm.meant import is_not_done
from rules.matching.harm.not_new import is_general, is_known, is_quoted, is_second_of_a_pair
from rules.matching.harm.roles import (
    CASUALTY,
    HARMS,
    IF_COUNTED,
    LOST,
    NOUN,
    VERB,
    Person,
    is_definite,
)  # fmt: skip
from rules.matching.harm.soldiers import soldiers_by_place

REACH = 9
"""Words behind a harm in which its victim may stand."""
LOST_REACH = 3
"""Words behind "to lose" in which its object must stand."""
BACKWARD_REACH = 5
"""Words before a harm in which its victim may stand when none is behind it."""
_PARTICIPLE = ("é", "és", "ée", "ées")
_NOR = frozenset(("ni", "nor"))


def harms(reading: Reading) -> tuple[Harm, ...]:
    """The harms of one sentence, in order, each with the victim and cause that it was given."""
    if reading.first_of(HARMS) is None:
        return ()
    sentence = _Harms(reading)
    return tuple(harm for at in sentence.starts if (harm := sentence.harm_at(at)) is not None)


class _Harms(Kinds):
    """The harms of a sentence over the roles of its words."""

    def harm_at(self, at: int) -> Harm | None:
        name, span = self.kind[at]
        if is_known(self, name, span) or is_second_of_a_pair(self, name, span):
            return None
        taken = self._attribute_of(span) or self._inside(span)
        if taken is None and span.first not in self.own_death:
            taken = self._behind(name, span)
        if taken is None and name != LOST:
            taken = (
                self._before(name, span)
                or self._past_an_adjunct(name, span)
                or self._itself(name, span)
            )
        if taken is None or (name == LOST and taken[1] == "uncounted"):
            return None
        victim, who, why = taken
        if is_not_done(self, name, span, who):
            return None
        if name == VERB and victim is not None and is_quoted(self, span, victim):
            return None
        if victim is not None and who == "uncounted" and self._like_fighters(victim):
            who, why = "fighters", f"{why}, others like the fighters before"
        if name == LOST and self._body_before(span.first):
            who, why = "fighters", f"{why}, lost by an armed body"
        if victim is not None and (told := soldiers_by_place(self, span, victim, who)):
            who, why = "fighters", f"{why}, {told}"
        around = range(span.first - AMONG_REACH, span.first + AMONG_REACH + 1)
        if who not in ("civilians", "health-workers") and not self.mourned.isdisjoint(around):
            who, why = "fighters", "an officer or leader is mourned"
        cause, weapon = nearest_cause(self, span, victim or span)
        if cause == "unsaid":
            cause, because = cause_by_the_word(self, span, victim, who)
            why += because
        general = is_general(self, name, span, victim, who)
        return Harm(span, victim, who, cause, why, general, weapon)

    def _behind(self, name: str, span: Span) -> tuple[Span | None, Victims, str] | None:
        count: int | None = None
        doer: Person | None = None
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
            if name == CASUALTY and person is not None and self._across_a_comma(span, at):
                # «مئة قتيل وجريح، وتورط رجال ...»
                break
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

    def _past_an_adjunct(self, name: str, span: Span) -> tuple[Span | None, Victims, str] | None:
        person = person_past_an_adjunct(self, name, span)
        return None if person is None else self._of(person, "past an adjunct of the harm")

    def _attribute_of(self, span: Span) -> tuple[Span | None, Victims, str] | None:
        """«quarante soldats blessés ont été remis aux familles»: a French participle is of the
        noun that it stands right behind."""
        participle = self.tokens[span.first]
        if not span.first or participle.breaks or not participle.surface.endswith(_PARTICIPLE):
            return None
        person = self.ending(self.persons, span.first - 1)
        return None if person is None else self._of(person, "right before the harm")

    def _inside(self, span: Span) -> tuple[Span | None, Victims, str] | None:
        """ "claims four lives", "cost 12 civilian lives": who is counted stands in the phrase."""
        counted = [at for at in range(span.first + 1, span.last) if at in self.counts]
        if not counted:
            return None
        for at in range(counted[0], span.last):
            if (person := self.persons.get(at)) is not None:
                return self._of(person, "inside the harm")
        return self._told_by_among(
            Span(counted[0], counted[0]), span.last, "a number inside the harm"
        )

    def _across_a_comma(self, span: Span, at: int) -> bool:
        return any(self.tokens[place].breaks for place in range(span.last + 1, at + 1))

    def _is_doer(
        self, name: str, span: Span, person: Person, count: int | None, doer: Person | None
    ) -> bool:
        """An uncounted fighter right behind an Arabic verb, or the noun of a deed, with somebody
        else still to come: «قتل مسلحون مزارعين», «إعدام الجنود مدنيين»."""
        active = name == VERB or (name == NOUN and span.first in self.deeds)
        if not active or count is not None or doer is not None or person.counted:
            return False
        token = self.tokens[person.span.first]
        if token.script != "ar" or person.span.first > span.last + 2:
            return False
        if token.surface.startswith("ل") and not token.surface.startswith("لواء"):
            # «اغتيال لرجال الأمن»: led to by a preposition, they are who is killed.
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

    def _before(self, name: str, span: Span) -> tuple[Span | None, Victims, str] | None:
        """The nearest person, fighter or number shortly before: "two boys were killed in ..."."""
        arabic = self.tokens[span.first].script == "ar"
        own = span.first in self.own_death
        if arabic and name == NOUN and not own:
            return None
        reach = 2 if name in (CASUALTY, IF_COUNTED) and arabic else BACKWARD_REACH
        if own:
            # «لقي 36 شخصا على الأقل حتفهم»
            reach = REACH
        aside = begin = self._before_an_aside(span.first)
        for at in range(begin - 1, max(-1, begin - 1 - reach), -1):
            if at >= aside:
                continue
            if at in self.denying or self.tokens[at].norm in _NOR:
                # «les deux camps nient toute perte civile», «n'a ni visé la foule ni blessé»
                return None
            person = self.ending(self.persons, at)
            if person is not None and (told := self._among_whom(person)) is not None:
                # "Ten people, including a soldier, were killed": those before are who was.
                aside = told
                continue
            if person is not None and arabic and name in (CASUALTY, IF_COUNTED):
                if person.who == "fighters" and at == span.first - 1:
                    # «عشرات الجنود المصابين»: the harm is the soldiers' attribute.
                    return self._of(person, "right before the harm")
            elif person is not None:
                if (
                    arabic
                    and not own
                    and not person.counted
                    and is_definite(self.tokens[at].surface)
                ):
                    return None
                return self._of(person, "before the harm")
            if at in self.counts:
                return self._told_by_among(Span(at, at), span.last, "a number before the harm")
            if at in self.kind or (at in self.stops and not own) or self.tokens[at + 1].breaks:
                return None
        return None

    def _before_an_aside(self, at: int) -> int:
        """«Sept civils, dont une femme, abattus»: who is harmed stands before the commas."""
        if self.tokens[at].script == "ar" or not self.tokens[at].breaks:
            return at
        for place in range(at - 1, max(0, at - 1 - AMONG_REACH), -1):
            if self.tokens[place].breaks:
                told = self.among & {place, place + 1}
                return place if told else at
        return at

    def _itself(self, name: str, span: Span) -> tuple[Span | None, Victims, str] | None:
        """«سقوط قتلى وجرحى», "casualties reported": the word is harm and victim at once."""
        if name != CASUALTY:
            return None
        for at in range(span.first - 1, max(-1, span.first - 1 - AMONG_REACH), -1):
            # «إيقاع جنود العدو بين قتيل وجريح»
            person = self.persons.get(at)
            if person is not None and person.who == "uncounted":
                # «قوة أخرى بين قتيل وجريح»
                person = None
            if at in self.kind or (person is not None and person.who != "fighters"):
                break
            if at in self.denying:
                break
            if person is not None or (at in self.bodies and "بين" in self._words(at, span.first)):
                return Span(at, at), "fighters", "fighters stand before the dead and wounded"
        token = self.tokens[span.first]
        of = self.tokens[span.last + 1].norm if span.last + 1 < len(self.tokens) else ""
        if token.norm == "mort" and of in ("de", "du", "d") and not self.counted_person(span):
            # «Mort de Jean-Pierre Delmas»: one death, of somebody known.
            return None
        singular = token.script == "ar" and token.norm.endswith(("شهيد", "قتيل", "ضحيه"))
        following = self.tokens[span.last + 1] if span.last + 1 < len(self.tokens) else None
        if token.script == "ar" and not self.counted_person(span):
            before = self.tokens[span.first - 1].surface if span.first else ""
            if (
                before == "بين"
                or (span.last + 1 in self.places)
                or (
                    following is not None
                    and is_definite(following.surface)
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
