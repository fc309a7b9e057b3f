"""What a press or a word changes of a subscription. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.alerts.decide import PUSHED
from bot.telegram.typed.changes import without_not
from bot.text import clean
from storage.readers.subscriptions import DELIVERIES, Names, Subscription

LEVELS = ("watch", "alert", "critical")
MOST_WORDS = 20
_OR = re.compile(r"[,،;؛\n]|\s(?:or|ou|أو|او)\s")
_SIGN = re.compile(r"(?:^|(?<=\s))([+\-\u2212\u2013\u2014])\s*(?=\S)")


@dataclass(frozen=True, slots=True)
class Words:
    """What the text must have one of, and what it must have none of."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


def usual(levels: Mapping[str, str]) -> frozenset[str]:
    """The signals that most want: those whose bad news goes out at once. `levels`: by signal."""
    return frozenset(name for name, level in levels.items() if level in PUSHED)


def changed(
    mine: Subscription,
    action: str,
    value: str,
    levels: Mapping[str, str],
    places: Mapping[str, Names],
) -> Subscription:
    """The subscription after a press; as it is for what makes no sense (any more).

    `levels`: that of each signal on offer; `places`: the names of those that buttons offer.
    """
    offered = levels.keys()
    # Who had everything and takes a signal away chose all the others.
    named = mine.signals | offered if mine.everything else mine.signals
    match action:
        case "on" if value in offered:
            return replace(mine, signals=named | {value}, everything=False)
        case "off" if value in named:
            return replace(mine, signals=named - {value}, everything=False)
        case "all":
            return replace(mine, everything=True)
        case "usual":
            return replace(mine, signals=usual(levels), everything=False)
        case "none":
            return replace(mine, signals=frozenset(), everything=False)
        case "in" if value in places:
            return replace(mine, places={**mine.places, value: places[value]})
        case "out":
            kept = {key: names for key, names in mine.places.items() if key != value}
            return replace(mine, places=kept)
        case "everywhere":
            return replace(mine, places={})
        case "level" if value in LEVELS:
            return replace(mine, lowest_level=value)
        case "delivery" if value in DELIVERIES:
            return replace(mine, delivery=value)
        case "no_words":
            return replace(mine, include=(), exclude=())
        case "pause" | "resume":
            return replace(mine, paused=action == "pause")
    return mine


def is_new(mine: Subscription) -> bool:
    """Whether nothing was chosen in it yet."""
    return not (mine.chosen or mine.places or mine.include or mine.exclude)


def read_words(said: str) -> Words | None:
    """``+كوليرا -كرة القدم``: each word or phrase behind its sign. Without any sign what stands
    between commas, or an "or", must be there, but for what a "no" stands before; None for a text
    that begins without one and has one later.

    Who writes with another keyboard may have a dash for the minus.
    """
    parts = _SIGN.split(said)
    if len(parts) < 3:
        each_of = [each.strip(' \t"“”„«»') for each in _OR.split(said)]
        unwanted = [without_not(each) for each in each_of]
        words = Words(
            _few(_said(one for one, no in zip(each_of, unwanted, strict=True) if no is None)),
            _few(_said(no for no in unwanted if no is not None)),
        )
        return words if words.include or words.exclude else None
    if parts[0].strip():
        return None
    pairs = list(zip(parts[1::2], map(clean, parts[2::2]), strict=True))
    return Words(
        _few(word for sign, word in pairs if sign == "+"),
        _few(word for sign, word in pairs if sign != "+"),
    )


def _said(words: Iterable[str]) -> Iterable[str]:
    return (clean(each) for each in words if any(map(str.isalnum, each)))


def _few(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))[:MOST_WORDS]
