"""Files → RuleSet. One validator for start, ``marsad rules check`` and reload.

Everything that is wrong is reported at once, as file, line, what is wrong and what to
write instead; nothing invalid is ignored and no rule is silently left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rules.language.arabic.lexicon import Lexeme
from rules.loading.rule_folders import ESCALATIONS, GAZETTEER, KINDS, PLACES, STATES, rule_files
from rules.loading.stored.cache import RulesCache, file_state
from rules.loading.yamlfile import problem
from rules.matching.ruleset import RuleSet
from rules.texts import message

if TYPE_CHECKING:
    from hashlib import _Hash

SHIPPED = Path(__file__).parents[1]


def fingerprint(operator_dir: Path | None = None, *, shipped: Path = SHIPPED) -> str:
    """A digest of the files that `load_rules` reads, without parsing them: milliseconds.

    A folder that is missing, or a file that cannot be read, counts as such.
    """
    digest = hashlib.sha256()
    for folder in (shipped, operator_dir):
        if folder is not None:
            digest.update(_digest_of(folder / ESCALATIONS))
            digest.update(_digest_of(folder / STATES))
        for kind in ("signals", "vocabulary", "places", "."):
            if folder is None or (kind == "." and folder == shipped):
                continue
            place = folder / kind
            digest.update(f"{folder == shipped}/{kind}/{place.is_dir()}\0".encode())
            _add_files(digest, place, _misplaced(place) if kind == "." else rule_files(place))
    return digest.hexdigest()


def fingerprint_of_places(operator_dir: Path | None = None, *, shipped: Path = SHIPPED) -> str:
    """A digest of the files that `load_gazetteer` reads: most changes of rules leave them as they
    are."""
    digest = hashlib.sha256(_digest_of(shipped / PLACES / GAZETTEER))
    for folder in (shipped, operator_dir):
        if folder is not None:
            digest.update(f"{folder == shipped}\0".encode())
            _add_files(digest, folder / PLACES, rule_files(folder / PLACES))
    return digest.hexdigest()


def _add_files(digest: _Hash, folder: Path, files: Iterable[Path]) -> None:
    for path in files:
        name = path.relative_to(folder).as_posix()
        digest.update(f"{name}\0".encode() + _digest_of(path))


def _misplaced(folder: Path) -> list[Path]:
    """Rules beside the two folders: they are not read, but telling so is due when they change."""
    return [path for path in rule_files(folder) if path.relative_to(folder).parts[0] not in KINDS]


def _digest_of(path: Path) -> bytes:
    try:
        if not path.is_file():
            return b"no file"
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        return str(error.errno).encode()


def load_rules(
    operator_dir: Path | None = None,
    *,
    full_database: Path | None = None,
    shipped: Path = SHIPPED,
    cache: Path | None = None,
    forms: Path | None = None,
) -> RuleSet:
    """Read the shipped rules with an operator's directory laid over them.

    ``operator_dir`` may hold ``signals/*.yaml`` (replacing shipped ones by id) and
    ``vocabulary/*.yaml`` (new terms, or add/remove to shipped ones), ``escalations.yaml`` and
    ``states.yaml`` (more of these, or changes to shipped ones). ``full_database`` is a
    morphology database in CAMeL Tools' format that tells broken plurals. ``cache`` is a folder
    for the compiled form; ``forms`` is one for the forms of words alone, with which rules are
    compiled in a quarter of the time. Takes a second or two: call it off the event loop. Raises
    `RulesInvalid`.
    """
    if cache is None:
        return _compiled(operator_dir, full_database, shipped, forms)
    kept = cache_of(cache, operator_dir, full_database, shipped)
    stored = kept.read(_enricher(full_database))
    if stored is not None:
        return stored.rules
    rules = _compiled(operator_dir, full_database, shipped, forms or cache)
    if cache_of(cache, operator_dir, full_database, shipped).is_of_the_same(kept):
        kept.write(rules, checked=False)
        kept.keep_words(rules)
    return rules


def cache_of(
    folder: Path,
    operator_dir: Path | None,
    full_database: Path | None,
    shipped: Path = SHIPPED,
) -> RulesCache:
    """Where the compiled form of these directories is, if it is in this folder."""
    sources = fingerprint(operator_dir, shipped=shipped)
    if full_database is not None and full_database.is_file():
        sources += file_state(full_database)
    return RulesCache(folder, sources, operator_dir, full_database, shipped)


def load_stored(
    folder: Path, operator_dir: Path | None, full_database: Path | None
) -> RuleSet | None:
    """Rules from the cache whose inline tests have passed."""
    kept = cache_of(folder, operator_dir, full_database)
    stored = kept.read(_enricher(full_database))
    return stored.rules if stored is not None and stored.checked else None


def remember_words(
    rules: RuleSet, folder: Path, operator_dir: Path | None, full_database: Path | None
) -> None:
    """Keep what CAMeL Tools said of new words for the next start: importing it takes longer than
    everything else that a short text needs."""
    if rules.morphology.asked:
        cache_of(folder, operator_dir, full_database).write_words(rules)


def _enricher(full_database: Path | None) -> Callable[[Lexeme], Lexeme] | None:
    """`Enricher`, made when the first word asks for it: it reads a large file."""
    if full_database is None or not full_database.is_file():
        return None
    from rules.language.arabic.full_database import Enricher

    made: list[Enricher] = []

    def enrich(lexeme: Lexeme) -> Lexeme:
        if not made:
            made.append(Enricher(full_database))
        return made[0](lexeme)

    return enrich


def _compiled(
    operator_dir: Path | None,
    full_database: Path | None,
    shipped: Path,
    forms: Path | None = None,
) -> RuleSet:
    # Nothing of this is needed where the cache has the rules.
    from rules.language.arabic.full_database import Enricher
    from rules.loading.build import compile_rules
    from rules.loading.lists.escalations import read_escalations
    from rules.loading.lists.states import read_states
    from rules.loading.sources import Sources, read_layer
    from rules.loading.stored.forms import StoredForms

    sources = Sources({}, {}, [], [], hashlib.sha256(), [])
    layers = [(shipped, "rules")]
    if operator_dir is not None:
        layers.append((operator_dir, operator_dir.name or str(operator_dir)))
    for layer, (folder, shown) in enumerate(layers):
        if layer and not folder.is_dir():
            key = "file.is_a_file" if folder.is_file() else "file.no_folder"
            sources.problems.append(problem(shown, 1, message(key)))
            continue
        read_layer(folder, shown, layer, sources)
        read_escalations(folder, shown, layer, sources)
        read_states(folder, shown, layer, sources)
    if full_database is not None and not full_database.is_file():
        sources.problems.append(problem(str(full_database), 1, message("file.no_database")))
        full_database = None
    enricher = Enricher(full_database) if full_database else None
    known = None if forms is None else StoredForms(forms)
    rules = compile_rules(sources, enricher, known)
    if known is not None:
        known.add(rules.words)
    return rules
