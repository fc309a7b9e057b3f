"""Putting a change of the operators' rules in force: the file, the rules, the version, in this
order, so that a crash between them leaves what the next start takes as it is."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.notices.rules import RuleFileChanged
from bot.notices.to_operators import notify_operators
from bot.operating.rule_files import put, read_files
from bot.rules_in_force import Kept
from storage.readers import audit
from storage.rule_files import drafts as rule_drafts
from storage.rule_files import versions as rule_versions
from storage.rule_files.versions import hash_of

if TYPE_CHECKING:
    from bot.operating.desk import Desk
    from storage.connection import Connection
    from storage.database import Database
    from storage.rule_files.drafts import RuleDraft

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class InForce:
    """It is in force, as that version."""

    version: int


@dataclass(frozen=True, slots=True)
class Outdated:
    """Rules or file are others than those it was tried against: it waits for another trial."""


@dataclass(frozen=True, slots=True)
class NotInForce:
    """Nothing changed; `reason` is what the checker or the disk said, "" when it was done or
    dropped before."""

    reason: str = ""


async def put_in_force(
    desk: Desk, database: Database, draft_id: int, by: tuple[int, str], now: datetime
) -> InForce | Outdated | NotInForce:
    """The second tap. One at a time; raises StorageError."""
    folder = desk.settings.rules_dir
    async with desk.trials.changing:
        draft = await database.read(lambda db: rule_drafts.get(db, draft_id))
        if draft is None or draft.state != "ready" or folder is None:
            return NotInForce()
        files = await asyncio.to_thread(read_files, folder)
        before = files.get(draft.file)
        there = hash_of(before) == hash_of(draft.content)  # a stop came between file and database
        tried_against = (draft.base_hash, draft.rules_hash)
        if not there and (hash_of(before), desk.rules().hash) != tried_against:
            await database.write(
                lambda db: rule_drafts.move(db, draft_id, "waiting", among=("ready",))
            )
            return Outdated()
        try:
            await asyncio.to_thread(put, folder, draft.file, draft.content)
        except (OSError, ValueError) as error:
            log.error("rules: %s cannot be written: %s", draft.file, error)
            return NotInForce(str(error))
        reloaded = await desk.reloading.rules()
        if isinstance(reloaded, Kept):
            await asyncio.to_thread(put, folder, draft.file, before)
            await desk.reloading.rules()
            return NotInForce("\n".join(reloaded.problems[:5]))
        version = await database.write(lambda db: _note(db, draft, before, by, now))
        return InForce(version)


def _note(
    db: Connection,
    draft: RuleDraft,
    before: bytes | None,
    by: tuple[int, str],
    now: datetime,
) -> int:
    if before is not None:  # what was there can be gone back to, whoever put it there
        rule_versions.add(db, draft.file, before, "disk", now)
    version = rule_versions.add(
        db, draft.file, draft.content, draft.origin, now, person_id=by[0], name=by[1]
    )
    rule_drafts.move(db, draft.id, "in-force", among=("ready",))
    audit.record(db, *by, "rules-in-force", f"{draft.file} ({version})", now)
    notice = RuleFileChanged(draft.file, version, by[1])
    notify_operators(db, notice, now, except_chat=draft.chat_id)
    return version
