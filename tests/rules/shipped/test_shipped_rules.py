"""The rules that ship: their own tests, their promises, and the full database beside them."""

from __future__ import annotations

import gzip
import re
import shutil
from pathlib import Path

import pytest

from rules import RuleSet, load_rules
from rules.language.text import tokenize
from rules.loading.jsonschema import schemas
from rules.loading.load import SHIPPED
from rules.loading.schema import Example
from rules.matching.finding import names
from rules.matching.harm import roles as harm_roles
from rules.matching.scope.scope import RESERVED
from rules.trying.explain import explain
from rules.trying.inline_tests import run_tests
from rules.trying.measuring.evaluation import evaluate
from rules.trying.measuring.labelled import read_labelled

SIGNALS = {
    "aid-access",
    "attack-on-health-care",
    "ceasefire",
    "civilian-harm",
    "disease-outbreak",
    "displacement",
    "evacuation",
    "food-insecurity",
    "health-system-collapse",
    "medicine-shortage",
    "siege",
    "water-fuel-power-shortage",
}
LABELLED = Path(__file__).parent


def failures(rules: RuleSet) -> list[str]:
    return [
        f"{r.file}:{r.line}: {r.kind}: {r.text}\n    {r.why}"
        for r in run_tests(rules)
        if not r.passed
    ]


def test_the_twelve_signals_ship(shipped: RuleSet) -> None:
    assert set(shipped.signals) == SIGNALS
    assert all(s.status == "stable" for s in shipped.signals.values())


def test_every_inline_test_passes(shipped: RuleSet) -> None:
    assert not failures(shipped), "\n".join(failures(shipped))


def language_of(example: str | Example) -> str:
    text = example if isinstance(example, str) else f"{example.title or ''} {example.text}"
    if isinstance(example, Example) and example.lang:
        return example.lang
    if any(t.script == "ar" for t in tokenize(text)):
        return "ar"
    return "fr" if set("éèêàçîôûœ’").intersection(text) or " de " in f" {text} " else "en"


@pytest.mark.parametrize("kind", ["fires", "silent"])
def test_every_rule_is_tested_in_three_languages(shipped: RuleSet, kind: str) -> None:
    for tests in shipped.tests:
        examples = getattr(tests.tests, kind)
        counts = dict.fromkeys(("ar", "en", "fr"), 0)
        for example in examples:
            counts[language_of(example)] += 1
        enough = counts["ar"] >= 6 and counts["en"] >= 3 and counts["fr"] >= 3
        assert enough, f"{tests.signal} {kind}: {counts}"


def test_every_shipped_rule_speaks_three_languages(shipped: RuleSet) -> None:
    for signal in shipped.signals.values():
        assert set(signal.title) == {"ar", "en", "fr"}
        assert all(signal.title.values())
        assert any("\u0600" <= c <= "\u06ff" for c in signal.description["ar"]), signal.id
        assert signal.description["fr"] != signal.description["en"], signal.id


def test_every_clause_has_a_name_and_a_reason(shipped: RuleSet) -> None:
    """`explain` shows both. Of the ways of a clause the name is one."""
    for signal, rule in shipped.rules.items():
        for clause in (*rule.when, *rule.against):
            assert re.fullmatch("[a-z][a-z0-9-]+", clause.label), (signal, clause.label)
            assert not clause.label.startswith("said-of-"), (signal, clause.label)
            assert clause.why, (signal, clause.label)


def test_every_shipped_vocabulary_term_is_used(shipped: RuleSet) -> None:
    used = {*RESERVED, *harm_roles.TERMS, names.KIND_AND_NAME, names.WHOLE}
    for term in shipped.compiled_terms.values():
        used.update(term.needs())
    for rule in shipped.rules.values():
        for clause in (*rule.when, *rule.against):
            used.update(clause.needs, clause.unless)
            used.update(name for element in clause.elements for name in element.terms)
        used.update(rule.unless, rule.unless_in_title, rule.needs, *rule.governors.values())
    defined = {n for n in shipped.compiled_terms if n.startswith("$") and "!" not in n}
    assert defined <= used, sorted(defined - used)


