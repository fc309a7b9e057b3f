"""All benches, one after the other, each in a process of its own; one table, or `--json`.

    python -m bench [--full] [--json] [--texts FILE] [--only NAME]

What takes longer than it may in its table is red. A bench that fails is named, and the others run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.report import Figure, machine, row

LIMIT = 3_600
"""Seconds for one bench with its large sizes."""


def benches(full: bool, texts: Path | None) -> dict[str, list[str]]:
    """Name → arguments. The small sizes take some ten minutes of a quiet machine."""
    size = ["--full", "--json"] if full else ["--json"]
    year = ("1000000", "50000") if full else ("20000", "1000")
    own = [str(texts)] if texts else []
    return {
        "start": size,
        "detection": [*own, "--table"],
        "storage": size,
        "delivery": size,
        "commands": ["--entries", year[0], "--alerts", year[1], "--runs", "3", "--json"],
        "page": ["--entries", year[0], "--alerts", year[1], "--runs", "3", "--json"],
        "feeds": [*size, *(["--texts", *own] if own else []), *([] if full else ["--feeds", "50"])],
        "workers": size,
    }


def said(name: str, arguments: list[str]) -> dict[str, object] | None:
    """What a bench measured; None where it failed, with its last line told."""
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{name}", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        timeout=LIMIT,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"bench"')]
    if done.returncode or not lines:
        print(f"bench.{name} failed ({done.returncode})", file=sys.stderr)
        return None
    told: dict[str, object] = json.loads(lines[-1])
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="the sizes of docs/performance.md")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--texts", type=Path, help="JSON lines with title and text")
    parser.add_argument("--only", action="append", metavar="NAME", help="not all; may be repeated")
    given = parser.parse_args()
    found, failed = [], []
    for name, arguments in benches(given.full, given.texts).items():
        if given.only and name not in given.only:
            continue
        started = time.monotonic()
        print(f"bench.{name} …", file=sys.stderr, end=" ", flush=True)
        told = said(name, arguments)
        print(f"{time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
        if told is None:
            failed.append(name)
        else:
            found.append(told)
    if given.json:
        print(json.dumps({"on": machine(), "benches": found, "failed": failed}, ensure_ascii=False))
    else:
        _show(found)
    sys.exit(1 if failed else 0)


def _show(found: list[dict[str, object]]) -> None:
    on = ", ".join(f"{name} {value}" for name, value in machine().items())
    table = Table("work", "now", "limit", "peer", "ratio", title="Marsad", caption=on)
    for each in found:
        table.add_section()
        table.add_row(f"[bold]{each['bench']}[/bold]")
        for figure in each["figures"]:  # type: ignore[attr-defined]
            kept = {k: v for k, v in figure.items() if k not in ("kept", "ratio")}
            table.add_row(*row(Figure(**kept)))
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
