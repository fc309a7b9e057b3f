"""Who is told by webhook, as the settings name them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.process.webhook_addresses import secret_bytes

if TYPE_CHECKING:
    from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Receiver:
    """A program that is told. `name` is for operators and the log: the address may hold a
    password. `key` names it in the database."""

    number: int
    host: str
    url: str = field(repr=False)
    secret: bytes = field(repr=False)

    @property
    def name(self) -> str:
        return f"{self.host} (MARSAD_WEBHOOK_URLS, {self.number})"

    @property
    def key(self) -> str:
        return hashlib.sha256(self.url.encode()).hexdigest()[:32]


def receivers_of(settings: Settings) -> tuple[Receiver, ...]:
    """With one secret for all of them, or one for each."""
    urls = [each.get_secret_value() for each in settings.webhook_urls]
    secrets = [secret_bytes(each.get_secret_value()) for each in settings.webhook_secrets]
    return _receivers(urls, secrets * len(urls) if len(secrets) == 1 else secrets)


def _receivers(urls: Sequence[str], secrets: Sequence[bytes]) -> tuple[Receiver, ...]:
    return tuple(
        Receiver(number, urlsplit(url).hostname or "", url, secret)
        for number, (url, secret) in enumerate(zip(urls, secrets, strict=True), start=1)
    )
