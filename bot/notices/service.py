"""Notices of the service itself: its file, its token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.locales import Texts
from bot.locales.bidi import isolated


@dataclass(frozen=True, slots=True)
class DatabaseLost:
    """The database's file is not in its place any more. `rescued` is a copy; "" without one."""

    loss: Literal["deleted", "replaced", "emptied"]
    rescued: str

    def text(self, say: Texts) -> str:
        what = say(f"notice.database.{self.loss}")
        if not self.rescued:
            return "\n".join([what, say("notice.database.not_rescued")])
        return "\n".join([what, say("notice.database.rescued", file=isolated(self.rescued))])

    def key(self, now: datetime) -> str:
        return f"database-lost:{self.loss}:{now.isoformat()}"


@dataclass(frozen=True, slots=True)
class TokenShared:
    """Another instance asks Telegram for updates with our token."""

    def text(self, say: Texts) -> str:
        return say("notice.token_shared")

    def key(self, now: datetime) -> str:
        return f"token-shared:{now:%Y-%m-%d}"