def test_the_schemas_for_editors_are_those_of_the_models() -> None:
    for name, text in schemas().items():
        assert (SHIPPED / "editor" / name).read_text(encoding="utf-8") == text, (
            "run: marsad rules schema"
        )


def test_every_rule_file_names_its_schema() -> None:
    for kind, name in (("signals", "signal"), ("vocabulary", "vocabulary")):
        for path in (SHIPPED / kind).glob("*.yaml"):
            first = path.read_text(encoding="utf-8").splitlines()[0]
            assert first == f"# yaml-language-server: $schema=../editor/{name}.json", path.name


def test_english_and_french_entries_of_our_own_are_judged_well(shipped: RuleSet) -> None:
    result = evaluate(shipped, read_labelled(LABELLED / "labelled-en-fr.jsonl"))
    assert result.micro.f1 >= 0.90, result.as_json()


def test_an_article_that_has_it_all_gives_all_four(shipped: RuleSet, shared_data: Path) -> None:
    text = (shared_data / "aleppo-2016-ar.txt").read_text(encoding="utf-8")
    found = {d.signal: d for d in explain(shipped, "", text).detections}
    wanted = {"health-system-collapse", "medicine-shortage", "evacuation", "aid-access"}
    assert wanted <= found.keys()
    for signal, sentence in {
        "health-system-collapse": "النظام الصحي على شفا الانهيار",
        "medicine-shortage": "ولا توجد أدوية",
        "evacuation": "إجلاء من يحتاجون",
        "aid-access": "إدخال المساعدات الإنسانية",
    }.items():
        start = text.index(sentence)
        spans = [(e.start, e.end) for e in found[signal].evidence]
        assert any(start - 60 <= s <= start + len(sentence) for s, _ in spans), signal


def test_a_full_database_makes_no_answer_worse(
    shipped: RuleSet, shared_data: Path, tmp_path: Path
) -> None:
    database = tmp_path / "full.db"
    with gzip.open(shared_data / "msa-full.db.gz") as packed, database.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    fuller = load_rules(full_database=database)
    assert not failures(fuller), "\n".join(failures(fuller))
    entries = read_labelled(shared_data / "labelled-ar.jsonl")[::3]
    before, after = evaluate(shipped, entries).micro, evaluate(fuller, entries).micro
    assert after.f1 >= before.f1 - 0.005, (before, after)


def test_a_full_database_brings_broken_plurals_to_bare_words(
    shared_data: Path, tmp_path: Path
) -> None:
    from rules.language.arabic.full_database import Enricher
    from rules.language.arabic.lexicon import noun
    from rules.language.arabic.morphology import Morphology

    database = tmp_path / "full.db"
    with gzip.open(shared_data / "msa-full.db.gz") as packed, database.open("wb") as plain:
        shutil.copyfileobj(packed, plain)
    enrich = Enricher(database)
    for word, plural in (("برميل", "البراميل"), ("وباء", "بالأوبئة"), ("نظام", "أنظمتهم")):
        assert not Morphology([noun(word)]).analyse(plural)
        assert Morphology([enrich(noun(word))]).analyse(plural), plural
    # One spelling, two words (siege, mat weaver): nothing is guessed.
    assert enrich(noun("حصار")) == noun("حصار")
    # Plurals that are first of all another word stay out.
    assert not Morphology([enrich(noun("مقتل"))]).analyse("مقاتل")


def test_no_line_of_a_shipped_list_is_longer_than_a_reader_takes_in() -> None:
    root = Path(__file__).parents[3]
    files = [path for room in ("rules", "bot") for path in (root / room).rglob("*.yaml")]
    assert len(files) > 40
    long = [
        f"{path.relative_to(root)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > 100
    ]
    assert long == []
