"""How an alert grew, in one line. Pure.

"How it grew: 08:10 first told · 09:00 2 publishers · 10:20 Deaths: 5 → 14".
Each report that added something stands there with its hour: the first, a further publisher, a
number that rose, publishers that disagree, whatever made a new version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.alerts.decide import Reason
from bot.alerts.growth import counted
from bot.alerts.summaries.history import AlertHistory
from bot.locales import Texts
from bot.locales.bidi import isolated_parts
from bot.messages.blocks import Line, fill, line
from bot.messages.cards.display import NAME, Display, signal_title
from bot.messages.cards.lines import first_places
from bot.messages.cards.why import by_version
from bot.text import clean, shorten
from storage.alerts import AlertFigure
from storage.decisions import Decision
from storage.news.facts import StoredPlace

_RAISED = frozenset({Reason.ESCALATED, Reason.CORROBORATED})
MOST_STEPS = 6
"""Steps that are told: the first and the latest."""


def grown_line(history: AlertHistory, display: Display) -> Line:
    """Empty for an alert that one report tells and nothing was added to."""
    say = display.say
    steps = _steps(history, display)
    if len(steps) < 2:
        return ()
    if len(steps) > MOST_STEPS:
        steps = [steps[0], *steps[1 - MOST_STEPS :]]
    return fill(say.template("grew.line"), steps=line(" · ".join(steps)))


def _steps(history: AlertHistory, display: Display) -> list[str]:
    say = display.say
    by_entry: dict[int, list[Decision]] = {}
    for each in history.decisions:
        by_entry.setdefault(each.entry_id, []).append(each)
    versions = by_version(history, history.decisions)
    known: dict[str, AlertFigure] = {}
    publishers, places = set[str](), set[str]()
    steps: list[str] = []
    for entry_id, decided in by_entry.items():
        told = [each for each in versions if each.entry_id == entry_id]
        # Of a signal that is not the gravest of its version, too.
        told += [each for each in decided if each.reason in _RAISED and each not in told]
        said = history.said.get(entry_id)
        here = said.places if said else ()
        finer = [p for p in here if p.place_id not in places and places.intersection(p.within)]
        parts = [words for each in told if (words := _news(display, each, finer))]
        places.update(place.place_id for place in here)
        family = history.families.get(entry_id)
        if any(each.reason == Reason.DIRECTION_CHANGED for each in told):
            publishers.clear()  # those before said the contrary
        if family is not None and family not in publishers:
            publishers.add(family)
            if len(publishers) > 1:
                parts.append(say.plural("grew.publishers", len(publishers)))
        until = [s for s in history.statements if (s.at, s.entry_id) <= (decided[0].at, entry_id)]
        now = {each.what: each for each in counted(until)}
        if steps:
            parts += _rises(say, known, now.values())
        known = now
        if parts:
            hour = display.moment(decided[0].at, "grew.hour")
            steps.append(f"{hour} {say('card.comma').join(dict.fromkeys(parts))}")
    return steps


def _news(display: Display, decided: Decision, finer: Sequence[StoredPlace]) -> str:
    """What a decision that made a version added; "" where the figures say it. `finer`: the places
    of its entry that lie in one that was known before."""
    say = display.say
    if decided.reason == Reason.PLACE_LEARNT and finer:
        name = shorten(clean(first_places(finer, say.language)[0]), NAME)
        return say("grew.place-finer", place=isolated_parts(name, say.language))
    words = say.find(f"grew.{decided.reason}")
    if words is None:
        words = say.find(f"reason.{decided.reason}")
    if words is None:
        return clean(decided.reason)[:NAME]
    return words.format(
        signal=signal_title(display.signals, decided.signal, say.language),
        direction=say.find(f"direction.{decided.direction}") or "",
    )


def _rises(say: Texts, known: Mapping[str, AlertFigure], now: Iterable[AlertFigure]) -> list[str]:
    found = []
    for each in now:
        before = known.get(each.what)
        if before is None or not say.find(f"figure.{each.what}"):
            continue
        if each.says and not before.says:
            values = " / ".join(say.number(round(value)) for _, value in each.says)
            found.append(say("grew.disagree", what=say(f"figure.{each.what}", n=values)))
        elif each.latest > before.latest:
            first, latest = (say.number(round(n)) for n in (before.latest, each.latest))
            number = say("figure.grew", first=first, latest=latest)
            found.append(say(f"figure.{each.what}", n=number))
    return found
