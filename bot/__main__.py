"""`python -m bot` is the `marsad` command."""

from __future__ import annotations

from bot.cli.entry import main

main()
