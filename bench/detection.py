"""What finding signals in an entry takes, beside what people would otherwise use, in one run.

    python -m bench.detection [FILE] [--json]

FILE: JSON lines with ``title`` and ``text``; without it, invented news. Peers that are not
installed are named as missing: ``uv sync --group bench``. Times are CPU seconds of one core.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import metadata, util
from pathlib import Path

import re2
from rich.console import Console
from rich.table import Table

from bench.report import Figure, show
from rules import RuleSet, load_rules
from rules.language.arabic.camel import prepare_camel_tools
from rules.language.arabic.morphology import Morphology
from rules.language.text import arabic_norm, tokenize

NEWS = (
    "قالت وزارة الصحة إن مستشفيات المدينة تعاني نقصا حادا في الأدوية والوقود منذ أسابيع. ",
    "وأضافت أن قوافل المساعدات لم تصل منذ شهر، ودعت المنظمات الدولية إلى ممر آمن. ",
    "من جهته نفى المتحدث العسكري استهداف المستشفى، وقال إن القصف طال مواقع للمسلحين. ",
    "وفي سياق آخر، فاز الفريق المحلي في مباراة أمس وسط حضور جماهيري كبير. ",
    "وصدرت عن دار النشر رواية جديدة للكاتب، ويوقعها في معرض الكتاب مساء الخميس. ",
    "وارتفعت أسعار الأسهم في ختام تعاملات اليوم بدعم من قطاع البنوك والاتصالات. ",
)
SHORT = (150, 250)
"""Characters of the entries that are measured: about what a feed gives."""
AGAIN = 3
"""Runs, of which the fastest of each entry counts: what else the machine does is not measured."""
NAIVE_ENTRIES = 40
LENGTHS = (1, 8, 64)
MANY_RULES = (10, 1_000)
LETTERS = "بتثجحخدذرزسشصضطظعغفقكلمن"
RULE = """id: bench-{n}
title: قياس
description: قاعدة للقياس.
sector: none
terms:
  one: {{ar: [{one}]}}
  two: {{ar: [{two}, {two} {one}]}}
when:
  - {{name: both, near: [one, two]}}
