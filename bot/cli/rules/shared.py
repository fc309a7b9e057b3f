"""What the commands of ``marsad rules`` share: options, loading, printing."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Sized
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.errors import CannotGoOn

if TYPE_CHECKING:
    from rich.table import Table

    from rules import Problem, RuleSet
    from rules.trying.all_cores import RuleFiles
    from rules.trying.measuring.evaluation import Score

T = TypeVar("T")
R = TypeVar("R")

app = typer.Typer(help="Check, test, explain and replay the rules.", no_args_is_help=True)

Folder = Annotated[
    Path | None,
    typer.Argument(help="The operators' rules directory; without it, MARSAD_RULES_DIR if set."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Lang = Annotated[str, typer.Option("--lang", help="Language of the messages: ar, en or fr.")]


def load(folder: Path | None) -> RuleSet:
    from bot.process.patience import reading_rules

    with reading_rules():
        return files_of(folder).load()


def files_of(folder: Path | None) -> RuleFiles:
    """What the rules of an operator's folder are loaded from; None: the one of the settings."""
    from bot.settings import load_settings
    from rules.trying.all_cores import RuleFiles

    settings = load_settings()
    return RuleFiles(folder or settings.rules_dir, settings.morphology_db, settings.cache_dir)


def read_all(
    work: Callable[[RuleSet, Sequence[T]], Sequence[R]],
    rules: RuleSet,
    files: RuleFiles,
    items: Iterable[T],
    total: int | None = None,
) -> Iterator[R]:
    """`on_all_cores`, with a bar on a terminal that says how far it is. The words that were met for
    the first time are kept for the next start. ``total``: how many items there are, where they do
    not say so themselves.

    The iterator raises CannotGoOn where it cannot come to its end.
    """
    from rules.trying.all_cores import on_all_cores

    if total is None and isinstance(items, Sized):
        total = len(items)
    # Before the bar, which is a thread's: see `on_all_cores`.
    done = on_all_cores(work, rules, files, items)
    return _shown(done, rules, files, total)


def _shown(done: Iterator[R], rules: RuleSet, files: RuleFiles, total: int | None) -> Iterator[R]:
    from rich.console import Console
    from rich.progress import track

    from rules.loading.load import remember_words
    from rules.trying.all_cores import RulesChanged, WorkerDied

    console = Console(stderr=True)
    try:
        yield from track(
            done,
            "entries read",
            total=total,
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
    except WorkerDied as died:
        raise CannotGoOn(
            "a process that was reading entries was ended from outside, most likely for want of "
            "memory: each needs about 150 MB; free some, or use fewer cores (taskset -c 0 marsad …)"
        ) from died
    except RulesChanged as changed:
        raise CannotGoOn("the rules were changed meanwhile: run the command again") from changed
    if files.cache is not None:
        remember_words(rules, files.cache, files.operator_dir, files.full_database)


def remember(rules: RuleSet, folder: Path | None) -> None:
    """Keep the words that these rules, of `load`, met for the first time."""
    from bot.settings import load_settings
    from rules.loading.load import remember_words

    settings = load_settings()
    if settings.cache_dir is not None:
        given = folder or settings.rules_dir
        remember_words(rules, settings.cache_dir, given, settings.morphology_db)


def print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


WARNING = {"ar": "تنبيه", "en": "warning", "fr": "attention"}


def warn(warnings: tuple[Problem, ...], language: str) -> None:
    for warning in warnings:
        typer.echo(f"{WARNING.get(language, 'warning')}: {warning.in_language(language)}", err=True)


def text_of(text: str | None, file: Path | None) -> str:
    if (text is None) == (file is None):
        raise CannotGoOn("give either a text or --file, not both and not neither", 2)
    if text is not None:
        return text
    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else Path(str(file)).read_bytes()
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CannotGoOn(f"{file}: is not UTF-8 text; save it as UTF-8") from error


def scores(title: str, rows: Iterable[tuple[str, Score]], sections: Collection[str]) -> Table:
    """A table of precision, recall and F1; a line stands above the rows in `sections`."""
    from rich.table import Table

    table = Table("", "precision", "recall", "F1", "tp", "fp", "fn", title=title)
    for name, score in rows:
        if name in sections:
            table.add_section()
        shares = (score.precision, score.recall, score.f1)
        counts = (score.tp, score.fp, score.fn)
        table.add_row(name, *(f"{each:.3f}" for each in shares), *map(str, counts))
    return table


def count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
