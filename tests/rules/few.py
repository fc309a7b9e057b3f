"""A small folder in place of the shipped rules, which take seconds to load."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import yaml

from rules import RuleSet, load_rules
from rules.loading.load import SHIPPED

FORMS = Path(__file__).parents[2] / ".pytest_cache" / "forms"
"""What compiling found out about the shipped words, for every process of tests and for the next
run: kept by the code and the versions that it depends on."""
VOCABULARY = ("negation.yaml", "denial.yaml", "scope.yaml", "topics.yaml", "common.yaml")
"""What every rule set needs, and the words that the tests of rule files use."""
LONG = ("scope.yaml", "topics.yaml")
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
def few_rules(most_words: int | None = 8) -> Path:
    """The folder, with so many words of each long list: a rule set compiles them each time. It goes
    when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="few-rules-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for kind in ("signals", "vocabulary"):
        (folder / kind).mkdir()
    (folder / "signals" / "flood.yaml").write_text(FLOOD, encoding="utf-8")
    for name in VOCABULARY:
        text = (SHIPPED / "vocabulary" / name).read_text(encoding="utf-8")
        kept = _first_words(text, most_words) if name in LONG else text
        (folder / "vocabulary" / name).write_text(kept, encoding="utf-8")
    return folder


def _first_words(text: str, most: int | None) -> str:
    terms = yaml.safe_load(text)
    for term in terms.values():
        for language, words in term.items():
            if isinstance(words, list):
                term[language] = words[:most]
    return yaml.safe_dump(terms, allow_unicode=True)


def load_few(operator_dir: Path, most_words: int | None = 8) -> RuleSet:
    """An operator's rules over the small folder."""
    return load_rules(operator_dir, shipped=few_rules(most_words))


def load_one(folder: Path, name: str, text: str, most_words: int | None = 8) -> RuleSet:
    """The rule of an operator over the small folder."""
    (folder / "signals").mkdir()
    (folder / "signals" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_few(folder, most_words)


async def compiled_by_nobody(
    operator_dir: Path | None, full_database: Path | None, cache: Path | None
) -> None:
    """Stands for `compile_apart` where no process shall compile the shipped rules."""
