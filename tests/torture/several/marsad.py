"""`marsad` as one of several processes over a server, with seconds for minutes and few rules.

    python -m tests.torture.several.marsad run --role poll

A worker is given up for lost after three silent seconds, the bot after ten.
"""

from __future__ import annotations

from functools import partial

import bot.process.compiling
import bot.rules_in_force
import bot.workers.jobs
import storage.postgres.database
from bot.cli.entry import main
from bot.delivery.later.catchup import FoldPolicy
from bot.polling.schedule import SchedulePolicy
from bot.process import lease
from rules import load_rules
from rules.trying import inline_tests
from tests.bot.service.few_marsad import load_checked
from tests.bot.workers.quick_marsad import QUICK
from tests.rules.few import compiled_by_nobody, few_rules
from tests.torture.service import quicken, seconds, set_defaults

if __name__ == "__main__":
    inline_tests.__dict__["load_rules"] = partial(load_rules, shipped=few_rules())
    bot.process.compiling.compile_apart = compiled_by_nobody
    bot.rules_in_force.load_checked = load_checked
    bot.workers.jobs.DEFAULT_PACE = QUICK
    storage.postgres.database.SILENT_IN_A_WRITE = 3
    quicken()
    # Longer than the slowest feed takes: what is claimed is not handed out again meanwhile.
    set_defaults(SchedulePolicy, interval=seconds(4), claim=seconds(4))
    # Each alert is a message of its own, however many wait after the server was away.
    set_defaults(FoldPolicy, storm_sends=10_000, storm_sends_critical=10_000)
    given = lease.ServiceLease.__init__.__kwdefaults__ or {}
    given.update(held_for=10.0, renewed_every=1.0, asked_every=0.5)
    main()
