"""The console in place of Telegram: the same cards, for the demo and without a bot token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from itertools import count
from typing import TYPE_CHECKING

from bot.clock import utc_now
from bot.delivery.deciding.outcome import NeverSent, Outcome, Outgoing, Sent
from bot.locales import texts
from bot.locales.bidi import FSI, JOINER, PDI, mixes_directions, without_controls
from bot.messages.blocks import Card, Line
from bot.messages.cards.card import alert_card, text_card
from bot.messages.cards.display import Display, Signals
from bot.messages.cards.lines import LEVEL_MARKS
from storage.alerts import Alert
from storage.readers.chats import Chat
from storage.readers.subscriptions import Subscription

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

# No chat of Telegram has this id.
CONSOLE_CHAT_ID = 0

LEVEL_COLOURS = {"critical": "red", "alert": "dark_orange", "watch": "yellow", "info": "white"}
EVIDENCE = "bold black on bright_yellow"


def console_chat(now: datetime) -> Chat:
    """The reader at the console: every signal, at every level."""
    return Chat(
        id=CONSOLE_CHAT_ID,
        thread_id=None,
        kind="private",
        title="console",
        language="ar",
        state="active",
        paused_reason=None,
        role="subscriber",
        created_at=now,
        blocked_until=None,
        subscriptions=(Subscription(CONSOLE_CHAT_ID, everything=True, lowest_level="info"),),
    )


class ConsoleSender:
    """Prints alerts, each in its entry's own language. A `bot.delivery.deciding.outcome.Sender`.

    Only what is owed to the console is shown: what a chat on Telegram is owed stays owed, so that
    a start without a token cannot swallow anybody's alerts.
    """

    def __init__(
        self,
        console: Console,
        signals: Callable[[], Signals],
        *,
        timezone: tzinfo = UTC,
        clock: Callable[[], datetime] = utc_now,
        publishers: Callable[[], Mapping[str, str]] = dict,
        explain: bool = False,
    ) -> None:
        self._console = console
        self._signals = signals
        self._timezone = timezone
        self._clock = clock
        self._publishers = publishers
        self._explain = explain
        self._numbers = count(1)

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Print it; `NeverSent` for a chat that only Telegram reaches."""
        if outgoing.chat.id != CONSOLE_CHAT_ID:
            return NeverSent(None, "no bot token is set")
        alert, delivery = outgoing.alert, outgoing.delivery
        if alert is None:
            self._print(text_card(delivery.text or "", outgoing.chat.language), delivery.level, "")
        else:
            card = alert_card(
                alert,
                Display(
                    alert.language or outgoing.chat.language,
                    self._signals(),
                    self._clock(),
                    self._timezone,
                    self._publishers(),
                ),
                update=delivery.kind == "update",
                possible_repeat=delivery.possible_repeat,
                folded=outgoing.folded,
            )
            self._print(card, alert.level, _explained(alert) if self._explain else "")
        return Sent(next(self._numbers))

    def _print(self, card: Card, level: str, explanation: str) -> None:
        print_card(self._console, card, level, explanation)


def print_card(console: Console, card: Card, level: str, explanation: str = "") -> None:
    """A card under a line in its level's colour; what explains it stands dimmed below."""
    from rich.rule import Rule

    body = shown(card, mark="" if console.is_terminal else "*")
    if explanation:
        body.append(f"\n\n{_settled(explanation)}", style="dim")
    # A line above and none at the sides: a terminal that lays out Arabic would move them.
    console.print(Rule(style=LEVEL_COLOURS.get(level, "white")))
    for line in body.split("\n", allow_blank=True):
        # A long address stays in one piece, so that it can be tapped.
        console.print(line, soft_wrap="://" in line.plain)


def _explained(alert: Alert) -> str:
    return "\n".join(each.explanation for each in alert.signals)


def shown(card: Card, *, mark: str = "") -> Text:
    """A card for a terminal: its heading bold, the evidence marked.

    `mark` stands on both sides of evidence where there are no colours to show it.
    """
    from rich.text import Text

    text = Text()
    for number, line in enumerate(card.lines):
        if number:
            text.append("\n")
        first = without_controls(line[0].text)[:1] if line else ""
        heading = number == 0 or first in LEVEL_MARKS.values()
        text.append_text(_styled(line, card.language, heading=heading, mark=mark))
    return text


def _styled(line: Line, language: str, *, heading: bool, mark: str) -> Text:
    from rich.text import Text

    mixed = mixes_directions("".join(span.text for span in line))
    styled = Text()
    for span in line:
        # No terminal makes commands of words, and some show what keeps Telegram from it.
        words = (span.text if mixed else without_controls(span.text)).replace(JOINER, "")
        if span.href and sum(1 for each in line if each.href) > 1:
            styled.append(words, style=f"link {span.href}")
            continue
        if span.href:
            # The address says what the rest of its line says, and can be tapped.
            # What is isolated ends with the words, for the rest of the line is left out.
            begun = f"{styled.plain}{words}"
            words += PDI * (begun.count(FSI) - begun.count(PDI))
            named = texts(language)("card.link", label=words, address=span.href)
            styled.append(named, style="blue")
            break
        if span.style == "b" and not heading:
            styled.append(f"{mark}{words}{mark}", style=EVIDENCE)
        elif span.style == "b":
            styled.append(words, style="bold")
        else:
            styled.append(words)
    return styled


def _settled(text: str) -> str:
    # Directional characters only matter where both directions meet; elsewhere some terminals
    # show them as boxes.
    return text if mixes_directions(text) else without_controls(text)
