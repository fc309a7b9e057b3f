"""Notices of the service itself: its file, its token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.locales import Texts
from bot.locales.bidi import isolated


@dataclass(frozen=True, slots=True)
class DatabaseLost:
    """The database's file is not in its place any more, or damaged. `rescued` is a copy of what
    was in it, or could be read; "" without one."""

    loss: Literal["deleted", "replaced", "emptied", "damaged"]
    rescued: str

    def text(self, say: Texts) -> str:
        what = say(f"notice.database.{self.loss}")
        if not self.rescued:
            return "\n".join([what, say("notice.database.not_rescued")])
        kept = "rescued_part" if self.loss == "damaged" else "rescued"
        return "\n".join([what, say(f"notice.database.{kept}", file=isolated(self.rescued))])

    def key(self, now: datetime) -> str:
        return f"database-lost:{self.loss}:{now.isoformat()}"


@dataclass(frozen=True, slots=True)
class TokenShared:
    """Another instance asks Telegram for updates with our token."""

    def text(self, say: Texts) -> str:
        return say("notice.token_shared")

    def key(self, now: datetime) -> str:
        return f"token-shared:{now:%Y-%m-%d}"
