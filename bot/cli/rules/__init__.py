"""``marsad rules …``: what operators do with rules at a terminal, a module a group of commands."""

from __future__ import annotations

# In the order in which --help lists them.
from bot.cli.rules import checking, files, explaining, measuring  # isort: skip
from bot.cli.rules.shared import app

__all__ = ["app", "checking", "explaining", "files", "measuring"]
