"""What the trial of a change of rules found, in words: what is wrong, or what would change."""

from __future__ import annotations

from bot.locales import Texts
from bot.locales.bidi import isolated
from bot.messages.cards.display import Signals, signal_title
from bot.operating.trial_report import Example, SignalChange, TrialReport
from bot.text import clean, shorten

PROBLEMS, WARNINGS, CHANGES, TERMS = 8, 3, 8, 6
LINE, TITLE, WORDS = 300, 110, 80


def trial_text(report: TrialReport, file: str, signals: Signals, say: Texts) -> str:
    """The answer to a file that was sent."""
    name = isolated(clean(file))
    if report.failure:
        return say(f"trial.failed_{report.failure}", file=name)
    if report.problems:
        shown = [_told(each, say) for each in report.problems[:PROBLEMS]]
        rest = len(report.problems) - len(shown) + report.more_problems
        more = [say("trial.more", n=say.number(rest))] if rest else []
        return "\n".join([say("trial.wrong", file=name), *shown, *more])
    blocks = [
        [say("trial.sound", file=name, tests=say.number(report.tests))],
        [f"⚠️ {_told(each, say)}" for each in report.warnings[:WARNINGS]],
        _changes(report, signals, say),
        _replayed(report, signals, say),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _told(problem: dict[str, str], say: Texts) -> str:
    return isolated(shorten(clean(problem.get(say.language) or problem.get("en") or ""), LINE))


def _changes(report: TrialReport, signals: Signals, say: Texts) -> list[str]:
    lines = [_signal(each, report, signals, say) for each in report.signals[:CHANGES]]
    for term in report.words[:TERMS]:
        signs = [f"+{clean(word)}" for word in term.added[:6]]
        signs += [f"−{clean(word)}" for word in term.removed[:6]]
        words = isolated(say("card.comma").join(signs))
        lines.append(say("trial.words", term=_term(term.term, signals, say), words=words))
    more = max(0, len(report.signals) - CHANGES) + max(0, len(report.words) - TERMS)
    if more:
        lines.append(say("trial.more", n=say.number(more)))
    return lines or [say("trial.same")]


def _title(signal: str, report: TrialReport, signals: Signals, say: Texts) -> str:
    """What readers call it; a new one as the file that was sent names it."""
    if signal in signals:
        return signal_title(signals, signal, say.language)
    return clean(report.titles.get(signal, {}).get(say.language, "")) or signal


def _term(term: str, signals: Signals, say: Texts) -> str:
    """A term by its name; the words of an `unless` over a shipped rule have none of their own."""
    signal = term.removeprefix("$").removesuffix("-unless")
    if term == f"${signal}-unless":
        return say("trial.silent_where", title=signal_title(signals, signal, say.language))
    return isolated(clean(term))


def _signal(change: SignalChange, report: TrialReport, signals: Signals, say: Texts) -> str:
    title = _title(change.signal, report, signals, say)
    parts = []
    if change.kind == "changed" and change.levels:
        before, after = (say(f"level.{level}") for level in change.levels)
        parts.append(say("trial.level", before=before, after=after))
    if change.status:
        parts.append(say("trial.status", before=change.status[0], after=change.status[1]))
    for sign, labels in (
        ("+", change.clauses_added),
        ("−", change.clauses_removed),
        ("±", change.clauses_changed),
    ):
        if labels:
            named = say("card.comma").join(f"{sign}{clean(label)}" for label in labels[:5])
            parts.append(isolated(named + ("…" if len(labels) > 5 else "")))
    said = say(f"trial.{change.kind}", title=title)
    return f"{said}: {say('card.comma').join(parts)}" if parts else said


def _replayed(report: TrialReport, signals: Signals, say: Texts) -> list[str]:
    if not report.of:
        return [say("trial.nothing_stored", days=say.plural("span.days", report.days))]
    lines = [
        say(
            "trial.replayed",
            read=say.number(report.read),
            of=say.number(report.of),
            days=say.plural("span.days", report.days),
        ),
        say("trial.alerts", gained=say.number(report.gained), lost=say.number(report.lost)),
    ]
    if report.lost_false or report.lost_useful:
        wrong, right = say.number(report.lost_false), say.number(report.lost_useful)
        lines.append(say("trial.marked", wrong=wrong, right=right))
    if report.listed_gained or report.listed_lost:
        gained, lost = say.number(report.listed_gained), say.number(report.listed_lost)
        lines.append(say("trial.listed", gained=gained, lost=lost))
    lines += [_example("🆕", each, report, signals, say) for each in report.gained_examples]
    lines += [_example("🔕", each, report, signals, say) for each in report.lost_examples]
    return lines


def _example(sign: str, example: Example, report: TrialReport, signals: Signals, say: Texts) -> str:
    title = isolated(shorten(clean(example.title), TITLE))
    words = isolated(shorten(clean(example.words), WORDS))
    signal = _title(example.signal, report, signals, say)
    return f"{sign} {signal}: {title}" + (f" ({words})" if example.words else "")
