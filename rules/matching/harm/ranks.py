"""The men of an armed body, told by its name: "40 RSF killed", "two members of the PKK", «cinq
éléments du M23», "Hezbollah says four of its men died".

Arabic has a word for each of them or joins the body by «من»; English and French put a noun that
may be of anybody beside the name, or the name beside a number. Told by a number alone, the name
must be all that is counted: "three Hamas hostages" are of another kind.

Pure: tokens and places in, fighters out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from rules.language.text import Token
from rules.matching.finding.reading import Span

LEADING_WORDS = 4
"""Words that may lead from a member to the body: "members of the so-called"."""
_OF = frozenset(("of", "from", "de", "du", "des", "d"))
_BETWEEN = _OF | frozenset(("the", "la", "l", "le", "les", "so", "called"))
_ITS = frozenset(("its", "their", "his", "ses", "leurs"))
_AND = frozenset(("and", "et"))


def members(
    tokens: Sequence[Token], nouns: Sequence[Span], bodies: Sequence[Span]
) -> Iterator[Span]:
    """The nouns for one of several that stand beside the name of a body, or behind "its" in a
    sentence that named one before."""
    starts = {body.first for body in bodies}
    ends = {body.last for body in bodies}
    for noun in nouns:
        before = noun.first - 1
        if tokens[noun.first].script != "latin" or not bodies:
            continue
        if before in ends and not tokens[noun.first].breaks:
            yield noun
        elif before >= 0 and tokens[before].norm in _ITS:
            if any(end < before for end in ends):
                yield noun
        elif _leads_to(tokens, noun.last + 1, starts):
            yield noun


def counted_bodies(
    tokens: Sequence[Token],
    bodies: Sequence[Span],
    counts: Collection[int],
    ends: Collection[int],
) -> Iterator[Span]:
    """The bodies that a number counts, "kills nine YPG": behind them the clause or the phrase
    ends, at one of `ends` or a comma, so that nothing else is what is counted."""
    for body in bodies:
        behind = body.last + 1
        if tokens[body.first].script != "latin" or body.first - 1 not in counts:
            continue
        if tokens[body.first].breaks:
            continue
        if (
            behind == len(tokens)
            or tokens[behind].breaks
            or behind in ends
            or tokens[behind].norm in _AND
        ):
            yield body


def _leads_to(tokens: Sequence[Token], at: int, starts: Collection[int]) -> bool:
    if at >= len(tokens) or tokens[at].norm not in _OF:
        return False
    for place in range(at + 1, min(len(tokens), at + 1 + LEADING_WORDS)):
        if place in starts:
            return True
        if tokens[place].norm not in _BETWEEN:
            return False
    return False
