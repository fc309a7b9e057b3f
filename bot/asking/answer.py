"""What is stored that answers a question, and what is near when nothing does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from bot.alerts.said.facts import labels
from bot.asking.question import AskedPlace, Question, Stretch
from bot.asking.words import Others, Search, no_others, search_of
from storage import finding
from storage.alerts import Alert
from storage.connection import Connection
from storage.finding import Cursor, Wanted
from storage.readers.chats import Chat

if TYPE_CHECKING:
    from rules import Gazetteer

USUAL, MOST = 5, 10
"""Alerts on a page."""
MOST_NEAR = 4
MANY = 100
"""More are not counted."""
LONGER = (timedelta(days=30), timedelta(days=90), timedelta(days=366))


@dataclass(frozen=True, slots=True)
class Near:
    """A question like the one that was asked, and how many alerts answer it (at most MANY)."""

    question: Question
    alerts: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Alerts, newest first; `more` is where the next page begins, `newer` where the one before ends
    (None where there is none). `own`: of what the chat chose
    alone, since the question names nothing itself. `first`: this is the first page. `left_out`:
    words that no alert has, and without which these are found."""

    question: Question
    alerts: tuple[Alert, ...]
    more: Cursor | None = None
    newer: Cursor | None = None
    near: tuple[Near, ...] = ()
    own: bool = False
    first: bool = True
    left_out: tuple[str, ...] = ()


def wanted_of(
    question: Question,
    now: datetime,
    zone: tzinfo,
    *,
    chat: Chat | None = None,
    others: Others = no_others,
) -> Wanted:
    """The question as storage has it. A chat's own choice counts where the question names neither
    place nor signal nor words; alerts of rules on test are for operators' chats."""
    since, until = (question.stretch or Stretch()).bounds(now, zone)
    search = search_of(" ".join(question.words), others) if question.words else Search("")
    own = chat if chat is not None and not question.names_something else None
    by_name = own.signals if own and not own.chosen.everything else None
    return Wanted(
        since=since,
        until=until,
        places=[each for place in question.places for each in place.ids]
        or (sorted(own.places) if own else []),
        signals=question.signals or (sorted(by_name) if by_name else ()),
        levels=question.levels,
        directions=question.directions,
        match=search.match or (None if question.words and not search.unmatched else ""),
        unmatched=search.unmatched,
        without=[
            *(f"p:{each}" for place in question.without_places for each in place.ids),
            *(f"s:{each}" for each in question.without_signals),
        ],
        for_operators=chat is not None and chat.role == "operator",
    )


def answer(
    db: Connection,
    question: Question,
    chat: Chat,
    now: datetime,
    zone: tzinfo,
    *,
    gazetteer: Gazetteer,
    after: Cursor | None = None,
    above: Cursor | None = None,
    others: Others = no_others,
) -> Answer:
    """A page of alerts for the question: the first, the one behind the cursor `after`, or the one
    that ends before `above`."""
    size = min(question.count or USUAL, MOST)
    wanted = wanted_of(question, now, zone, chat=chat, others=others)

    def look(after: Cursor | None, above: Cursor | None) -> list[Alert]:
        return finding.find(db, wanted, size + 1, after=after, above=above)

    found = look(after, above)
    if above is not None and len(found) <= size:  # the first page is always a full one
        above = None
        found = look(None, None)
    chosen = found[-size:] if above is not None else found[:size]
    page = [each.seen_by(wanted.signals) for each in chosen]
    first = after is None and above is None
    own = not question.names_something and bool(chat.chosen or chat.places)
    if page or not first:
        older = above is not None or len(found) > size
        more = Cursor(page[-1].updated_at, page[-1].id) if page and older else None
        newer = Cursor(page[0].updated_at, page[0].id) if page and not first else None
        return Answer(question, tuple(page), more, newer, own=own, first=first)
    near = []
    asked = (question.stretch or Stretch()).age(now, zone)
    for each in likenesses(question, gazetteer, asked):
        counted = finding.count(db, wanted_of(each, now, zone, chat=chat, others=others), MANY)
        if counted:
            near.append(Near(each, counted))
        if len(near) == MOST_NEAR:
            break
    return Answer(question, (), near=tuple(near), own=own)


def likenesses(question: Question, gazetteer: Gazetteer, asked: timedelta) -> Iterator[Question]:
    """Wider questions, the nearest first: longer ago than `asked`, fewer conditions, what lies
    around."""
    bare = replace(question, perhaps=())
    longer = [each for each in LONGER if each > asked]
    if not question.words:
        for length in longer:
            yield replace(bare, stretch=Stretch(length))
    parts = sum(map(bool, (bare.places, bare.signals, bare.words)))
    if bare.words and parts > 1:
        yield replace(bare, words=())
    if bare.levels:
        yield replace(bare, levels=())
    if bare.directions:
        yield replace(bare, directions=())
    if bare.signals and bare.places:
        yield replace(bare, signals=(), directions=(), words=())
    if (around := _around(bare.places, gazetteer)) is not None:
        yield replace(bare, places=around, words=())
    if bare.signals and bare.places:
        yield replace(bare, places=(), words=())


def _around(places: Sequence[AskedPlace], gazetteer: Gazetteer) -> tuple[AskedPlace, ...] | None:
    """The countries in which the places lie; None where that is not more."""
    own = [gazetteer.places[each.id] for each in places if each.id in gazetteer.places]
    countries = {place.country for place in own if place.kind != "country"}
    if not countries or not countries <= gazetteer.places.keys():
        return None
    return tuple(AskedPlace(each, (each,)) for each in sorted(countries))


def names_of(question: Question, gazetteer: Gazetteer) -> dict[str, Mapping[str, str]]:
    """What to call the places of a question and of its guesses, by id and language."""
    guessed = (place for each in question.perhaps for place in each.places)
    asked = [*question.places, *question.without_places, *guessed]
    return {
        each.id: labels(gazetteer, gazetteer.places[each.id])
        for each in asked
        if each.id in gazetteer.places
    }


def large_places(question: Question, gazetteer: Gazetteer) -> tuple[AskedPlace, ...]:
    """The places of a question that was a long text: those that are hardly an ordinary word."""
    from rules.matching.places.gazetteer import rank
    from rules.matching.places.spellings import LARGE, is_near

    def is_meant(asked: AskedPlace) -> bool:
        place = gazetteer.places.get(asked.id)
        if place is None:
            return False
        return place.kind == "country" or (rank(place) >= LARGE and is_near(place, gazetteer))

    return tuple(each for each in question.places if is_meant(each))


def guesses(question: Question) -> Iterator[tuple[str, Question]]:
    """What was perhaps meant: the word, and the question with what it may stand for."""
    for perhaps in question.perhaps:
        said = perhaps.said.split()
        rest = tuple(word for word in question.words if word not in said)
        bare = replace(question, words=rest, perhaps=())
        for signal in perhaps.signals:
            yield perhaps.said, replace(bare, signals=(*question.signals, signal))
        for place in perhaps.places:
            yield perhaps.said, replace(bare, places=(*question.places, place))
