"""What is detected does not depend on the process that reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rules.language.sentences import Sentence
from rules.matching.finding.reading import Reading, Span, Written

NAMES = tuple(f"term-{number:02}" for number in range(30))


def test_of_terms_that_hold_the_same_words_one_is_named_by_its_name() -> None:
    """The order of a set differs from process to process, and with it which term the evidence
    named: states of places are read from these names."""
    spans = {Span(2, 3), Span(2, 4), Span(5, 5)}
    signs = SimpleNamespace(bits=dict.fromkeys(NAMES, 1))
    matcher: Any = SimpleNamespace(
        look_for=lambda name, written: spans,
        signs=signs,
        bits_of=lambda names: (1, frozenset()),
        names_of=lambda bits: NAMES,
    )
    written = Written(Sentence("text", 0, 0, ()), (), matcher, 1, "")
    reading = Reading(written, None, matcher)
    found = reading.any_of(NAMES[::-1])
    wanted = [(span, name) for span in (Span(2, 4), Span(2, 3), Span(5, 5)) for name in NAMES]
    assert found == wanted


RULES = {
    "strike": """id: strike
title: {ar: قصف, en: Strike, fr: Frappe}
description: Terms that share words, so that more than one is evidence of the same place.
sector: none
terms:
  blow: {ar: [قصف, غارة, ~قصف], en: [strike, shelling], fr: [frappe]}
  fire: {ar: [قصف, نار, قصف مدفعي], en: [shelling, fire], fr: [feu]}
  place: {ar: [مستشفى/مستشفيات, مدرسة/مدارس, سوق/أسواق], en: [hospital, school], fr: [école]}
  building: {ar: [مستشفى/مستشفيات, مبنى/مبان, بيت/بيوت], en: [hospital, house], fr: [maison]}
when:
  - {near: [[blow, fire], [place, building]], within: 8}
  - {all: [[fire, blow], [building, place]]}
  - any: [blow, fire]
  - sequence: [[place, building], [blow, fire]]
tests:
  fires: [قصف المستشفى, "shelling of a school"]
  silent: [يوم هادئ]
""",
    "flooded": """id: flooded
title: {ar: غرق, en: Flooded, fr: Inondé}
description: Negations and denials over words that other rules have too.
sector: none
terms:
  water: {ar: [فيضان/فيضانات, سيل/سيول, ماء/مياه], en: [flood, water], fr: [crue, eau]}
  rain: {ar: [مطر/أمطار, سيل/سيول], en: [rain, flood], fr: [pluie, crue]}
  home: {ar: [بيت/بيوت, قرية/قرى, مدرسة/مدارس], en: [house, village], fr: [maison]}
when:
  - {near: [[water, rain], home], within: 10}
  - any: [water, rain]
tests:
  fires: [غمر الفيضان القرية]
  silent: [يوم هادئ]
""",
}
OPENINGS = ("", "نفى المحافظ أن ", "قال السكان إن ", "لم يتوقف بعد أن ", "حذرت الأرصاد من أن ")
HAPPENINGS = (
    "قصف مدفعي طال المستشفى والمدرسة والسوق، والقصف والنار في البيوت والمباني",
    "الغارة دمرت بيوتا ومدارس. القصف على مستشفيين لم يتوقف",
    "السيول غمرت القرى والبيوت والمدارس، والأمطار والمياه والفيضانات مستمرة",
    "لا قصف ولا غارات على الأسواق، والفيضان بلغ القرية",
    "shelling and fire hit a hospital and a house; the flood and rain reached the village",
    "une frappe sur une école et le feu dans la maison; la crue et la pluie",
)
SAID = """
import hashlib, json, sys
from dataclasses import asdict
from pathlib import Path
from rules.loading.stored import compiled
from tests.rules.few import load_few
from tests.rules.matching.test_same_everywhere import HAPPENINGS, OPENINGS

rules = load_few(Path(sys.argv[1]))
made = json.dumps(compiled.written(rules), ensure_ascii=False)
found = [
    [asdict(each) for each in rules.detect(opening + told, told, None)]
    for opening in OPENINGS for told in HAPPENINGS
]
digest = hashlib.sha256(made.encode()).hexdigest()
print(json.dumps({"hash": rules.hash, "compiled": digest, "found": found}))
"""


def said_with(seed: str, folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", SAID, str(folder)],
        env={k: v for k, v in os.environ.items() if not k.startswith("COV")}
        | {"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_two_processes_whose_sets_are_in_other_orders_tell_the_same(tmp_path: Path) -> None:
    (tmp_path / "signals").mkdir()
    for name, text in RULES.items():
        (tmp_path / "signals" / f"{name}.yaml").write_text(text, encoding="utf-8")
    one, other = said_with("1", tmp_path), said_with("20261128", tmp_path)
    assert sum(map(bool, one["found"])) > len(OPENINGS) * len(HAPPENINGS) // 2
    assert one["found"] == other["found"]
    # ... and compile files to the same rules, word for word.
    assert (one["hash"], one["compiled"]) == (other["hash"], other["compiled"])
