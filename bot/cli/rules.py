"""``marsad rules …``: what operators do with rules at a terminal."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.errors import CannotGoOn

if TYPE_CHECKING:
    from sqlite_utils import Database as Connection

    from rules import Problem, RuleSet
    from rules.trying.audit import Audit, AuditEntry
    from rules.trying.explain import Explanation
    from rules.trying.inline_tests import TestResult
    from rules.trying.replay import Replayable

app = typer.Typer(help="Check, test, explain and replay the rules.", no_args_is_help=True)

EVIDENCE_STYLE = "bold black on bright_yellow"
MOST_NEAR_MISSES = 3
MOST_UNKNOWN = 60

Folder = Annotated[
    Path | None,
    typer.Argument(help="The operators' rules directory; without it, MARSAD_RULES_DIR if set."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Lang = Annotated[str, typer.Option("--lang", help="Language of the messages: ar, en or fr.")]


def load(folder: Path | None) -> RuleSet:
    from bot.settings import load_settings
    from rules import load_rules

    settings = load_settings()
    return load_rules(folder or settings.rules_dir, full_database=settings.morphology_db)


def print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


@app.command()
def check(folder: Folder = None, as_json: AsJson = False, lang: Lang = "en") -> None:
    """Say everything that is wrong in the rules, as file:line: what, and what to write instead.

    The same gate as at the start of the service and at a reload: the files, then their tests.
    """
    from bot.settings import load_settings
    from rules import RulesInvalid
    from rules.trying.inline_tests import load_checked

    settings = load_settings()
    directory = folder or settings.rules_dir
    try:
        rules = load_checked(directory, full_database=settings.morphology_db)
    except RulesInvalid as invalid:
        if as_json:
            print_json(
                {
                    "ok": False,
                    "errors": [_problem_json(e, lang) for e in invalid.errors],
                    "warnings": [_problem_json(w, lang) for w in invalid.warnings],
                }
            )
        else:
            _warn(invalid.warnings, lang)
            for error in invalid.errors:
                typer.echo(error.told(lang), err=True)
            typer.echo(_count(len(invalid.errors), "error"), err=True)
        raise typer.Exit(1) from None
    if as_json:
        print_json(
            {
                "ok": True,
                "errors": [],
                "warnings": [_problem_json(w, lang) for w in rules.warnings],
                "signals": list(rules.signals),
                "hash": rules.hash,
            }
        )
    else:
        _warn(rules.warnings, lang)
        typer.echo(f"{len(rules.signals)} rules, no errors ({rules.hash}).")


def _problem_json(problem: Problem, language: str) -> dict[str, object]:
    said = problem.said.text(language) if problem.said else problem.message
    return {"file": problem.file, "line": problem.line, "message": said}


_WARNING = {"ar": "تنبيه", "en": "warning", "fr": "attention"}


def _warn(warnings: tuple[Problem, ...], language: str) -> None:
    for warning in warnings:
        typer.echo(f"{_WARNING.get(language, 'warning')}: {warning.told(language)}", err=True)


@app.command()
def test(folder: Folder = None, as_json: AsJson = False, lang: Lang = "en") -> None:
    """Run the tests that stand in the rule files."""
    from rules.trying.inline_tests import run_tests

    results = run_tests(load(folder))
    failed = [r for r in results if not r.passed]
    varied = [r for r in results if r.template is not None]
    if as_json:
        print_json(
            {
                "passed": len(results) - len(failed),
                "failed": len(failed),
                "failures": [_test_json(r, lang) for r in failed],
                "variations": {
                    "of": len(varied),
                    "kept": sum(r.passed for r in varied),
                    "templates": len({(r.file, r.line, r.template) for r in varied}),
                },
            }
        )
    else:
        _show_tests(results, failed, lang)
    if failed:
        raise typer.Exit(1)


def _why(result: TestResult, language: str) -> str:
    return result.said.text(language) if result.said else result.why


def _test_json(result: TestResult, language: str) -> dict[str, object]:
    return {
        "signal": result.signal,
        "file": result.file,
        "line": result.line,
        "kind": result.kind,
        "text": result.text,
        "passed": result.passed,
        "why": _why(result, language),
        "template": result.template,
    }


def _show_tests(results: list[TestResult], failed: list[TestResult], lang: str) -> None:
    console = Console()
    table = Table("signal", "fires", "silent", "failed", title="Inline tests")
    for signal in dict.fromkeys(r.signal for r in results):
        mine = [r for r in results if r.signal == signal]
        bad = sum(not r.passed for r in mine)
        table.add_row(
            signal,
            str(sum(r.kind == "fires" for r in mine)),
            str(sum(r.kind == "silent" for r in mine)),
            Text(str(bad), style="bold red" if bad else ""),
        )
    console.print(table)
    for result in failed:
        typer.echo(f"{result.file}:{result.line}: {result.kind}: «{result.text}»")
        typer.echo(f"    {_why(result, lang)}")
    typer.echo(f"{len(results) - len(failed)} passed, {len(failed)} failed.")
    varied = [r for r in results if r.template is not None]
    if varied:
        kept = sum(r.passed for r in varied)
        typer.echo(f"{kept} of {_count(len(varied), 'variation')} kept their answer.")


@app.command("format")
def format_files(
    folder: Folder = None,
    only_check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 if a file would change.")
    ] = False,
) -> None:
    """Bring rule files into the one form that all have; comments stay.

    Files of version 0.1.0 are brought into the new form: examples:, and names for clauses.
    """
    from bot.settings import load_settings
    from rules.loading.formatting import FormatProblem, formatted
    from rules.loading.load import SHIPPED
    from rules.loading.sources import KINDS, rule_files
    from rules.loading.yamlfile import YamlProblem, contents

    place = folder or load_settings().rules_dir or SHIPPED
    if not place.is_dir():
        raise CannotGoOn(f"{place}: is no folder; give the one with signals/ and vocabulary/", 2)
    changed = refused = 0
    for kind in KINDS:
        for path in rule_files(place / kind):
            shown = f"{kind}/{path.relative_to(place / kind).as_posix()}"
            try:
                before = contents(path, shown)
                after = formatted(before, kind, shown).encode()
            except (FormatProblem, YamlProblem) as problem:
                refused += 1
                typer.echo(f"{problem}", err=True)
                continue
            if after == before:
                continue
            changed += 1
            typer.echo(f"{shown}: {'would change' if only_check else 'changed'}")
            if not only_check:
                _replace(path, after)
    typer.echo(f"{_count(changed, 'file')} {'to change' if only_check else 'changed'}.")
    if refused or (only_check and changed):
        raise typer.Exit(1)


def _replace(path: Path, content: bytes) -> None:
    """Whole or not at all: a rule file is never seen half written."""
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_bytes(content)
        beside.chmod(path.stat().st_mode & 0o777)
        beside.replace(path.resolve())
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise CannotGoOn(f"{path}: cannot be written ({error.strerror})") from error


@app.command()
def explain(
    text: Annotated[str | None, typer.Argument(help="The text; or give --file.")] = None,
    file: Annotated[Path | None, typer.Option(help="A text file (UTF-8); - reads input.")] = None,
    title: Annotated[str, typer.Option(help="A headline to go with the text.")] = "",
    lang: Annotated[str | None, typer.Option(help="ar, en or fr; guessed otherwise.")] = None,
    rules_dir: Annotated[Path | None, typer.Option("--rules", help="Operators' rules.")] = None,
    as_json: AsJson = False,
    told: Annotated[str, typer.Option("--told", help="Reasons in: ar, en or fr.")] = "en",
) -> None:
    """Show what the rules find in a text, and why; what nearly fired; what is not known."""
    from rules.trying.explain import explain as explain_text

    written = _text(text, file)
    explanation = explain_text(load(rules_dir), title, written, lang)
    if as_json:
        print_json(_explanation_json(explanation, told))
    else:
        _show_explanation(explanation, title, written, told)


def _text(text: str | None, file: Path | None) -> str:
    if (text is None) == (file is None):
        raise CannotGoOn("give either a text or --file, not both and not neither", 2)
    if text is not None:
        return text
    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else Path(str(file)).read_bytes()
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CannotGoOn(f"{file}: is not UTF-8 text; save it as UTF-8") from error
    except OSError as error:
        raise CannotGoOn(f"{file}: cannot be read ({error.strerror})") from error


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
    from rules.trying.explain import sentence_around

    console = Console()
    if not explanation.detections:
        console.print("No signal.")
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
        console.print(f"No rule knows: {', '.join(some)}{more}", markup=False, highlight=False)


@app.command()
def expand(
    word: Annotated[str, typer.Argument(help="As in a rule: دواء/أدوية, ~نفد, shortage.")],
    lang: Annotated[str | None, typer.Option(help="ar, en or fr; guessed otherwise.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also with attached words.")] = False,
    as_json: AsJson = False,
    told: Annotated[str, typer.Option("--told", help="Messages in: ar, en or fr.")] = "en",
) -> None:
    """Show the forms that a word will match, and warn of commoner words among them."""
    from rules.language.lexicon import WordProblem
    from rules.texts import message
    from rules.trying.explain import expand as expand_word

    if not word.strip():
        raise CannotGoOn(message("word.nothing_given").text(told), 2)
    arabic = word.strip().startswith("$") or any("\u0600" <= c <= "\u06ff" for c in word)
    try:
        found = expand_word(load(None), word, lang or ("ar" if arabic else "en"))
    except WordProblem as problem:
        raise CannotGoOn(problem.said.text(told)) from problem
    if as_json:
        print_json({k: v for k, v in asdict(found).items() if k != "doubts"}
                   | {"doubts": [d.text(told) for d in found.doubts]})  # fmt: skip
        return
    for doubt in found.doubts:
        typer.echo(f"{_WARNING.get(told, 'warning')}: {doubt.text(told)}", err=True)
    shown = found.forms if every else found.plain
    typer.echo(("، " if arabic else ", ").join(shown))
    hidden = len(found.forms) - len(shown)
    more = f", {hidden} of them with something attached (و، ال، ب، ها …): --all" if hidden else ""
    typer.echo(f"«{word}» matches {_count(len(found.forms), 'form')}{more}.")
    if found.terms:
        typer.echo(f"Already in: {', '.join(found.terms)}")
    for collision in found.collisions:
        typer.echo(
            f"Warning: «{collision.form}» is much commoner than the word itself "
            f"(Zipf {collision.frequency:.1f} against {collision.usual:.1f}): "
            "it may be another word; look at it, and use =… or a phrase if it is."
        )
    if not found.frequencies:
        typer.echo("Collisions with common words: install marsad[words] to see them.")


@app.command()
def audit(
    files: Annotated[list[Path], typer.Argument(help="Entries, one JSON object a line.")],
    rules_dir: Annotated[Path | None, typer.Option("--rules", help="Operators' rules.")] = None,
    least: Annotated[int, typer.Option(min=1, help="Show collisions met this often.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Read a corpus and say what earns nothing, what carries a term and what collides.

    Each line needs "title" or "text"; "signals" (a list or mapping) says what a reader found.
    """
    from rules.trying.audit import audit as run

    entries = [e for file in files for e in _corpus(file)]
    if not entries:
        raise CannotGoOn(f"{', '.join(map(str, files))}: no entry in it; write one a line")
    found = run(load(rules_dir), entries, least=least)
    if as_json:
        print_json(asdict(found))
    else:
        _show_audit(found)


