"""Alerts, stories and entries → records: what each is called in the language of an export. Pure."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, TypeVar

from bot.exports.countries import ALPHA_3
from bot.exports.record import Counted, Record, Said, Where
from bot.locales import Texts
from bot.locales.bidi import JOINER
from bot.messages.cards.display import Signals, TitledSignal, signal_title
from bot.messages.cards.evidence import weighed_clauses
from bot.messages.cards.lines import MOST_PLACES, first_places, happens_in, level_name
from bot.text import clean, shorten, web_link
from storage.alerts import Alert, AlertFigure, in_order
from storage.items import AlertItem, EntryItem, Report, StoryItem

if TYPE_CHECKING:
    from rules import Gazetteer
    from storage.news.facts import StoredFigure, StoredPlace

TITLE, MOST_LINKS = 200, 5
_SCORE = re.compile(r"-?\d+/-?\d+")
_SEPARATE = uuid.UUID("5f6cb3f0-5a0c-5c0e-9a34-7b7f6d0d7c11")


@dataclass(frozen=True, slots=True)
class Naming:
    """What things are called: by the rules, the gazetteer and the list of feeds, in the language of
    `say`."""

    say: Texts
    signals: Signals
    gazetteer: Gazetteer
    publishers: Mapping[str, str] = field(default_factory=dict)

    def record(self, item: AlertItem | StoryItem | EntryItem) -> Record:
        """The item as it leaves."""
        match item:
            case AlertItem():
                return self._of_alert(item)
            case StoryItem():
                return self._of_story(item)
            case EntryItem():
                return self._of_entry(item)

    def _of_alert(self, item: AlertItem) -> Record:
        alert = item.alert
        said, places = _said([alert]), self._places(alert.places)
        figures = _figures(alert.figures)
        names = self._publishers((each.feed_id, each.family) for each in item.reports)
        return Record(
            kind="alert",
            id=alert.short_id,
            uid=_uid("alert", alert.id, alert.created_at),
            version=alert.version,
            title=plain(alert.title),
            language=alert.language,
            explanation=self._sentence(said, alert.places, figures),
            first_at=alert.created_at,
            updated_at=alert.updated_at,
            event_at=alert.event_at,
            said=said,
            places=places,
            figures=figures,
            publishers=names or (plain(alert.feed_name),),
            publishers_count=alert.families,
            links=_links([*(each.link for each in item.reports), alert.link]),
            story=f"S{alert.story_id}",
            versions=item.versions,
        )

    def _of_story(self, item: StoryItem) -> Record:
        said = _said(item.alerts)
        stored = {each.place_id: each for alert in item.alerts for each in alert.places}
        places = self._places(tuple(stored.values()))
        figures = _figures(item.alerts[0].figures if item.alerts else ())
        names = self._publishers((each.feed_id, each.family) for each in item.reports)
        families = len({each.family for each in item.reports})
        return Record(
            kind="story",
            id=f"S{item.id}",
            uid=_uid("story", item.id, item.first_at),
            version=max((each.version for each in item.alerts), default=1),
            title=plain(item.title),
            language=_language(item.reports),
            explanation=self._sentence(said, tuple(stored.values()), figures),
            first_at=item.first_at,
            updated_at=item.last_at,
            event_at=next((each.event_at for each in item.alerts if each.event_at), None),
            said=said,
            places=places,
            figures=figures,
            publishers=names,
            publishers_count=families,
            links=_links([each.link for each in item.reports]),
            story=f"S{item.id}",
        )

    def _of_entry(self, item: EntryItem) -> Record:
        said = tuple(
            Said(each.signal, each.direction, each.level, clauses_of(each.explanation))
            for each in item.found
        )
        places, figures = self._places(item.places), _figures(item.figures)
        told = item.updated_at or item.first_seen_at
        return Record(
            kind="entry",
            id=f"E{item.id}",
            uid=_uid("entry", item.id, item.first_seen_at),
            version=1,
            title=plain(item.title),
            language=item.language,
            explanation=self._sentence(said, item.places, figures),
            first_at=item.first_seen_at,
            updated_at=max(told, item.first_seen_at),
            event_at=item.published_at,
            said=said,
            places=places,
            figures=figures,
            publishers=self._publishers([(item.feed_id, item.family or item.feed_id)]),
            publishers_count=1,
            links=_links([item.link]),
            story=None if item.story_id is None else f"S{item.story_id}",
        )

    def _publishers(self, feeds: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        families: dict[str, str] = {}
        for feed, family in feeds:
            families.setdefault(family, self.publishers.get(feed, family))
        return tuple(dict.fromkeys(plain(each, 80) for each in families.values()))[:20]

    def _places(self, stored: Sequence[StoredPlace]) -> tuple[Where, ...]:
        known = self.gazetteer.places
        found = []
        for each in stored:
            place, over = known.get(each.place_id), known.get(each.adm1 or "")
            country = known.get(each.country)
            names = {name: country.name(name) for name in ("ar", "en", "fr")} if country else {}
            own = {name: over.name(name) for name in ("ar", "en", "fr")} if over else {}
            found.append(
                Where(
                    id=each.place_id,
                    kind=each.kind,
                    country=each.country,
                    iso3=ALPHA_3.get(each.country, ""),
                    country_names=names,
                    adm1=each.adm1,
                    pcode=over.pcode if over else None,
                    adm1_names=own,
                    names=dict(each.names),
                    lat=place.lat if place else None,
                    lon=place.lon if place else None,
                )
            )
        return tuple(found)

    def name_of(self, where: Where) -> str:
        """What to call a place in the language of the export."""
        language = self.say.language
        return plain(where.names.get(language) or where.names.get("en") or where.id)

    def others_than(self, first: Where | None, places: Iterable[Where]) -> tuple[str, ...]:
        """What the other places are called, each once: a town bears its governorate's name."""
        names = dict.fromkeys(map(self.name_of, places))
        if first is not None:
            names.pop(self.name_of(first), None)
        return tuple(names)

    def title_of(self, signal: str) -> str:
        return signal_title(self.signals, signal, self.say.language).replace(JOINER, "")

    def happens(self, said: Said) -> str:
        """A signal and its direction as a person would say them."""
        title = self.title_of(said.signal)
        return happens_in(self.say, said.signal, said.direction, title)

    def figure(self, counted: Counted) -> str | None:
        """ "12 killed", "about 300 displaced"; None for what there is no word for."""
        say = self.say
        if not say.find(f"figure.{counted.what}"):
            return None
        number = say.number(round(counted.value))
        if counted.vague:
            number = say("figure.vague", n=number)
        elif counted.at_least:
            number = say("figure.at_least", n=number)
        return say(f"figure.{counted.what}", n=number)

    def _sentence(
        self, said: Sequence[Said], places: Sequence[StoredPlace], figures: Sequence[Counted]
    ) -> str:
        """What Marsad makes of it: how grave, what happens, where, how many."""
        if not said:
            return ""
        say = self.say
        comma = say("card.comma")
        happening = comma.join(dict.fromkeys(self.happens(each) for each in said))
        parts = [f"{level_name(say, said[0].level)}{say('card.colon')}{happening}"]
        if names := first_places(places, say.language)[:MOST_PLACES]:
            parts.append(" · ".join(map(plain, names)))
        counted = [text for each in figures if (text := self.figure(each))]
        if counted:
            parts.append(" · ".join(counted))
        return " — ".join(parts).replace(JOINER, "")


