"""``marsad stories``: how well entries are put into stories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.rules.shared import AsJson, Lang, load, print_json
from bot.errors import CannotGoOn

if TYPE_CHECKING:
    from bot.alerts.story.comparing.telling import Telling
    from bot.alerts.story.happening import Choice, HappeningPolicy
    from bot.alerts.story.scores import StoryEntry, StoryScores

app = typer.Typer(help="Stories: entries that tell the same happening.", no_args_is_help=True)


@app.callback()
def _stories() -> None:
    """Stories: entries that tell the same happening."""


@app.command("eval")
def eval_command(
    file: Annotated[
        Path, typer.Argument(help='JSON lines: {"id", "family", "published", "title", "story", …}.')
    ],
    rules_dir: Annotated[Path | None, typer.Option("--rules", help="Operators' rules.")] = None,
    errors: Annotated[bool, typer.Option(help="Show each false join and why it was made.")] = False,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """Score the stories that the service would make of labelled entries, in published order."""
    from bot.alerts.story.happening import HappeningPolicy
    from bot.alerts.story.scores import read_story_entries, score_stories, without_largest
    from rules.trying.measuring.labelled import LabelsInvalid

    try:
        entries = read_story_entries(file)
    except LabelsInvalid as invalid:
        raise CannotGoOn(invalid.said.text(lang)) from invalid
    tellings = _tellings(entries, rules_dir)
    ways = {
        "stories": _chosen(tellings, HappeningPolicy()),
        "near copies only": _near_copies(tellings),
        "TF-IDF only": _chosen([_words_only(t) for t in tellings], _likeness_only()),
    }
    rest = without_largest(entries)
    scores = {}
    for name, choices in ways.items():
        found = {entry.id: story for entry, (story, _) in zip(entries, choices, strict=True)}
        scores[name] = (score_stories(entries, found), score_stories(rest, found))
    if as_json:
        (best, best_rest), *baselines = scores.values()
        named = zip(("near_copies", "tf_idf"), baselines, strict=True)
        print_json(
            {
                **best.as_json(),
                "without_largest": best_rest.as_json(),
                "entries": len(entries),
                "baselines": {
                    key: {**whole.as_json(), "without_largest": part.as_json()}
                    for key, (whole, part) in named
                },
            }
        )
        return
    _show(scores)
    if errors:
        _show_errors(entries, ways["stories"])


Chosen = list[tuple[int, "Choice"]]


def _tellings(entries: Sequence[StoryEntry], rules_dir: Path | None) -> list[Telling]:
    from bot.alerts.story.comparing.telling import (
        Telling,
        where_of,
    )
    from rules import figures_of, load_gazetteer, places_of, standing_figures

    rules, gazetteer = load(rules_dir), load_gazetteer(rules_dir)
    found = []
    for number, entry in enumerate(entries, 1):
        detections = rules.detect(entry.title, entry.text, entry.language)
        evidence = [each for detection in detections for each in detection.evidence]
        told = places_of(gazetteer, entry.title, entry.text, evidence, language=entry.language)
        found.append(
            Telling(
                number,
                entry.title,
                entry.text,
                entry.language,
                entry.family,
                None,
                entry.published,
                frozenset(detection.signal for detection in detections),
                where_of(told, gazetteer),
                standing_figures(figures_of(entry.title, entry.text, entry.language)),
            )
        )
    return found


def _chosen(tellings: Sequence[Telling], policy: HappeningPolicy) -> Chosen:
    from bot.alerts.story.comparing.near_copies import StoryPolicy
    from bot.alerts.story.comparing.window import Window
    from bot.alerts.story.happening import story_for

    window, copies = Window(), StoryPolicy()
    chosen: Chosen = []
    for telling in tellings:
        window.drop_before(telling.at - policy.window)
        choice = story_for(telling, window, policy, copies)
        story = telling.entry_id if choice.story_id is None else choice.story_id
        window.add(telling, story)
        chosen.append((story, choice))
    return chosen


def _near_copies(tellings: Sequence[Telling]) -> Chosen:
    from bot.alerts.story.happening import HappeningPolicy

    # No likeness reaches more than one.
    return _chosen([_words_only(t) for t in tellings], HappeningPolicy(least=2.0))


def _likeness_only() -> HappeningPolicy:
    from bot.alerts.story.happening import HappeningPolicy

    # A telling of words only has no signal, place or figure that could disagree.
    return HappeningPolicy(least=0.30, support=1, ordinals=1.0, targets=1.0, words_alone=1.0)


def _words_only(telling: Telling) -> Telling:
    from bot.alerts.story.comparing.telling import Where

    return replace(telling, signals=frozenset(), where=Where(), figures=())


def _show(scores: dict[str, tuple[StoryScores, StoryScores]]) -> None:
    table = Table("", "pairs P", "R", "F1", "B-cubed P", "R", "F1", title="Stories")
    for name, (whole, rest) in scores.items():
        table.add_section()
        for label, score in ((name, whole), ("  without the largest", rest)):
            numbers = [
                number
                for each in (score.pairwise, score.bcubed)
                for number in (each.precision, each.recall, each.f1)
            ]
            table.add_row(label, *(f"{number:.3f}" for number in numbers))
    Console().print(table)


def _show_errors(entries: Sequence[StoryEntry], chosen: Chosen) -> None:
    for entry, (_, choice) in zip(entries, chosen, strict=True):
        if choice.like is None:
            continue
        other = entries[choice.like - 1]
        if entry.story == other.story or other.story in entry.maybe or entry.story in other.maybe:
            continue
        typer.echo(f"\n{choice.rule} {choice.likeness:.2f}: {', '.join(choice.words)}")
        told = ", ".join((*choice.places, *choice.tolls, *(f"but {d}" for d in choice.doubts)))
        typer.echo(f"    {told or 'no place or toll in common'}")
        typer.echo(f"    [{entry.id}] {entry.title}\n    [{other.id}] {other.title}")
