"""`python -m bot` is the `marsad` command."""

from bot.cli.main import main

main()
