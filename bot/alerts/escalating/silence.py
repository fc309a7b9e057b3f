"""Places that were told of and are told of no more: an hourly look, and an update of their alert.

In one transaction, with what was told kept beside it: a look that comes twice tells nothing twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.alerts.decide import PUSHED, Reason
from bot.alerts.escalating.escalate import reports_in
from bot.alerts.escalating.raising import one_higher, why
from bot.alerts.notify import Notified
from bot.alerts.routing.mutes import hold_back
from bot.alerts.routing.route import News, route
from bot.alerts.routing.wanting import words_of
from bot.alerts.routing.words import words_in_story
from bot.alerts.rows import as_json
from bot.alerts.said.facts import labels
from bot.feeds.catalogue import Feed
from storage import alerts, decisions, escalations
from storage.alerts import Alert, AlertText
from storage.connection import Connection
from storage.decisions import Decision
from storage.escalations import Holding
from storage.news import entries, place_reports
from storage.news.feeds import FeedState
from storage.readers import chats, mutes
from storage.sending import outbox, reach

if TYPE_CHECKING:
    from rules import Gazetteer, RuleSet
    from rules.escalations.escalation import Escalation, Report
    from rules.escalations.silence import Quiet

log = logging.getLogger(__name__)

# Reports are looked at for so much longer than a silence takes: the service may have been down.
GRACE = timedelta(days=1)


def last_read(feeds: Sequence[Feed], states: Sequence[FeedState]) -> dict[str, datetime]:
    """When something new of each publisher family was last read. Pure."""
    families = {feed.id: feed.family or feed.id for feed in feeds}
    found: dict[str, datetime] = {}
    for state in states:
        at, family = state.last_new_entry_at, families.get(state.id)
        if at is not None and family is not None:
            found[family] = max(at, found.get(family, at))
    return found


def notify_of_silence(
    db: Connection,
    rules: RuleSet,
    gazetteer: Callable[[], Gazetteer],
    read: Mapping[str, datetime],
    now: datetime,
) -> Notified:
    """Look for places that fell silent and make a new version of the alert of each.

    `read`: when something new of each publisher family was last read.
    """
    from rules.escalations.escalation import Silence, Standing
    from rules.escalations.silence import quiet_places

    said = Notified()
    for escalation in rules.escalations:
        if not isinstance(escalation.condition, Silence):
            continue
        since = now - escalation.before - GRACE
        heard = _heard(db, escalation, since, now - escalation.condition.quiet)
        holding = escalations.held_since(db, escalation.id, since)
        known = {each.place: Standing(each.since, each.held_at) for each in holding}
        for quiet in quiet_places(escalation, heard, known, read, now):
            held = Holding(escalation.id, quiet.place, quiet.last.story, now, now)
            escalations.put(db, held)
            alert = _alert_of(db, quiet, escalation)
            before = known.get(quiet.place)
            if alert is None or (
                before is not None and now - before.held_at < escalation.quiet_for
            ):
                continue
            _notify(db, rules, gazetteer(), escalation, quiet, alert, said, now)
    return said


def _heard(
    db: Connection, escalation: Escalation, since: datetime, quiet: datetime
) -> Mapping[str, list[Report]]:
    """What was told of places that may have fallen silent: most are spoken of, or were never told
    of what matters here."""
    heard: dict[str, list[Report]] = {}
    rows = place_reports.of_the_silent(
        db, escalation.at, escalation.signals, escalation.direction, since, quiet
    )
    for row in rows:
        place = getattr(row, escalation.at)
        if place:
            heard.setdefault(place, []).extend(reports_in(row))
    return heard


def _alert_of(db: Connection, quiet: Quiet, escalation: Escalation) -> Alert | None:
    """The alert of the story that was told last, if it still says what was bad."""
    for alert in reversed(alerts.for_story(db, quiet.last.story)):
        mine = alert.of(quiet.last.signal)
        if alert.audience == "everyone" and mine is not None:
            return alert if mine.direction == escalation.direction else None
    return None


def _notify(
    db: Connection,
    rules: RuleSet,
    gazetteer: Gazetteer,
    escalation: Escalation,
    quiet: Quiet,
    alert: Alert,
    said: Notified,
    now: datetime,
) -> None:
    before = alert.of(quiet.last.signal)
    if before is None or entries.get(db, before.entry_id) is None:
        return
    place = gazetteer.places.get(quiet.place)
    names = labels(gazetteer, place) if place is not None else {}
    titles = {name: signal.title for name, signal in rules.signals.items()}
    level = one_higher(before.level, escalation.raise_to)
    signal = replace(
        before,
        level=level,
        escalation=escalation.id,
        why_json=as_json(why(escalation, quiet.found, names, titles)),
    )
    earlier = reach.recipients(db, alert.id)
    text = replace(_text_of(alert), reason=Reason.ESCALATED, rules_hash=rules.hash)
    alert = alerts.bump(db, alert.id, [signal], text, now)
    news = [News(signal.signal, level)] if level in PUSHED else []
    readers = chats.everyone(db) if news else []
    found = words_in_story(db, rules, alert.story_id, words_of(readers))
    rows = route(alert, news, "everyone", readers, earlier, now, found)
    rows = hold_back(rows, alert, news, "everyone", readers, mutes.standing(db, now))
    said.deliveries += outbox.enqueue(db, rows, now)
    said.alerts.append(alert)
    said.reasons[Reason.ESCALATED] += 1
    decisions.record(
        db,
        Decision(
            entry_id=signal.entry_id,
            alert_id=alert.id,
            signal=signal.signal,
            action="update" if news else "store",
            reason=Reason.ESCALATED,
            rules_hash=rules.hash,
            at=now,
            direction=signal.direction,
            version=alert.version,
            level=level,
            escalation=escalation.id,
        ),
    )
    log.info(
        "alert %s version %d: %s: nothing is heard of %s, chats: %d",
        *(alert.short_id, alert.version, escalation.id, quiet.place, len(rows)),
    )


def _text_of(alert: Alert) -> AlertText:
    return AlertText(**{each.name: getattr(alert, each.name) for each in fields(AlertText)})
