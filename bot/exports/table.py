"""The rows of an export and their HXL tags (https://hxlstandard.org, version 1.1). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC

from bot.locales import Texts
from bot.messages.cards.display import Signals, signal_title
from bot.messages.cards.lines import first_places
from bot.text import clean, shorten, web_link
from storage.alerts import Alert

MOST_ROWS = 2_000
TITLE = 200
MOST_LINKS = 5

# Column → its HXL tag. Titles are texts of the locales, `export.<column>`.
COLUMNS: Mapping[str, str] = {
    "id": "#meta+id",
    "updated": "#date+updated",
    "first": "#date+reported",
    "level": "#severity",
    "signals": "#indicator+name",
    "codes": "#indicator+code",
    "direction": "#status",
    "place": "#loc+name",
    "adm1": "#adm1+code",
    "country": "#country+code",
    "killed": "#affected+killed",
    "wounded": "#affected+injured",
    "displaced": "#affected+displaced",
    "missing": "#affected+missing",
    "publishers": "#meta+source+num",
    "headline": "#description+title",
    "publisher": "#meta+source",
    "links": "#meta+url",
}


Cell = str | int | None


@dataclass(frozen=True, slots=True)
class Table:
    """A licence line, titles of columns, HXL tags, and rows of text and whole numbers."""

    language: str
    name: str
    licence: str
    titles: tuple[str, ...]
    tags: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def table_of(
    found: Sequence[Alert], links: Mapping[int, Sequence[str]], signals: Signals, say: Texts
) -> Table:
    """One row an alert, in the order given; `links`: of its reports, by the alert's id. No text
    of a report but its headline."""
    return Table(
        say.language,
        say("export.name"),
        say("export.licence"),
        tuple(say(f"export.{column}") for column in COLUMNS),
        tuple(COLUMNS.values()),
        tuple(_row(each, links.get(each.id, ()), signals, say) for each in found[:MOST_ROWS]),
    )


def _row(alert: Alert, links: Sequence[str], signals: Signals, say: Texts) -> tuple[Cell, ...]:
    comma = say("card.comma")
    counted = {each.what: round(each.latest) for each in alert.figures}
    place = alert.places[0] if alert.places else None
    safe = [shown[0] for link in (*links, alert.link) if (shown := web_link(link)) is not None]
    directions = dict.fromkeys(each.direction for each in alert.signals)
    return (
        alert.short_id,
        _time(alert.updated_at.astimezone(UTC).isoformat(timespec="minutes")),
        _time(alert.created_at.astimezone(UTC).isoformat(timespec="minutes")),
        say(f"level.{alert.level}"),
        comma.join(signal_title(signals, each.signal, say.language) for each in alert.signals),
        " ".join(clean(each.signal) for each in alert.signals),
        comma.join(say(f"direction.{each}") for each in directions),
        "; ".join(clean(name) for name in first_places(alert.places, say.language)),
        place.adm1 if place else None,
        place.country if place else None,
        *(counted.get(what) for what in ("killed", "wounded", "displaced", "missing")),
        alert.families,
        shorten(clean(alert.title), TITLE),
        clean(alert.feed_name),
        " ".join(list(dict.fromkeys(safe))[:MOST_LINKS]),
    )


def _time(text: str) -> str:
    return text.replace("+00:00", "Z")
