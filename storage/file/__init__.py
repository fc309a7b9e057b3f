"""The SQLite file itself: opened, its shape step by step, backed up, private, and still there."""

from __future__ import annotations

import sys

if "numpy" not in sys.modules:
    # sqlite-utils imports it where it is installed, to store its numbers too: 16 MB, a tenth of a
    # second, and we have none.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        import sqlite_utils
        import sqlite_utils.plugins
    finally:
        del sys.modules["numpy"]
    # What other packages offer it has no business in our file, and to find them it reads what every
    # installed package says of itself: a fiftieth of a start.
    sqlite_utils.plugins._plugins_loaded = True
