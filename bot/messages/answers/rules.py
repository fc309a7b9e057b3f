"""What the rules are and do, in words, for operators: a rule's clauses, what fires in a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.locales import Texts
from bot.locales.bidi import apart, isolated
from bot.messages.cards.display import Signals, signal_title
from bot.text import clean, length, shorten
from storage.decisions import Hits

if TYPE_CHECKING:
    from rules import Detection, RuleSet
    from rules.matching.clauses import CompiledClause
    from rules.matching.rule import CompiledRule
    from rules.trying.expand import Expansion
    from rules.trying.explain import Explanation

BARS = "▁▂▃▄▅▆▇█"
DAYS = 14
# Words of a term and terms of a clause that stand for all of them; clauses of a rule; signals that
# nearly fired; forms of a word.
WORDS, TERMS, CLAUSES, NEARLY, FORMS = 3, 2, 20, 3, 80
QUOTE = 200


def rules_text(rules: RuleSet, hits: dict[str, list[Hits]], say: Texts) -> str:
    """A line for each rule: its title and id, its level, how often it fired lately."""
    lines = []
    for name, signal in rules.signals.items():
        found = sum(each.found for each in hits.get(name, ()))
        line = say(
            "rules.line",
            title=signal_title(rules.signals, name, say.language),
            id=isolated(name),
            level=say(f"level.{signal.level}"),
            hits=say.number(found),
        )
        lines.append(line + ("" if signal.status == "stable" else say("rules.on_test")))
    return "\n".join(lines)


def rule_text(rules: RuleSet, name: str, hits: Sequence[Hits], today: date, say: Texts) -> str:
    """What a rule found, and how it is recognised, clause by clause."""
    signal, rule = rules.signals[name], rules.rules[name]
    told = sum(each.told for each in hits)
    head = [
        clean(signal.description.get(say.language) or signal.description.get("en") or ""),
        say("rules.level", level=say(f"level.{signal.level}"), id=isolated(name))
        + ("" if signal.status == "stable" else say("rules.on_test")),
        say(
            "rules.hits",
            bars=bars(hits, today),
            days=say.plural("span.days", DAYS),
            found=say.number(sum(each.found for each in hits)),
            told=say.number(told),
        ),
    ]
    # Of a clause that may be said in several ways, the first one.
    listed = list({each.frame: each for each in reversed(rule.when)}.values())[::-1]
    clauses = [clause_text(rules, rule, each, say) for each in listed[:CLAUSES]]
    more = len(listed) - CLAUSES
    if more > 0:
        clauses.append(say("rules.more_clauses", n=say.number(more)))
    if rule.against:
        clauses.append(say("rules.against", n=say.number(len(rule.against))))
    if guards := [*rule.unless, *rule.unless_in_title]:
        words = say("card.comma").join(_words(rules, each, say) for each in guards[:4])
        clauses += [say("rules.unless", words=words)] if words else []
    return "\n\n".join(["\n".join(filter(None, head)), "\n".join(clauses)])


def bars(hits: Sequence[Hits], today: date) -> str:
    """Hits of the last days as a line of bars, today's last as the line runs: they have no
    direction of their own."""
    by_day = {each.day: each.found for each in hits}
    days = [(today - timedelta(days=n)).isoformat() for n in reversed(range(DAYS))]
    most = max([by_day.get(day, 0) for day in days], default=0)
    if not most:
        return "·" * DAYS
    return "".join(
        BARS[(by_day[day] * len(BARS) - 1) // most] if by_day.get(day) else "·" for day in days
    )


def clause_text(rules: RuleSet, rule: CompiledRule, clause: CompiledClause, say: Texts) -> str:
    """One clause: which words, how they must stand, how much that weighs."""
    elements = [
        "/".join(_words(rules, term, say) for term in each.terms[:TERMS])
        for each in clause.elements
    ]
    words = " + ".join(filter(None, elements)) or isolated(clean(clause.label))
    kind = say.find(f"rules.kind.{clause.kind}") or "{words}"
    within = say.number(clause.within or 0)
    text = kind.format(words=words, within=within)
    if where := say.find(f"rules.where.{clause.where}"):
        text += f" ({where})"
    weight = say("rules.weight", n=say.number(clause.weight), of=say.number(rule.threshold))
    return f"• {text} · {weight} · {isolated(clean(clause.label))}"


def _words(rules: RuleSet, term: str, say: Texts) -> str:
    """A few words of a term, in the reader's language before others."""
    by_language = rules.words_of_terms.get(term, {})
    order = (say.language, "ar", "en", "fr")
    words = next((by_language[each] for each in order if by_language.get(each)), ())
    if not words:
        return apart(clean(term), say.language)
    return _each_apart(words[:WORDS], say) + ("…" if len(words) > WORDS else "")


