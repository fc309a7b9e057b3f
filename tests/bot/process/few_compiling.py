"""The process that compiles, with a small folder of rules for the shipped ones.

python -m tests.bot.process.few_compiling OWN FULL CACHE
"""

from __future__ import annotations

import os
import sys
from functools import partial

from bot.process.compiling import main
from rules import load_rules
from rules.trying import inline_tests
from tests.rules.few import few_rules

if __name__ == "__main__":
    if any(name.startswith("MARSAD_") for name in os.environ):
        sys.exit(2)
    inline_tests.__dict__["load_rules"] = partial(load_rules, shipped=few_rules())
    main(*sys.argv[1:])
