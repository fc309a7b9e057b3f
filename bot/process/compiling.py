"""A service's rules and places are compiled in a process of its own, which leaves them in a cache.

Compiling takes more than 150 MB that the service would hold for as long as it runs, and the
interpreter's lock for seconds, in which nobody is answered.
"""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

import bot
from rules.matching.ruleset import RulesInvalid

LONGEST = 300.0
"""Seconds that it may take; on a slow machine it is half a minute."""
_REFUSED = 3
_MODULE = "bot.process.compiling"
_PACKAGES = str(Path(bot.__file__).resolve().parent.parent)

log = logging.getLogger(__name__)


async def compile_apart(
    operator_dir: Path | None, full_database: Path | None, cache: Path | None
) -> RulesInvalid | None:
    """Fill the cache where it does not have what the files say now, which takes seconds. Who does
    not want to wait cancels it: the process is killed, and nothing half written stays.

    What is wrong with the files is the answer. Raises nothing: where no process can do it, whoever
    reads the files afterwards compiles them.
    """
    paths = (operator_dir, full_database, cache)
    if cache is None or not await asyncio.to_thread(_is_wanted, operator_dir, full_database, cache):
        return None
    asked = [str(path or "") for path in paths]
    try:
        status, said = await _run(asked, cache)
    except (OSError, TimeoutError) as error:
        log.debug("rules: not compiled in a process of their own: %r", error)
        return None
    if status == _REFUSED:
        return _refusal(said)
    if status < 0:
        log.warning(
            "rules: the process that compiles them was ended by signal %d, for want of memory "
            "perhaps; the service compiles them itself",
            -status,
        )
    elif status:
        log.debug("rules: the process that compiles them ended with %d", status)
    return None


async def _run(asked: list[str], cache: Path) -> tuple[int, bytes]:
    """Its exit status and what it said. Raises OSError and TimeoutError."""
    before = _names(cache)
    # No setting of ours: the token among them.
    others = {name: said for name, said in os.environ.items() if not name.startswith("MARSAD_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", _MODULE, *asked),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=DEVNULL,
        env=others | {"PYTHONPATH": _PACKAGES},
        # Ctrl-C is for the service, which then ends it: else the service would begin anew itself.
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(LONGEST):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        if process.returncode:
            for name in _names(cache) - before:
                if not name.endswith(".json"):  # what it was writing, which nobody would remove
                    (cache / name).unlink(missing_ok=True)
    return process.returncode or 0, said


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def _is_wanted(operator_dir: Path | None, full_database: Path | None, cache: Path) -> bool:
    return _can_be_written(cache) and not _is_there(operator_dir, full_database, cache)


def _refusal(said: bytes) -> RulesInvalid | None:
    """What the process said is wrong with the files; None where that cannot be read."""
    try:
        errors, warnings = pickle.loads(said)  # noqa: S301 our own process
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError) as error:
        log.debug("rules: what the process that compiles them said cannot be read: %r", error)
        return None
    return RulesInvalid(errors, warnings)


def _can_be_written(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _is_there(operator_dir: Path | None, full_database: Path | None, cache: Path) -> bool:
    from rules.loading.load import cache_of

    try:
        return cache_of(cache, operator_dir, full_database).is_checked
    except OSError:  # files that come and go
        return False


def main(operator_dir: str, full_database: str, cache: str) -> None:
    from rules.loading.places.kept import load_gazetteer
    from rules.trying.inline_tests import load_checked

    own, full = (Path(path) if path else None for path in (operator_dir, full_database))
    try:
        load_checked(own, full_database=full, cache=Path(cache))
        load_gazetteer(own, cache=Path(cache))
    except RulesInvalid as invalid:
        sys.stdout.buffer.write(pickle.dumps((invalid.errors, invalid.warnings)))
        sys.stdout.flush()
        sys.exit(_REFUSED)


if __name__ == "__main__":
    main(*sys.argv[1:])
