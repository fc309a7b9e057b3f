"""The shape of a row of feeds.yaml. What a validator refuses, it says in the reader's language."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from bot.feeds.parse.entry import SourceFormat
from bot.feeds.problems import Wrong, said
from bot.feeds.sites.selectors import LONGEST_SELECTOR, can_be_read

MAX_FEEDS = 5_000
"""Rows of a list."""


def slug(name: str) -> str:
    """A feed id from a name in any script: "عنب بلدي" -> "عنب-بلدي"."""
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-")[:80]


def comparable_address(url: str) -> str:
    """`url` without what does not make it another feed: its scheme, a slash at its end."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return urlunsplit(("", parts.netloc.lower(), parts.path.rstrip("/"), parts.query, ""))


class SelectorsRow(BaseModel):
    """The shape of `selectors:` of a page."""

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)

    item: str = Field(min_length=1, max_length=LONGEST_SELECTOR)
    title: str | None = Field(default=None, min_length=1, max_length=LONGEST_SELECTOR)
    link: str | None = Field(default=None, min_length=1, max_length=LONGEST_SELECTOR)
    date: str | None = Field(default=None, min_length=1, max_length=LONGEST_SELECTOR)
    summary: str | None = Field(default=None, min_length=1, max_length=LONGEST_SELECTOR)

    @field_validator("item", "title", "link", "date", "summary")
    @classmethod
    def _selector_can_be_read(cls, value: str | None) -> str | None:
        if value is not None and not can_be_read(value):
            raise Wrong(said("selector", value=value))
        return value


class FeedRow(BaseModel):
    """The shape of one row. Field order is the order in which messages explain the keys."""

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)

    id: str | None = Field(default=None, min_length=1, max_length=80)
    name: str = Field(min_length=1, max_length=200)
    url: str = Field(min_length=1, max_length=2_000)
    language: Literal["ar", "en", "fr"] | None = None
    region: str = Field(default="world", min_length=1, max_length=80)
    family: str | None = Field(default=None, min_length=1, max_length=80)
    timezone: str | None = None
    interval_minutes: int | None = Field(default=None, ge=1, le=7 * 24 * 60)
    kind: str = Field(default="news", min_length=1, max_length=40)
    paused: bool = False
    format: SourceFormat = "feed"
    selectors: SelectorsRow | None = Field(default=None, validate_default=True)

    @field_validator("selectors")
    @classmethod
    def _page_has_selectors(
        cls, value: SelectorsRow | None, others: ValidationInfo
    ) -> SelectorsRow | None:
        of_page = others.data.get("format") == "page"
        if of_page and value is None:
            raise Wrong(said("no_selectors"))
        if value is not None and not of_page and "format" in others.data:
            raise Wrong(said("selectors_of_no_page"))
        return value

    @field_validator("id")
    @classmethod
    def _id_is_a_slug(cls, value: str | None) -> str | None:
        if value is not None and value != slug(value):
            raise Wrong(said("no_id", value=value, slug=slug(value) or "a-name"))
        return value

    @field_validator("name", "region", "family", "kind")
    @classmethod
    def _is_one_line_of_text(cls, value: str | None) -> str | None:
        for character in value or "":
            if unicodedata.category(character) in ("Cc", "Cs"):
                raise Wrong(said("character", code=f"U+{ord(character):04X}"))
        return value

    @field_validator("url")
    @classmethod
    def _url_can_be_fetched(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise Wrong(said("no_address", value=value, why=error)) from None
        if parts.username or parts.password:  # first: the other faults say the address
            raise Wrong(said("password"))
        if parts.scheme not in ("http", "https"):
            raise Wrong(said("scheme", value=value))
        if not host or any(character.isspace() for character in value):
            raise Wrong(said("no_server", value=value))
        return value

    @field_validator("timezone")
    @classmethod
    def _timezone_exists(cls, value: str | None) -> str | None:
        if value is not None and value not in available_timezones():
            raise Wrong(said("timezone", value=value, example="Asia/Damascus"))
        return value
