"""What part a place plays in its sentence: where it happens, or who speaks, where from, where to.

«قالت وزارة الصحة في صنعاء», "talks in Geneva", «نقلوا إلى مستشفى في الأردن», «60 كلم شمال بغداد»
name places where nothing of what is told happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rules.language.text import Token
from rules.matching.figures.times import dates_what_follows
from rules.matching.places import words
from rules.matching.places.choice import Meant
from rules.matching.places.mentions import Mention, PlaceReading, listed
from rules.matching.places.words import means

Role = Literal[
    "here", "named", "actor", "people", "speaker", "dateline", "talks", "journey", "patients",
    "local", "publisher", "distance", "border", "target", "hint", "agent", "around", "earlier",
]  # fmt: skip
"""``here``: a word says that it happens there; ``named``: nothing says that it does not; ``actor``:
a country that may only be the one that acts; ``people``: a people's name; ``hint``: what only one
country has; ``local``: where an official of that very place speaks; ``around``: the larger place
that the one named just before lies in; ``earlier``: where something happened before. The
others are where it does not happen."""

COUNTED: tuple[Role, ...] = ("here", "named")
LAST_RESORT: tuple[Role, ...] = (
    "local", "earlier", "actor", "hint", "people", "speaker", "border", "dateline",
)  # fmt: skip
"""Roles that tell a place only where no other name does, the better ones first."""
ONE_COUNTRY: tuple[Role, ...] = ("actor", "hint", "people")
"""Last resorts that tell nothing where they name several countries."""

ACTS_ABROAD = frozenset(("IL", "US", "RU", "FR", "GB"))
"""Countries whose wars are in other countries: «حرب إسرائيل» is not in Israel; named alone, they
are no place."""
SEATS = frozenset(("g293397", "IL-TA"))
"""Towns that stand for a government as a capital does: Tel Aviv."""
_SPEAKER_REACH = 5
_TALKS_REACH = 8
_JOURNEY_REACH = 8
_DATELINE_WORDS = 5
_STRUCK_REACH = 3
_EARLIER_REACH = 12


def role_of(meant: Meant, reading: PlaceReading, source: str) -> Role:
    """The part that a place plays where it is named; ``source`` is its title or text."""
    mention = meant.mention
    tokens = reading.tokens(mention)
    if mention.form == "hint":
        return "hint"
    first = mention.first
    before = tokens[max(0, first - _JOURNEY_REACH) : first]
    if mention.form == "demonym":
        role = _people(mention, tokens)
        return (_moved(mention, before) or role) if role == "named" else role
    after = tokens[mention.last + 1 : mention.last + 2]
    if after and not after[0].breaks and means(after[0], words.PAPERS):
        return "publisher"
    if _dateline(mention, tokens, source):
        return "dateline"
    if _talks(tokens, first, mention):
        return "talks"
    if _distance(before):
        return "distance"
    if _border(tokens, mention):
        return "border"
    if _earlier(tokens, first):
        return "earlier"
    moved = _moved(mention, before)
    if moved:
        return moved
    if meant.place.kind not in ("hospital", "camp", "crossing", "site"):
        speaker = _speaker(mention, tokens)
        if not speaker and _quoted(mention, tokens):
            return "speaker" if meant.place.capital else "local"
        if speaker:
            return "local" if any(means(t, words.LOCAL) for t in speaker) else "speaker"
    here = _here(mention, tokens)
    if here and meant.place.id in ACTS_ABROAD and first and not mention.clitic.endswith("ب"):
        here = not means(tokens[first - 1], words.EVENTS | words.WARS)
    if meant.place.kind == "country" and not here and not _heading(mention, source):
        return "actor"
    if (meant.place.capital or meant.place.id in SEATS) and not here:
        return "actor"
    return "here" if here else "named"


def _people(mention: Mention, tokens: Sequence[Token]) -> Role:
    """«بلدة تركية», «محافظة ديالى العراقية» tell the country; «غارة إسرائيلية» who does it."""
    before = tokens[max(0, mention.first - 4) : mention.first]
    if before and means(before[-1], words.AGENTS):
        return "agent"
    if before and means(before[-1], words.CAMPS):
        return "people"
    if before and means(before[-1], words.PLACE_NOUNS):
        return "border" if means(before[-1], words.BORDER) else "named"
    if any(means(t, words.AGENTS) for t in before[-2:]):
        return "agent"
    if any(means(t, words.INSTITUTIONS) for t in before[-2:]):
        return "people"
    if any(means(t, words.PLACE_NOUNS) for t in before[-3:]):
        return "named"
    after = tokens[mention.last + 1 : mention.last + 2]
    if after and tokens[mention.first].script == "latin":
        if means(after[0], words.CAMPS):
            return "people"
        if means(after[0], words.PLACE_NOUNS):
            return "named"
        if means(after[0], words.AGENTS):
            return "agent"
    return "people"


def _here(mention: Mention, tokens: Sequence[Token]) -> bool:
    if mention.clitic.endswith("ب") or mention.kinds:
        return True
    if not mention.first or tokens[mention.first].breaks:
        return False
    before = tokens[mention.first - 1]
    if any(means(before, w) for w in (words.PARTS, words.PLACE_NOUNS, words.EVENTS)):
        return True
    if means(before, words.ON) and _struck(tokens, mention.first - 1):
        return True
    helped = tokens[max(0, mention.first - _JOURNEY_REACH) : mention.first]
    return mention.clitic.endswith("ل") and any(means(t, words.AID) for t in helped)


def _struck(tokens: Sequence[Token], on: int) -> bool:
    """Whether the "on" at that word belongs to an attack."""
    for at in range(on - 1, max(-1, on - 1 - _STRUCK_REACH), -1):
        if means(tokens[at], words.ASSAULTS):
            return True
        if tokens[at].breaks:
            return False
    return False


def _earlier(tokens: Sequence[Token], first: int) -> bool:
    """«بعد ساعات من غارات على الحديدة», "two days after a crash in Herat"."""
    for at in range(first, max(-1, first - _EARLIER_REACH), -1):
        if at < first and dates_what_follows(tokens, at):
            return True
        if tokens[at].breaks:
            return False
    return False


def _dateline(mention: Mention, tokens: Sequence[Token], source: str) -> bool:
    """«صنعاء - سبأ:», "KHARTOUM (Reuters) -" at the very start of a text."""
    if mention.field != "text" or mention.first >= _DATELINE_WORDS or mention.clitic:
        return False
    if source[: tokens[0].start].strip():
        return False
    head = source[mention.end : mention.end + 60]
    stripped = head.lstrip(" \u200f")
    if stripped[:1] in "-–—:/" and not mention.first:
        return True
    if stripped[:1] in "(،,":
        return any(
            mark in stripped[:45] for mark in (") -", ") –", ") —", "):", " - ", " — ", " – ")
        )
    if mention.first:
        lead = source[tokens[0].start : mention.start]
        return any(mark in lead for mark in ("-", ":", "/")) and stripped[:1] in "-–—:"
    return False


def _talks(tokens: Sequence[Token], first: int, mention: Mention) -> bool:
    """Talks, visits and conferences just before it, or «تستضيف»."""
    near = tokens[max(0, first - _TALKS_REACH) : first]
    for at, token in enumerate(near):
        rest = near[at + 1 :]
        if means(token, words.TALKS) and not any(t.breaks or means(t, words.ABOUT) for t in rest):
            return True
    return False


def _distance(before: Sequence[Token]) -> bool:
    return any(
        means(token, words.DISTANCE) and number and before[number - 1].script == "number"
        for number, token in enumerate(before)
        if len(before) - number <= 5
    )


def _border(tokens: Sequence[Token], mention: Mention) -> bool:
    """«الحدود مع سوريا», «القريبة من الخليل»."""
    near = tokens[max(0, mention.first - 2) : mention.first]
    after = tokens[mention.last + 1 : mention.last + 2]
    if after and not after[0].breaks and after[0].norm in ("border", "borders"):
        # "near the Niger border"
        return True
    if near and near[-1].norm in ("حدود", "border", "frontiere") and len(near) == 2:
        return True
    return (
        len(near) == 2
        and means(near[0], words.BORDER)
        and (near[1].norm in words.WITH or near[1].norm in words.FROM)
    ) or (bool(near) and mention.clitic.endswith("ل") and means(near[-1], words.BORDER))


def _moved(mention: Mention, before: Sequence[Token]) -> Role | None:
    """Where persons, patients, goods or weapons come from or go to."""
    near = before[-4:]
    if any(means(t, words.LEFT) for t in near) and not any(means(t, words.AID) for t in before):
        return "journey"
    to = any(t.norm in words.TO for t in near) or (
        mention.clitic.endswith("ل") and len(mention.clitic) < 3
    )
    fromward = any(t.norm in words.FROM for t in near)
    if to:
        if any(t.norm in ("نحو", "باتجاه", "صوب") for t in near[-2:]):
            return "target" if not any(means(t, words.FLIGHT) for t in before) else "journey"
        aid = any(means(t, words.AID) for t in before)
        carried = any(means(t, words.CARRIED) for t in before)
        if carried and any(means(t, words.PATIENTS) for t in before) and not aid:
            return "patients"
        if carried and not aid and not mention.clitic.endswith("ل"):
            return "patients"
        if any(means(t, words.FLIGHT) for t in before) and not aid:
            return "journey"
    if fromward and any(means(t, words.COMING) for t in before):
        return "journey"
    if fromward and any(means(t, words.WEAPONS) for t in before):
        return "journey"
    return None


def _speaker(mention: Mention, tokens: Sequence[Token]) -> Sequence[Token]:
    """«المتحدث باسم وزارة الصحة في صنعاء»: the institution just before it, if nothing happens."""
    start = max(0, mention.first - _SPEAKER_REACH)
    near = tokens[start : mention.first]
    for number in range(len(near) - 1, -1, -1):
        token = near[number]
        if means(token, words.COMPLEMENTIZER) or token.script == "number":
            return ()
        if means(token, words.INSTITUTIONS):
            return near[number:]
        if token.breaks:
            return ()
    return ()


def _quoted(mention: Mention, tokens: Sequence[Token]) -> bool:
    """ "Officials in Colombo said": who speaks is there."""
    if not mention.first or mention.last + 1 >= len(tokens):
        return False
    before, after = tokens[mention.first - 1], tokens[mention.last + 1]
    return (
        before.script == after.script == "latin"
        and not after.breaks
        and means(before, words.IN)
        and means(after, words.SPEECH)
    )


def _speaks(mention: Mention, tokens: Sequence[Token]) -> bool:
    """«Rafah, Israël dément»: a government."""
    after = tokens[mention.last + 1 : mention.last + 2]
    return bool(after) and not after[0].breaks and means(after[0], words.SPEECH)


def _heading(mention: Mention, source: str) -> bool:
    """«ليبيا: عودة الهدوء»: the first words of a title, before a colon."""
    after = source[mention.end : mention.end + 3].lstrip()
    return not source[: mention.start].strip(' "«“') and after[:1] in (":", "-", "–")


def roles_of(
    meant: Sequence[Meant], reading: PlaceReading, title: str, text: str
) -> list[tuple[Meant, Role]]:
    """The part of each place; one in a list («من حلب وحماة») has that of the one before it."""
    found: list[tuple[Meant, Role]] = []
    for one in meant:
        mention = one.mention
        role = role_of(one, reading, title if mention.field == "title" else text)
        if found and found[-1][0].mention.sentence == mention.sentence:
            before, its = found[-1]
            if (
                before.mention.form == "demonym"
                and before.mention.last + 1 == mention.first
                and before.place.country == one.place.country
            ):
                # «العاصمة الإيطالية روما»: one place.
                found[-1] = (before, role)
            of_people = mention.form == "demonym" and before.mention.form == "name"
            next_to = before.mention.last + 1 == mention.first
            if of_people and next_to and role == "named" and its in COUNTED:
                # «جزيرة مايوت الفرنسية»: the people's name says whose the place is.
                role = "around"
            beside = before.mention.form == mention.form and (
                listed(before.mention, mention, reading.tokens(mention))
                # «الحدود التركية السورية»
                or (mention.form == "demonym" and before.mention.last + 1 == mention.first)
            )
            country = one.place.kind == "country" and before.place.kind != "country"
            denies = country and _speaks(mention, reading.tokens(mention))
            if beside and role in ("actor", "named", "here") and not denies:
                role = its if its not in ("people", "agent", "hint") else role
            elif (role in COUNTED and its in COUNTED and _lies_in(before, one, reading)) or (
                role in COUNTED and its == "around" and _lies_in(before, one, reading)
            ):
                role = "around"
        found.append((one, role))
    return found


def _lies_in(inner: Meant, outer: Meant, reading: PlaceReading) -> bool:
    """«مخيم بلاطة شرق نابلس», «بلدة دوما بريف دمشق»: only words like «شرق» stand between."""
    if inner.place.country != outer.place.country or inner.place.id == outer.place.id:
        return False
    if inner.place.kind in ("country", "region") and outer.place.kind not in ("country", "region"):
        return False
    tokens = reading.tokens(inner.mention)
    between = tokens[inner.mention.last + 1 : outer.mention.first]
    if len(between) > 4 or any(t.breaks for t in (*between, tokens[outer.mention.first])):
        return False
    if not between:
        return outer.mention.clitic in ("ب", "ل") or "و" not in outer.mention.clitic
    return "و" not in outer.mention.clitic and all(means(t, words.LYING) for t in between)
