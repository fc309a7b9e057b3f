"""/rules and /rule: which rules are in force, what they found, how they are recognised."""

from __future__ import annotations

from datetime import timedelta

from bot.locales.bidi import isolated
from bot.messages.answers.rules import DAYS, rule_text, rules_text
from bot.messages.cards.card import text_card
from bot.messages.cards.display import signal_title
from bot.telegram.commands.asking.ask import read
from bot.telegram.registry import Who, command
from bot.telegram.request import Request
from bot.telegram.typed.changes import is_all
from bot.text import clean
from rules import RuleSet
from storage import decisions
from storage.connection import Connection
from storage.decisions import Hits
from storage.readers import feedback
from storage.rule_files import versions as rule_versions
from storage.rule_files.versions import RuleVersion

LAST_DAYS = 7


@command("rules", order=100, who=Who.OPERATORS)
async def show_rules(request: Request) -> None:
    """Each rule with its level and how often it fired in the last days; ``/rules siege`` is
    ``/rule siege``."""
    if request.arguments and not is_all(request.behind):
        await show_rule(request)
        return
    services, speech = request.services, request.speech
    rules = services.rules()
    since = services.clock() - timedelta(days=LAST_DAYS)

    def read(db: Connection) -> dict[str, list[Hits]]:
        return {name: decisions.hits_by_day(db, name, since) for name in rules.signals}

    hits = await services.database.read(read)
    text = rules_text(rules, hits, speech)
    how = speech("rules.how", hash=isolated(rules.hash.rpartition(":")[2][:12]))
    title = speech("rules.title", days=speech.plural("span.days", LAST_DAYS))
    await request.reply(text_card(f"{text}\n\n{how}", speech.language, title=title))


@command("rule", order=102, who=Who.OPERATORS)
async def show_rule(request: Request) -> None:
    """``/rule siege``: by id, or by its title."""
    services, speech = request.services, request.speech
    rules, asked = services.rules(), clean(" ".join(request.arguments))[:80].strip()
    name = named(rules, asked) or await _perhaps(request, asked)
    if name is None:
        known = ", ".join(rules.signals)
        if not asked:
            await request.say("rules.which", known=isolated(known))
            return
        await request.say("rules.unknown", id=isolated(asked or "?"), known=isolated(known))
        return
    now = services.clock()
    since = now - timedelta(days=DAYS)

    def read(db: Connection) -> tuple[list[Hits], RuleVersion | None, dict[str, int]]:
        last = rule_versions.newest_of(db, f"signals/{name}.yaml")
        marks = dict.fromkeys((feedback.USEFUL, feedback.FALSE), 0)
        for (signal, mark, _), n in feedback.counts_by_signal(db, since).items():
            marks[mark] += n if signal == name else 0
        return decisions.hits_by_day(db, name, since), last, marks

    hits, last, marks = await services.database.read(read)
    text = rule_text(rules, name, hits, now.date(), speech)
    if any(marks.values()):
        useful, wrong = speech.number(marks[feedback.USEFUL]), speech.number(marks[feedback.FALSE])
        text = f"{text}\n\n{speech('rules.marks', useful=useful, wrong=wrong)}"
    if last is None:
        changed = speech("rules.as_shipped")
    else:
        when = speech.moment(last.at, request.zone, now)
        who = isolated(clean(last.name)) if last.name else speech("versions.on_disk")
        changed = speech("rules.changed", id=speech.number(last.id), who=who, when=when)
    title = signal_title(rules.signals, name, speech.language)
    await request.reply(text_card(f"{text}\n\n{changed}", speech.language, title=title))


async def _perhaps(request: Request, asked: str) -> str | None:
    """The signal that people call so, where it is one: "cholera"."""
    question = await read(request, asked)
    return question.signals[0] if len(question.signals) == 1 and not question.words else None


def named(rules: RuleSet, asked: str) -> str | None:
    """The signal that is meant: by its id, or by its title in any language."""
    wanted = asked.lower().replace(" ", "-")
    if wanted in rules.signals:
        return wanted
    for name, signal in rules.signals.items():
        if asked and asked.casefold() in (title.casefold() for title in signal.title.values()):
            return name
    return None