examples: {{fires: [نص], silent: [نص]}}
"""

Entry = tuple[str, str]


def entries_of(file: Path | None) -> list[Entry]:
    if file is None:
        chooser = random.Random(4)
        return [("", "".join(chooser.sample(NEWS, 3))[: SHORT[1]]) for _ in range(200)]
    lines = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    every = [(str(each.get("title") or ""), str(each.get("text") or "")) for each in lines]
    fitting = [e for e in every if SHORT[0] <= len(e[0]) + len(e[1]) <= SHORT[1]]
    return fitting[:: max(1, len(fitting) // 300)]


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def each(work: Callable[[str, str], object], entries: Sequence[Entry], runs: int = AGAIN) -> float:
    """Mean microseconds an entry, of its fastest run."""
    fastest = [min(seconds(partial(work, *e)) for _ in range(runs)) for e in entries]
    return 1e6 * statistics.mean(fastest)


def forms_of(rules: RuleSet) -> list[str]:
    """The words and phrases of the rules, as they may be written."""
    listed = (w for by in rules.words_of_terms.values() for ws in by.values() for w in ws)
    return sorted(set(listed))


def camel(rules: RuleSet) -> Callable[[str, str], object]:
    """Each token analysed, each analysis held against each term: what a first script does."""
    prepare_camel_tools()
    from camel_tools.morphology.analyzer import Analyzer
    from camel_tools.tokenizers.word import simple_word_tokenize

    # As it comes, and not as Marsad uses it.
    analyzer = Analyzer(Morphology(rules.morphology.lexemes).analyser._db)
    # All stems made beforehand, as CAMeL Tools has them.
    analyzer._db.stem_hash = dict(analyzer._db.stem_hash.items())
    terms = [
        frozenset(n for phrase in term.phrases for unit in phrase for n in unit.lexemes)
        for term in rules.compiled_terms.values()
    ]

    def read(title: str, text: str) -> object:
        found = set()
        for token in simple_word_tokenize(f"{title} {text}"):
            lexemes = {int(a["lexeme"]) for a in analyzer.analyze(token) if a.get("lexeme")}
            for number, words in enumerate(terms):
                if any(lexeme in words for lexeme in lexemes):
                    found.add(number)
        return found

    return read


def spacy_matcher(rules: RuleSet) -> Callable[[str, str], object] | None:
    if util.find_spec("spacy") is None:
        return None
    import spacy
    from spacy.matcher import PhraseMatcher

    pipeline = spacy.blank("ar")
    matcher = PhraseMatcher(pipeline.vocab)
    matcher.add("rules", list(pipeline.pipe(forms_of(rules))))
    return lambda title, text: matcher(pipeline.make_doc(f"{title} {text}"))


def one_pattern(rules: RuleSet) -> Callable[[str, str], object]:
    options = re2.Options()
    options.max_mem = 512 << 20
    pattern = re2.compile("|".join(re2.escape(form) for form in forms_of(rules)), options)
    return lambda title, text: list(pattern.finditer(f"{title} {text}"))


def look_ups(rules: RuleSet) -> Callable[[str, str], object]:
    known = {arabic_norm(form) for form in forms_of(rules)}
    return lambda title, text: [t for t in tokenize(f"{title} {text}") if t.norm in known]


def many_rules(number: int) -> RuleSet:
    """The shipped rules and so many others whose words stand in no text."""
    with tempfile.TemporaryDirectory() as folder:
        signals = Path(folder, "signals")
        for n in range(number):
            word = "".join(LETTERS[n // 24**i % 24] for i in range(3))
            place = signals / f"part-{n // 400}"
            place.mkdir(parents=True, exist_ok=True)
            text = RULE.format(n=n, one=f"زظ{word}ظ", two=f"ظز{word}ز")
            (place / f"bench-{n}.yaml").write_text(text, encoding="utf-8")
        return load_rules(Path(folder))


def measured(entries: Sequence[Entry]) -> dict[str, float | None]:
    """What was measured → microseconds an entry, or what the name says."""
    found: dict[str, float | None] = {}
    rules: list[RuleSet] = []
    found["load of the rules, seconds"] = seconds(lambda: rules.append(load_rules()))
    ours = rules[0]

    def detect(title: str, text: str) -> object:
        return ours.detect(title, text, "ar")

    found["Marsad, each entry for the first time"] = each(detect, entries, 1)
    found["Marsad"] = each(detect, entries)
    of_none = [entry for entry in entries if not ours.detect(*entry, "ar")]
    found["Marsad, entries of no signal"] = each(detect, of_none) if of_none else None
    found["naive CAMeL Tools"] = each(camel(ours), entries[:NAIVE_ENTRIES], 1)
    spacy_way = spacy_matcher(ours)
    found["spaCy, PhraseMatcher"] = each(spacy_way, entries) if spacy_way else None
    found["RE2, all words in one pattern"] = each(one_pattern(ours), entries)
    found["tokens and look-ups"] = each(look_ups(ours), entries)
    for number in MANY_RULES:
        more = many_rules(number)
        found[f"Marsad, {number:,} rules beside"] = each(
            partial(more.detect, language="ar"), entries
        )
    for times in LENGTHS:
        text = "".join(NEWS[:4]) * times
        detect("", text)
        taken = min(seconds(partial(detect, "", text)) for _ in range(AGAIN))
        found[f"Marsad, nanoseconds a character of {len(text):,}"] = 1e9 * taken / len(text)
    return found


def _is_apart(name: str) -> bool:
    """Whether it is another measure than the microseconds of an entry."""
    return "seconds" in name


def figures_of(found: Mapping[str, float | None]) -> list[Figure]:
    """As a line each of the table of all benches; the peer is naive CAMeL Tools, to ours alone."""
    peer = next((t for name, t in found.items() if name.startswith("naive CAMeL") and t), None)
    return [
        Figure(
            name, taken, "" if _is_apart(name) else "µs", None, peer if name == "Marsad" else None
        )
        for name, taken in found.items()
        if taken is not None
    ]


def versions() -> dict[str, str]:
    names = ("marsad", "camel-tools", "google-re2", "spacy")
    installed = {d.metadata["Name"]: d.version for d in metadata.distributions()}
    known = {name.lower().replace("_", "-"): number for name, number in installed.items()}
    return {"python": platform.python_version()} | {n: known.get(n, "missing") for n in names}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--table", action="store_true", help="as JSON, for the table of all")
    options = parser.parse_args()
    entries = entries_of(options.file)
    size = statistics.mean(len(title) + len(text) for title, text in entries)
    found = measured(entries)
    ours = found["Marsad"] or 1.0
    entry_times = {n: t for n, t in found.items() if t and not _is_apart(n)}
    ratios = {name: taken / ours for name, taken in entry_times.items()}
    machine = f"{platform.machine()}, {platform.system()} {platform.release()}"
    if options.table:
        show(f"detection, {len(entries)} entries of {size:.0f}", figures_of(found), as_json=True)
        return
    if options.json:
        told = {
            "entries": len(entries),
            "characters": size,
            "measured": found,
            "ratios to Marsad": ratios,
            "machine": machine,
            "versions": versions(),
        }
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return
    table = Table("", "µs an entry", "to Marsad", title=f"{len(entries)} entries of {size:.0f}")
    for name, taken in found.items():
        shown = "missing" if taken is None else f"{taken:,.1f}"
        table.add_row(name, shown, f"{ratios[name]:.2f}" if name in ratios else "")
    Console().print(table)
    print(machine, *(f"{name} {version}" for name, version in versions().items()), sep="; ")


if __name__ == "__main__":
    main()
