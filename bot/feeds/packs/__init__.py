"""Lists of feeds by crisis, for a desk that starts: one file each, of the shape of feeds.yaml."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from bot.feeds.catalogue import Feed, load_catalogue
from bot.feeds.row import comparable_address

_FOLDER = Path(__file__).parent
# What people call them, the file's name first. Neighbours that a pack covers are among its names.
_NAMES: tuple[tuple[str, ...], ...] = (
    ("syria", "syrie", "سوريا", "سورية"),
    ("sudan", "soudan", "السودان"),
    ("yemen", "yémen", "اليمن"),
    ("palestine", "gaza", "west bank", "فلسطين", "غزة", "الضفة الغربية"),
    ("lebanon", "liban", "لبنان"),
    ("iraq", "irak", "العراق"),
    ("libya", "libye", "ليبيا"),
    ("sahel", "الساحل", "mali", "niger", "burkina faso", "chad", "tchad", "مالي", "النيجر",
     "بوركينا فاسو", "تشاد"),
    ("dr-congo", "drc", "rdc", "congo", "الكونغو", "الكونغو الديمقراطية"),
    ("somalia", "somalie", "الصومال"),
    ("haiti", "haïti", "هايتي"),
    ("ukraine", "أوكرانيا"),
    ("afghanistan", "أفغانستان"),
    ("myanmar", "burma", "birmanie", "ميانمار", "بورما"),
)  # fmt: skip
_LETTERS = str.maketrans("أإآىةؤئ", "ااايهوي")


@dataclass(frozen=True, slots=True)
class Missing:
    """What of a pack a list does not have, and what it has already: by address, or by id."""

    new: tuple[Feed, ...]
    left: tuple[Feed, ...]


def pack_names() -> tuple[str, ...]:
    return tuple(names[0] for names in _NAMES)


def find_pack(said: str) -> str | None:
    """The pack that a person means: "sudan", "Soudan", «السودان», "sudn"; else None."""
    called = {_key(name): names[0] for names in _NAMES for name in names}
    key = _key(said)
    if key in called:
        return called[key]
    near = {
        (distance, pack)
        for name, pack in called.items()
        if (distance := Levenshtein.distance(key, name)) <= _wrong_letters(key, name)
    }
    best = {pack for distance, pack in near if distance == min(near)[0]}
    return best.pop() if len(best) == 1 else None


def _wrong_letters(*names: str) -> int:
    """How many may be wrong. "iran" is no misspelt "irak", "nigeria" no misspelt "niger"."""
    longest = max(map(len, names))
    return 0 if longest < 5 else 1 if longest < 9 else 2


def _key(name: str) -> str:
    """A name without its marks, article and kind of hyphen."""
    letters = unicodedata.normalize("NFKD", name.strip().casefold())
    bare = "".join(each for each in letters if not unicodedata.combining(each))
    return re.sub(r"(?:^|(?<=\s))ال", "", re.sub(r"[\W_]+", " ", bare.translate(_LETTERS))).strip()


def load_pack(name: str) -> tuple[Feed, ...]:
    """The feeds of a pack by its file's name."""
    return load_catalogue(_FOLDER / f"{name}.yaml")


def missing(pack: Sequence[Feed], have: Sequence[Feed]) -> Missing:
    """Split a pack by what a list has: a feed of the same address or id is left as it is."""
    addresses = {comparable_address(feed.url) for feed in have}
    ids = {feed.id for feed in have}

    def listed(feed: Feed) -> bool:
        return comparable_address(feed.url) in addresses or feed.id in ids

    return Missing(tuple(feed for feed in pack if not listed(feed)), tuple(filter(listed, pack)))
