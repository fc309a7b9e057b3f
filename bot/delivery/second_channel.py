"""The second way out, for `critical` alerts and for "Telegram is down".

Apprise (e-mail, ntfy, Matrix, SMS gateways), by setting. An outage is told once when it begins and
once when it is over; a critical alert once for each version.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from apprise import Apprise, NotifyFormat, NotifyType

from bot.clock import utc_now
from bot.delivery.health import Health
from storage import alerts
from storage.alerts import Alert, Decision
from storage.database import Connection, Database, StorageError

log = logging.getLogger(__name__)

TOLD = "told by the second way: version {version}"


class Way(Protocol):
    """Something that carries a short plain text to operators."""

    async def tell(self, title: str, body: str, *, bad: bool) -> bool:
        """Tell it; whether at least one of the addresses took it. Raises nothing."""
        ...


class SecondWay:
    """Apprise addresses (MARSAD_NOTIFY_URLS). They hold passwords: none is ever logged."""

    def __init__(self, urls: Sequence[str], *, timeout: timedelta = timedelta(seconds=60)) -> None:
        # They log addresses and payloads; what failed is said here, by number.
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        logging.getLogger("urllib3").setLevel(logging.ERROR)
        self._timeout = timeout
        self._addresses: list[Apprise] = []
        for number, url in enumerate(urls, start=1):
            address = Apprise()
            if address.add(url):
                self._addresses.append(address)
            else:
                log.error("second way: MARSAD_NOTIFY_URLS number %d is not understood", number)

    def __bool__(self) -> bool:
        return bool(self._addresses)

    async def tell(self, title: str, body: str, *, bad: bool) -> bool:
        """Tell every address, each in a thread of its own; whether one took it."""
        took = await asyncio.gather(
            *(
                self._tell_one(number, address, title, body, bad)
                for number, address in enumerate(self._addresses, start=1)
            )
        )
        return any(took)

    async def _tell_one(
        self, number: int, address: Apprise, title: str, body: str, bad: bool
    ) -> bool:
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
        log.warning("second way: address %d of MARSAD_NOTIFY_URLS failed: %s", number, problem)
        return False


@dataclass(frozen=True, slots=True)
class FallbackPolicy:
    """When the second way is used."""

    # Telegram or the database must be away this long before it is an outage.
    outage: timedelta = timedelta(minutes=5)
    # A critical alert older than this is not told any more.
    critical_age: timedelta = timedelta(hours=6)
    # After the second way failed itself.
    wait: timedelta = timedelta(minutes=1)
    tick: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Trouble:
    """An outage that operators must hear of by another way. `kind` tells outages apart."""

    kind: str
    text: str


def trouble_of(health: Health, policy: FallbackPolicy, now: datetime) -> Trouble | None:
    """What keeps alerts from going out on Telegram, if anything has for long enough."""
    if health.halted is not None:
        if health.halted.conflict:
            return Trouble(
                "conflict",
                "Another instance of Marsad uses the same bot token, so nothing is sent. Stop one "
                "of them, or give each its own token.\n"
                "نسخة أخرى من مرصد تستعمل رمز البوت نفسه، فلا يُرسل شيء. أوقف إحداهما أو أعط "
                "كلًّا منهما رمزًا خاصًا.",
            )
        return Trouble(
            "token",
            f"Telegram refuses the bot token, so nothing is sent: {health.halted.reason}. Ask "
            "@BotFather for the token, set MARSAD_TELEGRAM_TOKEN and restart Marsad.\n"
            "يرفض تيليغرام رمز البوت، فلا يُرسل شيء. اطلب الرمز من @BotFather وضعه في "
            "MARSAD_TELEGRAM_TOKEN ثم أعد تشغيل مرصد.",
        )
    if health.stuck_since is not None and now - health.stuck_since >= policy.outage:
        return Trouble(
            "stuck",
            f"Nothing is sent since {health.stuck_since:%Y-%m-%d %H:%M} UTC: "
            f"{health.stuck_reason}. Look at the disk and at the log.\n"
            "لا يُرسل شيء لأن قاعدة البيانات لا تعمل. افحص القرص والسجل.",
        )
    if health.failing_since is not None and now - health.failing_since >= policy.outage:
        return Trouble(
            "telegram",
            f"Telegram does not answer since {health.failing_since:%Y-%m-%d %H:%M} UTC: "
            f"{health.failing_reason}. Alerts wait and go out when it does.\n"
            "لا يجيب تيليغرام. التنبيهات محفوظة وتُرسل حين يعود.",
        )
    return None


DIRECTIONS = {
    "worsening": "worsening · تدهور",
    "improving": "improving · انفراج",
    "denied": "denied · نفي",
}
"""How the second way, which speaks English and Arabic at once, says a direction."""


def critical_text(alert: Alert) -> tuple[str, str]:
    """Title and body of a critical alert for the second way."""
    lines = [alert.title, alert.snippet, f"{alert.feed_name} {alert.link or ''}".strip()]
    direction = DIRECTIONS.get(alert.direction, alert.direction)
    lines.append(f"Marsad {alert.short_id} · {alert.signal}: {direction} · version {alert.version}")
    return f"Marsad {alert.short_id}: CRITICAL · حرج", "\n\n".join(line for line in lines if line)


class Fallback:
    """Watches the dispatcher's health and the critical alerts, and uses the second way."""

    def __init__(
        self,
        database: Database,
        way: Way,
        health: Health,
        policy: FallbackPolicy | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._way = way
        self._health = health
        self._policy = policy or FallbackPolicy()
        self._clock = clock
        self._told: Trouble | None = None
        self._not_before: datetime | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until `stop` is set."""
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                try:
                    await self.tick(self._clock())
                except Exception:  # the watch must outlive what it watches
                    log.exception("second way: a look failed")
                await asyncio.wait({stopped}, timeout=self._policy.tick.total_seconds())
        finally:
            stopped.cancel()

    async def tick(self, now: datetime) -> None:
        """Tell what there is to tell now."""
        if self._not_before is not None and now < self._not_before:
            return
        self._not_before = None
        await self._tell_outage(now)
        await self._tell_notices(now)
        try:
            await self._tell_critical(now)
        except StorageError as error:
            log.warning("second way: %s", error)

    async def _tell(self, title: str, body: str, now: datetime, *, bad: bool) -> bool:
        if self._not_before is not None:
            return False
        if await self._way.tell(title, body, bad=bad):
            return True
        self._not_before = now + self._policy.wait
        return False

    async def _tell_outage(self, now: datetime) -> None:
        trouble = trouble_of(self._health, self._policy, now)
        if trouble is not None and (self._told is None or self._told.kind != trouble.kind):
            if await self._tell(
                "Marsad: nothing goes out · توقف الإرسال", trouble.text, now, bad=True
            ):
                self._told = trouble
        elif trouble is None and self._told is not None and self._answers():
            body = "Alerts go out on Telegram again.\nعاد إرسال التنبيهات عبر تيليغرام."
            if await self._tell("Marsad: works again · عاد الإرسال", body, now, bad=False):
                self._told = None

    def _answers(self) -> bool:
        health = self._health
        return health.halted is None and not health.stuck_since and not health.failing_since

    async def _tell_notices(self, now: datetime) -> None:
        while self._health.untold:
            told = self._health.untold[0]
            body = f"{told.chat}: {told.reason}. {told.what}".strip()
            if not await self._tell(f"Marsad: {told.notice.value}", body, now, bad=True):
                return
            self._health.untold.remove(told)

    async def _tell_critical(self, now: datetime) -> None:
        since = now - self._policy.critical_age
        for alert in await self._database.read(lambda db: _untold(db, since)):
            title, body = critical_text(alert)
            if not await self._tell(title, body, now, bad=True):
                return
            await self._database.write(partial(_note_told, alert=alert, at=now))


def _untold(db: Connection, since: datetime) -> list[Alert]:
    """Critical alerts whose latest version the second way has not told, oldest first."""
    found = [
        alert
        for alert in alerts.recent(db, None, since, 200)
        if alert.level == "critical"
        and not any(
            decision.reason == TOLD.format(version=alert.version)
            for decision in alerts.decisions_of(db, alert.id)
        )
    ]
    return sorted(found, key=lambda alert: alert.id)


def _note_told(db: Connection, alert: Alert, at: datetime) -> None:
    # As a decision, so that /alert can say that it was told, and a restart does not tell it twice.
    alerts.record_decision(
        db,
        Decision(
            entry_id=alert.entry_id,
            alert_id=alert.id,
            signal=alert.signal,
            direction=alert.direction,
            action="send",
            reason=TOLD.format(version=alert.version),
            rules_hash=alert.rules_hash,
            at=at,
        ),
    )
