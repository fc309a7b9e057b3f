"""What operators do, for the shell and for Telegram: the doctor, rules and feeds as files, trials.

Nothing here talks to anybody: values in, values out, and a file that is written whole or not at
all.
"""

from __future__ import annotations
