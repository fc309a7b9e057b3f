"""The environment as one frozen object.

Every setting is a variable `MARSAD_...`, in the environment or in a `.env` file of the working
directory (the environment wins); `.env.example` documents them all. What is wrong is said for all
of them at once, each with its name and what to write instead.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import CannotGoOn
from storage.postgres.address import passwords_of, place_of, problem_of

PREFIX = "MARSAD_"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")

# What to write, shown after what is wrong. One for each setting.
HINTS: Mapping[str, str] = {
    "telegram_token": "copy the token from @BotFather; it looks like 123456789:AAE...",
    "operators": "write Telegram chat ids (whole numbers) with commas between: 12345,-100987654",
    "access": "write invited (people need an invitation) or open (whoever finds the bot)",
    "data_dir": "write a folder that Marsad may write to",
    "database_url": "write postgresql://USER:PASSWORD@HOST/DATABASE, or leave it out for a file",
    "marker_dir": "write a folder on another disk than MARSAD_DATA_DIR, or leave it out",
    "rules_dir": "write an existing folder with your own rules, or leave it out",
    "feeds_file": "write the path of an existing feeds.yaml, or leave it out",
    "telegram_base_url": "write the start of the Bot API address: https://api.telegram.org/bot",
    "log_level": "write one of " + ", ".join(LOG_LEVELS),
    "allow_private": "write host names or networks with commas between: intranet,10.0.0.0/8",
    "first_poll_hours": "write a number of hours from 0 to 720, such as 6",
    "retention_days": "write a whole number of days, 7 or more, such as 365",
    "activity_days": "write a whole number of days, 1 or more, such as 365",
    "notify_urls": "write Apprise addresses with spaces or commas between: ntfy://ntfy.sh/topic",
    "heartbeat_url": "write the full http:// or https:// address that is to be called",
    "metrics_port": "write a free port from 1 to 65535, or leave it out",
    "export_sender": "write a name without spaces, commas, < and &, such as alerts@desk.example",
    "export_scope": "write restricted (for those you pass it to) or public",
    "webhook_urls": "write https:// addresses with spaces between; http:// is for this machine and "
    "for hosts in MARSAD_ALLOW_PRIVATE",
    "webhook_secrets": "write one for all addresses, or one for each, with spaces between; "
    "`openssl rand -base64 32` makes one, write it behind whsec_",
    "webhook_level": "write the lowest level that is sent: info, watch, alert or critical",
    "webhook_lang": "write the language of the words: ar, en or fr",
    "web_host": "write an address of this machine: 127.0.0.1, or 0.0.0.0 for all its networks",
    "web_port": "write a free port from 1 to 65535, or leave it out",
    "web_url": "write the address at which people open the page: https://marsad.example.org",
    "morphology_db": "write the path of an existing CAMeL Tools database, or leave it out",
    "timezone": "write a name such as Asia/Damascus, Africa/Khartoum or UTC",
}


class SettingsInvalid(CannotGoOn):
    """Some settings cannot be used. `problems` has one line for each, naming the variable."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems), exit_code=2)


def _packaged_feeds() -> Path:
    """`feeds.yaml` here, or the one that is installed with the package, or in its checkout."""
    here = Path("feeds.yaml")
    installed = Path(__file__).parent / "feeds" / "feeds.yaml"
    checkout = Path(__file__).parents[1] / "feeds.yaml"
    return next((p for p in (here, installed, checkout) if p.is_file()), here)


