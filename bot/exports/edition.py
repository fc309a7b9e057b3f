"""What an export says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.exports.naming import Naming


@dataclass(frozen=True, slots=True)
class Edition:
    """When an export was made, under which licence, by whom.

    `sender` is CAP's: what names this desk among all others, without spaces. `public`: CAP's scope,
    Public or Restricted.
    """

    naming: Naming
    made_at: datetime
    sender: str = "marsad"
    public: bool = False

    @property
    def licence(self) -> str:
        return self.naming.say("export.licence")
