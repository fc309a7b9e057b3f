"""The rules in force by what the database says: all workers change together.

The process that tells people reads its folder, tries a change and notes each file's version. A
worker asks before each poll for the newest version, so that no poll begins by older rules.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import CannotGoOn
from bot.operating.rule_files import put, read_files, write_files
from bot.rules_in_force import RulesInForce
from storage.connection import Connection
from storage.database import Database
from storage.opening import open_database
from storage.rule_files import versions

if TYPE_CHECKING:
    from bot.settings import Settings
    from rules import Gazetteer, RuleSet

log = logging.getLogger(__name__)


class RulesByVersion:
    """Call it for the rule set in force, after `follow`. Close with `close()`."""

    def __init__(self, database: Database, full_database: Path | None, cache: Path | None) -> None:
        self._database = database
        self._full_database = full_database
        self._cache = cache
        self._folder = Path(tempfile.mkdtemp(prefix="marsad-rules-"))
        self._version = -1
        self._turn = asyncio.Lock()
        self._in_force: RulesInForce | None = None

    def __call__(self) -> RuleSet:
        return self._known()()

    def places(self) -> Gazetteer:
        return self._known().places()

    async def follow(self, version: int) -> None:
        """Work by the files as of this version, or a newer one. Raises StorageError.

        Rules that cannot be loaded here are said in the log, and the old ones stay.
        """
        if version <= self._version:
            return
        async with self._turn:
            if version <= self._version:
                return

            def look(db: Connection) -> tuple[int, dict[str, bytes]]:
                return versions.last_id(db), versions.files_now(db)

            newest, files = await self._database.read(look)
            await self._load(newest, files)
            self._version = newest

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _load(self, version: int, files: dict[str, bytes]) -> None:
        from rules import RulesInvalid

        folder = self._folder / str(version) if files else None
        if folder is not None:
            await asyncio.to_thread(write_files, folder, files)
        try:
            new = await RulesInForce.start(folder, self._full_database, self._cache)
        except RulesInvalid as invalid:
            log.error("rules: version %d cannot be loaded here:\n%s", version, invalid)
            if self._in_force is None:
                self._in_force = await RulesInForce.start(None, self._full_database, self._cache)
            return
        if self._in_force is not None:
            log.info("rules: version %d, %d signals", version, len(new().signals))
        self._in_force = new

    def _known(self) -> RulesInForce:
        assert self._in_force is not None, "followed before it is asked"  # noqa: S101
        return self._in_force


async def bring_up_to_date(settings: Settings) -> None:
    """Before the process that tells people reads its folder: a file that is as it once was is a
    folder that stood by while another process took changes, and is brought up to date. A file
    that never was so is a change on disk, which is noted as ever.

    Raises CannotGoOn where there are operators' rules and no folder for them, and StorageError.
    """
    database = await open_database(settings.database)
    try:
        newest = await database.read(versions.files_now)
        folder = settings.rules_dir
        if folder is None:
            if newest:
                raise CannotGoOn(
                    "MARSAD_RULES_DIR is not set, and the database has rule files of operators "
                    f"({', '.join(sorted(newest)[:3])}): name a folder, it may be empty"
                )
            return
        here = await asyncio.to_thread(read_files, folder)
        for file in sorted(here.keys() | newest.keys()):
            mine, theirs = here.get(file), newest.get(file)
            if mine == theirs:
                continue
            known = mine is None or await database.read(
                partial(versions.is_known, file=file, hash=versions.hash_of(mine))
            )
            if known:
                log.info("rules: %s is brought up to date from the database", file)
                await asyncio.to_thread(put, folder, file, theirs)
    finally:
        await database.close()
