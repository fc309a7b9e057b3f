"""The environment as one frozen object.

Every setting is a variable `MARSAD_...`, in the environment or in a `.env` file of the working
directory (the environment wins); `.env.example` documents them all. What is wrong is said for all
of them at once, each with its name and what to write instead.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import CannotGoOn
from bot.settings import checks
from bot.settings.env_file import nearest, problems_in
from storage.postgres.address import passwords_of, place_of

PREFIX = "MARSAD_"
Home = BeforeValidator(checks.with_home_folder)

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
    "log_level": "write one of " + ", ".join(checks.LOG_LEVELS),
    "allow_private": "write host names or networks with commas between: intranet,10.0.0.0/8",
    "first_poll_hours": "write a number of hours from 0 to 720, such as 6",
    "retention_days": "write a whole number of days from 7 to 36500, such as 365",
    "activity_days": "write a whole number of days from 1 to 36500, such as 365",
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
    installed = Path(__file__).parents[1] / "feeds" / "feeds.yaml"
    checkout = Path(__file__).parents[2] / "feeds.yaml"
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

    telegram_token: Annotated[SecretStr | None, AfterValidator(checks.bot_token)] = None
    operators: Annotated[
        tuple[int, ...],
        NoDecode,
        BeforeValidator(checks.split_commas),
        AfterValidator(checks.chat_ids),
    ] = ()
    access: Literal["open", "invited"] = "invited"
    data_dir: Annotated[Path, Home] = Path("var")
    database_url: Annotated[str, AfterValidator(checks.database_address)] = Field(
        default="", repr=False
    )
    marker_dir: Annotated[Path | None, Home] = None
    rules_dir: Annotated[Path | None, AfterValidator(checks.existing_folder), Home] = None
    feeds_file: Annotated[Path, AfterValidator(checks.existing_file), Home] = Field(
        default_factory=_packaged_feeds
    )
    telegram_base_url: Annotated[str, AfterValidator(checks.web_address)] = (
        "https://api.telegram.org/bot"
    )
    log_level: Annotated[str, BeforeValidator(checks.log_level)] = "INFO"
    allow_private: Annotated[
        tuple[str, ...],
        NoDecode,
        BeforeValidator(checks.split_commas),
        AfterValidator(checks.hosts_or_networks),
    ] = ()
    first_poll_hours: float = Field(default=6.0, ge=0, le=720)
    retention_days: int = Field(default=365, ge=7, le=checks.MOST_DAYS)
    activity_days: int = Field(default=365, ge=1, le=checks.MOST_DAYS)
    notify_urls: Annotated[
        tuple[SecretStr, ...],
        NoDecode,
        BeforeValidator(checks.split_apprise_addresses),
        AfterValidator(checks.apprise_addresses),
    ] = ()
    heartbeat_url: Annotated[SecretStr | None, AfterValidator(checks.secret_web_address)] = None
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    export_sender: str = Field(default="marsad", pattern=r"^[^\s,<&]{1,100}$")
    export_scope: Literal["restricted", "public"] = "restricted"
    webhook_urls: Annotated[
        tuple[SecretStr, ...],
        NoDecode,
        BeforeValidator(checks.split_spaces),
        AfterValidator(checks.webhook_addresses),
    ] = ()
    webhook_secrets: Annotated[
        tuple[SecretStr, ...],
        NoDecode,
        BeforeValidator(checks.split_spaces),
        AfterValidator(checks.webhook_secrets),
    ] = Field(default=(), validate_default=True)
    webhook_level: Literal["info", "watch", "alert", "critical"] = "watch"
    webhook_lang: Literal["ar", "en", "fr"] = "en"
    web_host: Annotated[str, AfterValidator(checks.own_address)] = "127.0.0.1"
    web_port: int | None = Field(default=None, ge=1, le=65535)
    web_url: Annotated[str | None, AfterValidator(checks.host_address)] = None
    morphology_db: Annotated[Path | None, AfterValidator(checks.existing_file), Home] = None
    timezone: Annotated[ZoneInfo, BeforeValidator(checks.time_zone)] = ZoneInfo("UTC")

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
    if env_file is not None:
        with contextlib.suppress(UnicodeDecodeError):  # said by the caller
            problems += problems_in(env_file, PREFIX, known)
    for name in os.environ:
        # The environment is shared with others: only what is nearly ours is surely a slip.
        if name.startswith(PREFIX) and name not in known and nearest(name, known):
            problems.append(f"{name} is no setting{nearest(name, known)}")
    return problems
