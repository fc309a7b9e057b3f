"""What somebody wants to see, as it stands in an address. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from urllib.parse import urlencode

from bot.asking.question import AskedPlace, Question, Stretch
from bot.asking.reader import MOST_CHARACTERS
from bot.web.cursors import LONGEST, unpacked
from rules.matching.levels import LADDER
from storage.finding import Cursor

DAYS = (1, 3, 7, 30)
USUAL_DAYS = 7
MOST_AT_ONCE = timedelta(days=32)
"""Of any time: a month."""


@dataclass(frozen=True, slots=True)
class Filters:
    """`words` are read as the bot reads a question. `level` is the lowest one; `after`: where the
    page begins."""

    words: str = ""
    days: int = USUAL_DAYS
    level: str = ""
    signal: str = ""
    place: str = ""
    after: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filters:
        """What an address asks for; what cannot be read is left out."""
        days = query.get("days", "")
        level = query.get("level", "")
        return cls(
            " ".join(query.get("q", "")[:MOST_CHARACTERS].split()),
            int(days) if days in map(str, DAYS) else USUAL_DAYS,
            level if level in LADDER else "",
            query.get("signal", "")[:100],
            query.get("place", "")[:100],
            query.get("after", "")[:LONGEST],
        )

    def address(self, path: str = "/", **changed: str | int) -> str:
        """The address of a page with these filters, and with what is changed of them."""
        wanted = replace(self, **{"after": "", **changed})  # type: ignore[arg-type]
        named = {
            "q": wanted.words,
            "days": "" if wanted.days == USUAL_DAYS else wanted.days,
            "level": wanted.level,
            "signal": wanted.signal,
            "place": wanted.place,
            "after": wanted.after,
        }
        query = urlencode({name: value for name, value in named.items() if value})
        return f"{path}?{query}" if query else path

    def narrowed(self, question: Question, now: datetime, zone: tzinfo) -> Question:
        """The question that the words ask, and what was chosen beside them."""
        levels = LADDER[LADDER.index(self.level) :] if self.level else ()
        stretch = question.stretch or Stretch(timedelta(days=self.days))
        if stretch.at_most(MOST_AT_ONCE, now, zone) != stretch:
            stretch = stretch.at_most(timedelta(days=max(DAYS)), now, zone)
        return replace(
            question,
            stretch=stretch,
            levels=question.levels or tuple(levels),
            signals=(self.signal,) if self.signal else question.signals,
            places=(AskedPlace(self.place, (self.place,)),) if self.place else question.places,
        )

    @property
    def cursor(self) -> Cursor | None:
        return unpacked(self.after)
