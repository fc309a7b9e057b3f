"""The table of commands in docs/telegram.md, written from the registry: what the bot answers to.

    python -m tools.commands_table

A test holds the page equal to what this writes.
"""

from __future__ import annotations

from pathlib import Path

from bot.locales import texts
from bot.telegram.registry import About, Command, Who, all_commands

PAGE = Path(__file__).resolve().parents[1] / "docs" / "telegram.md"
BEGIN = "<!-- commands: written by python -m tools.commands_table -->"
END = "<!-- end of commands -->"
WHO = {
    Who.STRANGERS: "anybody",
    Who.ANYONE: "whoever was let in",
    Who.REGISTERED: "readers",
    Who.ADMINISTRATORS: "administrators of the chat",
    Who.ANALYSTS: "analysts, operators",
    Who.OPERATORS: "operators",
    Who.OPERATORS_IN_PERSON: "operators",
}


def table() -> str:
    """The commands by what they are for, in the order of /help."""
    say = texts("en")
    lines = ["| command | what it does | who | where |", "|---|---|---|---|"]
    for about in About:
        of_it = [each for each in all_commands() if each.about is about]
        if of_it:
            lines.append(f"| **{say(f'about.{about.value}')}** | | | |")
            lines += [_row(each) for each in of_it]
    return "\n".join(lines)


def _row(each: Command) -> str:
    what = texts("en")(f"commands.{each.name}").replace("|", "\\|")
    where = "in private" if each.private else "anywhere"
    return f"| `/{each.name}` | {what} | {WHO[each.who]} | {where} |"


def with_table(page: str) -> str:
    """The page with its table as it should be. Raises ValueError for a page without the marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no {BEGIN} ... {END}")
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main() -> None:
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
