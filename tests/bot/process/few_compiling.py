"""The process that compiles, with a small folder of rules for the shipped ones.

python -m tests.bot.process.few_compiling OWN FULL CACHE
"""

from __future__ import annotations

import os
import shutil
import sys
from functools import partial
from pathlib import Path

from bot.process.compiling import main
from rules import load_rules
from rules.trying import inline_tests
from tests.rules.few import FORMS, few_rules

if __name__ == "__main__":
    if any(name.startswith("MARSAD_") for name in os.environ):
        sys.exit(2)
    inline_tests.__dict__["load_rules"] = partial(load_rules, shipped=few_rules())
    # Of the words of the small folder nothing has to be found out.
    cache = Path(sys.argv[3])
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in FORMS.glob("forms-*.json"):
        shutil.copy(path, cache)
    main(*sys.argv[1:])
