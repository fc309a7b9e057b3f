"""``marsad rules audit`` and ``replay``: what the rules do on many entries."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import tee
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.rules.shared import (
    AsJson,
    Folder,
    app,
    count,
    files_of,
    load,
    print_json,
    read_all,
    text_of,
)
from bot.errors import CannotGoOn

if TYPE_CHECKING:
    from rules.trying.auditing.audit import Audit, AuditEntry
    from rules.trying.replay import Replayable
    from storage.news.entries import Entry
    from storage.news.readings import Found

PAGE = 500
"""Stored entries that are read at once."""


@app.command()
def audit(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Entries, one JSON object a line.")
    ] = None,
    rules_dir: Annotated[Path | None, typer.Option("--rules", help="Operators' rules.")] = None,
    least: Annotated[int, typer.Option(min=1, help="Show collisions met this often.")] = 5,
    checked: Annotated[
        bool, typer.Option("--check", help="Fail if something that is asked is not so.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read a corpus and say what earns nothing, what carries a term and what collides.

    Each line needs "title" or "text"; "signals" (a list or mapping) says what a reader found.
    Without files the rules' own tests are all that is read: enough to say which clauses never
    fire and which phrases others of their term find.
    """
    from rules.trying.auditing.audit import audit as run

    entries = [e for file in files or () for e in _corpus(file)]
    if files and not entries:
        raise CannotGoOn(f"{', '.join(map(str, files))}: no entry in it; write one a line")
    found = run(load(rules_dir), entries, least=least)
    if as_json:
        print_json(asdict(found))
    else:
        if found.entries:
            _show_audit(found)
        _show_what_is_asked(found)
    if checked and not found.clean:
        raise typer.Exit(1)


def _corpus(file: Path) -> list[AuditEntry]:
    from rules.trying.auditing.audit import AuditEntry

    entries = []
    for number, line in enumerate(text_of(None, file).splitlines(), 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError) as error:
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
    typer.echo(f"{count(found.entries, 'entry', 'entries')}, {found.labelled} labelled.")
    _list("\nTerms that match nowhere", found.unmatched_terms)
    _list_by_term("\nWords that match nowhere", found.unmatched_words)
    _list(
        "\nWords that take most of a term's matches",
        (f"{each.term}: «{each.word}» {each.matches} of {each.of}" for each in found.heavy),
    )
    _list(
        "\nFrequent words that may be read wrongly",
        (
            f"{doubt.times:6} «{doubt.token}» as «{doubt.lemma}» ({doubt.segments}) "
            f"in {', '.join(doubt.terms)}"
            for doubt in found.doubtful
        ),
    )
    typer.echo("\nClauses: detections that they carry, right and wrong ones:")
    for clause in sorted(found.clauses, key=lambda c: (c.signal, -c.detections)):
        judged = f", {clause.right} right, {clause.wrong} wrong" if found.labelled else ""
        typer.echo(f"  {clause.signal}: {clause.clause}: {clause.detections}{judged}")


def _show_what_is_asked(found: Audit) -> None:
    size = found.size
    typer.echo(
        f"\n{size.clauses} clauses in {size.ways} ways, {size.words_and_phrases} words and phrases."
    )
    _list(
        "Clauses that never take part in a detection",
        (f"{clause.signal}: {clause.clause}" for clause in found.idle_clauses),
    )
    _list(
        "Phrases that others of their term find",
        (f"{each.term}: «{each.phrase}» is found by «{each.by}»" for each in found.implied),
    )
    _list_by_term("Phrases of several words that stand nowhere", found.unmet_phrases)


def _list(title: str, lines: Iterable[str]) -> None:
    lines = list(lines)
    typer.echo(f"{title} ({len(lines)}):")
    for line in lines:
        typer.echo(f"  {line}")


def _list_by_term(title: str, found: Mapping[str, Collection[str]]) -> None:
    """Words by the name of their term, a line for each term; all of them are counted."""
    typer.echo(f"{title} ({sum(map(len, found.values()))}):")
    for name, words in found.items():
        typer.echo(f"  {name}: {'، '.join(words)}")


@app.command()
def replay(
    folder: Folder = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How far back.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Compare what these rules find in stored entries with what was found when they came."""
    from bot.settings import load_settings
    from rules.trying.replay import explained
    from rules.trying.replay import replay as run

    with _stored(load_settings().database, days) as (number, stored):
        files = files_of(folder)
        rules = files.load()
        entries, handed = tee(stored)
        read = (entry.read for entry in handed)
        result = run(rules, entries, read_all(explained, rules, files, read, number))
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
        f"{count(result.entries, 'entry', 'entries')} of the last {count(days, 'day')}: "
        f"{result.count('added')} added, {result.count('lost')} lost, "
        f"{result.unchanged} unchanged."
    )


@contextmanager
def _stored(database: Path | str, days: int) -> Iterator[tuple[int, Iterator[Replayable]]]:
    """How many entries of the last days there are, and each of them, newest first, read a page at
    a time."""
    import asyncio

    from storage.file.presence import has_database

    # Opening would make a database where there is none.
    if isinstance(database, Path) and not has_database(database):
        raise CannotGoOn(f"{database}: no database there yet; let `marsad poll` run first")
    from storage.news import readings
    from storage.opening import open_database

    since = datetime.now(UTC) - timedelta(days=days)
    with asyncio.Runner() as runner:
        store = runner.run(open_database(database))

        def entries() -> Iterator[Replayable]:
            last: Entry | None = None
            while True:
                behind = partial(readings.found_before, since=since, before=last, limit=PAGE)
                found = runner.run(store.read(behind))
                if not found:
                    return
                yield from map(_replayable, found)
                last = found[-1].entry

        try:
            number = runner.run(store.read(partial(readings.stored_since, since=since)))
            yield number, entries()
        finally:
            runner.run(store.close())


def _replayable(found: Found) -> Replayable:
    from rules.trying.replay import Replayable

    entry = found.entry
    return Replayable(entry.id or 0, entry.title, entry.summary, entry.language, found.signals)
