"""`marsad feeds pack NAME`: the feeds of a crisis into feeds.yaml, those that are not there yet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.errors import CannotGoOn

if TYPE_CHECKING:
    from bot.feeds.catalogue import Feed

UNTRIED = (
    "These addresses could not be tried where the list was written: some will have moved or died. "
    "Marsad names those after a few polls; `marsad feeds try ADDRESS` finds where a site moved to."
)


def add_pack(
    name: Annotated[str, typer.Argument(help="A crisis: sudan, السودان, ...")] = "",
    into: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Another list than the one in use.")
    ] = None,
    list_packs: Annotated[bool, typer.Option("--list", help="Show the packs there are.")] = False,
) -> None:
    """Add the feeds that report from a crisis to feeds.yaml, those that are not there yet."""
    from bot.feeds.packs import find_pack, load_pack, missing, pack_names
    from bot.settings import load_settings

    if list_packs or not name:
        for each in pack_names():
            feeds = load_pack(each)
            spoken = ", ".join(sorted({feed.language or "?" for feed in feeds}))
            typer.echo(f"{each:<12} {len(feeds):>3} feeds  ({spoken})")
        return
    pack = find_pack(name)
    if pack is None:
        raise CannotGoOn(f"there is no pack {name!r}: use one of {', '.join(pack_names())}")
    path = into or load_settings().feeds_file
    text = _text_of(path)
    found = missing(load_pack(pack), _feeds_of(path, text))
    for feed in found.left:
        typer.echo(f"left as it is: {feed.id} ({feed.url})")
    if found.new:
        _write(path, text, found.new)
    for feed in found.new:
        typer.echo(f"added: {feed.id} ({feed.url})")
    typer.echo(f"{path}: {len(found.new)} feeds added, {len(found.left)} were there already.")
    if found.new:
        typer.echo(UNTRIED)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return "feeds: []\n"
    except UnicodeDecodeError as error:
        raise CannotGoOn(f"{path}: is not UTF-8 text; save it as UTF-8") from error


def _feeds_of(path: Path, text: str) -> tuple[Feed, ...]:
    from bot.feeds.catalogue import read_catalogue

    return read_catalogue(text, path.name)


def _write(path: Path, text: str, new: tuple[Feed, ...]) -> None:
    """All other lines stay as they are; the file is replaced as a whole."""
    from bot.operating.feed_list import CannotChange, with_added, write_list

    try:
        write_list(path, with_added(text, new))
    except CannotChange as wrong:
        raise CannotGoOn(f"{path}: {wrong}") from wrong
