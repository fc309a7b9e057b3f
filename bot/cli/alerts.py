"""``marsad alerts list|show|why``: what was told to whom, and why."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console

from bot.cli.output import for_a_terminal, known_language
from bot.cli.rules.shared import AsJson, load, print_json
from bot.clock import utc_now
from bot.errors import CannotGoOn
from bot.text import clean

if TYPE_CHECKING:
    from bot.alerts.summaries.history import AlertHistory
    from bot.messages.blocks import Card
    from bot.messages.cards.display import Display
    from rules import RuleSet
    from storage.alerts import Alert
    from storage.connection import Connection
    from storage.decisions import Decision

T = TypeVar("T")

app = typer.Typer(help="Alerts: list them, show one, say why it was sent.", no_args_is_help=True)

AlertId = Annotated[str, typer.Argument(metavar="ID", help="An alert's id, as A12.")]
Lang = Annotated[str, typer.Option("--lang", help="ar, en or fr.")]


@app.command("list")
def list_alerts(
    days: Annotated[int, typer.Option(min=1, max=366, help="Of the last so many days.")] = 7,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20,
    lang: Lang = "en",
    as_json: AsJson = False,
) -> None:
    """List the latest alerts, newest first: id, time, level, signals, headline."""
    from storage import alerts

    display = _display(lang, load(None))
    since = utc_now() - timedelta(days=days)
    found = _read(lambda db: alerts.recent(db, None, since, limit, for_operators=True))
    if as_json:
        print_json([_summary(each) for each in found])
        return
    for each in found:
        at = each.updated_at.astimezone(display.timezone)
        signals = ", ".join(told.signal for told in each.signals)
        typer.echo(f"{each.short_id:<6} {at:%Y-%m-%d %H:%M}  {each.level:<8}  {signals}")
        typer.echo(f"       {for_a_terminal(clean(each.title))}")
    if not found:
        typer.echo(display.say.plural("cli.no_alerts", days))


@app.command()
def show(alert: AlertId, lang: Lang = "en", as_json: AsJson = False) -> None:
    """Show an alert's card as readers of a language get it."""
    from bot.messages.cards.card import alert_card

    history = _history(alert, lang)
    if as_json:
        print_json(_summary(history.alert))
        return
    _print(alert_card(history.alert, _display(lang, load(None))))


@app.command()
def why(
    alert: Annotated[
        str, typer.Argument(metavar="ID", help="An alert's id, as A12, or an entry's address.")
    ],
    lang: Lang = "en",
    details: Annotated[bool, typer.Option(help="Also what was found and decided.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say in a sentence why an alert was sent or not: when, at which level, who said it.

    For an entry that no alert tells, name it by its address: it says why nothing was sent.
    """
    from bot.messages.cards.explanation import explanation_card
    from bot.messages.cards.why import why_sentence

    if "://" in alert:
        told = _told_of(alert, lang, as_json=as_json)
        if told is None:
            return
        alert = told
    history = _history(alert, lang)
    rules = load(None)
    display = _display(lang, rules)
    if as_json:
        sentence = "".join(span.text for span in why_sentence(history, display))
        print_json(_summary(history.alert) | {"why": sentence} | _decided(history.decisions))
        return
    _print(explanation_card(history, display, rules.note, details=details))


def _told_of(link: str, lang: str, *, as_json: bool) -> str | None:
    """The id of the alert that an entry was told in; where there is none, it says why not.

    Raises CannotGoOn when no entry with this address is stored.
    """
    from bot.alerts.summaries.entry_outcome import outcome_of
    from bot.locales import texts
    from bot.messages.cards.why import why_silent

    known_language(lang)
    found = _read(lambda db: outcome_of(db, link))
    if found is None:
        raise CannotGoOn(texts(lang)("cli.no_entry"), 2)
    if not found.alert:
        why = why_silent(found.decided, texts(lang))
        if as_json:
            print_json({"id": None, "why": why, **_decided(found.decided)})
        else:
            typer.echo(why)
    return found.alert or None


def _decided(decided: Sequence[Decision]) -> dict[str, object]:
    return {"decisions": [asdict(each) | {"at": each.at.isoformat()} for each in decided]}


def _history(wanted: str, lang: str) -> AlertHistory:
    """Raises CannotGoOn for an id that no alert has."""
    from bot.alerts.summaries.history import history_of
    from bot.locales import texts

    known_language(lang)

    found = _read(lambda db: history_of(db, wanted, None))
    if found is None:
        raise CannotGoOn(texts(lang)("cli.no_alert", id=clean(wanted)[:20]), 2)
    return found


def _display(lang: str, rules: RuleSet) -> Display:
    from bot.cli.publishers import publishers_known
    from bot.messages.cards.display import Display
    from bot.settings import load_settings
    from storage.news import feeds

    known_language(lang)
    settings = load_settings()
    publishers = publishers_known(settings, _read(feeds.all_states))
    return Display(lang, rules.signals, utc_now(), settings.timezone, publishers)


def _summary(alert: Alert) -> dict[str, object]:
    def moment(at: datetime) -> str:
        return at.isoformat()

    return {
        "id": alert.short_id,
        "version": alert.version,
        "created": moment(alert.created_at),
        "updated": moment(alert.updated_at),
        "level": alert.level,
        "audience": alert.audience,
        "signals": [
            {"signal": each.signal, "direction": each.direction, "level": each.level}
            for each in alert.signals
        ],
        "places": [place.place_id for place in alert.places],
        "title": alert.title,
        "link": alert.link,
        "publishers": alert.families,
        "reason": alert.reason,
        "rules": alert.rules_hash,
    }


def _print(card: Card) -> None:
    from bot.console import shown

    console = Console()
    for line in shown(card, mark="" if console.is_terminal else "*").split("\n", allow_blank=True):
        console.print(line, soft_wrap=True)


def _read(work: Callable[[Connection], T]) -> T:
    from bot.installation import require_made_database
    from bot.settings import load_settings
    from storage.opening import open_database

    settings = load_settings()
    require_made_database(settings)

    async def run() -> T:
        database = await open_database(settings.database)
        try:
            return await database.read(work)
        finally:
            await database.close()

    return asyncio.run(run())
