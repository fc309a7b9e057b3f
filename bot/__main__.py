"""`python -m bot` is the `marsad` command."""

from bot.cli import main

main()
