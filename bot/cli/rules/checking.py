"""``marsad rules check`` and ``test``: is everything in the files right?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cli.rules.shared import (
    AsJson,
    Folder,
    Lang,
    app,
    load,
    print_json,
    warn,
)

if TYPE_CHECKING:
    from rules import Problem
    from rules.trying.inline_tests import TestResult


@app.command()
def check(folder: Folder = None, as_json: AsJson = False, lang: Lang = "en") -> None:
    """Say everything that is wrong in the rules, as file:line: what, and what to write instead.

    The same gate as at the start of the service and at a reload: the files, their tests, places.
    """
    from bot.process.patience import reading_rules
    from bot.settings import load_settings
    from rules import RulesInvalid, load_gazetteer
    from rules.texts import message
    from rules.trying.inline_tests import load_checked

    settings = load_settings()
    directory = folder or settings.rules_dir
    try:
        with reading_rules(lang):
            rules = load_checked(directory, full_database=settings.morphology_db)
            load_gazetteer(directory)
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
            warn(invalid.warnings, lang)
            for error in invalid.errors:
                typer.echo(error.in_language(lang), err=True)
            typer.echo(message("summary.errors", n=len(invalid.errors)).text(lang), err=True)
        raise typer.Exit(1) from None
    if as_json:
        print_json(
            {
                "ok": True,
                "errors": [],
                "warnings": [_problem_json(w, lang) for w in rules.warnings],
                "signals": list(rules.signals),
                "escalations": [each.id for each in rules.escalations],
                "hash": rules.hash,
            }
        )
    else:
        warn(rules.warnings, lang)
        counts = {"rules": len(rules.signals), "escalations": len(rules.escalations)}
        typer.echo(message("summary.sound", hash=rules.hash, **counts).text(lang))


def _problem_json(problem: Problem, language: str) -> dict[str, object]:
    said = problem.said.text(language) if problem.said else problem.message
    return {"file": problem.file, "line": problem.line, "message": said}


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
    from rules.texts import message

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
    passed = len(results) - len(failed)
    typer.echo(message("summary.tests", passed=passed, failed=len(failed)).text(lang))
    varied = [r for r in results if r.template is not None]
    if varied:
        kept = sum(r.passed for r in varied)
        typer.echo(message("summary.variations", kept=kept, of=len(varied)).text(lang))
