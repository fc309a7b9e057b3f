"""``marsad feeds …``: the list of feeds, packs of them, and what a site has."""

from __future__ import annotations

from bot.cli.feeds.listed import app

__all__ = ["app"]
