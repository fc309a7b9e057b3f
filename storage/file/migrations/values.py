"""Values that columns of several steps are checked for, as SQL."""

from __future__ import annotations

LEVELS = "'info', 'watch', 'alert', 'critical'"
DIRECTIONS = "'worsening', 'improving', 'denied'"
