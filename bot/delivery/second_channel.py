"""The second channel to operators: for `critical` alerts, and for what Telegram cannot carry.

Apprise (e-mail, ntfy, Matrix, SMS gateways), by setting. An outage is reported once when it
begins and once when it is over; a critical alert once for each version; a notice when no
operator can be reached on Telegram.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal, Protocol

from bot.clock import utc_now
from bot.delivery.health import Health
from bot.locales import DEFAULT_LANGUAGE, texts
from bot.notices.to_operators import operator_languages
from bot.text import clean, web_link
from storage.alerts import Alert, AlertSignal
from storage.database import Database
from storage.file.errors import StorageError
from storage.sending import second_channel

if TYPE_CHECKING:
    from apprise import Apprise

log = logging.getLogger(__name__)

OutageKind = Literal["conflict", "token", "stuck", "telegram"]


class Channel(Protocol):
    """Something that carries a short plain text to operators."""

    async def send(self, title: str, body: str, *, bad: bool) -> bool:
        """Send it; whether at least one of the addresses took it. Raises nothing."""
        ...


class SecondChannel:
    """Apprise addresses (MARSAD_NOTIFY_URLS). They hold passwords: none is ever logged."""

    def __init__(self, urls: Sequence[str], *, timeout: timedelta = timedelta(seconds=60)) -> None:
        # They log addresses and payloads; what failed is said here, by number.
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        logging.getLogger("urllib3").setLevel(logging.ERROR)
        self._timeout = timeout
        self._addresses: list[Apprise] = []
        if not urls:
            return
        from apprise import Apprise

        for number, url in enumerate(urls, start=1):
            address = Apprise()
            if address.add(url):
                self._addresses.append(address)
            else:
                log.error("second channel: MARSAD_NOTIFY_URLS number %d is not understood", number)

    def __bool__(self) -> bool:
        return bool(self._addresses)

    async def send(self, title: str, body: str, *, bad: bool) -> bool:
        """Send to every address, each in a thread of its own; whether one took it."""
        took = await asyncio.gather(
            *(
                self._send_to(number, address, title, body, bad)
                for number, address in enumerate(self._addresses, start=1)
            )
        )
        return any(took)

    async def _send_to(
        self, number: int, address: Apprise, title: str, body: str, bad: bool
    ) -> bool:
        from apprise import NotifyFormat, NotifyType

        notify = partial(
            address.notify,
            body=body,
            title=title,
            notify_type=NotifyType.WARNING if bad else NotifyType.SUCCESS,
            body_format=NotifyFormat.TEXT,
        )
        try:
            async with asyncio.timeout(self._timeout.total_seconds()):
                if await asyncio.to_thread(notify):
                    return True
            problem = "it was refused"
        except TimeoutError:
            problem = "no answer in time"
        except Exception as error:  # noqa: BLE001 a plug-in's bug; its text may hold the address
            problem = type(error).__name__
        log.warning("second channel: address %d of MARSAD_NOTIFY_URLS failed: %s", number, problem)
        return False


@dataclass(frozen=True, slots=True)
class SecondChannelPolicy:
    """When the second channel is used."""

    # Telegram or the database must be away this long before it is an outage.
    outage: timedelta = timedelta(minutes=5)
    # A critical alert older than this is not sent any more, ...
    critical_age: timedelta = timedelta(hours=6)
    # ... nor a notice older than this (the second channel may be set up late).
    notice_age: timedelta = timedelta(hours=24)
    # After the second channel failed itself.
    wait: timedelta = timedelta(minutes=1)
    tick: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Outage:
    """Why no alert goes out on Telegram. `since` is None for what needs no time to be sure."""

    kind: OutageKind
    reason: str
    since: datetime | None = None

    def text(self, language: str) -> str:
        """What is wrong and what to do."""
        since = f"{self.since:%Y-%m-%d %H:%M} UTC" if self.since else ""
        return texts(language)(f"second_channel.{self.kind}", reason=self.reason, since=since)


def outage_of(health: Health, policy: SecondChannelPolicy, now: datetime) -> Outage | None:
    """What keeps alerts from going out on Telegram, if anything has for long enough."""
    if health.halted is not None:
        kind: OutageKind = "conflict" if health.halted.conflict else "token"
        return Outage(kind, health.halted.reason)
    if health.stuck_since is not None and now - health.stuck_since >= policy.outage:
        return Outage("stuck", health.stuck_reason, health.stuck_since)
    if health.failing_since is not None and now - health.failing_since >= policy.outage:
        return Outage("telegram", health.failing_reason, health.failing_since)
    return None


def critical_text(alert: Alert, languages: Sequence[str]) -> tuple[str, str]:
    """Title and body of a critical alert."""
    link = web_link(alert.link)
    lines = [clean(alert.title), clean(alert.snippet)]
    lines.append(f"{clean(alert.feed_name)} {link[0] if link else ''}".strip())
    told = " · ".join(f"{each.signal}: {_said(each, languages)}" for each in alert.signals)
    lines.append(f"Marsad {alert.short_id} · {told} · version {alert.version}")
    title = f"Marsad {alert.short_id}: {_joined(languages, 'critical')}"
    return title, "\n\n".join(line for line in lines if line)


def _said(told: AlertSignal, languages: Sequence[str]) -> str:
    return " · ".join(texts(language)(f"direction.{told.direction}") for language in languages)


def _joined(languages: Sequence[str], key: str) -> str:
    return " · ".join(texts(language)(f"second_channel.{key}") for language in languages)


class SecondChannelWatch:
    """Watches the dispatcher's health and the database, and sends what there is to send."""

    def __init__(
        self,
        database: Database,
        channel: Channel,
        health: Health,
        policy: SecondChannelPolicy | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._channel = channel
        self._health = health
        self._policy = policy or SecondChannelPolicy()
        self._clock = clock
        # In memory: an outage may be the database's own.
        self._reported: Outage | None = None
        self._languages: tuple[str, ...] = ("en", DEFAULT_LANGUAGE)
        self._not_before: datetime | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until `stop` is set."""
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                try:
                    await self.tick(self._clock())
                except Exception:  # the watch must outlive what it watches
                    log.exception("second channel: a look failed")
                await asyncio.wait({stopped}, timeout=self._policy.tick.total_seconds())
        finally:
            stopped.cancel()

    async def tick(self, now: datetime) -> None:
        """Send what there is to send now."""
        # A wait longer than we ever ask for is a clock that was set back since.
        if self._not_before and timedelta(0) < self._not_before - now <= self._policy.wait:
            return
        self._not_before = None
        try:
            self._languages = await self._database.read(operator_languages)
        except StorageError as error:
            log.warning("second channel: %s", error)
        await self._report_outage(now)
        try:
            await self._send_notices(now)
            await self._send_critical(now)
        except StorageError as error:
            log.warning("second channel: %s", error)

    async def send_unstored(self, title: str, body: str) -> None:
        """Send what could not be queued, once."""
        await self._channel.send(title, body, bad=True)

    async def report_stop(self, outage: Outage) -> None:
        """The service ends by itself because of this."""
        await self._channel.send(*self._text("stopped", outage), bad=True)

    def _text(self, title: str, outage: Outage | None) -> tuple[str, str]:
        body = [
            outage.text(language) if outage else texts(language)("second_channel.over")
            for language in self._languages
        ]
        return f"Marsad: {_joined(self._languages, title)}", "\n".join(body)

    async def _send(self, title: str, body: str, now: datetime, *, bad: bool) -> bool:
        if self._not_before is not None:
            return False
        if await self._channel.send(title, body, bad=bad):
            log.info("second channel: sent %r", title)
            return True
        self._not_before = now + self._policy.wait
        return False

    async def _report_outage(self, now: datetime) -> None:
        outage, reported = outage_of(self._health, self._policy, now), self._reported
        if outage is not None and (reported is None or reported.kind != outage.kind):
            if await self._send(*self._text("outage", outage), now, bad=True):
                self._reported = outage
            return
        over = outage is None and reported is not None and self._answers()
        if over and await self._send(*self._text("outage_over", None), now, bad=False):
            self._reported = None

    def _answers(self) -> bool:
        health = self._health
        return health.halted is None and not health.stuck_since and not health.failing_since

    async def _send_notices(self, now: datetime) -> None:
        since = now - self._policy.notice_age - self._health.set_forward
        for notice in await self._database.read(lambda db: second_channel.pending(db, since)):
            if not await self._send(notice.title, notice.body, now, bad=True):
                return
            await self._database.write(
                partial(second_channel.mark_sent, notice_id=notice.id, at=now)
            )

    async def _send_critical(self, now: datetime) -> None:
        since = now - self._policy.critical_age - self._health.set_forward
        alerts = await self._database.read(lambda db: second_channel.critical_alerts(db, since))
        for alert in alerts:
            title, body = critical_text(alert, self._languages)
            if not await self._send(title, body, now, bad=True):
                return
            await self._database.write(partial(second_channel.record_alert, alert=alert, at=now))
