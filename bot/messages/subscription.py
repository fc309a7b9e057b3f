"""A subscription in words: what comes of it, and when."""

from __future__ import annotations

from collections.abc import Sequence

from bot.locales import Texts
from bot.locales.bidi import isolated_parts
from bot.messages.cards.display import Signals, in_order, signal_title
from bot.text import clean, shorten
from storage.readers.subscriptions import Names, Subscription

# Signals, places and words that are named one by one.
MOST_NAMED = 6
_NAME = 60


def described(mine: Subscription, signals: Signals, say: Texts) -> list[str]:
    """Its lines: signals, places, level, delivery, words."""
    lines = [
        say("mine.signals", signals=_signals(mine, signals, say)),
        say("mine.places", places=_places(mine, say)),
        say("mine.level", level=say(f"level.{mine.lowest_level}")),
        say("mine.delivery", delivery=say(f"mine.when.{mine.delivery}")),
    ]
    if mine.include:
        lines.append(say("mine.include", words=_words(mine.include, say)))
    if mine.exclude:
        lines.append(say("mine.exclude", words=_words(mine.exclude, say)))
    if mine.paused:
        lines.append(say("mine.paused"))
    return lines


def summary(mine: Subscription, signals: Signals, say: Texts) -> str:
    """It on a button: its first signals and places."""
    named = [
        signal_title(signals, each, say.language)
        for each in in_order(signals, say.language)
        if each in mine.chosen
    ]
    what = say("mine.all") if mine.everything else say("card.comma").join(named[:2])
    where = say("card.comma").join(place_name(each, say) for each in [*mine.places.values()][:2])
    mark = "⏸ " if mine.paused else ""
    return shorten(mark + " · ".join(each for each in (what or "–", where) if each), _NAME)


def place_name(names: Names, say: Texts) -> str:
    """What a place is called in the language."""
    return clean(names.get(say.language) or names.get("en") or next(iter(names.values()), "?"))


def _signals(mine: Subscription, signals: Signals, say: Texts) -> str:
    if mine.everything:
        return say("mine.everything")
    chosen = [each for each in in_order(signals, say.language) if each in mine.signals]
    # One whose rule is gone is not offered, and is still chosen.
    chosen += sorted(mine.signals - signals.keys())
    titles = [signal_title(signals, each, say.language) for each in chosen]
    return _listed(titles, say) if titles else say("mine.no_signals")


def _places(mine: Subscription, say: Texts) -> str:
    names = [place_name(each, say) for each in mine.places.values()]
    return _listed(names, say, between=" · ") if names else say("mine.everywhere")


def _words(words: Sequence[str], say: Texts) -> str:
    return _listed([clean(each) for each in words], say)


def _listed(names: Sequence[str], say: Texts, between: str = "") -> str:
    shown = [isolated_parts(shorten(each, _NAME), say.language) for each in names[:MOST_NAMED]]
    rest = len(names) - len(shown)
    if rest:
        shown.append(say("mine.more", n=say.number(rest)))
    return (between or say("card.comma")).join(shown)
