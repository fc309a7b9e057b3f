"""The same labelled entries by keyword lists, a light stemmer and Marsad.

    python -m bench.methods FILE [--markdown]

Keywords (``keywords.yaml``) are read as whole words, as substrings, and after snowball's
light stemmer; a signal fires when any of its keywords is found in title or text.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import snowballstemmer
import yaml
from rich.console import Console
from rich.table import Table

from rules import load_rules
from rules.language.text import tokenize
from rules.trying.measuring.evaluation import Score, score_labels
from rules.trying.measuring.labelled import LabelledEntry, read_labelled

Reading = Callable[[str], list[str]]
STEMMERS = {
    language: snowballstemmer.stemmer(name)
    for language, name in (("ar", "arabic"), ("en", "english"), ("fr", "french"))
}


def words(text: str) -> list[str]:
    return [token.norm for token in tokenize(text)]


def stems(language: str) -> Reading:
    return lambda text: STEMMERS[language].stemWords([t.norm for t in tokenize(text)])


def contains(text: Sequence[str], phrase: Sequence[str]) -> bool:
    size = len(phrase)
    return any(list(text[i : i + size]) == list(phrase) for i in range(len(text) - size + 1))


def by_tokens(
    keywords: dict[str, dict[str, list[str]]], entry: LabelledEntry, read: Reading
) -> frozenset[str]:
    text = read(f"{entry.title} . {entry.text}")
    language = entry.language or "ar"
    return frozenset(
        signal
        for signal, lists in keywords.items()
        if any(contains(text, read(phrase)) for phrase in lists[language])
    )


def by_substring(keywords: dict[str, dict[str, list[str]]], entry: LabelledEntry) -> frozenset[str]:
    text = " ".join(words(f"{entry.title} . {entry.text}"))
    language = entry.language or "ar"
    return frozenset(
        signal
        for signal, lists in keywords.items()
        if any(" ".join(words(phrase)) in text for phrase in lists[language])
    )


def compare(entries: Sequence[LabelledEntry]) -> dict[str, Score]:
    """Micro scores by method, over the signals that Marsad has rules for."""
    path = Path(__file__).with_name("keywords.yaml")
    keywords = yaml.safe_load(path.read_text(encoding="utf-8"))
    rules = load_rules()
    found: dict[str, list[frozenset[str]]] = {
        "keywords, whole words": [by_tokens(keywords, e, words) for e in entries],
        "keywords, substrings": [by_substring(keywords, e) for e in entries],
        "keywords, snowball stems": [
            by_tokens(keywords, e, stems(e.language or "ar")) for e in entries
        ],
        "Marsad": [
            frozenset(d.signal for d in rules.detect(e.title, e.text, e.language)) for e in entries
        ],
    }
    return {name: score_labels(entries, mine, rules.signals)[1] for name, mine in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("file", type=Path)
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    scores = compare(read_labelled(options.file))
    if options.markdown:
        print("| method | precision | recall | F1 |\n|---|---|---|---|")
        for name, score in scores.items():
            print(f"| {name} | {score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f} |")
        return
    table = Table("method", "precision", "recall", "F1", title=str(options.file.name))
    for name, score in scores.items():
        table.add_row(name, f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.f1:.3f}")
    Console().print(table)


if __name__ == "__main__":
    main()
