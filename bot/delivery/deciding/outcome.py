"""What came of a send: the words that dispatch and a sender share.

A sender (Telegram, the console, a test) turns whatever its transport said into one `Outcome`;
what to do about it is decided elsewhere (`bot.delivery.deciding.retry`), so each row of the error
table is a plain value here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from bot.alerts.summaries.digest import Digest
    from bot.alerts.summaries.weekly import Weekly
    from storage.alerts import Alert
    from storage.readers.chats import Chat
    from storage.sending.acknowledgements import Acknowledgement
    from storage.sending.outbox import Delivery


@dataclass(frozen=True, slots=True)
class Reactions:
    """What people of a chat did with an alert's buttons: until when they muted it, or its signal
    or place, and how often they called it useful or a false alarm."""

    muted_until: datetime | None = None
    useful: int = 0
    false: int = 0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One delivery on its way out, with all that a card needs.

    `alert` is None for a notice or a catch-up line, whose text is `delivery.text`. `folded` says
    how many other alerts that line stands for (0 for a card of its own). A card whose
    `delivery.possible_repeat` is true says that the reader may have it already. `answers`: the
    message that first told the topic of the alert, to which an update is an answer. `digest` is
    that of a delivery that carries one, with `digested`, its alerts as the topic sees them.
    """

    delivery: Delivery
    chat: Chat
    alert: Alert | None
    folded: int = 0
    answers: int | None = None
    digest: Digest | Weekly | None = None
    digested: tuple[Alert, ...] = ()
    reactions: Reactions = Reactions()

    @property
    def name(self) -> str:
        """What the log calls it: "A12 version 1", or its kind where it has no alert."""
        if self.alert is None:
            return self.delivery.kind
        return f"{self.alert.short_id} version {self.delivery.version}"


@dataclass(frozen=True, slots=True)
class Edit:
    """A card that a chat has (`message`), with all that it is to say and show from now on.

    `alert` is as the chat sees it, `changed_at` is when the last of it became known. `asked`:
    somebody in the chat is asked to take the alert on, or has.
    """

    message: Delivery
    chat: Chat
    alert: Alert
    changed_at: datetime
    asked: Acknowledgement | None = None
    reactions: Reactions = Reactions()

    @property
    def name(self) -> str:
        """What the log calls it: "A12 version 1"."""
        return f"{self.alert.short_id} version {self.message.version}"


@dataclass(frozen=True, slots=True)
class Sent:
    """The chat has it."""

    message_id: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request went out and no answer came (read timeout, reset, 5xx): the chat may have it."""

    error: str


@dataclass(frozen=True, slots=True)
class NeverSent:
    """The request never went out (connect or pool timeout): the chat has nothing, try again.

    `after` is the wait that was asked for, in seconds; None leaves it to the back-off.
    """

    after: float | None
    error: str


@dataclass(frozen=True, slots=True)
class RateLimited:
    """429 for this chat: nothing may go there for `seconds` (hours are possible)."""

    seconds: float


@dataclass(frozen=True, slots=True)
class ChatGone:
    """Blocked, kicked, chat not found, no rights: nothing can go there."""

    reason: str


@dataclass(frozen=True, slots=True)
class TopicGone:
    """The topic was deleted or closed; the rest of the group may be reached."""

    reason: str


@dataclass(frozen=True, slots=True)
class Migrated:
    """The group became a supergroup: the same chat, under another id."""

    new_chat_id: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """This message is refused even as plain text; others may pass."""

    error: str


@dataclass(frozen=True, slots=True)
class Unauthorised:
    """The token is refused: nothing can go out until an operator replaces it."""

    error: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """409: another instance uses the same token."""

    error: str = "another instance uses this token"


Outcome = (
    Sent
    | Unknown
    | NeverSent
    | RateLimited
    | ChatGone
    | TopicGone
    | Migrated
    | Rejected
    | Unauthorised
    | Conflict
)


class Sender(Protocol):
    """What carries messages to chats.

    `send` raises only `asyncio.CancelledError`: what goes wrong is an Outcome.
    """

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Send one message to `outgoing.chat` and say what came of it."""
        ...


class Editor(Protocol):
    """What changes messages that chats have.

    `edit` raises only `asyncio.CancelledError`: what goes wrong is an Outcome. `Sent` says that
    the message is as it is to be, whether it was so before or not.
    """

    async def edit(self, edit: Edit) -> Outcome:
        """Change one message and say what came of it."""
        ...
