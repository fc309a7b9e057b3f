"""Links to files of what a page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.exports.writing import NAMES, formats
from bot.web.filters import Filters
from bot.web.site import Visitor

Kind = Literal["alerts", "stories"]


@dataclass(frozen=True, slots=True)
class Download:
    """A link to a file: the format's name, and where it is."""

    form: str
    address: str


def downloads(visitor: Visitor, filters: Filters, *, stories: bool = False) -> dict[str, object]:
    """The files of what these filters show, by what they tell of; {} for who may not export."""
    if not visitor.is_analyst:
        return {}
    known = formats()
    kinds: list[Kind] = ["alerts", "stories"] if stories and not filters.words else ["alerts"]
    return {
        kind: [
            Download(name, filters.address(f"/export/{kind}/{name}"))
            for name in NAMES
            if kind == "alerts" or not known[name].alerts_only
        ]
        for kind in kinds
    }
