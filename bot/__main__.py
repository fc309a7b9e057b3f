"""`python -m bot` is the `marsad` command."""

from __future__ import annotations

from bot.cli.main import main

main()
