"""One thing that was examined, and all of them as a table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.locales.bidi import JOINER

if TYPE_CHECKING:
    from rich.console import Console


class State(StrEnum):
    OK = "ok"
    LOOK = "look"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing examined; `doctor.what.<what>` names it. `advice` says what to do unless all is
    well."""

    what: str
    state: State
    found: str
    advice: str = ""


def show(findings: list[Finding], console: Console | None = None) -> bool:
    """Print what was found; whether nothing is bad."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("", "what", "found", "what to do"):
        table.add_column(heading, overflow="fold")
    signs = {State.OK: "[green]ok[/]", State.LOOK: "[yellow]look[/]", State.BAD: "[red]BAD[/]"}
    for finding in findings:
        row = (finding.what, finding.found, finding.advice)
        told = (cell.replace(JOINER, "").replace("[", "\\[") for cell in row)
        table.add_row(signs[finding.state], *told)
    (console or Console()).print(table)
    return all(finding.state is not State.BAD for finding in findings)
