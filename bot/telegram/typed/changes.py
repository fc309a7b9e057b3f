"""Words with which people say how a setting is to change: all of it, not this, this too. Pure."""

from __future__ import annotations

import re

from bot.asking.durations import plain_words

# As `plain_words` leaves them.
_ALL = frozenset(
    (
        "all everything every each everywhere here now alerts alert signals subscriptions please "
        "of the my messages sending it them "
        "tout tous toutes toute partout ici maintenant les alertes signaux abonnements mes svp "
        "كل الكل جميع كلها شيء هنا الان التنبيهات تنبيهات المواضيع الاشتراكات الرسائل فضلك من رجاء"
    ).split()
)
_NOT = (
    "except for|except|apart from|other than|but not|and not|excluding|without|not|no|minus|"
    "a l'exception de|mais pas|sauf|hormis|excepte|sans|pas de|pas|"
    "فيما عدا|ما عدا|عدا|باستثناء|بدون|دون|وليس|ليس|بلا|لا"
)
_REMOVE = (
    "remove|delete|drop|take away|unfollow|retirer|retire|enlever|enleve|supprimer|supprime|"
    "احذف|حذف|ازل|ازاله|شيل|امسح"
)
_ADD = "add|also|plus|and|ajouter|ajoute|aussi|et|اضف|اضافه|زد|ايضا"
_SHUTS_OUT = re.compile(rf"(?:(?:{_NOT}|{_REMOVE})(?!\w)|[-\u2212\u2013\u2014])\s*(?=\S)")
_TAKES_AWAY = re.compile(rf"(?:{_REMOVE})(?!\w)\s*")
_ADDS = re.compile(rf"(?:(?:{_ADD})(?!\w)|\+)\s*(?=\S)")
_LATER = re.compile(rf"(?<!\w)(?:{_NOT})(?!\w)")


def is_all(text: str) -> bool:
    """Whether a text says nothing but "all of it": "all alerts", «كل التنبيهات», ""."""
    return all(word in _ALL for word in re.findall(r"[\w']+", plain_words(text)))


def without_not(text: str) -> str | None:
    """What a text says that is not wanted: "no sports", "-Homs", «بدون رياضة»; None for a text
    that begins otherwise."""
    return _behind(_SHUTS_OUT, text) or None


def taken_away(text: str) -> str | None:
    """What is no longer wanted: "remove Homs"."""
    return _behind(_TAKES_AWAY, text)


def added(text: str) -> str | None:
    """What is wanted as well: "+Homs", "add Homs"."""
    return _behind(_ADDS, text) or None


def shuts_out_later(text: str) -> tuple[str, str] | None:
    """What stands before and behind such a word: "all" and "siege" of "all except siege"."""
    plain, words = plain_words(text), text.split()
    found = _LATER.search(plain)
    if found is None:
        return None
    before = len(plain[: found.start()].split())
    return " ".join(words[:before]), " ".join(words[before + len(found[0].split()) :])


def _behind(beginning: re.Pattern[str], text: str) -> str | None:
    """What follows, in the letters it was written in: words are counted, for folding keeps them."""
    plain = plain_words(text)
    found = beginning.match(plain)
    if found is None:
        return None
    if found[0].strip() in ("+", "-", "\u2212", "\u2013", "\u2014"):
        return text.strip()[1:].strip() or None
    return " ".join(text.split()[len(found[0].split()) :])