class _Judged(TitledSignal, Protocol):
    @property
    def status(self) -> str: ...


S = TypeVar("S", bound=_Judged)


def leaving(signals: Mapping[str, S]) -> dict[str, S]:
    """The signals that may leave: what an export holds may be passed on, and rules on test are no
    part of it."""
    return {name: each for name, each in signals.items() if each.status == "stable"}


@lru_cache(maxsize=4_096)
def plain(raw: str, limit: int = TITLE) -> str:
    """One clean line. Messages keep Telegram from seeing links in it; programs want the text."""
    return shorten(clean(raw).replace(JOINER, ""), limit)


def clauses_of(explanation: str) -> str:
    """The clauses that fired and what they weigh, without the words of the text that they quote:
    these may be a whole sentence of a publisher's.

    >>> clauses_of("130/100: near(medicine, lack) +100 «نقص حاد في الأدوية»; ward +30 «قسم»")
    '130/100: near(medicine, lack) +100; ward +30'
    """
    score = _SCORE.match(explanation)
    clauses = "; ".join(f"{c.label} {c.weight:+d}" for c in weighed_clauses(explanation))
    return f"{score[0]}: {clauses}" if score and clauses else score[0] if score else ""


def _uid(kind: str, number: int, made: datetime) -> uuid.UUID:
    """Two installations have an alert 12 each, but not of the same microsecond."""
    return uuid.uuid5(_SEPARATE, f"{kind}/{number}/{made.isoformat()}")


def _said(alerts: Sequence[Alert]) -> tuple[Said, ...]:
    told = in_order([each for alert in alerts for each in alert.signals])
    return tuple(
        Said(each.signal, each.direction, each.level, clauses_of(each.explanation)) for each in told
    )


def _figures(found: Sequence[AlertFigure] | Sequence[StoredFigure]) -> tuple[Counted, ...]:
    return tuple(
        Counted(
            each.what,
            each.latest if isinstance(each, AlertFigure) else each.value,
            each.at_least,
            each.vague,
        )
        for each in found
    )


def _links(links: Iterable[str | None]) -> tuple[str, ...]:
    safe = [found[0] for link in links if (found := web_link(link)) is not None]
    return tuple(dict.fromkeys(safe))[:MOST_LINKS]


def _language(reports: Sequence[Report]) -> str | None:
    return next((each.language for each in reports if each.language), None)
