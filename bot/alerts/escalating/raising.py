"""When a level is higher than what the words of one report give. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.alerts.decide import Raised, Reason, rank
from bot.locales import LANGUAGES, Texts, texts
from rules.matching.levels import LADDER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rules.escalations.escalation import Escalation, Found

# Families that must tell it, each in words of its own, to make up for weak evidence.
CORROBORATED_BY = 2


def corroborated(level: str, of_the_rule: str, sources: int) -> Raised | None:
    """Weak evidence lowered the level of a report; a second source lifts it again."""
    if sources < CORROBORATED_BY or rank(of_the_rule) <= rank(level):
        return None
    return Raised(Reason.CORROBORATED, level, of_the_rule)


def escalated(
    escalation: Escalation, found: Found, level: str, place: Mapping[str, str], titles: Any
) -> Raised | None:
    """What an escalation that fires makes of a level; None where it is as high already.

    One level higher, at most to the one that it names: what only a weak word says waits for the
    end of quiet hours, whatever it completes.

    `place`: what to call where it holds, by language; `titles`: those of signals, by id.
    """
    if rank(escalation.raise_to) <= rank(level):
        return None
    said = why(escalation, found, place, titles)
    return Raised(
        Reason.ESCALATED, level, one_higher(level, escalation.raise_to), escalation.id, said
    )


def one_higher(level: str, most: str) -> str:
    """The next level, but not above `most`; a level that is above stays."""
    return LADDER[rank(level) + 1] if rank(level) < rank(most) else level


def why(
    escalation: Escalation,
    found: Found,
    place: Mapping[str, str],
    titles: Mapping[str, Mapping[str, str]],
) -> dict[str, str]:
    """The escalation's sentence with what holds now, by language."""
    said = {}
    for language in LANGUAGES:
        say = texts(language)
        names = [titles.get(each, {}).get(language, each) for each in found.signals]
        values = {
            "place": place.get(language) or place.get("en", ""),
            "count": say.number(found.count),
            "time": span(say, found.time),
            "signals": _listed(names, language),
            "usual": say.number(round(found.usual)),
        }
        sentence = escalation.why.get(language) or escalation.why.get("en", "")
        for name, value in values.items():
            sentence = sentence.replace(f"{{{name}}}", value)
        said[language] = sentence
    return said


def span(say: Texts, time: timedelta) -> str:
    """A length of time as it stands after "within": 6 hours, 14 days."""
    minutes = time // timedelta(minutes=1)
    if minutes % 60:
        return say.plural("span.minutes", minutes)
    hours = minutes // 60
    if hours % 24 or hours < 48:
        return say.plural("span.hours", hours)
    return say.plural("span.days", hours // 24)


def _listed(names: Sequence[str], language: str) -> str:
    return ("، " if language == "ar" else ", ").join(names)
