"""The answer to "/alert A12": what was found, what was decided and why, and what was sent. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.locales import Texts
from bot.messages.blocks import Block, Card, Line, Span, compose, fill, foreign, line, quoted
from bot.messages.cards import (
    MOST_SIGNALS,
    NAME,
    Display,
    figures_line,
    heading,
    link_line,
    place_line,
    raised_lines,
    seen_line,
    signal_title,
    source_line,
)
from bot.messages.evidence import (
    Evidence,
    evidence_for,
    evidence_of,
    marked_snippet,
    marked_title,
)
from bot.text import clean, shorten, shorten_marked

if TYPE_CHECKING:
    from storage.acknowledgements import Acknowledgement
    from storage.alerts import Alert, AlertSignal
    from storage.decisions import Decision
    from storage.entries import StoredDetection
    from storage.outbox import Delivery

MOST_CLAUSES, MOST_DECISIONS = 6, 5


@dataclass(frozen=True, slots=True)
class AlertHistory:
    """An alert and what is known of how it came about.

    `detections`: by signal, what fired on its entry (those that are still stored). `decisions`:
    all that was decided about it, oldest first. `deliveries`: the asking chat's rows for it.
    """

    alert: Alert
    detections: Mapping[str, StoredDetection] = field(default_factory=dict)
    decisions: Sequence[Decision] = ()
    deliveries: Sequence[Delivery] = ()
    second_channel_at: datetime | None = None
    acknowledgement: Acknowledgement | None = None


def explanation_card(history: AlertHistory, display: Display) -> Card:
    """Why the alert was made and sent."""
    say, alert = display.say, history.alert
    evidence = evidence_of(alert)
    title, snippet = marked_title(alert, evidence), marked_snippet(alert, evidence)
    short_id = foreign(alert.short_id, say.language)

    def build(scale: float) -> list[Block]:
        return [
            Block((bold(fill(say.template("why.title"), id=short_id)),)),
            Block(
                (
                    *(heading(display, each, scale) for each in alert.signals[:MOST_SIGNALS]),
                    place_line(say, alert, scale),
                    figures_line(say, alert),
                    quoted(shorten_marked(title, int(350 * scale)), say.language),
                    source_line(say, alert, scale),
                    seen_line(display, alert.created_at),
                )
            ),
            Block(raised_lines(say, alert, scale), rank=1),
            Block((quoted(shorten_marked(snippet, int(700 * scale)), say.language),), rank=4),
            *(
                Block((_found(display, alert, each), *_grounds(say, history, each, scale)), rank)
                for rank, each in enumerate(alert.signals[:MOST_SIGNALS])
            ),
            Block(tuple(_decided(display, each) for each in _latest_by_reason(history.decisions))),
            Block(
                (
                    _delivered(display, history.deliveries),
                    *_acknowledged(display, history.acknowledgement),
                    _second_channel(display, history),
                )
            ),
            Block((link_line(say, alert.link),), rank=1),
            Block((_rules(say, alert),), rank=2),
        ]

    return compose(say.language, build)


def _found(display: Display, alert: Alert, told: AlertSignal) -> Line:
    """The heading over what was found of a signal; its title where there are several."""
    say = display.say
    found = line(Span(say("why.found"), "b"))
    if len(alert.signals) == 1:
        return found
    title = signal_title(display.signals, told.signal, say.language)
    return line(Span(f"{title} · ", "b"), found)


def _grounds(say: Texts, history: AlertHistory, told: AlertSignal, scale: float) -> list[Line]:
    lines = _clauses(say, evidence_for(told), scale)
    if detection := history.detections.get(told.signal):
        values = {
            "score": say.number(detection.score),
            "threshold": say.number(detection.threshold),
        }
        lines.append(line(say("why.score", **values)))
    return lines


def bold(spans: Line) -> Line:
    return line(tuple(Span(span.text, "b", span.href) for span in spans))


def _clauses(say: Texts, evidence: Sequence[Evidence], scale: float) -> list[Line]:
    """A line for each clause that fired: its words, where they stand, and its weight."""
    by_clause: dict[tuple[str, int], list[str]] = {}
    fields: dict[tuple[str, int], list[str]] = {}
    for found in evidence:
        key = (found.clause, found.weight)
        words = by_clause.setdefault(key, [])
        field = say.find(f"why.in_{found.field}") or clean(found.field)
        if field not in fields.setdefault(key, []):
            fields[key].append(field)
        quote = shorten(clean(found.quote), max(10, int(80 * scale)))
        if quote and quote not in words:
            words.append(quote)
    lines: list[Line] = []
    for (clause, weight), words in list(by_clause.items())[:MOST_CLAUSES]:
        name = shorten(clean(clause), max(10, int(NAME * scale)))
        where = " + ".join(fields[clause, weight])
        lines.append(
            line(
                "• ",
                *_joined([foreign(word, say.language, "b") for word in words[:5]]),
                f" · {where} · ",
                foreign(name, say.language, "code") if name else "",
                " · ",
                say("why.weight", n=say.number(weight)),
            )
        )
    if (rest := len(by_clause) - MOST_CLAUSES) > 0:
        lines.append(line(say.plural("why.more", rest)))
    return lines


def _joined(parts: Sequence[Line]) -> list[Line]:
    return [line(" + " if place else "", part) for place, part in enumerate(parts)]


def _latest_by_reason(decisions: Sequence[Decision]) -> list[Decision]:
    """The first decision and the latest ones; of repeated reasons only the last."""
    latest: dict[str, Decision] = {}
    for each in decisions:
        latest.pop(each.reason, None)
        latest[each.reason] = each
    return list(latest.values())[-MOST_DECISIONS:]


def _decided(display: Display, decision: Decision) -> Line:
    say = display.say
    reason = say.find(f"reason.{decision.reason}")
    when = display.moment(decision.at, "card.short_time")
    named = foreign(reason or clean(decision.reason)[:NAME], say.language)
    return fill(say.template("why.decision"), reason=named, when=when)


def _delivered(display: Display, deliveries: Sequence[Delivery]) -> Line:
    say = display.say

    def newest(state: str, folded: bool = False) -> Delivery | None:
        rows = [row for row in deliveries if row.state == state and bool(row.folded_into) >= folded]
        return rows[-1] if rows else None

    def at_its_time(key: str, row: Delivery) -> Line:
        return line(say(key, when=display.moment(row.updated_at)))

    if sent := newest("sent"):
        return at_its_time("why.sent_here", sent)
    if folded := newest("expired", folded=True):
        return at_its_time("why.folded_here", folded)
    if newest("unknown") or newest("sending"):
        return line(say("why.maybe_sent_here"))
    if newest("pending") or newest("paused"):
        return line(say("why.waiting_here"))
    return line(say("why.not_sent_here"))


def _acknowledged(display: Display, asked: Acknowledgement | None) -> list[Line]:
    """Who took it on, or that nobody has; and when it was passed on."""
    say = display.say
    if asked is None:
        return []
    lines = [line(say("ack.open"))]
    if asked.at is not None:
        name = foreign(asked.by_name or "?", say.language)
        when = display.moment(asked.at)
        lines = [fill(say.template("ack.taken_line"), name=name, when=when)]
    if asked.escalated_at is not None:
        lines.append(line(say("ack.passed_on", when=display.moment(asked.escalated_at))))
    return lines


def _second_channel(display: Display, history: AlertHistory) -> Line:
    if history.second_channel_at is None:
        return ()
    when = display.moment(history.second_channel_at)
    return line(display.say("why.second_channel", when=when))


def _rules(say: Texts, alert: Alert) -> Line:
    short = clean(alert.rules_hash).rpartition(":")[2][:12]
    return fill(say.template("why.rules"), hash=foreign(short, say.language, "code"))
