"""`marsad` with one small rule for the shipped ones, for tests of what the process does: it starts
in a second, not in ten.

    python -m tests.bot.service.few_marsad run
"""

from __future__ import annotations

from functools import partial

from bot.cli.main import main
from rules import load_rules
from rules.trying import inline_tests
from tests.rules.few import few_rules

if __name__ == "__main__":
    # The gate is the real one, as `load_checked` calls it.
    inline_tests.__dict__["load_rules"] = partial(load_rules, shipped=few_rules())
    main()
