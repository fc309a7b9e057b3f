"""What operators are told of entries that the rules could not read: a bug, not their doing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.feeds.catalogue import Feed
from bot.messages.wording import FIRST_STRONG, POP
from storage import chats, outbox
from storage.database import Connection
from storage.outbox import NewDelivery

TITLE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Unread:
    """An entry whose detection raised; `error` names the exception."""

    title: str
    link: str | None
    error: str


_TEXTS: Mapping[str, tuple[str, str, str]] = {
    "ar": (
        "لم تستطع قواعد الرصد قراءة مادة من المصدر «{feed}» ({error}): {title}",
        "ومواد أخرى من المصدر نفسه: {n}",
        "حُفظت بلا تنبيه، فاقرأها بنفسك. هذا خلل في مرصد: التفاصيل في السجل، أبلغ من يتولى صيانته.",
    ),
    "en": (
        "The rules could not read an entry of the feed “{feed}” ({error}): {title}",
        "Other entries of the same feed: {n}",
        "It is stored without an alert: read it yourself. This is a bug in Marsad; the log has "
        "the details, tell whoever maintains it.",
    ),
    "fr": (
        "Les règles n'ont pas pu lire une entrée du flux « {feed} » ({error}) : {title}",
        "Autres entrées du même flux : {n}",
        "Elle est conservée sans alerte : lisez-la vous-même. C'est un défaut de Marsad ; le "
        "journal a les détails, prévenez qui s'en occupe.",
    ),
}


def unread_text(feed: Feed, unread: Sequence[Unread], language: str) -> str:
    """The notice as plain text: it names the first entry and counts the others."""
    head, more, what_to_do = _TEXTS.get(language, _TEXTS["en"])
    first = unread[0]
    title = " ".join(first.title.split())[:TITLE_LENGTH] or "–"
    lines = [
        head.format(feed=feed.name, error=first.error, title=f"{FIRST_STRONG}{title}{POP}"),
        *([first.link] if first.link else []),
        *([more.format(n=len(unread) - 1)] if len(unread) > 1 else []),
        what_to_do,
        f"feeds.yaml: {feed.id}",
    ]
    return "\n".join(lines)


def queue_unread(db: Connection, feed: Feed, unread: Sequence[Unread], now: datetime) -> None:
    """Tell every operator, in the poll's transaction; of one feed at most once a day (UTC)."""
    outbox.enqueue(
        db,
        [
            NewDelivery(
                alert_id=None,
                chat_id=chat.id,
                kind="notice",
                version=0,
                level="alert",
                not_before=now,
                text=unread_text(feed, unread, chat.language),
                key=f"unread:{feed.id}:{now:%Y-%m-%d}",
                state="paused" if chat.state == "paused" else "pending",
            )
            for chat in chats.operators(db)
        ],
    )
