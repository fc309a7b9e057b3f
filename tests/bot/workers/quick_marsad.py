"""`marsad` with one small rule, workers that are found silent after seconds, and short leases.

python -m tests.bot.workers.quick_marsad run --role poll
"""

from __future__ import annotations

from functools import partial

import bot.rules_in_force
import bot.workers.jobs
from bot.cli.main import main
from bot.process import lease
from bot.workers.jobs import Pace
from rules import load_rules
from rules.trying import inline_tests
from tests.bot.service.few_marsad import load_checked
from tests.rules.few import few_rules

QUICK = Pace(tick="* * * * * *", rescue="* * * * * *", heartbeat=0.5, stalled=3)

if __name__ == "__main__":
    inline_tests.__dict__["load_rules"] = partial(load_rules, shipped=few_rules())
    bot.rules_in_force.load_checked = load_checked
    bot.workers.jobs.DEFAULT_PACE = QUICK
    given = lease.ServiceLease.__init__.__kwdefaults__ or {}
    given.update(held_for=3.0, renewed_every=0.5, asked_every=0.5)
    main()
