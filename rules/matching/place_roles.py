"""What part a place plays in its sentence: where it happens, or who speaks, where from, where to.

«قالت وزارة الصحة في صنعاء», "talks in Geneva", «نقلوا إلى مستشفى في الأردن», «60 كلم شمال بغداد»
name places where nothing of what is told happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rules.language.text import Token
from rules.matching import place_words as words
from rules.matching.mentions import Mention, PlaceReading
from rules.matching.place_choice import Meant
from rules.matching.place_words import means

Role = Literal[
    "here", "named", "actor", "people", "speaker", "dateline", "talks", "journey", "patients",
    "publisher", "distance", "border", "target", "hint", "agent",
]  # fmt: skip
"""``here``: a word says that it happens there; ``named``: nothing says that it does not; ``actor``:
a country that may only be the one that acts; ``people``: a people's name; ``hint``: what only one
country has. The others are where it does not happen."""

COUNTED: tuple[Role, ...] = ("here", "named")
LAST_RESORT: tuple[Role, ...] = ("actor", "people", "speaker", "border", "hint", "dateline")
"""Roles that tell a place only where no other name does, the better ones first."""

_SPEAKER_REACH = 5
_JOURNEY_REACH = 8
_DATELINE_WORDS = 5


def role_of(meant: Meant, reading: PlaceReading, source: str) -> Role:
    """The part that a place plays where it is named; ``source`` is its title or text."""
    mention = meant.mention
    tokens = reading.tokens(mention)
    if mention.form == "hint":
        return "hint"
    if mention.form == "demonym":
        return _people(mention, tokens)
    first = mention.first
    before = tokens[max(0, first - _JOURNEY_REACH) : first]
    if _dateline(mention, tokens, source):
        return "dateline"
    if _talks(tokens, first, mention):
        return "talks"
    if _distance(before):
        return "distance"
    if _border(tokens, mention):
        return "border"
    moved = _moved(mention, tokens, before)
    if moved:
        return moved
    if meant.place.kind not in ("hospital", "camp", "crossing", "site") and _speaks(
        mention, tokens
    ):
        return "speaker"
    here = _here(mention, tokens)
    if meant.place.kind == "country" and not here:
        return "actor"
    return "here" if here else "named"


def _people(mention: Mention, tokens: Sequence[Token]) -> Role:
    """«بلدة تركية», «محافظة ديالى العراقية» tell the country; «غارة إسرائيلية» who does it."""
    before = tokens[max(0, mention.first - 4) : mention.first]
    if before and means(before[-1], words.AGENTS):
        return "agent"
    if before and means(before[-1], words.PLACE_NOUNS):
        return "named"
    if any(means(t, words.AGENTS) for t in before[-2:]):
        return "agent"
    if any(means(t, words.INSTITUTIONS) for t in before[-2:]):
        return "people"
    if any(means(t, words.PLACE_NOUNS) for t in before[-3:]):
        return "named"
    after = tokens[mention.last + 1 : mention.last + 2]
    if after and tokens[mention.first].script == "latin":
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
    return means(before, words.PARTS) or means(before, words.PLACE_NOUNS)


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
    near = tokens[max(0, first - 4) : first]
    for at, token in enumerate(near):
        if means(token, words.TALKS) and not any(t.breaks for t in near[at + 1 :]):
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
    return (
        len(near) == 2
        and means(near[0], words.BORDER)
        and (near[1].norm in words.WITH or near[1].norm in words.FROM)
    ) or (bool(near) and mention.clitic.endswith("ل") and means(near[-1], words.BORDER))


def _moved(mention: Mention, tokens: Sequence[Token], before: Sequence[Token]) -> Role | None:
    """Where persons, patients, goods or weapons come from or go to."""
    near = before[-3:]
    to = any(t.norm in words.TO for t in near[-2:] or near) or (
        mention.clitic.endswith("ل") and len(mention.clitic) < 3
    )
    fromward = any(t.norm in words.FROM for t in near[-2:])
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
    return None


def _speaks(mention: Mention, tokens: Sequence[Token]) -> bool:
    """«المتحدث باسم وزارة الصحة في صنعاء»: an institution just before it, nothing that happens."""
    start = max(0, mention.first - _SPEAKER_REACH)
    near = tokens[start : mention.first]
    for number in range(len(near) - 1, -1, -1):
        token = near[number]
        if means(token, words.COMPLEMENTIZER) or token.script == "number":
            return False
        if token.breaks and number < len(near) - 1:
            return False
        if means(token, words.INSTITUTIONS):
            return True
    return False
