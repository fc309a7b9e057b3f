"""How the receivers of webhooks do, for the doctor."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.delivery.webhooks.receivers import Receiver, receivers_of
from bot.locales import Texts
from bot.operating.doctor.finding import (
    Finding,
    State,
)
from storage.sending import webhooks
from storage.sending.webhooks import Backlog

if TYPE_CHECKING:
    from bot.settings import Settings
    from storage.connection import Connection
    from storage.database import Database

LATELY = timedelta(days=30)
"""What was given up since then is said."""


async def webhook_findings(
    database: Database, settings: Settings, say: Texts, now: datetime
) -> list[Finding]:
    """One for each receiver; none where none is named. Raises StorageError."""
    receivers = receivers_of(settings)

    def read(db: Connection) -> list[Backlog | None]:
        return [webhooks.backlog(db, each.key, now - LATELY) for each in receivers]

    if not receivers:
        return []
    found = await database.read(read)
    return [judge_receiver(*each, say) for each in zip(receivers, found, strict=True)]


def judge_receiver(receiver: Receiver, backlog: Backlog | None, say: Texts) -> Finding:
    """What is known of a receiver; None: the service has not run since it was named. Pure."""
    what, name = "webhook", receiver.name
    if backlog is None:
        return Finding(what, State.OK, say("doctor.webhook.never", name=name))
    counts = {"name": name, "waiting": backlog.waiting, "given_up": backlog.given_up}
    if backlog.failing_since is not None:
        since = f"{backlog.failing_since:%Y-%m-%d %H:%M}"
        found = say("doctor.webhook.failing", since=since, error=backlog.error, **counts)
        return Finding(what, State.BAD, found, say("doctor.webhook.mend"))
    if backlog.given_up:
        found = say("doctor.webhook.given_up", **counts)
        return Finding(what, State.LOOK, found, say("doctor.webhook.mend"))
    return Finding(what, State.OK, say("doctor.webhook.well", **counts))
