"""The plain text of catch-up lines (for readers) and notices (for operators).

Pure. Plain text: the sender escapes it. Numbers stand after a colon, so that no language needs
its plural rules here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape

from bot.delivery.catchup import FoldReason

# Telegram allows 4096 characters; the sender may add a mark and a footer.
LINE_LENGTH = 3500
TITLE_LENGTH = 90
FIRST_STRONG, POP = "\u2068", "\u2069"  # keeps a title of the other direction from mixing the line


@dataclass(frozen=True, slots=True)
class LineItem:
    """What a catch-up line says of one alert."""

    short_id: str
    title: str
    level: str
    reason: FoldReason


class Notice(StrEnum):
    """What operators are told."""

    CHAT_PAUSED = "chat-paused"
    CHAT_HELD = "chat-held"
    REJECTED = "rejected"
    LOST_LINE = "lost-line"
    GIVEN_UP = "given-up"


_LINES: Mapping[str, Mapping[str, str]] = {
    "ar": {
        FoldReason.TOO_OLD: "تنبيهات تأخر إرسالها ولم تعد جديدة: {n}",
        FoldReason.STORM: "تنبيهات جُمعت هنا لكثرتها في وقت قصير: {n}",
        FoldReason.UNKNOWN: "تنبيهات ربما وصلتك من قبل (لم يصل تأكيد إرسالها): {n}",
        "more": "وغيرها:",
        "how": "لقراءة تنبيه أرسل مثلًا: /alert {example}",
    },
    "en": {
        FoldReason.TOO_OLD: "Alerts that were held up and are no longer new: {n}",
        FoldReason.STORM: "Alerts folded here because many came in a short time: {n}",
        FoldReason.UNKNOWN: "Alerts you may have had already (sending was not confirmed): {n}",
        "more": "And:",
        "how": "To read one, send for example: /alert {example}",
    },
    "fr": {
        FoldReason.TOO_OLD: "Alertes retardées qui ne sont plus récentes : {n}",
        FoldReason.STORM: "Alertes regroupées ici, car trop nombreuses en peu de temps : {n}",
        FoldReason.UNKNOWN: "Alertes peut-être déjà reçues (envoi non confirmé) : {n}",
        "more": "Et :",
        "how": "Pour en lire une, envoyez par exemple : /alert {example}",
    },
}

_LEVELS: Mapping[str, Mapping[str, str]] = {
    "ar": {"critical": "حرج", "alert": "تنبيه", "watch": "متابعة", "info": "معلومة"},
    "en": {"critical": "critical", "alert": "alert", "watch": "watch", "info": "info"},
    "fr": {"critical": "critique", "alert": "alerte", "watch": "veille", "info": "info"},
}

_NOTICES: Mapping[str, Mapping[Notice, str]] = {
    "ar": {
        Notice.CHAT_PAUSED: (
            "أوقف الإرسال إلى المحادثة {chat} لأن تيليغرام رفضها: {reason}. "
            "اشتراكاتها محفوظة، ويعود الإرسال حين تسمح للبوت من جديد."
        ),
        Notice.CHAT_HELD: (
            "لا يُرسل شيء إلى المحادثة {chat} لأن تيليغرام طلب الانتظار: {reason}. "
            "تنبيهاتها محفوظة وتُرسل بعد ذلك."
        ),
        Notice.REJECTED: (
            "لم تُرسل رسالة ({what}) إلى المحادثة {chat}: {reason}. لم يرها أحد هناك؛ "
            "أبلغ من يتولى صيانة مرصد."
        ),
        Notice.LOST_LINE: "تُرك إرسال ملخص ({what}) إلى المحادثة {chat}: {reason}.",
        Notice.GIVEN_UP: (
            "بقيت المحادثة {chat} متعذرة طويلًا: {reason}. تُرك ما كان محفوظًا لها أو لم يتأكد "
            "وصوله، وعدد الرسائل: {what}. أبلغ أصحابها، واطلب منهم إرسال /start إلى البوت."
        ),
    },
    "en": {
        Notice.CHAT_PAUSED: (
            "Sending to chat {chat} is paused because Telegram refuses it: {reason}. Its "
            "subscriptions are kept; sending resumes when the chat lets the bot in again."
        ),
        Notice.CHAT_HELD: (
            "Nothing goes to chat {chat} for now: {reason}. Its alerts are kept and go out after "
            "that."
        ),
        Notice.REJECTED: (
            "A message ({what}) could not be sent to chat {chat}: {reason}. Nobody saw it there; "
            "tell whoever maintains Marsad."
        ),
        Notice.LOST_LINE: "A catch-up line ({what}) to chat {chat} was given up: {reason}.",
        Notice.GIVEN_UP: (
            "Chat {chat} could not be reached for too long: {reason}. Messages held for it, or "
            "whose arrival is in doubt, that are given up: {what}. Tell its people, and have them "
            "send /start to the bot."
        ),
    },
    "fr": {
        Notice.CHAT_PAUSED: (
            "L'envoi à la discussion {chat} est suspendu car Telegram la refuse : {reason}. Ses "
            "abonnements sont conservés ; l'envoi reprend quand elle admet de nouveau le bot."
        ),
        Notice.CHAT_HELD: (
            "Rien ne part vers la discussion {chat} pour l'instant : {reason}. Ses alertes sont "
            "conservées et partiront ensuite."
        ),
        Notice.REJECTED: (
            "Un message ({what}) n'a pas pu être envoyé à la discussion {chat} : {reason}. "
            "Personne ne l'y a vu ; prévenez qui maintient Marsad."
        ),
        Notice.LOST_LINE: "Récapitulatif ({what}) à la discussion {chat} abandonné : {reason}.",
        Notice.GIVEN_UP: (
            "La discussion {chat} est restée injoignable trop longtemps : {reason}. Messages "
            "retenus pour elle, ou dont l'arrivée est incertaine, abandonnés : {what}. Prévenez "
            "ses membres et faites-leur envoyer /start au bot."
        ),
    },
}


def line_text(items: Sequence[LineItem], language: str) -> str:
    """The catch-up line for these alerts: how many, why, and the short id of each.

    Titles are dropped from the end when they do not fit; ids never are (up to 200 alerts).
    """
    words = _LINES.get(language, _LINES["en"])
    by_reason: dict[FoldReason, dict[str, LineItem]] = {}
    for item in items:
        by_reason.setdefault(item.reason, {})[item.short_id] = item
    # Each id is kept in reserve at its bare length, and given back when its title fits.
    left = LINE_LENGTH - sum(len(item.short_id) + 2 for item in items) - 600
    blocks: list[str] = []
    for reason, alerts in by_reason.items():
        lines = [words[reason].format(n=len(alerts))]
        bare: list[str] = []
        for item in alerts.values():
            line = _titled(item, language)
            if not bare and (weight := _weight(line)) <= left:
                lines.append(line)
                left -= weight
            else:
                bare.append(item.short_id)
        if bare:
            lines.append(f"{words['more']} {', '.join(bare)}")
        blocks.append("\n".join(lines))
    if items:
        blocks.append(words["how"].format(example=items[0].short_id))
    return "\n\n".join(blocks)


def notice_text(notice: Notice, language: str, *, chat: str, reason: str, what: str = "") -> str:
    """What operators read; `chat` names a chat, `what` a message (its alert's short id)."""
    words = _NOTICES.get(language, _NOTICES["en"])
    isolated = {
        name: f"{FIRST_STRONG}{value}{POP}"
        for name, value in {"chat": chat, "reason": reason, "what": what}.items()
    }
    return words[notice].format(**isolated)


def _weight(line: str) -> int:
    """How long a line may become in a message: escaped, in UTF-16 units."""
    return len(escape(line)) + sum(character > "\uffff" for character in line)


def _titled(item: LineItem, language: str) -> str:
    # Kept from being a mention: a feed must not call on people in a group.
    title = " ".join(item.title.split()).replace("@", "@\u2060")
    if len(title) > TITLE_LENGTH:
        title = title[: TITLE_LENGTH - 1].rstrip() + "…"
    level = _LEVELS.get(language, _LEVELS["en"]).get(item.level, item.level)
    # In Arabic the level comes first: the line then starts with an Arabic word.
    return f"{level} {item.short_id}: {FIRST_STRONG}{title}{POP}"
