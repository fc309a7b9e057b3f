"""An alert as one chat sees it: the signals it chose, in the words of an entry that tells them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.alerts.edits import quoted_entry, seen_by
from bot.alerts.mutes import concerning
from bot.alerts.snippet import snippet
from bot.delivery.outcome import Reactions
from bot.messages.evidence import evidence_for
from storage import entries, feedback, mutes
from storage.alerts import Alert
from storage.chats import Chat
from storage.file.database import Connection


def as_seen(db: Connection, alert: Alert, chat: Chat) -> Alert:
    """The alert for a card of this chat.

    The newest version may be about signals that the chat did not choose: the card then quotes the
    entry that tells the gravest of its own.
    """
    seen = seen_by(chat, alert)
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


def reactions_of(db: Connection, alert: Alert, chat: Chat, now: datetime) -> Reactions:
    """What people of the chat did with the alert's buttons so far."""
    muted = concerning(mutes.of_chat(db, chat.id, now), seen_by(chat, alert))
    marks = feedback.counts_in_chat(db, alert.id, chat.id)
    return Reactions(
        muted_until=max((each.until for each in muted), default=None),
        useful=marks[feedback.USEFUL],
        false=marks[feedback.FALSE],
    )