def _corpus(file: Path) -> list[AuditEntry]:
    from rules.trying.audit import AuditEntry

    entries = []
    for number, line in enumerate(_text(None, file).splitlines(), 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            raise CannotGoOn(f"{file}:{number}: is not JSON; write one entry a line") from error
        raw = raw if isinstance(raw, dict) else {}
        title, text = raw.get("title") or "", raw.get("text") or raw.get("summary") or ""
        signals, maybe = raw.get("signals"), raw.get("maybe") or ()
        if not (isinstance(title, str) and isinstance(text, str) and (title or text)):
            raise CannotGoOn(f'{file}:{number}: has no "title" and no "text" with words in them')
        if not all(isinstance(s, list | dict | tuple | None) for s in (signals, maybe)):
            raise CannotGoOn(f'{file}:{number}: "signals" must be a list of signal names')
        entries.append(
            AuditEntry(
                title,
                text,
                raw.get("lang"),
                None if signals is None else frozenset(map(str, signals)),
                frozenset(map(str, maybe)),
            )
        )
    return entries


def _show_audit(found: Audit) -> None:
    typer.echo(f"{_count(found.entries, 'entry', 'entries')}, {found.labelled} labelled.")
    typer.echo(f"\nTerms that match nowhere ({len(found.unmatched_terms)}):")
    for name in found.unmatched_terms:
        typer.echo(f"  {name}")
    words = sum(map(len, found.unmatched_words.values()))
    typer.echo(f"\nWords that match nowhere ({words}):")
    for name, never in found.unmatched_words.items():
        typer.echo(f"  {name}: {'، '.join(never)}")
    typer.echo(f"\nWords that take most of a term's matches ({len(found.heavy)}):")
    for heavy in found.heavy:
        typer.echo(f"  {heavy.term}: «{heavy.word}» {heavy.matches} of {heavy.of}")
    typer.echo(f"\nFrequent words that may be read wrongly ({len(found.doubtful)}):")
    for doubt in found.doubtful:
        typer.echo(
            f"  {doubt.times:6} «{doubt.token}» as «{doubt.lemma}» ({doubt.segments}) "
            f"in {', '.join(doubt.terms)}"
        )
    typer.echo("\nClauses: detections that they carry, right and wrong ones:")
    for clause in sorted(found.clauses, key=lambda c: (c.signal, -c.detections)):
        judged = f", {clause.right} right, {clause.wrong} wrong" if found.labelled else ""
        typer.echo(f"  {clause.signal}: {clause.clause}: {clause.detections}{judged}")


@app.command()
def replay(
    folder: Folder = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How far back.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Compare what these rules find in stored entries with what was found when they came."""
    from bot.settings import load_settings
    from rules.trying.replay import replay as run

    rules = load(folder)
    settings = load_settings()
    result = run(rules, _stored(settings.database_file, days))
    if as_json:
        print_json(
            {
                "entries": result.entries,
                "unchanged": result.unchanged,
                "added": result.count("added"),
                "lost": result.count("lost"),
                "changes": [
                    {"kind": c.kind, "signal": c.signal, "entry": c.entry.id,
                     "title": c.entry.title, "why": c.why}
                    for c in result.changes
                ],
            }
        )  # fmt: skip
        return
    for change in result.changes:
        mark = "+" if change.kind == "added" else "-"
        typer.echo(f"{mark} {change.signal}: {change.entry.title or change.entry.text[:100]}")
        if change.why:
            typer.echo(f"    {change.why}")
    typer.echo(
        f"{_count(result.entries, 'entry', 'entries')} of the last {_count(days, 'day')}: "
        f"{result.count('added')} added, {result.count('lost')} lost, "
        f"{result.unchanged} unchanged."
    )


def _stored(database: Path, days: int) -> list[Replayable]:
    if not database.exists():
        raise CannotGoOn(f"{database}: no database there yet; let `marsad poll` run first")
    return asyncio.run(_read_stored(database, datetime.now(UTC) - timedelta(days=days)))


async def _read_stored(database: Path, since: datetime) -> list[Replayable]:
    from rules.trying.replay import Replayable
    from storage import entries
    from storage.database import Database

    def read(db: Connection) -> list[Replayable]:
        return [
            Replayable(
                entry.id or 0,
                entry.title,
                entry.summary,
                entry.language,
                frozenset(d.signal for d in entries.detections_of(db, entry.id or 0)),
            )
            for entry in entries.recent(db, since, 1_000_000)
        ]

    store = await Database.open(database)
    try:
        return await store.read(read)
    finally:
        await store.close()


@app.command(hidden=True)
def schema(
    folder: Annotated[Path, typer.Argument(help="Where to write the JSON Schemas.")],
) -> None:
    """Write the JSON Schemas that editors check rule files with."""
    from rules.loading.jsonschema import schemas

    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")
        typer.echo(str(folder / name))


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
