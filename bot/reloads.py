"""Rules and feeds read again while the service runs: new ones, or the old and word of why."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING

from bot.clock import utc_now
from bot.feeds.catalogue import load_catalogue
from bot.feeds.problems import CatalogueInvalid
from bot.notices.feeds import FeedsKept, FeedsSwapped
from bot.notices.notice import Notice
from bot.notices.rules import RulesKept, RulesSwapped
from bot.operating.rule_files import read_files
from bot.rules_in_force import Kept, Reloaded, Swapped
from storage.file.errors import StorageError
from storage.rule_files import versions as rule_versions

if TYPE_CHECKING:
    from pathlib import Path

    from bot.web.metrics import Metrics
    from bot.wiring.parts import Parts

log = logging.getLogger(__name__)


class Reloads:
    """Watches the rules' folder, and reads rules and feeds again when told to.

    `swapped` is set when other rules are in force; whoever waits for it clears it.
    """

    def __init__(
        self,
        parts: Parts,
        feeds_file: Path,
        metrics: Metrics,
        notify: Callable[[Notice], Awaitable[None]],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.swapped = asyncio.Event()
        self._parts = parts
        self._feeds_file = feeds_file
        self._metrics = metrics
        self._notify = notify
        self._clock = clock
        if parts.desk is not None:
            parts.desk.reloading.rules = self.take_rules
            parts.desk.reloading.feeds = self._take_feeds

    async def take_rules(self) -> Reloaded:
        """Read the rules again for an operator who changed a file: who asks is told what came of
        it, and tells the others."""
        reloaded = await self._parts.rules.reload()
        match reloaded:
            case Swapped(hash, signals):
                log.info("rules: reloaded, %d signals, hash %s", signals, hash)
                self._metrics.reloads.labels("swapped").inc()
                self.swapped.set()
            case Kept():
                self._metrics.reloads.labels("kept").inc()
        return reloaded

    async def note_files(self) -> None:
        """What was changed on disk is a version like another."""
        desk = self._parts.desk
        if desk is None or desk.settings.rules_dir is None:
            return
        try:
            files = await asyncio.to_thread(read_files, desk.settings.rules_dir)
            now = self._clock()
            await self._parts.database.write(lambda db: rule_versions.note_files(db, files, now))
        except (OSError, StorageError) as error:
            log.error("rules: versions could not be noted: %s", error)

    async def watch(self, stop: asyncio.Event) -> None:
        """Take new rules when their files change, until `stop` is set."""
        await self.note_files()
        await self._parts.rules.watch(stop, self._took_rules)

    async def on_hang_up(self, hang_up: asyncio.Event, stop: asyncio.Event) -> None:
        """Read rules and feeds again each time `hang_up` is set, until `stop` is."""
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                hung_up = asyncio.create_task(hang_up.wait())
                await asyncio.wait({hung_up, stopped}, return_when=asyncio.FIRST_COMPLETED)
                hung_up.cancel()
                if hang_up.is_set() and not stop.is_set():
                    hang_up.clear()
                    await self._parts.rules.take(self._took_rules)
                    await self._take_feeds()
        finally:
            stopped.cancel()

    async def _took_rules(self, reloaded: Reloaded) -> None:
        notice: Notice
        match reloaded:
            case Swapped(hash, signals):
                self._metrics.reloads.labels("swapped").inc()
                notice = RulesSwapped(hash, signals)
                self.swapped.set()
                await self.note_files()
            case Kept(problems, translated):
                self._metrics.reloads.labels("kept").inc()
                notice = RulesKept(problems, translated)
            case _:
                return
        await self._notify(notice)

    async def _take_feeds(self) -> None:
        notice: Notice
        try:
            catalogue = await asyncio.to_thread(load_catalogue, self._feeds_file)
        except CatalogueInvalid as invalid:
            log.error("feeds: the old list stays in force:\n%s", invalid)
            notice = FeedsKept(str(invalid), invalid.problems)
        except Exception as error:  # a vanished file, a bug: neither ends the service
            log.exception("feeds: the new list could not be read")
            notice = FeedsKept(str(error))
        else:
            if catalogue == self._parts.feeds():
                log.info("feeds: the list is the same")
                return
            self._parts.feeds.use(catalogue)
            self._parts.poller.use(catalogue)
            log.info("feeds: a new list is in force, %d feeds", len(catalogue))
            notice = FeedsSwapped(len(catalogue))
        await self._notify(notice)
