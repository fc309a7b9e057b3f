"""A small folder in place of the shipped rules, which take seconds to load."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from rules import RuleSet, load_rules
from rules.loading.load import SHIPPED

VOCABULARY = ("negation.yaml", "denial.yaml", "scope.yaml", "topics.yaml", "common.yaml")
"""What every rule set needs, and the words that the tests of rule files use."""
FLOOD = """id: flood
title: {ar: فيضان, en: Flood, fr: Crue}
description: A rule beside which an operator puts others.
sector: none
terms:
  flood: {ar: [فيضان]}
when:
  - any: [flood]
tests:
  fires: [غمر الفيضان القرية]
  silent: [يوم هادئ]
"""


@cache
def few_rules() -> Path:
    """The folder; it goes when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="few-rules-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for kind in ("signals", "vocabulary"):
        (folder / kind).mkdir()
    (folder / "signals" / "flood.yaml").write_text(FLOOD, encoding="utf-8")
    for name in VOCABULARY:
        shutil.copy(SHIPPED / "vocabulary" / name, folder / "vocabulary")
    return folder


def load_few(operator_dir: Path) -> RuleSet:
    """An operator's rules over the small folder."""
    return load_rules(operator_dir, shipped=few_rules())
