"""«سوري» → «سورية، سوريون، السوريين …»; Syrian → Syrians; syrien → syriens, syrienne …"""

from __future__ import annotations

from rules.loading.schema.places import WordLists

_ENDINGS_AR = ("", "ة", "ون", "ين", "ات", "ان", "ا", "تين", "تان")


def forms_of(words: WordLists) -> tuple[str, ...]:
    """The forms of names of peoples. An Arabic word that does not end in ي, or that begins with
    «=», stands as it is written; so does an English or French one that begins so."""
    found: list[str] = []
    for word in words.ar:
        found += [word.removeprefix("=")] if word[0] == "=" or word[-1] != "ي" else _arabic(word)
    for word in words.en:
        found += [word.removeprefix("=")] if word[0] == "=" else [word, word + "s"]
    for word in words.fr:
        found += [word.removeprefix("=")] if word[0] == "=" else _french(word)
    return tuple(dict.fromkeys(found))


def _arabic(word: str) -> list[str]:
    plain = [word + ending for ending in _ENDINGS_AR]
    return [*plain, *("ال" + form for form in plain)]


def _french(word: str) -> list[str]:
    feminine = word + ("ne" if word.endswith(("en", "on")) else "" if word.endswith("e") else "e")
    return [word, word if word.endswith("s") else word + "s", feminine, feminine + "s"]
