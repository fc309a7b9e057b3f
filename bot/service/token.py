"""What Telegram says of the bot token that makes the service end: refused, or used twice."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.delivery.second_channel import Outage, SecondChannelWatch
from bot.errors import CannotGoOn
from bot.notices.notice import Notice
from bot.notices.service import TokenShared

if TYPE_CHECKING:
    from bot.telegram.polling import Polling
    from bot.telegram.services import App

log = logging.getLogger(__name__)

# Telegram says 409 once when one process takes over from another; while a second instance goes on
# it is heard again and again.
CONFLICTS, CONFLICT_WINDOW = 3, timedelta(minutes=1)


class TokenWatch:
    """Hears what Telegram says of the token. `failure` is why the service ends, if it does."""

    def __init__(
        self,
        second_channel: SecondChannelWatch | None,
        *,
        stop: Callable[[], None],
        notify: Callable[[Notice], Awaitable[None]],
        clock: Callable[[], datetime],
    ) -> None:
        self.failure: CannotGoOn | None = None
        self._second_channel = second_channel
        self._stop = stop
        self._notify = notify
        self._clock = clock
        self._conflicts: deque[datetime] = deque(maxlen=CONFLICTS)
        self._polling: Polling | None = None
        self._contested: asyncio.Task[None] | None = None
        self._last_words: asyncio.Task[None] | None = None

    def polling(self, application: App | None, probation: timedelta) -> Polling | None:
        """How the bot's updates are asked for; None without a bot."""
        if application is None:
            return None
        from bot.telegram.app import polling_of

        self._polling = polling_of(
            application,
            on_conflict=self._conflict,
            on_refused=self._refused,
            on_yield=self._yield,
            probation=probation.total_seconds(),
        )
        return self._polling

    def contested(self, now: datetime) -> bool:
        """Whether another instance uses the token as well."""
        return too_many(self._conflicts, now)

    @property
    def unheard_since(self) -> datetime | None:
        """Since when Telegram gives no updates, and nobody who writes is heard."""
        return self._polling.unheard_since if self._polling else None

    def _conflict(self) -> None:
        self._conflicts.append(self._clock())
        polling = self._polling
        if polling and polling.ready.is_set() and self.contested(self._clock()):
            self._contested = asyncio.create_task(self._notify_operators(), name="contested")

    async def _notify_operators(self) -> None:
        await self._notify(TokenShared())

    def _yield(self) -> None:
        """The other instance was there first. Nothing was sent, and nobody is told but who looks
        at this process: production goes on."""
        reason = (
            "Another instance uses the same bot token and was there first (Telegram says 409), so "
            "this one ends and has sent nothing: stop the other, or give each its own token"
        )
        # Not logged as well: `marsad run` ends with these words, and one line is clearer.
        self.failure = CannotGoOn(reason, exit_code=3)
        self._stop()

    def _refused(self) -> None:
        reason = (
            "Telegram refuses the bot token: copy it from @BotFather again into "
            "MARSAD_TELEGRAM_TOKEN"
        )
        log.error("%s", reason)
        self.failure = CannotGoOn(reason, exit_code=3)
        if watch := self._second_channel:
            self._last_words = asyncio.create_task(watch.report_stop(Outage("token", "401")))
            self._last_words.add_done_callback(lambda _: self._stop())
        else:
            self._stop()


def too_many(conflicts: Sequence[datetime], now: datetime) -> bool:
    """Whether these 409s mean a second instance rather than one that just ended."""
    recent = [at for at in conflicts if now - at <= CONFLICT_WINDOW]
    return len(recent) >= CONFLICTS
