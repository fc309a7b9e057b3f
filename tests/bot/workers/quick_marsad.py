"""`marsad` with one small rule, workers that are found silent after seconds, and short leases.

python -m tests.bot.workers.quick_marsad run --role poll
"""

from __future__ import annotations

import bot.workers.jobs
from bot.cli.main import main
from bot.process import lease
from bot.workers.jobs import Pace
from tests.bot.service.few_marsad import put_few_in_place

QUICK = Pace(tick="* * * * * *", rescue="* * * * * *", heartbeat=0.5, stalled=3)

if __name__ == "__main__":
    put_few_in_place()
    bot.workers.jobs.DEFAULT_PACE = QUICK
    given = lease.ServiceLease.__init__.__kwdefaults__ or {}
    given.update(held_for=3.0, renewed_every=0.5, asked_every=0.5)
    main()
