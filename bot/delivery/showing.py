"""An alert as a topic of a chat sees it: its signals, in the words of an entry that tells them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.alerts.edits import quoted_entry
from bot.alerts.routing.mutes import concerning
from bot.alerts.routing.wanting import seen_in
from bot.alerts.said.snippet import snippet
from bot.alerts.summaries.digest import Digest
from bot.alerts.summaries.weekly import Weekly
from bot.delivery.deciding.outcome import Reactions
from bot.messages.cards.evidence import evidence_for
from storage import alerts
from storage.alerts import Alert
from storage.connection import Connection
from storage.news import entries
from storage.readers import feedback, mutes
from storage.readers.chats import Chat


def as_seen(db: Connection, alert: Alert, chat: Chat, thread_id: int | None) -> Alert:
    """The alert for a card in this topic of the chat.

    The newest version may be about signals that the chat did not choose: the card then quotes the
    entry that tells the gravest of its own.
    """
    seen = seen_in(chat, thread_id, alert)
    entry_id = quoted_entry(seen)
    entry = None if entry_id == seen.entry_id else entries.get(db, entry_id)
    if entry is None:
        return seen
    evidence = [
        piece for each in seen.signals if each.entry_id == entry_id for piece in evidence_for(each)
    ]
    families = (source.family for source in seen.sources if source.entry_id == entry_id)
    return replace(
        seen,
        entry_id=entry_id,
        title=entry.title,
        snippet=snippet(entry.title, entry.summary, evidence),
        link=entry.link,
        language=entry.language,
        feed_name=next(families, seen.feed_name),
    )


def digested(
    db: Connection, digest: Digest | Weekly, chat: Chat, thread_id: int | None
) -> tuple[Alert, ...]:
    """The alerts that a digest names, for its card: in their order, those that still exist."""
    ids = digest.gravest if isinstance(digest, Weekly) else digest.alerts
    known = alerts.by_ids(db, ids)
    return tuple(as_seen(db, known[each], chat, thread_id) for each in ids if each in known)


def reactions_of(
    db: Connection, alert: Alert, chat: Chat, thread_id: int | None, now: datetime
) -> Reactions:
    """What people of the chat did with the alert's buttons so far; mutes are of that topic."""
    muted = concerning(mutes.of_topic(db, chat.id, thread_id, now), alert)
    marks = feedback.counts_in_chat(db, alert.id, chat.id)
    return Reactions(
        muted_until=max((each.until for each in muted), default=None),
        useful=marks[feedback.USEFUL],
        false=marks[feedback.FALSE],
    )
