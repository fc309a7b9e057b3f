"""Why readers were told of an alert, or were not, in one plain sentence. Pure.

"Sent at 14:05 as Critical because Relief Wire reported an attack on health care in Nyala, Sudan;
told again at 15:10 because the number of people killed rose from 12 to 30."
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.alerts.decide import Reason, rank
from bot.alerts.growth import counted
from bot.alerts.routing.reach import SENT, unreached
from bot.alerts.routing.wanting import is_where, narrowed
from bot.alerts.summaries.history import AlertHistory
from bot.locales import Texts
from bot.messages.blocks import Line, fill, foreign, line, place_span
from bot.messages.cards.display import NAME, Display, signal_title
from bot.messages.cards.lines import first_places, raised_why
from bot.text import clean, shorten
from storage.alerts import AlertFigure
from storage.decisions import Decision
from storage.readers.subscriptions import Subscription
from storage.sending.outbox import Delivery

MOST_AGAIN = 2
"""Later tellings that the sentence names, the latest; the details have all."""


def why_sentence(history: AlertHistory, display: Display) -> Line:
    """Why it was sent and when, why again, and who says so; or why it was only stored."""
    say, alert = display.say, history.alert
    told = by_version(history, [each for each in history.decisions if each.action in SENT])
    if not told:
        stored = by_version(history, history.decisions)
        at = stored[-1].at if stored else alert.created_at
        because = _because(history, display, stored[-1], None) if stored else line(_unknown(say))
        said = fill(say.template("why.stored"), when=_when(display, at, None), reason=because)
        return line(said, ".")
    first, *later = told
    operators = "_to_operators" if alert.audience == "operators" else ""
    parts = [
        fill(
            say.template(f"why.sent{operators}"),
            when=_when(display, first.at, None),
            level=_level(say, _level_of(history, first)),
            reason=_because(history, display, first, None),
        )
    ]
    for before, each in list(zip(told, later, strict=False))[-MOST_AGAIN:]:
        when = _when(display, each.at, before.at)
        because = _because(history, display, each, before)
        parts.append(fill(say.template("why.again"), when=when, reason=because))
    if alert.families > 1:
        parts.append(line(say.plural("why.now", alert.families)))
    joint = say("why.joint")
    spans = [line(joint if number else "", part) for number, part in enumerate(parts)]
    return line(*spans, ".")


def why_silent(decided: Sequence[Decision], say: Texts) -> str:
    """Why an entry that is in no alert was told to nobody. `decided`: all that was of it."""
    if not decided:
        return say("why.no_signal")
    clause = say.find(f"because.{decided[-1].reason}") or ""
    if not clause or "{" in clause:
        clause = say.find(f"reason.{decided[-1].reason}") or clean(decided[-1].reason)[:NAME]
    return f"{say('why.silent', reason=clause)}."


def why_here(history: AlertHistory, display: Display) -> Line:
    """What the asking chat got of it, and why that chat; or why not."""
    say, chat = display.say, history.chat

    def at_its_time(key: str, row: Delivery) -> Line:
        return line(say(key, when=display.moment(row.updated_at)), *_chosen(history, display, row))

    def newest(*states: str, folded: bool = False) -> Delivery | None:
        rows = [each for each in history.deliveries if each.state in states]
        return next((each for each in reversed(rows) if bool(each.folded_into) >= folded), None)

    if sent := newest("sent"):
        return at_its_time("why.sent_here", sent)
    if folded := newest("expired", folded=True):
        return at_its_time("why.folded_here", folded)
    if history.digest_at and not newest("pending", "paused"):
        return line(say("why.digest_here", when=display.moment(history.digest_at)))
    if newest("unknown", "sending"):
        return line(say("why.maybe_sent_here"))
    if waiting := newest("pending", "paused"):
        if chat and chat.held_until and chat.is_held(display.now) and waiting.level != "critical":
            # Of the two the one that ends later.
            key = "why.muted_here" if chat.held_until == chat.muted_until else "why.quiet_here"
            return line(say(key, until=display.moment(chat.held_until)))
        if waiting.mute_id is not None and waiting.not_before > display.now:
            return line(say("why.muted_part_here", until=display.moment(waiting.not_before)))
        return line(say("why.waiting_here"))
    if history.deliveries:
        return line(say("why.not_sent_here", reason=say("here.failed")))
    if chat is None:
        return line(say("why.not_sent_here", reason=say("here.not-pushed")))
    kept = unreached(history.alert, chat, history.decisions, history.words_found)
    by = kept.by or Subscription(chat.id)
    reason = fill(
        say.template(f"here.{kept.why.value}"),
        places=_names(say, by),
        least=_level(say, by.lowest_level),
        level=_level(say, narrowed(history.alert, [by]).level),
        words=_words(say, by),
    )
    return fill(say.template("why.not_sent_here"), reason=reason)


def by_version(history: AlertHistory, decided: Sequence[Decision]) -> list[Decision]:
    """For each version the decision of its gravest signal, oldest version first."""
    best: dict[int, Decision] = {}
    for each in decided:
        if each.version is None:
            continue
        known = best.get(each.version)
        if known is None or rank(_level_of(history, each)) > rank(_level_of(history, known)):
            best[each.version] = each
    return [best[version] for version in sorted(best)]


def _level_of(history: AlertHistory, decided: Decision) -> str:
    """The level that the alert had for this signal then, as far as that is still known."""
    if decided.version == history.alert.version and (of := history.alert.of(decided.signal)):
        return of.level
    if decided.level:
        return decided.level
    said = history.said.get(decided.entry_id)
    known = said.levels.get(decided.signal) if said else None
    return known or history.alert.level


def _because(
    history: AlertHistory, display: Display, decided: Decision, before: Decision | None
) -> Line:
    """The clause behind "because"; a reason without one (a newer version's) by its name."""
    say = display.say
    template = say.find(f"because.{decided.reason}")
    if template is None:
        named = say.find(f"reason.{decided.reason}") or clean(decided.reason)[:NAME]
        return foreign(named, say.language)
    why = raised_why(history.alert, decided.escalation or "", say.language).rstrip(". ")
    raised = foreign(why, say.language) if why else line(say("why.some_escalation"))
    said = fill(
        template,
        why=raised,
        report=_report(history, display, decided),
        rise=_rise(say, history, decided, before),
        place=_place(say, history, decided) or line(say("why.some_place")),
        level=_level(say, _level_of(history, decided)),
    )
    in_words = "{why}" in template or decided.reason == Reason.INHIBITED
    return line(said, " (", raised, ")") if decided.escalation and not in_words else said


def _report(history: AlertHistory, display: Display, decided: Decision) -> Line:
    """Who said what, and where: "Relief Wire reported a siege in Aleppo, Syria"."""
    say, signal = display.say, decided.signal
    denied = decided.direction == "denied"
    turned = "improving" if decided.direction == "improving" else "worsening"
    words = say.find(f"said.{signal}.{turned}")
    what = line(words) if words else _titled(display, signal)
    if place := _place(say, history, decided):
        what = fill(say.template("why.what_where"), what=what, place=place)
    who = foreign(_publisher(history, display, decided.entry_id), say.language)
    return fill(say.template("why.denied" if denied else "why.reported"), who=who, what=what)


def _titled(display: Display, signal: str) -> Line:
    title = signal_title(display.signals, signal, display.say.language)
    named = foreign(title, display.say.language)
    return fill(display.say.template("why.titled"), title=named)


def _publisher(history: AlertHistory, display: Display, entry_id: int) -> str:
    said, alert = history.said.get(entry_id), history.alert
    known = display.publishers.get(said.feed_id) if said else None
    if known is None:
        own = alert.entry_id == entry_id or said is None
        known = alert.feed_name if own else said.feed_id if said else "?"
    return shorten(clean(known), NAME)


def _place(say: Texts, history: AlertHistory, decided: Decision) -> Line:
    said = history.said.get(decided.entry_id)
    places = said.places if said else ()
    names = first_places(places or history.alert.places, say.language)[:1]
    return line(place_span(shorten(clean(names[0]), NAME), say.language)) if names else ()


def _rise(say: Texts, history: AlertHistory, now: Decision, before: Decision | None) -> Line:
    """Which number rose, from what readers were told before to what they are told with this."""
    until = [s for s in history.statements if (s.at, s.entry_id) <= (now.at, now.entry_id)]
    known: dict[str, AlertFigure] = {}
    if before is not None:
        then = (before.at, before.entry_id)
        told = counted([s for s in history.statements if (s.at, s.entry_id) <= then])
        known = {each.what: each for each in told}
    grown = [
        (each.latest / known[each.what].latest, each)
        for each in counted(until)
        if each.what in known and 0 < known[each.what].latest < each.latest
    ]
    if not grown:
        return line(say("why.some_rise"))
    _, most = max(grown, key=lambda pair: pair[0])
    values = {
        "first": say.number(round(known[most.what].latest)),
        "latest": say.number(round(most.latest)),
    }
    return line(say(f"rise.{most.what}", **values))


def _level(say: Texts, level: str) -> Line:
    return line(say.find(f"level.{level}") or clean(level))


def _unknown(say: Texts) -> str:
    return say("why.not_known")


def _chosen(history: AlertHistory, display: Display, row: Delivery) -> list[Line]:
    """By which of its choices the topic hears of it."""
    chat, say = history.chat, display.say
    for by in chat.topic(row.thread_id) if chat else ():
        mine = [each for each in history.alert.signals if each.signal in by.chosen]
        if not mine or not is_where(by, history.alert):
            continue
        title = signal_title(display.signals, mine[0].signal, say.language)
        signal, least = foreign(title, say.language), _level(say, by.lowest_level)
        key = "here.chosen_places" if by.places else "here.chosen"
        places = _names(say, by)
        return [line(" · "), fill(say.template(key), signal=signal, least=least, places=places)]
    return []


def _names(say: Texts, by: Subscription) -> Line:
    names = [each.get(say.language) or each.get("en") or "?" for each in by.places.values()]
    return line(place_span(shorten(clean(" · ".join(names)), NAME), say.language))


def _words(say: Texts, by: Subscription) -> Line:
    said = [*(f"+{each}" for each in by.include), *(f"-{each}" for each in by.exclude)]
    return foreign(shorten(clean(" ".join(said)), NAME), say.language)


def _when(display: Display, at: datetime, before: datetime | None) -> str:
    """The hour, with its day when that is neither today nor the day that was just named."""
    zone = display.timezone
    beside = (before or display.now).astimezone(zone).date()
    same = at.astimezone(zone).date() == beside
    return display.moment(at, "why.at_hour" if same else "why.on_day")
