"""What a bench measured: a table for people, `--json` for programs."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: what was measured, and the most that it may be (None: no limit).

    `peer` is what another program took for the same in the same run.
    """

    what: str
    value: float
    unit: str
    limit: float | None = None
    peer: float | None = None
    least: bool = False
    """`limit` is the least that it must be."""

    @property
    def kept(self) -> bool:
        if self.limit is None:
            return True
        return self.value >= self.limit if self.least else self.value <= self.limit


def machine() -> dict[str, object]:
    """On what it was measured, and how busy that was with other work."""
    return {
        "python": sys.version.split()[0],
        "sqlite": sqlite3.sqlite_version,
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }


def show(title: str, figures: Sequence[Figure], *, as_json: bool = False) -> None:
    if as_json:
        rows = [
            asdict(each)
            | {"kept": each.kept, "ratio": each.value / each.peer if each.peer else None}
            for each in figures
        ]
        print(json.dumps({"bench": title, "on": machine(), "figures": rows}, ensure_ascii=False))
        return
    on = ", ".join(f"{name} {value}" for name, value in machine().items())
    table = Table("work", "now", "limit", "peer", "ratio", title=title, caption=on)
    for each in figures:
        table.add_row(*row(each))
    Console(width=110).print(table)


def row(each: Figure) -> tuple[str, str, str, str, str]:
    """A line of the table; red where the limit is not kept."""
    limit = "" if each.limit is None else f"{'≥' if each.least else '≤'} {each.limit:,.4g}"
    ratio = f"{each.value / each.peer:.2f}" if each.peer else ""
    peer = f"{each.peer:,.4g}" if each.peer is not None else ""
    now = f"{each.value:,.4g} {each.unit}"
    return each.what, now if each.kept else f"[red]{now}[/red]", limit, peer, ratio
