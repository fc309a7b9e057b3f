"""`marsad people ...`: who may use the bot, and invitations."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.clock import utc_now
from bot.errors import CannotGoOn
from bot.text import clean
from storage.connection import LARGEST
from storage.readers import page_sessions, people

if TYPE_CHECKING:
    from storage.connection import Connection

T = TypeVar("T")

_BOT_NAME = re.compile(r"[A-Za-z]\w{1,31}", re.ASCII)


app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_people() -> None:
    """Show everybody who was let in: id, role, name."""
    found = _write(people.everyone)
    for each in found:
        typer.echo(f"{each.id}  {each.role}  {clean(each.name)}".rstrip())
    if not found:
        typer.echo("Nobody was let in yet: marsad people invite")


@app.command()
def invite(
    role: Annotated[str, typer.Argument(help="viewer, analyst or operator.")] = "viewer",
    days: Annotated[int, typer.Option(min=1, max=90, help="How long it is good.")] = 7,
    bot: Annotated[
        str | None, typer.Option(metavar="NAME", help="The bot's name, for a link.")
    ] = None,
) -> None:
    """Make an invitation for one person."""
    if role not in people.ROLES:
        raise CannotGoOn(f"{role} is no role: write viewer, analyst or operator", exit_code=2)
    name = (bot or "").removeprefix("@")
    if bot is not None and not _BOT_NAME.fullmatch(name):
        wanted = "write its name at @BotFather, as in marsad_bot"
        raise CannotGoOn(f"--bot: {bot} is no name of a bot: {wanted}", exit_code=2)
    now = utc_now()
    payload = _write(lambda db: people.invite(db, role, now + timedelta(days=days), now), new=True)
    typer.echo(f"For one person ({role}), good for {days} days. Let them send the bot this line:")
    typer.echo(f"/start {payload}")
    if bot:
        typer.echo(f"or open https://t.me/{name}?start={payload}")


@app.command()
def remove(
    person: Annotated[
        int, typer.Argument(min=1, max=LARGEST, help="An id of `marsad people list`.")
    ],
) -> None:
    """Shut somebody out. Groups and channels that they let in stay."""
    from bot.settings import load_settings

    if person in load_settings().operators:
        raise CannotGoOn(f"{person} is named in MARSAD_OPERATORS: take it out there", exit_code=2)
    if not _write(lambda db: people.remove(db, person, utc_now())):
        raise CannotGoOn(f"nobody has the id {person}: see `marsad people list`", exit_code=2)
    typer.echo(f"{person} was removed.")


@app.command()
def key(
    person: Annotated[
        int,
        typer.Argument(min=1, max=LARGEST, help="An analyst or operator of `marsad people list`."),
    ],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is good.")] = 90,
) -> None:
    """Print a key with which a program of theirs reads /api (docs/exports.md)."""
    now = utc_now()

    def make(db: Connection) -> str:
        found = people.get(db, person)
        if found is None or not people.is_analyst(found.role):
            raise CannotGoOn(
                f"{person} is no analyst or operator: see `marsad people list`", exit_code=2
            )
        return page_sessions.begin(db, person, "en", now + timedelta(days=days), now)

    made = _write(make)
    typer.echo(f"Good for {days} days, and shown this once. Pass it on in secret:")
    typer.echo(f"Authorization: Bearer {made}")


@app.command("sign-out")
def sign_out(
    person: Annotated[
        int, typer.Argument(min=1, max=LARGEST, help="An id of `marsad people list`.")
    ],
) -> None:
    """End a person's sessions of the page, and the keys of their programs."""
    ended = _write(lambda db: page_sessions.end_all(db, person))
    typer.echo(f"{ended} sessions and keys ended.")


def _write(change: Callable[[Connection], T], *, new: bool = False) -> T:
    """`new`: it may come before the first start. Nobody is in a database that was never made, and
    "nobody" and "0 sessions" would be a false comfort in a wrong folder."""
    from bot.installation import require_database, require_made_database
    from bot.settings import load_settings
    from storage.opening import open_database

    settings = load_settings()
    # A database that is made here would hide from the service that one is missing.
    (require_database if new else require_made_database)(settings)

    async def run() -> T:
        database = await open_database(settings.database)
        try:
            return await database.write(change)
        finally:
            await database.close()

    return asyncio.run(run())
