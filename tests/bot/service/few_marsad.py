"""`marsad` with one small rule for the shipped ones, for tests of what the process does: it starts
in a second, not in ten.

    python -m tests.bot.service.few_marsad run
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import bot.rules_in_force
from bot.cli.main import main
from rules import RuleSet, load_rules
from rules.trying import inline_tests
from tests.rules.few import few_rules


def load_checked(
    operator_dir: Path | None, full_database: Path | None, cache: Path | None = None
) -> RuleSet:
    """The real gate, but without the cache: what is kept there counts as the rules that ship."""
    return inline_tests.load_checked(operator_dir, full_database=full_database)


if __name__ == "__main__":
    inline_tests.__dict__["load_rules"] = partial(load_rules, shipped=few_rules())
    bot.rules_in_force.load_checked = load_checked
    main()
