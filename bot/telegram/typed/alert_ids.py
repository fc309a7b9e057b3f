"""Ids of alerts among words. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

MOST_AT_ONCE = 5
AN_ID = re.compile(r"[Aa]?\d{1,12}")
_LISTED = re.compile(r"[Aa]?\d{1,12}(?:[,،;؛/&+][Aa]?\d{1,12})+")
_BETWEEN_IDS = frozenset("and et و alert alerts alerte the تنبيه التنبيه رقم no".split())


def ids_of(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The ids of alerts among the words, and the words that are neither that nor stand between."""
    ids, others = dict[str, None](), list[str]()
    for word in words:
        bare = word.strip("#.,،;؛:/&+()?؟!")
        joined = bare.removeprefix("و")
        if AN_ID.fullmatch(joined) and (each := joined.upper()):
            ids[each] = None
        elif parts := _LISTED.fullmatch(bare) and AN_ID.findall(bare):
            ids |= dict.fromkeys(each.upper() for each in parts)
        elif bare and bare.lower() not in _BETWEEN_IDS:
            others.append(word)
    left = list(ids)
    return left[:MOST_AT_ONCE], [*others, *left[MOST_AT_ONCE:]]
