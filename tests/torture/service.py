"""The real service with seconds for minutes, as a process of its own that can be killed.

    python -m tests.torture.service            `marsad run`
    python -m tests.torture.service --nursery  loads everything once, then forks a `marsad run`
                                               for each line on its input, and says "pid N" and,
                                               when it ended, "exit N"

Nothing but times is changed: how often feeds are asked, how long retries and lines wait.
TORTURE_PROBATION: the seconds that a newcomer asks Telegram before it sends anything.
TORTURE_CLOCK: a file with the seconds by which this machine's clock is wrong, read at each look.
"""

from __future__ import annotations

import inspect
import os
import sys
import traceback
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any


def quicken() -> None:
    """Put short times in the place of the product's: as defaults, so that nothing else changes."""
    from bot.alerts.decide import AlertPolicy
    from bot.delivery.deciding.pacing import SendLimits
    from bot.delivery.deciding.policy import DeliveryPolicy
    from bot.delivery.deciding.retry import RetryPolicy
    from bot.delivery.edits import EditPolicy
    from bot.delivery.later.catchup import FoldPolicy
    from bot.polling.schedule import SchedulePolicy
    from bot.process.lease import ServiceLease
    from bot.service.service import Service

    set_defaults(SendLimits, chat_gap=seconds(0.04), group_window=seconds(3), overall_sends=100)
    set_defaults(
        RetryPolicy,
        first_wait=seconds(0.2),
        ceiling=seconds(1),
        repeat_waits=(seconds(0.1),),
        rate_limit_margin=seconds(0.1),
    )
    set_defaults(
        FoldPolicy,
        storm_sends=30,
        storm_sends_critical=60,
        storm_window=seconds(6),
        settle=seconds(0.5),
        line_gap=seconds(1),
    )
    set_defaults(AlertPolicy, edits_settle=seconds(0.5))
    set_defaults(EditPolicy, gap=seconds(0.5), first_wait=seconds(0.2), look=seconds(0.1))
    set_defaults(DeliveryPolicy, idle=seconds(0.1), shortest_pause=seconds(0.01))
    set_defaults(
        SchedulePolicy,
        interval=seconds(0.5),
        wish_ceiling=seconds(1),
        failure_ceiling=seconds(1),
        claim=seconds(1),
        held=seconds(1),
    )
    # Over a server: who was killed is followed soon.
    set_defaults(ServiceLease, held_for=3.0, renewed_every=0.5, asked_every=0.2)
    probation = float(os.environ.get("TORTURE_PROBATION", "0.2"))
    set_defaults(Service, tick=seconds(0.3), probation=seconds(probation))


def move_clock() -> None:
    """Let the wall clock be moved from outside; the time since the machine's start stays true."""
    import apscheduler.schedulers.base as scheduling

    import bot.clock

    file = Path(os.environ.get("TORTURE_CLOCK", os.devnull))

    class Moved(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            try:
                wrong = float(file.read_text("ascii") or 0)
            except FileNotFoundError:
                wrong = 0.0
            return datetime.now(tz) + timedelta(seconds=wrong)

    for module in (bot.clock, scheduling):
        module.__dict__["datetime"] = Moved


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def set_defaults(cls: type, **values: object) -> None:
    """Change what `cls` takes when it is told nothing else."""
    function: Any = cls.__init__  # type: ignore[misc]
    optional = [
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is not parameter.empty
        and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    positional = dict(zip(optional, function.__defaults__ or (), strict=True))
    keyword = dict(function.__kwdefaults__ or {})
    for name, value in values.items():
        place = positional if name in positional else keyword
        if name not in place:
            raise SystemExit(f"{cls.__name__} takes no {name} any more: mend tests/torture")
        place[name] = value
    function.__defaults__ = tuple(positional.values())
    function.__kwdefaults__ = keyword or None


def run() -> None:
    from bot.cli.main import app

    app(["run"])


def nursery() -> None:
    import bot.process.compiling
    import bot.rules_in_force
    import bot.telegram.app
    import bot.telegram.sender
    import rules
    from bot.settings import load_settings
    from tests.rules.few import compiled_by_nobody

    # Neither the inline tests of the shipped rules nor reading the places is what is tried here.
    loaded = rules.load_rules(load_settings().rules_dir)
    places = rules.load_gazetteer()
    bot.process.compiling.compile_apart = compiled_by_nobody
    bot.rules_in_force.load_checked = lambda *_: loaded
    rules.load_gazetteer = lambda *_: places
    print("ready", flush=True)
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            _be_the_service()
        print(f"pid {child}", flush=True)
        _, status = os.waitpid(child, 0)
        print(f"exit {os.waitstatus_to_exitcode(status)}", flush=True)


def _be_the_service() -> None:
    os.setsid()
    log = os.open(os.environ["TORTURE_LOG"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, nothing), (1, log), (2, log)):
        os.dup2(source, target)
    code = 1
    try:
        run()
        code = 0
    except SystemExit as exit_:
        code = exit_.code if isinstance(exit_.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    quicken()
    move_clock()
    nursery() if "--nursery" in sys.argv else run()
