"""Feeds as operators write of them: an address, also without its beginning, or a name. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol, TypeVar

from bot.asking.durations import plain_words

_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d{1,5})?(?:/\S*)?", re.IGNORECASE)
# Of what is to be done; the buttons do it.
_DOING = frozenset(
    (
        "add new feed feeds the health of remove delete pause resume poll again show status source "
        "ajouter ajoute nouveau flux le la supprimer retirer suspendre reprendre source voir "
        "اضف اضافه جديد مصدر المصدر احذف حذف اوقف استانف حاله"
    ).split()
)


class Listed(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def url(self) -> str: ...


F = TypeVar("F", bound=Listed)


def address_of(word: str) -> str:
    """A web address; "" for what is none."""
    if word.lower().startswith(("http://", "https://")):
        return word
    return f"https://{word}" if _HOST.fullmatch(word) else ""


def without_doing(words: Sequence[str]) -> list[str]:
    """The words that name something: "remove Relief Wire" is about Relief Wire."""
    return [each for each in words if plain_words(each) not in _DOING]


def called(said: Sequence[str], feeds: Sequence[F]) -> list[F]:
    """The feeds whose names or addresses have these words."""
    words = [plain_words(each) for each in said]
    return [
        feed
        for feed in feeds
        if all(word in f"{plain_words(feed.name)} {feed.url.lower()}" for word in words)
    ]
