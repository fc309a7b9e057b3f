"""The answer to "/alert A12": what was found, what was decided and why, and what was sent. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.alerts.routing.reach import SENT
from bot.alerts.summaries.history import AlertHistory
from bot.locales import Texts
from bot.locales.bidi import other_direction
from bot.messages.blocks import (
    Block,
    Card,
    Line,
    Span,
    compose,
    directed,
    fill,
    foreign,
    line,
    quoted,
)
from bot.messages.cards.card import MOST_SIGNALS, alert_card, card_blocks
from bot.messages.cards.display import NAME, Display, signal_title
from bot.messages.cards.evidence import (
    WeighedClause,
    evidence_for,
    evidence_of,
    marked_snippet,
    marked_title,
    weighed_clauses,
)
from bot.messages.cards.grown import grown_line
from bot.messages.cards.lines import (
    figures_line,
    heading,
    id_link,
    link_line,
    place_line,
    raised_lines,
    seen_line,
    source_line,
)
from bot.messages.cards.why import why_here, why_sentence
from bot.text import clean, shorten, shorten_marked

if TYPE_CHECKING:
    from storage.alerts import Alert, AlertSignal
    from storage.decisions import Decision
    from storage.sending.acknowledgements import Acknowledgement

MOST_CLAUSES, MOST_DECISIONS = 6, 5

Notes = Callable[[str, str], str | None]


def explanation_card(
    history: AlertHistory,
    display: Display,
    notes: Notes | None = None,
    *,
    details: bool = True,
    technical: bool = True,
    whole: bool = False,
) -> Card:
    """Why the alert was made and sent: a sentence, what the asking chat got, and the details.

    `notes`: what the rules' authors wrote of a clause, by signal and clause. `technical`: with
    clauses, weights and every decision among the details, which are for who edits or judges rules.
    `whole`: all that a card says stands before the sentence.
    """
    say, alert = display.say, history.alert
    evidence = evidence_of(alert)
    title, snippet = marked_title(alert, evidence), marked_snippet(alert, evidence)

    def answer(scale: float) -> list[Block]:
        here = () if history.chat is None and not history.deliveries else why_here(history, display)
        head = [
            Block((bold(fill(say.template("why.title"), id=id_link(say, alert.short_id))),)),
            Block((quoted(shorten_marked(title, int(350 * scale)), say.language),), tight=True),
        ]
        return [
            *(card_blocks(alert, display, scale) if whole else head),
            Block((why_sentence(history, display),)),
            Block((here, *_acknowledged(display, history.acknowledgement)), tight=True),
        ]

    def build(scale: float) -> list[Block]:
        if not details:
            return answer(scale)
        if whole:
            said = [Block((grown_line(history, display),))]
        else:
            said = [
                Block(
                    (
                        *(heading(display, each, scale) for each in alert.signals[:MOST_SIGNALS]),
                        place_line(say, alert, scale),
                        *raised_lines(say, alert, scale),
                        figures_line(display, alert),
                        source_line(say, alert, scale),
                        seen_line(display, alert.created_at),
                        grown_line(history, display),
                    )
                ),
                Block((quoted(shorten_marked(snippet, int(700 * scale)), say.language),), rank=4),
            ]
        if not technical:
            behind = said if whole else [*said, Block((link_line(say, alert.link),), rank=1)]
            return [*answer(scale), *(replace(each, details=True) for each in behind)]
        grounds = [
            Block(
                (_found(display, alert, each), *_grounds(say, history, each, scale, notes)),
                rank,
            )
            for rank, each in enumerate(alert.signals[:MOST_SIGNALS])
        ]
        behind = [
            *said,
            *grounds,
            Block(tuple(_decided(display, each) for each in _latest_by_reason(history.decisions))),
            Block((_second_channel(display, history),)),
            Block((link_line(say, alert.link),), rank=1),
            Block((_rules(say, alert),), rank=2),
        ]
        return [*answer(scale), *(replace(each, details=True) for each in behind)]

    return compose(say.language, build)


def story_card(history: AlertHistory, display: Display) -> Card:
    """The alert as it stands, without empty lines; below it how it grew, or why it was only
    stored. For a display that shows many at once."""
    card = alert_card(history.alert, display, asks=False)
    told = any(each.action in SENT for each in history.decisions)
    last = grown_line(history, display) if told else why_sentence(history, display)
    lines = tuple(each for each in (*card.lines, directed(card.language, last)) if each)
    plain = "\n".join("".join(span.text for span in each) for each in lines)
    return Card(card.html, plain, lines, card.language)


def _found(display: Display, alert: Alert, told: AlertSignal) -> Line:
    """The heading over what was found of a signal; its title where there are several."""
    say = display.say
    found = line(Span(say("why.found"), "b"))
    if len(alert.signals) == 1:
        return found
    title = signal_title(display.signals, told.signal, say.language)
    return line(Span(f"{title} · ", "b"), found)


def _grounds(
    say: Texts, history: AlertHistory, told: AlertSignal, scale: float, notes: Notes | None
) -> list[Line]:
    def note(clause: str) -> str:
        found = clean(notes(told.signal, clause) or "") if notes else ""
        # Whoever wrote it wrote in one language.
        return "" if other_direction(found, say.language) else found

    lines = _clauses(say, told, scale, note)
    if detection := history.detections.get(told.signal):
        values = {
            "score": say.number(detection.score),
            "threshold": say.number(detection.threshold),
        }
        lines.append(line(say("why.score", **values)))
    return lines


def bold(spans: Line) -> Line:
    return line(tuple(Span(span.text, "b", span.href) for span in spans))


def _clauses(say: Texts, told: AlertSignal, scale: float, note: Callable[[str], str]) -> list[Line]:
    """A line for each clause that counted: its words, where they stand, its weight, and what its
    author noted. Evidence has each word once, for the first clause that saw it: which clauses there
    were stands in the explanation."""
    words: dict[str, list[str]] = {}
    fields: dict[str, list[str]] = {}
    weights: dict[str, int] = {}
    for found in evidence_for(told):
        field = say.find(f"why.in_{found.field}") or clean(found.field)
        if field not in fields.setdefault(found.clause, []):
            fields[found.clause].append(field)
        if found.quote not in words.setdefault(found.clause, []):
            words[found.clause].append(found.quote)
        weights.setdefault(found.clause, found.weight)
    weighed = weighed_clauses(told.explanation) or [
        WeighedClause(clause, weight, "") for clause, weight in weights.items()
    ]
    lines: list[Line] = []
    for each in weighed[:MOST_CLAUSES]:
        most = max(10, int(80 * scale))
        quotes = [shorten(clean(q), most) for q in words.get(each.label, [each.quote])]
        name = shorten(clean(each.label), max(10, int(NAME * scale)))
        where = " + ".join(fields.get(each.label, ()))
        noted = shorten(note(each.label), max(10, int(NAME * scale)))
        lines.append(
            line(
                "• ",
                *_joined([foreign(quote, say.language, "b") for quote in quotes if quote][:5]),
                f" · {where} · " if where else " · ",
                foreign(name, say.language, "code") if name else "",
                " · ",
                say("why.weight", n=say.number(each.weight)),
                f" · {noted}" if noted else "",
            )
        )
    if (rest := len(weighed) - MOST_CLAUSES) > 0:
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