def _each_apart(words: Iterable[str], say: Texts) -> str:
    """Words of any language in a row. Isolated together they would run as the first of them does,
    and who reads the line the other way would meet them backwards."""
    return say("card.comma").join(apart(clean(each), say.language) for each in words)


def tested_text(found: Explanation, signals: Signals, say: Texts) -> str:
    """What fires in a text and why, a sentence each; where nothing does, what came near."""
    lines = []
    for each in found.detections:
        words = " … ".join(map(isolated, _within(fired_words(each), QUOTE)))
        lines.append(
            say(
                "rules.fires",
                title=signal_title(signals, each.signal, say.language),
                level=say(f"level.{each.level}"),
                direction=say(f"direction.{each.direction}"),
                words=words,
                score=say.number(each.score),
                threshold=say.number(each.threshold),
            )
        )
    if lines:
        return "\n".join(lines)
    lines.append(say("rules.nothing_fires"))
    silent = [each for each in found.signals if each.detection is None]
    for reading in silent[:NEARLY]:
        title = signal_title(signals, reading.signal, say.language)
        why = reading.silence.text(say.language) if reading.silence else ""
        if reading.nearly:
            miss = reading.nearly[0]
            quote = isolated(shorten(clean(miss.quote), QUOTE))
            why = f"{miss.said.text(say.language)} ({quote})"
        lines.append(say("rules.nearly", title=title, why=why))
    if found.unknown and not silent:
        lines.append(say("rules.unknown_words", words=_each_apart(found.unknown[:10], say)))
    return "\n".join(lines)


def _within(words: Iterable[str], limit: int) -> list[str]:
    """As many of the words as the limit (UTF-16 units) holds, and of the last what fits."""
    kept, left = [], limit
    for word in words:
        if left <= 1:
            break
        kept.append(shorten(word, left))
        left -= length(word)
    return kept


def fired_words(found: Detection) -> list[str]:
    """The words that fired, each once; those that stand in others are said by these."""
    quotes = dict.fromkeys(clean(" ".join(piece.quote.split())) for piece in found.evidence)
    return [
        quote
        for quote in quotes
        if quote and not any(quote != other and quote in other for other in quotes)
    ]


def expanded_text(found: Expansion, say: Texts) -> str:
    """The forms that a word matches, what has it already, and what is doubtful."""
    shown = (found.plain or found.forms)[:FORMS]
    joint = "، " if found.language == "ar" else ", "
    parts = [
        say.plural("rules.forms", len(found.forms), word=isolated(clean(found.word))),
        isolated(joint.join(map(clean, shown)) + ("…" if len(shown) < len(found.plain) else "")),
    ]
    if found.terms:
        parts.append(say("rules.in_terms", terms=isolated(", ".join(found.terms[:12]))))
    parts += [
        say("rules.collision", form=isolated(clean(each.form))) for each in found.collisions[:5]
    ]
    parts += [f"⚠️ {doubt.text(say.language)}" for doubt in found.doubts[:5]]
    return "\n".join(parts)
