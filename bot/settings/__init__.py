"""What the operator chose, from the environment and `.env`: read, checked, refused in words."""

from __future__ import annotations

from bot.settings.settings import HINTS, Settings, SettingsInvalid, load_settings, variable

__all__ = ["HINTS", "Settings", "SettingsInvalid", "load_settings", "variable"]
