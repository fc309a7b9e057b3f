"""A feed of the catalogue as JSON in the database, for workers that have no feeds.yaml."""

from __future__ import annotations

from functools import cache

from pydantic import TypeAdapter, ValidationError

from bot.feeds.catalogue import Feed


@cache
def _feed() -> TypeAdapter[Feed]:
    return TypeAdapter(Feed)


def definition_of(feed: Feed) -> str:
    return _feed().dump_json(feed, exclude_defaults=True).decode("utf-8")


def feed_of(definition: str) -> Feed | None:
    """The feed; None for what another version of Marsad wrote and this one cannot read."""
    try:
        return _feed().validate_json(definition)
    except ValidationError:
        return None
