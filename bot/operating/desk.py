"""What an operator's commands work with, beside what every command has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.feeds.fetch.outcome import Retriever
    from bot.operating.trials import Trials
    from bot.rules_in_force import Reloaded, RulesInForce
    from bot.settings import Settings


class Reloading:
    """Rules and feeds are read again now. The service puts its own way in, which also tells
    operators; before that, and where there is no service, the rules are just read."""

    def __init__(self, rules: RulesInForce) -> None:
        self.rules: Callable[[], Awaitable[Reloaded]] = rules.reload
        self.feeds: Callable[[], Awaitable[None]] = _nothing


async def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Desk:
    """`rules` are those in force, `reloading` takes changed files over, `retriever` tries an
    address, `trials` try a change of rules."""

    settings: Settings
    rules: RulesInForce
    reloading: Reloading
    retriever: Retriever
    trials: Trials
