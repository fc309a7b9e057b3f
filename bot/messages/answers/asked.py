"""What the bot answers to a question: how it was understood, what was found or what is near."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from bot.asking.answer import MANY, Answer, guesses
from bot.asking.question import EARLIEST, Question, Stretch
from bot.locales import Texts
from bot.locales.bidi import isolated
from bot.messages.blocks import Block, Card, Span, compose, line
from bot.messages.cards.card import list_item
from bot.messages.cards.display import Display, Signals, signal_title
from bot.text import clean, shorten

LONGEST_WORD = 40
LABEL = 60

PlaceNames = Mapping[str, Mapping[str, str]]
"""What to call places, by id and language."""


def answer_card(answer: Answer, display: Display, names: PlaceNames) -> Card:
    """A page of alerts under how the question was understood; or that there is nothing."""
    say = display.say
    counted = ""
    if answer.question.stretch is None and answer.first and answer.alerts:
        counted = say.plural("recent.title", len(answer.alerts))
    head = understood(
        *(answer.question, display.signals, say, names), own=answer.own, counted=counted
    )

    def build(scale: float) -> list[Block]:
        blocks = [Block((line("🔎 ", Span(head, "b")),))]
        if answer.left_out:
            blocks.append(Block((line(left_out(answer.left_out, say)),)))
        blocks += [Block((line(each),)) for each in which_country(answer.question, say)]
        blocks += [list_item(each, display, scale) for each in answer.alerts]
        if not answer.alerts:
            blocks += [Block((line(each),)) for each in _nothing(answer, say)]
        return blocks

    return compose(say.language, build)


def left_out(words: Sequence[str], say: Texts) -> str:
    """That no alert has the words, and that what follows was found without them; "" for none."""
    return say("asked.left_out", words=_listed(words, say)) if words else ""


def which_country(question: Question, say: Texts) -> list[str]:
    """That a part of whatever country was not used, and what to write instead."""
    example = quoted_word(say, say("places.a_part"))
    return [
        say("places.which", name=quoted_word(say, part), examples=example)
        for part in question.parts[:1]
    ]


def none_has(words: Sequence[str], say: Texts) -> str:
    """That no alert has the words, which were all that was asked for; "" for none."""
    return say("asked.none_has", words=_listed(words, say)) if words else ""


def _listed(words: Sequence[str], say: Texts) -> str:
    return say("card.comma").join(quoted_word(say, each) for each in words[:6])


def _nothing(answer: Answer, say: Texts) -> list[str]:
    question = answer.question
    found = no_times(question, say) or [say("asked.nothing")]
    if question.perhaps:
        found.append(unknown(question, say))
    elif answer.near:
        found.append(say("asked.near"))
    elif not question.no_times:
        found.append(say("asked.how"))
    return found


def no_times(question: Question, say: Texts) -> list[str]:
    """What is wrong with a time that was named, and what to write."""
    return [
        say(f"asked.no_time.{each.why}", words=quoted_word(say, each.said))
        for each in question.no_times
    ]


def unknown(question: Question, say: Texts) -> str:
    """Which words are not known and like a name."""
    said = (quoted_word(say, each.said) for each in question.perhaps)
    return say("asked.unknown", words=say("card.comma").join(said))


def meant(
    question: Question, signals: Signals, say: Texts, names: PlaceNames
) -> list[tuple[str, str]]:
    """The words that may have been meant to be a name, each with such a name."""
    return [(said, _meant(each, question, signals, say, names)) for said, each in guesses(question)]


def nothing(question: Question, signals: Signals, say: Texts, names: PlaceNames) -> list[str]:
    """That nothing was found, where no button offers what was perhaps meant."""
    offered = [say("asked.meant", name=name) for _, name in meant(question, signals, say, names)]
    more = [unknown(question, say), " · ".join(offered)] if offered else []
    return [*(no_times(question, say) or [say("asked.nothing")]), *more]


def understood(
    question: Question,
    signals: Signals,
    say: Texts,
    names: PlaceNames,
    *,
    own: bool = False,
    counted: str = "",
) -> str:
    """A question in few words: "last 3 days · Aleppo · Siege"; `counted` stands in the place of a
    time that was not asked for."""
    comma = say("card.comma")
    language = say.language
    parts = [counted or stretch_text(question.stretch or Stretch(), say)]
    if question.places:
        parts.append(comma.join(short_name(names.get(p.id, {}), say) for p in question.places))
    if question.signals:
        titles = [signal_title(signals, each, language, LABEL) for each in question.signals]
        parts.append(comma.join(titles))
    for kind, values in (("level", question.levels), ("direction", question.directions)):
        if values:
            parts.append(comma.join(say(f"{kind}.{value}") for value in values))
    if question.words:
        parts.append(" ".join(_searched(say, word) for word in question.words[:6]))
    unwanted = [
        *(short_name(names.get(each.id, {}), say) for each in question.without_places),
        *(signal_title(signals, each, language, LABEL) for each in question.without_signals),
    ]
    if unwanted:
        parts.append(say("asked.except", what=comma.join(unwanted)))
    if own:
        parts.append(say("asked.own"))
    return " · ".join(parts)


def stretch_text(stretch: Stretch, say: Texts) -> str:
    """ "last 3 days", "today", "since 3 March 2026", "October 2025" """
    if stretch.first is not None and stretch.of_hours:
        return _hours_text(stretch, stretch.first, say)
    if stretch.first is not None:
        return _dates_text(stretch.first, stretch.last, say)
    if stretch.day is not None:
        return say(f"asked.day.{'today' if stretch.day == 0 else 'yesterday'}")
    hours = round(stretch.length / timedelta(hours=1))
    if hours < 1:
        return say.plural("asked.minutes", round(stretch.length / timedelta(minutes=1)))
    if hours < 48 or hours % 24:
        return say.plural("asked.hours", hours)
    return say.plural("asked.days", hours // 24)


def _dates_text(first: date, last: date | None, say: Texts) -> str:
    if last is None:
        return say("asked.since", day=say.day(first))
    if first == EARLIEST:
        return say("asked.until", day=say.day(last))
    if first == last:
        return say.day(first)
    if first.day == 1 and (last + timedelta(days=1)).day == 1:
        if first.month == last.month and first.year == last.year:
            return say.month(first)
        if (first.month, last.month, first.year) == (1, 12, last.year):
            return str(first.year)
    return say("asked.between", first=say.day(first), last=say.day(last))


def _hours_text(stretch: Stretch, first: date, say: Texts) -> str:
    begin = say("asked.hour", day=say.day(first), time=_time(stretch.begin))
    if stretch.last is None:
        return say("asked.since_hour", moment=begin)
    if first == EARLIEST:
        ends = say("asked.hour", day=say.day(stretch.last), time=_time(stretch.end))
        return say("asked.until_hour", moment=ends)
    if stretch.last == first:
        times = (_time(stretch.begin), _time(stretch.end))
        return say("asked.hours_of", day=say.day(first), begin=times[0], end=times[1])
    end = say("asked.hour", day=say.day(stretch.last), time=_time(stretch.end))
    return say("asked.between_hours", begin=begin, end=end)


def _time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def short_name(names: Mapping[str, str], say: Texts) -> str:
    """A place without what it lies in."""
    name = clean(names.get(say.language) or names.get("en") or "?")
    return shorten(name.replace("،", ",").split(",")[0], LABEL)


def quoted_word(say: Texts, word: str) -> str:
    """What somebody wrote, kept apart."""
    shown = shorten(clean(word.strip('"')), LONGEST_WORD)
    return say("asked.quoted", word=isolated(shown))


def _searched(say: Texts, word: str) -> str:
    if word.startswith("-"):
        return say("asked.except", what=quoted_word(say, word[1:]))
    return quoted_word(say, word)


def near_label(
    question: Question, alerts: int, asked: Question, display: Display, names: PlaceNames
) -> str:
    """What a button says that widens a question: what differs, and how many alerts there are."""
    say = display.say
    parts = understood(question, display.signals, say, names).split(" · ")
    first = stretch_text(asked.stretch or Stretch(), say)
    if len(parts) > 1 and parts[0] == first:
        parts = parts[1:]
    number = f"{say.number(alerts)}+" if alerts >= MANY else say.number(alerts)
    return shorten(f"{' · '.join(parts)} ({number})", LABEL)


def guess_label(question: Question, asked: Question, display: Display, names: PlaceNames) -> str:
    """What a button says that takes a word for something that is known."""
    meant = _meant(question, asked, display.signals, display.say, names)
    return shorten(display.say("asked.meant", name=meant), LABEL)


def _meant(
    question: Question, asked: Question, signals: Signals, say: Texts, names: PlaceNames
) -> str:
    """The name of what a word is taken for."""
    new = [each for each in question.places if each not in asked.places]
    if new:
        name = names.get(new[-1].id, {})
        return clean(name.get(say.language) or name.get("en") or "?")
    return signal_title(signals, question.signals[-1], say.language, LABEL)