class Settings(BaseSettings):
    """What the operator chose. Made by `load_settings`, which turns errors into readable ones."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    telegram_token: SecretStr | None = None
    operators: Annotated[tuple[int, ...], NoDecode] = ()
    access: Literal["open", "invited"] = "invited"
    data_dir: Path = Path("var")
    database_url: str = Field(default="", repr=False)
    marker_dir: Path | None = None
    rules_dir: Path | None = None
    feeds_file: Path = Field(default_factory=_packaged_feeds)
    telegram_base_url: str = "https://api.telegram.org/bot"
    log_level: str = "INFO"
    allow_private: Annotated[tuple[str, ...], NoDecode] = ()
    first_poll_hours: float = Field(default=6.0, ge=0, le=720)
    retention_days: int = Field(default=365, ge=7)
    activity_days: int = Field(default=365, ge=1)
    notify_urls: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    heartbeat_url: SecretStr | None = None
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    export_sender: str = Field(default="marsad", pattern=r"^[^\s,<&]{1,100}$")
    export_scope: Literal["restricted", "public"] = "restricted"
    webhook_urls: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    webhook_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        default=(), validate_default=True
    )
    webhook_level: Literal["info", "watch", "alert", "critical"] = "watch"
    webhook_lang: Literal["ar", "en", "fr"] = "en"
    web_host: str = "127.0.0.1"
    web_port: int | None = Field(default=None, ge=1, le=65535)
    web_url: str | None = None
    morphology_db: Path | None = None
    timezone: ZoneInfo = ZoneInfo("UTC")

    @property
    def database(self) -> Path | str:
        """Where everything that happened is kept, for `Database.open`: the file, or the URL of a
        database on a server, with its password."""
        return self.database_url or self.database_file

    @property
    def database_file(self) -> Path:
        """The file, where no server is named in its place."""
        return self.data_dir / "marsad.sqlite"

    @property
    def database_name(self) -> str:
        """The file or the server's database, to show: without user and password."""
        return place_of(self.database_url) if self.database_url else str(self.database_file)

    @property
    def cache_dir(self) -> Path | None:
        """Where what can be made again is kept, as the compiled rules: in the data directory, or
        the user's cache where there is none yet. None: nowhere."""
        if self.data_dir.is_dir():
            return self.data_dir / "cache"
        given = os.environ.get("XDG_CACHE_HOME", "")
        if given.startswith("/"):
            return Path(given) / "marsad"
        try:
            return Path.home() / ".cache" / "marsad"
        except RuntimeError:
            return None

    @property
    def page_address(self) -> str | None:
        """Where people open the page, without a slash at its end; None where none is served."""
        if self.web_url:
            return self.web_url.rstrip("/")
        if self.web_port is None:
            return None
        host = f"[{self.web_host}]" if ":" in self.web_host else self.web_host
        return f"http://{host}:{self.web_port}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value that must never be shown (see `bot.process.logs`)."""
        held = [self.telegram_token, self.heartbeat_url, *self.notify_urls]
        held += [*self.webhook_urls, *self.webhook_secrets]
        told = [secret.get_secret_value() for secret in held if secret is not None]
        return (*told, *passwords_of(self.database_url))

    @field_validator("operators", "allow_private", mode="before")
    @classmethod
    def _split_commas(cls, value: Any) -> Any:
        if isinstance(value, str):
            return [part.strip() for part in re.split(r"[,،]", value) if part.strip()]
        return value

    @field_validator("notify_urls", mode="before")
    @classmethod
    def _split_addresses(cls, value: Any) -> Any:
        # An Apprise address may hold commas itself: split only where another address starts.
        if isinstance(value, str):
            return [p for p in re.split(r"[\s,]+(?=[a-z0-9]+://)", value.strip(" \t,")) if p]
        return value

    @field_validator("webhook_urls", "webhook_secrets", mode="before")
    @classmethod
    def _split_spaces(cls, value: Any) -> Any:
        return value.split() if isinstance(value, str) else value

    @field_validator("webhook_urls")
    @classmethod
    def _where_nobody_listens_in(
        cls, value: tuple[SecretStr, ...], others: ValidationInfo
    ) -> tuple[SecretStr, ...]:
        from bot.process.webhook_addresses import address_problem

        allowed = others.data.get("allow_private", ())
        for number, url in enumerate(value, start=1):
            if problem := address_problem(url.get_secret_value(), allowed):
                raise ValueError(f"has an address (number {number}) that {problem}")
        if len({each.get_secret_value() for each in value}) < len(value):
            raise ValueError("has an address twice")
        return value

    @field_validator("webhook_secrets")
    @classmethod
    def _a_secret_for_each(
        cls, value: tuple[SecretStr, ...], others: ValidationInfo
    ) -> tuple[SecretStr, ...]:
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

    @field_validator("telegram_token")
    @classmethod
    def _looks_like_a_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("is not a bot token")
        return value

    @field_validator("database_url")
    @classmethod
    def _names_a_database(cls, value: str) -> str:
        if value and (problem := problem_of(value)):
            raise ValueError(problem)
        return value

    @field_validator("allow_private")
    @classmethod
    def _hosts_or_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for item in value:
            try:
                ipaddress.ip_network(item, strict=False)
            except ValueError:
                numeric = re.fullmatch(r"[\d.]+(/\d+)?", item)
                if numeric or not HOST.fullmatch(item):
                    raise ValueError(f"has «{item}», neither a host name nor a network") from None
        return value

    @field_validator("web_host")
    @classmethod
    def _own_address(cls, value: str) -> str:
        try:
            ipaddress.ip_address(value)
        except ValueError:
            if re.fullmatch(r"[\d.]+", value) or not HOST.fullmatch(value):
                raise ValueError(f"is «{value}», which is no address of a machine") from None
        return value

    @field_validator("web_url")
    @classmethod
    def _bare_web_address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^/\s?#@]+/?", value):
            raise ValueError("is not the web address of a host, without a path")
        return value

    @field_validator("telegram_base_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if not re.match(r"https?://[^/\s]+", value):
            raise ValueError("is not a web address")
        return value

    @field_validator("heartbeat_url")
    @classmethod
    def _secret_web_address(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            cls._web_address(value.get_secret_value())
        return value

    @field_validator("notify_urls")
    @classmethod
    def _known_to_apprise(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if not value:
            return value
        from apprise import Apprise

        for number, url in enumerate(value, start=1):
            if Apprise.instantiate(url.get_secret_value(), suppress_exceptions=True) is None:
                raise ValueError(f"has an address (number {number}) that Apprise does not know")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _known_level(cls, value: Any) -> Any:
        level = str(value).upper()
        if level not in LOG_LEVELS:
            raise ValueError(f"is «{value}», which is not a level")
        return level

    @field_validator("timezone", mode="before")
    @classmethod
    def _known_zone(cls, value: Any) -> Any:
        if isinstance(value, ZoneInfo):
            return value
        try:
            return ZoneInfo(str(value))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"is «{value}», which is not a time zone") from None

    @field_validator(
        "data_dir", "marker_dir", "rules_dir", "feeds_file", "morphology_db", mode="before"
    )
    @classmethod
    def _home_folder(cls, value: Any) -> Any:
        """No shell reads these: `~` and `~user` would become folders of that name."""
        if not isinstance(value, str | Path):
            return value
        try:
            return Path(value).expanduser()
        except RuntimeError:
            raise ValueError(f"is «{value}», and that user's home folder is not known") from None

    @field_validator("rules_dir")
    @classmethod
    def _existing_folder(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError(f"is «{value}», and there is no such folder")
        return value

    @field_validator("feeds_file", "morphology_db")
    @classmethod
    def _existing_file(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"is «{value}», and there is no such file")
        return value


def load_settings(env_file: Path | None = Path(".env"), **given: object) -> Settings:
    """Read the environment and `env_file`; `given` (by field name) wins over both.

    Raises SettingsInvalid with every problem, among them names that are nearly a setting's: a
    misspelt variable would otherwise be ignored in silence.
    """
    problems = _misspelt(env_file)
    try:
        settings = Settings(_env_file=env_file, **given)  # type: ignore[call-arg,arg-type]
    except ValidationError as error:
        problems += [_readable(detail) for detail in error.errors(include_input=False)]
    except UnicodeDecodeError:
        problems.append(f"{env_file}: is not UTF-8 text; save it again as UTF-8")
    if problems:
        raise SettingsInvalid(tuple(problems))
    return settings


def variable(field: str) -> str:
    """The name of a setting in the environment."""
    return PREFIX + field.upper()


def _readable(detail: Mapping[str, Any]) -> str:
    field = str(detail["loc"][0])
    message = str(detail["msg"]).removeprefix("Value error, ")
    if detail["type"] != "value_error":
        message = f"cannot be used ({message[0].lower()}{message[1:]})"
    return f"{variable(field)} {message}: {HINTS[field]}"


def _misspelt(env_file: Path | None) -> list[str]:
    known = {variable(field) for field in Settings.model_fields}
    problems = []
    if env_file is not None and env_file.is_file():
        try:
            written = dotenv_values(env_file)
        except UnicodeDecodeError:  # said by the caller
            written = {}
        for name in written:
            if name.upper().startswith(PREFIX) and name.upper() not in known:
                problems.append(f"{name} in {env_file} is no setting{_nearest(name, known)}")
    for name in os.environ:
        # The environment is shared with others: only what is nearly ours is surely a slip.
        if name.startswith(PREFIX) and name not in known and _nearest(name, known):
            problems.append(f"{name} is no setting{_nearest(name, known)}")
    return problems


def _nearest(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.85)
    return f": did you mean {close[0]}?" if close else ""
