"""``marsad rules explain`` and ``expand``: what is found in a text, what a word matches."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cli.rules.shared import (
    WARNING,
    AsJson,
    app,
    load,
    print_json,
    remember,
    text_of,
)
from bot.errors import CannotGoOn

if TYPE_CHECKING:
    from rules.trying.explain import Explanation


EVIDENCE_STYLE = "bold black on bright_yellow"
MOST_NEAR_MISSES = 3
MOST_UNKNOWN = 60


@app.command()
def explain(
    text: Annotated[str | None, typer.Argument(help="The text; or give --file.")] = None,
    file: Annotated[Path | None, typer.Option(help="A text file (UTF-8); - reads input.")] = None,
    title: Annotated[str, typer.Option(help="A headline, alone or with a text.")] = "",
    lang: Annotated[str | None, typer.Option(help="ar, en or fr; guessed otherwise.")] = None,
    rules_dir: Annotated[Path | None, typer.Option("--rules", help="Operators' rules.")] = None,
    as_json: AsJson = False,
    told: Annotated[str, typer.Option("--told", help="Reasons in: ar, en or fr.")] = "en",
) -> None:
    """Show what the rules find in a text, and why; what nearly fired; what is not known."""
    from rules.trying.explain import explain as explain_text

    title_alone = bool(title) and text is None and file is None
    written = "" if title_alone else text_of(text, file)
    rules = load(rules_dir)
    explanation = explain_text(rules, title, written, lang)
    remember(rules, rules_dir)
    if as_json:
        print_json(_explanation_json(explanation, told))
    else:
        _show_explanation(explanation, title, written, told)


def _explanation_json(explanation: Explanation, language: str) -> dict[str, Any]:
    return {
        "detections": [asdict(d) for d in explanation.detections],
        "victims": [asdict(v) for v in explanation.victims],
        "signals": [
            asdict(s)
            | {
                "detection": None,
                "silence": s.silence.text(language) if s.silence else None,
                "nearly": [
                    {"clause": m.clause, "why": m.said.text(language), "quote": m.quote}
                    for m in s.nearly
                ],
            }
            for s in explanation.signals
        ],
        "words": [asdict(w) for w in explanation.words],
        "unknown": list(explanation.unknown),
    }


def _show_explanation(explanation: Explanation, title: str, text: str, language: str) -> None:
    from rules.language.sentences import sentence_around
    from rules.texts import message

    console = Console()
    if not explanation.detections:
        console.print(message("summary.no_signal").text(language))
    for detection in explanation.detections:
        console.print(
            Text(f"● {detection.signal}", style="bold")
            + Text(f"  {detection.direction}, {detection.level}")
        )
        console.print(f"  {detection.explanation}", markup=False, highlight=False)
        shown = set()
        for item in detection.evidence:
            source = title if item.field == "title" else text
            sentence = " ".join(sentence_around(source, item.start, item.end).split())
            if sentence in shown:
                continue
            shown.add(sentence)
            line = Text("  │ " + sentence)
            for other in detection.evidence:
                line.highlight_words([" ".join(other.quote.split())], EVIDENCE_STYLE)
            console.print(line)
    silent = [s for s in explanation.signals if s.detection is None]
    for signal in silent:
        reason = signal.silence.text(language) if signal.silence else ""
        console.print(f"○ {signal.signal}: {reason}", markup=False, highlight=False)
        for miss in signal.nearly[:MOST_NEAR_MISSES]:
            lacking = f"    {miss.clause}: {miss.said.text(language)}  «{miss.quote}»"
            console.print(lacking, markup=False, highlight=False)
    for victim in explanation.victims:
        console.print(
            f"harm «{victim.quote}»: {victim.who}, cause {victim.cause} ({victim.why})",
            markup=False,
            highlight=False,
        )
    table = Table("word", "cut as", "is a form of", "terms", title="Words that the rules know")
    for word in explanation.words:
        table.add_row(
            word.text, "\n".join(word.segments), "\n".join(word.lemmas), ", ".join(word.terms)
        )
    if explanation.words:
        console.print(table)
    if explanation.unknown:
        some = explanation.unknown[:MOST_UNKNOWN]
        more = " …" if len(explanation.unknown) > MOST_UNKNOWN else ""
        known = message("summary.unknown", words=f"{', '.join(some)}{more}").text(language)
        console.print(known, markup=False, highlight=False)


@app.command()
def expand(
    word: Annotated[str, typer.Argument(help="As in a rule: دواء/أدوية, ~نفد, shortage.")],
    lang: Annotated[str | None, typer.Option(help="ar, en or fr; guessed otherwise.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also with attached words.")] = False,
    as_json: AsJson = False,
    told: Annotated[str, typer.Option("--told", help="Messages in: ar, en or fr.")] = "en",
) -> None:
    """Show the forms that a word will match, and warn of commoner words among them."""
    from rules.language.arabic.lexicon import WordProblem
    from rules.texts import message
    from rules.trying.expand import expand as expand_word
    from rules.trying.expand import language_of_word

    if not word.strip():
        raise CannotGoOn(message("word.nothing_given").text(told), 2)
    arabic = language_of_word(word) == "ar"
    try:
        found = expand_word(load(None), word, lang or ("ar" if arabic else "en"))
    except WordProblem as problem:
        raise CannotGoOn(problem.said.text(told)) from problem
    if as_json:
        print_json({k: v for k, v in asdict(found).items() if k != "doubts"}
                   | {"doubts": [d.text(told) for d in found.doubts]})  # fmt: skip
        return
    for doubt in found.doubts:
        typer.echo(f"{WARNING.get(told, 'warning')}: {doubt.text(told)}", err=True)
    shown = found.forms if every else found.plain
    typer.echo(("، " if arabic else ", ").join(shown))
    hidden = len(found.forms) - len(shown)
    key = "summary.attached" if hidden else "summary.forms"
    said = [message(key, word=word, n=len(found.forms), hidden=hidden).text(told)]
    if found.terms:
        said.append(message("summary.terms", terms=", ".join(found.terms)).text(told))
    for each in found.collisions:
        zipf = {"frequency": f"{each.frequency:.1f}", "usual": f"{each.usual:.1f}"}
        collision = message("summary.collision", form=each.form, **zipf).text(told)
        said.append(f"{WARNING.get(told, 'warning')}: {collision}")
    if not found.frequencies:
        said.append(message("summary.no_frequencies").text(told))
    typer.echo("\n".join(said))
