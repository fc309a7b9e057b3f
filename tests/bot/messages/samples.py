"""Invented signals, alerts and deliveries for the tests of cards, commands and sending."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.asking.answer import Answer
from bot.asking.question import Question
from bot.messages.answers.asked import answer_card
from bot.messages.blocks import Card
from bot.messages.cards.display import Display
from storage.alerts import Alert, AlertSignal, AlertText
from storage.readers.chats import Chat
from storage.sending.outbox import Delivery
from tests.storage.make import asking

NOW = datetime(2026, 1, 31, 12, 30, tzinfo=UTC)
TITLE = "مستشفيات المدينة تنفد من الأدوية و«الصحة العالمية» (WHO) تحذّر"
SNIPPET = (
    "وقال مدير الصحة إن مخزون الأدوية نفد من 4 مستشفيات، وإن غرف العمليات ستتوقف خلال 48 ساعة."
)
ENGLISH_TITLE = "Convoy of 20 trucks enters through the crossing"
ENGLISH_SNIPPET = "Twenty trucks carrying food & medicine entered on Friday, the first in days."


@dataclass(frozen=True, slots=True)
class Signal:
    title: dict[str, str]
    status: str = "stable"
    level: str = "alert"
    description: dict[str, str] = field(default_factory=dict)


SIGNALS = {
    "medicine-shortage": Signal(
        {"ar": "نقص الأدوية", "en": "Medicine shortage", "fr": "Pénurie de médicaments"}
    ),
    "aid-access": Signal(
        {"ar": "وصول المساعدات", "en": "Aid access", "fr": "Accès de l'aide"},
    ),
    "evacuation": Signal({"ar": "الإخلاء", "en": "Evacuation", "fr": "Évacuation"}),
    "siege": Signal({"ar": "الحصار", "en": "Siege", "fr": "Siège"}, status="test"),
}


def evidence(
    field: str, text: str, *quotes: str, clause: str = "near(medicine, lack)"
) -> list[Any]:
    return [
        {
            "field": field,
            "start": text.index(quote),
            "end": text.index(quote) + len(quote),
            "quote": quote,
            "term": "medicine",
            "clause": clause,
            "weight": 100,
        }
        for quote in quotes
    ]


def alert_text(**changes: Any) -> AlertText:
    values: dict[str, Any] = {
        "audience": "everyone",
        "title": TITLE,
        "snippet": SNIPPET,
        "link": "https://www.example.org/أخبار/1?a=1&b=2",
        "feed_name": "الجزيرة نت",
        "language": "ar",
        "rules_hash": "sha256:0123456789abcdef",
        "reason": "first-telling",
        "entry_id": 1,
        "families": 1,
    }
    return AlertText(**values | changes)


def sample_signal(**changes: Any) -> AlertSignal:
    """What is found in the sample texts."""
    found = evidence("title", TITLE, "تنفد", "الأدوية") + evidence(
        "text", SNIPPET, "الأدوية", "نفد"
    )
    values: dict[str, Any] = {
        "signal": "medicine-shortage",
        "direction": "worsening",
        "level": "critical",
        "explanation": "130/100: near(medicine, lack) +100",
        "evidence_json": json.dumps(found, ensure_ascii=False),
        "entry_id": 1,
    }
    return AlertSignal(**values | changes)


def flat(values: dict[str, Any]) -> Alert:
    """An alert with one signal, of which `values` speak as of the alert."""
    names = ("signal", "direction", "level", "explanation", "evidence_json")
    ours = {name: values[name] for name in names if name in values}
    others = {name: value for name, value in values.items() if name not in ours}
    told = sample_signal(**ours | {"entry_id": values["entry_id"]})
    return Alert(**{"signals": (told,)} | others)


def sample_alert(**changes: Any) -> Alert:
    values: dict[str, Any] = {
        **asdict(alert_text()),
        "id": 12,
        "short_id": "A12",
        "story_id": 1,
        "version": 1,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return flat(values | changes)


def english_alert(**changes: Any) -> Alert:
    found = evidence("text", ENGLISH_SNIPPET, "trucks", "entered", clause="near(aid, arrive)")
    values: dict[str, Any] = {
        "id": 7,
        "short_id": "A7",
        "signal": "aid-access",
        "direction": "improving",
        "level": "alert",
        "title": ENGLISH_TITLE,
        "snippet": ENGLISH_SNIPPET,
        "feed_name": "ReliefWeb",
        "language": "en",
        "evidence_json": json.dumps(found),
    }
    return sample_alert(**values | changes)


def sample_chat(**changes: Any) -> Chat:
    values: dict[str, Any] = {
        "id": 7,
        "thread_id": None,
        "kind": "private",
        "title": "ليلى",
        "language": "ar",
        "state": "active",
        "paused_reason": None,
        "role": "subscriber",
        "created_at": NOW,
        "blocked_until": None,
    }
    signals = frozenset({"medicine-shortage"})
    return Chat(**values | asking(7, signals, "alert", changes))


def sample_delivery(**changes: Any) -> Delivery:
    values: dict[str, Any] = {
        "id": 1,
        "alert_id": 12,
        "chat_id": 7,
        "kind": "alert",
        "version": 1,
        "state": "sending",
        "level": "critical",
        "attempts": 0,
        "not_before": NOW,
        "lease_until": None,
        "message_id": None,
        "error": None,
        "created_at": NOW,
        "updated_at": NOW,
        "possible_repeat": False,
        "text": None,
    }
    return Delivery(**values | changes)


def listed(found: Sequence[Alert], display: Display) -> Card:
    """The alerts as a list, as /recent answers."""
    return answer_card(Answer(Question(), tuple(found)), display, {})
