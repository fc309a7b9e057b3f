"""``marsad stories …``: how well entries are joined, and how people mend a story."""

from __future__ import annotations

# In the order in which --help lists them.
from bot.cli.stories import joining, edits  # isort: skip

app = joining.app

__all__ = ["app", "edits", "joining"]
