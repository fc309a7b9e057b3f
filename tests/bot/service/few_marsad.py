"""`marsad` with one small rule for the shipped ones, for tests of what the process does: it starts
in a second, not in ten.

    python -m tests.bot.service.few_marsad run
"""

from __future__ import annotations

import os
import shutil
import tempfile
from functools import partial
from pathlib import Path

import bot.process.compiling
import bot.rules_in_force
from bot.cli.entry import main
from rules import Gazetteer, RuleSet, load_rules
from rules.loading.load import cache_of
from rules.loading.places.kept import load_gazetteer
from rules.trying import inline_tests
from tests.rules.few import compiled_by_nobody, few_rules


def put_few_in_place() -> None:
    """The small rule for the shipped ones, in this process."""
    inline_tests.__dict__["load_rules"] = partial(load_rules, shipped=_one_folder())
    bot.process.compiling.compile_apart = compiled_by_nobody
    bot.rules_in_force.load_checked = load_checked
    bot.rules_in_force._places = load_places


def load_checked(
    operator_dir: Path | None, full_database: Path | None, cache: Path | None = None
) -> RuleSet:
    """The real gate, and a cache of its own beside the folder: the next process starts from it."""
    kept = cache_of(_own_cache(), operator_dir, full_database, _one_folder())
    stored = kept.read(None) if full_database is None else None
    if stored is not None and stored.checked:
        return stored.rules
    rules = inline_tests.load_checked(operator_dir, full_database=full_database)
    kept.write(rules, checked=True)
    return rules


def load_places(operator_dir: Path | None, cache: Path | None) -> Gazetteer:
    return load_gazetteer(operator_dir, cache=_own_cache())


def _own_cache() -> Path:
    return Path(os.environ["XDG_CACHE_HOME"], "few")


def _one_folder() -> Path:
    """The small folder at the same place for all processes of a test session, as the cache asks."""
    place = Path(os.environ["XDG_CACHE_HOME"], "few-rules")
    if not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        made = tempfile.mkdtemp(dir=place.parent)
        shutil.copytree(few_rules(), made, dirs_exist_ok=True)
        try:
            Path(made).rename(place)
        except OSError:  # another process was quicker
            shutil.rmtree(made)
    return place


if __name__ == "__main__":
    put_few_in_place()
    main()
