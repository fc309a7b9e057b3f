"""What the commands that show alerts call their publishers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import Settings
    from storage.news.feeds import FeedState


def publishers_known(settings: Settings, states: Iterable[FeedState]) -> dict[str, str]:
    """What to call feeds and publisher families, by id: as feeds.yaml names them, and what it does
    not list any more, or cannot be read for, as it was named when it was last polled.
    """
    from bot.feeds.catalogue import load_catalogue
    from bot.feeds.definitions import feed_of
    from bot.feeds.problems import CatalogueInvalid
    from bot.notices.feeds import publishers_of

    polled = (feed_of(each.definition) for each in states if each.definition)
    names = publishers_of([feed for feed in polled if feed is not None])
    try:
        return names | publishers_of(load_catalogue(settings.feeds_file))
    except CatalogueInvalid:
        return names
