"""``rules/places/gazetteer.tsv.gz`` → places and their folded names, as `tools` made it."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from rules.loading.yamlfile import YamlProblem, problem
from rules.matching.places.gazetteer import KINDS, Place, PlaceKind, fold_arabic, fold_latin
from rules.texts import message

_COLUMNS = 11
_KINDS: dict[str, PlaceKind] = {kind: kind for kind in KINDS}
MAX_BYTES = 20_000_000


def read_rows(path: Path, shown_as: str) -> Iterator[tuple[Place, tuple[str, ...]]]:
    """Each place with its names as look-ups have them. Raises `YamlProblem`."""
    try:
        with gzip.open(path, "rb") as file:
            text = file.read(MAX_BYTES).decode("utf-8")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        said = message("file.not_read", why=str(error))
        raise YamlProblem(problem(shown_as, 1, said)) from error
    plain, arabic, latin = (
        t.split("\n") for t in (text, fold_arabic(text), fold_latin(text))
    )  # fmt: skip
    for number, line in enumerate(plain):
        if not line:
            continue
        columns = line.split("\t")
        if len(columns) != _COLUMNS:
            said = message("place.columns", n=len(columns), most=_COLUMNS)
            raise YamlProblem(problem(shown_as, number + 1, said))
        folded_ar = arabic[number].split("\t")[8].split("|")
        _, folded_latin, folded_fr = latin[number].rsplit("\t", 2)
        folded = (*folded_ar, *folded_latin.split("|"), *folded_fr.split("|"))
        yield _place(columns), tuple(" ".join(name.split()) for name in folded if name)


def _place(columns: list[str]) -> Place:
    id_, kind, country, adm1, parent, population, lat, lon, arabic, latin, fr = columns
    return Place(
        id_,
        _KINDS.get(kind, "town"),
        country,
        adm1 or None,
        parent or None,
        tuple(arabic.split("|")) if arabic else (),
        tuple(latin.split("|")) if latin else (),
        (fr,) if fr else (),
        None,
        float(lat) if lat else None,
        float(lon) if lon else None,
        int(population or 0),
        kind == "capital",
    )
