"""What operators do, by name: the words of the audit log, each told by `act.<name>`."""

from __future__ import annotations

from typing import Literal

Action = Literal[
    "invite",
    "person-role",
    "person-removed",
    "outbox-retry",
    "outbox-drop",
    "backup",
    "rules-sent",
    "rules-in-force",
    "rules-dropped",
    "feed-added",
    "feed-paused",
    "feed-resumed",
    "feed-removed",
    "feeds-imported",
    "forgot",
]
