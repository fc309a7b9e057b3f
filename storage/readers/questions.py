"""What was asked in a chat, for the buttons under an answer that has more pages."""

from __future__ import annotations

import json
from datetime import datetime

from storage.connection import Connection
from storage.rows import fetch_one, to_text


def put(db: Connection, chat_id: int, question_json: str, at: datetime) -> int:
    """Keep a question of a chat; returns its id, the same for the same question."""
    row = fetch_one(
        db,
        """
        INSERT INTO questions (chat_id, question_json, at) VALUES (:chat, :question, :at)
        ON CONFLICT (chat_id, question_json) DO UPDATE SET at = max(questions.at, excluded.at)
        RETURNING id""",
        {"chat": chat_id, "question": question_json, "at": to_text(at)},
    )
    if row is None:  # pragma: no cover - RETURNING always does
        raise RuntimeError("no id for a question")
    return int(row["id"])


def get(db: Connection, question_id: int, chat_id: int) -> str | None:
    """The question as it was put, if this chat asked it and it is still kept."""
    row = fetch_one(
        db,
        "SELECT question_json FROM questions WHERE id = :id AND chat_id = :chat",
        {"id": question_id, "chat": chat_id},
    )
    return None if row is None else str(row["question_json"])


def of_words(text: str) -> str:
    """A search for words, as it is kept among the questions."""
    return json.dumps({"search": text}, ensure_ascii=False)


def words_in(question_json: str | None) -> str | None:
    """The words of a kept search; None for another question."""
    kept = json.loads(question_json) if question_json else {}
    text = kept.get("search")
    return text if isinstance(text, str) else None
