"""Changing feeds.yaml: a row more, a row less, a row paused; all other lines stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.feeds.catalogue import Feed, read_catalogue, rows_of
from bot.feeds.opml import catalogue_text
from bot.feeds.problems import CatalogueInvalid, Said, said
from bot.operating.rule_files import write_whole


class CannotChange(Exception):
    """The list cannot be changed line by line; `said` says why."""

    def __init__(self, why: Said) -> None:
        super().__init__(why.text())
        self.said = why


def with_added(text: str, feeds: Sequence[Feed]) -> str:
    """The list with these behind the others. Raises CannotChange."""
    rows = rows_of(text)
    new = catalogue_text(feeds).splitlines()[1:]
    lines = text.splitlines()
    if rows:
        _, _, column, _ = rows[-1]
        indent = " " * max(0, column - 2)
        at = _end(lines, rows[-1][1], len(lines))
        # Rows are written two columns in.
        lines[at:at] = [f"{indent}{line[2:]}" for line in new]
    else:
        kept = [line for line in lines if line.strip() not in ("feeds: []", "feeds:")]
        lines = [*kept, "feeds:", *new]
    return _checked(lines, (*read_catalogue(text), *feeds))


def without(text: str, feed_id: str) -> str:
    """The list without that feed; comments above and below it stay. Raises CannotChange."""
    first, end, _, _ = _row(text, feed_id)
    lines = text.splitlines()
    left = tuple(feed for feed in read_catalogue(text) if feed.id != feed_id)
    del lines[first:end]
    if not left:
        lines = [line for line in lines if line.strip() != "feeds:"] + ["feeds: []"]
    return _checked(lines, left)


def with_pause(text: str, feed_id: str, paused: bool) -> str:
    """The list with that feed paused, or polled again. Raises CannotChange."""
    first, end, column, in_braces = _row(text, feed_id)
    lines = text.splitlines()
    wanted = tuple(
        replace(feed, paused=paused) if feed.id == feed_id else feed
        for feed in read_catalogue(text)
    )
    said = [n for n in range(first, end) if lines[n].strip().startswith("paused:")]
    if in_braces:
        line = lines[end - 1].replace(", paused: true", "").replace(", paused: false", "")
        if paused:
            at = line.rindex("}")
            line = f"{line[:at]}, paused: true{line[at:]}"
        lines[end - 1] = line
    elif said:
        del lines[said[0]]
        if paused:
            lines.insert(said[0], f"{' ' * column}paused: true")
    elif paused:
        lines.insert(end, f"{' ' * column}paused: true")
    return _checked(lines, wanted)


def write_list(path: Path, text: str) -> None:
    """Raises OSError."""
    write_whole(path, text.encode())


def _row(text: str, feed_id: str) -> tuple[int, int, int, bool]:
    """First line, the line after its last, the column of its keys, whether it is in braces."""
    rows, lines = rows_of(text), text.splitlines()
    for number, (name, first, column, in_braces) in enumerate(rows):
        if name == feed_id:
            behind = rows[number + 1][1] if number + 1 < len(rows) else len(lines)
            return first, _end(lines, first, behind), column, in_braces
    raise CannotChange(said("no_such_feed", value=feed_id))


def _end(lines: Sequence[str], first: int, behind: int) -> int:
    """Where the row's own lines end: what is empty or a comment behind them is not its own."""
    end = behind
    while end > first + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip()[:1] == "#"):
        end -= 1
    return end


def _checked(lines: Sequence[str], wanted: tuple[Feed, ...]) -> str:
    """The text, if it says what it should: lines were moved by their places alone."""
    text = "\n".join(lines) + "\n"
    try:
        found = read_catalogue(text)
    except CatalogueInvalid as invalid:
        raise CannotChange(invalid.problems[0].said) from invalid
    if found != wanted:
        raise CannotChange(said("by_hand"))
    return text
