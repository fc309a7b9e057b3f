"""What operators are told about the rules, in their own language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.rules_in_force import Kept, Reloaded, Swapped
from storage import chats, outbox
from storage.database import Connection
from storage.outbox import NewDelivery

# A message holds 4096 characters; whoever corrects rules reads the rest with `marsad rules check`.
PROBLEMS_SHOWN, PROBLEM_LENGTH = 8, 300

_KEPT: Mapping[str, str] = {
    "ar": "قواعد الرصد المعدّلة فيها أخطاء، فبقيت القواعد السابقة عاملة:",
    "en": "The changed rules have errors, so the old ones stay in force:",
    "fr": "Les règles modifiées comportent des erreurs ; les anciennes restent en vigueur :",
}
_SWAPPED: Mapping[str, str] = {
    "ar": "قواعد الرصد الجديدة تعمل الآن. المواضيع: {signals}، البصمة: {hash}",
    "en": "The new rules are in force. Signals: {signals}, hash: {hash}",
    "fr": "Les nouvelles règles sont en vigueur. Thèmes : {signals}, empreinte : {hash}",
}
_MORE: Mapping[str, str] = {
    "ar": "والبقية ({n}) في: marsad rules check",
    "en": "The rest ({n}): marsad rules check",
    "fr": "Le reste ({n}) : marsad rules check",
}


def reload_text(reloaded: Swapped | Kept, language: str) -> str:
    """What came of a reload, for one operator. A language without a text is told in English."""
    match reloaded:
        case Swapped(hash, signals):
            return _said(_SWAPPED, language).format(signals=signals, hash=hash)
        case Kept(problems):
            shown = [problem[:PROBLEM_LENGTH] for problem in problems[:PROBLEMS_SHOWN]]
            rest = len(problems) - len(shown)
            more = [_said(_MORE, language).format(n=rest)] if rest else []
            return "\n".join([_said(_KEPT, language), *shown, *more])


def tell_operators(db: Connection, text: Callable[[str], str], now: datetime) -> int:
    """Queue a notice for each operator's chat; returns how many. Inside a write transaction."""
    rows = [
        NewDelivery(
            alert_id=None,
            chat_id=chat.id,
            kind="notice",
            version=0,
            level="alert",
            not_before=now,
            text=text(chat.language),
            state="paused" if chat.state == "paused" else "pending",
        )
        for chat in chats.operators(db)
    ]
    return outbox.enqueue(db, rows, now)


def told(reloaded: Reloaded) -> Callable[[str], str] | None:
    """What to say of a reload, by language; None when nothing changed."""
    if isinstance(reloaded, Swapped | Kept):
        outcome = reloaded
        return lambda language: reload_text(outcome, language)
    return None


def _said(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language, texts["en"])
