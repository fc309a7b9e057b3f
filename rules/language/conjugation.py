"""Forms of English and French verbs that simplemma's dictionaries leave out.

Those list a participle under the verb, as a word of its own, or not at all, verb by verb:
«tuer» has no «tuée», «assiéger» no «assiégée», «périr» no «péri», "rise" no "rose". So a verb
that a rule names brings its participles and the third person of headlines here.
"""

from __future__ import annotations

from collections.abc import Collection

CONJUGATED = 20
"""Forms from which on a French word is a verb: «danger» and «hiver» have two."""

_PARTICIPLES = (
    ("prendre", "pris"), ("mettre", "mis"), ("vrir", "vert"), ("frir", "fert"),
    ("tenir", "tenu"), ("venir", "venu"), ("battre", "battu"), ("courir", "couru"),
    ("cevoir", "çu"), ("uire", "uit"), ("indre", "int"), ("endre", "endu"), ("ondre", "ondu"),
    ("andre", "andu"), ("perdre", "perdu"), ("rompre", "rompu"), ("aître", "u"),
    ("vivre", "vécu"), ("suivre", "suivi"), ("clure", "clu"), ("cueillir", "cueilli"),
    ("fuir", "fui"), ("rtir", "rti"), ("rmir", "rmi"), ("rvir", "rvi"), ("ntir", "nti"),
)  # fmt: skip
"""Endings of French infinitives and of their participles; the first that fits counts."""

_ENGLISH = {
    "cut": ("cutting",),
    "beat": ("beating",),
    "break": ("broke",),
    "burn": ("burning",),
    "close": ("closing",),
    "drown": ("drowning",),
    "feed": ("feeding",),
    "flood": ("flooding",),
    "freeze": ("freezing",),
    "go": ("gone",),
    "rise": ("rose",),
    "shoot": ("shot",),
}


def english(verb: str) -> tuple[str, ...]:
    """The forms of an English verb that the dictionary lists elsewhere."""
    return _ENGLISH.get(verb, ())


def french(infinitive: str, known: Collection[str]) -> tuple[str, ...]:
    """Participles and present of a French verb; ``known`` are its forms in the dictionary.

    >>> sorted(french("périr", ["périssait"] * 20))
    ['péri', 'périe', 'péries', 'péris', 'périssant', 'périt']
    """
    if len(known) < CONJUGATED:
        return ()
    stem = infinitive[:-2]
    if infinitive.endswith("er"):
        return (*_agreed(stem + "é"), _before_a(stem) + "ant", *_present(stem))
    if infinitive.endswith("ir") and stem + "issait" in known:
        return (*_agreed(stem + "i"), stem + "issant", stem + "it")
    for ending, participle in _PARTICIPLES:
        if infinitive.endswith(ending):
            return _agreed(infinitive[: -len(ending)] + participle)
    return ()


def _agreed(participle: str) -> tuple[str, ...]:
    plural = participle if participle.endswith("s") else participle + "s"
    return (participle, participle + "e", plural, participle + "es")


def _before_a(stem: str) -> str:
    """«assiégeant», «menaçant»: the stem keeps its sound."""
    if stem.endswith("g"):
        return stem + "e"
    return stem[:-1] + "ç" if stem.endswith("c") else stem


def _present(stem: str) -> tuple[str, ...]:
    """Third person: «l'hôpital ferme», «ils déploient»; «appelle» and «jette» are listed."""
    if stem.endswith(("el", "et")):
        return ()
    if stem.endswith(("oy", "uy", "ay")):
        stem = stem[:-1] + "i"
    return (stem + "e", stem + "ent")
