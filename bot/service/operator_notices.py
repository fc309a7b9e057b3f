"""Operators told of the service itself: by the outbox, and where nothing can be stored past it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from bot.delivery.deciding.outcome import Outgoing, Sent
from bot.locales import texts
from bot.notices.notice import Notice
from bot.notices.to_operators import notice_for, notify_operators
from bot.wiring.parts import Parts
from storage.file.errors import StorageError
from storage.readers import chats
from storage.readers.chats import Chat
from storage.sending.deliveries import Delivery

log = logging.getLogger(__name__)


class OperatorNotices:
    """Call it with a notice."""

    def __init__(self, parts: Parts, clock: Callable[[], datetime]) -> None:
        self._parts = parts
        self._clock = clock
        # As they were when the database could last be read.
        self._operators: list[Chat] = []

    async def remember(self) -> None:
        """Note whom to tell when nothing can be read any more."""
        try:
            # Of a damaged file a part may be read as empty.
            found = await self._parts.database.read(chats.operators)
            self._operators = found or self._operators
        except StorageError as error:
            log.warning("who the operators are cannot be read: %s", error)

    async def __call__(self, notice: Notice) -> None:
        try:
            await self._parts.database.write(
                partial(notify_operators, notice=notice, now=self._clock())
            )
        except StorageError as error:
            log.error("a notice to operators cannot be stored (%s): it is sent at once", error)
            await self.at_once(notice)
        self._parts.dispatcher.wake()

    async def at_once(self, notice: Notice) -> None:
        """Send it to each operator and by the second channel, once and past the outbox."""
        now = self._clock()
        for chat in self._operators:
            if chat.state != "active":
                continue
            row = notice_for(chat, notice, now)
            delivery = Delivery(
                **{name: value for name, value in row._asdict().items() if name != "key"},
                id=0,
                attempts=0,
                lease_until=None,
                message_id=None,
                error=None,
                created_at=now,
                updated_at=now,
            )
            outcome = await self._parts.dispatcher.send_unstored(Outgoing(delivery, chat, None))
            level = logging.INFO if isinstance(outcome, Sent) else logging.ERROR
            log.log(level, "a notice to chat %d: %s", chat.id, type(outcome).__name__)
        if watch := self._parts.second_channel:
            languages = {"en": None} | {each.language: None for each in self._operators}
            title = " · ".join(texts(language)("notice.title") for language in languages)
            words = [notice.text(texts(language)) for language in languages]
            await watch.send_unstored(f"Marsad: {title}", "\n\n".join(words))
