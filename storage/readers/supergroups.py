"""A group that became a supergroup has another id: all that is known of the chat follows it."""

from __future__ import annotations

from storage.connection import Connection
from storage.readers import chats, feedback, subscriptions
from storage.sending import card_edits, lots, moves, reach


def migrate(db: Connection, old_id: int, new_id: int) -> None:
    """A group became a supergroup: settings, outbox rows and history follow to the new id.

    When the new id is known already, its own settings win, subscriptions are joined, an outbox
    row that both have is kept once, and the later end of a mute holds. An unknown old id, or a
    repeated call, does nothing.
    """
    if old_id == new_id or chats.get(db, old_id) is None:
        return
    lots.write_all(db)
    # A supergroup counts its messages anew.
    card_edits.forget_chat(db, old_id)
    reach.forget_messages(db, old_id)
    feedback.move_chat(db, old_id, new_id)
    if chats.get(db, new_id) is None:
        db.execute(
            """
            UPDATE chats SET id = :new,
                kind = CASE kind WHEN 'group' THEN 'supergroup' ELSE kind END
            WHERE id = :old""",
            {"old": old_id, "new": new_id},
        )
    else:
        ids = {"old": old_id, "new": new_id}
        subscriptions.move_chat(db, old_id, new_id)
        moves.move_chat(db, old_id, new_id)
        db.execute("UPDATE sends SET chat_id = :new WHERE chat_id = :old", ids)
        db.execute(
            """
            UPDATE mutes SET chat_id = :new
            WHERE chat_id = :old AND NOT EXISTS (SELECT 1 FROM mutes m
                WHERE m.chat_id = :new AND m.everywhere = mutes.everywhere
                    AND coalesce(m.thread_id, 0) = coalesce(mutes.thread_id, 0)
                    AND coalesce(m.alert_id, 0) = coalesce(mutes.alert_id, 0)
                    AND m.signal = mutes.signal AND m.place_id = mutes.place_id)""",
            ids,
        )
        _move_handover(db, ids)
        db.execute(
            """
            UPDATE chat_clocks SET chat_id = :new WHERE chat_id = :old
                AND NOT EXISTS (SELECT 1 FROM chat_clocks k WHERE k.chat_id = :new)""",
            ids,
        )
        db.execute(
            """
            UPDATE digest_turns SET chat_id = :new
            WHERE chat_id = :old AND NOT EXISTS (SELECT 1 FROM digest_turns t
                WHERE t.chat_id = :new AND t.stream = digest_turns.stream)""",
            ids,
        )
        db.execute(
            """
            UPDATE chats SET muted_at = old.muted_at, muted_until = old.muted_until
            FROM (SELECT muted_at, muted_until FROM chats WHERE id = :old) AS old
            WHERE id = :new AND old.muted_until > coalesce(chats.muted_until, '')""",
            ids,
        )
        db.execute(
            """
            UPDATE chats SET role = 'operator'
            WHERE id = :new AND (SELECT role FROM chats WHERE id = :old) = 'operator'""",
            ids,
        )
        db.execute("DELETE FROM chats WHERE id = :old", {"old": old_id})


def _move_handover(db: Connection, ids: dict[str, int]) -> None:
    """Both chats exist. Of two rows for one alert an acknowledged one stays."""
    db.execute(
        """
        DELETE FROM acknowledgements WHERE chat_id = :new AND at IS NULL AND alert_id IN
            (SELECT alert_id FROM acknowledgements WHERE chat_id = :old AND at IS NOT NULL)""",
        ids,
    )
    db.execute(
        """
        UPDATE acknowledgements SET chat_id = :new
        WHERE chat_id = :old AND NOT EXISTS (SELECT 1 FROM acknowledgements a
            WHERE a.chat_id = :new AND a.alert_id = acknowledgements.alert_id)""",
        ids,
    )
    db.execute("UPDATE chats SET escalate_to = :new WHERE escalate_to = :old", ids)
    # A chat that becomes its own second chat: the second channel is left.
    db.execute("UPDATE chats SET escalate_to = NULL WHERE id = :new AND escalate_to = id", ids)
