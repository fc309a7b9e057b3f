"""``marsad places``: find places in a text, check the files, score on labelled entries."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.rules.shared import AsJson, Lang, count, load, print_json
from bot.errors import CannotGoOn

if TYPE_CHECKING:
    from rules import Gazetteer, Place
    from rules.matching.places.choice import Meant
    from rules.matching.places.where import PlacesTold
    from rules.trying.measuring.place_evaluation import PlaceEvaluation, PlaceScores

app = typer.Typer(help="Places: find them, check the files, score them.", no_args_is_help=True)

Rules = Annotated[
    Path | None, typer.Option("--rules", help="Operators' rules; places/ in it is read.")
]


@app.command()
def find(
    words: Annotated[str, typer.Argument(metavar="TEXT", help="A name or a whole text.")],
    title: Annotated[str, typer.Option(help="The entry's title.")] = "",
    region: Annotated[str | None, typer.Option(help="The feed's region, such as syria.")] = None,
    rules_dir: Rules = None,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """Show every place that a text names, which one is meant, and where it happens.

    Without signals in the text nothing happens in it: only names are shown.
    """
    from rules import detect, places_of
    from rules.matching.places.choice import choose
    from rules.matching.places.mentions import read_places
    from rules.matching.places.words import KIND_WORDS
    from rules.trying.measuring.place_texts import described, why_text

    gazetteer = _gazetteer(rules_dir)
    meant, none = choose(gazetteer, read_places(gazetteer, title, words), region)
    rules = load(rules_dir)
    evidence = [e for d in detect(rules, title, words) for e in d.evidence]
    told = places_of(gazetteer, title, words, evidence, region=region) if evidence else None
    if as_json:
        print_json(_as_json(gazetteer, meant, told, lang))
        return
    if not meant:
        typer.echo(_said("where.none", lang))
    for one in meant:
        typer.echo(f"{one.mention.quote}: {described(gazetteer, one.place, lang)}")
        for other in one.others:
            typer.echo("    " + _said("where.or", lang, place=described(gazetteer, other, lang)))
    for mention in (m for m in none if m.key not in KIND_WORDS):
        typer.echo(_said("where.no_place", lang, name=mention.quote))
    if told is None:
        return
    typer.echo("")
    for place in told.places:
        where, why = described(gazetteer, place.place, lang), why_text(place.why, lang)
        typer.echo(_said("where.happens", lang, place=where, why=why))
    for aside in told.set_aside:
        why = why_text(aside.why, lang)
        typer.echo(_said("where.aside", lang, name=aside.quote, why=why))


@app.command()
def check(rules_dir: Rules = None, lang: Lang = "en") -> None:
    """Say everything that is wrong in the files of places, as file:line: what, and the remedy."""
    from rules import RulesInvalid, load_gazetteer

    try:
        gazetteer = load_gazetteer(_folder(rules_dir))
    except RulesInvalid as invalid:
        for error in invalid.errors:
            typer.echo(error.in_language(lang), err=True)
        typer.echo(count(len(invalid.errors), "error"), err=True)
        raise typer.Exit(1) from None
    for warning in gazetteer.warnings:
        typer.echo(warning.in_language(lang), err=True)
    places, names = len(gazetteer.places), len(gazetteer.keys)
    typer.echo(_said("where.checked", lang, n=places, names=names, hash=gazetteer.hash))


@app.command("eval")
def eval_command(
    file: Annotated[
        Path, typer.Argument(help='JSON lines: {"id", "title", "text", "countries", "adm1", …}.')
    ],
    rules_dir: Rules = None,
    errors: Annotated[bool, typer.Option(help="Show the mistakes that may be read.")] = False,
    split: Annotated[
        bool, typer.Option(help="Also by part: the last digit of the SHA-1 of an entry's id.")
    ] = False,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """Score places on labelled entries, beside a plain look-up of names.

    The rules find the evidence as the service does; where they find none, the title and the first
    sentences tell.
    """
    from rules import detect
    from rules.trying.measuring.labelled import LabelsInvalid
    from rules.trying.measuring.place_evaluation import evaluate_places
    from rules.trying.measuring.placed import read_placed

    try:
        entries = read_placed(file)
    except LabelsInvalid as invalid:
        raise CannotGoOn(invalid.said.text(lang)) from invalid
    gazetteer = _gazetteer(rules_dir)
    rules = load(rules_dir)
    result = evaluate_places(
        gazetteer,
        entries,
        lambda e: [x for d in detect(rules, e.title, e.text, e.language) for x in d.evidence],
    )
    if as_json:
        print_json(result.as_json())
        return
    _show(result, split)
    if errors:
        _show_mistakes(result)


def _folder(rules_dir: Path | None) -> Path | None:
    from bot.settings import load_settings

    return rules_dir or load_settings().rules_dir


def _gazetteer(rules_dir: Path | None) -> Gazetteer:
    from rules import RulesInvalid, load_gazetteer

    try:
        return load_gazetteer(_folder(rules_dir))
    except RulesInvalid as invalid:
        raise CannotGoOn(str(invalid)) from invalid


def _said(key: str, lang: str, **values: str | int) -> str:
    from rules.texts import message

    return message(key, **values).text(lang)


def _as_json(
    gazetteer: Gazetteer, meant: Iterable[Meant], told: PlacesTold | None, lang: str
) -> dict[str, object]:
    found: dict[str, object] = {
        "named": [
            {
                "quote": one.mention.quote,
                "field": one.mention.field,
                "start": one.mention.start,
                "end": one.mention.end,
                "place": _place_json(one.place, lang),
                "others": [_place_json(other, lang) for other in one.others],
            }
            for one in meant
        ]
    }
    if told is not None:
        found |= {
            "happens": [
                {"quote": p.quote, "why": p.why, "place": _place_json(p.place, lang)}
                for p in told.places
            ],
            "countries": list(told.countries),
            "adm1": list(told.divisions),
            "set_aside": [{"quote": a.quote, "why": a.why} for a in told.set_aside],
        }
    return found


def _place_json(place: Place, lang: str) -> dict[str, object]:
    return {
        "id": place.id,
        "name": place.name(lang),
        "kind": place.kind,
        "country": place.country,
        "adm1": place.adm1,
        "pcode": place.pcode,
        "lat": place.lat,
        "lon": place.lon,
    }


def _show(result: PlaceEvaluation, split: bool) -> None:
    table = Table("", "entries", "countries", "macro", "adm1 F1", "macro", "names F1", "macro")
    rows: list[tuple[str, PlaceScores]] = [
        ("places", result.scores),
        ("plain look-up", result.baseline),
        *((f"part {name}", part) for name, part in result.parts.items() if split),
    ]
    for name, score in rows:
        table.add_row(
            name,
            str(score.entries),
            f"{score.exact:.3f}",
            f"{score.macro_exact:.3f}",
            f"{score.adm1.f1:.3f}",
            f"{score.adm1.macro_f1:.3f}",
            f"{score.names.f1:.3f}",
            f"{score.names.macro_f1:.3f}",
        )
    Console().print(table)


def _show_mistakes(result: PlaceEvaluation) -> None:
    for mistake in result.mistakes:
        entry, told = mistake.entry, mistake.told
        typer.echo(f"\n[{entry.id}] {entry.title or entry.text[:120]}")
        typer.echo(f"    labelled {' '.join(sorted(entry.countries | entry.adm1))}")
        typer.echo(
            "    told " + ", ".join(f"{p.quote} ({p.place.id}, {p.why})" for p in told.places)
        )
        aside = ", ".join(f"{a.quote} ({a.why})" for a in told.set_aside)
        typer.echo(f"    set aside {aside or 'nothing'}")
