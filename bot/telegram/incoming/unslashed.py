"""Commands without their slash, in private: "mute 2 hours", «اشترك حصار», "map"."""

from __future__ import annotations

from collections.abc import Callable

from bot.asking.courtesies import courtesy_of
from bot.asking.durations import plain_words
from bot.telegram.commands.asking.ask import read
from bot.telegram.commands.settings.mute import says_how_long
from bot.telegram.commands.start import language_named
from bot.telegram.registry import Command, all_commands, refusal_of
from bot.telegram.request import Request
from bot.telegram.typed.changes import is_all
from bot.telegram.typed.clock_words import is_now, is_off, read_quiet, read_time, read_weekly
from bot.telegram.typed.command_names import command_called

# Alone they are no words of the news.
_ALONE = frozenset(
    (
        "mine digest quiet timezone export map trend page feeds outbox doctor audit versions "
        "invite unmute resume escalate rules"
    ).split()
)
# What follows these is read by them, whatever it is.
_ASKING = frozenset(("search", "trend", "map", "export"))


async def command_of(request: Request, said: str) -> tuple[Command, str] | None:
    """The command that is meant, and what stands behind it; None for a question.

    A first word that is also a word of the news ("words", "stop") is no command by itself: what
    follows must be what the command takes.
    """
    first, _, behind = said.strip().partition(" ")
    first, behind = first.rstrip(":،,"), behind.strip()
    name = command_called(first)
    if name is None or courtesy_of(said) is not None:
        return None
    own = plain_words(first) == name
    meant = (own and name in _ALONE) if not behind else await _takes(request, name, behind, own)
    found = next((each for each in all_commands() if each.name == name), None)
    if not meant or found is None:
        return None
    refused = await refusal_of(request, found.who, private=found.private)
    return None if refused else (found, behind)


async def _takes(request: Request, name: str, behind: str, own: bool) -> bool:
    if name in _ASKING:
        return own or name in ("search", "map")
    if name in ("subscribe", "unsubscribe"):
        question = await read(request, behind)
        return is_all(behind) or bool(question.signals and not question.words)
    test = _SETTINGS.get(name)
    return test is not None and test(behind)


def _is_digest(behind: str) -> bool:
    told = read_time(behind), read_weekly(behind)
    return is_now(behind) or is_off(behind) or told != (None, None)


_SETTINGS: dict[str, Callable[[str], bool]] = {
    "mute": lambda behind: says_how_long(behind) or is_off(behind),
    "quiet": lambda behind: read_quiet(behind) is not None or is_off(behind),
    "digest": _is_digest,
    "language": lambda behind: language_named(behind) is not None,
    "pause": says_how_long,
}
