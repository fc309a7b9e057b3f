"""What the value of a setting has to be: each function reads or refuses one kind of value.

They are the validators of `Settings`. A ValueError says what is wrong with the value,
as the end of a sentence that begins with the variable's name; it never shows a secret.
"""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr, ValidationInfo

from storage.postgres.address import problem_of

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")


# A hundred years: what is longer ends before the calendar begins.
MOST_DAYS = 36_500
# What a database holds as a whole number, far beyond what Telegram gives.
_LARGEST_ID = 2**63 - 1


def split_commas(value: Any) -> Any:
    if isinstance(value, str):
        return [part.strip() for part in re.split(r"[,،]", value) if part.strip()]
    return value


def split_apprise_addresses(value: Any) -> Any:
    # An Apprise address may hold commas itself: split only where another address starts.
    if isinstance(value, str):
        return [p for p in re.split(r"[\s,]+(?=[a-z0-9]+://)", value.strip(" \t,")) if p]
    return value


def split_spaces(value: Any) -> Any:
    return value.split() if isinstance(value, str) else value


def webhook_addresses(
    value: tuple[SecretStr, ...], others: ValidationInfo
) -> tuple[SecretStr, ...]:
    """Each to where nobody listens in, none of them twice."""
    from bot.process.webhook_addresses import address_problem

    allowed = others.data.get("allow_private", ())
    for number, url in enumerate(value, start=1):
        if problem := address_problem(url.get_secret_value(), allowed):
            raise ValueError(f"has an address (number {number}) that {problem}")
    if len({each.get_secret_value() for each in value}) < len(value):
        raise ValueError("has an address twice")
    return value


def webhook_secrets(value: tuple[SecretStr, ...], others: ValidationInfo) -> tuple[SecretStr, ...]:
    """One for all addresses, or one for each."""
    from bot.process.webhook_addresses import secret_bytes

    for number, secret in enumerate(value, start=1):
        try:
            secret_bytes(secret.get_secret_value())
        except ValueError as error:
            raise ValueError(f"has a secret (number {number}) that {error}") from None
    addresses = len(others.data.get("webhook_urls", ()))
    if addresses and len(value) not in (1, addresses):
        raise ValueError(f"has {len(value)} for {addresses} addresses of MARSAD_WEBHOOK_URLS")
    return value


def bot_token(value: SecretStr | None) -> SecretStr | None:
    if value is not None and not TOKEN.fullmatch(value.get_secret_value()):
        raise ValueError("is not a bot token")
    return value


def database_address(value: str) -> str:
    if value and (problem := problem_of(value)):
        raise ValueError(problem)
    return value


def hosts_or_networks(value: tuple[str, ...]) -> tuple[str, ...]:
    for item in value:
        try:
            ipaddress.ip_network(item, strict=False)
        except ValueError:
            numeric = re.fullmatch(r"[\d.]+(/\d+)?", item)
            if numeric or not HOST.fullmatch(item):
                raise ValueError(f"has «{item}», neither a host name nor a network") from None
    return value


def own_address(value: str) -> str:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        if re.fullmatch(r"[\d.]+", value) or not HOST.fullmatch(value):
            raise ValueError(f"is «{value}», which is no address of a machine") from None
    return value


def chat_ids(value: tuple[int, ...]) -> tuple[int, ...]:
    for each in value:
        if abs(each) > _LARGEST_ID:
            raise ValueError(f"has «{str(each)[:30]}», which is no id of Telegram's")
    return value


def host_address(value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"https?://[^/\s?#@]+/?", value):
        raise ValueError("is not the web address of a host, without a path")
    return value


def web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        named = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # brackets without an end, a port beyond all
        named = False
    if not named or re.search(r"\s", value):
        raise ValueError("is not a web address")
    return value


def secret_web_address(value: SecretStr | None) -> SecretStr | None:
    if value is not None:
        web_address(value.get_secret_value())
    return value


def apprise_addresses(value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    if not value:
        return value
    from apprise import Apprise

    for number, url in enumerate(value, start=1):
        if Apprise.instantiate(url.get_secret_value(), suppress_exceptions=True) is None:
            raise ValueError(f"has an address (number {number}) that Apprise does not know")
    return value


def log_level(value: Any) -> Any:
    level = str(value).upper()
    if level not in LOG_LEVELS:
        raise ValueError(f"is «{value}», which is not a level")
    return level


def time_zone(value: Any) -> Any:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"is «{value}», which is not a time zone") from None


def with_home_folder(value: Any) -> Any:
    """No shell reads these: `~` and `~user` would become folders of that name."""
    if not isinstance(value, str | Path):
        return value
    try:
        return Path(value).expanduser()
    except RuntimeError:
        raise ValueError(f"is «{value}», and that user's home folder is not known") from None


def existing_folder(value: Path | None) -> Path | None:
    if value is not None and not value.is_dir():
        raise ValueError(f"is «{value}», and there is no such folder")
    return value


def existing_file(value: Path | None) -> Path | None:
    if value is not None and not value.is_file():
        raise ValueError(f"is «{value}», and there is no such file")
    return value
